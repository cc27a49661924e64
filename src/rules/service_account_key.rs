//! The key of a service account is made or used, where something that cannot be stolen and kept would do.

use crate::facts::{Authentication, Gcloud, ServiceAccountKey};
use crate::finding::Level;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Hole, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "service-account-key",
    group: Group::Ci,
    level: Level::Advice,
    fix: None,
    hole: Some(Hole::Medium),
    page: page!("service-account-key"),
    covers: &[],
    checks: &[Check::Gcloud(Alone(gcloud)), Check::Authentication(Alone(step)), Check::Key(Alone(declared))],
    ..Rule::STABLE
};

const LASTS: &str = "a key is valid for years wherever it gets to";

fn gcloud(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let (what, help) = if invocation.is(&["iam service-accounts keys create"]) {
        ("makes a key", "give those who need the account a grant to impersonate it, or let them federate")
    } else if invocation.is(&["auth activate-service-account"]) {
        ("logs in with a key", "log in by workload identity federation: `gcloud auth login --cred-file=FILE`")
    } else {
        return;
    };
    report.advice(&gcloud.at, invocation.at, format!("this {what}: {LASTS}")).label("a key").help(help);
}

fn step(step: &Authentication, report: &mut Report) {
    let Some(key) = step.key.as_ref().filter(|key| !key.value.is_empty().is_yes()) else { return };
    report
        .advice(&step.at, key.at, format!("this logs in with a key: {LASTS}"))
        .label("a key")
        .help("write `workload_identity_provider` in its place, which trusts this repository and stores nothing");
}

fn declared(key: &ServiceAccountKey, report: &mut Report) {
    report
        .advice(&key.at, key.said, format!("this makes a key, and Terraform's state holds it in clear: {LASTS}"))
        .label("a key")
        .help("give those who need the account a grant to impersonate it, or let them federate");
}
