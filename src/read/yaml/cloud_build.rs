//! Builds of Cloud Build: what their steps run, with the substitutions that the build gives defaults for.
//!
//! <https://cloud.google.com/build/docs/build-config-file-schema> and
//! <https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values>, checked 2026-11-21.

use super::refer::{Reference, StandsFor, closing, name_length};
use super::script::{Word, process};
use super::{Context, Kind, Reading, indentation};
use crate::program::{self, Declaration, Entry, Expr, Schema, Step, StepKind};
use crate::read::machine;
use crate::source::Span;
use crate::syntax::yaml::Node;
use crate::value::Place;

pub(super) const KIND: Kind = Kind { name: "cloud-build", accepts, read };

/// Substitutions that each build has, or each build of a trigger.
const BUILT_IN: &[&str] = &[
    "PROJECT_ID",
    "BUILD_ID",
    "PROJECT_NUMBER",
    "LOCATION",
    "TRIGGER_NAME",
    "COMMIT_SHA",
    "REVISION_ID",
    "SHORT_SHA",
    "REPO_NAME",
    "REPO_FULL_NAME",
    "BRANCH_NAME",
    "TAG_NAME",
    "REF_NAME",
    "TRIGGER_BUILD_CONFIG_PATH",
    "SERVICE_ACCOUNT_EMAIL",
    "SERVICE_ACCOUNT",
];

/// How many substitutions a build may have.
const MAX_SUBSTITUTIONS: usize = 200;

/// What steps of other tools hold.
const FOREIGN: &[&str] =
    &["uses", "run", "task", "bash", "pwsh", "checkout", "displayName", "command", "call", "image"];

fn accepts(path: &str, root: &Node) -> bool {
    let build = build(root);
    let steps = build.get("steps").map_or([].as_slice(), |pair| pair.value.items());
    let named = path.to_ascii_lowercase().contains("cloudbuild");
    let is_step = |step: &Node| {
        let Some(name) = step.path(&["name"]).and_then(Node::text) else { return false };
        let is_image = !name.contains(' ') && (named || name.contains(['/', ':']) || step.get("args").is_some());
        is_image && ["args", "entrypoint", "script"].iter().any(|key| step.get(key).is_some())
    };
    let foreign = |step: &Node| FOREIGN.iter().any(|key| step.get(key).is_some());
    steps.iter().any(is_step) && !steps.iter().any(foreign)
}

/// The build: the document, or what a trigger holds.
fn build(root: &Node) -> &Node {
    match root.get("build") {
        Some(build) if root.get("steps").is_none() => &build.value,
        _ => root,
    }
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references, ..*context };
    let build = build(root);
    // Of a trigger's own, which override the build's, the first to be set wins.
    let trigger = (!std::ptr::eq(build, root)).then_some(root);
    for substitutions in trigger.into_iter().chain([build]).filter_map(|node| node.get("substitutions")) {
        reading.steps.extend(context.defaults(&substitutions.value));
    }
    reading.steps.push(machine::begins("build", context.near(root.span)));
    reading.steps.push(described(&context, build));
    let options = build.get("options").map(|pair| &pair.value);
    if let Some(env) = options.and_then(|options| options.get("env")) {
        reading.steps.extend(context.variables(&env.value));
    }
    let maps = |node: &Node| node.path(&["automapSubstitutions"]).and_then(Node::text) == Some("true");
    let all_mapped = options.is_some_and(maps);
    for step in build.get("steps").map_or([].as_slice(), |pair| pair.value.items()) {
        reading.regions.push(step.span);
        let mut steps: Vec<Step> = Vec::new();
        if let Some(env) = step.get("env") {
            steps.extend(context.variables(&env.value));
        }
        if let Some(script) = step.get("script").and_then(|pair| pair.value.scalar()) {
            // Nothing is filled in there, and the substitutions are variables only where they are mapped.
            let plain = Context { references: super::no_references, ..context };
            let mut body: Vec<Step> = Vec::new();
            if !all_mapped && !maps(step) {
                body.extend(unmapped(&steps, build, step.span));
            }
            body.extend(plain.script(script).iter().cloned());
            steps.extend(body);
        } else if let Some(words) = words(step) {
            steps.extend(context.executed(&words, step.span));
        }
        reading.steps.push(process(steps, step.span));
    }
}

/// As whom it runs, and where its logs go.
fn described(context: &Context, build: &Node) -> Step {
    let keys = ["serviceAccount", "logsBucket", "options"];
    let mut entries: Vec<Entry> =
        keys.iter().filter_map(|key| build.get(key)).map(|pair| context.entry(pair)).collect();
    if let Some((span, text)) = logging(context, build) {
        let place = Place::exact(context.file, span);
        let value = program::Node::Text(Expr::text(text, place));
        entries.push(Entry { name: "room".to_owned(), at: place, whole: place, value });
    }
    let near = context.near(build.span);
    let declaration = Declaration {
        schema: Schema::Build,
        kind: String::new(),
        name: String::new(),
        head: build.get("steps").map_or(near, |steps| context.near(steps.key.span)),
        body: program::Node::Map(entries, build.is_open()),
        each: None,
    };
    Step { kind: StepKind::Declare(declaration.into()), span: build.span }
}

/// What to write, and where, so that the logs go to Cloud Logging alone.
fn logging(context: &Context, build: &Node) -> Option<(Span, String)> {
    let text = context.text?;
    let first = build.get("serviceAccount").or_else(|| build.get("steps"))?;
    let (pair, line) = if let Some(options) = build.get("options") {
        (*options.value.pairs().first()?, "logging: CLOUD_LOGGING_ONLY".to_owned())
    } else {
        let indentation = indentation(text, first.span.start)?;
        (first, format!("options:\n{indentation}  logging: CLOUD_LOGGING_ONLY"))
    };
    let start = pair.span.start;
    let indentation = indentation(text, start)?;
    let is_block = !text.get(build.span.range())?.starts_with('{');
    is_block.then(|| (Span::new(start, start), format!("{line}\n{indentation}")))
}

/// Substitutions are no variables of a step, but for those that it has of its own.
fn unmapped(own: &[Step], build: &Node, span: Span) -> Vec<Step> {
    let is_own =
        |name: &str| own.iter().any(|step| matches!(&step.kind, StepKind::Assign(assign) if assign.name == name));
    let names = build.get("substitutions").map(|pair| pair.value.pairs()).unwrap_or_default();
    let names = names.into_iter().take(MAX_SUBSTITUTIONS).map(|pair| pair.key.text().to_owned());
    names.filter(|name| !is_own(name)).map(|name| Step { kind: StepKind::Unset(name), span }).collect()
}

/// What a step runs: its entry point, else that of its image, with its arguments.
fn words(step: &Node) -> Option<Vec<Word<'_>>> {
    let arguments = step.get("args").map(|pair| Word::all(&pair.value)).unwrap_or_default();
    let mut words: Vec<Word> = Vec::new();
    if let Some(entry) = step.get("entrypoint").and_then(|pair| pair.value.scalar()) {
        words.push(Word::Given(entry));
    } else {
        let image = step.get("name")?.value.scalar()?;
        match (program_of(image.text()), arguments.first().and_then(Word::text)) {
            // Images without an entry point run their first argument.
            (_, Some("gcloud" | "gsutil" | "bq" | "bash" | "sh" | "curl" | "kubectl" | "docker")) | (None, _) => {}
            (_, Some(path)) if path.starts_with(['/', '.']) => {}
            (Some(program), _) => words.push(Word::Implied(program, image.span)),
        }
    }
    words.extend(arguments);
    Some(words)
}

/// The program that an image runs: Google's builders are named after theirs.
fn program_of(image: &str) -> Option<&'static str> {
    let name = image.rsplit('/').next()?;
    let name = name.split([':', '@']).next()?;
    match name {
        "gcloud" | "gcloud-slim" | "cloud-sdk" | "google-cloud-cli" => Some("gcloud"),
        "curl" => Some("curl"),
        "wget" => Some("wget"),
        _ => None,
    }
}

/// `$_X`, `${_X}`, `$PROJECT_ID`; `$$` is a `$`. A name that no build has is an error there, or nothing.
fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')).map(|offset| at + offset) {
        at = dollar + 1;
        let rest = text.get(at..).unwrap_or("");
        let (length, stands_for) = if rest.starts_with('$') {
            (1, StandsFor::Text("$".to_owned()))
        } else if let Some(inner) = rest.strip_prefix('{') {
            let inner = closing(inner, "}").and_then(|end| inner.get(..end)).filter(|inner| !inner.contains('\n'));
            let Some(inner) = inner else { continue };
            (inner.len() + 2, named(inner))
        } else {
            let length = name_length(rest);
            (length, named(rest.get(..length).unwrap_or("")))
        };
        if length > 0 {
            found.push(Reference { range: dollar..at + length, stands_for });
            at += length;
        }
    }
    found
}

fn named(name: &str) -> StandsFor {
    let own = name.starts_with('_') && name_length(name) == name.len();
    if own || BUILT_IN.contains(&name) {
        StandsFor::Variable(name.to_owned())
    } else {
        StandsFor::Hole(format!("${{{name}}}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_those_of_builds() {
        let found = |text: &str| -> Vec<(String, StandsFor)> {
            references(text)
                .into_iter()
                .map(|found| (text.get(found.range).unwrap().to_owned(), found.stands_for))
                .collect()
        };
        let variable = |name: &str| StandsFor::Variable(name.to_owned());
        let hole = |shown: &str| StandsFor::Hole(shown.to_owned());
        let dollar = || ("$$".to_owned(), StandsFor::Text("$".to_owned()));
        assert_eq!(
            found("a-$_X.$PROJECT_ID"),
            [("$_X".into(), variable("_X")), ("$PROJECT_ID".into(), variable("PROJECT_ID"))]
        );
        assert_eq!(
            found("${_X}${HOME}$HOST"),
            [("${_X}".into(), variable("_X")), ("${HOME}".into(), hole("${HOME}")), ("$HOST".into(), hole("${HOST}"))]
        );
        assert_eq!(found("$$X $${Y} $$(z) $(date) $1 $?"), [dollar(), dollar(), dollar()]);
        assert_eq!(found("$$$_X"), [dollar(), ("$_X".into(), variable("_X"))]);
        assert_eq!(found("${_X//-/_} ${"), [("${_X//-/_}".into(), hole("${_X//-/_}"))]);
    }
}
