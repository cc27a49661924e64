//! Ansible: the commands that tasks run, and what modules of `google.cloud` declare.
//!
//! <https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html>, checked 2026-11-21.

use std::collections::BTreeSet;

use super::refer::{Reference, StandsFor, name_length};
use super::script::{Word, process};
use super::{Context, Kind, Reading};
use crate::program::{Declaration, Schema, Step, StepKind};
use crate::syntax::yaml::{Kind as Shape, Node, Scalar};

pub(super) const KIND: Kind = Kind { name: "ansible", accepts, read };

/// Modules that run a command.
const COMMANDS: &[&str] = &["shell", "command", "ansible.builtin.shell", "ansible.builtin.command"];
/// Modules that set variables.
const SETTERS: &[&str] = &["set_fact", "ansible.builtin.set_fact"];
/// Lists of tasks.
const LISTS: &[&str] = &["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"];
/// What only tasks and plays hold.
const OWN: &[&str] = &[
    "hosts",
    "register",
    "when",
    "become",
    "changed_when",
    "failed_when",
    "delegate_to",
    "notify",
    "with_items",
    "loop",
    "import_playbook",
    "include_tasks",
    "import_tasks",
    "set_fact",
    "gather_facts",
    "no_log",
];

fn accepts(path: &str, root: &Node) -> bool {
    let here = ["tasks/", "handlers/", "playbooks/", "roles/"].iter().any(|folder| path.contains(folder));
    let task = |node: &Node| {
        let commands = COMMANDS.iter().any(|key| node.get(key).is_some());
        let qualified = node
            .pairs()
            .iter()
            .any(|pair| ["ansible.", "google.cloud.", "gcp_"].iter().any(|start| pair.key.text().starts_with(start)));
        qualified || commands && (here || OWN.iter().any(|key| node.get(key).is_some()))
    };
    let play = |node: &Node| {
        node.get("hosts").is_some() && LISTS.iter().chain(&["roles", "vars"]).any(|key| node.get(key).is_some())
    };
    let block = |node: &Node| node.get("block").is_some_and(|block| block.value.items().iter().any(task));
    root.items().iter().any(|node| play(node) || task(node) || block(node))
}

/// Whether a key names a module of Google's collection, by itself or qualified.
fn is_module(key: &str) -> bool {
    key.strip_prefix("google.cloud.").unwrap_or(key).starts_with("gcp_")
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references: templates, ..*context };
    let (mut steps, mut set) = (Vec::new(), BTreeSet::new());
    names_set(root, &mut set);
    tasks(&context, root, &set, reading, &mut steps);
    reading.steps.extend(steps);
}

/// Names that tasks set while the play runs: what `vars` says of them does not last.
fn names_set<'n>(list: &'n Node, names: &mut BTreeSet<&'n str>) {
    for pair in list.items().iter().flat_map(Node::pairs) {
        if LISTS.contains(&pair.key.text()) {
            names_set(&pair.value, names);
        } else if SETTERS.contains(&pair.key.text()) {
            names.extend(pair.value.pairs().into_iter().map(|fact| fact.key.text()));
        } else if pair.key.text() == "register" {
            names.extend(pair.value.scalar().map(Scalar::text));
        }
    }
}

fn tasks(context: &Context, list: &Node, set: &BTreeSet<&str>, reading: &mut Reading, steps: &mut Vec<Step>) {
    for item in list.items() {
        let mut own: Vec<Step> = Vec::new();
        if let Some(vars) = item.get("vars") {
            let lasts = |step: &Step| match &step.kind {
                StepKind::Assign(assign) => !set.contains(assign.name.as_str()),
                _ => true,
            };
            own.extend(context.defaults(&vars.value).into_iter().filter(lasts));
        }
        if let Some(environment) = item.get("environment") {
            own.extend(context.variables(&environment.value));
        }
        let mut is_task = false;
        for pair in item.pairs() {
            if LISTS.contains(&pair.key.text()) {
                tasks(context, &pair.value, set, reading, &mut own);
            } else if COMMANDS.contains(&pair.key.text()) {
                is_task = true;
                let command = pair.value.get("cmd").map_or(&pair.value, |cmd| &cmd.value);
                match pair.value.get("argv") {
                    Some(argv) => own.extend(context.executed(&Word::all(&argv.value), pair.span)),
                    None if matches!(command.kind, Shape::Scalar(_)) => own.extend(context.scripts(command)),
                    None => {}
                }
            } else if is_module(pair.key.text()) && !pair.value.pairs().is_empty() {
                is_task = true;
                let declaration = Declaration {
                    schema: Schema::Module,
                    kind: pair.key.text().to_owned(),
                    name: String::new(),
                    head: context.place(&pair.key.body, 0..pair.key.text().len()),
                    body: context.node(&pair.value),
                    each: None,
                };
                own.push(Step { kind: StepKind::Declare(declaration.into()), span: pair.span });
            }
        }
        if is_task {
            reading.regions.push(item.span);
        }
        if !own.is_empty() {
            steps.push(process(own, item.span));
        }
    }
}

/// `{{ name }}`; what a filter makes of it is not known.
fn templates(text: &str) -> Vec<Reference> {
    let mut found = super::refer::between(text, "{{", "}}", |_| true);
    for reference in &mut found {
        let name = text.get(reference.range.start + 2..reference.range.end - 2).unwrap_or("").trim();
        // What a loop runs over differs from turn to turn.
        if !name.is_empty() && name_length(name) == name.len() && name != "item" {
            reference.stands_for = StandsFor::Variable(name.to_owned());
        }
    }
    found
}
