//! `PowerShell`: text → a small tree with spans; never fails. Knows no command.
//!
//! The text is cut into statements first (`split`), and the grammar, one in C, reads runs of these. It finds statements
//! and expressions; the words of a command and the parts of a text are read here (`word`), for the grammar cuts
//! `--flag=$x` in two. What the grammar does not take is read as a command where it looks like one, and its blocks
//! piece by piece.

#[cfg(feature = "powershell")]
mod build;
#[cfg(feature = "powershell")]
mod expression;
#[cfg(feature = "powershell")]
mod grammar;
#[cfg(feature = "powershell")]
mod split;
#[cfg(feature = "powershell")]
mod text;
mod tree;
#[cfg(feature = "powershell")]
mod word;

#[cfg(test)]
#[cfg(feature = "powershell")]
mod tests;

pub use tree::{
    Argument, Command, Expr, ExprKind, File, Function, Invoker, Join, Parameter, ParameterKind, Part, Stage, Stmt,
    StmtKind, SwitchArm,
};

use crate::source::Snippet;

/// Brackets, blocks and texts may nest this deep; what nests deeper is skipped.
#[cfg(feature = "powershell")]
const MAX_DEPTH: usize = 100;

/// Commands of one pipe; what comes behind them is not read.
#[cfg(feature = "powershell")]
const MAX_STAGES: usize = 50;

/// Statements of one file; one with more is skipped.
#[cfg(feature = "powershell")]
const MAX_STATEMENTS: usize = 100_000;

/// Parses a file. Never fails: what is not understood is `Unknown`. Without the grammar the file is skipped.
#[cfg(feature = "powershell")]
pub fn parse(snippet: &Snippet) -> File {
    build::file(snippet)
}

/// Without the grammar every file is skipped.
#[cfg(not(feature = "powershell"))]
pub fn parse(snippet: &Snippet) -> File {
    File { skipped: !snippet.text().is_empty(), ..File::default() }
}
