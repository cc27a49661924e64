//! A service or function may be called by everyone.

use crate::facts::{Grant, ResourceKind, Service, Verb};
use crate::finding::Level;
use crate::gcp::principal::{self, MemberKind};
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Hole, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "public-service",
    group: Group::Grants,
    level: Level::Advice,
    fix: None,
    hole: Some(Hole::Medium),
    page: page!("public-service"),
    covers: &[],
    checks: &[Check::Grant(Within(check)), Check::Service(Within(deployed))],
    ..Rule::STABLE
};

fn check(grant: &Grant, project: &Project, report: &mut Report) {
    let (Verb::Add, ResourceKind::RunService | ResourceKind::Function) = (grant.verb, grant.kind) else { return };
    if grant.wording == Wording::Declared {
        return;
    }
    let Some(member) = grant.member.as_ref().filter(|_| !project.is_taken_away(grant)) else { return };
    let invokes = |name: String| {
        let permissions = ["run.routes.invoke", "cloudfunctions.functions.invoke"];
        Role::find(&name).is_none_or(|role| permissions.iter().any(|permission| !role.grants(permission).is_no()))
    };
    if grant.role.as_ref().and_then(|role| role.value.literal()).is_some_and(|name| !invokes(name)) {
        return;
    }
    let who = match principal::parse(&member.value).kind {
        MemberKind::AllUsers => "everyone",
        MemberKind::AllAuthenticatedUsers => "everyone who has any Google account",
        _ => return,
    };
    let name = grant.resource.as_ref().map_or_else(|| "this service".to_owned(), |name| format!("`{name}`"));
    let message = format!("{name} may be called by {who}: the program itself has to tell who calls");
    report
        .advice(&grant.at, member.at, message)
        .label("public")
        .help("if it is meant, silence this with a reason; else grant roles/run.invoker to those who call");
}

/// A deployment that asks for it, or that turns the check of who calls off.
fn deployed(service: &Service, project: &Project, report: &mut Report) {
    let Some(name) = service.name.as_ref().filter(|_| service.deploys) else { return };
    let by_flag = project.is_flag(service, "--allow-unauthenticated");
    if !by_flag && !service.unchecked.is_yes() {
        return;
    }
    let message = format!("`{name}` may be called by everyone: the program itself has to tell who calls");
    report
        .advice(&service.at, service.said, message)
        .label(if by_flag { "public" } else { "nobody is checked" })
        .help("if it is meant, silence this with a reason; else deploy it private, and grant roles/run.invoker to those who call");
}
