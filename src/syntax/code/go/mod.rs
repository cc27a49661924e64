//! Go → the tree.

mod declaration;
mod expression;
mod literal;
mod split;
mod statement;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use tree_sitter::Node;

use super::File;
use super::grammar::Places;
use super::nodes::MAX_DEPTH;
use super::pieces;
use crate::source::{Snippet, Span};

/// Reads a file.
pub(super) fn file(snippet: &Snippet) -> File {
    let mut file = File::default();
    let (body, mut skipped) = (&mut file.body, false);
    let pieces = split::split(snippet.text());
    let left_out = pieces::parse(snippet, &tree_sitter_go::LANGUAGE.into(), &pieces, |places, root| {
        let reader = Reader { places, skipped: Cell::new(false), names_results: Cell::new(false) };
        reader.statements(root, 0, body);
        skipped |= reader.skipped.get();
    });
    file.skipped = left_out || skipped;
    file
}

/// Reads one tree.
struct Reader<'t> {
    places: Places<'t>,
    /// Whether something nests too deep.
    skipped: Cell<bool>,
    /// Whether a `return` without a value gives some nevertheless.
    names_results: Cell<bool>,
}

impl<'t> Reader<'t> {
    fn is_deep(&self, depth: usize) -> bool {
        let is_deep = depth > MAX_DEPTH;
        if is_deep {
            self.skipped.set(true);
        }
        is_deep
    }

    fn span(&self, node: Node) -> Span {
        self.places.span_of(node)
    }

    fn text(&self, node: Node) -> &'t str {
        self.places.text(node)
    }

    /// The first line of what has a body.
    fn head(&self, node: Node, body: Option<Node>) -> Span {
        let range = self.places.range(node.start_byte()..body.map_or(node.end_byte(), |body| body.start_byte()));
        let text = self.places.snippet().slice(range.clone());
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        self.places.snippet().span(range.start..range.start + line.len())
    }
}
