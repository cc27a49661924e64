//! The tree that readers see. All spans are of the file.

use crate::source::{Snippet, Span};

/// A file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// What stands in it.
    pub body: Body,
    /// Whether something was left out because it nests too deep or takes too long, or because the grammar is not
    /// built in.
    pub skipped: bool,
}

/// What stands between the braces of a block, or in a file.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// In order.
    pub attributes: Vec<Attribute>,
    /// In order.
    pub blocks: Vec<Block>,
    /// Whether something directly in it was not understood, and may have been left out: then the absence of a name says
    /// nothing.
    pub broken: bool,
    /// Without the braces.
    pub span: Span,
}

/// `name = value`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The name's place.
    pub at: Span,
    /// The value.
    pub value: Expr,
    /// Name to end of value.
    pub span: Span,
}

/// `kind "label" … { body }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// The word it begins with.
    pub kind: String,
    /// Its labels without quotes.
    pub labels: Vec<String>,
    /// What stands between its braces.
    pub body: Body,
    /// Kind and labels.
    pub head: Span,
    /// All of it.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// With its parentheses.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `true`, `12`, `null`.
    Literal(Literal),
    /// A quoted string or a here-document. A plain string is one text, an empty one has no parts.
    Template(Vec<TemplatePart>),
    /// `var.x`, `google_x.a[0].uri`.
    Reference(Reference),
    /// A part of something that is not a name: `split("/", x)[0]`, `(a ? b : c).id`.
    Access {
        /// What it is a part of.
        base: Box<Expr>,
        /// The way from there; not empty.
        path: Vec<Step>,
    },
    /// `name(arguments)`.
    Call {
        /// With its namespaces: `provider::google::x`.
        name: String,
        /// In order.
        arguments: Vec<Expr>,
        /// Whether the last argument is a list of arguments (`...`).
        expands: bool,
    },
    /// `condition ? then : otherwise`.
    Conditional {
        /// Before `?`.
        condition: Box<Expr>,
        /// If it holds.
        then: Box<Expr>,
        /// If not.
        otherwise: Box<Expr>,
    },
    /// `left operator right`.
    Binary {
        /// As it is written.
        operator: String,
        /// Left of it.
        left: Box<Expr>,
        /// Right of it.
        right: Box<Expr>,
    },
    /// `!x`, `-x`.
    Unary {
        /// As it is written.
        operator: String,
        /// What it is applied to.
        operand: Box<Expr>,
    },
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ a = b }`.
    Object(Vec<Item>),
    /// `[for …]`, `{for …}`.
    For(Box<ForExpr>),
    /// Not understood.
    Unknown,
}

/// A value that is written out and is no string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// As it is written.
    Number(String),
    /// `null`.
    Null,
}

/// A name and the way from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The first name.
    pub root: String,
    /// What follows.
    pub path: Vec<Step>,
}

/// One step of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name`.
    Name(String),
    /// `[0]`, `["key"]`, `.0`: the index as text.
    Index(String),
    /// `[*]`, `.*`.
    Splat,
    /// `[expression]`.
    Dynamic,
}

/// `key = value` in an object.
#[derive(Debug, Clone)]
pub struct Item {
    /// A bare name is a plain string here, as the language means it; `(name)` is a reference.
    pub key: Expr,
    /// The value.
    pub value: Expr,
    /// Key to end of value.
    pub span: Span,
}

/// A comprehension.
#[derive(Debug, Clone)]
pub struct ForExpr {
    /// The name for keys or indexes: the first of two names.
    pub key: Option<String>,
    /// The name for values.
    pub value: String,
    /// After `in`.
    pub collection: Expr,
    /// What gives keys, before `=>`: with it the result is an object.
    pub key_result: Option<Expr>,
    /// What gives values.
    pub result: Expr,
    /// Whether values of one key are gathered (`...`).
    pub groups: bool,
    /// After `if`.
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Text as it is meant: escapes decoded, indentation of `<<-` taken away. A character of an escape stands at the
    /// escape's last byte (`\"`, `\n`), one of `\uXXXX` within it.
    Text(Snippet),
    /// `${…}`.
    Interpolation(Box<Expr>),
    /// `%{ if … }` or `%{ for … }` to its end.
    Directive(Span),
}

impl Body {
    /// The attribute of a name; the first, if there are several.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The blocks of a kind.
    pub fn blocks<'t>(&'t self, kind: &'t str) -> impl Iterator<Item = &'t Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

impl Expr {
    /// The text of a string without interpolations, of a number or of a boolean.
    pub fn literal(&self) -> Option<String> {
        match &self.kind {
            ExprKind::Literal(Literal::Bool(value)) => Some(value.to_string()),
            ExprKind::Literal(Literal::Number(text)) => Some(text.clone()),
            ExprKind::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    TemplatePart::Text(text) => Some(text.text()),
                    TemplatePart::Interpolation(_) | TemplatePart::Directive(_) => None,
                })
                .collect(),
            _ => None,
        }
    }

    /// The expression that is meant: `"${x}"` is `x`.
    pub fn unwrapped(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Template(parts) = &expr.kind
            && let [TemplatePart::Interpolation(inner)] = parts.as_slice()
        {
            expr = inner;
        }
        expr
    }

    #[cfg(feature = "hcl")]
    pub(super) fn unknown(span: Span) -> Self {
        Self { kind: ExprKind::Unknown, span }
    }
}
