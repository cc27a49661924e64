//! Objects as Kubernetes writes them (`apiVersion`, `kind`, `metadata`, `spec`): what they declare, and the scripts that
//! their containers run. Which objects are of which kind of document is said beside this file.

mod audiences;

use super::{Context, Reading, refer};
use crate::program::{
    Assign, Assigned, Block, Command, Declaration, Expr, Inherit, Schema, Step, StepKind, Visibility,
};
use crate::read::shell;
use crate::source::Span;
use crate::syntax::shell::{Dialect, Placeholders};
use crate::syntax::yaml::{Node, Scalar};

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
            reading.steps.push(process(script(context, scalar, Dialect::Bash), pair.span));
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
    let list = |name: &str| container.get(name).map_or(&[][..], |pair| pair.value.items());
    let is_open = ["command", "args"].iter().any(|name| container.get(name).is_some_and(|pair| pair.value.is_open()));
    let words: Vec<&Scalar> = list("command").iter().chain(list("args")).filter_map(Node::scalar).collect();
    let span = container.span;
    let Some(body) = run(context, &words, is_open, span) else { return };
    let mut steps: Vec<Step> = list("env").iter().filter_map(|variable| assigned(context, variable)).collect();
    steps.push(body);
    reading.regions.push(span);
    // The values of its variables may refer to those around it; what it runs sees nothing else.
    reading.steps.push(Step { kind: StepKind::Scope(steps.into(), Inherit::All), span });
}

fn assigned(context: &Context, variable: &Node) -> Option<Step> {
    let name = variable.get("name")?.value.text()?.to_owned();
    let value = Assigned::Text(context.expr(variable.get("value")?.value.scalar()?));
    let assign = Assign { name, value, append: false, visibility: Visibility::Exported };
    Some(Step { kind: StepKind::Assign(assign), span: variable.span })
}

/// `["sh", "-c", "gcloud …"]`, or a command with its arguments.
fn run(context: &Context, words: &[&Scalar], is_open: bool, span: Span) -> Option<Step> {
    let name = words.first()?.text();
    let name = name.rsplit('/').next().unwrap_or(name);
    if shell::is_shell(name) {
        let is_flag = |word: &&Scalar| {
            let text = word.text();
            text.starts_with('-') && !text.starts_with("--") && text.ends_with('c')
        };
        let at = words.iter().position(is_flag)?;
        let dialect = match name {
            "bash" => Dialect::Bash,
            "zsh" => Dialect::Zsh,
            _ => Dialect::Posix,
        };
        let body = script(context, words.get(at + 1)?, dialect);
        // The first one after the script is its name.
        let arguments = words.get(at + 3..).unwrap_or(&[]).iter().map(|word| context.expr(word)).collect();
        let parameters = Step { kind: StepKind::Parameters(arguments), span };
        return Some(process(std::iter::once(parameters).chain(body.iter().cloned()).collect(), span));
    }
    if is_open {
        return None;
    }
    let words: Vec<Expr> = words.iter().map(|word| context.expr(word)).collect();
    Some(Step { kind: StepKind::Command(Command { words, env: Vec::new(), input: None, prints: true }), span })
}

fn script(context: &Context, scalar: &Scalar, dialect: Dialect) -> Block {
    shell::block_within(&scalar.body, context.file, dialect, Placeholders::Script, context.nesting)
}

fn process(body: Block, span: Span) -> Step {
    Step { kind: StepKind::Scope(body, Inherit::Exported), span }
}
