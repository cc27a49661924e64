//! A Makefile → a program: its variables in order, then its recipes, each line of which is a shell of its own.
//!
//! Make reads all of a file before it runs a recipe. So what recipes see of a variable is its last value, and what is
//! expanded late is expanded with the last values of what it is made of. `variables` knows these; `expand` fills texts in.

mod expand;
mod recipe;
mod variables;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use self::expand::Context;
use self::variables::Variables;
use super::Reader;
use super::filled::{Bit, unquoted, used, whole};
use crate::program::{Arm, Assign, Assigned, Block, Expr, Guard, Op, Part, Program, Quote, Step, StepKind, Visibility};
use crate::source::{FileId, Snippet, Source, Span};
use crate::syntax::make::{self, Condition, Conditional, Item, ItemKind, Makefile, Op as Sign, Test};
use crate::value::Place;

/// `Makefile`, `GNUmakefile`, `*.mk`, `Makefile.*`.
pub(super) const READER: Reader = Reader { name: "makefile", accepts, words: &[], alone: None, read };

/// Endings of names that begin with `Makefile` and are something else.
const FOREIGN: &[&str] = &["toml", "json", "yaml", "yml", "pl", "py", "js", "ts", "rb", "tf", "txt", "html"];
/// Bytes that may be expanded beside those of the file: what is made of other things may be made of them many times.
const SHARED: usize = 500_000;
/// Where recipes are expanded: behind everything.
const END: usize = usize::MAX;

fn accepts(path: &str, _start: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = super::extension(path);
    name == "makefile"
        || name == "gnumakefile"
        || ending == "mk"
        || name.starts_with("makefile.") && !FOREIGN.contains(&ending.as_str())
}

fn read(source: &Source, file: FileId) -> Program {
    let makefile = make::parse(&source.snippet());
    let making = Making {
        file,
        variables: Variables::of(&makefile.items),
        makefile: &makefile,
        budget: Cell::new(source.text().len().saturating_mul(8).saturating_add(SHARED)),
        canned: RefCell::default(),
    };
    let mut steps = Vec::new();
    making.settings(&makefile.items, &Cell::new(0), &mut steps);
    making.exports(&mut steps);
    let mut regions = Vec::new();
    if making.runs_a_shell() {
        let mut recipes = Vec::new();
        making.recipes(&mut recipes, &mut regions);
        steps.extend(making.canned_recipes());
        steps.extend(recipes);
    }
    Program { file, body: steps.into(), regions, ..Program::default() }
}

/// A file that is being read.
struct Making<'m> {
    file: FileId,
    makefile: &'m Makefile,
    variables: Variables<'m>,
    /// Bytes that may still be expanded.
    budget: Cell<usize>,
    /// `define`d recipes that others run, by their names; `None` where they are still to be read.
    canned: RefCell<BTreeMap<String, Option<Block>>>,
}

/// The variable that says which arm of a conditional was taken.
fn taken(number: usize) -> String {
    format!("$(if {number})")
}

/// Whether a conditional holds rules, or lines of recipes.
fn has_recipes(conditional: &Conditional) -> bool {
    conditional.arms.iter().flat_map(|(_, items)| items).any(|item| match &item.kind {
        ItemKind::Recipe(_) | ItemKind::Rule { .. } => true,
        ItemKind::Conditional(inner) => has_recipes(inner),
        _ => false,
    })
}

impl Making<'_> {
    fn near(&self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    /// The variables, in order. What stands in a file is numbered alike by [`Variables::of`].
    fn settings(&self, items: &[Item], number: &Cell<usize>, out: &mut Vec<Step>) {
        for item in items {
            let at = number.replace(number.get() + 1);
            let mut push = |kind| out.push(Step { kind, span: item.span });
            match &item.kind {
                ItemKind::Assign(assign) => push(self.assigned(assign, at, item.span)),
                ItemKind::Undefine(names) => {
                    names.text().split_whitespace().for_each(|name| push(StepKind::Forget(name.to_owned())));
                }
                ItemKind::Include(paths) => {
                    let bits = self.expand(paths, 0..paths.text().len(), Context::at(at));
                    for path in words(bits) {
                        push(StepKind::Include(path));
                    }
                }
                ItemKind::Conditional(conditional) => self.conditional(conditional, item.span, at, number, out),
                ItemKind::TargetAssign(..) | ItemKind::Export(_) | ItemKind::Rule { .. } | ItemKind::Recipe(_) => {}
            }
        }
    }

    fn conditional(&self, conditional: &Conditional, span: Span, at: usize, number: &Cell<usize>, out: &mut Vec<Step>) {
        let marks = has_recipes(conditional);
        let mark = |arm: &str| Step {
            kind: StepKind::Assign(Assign {
                name: taken(at),
                value: Assigned::Text(Expr::text(arm, self.near(span))),
                append: false,
                visibility: Visibility::Program,
            }),
            span,
        };
        if marks {
            out.push(mark("none"));
        }
        let mut arms = Vec::new();
        for (index, (condition, items)) in conditional.arms.iter().enumerate() {
            let guard = condition.as_ref().map_or(Guard::Always, |condition| self.guard(condition, at));
            let mut body = Vec::new();
            if marks {
                body.push(mark(&index.to_string()));
            }
            self.settings(items, number, &mut body);
            arms.push(Arm { test: Block::from([]), guard, body: body.into() });
        }
        out.push(Step { kind: StepKind::Branch(arms), span });
    }

    fn guard(&self, condition: &Condition, at: usize) -> Guard {
        let hidden = || Guard::Opaque(Some(condition.written.text().to_owned()), Vec::new());
        let side = |text: &Snippet| {
            let inner = unquoted(text.text()).map_or(0..text.text().len(), |inner| 1..1 + inner.len());
            whole(self.expand(text, inner, Context::at(at)))
        };
        let is_followed = |side: &Expr| {
            side.parts.iter().all(|part| match part {
                Part::Use(used) => matches!(used.name, crate::program::Name::Variable(_)),
                Part::Text(..) => true,
                Part::Hole(..) | Part::Output(..) | Part::Nested(..) => false,
            })
        };
        let guard = match &condition.test {
            Test::Equal(left, right) => {
                let (left, right) = (side(left), side(right));
                if is_followed(&left) && is_followed(&right) { Guard::Equal(left, right) } else { hidden() }
            }
            Test::Defined(name) if !name.text().contains(['$', ' ']) => {
                let place = self.near(name.span(0..name.text().len()));
                let part = used(name.text(), Op::Plain, Quote::Whole, place);
                Guard::Not(Box::new(Guard::Empty(Expr { parts: vec![part] })))
            }
            Test::Defined(_) | Test::Other => hidden(),
        };
        if condition.negated { Guard::Not(Box::new(guard)) } else { guard }
    }

    /// What an assignment sets, as it counts where it stands.
    fn assigned(&self, assign: &make::Assign, at: usize, span: Span) -> StepKind {
        let name = assign.name.clone();
        let Some(value) = self.value(assign, at) else { return StepKind::Forget(name) };
        let visibility = if assign.export { Visibility::Exported } else { Visibility::Program };
        StepKind::Assign(Assign {
            name,
            value: Assigned::Text(with(assign, value, self.near(span))),
            append: false,
            visibility,
        })
    }

    /// The value of an assignment; `None` where a variable of the program cannot hold it.
    fn value(&self, assign: &make::Assign, at: usize) -> Option<Expr> {
        let bits = match self.variables.chain(&assign.name, at + 1) {
            Some(chain) if assign.op != Sign::Default => self.inlined(&chain, Context { at: END, ..Context::at(at) }),
            _ => self.own_value(
                assign,
                Context { at: if self.is_deferred(assign, at) { END } else { at }, ..Context::at(at) },
            ),
        };
        // What is left empty is there for others to set.
        let is_empty = bits.iter().all(|bit| matches!(bit, Bit::Text(text, _) if text.trim().is_empty()));
        let plain = bits.iter().all(Bit::is_plain);
        (plain && !is_empty && !assign.name.contains('$')).then(|| whole(bits))
    }

    fn is_deferred(&self, assign: &make::Assign, at: usize) -> bool {
        match assign.op {
            Sign::Deferred | Sign::Default => true,
            Sign::Append => self.variables.was_deferred(&assign.name, at),
            Sign::Immediate | Sign::Shell => false,
        }
    }

    /// What is given to child processes.
    fn exports(&self, out: &mut Vec<Step>) {
        for name in self.variables.exported() {
            out.push(Step { kind: StepKind::Export(name.to_owned()), span: Span::default() });
        }
    }

    /// Whether recipes are run by a shell.
    fn runs_a_shell(&self) -> bool {
        let Some(chain) = self.variables.chain("SHELL", END) else { return true };
        let is_shell = |text: &str| {
            text.contains('$')
                || text.split_whitespace().any(|word| super::shell::is_shell(word.rsplit('/').next().unwrap_or(word)))
        };
        chain.iter().all(|(_, assign)| is_shell(assign.value.text()))
    }
}

/// A value by the operator of its assignment.
fn with(assign: &make::Assign, value: Expr, place: Place) -> Expr {
    match assign.op {
        Sign::Default => Expr { parts: vec![used(&assign.name, Op::Default(value), Quote::Whole, place)] },
        _ => value,
    }
}

/// Bits as several texts, which white space parts.
fn words(bits: Vec<Bit>) -> Vec<Expr> {
    let (mut out, mut word) = (Vec::new(), Vec::new());
    for bit in bits {
        let Bit::Text(text, place) = bit else {
            word.push(bit);
            continue;
        };
        let mut at = 0;
        for run in text.split_inclusive(char::is_whitespace) {
            let own = run.trim_end();
            if !own.is_empty() {
                word.push(Bit::Text(own.to_owned(), place.part(at..at + own.len())));
            }
            if own.len() < run.len() && !word.is_empty() {
                out.push(whole(std::mem::take(&mut word)));
            }
            at += run.len();
        }
    }
    if !word.is_empty() {
        out.push(whole(word));
    }
    out
}

/// Names of the shell that are also names of the file, in a recipe.
type Renamed<'n> = BTreeSet<&'n str>;
