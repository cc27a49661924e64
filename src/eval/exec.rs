//! Steps, one after the other.

mod command;
mod control;
mod word_files;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::change;
use super::declare::{Scope, Trees};
use super::env::{Alternative, Content, Env, Flow, Parameters};
use super::output::{self, Printed};
use super::vars::shown;
use super::when::{When, identity};
use super::{Asked, Declared, Link, MAX_DEPTH, MAX_ITEMS, MAX_STEPS, Run, Runs};
use crate::program::{Assign, Assigned, Expr, Inherit, Op, Part, Program, Routine, Step, StepKind, Visibility};
use crate::source::{FileId, Span};
use crate::value::{List, Place, Value};

/// A running program.
pub(super) struct Machine<'l> {
    pub env: Env,
    pub captures: Vec<Vec<Printed>>,
    pub input: Option<Value>,
    pub(super) link: &'l dyn Link,
    pub(super) asked: Asked,
    document: bool,
    /// Whether functions are being run that nothing here calls.
    uncalled: bool,
    pub(super) file: FileId,
    flow: FileId,
    span: Span,
    pub(super) sites: Vec<Place>,
    runs: Vec<Run>,
    /// Files of words that are being read.
    word_files: Vec<FileId>,
    pub declared: Vec<Declared>,
    /// The names of directories that are run, the first being the root's own, and which of them counts.
    pub scopes: Vec<Scope>,
    pub scope: usize,
    /// Where arms of branches left a loop or a function, which goes on with them when it ends.
    left: Vec<Env>,
    pub(super) called: HashSet<String>,
    /// What the running functions give, innermost last.
    pub(super) gives: Vec<Trees>,
    /// Parts of what calls give that are asked for, by where the call stands.
    pub(super) asked_parts: HashSet<(Place, String)>,
    /// What other files give names to; nothing while one is being looked at.
    pub(super) borrowed: HashMap<FileId, Option<Env>>,
    /// The last object made of each type, by the number that it has.
    pub(super) objects: HashMap<String, u64>,
    /// Functions with named parameters; each has a name of its own.
    pub(super) routines: HashMap<String, Arc<Routine>>,
    counter: u64,
    pub steps: usize,
    /// How many there may be.
    pub(super) most: usize,
    pub depth: usize,
}

impl<'l> Machine<'l> {
    /// A machine for programs that are run together; `None` when there are none.
    pub fn new(programs: &[Arc<Program>], link: &'l dyn Link, asked: Asked) -> Option<Self> {
        let first = programs.first()?;
        let frame = identity((first.file, "parameters"));
        let parameters = Parameters { list: List { items: Vec::new(), open: true }, frame, shifted: 0 };
        Some(Self {
            env: Env::new(parameters),
            captures: Vec::new(),
            input: None,
            link,
            asked,
            document: first.document,
            uncalled: false,
            file: first.file,
            flow: first.file,
            span: Span::default(),
            sites: Vec::new(),
            runs: Vec::new(),
            word_files: Vec::new(),
            declared: Vec::new(),
            scopes: Vec::new(),
            scope: 0,
            left: Vec::new(),
            called: HashSet::new(),
            gives: Vec::new(),
            asked_parts: HashSet::new(),
            borrowed: HashMap::new(),
            objects: HashMap::new(),
            routines: HashMap::new(),
            counter: 0,
            steps: 0,
            most: MAX_STEPS,
            depth: 0,
        })
    }

    pub fn run(mut self, programs: &[Arc<Program>]) -> Runs {
        self.register(programs);
        self.together(programs);
        self.uncalled_functions();
        self.tell_asked();
        Runs { commands: self.runs, declared: self.declared }
    }

    /// Functions that nothing here calls are there for someone else, with arguments that are not known.
    fn uncalled_functions(&mut self) {
        let functions = self.env.functions.clone();
        let mut names: Vec<&String> = functions.keys().filter(|name| !self.called.contains(*name)).collect();
        names.sort();
        self.uncalled = true;
        for name in names {
            if self.called.contains(name) {
                continue;
            }
            let before = self.env.clone();
            self.env.flow = Flow::On;
            self.env.path = When::default();
            if let Some(body) = functions.get(name).filter(|body| self.may_report(body)) {
                self.function(name, body, List { items: Vec::new(), open: true });
            }
            self.env = before;
        }
        let routines = self.routines.clone();
        let mut names: Vec<&String> = routines.keys().filter(|name| !self.called.contains(*name)).collect();
        names.sort();
        // One that others hand on has several names.
        let mut seen = HashSet::new();
        for routine in names.into_iter().filter_map(|name| routines.get(name)) {
            if self.called.contains(&routine.name) || !self.is_own(routine) || !seen.insert(&routine.name) {
                continue;
            }
            let before = self.env.clone();
            self.env.flow = Flow::On;
            self.env.path = When::default();
            self.uncalled(routine);
            self.env = before;
        }
    }

    /// Whether a function stands in the root's own file, for others to call.
    fn is_own(&self, routine: &Routine) -> bool {
        !routine.inner && routine.file == self.flow
    }

    /// Forgets what was reported since.
    pub(super) fn unreport(&mut self, runs: usize, declared: usize) {
        self.runs.truncate(runs);
        self.declared.truncate(declared);
    }

    /// How much was reported: commands, and what is declared.
    pub(super) fn reported(&self) -> (usize, usize) {
        (self.runs.len(), self.declared.len())
    }

    /// Where what left loops and functions is up to.
    pub(super) fn left_behind(&self) -> usize {
        self.left.len()
    }

    /// Forgets what left loops and functions since.
    pub(super) fn forget_left(&mut self, mark: usize) {
        self.left.truncate(mark);
    }

    /// Whether steps may run a command that is asked for. Quick: nothing is evaluated.
    fn may_report(&self, body: &[Step]) -> bool {
        let expr = |expr: &Expr| {
            expr.parts.iter().any(|part| match part {
                Part::Output(body, ..) => self.may_report(body),
                Part::Use(used) => !matches!(used.op, Op::Plain),
                Part::Nested(..) => true,
                Part::Text(..) | Part::Hole(..) => false,
            })
        };
        body.iter().any(|step| match &step.kind {
            StepKind::Command(command) => {
                let named = |name: String| {
                    (self.asked.concerns)(&name) || output::runs_others(&name) || self.env.functions.contains_key(&name)
                };
                command.words.first().is_none_or(|name| name.literal().is_none_or(named))
                    || command.words.iter().any(expr)
            }
            StepKind::Assign(assign) => match &assign.value {
                Assigned::Text(value) => expr(value),
                Assigned::List(values) => values.iter().any(expr),
            },
            StepKind::Pipe(stages) => self.may_report(stages),
            StepKind::Group(body) | StepKind::Function(_, body) | StepKind::Scope(body, _) => self.may_report(body),
            StepKind::Fallback(first, other) => self.may_report(first) || self.may_report(other),
            StepKind::Loop(each) => self.may_report(&each.body) || each.items.iter().flatten().any(expr),
            StepKind::Branch(arms) => arms.iter().any(|arm| self.may_report(&arm.test) || self.may_report(&arm.body)),
            StepKind::Include(_)
            | StepKind::Declare(_)
            | StepKind::Module(_)
            | StepKind::Give(_)
            | StepKind::Evaluate(_)
            | StepKind::Let(..)
            | StepKind::Each(_) => true,
            _ => false,
        })
    }

    /// A number that no other hole or definition of this run has.
    pub fn fresh(&mut self) -> u64 {
        self.counter += 1;
        identity((self.flow, "fresh", self.counter))
    }

    pub fn flow(&self) -> FileId {
        self.flow
    }

    /// The running statement.
    pub fn here(&self) -> Place {
        Place::near(self.file, self.span)
    }

    pub fn block(&mut self, steps: &[Step]) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for step in steps {
            if self.env.flow != Flow::On || self.steps >= self.most {
                break;
            }
            self.steps += 1;
            self.step(step);
        }
        self.depth -= 1;
    }

    fn step(&mut self, step: &Step) {
        self.span = step.span;
        match &step.kind {
            StepKind::Assign(assign) => self.assign(assign),
            StepKind::Export(name) => self.env.export(name),
            StepKind::Unset(name) => self.env.unset(name),
            StepKind::Forget(name) => self.forget(name),
            StepKind::Parameters(exprs) => {
                let mut outcomes = self.words(exprs).into_iter();
                // One list alone can be followed.
                match (outcomes.next(), outcomes.next()) {
                    (Some(only), None) => self.parameters(only.list),
                    _ => self.parameters(List { items: Vec::new(), open: true }),
                }
            }
            StepKind::Shift(count) => self.shift(*count),
            StepKind::Command(command) => self.command(command),
            StepKind::Pipe(stages) => self.pipe(stages),
            StepKind::Group(body) => {
                self.block(body);
                // In a document, leaving one fence early says nothing about the next.
                if self.in_document() {
                    self.env.flow = Flow::On;
                }
            }
            StepKind::Branch(arms) => self.branch(arms),
            StepKind::Fallback(first, other) => self.fallback(first, other),
            StepKind::Loop(each) => self.turn(each),
            StepKind::Function(name, body) => {
                Rc::make_mut(&mut self.env.functions).insert(name.clone(), body.clone());
            }
            StepKind::Include(path) => self.include(path),
            StepKind::Scope(body, inherit) => {
                self.scoped(|machine| {
                    if *inherit == Inherit::Exported {
                        machine.env.exported_only();
                    }
                    machine.block(body);
                });
            }
            StepKind::Return => self.env.flow = Flow::Returned,
            StepKind::Exit => self.env.flow = Flow::Exited,
            StepKind::Break => self.env.flow = Flow::Broken,
            StepKind::Continue => self.env.flow = Flow::Continued,
            StepKind::Refer(target) => {
                for (_, value) in self.text(target) {
                    if let Some(name) = value.literal() {
                        self.forget(&name);
                    }
                }
            }
            StepKind::Unknown => self.doubt(),
            StepKind::Declare(declaration) => self.declaration(declaration),
            StepKind::Module(module) => self.module(module),
            StepKind::Give(node) => self.leave_with(node),
            StepKind::Evaluate(node) => {
                self.tree(node);
            }
            StepKind::Let(pick, node, own) => self.give(pick, node, *own),
            StepKind::Put(put) => self.put(put),
            StepKind::Each(each) => self.turn_each(each),
            StepKind::Routine(routine) => {
                self.routines.insert(routine.name.clone(), routine.clone());
            }
            StepKind::Borrow(borrow) => self.borrow(borrow),
            StepKind::Test(_) | StepKind::Define(_) => {}
        }
    }

    /// Runs something whose changes to variables are lost.
    pub fn scoped(&mut self, run: impl FnOnce(&mut Self)) {
        let (before, mark) = (self.env.clone(), self.left.len());
        run(self);
        self.env = before;
        self.left.truncate(mark);
    }

    fn doubt(&mut self) {
        let (version, place) = (self.fresh(), self.here());
        self.env.doubt(version, place);
    }

    // ---- variables

    fn assign(&mut self, assign: &Assign) {
        let mut alternatives: Vec<Alternative> = match &assign.value {
            Assigned::Text(expr) => self
                .text(expr)
                .into_iter()
                .map(|(when, value)| Alternative { when, content: Content::Text(value) })
                .collect(),
            Assigned::List(exprs) => self
                .words(exprs)
                .into_iter()
                .map(|words| Alternative { when: words.when, content: Content::List(words.list) })
                .collect(),
        };
        if assign.append
            && let Some(binding) = self.env.get(&assign.name).cloned()
        {
            alternatives = binding
                .alternatives
                .iter()
                .flat_map(|old| alternatives.iter().filter_map(|new| appended(old, new)))
                .collect();
        }
        for alternative in &mut alternatives {
            self.filled_in(&assign.name, &mut alternative.content);
            self.bound(&mut alternative.content);
        }
        if assign.visibility == Visibility::Function {
            self.env.localise(&assign.name);
        }
        let (version, place) = (self.fresh(), self.here());
        self.env.set(&assign.name, alternatives, version, place);
        if assign.visibility == Visibility::Exported {
            self.env.export(&assign.name);
        }
    }

    /// Whether this is a document's own flow, and not that of a script or a function which it runs.
    pub(super) fn in_document(&self) -> bool {
        self.document && self.sites.is_empty()
    }

    pub(super) fn forget(&mut self, name: &str) {
        let (version, place) = (self.fresh(), self.here());
        let value = Value::hole(shown(name), version, place);
        let unknown = Alternative { when: When::default(), content: Content::Text(value) };
        self.env.set(name, vec![unknown], version, place);
    }

    fn parameters(&mut self, list: List) {
        let frame = self.fresh();
        self.env.parameters = Rc::new(Parameters { list, frame, shifted: 0 });
    }

    fn shift(&mut self, count: Option<usize>) {
        match count {
            Some(count) => {
                let parameters = Rc::make_mut(&mut self.env.parameters);
                let known = count.min(parameters.list.items.len());
                parameters.list.items.drain(..known);
                parameters.shifted += count;
            }
            None => self.parameters(List { items: Vec::new(), open: true }),
        }
    }
}

fn appended(old: &Alternative, new: &Alternative) -> Option<Alternative> {
    let when = old.when.and(&new.when)?;
    let content = match (&old.content, &new.content) {
        (Content::Text(old), Content::Text(new)) => {
            let mut value = old.clone();
            value.append(new);
            Content::Text(value)
        }
        (Content::List(old), Content::List(new)) => {
            let items = old.items.iter().chain(&new.items).take(MAX_ITEMS + 1).cloned().collect();
            Content::List(List { items, open: old.open || new.open })
        }
        (Content::Text(old), Content::List(new)) => {
            // An empty text was no element.
            let first = (!old.is_empty().is_yes()).then(|| old.clone());
            let open = new.open || first.as_ref().is_some_and(|first| !first.is_literal());
            Content::List(List { items: first.into_iter().chain(new.items.iter().cloned()).collect(), open })
        }
        (Content::List(old), Content::Text(_)) => Content::List(List { items: old.items.clone(), open: true }),
        (Content::Tree(tree), _) | (_, Content::Tree(tree)) => Content::Tree(change::opened(tree)),
    };
    Some(Alternative { when, content })
}
