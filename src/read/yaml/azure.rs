//! Azure Pipelines: `script` and `bash` steps and inline tasks of the same.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/> and
//! <https://learn.microsoft.com/azure/devops/pipelines/process/variables>, checked 2026-11-21.

use super::refer::{Reference, StandsFor, closing};
use super::script::{machine, process};
use super::{Context, Kind, Reading};
use crate::program::{Assigned, Step, StepKind};
use crate::syntax::yaml::{Node, Pair};

pub(super) const KIND: Kind = Kind { name: "azure-pipelines", accepts, read };

fn accepts(path: &str, root: &Node) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lists = ["steps", "jobs", "stages"].iter().filter_map(|key| root.get(key));
    let items: Vec<&Node> = lists.flat_map(|pair| pair.value.items()).collect();
    let own = |item: &&Node| {
        let is_task = item.path(&["task"]).and_then(Node::text).is_some_and(|task| task.contains('@'));
        is_task
            || ["displayName", "checkout", "deployment"].iter().any(|key| item.get(key).is_some())
            || item.path(&["job"]).or_else(|| item.path(&["stage"])).is_some_and(|name| name.scalar().is_some())
    };
    let around = ["pool", "trigger", "pr", "schedules", "resources"].iter().any(|key| root.get(key).is_some());
    let is_step = |item: &&Node| ["script", "bash"].iter().any(|key| item.get(key).is_some());
    let foreign = root.get("on").is_some() || root.get("apiVersion").is_some();
    !foreign && (items.iter().any(own) || (around || name.starts_with("azure-pipelines")) && items.iter().any(is_step))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references: macros, ..*context };
    let mut steps = Vec::new();
    level(&context, root, reading, &mut steps);
    reading.steps.extend(steps);
}

/// A pipeline, a stage, a job: variables, and what they hold for.
fn level(context: &Context, node: &Node, reading: &mut Reading, steps: &mut Vec<Step>) {
    if let Some(given) = node.get("variables") {
        steps.extend(variables(context, &given.value));
    }
    for key in ["stages", "jobs"] {
        let Some(list) = node.get(key) else { continue };
        for item in list.value.items() {
            let mut own = Vec::new();
            level(context, item, reading, &mut own);
            steps.push(machine(context, "runner", own, item.span));
        }
    }
    for pair in node.pairs() {
        match pair.key.text() {
            "steps" => pair.value.items().iter().for_each(|item| step(context, item, reading, steps)),
            // `strategy: { runOnce: { deploy: { steps: … } } }`
            "strategy" | "runOnce" | "rolling" | "canary" | "deploy" | "preDeploy" | "postRouteTraffic"
            | "routeTraffic" | "on" | "success" | "failure" => level(context, &pair.value, reading, steps),
            _ => {}
        }
    }
}

fn step(context: &Context, item: &Node, reading: &mut Reading, steps: &mut Vec<Step>) {
    // `${{ if … }}:` before a list of steps.
    if let [only] = item.pairs().as_slice()
        && !only.value.items().is_empty()
    {
        return only.value.items().iter().for_each(|item| step(context, item, reading, steps));
    }
    let inputs = item.get("inputs").map(|pair| &pair.value);
    let is_shell =
        |pair: &&Pair| pair.value.text().is_some_and(|task| task.starts_with("Bash@") || task.starts_with("CmdLine@"));
    let script = item
        .get("bash")
        .or_else(|| item.get("script"))
        .or_else(|| item.get("task").filter(is_shell).and_then(|_| inputs?.get("script")));
    let Some(script) = script else { return };
    reading.regions.push(item.span);
    let mut own = Vec::new();
    if let Some(env) = item.get("env") {
        own.extend(context.variables(&env.value));
    }
    own.extend(context.scripts(&script.value));
    steps.push(process(own, item.span));
}

/// A map, or a list of `name` and `value`. Processes see them by their names in upper case, with `_` for `.`.
fn variables(context: &Context, node: &Node) -> Vec<Step> {
    let mut steps = if node.items().is_empty() { context.variables(node) } else { Vec::new() };
    for item in node.items() {
        if let (Some(name), Some(value)) =
            (item.path(&["name"]).and_then(Node::scalar), item.path(&["value"]).and_then(Node::scalar))
        {
            steps.push(super::script::exported(name.text(), context.expr(value), item.span));
        }
    }
    let upper = |step: &Step| match &step.kind {
        StepKind::Assign(assign) => {
            let Assigned::Text(value) = &assign.value else { return None };
            let name = assign.name.to_ascii_uppercase().replace('.', "_");
            (name != assign.name).then(|| super::script::exported(&name, value.clone(), step.span))
        }
        _ => None,
    };
    let seen: Vec<Step> = steps.iter().filter_map(upper).collect();
    steps.extend(seen);
    steps
}

/// `$(Name)`, which is filled in before a shell sees it where there is such a variable, `${{ variables.Name }}`, and
/// `$[ … ]`.
fn macros(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')).map(|offset| at + offset) {
        at = dollar + 1;
        let rest = text.get(dollar..).unwrap_or("");
        let within = |open: &str, close: &str| {
            let inner = rest.strip_prefix(open)?;
            let inner = inner.get(..closing(inner, close)?).filter(|inner| !inner.contains('\n'))?;
            Some((inner, open.len() + inner.len() + close.len()))
        };
        let is_name = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte))
        };
        let reference = if let Some((inner, length)) = within("${{", "}}") {
            let name = inner.trim().strip_prefix("variables.").filter(|name| is_name(name));
            let hole = || StandsFor::Hole(format!("${{{{{inner}}}}}"));
            Some((length, name.map_or_else(hole, |name| StandsFor::Variable(name.to_owned()))))
        } else if let Some((inner, length)) = within("$(", ")") {
            is_name(inner).then(|| (length, StandsFor::Variable(inner.to_owned())))
        } else {
            within("$[ ", " ]").map(|(inner, length)| (length, StandsFor::Hole(format!("$[ {inner} ]"))))
        };
        if let Some((length, stands_for)) = reference {
            found.push(Reference { range: dollar..dollar + length, stands_for });
            at = dollar + length;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_are_told_from_commands() {
        let found = |text: &str| -> Vec<StandsFor> { macros(text).into_iter().map(|found| found.stands_for).collect() };
        let variable = |name: &str| StandsFor::Variable(name.to_owned());
        assert_eq!(found("$(api.host)/$(gcloud x)/$X"), [variable("api.host")]);
        assert_eq!(
            found("${{ variables.a }}${{ parameters.b }}"),
            [variable("a"), StandsFor::Hole("${{ parameters.b }}".into())]
        );
        assert_eq!(found("$[ variables.a ] [[ $x ]] $("), [StandsFor::Hole("$[ variables.a ]".into())]);
    }
}
