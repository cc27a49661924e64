//! String literals → texts and templates: prefixes, escapes, values in them.

use std::ops::Range;

use tree_sitter::Node;

use super::super::{ExprKind, TemplatePart};
use super::statement::Reader;
use crate::source::{Snippet, SnippetBuilder, Span};

/// Names of characters are shorter than this, the braces counted.
const MAX_NAME: usize = 120;

/// What a literal is made of.
struct Text<'t> {
    snippet: &'t Snippet,
    parts: Vec<TemplatePart>,
    /// The text that is being read.
    open: SnippetBuilder,
    /// Whether anything stands in it.
    begun: bool,
}

/// What the letters before a literal say.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    raw: bool,
    bytes: bool,
    format: bool,
}

impl Reader<'_> {
    /// A literal, or several side by side.
    pub(super) fn string(&mut self, node: Node, depth: usize) -> ExprKind {
        let span = self.places.span_of(node);
        let mut text =
            Text { snippet: self.places.snippet(), parts: Vec::new(), open: Snippet::builder(), begun: false };
        if node.kind() == "string" {
            text.open.push("", span.start + opening(node));
            self.literal(node, &mut text, depth);
        } else {
            let mut cursor = node.walk();
            for (index, child) in node.named_children(&mut cursor).enumerate() {
                if index == 0 {
                    text.open.push("", span.start + opening(child));
                }
                self.literal(child, &mut text, depth);
            }
        }
        text.finish()
    }

    fn literal(&mut self, node: Node, text: &mut Text, depth: usize) {
        let count = node.child_count();
        let (Some(start), Some(end)) = (node.child(0), node.child(count.saturating_sub(1))) else { return };
        if start.kind() != "string_start" {
            return;
        }
        let letters = self.places.text(start).to_ascii_lowercase();
        let has = |letter: char| letters.contains(letter);
        let prefix = Prefix { raw: has('r'), bytes: has('b'), format: has('f') || has('t') };
        let mut at = start.end_byte();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor).filter(|child| child.kind() == "interpolation") {
            text.plain(self.places.range(at..child.start_byte()), prefix);
            at = child.end_byte();
            let value = self.optional(child.child_by_field_name("expression"), child, depth);
            let changed = self.is_changed(child);
            text.value(TemplatePart::Value { value, changed, span: self.places.span_of(child) });
        }
        let end = if end.kind() == "string_end" { end.start_byte() } else { node.end_byte() };
        text.plain(self.places.range(at..end), prefix);
    }

    /// Whether a value is written otherwise than by `str` alone.
    fn is_changed(&self, node: Node) -> bool {
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|part| match part.kind() {
            "=" => true,
            "type_conversion" => self.places.text(part) != "!s",
            "format_specifier" => part.byte_range().len() > 1,
            _ => false,
        })
    }
}

/// How long a literal's prefix and mark are.
fn opening(node: Node) -> u32 {
    node.child(0).map_or(0, |start| start.byte_range().len() as u32)
}

impl Text<'_> {
    fn value(&mut self, value: TemplatePart) {
        self.close();
        self.parts.push(value);
    }

    /// Ends the text that is being read, if there is any.
    fn close(&mut self) {
        let text = std::mem::replace(&mut self.open, Snippet::builder()).finish();
        if std::mem::take(&mut self.begun) {
            self.parts.push(TemplatePart::Text(text));
        }
    }

    fn finish(mut self) -> ExprKind {
        if self.parts.is_empty() {
            return ExprKind::Text(self.open.finish());
        }
        self.close();
        ExprKind::Template(self.parts)
    }

    /// A range of the file between the marks and the values.
    fn plain(&mut self, range: Range<usize>, prefix: Prefix) {
        let text = self.snippet.slice(range.clone());
        let mut copied = 0;
        let mut at = 0;
        while let Some((found, next)) = stop(text, at, prefix) {
            self.copy(range.start + copied..range.start + found);
            let rest = text.get(found..).unwrap_or_default();
            let (decoded, length) = if next == b'\\' {
                escape(rest, prefix)
            } else {
                // Doubled, for it would else begin or end a value.
                (Some(char::from(next)), if rest.as_bytes().get(1) == Some(&next) { 2 } else { 1 })
            };
            at = found + length;
            copied = at;
            if let Some(c) = decoded {
                let mut buffer = [0; 4];
                self.made(c.encode_utf8(&mut buffer), self.snippet.span(range.start + found..range.start + at));
            } else if rest.get(..length) != Some("\\\n") {
                // No escape: it stands for itself.
                copied = found;
            }
        }
        self.copy(range.start + copied..range.end);
    }

    fn copy(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.begun = true;
            self.open.push_from(self.snippet, range);
        }
    }

    fn made(&mut self, text: &str, span: Span) {
        self.begun = true;
        self.open.push_decoded(text, span);
    }
}

/// The next place where the file does not write what the text is.
fn stop(text: &str, from: usize, prefix: Prefix) -> Option<(usize, u8)> {
    let rest = text.as_bytes().get(from..)?;
    let found = rest.iter().position(|byte| match byte {
        b'\\' => !prefix.raw,
        b'{' | b'}' => prefix.format,
        _ => false,
    })?;
    Some((from + found, rest.get(found).copied()?))
}

/// What a backslash with what follows it stands for, and how long that is. Nothing for a line that goes on, and for
/// what is no escape.
fn escape(rest: &str, prefix: Prefix) -> (Option<char>, usize) {
    let Some(kind) = rest.as_bytes().get(1) else { return (None, 1) };
    let simple = |c: char| (Some(c), 2);
    let digits = |from: usize, most: usize, radix: u32| {
        let digits = rest.get(from..).unwrap_or_default();
        let length = digits.chars().take(most).take_while(|c| c.is_digit(radix)).count();
        let value = digits.get(..length).and_then(|digits| u32::from_str_radix(digits, radix).ok());
        // Half of a surrogate pair, or a byte that is no character by itself.
        let c = value.map(|value| if prefix.bytes { value & 0xff } else { value }).map(|value| {
            char::from_u32(value).filter(|c| !prefix.bytes || c.is_ascii()).unwrap_or(char::REPLACEMENT_CHARACTER)
        });
        (c, from + length, length)
    };
    let exactly = |length: usize| match digits(2, length, 16) {
        (Some(c), end, found) if found == length => (Some(c), end),
        _ => (None, 2),
    };
    match kind {
        b'\n' => (None, 2),
        b'\\' => simple('\\'),
        b'\'' => simple('\''),
        b'"' => simple('"'),
        b'a' => simple('\x07'),
        b'b' => simple('\x08'),
        b'f' => simple('\x0c'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'v' => simple('\x0b'),
        b'0'..=b'7' => {
            let (c, end, _) = digits(1, 3, 8);
            (c, end)
        }
        b'x' => exactly(2),
        b'u' if !prefix.bytes => exactly(4),
        b'U' if !prefix.bytes => exactly(8),
        // Which character has that name is not known here.
        b'N' if !prefix.bytes && rest.as_bytes().get(2) == Some(&b'{') => {
            match rest.bytes().take(MAX_NAME).position(|byte| byte == b'}') {
                Some(end) => (Some(char::REPLACEMENT_CHARACTER), end + 1),
                None => (None, 2),
            }
        }
        b'{' | b'}' if prefix.format => (None, 1),
        _ => (None, rest.get(1..).and_then(|rest| rest.chars().next()).map_or(1, |c| 1 + c.len_utf8())),
    }
}
