//! Calls that give values, parts of values that change, and what is done for each item of one.

use std::collections::HashMap;
use std::sync::Arc;

use super::change::{self, Changed};
use super::declare::{Trees, belonging};
use super::env::{Alternative, Content, Flow};
use super::exec::Machine;
use super::vars::shown;
use super::when::{When, identity};
use super::{Declared, MAX_ALTERNATIVES, MAX_CALLS, MAX_ITEMS};
use crate::program::{Argument, Call, Callee, Change, Each, Given, Node, Parameter, Pick, Put, Routine, Schema};
use crate::value::{Attribute, Field, Items, Made, Map, Piece, Place, Tree, Value};

impl Machine<'_> {
    // ---- variables

    /// What a variable holds.
    pub(super) fn held(&mut self, name: &str, place: Place) -> Trees {
        match self.env.get(name) {
            Some(binding) => binding.alternatives.iter().map(|one| (one.when.clone(), tree_of(&one.content))).collect(),
            None => vec![(When::default(), Tree::Text(self.environment(name, place)))],
        }
    }

    /// Gives a variable alternatives of its own.
    pub(super) fn hold(&mut self, name: &str, trees: Trees) {
        let mut alternatives: Vec<Alternative> =
            trees.into_iter().map(|(when, tree)| Alternative { when, content: content_of(tree) }).collect();
        for alternative in &mut alternatives {
            self.bound(&mut alternative.content);
        }
        let (version, place) = (self.fresh(), self.here());
        self.env.set(name, alternatives, version, place);
    }

    /// `a, b = node`
    pub(super) fn give(&mut self, pick: &Pick, node: &Node, own: bool) {
        let trees = self.tree(node);
        if self.env.flow == Flow::On {
            self.pick(pick, &trees, own);
        }
    }

    /// Gives the names of a pick what they pick of each alternative.
    pub(super) fn pick(&mut self, pick: &Pick, trees: &Trees, own: bool) {
        let place = self.here();
        let mut names = Vec::new();
        change::picked(pick, None, place, &mut names);
        let mut given: Vec<(&str, Trees)> = names.into_iter().map(|(name, _)| (name, Trees::new())).collect();
        for (when, tree) in trees {
            if let Pick::Fields(fields) = pick {
                for (name, _) in fields {
                    self.note_asked(tree, name);
                }
            }
            let mut parts = Vec::new();
            change::picked(pick, Some(tree), place, &mut parts);
            for ((name, known), (_, part)) in given.iter_mut().zip(parts) {
                let part = part.unwrap_or_else(|| Tree::Text(Value::hole(shown(name), self.fresh(), place)));
                known.push((when.clone(), part));
            }
        }
        for (name, trees) in given {
            if own {
                self.env.localise(name);
            }
            self.hold(name, trees);
        }
    }

    /// Changes a part of what a variable holds.
    pub(super) fn put(&mut self, put: &Put) {
        let value = match &put.change {
            Change::Set(node) | Change::SetDefault(node) | Change::Push(node) | Change::Add(node) => {
                Some(self.tree(node))
            }
            Change::Remove | Change::Forget => None,
        };
        let mut path = Vec::new();
        for node in &put.path {
            let mut trees = self.tree(node).into_iter();
            // One of several parts: which, nobody knows.
            path.push(match (trees.next(), trees.next()) {
                (Some((_, only)), None) => only,
                _ => Tree::Null(put.place),
            });
        }
        let Some((name, path)) = self.place_of_state(&put.name, path) else { return };
        let values: Vec<(When, Option<Tree>)> = match value {
            Some(trees) => trees.into_iter().map(|(when, tree)| (when, Some(tree))).collect(),
            None => vec![(When::default(), None)],
        };
        let mut out = Trees::new();
        // Lists and maps that others know by another name, with what they are now.
        let mut shared: Vec<(Tree, Tree)> = Vec::new();
        for (before, tree) in self.held(&name, put.place) {
            for (when, value) in &values {
                let Some(when) = before.and(when) else { continue };
                let change = Changed::new(&put.change, value.clone());
                let changed = change::changed(&tree, &path, &change, put.place);
                let inner = path.split_last().map_or(&[][..], |(_, before)| before);
                shared.extend(change::shared(&tree, &changed, inner));
                out.push((when, changed));
            }
        }
        self.hold(&name, out);
        for (old, new) in shared {
            self.env.share(&old, &new);
        }
    }

    /// Where a part is kept: what an object of a type of the program has stands by its own name.
    fn place_of_state(&self, name: &str, mut path: Vec<Tree>) -> Option<(String, Vec<Tree>)> {
        let binding = self.env.get(name)?;
        if let ([only], Some(first)) = (binding.alternatives.as_slice(), path.first())
            && let (tree, Some(part)) = (tree_of(&only.content), first.text().and_then(Value::literal))
            && let Some(of) = type_of(&tree).filter(|of| self.is_latest(of))
        {
            let state = format!(".{}.{part}", of.kind);
            if self.env.get(&state).is_some() {
                path.remove(0);
                return Some((state, path));
            }
        }
        Some((name.to_owned(), path))
    }

    /// What a variable holds may have been changed by someone else.
    fn open(&mut self, node: &Node) {
        let name = match node {
            Node::Variable(name, _) => name,
            Node::Part(base, ..) => return self.open(base),
            _ => return,
        };
        let place = self.here();
        let has_parts = |content: &Content| matches!(content, Content::Tree(_));
        if self.env.get(name).is_some_and(|binding| binding.alternatives.iter().any(|one| has_parts(&one.content))) {
            let opened = |tree: Tree| if matches!(tree, Tree::Text(_)) { tree } else { change::opened(&tree) };
            let held = self.held(name, place);
            let new: Trees = held.iter().map(|(when, tree)| (when.clone(), opened(tree.clone()))).collect();
            self.hold(name, new.clone());
            // And by its other names.
            for ((_, old), (_, new)) in held.iter().zip(&new) {
                for (old, new) in change::shared(old, new, &[]) {
                    self.env.share(&old, &new);
                }
            }
        }
    }

    // ---- parts

    /// A part of a node.
    pub(super) fn part_of(&mut self, base: &Node, key: &Node, place: Place) -> Trees {
        let (bases, keys) = (self.tree(base), self.tree(key));
        let mut out = Trees::new();
        for (when, tree) in &bases {
            for (also, key) in &keys {
                let Some(when) = when.and(also) else { continue };
                let known = key.text().and_then(Value::literal);
                let own = known.as_deref().and_then(|name| self.state(base, tree, name));
                if let Some(trees) = own {
                    out.extend(trees.into_iter().filter_map(|(also, tree)| Some((when.and(&also)?, tree))));
                } else {
                    if let Some(name) = &known {
                        self.note_asked(tree, name);
                    }
                    let part = known.and_then(|name| change::part(tree, &name, place));
                    out.push((when, part.unwrap_or_else(|| self.unknown_part(place))));
                }
            }
        }
        if out.is_empty() || out.len() > MAX_ALTERNATIVES {
            out = vec![(When::default(), self.unknown_part(place))];
        }
        out
    }

    /// Notes that a part of what a call gives is asked for.
    fn note_asked(&mut self, tree: &Tree, name: &str) {
        let Tree::Text(value) = tree else { return };
        if let [Piece::Attribute(attribute, _)] = value.pieces()
            && (name != ALL || attribute.path.is_empty())
            && self.asked_parts.len() < MAX_ITEMS
        {
            self.asked_parts.insert((attribute.of.head, name.to_owned()));
        }
    }

    /// Tells each call which parts of what it gives the program asks for.
    pub(super) fn tell_asked(&mut self) {
        let mut asked: HashMap<Place, Vec<String>> = HashMap::new();
        for (head, name) in self.asked_parts.drain() {
            asked.entry(head).or_default().push(name);
        }
        for declared in self.declared.iter_mut().filter(|declared| declared.schema == Schema::Code) {
            let (Some(names), Tree::Map(map)) = (asked.get_mut(&declared.head), &declared.body) else { continue };
            names.sort_unstable();
            let (at, mut fields) = (declared.head, map.fields.clone());
            let items = names.iter().map(|name| Tree::Text(Value::text(name.as_str(), at))).collect();
            let tree = Tree::List(Arc::new(Items { items, open: false }));
            fields.push(Field { name: ASKED.to_owned(), at, whole: at, tree });
            declared.body = Tree::Map(Arc::new(Map { fields, ..Map::clone(map) }));
        }
    }

    fn unknown_part(&mut self, place: Place) -> Tree {
        Tree::Text(Value::hole("…", self.fresh(), place))
    }

    /// What an object of a type of this program, or the type itself, has by a name.
    fn state(&self, base: &Node, tree: &Tree, name: &str) -> Option<Trees> {
        let own = type_of(tree).filter(|of| self.is_latest(of)).map(|of| format!(".{}.{name}", of.kind));
        let held = match base {
            Node::Variable(variable, _) => Some(format!("{variable}.{name}")),
            _ => None,
        };
        let binding = own.and_then(|name| self.env.get(&name)).or_else(|| self.env.get(&held?))?;
        Some(binding.alternatives.iter().map(|one| (one.when.clone(), tree_of(&one.content))).collect())
    }

    // ---- calls

    /// Whether an object is the last one made of its type.
    fn is_latest(&self, of: &Made) -> bool {
        self.objects.get(&of.kind) == Some(&of.id)
    }

    /// The state of another object than the one that is known.
    fn forget_state(&mut self, kind: &str) {
        self.objects.remove(kind);
        let start = format!(".{kind}.");
        let names: Vec<String> = self
            .env
            .bindings()
            .filter(|(name, _)| name.starts_with(&start))
            .map(|(name, _)| name.to_string())
            .collect();
        for name in names {
            self.forget(&name);
        }
    }

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
                let attribute = Attribute { of, path: String::new(), body: map, asked: Some(String::new()) };
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
            machine.env.restore();
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
            let attribute = Attribute { of, path: String::new(), body: Arc::default(), asked: None };
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
        self.rejoin(mark, &[Flow::Returned], &before, place);
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
        self.env.restore();
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

    // ---- items

    /// The items of each alternative of a node, and whether there may be more.
    pub(super) fn items_of(&mut self, node: &Node) -> Vec<(When, Vec<Tree>, bool)> {
        let items = |tree: &Tree| match tree {
            Tree::List(list) => (list.items.clone(), list.open),
            Tree::Map(map) if map.of.is_none() => {
                (map.fields.iter().map(|field| Tree::Text(name_of(field))).collect(), map.open)
            }
            Tree::Null(_) => (Vec::new(), false),
            Tree::Map(_) | Tree::Text(_) => (Vec::new(), true),
        };
        self.tree(node)
            .iter()
            .map(|(when, tree)| {
                let (items, open) = items(tree);
                (when.clone(), items, open)
            })
            .collect()
    }

    /// A list, or a map, of what each turn gives.
    pub(super) fn each(&mut self, each: &Each) -> Trees {
        let Some(value) = &each.value else { return vec![(When::default(), Tree::Null(self.here()))] };
        let alternatives = self.items_of(&each.over);
        let [(when, items, open)] = alternatives.as_slice() else {
            // What is done in the turns is done, though nobody knows with what.
            return vec![(When::default(), self.unknown_part(self.here()))];
        };
        let (when, mut open) = (when.clone(), *open || items.len() > super::MAX_TURNS);
        let mut turns: Vec<(Option<Trees>, Trees)> = Vec::new();
        for item in items.iter().take(super::MAX_TURNS) {
            self.env.locals.push(Vec::new());
            self.pick(&each.item, &vec![(When::default(), item.clone())], true);
            let (mark, flow) = (self.left_behind(), self.env.flow);
            self.block(&each.body);
            self.forget_left(mark);
            self.env.flow = flow;
            let kept = match each.guard.as_ref().map(|guard| self.decide(guard)) {
                None => true,
                Some(decision) if decision.no.is_empty() => true,
                Some(decision) => {
                    open |= !decision.yes.is_empty();
                    false
                }
            };
            if kept {
                let key = each.key.as_ref().map(|key| self.tree(key));
                turns.push((key, self.tree(value)));
            }
            self.env.restore();
        }
        let is_map = each.key.is_some();
        let flat: Vec<Trees> = turns.into_iter().flat_map(|(key, value)| key.into_iter().chain([value])).collect();
        let make = |trees: Vec<Tree>| {
            if !is_map {
                return Tree::List(Arc::new(Items { items: trees, open }));
            }
            let mut map = Map { open, ..Map::default() };
            let mut trees = trees.into_iter();
            while let (Some(key), Some(tree)) = (trees.next(), trees.next()) {
                match key.text().and_then(|key| Some((key.literal()?, key.place()?))) {
                    Some((name, at)) => map.fields.push(Field { name, at, whole: at, tree }),
                    None => map.open = true,
                }
            }
            Tree::Map(Arc::new(map))
        };
        let trees = self.combined_by(flat.into_iter(), |_, trees| trees, make);
        trees.into_iter().filter_map(|(also, tree)| Some((when.and(&also)?, tree))).collect()
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
/// By which name the parts that are asked of what a call gives stand among its arguments.
const ASKED: &str = "asked";
/// What stands there where all of it is handed on.
const ALL: &str = "*";

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

/// Whether this is an object of a type of the program itself.
fn is_object(attribute: &Attribute) -> bool {
    attribute.path.is_empty() && attribute.asked.is_none()
}

/// The type of the program that a tree is an object of.
fn type_of(tree: &Tree) -> Option<&Made> {
    match tree {
        Tree::Text(value) => match value.pieces() {
            [Piece::Attribute(attribute, _)] if is_object(attribute) => Some(&attribute.of),
            _ => None,
        },
        _ => None,
    }
}

fn name_of(field: &Field) -> Value {
    Value::text(field.name.clone(), Place { exact: false, ..field.at })
}

fn tree_of(content: &Content) -> Tree {
    match content {
        Content::Text(value) => Tree::Text(value.clone()),
        Content::List(list) => {
            let items = list.items.iter().cloned().map(Tree::Text).collect();
            Tree::List(Arc::new(Items { items, open: list.open }))
        }
        Content::Tree(tree) => tree.clone(),
    }
}

fn content_of(tree: Tree) -> Content {
    match tree {
        Tree::Text(value) => Content::Text(value),
        other => Content::Tree(other),
    }
}
