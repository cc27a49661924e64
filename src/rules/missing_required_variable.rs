//! A variable is given where another one, which it needs, is not.

use crate::finding::Level;
use crate::project::{Environment, Lack, Project};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-required-variable",
    group: Group::Environment,
    level: Level::Warning,
    fix: None,
    page: page!("missing-required-variable"),
    covers: &["variables-overwritten"],
    checks: &[Check::Environment(check)],
    ..Rule::STABLE
};

/// What holds without being declared.
const BUILT_IN: (&str, &str) = ("AUTH_SERVICE_URL", "AUTH_SERVICE_ENABLED");
/// Another rule speaks of this one.
const OF_ANOTHER: (&str, &str) = ("SERVICE_SECRET", "SERVICE_ID");

fn check(environment: &Environment, project: &Project, report: &mut Report) {
    let mut said: Vec<(&str, &str)> = vec![OF_ANOTHER];
    for require in &project.required {
        for needs in &require.needs {
            let pair = (require.when.as_str(), needs.as_str());
            if !said.contains(&pair) {
                said.push(pair);
                let why = "which authlint.toml requires beside it";
                project.lacks(environment, pair.0, pair.1).iter().for_each(|lack| {
                    say(lack, pair, Level::Warning, why, report);
                });
            }
        }
    }
    if !said.contains(&BUILT_IN) {
        let why = "so that the client of the auth service stays off wherever it is off by default";
        let lacks = project.lacks(environment, BUILT_IN.0, BUILT_IN.1);
        // Another command may have turned it on long ago.
        lacks.iter().filter(|lack| lack.sure).for_each(|lack| say(lack, BUILT_IN, Level::Advice, why, report));
    }
}

fn say(lack: &Lack<'_>, (when, needs): (&str, &str), level: Level, why: &str, report: &mut Report) {
    let shown = super::target_shown(&lack.by.target);
    if let Some((change, place, earlier)) = lack.dropped {
        let message = format!("this takes `{needs}` away from {shown}, which keeps `{when}` and needs both");
        report
            .add(level, &change.at, place, message)
            .help(format!("leave `{needs}` to it, or take `{when}` away as well"))
            .related(earlier.at, format!("`{needs}` is given here"))
            .related(lack.given.at, format!("`{when}` is given here"));
        return;
    }
    let message = format!("{shown} is given `{when}` and no `{needs}`, {why}");
    let value = if needs == BUILT_IN.1 { "true" } else { "…" };
    report
        .add(level, &lack.by.at, lack.given.at, message)
        .label(format!("without `{needs}`"))
        .help(super::how_to_give(lack.by, needs, value));
}
