//! OpenAPI documents of API Gateway and Cloud Endpoints, and service configurations for gRPC: each back end is something
//! declared.
//!
//! <https://docs.cloud.google.com/api-gateway/docs/oasv2-extensions>,
//! <https://docs.cloud.google.com/api-gateway/docs/oasv3-extensions>, checked 2026-11-21.

use std::sync::Arc;

use super::{Context, Reading, refer};
use crate::program::{Declaration, Schema, Step, StepKind};
use crate::syntax::yaml::{Kind, Node, Pair};

pub(super) const KIND: super::Kind = super::Kind { name: "openapi", accepts, read };

fn accepts(_: &str, root: &Node) -> bool {
    is_service(root)
        || ["swagger", "openapi"].iter().any(|key| root.get(key).is_some())
            && ["paths", "x-google-backend", "x-google-api-management"].iter().any(|key| root.get(key).is_some())
}

/// A service configuration: `type: google.api.Service`.
fn is_service(root: &Node) -> bool {
    root.path(&["type"]).and_then(Node::text) == Some("google.api.Service")
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    // Files are filled in by `envsubst`, `sed` or Terraform.
    let references = if (context.references)("${a}").is_empty() { refer::shell } else { context.references };
    let context = Context { references, ..*context };
    if is_service(root) {
        for rule in root.path(&["backend", "rules"]).map(Node::items).unwrap_or_default() {
            declare(&context, rule, reading);
        }
        return;
    }
    for pair in root.path(&["x-google-api-management", "backends"]).map(Node::pairs).unwrap_or_default() {
        declare(&context, &pair.value, reading);
    }
    let paths = root.path(&["paths"]).map(Node::pairs).unwrap_or_default();
    let operations = paths.iter().flat_map(|path| path.value.pairs());
    let holders = [root].into_iter().chain(paths.iter().map(|pair| &pair.value)).chain(operations.map(value));
    for backend in holders.filter_map(|holder| holder.get("x-google-backend")) {
        declare(&context, &backend.value, reading);
    }
}

fn value(pair: &Pair) -> &Node {
    &pair.value
}

/// A back end; a name alone refers to one.
fn declare(context: &Context, backend: &Node, reading: &mut Reading) {
    if !matches!(backend.kind, Kind::Mapping(_)) {
        return;
    }
    reading.regions.push(backend.span);
    let declaration = Declaration {
        schema: Schema::Gateway,
        kind: "backend".to_owned(),
        name: String::new(),
        head: context.near(backend.span),
        body: context.node(backend),
        each: None,
    };
    reading.steps.push(Step { kind: StepKind::Declare(Arc::new(declaration)), span: backend.span });
}
