//! A provider takes the tokens of everybody whom a public issuer makes some for, and no condition says whose.

use crate::facts::FederationProvider;
use crate::finding::Level;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Hole, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "provider-without-condition",
    group: Group::Ci,
    level: Level::Warning,
    fix: None,
    hole: Some(Hole::High),
    page: page!("provider-without-condition"),
    covers: &[],
    checks: &[Check::Provider(Within(check))],
    ..Rule::STABLE
};

/// Issuers that all of their customers share, whose tokens they make out, and a condition that tells one customer.
const SHARED: &[(&str, &str, &str)] = &[
    ("https://token.actions.githubusercontent.com", "GitHub Actions", "assertion.repository_owner == 'OWNER'"),
    ("https://gitlab.com", "GitLab.com", "assertion.namespace_path == 'GROUP'"),
    ("https://app.terraform.io", "Terraform Cloud", "assertion.terraform_organization_id == 'ID'"),
];
/// What grants are bound to that tells whose repository it is.
const BOUND: &[&str] = &[
    "attribute.repository",
    "attribute.namespace",
    "attribute.project",
    "attribute.terraform",
    "subject/",
    "attribute.sub",
];

fn check(provider: &FederationProvider, project: &Project, report: &mut Report) {
    if !provider.creates || !provider.has_condition.is_no() {
        return;
    }
    let Some(issuer) = provider.issuer.as_ref().and_then(|issuer| issuer.value.literal()) else { return };
    let issuer = issuer.trim_end_matches('/');
    let Some((_, whose, condition)) = SHARED.iter().find(|(shared, ..)| *shared == issuer) else { return };
    // A later change may give it one.
    let others = provider.pool.as_ref().map_or_else(Vec::new, |pool| project.providers_of(pool));
    if others.iter().any(|other| !other.creates && !other.has_condition.is_no()) {
        return;
    }
    let message = format!(
        "this provider takes tokens of every user of {whose}, and no condition says whose; Google refuses to make one by now: \
         `The attribute condition must reference one of the provider's claims`"
    );
    let level = if is_bound(provider, project) { Level::Advice } else { Level::Warning };
    report
        .add(level, &provider.at, provider.issuer.as_ref().map_or(provider.said, |issuer| issuer.at), message)
        .label("of everybody")
        .help(format!("add a condition, as in `{condition}`"));
}

/// Whether something is granted to those of a repository or group alone.
fn is_bound(provider: &FederationProvider, project: &Project) -> bool {
    let is_bound = |who: &Value| BOUND.iter().any(|start| who.starts_with(start).is_yes());
    provider.pool.as_ref().is_some_and(|pool| project.members_of(pool).any(is_bound))
}
