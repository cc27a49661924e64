//! Taskfiles of go-task: the commands of their tasks, with variables and defaults.
//!
//! <https://taskfile.dev/reference/schema>, checked 2026-11-21.

use super::refer::{Reference, StandsFor, closing};
use super::script::exported;
use super::{Context, Kind, Reading};
use crate::program::{Assign, Assigned, Expr, Inherit, Loop, Name, Op, Part, Quote, Step, StepKind, Use, Visibility};
use crate::source::Span;
use crate::syntax::yaml::{Kind as Shape, Node};

pub(super) const KIND: Kind = Kind { name: "taskfile", accepts, read };

/// What a task may hold.
const KEYS: &[&str] = &["cmds", "cmd", "deps", "desc", "summary", "sources", "silent", "vars", "preconditions"];
/// Items that a command is run for.
const MAX_ITEMS: usize = 64;

fn accepts(path: &str, root: &Node) -> bool {
    let Some(tasks) = root.get("tasks").map(|pair| pair.value.pairs()).filter(|tasks| !tasks.is_empty()) else {
        return false;
    };
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_task = |task: &Node| match &task.kind {
        Shape::Mapping(_) => KEYS.iter().any(|key| task.get(key).is_some()),
        Shape::Scalar(_) | Shape::Sequence(_) => root.get("version").is_some(),
        Shape::Unknown => false,
    };
    name.starts_with("taskfile") || root.get("version").is_some() && tasks.iter().all(|pair| is_task(&pair.value))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references, ..*context };
    files(&context, root, &mut reading.steps);
    settings(&context, root, true, &mut reading.steps);
    for pair in root.get("tasks").map(|tasks| tasks.value.pairs()).unwrap_or_default() {
        reading.regions.push(pair.span);
        let (task, mut steps) = (&pair.value, Vec::new());
        files(&context, task, &mut steps);
        settings(&context, task, false, &mut steps);
        let commands = ["cmds", "cmd"].iter().find_map(|key| task.get(key)).map_or(task, |pair| &pair.value);
        match &commands.kind {
            Shape::Sequence(items) => items.iter().for_each(|item| command(&context, item, &mut steps)),
            Shape::Scalar(_) => command(&context, commands, &mut steps),
            Shape::Mapping(_) | Shape::Unknown => {}
        }
        reading.steps.push(Step { kind: StepKind::Scope(steps.into(), Inherit::All), span: pair.span });
    }
}

/// Files of variables of the environment.
fn files(context: &Context, node: &Node, steps: &mut Vec<Step>) {
    let paths = node.get("dotenv").map_or([].as_slice(), |pair| pair.value.items());
    // The first one that sets a variable wins.
    for path in paths.iter().rev() {
        if let Some(scalar) = path.scalar() {
            steps.push(Step { kind: StepKind::Include(context.expr(scalar)), span: path.span });
        }
    }
}

/// Variables of templates and of the environment. Those of a file may be set otherwise by whoever runs a task.
fn settings(context: &Context, node: &Node, of_file: bool, steps: &mut Vec<Step>) {
    for (key, is_environment) in [("vars", false), ("env", true)] {
        for pair in node.get(key).map(|pair| pair.value.pairs()).unwrap_or_default() {
            let name = pair.key.text().trim();
            let value = value(context, &pair.value).filter(|value| value.literal().as_deref() != Some(""));
            let Some(value) = value else {
                steps.push(Step { kind: StepKind::Forget(template(name)), span: pair.span });
                if is_environment {
                    steps.push(Step { kind: StepKind::Forget(name.to_owned()), span: pair.span });
                }
                continue;
            };
            if is_environment {
                steps.push(exported(name, value.clone(), pair.span));
            }
            let value = if of_file { or(context, template(name), value, pair.span) } else { value };
            steps.push(set(template(name), value, pair.span));
        }
    }
}

/// What a variable holds; `None` where that is not known.
fn value(context: &Context, node: &Node) -> Option<Expr> {
    if let Some(scalar) = node.scalar() {
        return Some(context.expr(scalar));
    }
    let script = node.get("sh")?.value.scalar()?;
    let part = Part::Output(context.script(script), Quote::Whole, context.near(node.span));
    Some(Expr { parts: vec![part] })
}

fn command(context: &Context, item: &Node, steps: &mut Vec<Step>) {
    let script = ["cmd", "defer"].iter().find_map(|key| item.get(key)).map_or(item, |pair| &pair.value);
    let Some(script) = script.scalar().filter(|scalar| !scalar.is_null()) else { return };
    // Each one is a shell of its own.
    let shell = Step { kind: StepKind::Scope(context.script(script), Inherit::All), span: item.span };
    let Some(over) = item.get("for").map(|pair| &pair.value) else {
        steps.push(shell);
        return;
    };
    let items: Option<Vec<Expr>> =
        over.items().iter().take(MAX_ITEMS).map(|item| item.scalar().map(|scalar| context.expr(scalar))).collect();
    let items = items.filter(|items| !items.is_empty());
    let each = Loop { name: Some(template("ITEM")), items, body: [shell].into() };
    steps.push(Step { kind: StepKind::Loop(each), span: item.span });
}

/// The name of a variable of templates: shells do not know it.
fn template(name: &str) -> String {
    format!(".{name}")
}

fn set(name: String, value: Expr, span: Span) -> Step {
    let value = Assigned::Text(value);
    Step { kind: StepKind::Assign(Assign { name, value, append: false, visibility: Visibility::Program }), span }
}

/// A value where nothing else is given.
fn or(context: &Context, name: String, value: Expr, span: Span) -> Expr {
    let (op, place) = (Op::Default(value), context.near(span));
    Expr { parts: vec![Part::Use(Box::new(Use { name: Name::Variable(name), op, quote: Quote::Whole, place }))] }
}

/// `{{.X}}`, and templates that are more than a variable.
fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|offset| at + offset) {
        at = start + 2;
        let Some(length) = text.get(at..).and_then(|rest| closing(rest, "}}")) else { continue };
        let written = text.get(start..at + length + 2).unwrap_or("");
        let inner = text.get(at..at + length).unwrap_or("");
        at += length + 2;
        found.push(Reference { range: start..at, stands_for: named(inner, written) });
    }
    found
}

/// What one template stands for.
fn named(inner: &str, written: &str) -> StandsFor {
    let inner = inner.strip_prefix('-').unwrap_or(inner);
    let inner = inner.strip_suffix('-').unwrap_or(inner).trim();
    let quoted = |text: &str| {
        let text = text.trim();
        let quote = text.chars().next().filter(|c| matches!(c, '"' | '`'))?;
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(['"', '`', '\\'])).then(|| inner.to_owned())
    };
    let variable = |text: &str| {
        let name = text.trim().strip_prefix('.')?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then(|| template(name))
    };
    if let Some(name) = variable(inner) {
        return StandsFor::Named(name, written.to_owned());
    }
    if let Some(text) = quoted(inner) {
        return StandsFor::Text(text);
    }
    let piped = inner.split_once('|').and_then(|(name, rest)| Some((variable(name)?, rest.trim())));
    let default = piped.and_then(|(name, rest)| Some((name, quoted(rest.strip_prefix("default ")?)?))).or_else(|| {
        let (value, name) = inner.strip_prefix("default ")?.rsplit_once(' ')?;
        Some((variable(name)?, quoted(value)?))
    });
    match default {
        // What is left empty is there for others to set.
        Some((name, default)) if !default.is_empty() => StandsFor::VariableOr(name, default),
        _ => StandsFor::Hole(written.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_variables_where_they_are_nothing_more() {
        let named = |name: &str, shown: &str| StandsFor::Named(name.to_owned(), shown.to_owned());
        let or = |name: &str, default: &str| StandsFor::VariableOr(name.to_owned(), default.to_owned());
        let found = |text: &str| -> Vec<StandsFor> { references(text).into_iter().map(|own| own.stands_for).collect() };
        assert_eq!(found("a{{.X}}{{- .Y -}}"), [named(".X", "{{.X}}"), named(".Y", "{{- .Y -}}")]);
        assert_eq!(found("{{.X | default \"a b\"}}{{default \"c\" .Y}}"), [or(".X", "a b"), or(".Y", "c")]);
        assert_eq!(found("{{\":\"}}"), [StandsFor::Text(":".to_owned())]);
        for text in ["{{if .X}}", "{{.X.Y}}", "{{.X | upper}}", "{{.X | default .Y}}", "{{.X | default \"\"}}"] {
            assert_eq!(found(text), [StandsFor::Hole(text.to_owned())]);
        }
        assert_eq!(found("{{ .X"), []);
    }
}
