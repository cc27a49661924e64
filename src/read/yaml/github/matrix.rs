//! The combinations of a job's matrix, where all of them are written out.
//!
//! <https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations>, checked 2026-11-21.

use super::super::script::exported;
use super::Context;
use crate::program::Step;
use crate::syntax::yaml::Node;

/// Combinations that are followed; of more, none is.
const MAX_COMBINATIONS: usize = 12;

/// What each combination sets; empty when they are not known.
pub(super) fn combinations(context: &Context, job: &Node) -> Vec<Vec<Step>> {
    let Some(matrix) = job.path(&["strategy", "matrix"]).filter(|matrix| !matrix.is_open()) else { return Vec::new() };
    let pairs = matrix.pairs();
    let include = pairs.iter().find(|pair| pair.key.text() == "include");
    if let Some(include) = include {
        // Beside other keys these change the combinations as well as adding to them.
        let alone = pairs.len() == 1 && !include.value.is_open() && include.value.items().len() <= MAX_COMBINATIONS;
        let items = if alone { include.value.items() } else { &[] };
        return items.iter().map(|item| set(context, "matrix", item, 0)).collect();
    }
    let mut all: Vec<Vec<Step>> = vec![Vec::new()];
    for pair in &pairs {
        let items = pair.value.items();
        if pair.key.text() == "exclude" || items.is_empty() || pair.value.is_open() {
            return Vec::new();
        }
        let name = format!("matrix.{}", pair.key.text());
        let one = |item: &Node| {
            let steps = set(context, &name, item, 0);
            all.iter().map(move |before| before.iter().chain(&steps).cloned().collect()).collect::<Vec<_>>()
        };
        if all.len() * items.len() > MAX_COMBINATIONS {
            return Vec::new();
        }
        all = items.iter().flat_map(one).collect();
    }
    all
}

/// Sets a name to a value, or its parts to the value's parts.
fn set(context: &Context, name: &str, value: &Node, depth: usize) -> Vec<Step> {
    match value.scalar() {
        Some(scalar) => vec![exported(name, context.expr(scalar), value.span)],
        None if depth < 4 => {
            let part = |pair: &crate::syntax::yaml::Pair| {
                set(context, &format!("{name}.{}", pair.key.text()), &pair.value, depth + 1)
            };
            value.pairs().into_iter().flat_map(part).collect()
        }
        None => Vec::new(),
    }
}
