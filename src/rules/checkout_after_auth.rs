//! A repository is checked out after a step has authenticated, which deletes the file that the credentials are in.

use crate::facts::{Authentication, Uses};
use crate::finding::{Level, Safety};
use crate::project::{Event, Project};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Truth;

pub(super) static RULE: Rule = Rule {
    id: "checkout-after-auth",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Unsafe),
    page: page!("checkout-after-auth"),
    covers: &[],
    checks: &[Check::Uses(Within(check))],
    ..Rule::STABLE
};

fn check(checkout: &Uses, project: &Project, report: &mut Report) {
    let is_told = project.shown.told_by_variables.contains(&checkout.at.flow);
    if checkout.name != "actions/checkout" || checkout.conditional || is_told || !empties_workspace(checkout) {
        return;
    }
    let Some(authentication) = authenticated(checkout, project) else { return };
    // Who logs in again needs the file no more.
    let may_log_in = |event: &Event<'_>| match event {
        Event::Opaque(_) => true,
        Event::Uses(uses) => super::may_do_anything(uses),
        event => super::logs_in(event, project),
    };
    let after = project.after(&checkout.at).take_while(|event| !may_log_in(event));
    let Some(needs) = after.filter(|event| !event.at().loose).find_map(|event| super::needs_login(&event)) else {
        return;
    };
    let message = "this checkout empties the workspace, and the file of credentials lies there that \
                   `google-github-actions/auth` wrote before; what follows is not logged in";
    let draft = report.error(&checkout.at, checkout.head, message);
    draft
        .label("deletes the credentials")
        .help("move the checkout above the step that authenticates")
        .related(authentication.head, "authenticated here")
        .related(needs, "needs the credentials");
    if let (Some(own), Some(theirs)) = (&checkout.lines, &authentication.lines)
        && own.at.file == theirs.at.file
        && let (Some(text), Some(other)) = (own.value.literal(), theirs.value.literal())
        && indentation(&text) == indentation(&other)
        && super::may_move(&text)
    {
        draft.fix_in(Safety::Unsafe, [(theirs.at.part(0..0), text), (own.at, String::new())]);
    }
}

/// Whether all of the workspace is cleaned, as it is when nothing else is said.
fn empties_workspace(checkout: &Uses) -> bool {
    let is_cleaned = match checkout.has("clean") {
        Truth::No => true,
        _ => checkout.input("clean").is_some_and(|clean| clean.value.equals("true").is_yes()),
    };
    is_cleaned && checkout.has("path").is_no()
}

/// The step before, on the same machine, whose file of credentials is there still.
fn authenticated<'p>(checkout: &Uses, project: &'p Project) -> Option<&'p Authentication> {
    let last = project.before(&checkout.at).find_map(|event| match event {
        Event::Authentication(authentication) => Some(Some(authentication)),
        // It was deleted already.
        Event::Uses(uses) if uses.name == "actions/checkout" => Some(None),
        event if super::logs_in(&event, project) => Some(None),
        _ => None,
    })??;
    let surely = last.leaves_file.is_yes() && !last.skipped && !last.open && last.at.sites == checkout.at.sites;
    surely.then_some(last)
}

fn indentation(lines: &str) -> usize {
    lines.len() - lines.trim_start_matches(' ').len()
}
