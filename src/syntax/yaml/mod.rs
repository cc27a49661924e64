//! YAML and JSON text → trees with spans; never fails. Knows nothing of what the keys mean.
//!
//! Templates (`{{ }}`, `${{ }}`, `{% %}`) are holes in scalars; where a template may bring further entries, the
//! collection around it is open. Aliases and merge keys are resolved, within bounds.

mod frame;
mod json;
mod map;
mod mask;
mod mend;
mod query;
mod scalar;
mod template;
#[cfg(test)]
mod tests;
mod tree;

use std::ops::Range;
use std::sync::Arc;

use crate::source::{Snippet, Span};

/// One document of a text.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// Whether parts of it could not be read; they are missing in the tree.
    pub broken: bool,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands; of an alias, where the alias stands. A collection is placed from its first entry to its
    /// last, and by its brackets if it has some; a block scalar by its text.
    pub span: Span,
    /// Of an alias: where what it stands for is.
    pub anchored: Option<Span>,
    /// The tag of a collection as it is written, such as `!reference`.
    pub tag: Option<Arc<str>>,
    open: bool,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A text; numbers, booleans and null are texts too.
    Scalar(Arc<Scalar>),
    /// A list.
    Sequence(Arc<[Node]>),
    /// Pairs in order, merge keys and all; [`Node::get`] and [`Node::pairs`] resolve these.
    Mapping(Arc<[Pair]>),
    /// Not known: a template stands there, or an alias of nothing, or it is nested too deep.
    Unknown,
}

/// An entry of a mapping. Those whose key is no scalar are left out.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The key.
    pub key: Arc<Scalar>,
    /// The value.
    pub value: Node,
    /// From the start of the key to the end of the value.
    pub span: Span,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A text in a document.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// How it is written.
    pub style: Style,
    /// Its tag as it is written, such as `!Ref` or `!!str`.
    pub tag: Option<String>,
    /// Its text, decoded, with the map to the file. Templates stand in it as they are written.
    pub body: Snippet,
    /// Where in the text of `body` templates stand, in bytes.
    pub holes: Vec<Range<usize>>,
    /// Whether `body` is mapped byte for byte; if not, only the whole is placed.
    pub mapped: bool,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Whether nothing in a text is wrong, templates aside, and no map has two keys of one name.
pub fn is_sound(snippet: &Snippet) -> bool {
    tree::is_sound(snippet)
}

/// All documents of a text. Never fails: what is not understood is not there.
pub fn parse(snippet: &Snippet) -> Vec<Document> {
    tree::parse(snippet)
}
