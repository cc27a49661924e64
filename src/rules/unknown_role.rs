//! A role is granted that does not exist.

use crate::facts::{Given, Grant, Verb};
use crate::finding::{Level, Safety};
use crate::gcp::role::{self, Nearness, Role};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unknown-role",
    group: Group::Grants,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unknown-role"),
    covers: &[],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, report: &mut Report) {
    let (Verb::Add, Some(given)) = (grant.verb, &grant.role) else { return };
    let Some(name) = given.value.literal() else { return };
    if Role::find(&name).is_some() || role::is_custom(&name) || is_placeholder(&name) {
        return;
    }
    if let Some(full) = role::missing_prefix(&name) {
        let message = format!("`{name}` is not the name of a role; predefined roles begin with `roles/`");
        let draft = report.error(&grant.at, given.at, message);
        draft.help(format!("write `{full}`")).label("lacks `roles/`").built(given, "the role");
        if let [only] = given.value.pieces() {
            draft.fix(Safety::Safe, [(only.place().part(0..0), "roles/".to_owned())]);
        }
        return;
    }
    if !name.starts_with("roles/") {
        return;
    }
    if let Some(nearest) = role::nearest(&name) {
        near(grant, given, &name, nearest.role, nearest.nearness, report);
        return;
    }
    let message =
        format!("`{name}` was no predefined role on 2026-08-22; unless it is newer, the binding will be refused");
    let draft = report.advice(&grant.at, given.at, message);
    draft.built(given, "the role").help(format!("look it up: `gcloud iam roles describe {name}`"));
}

fn near(grant: &Grant, given: &Given, name: &str, nearest: &str, nearness: Nearness, report: &mut Report) {
    let message = format!(
        "there is no role `{name}`; the binding will be refused: INVALID_ARGUMENT, \"Role {name} is not supported for \
         this resource.\""
    );
    let draft = report.error(&grant.at, given.at, message);
    draft.label("no such role").built(given, "the role").help(format!("write `{nearest}`"));
    // What is only near may be meant otherwise.
    if matches!(nearness, Nearness::Case | Nearness::Slip)
        && let [only] = given.value.pieces()
    {
        draft.fix(Safety::Safe, [(only.place(), nearest.to_owned())]);
    }
}

/// `roles/…`, `roles/ROLE_NAME`, `roles/your.role`: text that stands for another one.
fn is_placeholder(name: &str) -> bool {
    let rest = name.strip_prefix("roles/").unwrap_or(name);
    let lower = rest.to_ascii_lowercase();
    rest.is_empty()
        || !rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '/')
        || !rest.chars().any(|c| c.is_ascii_lowercase())
        || ["your", "xxx", "some", "example", "role"].iter().any(|word| lower.starts_with(word))
        || lower.contains("..")
}
