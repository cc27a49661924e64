//! Languages with functions and objects: text → one small tree with spans. Knows no library.

#[cfg(any(feature = "go", feature = "javascript"))]
mod cases;
#[cfg(feature = "go")]
mod go;
#[cfg(any(feature = "go", feature = "javascript", feature = "python"))]
mod grammar;
#[cfg(feature = "javascript")]
mod javascript;
#[cfg(any(feature = "go", feature = "javascript"))]
mod nodes;
#[cfg(any(feature = "go", feature = "javascript"))]
mod pieces;
#[cfg(all(test, any(feature = "go", feature = "javascript")))]
mod print_tests;
#[cfg(feature = "python")]
mod python;
mod tree;

pub use tree::{
    Argument, Call, Class, Comprehension, Element, Entry, Expr, ExprKind, File, Function, Import, Member, Operator,
    Parameter, Spread, Stmt, StmtKind, Target, TargetKind, TemplatePart,
};

use crate::source::Snippet;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript, with JSX and types.
    JavaScript,
    /// TypeScript without JSX, where `<T>x` is a cast.
    TypeScript,
    /// Go.
    Go,
}

/// Whether nothing in a file is wrong.
pub fn is_sound(snippet: &Snippet, language: Language) -> bool {
    match language {
        #[cfg(feature = "python")]
        Language::Python => grammar::is_sound(&tree_sitter_python::LANGUAGE.into(), snippet),
        #[cfg(feature = "javascript")]
        Language::JavaScript => grammar::is_sound(&tree_sitter_typescript::LANGUAGE_TSX.into(), snippet),
        #[cfg(feature = "javascript")]
        Language::TypeScript => grammar::is_sound(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(), snippet),
        #[cfg(feature = "go")]
        Language::Go => grammar::is_sound(&tree_sitter_go::LANGUAGE.into(), snippet),
        #[allow(unreachable_patterns, reason = "with all features there is no other")]
        _ => snippet.text().is_empty(),
    }
}

/// Parses a file. Never fails: what is not understood is `Other` or `Unknown`. Without the grammar the file is skipped.
pub fn parse(snippet: &Snippet, language: Language) -> File {
    match language {
        #[cfg(feature = "python")]
        Language::Python => python::file(snippet),
        #[cfg(feature = "javascript")]
        Language::JavaScript => javascript::file(snippet, false),
        #[cfg(feature = "javascript")]
        Language::TypeScript => javascript::file(snippet, true),
        #[cfg(feature = "go")]
        Language::Go => go::file(snippet),
        #[allow(unreachable_patterns, reason = "with all features there is no other")]
        _ => File { body: Vec::new(), skipped: !snippet.text().is_empty() },
    }
}
