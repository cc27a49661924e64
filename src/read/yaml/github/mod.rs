//! GitHub Actions: workflows and actions that are made of steps.
//!
//! What a job or a called workflow is given travels as variables: `with.x` from the caller to the called, which makes
//! `inputs.x` of it; `matrix.x`; `steps.NAME.outputs.x`.

pub(super) mod action;
mod expression;
mod matrix;
mod permissions;
mod plain;
mod steps;
pub(super) mod workflow;

use super::Context;
use super::script::exported;
use crate::program::{Expr, Name, Op, Part, Quote, Step, StepKind, Use};
use crate::syntax::yaml::Node;

/// What is given from outside, by what is declared to be: what the caller gives, else the default.
fn inputs(context: &Context, declared: &Node) -> Vec<Step> {
    let of = |pair: &crate::syntax::yaml::Pair| {
        let (name, place) = (pair.key.text(), context.near(pair.span));
        let default = pair.value.get("default").and_then(|pair| pair.value.scalar());
        let otherwise = match default {
            Some(default) => context.expr(default),
            None => Expr { parts: vec![Part::Hole(format!("${{{{ inputs.{name} }}}}").into(), place)] },
        };
        let given = Use {
            name: Name::Variable(format!("with.{name}")),
            op: Op::Default(otherwise),
            quote: Quote::Whole,
            place,
        };
        let value = Expr { parts: vec![Part::Use(Box::new(given))] };
        let unset = Step { kind: StepKind::Unset(format!("with.{name}")), span: pair.span };
        [exported(&format!("inputs.{name}"), value, pair.span), unset]
    };
    declared.pairs().into_iter().flat_map(of).collect()
}

/// What a caller gives.
fn given(context: &Context, with: &Node) -> Vec<Step> {
    let of = |pair: &crate::syntax::yaml::Pair| {
        let value = pair.value.scalar().map_or_else(|| context.unknown(pair.span), |scalar| context.expr(scalar));
        exported(&format!("with.{}", pair.key.text()), value, pair.span)
    };
    with.pairs().into_iter().map(of).collect()
}

/// Whether a condition can never hold.
fn is_never(node: &Node) -> bool {
    let condition = node.get("if").and_then(|pair| pair.value.text()).unwrap_or("");
    let inner = condition.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(condition);
    inner.trim() == "false"
}
