//! What services, jobs and workloads read from their environment.
//!
//! Names of fields: <https://cloud.google.com/run/docs/reference/yaml/v1>,
//! <https://cloud.google.com/config-connector/docs/reference/resource-docs/run/runservice>, checked 2026-11-21.

use crate::eval::Declared;
use crate::facts::environment::{Builder, Spelling};
use crate::facts::{Facts, TargetKind};
use crate::gcp::wording::Wording;
use crate::value::{Tree, Value};

const KNATIVE: Spelling = Spelling { source: "valueFrom", secret: &[&["secretKeyRef", "name"]], from: "envFrom" };
const CONNECTOR: Spelling = Spelling {
    source: "valueSource",
    secret: &[&["secretKeyRef", "secretRef", "external"], &["secretKeyRef", "secretRef", "name"]],
    from: "envFrom",
};

/// A service, job or pool in Knative's form.
pub(super) fn knative(facts: &mut Facts, declared: &Declared, kind: TargetKind, name: Option<Value>, path: &[&str]) {
    add(facts, declared, kind, name, path, KNATIVE);
}

/// A service or job of Config Connector.
pub(super) fn connector(facts: &mut Facts, declared: &Declared, kind: TargetKind, name: Option<Value>, path: &[&str]) {
    add(facts, declared, kind, name, path, CONNECTOR);
}

/// A function of Config Connector.
pub(super) fn function(facts: &mut Facts, declared: &Declared, name: Option<Value>) {
    let mut builder = Builder::new(declared, TargetKind::Function, name, Wording::Object);
    for path in [&["spec", "environmentVariables"][..], &["spec", "serviceConfig", "environmentVariables"]] {
        builder.named(&declared.body, path);
    }
    // A secret is an object of its own, whose form differs between versions.
    if !declared.body.has(&["spec", "serviceConfig", "secretEnvironmentVariables"]).is_no() {
        builder.open();
    }
    facts.environment.push(builder.finish());
}

/// Whether secrets of a service or job may go by names of its own: `run.googleapis.com/secrets: alias:projects/1/secrets/x`.
pub(super) fn has_aliases(declared: &Declared) -> bool {
    const ALIASES: &str = "run.googleapis.com/secrets";
    let places: [&[&str]; 2] = [
        &["spec", "template", "metadata", "annotations", ALIASES],
        &["spec", "template", "spec", "template", "metadata", "annotations", ALIASES],
    ];
    places.iter().any(|path| !declared.body.has(path).is_no())
}

fn add(
    facts: &mut Facts,
    declared: &Declared,
    kind: TargetKind,
    name: Option<Value>,
    path: &[&str],
    spelling: Spelling,
) {
    let body = &declared.body;
    let mut builder = Builder::new(declared, kind, name, Wording::Object);
    builder.containers(body, path, spelling);
    // Without an image it is a patch of something that is said elsewhere; others change a workload on its way.
    let containers = body.at(path).map_or(&[][..], |field| field.tree.items());
    let is_patch = |container: &Tree| !container.has(&["image"]).is_yes() && container.text_at(&["image"]).is_none();
    if has_aliases(declared) {
        builder.aliased();
    }
    if kind == TargetKind::Workload || containers.is_empty() || containers.iter().any(is_patch) {
        builder.open();
    }
    facts.environment.push(builder.finish());
}
