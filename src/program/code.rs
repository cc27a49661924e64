//! What languages with functions and objects have beyond shells: calls that give values, named parameters, parts of
//! values that change.

use std::sync::Arc;

use super::{Block, Expr, Guard, Node};
use crate::source::FileId;
use crate::value::Place;

/// By which name a program knows what a file calls by a name of its own.
pub fn own_name(file: FileId, name: &str) -> String {
    format!("{name}'{}", file.0)
}

/// A function with named parameters.
#[derive(Debug, Clone)]
pub struct Routine {
    /// The name that it is called by.
    pub name: String,
    /// What it takes, in order.
    pub parameters: Vec<Parameter>,
    /// What it does.
    pub body: Block,
    /// What runs before it where nobody here calls it: the function that makes what it is a method of.
    pub after: Option<String>,
    /// The type of what it gives, where calling it makes one of that type.
    pub makes: Option<String>,
    /// Whether nobody calls it by itself: what is elsewhere runs it only through others.
    pub inner: bool,
    /// The file that it stands in.
    pub file: FileId,
}

/// Names that another file gives a meaning to.
#[derive(Debug, Clone)]
pub struct Borrow {
    /// Paths, of which one may be that file.
    pub paths: Vec<Expr>,
    /// Paths of files of which one may be what the name there stands for, when none of the others knows it.
    pub within: Vec<Expr>,
    /// The name there. None: all of them, as parts of the name here.
    pub there: Option<String>,
    /// The name here.
    pub here: String,
    /// The name by which it is called here.
    pub called: String,
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The variable that it is.
    pub name: String,
    /// The name that an argument is given by.
    pub given: String,
    /// What it is where nobody says otherwise.
    pub default: Option<Node>,
    /// Which arguments it takes.
    pub takes: Given,
}

/// Which arguments a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// One.
    One,
    /// All that are left, without names: a list.
    Items,
    /// All that are left, with names: a map.
    Fields,
}

/// A call.
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own about what is not here")]
#[derive(Debug, Clone)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// What it is given, in order.
    pub arguments: Vec<Argument>,
    /// What is called, as it is written.
    pub head: Place,
    /// All of it.
    pub place: Place,
    /// What it is instead, where the method is one of a text, a list or a map of the language itself, with the variable
    /// that this has meanwhile.
    pub own: Option<(String, Node)>,
    /// Whether it makes something that has the parts it is given by name, and is given nothing else.
    pub makes: bool,
    /// Whether it surely changes nothing that it is given.
    pub keeps: bool,
    /// Whether, not being here, it may well run a command that it is given as a list of words.
    pub may_run: bool,
    /// Whether it may well run one that is a line for a shell.
    pub may_run_line: bool,
    /// Whether something that is not known makes it run with arguments that are not given here.
    pub open: bool,
}

/// What is called.
#[derive(Debug, Clone)]
pub enum Callee {
    /// A function of the program, or of elsewhere, by its qualified name. Empty: nobody knows.
    Named(String),
    /// A method of a value.
    Method(Box<Node>, String),
}

/// An argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Which arguments it stands for.
    pub stands_for: Given,
    /// Where the name stands, or the value.
    pub at: Place,
    /// From there to the end of the value.
    pub whole: Place,
    /// The value.
    pub value: Node,
}

/// A command that a program runs.
#[derive(Debug, Clone)]
pub struct Execution {
    /// Its words as a list, or a line for a shell as a text.
    pub command: Node,
    /// What it reads, when that is said.
    pub input: Option<Node>,
    /// Whether what it prints is given back.
    pub gives: bool,
    /// Where it stands.
    pub place: Place,
}

/// A text that is filled in.
#[derive(Debug, Clone)]
pub struct Format {
    /// The text.
    pub text: Node,
    /// How it says what is filled in.
    pub style: Style,
    /// What is filled in, with the names of what has one.
    pub arguments: Vec<(Option<String>, Node)>,
    /// Where all of it stands.
    pub place: Place,
}

/// How a text says what is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `{}`, `{0}`, `{name}`.
    Braces,
    /// `%s`, `%(name)s`.
    Percent,
}

/// What an item is given to.
#[derive(Debug, Clone)]
pub enum Pick {
    /// A variable.
    Name(String),
    /// Each is given the item of its number; the number says which takes all that are left.
    Items(Vec<Pick>, Option<usize>),
    /// Each is given the part of its name.
    Fields(Vec<(String, Pick)>),
    /// Nothing.
    Nothing,
}

/// Something done for each item.
#[derive(Debug, Clone)]
pub struct Each {
    /// What an item is given to.
    pub item: Pick,
    /// The items.
    pub over: Node,
    /// Which turns give something, where not all do.
    pub guard: Option<Guard>,
    /// What is done, as a step.
    pub body: Block,
    /// By which name each turn's value is known, as a node.
    pub key: Option<Node>,
    /// What each turn gives, as a node.
    pub value: Option<Node>,
}

/// A change of a part of what a variable holds.
#[derive(Debug, Clone)]
pub struct Put {
    /// The variable.
    pub name: String,
    /// The way to the part: names and numbers. Empty: the variable itself.
    pub path: Vec<Node>,
    /// What is done with it.
    pub change: Change,
    /// Where it stands.
    pub place: Place,
}

/// What is done with a part.
#[derive(Debug, Clone)]
pub enum Change {
    /// It becomes this.
    Set(Node),
    /// It becomes this where there is none.
    SetDefault(Node),
    /// This is one more element of it.
    Push(Node),
    /// What is in this is added: elements, named parts, text.
    Add(Node),
    /// It goes.
    Remove,
    /// It may be anything now.
    Forget,
}

impl Call {
    /// Its arguments by themselves.
    pub fn values(&self) -> impl Iterator<Item = &Node> {
        self.arguments.iter().map(|argument| &argument.value)
    }
}

/// Shares a call as a node.
impl From<Call> for Node {
    fn from(call: Call) -> Self {
        Self::Call(Arc::new(call))
    }
}
