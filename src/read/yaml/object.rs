//! Objects as Kubernetes writes them (`apiVersion`, `kind`, `metadata`, `spec`): what they declare, and the scripts that
//! their containers run. Which objects are of which kind of document is said beside this file.

mod audiences;

use super::script::{Word, exported, machine};
use super::{Context, Reading, refer};
use crate::program::{Declaration, Inherit, Schema, Step, StepKind};
use crate::syntax::yaml::Node;

/// What an object is: its API without the version, empty for Kubernetes' own first one, and its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Type<'n> {
    /// `serving.knative.dev`
    pub group: &'n str,
    /// `Service`
    pub kind: &'n str,
}

/// The type of an object; `None` when this is none.
pub(super) fn type_of(object: &Node) -> Option<Type<'_>> {
    let text = |key: &str| object.get(key)?.value.text();
    let (version, kind) = (text("apiVersion")?, text("kind")?);
    Some(Type { group: version.rsplit_once('/').map_or("", |(group, _)| group), kind })
}

/// The objects of a document: itself, or those of the list that it is.
pub(super) fn objects(root: &Node) -> Vec<&Node> {
    match type_of(root) {
        Some(Type { group: "", kind: "List" }) => root.path(&["items"]).map_or(&[][..], Node::items).iter().collect(),
        Some(_) => vec![root],
        None => Vec::new(),
    }
}

/// Whether any object of a document is of these.
pub(super) fn any(root: &Node, is_own: fn(Type) -> bool) -> bool {
    objects(root).into_iter().filter_map(type_of).any(is_own)
}

/// Reads every object of a document: those of a list may be of several kinds.
pub(super) fn read(context: &Context, root: &Node, reading: &mut Reading) {
    // Files of objects are filled in by `envsubst`, or by the shell that writes them.
    let context = &Context { references: refer::filled, ..*context };
    for object in objects(root) {
        if let Some(own) = type_of(object) {
            reading.regions.push(object.span);
            reading.steps.push(declared(context, object, own));
            audiences::read(context, object, own, reading);
            scripts(context, object, own, reading);
        }
    }
}

fn declared(context: &Context, object: &Node, own: Type) -> Step {
    let kind = if own.group.is_empty() { own.kind.to_owned() } else { format!("{}/{}", own.group, own.kind) };
    let named = object.path(&["metadata", "name"]).or_else(|| object.path(&["kind"]));
    let declaration = Declaration {
        schema: Schema::Object,
        kind,
        name: String::new(),
        head: context.near(named.map_or(object.span, |node| node.span)),
        body: context.node(object),
        each: None,
    };
    Step { kind: StepKind::Declare(declaration.into()), span: object.span }
}

// ---- containers

/// Where an object says what its containers are.
fn pod(own: Type) -> Option<&'static [&'static str]> {
    let path: &[&str] = match (own.group, own.kind) {
        ("", "Pod") => &["spec"],
        ("run.googleapis.com" | "batch", "CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
        ("run.googleapis.com", "Job") => &["spec", "template", "spec", "template", "spec"],
        ("run.cnrm.cloud.google.com", "RunService") => &["spec", "template"],
        ("run.cnrm.cloud.google.com", "RunJob") => &["spec", "template", "template"],
        ("" | "apps" | "extensions" | "batch" | "serving.knative.dev" | "run.googleapis.com", _) => {
            &["spec", "template", "spec"]
        }
        _ => return None,
    };
    Some(path)
}

fn scripts(context: &Context, object: &Node, own: Type, reading: &mut Reading) {
    if let Type { group: "", kind: "ConfigMap" } = own {
        let pairs = object.path(&["data"]).map(Node::pairs).unwrap_or_default();
        let scripts = pairs.into_iter().filter(|pair| crate::read::extension(pair.key.text()) == "sh");
        for (pair, scalar) in scripts.filter_map(|pair| Some((pair, pair.value.scalar()?))) {
            reading.regions.push(pair.span);
            reading.steps.push(machine(context, "container", own_script(context).script(scalar).to_vec(), pair.span));
        }
        return;
    }
    let Some(pod) = pod(own).and_then(|path| object.path(path)) else { return };
    let of = |list: &str| pod.get(list).map_or(&[][..], |pair| pair.value.items());
    for container in of("initContainers").iter().chain(of("containers")) {
        self::container(context, container, reading);
    }
}

/// What a container runs, with the variables that it is given.
fn container(context: &Context, container: &Node, reading: &mut Reading) {
    let of = |name: &str| container.get(name).map(|pair| &pair.value);
    let words: Vec<Word> = ["command", "args"].into_iter().filter_map(of).flat_map(Word::all).collect();
    let span = container.span;
    let Some(body) = context.executed_with(&own_script(context), &words, span) else { return };
    let variables = of("env").map(Node::items).unwrap_or_default();
    // Containers may share their variables.
    let read = variables.iter().take_while(|_| context.spend(0));
    let mut steps: Vec<Step> = read.filter_map(|variable| assigned(context, variable)).collect();
    steps.push(body);
    reading.regions.push(span);
    // The values of its variables may refer to those around it; what it runs sees nothing else.
    reading.steps.push(Step { kind: StepKind::Scope(steps.into(), Inherit::All), span });
}

fn assigned(context: &Context, variable: &Node) -> Option<Step> {
    let name = variable.get("name")?.value.text()?;
    let value = context.expr(variable.get("value")?.value.scalar()?);
    Some(exported(name, value, variable.span))
}

/// What scripts are read with: a `$X` in them is the shell's own.
fn own_script<'s>(context: &Context<'s>) -> Context<'s> {
    Context { references: refer::none, ..*context }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::source::{FileId, Snippet};
    use crate::syntax::yaml;

    #[test]
    fn a_shell_runs_only_the_string_that_it_is_given() {
        let is_script = |command: &str| {
            let documents = yaml::parse(&Snippet::whole(&format!("{{command: {command}}}")));
            let budget = Cell::new(1000);
            let references = refer::filled;
            let context = Context { file: FileId(0), path: "", references, text: None, nesting: 0, budget: &budget };
            let mut reading = Reading::default();
            container(&context, &documents.first().unwrap().root, &mut reading);
            match &reading.steps.first().unwrap().kind {
                StepKind::Scope(steps, _) => matches!(steps.last().unwrap().kind, StepKind::Scope(..)),
                _ => false,
            }
        };
        assert!(is_script(r#"[bash, -eu, -c, "gcloud x"]"#));
        assert!(is_script(r#"[bash, -ceu, "gcloud x", x, $(Y)]"#));
        assert!(!is_script(r#"[bash, deploy.sh, -c, "gcloud x"]"#));
        assert!(!is_script("[gcloud, -c]"));
    }
}
