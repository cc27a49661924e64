//! Where a finding and its fix stand, as formats write it. Knows sources and findings.

use super::clean::clean;
use super::secrets::masked;
use crate::finding::{self, Finding, Safety};
use crate::outcome::Outcome;
use crate::source::{FileId, Position, Source, Span};

/// A place in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'o> {
    pub file: FileId,
    pub source: &'o Source,
    pub span: Span,
    pub path: &'o str,
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

impl<'o> At<'o> {
    /// A place, if its file is of this run.
    pub fn new(outcome: &'o Outcome, file: FileId, span: Span) -> Option<Self> {
        let source = outcome.source(file)?;
        let (start, end) = (source.position(span.start), source.position(span.end));
        Some(Self { file, source, span, path: source.path(), start, end })
    }

    /// Where a finding is.
    pub fn of(outcome: &'o Outcome, finding: &Finding) -> Option<Self> {
        Self::new(outcome, finding.primary.file, finding.primary.span)
    }

    /// Where secrets stand in its file.
    pub fn secrets(&self, outcome: &'o Outcome) -> &'o [Span] {
        outcome.secrets.get(&self.file).map_or(&[], Vec::as_slice)
    }
}

/// A fix whose texts may be shown.
pub(super) struct Fix<'o> {
    pub safety: Safety,
    pub edits: Vec<(At<'o>, &'o str)>,
}

impl<'o> Fix<'o> {
    /// The fix of a finding; none where a text of it holds a secret, for a fix is all of its edits or none.
    pub fn of(outcome: &'o Outcome, finding: &'o Finding) -> Option<Self> {
        let fix = finding.fix.as_ref()?;
        let known: Vec<&str> = outcome
            .secrets
            .iter()
            .filter_map(|(file, spans)| Some((outcome.source(*file)?, spans)))
            .flat_map(|(source, spans)| spans.iter().map(|span| source.slice(*span)))
            .filter(|secret| !secret.trim().is_empty())
            .collect();
        let is_secret = |text: &str| *masked(text) != *text || known.iter().any(|secret| text.contains(secret));
        let edit = |edit: &'o finding::Edit| {
            let at = At::new(outcome, edit.file, edit.span)?;
            (!is_secret(&edit.text)).then_some((at, edit.text.as_str()))
        };
        Some(Self { safety: fix.safety, edits: fix.edits.iter().map(edit).collect::<Option<_>>()? })
    }
}

/// What is wrong and what to write instead, as prose of several lines.
pub fn said(finding: &Finding) -> String {
    let help: Vec<String> = finding.help.lines().map(clean).collect();
    let message = clean(&finding.message);
    if help.is_empty() { message } else { format!("{message}\nhelp: {}", help.join("\n")) }
}

/// Findings by the file that they are in, which they are sorted by.
pub(super) fn by_file<'o>(
    outcome: &'o Outcome,
    findings: impl Iterator<Item = &'o Finding>,
) -> Vec<(&'o str, Vec<(At<'o>, &'o Finding)>)> {
    let mut files: Vec<(&str, Vec<(At<'_>, &Finding)>)> = Vec::new();
    for finding in findings {
        let Some(at) = At::of(outcome, finding) else { continue };
        match files.last_mut().filter(|(path, _)| *path == at.path) {
            Some((_, own)) => own.push((at, finding)),
            None => files.push((at.path, vec![(at, finding)])),
        }
    }
    files
}
