//! Bitbucket Pipelines: the scripts of their steps. What pipes do is not known.
//!
//! <https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/>, checked 2026-11-21.

use super::script::{machine, process};
use super::{Context, Kind, Reading};
use crate::program::Step;
use crate::syntax::yaml::Node;

pub(super) const KIND: Kind = Kind { name: "bitbucket", accepts, read };

fn accepts(path: &str, root: &Node) -> bool {
    let starts = ["default", "branches", "custom", "pull-requests", "tags"];
    let named = path.rsplit('/').next().unwrap_or(path).starts_with("bitbucket-pipelines");
    let pipelines = root.get("pipelines").map(|pair| &pair.value);
    pipelines.is_some_and(|pipelines| {
        named || starts.iter().any(|key| pipelines.get(key).is_some()) && root.get("kind").is_none()
    })
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    for key in ["definitions", "pipelines"] {
        if let Some(part) = root.get(key) {
            walk(context, &part.value, reading);
        }
    }
}

/// Every step, however it is grouped.
fn walk(context: &Context, node: &Node, reading: &mut Reading) {
    for item in node.items() {
        walk(context, item, reading);
    }
    for pair in node.pairs() {
        match (pair.key.text(), pair.value.get("script")) {
            // In the definitions steps stand by their own names.
            (_, Some(script)) => {
                reading.regions.push(pair.span);
                let steps = context.scripts(&script.value);
                reading.steps.push(machine(context, "runner", steps, pair.span));
                if let Some(after) = pair.value.get("after-script") {
                    let steps: Vec<Step> = context.scripts(&after.value);
                    reading.steps.push(process(steps, after.span));
                }
            }
            ("services" | "caches", None) => {}
            _ => walk(context, &pair.value, reading),
        }
    }
}
