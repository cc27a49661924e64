//! Makefiles: text → assignments, conditionals, rules and the lines of their recipes, with spans. Expands nothing.
//!
//! <https://www.gnu.org/software/make/manual/make.html>, checked 2026-11-21.

mod lines;
mod reference;

pub use lines::{evaluated, parse};
pub use reference::{MAX_DEPTH, Piece, Reference, arguments, pieces};

use crate::source::{Snippet, Span};

/// A file.
#[derive(Debug, Clone, Default)]
pub struct Makefile {
    /// What stands in it, in order.
    pub items: Vec<Item>,
    /// Whether a recipe is one script: `.ONESHELL:`.
    pub one_shell: bool,
}

/// One line, with those that continue it, or a conditional.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Where it stands.
    pub span: Span,
}

/// What stands in a file.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// `X := value`
    Assign(Assign),
    /// `target: X := value`
    TargetAssign(Snippet, Assign),
    /// `export X Y`; without names all variables.
    Export(Snippet),
    /// `undefine X`
    Undefine(Snippet),
    /// `include a.mk b.mk`
    Include(Snippet),
    /// `ifeq … else … endif`
    Conditional(Conditional),
    /// `targets: prerequisites`
    Rule {
        /// The targets.
        targets: Snippet,
        /// What they need.
        needs: Snippet,
    },
    /// A line of the recipe of the rule above, without the tabs that begin its lines.
    Recipe(Snippet),
}

/// An assignment.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The variable as it is written.
    pub name: String,
    /// How its value counts.
    pub op: Op,
    /// The value as it is written.
    pub value: Snippet,
    /// Whether child processes see it.
    pub export: bool,
    /// Whether it is written with `define`.
    pub define: bool,
}

/// How the value of an assignment counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`: expanded where it is used.
    Deferred,
    /// `:=`: expanded here.
    Immediate,
    /// `?=`: where nothing else sets it; expanded where it is used.
    Default,
    /// `+=`: behind what is there.
    Append,
    /// `!=`: what a command prints.
    Shell,
}

/// A conditional.
#[derive(Debug, Clone, Default)]
pub struct Conditional {
    /// Its arms in order; the last one may have no condition.
    pub arms: Vec<(Option<Condition>, Vec<Item>)>,
}

/// The condition of an arm.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What is asked.
    pub test: Test,
    /// Whether it must not be so.
    pub negated: bool,
    /// All that is written behind the keyword.
    pub written: Snippet,
}

/// What a condition asks.
#[derive(Debug, Clone)]
pub enum Test {
    /// Whether two texts are the same.
    Equal(Snippet, Snippet),
    /// Whether a variable has a value.
    Defined(Snippet),
    /// Something that is not understood.
    Other,
}

/// The lines of a `define`d recipe.
pub fn recipe_lines(body: &Snippet) -> Vec<Snippet> {
    lines::recipe_lines(body)
}

/// A part of a snippet, as a snippet.
fn part(snippet: &Snippet, range: std::ops::Range<usize>) -> Snippet {
    let mut out = Snippet::builder();
    out.push_from(snippet, range);
    out.finish()
}

/// A part of a snippet without the white space around it.
fn trimmed(snippet: &Snippet, range: std::ops::Range<usize>) -> Snippet {
    let text = snippet.slice(range.clone());
    let start = range.start + (text.len() - text.trim_start().len());
    part(snippet, start..start + text.trim().len())
}
