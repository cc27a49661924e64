//! An account may impersonate, or act as, every account of a project.

use crate::facts::{Grant, ResourceKind, Verb};
use crate::finding::Level;
use crate::gcp::agent::service_agent;
use crate::gcp::principal;
use crate::gcp::wording::Wording;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Hole, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "project-wide-impersonation",
    group: Group::Grants,
    level: Level::Warning,
    fix: None,
    hole: Some(Hole::High),
    page: page!("project-wide-impersonation"),
    covers: &[],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

/// The roles that give tokens or identities of accounts, and whether they give tokens
/// (<https://cloud.google.com/iam/docs/service-account-permissions>, checked 2026-11-21).
const ROLES: [(&str, bool); 4] = [
    ("roles/iam.serviceAccountTokenCreator", true),
    ("roles/iam.serviceAccountOpenIdTokenCreator", true),
    ("roles/iam.workloadIdentityUser", true),
    ("roles/iam.serviceAccountUser", false),
];

fn check(grant: &Grant, report: &mut Report) {
    let (Verb::Add, ResourceKind::Project | ResourceKind::Ancestor) = (grant.verb, grant.kind) else { return };
    let Some(role) = grant.role.as_ref().filter(|_| grant.wording != Wording::Declared) else { return };
    let Some(name) = role.value.literal() else { return };
    let Some((_, gives_tokens)) = ROLES.iter().find(|(known, _)| *known == name) else { return };
    let member = grant.member.as_ref().map(|member| principal::parse(&member.value));
    // Pub/Sub's agent needed it in projects that are older than April 2021. Whose e-mail a hole is, nobody knows.
    let Some(member) = member.filter(|member| member.id.contains("@").is_yes()) else { return };
    if service_agent(&member.id).is_some() || !grant.conditional.is_no() {
        return;
    }
    let who = format!("`{}`", member.id);
    let of = if grant.kind == ResourceKind::Project { "of the project" } else { "of every project below it" };
    let (level, does) = if *gives_tokens {
        (Level::Warning, "have tokens of every service account")
    } else {
        (Level::Advice, "deploy what runs as every service account")
    };
    let message = format!("`{name}` lets {who} {does} {of}, those that may do more than it among them");
    report.add(level, &grant.at, role.at, message).label("on all accounts").help(
        "grant it on the accounts that are meant: `gcloud iam service-accounts add-iam-policy-binding ACCOUNT`, or \
         `google_service_account_iam_member`",
    );
}
