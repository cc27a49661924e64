//! Links in a file: the ids of rules in comments that silence, each to the rule's page.

use serde_json::{Value, json};

use super::project::Project;
use super::text::{Encoding, range};
use crate::engine;
use crate::report::page;
use crate::rules;
use crate::source::FileId;
use crate::suppression;

/// The links of a file.
pub(super) fn of(project: &Project, file: FileId, encoding: Encoding) -> Vec<Value> {
    let Some(source) = project.outcome.source(file) else { return Vec::new() };
    let (regions, steps) = engine::regions(source);
    let ids = suppression::parse(source, &regions, &steps).into_iter().flat_map(|one| one.ids);
    let link = |id: crate::source::Spanned<String>| {
        let rule = rules::find(&id.value)?;
        Some(json!({
            "range": range(source, id.span, encoding),
            "target": page(rule.id),
            "tooltip": rule.summary(),
        }))
    };
    ids.filter_map(link).collect()
}
