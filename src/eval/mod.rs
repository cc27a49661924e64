//! Runs programs without running anything: a small, bounded interpreter, the same for every language.
//!
//! It follows assignments in order, branches (whose alternatives stay consistent), loops over known items, functions
//! with their arguments, files that include each other, and directories that are one program, and reports every command
//! that would run and everything that is declared, as far as their words are known. Knows no language, no Google, no rules
//! and no disk.

mod borrow;
mod call;
mod change;
mod code;
mod declare;
mod each;
mod env;
mod exec;
mod expand;
mod format;
mod guard;
mod output;
mod run;
mod tree;
mod url;
mod vars;
mod when;

use std::sync::Arc;

use crate::program::{Block, Program, Schema};
use crate::source::{FileId, Span};
use crate::value::{List, Place, Tree, Value};

pub use when::Circumstances;

/// Alternatives of one text or statement; more become a hole.
const MAX_ALTERNATIVES: usize = 8;
/// Ways into one arm of a branch that are told apart.
const MAX_WAYS: usize = 3;
/// Functions and scripts that call each other, deeper than this, are not followed.
const MAX_CALLS: usize = 6;
/// Files that are being looked at for names, each for the sake of the one before.
const MAX_BORROWED: usize = 2;
/// Files that are looked at for names in all.
const MAX_LENDERS: usize = 12;
/// Turns of a loop over known items.
const MAX_TURNS: usize = 64;
/// Ways out of loops and functions that are remembered.
const MAX_LEFT: usize = 64;
/// Steps of one root program, everything it calls included.
const MAX_STEPS: usize = 40_000;
/// Of these, steps of each file that is looked at for names: its definitions, not what it does.
const MAX_LENT: usize = 4000;
/// Pieces of a text that a variable holds, items of a list, and bytes of a text; larger ones become holes or open.
const MAX_PIECES: usize = 500;
const MAX_ITEMS: usize = 1000;
const MAX_TEXT: usize = 64 * 1024;
/// Modules within modules, and scopes of one root in all.
const MAX_MODULES: usize = 4;
const MAX_SCOPES: usize = 200;
/// Blocks within blocks.
const MAX_DEPTH: usize = 120;
/// Lists and maps within each other that a variable holds.
const MAX_NESTED: usize = 40;

/// A command that would run, as one consistent outcome of the program: one alternative of its words, one turn of
/// the loops around it, one call of its function.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its words; `sudo`, `timeout` and the like taken away.
    pub words: List,
    /// What it reads, when known.
    pub input: Option<Value>,
    /// The statement.
    pub at: Statement,
}

/// Something declared, as one consistent outcome of the program.
#[derive(Debug, Clone)]
pub struct Declared {
    /// In which vocabulary.
    pub schema: Schema,
    /// Its type in that vocabulary.
    pub kind: String,
    /// The name that others of its program know it by; may be empty.
    pub name: String,
    /// Where its type and name stand.
    pub head: Place,
    /// Whether it is one of several that one declaration makes.
    pub repeated: bool,
    /// What is said of it.
    pub body: Tree,
    /// The statement.
    pub at: Statement,
}

/// What a program does.
#[derive(Debug, Default)]
pub struct Runs {
    /// Commands that would run.
    pub commands: Vec<Run>,
    /// Things that are declared.
    pub declared: Vec<Declared>,
}

/// Where a command stands, and how it was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its file.
    pub file: FileId,
    /// Its span.
    pub span: Span,
    /// The calls that led to it, outermost first.
    pub sites: Vec<Place>,
    /// The root program whose run this is: commands of one flow have an order.
    pub flow: FileId,
    /// Its place in the order of the flow.
    pub order: u32,
    /// Whether that place says little: in a document, or in a function that nothing here calls; of something declared,
    /// whether it may be there not at all.
    pub loose: bool,
    /// Under which circumstances it is reached.
    pub under: Circumstances,
}

impl Statement {
    /// All of it.
    pub fn place(&self) -> Place {
        Place::exact(self.file, self.span)
    }

    /// Whether no run of the flow reaches both: they stand in different arms of a branch.
    pub fn excludes(&self, other: &Self) -> bool {
        self.flow == other.flow && self.under.contradict(&other.under)
    }
}

/// Finds the programs that programs name.
pub trait Link {
    /// The program of a path as the program `from` writes it: the literal end of it, after the last hole.
    fn find(&self, from: FileId, path: &Value) -> Option<Arc<Program>>;

    /// The programs of a directory as the program `from` writes it, seen from its own.
    fn directory(&self, from: FileId, path: &str) -> Vec<Arc<Program>>;

    /// What a line of a shell does, the variable [`filling`] standing for each piece of it that is not literal, by its
    /// number among those.
    fn line(&self, line: &Value) -> Option<Block>;
}

pub use run::filling;

/// What is asked of a run.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Whether a command of this name (without its directory) is to be reported; others need not be.
    pub concerns: fn(&str) -> bool,
    /// Flags that name a file with further words, which stand in their place.
    pub word_files: &'static [&'static str],
}

/// Runs one root: a program, or those of a directory that belong together.
pub fn run(programs: &[Arc<Program>], link: &dyn Link, asked: Asked) -> Runs {
    exec::Machine::new(programs, link, asked).map(|machine| machine.run(programs)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
