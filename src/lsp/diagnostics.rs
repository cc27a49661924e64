//! Findings → diagnostics of the protocol.

use serde_json::{Value, json};

use super::project::Project;
use super::text::{Encoding, range};
use crate::finding::{Finding, Label, Level};
use crate::report::{clean, page, said};
use crate::source::FileId;

/// Other places that are told.
const MOST_RELATED: usize = 20;

/// The diagnostics of a file.
pub(super) fn of(project: &Project, file: FileId, encoding: Encoding) -> Vec<Value> {
    let shown =
        project.outcome.findings.iter().filter(|finding| finding.primary.file == file && project.shows(finding));
    shown.filter_map(|finding| one(project, finding, encoding)).collect()
}

/// The diagnostic of a finding.
pub(super) fn one(project: &Project, finding: &Finding, encoding: Encoding) -> Option<Value> {
    let source = project.outcome.source(finding.primary.file)?;
    let related = |label: &Label| {
        let source = project.outcome.source(label.file)?;
        let message = if label.message.is_empty() { "bears on it".to_owned() } else { clean(&label.message) };
        let place = project.uri(&project.place(label.file)?);
        Some(json!({"location": {"uri": place, "range": range(source, label.span, encoding)}, "message": message}))
    };
    let related: Vec<Value> = finding.related.iter().take(MOST_RELATED).filter_map(related).collect();
    Some(json!({
        "range": range(source, finding.primary.span, encoding),
        "severity": match finding.level {
            Level::Error => 1,
            Level::Warning => 2,
            Level::Advice => 3,
        },
        "code": finding.rule,
        "codeDescription": {"href": page(finding.rule)},
        "source": "authlint",
        "message": said(finding),
        "relatedInformation": related,
    }))
}
