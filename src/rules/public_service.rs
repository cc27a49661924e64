//! A service or function may be called by everyone.

use crate::facts::{Grant, ResourceKind, Verb};
use crate::finding::Level;
use crate::gcp::principal::{self, MemberKind};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "public-service",
    level: Level::Advice,
    fix: None,
    page: page!("public-service"),
    covers: &[],
    checks: &[Check::Grant(check)],
};

fn check(grant: &Grant, _: &Project, report: &mut Report) {
    let (Verb::Add, ResourceKind::RunService | ResourceKind::Function) = (grant.verb, grant.kind) else { return };
    let Some(member) = &grant.member else { return };
    let who = match principal::parse(&member.value).kind {
        MemberKind::AllUsers => "everyone",
        MemberKind::AllAuthenticatedUsers => "everyone who has any Google account",
        _ => return,
    };
    let name = grant.resource.as_ref().map_or_else(|| "this service".to_owned(), |name| format!("`{name}`"));
    let message = format!("{name} may be called by {who}: the program itself has to tell who calls");
    report.advice(&grant.at, member.at, message).label("public").help(
        "if it is meant, silence this with a reason; else grant roles/run.invoker to those who call",
    );
}
