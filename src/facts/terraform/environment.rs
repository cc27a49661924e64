//! What services, jobs and functions read from their environment.

use crate::eval::Declared;
use crate::facts::declare::text_at;
use crate::facts::environment::{Builder, Spelling};
use crate::facts::{Facts, TargetKind};
use crate::gcp::wording::Wording;
use crate::value::Tree;

/// Where containers stand, in services and jobs of either version.
const CONTAINERS: [&[&str]; 3] =
    [&["template", "containers"], &["template", "template", "containers"], &["template", "spec", "containers"]];
const SECOND: Spelling =
    Spelling { source: "value_source", secret: &[&["secret_key_ref", "secret"]], from: "env_from" };
const FIRST: Spelling = Spelling { source: "value_from", secret: &[&["secret_key_ref", "name"]], from: "env_from" };
/// Where functions of either generation say the same.
const PLAIN: [&[&str]; 2] = [&["environment_variables"], &["service_config", "environment_variables"]];
const SECRET: [&[&str]; 2] = [&["secret_environment_variables"], &["service_config", "secret_environment_variables"]];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let kind = match declared.kind.as_str() {
        "google_cloud_run_v2_service" | "google_cloud_run_service" => TargetKind::Service,
        "google_cloud_run_v2_job" => TargetKind::Job,
        "google_cloud_run_v2_worker_pool" => TargetKind::WorkerPool,
        _ => TargetKind::Function,
    };
    let body = &declared.body;
    let mut builder = builder(declared, kind, Wording::Terraform);
    if kind == TargetKind::Function {
        for path in PLAIN {
            builder.named(body, path);
        }
        for path in SECRET {
            builder.keyed(body, path);
        }
    } else {
        let first = declared.kind == "google_cloud_run_service";
        for path in CONTAINERS {
            builder.containers(body, path, if first { FIRST } else { SECOND });
        }
    }
    if may_be_ignored(body) {
        builder.open();
    }
    facts.environment.push(builder.finish());
}

/// A function as Ansible declares it.
pub(super) fn module(facts: &mut Facts, declared: &Declared) {
    let mut builder = builder(declared, TargetKind::Function, Wording::Module);
    builder.named(&declared.body, &["environment_variables"]);
    facts.environment.push(builder.finish());
}

fn builder(declared: &Declared, kind: TargetKind, wording: Wording) -> Builder {
    let text = |name: &str| text_at(&declared.body, &[name]);
    Builder::new(declared, kind, text("name"), wording)
        .within(text("project"), text("location").or_else(|| text("region")))
}

/// Whether changes that others make to the variables stay: `lifecycle { ignore_changes = [template] }`. Then they are
/// given elsewhere, too.
fn may_be_ignored(body: &Tree) -> bool {
    let Some(list) = body.at(&["lifecycle", "ignore_changes"]) else {
        return !body.has(&["lifecycle", "ignore_changes"]).is_no();
    };
    let hides = |item: &Tree| {
        let shown = item.text().map(ToString::to_string).unwrap_or_default();
        let shown = shown.trim_start_matches("${").trim_end_matches('}');
        let parts: Vec<&str> = shown.split('.').map(|part| part.split('[').next().unwrap_or("")).collect();
        let leads_to = |path: &[&str]| path.iter().zip(&parts).all(|(a, b)| a == b) && parts.len() <= path.len();
        parts.iter().any(|part| part.is_empty() || *part == "all" || part.contains("env"))
            || CONTAINERS.iter().chain(&PLAIN).any(|path| leads_to(path))
    };
    match &list.tree {
        Tree::List(items) => items.open || items.items.iter().any(hides),
        other => hides(other),
    }
}
