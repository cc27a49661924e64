//! Shell text → a small tree of our own. The parser behind it may be exchanged; nothing else knows it.
//!
//! What cannot be parsed is read line by line, so a script is never wholly lost. Every span is one of the file the
//! snippet stands in.

mod convert;
mod expansion;
mod prepare;
mod recover;

use crate::source::{Snippet, Span};

pub use prepare::Placeholders;

/// Shell dialects that differ in how text is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// bash and what is close to it (bats).
    #[default]
    Bash,
    /// POSIX sh, dash, ksh.
    Posix,
    /// zsh.
    Zsh,
}

/// A parsed script.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Its statements in order.
    pub body: Vec<Stmt>,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it does.
    pub command: Command,
    /// Redirections of the whole statement.
    pub redirects: Vec<Redirect>,
    /// Whether what follows does not wait for it: `a &`.
    pub background: bool,
    /// Where it stands, its here-documents aside.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum Command {
    /// `X=1 name args…`
    Simple {
        /// Assignments before the name; alone they set variables.
        assigns: Vec<Assign>,
        /// Name and arguments.
        words: Vec<Word>,
    },
    /// `export`, `local`, `declare`, `readonly`, `typeset`.
    Declare {
        /// The keyword.
        keyword: String,
        /// What its flags make of the variables.
        declared: Declared,
        /// Assignments.
        assigns: Vec<Assign>,
        /// Names given without a value.
        names: Vec<String>,
    },
    /// `a && b`
    And(Box<Stmt>, Box<Stmt>),
    /// `a || b`
    Or(Box<Stmt>, Box<Stmt>),
    /// `a | b | c`
    Pipe(Vec<Stmt>),
    /// `! a`
    Not(Box<Stmt>),
    /// `if … elif … else`
    If {
        /// Condition and body of each branch.
        arms: Vec<(Vec<Stmt>, Vec<Stmt>)>,
        /// The `else` body.
        otherwise: Option<Vec<Stmt>>,
    },
    /// `for x in words`; without words the positional parameters.
    For {
        /// The variable.
        name: Option<String>,
        /// What it runs over.
        words: Option<Vec<Word>>,
        /// The body.
        body: Vec<Stmt>,
    },
    /// `while`, `until` and loops that count.
    While {
        /// The condition.
        condition: Vec<Stmt>,
        /// The body.
        body: Vec<Stmt>,
    },
    /// `case word in …`
    Case {
        /// What is matched.
        word: Word,
        /// The arms in order.
        arms: Vec<CaseArm>,
    },
    /// `( … )`
    Subshell(Vec<Stmt>),
    /// `{ …; }`
    Group(Vec<Stmt>),
    /// A function definition.
    Function {
        /// Its name.
        name: String,
        /// Its body.
        body: Vec<Stmt>,
    },
    /// `[[ … ]]`
    Test(Test),
    /// `return`
    Return,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `exit`
    Exit,
    /// Arithmetic, `break` and what else changes nothing we follow.
    Nothing,
}

/// One arm of a `case`.
#[derive(Debug, Clone)]
pub struct CaseArm {
    /// Its patterns.
    pub patterns: Vec<Glob>,
    /// The body.
    pub body: Vec<Stmt>,
    /// What comes after the body.
    pub then: CaseEnd,
}

/// What the flags of a declaration make of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// A text or a list.
    Plain,
    /// An associative array, by `-A`.
    Map,
    /// Another name of a variable, by `-n`.
    Reference,
    /// Some variable: which is only known when it runs.
    Dynamic,
}

/// What comes after the body of a case's arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseEnd {
    /// `;;`
    Leave,
    /// `;&`: the next body.
    Next,
    /// `;;&`: the patterns of the arms that follow.
    Match,
}

/// A pattern: literal runs, and `None` for each `*`. `Err` holds the text of any other pattern.
pub type Glob = Result<Vec<Option<String>>, String>;

/// A condition in double brackets.
#[derive(Debug, Clone)]
pub enum Test {
    /// `a == b`
    Equal(Word, Word),
    /// `-z a`
    Empty(Word),
    /// `! t`
    Not(Box<Test>),
    /// `t && u`
    All(Vec<Test>),
    /// `t || u`
    Any(Vec<Test>),
    /// `a == b*`
    Glob(Word, Glob),
    /// `a =~ b`
    Regex(Word, Word),
    /// Anything else: its text, and the words in it.
    Other(String, Vec<Word>),
}

/// An assignment.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The variable; an element's name without its subscript.
    pub name: String,
    /// Whether one element of an array is set.
    pub element: bool,
    /// What is assigned.
    pub value: Assigned,
    /// `+=`
    pub append: bool,
    /// Where it stands.
    pub span: Span,
}

/// The right side of an assignment.
#[derive(Debug, Clone)]
pub enum Assigned {
    /// `X=word`
    Word(Word),
    /// `X=(word word)`
    List(Vec<Word>),
    /// `X=([key]=word)`
    Map,
}

/// A word: text and expansions side by side.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// Its parts in order.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub span: Span,
}

impl Word {
    /// The text of a word without expansions.
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// A part of a word.
#[derive(Debug, Clone)]
pub enum Part {
    /// Literal text, unquoted and unescaped.
    Text {
        /// The text.
        text: String,
        /// Where it stands.
        span: Span,
        /// Whether the file's bytes at the span are the text.
        exact: bool,
    },
    /// `<YOUR_PROJECT>`, `{{ .Values.x }}`, `${{ vars.X }}`: something to be filled in.
    Placeholder {
        /// As it stands.
        shown: String,
        /// Whether it stands in quotes.
        quoted: bool,
        /// Where it stands.
        span: Span,
    },
    /// A parameter.
    Param {
        /// Which, and what is done with it.
        param: Box<Param>,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// Where it stands.
        span: Span,
    },
    /// `$(…)`
    Output {
        /// The commands.
        body: Vec<Stmt>,
        /// Whether it stands in double quotes.
        quoted: bool,
        /// Where it stands.
        span: Span,
    },
    /// Something whose text is not known: arithmetic, process substitution, exotic expansions.
    Opaque {
        /// Whether it stands in double quotes.
        quoted: bool,
        /// Where it stands.
        span: Span,
    },
}

/// A parameter and its expansion.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name; digits and `@ * # ? ! $` for the special ones.
    pub name: String,
    /// Which element.
    pub index: Index,
    /// What is done with it.
    pub op: ParamOp,
}

/// Which element of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// No subscript.
    None,
    /// `[@]` or `[*]`
    All,
    /// A literal number.
    At(usize),
    /// Any other subscript.
    Other,
}

/// What is done with a parameter.
#[derive(Debug, Clone)]
pub enum ParamOp {
    /// Nothing.
    Plain,
    /// `${X:-word}`
    Default(Word),
    /// `${X:=word}`
    AssignDefault(Word),
    /// `${X:+word}`
    Alternate(Word),
    /// `${X:?}`
    Required,
    /// `${X#text}`, `${X##text}` with a literal pattern.
    StripPrefix(String),
    /// `${X#*text}`, or with `##` (then the flag is set) up to the last one.
    StripThrough(String, bool),
    /// `${X%text*}`, or with `%%` (then the flag is set) from the first one.
    StripFrom(String, bool),
    /// `${X%text}`, `${X%%text}` with a literal pattern.
    StripSuffix(String),
    /// `${X/from/to}` with literals; the flag is `//`.
    Replace(String, String, bool),
    /// `${X^^}`
    Upper,
    /// `${X,,}`
    Lower,
    /// `${X:n}`, `${@:n}`: all from the n-th on.
    From(usize),
    /// Anything else.
    Other,
}

/// A redirection.
#[derive(Debug, Clone)]
pub enum Redirect {
    /// `> file`, `>> file`, `&> file`: standard output goes to this word.
    Out(Word),
    /// `< file`
    In(Word),
    /// `<<< word`
    HereString(Word),
    /// `<< EOF`
    HereDoc(HereDoc),
    /// Other descriptors.
    Other,
}

/// A here-document.
#[derive(Debug, Clone)]
pub struct HereDoc {
    /// Its text as expansions see it: with parameters as parts.
    pub word: Word,
    /// Its text as the file shows it, tabs stripped and escapes taken away, for a parser of another language.
    pub body: Snippet,
    /// Whether parameters are expanded.
    pub expands: bool,
}

/// Whether nothing in a script is wrong.
pub fn is_sound(snippet: &Snippet, dialect: Dialect) -> bool {
    recover::is_sound(&prepare::prepare(snippet, Placeholders::Document), dialect)
}

/// Parses a snippet.
pub fn parse(snippet: &Snippet, dialect: Dialect, placeholders: Placeholders) -> Script {
    let prepared = prepare::prepare(snippet, placeholders);
    recover::parse(&prepared, dialect)
}
