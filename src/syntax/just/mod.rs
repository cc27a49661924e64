//! Justfiles: text → assignments, settings and recipes with their parameters, with spans. Evaluates nothing.
//!
//! <https://just.systems/man/en/>, checked 2026-11-21.

mod lines;
mod value;

pub use lines::parse;
pub use value::pieces;

use crate::source::{Snippet, Span};

/// A file.
#[derive(Debug, Clone, Default)]
pub struct Justfile {
    /// `name := value`
    pub assigns: Vec<Assign>,
    /// `set name := value`; without a value a setting is switched on.
    pub settings: Vec<(String, Option<Value>)>,
    /// `import "path"`
    pub imports: Vec<Snippet>,
    /// Its recipes.
    pub recipes: Vec<Recipe>,
}

/// An assignment.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Whether recipes see it as a variable of the environment.
    pub export: bool,
    /// Where it stands.
    pub span: Span,
}

/// A recipe.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Its name.
    pub name: String,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
    /// Its lines, indentation taken away.
    pub body: Snippet,
    /// Whether all of it is one script.
    pub script: bool,
    /// Its attributes, head and lines.
    pub span: Span,
}

/// A parameter of a recipe.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is where nothing is given.
    pub default: Option<Value>,
    /// Whether it takes any number of arguments.
    pub variadic: bool,
    /// Whether the recipe sees it as a variable of the environment.
    pub export: bool,
}

/// An expression.
#[derive(Debug, Clone)]
pub enum Value {
    /// A text.
    Text(Snippet),
    /// What a script prints: a text in backticks.
    Command(Snippet),
    /// A variable.
    Name(String, Span),
    /// `a + b`
    Join(Vec<Self>),
    /// `a / b`, which joins with a slash.
    Path(Box<Self>, Box<Self>),
    /// `f(a, b)`
    Call(String, Vec<Self>, Span),
    /// `if a == b { c } else { d }`
    If(Box<Choice>),
    /// Something that is not understood.
    Unknown(Span),
}

/// `if a == b { c } else { d }`
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is compared.
    pub left: Value,
    /// With what.
    pub right: Value,
    /// How.
    pub relation: Relation,
    /// What it is if so.
    pub then: Value,
    /// What it is otherwise.
    pub otherwise: Value,
}

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    Differ,
    /// `=~` and what else there is.
    Other,
}

/// A part of a line.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Text as it is written.
    Text(std::ops::Range<usize>),
    /// `{{{{`, which stands for `{{`.
    Braces(std::ops::Range<usize>),
    /// `{{ value }}`
    Value(std::ops::Range<usize>, Value),
}
