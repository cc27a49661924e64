//! The parts of texts in quotes.

use std::ops::Range;

use super::build::{Build, plain};
use super::split::MAX_NAME;
use super::{Expr, ExprKind, Part, split};

/// The parts of a quoted text or here-string, its quotes included in the range.
pub(super) fn quoted(build: &mut Build, range: Range<usize>) -> Vec<Part> {
    let mut out = Parts::default();
    add_quoted(build, range, &mut out);
    out.parts
}

/// Parts in the making; text that stands side by side becomes one.
#[derive(Default)]
pub(super) struct Parts {
    pub parts: Vec<Part>,
}

impl Parts {
    /// Text that stands in the file as it is.
    pub fn plain(&mut self, build: &Build, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let (more, at) = (build.text(range.clone()), build.span(range.clone()));
        let is_exact = build.snippet.is_exact(range.clone());
        match self.parts.last_mut() {
            Some(Part::Text { text, span, exact }) if *exact && is_exact && span.end == at.start => {
                text.push_str(more);
                span.end = at.end;
            }
            _ => self.parts.push(Part::Text { text: more.to_owned(), span: at, exact: is_exact }),
        }
    }

    /// Text that the file writes otherwise.
    pub fn decoded(&mut self, build: &Build, text: &str, range: Range<usize>) {
        self.parts.push(Part::Text { text: text.to_owned(), span: build.span(range), exact: false });
    }

    pub fn expr(&mut self, expr: Expr) {
        self.parts.push(Part::Expr(expr));
    }
}

/// Adds the parts of a quoted text.
pub(super) fn add_quoted(build: &mut Build, range: Range<usize>, out: &mut Parts) {
    let text = build.text(range.clone());
    let here = text.starts_with('@');
    let verbatim = text.starts_with('\'') || text.starts_with("@'");
    let (open, close) = if here {
        // The lines' ends behind the first sign and before the last one are no part of it.
        (text.find('\n').map_or(text.len(), |at| at + 1), text.rfind('\n').unwrap_or(text.len()))
    } else {
        (1, text.len().saturating_sub(1))
    };
    let inner = range.start + open..range.start + close.max(open);
    if !verbatim {
        return expandable(build, inner, !here, out);
    }
    let mut at = inner.start;
    while let Some(found) = (!here).then(|| build.text(at..inner.end).find("''")).flatten() {
        // One of the two stands for both.
        out.plain(build, at..at + found);
        out.decoded(build, "'", at + found..at + found + 2);
        at += found + 2;
    }
    out.plain(build, at..inner.end);
}

/// Adds the parts of a text in which variables are filled in. `doubles`: `""` is a quote.
pub(super) fn expandable(build: &mut Build, range: Range<usize>, doubles: bool, out: &mut Parts) {
    let mut at = range.start;
    while at < range.end {
        let rest = build.text(at..range.end);
        let Some(found) = rest.find(['$', '`', '"']) else {
            out.plain(build, at..range.end);
            return;
        };
        out.plain(build, at..at + found);
        at += found;
        at = match rest.as_bytes().get(found) {
            Some(b'`') => escape(build, at, range.end, out),
            Some(b'$') => dollar(build, at, range.end, out),
            _ if doubles && rest.get(found..).is_some_and(|rest| rest.starts_with("\"\"")) => {
                out.decoded(build, "\"", at..at + 2);
                at + 2
            }
            _ => {
                out.plain(build, at..at + 1);
                at + 1
            }
        };
    }
}

/// A backtick and what it stands for; gives where the text goes on.
pub(super) fn escape(build: &Build, at: usize, end: usize, out: &mut Parts) -> usize {
    let Some(c) = build.text(at + 1..end).chars().next() else { return end };
    let next = at + 1 + c.len_utf8();
    let mut buffer = [0; 4];
    let text = match c {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        '0' | 'a' | 'b' | 'e' | 'f' | 'v' => " ",
        // The line goes on.
        '\n' => "",
        c => &*c.encode_utf8(&mut buffer),
    };
    if !text.is_empty() {
        out.decoded(build, text, at..next);
    }
    next
}

/// What stands at a `$` in a text; gives where the text goes on.
pub(super) fn dollar(build: &mut Build, at: usize, end: usize, out: &mut Parts) -> usize {
    let rest = build.text(at..end);
    if rest.starts_with("$(") {
        let close = split::closing(build.snippet.text(), at + 1, end).unwrap_or(end);
        let inner = at + 2..close.saturating_sub(1).max(at + 2);
        let span = build.span(at..close);
        let body = build.statements(inner);
        out.expr(Expr { kind: ExprKind::Output(body), span });
        return close;
    }
    if let Some(length) = variable(rest) {
        let name = plain(build.text(at..at + length));
        let span = build.span(at..at + length);
        out.expr(Expr { kind: ExprKind::Variable(name), span });
        at + length
    } else {
        out.plain(build, at..at + 1);
        at + 1
    }
}

/// How long the variable is that a text begins with: `$x`, `${x}`, `$env:X`, `$_`.
pub(super) fn variable(text: &str) -> Option<usize> {
    let name = text.strip_prefix('$')?;
    if let Some(inner) = name.strip_prefix('{') {
        let bytes = inner.as_bytes().get(..MAX_NAME.min(inner.len()))?;
        let length = memchr::memchr2(b'}', b'\n', bytes).filter(|end| *end > 0 && bytes.get(*end) == Some(&b'}'))?;
        return Some(length + 3);
    }
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let first = word(name);
    if first == 0 {
        return name.starts_with(['?', '$', '^']).then_some(2);
    }
    let rest = name.get(first..)?;
    match rest.strip_prefix(':').map(word) {
        // `$x::y` and `$x: y` are a variable before a colon.
        Some(second) if second > 0 => Some(1 + first + 1 + second),
        _ => Some(1 + first),
    }
}
