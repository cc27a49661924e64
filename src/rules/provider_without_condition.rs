//! A provider takes the tokens of everybody whom a public issuer makes some for, and no condition says whose.

use crate::facts::{FederationProvider, pool_of};
use crate::finding::Level;
use crate::project::Project;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::may_equal;

pub(super) static RULE: Rule = Rule {
    id: "provider-without-condition",
    group: Group::Ci,
    level: Level::Warning,
    fix: None,
    page: page!("provider-without-condition"),
    covers: &[],
    checks: &[Check::Provider(check)],
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
    if project
        .facts
        .providers
        .iter()
        .any(|other| !other.creates && !other.has_condition.is_no() && is_of(other, provider))
    {
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

/// Whether both may be of one pool.
fn is_of(other: &FederationProvider, provider: &FederationProvider) -> bool {
    match (&other.pool, &provider.pool) {
        (Some(a), Some(b)) => may_equal(a, b, &[]),
        _ => true,
    }
}

/// Whether what is granted to members of the pool is granted to those of some repository or group alone.
fn is_bound(provider: &FederationProvider, project: &Project) -> bool {
    project.facts.grants.iter().filter_map(|grant| pool_of(&grant.member.as_ref()?.value)).any(|(pool, who)| {
        provider.pool.as_ref().is_none_or(|own| may_equal(own, &pool, &[]))
            && BOUND.iter().any(|start| who.starts_with(start).is_yes())
    })
}
