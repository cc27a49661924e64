//! What the texts of a project show of the environment of what it deploys, beside statements that deploy it: variables that
//! images and programs set for themselves, and whether services are known by an id and a secret at all.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::config::Require;
use crate::program::{Program, Step, StepKind, Visibility};
use crate::project::{Requirement, Shown};
use crate::source::{FileId, Source};

/// Texts that speak of services which are known by an id and a secret.
const CONVENTION: &[&str] = &["AUTH_SERVICE_", "X-Service-ID", "X-Service-Id", "x-service-id"];
/// The variable that holds the id.
const ID: &str = "SERVICE_ID";
/// Variables that rules ask for by themselves.
const NAMES: &[&str] = &[ID, "AUTH_SERVICE_ENABLED"];
/// Blocks within blocks that are looked through.
const MAX_DEPTH: usize = 60;
/// Scripts that run where the service runs, by words of their names.
const STARTS: &[&str] = &["entrypoint", "start", "boot", "docker", "serve", "run"];

/// What sets a policy in words of an API, whose members a program puts together.
const SETTERS: &[&str] = &["setIamPolicy", "set_iam_policy", "SetIamPolicy"];
/// Variables that tell gcloud and Docker who they are, and which project and region they are for.
const VARIABLES: &[&str] = &["CLOUDSDK_", "DOCKER_CONFIG"];
/// Lines before and after that belong to what names a role.
const AROUND: usize = 5;
/// Documents, whose prose is no statement.
const PROSE: &[&str] = &[".md", ".markdown", ".mdx", ".ipynb"];

/// What the configuration asks for, as rules ask for it.
pub(super) fn required(requires: &[Require]) -> Vec<Requirement> {
    let one = |require: &Require| Requirement { when: require.when.clone(), needs: require.needs.clone() };
    requires.iter().map(one).collect()
}

/// Adds what one file shows.
pub(super) fn add(shown: &mut Shown, source: &Source, program: &Program, required: &[Requirement]) {
    let text = source.text();
    let starts_word = |at: usize| !text.get(..at).is_some_and(|before| before.ends_with(is_part));
    let mentions = |word: &&str| memmem::find_iter(text.as_bytes(), word.as_bytes()).any(starts_word);
    shown.service_ids = shown.service_ids || CONVENTION.iter().any(mentions) || words(text, ID).next().is_some();
    let path = source.path().to_ascii_lowercase();
    if is_image(&path) || is_start(&path) {
        exported(&program.body, &mut shown.set, 0);
    }
    let needed = required.iter().flat_map(|require| &require.needs).map(String::as_str);
    for name in NAMES.iter().copied().chain(needed) {
        if !shown.set.contains(name) && words(text, name).any(|(before, after)| has_default(before, after)) {
            shown.set.insert(name.to_owned());
        }
    }
}

/// Where a file names a role that may be due to somebody, or what sets a policy, and whether it speaks of variables that tell
/// gcloud who it is.
pub(super) fn spoken(source: &Source, file: FileId) -> Shown {
    let mut shown = Shown::default();
    let text = source.text();
    if PROSE.iter().any(|end| source.path().to_ascii_lowercase().ends_with(end)) {
        return shown;
    }
    if VARIABLES.iter().any(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some()) {
        shown.told_by_variables.insert(file);
    }
    for at in memmem::find_iter(text.as_bytes(), b"roles/") {
        let rest = text.get(at..).unwrap_or("");
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '/' || c == '.')).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or("").trim_end_matches('.');
        // What is commented out is not done.
        let line = text.get(..at).unwrap_or("").rsplit('\n').next().unwrap_or("").trim_start();
        if !line.starts_with('#') && !line.starts_with("//") {
            shown.speaks(file, at as u32, Some(name), || around(text, at));
        }
    }
    for setter in SETTERS {
        for at in memmem::find_iter(text.as_bytes(), setter.as_bytes()) {
            shown.speaks(file, at as u32, None, || around(text, at));
        }
    }
    shown
}

/// The lines around a byte.
fn around(text: &str, at: usize) -> &str {
    let (before, after) = (text.get(..at).unwrap_or(""), text.get(at..).unwrap_or(""));
    let start = before.rmatch_indices('\n').nth(AROUND).map_or(0, |(at, _)| at);
    let end = after.match_indices('\n').nth(AROUND).map_or(after.len(), |(at, _)| at);
    text.get(start..at + end).unwrap_or("")
}

fn is_image(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is = |word: &str| name.starts_with(word) || name.strip_suffix(word).is_some_and(|stem| stem.ends_with('.'));
    is("dockerfile") || is("containerfile")
}

fn is_start(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_script = !name.contains('.') || name.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "sh" | "bash"));
    is_script && STARTS.iter().any(|word| name.contains(word))
}

/// The variables that steps give to what they start.
fn exported(body: &[Step], set: &mut BTreeSet<String>, depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for step in body {
        match &step.kind {
            StepKind::Assign(assign) if assign.visibility == Visibility::Exported => {
                set.insert(assign.name.clone());
            }
            StepKind::Export(name) => {
                set.insert(name.clone());
            }
            StepKind::Group(body) | StepKind::Function(_, body) | StepKind::Scope(body, _) => {
                exported(body, set, depth + 1);
            }
            StepKind::Branch(arms) => arms.iter().for_each(|arm| exported(&arm.body, set, depth + 1)),
            StepKind::Command(command) => {
                let own = command.env.iter().map(|assign| assign.name.clone());
                set.extend(own);
            }
            _ => {}
        }
    }
}

/// The text before and after each place where a name stands as a whole word.
fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
    memmem::find_iter(text.as_bytes(), name.as_bytes()).filter_map(move |at| {
        let (before, after) = (text.get(..at)?, text.get(at + name.len()..)?);
        (!before.ends_with(is_part) && !after.starts_with(is_part)).then_some((before, after))
    })
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether a program reads a variable with a text to take in its place, or sets it for itself: `getenv("X", "y")`,
/// `process.env.X || "y"`, `os.environ["X"] = "y"`, `Setenv("X", "y")`.
fn has_default(before: &str, after: &str) -> bool {
    // `${X:default}`, `${X:-default}`
    if before.ends_with("${") && after.strip_prefix(':').is_some_and(|rest| !rest.starts_with(['}', '?'])) {
        return true;
    }
    let quoted = |text: &str| {
        let mut chars = text.trim_start().chars();
        chars.next().is_some_and(|quote| matches!(quote, '"' | '\'' | '`') && chars.next().is_some_and(|c| c != quote))
    };
    let quote = before.ends_with(['"', '\'']);
    let inner = if quote { before.get(..before.len() - 1).unwrap_or("") } else { before };
    let after = if quote { after.get(1..).unwrap_or("") } else { after };
    // The name of what is called or indexed, in front of the bracket.
    let called = |bracket: char| {
        let head = inner.strip_suffix(bracket)?;
        let start = head.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).map_or(0, |at| at + 1);
        Some(head.get(start..)?.to_ascii_lowercase())
    };
    let speaks_of_it = |name: String| name.ends_with("env") || name.contains("environ") || name.ends_with("config");
    let after = after.trim_start();
    if quote && let Some(name) = called('(') {
        return (speaks_of_it(name.clone()) || name.ends_with("default"))
            && after.strip_prefix(',').is_some_and(quoted);
    }
    let closed = if quote { after.strip_prefix(']').unwrap_or("").trim_start() } else { after };
    let indexed = quote && called('[').is_some_and(speaks_of_it);
    let member = !quote && inner.strip_suffix('.').is_some_and(|head| head.ends_with("env"));
    let default = ["||", "??", "="].iter().any(|op| closed.strip_prefix(op).is_some_and(quoted));
    (indexed || member) && default
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_need_not_be_given_it() {
        let has = |text: &str| words(text, ID).any(|(before, after)| has_default(before, after));
        for text in [
            "os.getenv(\"SERVICE_ID\", \"api\")",
            "os.environ.get('SERVICE_ID', 'api')",
            "id := config(\"SERVICE_ID\", \"api\")",
            "os.environ.setdefault(\"SERVICE_ID\", \"api\")",
            "const id = process.env.SERVICE_ID || 'api';",
            "const id = process.env.SERVICE_ID ?? `api`;",
            "process.env['SERVICE_ID'] = 'api'",
            "os.environ[\"SERVICE_ID\"] = \"api\"",
            "os.Setenv(\"SERVICE_ID\", \"api\")",
        ] {
            assert!(has(text), "{text}");
        }
        for text in [
            "os.getenv(\"SERVICE_ID\")",
            "os.getenv(\"SERVICE_ID\", \"\")",
            "os.getenv(\"SERVICE_ID\", None)",
            "[(\"SERVICE_ID\", \"api\")]",
            "env_vars = {\"SERVICE_ID\": \"api\"}",
            "MY_SERVICE_ID = 'a'",
            "process.env.SERVICE_ID",
            "process.env.SERVICE_ID || ''",
            "if os.environ[\"SERVICE_ID\"] == \"api\":",
            "SERVICE_ID=api",
        ] {
            assert!(!has(text), "{text}");
        }
    }

    #[test]
    fn files_that_run_where_the_service_runs() {
        assert!(is_image("svc/dockerfile") && is_image("api.dockerfile") && is_image("dockerfile.prod"));
        assert!(
            is_start("docker/entrypoint.sh") && is_start("start") && !is_start("deploy.sh") && !is_start("run.yaml")
        );
    }
}
