//! It cannot be told from the files whether an account may do what it is set up to do.

use crate::finding::Level;
use crate::project::{Need, Project, Verdict};
use crate::rule::{Check, Group, Report, Rule};

/// Told on request alone.
pub static RULE: Rule = Rule {
    id: "undecided-access",
    group: Group::Own,
    level: Level::Advice,
    fix: None,
    page: page!("undecided-access"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let Verdict::Unknown(doubt) = verdict else { return };
    let who = need
        .account()
        .map_or_else(|| "an account that is not known".to_owned(), |account| format!("`{}`", account.value));
    let on = need.on.as_ref().map_or_else(|| "a target that is not known".to_owned(), crate::project::Resource::shown);
    let (why, place) = (doubt.shown(), project.place_of(doubt));
    let permission = need.permissions.first().copied().unwrap_or_default();
    let message =
        format!("{} needs `{permission}` on {on} as {who}; whether it has it, cannot be told: {why}", need.subject());
    let draft = report.advice(&need.at, need.place, message);
    draft.label("undecided").help("name what decides in the files, or declare the grant in authlint.toml");
    if let Some(place) = place {
        draft.related(place, "this decides");
    }
}
