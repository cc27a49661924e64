//! A command replaces all variables of a service, and those that an earlier one gave are gone.

use crate::facts::{EnvChange, Others, Variable};
use crate::finding::{Level, Safety};
use crate::gcp::wording::Wording;
use crate::project::{Environment, Project};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Place, Value};

pub(super) static RULE: Rule = Rule {
    id: "variables-overwritten",
    group: Group::Environment,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("variables-overwritten"),
    covers: &[],
    checks: &[Check::Environment(check)],
    ..Rule::STABLE
};

/// Statements about one target that are compared with each other.
const MAX_CHANGES: usize = 64;
/// Names that a message shows.
const SHOWN: usize = 4;

fn check(environment: &Environment, project: &Project, report: &mut Report) {
    let all: Vec<&EnvChange> = project.changes(environment).take(MAX_CHANGES).collect();
    for (index, change) in all.iter().enumerate() {
        let Some(flag) = replaces(change) else { continue };
        let (before, after) = all.split_at_checked(index).unwrap_or_default();
        let after = after.get(1..).unwrap_or_default();
        let world = before.iter().copied().filter(|earlier| project.follows(earlier, change));
        let lost = lost(world, change, after);
        if let Some((variable, _)) = lost.first() {
            say(change, flag, variable.at, &lost, report);
        } else if let Some((elsewhere, names)) = elsewhere(change, &all, project) {
            say(change, flag, elsewhere, &names, report);
        }
    }
}

/// The flag by which a command replaces all plain variables with those that it gives, which are all seen.
fn replaces(change: &EnvChange) -> Option<Place> {
    let Others::Dropped(flag) = change.plain else { return None };
    let gives = change.given.iter().any(|variable| variable.secret.is_none() && variable.at == flag);
    let surely = gives && !change.open && change.lasts && !change.at.loose && change.wording == Wording::Command;
    surely.then_some(flag)
}

/// Variables that were given and are gone in the end, with the names of them.
fn lost<'p>(
    before: impl Iterator<Item = &'p EnvChange>,
    change: &EnvChange,
    after: &[&EnvChange],
) -> Vec<(&'p Variable, String)> {
    let mut given: Vec<(&Variable, String)> = Vec::new();
    for earlier in before {
        if let Others::Dropped(_) = earlier.plain {
            given.clear();
        }
        given.retain(|(_, name)| !earlier.removed.iter().any(|removed| removed.name.equals(name).is_yes()));
        for variable in earlier.given.iter().filter(|variable| variable.secret.is_none()) {
            if let Some(name) = variable.name.literal().map(|name| name.trim().to_owned()) {
                given.retain(|(_, other)| *other != name);
                given.push((variable, name));
            }
        }
    }
    let is_given = |name: &str| {
        change.variable(name).is_some() || after.iter().any(|later| later.open || later.variable(name).is_some())
    };
    given.retain(|(_, name)| !is_given(name));
    given
}

/// Where another flow gives the same thing variables that an update takes away. Order is not known between flows: it counts
/// where the project's name says that both mean the same.
fn elsewhere<'p>(
    change: &EnvChange,
    own: &[&EnvChange],
    project: &'p Project,
) -> Option<(Place, Vec<(&'p Variable, String)>)> {
    let literal = |value: &Option<Value>| value.as_ref().and_then(Value::literal);
    let (name, id) = (literal(&change.target.name)?, literal(&change.target.project)?);
    if change.creates || own.len() > 1 {
        return None;
    }
    let other = project.facts.environment.iter().find(|other| {
        other.at.flow != change.at.flow
            && other.creates
            && !other.at.loose
            && other.target.kind == change.target.kind
            && literal(&other.target.name).as_deref() == Some(&name)
            && literal(&other.target.project).as_deref() == Some(&id)
            && other.target.lies_with(&change.target)
    })?;
    let lost = lost(std::iter::once(other), change, &[]);
    Some((lost.first()?.0.at, lost))
}

fn say(change: &EnvChange, flag: Place, earlier: Place, lost: &[(&Variable, String)], report: &mut Report) {
    let names: Vec<String> = lost.iter().take(SHOWN).map(|(_, name)| format!("`{name}`")).collect();
    let more = if lost.len() > SHOWN { format!(" and {} more", lost.len() - SHOWN) } else { String::new() };
    let (are, it) = if lost.len() == 1 { ("is", "it") } else { ("are", "them") };
    let message = format!(
        "`--set-env-vars` replaces all plain variables of {}: {}{more} {are} gone after it",
        super::target_shown(&change.target),
        names.join(", ")
    );
    report
        .warning(&change.at, flag, message)
        .label("replaces all of them")
        .help(format!("write `--update-env-vars`, which leaves the others as they are, or give {it} here, too"))
        .related(earlier, "given here")
        .fix(Safety::Unsafe, [(flag, "--update-env-vars".to_owned())]);
}
