//! Flags are given together of which gcloud takes one alone, or one without the flag that it belongs to.

use crate::facts::Gcloud;
use crate::finding::Level;
use crate::gcp::command::{Alternative, Group as Exclusive};
use crate::gcp::invocation::{FlagUse, Invocation};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "conflicting-flags",
    group: Group::Gcloud,
    level: Level::Error,
    fix: None,
    page: page!("conflicting-flags"),
    covers: &[],
    checks: &[Check::Gcloud(Within(check))],
    ..Rule::STABLE
};

fn check(gcloud: &Gcloud, project: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let Some(command) = invocation.command.filter(|_| !invocation.guessed && invocation.track.is_some()) else {
        return;
    };
    for group in command.exclusive_groups() {
        let mut given: Vec<(usize, &FlagUse)> =
            group.alternatives().filter_map(|alternative| first(invocation, alternative)).collect();
        given.sort_by_key(|(order, _)| *order);
        match given.as_slice() {
            [(_, one), (_, two), ..] => {
                if !are_options(gcloud, project, &one.name, &two.name) {
                    together(gcloud, one, two, report);
                }
            }
            [(_, one)] => alone(gcloud, group, one, report),
            [] => {}
        }
    }
}

/// The first flag that uses an alternative, and the how manieth it is.
fn first(invocation: &Invocation, alternative: Alternative) -> Option<(usize, &FlagUse)> {
    invocation.flags.iter().enumerate().find(|(_, flag)| alternative.has(&flag.name))
}

/// Whether the command may be run with either flag and not the other: then a caller chooses one of them, and nothing says
/// that anybody ever asks for both.
fn are_options(gcloud: &Gcloud, project: &Project, one: &str, two: &str) -> bool {
    let same = |other: &&Gcloud| (other.at.file, other.at.span) == (gcloud.at.file, gcloud.at.span);
    let outcomes = || project.commands_of(gcloud.at.flow).iter().filter(same);
    let without = |there: &str, gone: &str| {
        outcomes().any(|other| other.invocation.flag(there).is_some() && other.invocation.flag(gone).is_none())
    };
    without(one, two) && without(two, one)
}

fn together(gcloud: &Gcloud, one: &FlagUse, two: &FlagUse, report: &mut Report) {
    let message = format!(
        "`{}` takes `{}` or `{}`, not both, and will refuse them (At most one of … can be specified)",
        gcloud.invocation.shown(),
        one.name,
        two.name
    );
    report
        .error(&gcloud.at, two.at, message)
        .label("not with the other")
        .related(one.at, "the other")
        .help(format!("drop `{}` or `{}`", one.name, two.name));
}

/// A flag that says more of an account's, which is not given: an audience without the account whose token it is for.
fn alone(gcloud: &Gcloud, group: Exclusive, flag: &FlagUse, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let Some(alternative) = group.alternatives().find(|alternative| alternative.has(&flag.name)) else { return };
    // Longer alternatives hold groups of their own, which the table does not tell apart.
    let flags: Vec<&str> = alternative.flags().collect();
    let [one, two] = flags[..] else { return };
    let needed = if one == flag.name { two } else { one };
    let required = invocation.command.and_then(|command| command.flag(needed)).is_some_and(|known| known.required);
    if !required || !needed.contains("-service-account") || !invocation.has(needed).is_no() {
        return;
    }
    let message = format!(
        "`{}` takes `{}` only together with `{needed}`, and will refuse it ({needed} must be specified)",
        invocation.shown(),
        flag.name
    );
    report
        .error(&gcloud.at, flag.at, message)
        .label("not alone")
        .help(format!("add `{needed}`, or drop `{}`", flag.name));
}
