//! A secret stands in the clear where something is deployed with it.

use crate::facts::{EnvChange, TargetKind, Variable};
use crate::finding::Level;
use crate::project::{Environment, Project};
use crate::rule::{Check, Group, Hole, Report, Rule};
use crate::secret::{Looks, is_secret_name, looks};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "plaintext-secret",
    group: Group::Environment,
    level: Level::Error,
    fix: None,
    hole: Some(Hole::High),
    page: page!("plaintext-secret"),
    covers: &[],
    checks: &[Check::Environment(check)],
    ..Rule::STABLE
};

/// Parts of paths below which nothing is deployed that matters.
const HARMLESS: &[&str] = &[
    "doc",
    "docs",
    "test",
    "tests",
    "testing",
    "testdata",
    "spec",
    "e2e",
    "example",
    "examples",
    "sample",
    "samples",
    "fixture",
    "fixtures",
    "demo",
    "demos",
    "mock",
    "integration",
    "mocks",
    "local",
    "tutorial",
    "tutorials",
    "codelab",
    "codelabs",
];

fn check(environment: &Environment, project: &Project, report: &mut Report) {
    for change in project.changes(environment) {
        // Others may change a workload on its way into a cluster; it need not be one of Google's either.
        if change.target.kind == TargetKind::Workload {
            continue;
        }
        for variable in &change.given {
            say(change, variable, project, report);
        }
    }
}

fn say(change: &EnvChange, variable: &Variable, project: &Project, report: &mut Report) {
    let (Some(name), Some(value)) = (variable.name.literal(), variable.value.as_ref()) else { return };
    let Some(text) = value.literal() else { return };
    let looks = looks(&text);
    let what = match looks {
        Looks::Token(what) => what.to_owned(),
        Looks::Random if is_secret_name(name.trim()) => "a text that looks like a key".to_owned(),
        Looks::Word if is_secret_name(name.trim()) => "a word".to_owned(),
        _ => return,
    };
    let places = value.pieces().iter().map(Piece::place);
    if places.chain([variable.at]).any(|place| is_harmless(project.path(place.file))) {
        return;
    }
    let target = super::target_shown(&change.target);
    let message = format!(
        "`{}` of {target} is given {what} in the clear: whoever reads this file, or may look at what is deployed, has it",
        name.trim()
    );
    let level = if looks == Looks::Word { Level::Advice } else { Level::Error };
    report
        .add(level, &change.at, variable.at, message)
        .label("in the clear")
        .help(format!(
            "put it into Secret Manager and give the variable from there, as in `--set-secrets={}=SECRET:latest`; what stood \
             here is to be replaced, for it stays in the history",
            name.trim()
        ));
}

/// Whether a path says that nothing of it is deployed.
fn is_harmless(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or("");
    let is_document = [".md", ".mdx", ".rst", ".ipynb", ".example", ".sample", ".template", ".dist"];
    is_document.iter().any(|end| name.ends_with(end))
        || path.split(['/', '.', '-', '_']).any(|part| HARMLESS.contains(&part))
}
