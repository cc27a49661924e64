//! Actions that are made of steps.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax>, checked 2026-11-21.

use super::steps::Steps;
use super::{Context, expression, inputs};
use crate::read::yaml::{Kind, Reading};
use crate::syntax::yaml::Node;

pub(in crate::read::yaml) const KIND: Kind = Kind { name: "github-action", accepts, read };

fn accepts(_: &str, root: &Node) -> bool {
    root.path(&["runs", "using"]).is_some_and(|using| using.scalar().is_some())
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references: expression::expressions, ..*context };
    if let Some(declared) = root.get("inputs") {
        reading.steps.extend(inputs(&context, &declared.value));
    }
    if let Some(steps) = root.path(&["runs", "steps"]) {
        let read = Steps { context: &context, shell: None };
        let body = read.all(steps, &mut reading.regions);
        reading.steps.extend(body);
    }
}
