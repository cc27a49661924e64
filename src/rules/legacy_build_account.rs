//! A role is granted to the account that Cloud Build ran as before 2024, which newer projects do not have.

use crate::facts::{Grant, Verb};
use crate::finding::Level;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "legacy-build-account",
    group: Group::Ci,
    level: Level::Advice,
    fix: None,
    page: page!("legacy-build-account"),
    covers: &[],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, report: &mut Report) {
    let Some(member) = grant.member.as_ref().filter(|_| grant.verb == Verb::Add) else { return };
    if !member.value.ends_with("@cloudbuild.gserviceaccount.com").is_yes() {
        return;
    }
    report
        .advice(
            &grant.at,
            member.at,
            format!(
                "`{}` is what Cloud Build ran as in projects that used it before the middle of 2024; builds of newer \
                 projects run as the default account of Compute Engine, or as the one that they name, and do not get \
                 this role",
                member.value
            ),
        )
        .label("not in newer projects")
        .help("name an account of its own in the build (`serviceAccount`) and grant it the role");
}
