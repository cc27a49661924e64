//! Flags are given together of which gcloud takes one alone, or one without the flag that it belongs to.

use crate::facts::Gcloud;
use crate::finding::Level;
use crate::gcp::command::Group;
use crate::gcp::invocation::{FlagUse, Invocation};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "conflicting-flags",
    level: Level::Error,
    fix: None,
    page: page!("conflicting-flags"),
    covers: &[],
    checks: &[Check::Gcloud(check)],
};

fn check(gcloud: &Gcloud, _: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let Some(command) = invocation.command.filter(|_| !invocation.guessed && invocation.track.is_some()) else { return };
    for group in command.exclusive_groups() {
        let given: Vec<&FlagUse> = group.alternatives.iter().filter_map(|names| first(invocation, names)).collect();
        match given.as_slice() {
            [one, two, ..] => together(gcloud, one, two, report),
            [one] => alone(gcloud, &group, one, report),
            [] => {}
        }
    }
}

fn first<'a>(invocation: &'a Invocation, names: &[&str]) -> Option<&'a FlagUse> {
    names.iter().find_map(|name| invocation.flags.iter().find(|flag| flag.name == *name))
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

/// A flag that says more of another one, which is not given: an audience without an account.
fn alone(gcloud: &Gcloud, group: &Group, flag: &FlagUse, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let Some(alternative) = group.alternatives.iter().find(|names| names.contains(&flag.name.as_str())) else { return };
    let needed = alternative.iter().find(|name| {
        let required = invocation.command.and_then(|command| command.flag(name)).is_some_and(|known| known.required);
        required && invocation.has(name).is_no()
    });
    let Some(needed) = needed else { return };
    let message = format!(
        "`{}` takes `{}` only together with `{needed}`, and will refuse it ({needed} must be specified)",
        invocation.shown(),
        flag.name
    );
    report.error(&gcloud.at, flag.at, message).label("not alone").help(format!("add `{needed}`, or drop `{}`", flag.name));
}
