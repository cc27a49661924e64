//! A grammar in C, on a budget, and the places of its nodes in the file. Knows no language.
//!
//! What the grammar gets may be masked: another text of the same length as the snippet's. Names and texts are read from
//! the snippet.

use std::ops::{ControlFlow, Range};

use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

use crate::source::{Snippet, Span};

/// Steps of 100 operations for each KiB of text, above what text without faults takes (20 to 60), and for any file.
/// Counted and not timed, so that a file gives the same on every machine.
const STEPS_PER_KIB: usize = 160;
const STEPS: usize = 2048;
/// Steps that a piece costs however short it is.
const STEPS_PER_PIECE: usize = 8;
/// One piece may use up this many times its share, and [`STEPS`] at least: what is wrong in it shall not cost the others.
const SHARES: usize = 2;

/// A grammar with what is left of its budget for one file.
pub(super) struct Grammar {
    parser: Parser,
    steps: usize,
}

impl Grammar {
    /// A grammar for a file of `length` bytes. None if the grammar is of another version than the library.
    pub(super) fn new(language: &Language, length: usize) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(language).ok()?;
        Some(Self { parser, steps: STEPS + share(length) })
    }

    /// Parses a piece. Its offsets are relative to the start of the piece; it may have faults
    /// (`tree.root_node().has_error()`). None when the budget is used up, the piece's or the file's.
    pub(super) fn parse(&mut self, piece: &[u8]) -> Option<Tree> {
        let budget = self.steps.min(STEPS + SHARES * share(piece.len()));
        let mut left = budget;
        let mut count = |_: &ParseState| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        if budget == 0 {
            return None;
        }
        let options = ParseOptions::new().progress_callback(&mut count);
        let tree =
            self.parser.parse_with_options(&mut |at, _| piece.get(at..).unwrap_or_default(), None, Some(options));
        self.steps = self.steps.saturating_sub(budget - left + STEPS_PER_PIECE);
        if tree.is_none() {
            self.parser.reset();
        }
        tree
    }
}

/// Whether the grammar takes all of a text, within its budget.
pub(super) fn is_sound(language: &Language, snippet: &Snippet) -> bool {
    let text = snippet.text().as_bytes();
    let tree = Grammar::new(language, text.len()).and_then(|mut grammar| grammar.parse(text));
    tree.is_some_and(|tree| !tree.root_node().has_error())
}

fn share(length: usize) -> usize {
    length.div_ceil(1024) * STEPS_PER_KIB
}

/// The places of one tree's nodes.
#[derive(Clone, Copy)]
pub(super) struct Places<'t> {
    snippet: &'t Snippet,
    /// Where the text of the tree begins in the snippet.
    base: usize,
}

impl<'t> Places<'t> {
    /// For a tree of the piece that begins at `base` of the snippet.
    pub(super) fn new(snippet: &'t Snippet, base: usize) -> Self {
        Self { snippet, base }
    }

    /// All of the file.
    pub(super) fn snippet(&self) -> &'t Snippet {
        self.snippet
    }

    /// The range in the snippet of a range of the tree.
    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        let end = self.snippet.text().len();
        (range.start + self.base).min(end)..(range.end + self.base).min(end)
    }

    /// The range in the snippet of a node.
    pub(super) fn range_of(&self, node: Node) -> Range<usize> {
        self.range(node.byte_range())
    }

    /// The file's span of a range of the tree.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.snippet.span(self.range(range))
    }

    /// The file's span of a node.
    pub(super) fn span_of(&self, node: Node) -> Span {
        self.span(node.byte_range())
    }

    /// A node's text as the file has it.
    pub(super) fn text(&self, node: Node) -> &'t str {
        self.snippet.slice(self.range_of(node))
    }
}
