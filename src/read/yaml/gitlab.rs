//! Pipelines of GitLab CI: the scripts of their jobs, with variables and what is taken over from other jobs of the file.
//!
//! <https://docs.gitlab.com/ci/yaml/>, checked 2026-11-21.

use std::collections::{HashMap, HashSet};

use super::refer::{Reference, between, shell};
use super::script::{machine, process};
use super::{Context, Kind, Reading};
use crate::program::Step;
use crate::syntax::yaml::{Kind as Shape, Node};

pub(super) const KIND: Kind = Kind { name: "gitlab-ci", accepts, read };

/// Keys of a pipeline that are no jobs.
const GLOBAL: &[&str] = &[
    "default",
    "variables",
    "stages",
    "workflow",
    "include",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];
/// How far one job takes over from another.
const MAX_PARENTS: usize = 11;
/// How many jobs one job takes over from.
const MAX_FAMILY: usize = 30;

fn accepts(path: &str, root: &Node) -> bool {
    let jobs = || root.pairs().into_iter().filter(|pair| !GLOBAL.contains(&pair.key.text()));
    let has_script = || jobs().any(|pair| pair.value.get("script").is_some_and(|script| is_script(&script.value)));
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.contains("gitlab-ci") || path.contains(".gitlab/") {
        return has_script() || root.get("before_script").is_some();
    }
    let is_stage = |stage: &Node| stage.scalar().is_some();
    let stages = root.get("stages").is_some_and(|stages| stages.value.items().iter().all(is_stage));
    let has_stage = jobs().any(|pair| {
        pair.value.get("stage").is_some_and(|stage| stage.value.scalar().is_some())
            && ["script", "extends"].iter().any(|key| pair.value.get(key).is_some())
    });
    has_script() && (stages || has_stage)
}

fn is_script(node: &Node) -> bool {
    matches!(node.kind, Shape::Scalar(_) | Shape::Sequence(_))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let pairs = root.pairs();
    let entries = pairs.iter().map(|pair| (pair.key.text(), &pair.value)).collect();
    let pipeline = Pipeline { context: Context { references: inputs, ..*context }, entries };
    if let Some(variables) = pipeline.entries.get("variables") {
        reading.steps.extend(pipeline.variables(variables));
    }
    let jobs: Vec<_> = pairs.into_iter().filter(|pair| !GLOBAL.contains(&pair.key.text())).collect();
    // What others take over is read with their variables.
    let parents: HashSet<&str> = jobs.iter().flat_map(|pair| extended(&pair.value)).collect();
    for pair in jobs {
        let name = pair.key.text();
        if pair.value.pairs().is_empty() || name.starts_with('.') && parents.contains(name) {
            continue;
        }
        reading.regions.push(pair.span);
        let mut steps = Vec::new();
        pipeline.job(&pair.value, &mut steps);
        reading.steps.push(machine(context, "runner", steps, pair.span));
    }
}

struct Pipeline<'a> {
    context: Context<'a>,
    /// What stands in the pipeline, by its name.
    entries: HashMap<&'a str, &'a Node>,
}

impl Pipeline<'_> {
    fn job(&self, job: &Node, steps: &mut Vec<Step>) {
        let mut family = Vec::new();
        self.family(job, 0, &mut family);
        for variables in family.iter().rev().filter_map(|job| job.get("variables")) {
            steps.extend(self.variables(&variables.value));
        }
        let of = |key: &str| {
            let own = family.iter().find_map(|job| job.get(key)).map(|pair| &pair.value);
            let default = || self.entries.get("default").and_then(|default| default.get(key)).map(|pair| &pair.value);
            own.or_else(default).or_else(|| self.entries.get(key).copied())
        };
        for script in [of("before_script"), of("script")].into_iter().flatten() {
            self.script(script, 0, steps);
        }
        if let Some(after) = of("after_script") {
            let mut own = Vec::new();
            self.script(after, 0, &mut own);
            // A shell of its own, which sees only what the job was given.
            steps.push(process(own, after.span));
        }
    }

    /// A job and those that it takes over from, nearest first.
    fn family<'n>(&'n self, job: &'n Node, depth: usize, family: &mut Vec<&'n Node>) {
        family.push(job);
        for parent in extended(job).into_iter().rev().filter_map(|name| self.entries.get(name)) {
            let is_new = !family.iter().any(|known| std::ptr::eq(*known, *parent));
            if is_new && depth < MAX_PARENTS && family.len() < MAX_FAMILY {
                self.family(parent, depth + 1, family);
            }
        }
    }

    /// A script: lines, lists of lines, and what `!reference` names.
    fn script(&self, node: &Node, depth: usize, steps: &mut Vec<Step>) {
        if depth > MAX_PARENTS || !self.context.spend(0) {
            return;
        }
        if node.tag.as_deref() == Some("!reference") {
            let path: Option<Vec<&str>> = node.items().iter().map(Node::text).collect();
            let found = |path: &[&str]| self.entries.get(path.first()?)?.path(path.get(1..)?);
            if let Some(target) = path.and_then(|path| found(&path)) {
                self.script(target, depth + 1, steps);
            }
            return;
        }
        match &node.kind {
            Shape::Sequence(items) => items.iter().for_each(|item| self.script(item, depth + 1, steps)),
            _ => steps.extend(self.context.scripts(node)),
        }
    }

    /// Variables, which the project's settings and whoever starts the pipeline may set otherwise.
    fn variables(&self, node: &Node) -> Vec<Step> {
        Context { references: in_variables, ..self.context }.defaults(node)
    }
}

/// The names of the jobs that a job takes over from.
fn extended(job: &Node) -> Vec<&str> {
    let Some(extends) = job.get("extends") else { return Vec::new() };
    extends.value.text().into_iter().chain(extends.value.items().iter().filter_map(Node::text)).collect()
}

/// `$[[ inputs.x ]]`. What a shell expands is left to it.
fn inputs(text: &str) -> Vec<Reference> {
    between(text, "$[[", "]]", |_| true)
}

/// `$X` and `${X}` in variables.
fn in_variables(text: &str) -> Vec<Reference> {
    let mut found = shell(text);
    found.extend(inputs(text));
    found
}
