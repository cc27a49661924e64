//! A scalar with its text as it stands in the file: mapped, the templates put back.

use std::ops::Range;
use std::sync::Arc;

use super::map::{self, Part};
use super::mask::What;
use super::{Kind, Node, Scalar, Style};
use crate::source::{Snippet, SnippetBuilder};

/// Where scalars come from.
pub(super) struct Scalars<'a> {
    /// The text as it stands in the file.
    pub(super) snippet: &'a Snippet,
    /// The text as the parser saw it, of equal length.
    pub(super) text: &'a str,
    /// Where these differ.
    pub(super) ranges: &'a [(Range<usize>, What)],
}

impl Scalars<'_> {
    /// The scalar at a range of the text, which the parser says is `value`.
    pub(super) fn node(&self, value: &str, style: Style, tag: Option<String>, at: Range<usize>) -> Node {
        let end = match style {
            Style::Literal | Style::Folded => {
                let raw = self.text.get(at.clone()).unwrap_or("");
                at.start + raw.trim_end_matches([' ', '\t', '\n']).len()
            }
            _ => at.end,
        };
        let span = self.snippet.span(at.start..end);
        let mut scalar =
            Scalar { style, tag, body: Snippet::unmapped("", span), holes: Vec::new(), mapped: true, span };
        // The parser calls nothing `~`.
        if value.is_empty() || style == Style::Plain && at.is_empty() {
            let mut nothing = Snippet::builder();
            nothing.push("", span.start);
            scalar.body = nothing.finish();
        } else if let Some(parts) = map::parts(self.text, at.clone(), style, value) {
            let mut body = Body { scalars: self, builder: Snippet::builder(), len: 0, holes: Vec::new(), whole: None };
            body.builder.push("", span.start);
            for part in parts {
                body.part(part);
            }
            scalar.body = body.builder.finish();
            scalar.holes = body.holes;
        } else if self.masked(&at).is_empty() {
            scalar.body = Snippet::unmapped(value, span);
            scalar.mapped = false;
        } else {
            // Where in it the templates stand is not known.
            return Node::unknown(span);
        }
        Node { kind: Kind::Scalar(Arc::new(scalar)), span, anchored: None, tag: None, open: false }
    }

    /// The replaced ranges that a range touches.
    fn masked(&self, at: &Range<usize>) -> &[(Range<usize>, What)] {
        let first = self.ranges.partition_point(|(range, _)| range.end <= at.start);
        let last = self.ranges.partition_point(|(range, _)| range.start < at.end);
        self.ranges.get(first..last).unwrap_or_default()
    }
}

struct Body<'a> {
    scalars: &'a Scalars<'a>,
    builder: SnippetBuilder,
    len: usize,
    holes: Vec<Range<usize>>,
    /// The directive that was last put in as a whole.
    whole: Option<usize>,
}

impl Body<'_> {
    fn part(&mut self, part: Part) {
        match part {
            Part::Made(text, range) => self.made(&text, range),
            Part::Copy(range) => {
                let mut at = range.start;
                for (masked, what) in self.scalars.masked(&range) {
                    let within = masked.start.max(range.start)..masked.end.min(range.end);
                    self.copy(at..within.start);
                    at = within.end;
                    let start = self.len;
                    match what {
                        What::Hole => self.copy(within),
                        What::Kept => {
                            self.copy(within);
                            continue;
                        }
                        What::Whole if self.whole == Some(masked.start) => continue,
                        What::Whole => {
                            self.whole = Some(masked.start);
                            self.copy(masked.clone());
                            self.holes.push(start..self.len);
                            continue;
                        }
                        What::Folded(breaks) => {
                            let text = if *breaks == 1 { " ".to_owned() } else { "\n".repeat(breaks - 1) };
                            self.made(&text, within);
                            continue;
                        }
                    }
                    self.hole(start..self.len, masked.start < range.start);
                }
                self.copy(at..range.end);
            }
        }
    }

    /// A template of several lines comes in several parts.
    fn hole(&mut self, range: Range<usize>, goes_on: bool) {
        match self.holes.last_mut() {
            Some(last) if goes_on => last.end = range.end,
            _ => self.holes.push(range),
        }
    }

    fn copy(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.len += range.len();
            self.builder.push_from(self.scalars.snippet, range);
        }
    }

    fn made(&mut self, text: &str, range: Range<usize>) {
        self.len += text.len();
        self.builder.push_decoded(text, self.scalars.snippet.span(range));
    }
}
