//! A text in pieces → their trees. Pieces are parsed together, and each by itself where something is wrong with one of
//! them, so that a fault costs only the statement that it stands in. Knows no language.

use std::ops::Range;

use tree_sitter::{Language, Node};

use super::grammar::{Grammar, Places};
use super::nodes::MAX_DEPTH;
use crate::source::Snippet;

/// Pieces are handed to the grammar together up to this many bytes.
const RUN: usize = 64 * 1024;

/// A piece that is larger is not given to the grammar, which takes up to 400 bytes of memory for each.
const MAX_PIECE: usize = 256 * 1024;

/// A statement that stands in nothing else, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Up to the next piece.
    pub range: Range<usize>,
    /// How deep its brackets nest.
    pub depth: usize,
}

/// A text as the grammar gets it, and its pieces in order.
pub(super) struct Pieces {
    /// As long as the text.
    pub masked: Vec<u8>,
    /// In order.
    pub pieces: Vec<Piece>,
}

impl Pieces {
    /// Masks the beginnings of comments that do not end in their piece: at each the grammar would look for its end to
    /// the end of the text. Whatever the scan took for text, none of them is of use.
    pub(super) fn close_comments(&mut self) {
        for piece in &self.pieces {
            let Some(text) = self.masked.get_mut(piece.range.clone()) else { continue };
            let from = memchr::memmem::rfind(text, b"*/").map_or(0, |end| end + 2);
            let Some(text) = text.get_mut(from..) else { continue };
            let found: Vec<usize> = memchr::memmem::find_iter(text, b"/*").collect();
            for at in found {
                text.get_mut(at..at + 2).unwrap_or_default().fill(b'_');
            }
        }
    }
}

/// Gives each tree to `visit`. Says whether something was left out.
pub(super) fn parse(snippet: &Snippet, language: &Language, of: &Pieces, mut visit: impl FnMut(Places, Node)) -> bool {
    let length = of.masked.len();
    let (Some(mut together), Some(mut alone)) = (Grammar::new(language, length), Grammar::new(language, length)) else {
        return true;
    };
    let mut skipped = false;
    let mut rest = of.pieces.as_slice();
    let sound = |piece: &Piece| piece.depth <= MAX_DEPTH && piece.range.len() <= MAX_PIECE;
    while let Some(first) = rest.first() {
        let limit = first.range.start + RUN;
        let count = rest.iter().take_while(|piece| sound(piece) && piece.range.end <= limit).count().max(1);
        let (run, after) = rest.split_at(count);
        rest = after;
        if !sound(first) {
            skipped = true;
            continue;
        }
        let end = run.last().map_or(first.range.end, |last| last.range.end);
        let text = |range: Range<usize>| of.masked.get(range).unwrap_or_default();
        match together.parse(text(first.range.start..end)) {
            Some(tree) if run.len() == 1 || !tree.root_node().has_error() => {
                visit(Places::new(snippet, first.range.start), tree.root_node());
                continue;
            }
            _ => {}
        }
        for piece in run {
            match alone.parse(text(piece.range.clone())) {
                Some(tree) => visit(Places::new(snippet, piece.range.start), tree.root_node()),
                None => skipped = true,
            }
        }
    }
    skipped
}
