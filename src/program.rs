//! One small form for every language: assign, run, branch, loop, define, include. Knows no language and no Google.
//!
//! A reader turns a tree into a [`Program`]; `eval` runs it. Every word carries the place of its own text.

mod code;

use std::sync::Arc;

pub use code::{
    Argument, Borrow, Call, Callee, Change, Each, Execution, Format, Given, Parameter, Pick, Put, Routine, Style,
    own_name,
};

use crate::source::{FileId, Span};
use crate::value::{Pattern, Place};

/// What one file does.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The file.
    pub file: FileId,
    /// Its steps in order.
    pub body: Block,
    /// Whether it is a document whose steps belong together only loosely: leaving it early means nothing.
    pub document: bool,
    /// Whether it is one of the files of a directory that are one program together, in no order.
    pub directory: bool,
    /// Parts of the file that are one thing to their reader, beyond single statements: fences, steps, resources. What is
    /// said above the first line of one is said of all of it.
    pub regions: Vec<Span>,
    /// Why it could not be read, when nothing of it is known.
    pub unread: Option<&'static str>,
    /// Whether it says nothing by itself and nothing of it is known yet: it is read where another one names it.
    pub later: bool,
}

/// Steps in order, shared between calls.
pub type Block = Arc<[Step]>;

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The statement.
    pub span: Span,
}

/// What a step does.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Sets a variable.
    Assign(Assign),
    /// Gives a variable to child processes.
    Export(String),
    /// Forgets a variable.
    Unset(String),
    /// Sets a variable to something that is not known.
    Forget(String),
    /// Sets the positional parameters.
    Parameters(Vec<Expr>),
    /// Drops this many positional parameters; `None` when the number is not known.
    Shift(Option<usize>),
    /// Runs a command.
    Command(Command),
    /// Runs commands whose output each next one reads.
    Pipe(Vec<Step>),
    /// Runs a block of the same scope.
    Group(Block),
    /// Runs one of several blocks. Without a last [`Guard::Always`] there is a further, empty arm.
    Branch(Vec<Arm>),
    /// Runs a block, and another one when that fails; what the other one prints stands in place of what the first did.
    Fallback(Block, Block),
    /// Runs a block once for each item, or an unknown number of times.
    Loop(Loop),
    /// Defines a function.
    Function(String, Block),
    /// Runs another file in the same scope.
    Include(Expr),
    /// Runs a block in a scope of its own.
    Scope(Block, Inherit),
    /// Makes another name for the variable that this names, by which it may be set.
    Refer(Expr),
    /// Runs something unknown that may set any variable.
    Unknown,
    /// Gives a name to what is evaluated when it is asked for.
    Define(Definition),
    /// Declares something, by a name under which its parts are asked for if it has one.
    Declare(Arc<Declaration>),
    /// Runs another directory with inputs of its own, by a name under which its outputs are asked for.
    Module(Arc<Module>),
    /// Only succeeds or fails; at the end of a function it says which of them the function does.
    Test(Guard),
    /// Leaves the function.
    Return,
    /// Leaves the function with a value.
    Give(Node),
    /// Evaluates something for what it does.
    Evaluate(Node),
    /// Sets a variable to whatever a node is; `true`: the variable is the running function's own.
    Let(Pick, Node, bool),
    /// Changes a part of what a variable holds.
    Put(Box<Put>),
    /// Runs a block once for each item of a node.
    Each(Arc<Each>),
    /// Defines a function with named parameters.
    Routine(Arc<Routine>),
    /// Takes names from another file, which is not run for what it does.
    Borrow(Arc<Borrow>),
    /// Leaves the program.
    Exit,
    /// Leaves the innermost loop.
    Break,
    /// Goes on with the next turn of the innermost loop.
    Continue,
}

/// A name for what is evaluated when it is asked for.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name, its parts joined by dots: `local.region`.
    pub name: String,
    /// What it stands for.
    pub value: Node,
    /// What it gives way to.
    pub strength: Strength,
}

/// Which of several definitions of one name counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// What holds where nobody says otherwise.
    Default,
    /// One of several sets of values that a deployment is given; those of one file belong together.
    Chosen,
    /// What surely holds.
    Given,
}

/// Something declared.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// In which vocabulary.
    pub schema: Schema,
    /// Its type in that vocabulary.
    pub kind: String,
    /// The name under which its parts are asked for, its parts joined by dots; empty when nobody can.
    pub name: String,
    /// Where it begins: its type and name.
    pub head: Place,
    /// What is said of it.
    pub body: Node,
    /// Over what it is repeated, `each.key` and `each.value` being the parts.
    pub each: Option<Node>,
}

/// The vocabulary that a declaration is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// Resources and data sources of Terraform.
    Terraform,
    /// Objects of Kubernetes, Knative and Config Connector, by `kind`.
    Object,
    /// An action of a CI step with its inputs; the type is `owner/name@version`.
    Action,
    /// A job of CI with what it is allowed to do.
    Job,
    /// What a reader says of a stretch of a program: `background` runs at once with what follows, until `wait`; `written` is
    /// put into a file and not run there; `conditional` need not run, or may fail; `opaque` is a program that may do anything.
    Mark,
    /// A build of Cloud Build.
    Build,
    /// An image with what is copied into it.
    Image,
    /// A call of Google Workflows.
    Workflow,
    /// A module of Ansible with its arguments, by its qualified name.
    Module,
    /// A back end of an API gateway.
    Gateway,
    /// An IAM policy by itself.
    Policy,
    /// A service of App Engine.
    AppEngine,
    /// A call in a language with functions, by its qualified name, with its arguments.
    Code,
}

/// Another directory that is run with inputs of its own.
#[derive(Debug, Clone)]
pub struct Module {
    /// The vocabulary of what it declares.
    pub schema: Schema,
    /// The name under which its outputs are asked for.
    pub name: String,
    /// The directory.
    pub source: Expr,
    /// Its inputs: a map.
    pub inputs: Node,
    /// Over what it is repeated.
    pub each: Option<Node>,
}

/// A tree in the making.
#[derive(Debug, Clone)]
pub enum Node {
    /// A text, or whatever a single name stands for.
    Text(Expr),
    /// Expressly nothing.
    Null(Place),
    /// Nodes in order, and whether there may be more of them.
    List(Vec<Node>, bool),
    /// Nodes by name, and whether there may be more of them.
    Map(Vec<Entry>, bool),
    /// Maps or lists put together, later ones winning.
    Merged(Vec<Node>),
    /// A list made of another list, or of a map.
    Listed(Listed, Box<Node>),
    /// The first when the guard holds, else the second.
    Choice(Box<Guard>, Box<Node>, Box<Node>),
    /// A list of what is there in each turn.
    Repeated(Box<Repeated>),
    /// Whatever a variable holds.
    Variable(String, Place),
    /// A part of a node, by its name or number.
    Part(Box<Node>, Box<Node>, Place),
    /// What a call gives.
    Call(Arc<Call>),
    /// What a command prints.
    Run(Arc<Execution>),
    /// What a variable holds in each turn: a list, or a map where there is a key.
    Each(Arc<Each>),
    /// Texts of a list put together, this between them.
    Joined(Box<Node>, Box<Node>),
    /// The words of a text, cut at white space or at this.
    Split(Box<Node>, Option<String>),
    /// A text after something is done with it.
    Edited(Box<Node>, Box<Op>, Place),
    /// A list or map of its own with the same parts; `true`: with parts of its own.
    Copy(Box<Node>, bool),
    /// A text that is filled in.
    Format(Arc<Format>),
    /// Two texts run together, two lists one after the other, two maps put together.
    Added(Box<Node>, Box<Node>),
    /// The first where it is something, else the second.
    Either(Box<Node>, Box<Node>),
}

/// A node that is there once in each turn.
#[derive(Debug, Clone)]
pub struct Repeated {
    /// The turns.
    pub over: Node,
    /// By which name a turn is asked for: `NAME.key`, `NAME.value`.
    pub name: String,
    /// What is there in each.
    pub node: Node,
    /// What stands for all of them where nobody can say how many there are.
    pub otherwise: Node,
    /// Where it stands.
    pub place: Place,
}

/// What a list is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// The numbers of the elements of a list, from 0 on.
    Numbers,
    /// The values of a map, in the order of their names.
    Values,
    /// The elements of a list, and in the place of lists among them theirs.
    Flat,
    /// The names of a map, in its order.
    Keys,
    /// The values of a map, in its order.
    Parts,
    /// Lists of a name and a value, in the order of the map.
    Pairs,
    /// Lists of a number, from 0 on, and an element.
    Numbered,
}

/// A named node.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub at: Place,
    /// From the name to the end of the value.
    pub whole: Place,
    /// The value.
    pub value: Node,
}

/// What a scope sees of its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inherit {
    /// Everything: a subshell.
    All,
    /// Exported variables: another process.
    Exported,
}

/// An assignment.
#[derive(Debug, Clone)]
pub struct Assign {
    /// The variable.
    pub name: String,
    /// What it is set to.
    pub value: Assigned,
    /// Whether it is added to what is there.
    pub append: bool,
    /// Who sees it.
    pub visibility: Visibility,
}

/// The right side of an assignment.
#[derive(Debug, Clone)]
pub enum Assigned {
    /// One text.
    Text(Expr),
    /// A list of texts.
    List(Vec<Expr>),
}

/// Who sees a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// The program.
    Program,
    /// The function that sets it and what that calls.
    Function,
    /// The program and its child processes.
    Exported,
}

/// A command.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// Its name and arguments.
    pub words: Vec<Expr>,
    /// Variables set for it alone.
    pub env: Vec<Assign>,
    /// What it reads, when that is given in the text.
    pub input: Option<Expr>,
    /// Whether its standard output goes where the program's goes, and not to a file or to standard error.
    pub prints: bool,
}

/// One arm of a branch.
#[derive(Debug, Clone)]
pub struct Arm {
    /// Steps that the guard itself runs.
    pub test: Block,
    /// When it is taken, the arms before it not being taken.
    pub guard: Guard,
    /// What it does.
    pub body: Block,
}

/// When an arm is taken.
#[derive(Debug, Clone)]
pub enum Guard {
    /// Always.
    Always,
    /// `a` and `b` are the same text.
    Equal(Expr, Expr),
    /// The text matches one of these patterns.
    Matches(Expr, Vec<Pattern>),
    /// The text is empty.
    Empty(Expr),
    /// The guard does not hold.
    Not(Box<Guard>),
    /// All hold.
    All(Vec<Guard>),
    /// Any holds.
    Any(Vec<Guard>),
    /// A node is something: no empty text or list, and not nothing.
    Holds(Box<Node>),
    /// A node is expressly nothing.
    Missing(Box<Node>),
    /// A text has another one in it, or a list or map has it among its items.
    Has(Box<Having>),
    /// Something we do not follow, by its text and the words in it: equal ones are taken to hold alike. `None`: no two
    /// are equal.
    Opaque(Option<String>, Vec<Expr>),
    /// An expression that is not followed, by its text and the names that it asks; none where nobody can say which.
    Hidden(String, Vec<Expr>),
}

/// What [`Guard::Has`] asks.
#[derive(Debug, Clone)]
pub struct Having {
    /// What is looked into.
    pub whole: Node,
    /// What is looked for.
    pub part: Node,
    /// Where.
    pub side: Side,
    /// What is asked where that is not known.
    pub otherwise: Guard,
}

/// Where in a text another one is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// At its start.
    Start,
    /// Anywhere.
    Within,
    /// At its end.
    End,
}

/// A loop.
#[derive(Debug, Clone)]
pub struct Loop {
    /// The variable.
    pub name: Option<String>,
    /// What it runs over; `None` when that is not known.
    pub items: Option<Vec<Expr>>,
    /// The body.
    pub body: Block,
}

/// A text in the making: one shell word, one template.
#[derive(Debug, Clone, Default)]
pub struct Expr {
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub enum Part {
    /// Literal text.
    Text(Arc<str>, Place),
    /// Something to be filled in, as it is shown.
    Hole(Arc<str>, Place),
    /// A variable.
    Use(Box<Use>),
    /// The output of steps.
    Output(Block, Quote, Place),
    /// The text of a node.
    Nested(Box<Node>, Place),
}

/// Whether an expansion stays one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// It does.
    Whole,
    /// It is cut at white space, and vanishes when empty.
    Split,
}

/// The use of a variable.
#[derive(Debug, Clone)]
pub struct Use {
    /// Which.
    pub name: Name,
    /// What is done with it.
    pub op: Op,
    /// Whether it stays one word.
    pub quote: Quote,
    /// Where it stands.
    pub place: Place,
}

/// What is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A variable.
    Variable(String),
    /// An element of a list.
    Element(String, usize),
    /// All elements, each a word.
    All(String),
    /// A positional parameter, from 1.
    Parameter(usize),
    /// All positional parameters, each a word.
    Parameters,
    /// Something defined, and a part of it: `local.services`, `google_service_account.caller.email`.
    Path(Vec<String>),
    /// Something we do not follow, as it is shown.
    Other(String),
}

/// What is done with a variable's text.
#[derive(Debug, Clone)]
pub enum Op {
    /// Nothing.
    Plain,
    /// This instead when it is unset or empty.
    Default(Expr),
    /// The same, and the variable is set to it.
    AssignDefault(Expr),
    /// The program is left when it is unset or empty.
    Required,
    /// This instead when it is set, else nothing.
    Alternate(Expr),
    /// A literal prefix is taken away.
    StripPrefix(String),
    /// All up to a literal is taken away: to its first place, or its last.
    StripThrough(String, bool),
    /// All from a literal on is taken away: from its last place, or its first.
    StripFrom(String, bool),
    /// A literal suffix is taken away.
    StripSuffix(String),
    /// A literal is replaced, once or everywhere.
    Replace(String, String, bool),
    /// Upper case.
    Upper,
    /// Lower case.
    Lower,
    /// Elements of a list from this one on, counted from 0; of a text nothing that we follow.
    From(usize),
    /// Something we do not follow.
    Other,
}

impl Expr {
    /// A literal.
    pub fn text(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self { parts: vec![Part::Text(text.into(), place)] }
    }

    /// Its text, when it has no other parts.
    pub fn literal(&self) -> Option<String> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text, _) => Some(&**text),
                _ => None,
            })
            .collect()
    }

    /// Its last literal text, for what is told by an ending (`${DIR}/env.sh`).
    pub fn literal_suffix(&self) -> &str {
        match self.parts.last() {
            Some(Part::Text(text, _)) => text,
            _ => "",
        }
    }
}
