//! Commands: of the program's own functions, of other scripts, and those that are reported.

use std::rc::Rc;

use super::Machine;
use crate::eval::env::{Flow, Parameters};
use crate::eval::expand::Words;
use crate::eval::when::{Constraint, When};
use crate::eval::{MAX_CALLS, Run, Statement, output};
use crate::program::{Block, Command, Expr, Op, Part, Program, Step};
use crate::value::{List, Value};

impl Machine<'_> {
    pub(super) fn command(&mut self, command: &Command) {
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
    pub(in crate::eval) fn one_of<T>(&mut self, alternatives: Vec<(When, T)>, mut run: impl FnMut(&mut Self, When, T)) {
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
    pub(in crate::eval) fn invoke(&mut self, command: &Command, outcome: Words, input: Option<Value>) {
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
    pub(in crate::eval) fn statement(&self) -> Statement {
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

    pub(in crate::eval) fn sited(&mut self, run: impl FnOnce(&mut Self)) {
        if self.sites.len() >= MAX_CALLS {
            return;
        }
        self.sites.push(self.here());
        let span = self.span;
        run(self);
        self.span = span;
        self.sites.pop();
    }

    pub(super) fn function(&mut self, name: &str, body: &Block, arguments: List) {
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

    pub(super) fn include(&mut self, path: &crate::program::Expr) {
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

    pub(super) fn pipe(&mut self, stages: &[Step]) {
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
