//! The tree.

use crate::source::Span;

/// A file, or what stands between the braces of a block of script.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Whether parts of it were too much to read.
    pub skipped: bool,
}

/// A parameter of a script or function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, without `$`.
    pub name: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// What it is where nobody says otherwise.
    pub default: Option<Expr>,
    /// Where its name stands.
    pub span: Span,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// Something.
    Any,
    /// One text or number.
    Text,
    /// A list.
    List,
    /// All arguments that no other one takes.
    Rest,
    /// Nothing: it is there or not.
    Switch,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// `target = value`
    Assign {
        /// What is set: a variable, a member, an element.
        target: Expr,
        /// The operator: `=`, `+=`.
        operator: String,
        /// What it is set to.
        value: Box<Stmt>,
    },
    /// Stages whose output each next one reads; most have one.
    Pipeline(Vec<Stage>),
    /// `a && b`, `a || b`
    Chain(Box<Stmt>, Join, Box<Stmt>),
    /// `if`, its `elseif`s and its `else`.
    If {
        /// The conditions and what they lead to.
        arms: Vec<(Stmt, Vec<Stmt>)>,
        /// What happens when none holds.
        otherwise: Option<Vec<Stmt>>,
    },
    /// `switch`
    Switch {
        /// What is looked at.
        subject: Box<Stmt>,
        /// Its options, such as `-regex`, in lower case.
        options: String,
        /// Its clauses.
        arms: Vec<SwitchArm>,
    },
    /// `foreach ($name in over)`
    ForEach {
        /// The variable.
        name: String,
        /// What it runs over.
        over: Box<Stmt>,
        /// The body.
        body: Vec<Stmt>,
    },
    /// `while`, `do`, `for`: a body that runs a number of times that nobody counts.
    Loop(Vec<Stmt>),
    /// `try`
    Try {
        /// What is tried.
        body: Vec<Stmt>,
        /// What is done when it fails.
        catches: Vec<Vec<Stmt>>,
        /// What is done in any case.
        finally: Vec<Stmt>,
    },
    /// `function`
    Function(Function),
    /// `return`, with what it gives back.
    Return(Option<Box<Stmt>>),
    /// `exit`, `throw`
    Exit,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// Statements that run in this scope.
    Block(Vec<Stmt>),
    /// Statements of something that was not understood: nobody knows when they run.
    Broken(Vec<Stmt>),
    /// Something that was not understood.
    Unknown,
}

/// When the second of two statements runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// The first one succeeded.
    And,
    /// The first one failed.
    Or,
}

/// A clause of a `switch`.
#[derive(Debug, Clone)]
pub struct SwitchArm {
    /// What is compared; `None` for `default`.
    pub wanted: Option<Expr>,
    /// The body.
    pub body: Vec<Stmt>,
}

/// A function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters; `None` where it declares none.
    pub parameters: Option<Vec<Parameter>>,
    /// Its body.
    pub body: Vec<Stmt>,
}

/// One stage of a pipeline.
#[derive(Debug, Clone)]
pub enum Stage {
    /// A command.
    Command(Command),
    /// An expression.
    Expr(Expr),
}

/// How a command is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invoker {
    /// By a bare word.
    Name,
    /// `& name`
    Call,
    /// `. name`
    Dot,
}

/// A command.
#[derive(Debug, Clone)]
pub struct Command {
    /// How it is named.
    pub invoker: Invoker,
    /// Its name.
    pub name: Expr,
    /// Its arguments.
    pub arguments: Vec<Argument>,
    /// Whether its output goes into a file.
    pub redirected: bool,
    /// Where it stands.
    pub span: Span,
}

/// An argument of a command.
#[derive(Debug, Clone)]
pub enum Argument {
    /// A word, and whether it begins with a bare sign, outside of quotes.
    Word(Expr, bool),
    /// `@name`: the elements of a list, or the entries of a map as named arguments.
    Splat(String, Span),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A text, with what is filled in. A number is one, too.
    Text(Vec<Part>),
    /// A variable by its name, with its scope: `env:X`.
    Variable(String),
    /// `object.name`
    Member(Box<Expr>, String),
    /// `object[key]`
    Index(Box<Expr>, Box<Expr>),
    /// `object.method(arguments)`
    Invoke(Box<Expr>, String, Vec<Expr>),
    /// `a, b`
    Array(Vec<Expr>),
    /// `@(…)`
    Listed(Vec<Stmt>),
    /// `(…)`, `$(…)`
    Output(Vec<Stmt>),
    /// `@{…}`: keys and values.
    Map(Vec<(Expr, Stmt)>),
    /// `{…}`
    Script(Box<File>),
    /// An operator in lower case, with what stands left and right of it.
    Binary(String, Box<Expr>, Box<Expr>),
    /// `!x`, `-not x`
    Not(Box<Expr>),
    /// `[type]x`, the type in lower case; without `x` the type itself.
    Cast(String, Option<Box<Expr>>),
    /// Something else.
    Unknown,
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum Part {
    /// Literal text.
    Text {
        /// The text.
        text: String,
        /// Where it stands.
        span: Span,
        /// Whether it stands there byte for byte.
        exact: bool,
    },
    /// Something filled in.
    Expr(Expr),
}

impl Expr {
    /// Its text, when it is nothing else.
    pub fn literal(&self) -> Option<String> {
        let ExprKind::Text(parts) = &self.kind else { return None };
        let text = |part: &Part| match part {
            Part::Text { text, .. } => Some(text.clone()),
            Part::Expr(_) => None,
        };
        parts.iter().map(text).collect()
    }

    /// Something that is not understood.
    #[cfg(feature = "powershell")]
    pub(super) fn unknown(span: Span) -> Self {
        Self { kind: ExprKind::Unknown, span }
    }
}
