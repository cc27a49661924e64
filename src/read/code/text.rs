//! Texts and templates → parts of an expression, each where it stands.

use super::Lowering;
use crate::program::{Expr, Node, Part};
use crate::source::Snippet;
use crate::syntax::code::{self, ExprKind, TemplatePart};
use crate::value::Place;

impl Lowering<'_> {
    /// A text, its exact runs by themselves: what the file writes otherwise cannot be edited.
    pub(super) fn text(&self, snippet: &Snippet) -> Vec<Part> {
        let text = snippet.text();
        let place = |start: usize, end: usize, exact| {
            let span = snippet.span(start..end);
            if exact { Place::exact(self.file, span) } else { Place::near(self.file, span) }
        };
        let part = |start: usize, end: usize, exact| {
            Part::Text(text.get(start..end).unwrap_or("").into(), place(start, end, exact))
        };
        if text.is_empty() || snippet.is_exact(0..text.len()) {
            return vec![part(0, text.len(), true)];
        }
        let mut parts = Vec::new();
        // The run that is being put together: its start, and whether it is exact.
        let mut run: Option<(usize, bool)> = None;
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            let exact = snippet.is_exact(start..end);
            run = match run {
                // Exact text that goes on elsewhere in the file is another run.
                Some((from, true)) if snippet.is_exact(from..end) => run,
                Some((_, false)) if !exact => run,
                Some((from, known)) => {
                    parts.push(part(from, start, known));
                    Some((start, exact))
                }
                None => Some((start, exact)),
            };
        }
        if let Some((from, exact)) = run {
            parts.push(part(from, text.len(), exact));
        }
        parts
    }

    /// A template.
    pub(super) fn template(&mut self, parts: &[TemplatePart]) -> Node {
        let mut out = Vec::new();
        for part in parts {
            match part {
                TemplatePart::Text(snippet) => out.extend(self.text(snippet)),
                TemplatePart::Value { changed: true, span, .. } => out.push(self.unknown(*span)),
                TemplatePart::Value { value, span, .. } => out.push(self.filled(value, Place::near(self.file, *span))),
            }
        }
        Node::Text(Expr { parts: out })
    }

    /// An expression as a part of a text.
    fn filled(&mut self, value: &code::Expr, place: Place) -> Part {
        match self.node(value) {
            Node::Text(Expr { mut parts }) if parts.len() == 1 => match parts.pop() {
                Some(part) => part,
                None => self.unknown(value.span),
            },
            node => Part::Nested(Box::new(node), place),
        }
    }

    /// A text that is filled in by arguments: `"…{}…".format(x)`, `"…%s…" % x`, `Sprintf("…%s…", x)`. `None`: it does more
    /// than that.
    pub(super) fn format(&mut self, text: &Snippet, style: Style, arguments: &[code::Argument]) -> Option<Node> {
        let written = text.text();
        let mut out = Vec::new();
        let (mut at, mut number) = (0, 0);
        while let Some(found) = style.next(written, at) {
            if found.start > at {
                out.extend(self.text(&part_of(text, at..found.start)));
            }
            at = found.end;
            let place = Place::near(self.file, text.span(found.start..found.end));
            match found.field {
                Field::Literal(literal) => out.push(Part::Text(literal.into(), place)),
                Field::Next => {
                    let argument = arguments.iter().filter(|argument| argument.name.is_none()).nth(number)?;
                    number += 1;
                    out.push(self.filled(&argument.value, place));
                }
                Field::Number(index) => {
                    let argument = arguments.iter().filter(|argument| argument.name.is_none()).nth(index)?;
                    out.push(self.filled(&argument.value, place));
                }
                Field::Name(name) => {
                    let named = |argument: &&code::Argument| argument.name.as_ref().is_some_and(|(known, _)| *known == name);
                    let argument = arguments.iter().find(named)?;
                    out.push(self.filled(&argument.value, place));
                }
                Field::Other => out.push(self.unknown_at(place)),
            }
        }
        out.extend(self.text(&part_of(text, at..written.len())));
        Some(Node::Text(Expr { parts: out }))
    }
}

fn part_of(text: &Snippet, range: std::ops::Range<usize>) -> Snippet {
    let mut part = Snippet::builder();
    part.push_from(text, range);
    part.finish()
}

/// How a text says what is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `{}`, `{0}`, `{name}`.
    Braces,
    /// `%s`, `%(name)s`.
    Percent,
}

struct Found {
    start: usize,
    end: usize,
    field: Field,
}

/// What is filled in.
enum Field {
    Literal(&'static str),
    Next,
    Number(usize),
    Name(String),
    Other,
}

impl Style {
    fn next(self, text: &str, from: usize) -> Option<Found> {
        match self {
            Self::Braces => {
                let start = from + text.get(from..)?.find(['{', '}'])?;
                let rest = text.get(start..)?;
                for (escape, literal) in [("{{", "{"), ("}}", "}")] {
                    if rest.starts_with(escape) {
                        return Some(Found { start, end: start + 2, field: Field::Literal(literal) });
                    }
                }
                let length = rest.find('}')?;
                let field = match rest.get(1..length)? {
                    "" => Field::Next,
                    name if name.bytes().all(|byte| byte.is_ascii_digit()) => Field::Number(name.parse().ok()?),
                    name if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                        Field::Name(name.to_owned())
                    }
                    _ => Field::Other,
                };
                Some(Found { start, end: start + length + 1, field })
            }
            Self::Percent => {
                let start = from + text.get(from..)?.find('%')?;
                let rest = text.get(start + 1..)?;
                let found = |length: usize, field| Some(Found { start, end: start + 1 + length, field });
                match rest.as_bytes() {
                    [b'%', ..] => found(1, Field::Literal("%")),
                    [b's' | b'v' | b'd', ..] => found(1, Field::Next),
                    [b'(', ..] => {
                        let close = rest.find(')')?;
                        let name = rest.get(1..close)?.to_owned();
                        let plain = rest.get(close + 1..)?.starts_with(['s', 'd']);
                        found(close + 2, if plain { Field::Name(name) } else { Field::Other })
                    }
                    // A width or a precision.
                    _ => {
                        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
                        found(end + 1, Field::Other)
                    }
                }
            }
        }
    }
}

/// The text of a literal, when an expression is one.
pub(super) fn literal(expr: &code::Expr) -> Option<&Snippet> {
    match &expr.kind {
        ExprKind::Text(text) => Some(text),
        _ => None,
    }
}
