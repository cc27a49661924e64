//! Calls: of functions of the program, with their arguments and what they give, and of what is elsewhere, which are declared.

use std::sync::Arc;

use super::change::{self};
use super::code::{ALL, is_object, type_of};
use super::declare::{Trees, belonging};
use super::env::Flow;
use super::exec::Machine;
use super::vars::shown;
use super::when::{When, identity};
use super::{Declared, MAX_ALTERNATIVES, MAX_CALLS, MAX_ITEMS};
use crate::program::{Argument, Call, Callee, Given, Node, Parameter, Routine, Schema};
use crate::value::{Attribute, Field, Items, Made, Map, Memo, Piece, Place, Tree, Value};

impl Machine<'_> {
    /// What a call gives.
    pub(super) fn call(&mut self, call: &Call) -> Trees {
        let (base, names): (Option<Trees>, Vec<(When, String)>) = match &call.callee {
            Callee::Named(name) => (None, vec![(When::default(), name.clone())]),
            Callee::Method(base, method) => {
                let trees = self.tree(base);
                let names = trees.iter().map(|(when, tree)| (when.clone(), method_of(tree, method))).collect();
                (Some(trees), names)
            }
        };
        let routine = match names.as_slice() {
            [(_, name)] => self.routines.get(name).cloned(),
            _ => None,
        };
        if let Some(routine) = routine {
            let others = base.iter().flatten().filter_map(|(_, tree)| type_of(tree));
            if let Some(kind) = others.filter(|of| !self.is_latest(of)).map(|of| of.kind.clone()).next() {
                self.forget_state(&kind);
            }
            return self.routine(&routine, call, base);
        }
        let is_own = |tree: &Tree| match tree {
            Tree::Map(map) => map.of.is_none(),
            Tree::List(_) => true,
            Tree::Text(value) => {
                !matches!(value.pieces(), [Piece::Attribute(..) | Piece::Hole(..)]) && !value.pieces().is_empty()
            }
            Tree::Null(_) => false,
        };
        if let (Some((name, own)), Some(trees)) = (&call.own, &base)
            && trees.iter().any(|(_, tree)| is_own(tree))
        {
            self.hold(name, trees.clone());
            let out = self.tree(own);
            self.env.unset(name);
            return out;
        }
        let arguments: Vec<Trees> = call.arguments.iter().map(|argument| self.tree(&argument.value)).collect();
        if !call.keeps {
            for argument in &call.arguments {
                self.open(&argument.value);
            }
            if let Callee::Method(base, _) = &call.callee {
                self.open(base);
            }
        }
        if self.env.flow != Flow::On {
            return Trees::new();
        }
        if call.may_run
            && let Some(first) = arguments.first()
            && first.iter().all(|(_, tree)| self.is_command(tree) && (call.may_run_line || tree.text().is_none()))
        {
            return self.execute_all(first.clone(), call.place);
        }
        for (_, tree) in arguments.iter().flatten() {
            self.note_asked(tree, ALL);
        }
        let arguments = self.arguments(call, arguments);
        let mut out = Trees::new();
        for (number, (when, name)) in names.into_iter().enumerate() {
            for (also, map) in &arguments {
                let Some(when) = when.and(also) else { continue };
                if name.is_empty() || when.and(&self.env.path).is_none() {
                    out.push((when, self.unknown_part(call.place)));
                    continue;
                }
                let own = base.as_ref().and_then(|trees| trees.get(number)).map(|(_, tree)| tree.clone());
                let map = with_own(map, own, call.head);
                self.declare_call(call, &name, &when, map.clone());
                let id = identity((self.flow(), call.place, number, out.len()));
                let last = name.rsplit(['.', '/']).next().unwrap_or(&name);
                let of = Made { kind: name.clone(), shown: format!("{last}()"), head: call.head, id, scope: 0 };
                let of = Arc::new(of);
                // What is made of named parts has those parts.
                if call.makes && !map.fields.is_empty() {
                    out.push((when, belonging(Tree::Map(map), &of)));
                    continue;
                }
                let attribute =
                    Attribute { of, path: String::new(), body: map, asked: Some(String::new()), memo: Memo::default() };
                out.push((when, Tree::Text(Piece::Attribute(Arc::new(attribute), call.place).into())));
            }
        }
        if out.is_empty() || out.len() > MAX_ALTERNATIVES {
            out = vec![(When::default(), self.unknown_part(call.place))];
        }
        out
    }

    fn declare_call(&mut self, call: &Call, name: &str, when: &When, map: Arc<Map>) {
        // `claims.get("aud")`
        let first = map.field("0").and_then(|field| field.tree.text()).and_then(Value::literal);
        if let (true, Some(asked), Some(own)) = (name.rsplit('.').next() == Some("get"), first, map.field(OWN)) {
            self.note_asked(&own.tree.clone(), &asked);
        }
        let mut at = self.statement();
        if let Some(under) = self.env.path.and(when) {
            at.under = under.kept();
        }
        self.declared.push(Declared {
            schema: Schema::Code,
            kind: name.to_owned(),
            name: String::new(),
            repeated: false,
            head: call.head,
            body: Tree::Map(map),
            at,
        });
    }

    /// The arguments as a map: by number from 0 on, or by name.
    fn arguments(&mut self, call: &Call, values: Vec<Trees>) -> Vec<(When, Arc<Map>)> {
        let make = |trees: Vec<Tree>| {
            let mut map = Map { open: call.open, ..Map::default() };
            let mut number = 0;
            for (argument, tree) in call.arguments.iter().zip(trees) {
                add_argument(&mut map, argument, tree, &mut number);
            }
            Tree::Map(Arc::new(map))
        };
        let trees = self.combined_by(values.into_iter(), |_, trees| trees, make);
        let map = |tree: Tree| match tree {
            Tree::Map(map) => map,
            _ => Arc::default(),
        };
        trees.into_iter().map(|(when, tree)| (when, map(tree))).collect()
    }

    /// Runs a function of this program.
    fn routine(&mut self, routine: &Arc<Routine>, call: &Call, base: Option<Trees>) -> Trees {
        self.called.insert(routine.name.clone());
        if self.sites.len() >= MAX_CALLS {
            call.values().for_each(|node| self.open(node));
            return vec![(When::default(), self.unknown_part(call.place))];
        }
        let mut given = self.given(routine, call);
        // A method's own object is its first parameter where it is none of the class's state.
        if let (Some(base), Some(first)) = (base, routine.parameters.first())
            && first.given.is_empty()
            && let Some(place) = given.first_mut()
        {
            *place = Some(base);
        }
        let mut out = Trees::new();
        let place = Place { exact: false, ..call.place };
        self.sited(|machine| {
            let file = std::mem::replace(&mut machine.file, routine.file);
            out = machine.run_routine(routine, given);
            machine.file = file;
        });
        if let Some(kind) = &routine.makes {
            // Of several objects of one type the last one made has the state that is known.
            let id = self.fresh();
            self.objects.insert(kind.clone(), id);
            let of = Arc::new(Made { kind: kind.clone(), shown: kind.clone(), head: call.head, id, scope: 0 });
            // A type of fields alone is a map; of others the state is kept by name.
            if !out.is_empty() {
                return out.into_iter().map(|(when, tree)| (when, belonging(tree, &of))).collect();
            }
            let attribute =
                Attribute { of, path: String::new(), body: Arc::default(), asked: None, memo: Memo::default() };
            return vec![(When::default(), Tree::Text(Piece::Attribute(Arc::new(attribute), call.place).into()))];
        }
        if out.is_empty() {
            out.push((When::default(), Tree::Null(place)));
        }
        if out.len() > MAX_ALTERNATIVES { vec![(When::default(), self.unknown_part(call.place))] } else { out }
    }

    /// The arguments of a call by the parameters that take them; `None` where nothing is given.
    fn given(&mut self, routine: &Routine, call: &Call) -> Vec<Option<Trees>> {
        let own = usize::from(routine.parameters.first().is_some_and(|first| first.given.is_empty()));
        let mut given: Vec<Option<Trees>> = vec![None; routine.parameters.len()];
        // Lists of those that are left, and maps of those with names that no parameter has.
        let (mut rest, mut named): (Vec<Node>, Vec<Node>) = (Vec::new(), Vec::new());
        let (mut number, mut unsure) = (own, call.open);
        for argument in &call.arguments {
            match (argument.stands_for, &argument.name) {
                (Given::One, None) => {
                    match routine.parameters.get(number).filter(|parameter| parameter.takes == Given::One) {
                        Some(_) => {
                            let trees = self.tree(&argument.value);
                            if let Some(place) = given.get_mut(number) {
                                *place = Some(trees);
                            }
                            number += 1;
                        }
                        None => rest.push(Node::List(vec![argument.value.clone()], false)),
                    }
                }
                (Given::One, Some(name)) => {
                    let at = routine
                        .parameters
                        .iter()
                        .position(|parameter| parameter.takes == Given::One && parameter.given == *name);
                    match at {
                        Some(at) => {
                            let trees = self.tree(&argument.value);
                            if let Some(place) = given.get_mut(at) {
                                *place = Some(trees);
                            }
                        }
                        None => named.push(Node::Map(vec![entry(name, argument)], false)),
                    }
                }
                // All that are left: no other parameter takes one of them.
                (Given::Items, _) => {
                    unsure |= routine.parameters.get(number).is_some_and(|parameter| parameter.takes == Given::One);
                    rest.push(argument.value.clone());
                }
                (Given::Fields, _) => {
                    unsure |= given
                        .iter()
                        .zip(&routine.parameters)
                        .skip(own)
                        .any(|(given, parameter)| given.is_none() && parameter.takes == Given::One);
                    named.push(argument.value.clone());
                }
            }
        }
        for (parameter, given) in routine.parameters.iter().zip(&mut given) {
            if given.is_some() {
                continue;
            }
            *given = match parameter.takes {
                Given::Items => {
                    let unseen = Node::List(Vec::new(), unsure);
                    Some(self.tree(&Node::Merged(rest.iter().cloned().chain([unseen]).collect())))
                }
                Given::Fields => {
                    let unseen = Node::Map(Vec::new(), unsure);
                    Some(self.tree(&Node::Merged(named.iter().cloned().chain([unseen]).collect())))
                }
                Given::One if unsure => Some(vec![(When::default(), self.unknown_argument(parameter))]),
                Given::One => None,
            };
        }
        given
    }

    fn unknown_argument(&mut self, parameter: &Parameter) -> Tree {
        let (id, place) = (self.fresh(), self.here());
        Tree::Text(Value::hole(shown(&parameter.name), id, place))
    }

    /// Runs a function's body with its arguments, and leaves its own variables as they are at its end.
    fn run_routine(&mut self, routine: &Arc<Routine>, given: Vec<Option<Trees>>) -> Trees {
        self.env.locals.push(Vec::new());
        for (parameter, given) in routine.parameters.iter().zip(given) {
            let trees = match (given, &parameter.default) {
                (Some(trees), _) => trees,
                (None, Some(default)) => self.tree(default),
                (None, None) => vec![(When::default(), self.unknown_argument(parameter))],
            };
            self.env.localise(&parameter.name);
            self.hold(&parameter.name, trees);
        }
        self.gives.push(Vec::new());
        let (mark, before, place) = (self.left_behind(), self.env.path.clone(), self.here());
        self.block(&routine.body);
        self.leave(mark, &before, place);
        let all = self.gives.pop().unwrap_or_default();
        let mut out = Trees::new();
        for (when, tree) in all {
            let is_known = |(known, other): &(When, Tree)| *known == when && change::same(&tree, other);
            if !out.iter().any(is_known) {
                out.push((when, tree));
            }
        }
        out
    }

    /// Runs a function that nobody here calls: its defaults may be what it is called with.
    pub(super) fn uncalled(&mut self, routine: &Arc<Routine>) {
        if let Some(first) = routine.after.as_ref().and_then(|name| self.routines.get(name).cloned()) {
            self.uncalled(&first);
        }
        let mut given = Vec::new();
        for parameter in &routine.parameters {
            given.push(match (&parameter.default, parameter.takes) {
                (_, Given::Items) => {
                    Some(vec![(When::default(), Tree::List(Arc::new(Items { items: Vec::new(), open: true })))])
                }
                (_, Given::Fields) => {
                    Some(vec![(When::default(), Tree::Map(Arc::new(Map { open: true, ..Map::default() })))])
                }
                (Some(default), Given::One) => {
                    let trees = self.tree(default);
                    let assumed = |tree| match tree {
                        Tree::Null(_) => self.unknown_argument(parameter),
                        // Who calls it fills what is empty.
                        Tree::Text(value) if value.is_empty().is_yes() => self.unknown_argument(parameter),
                        Tree::List(list) if list.items.is_empty() => {
                            Tree::List(Arc::new(Items { items: Vec::new(), open: true }))
                        }
                        Tree::Map(map) if map.fields.is_empty() && map.of.is_none() => {
                            Tree::Map(Arc::new(Map { open: true, ..Map::default() }))
                        }
                        tree => super::tree::assumed(tree),
                    };
                    let mut assumed = assumed;
                    Some(trees.into_iter().map(|(when, tree)| (when, assumed(tree))).collect())
                }
                (None, Given::One) => None,
            });
        }
        self.run_routine(routine, given);
        if matches!(self.env.flow, Flow::Exited | Flow::Returned) {
            self.env.flow = Flow::On;
        }
    }

    /// Leaves the function with a value.
    pub(super) fn leave_with(&mut self, node: &Node) {
        let trees = self.tree(node);
        if self.env.flow != Flow::On {
            return;
        }
        for (_, tree) in &trees {
            self.note_asked(tree, ALL);
        }
        let path = self.env.path.clone();
        if let Some(gives) = self.gives.last_mut() {
            gives.extend(trees.into_iter().filter_map(|(when, tree)| Some((when.and(&path)?, tree))));
            gives.truncate(MAX_ITEMS);
        }
        self.env.flow = Flow::Returned;
    }
}

/// An argument with a name as an entry of a map.
fn entry(name: &str, argument: &Argument) -> crate::program::Entry {
    let (at, whole, value) = (argument.at, argument.whole, argument.value.clone());
    crate::program::Entry { name: name.to_owned(), at, whole, value }
}

fn add_argument(map: &mut Map, argument: &Argument, tree: Tree, number: &mut usize) {
    let mut push = |name: String, tree| map.fields.push(Field { name, at: argument.at, whole: argument.whole, tree });
    match (argument.stands_for, &argument.name, tree) {
        (Given::One, Some(name), tree) => push(name.clone(), tree),
        (Given::One, None, tree) => {
            push(number.to_string(), tree);
            *number += 1;
        }
        (Given::Fields, _, Tree::Map(more)) => {
            map.fields.extend(more.fields.iter().cloned());
            map.open |= more.open;
        }
        (Given::Items, _, Tree::List(more)) => {
            for item in &more.items {
                push(number.to_string(), item.clone());
                *number += 1;
            }
            map.open |= more.open;
        }
        (Given::Items | Given::Fields, ..) => map.open = true,
    }
    map.open |= map.fields.len() > MAX_ITEMS;
    map.fields.truncate(MAX_ITEMS);
}

/// The arguments of a method, and what it is a method of.
fn with_own(map: &Arc<Map>, own: Option<Tree>, at: Place) -> Arc<Map> {
    match own {
        Some(tree) => {
            let field = Field { name: OWN.to_owned(), at, whole: at, tree };
            let fields = std::iter::once(field).chain(map.fields.iter().cloned()).collect();
            Arc::new(Map { fields, ..Map::clone(map) })
        }
        None => map.clone(),
    }
}

/// By which name what a method is a method of stands among its arguments.
const OWN: &str = "self";

/// The qualified name of a method of what a tree is; empty when nobody knows.
fn method_of(tree: &Tree, method: &str) -> String {
    match tree {
        Tree::Map(map) => match &map.of {
            Some(of) if is_qualified(&of.kind) => format!("{}().{method}", of.kind),
            Some(of) => format!("{}.{method}", of.kind),
            None => String::new(),
        },
        Tree::Text(value) => match value.pieces() {
            [Piece::Attribute(attribute, _)] if is_object(attribute) => format!("{}.{method}", attribute.of.kind),
            [Piece::Attribute(attribute, _)] if attribute.path.is_empty() => {
                format!("{}().{method}", attribute.of.kind)
            }
            [Piece::Attribute(attribute, _)] => format!("{}().{}.{method}", attribute.of.kind, attribute.path),
            _ => String::new(),
        },
        Tree::List(_) | Tree::Null(_) => String::new(),
    }
}

/// Whether a name is one of elsewhere, and not of a type of the program itself.
fn is_qualified(name: &str) -> bool {
    name.contains(['.', '/'])
}
