//! Texts and composite literals.

use std::ops::Range;

use tree_sitter::Node;

use super::super::nodes::{inner, named, unknown};
use super::super::{Element, Entry, Expr, ExprKind};
use super::Reader;
use crate::source::{Snippet, SnippetBuilder};

impl Reader<'_> {
    /// `"…"` or `` `…` ``.
    pub(super) fn string(&self, node: Node) -> Snippet {
        let range = self.places.range_of(node);
        let inside = range.start + 1..range.end.saturating_sub(1);
        let mut out = Snippet::builder();
        if node.kind() == "raw_string_literal" {
            push(self.places.snippet(), inside, &mut out);
        } else {
            decode(self.places.snippet(), inside, &mut out);
        }
        out.finish()
    }

    /// `T{…}`.
    pub(super) fn composite(&self, node: Node, depth: usize) -> ExprKind {
        let Some(body) = node.child_by_field_name("body") else { return ExprKind::Unknown(Vec::new()) };
        self.literal(node.child_by_field_name("type"), body, depth)
    }

    /// What stands in braces, of a type where that is said.
    fn literal(&self, of: Option<Node>, body: Node, depth: usize) -> ExprKind {
        let of = of.map(pointed);
        let kind = of.map(|of| of.kind()).unwrap_or_default();
        let parts: Vec<Node> = named(body);
        let is_keyed = parts.iter().any(|part| part.kind() == "keyed_element");
        match (kind, of) {
            ("map_type", Some(of)) => {
                let (key, value) = (of.child_by_field_name("key"), of.child_by_field_name("value"));
                ExprKind::Map(self.entries(&parts, (key, value), false, depth))
            }
            ("slice_type" | "array_type" | "implicit_length_array_type", Some(of)) => {
                let element = of.child_by_field_name("element");
                let items: Vec<Expr> = parts.iter().map(|part| self.element(*part, element, false, depth)).collect();
                if is_keyed {
                    return ExprKind::Unknown(items);
                }
                ExprKind::List(items.into_iter().map(|value| Element { spread: false, value }).collect())
            }
            (_, Some(of)) => ExprKind::Struct(
                self.type_name(of).unwrap_or_default(),
                self.entries(&parts, (None, None), true, depth),
            ),
            (_, None) if is_keyed => ExprKind::Map(self.entries(&parts, (None, None), true, depth)),
            (_, None) => {
                let items = parts.iter().map(|part| self.element(*part, None, false, depth));
                ExprKind::List(items.map(|value| Element { spread: false, value }).collect())
            }
        }
    }

    /// Entries with keys; without one its number is the key. With `bare`, a name as a key is a field.
    fn entries(&self, parts: &[Node], of: (Option<Node>, Option<Node>), bare: bool, depth: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let span = self.span(*part);
            if part.kind() == "keyed_element" {
                let field = |name: &str, of: Option<Node>, bare: bool| match part.child_by_field_name(name) {
                    Some(part) => self.element(part, of, bare, depth),
                    None => unknown(span, Vec::new()),
                };
                entries.push(Entry { key: Some(field("key", of.0, bare)), value: field("value", of.1, false), span });
            } else {
                let key = Expr { kind: ExprKind::Number(index.to_string()), span };
                entries.push(Entry { key: Some(key), value: self.element(*part, of.1, false, depth), span });
            }
        }
        entries
    }

    /// What stands for a key or a value, its type left out where the one around it says it.
    fn element(&self, node: Node, of: Option<Node>, bare: bool, depth: usize) -> Expr {
        let node = match node.kind() {
            "keyed_element" => node.child_by_field_name("value"),
            _ => Some(node),
        };
        let inside = node.and_then(|node| if node.kind() == "literal_element" { inner(node) } else { Some(node) });
        let Some(node) = inside else { return unknown(self.places.span(0..0), Vec::new()) };
        let span = self.span(node);
        if self.is_deep(depth) {
            return unknown(span, Vec::new());
        }
        match node.kind() {
            "literal_value" => Expr { kind: self.literal(of, node, depth + 1), span },
            "identifier" if bare => {
                let mut text = Snippet::builder();
                push(self.places.snippet(), self.places.range_of(node), &mut text);
                Expr { kind: ExprKind::Text(text.finish()), span }
            }
            _ => self.expression(node, depth),
        }
    }

    /// The dotted name of a type, without its arguments.
    pub(super) fn type_name(&self, node: Node) -> Option<String> {
        let node = pointed(node);
        match node.kind() {
            "generic_type" => node.child_by_field_name("type").and_then(|inner| match inner.kind() {
                "type_identifier" | "qualified_type" => Some(self.text(inner).to_owned()),
                _ => None,
            }),
            "type_identifier" | "qualified_type" => Some(self.text(node).to_owned()),
            _ => None,
        }
    }
}

/// What a pointer type points to.
fn pointed(node: Node) -> Node {
    let mut node = node;
    while let Some(next) = inner(node).filter(|_| matches!(node.kind(), "pointer_type" | "parenthesized_type")) {
        node = next;
    }
    node
}

fn push(snippet: &Snippet, range: Range<usize>, out: &mut SnippetBuilder) {
    if !range.is_empty() {
        out.push_from(snippet, range);
    }
}

fn decode(snippet: &Snippet, range: Range<usize>, out: &mut SnippetBuilder) {
    let (mut at, mut rest) = (range.start, snippet.slice(range.clone()));
    while let Some(plain) = memchr::memchr(b'\\', rest.as_bytes()) {
        push(snippet, at..at + plain, out);
        at += plain;
        rest = rest.get(plain..).unwrap_or_default();
        let (character, length) = escape(rest);
        let mut buffer = [0; 4];
        out.push_decoded(character.encode_utf8(&mut buffer), snippet.span(at..at + length));
        at += length;
        rest = rest.get(length..).unwrap_or_default();
    }
    push(snippet, at..range.end, out);
}

/// The character of an escape, and the escape's length in bytes. What is a byte and no character is U+FFFD.
fn escape(text: &str) -> (char, usize) {
    let Some(sign) = text.chars().nth(1) else { return ('\\', text.len().max(1)) };
    let code = |digits: Range<usize>, radix: u32| {
        let end = digits.end;
        let code = text.get(digits).and_then(|digits| u32::from_str_radix(digits, radix).ok());
        code.map(|code| (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), end))
    };
    let read = match sign {
        'a' => Some(('\u{7}', 2)),
        'b' => Some(('\u{8}', 2)),
        'f' => Some(('\u{c}', 2)),
        'n' => Some(('\n', 2)),
        'r' => Some(('\r', 2)),
        't' => Some(('\t', 2)),
        'v' => Some(('\u{b}', 2)),
        '0'..='7' => code(1..4, 8).map(|(byte, end)| (if byte.is_ascii() { byte } else { '\u{fffd}' }, end)),
        'x' => code(2..4, 16).map(|(byte, end)| (if byte.is_ascii() { byte } else { '\u{fffd}' }, end)),
        'u' => code(2..6, 16),
        'U' => code(2..10, 16),
        _ => None,
    };
    read.unwrap_or((sign, 1 + sign.len_utf8()))
}
