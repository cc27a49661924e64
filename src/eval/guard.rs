//! Guards of branches: decided where they can be, else circumstances that alternatives keep.

use super::{MAX_ALTERNATIVES, MAX_ITEMS};
use std::rc::Rc;

use super::env::{Alternative, Content, Parameters};
use super::exec::Machine;
use super::vars::shown;
use super::when::{Constraint, When, identity};
use crate::program::{Expr, Guard, Having, Name, Node, Op, Part, Side, Step, StepKind};
use crate::value::{Pattern, Piece, Tree, Truth, Value};

/// Under which circumstances a guard holds, and under which it does not. An empty list: never.
#[derive(Debug, Clone, Default)]
pub(super) struct Decision {
    pub yes: Vec<When>,
    pub no: Vec<When>,
}

impl Decision {
    fn undecided() -> Self {
        Self { yes: vec![When::default()], no: vec![When::default()] }
    }

    fn negate(self) -> Self {
        Self { yes: self.no, no: self.yes }
    }

    fn and(self, other: &Self) -> Self {
        let mut no = self.no;
        no.extend(self.yes.iter().flat_map(|yes| other.no.iter().filter_map(|no| yes.and(no))));
        let yes = self.yes.iter().flat_map(|one| other.yes.iter().filter_map(|two| one.and(two))).collect();
        Self { yes, no }
    }

    /// Too many ways of holding say only what they have in common.
    fn bounded(mut self) -> Self {
        for list in [&mut self.yes, &mut self.no] {
            if list.len() > MAX_ALTERNATIVES {
                *list = vec![When::common_of(list)];
            }
        }
        self
    }
}

impl Machine<'_> {
    pub(super) fn decide(&mut self, guard: &Guard) -> Decision {
        match guard {
            Guard::Always => Decision { yes: vec![When::default()], no: Vec::new() },
            Guard::Not(inner) => self.decide(inner).negate(),
            Guard::All(guards) => {
                let start = Decision { yes: vec![When::default()], no: Vec::new() };
                guards.iter().fold(start, |all, guard| all.and(&self.decide(guard)).bounded())
            }
            Guard::Any(guards) => {
                let start = Decision { yes: vec![When::default()], no: Vec::new() };
                guards.iter().fold(start, |all, guard| all.and(&self.decide(guard).negate()).bounded()).negate()
            }
            Guard::Opaque(None, _) => Decision::undecided(),
            Guard::Hidden(text, _) => {
                let says = |holds| Constraint { subject: identity((text, "hidden")), value: 1, holds };
                let arm = |holds| When::default().with(says(holds)).into_iter().collect();
                Decision { yes: arm(true), no: arm(false) }
            }
            Guard::Opaque(Some(text), words) => {
                if let Some(decision) = self.predicate(words) {
                    return decision;
                }
                let mut decision = Decision::default();
                for outcome in self.words(words) {
                    let known: Vec<u64> = outcome.list.items.iter().map(identity_of).collect();
                    let subject = identity((text, known));
                    let says = |holds| Constraint { subject, value: 1, holds };
                    decision.yes.extend(outcome.when.with(says(true)));
                    decision.no.extend(outcome.when.with(says(false)));
                }
                decision.bounded()
            }
            Guard::Holds(node) => self.holds(node),
            Guard::Missing(node) => self.missing(node),
            Guard::Has(having) => self.has(having),
            Guard::Empty(expr) => self.compare(expr, &Pattern::text("")),
            Guard::Equal(a, b) => match (a.literal(), b.literal()) {
                (_, Some(text)) => self.compare(a, &Pattern::text(text)),
                (Some(text), None) => self.compare(b, &Pattern::text(text)),
                (None, None) => self.equal(a, b),
            },
            Guard::Matches(expr, patterns) => self.matches(expr, patterns),
        }
    }

    /// A call of a function that is a test and nothing else, with known arguments.
    fn predicate(&mut self, words: &[Expr]) -> Option<Decision> {
        let body = self.env.functions.get(&words.first()?.literal()?)?.clone();
        let [Step { kind: StepKind::Test(guard), .. }] = &*body else { return None };
        let mut outcomes = self.words(words.get(1..)?).into_iter();
        let (only, None) = (outcomes.next()?, outcomes.next()) else { return None };
        let frame = identity(("predicate", only.list.items.iter().map(identity_of).collect::<Vec<_>>()));
        let parameters = Rc::new(Parameters { list: only.list, frame, shifted: 0 });
        let outer = std::mem::replace(&mut self.env.parameters, parameters);
        let decision = self.decide(guard);
        self.env.parameters = outer;
        Some(decision)
    }

    /// Whether a node is something.
    fn holds(&mut self, node: &Node) -> Decision {
        self.judged(node, |tree| match tree {
            Tree::Text(value) if value.assumed => Truth::Unknown,
            Tree::Text(value) => match value.literal() {
                // A number, or a text that looks like one.
                Some(text) if text == "0" => Truth::Unknown,
                Some(text) => (!text.is_empty()).into(),
                None => value.is_empty().negate(),
            },
            Tree::Null(_) => Truth::No,
            Tree::List(list) if list.items.is_empty() => {
                if list.open {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
            Tree::Map(map) if map.fields.is_empty() && map.of.is_none() => {
                if map.open {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
            Tree::List(_) | Tree::Map(_) => Truth::Yes,
        })
    }

    /// Whether a node is expressly nothing.
    fn missing(&mut self, node: &Node) -> Decision {
        let decision = self.judged(node, |tree| match tree {
            Tree::Null(_) => Truth::No,
            Tree::Text(value) if value.assumed || !value.is_literal() => Truth::Unknown,
            Tree::Text(_) | Tree::List(_) | Tree::Map(_) => Truth::Yes,
        });
        decision.negate()
    }

    /// Whether something is in a text, or among items.
    fn has(&mut self, having: &Having) -> Decision {
        let mut decision = Decision::default();
        let parts = self.tree(&having.part);
        let mut asked: Option<Decision> = None;
        for (when, whole) in self.tree(&having.whole) {
            for (also, part) in &parts {
                let Some(when) = when.and(also) else { continue };
                match is_in(&whole, part, having.side) {
                    Truth::Yes => decision.yes.push(when),
                    Truth::No => decision.no.push(when),
                    Truth::Unknown => {
                        let known = asked.take().unwrap_or_else(|| self.decide(&having.otherwise));
                        let asked = &*asked.insert(known);
                        decision.yes.extend(asked.yes.iter().filter_map(|one| when.and(one)));
                        decision.no.extend(asked.no.iter().filter_map(|one| when.and(one)));
                    }
                }
            }
        }
        decision.bounded()
    }

    fn judged(&mut self, node: &Node, judge: impl Fn(&Tree) -> Truth) -> Decision {
        let mut decision = Decision::default();
        for (when, tree) in self.tree(node) {
            match judge(&tree) {
                Truth::Yes => decision.yes.push(when),
                Truth::No => decision.no.push(when),
                Truth::Unknown => {
                    let subject = match &tree {
                        Tree::Text(value) => match value.pieces() {
                            [Piece::Hole(hole, _)] => hole.id,
                            _ => identity_of(value),
                        },
                        _ => self.fresh(),
                    };
                    // The same as a comparison with the empty text.
                    let is_empty = |holds| Constraint { subject, value: identity(""), holds };
                    decision.yes.extend(when.with(is_empty(false)));
                    decision.no.extend(when.with(is_empty(true)));
                }
            }
        }
        decision.bounded()
    }

    fn matches(&mut self, expr: &Expr, patterns: &[Pattern]) -> Decision {
        let start = Decision { yes: Vec::new(), no: vec![When::default()] };
        patterns.iter().fold(start, |any, one| any.negate().and(&self.compare(expr, one).negate()).bounded().negate())
    }

    /// Whether two expressions are the same text.
    fn equal(&mut self, a: &Expr, b: &Expr) -> Decision {
        let mut decision = Decision::default();
        let others = self.text(b);
        for (when, one) in self.text(a) {
            for (also, other) in &others {
                let Some(when) = when.and(also) else { continue };
                let answer = match other.literal() {
                    _ if one.assumed || other.assumed => Truth::Unknown,
                    _ if one.same(other) => Truth::Yes,
                    Some(text) => one.equals(&text),
                    None => one.literal().map_or(Truth::Unknown, |text| other.equals(&text)),
                };
                let subject = identity(("equal", identity_of(&one), identity_of(other)));
                let says = |holds| Constraint { subject, value: 1, holds };
                match answer {
                    Truth::Yes => decision.yes.push(when),
                    Truth::No => decision.no.push(when),
                    Truth::Unknown => {
                        decision.yes.extend(when.with(says(true)));
                        decision.no.extend(when.with(says(false)));
                    }
                }
            }
        }
        decision.bounded()
    }

    /// Whether an expression matches a pattern, alternative by alternative.
    fn compare(&mut self, expr: &Expr, pattern: &Pattern) -> Decision {
        let mut decision = Decision::default();
        let name = variable(expr);
        for (when, value) in self.text(expr) {
            let answer =
                if value.assumed && !value.pieces().is_empty() { Truth::Unknown } else { pattern.matches(&value) };
            match answer {
                Truth::Yes => decision.yes.push(when),
                Truth::No => decision.no.push(when),
                Truth::Unknown => {
                    let subject = match name {
                        Some(name) => self.subject_of(name, &value),
                        None => match value.pieces() {
                            [Piece::Hole(hole, _)] => hole.id,
                            _ => identity(value.to_string()),
                        },
                    };
                    // A text is one of several that it may be; a pattern is a question of its own.
                    let (subject, value) = match pattern.literal() {
                        Some(text) => (subject, identity(text.as_str())),
                        None => (identity((subject, pattern)), 1),
                    };
                    let says = |holds| Constraint { subject, value, holds };
                    decision.yes.extend(when.with(says(true)));
                    decision.no.extend(when.with(says(false)));
                }
            }
        }
        decision.bounded()
    }

    /// What a comparison speaks of: the hole itself where the value is one, else this version of the variable.
    pub(super) fn subject_of(&self, name: &Name, value: &Value) -> u64 {
        if let [Piece::Hole(hole, _)] = value.pieces() {
            return hole.id;
        }
        if value.assumed {
            // A default is the same wherever it stands in for the same variable.
            return identity((self.flow(), self.scope, format!("{name:?}"), value.to_string()));
        }
        match name {
            Name::Variable(name) => match self.env.get(name) {
                Some(binding) => identity((self.flow(), name.as_str(), binding.version)),
                // The same as the hole that an unset variable is.
                None => identity((self.flow(), name.as_str())),
            },
            other => identity((self.flow(), self.scope, format!("{other:?}"))),
        }
    }

    /// In the arm of a guard that holds (or not), variables are what it says.
    pub(super) fn refine(&mut self, guard: &Guard, holds: bool) {
        match guard {
            Guard::Not(inner) => self.refine(inner, !holds),
            Guard::All(guards) if holds => guards.iter().for_each(|guard| self.refine(guard, true)),
            Guard::Any(guards) if !holds => guards.iter().for_each(|guard| self.refine(guard, false)),
            Guard::Equal(a, b) => match (variable(a), b.literal(), variable(b), a.literal()) {
                (Some(name), Some(text), ..) => self.refine_variable(&name.clone(), &text, b, holds),
                (.., Some(name), Some(text)) => self.refine_variable(&name.clone(), &text, a, holds),
                _ => {}
            },
            Guard::Holds(node) => {
                let own = match &**node {
                    Node::Call(call) => call.own.as_ref().map(|(_, own)| own),
                    node => Some(node),
                };
                if let Some(Node::Choice(guard, ..)) = own {
                    self.refine(guard, holds);
                }
            }
            Guard::Has(having) => {
                if let (Node::Variable(name, _), Node::Text(part)) = (&having.whole, &having.part)
                    && let Some(text) = part.literal()
                {
                    self.override_defaults(&Name::Variable(name.clone()), &[pattern(&text, having.side)], holds);
                }
            }
            Guard::Empty(expr) => {
                if let Some(name) = variable(expr) {
                    self.refine_variable(&name.clone(), "", &Expr::default(), holds);
                }
            }
            Guard::Matches(expr, patterns) => match (variable(expr), patterns.as_slice()) {
                (Some(name), [only]) if only.literal().is_some() => {
                    self.refine_variable(&name.clone(), &only.literal().unwrap_or_default(), &Expr::default(), holds);
                }
                (Some(name), _) => self.override_defaults(&name.clone(), patterns, holds),
                _ => {}
            },
            _ => {}
        }
    }

    /// A default that a test with wildcards excludes was overridden, by something that is not known.
    fn override_defaults(&mut self, name: &Name, patterns: &[Pattern], holds: bool) {
        let Name::Variable(name) = name else { return };
        let Some(binding) = self.env.get(name).cloned() else { return };
        let place = self.here();
        let is_excluded = |value: &Value| {
            let mut answers = patterns.iter().map(|pattern| pattern.matches(value));
            if holds { answers.all(Truth::is_no) } else { answers.any(Truth::is_yes) }
        };
        let mut alternatives = binding.alternatives.clone();
        let mut changed = false;
        for alternative in &mut alternatives {
            if let Content::Text(value) = &alternative.content
                && value.assumed
                && is_excluded(value)
            {
                let id = identity((binding.version, "not", value.to_string()));
                alternative.content = Content::Text(Value::hole(shown(name), id, place));
                changed = true;
            }
        }
        if changed {
            // The same version: it is the same definition, better known.
            self.env.set(name, alternatives, binding.version, place);
        }
    }

    fn refine_variable(&mut self, name: &Name, text: &str, written: &Expr, holds: bool) {
        let Name::Variable(name) = name else { return };
        let Some(binding) = self.env.get(name).cloned() else {
            return;
        };
        let texts = binding.alternatives.iter().filter_map(|alternative| match &alternative.content {
            Content::Text(value) => Some(value),
            Content::List(_) | Content::Tree(_) => None,
        });
        if !holds && texts.clone().all(|value| value.equals(text).is_no()) {
            return;
        }
        let here = self.here();
        let place = match written.parts.first() {
            Some(Part::Text(_, place)) => crate::value::Place { exact: false, ..*place },
            _ => here,
        };
        let refined = |alternative: &Alternative| {
            let Content::Text(value) = &alternative.content else {
                return Some(alternative.clone());
            };
            let content = match (value.equals(text), holds) {
                (Truth::No, true) | (Truth::Yes, false) if !value.assumed => return None,
                // A test for emptiness finds out what is missing: nobody means the empty text that is left then.
                (Truth::Unknown, true) if text.is_empty() => value.clone(),
                (Truth::No | Truth::Unknown, true) => Value::text(text, place),
                // The default was overridden, by something that is not known.
                (Truth::Yes, false) => Value::hole(shown(name), identity((binding.version, "not", text)), place),
                _ => value.clone(),
            };
            Some(Alternative { when: alternative.when.clone(), content: Content::Text(content) })
        };
        let alternatives: Vec<Alternative> = binding.alternatives.iter().filter_map(refined).collect();
        if !alternatives.is_empty() {
            // The same version: it is the same definition, better known.
            self.env.set(name, alternatives, binding.version, place);
        }
    }
}

/// What a text matches that has another one in it.
fn pattern(text: &str, side: Side) -> Pattern {
    let text = Some(text.to_owned());
    Pattern::Runs(match side {
        Side::Start => vec![text, None],
        Side::Within => vec![None, text, None],
        Side::End => vec![None, text],
    })
}

/// Whether a part is in a whole.
fn is_in(whole: &Tree, part: &Tree, side: Side) -> Truth {
    // One of several that are looked for is enough.
    if let Tree::List(parts) = part {
        let known = if parts.open { Truth::Unknown } else { Truth::No };
        return parts.items.iter().take(MAX_ITEMS).fold(known, |any, part| match (any, part) {
            (Truth::Yes, _) => Truth::Yes,
            (any, Tree::Text(_)) => any.negate().and(is_in(whole, part, side).negate()).negate(),
            _ => Truth::Unknown,
        });
    }
    let Some(text) = part.text().filter(|part| !part.assumed).and_then(Value::literal) else { return Truth::Unknown };
    match whole {
        Tree::Text(value) if value.assumed => Truth::Unknown,
        Tree::Text(value) => pattern(&text, side).matches(value),
        Tree::List(list) => {
            let known = if list.open { Truth::Unknown } else { Truth::No };
            let is_it = |item: &Tree| match item {
                Tree::Text(item) if !item.assumed => item.equals(&text),
                _ => Truth::Unknown,
            };
            list.items.iter().fold(known, |any, item| any.negate().and(is_it(item).negate()).negate())
        }
        Tree::Map(map) if map.of.is_some() => Truth::Unknown,
        Tree::Map(map) if map.fields.iter().any(|field| field.name == text) => Truth::Yes,
        Tree::Map(map) if map.open => Truth::Unknown,
        Tree::Map(_) => Truth::No,
        Tree::Null(_) => Truth::Unknown,
    }
}

/// What tells a value from others: equal ones have the same.
fn identity_of(value: &Value) -> u64 {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text, _) => identity((0, &**text)),
        Piece::Hole(hole, _) => identity((1, hole.id)),
        Piece::Output(..) | Piece::Attribute(..) => identity((2, Value::from(piece.clone()).to_string())),
    };
    identity(value.pieces().iter().map(piece).collect::<Vec<_>>())
}

/// The variable that an expression is, and nothing else.
fn variable(expr: &Expr) -> Option<&Name> {
    match expr.parts.as_slice() {
        [Part::Use(used)] if matches!(used.op, Op::Plain | Op::Default(_)) => Some(&used.name),
        _ => None,
    }
}
