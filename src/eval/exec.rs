//! Steps, one after the other.

mod control;
mod word_files;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::change;
use super::declare::{Scope, Trees};
use super::env::{Alternative, Content, Env, Flow, Parameters};
use super::expand::Words;
use super::output::{self, Printed};
use super::vars::shown;
use super::when::{Constraint, When, identity};
use super::{
    Asked, Declared, Link, MAX_CALLS, MAX_DEPTH, MAX_ITEMS, MAX_LEFT, MAX_STEPS, MAX_TURNS, MAX_WAYS, Run, Runs,
    Statement,
};
use crate::program::{
    Arm, Assign, Assigned, Block, Command, Expr, Guard, Inherit, Loop, Op, Part, Program, Routine, Step, StepKind,
    Visibility,
};
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
        for routine in names.into_iter().filter_map(|name| routines.get(name)) {
            if self.called.contains(&routine.name) || !self.is_own(routine) {
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

    // ---- commands

    fn command(&mut self, command: &Command) {
        if self.passes(command) {
            return;
        }
        let span = self.span;
        let outcomes = self.words(&command.words);
        let input = match &command.input {
            Some(expr) => self.text(expr).into_iter().next().map(|(_, value)| value),
            None => self.input.clone(),
        };
        let outcomes = outcomes.into_iter().map(|outcome| (outcome.when.clone(), outcome)).collect();
        self.one_of(outcomes, |machine, _, outcome| {
            machine.span = span;
            machine.invoke(command, outcome, input.clone());
        });
    }

    /// Runs something for each of several alternatives, one of which it is.
    pub(super) fn one_of<T>(&mut self, alternatives: Vec<(When, T)>, mut run: impl FnMut(&mut Self, When, T)) {
        let (before, place, occurrence) = (self.env.path.clone(), self.here(), self.fresh());
        let several = alternatives.len() > 1;
        let start = self.env.clone();
        let mut ends = Vec::new();
        for (number, (when, alternative)) in alternatives.into_iter().enumerate() {
            if several {
                self.env = start.clone();
                let arm = Constraint { subject: occurrence, value: number as u64, holds: true };
                match when.with(arm) {
                    Some(path) => self.env.path = path,
                    None => continue,
                }
            }
            run(self, when, alternative);
            if several {
                ends.push(self.env.clone());
            }
        }
        if several {
            self.join(ends, &before, place);
        }
    }

    /// Whether a command can be passed over: nobody asks for it or for what it prints, and it does nothing else.
    fn passes(&self, command: &Command) -> bool {
        let Some(name) = command.words.first().and_then(Expr::literal) else { return false };
        let idle = |part: &Part| match part {
            Part::Text(..) | Part::Hole(..) => true,
            Part::Use(used) => matches!(used.op, Op::Plain),
            Part::Output(..) | Part::Nested(..) => false,
        };
        self.captures.is_empty()
            && !output::runs_others(&name)
            && !(self.asked.concerns)(&name)
            && !self.env.functions.contains_key(&name)
            && command.words.iter().flat_map(|word| &word.parts).all(idle)
    }

    /// Runs one outcome of a command: a function, another script, or something that is only reported.
    pub(super) fn invoke(&mut self, command: &Command, outcome: Words, input: Option<Value>) {
        let Words { when, list } = outcome;
        let list = self.with_word_files(output::unwrapped(list));
        let Some(name) = list.items.first() else {
            return;
        };
        let arguments = || List { items: list.items.iter().skip(1).cloned().collect(), open: list.open };
        if let Some(literal) = name.literal() {
            if let Some(body) = self.env.functions.get(&literal).cloned() {
                self.called.insert(literal.clone());
                self.sited(|machine| machine.function(&literal, &body, arguments()));
                return;
            }
            if let Some((path, arguments)) = output::script(&literal, &list)
                && let Some(program) = self.link.find(self.file, &path)
            {
                self.script(&program, command, arguments);
                return;
            }
        } else if let Some(program) = output::is_script_path(name).then(|| self.link.find(self.file, name)).flatten() {
            self.script(&program, command, arguments());
            return;
        } else if self.may_be_function(name) {
            self.doubt();
            return;
        }
        if command.prints {
            self.print(&when, &list, input.as_ref());
        }
        let at = self.statement();
        self.runs.push(Run { words: list, input, at });
    }

    /// The running statement, as the next one in the order of the flow.
    pub(super) fn statement(&self) -> Statement {
        Statement {
            file: self.file,
            span: self.span,
            sites: self.sites.clone(),
            flow: self.flow,
            order: (self.runs.len() + self.declared.len()) as u32,
            loose: self.document || self.uncalled,
            under: self.env.path.kept(),
        }
    }

    /// `"deploy_$KIND"`: one of the functions, which of them is not known.
    fn may_be_function(&self, name: &Value) -> bool {
        let (start, end) = (name.known_prefix(), name.known_suffix());
        let like = |function: &String| function.starts_with(&start) && function.ends_with(&end);
        !(start.is_empty() && end.is_empty()) && self.env.functions.keys().any(like)
    }

    pub(super) fn sited(&mut self, run: impl FnOnce(&mut Self)) {
        if self.sites.len() >= MAX_CALLS {
            return;
        }
        self.sites.push(self.here());
        let span = self.span;
        run(self);
        self.span = span;
        self.sites.pop();
    }

    fn function(&mut self, name: &str, body: &Block, arguments: List) {
        self.called.insert(name.to_owned());
        let frame = self.fresh();
        let parameters = Rc::new(Parameters { list: arguments, frame, shifted: 0 });
        let outer = std::mem::replace(&mut self.env.parameters, parameters);
        self.env.locals.push(Vec::new());
        let (mark, before, place) = (self.left.len(), self.env.path.clone(), self.here());
        self.block(body);
        self.leave(mark, &before, place);
        self.env.parameters = outer;
    }

    /// Another script: a process of its own, with what is exported.
    fn script(&mut self, program: &Program, command: &Command, arguments: List) {
        let program = program.clone();
        self.sited(|machine| {
            machine.scoped(|machine| {
                for assign in &command.env {
                    machine.assign(assign);
                }
                machine.env.exported_only();
                let file = std::mem::replace(&mut machine.file, program.file);
                let frame = machine.fresh();
                machine.env.parameters = Rc::new(Parameters { list: arguments, frame, shifted: 0 });
                machine.block(&program.body);
                machine.file = file;
            });
        });
    }

    fn include(&mut self, path: &crate::program::Expr) {
        let Some((_, path)) = self.text(path).into_iter().next() else {
            return;
        };
        let Some(program) = self.link.find(self.file, &path) else {
            return self.doubt();
        };
        self.sited(|machine| {
            let file = std::mem::replace(&mut machine.file, program.file);
            machine.block(&program.body);
            machine.file = file;
            if machine.env.flow == Flow::Returned {
                machine.env.flow = Flow::On;
            }
        });
    }

    fn pipe(&mut self, stages: &[Step]) {
        let outer = self.input.take();
        let mut printed: Option<Value> = None;
        let last = stages.len().saturating_sub(1);
        for (number, stage) in stages.iter().enumerate() {
            self.input = if number == 0 { outer.clone() } else { printed.take() };
            if number == last {
                self.step(stage);
                break;
            }
            self.captures.push(Vec::new());
            self.scoped(|machine| machine.step(stage));
            let captured = self.captures.pop().unwrap_or_default();
            printed = match captured.as_slice() {
                [only] => Some(only.value.clone()),
                _ => None,
            };
        }
        self.input = outer;
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
