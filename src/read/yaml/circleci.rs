//! Configuration of `CircleCI`: the `run` steps of jobs and commands. What orbs do is not known.
//!
//! <https://circleci.com/docs/configuration-reference/>, checked 2026-11-21.

use std::collections::HashMap;

use super::refer::{Reference, between};
use super::script::{machine, process};
use super::{Context, Kind, Reading};
use crate::program::Step;
use crate::syntax::yaml::{Node, Pair};

pub(super) const KIND: Kind = Kind { name: "circleci", accepts, read };

fn accepts(path: &str, root: &Node) -> bool {
    let has_steps = |key: &str| entries(root, key).iter().any(|pair| pair.value.get("steps").is_some());
    let has_run = || {
        bodies(root).iter().any(|pair| {
            let steps = pair.value.get("steps").map_or([].as_slice(), |steps| steps.value.items());
            steps.iter().any(|step| step.get("run").is_some() || matches!(step.text(), Some("checkout")))
        })
    };
    let is_here =
        path.contains(".circleci/") || ["workflows", "orbs", "executors"].iter().any(|key| root.get(key).is_some());
    let versioned = root.path(&["version"]).and_then(Node::text).is_some_and(|version| version.starts_with('2'));
    (is_here || versioned)
        && root.get("on").is_none()
        && (has_steps("jobs") || has_steps("commands"))
        && (is_here || has_run())
}

fn entries<'n>(root: &'n Node, key: &str) -> Vec<&'n Pair> {
    root.get(key).map(|pair| pair.value.pairs()).unwrap_or_default()
}

/// Jobs and commands.
fn bodies(root: &Node) -> Vec<&Pair> {
    let mut bodies = entries(root, "jobs");
    bodies.extend(entries(root, "commands"));
    bodies
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references: parameters, ..*context };
    let executors: HashMap<&str, &Node> =
        entries(root, "executors").into_iter().map(|pair| (pair.key.text(), &pair.value)).collect();
    for pair in bodies(root) {
        reading.regions.push(pair.span);
        let mut steps = Vec::new();
        let executor = pair.value.get("executor").and_then(|executor| {
            let name = executor.value.text().or_else(|| executor.value.path(&["name"])?.text())?;
            executors.get(name)?.path(&["environment"])
        });
        let own = pair.value.get("environment").map(|environment| &environment.value);
        for environment in executor.into_iter().chain(own) {
            steps.extend(context.variables(environment));
        }
        if let Some(body) = pair.value.get("steps") {
            add(&context, &body.value, reading, &mut steps);
        }
        reading.steps.push(machine(&context, "runner", steps, pair.span));
    }
}

/// The steps of a list, those within conditions among them.
fn add(context: &Context, list: &Node, reading: &mut Reading, steps: &mut Vec<Step>) {
    for item in list.items() {
        for key in ["when", "unless"] {
            if let Some(inner) = item.path(&[key, "steps"]) {
                add(context, inner, reading, steps);
            }
        }
        let Some(run) = item.get("run") else { continue };
        reading.regions.push(item.span);
        let mut own = Vec::new();
        if let Some(environment) = run.value.get("environment") {
            own.extend(context.variables(&environment.value));
        }
        let command = run.value.get("command").map_or(&run.value, |command| &command.value);
        let shell = run.value.path(&["shell"]).and_then(Node::text).unwrap_or("bash");
        if shell.contains("sh") && !shell.contains("powershell") {
            own.extend(context.scripts(command));
            steps.push(process(own, item.span));
        }
    }
}

/// `<< parameters.x >>`, `<< pipeline.x >>`, `<<# parameters.x >>`.
fn parameters(text: &str) -> Vec<Reference> {
    between(text, "<<", ">>", |inner| {
        let inner = inner.trim_start_matches(['#', '^', '/', ' ']);
        ["parameters.", "pipeline.", "matrix."].iter().any(|start| inner.starts_with(start))
    })
}
