//! The tree of a program in a language with functions and objects: one for Python, JavaScript, TypeScript and Go. All
//! spans are of the file.

use crate::source::{Snippet, Span};

/// A file.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Its statements in order.
    pub body: Vec<Stmt>,
    /// Whether something was left out because it nests too deep or is too large, or because the grammar is not built in.
    pub skipped: bool,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// All of it.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// An expression alone.
    Expr(Expr),
    /// `a = b = value`, `const { a, b } = value`, `x, err := value`: each target is given the value.
    Assign {
        /// From left to right.
        targets: Vec<Target>,
        /// The value.
        value: Expr,
        /// Whether the names are new ones of the innermost block or function (`const`, `let`, `:=`).
        declares: bool,
    },
    /// `a += value`; of another operator than `+` the result is not known.
    Append {
        /// What is added to.
        target: Target,
        /// What is added.
        value: Expr,
        /// Whether it is `+=` (`|=` of Python's dicts too).
        adds: bool,
    },
    /// `del x`, `delete x.y`.
    Delete(Expr),
    /// `if`, `elif`, `else`; `switch` and `match` written so, where that is possible.
    If {
        /// Conditions with what is done where they hold, in order.
        arms: Vec<(Expr, Vec<Stmt>)>,
        /// What is done where none holds.
        otherwise: Option<Vec<Stmt>>,
    },
    /// Something is done for each item: `for x in items`, `for (const x of items)`, `for i, x := range items`.
    For {
        /// What an item is given to.
        target: Target,
        /// The items.
        items: Expr,
        /// What is done.
        body: Vec<Stmt>,
    },
    /// Something is done as long as something holds; `for (;;)` too, its start standing before it.
    While(Expr, Vec<Stmt>),
    /// Something is tried.
    Try {
        /// What is tried.
        body: Vec<Stmt>,
        /// What is done when it fails, each handler by itself.
        handlers: Vec<Vec<Stmt>>,
        /// What is done in any case; Python's `else` is the end of `body`.
        last: Vec<Stmt>,
    },
    /// `with a as b: …`, a bare block `{ … }`.
    Block {
        /// What is entered, and the name that it has there.
        enters: Vec<(Expr, Option<Target>)>,
        /// What is done.
        body: Vec<Stmt>,
    },
    /// Leaves the function, with a value.
    Return(Option<Expr>),
    /// `raise`, `throw`, `panic(…)`.
    Raise,
    /// Leaves the loop.
    Break,
    /// Goes on with the next turn.
    Continue,
    /// A function.
    Function(Box<Function>),
    /// A class, or a type with fields.
    Class(Box<Class>),
    /// Names that stand for something elsewhere.
    Import(Vec<Import>),
    /// Python's `global` and `nonlocal`: these names are not the function's own.
    Outer(Vec<String>),
    /// Not understood, or of no interest.
    Other,
}

/// What is assigned to.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Where it stands.
    pub span: Span,
}

/// What an assignment goes to.
#[derive(Debug, Clone)]
pub enum TargetKind {
    /// A name.
    Name(String),
    /// `a.b`, `a["b"]`.
    Part(Expr),
    /// `a, b`, `[a, b]`: each is given the item of its number. The second says which takes all that are left.
    Items(Vec<Target>, Option<usize>),
    /// `{ a, b: c }`: each is given the part of that name.
    Fields(Vec<(String, Target)>),
    /// `_`, or not understood.
    Nothing,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Without parentheses around it.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A text, its escapes decoded, with the way back to the file. Adjacent literals are one.
    Text(Snippet),
    /// A text with expressions in it: f-strings, templates. `"…" % x` and `"…".format(x)` are no templates here.
    Template(Vec<TemplatePart>),
    /// A number as it is written.
    Number(String),
    /// `True`, `false`.
    Bool(bool),
    /// `None`, `null`, `undefined`, `nil`.
    Null,
    /// A name; `self` and `this` are names.
    Name(String),
    /// `base.name`, `base?.name`.
    Member(Box<Expr>, Member),
    /// `base[key]`.
    Index(Box<Expr>, Box<Expr>),
    /// `f(a, b=c, *d, **e)`, `new F(a)`; a tagged template is a call with one template.
    Call(Box<Call>),
    /// `[a, *b]`, `(a, b)`, `[]string{a}`.
    List(Vec<Element>),
    /// `{"a": b, **c}`, `{ a, b: c, ...d }`, `map[string]string{…}`.
    Map(Vec<Entry>),
    /// A value of a named type with fields: `pb.Job{Name: x}`, `&T{…}`. The name as it is written, dotted.
    Struct(String, Vec<Entry>),
    /// `a + b`, `a % b`, `a == b`, `a and b`, `a || b`, `a in b`: the operator is one of `+ % == != and or ?? in not-in`
    /// (`===` is `==`); of others `other`.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `not a`, `!a`.
    Not(Box<Expr>),
    /// `test ? a : b`, `a if test else b`.
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `lambda x: …`, `(x) => …`, `func(x) { … }`.
    Function(Box<Function>),
    /// `[a for x in b if c]`, generators too.
    Comprehension(Box<Comprehension>),
    /// Not understood. What stands in it is kept, for names that are used and calls that are made.
    Unknown(Vec<Expr>),
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operator {
    Add,
    Percent,
    Equal,
    NotEqual,
    And,
    Or,
    /// `??`.
    OrNull,
    In,
    NotIn,
    Other,
}

/// `.name`.
#[derive(Debug, Clone)]
pub struct Member {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub at: Span,
}

/// A call.
#[derive(Debug, Clone)]
pub struct Call {
    /// What is called.
    pub callee: Expr,
    /// In order.
    pub arguments: Vec<Argument>,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name and the name's place, where it has one (`name=value`).
    pub name: Option<(String, Span)>,
    /// Whether it stands for several: `*a` and `...a` are lists, `**a` is a map.
    pub spread: Spread,
    /// The value.
    pub value: Expr,
}

/// Whether an expression stands for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// For itself.
    No,
    /// `*a`, `...a`.
    Items,
    /// `**a`.
    Fields,
}

/// An item of a list.
#[derive(Debug, Clone)]
pub struct Element {
    /// Whether it stands for several.
    pub spread: bool,
    /// The value.
    pub value: Expr,
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key; none for a map that is put in (`**a`, `...a`). A bare JavaScript or Go field name is a text.
    pub key: Option<Expr>,
    /// The value; of a JavaScript method a function.
    pub value: Expr,
    /// From the key to the end of the value.
    pub span: Span,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Literal text, its escapes decoded.
    Text(Snippet),
    /// What is put in, and whether it is changed on the way (`{x!r}`, `{x:>10}`); the span is that of the braces.
    Value {
        /// The expression.
        value: Expr,
        /// Whether a format or conversion changes it.
        changed: bool,
        /// With the braces.
        span: Span,
    },
}

/// A function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name; empty where it has none. Of a Go method `Type.name`.
    pub name: String,
    /// What it takes, `self` of Python included; Go's receiver is none of them.
    pub parameters: Vec<Parameter>,
    /// By which name a Go method knows its receiver.
    pub receiver: Option<String>,
    /// What it does. Of `x => value` a single `return`.
    pub body: Vec<Stmt>,
    /// The decorators' expressions, Python's and TypeScript's.
    pub decorators: Vec<Expr>,
    /// Its first line.
    pub head: Span,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// What it is given to.
    pub target: Target,
    /// What it is where nobody says otherwise.
    pub default: Option<Expr>,
    /// Whether it takes all that are left.
    pub spread: Spread,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// What it is built on, as far as those are names, dotted.
    pub bases: Vec<String>,
    /// Its fields in order, with what they hold where that is said (`name: str = "x"`, `static x = 1`, Go's fields).
    pub fields: Vec<(String, Option<Expr>)>,
    /// Its methods.
    pub methods: Vec<Function>,
    /// The decorators' expressions.
    pub decorators: Vec<Expr>,
    /// Its first line.
    pub head: Span,
}

/// A name that stands for something elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The module as it is written: `google.auth`, `.settings`, `google-auth-library`, `./deploy`,
    /// `cloud.google.com/go/scheduler/apiv1`.
    pub module: String,
    /// What of it; `default` for JavaScript's default, `*` for all of it. None for the module itself.
    pub item: Option<String>,
    /// The name here; of Python's `import a.b` it is `a`, and the module is `a`.
    pub name: String,
    /// Where that stands.
    pub span: Span,
}

/// `[value for target in items if condition …]`.
#[derive(Debug, Clone)]
pub struct Comprehension {
    /// What each turn gives; of a dict the key first.
    pub key: Option<Expr>,
    /// What each turn gives.
    pub value: Expr,
    /// What an item is given to.
    pub target: Target,
    /// The items.
    pub items: Expr,
    /// The conditions, all of which must hold.
    pub conditions: Vec<Expr>,
    /// Whether there are further loops.
    pub more: bool,
}
