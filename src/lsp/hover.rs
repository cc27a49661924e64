//! What is shown over a place: the page of the rule that speaks of it, and what a value there is known to be.

use serde_json::{Value as Json, json};

use super::project::Project;
use super::text::{Encoding, Position, offset, range};
use crate::finding::Finding;
use crate::report::shown;
use crate::rules;
use crate::source::{FileId, Span};
use crate::value::{Piece, Place, Value};

/// Values that are told.
const MOST: usize = 5;

/// What is shown there, if anything.
pub(super) fn at(project: &Project, file: FileId, place: Position, encoding: Encoding) -> Option<Json> {
    let source = project.outcome.source(file)?;
    let at = offset(source, place, encoding);
    let covers = |finding: &&Finding| {
        let span = finding.primary.span;
        finding.primary.file == file && project.shows(finding) && span.start <= at && at <= span.end
    };
    let found: Vec<&Finding> = project.outcome.findings.iter().filter(covers).collect();
    let mut parts: Vec<String> = values(project, file, at);
    parts.extend(found.iter().filter_map(|finding| Some(rules::find(finding.rule)?.page.trim_end().to_owned())));
    if parts.is_empty() {
        return None;
    }
    let mut hover = json!({"contents": {"kind": "markdown", "value": parts.join("\n\n---\n\n")}});
    if let (Some(finding), Json::Object(fields)) = (found.first(), &mut hover) {
        fields.insert("range".to_owned(), json!(range(source, finding.primary.span, encoding)));
    }
    Some(hover)
}

/// What the values are that stand at a place: each outcome of its statement may have another one.
fn values(project: &Project, file: FileId, at: u32) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for command in project.memory().commands(file) {
        let span = command.at.span;
        if !(span.start <= at && at <= span.end) {
            continue;
        }
        // From the name of a flag to that of the next one, what stands there is its value.
        let flags = command.invocation.flags.iter().filter(|flag| flag.at.file == file && flag.at.span.start <= at);
        let Some(flag) = flags.max_by_key(|flag| flag.at.span.start) else { continue };
        let Some(value) = &flag.value else { continue };
        let text = tell(project, file, &flag.name, value);
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.truncate(MOST);
    told
}

/// A value, and where its parts come from.
fn tell(project: &Project, file: FileId, name: &str, value: &Value) -> String {
    let mut out = format!("`{name}` is {}", code(&value.to_string()));
    let mut places: Vec<String> = Vec::new();
    for piece in value.pieces() {
        let what = match piece {
            Piece::Text(text, _) => code(text),
            Piece::Hole(hole, _) if hole.shown.is_empty() => continue,
            Piece::Hole(hole, _) => format!("{} is not known here", code(&hole.shown)),
            other => code(&other.to_string()),
        };
        let Some(place) = from(project, piece.place(), file) else { continue };
        let line = format!("- {what}, from {place}");
        if !places.contains(&line) {
            places.push(line);
        }
    }
    if !places.is_empty() {
        out.push_str("\n\n");
        out.push_str(&places.join("\n"));
    }
    out
}

/// Where a piece stands: the line, in this file; in another one its name, too.
fn from(project: &Project, place: Place, file: FileId) -> Option<String> {
    let source = project.outcome.source(place.file)?;
    let Span { start, .. } = place.span;
    let line = source.line(start);
    Some(if place.file == file { format!("line {line}") } else { format!("line {line} of {}", code(source.path())) })
}

/// A code span of a text of a linted file.
fn code(text: &str) -> String {
    format!("`{}`", shown(text).replace('`', "'"))
}
