//! App Engine's `app.yaml`: the account that a service runs as, and what it runs.
//!
//! <https://cloud.google.com/appengine/docs/standard/reference/app-yaml>, checked 2026-11-21.

use super::script::process;
use super::{Context, Kind, Reading};
use crate::program::{Declaration, Schema, Step, StepKind};
use crate::syntax::yaml::Node;

pub(super) const KIND: Kind = Kind { name: "app-engine", accepts, read };

fn accepts(path: &str, root: &Node) -> bool {
    let own = [
        "instance_class",
        "handlers",
        "env_variables",
        "automatic_scaling",
        "manual_scaling",
        "basic_scaling",
        "vpc_access_connector",
        "entrypoint",
        "service_account",
        "inbound_services",
        "app_engine_apis",
        "beta_settings",
        "runtime_config",
        "default_expiration",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let named = name.starts_with("app") || name.ends_with("app.yaml");
    root.get("runtime").is_some_and(|pair| pair.value.scalar().is_some())
        && ["steps", "jobs", "kind", "provider"].iter().all(|key| root.get(key).is_none())
        && (named || own.iter().any(|key| root.get(key).is_some()))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    if let (Some(entrypoint), Some(_)) = (root.get("entrypoint"), root.get("runtime")) {
        let mut steps: Vec<Step> = Vec::new();
        if let Some(environment) = root.get("env_variables") {
            steps.extend(context.variables(&environment.value));
        }
        steps.extend(context.scripts(&entrypoint.value));
        reading.steps.push(process(steps, entrypoint.span));
    }
    let head = root.get("runtime").map_or(context.near(root.span), |pair| context.near(pair.span));
    let declaration = Declaration {
        schema: Schema::AppEngine,
        kind: KIND.name.to_owned(),
        name: String::new(),
        head,
        body: context.node(root),
        each: None,
    };
    reading.steps.push(Step { kind: StepKind::Declare(declaration.into()), span: root.span });
}
