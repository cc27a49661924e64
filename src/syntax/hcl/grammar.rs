//! The grammar in C, on a budget. A tree is given only when it has no fault at all.

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// Steps of 100 operations for each KiB of text, far above what text without faults takes (about 50), and for any file.
/// Counted and not timed, so that a file gives the same on every machine.
const STEPS_PER_KIB: usize = 128;
const STEPS: usize = 1024;

pub(super) struct Grammar<'t> {
    /// Masked (`split::mask`).
    text: &'t [u8],
    parser: Parser,
    steps: usize,
}

pub(super) enum Parsed {
    /// Its offsets are relative to the start of the range.
    Tree(Tree),
    Faulty,
    /// The budget is used up.
    Spent,
}

impl<'t> Grammar<'t> {
    pub(super) fn new(text: &'t [u8]) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_hcl::LANGUAGE.into()).ok()?;
        Some(Self { text, parser, steps: STEPS + text.len() / 1024 * STEPS_PER_KIB })
    }

    pub(super) fn parse(&mut self, range: Range<usize>) -> Parsed {
        // A here-document ends with a line end, so the one after the range belongs to it.
        let text = self.text.get(range.start..range.end.saturating_add(1).min(self.text.len())).unwrap_or_default();
        let steps = &mut self.steps;
        let mut count = |_: &ParseState| match steps.checked_sub(1) {
            Some(left) => {
                *steps = left;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        };
        let options = ParseOptions::new().progress_callback(&mut count);
        let tree = self.parser.parse_with_options(&mut |at, _| text.get(at..).unwrap_or_default(), None, Some(options));
        match tree {
            Some(tree) if tree.root_node().has_error() => Parsed::Faulty,
            Some(tree) => Parsed::Tree(tree),
            None => {
                self.parser.reset();
                Parsed::Spent
            }
        }
    }
}
