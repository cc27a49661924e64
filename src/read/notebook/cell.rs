//! Cells of Python: their commands, with what Jupyter fills in there.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::shell;
use crate::program::{Assign, Assigned, Block, Expr, Inherit, Name, Op, Part, Quote, Step, StepKind, Use, Visibility};
use crate::source::{FileId, Snippet, Span};
use crate::syntax::ipython::{self, Field, Kind, Piece, Value};
use crate::syntax::shell::Placeholders;
use crate::value::Place;

/// Names of Python, and variables of processes; what others are is not known.
const MAX_NAMES: usize = 1000;
/// Fields of one command that are filled in; of one with more, none is known.
const MAX_FIELDS: usize = 200;

/// The cells of a notebook, which have one set of names.
pub(super) struct Cells {
    /// What they do.
    pub steps: Vec<Step>,
    file: FileId,
    /// Names of Python that were set. They are variables of the program, under names that no shell has.
    names: BTreeSet<String>,
    /// Names whose lines are those that a command printed.
    lines: BTreeSet<String>,
    /// Variables of the processes that cells start.
    variables: BTreeSet<String>,
}

impl Cells {
    pub fn new(file: FileId) -> Self {
        Self { steps: Vec::new(), file, names: BTreeSet::new(), lines: BTreeSet::new(), variables: BTreeSet::new() }
    }

    /// Takes the next cell. Its Python alone, `ipython::Cell::python`, is read here only for the names that it sets to
    /// plain texts: a reader of Python would be given it here.
    pub fn python(&mut self, text: &Snippet) {
        for item in ipython::parse(text).items {
            let span = text.span(item.range);
            match item.kind {
                Kind::Command { command, into } => self.command(text, command, into, span),
                Kind::Script { arguments, body } => self.script(text, arguments, body, span),
                Kind::Variable { name, text: range } => {
                    let value = self.filled_text(text, range);
                    self.variable(name, value, span);
                }
                Kind::Environ { name, value } => {
                    let value = self.value(text, &value, span);
                    self.variable(name, value, span);
                }
                Kind::Set { name, value, asked } => self.set(text, &name, &value, asked, span),
                Kind::Unknown => self.steps.push(Step { kind: StepKind::Unknown, span }),
            }
        }
    }

    fn place(&self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    fn assign(&mut self, name: String, value: Expr, visibility: Visibility, span: Span) {
        let assign = Assign { name, value: Assigned::Text(value), append: false, visibility };
        self.steps.push(Step { kind: StepKind::Assign(assign), span });
    }

    fn variable(&mut self, name: String, value: Expr, span: Span) {
        if self.variables.len() >= MAX_NAMES && !self.variables.contains(&name) {
            return;
        }
        self.variables.insert(name.clone());
        self.assign(name, value, Visibility::Exported, span);
    }

    /// `NAME = value`
    fn set(&mut self, text: &Snippet, name: &str, value: &Value, asked: bool, span: Span) {
        if self.is_full(name) {
            return;
        }
        // `x = y` of lines is these lines.
        let lines = matches!(value, Value::Name(other) if self.lines.contains(other));
        let first = lines.then(|| self.value(text, &first(value), span));
        let mut own = self.value(text, value, span);
        if asked || is_placeholder(&own) {
            own = self.asked(name, own, span);
        }
        self.lines.remove(name);
        self.names.insert(name.to_owned());
        if let Some(first) = first {
            self.assign(own_name(&format!("{name}[0]")), first, Visibility::Program, span);
            self.lines.insert(name.to_owned());
        }
        self.assign(own_name(name), own, Visibility::Program, span);
    }

    fn is_full(&self, name: &str) -> bool {
        self.names.len() >= MAX_NAMES && !self.names.contains(name)
    }

    /// What a form or a reader gives another value to: its text is only a default, or a placeholder.
    fn asked(&self, name: &str, default: Expr, span: Span) -> Expr {
        let op = if is_placeholder(&default) { Op::Plain } else { Op::Default(default) };
        let place = self.place(span);
        let used = Use { name: Name::Other(format!("{{{name}}}")), op, quote: Quote::Whole, place };
        Expr { parts: vec![Part::Use(Box::new(used))] }
    }

    fn value(&self, text: &Snippet, value: &Value, span: Span) -> Expr {
        match value {
            Value::Text(pieces) => {
                let part = |piece: &Piece| match piece {
                    Piece::Text(range) => Part::Text(text.slice(range.clone()).into(), self.exact(text, range.clone())),
                    Piece::Name(name, range) => self.named(name, self.place(text.span(range.clone()))),
                    Piece::Unknown(range) => {
                        Part::Hole(text.slice(range.clone()).into(), self.place(text.span(range.clone())))
                    }
                };
                Expr { parts: pieces.iter().map(part).collect() }
            }
            Value::Name(name) => Expr { parts: vec![self.named(name, self.place(span))] },
            Value::Unknown => Expr { parts: vec![other("…", self.place(span))] },
        }
    }

    fn exact(&self, text: &Snippet, range: Range<usize>) -> Place {
        let exact = text.is_exact(range.clone());
        Place { file: self.file, span: text.span(range), exact }
    }

    /// A name of Python, or the first of its elements.
    fn named(&self, name: &str, place: Place) -> Part {
        let is_known = match name.strip_suffix("[0]") {
            Some(whole) => self.lines.contains(whole),
            None => self.names.contains(name),
        };
        if !is_known {
            return Part::Hole(format!("{{{name}}}").into(), place);
        }
        let name = Name::Variable(own_name(name));
        Part::Use(Box::new(Use { name, op: Op::Plain, quote: Quote::Whole, place }))
    }

    /// `!command`: a process of its own.
    fn command(&mut self, text: &Snippet, command: Range<usize>, into: Option<String>, span: Span) {
        let body = self.filled(text, command);
        let Some(name) = into.filter(|name| !self.is_full(name)) else {
            self.steps.push(Step { kind: StepKind::Scope(body, Inherit::All), span });
            return;
        };
        let place = self.place(span);
        let output = Expr { parts: vec![Part::Output(body, Quote::Whole, place)] };
        self.assign(own_name(&format!("{name}[0]")), output, Visibility::Program, span);
        let all = Expr { parts: vec![other(&format!("{{{name}}}"), place)] };
        self.assign(own_name(&name), all, Visibility::Program, span);
        self.names.insert(name.clone());
        self.lines.insert(name);
    }

    /// `%%bash`: names of Python are none there, but for those in its arguments.
    fn script(&mut self, text: &Snippet, arguments: Range<usize>, body: Range<usize>, span: Span) {
        let mut script = Snippet::builder();
        script.push_from(text, body);
        let script = shell::filled_in(&script.finish(), self.file, &[], Placeholders::Document, 0);
        // What they are is not followed; without any there are none.
        let given = text.slice(arguments.clone());
        let parameters = if given.split_whitespace().any(|word| word == "-s") {
            StepKind::Shift(None)
        } else {
            StepKind::Parameters(Vec::new())
        };
        let steps = std::iter::once(Step { kind: parameters, span }).chain(script.iter().cloned());
        self.steps.push(Step { kind: StepKind::Scope(steps.collect(), Inherit::Exported), span });
    }

    /// The text of `%env`.
    fn filled_text(&self, text: &Snippet, range: Range<usize>) -> Expr {
        let (mut parts, mut at) = (Vec::new(), range.start);
        let literal = |parts: &mut Vec<Part>, range: Range<usize>| {
            if !range.is_empty() {
                parts.push(Part::Text(text.slice(range.clone()).into(), self.exact(text, range)));
            }
        };
        for (part, field) in self.fields(text, &range) {
            literal(&mut parts, at..field.start);
            at = field.end;
            parts.push(part);
        }
        literal(&mut parts, at..range.end);
        if parts.is_empty() {
            parts.push(Part::Text("".into(), self.place(text.span(range))));
        }
        Expr { parts }
    }

    /// A command as a shell gets it.
    fn filled(&self, text: &Snippet, range: Range<usize>) -> Block {
        let (mut body, mut filled, mut at) = (Snippet::builder(), Vec::new(), range.start);
        for (part, field) in self.fields(text, &range) {
            body.push_from(text, at..field.start);
            at = field.end;
            let span = text.span(field);
            match part {
                Part::Text(made, _) => body.push_decoded(&made, span),
                part => {
                    body.push_decoded(&shell::mark(filled.len()), span);
                    filled.push(part);
                }
            }
        }
        body.push_from(text, at..range.end);
        shell::filled_in(&body.finish(), self.file, &filled, Placeholders::Document, 0)
    }

    /// What is filled in in a text, and where. When one field fails, nothing is: where that is not sure, nothing is known.
    fn fields(&self, text: &Snippet, range: &Range<usize>) -> Vec<(Part, Range<usize>)> {
        let found = ipython::fields(text.slice(range.clone()));
        if found.fails || found.list.len() > MAX_FIELDS {
            return Vec::new();
        }
        let is_foreign = |field: &Field| matches!(field, Field::Dollar(name) if !self.names.contains(name));
        let is_shell =
            |field: &Field| matches!(field, Field::Dollar(name) if is_foreign(field) && self.variables.contains(name));
        if found.list.iter().any(|(field, _)| is_shell(field)) {
            return Vec::new();
        }
        let in_doubt = found.list.iter().any(|(field, _)| is_foreign(field));
        let mut parts = Vec::new();
        for (field, own) in found.list {
            let at = range.start + own.start..range.start + own.end;
            let place = self.place(text.span(at.clone()));
            let shown: Arc<str> = text.slice(at.clone()).into();
            let part = match field {
                Field::Text(made) => Part::Text(made.into(), place),
                Field::Dollar(_) if is_foreign(&field) => continue,
                // `${x}` keeps its dollar.
                Field::Name(_) if at.start > range.start && text.slice(at.start - 1..at.start) == "$" => {
                    Part::Hole(shown, place)
                }
                Field::Name(name) | Field::Dollar(name) if !in_doubt => self.named(&name, place),
                Field::Name(_) | Field::Dollar(_) | Field::Other => Part::Hole(shown, place),
            };
            parts.push((part, at));
        }
        parts
    }
}

/// Something that is not known, and not what it is elsewhere.
fn other(shown: &str, place: Place) -> Part {
    let name = Name::Other(shown.to_owned());
    Part::Use(Box::new(Use { name, op: Op::Plain, quote: Quote::Whole, place }))
}

/// The variable of the program that a name of Python is.
fn own_name(name: &str) -> String {
    format!("{{{name}}}")
}

/// The first line of what a name stands for.
fn first(value: &Value) -> Value {
    match value {
        Value::Name(name) => Value::Name(format!("{name}[0]")),
        _ => Value::Unknown,
    }
}

/// `[your-project-id]`, `<your-project>`: what a reader is to fill in.
fn is_placeholder(value: &Expr) -> bool {
    let text = value.literal().unwrap_or_default();
    let text = text.trim();
    let within = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    let lower = text.to_ascii_lowercase();
    within('[', ']') || within('<', '>') || within('{', '}') || lower.starts_with("your-") || lower.starts_with("your_")
}
