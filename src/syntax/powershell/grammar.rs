//! The grammar in C, on a budget. A tree is given only when it has no fault at all.

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

/// Steps of 100 operations for each KiB of text and for any file. What stands in the words of commands is parsed anew,
/// so text without faults may take several times what it takes once. Counted and not timed, so that a file gives the same
/// on every machine.
const STEPS_PER_KIB: usize = 256;
const STEPS: usize = 4096;
/// Ranges that turn out to be faulty, in one file.
const FAULTS: usize = 2048;

pub(super) struct Grammar<'t> {
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
    pub(super) fn new(text: &'t str) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).ok()?;
        let steps = STEPS + text.len() / 1024 * STEPS_PER_KIB;
        Some(Self { text: text.as_bytes(), parser, steps, faults: FAULTS })
    }

    pub(super) fn parse(&mut self, range: Range<usize>) -> Parsed {
        if self.steps == 0 || self.faults == 0 {
            return Parsed::Spent;
        }
        let text = self.text.get(range).unwrap_or_default();
        let steps = &mut self.steps;
        let mut count = |_: &ParseState| {
            *steps = steps.saturating_sub(1);
            if *steps == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut count);
        let tree = self.parser.parse_with_options(&mut |at, _| text.get(at..).unwrap_or_default(), None, Some(options));
        // Many short texts come to something, too.
        self.steps = self.steps.saturating_sub(1);
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
