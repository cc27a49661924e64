//! The IAM Credentials API is given an account by its project, where it takes `-` alone.

use crate::facts::FullName;
use crate::finding::{Level, Safety};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "delegate-with-project",
    group: Group::Minting,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("delegate-with-project"),
    covers: &[],
    checks: &[Check::FullName(Alone(check))],
    ..Rule::STABLE
};

fn check(name: &FullName, report: &mut Report) {
    if !name.names_a_project() {
        return;
    }
    let what = if name.delegate { "a delegate" } else { "the account" };
    let message = format!(
        "{what} is named to the IAM Credentials API as `projects/{}/serviceAccounts/…`, but this API takes `-` alone in the \
         place of the project; it will answer 400",
        name.project
    );
    let place = name.place();
    let draft = report.error(&name.at, place.unwrap_or(name.given.at), message);
    draft
        .label("`-` is due")
        .help("write `projects/-/serviceAccounts/EMAIL`: the account is found by its e-mail, whatever its project");
    if let Some(place) = place {
        draft.fix(Safety::Safe, [(place, "-".to_owned())]);
    }
}
