//! JavaScript and TypeScript → the tree.

mod class;
mod expression;
mod function;
mod import;
mod literal;
mod pattern;
mod split;
mod statement;
#[cfg(test)]
mod tests;
mod text;

use std::cell::Cell;

use tree_sitter::Node;

use super::File;
use super::grammar::Places;
use super::nodes::MAX_DEPTH;
use super::pieces;
use crate::source::{Snippet, Span};

/// Reads a file. With `casts`, `<T>x` is a cast and there is no JSX.
pub(super) fn file(snippet: &Snippet, casts: bool) -> File {
    let mut file = File::default();
    // What a bundler wrote is nobody's to mend.
    if !casts && split::is_bundle(snippet.text()) {
        return file;
    }
    let language =
        if casts { tree_sitter_typescript::LANGUAGE_TYPESCRIPT } else { tree_sitter_typescript::LANGUAGE_TSX };
    let (body, mut skipped) = (&mut file.body, false);
    let left_out = pieces::parse(snippet, &language.into(), &split::split(snippet.text()), |places, root| {
        let reader = Reader { places, skipped: Cell::new(false), blocks: Cell::new(0) };
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
    /// In how many blocks of a function we are: `var` in one is a name of the function.
    blocks: Cell<usize>,
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
    fn head(&self, start: usize, body: Option<Node>, end: usize) -> Span {
        let range = self.places.range(start..body.map_or(end, |body| body.start_byte()));
        let text = self.places.snippet().slice(range.clone());
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        self.places.snippet().span(range.start..range.start + line.len())
    }
}
