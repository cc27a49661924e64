//! reviewdog's diagnostics (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>), with suggestions.
//!
//! Columns count bytes of UTF-8 from 1; the end is behind the last one. Paths are those of the working directory, from which
//! reviewdog finds the repository's own.

use std::io::{self, Write};

use serde::Serialize;

use super::place::{At, Fix, said};
use super::secrets::masked;
use super::{Options, Outcome, json_text};
use crate::finding::{Finding, Level, Safety};
use crate::source::{Source, Span};

/// Bytes of the byte order mark in UTF-8.
const BOM: u32 = 3;
/// The longest text, in bytes, that lies between two edits of one suggestion.
const MOST_BETWEEN: usize = 2000;

#[derive(Serialize)]
struct Report<'o> {
    source: Tool,
    diagnostics: Vec<Diagnostic<'o>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'o> {
    message: String,
    location: Location<'o>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'o>>,
}

#[derive(Serialize)]
struct Location<'o> {
    path: &'o str,
    range: Range,
}

#[derive(Serialize)]
struct Related<'o> {
    message: String,
    location: Location<'o>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let diagnostic = |finding| {
        let at = At::of(outcome, finding)?;
        let related = finding.related.iter().filter_map(|label| {
            let at = At::new(outcome, label.file, label.span)?;
            Some(Related { message: super::clean(&label.message), location: location(&at) })
        });
        Some(Diagnostic {
            message: said(finding),
            location: location(&at),
            severity: match finding.level {
                Level::Error => "ERROR",
                Level::Warning => "WARNING",
                Level::Advice => "INFO",
            },
            code: Code { value: finding.rule, url: options.page(finding.rule) },
            suggestions: suggestion(outcome, finding, &at).into_iter().collect(),
            related_locations: related.collect(),
        })
    };
    let source = Tool { name: "authlint", url: env!("CARGO_PKG_REPOSITORY") };
    json_text::write(&Report { source, diagnostics: options.shown(outcome).filter_map(diagnostic).collect() }, out)
}

/// The fix, if it is safe, as one replacement, since suggestions may be taken one by one and half a fix is none; nothing where it reaches
/// into other files, or far.
fn suggestion(outcome: &Outcome, finding: &Finding, at: &At<'_>) -> Option<Suggestion> {
    // What changes who may do what is not for one click.
    let mut edits = Fix::of(outcome, finding).filter(|fix| fix.safety == Safety::Safe)?.edits;
    edits.sort_by_key(|(at, _)| at.span);
    if edits.iter().any(|(edit, _)| edit.path != at.path) {
        return None;
    }
    let (first, last) = (edits.first()?.0.span, edits.last()?.0.span);
    let secrets = at.secrets(outcome);
    let (mut text, mut done) = (String::new(), first.start);
    for (edit, new) in &edits {
        let between = Span::new(done, edit.span.start);
        let kept = at.source.slice(between);
        let is_secret = *masked(kept) != *kept
            || secrets.iter().any(|secret| secret.start < between.end && between.start < secret.end);
        if kept.len() > MOST_BETWEEN || is_secret {
            return None;
        }
        text.push_str(kept);
        text.push_str(new);
        done = edit.span.end;
    }
    Some(Suggestion { range: range(at.source, first.to(last)), text })
}

fn location<'o>(at: &At<'o>) -> Location<'o> {
    Location { path: at.path, range: range(at.source, at.span) }
}

fn range(source: &Source, span: Span) -> Range {
    Range { start: position(source, span.start), end: position(source, span.end) }
}

fn position(source: &Source, offset: u32) -> Position {
    let offset = offset.min(source.text().len() as u32);
    let line = source.line(offset);
    // The bytes of the mark that a file may begin with are bytes of its first line.
    let mark = if line == 1 && source.position(0).offset == BOM { BOM } else { 0 };
    Position { line, column: offset - source.line_span(line).start + 1 + mark }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::finding::{Edit, Fix};

    #[test]
    fn diagnostics_with_suggestions() {
        let options = Options { advice: true, ..Options::default() };
        let text = testing::render(write, &testing::outcome(), &options);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn a_fix_of_several_edits_is_one_suggestion() {
        let mut outcome = testing::one("é gcloud --a --b c\n", (3, 9), "m");
        let edit = |start, end, text: &str| Edit {
            file: outcome.findings[0].primary.file,
            span: Span::new(start, end),
            text: text.to_owned(),
        };
        let edits = vec![edit(14, 17, "--y"), edit(10, 13, "--x")];
        outcome.findings[0].fix = Some(Fix { safety: Safety::Safe, edits });
        let text = testing::render(write, &outcome, &Options::default());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let suggestion = &value["diagnostics"][0]["suggestions"][0];
        assert_eq!(suggestion["text"], "--x --y");
        assert_eq!(suggestion["range"]["start"], serde_json::json!({"line": 1, "column": 11}), "é is two bytes");
    }

    #[test]
    fn nothing_steers() {
        testing::assert_nothing_steers(&testing::render(write, &testing::hostile(), &Options::default()));
    }
}
