//! Skaffold: the commands of its hooks and of custom builds.
//!
//! <https://skaffold.dev/docs/references/yaml/>, checked 2026-11-21.

use super::script::{Word, process};
use super::{Context, Kind, Reading};
use crate::syntax::yaml::{Kind as Shape, Node};

pub(super) const KIND: Kind = Kind { name: "skaffold", accepts, read };

fn accepts(_: &str, root: &Node) -> bool {
    let version = root.path(&["apiVersion"]).and_then(Node::text);
    version.is_some_and(|version| version.starts_with("skaffold/"))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    walk(context, root, reading);
}

fn walk(context: &Context, node: &Node, reading: &mut Reading) {
    for item in node.items() {
        walk(context, item, reading);
    }
    for pair in node.pairs() {
        let steps = match (pair.key.text(), &pair.value.kind) {
            ("buildCommand", Shape::Scalar(_)) => context.scripts(&pair.value),
            ("command", _) => context.executed(&Word::all(&pair.value), pair.span).into_iter().collect(),
            _ => {
                walk(context, &pair.value, reading);
                continue;
            }
        };
        reading.regions.push(pair.span);
        reading.steps.push(process(steps, pair.span));
    }
}
