//! What is known of the variables of a Makefile from their assignments alone: which one counts where.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::END;
use crate::read::filled::{is_plain, unquoted};
use crate::syntax::make::{Assign, Item, ItemKind, MAX_DEPTH, Op, Piece, evaluated, pieces};

/// Assignments that add to one variable; of one with more it is not known what it holds.
const MAX_CHAIN: usize = 64;

/// Assignments that make up a value, each with its number: one that sets it, and those that add to it.
pub(super) type Chain<'m> = Vec<(usize, &'m Assign)>;

/// The variables of a file.
#[derive(Debug, Default)]
pub(super) struct Variables<'m> {
    known: HashMap<&'m str, Vec<Setting<'m>>>,
    /// Numbers of the includes, which may set anything.
    includes: Vec<usize>,
    /// Variables that recipes of some targets see otherwise.
    targeted: HashSet<String>,
    exported: BTreeSet<&'m str>,
    all_exported: bool,
    next: usize,
    /// Whether what a variable holds where it is set is what it means later, by the number of its assignment.
    usable: RefCell<BTreeMap<usize, bool>>,
}

/// One assignment.
#[derive(Debug, Clone, Copy)]
struct Setting<'m> {
    /// Its number: what stands in a file is numbered in order.
    at: usize,
    /// `None` where a variable is undefined.
    assign: Option<&'m Assign>,
    /// The first of those that make up the value; `None` where nobody knows.
    start: Option<usize>,
    /// Whether the value is expanded where it is used.
    deferred: bool,
}

impl<'m> Variables<'m> {
    pub fn of(items: &'m [Item]) -> Self {
        let mut variables = Self::default();
        variables.items(items, true);
        variables
    }

    fn items(&mut self, items: &'m [Item], surely: bool) {
        for item in items {
            let at = self.next;
            self.next += 1;
            match &item.kind {
                ItemKind::Assign(assign) => {
                    if assign.export {
                        self.exported.insert(&assign.name);
                    }
                    self.set(&assign.name, Some(assign), at, surely);
                }
                ItemKind::Undefine(names) => {
                    names.text().split_whitespace().for_each(|name| self.set(name, None, at, false));
                }
                ItemKind::TargetAssign(_, assign) => {
                    self.targeted.insert(assign.name.clone());
                }
                ItemKind::Export(names) if names.text().is_empty() => self.all_exported = true,
                ItemKind::Export(names) => self.exported.extend(names.text().split_whitespace()),
                ItemKind::Include(_) => self.includes.push(at),
                ItemKind::Conditional(conditional) => {
                    conditional.arms.iter().for_each(|(_, items)| self.items(items, false));
                }
                ItemKind::Recipe(line) => self.targeted.extend(evaluated(line).map(|assign| assign.name)),
                ItemKind::Rule { .. } => {}
            }
        }
    }

    fn set(&mut self, name: &'m str, assign: Option<&'m Assign>, at: usize, surely: bool) {
        let include = self.includes.last().copied();
        let settings = self.known.entry(name).or_default();
        let last = settings.last().copied();
        let op = assign.map(|assign| assign.op);
        let start = match op {
            Some(Op::Deferred | Op::Immediate | Op::Shell) if surely => Some(settings.len()),
            Some(Op::Append) if surely => last
                .filter(|last| include.is_none_or(|include| include < last.at))
                .and_then(|last| last.start)
                .filter(|start| settings.len() - start < MAX_CHAIN),
            // What is set is not set again.
            Some(Op::Default) if surely && last.is_some_and(|last| last.start.is_some()) => {
                if let Some(known) = last.filter(|last| include.is_none_or(|include| include < last.at)) {
                    settings.push(Setting { at, assign, ..known });
                    return;
                }
                None
            }
            _ => None,
        };
        let deferred = match op {
            Some(Op::Append) => last.is_none_or(|last| last.deferred),
            Some(Op::Deferred | Op::Default) | None => true,
            Some(Op::Immediate | Op::Shell) => false,
        };
        settings.push(Setting { at, assign, start, deferred });
    }

    /// The setting that counts before what has this number.
    fn before(&self, name: &str, at: usize) -> Option<(&[Setting<'m>], usize)> {
        let settings = self.known.get(name)?;
        let index = settings.partition_point(|setting| setting.at < at).checked_sub(1)?;
        Some((settings, index))
    }

    /// The assignments that make up the value of a variable before what has this number; `None` where nobody knows.
    pub fn chain(&self, name: &str, at: usize) -> Option<Chain<'m>> {
        if at == END && self.targeted.contains(name) {
            return None;
        }
        let (settings, index) = self.before(name, at)?;
        let last = settings.get(index)?;
        let start = last.start?;
        let included = self.includes.iter().rev().find(|include| **include < at);
        if included.is_some_and(|include| *include > settings.get(start).map_or(0, |first| first.at)) {
            return None;
        }
        let own = settings.get(start..=index)?;
        Some(
            own.iter()
                .filter(|setting| !is_idle(setting))
                .filter_map(|setting| Some((setting.at, setting.assign?)))
                .collect(),
        )
    }

    /// Whether the value that counts before what has this number is expanded where it is used.
    pub fn was_deferred(&self, name: &str, at: usize) -> bool {
        self.before(name, at).and_then(|(settings, index)| settings.get(index)).is_none_or(|setting| setting.deferred)
    }

    /// Whether the file sets a variable.
    pub fn is_set(&self, name: &str) -> bool {
        self.known.contains_key(name) || self.targeted.contains(name)
    }

    /// Whether a variable is the same at two numbers, as far as the file says.
    pub fn is_same(&self, name: &str, one: usize, other: usize) -> bool {
        let (from, to) = (one.min(other), one.max(other));
        if from == to {
            return true;
        }
        let within = |at: usize| from <= at && at < to;
        if to == END && self.targeted.contains(name) {
            return false;
        }
        let included = self.includes.partition_point(|at| *at < from);
        let set = self.known.get(name).is_some_and(|settings| {
            settings
                .get(settings.partition_point(|setting| setting.at < from))
                .is_some_and(|setting| within(setting.at))
        });
        !set && !self.includes.get(included).is_some_and(|at| within(*at))
    }

    /// Whether what a variable holds where it is set last is its value, so that it need not be written out.
    pub fn is_usable(&self, chain: &Chain<'m>) -> bool {
        self.usable_within(chain, 0)
    }

    fn usable_within(&self, chain: &Chain<'m>, depth: usize) -> bool {
        let Some((at, _)) = chain.last().copied() else { return false };
        if depth > MAX_DEPTH {
            return false;
        }
        if let Some(known) = self.usable.borrow().get(&at) {
            return *known;
        }
        // One that is made of itself is none.
        self.usable.borrow_mut().insert(at, false);
        let deferred = chain.first().is_some_and(|(_, assign)| assign.op == Op::Deferred);
        let is_own = |(_, assign): &(usize, &Assign)| {
            let text = assign.value.text();
            assign.op == Op::Shell || self.is_simple(unquoted(text).unwrap_or(text), at, deferred, depth)
        };
        let usable = chain.iter().all(is_own);
        self.usable.borrow_mut().insert(at, usable);
        usable
    }

    /// Whether a text holds nothing that a shell would read otherwise in its place, or that comes to be something else
    /// later.
    fn is_simple(&self, text: &str, at: usize, deferred: bool, depth: usize) -> bool {
        depth <= MAX_DEPTH
            && pieces(text).into_iter().all(|piece| match piece {
                Piece::Text(range) => is_plain(text.get(range).unwrap_or("")),
                Piece::Dollar(_) => false,
                Piece::Reference(reference) => {
                    let inner = text.get(reference.inner).unwrap_or("");
                    if inner.contains([' ', '$', ':', ',']) {
                        // What a function makes of its arguments is known where it stands, if they are.
                        return inner.starts_with("shell ") && (!deferred || self.is_lasting(inner, at, depth + 1));
                    }
                    let is_name = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                    let seen = if deferred { END } else { at };
                    let lasts = !deferred || self.is_same(inner, at + 1, END) && is_name;
                    lasts && self.chain(inner, seen).is_none_or(|chain| self.usable_within(&chain, depth + 1))
                }
            })
    }

    /// Whether all that a text refers to stays what it is.
    fn is_lasting(&self, text: &str, at: usize, depth: usize) -> bool {
        depth <= MAX_DEPTH
            && pieces(text).into_iter().all(|piece| match piece {
                Piece::Text(_) | Piece::Dollar(_) => true,
                Piece::Reference(reference) => {
                    let inner = text.get(reference.inner).unwrap_or("");
                    let is_name = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                    is_name
                        && !inner.contains([' ', '$', ':', ','])
                        && self.is_same(inner, at + 1, END)
                        && self.chain(inner, END).is_none_or(|chain| self.usable_within(&chain, depth + 1))
                }
            })
    }

    /// The variables that child processes see, as far as the file names them.
    pub fn exported(&self) -> Vec<&'m str> {
        if !self.all_exported {
            return self.exported.iter().copied().collect();
        }
        let all: BTreeSet<&str> = self.known.keys().copied().chain(self.exported.iter().copied()).collect();
        all.into_iter().collect()
    }

    /// Whether child processes see a variable.
    pub fn is_exported(&self, name: &str) -> bool {
        self.all_exported || self.exported.contains(name)
    }
}

/// `X ?= …` where X is set.
fn is_idle(setting: &Setting) -> bool {
    setting.assign.is_some_and(|assign| assign.op == Op::Default)
}
