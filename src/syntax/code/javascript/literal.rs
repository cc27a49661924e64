//! Texts, templates and objects.

use tree_sitter::Node;

use super::super::nodes::{children, has_fault, inner, named, unknown};
use super::super::{Entry, Expr, ExprKind, TemplatePart};
use super::expression::is_accessor;
use super::{Reader, text};

impl Reader<'_> {
    pub(super) fn string(&self, node: Node) -> ExprKind {
        let range = self.places.range_of(node);
        ExprKind::Text(text::decoded(self.places.snippet(), range.start + 1..range.end.saturating_sub(1)))
    }

    /// A template; a text where nothing is put in.
    pub(super) fn template(&self, node: Node, depth: usize, is_raw: bool) -> ExprKind {
        let mut parts = self.template_parts(node, depth, is_raw);
        match (parts.pop(), parts.is_empty()) {
            (None, _) => ExprKind::Text(text::raw(self.places.snippet(), 0..0)),
            (Some(TemplatePart::Text(text)), true) => ExprKind::Text(text),
            (Some(last), _) => {
                parts.push(last);
                ExprKind::Template(parts)
            }
        }
    }

    pub(super) fn template_parts(&self, node: Node, depth: usize, is_raw: bool) -> Vec<TemplatePart> {
        let snippet = self.places.snippet();
        let mut parts = Vec::new();
        let whole = self.places.range_of(node);
        let mut start = whole.start + 1;
        let literal = |range: std::ops::Range<usize>, parts: &mut Vec<TemplatePart>| {
            if !range.is_empty() {
                let read = if is_raw { text::raw } else { text::decoded };
                parts.push(TemplatePart::Text(read(snippet, range)));
            }
        };
        for child in named(node).into_iter().filter(|child| child.kind() == "template_substitution") {
            let range = self.places.range_of(child);
            literal(start..range.start, &mut parts);
            start = range.end;
            let span = self.span(child);
            let value = match inner(child) {
                Some(inner) if !has_fault(child) => self.expression(inner, depth),
                _ => unknown(span, self.kept(child, depth)),
            };
            parts.push(TemplatePart::Value { value, changed: false, span });
        }
        literal(start..whole.end.saturating_sub(1), &mut parts);
        parts
    }

    /// What stands between the braces of an object.
    pub(super) fn entries(&self, node: Node, depth: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        for child in children(node) {
            let span = self.span(child);
            let entry = match child.kind() {
                "pair" => {
                    let key = child.child_by_field_name("key").map(|key| self.key(key, depth));
                    Entry { key, value: self.field(child, "value", depth), span }
                }
                "shorthand_property_identifier" => {
                    Entry { key: Some(self.key(child, depth)), value: self.expression(child, depth), span }
                }
                "method_definition" => {
                    let function = self.function(child, Vec::new(), depth);
                    let value = Expr { kind: ExprKind::Function(Box::new(function)), span };
                    let value = if is_accessor(child) { unknown(span, vec![value]) } else { value };
                    Entry { key: child.child_by_field_name("name").map(|key| self.key(key, depth)), value, span }
                }
                "spread_element" => {
                    let Some(inner) = inner(child) else { continue };
                    Entry { key: None, value: self.expression(inner, depth), span }
                }
                _ => continue,
            };
            entries.push(entry);
        }
        entries
    }

    /// The name of a property: a text, unless it is computed.
    pub(super) fn key(&self, node: Node, depth: usize) -> Expr {
        let kind = match node.kind() {
            "computed_property_name" => match inner(node) {
                Some(inner) => return self.expression(inner, depth),
                None => ExprKind::Unknown(Vec::new()),
            },
            "string" => self.string(node),
            _ => ExprKind::Text(text::raw(self.places.snippet(), self.places.range_of(node))),
        };
        Expr { kind, span: self.span(node) }
    }

    /// The name of a property, unless it is computed.
    pub(super) fn key_name(&self, node: Node) -> Option<String> {
        match (node.kind(), self.key(node, 0).kind) {
            ("computed_property_name", _) => None,
            (_, ExprKind::Text(text)) => Some(text.text().to_owned()),
            _ => None,
        }
    }
}
