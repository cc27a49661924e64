//! Images that are pushed, and how Docker is given credentials for their registries.
//!
//! <https://docs.docker.com/reference/cli/docker/>, and the `action.yml` of `docker/login-action` and
//! `docker/build-push-action`, checked 2026-11-30.

use super::declare::given_at;
use super::{Facts, Given};
use crate::eval::{Declared, Run, Statement};
use crate::value::{Tree, Value};

/// An image that is pushed.
#[derive(Debug, Clone)]
pub struct Push {
    /// Its name, which begins with the registry's.
    pub image: Given,
    /// The statement.
    pub at: Statement,
}

/// Docker is given credentials.
#[derive(Debug, Clone)]
pub struct DockerLogin {
    /// For this registry; nobody knows for which where there is none.
    pub registry: Option<Value>,
    /// The statement.
    pub at: Statement,
}

/// Flags whose value is the next word, of the commands below.
const WITH_VALUE: &[&str] = &[
    "-u",
    "--username",
    "-p",
    "--password",
    "-t",
    "--tag",
    "-f",
    "--file",
    "--build-arg",
    "--platform",
    "--target",
    "--cache-from",
    "--cache-to",
    "--builder",
    "--label",
    "--secret",
    "-o",
    "--output",
];
/// The registry of names that begin with none.
const DEFAULT: &str = "docker.io";

/// Adds what Docker is told.
pub(super) fn add(facts: &mut Facts, run: &Run) {
    let Some((program, rest)) = run.words.items.split_first() else { return };
    let program = program.literal().unwrap_or_default();
    if !program.rsplit('/').next().unwrap_or("").starts_with("docker") {
        return;
    }
    let words: Vec<Option<String>> = rest.iter().take(3).map(Value::literal).collect();
    let words: Vec<&str> = words.iter().map(|word| word.as_deref().unwrap_or("")).collect();
    match (program.rsplit('/').next().unwrap_or(""), words.as_slice()) {
        ("docker-credential-gcr" | "docker-credential-gcloud", _) => login(facts, None, run),
        (_, ["login", ..]) => {
            let registry = positionals(rest.get(1..).unwrap_or(&[])).pop();
            let surely = registry.is_some() || !run.words.open;
            let near = run.words.items.first().and_then(Value::place);
            let default = || near.map(|near| Value::text(DEFAULT, near));
            login(facts, registry.or_else(default).filter(|_| surely), run);
        }
        (_, ["push", ..]) => pushes(facts, positionals(rest.get(1..).unwrap_or(&[])), run),
        (_, ["image", "push", ..]) => pushes(facts, positionals(rest.get(2..).unwrap_or(&[])), run),
        (_, ["build" | "buildx", ..]) => {
            let is_pushed = rest.iter().any(|word| word.equals("--push").is_yes());
            pushes(facts, if is_pushed { tags(rest) } else { Vec::new() }, run);
        }
        // `docker --config …`: other credentials.
        (_, [first, ..]) if first.starts_with('-') => login(facts, None, run),
        _ => {}
    }
}

/// Adds what an action does about registries.
pub(super) fn action(facts: &mut Facts, name: &str, with: Option<&Tree>, declared: &Declared) {
    let input = |name: &str| given_at(with?, &[name]);
    match name {
        "docker/build-push-action" => {
            let is_pushed = input("push").is_some_and(|push| push.value.equals("true").is_yes());
            if let Some(tags) = input("tags").filter(|_| is_pushed) {
                let lines = tags.value.split('\n').into_iter().flat_map(|line| line.split(','));
                let images = lines.map(|tag| tags.with(tag.trimmed()));
                facts.pushes.extend(images.map(|image| Push { image, at: declared.at.clone() }));
            }
        }
        // Whoever else logs in does so somewhere.
        name if name.contains("login") || name.contains("docker-auth") => {
            let registry = input("registry").map(|registry| registry.value).filter(|_| name == "docker/login-action");
            facts.docker_logins.push(DockerLogin { registry, at: declared.at.clone() });
        }
        _ => {}
    }
}

fn login(facts: &mut Facts, registry: Option<Value>, run: &Run) {
    facts.docker_logins.push(DockerLogin { registry, at: run.at.clone() });
}

fn pushes(facts: &mut Facts, images: Vec<Value>, run: &Run) {
    for value in images {
        let Some(at) = value.place() else { continue };
        facts.pushes.push(Push { image: Given::new(value, at, at), at: run.at.clone() });
    }
}

/// The words that are neither flags nor their values.
fn positionals(words: &[Value]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut is_value = false;
    for word in words {
        let starts = word.known_prefix();
        if std::mem::take(&mut is_value) {
            continue;
        }
        if starts.starts_with('-') {
            is_value = word.literal().is_some_and(|word| WITH_VALUE.contains(&word.as_str()));
        } else {
            found.push(word.clone());
        }
    }
    found
}

/// The values of `-t` and `--tag`.
fn tags(words: &[Value]) -> Vec<Value> {
    let mut found: Vec<Value> = words.iter().filter_map(|word| word.strip_prefix("--tag=")).collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    let is_tag = |word: &Value| ["-t", "--tag"].iter().any(|flag| word.equals(flag).is_yes());
    found.extend(pairs.filter(|(flag, _)| is_tag(flag)).map(|(_, tag)| tag.clone()));
    found
}

/// The host that the name of an image or of a registry begins with.
pub fn registry_host(name: &Value) -> Value {
    let name = name.strip_prefix("https://").unwrap_or_else(|| name.clone());
    name.split_once('/').map_or(name, |(host, _)| host)
}
