//! The findings for programs, version 1 of the shape. One object, then a line end.
//!
//! Offsets count raw bytes of the file from 0; lines and columns count from 1, columns in characters. Characters that
//! could steer a terminal are written as `\u` escapes, which a reader turns back: no information is lost.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::place::{self, At};
use super::secrets::masked;
use super::{Options, Outcome, json_text};
use crate::finding::{self, Level};
use crate::source;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    level: &'a str,
    message: Cow<'a, str>,
    help: Cow<'a, str>,
    path: &'a str,
    start: Position,
    end: Position,
    related: Vec<Related<'a>>,
    fix: Option<Fix<'a>>,
    url: String,
    fingerprint: String,
}

#[derive(Serialize)]
struct Related<'a> {
    path: &'a str,
    start: Position,
    end: Position,
    message: Cow<'a, str>,
}

#[derive(Serialize)]
struct Fix<'a> {
    safety: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: &'a str,
    start: Position,
    end: Position,
    text: &'a str,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
    offset: u32,
}

/// Counts of the whole run, findings that are not listed included.
#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    advice: usize,
    suppressed: usize,
}

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        version: 1,
        findings: options.shown(outcome).filter_map(|finding| of(finding, outcome, options)).collect(),
        summary: Summary {
            files: outcome.files,
            errors: outcome.count(Level::Error),
            warnings: outcome.count(Level::Warning),
            advice: outcome.count(Level::Advice),
            suppressed: outcome.suppressed,
        },
    };
    json_text::write(&report, out)
}

fn of<'a>(finding: &'a finding::Finding, outcome: &'a Outcome, options: &Options) -> Option<Finding<'a>> {
    let at = At::of(outcome, finding)?;
    let related = finding.related.iter().filter_map(|label| {
        let at = At::new(outcome, label.file, label.span)?;
        Some(Related { path: at.path, start: at.start.into(), end: at.end.into(), message: masked(&label.message) })
    });
    let edit =
        |(at, text): &(At<'a>, &'a str)| Edit { path: at.path, start: at.start.into(), end: at.end.into(), text };
    let fix = place::Fix::of(outcome, finding)
        .map(|fix| Fix { safety: fix.safety.name(), edits: fix.edits.iter().map(edit).collect() });
    Some(Finding {
        rule: finding.rule,
        level: finding.level.name(),
        message: masked(&finding.message),
        help: masked(&finding.help),
        path: at.path,
        start: at.start.into(),
        end: at.end.into(),
        related: related.collect(),
        fix,
        url: options.page(finding.rule),
        fingerprint: finding.fingerprint(&options.path(at.path)),
    })
}

impl From<source::Position> for Position {
    fn from(source::Position { line, column, offset }: source::Position) -> Self {
        Self { line, column, offset }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clean::is_hidden;
    use super::super::testing;
    use super::*;

    #[test]
    fn the_shape_of_version_1() {
        let text = testing::render(write, &testing::outcome(), &Options::default());
        assert!(text.ends_with("}\n") && text.lines().count() == 1);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
        assert!(text.starts_with("{\"version\":1,\"findings\":[{\"rule\":"), "keys keep their order");
    }

    #[test]
    fn hostile_text_comes_back_as_it_was() {
        let outcome = testing::hostile();
        let text = testing::render(write, &outcome, &Options { advice: true, ..Options::default() });
        assert!(!text.trim_end().chars().any(is_hidden) && !text.contains("##vso["));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (finding, json) in outcome.findings.iter().zip(value["findings"].as_array().unwrap()) {
            assert_eq!(json["message"], finding.message);
            assert_eq!(json["path"], outcome.source(finding.primary.file).unwrap().path());
        }
    }
}
