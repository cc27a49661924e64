//! The grammar in C, on a budget. A tree is given only when it has no fault at all.

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// Steps of 100 operations for each KiB of text, above what text without faults takes (20 to 50), and for any file.
/// Counted and not timed, so that a file gives the same on every machine.
const STEPS_PER_KIB: usize = 64;
const STEPS: usize = 1024;
/// Ranges that turn out to be faulty, in one file.
const FAULTS: usize = 2048;

pub(super) struct Grammar<'t> {
    /// Masked (`split::mask`).
    text: &'t [u8],
    parser: Parser,
    steps: usize,
    faults: usize,
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
        Some(Self { text, parser, steps: STEPS + text.len() / 1024 * STEPS_PER_KIB, faults: FAULTS })
    }

    pub(super) fn is_spent(&self) -> bool {
        self.steps == 0 || self.faults == 0
    }

    pub(super) fn parse(&mut self, range: Range<usize>) -> Parsed {
        if self.is_spent() {
            return Parsed::Spent;
        }
        // A here-document ends with a line end, so the one after the range belongs to it.
        let text = self.text.get(range.start..range.end.saturating_add(1).min(self.text.len())).unwrap_or_default();
        let steps = &mut self.steps;
        let mut count = |_: &ParseState| {
            *steps = steps.saturating_sub(1);
            if *steps == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut count);
        let tree = self.parser.parse_with_options(&mut |at, _| text.get(at..).unwrap_or_default(), None, Some(options));
        match tree {
            Some(tree) if tree.root_node().has_error() => {
                self.faults -= 1;
                Parsed::Faulty
            }
            Some(tree) => Parsed::Tree(tree),
            None => {
                self.parser.reset();
                Parsed::Spent
            }
        }
    }
}
