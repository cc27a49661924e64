//! A variable that is plain is to be filled from a secret, or the other way round, and was not taken away before.

use crate::facts::{EnvChange, Others, TargetKind, Variable};
use crate::finding::Level;
use crate::gcp::wording::Wording;
use crate::project::{Environment, Project};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "variable-changes-kind",
    group: Group::Environment,
    level: Level::Error,
    fix: None,
    page: page!("variable-changes-kind"),
    covers: &[],
    checks: &[Check::Environment(check)],
    ..Rule::STABLE
};

/// Statements about one target that are compared with each other.
const MAX_CHANGES: usize = 64;

fn check(environment: &Environment, project: &Project, report: &mut Report) {
    let all: Vec<&EnvChange> = project.changes(environment).take(MAX_CHANGES).collect();
    for (index, change) in all.iter().enumerate() {
        if !is_judged(change) {
            continue;
        }
        if let Some((plain, secret)) = twice(change) {
            say(change, secret, plain, true, report);
            continue;
        }
        // The last one that surely ran before it.
        let before = all.iter().take(index).rev();
        let earlier = before.filter(|earlier| is_judged(earlier) && earlier.at.under.is_always());
        let Some(earlier) = earlier.copied().find(|earlier| project.follows(earlier, change)) else {
            continue;
        };
        for variable in &change.given {
            let Some(was) = variable.name.literal().and_then(|name| earlier.variable(name.trim())) else { continue };
            if is_refused(was, variable, change) {
                say(change, variable, was.at, false, report);
                break;
            }
        }
    }
}

/// Whether a statement is one of Cloud Run's commands that keeps what it gives: gcloud compares there.
fn is_judged(change: &EnvChange) -> bool {
    let is_run = matches!(change.target.kind, TargetKind::Service | TargetKind::Job | TargetKind::WorkerPool);
    is_run && change.lasts && !change.at.loose && !change.open && change.wording == Wording::Command
}

/// Whether gcloud finds the variable there as something else. It changes the plain ones first.
fn is_refused(was: &Variable, variable: &Variable, change: &EnvChange) -> bool {
    let removes = |secret: bool| {
        change
            .removed
            .iter()
            .any(|removed| removed.secret == secret && !removed.name.equals(&variable.name.to_string()).is_no())
    };
    match (was.secret.is_some(), variable.secret.is_some()) {
        (false, true) => change.plain == Others::Kept && !removes(false),
        // The same command may take the secret away; whether it does so in time depends on the release.
        (true, false) => change.secrets == Others::Kept && !removes(true),
        _ => false,
    }
}

/// One name that a command gives in both ways.
fn twice(change: &EnvChange) -> Option<(Place, &Variable)> {
    change.given.iter().filter(|variable| variable.secret.is_some()).find_map(|secret| {
        let name = secret.name.literal()?;
        let plain = change.given.iter().find(|plain| plain.secret.is_none() && plain.is_named(name.trim()))?;
        Some((plain.at, secret))
    })
}

fn say(change: &EnvChange, variable: &Variable, was: Place, at_once: bool, report: &mut Report) {
    let name = variable.name.to_string();
    let name = name.trim();
    let (from, to, removal) = match variable.secret {
        Some(_) => ("a plain variable", "filled from a secret", "--remove-env-vars"),
        None => ("filled from a secret", "a plain variable", "--remove-secrets"),
    };
    let target = super::target_shown(&change.target);
    let what = if at_once {
        format!("`{name}` of {target} is given as {from} and {to} at once")
    } else {
        format!("`{name}` of {target} is {from} by now, and is to be {to}")
    };
    let message = format!(
        "{what}; gcloud will answer `Cannot update environment variable [{name}] … because it has already been set with a \
         different type.`"
    );
    let help = if at_once {
        format!("give `{name}` in one way only")
    } else {
        format!("take it away first: `{removal}={name}` in a command of its own before this one")
    };
    report.error(&change.at, variable.at, message).label("another kind").help(help).related(was, "given here before");
}
