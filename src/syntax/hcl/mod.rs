//! HCL, the language of Terraform and `OpenTofu`: text → a small tree with spans. Knows nothing of providers.
//!
//! The grammar is one in C, and what follows a fault in its text is lost to it. So the text is cut into its items first
//! (`split`), what the grammar has been seen to stumble over is masked, and each run of items is parsed on its own. An
//! item with a fault is opened up: a block keeps the items of its body that can be read.

#[cfg(feature = "hcl")]
mod build;
#[cfg(feature = "hcl")]
mod expression;
#[cfg(feature = "hcl")]
mod grammar;
#[cfg(feature = "hcl")]
mod split;
#[cfg(feature = "hcl")]
mod template;
mod tree;

#[cfg(test)]
#[cfg(feature = "hcl")]
mod tests;

pub use tree::{Attribute, Block, Body, Expr, ExprKind, File, ForExpr, Item, Literal, Reference, Step, TemplatePart};

use crate::source::Snippet;

/// Brackets, blocks and templates may nest this deep; what nests deeper is skipped.
#[cfg(feature = "hcl")]
const MAX_DEPTH: usize = 200;

/// Whether nothing in a file is wrong, and no block has two arguments of one name.
pub fn is_sound(snippet: &Snippet) -> bool {
    let file = parse(snippet);
    !file.skipped && has_own_names(&file.body)
}

fn has_own_names(body: &Body) -> bool {
    let mut names: Vec<&str> = body.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    names.sort_unstable();
    !body.broken && names.is_sorted_by(|a, b| a < b) && body.blocks.iter().all(|block| has_own_names(&block.body))
}

/// Parses a file. Never fails: what is not understood is not there, or is [`ExprKind::Unknown`].
#[cfg(feature = "hcl")]
pub fn parse(snippet: &Snippet) -> File {
    build::file(snippet)
}

/// Without the grammar every file is skipped.
#[cfg(not(feature = "hcl"))]
pub fn parse(snippet: &Snippet) -> File {
    let body = Body { span: snippet.span(0..snippet.text().len()), broken: true, ..Body::default() };
    File { body, skipped: true }
}
