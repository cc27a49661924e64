//! A job or task sends an `Authorization` header of its own beside the token that it fetches.

use crate::facts::{Header, Removal};
use crate::finding::{Level, Safety};
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "ignored-authorization-header",
    group: Group::Credential,
    level: Level::Warning,
    fix: Some(Safety::Safe),
    page: page!("ignored-authorization-header"),
    covers: &[],
    checks: &[Check::Header(Alone(check))],
    ..Rule::STABLE
};

fn check(header: &Header, report: &mut Report) {
    let Some(token) = header.token.filter(|_| header.name.eq_ignore_ascii_case("authorization")) else { return };
    let name = header.job.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
    let message = format!(
        "the {}{name} fetches a token for each call, and that takes the place of its `{}` header: what is written here is \
         never sent",
        header.caller.shown(),
        header.name
    );
    let draft = report.warning(&header.at, header.place, message);
    draft
        .label("never sent")
        .related(token, "the token is asked for here")
        .help("delete the header; a second secret for the target goes into a header of another name");
    match header.removal {
        Some(Removal::Flag(place)) => draft.fix(Safety::Safe, [(place, Change::CutFlag)]),
        Some(Removal::Bytes(place)) => draft.fix(Safety::Safe, [(place, String::new())]),
        Some(Removal::Lines(place)) => draft.fix(Safety::Safe, [(place, Change::CutLines)]),
        None => draft,
    };
}
