//! Nodes → trees: every consistent alternative of what is declared. Bounded like all of the interpreter.

use std::collections::HashMap;
use std::sync::Arc;

use super::declare::Trees;
use super::env::{Alternative, Content};
use super::exec::Machine;
use super::when::When;
use super::{MAX_ALTERNATIVES, MAX_DEPTH, MAX_ITEMS, MAX_TURNS};
use crate::program::{Entry, Expr, Guard, Listed, Name, Node, Op, Part, Repeated};
use crate::value::{Field, Items, List, Map, Piece, Place, Tree, Truth, Value};

impl Machine<'_> {
    /// Every consistent alternative of a node.
    pub(super) fn tree(&mut self, node: &Node) -> Trees {
        if self.depth >= MAX_DEPTH || self.steps >= self.most {
            return vec![(When::default(), self.hole_tree())];
        }
        self.steps += 1;
        self.depth += 1;
        let trees = self.tree_within(node);
        self.depth -= 1;
        trees
    }

    fn hole_tree(&mut self) -> Tree {
        Tree::Text(Value::hole("…", self.fresh(), self.here()))
    }

    fn tree_within(&mut self, node: &Node) -> Trees {
        match node {
            Node::Text(expr) => match expr.parts.as_slice() {
                [Part::Nested(node, _)] => self.tree(node),
                [Part::Use(used)] if matches!((&used.name, &used.op), (Name::Path(_), Op::Plain)) => {
                    let Name::Path(segments) = &used.name else { return Trees::new() };
                    self.path(segments, used.place)
                }
                _ => self.bounded_text(expr),
            },
            Node::Null(place) => vec![(When::default(), Tree::Null(*place))],
            Node::List(nodes, open) => {
                let open = *open || nodes.len() > MAX_ITEMS;
                let list = |items: Vec<Tree>| Tree::List(Arc::new(Items { items, open }));
                self.combined(nodes.iter().take(MAX_ITEMS), list)
            }
            Node::Map(entries, open) => {
                let field = |(entry, tree): (&Entry, Tree)| Field {
                    name: entry.name.clone(),
                    at: entry.at,
                    whole: entry.whole,
                    tree,
                };
                let map = |trees: Vec<Tree>| {
                    let fields = entries.iter().zip(trees).map(field).collect();
                    Tree::Map(Arc::new(Map { fields, open: *open || entries.len() > MAX_ITEMS, of: None }))
                };
                self.combined(entries.iter().take(MAX_ITEMS).map(|entry| &entry.value), map)
            }
            Node::Merged(nodes) => self.combined(nodes.iter().take(MAX_ITEMS), merged),
            Node::Listed(what, inner) => {
                let trees = self.tree(inner);
                trees
                    .into_iter()
                    .map(|(when, tree)| (when, listed(*what, &tree, self.here()).unwrap_or_else(|| self.hole_tree())))
                    .collect()
            }
            Node::Choice(guard, then, otherwise) => self.choice(guard, then, otherwise),
            Node::Repeated(repeated) => self.repeated(repeated),
            Node::Variable(name, place) => self.held(name, *place),
            Node::Part(base, key, place) => self.part_of(base, key, *place),
            Node::Call(call) => self.call(call),
            Node::Run(execution) => self.execute(execution),
            Node::Each(each) => self.each(each),
            Node::Joined(between, list) => self.joined_text(between, list),
            Node::Split(text, at) => self.split_text(text, at.as_deref()),
            Node::Edited(text, op, place) => self.edited(text, op, *place),
            Node::Format(format) => self.format(format),
            Node::Copy(inner, deep) => {
                let copied = |tree| super::change::copied(tree, if *deep { MAX_ITEMS } else { 1 });
                self.tree(inner).into_iter().map(|(when, tree)| (when, copied(tree))).collect()
            }
            Node::Added(first, more) => {
                let nodes = [&**first, &**more];
                let added = |trees: Vec<Tree>| match trees.as_slice() {
                    [first, more] => super::change::added(first, more),
                    _ => Tree::List(Arc::default()),
                };
                let trees = self.combined(nodes.into_iter(), added);
                self.bounded(trees)
            }
            Node::Either(first, other) => self.either(first, other),
        }
    }

    fn bounded_text(&mut self, expr: &Expr) -> Trees {
        let texts = self.text(expr);
        let bound = |machine: &mut Self, value| {
            let mut content = Content::Text(value);
            machine.bound(&mut content);
            match content {
                Content::Text(value) => Tree::Text(value),
                Content::List(_) | Content::Tree(_) => machine.hole_tree(),
            }
        };
        texts.into_iter().map(|(when, value)| (when, bound(self, value))).collect()
    }

    fn choice(&mut self, guard: &Guard, then: &Node, otherwise: &Node) -> Trees {
        let decision = self.decide(guard);
        if !decision.yes.is_empty() && !decision.no.is_empty() && self.hides(guard) {
            return vec![(When::default(), self.hole_tree())];
        }
        let mut out = Trees::new();
        for (circumstances, node) in [(decision.yes, then), (decision.no, otherwise)] {
            if circumstances.is_empty() {
                continue;
            }
            for (when, tree) in self.tree(node) {
                out.extend(circumstances.iter().filter_map(|arm| Some((when.and(arm)?, tree.clone()))));
            }
        }
        if out.len() > MAX_ALTERNATIVES { vec![(When::default(), self.hole_tree())] } else { out }
    }

    /// Whether a guard is decided by what is known, and only not followed: then one of the two it is, and not either.
    fn hides(&mut self, guard: &Guard) -> bool {
        match guard {
            Guard::Not(inner) => self.hides(inner),
            Guard::All(guards) | Guard::Any(guards) => guards.iter().any(|guard| self.hides(guard)),
            Guard::Hidden(_, names) => {
                !names.is_empty()
                    && names.iter().all(|name| {
                        let mut left = MAX_ITEMS;
                        let trees = self.tree(&Node::Text(name.clone()));
                        trees.iter().all(|(_, tree)| is_settled(tree, &mut left))
                    })
            }
            _ => false,
        }
    }

    /// What is there in each turn, where the turns are certain.
    fn repeated(&mut self, repeated: &Repeated) -> Trees {
        let over = self.tree(&repeated.over);
        let sure = match over.as_slice() {
            [(when, tree)] if *when == When::default() => turns(tree).filter(|(_, more)| !more),
            _ => None,
        };
        let Some((turns, _)) = sure else { return self.tree(&repeated.otherwise) };
        if turns.is_empty() {
            // A list by name may be a default that nobody deploys with.
            return match repeated.over {
                Node::Choice(..) | Node::List(..) => vec![(When::default(), Tree::Null(repeated.place))],
                _ => self.tree(&repeated.otherwise),
            };
        }
        let evaluate = |machine: &mut Self, (key, value): (Tree, Tree)| {
            machine.in_inner_turn(&repeated.name, key, value, |machine| machine.tree(&repeated.node))
        };
        self.combined_by(turns.into_iter(), evaluate, |items| Tree::List(Arc::new(Items { items, open: false })))
    }

    /// Nodes, each of which may have alternatives, as parts of one tree. One that would bring too many is a hole.
    fn combined<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>, make: impl Fn(Vec<Tree>) -> Tree) -> Trees {
        self.combined_by(nodes, Self::tree, make)
    }

    pub(super) fn combined_by<T>(
        &mut self,
        parts: impl Iterator<Item = T>,
        evaluate: impl Fn(&mut Self, T) -> Trees,
        make: impl Fn(Vec<Tree>) -> Tree,
    ) -> Trees {
        let mut all: Vec<When> = vec![When::default()];
        let mut taken: Vec<Taken> = Vec::new();
        for one in parts {
            let mut trees = evaluate(self, one);
            if let [(when, _)] = trees.as_slice()
                && *when == When::default()
            {
                taken.extend(trees.pop().map(|(_, tree)| Taken::Same(tree)));
                continue;
            }
            let (mut next, mut from) = (Vec::new(), Vec::new());
            for (before, circumstances) in all.iter().enumerate() {
                for (number, (when, _)) in trees.iter().enumerate() {
                    if let Some(when) = circumstances.and(when) {
                        next.push(when);
                        from.push((before, number));
                    }
                }
            }
            if next.is_empty() || next.len() > MAX_ALTERNATIVES {
                taken.push(Taken::Same(self.hole_tree()));
            } else {
                all = next;
                taken.push(Taken::Either(trees, from));
            }
        }
        all.into_iter().enumerate().map(|(number, when)| (when, make(parts_of(&taken, number)))).collect()
    }

    /// Texts of a list, put together.
    fn joined_text(&mut self, between: &Node, list: &Node) -> Trees {
        let nodes = [between, list];
        let here = self.here();
        let all = self.combined(nodes.into_iter(), |trees| Tree::List(Arc::new(Items { items: trees, open: false })));
        let joined = |tree: Tree| {
            let [between, list] = tree.items() else { return None };
            let (between, Tree::List(list)) = (between.text()?.literal()?, list) else { return None };
            let mut out = Value::default();
            let unseen = list.open.then(|| Tree::Text(Value::unknown(here)));
            for (number, item) in list.items.iter().chain(&unseen).enumerate() {
                let text = item.text()?;
                let place = Place { exact: false, ..text.place().unwrap_or(here) };
                if number > 0 {
                    out.push(Piece::Text(between.as_str().into(), place));
                }
                out.append(text);
            }
            if out.pieces().is_empty() {
                out = Value::text("", here);
            }
            Some(Tree::Text(out))
        };
        let trees: Trees =
            all.into_iter().map(|(when, tree)| (when, joined(tree).unwrap_or_else(|| self.hole_tree()))).collect();
        self.bounded(trees)
    }

    /// Keeps texts within bounds.
    pub(super) fn bounded(&mut self, trees: Trees) -> Trees {
        let bound = |machine: &mut Self, tree| match tree {
            Tree::Text(value) => {
                let mut content = Content::Text(value);
                machine.bound(&mut content);
                match content {
                    Content::Text(value) => Tree::Text(value),
                    Content::List(_) | Content::Tree(_) => machine.hole_tree(),
                }
            }
            other => other,
        };
        trees.into_iter().map(|(when, tree)| (when, bound(self, tree))).collect()
    }

    /// The words of a text.
    fn split_text(&mut self, text: &Node, at: Option<&str>) -> Trees {
        let split = |tree: &Tree| {
            let value = tree.text().filter(|value| value.pieces().iter().all(|piece| piece.text().is_some()))?;
            let written = value.literal()?;
            // Quotes are for those who know them.
            if at.is_none() && written.contains(['"', '\'', '\\']) {
                return None;
            }
            let place = Place { exact: false, ..value.place()? };
            let word = |word: &str| Tree::Text(Value::text(word, place));
            let items: Vec<Tree> = match at {
                Some(at) if !at.is_empty() => written.split(at).map(word).collect(),
                _ => written.split_whitespace().map(word).collect(),
            };
            (items.len() <= MAX_ITEMS).then(|| Tree::List(Arc::new(Items { items, open: false })))
        };
        let trees = self.tree(text);
        let unknown = || Tree::List(Arc::new(Items { items: Vec::new(), open: true }));
        trees.into_iter().map(|(when, tree)| (when, split(&tree).unwrap_or_else(unknown))).collect()
    }

    /// A text after something is done with it. What a command prints is the same without the white space around it.
    fn edited(&mut self, text: &Node, op: &Op, place: Place) -> Trees {
        let edit = |machine: &mut Self, tree| match tree {
            Tree::Text(value) if matches!(op, Op::Plain) => Tree::Text(value),
            Tree::Text(value) => Tree::Text(machine.edit(value, op, place)),
            _ => machine.hole_tree(),
        };
        let trees = self.tree(text);
        trees.into_iter().map(|(when, tree)| (when, edit(self, tree))).collect()
    }

    /// The first where it is something, else the second.
    fn either(&mut self, first: &Node, other: &Node) -> Trees {
        let mut out = Trees::new();
        let mut others: Option<Trees> = None;
        for (when, tree) in self.tree(first) {
            let nothing = match &tree {
                Tree::Null(_) => Truth::Yes,
                Tree::Text(value) if matches!(value.pieces(), [Piece::Hole(..)]) => Truth::Unknown,
                Tree::Text(value) => match value.literal() {
                    Some(text) => text.is_empty().into(),
                    None => Truth::No,
                },
                Tree::List(list) if list.items.is_empty() && !list.open => Truth::Yes,
                Tree::Map(map) if map.fields.is_empty() && !map.open && map.of.is_none() => Truth::Yes,
                Tree::List(_) | Tree::Map(_) => Truth::No,
            };
            if nothing.is_no() {
                out.push((when, tree));
                continue;
            }
            let others = match &mut others {
                Some(others) => others,
                None => others.insert(self.tree(other)),
            };
            for (also, other) in others.iter() {
                let Some(when) = when.and(also) else { continue };
                let empty = match other {
                    Tree::Text(value) => value.is_empty().is_yes(),
                    Tree::Null(_) => true,
                    Tree::List(list) => list.items.is_empty(),
                    Tree::Map(map) => map.fields.is_empty(),
                };
                match nothing {
                    Truth::Yes => out.push((when, other.clone())),
                    _ if empty => out.push((when, tree.clone())),
                    _ => out.push((when, assumed(other.clone()))),
                }
            }
        }
        if out.is_empty() || out.len() > MAX_ALTERNATIVES { vec![(When::default(), self.hole_tree())] } else { out }
    }

    /// What was printed, as trees.
    pub(super) fn contents_of(&mut self, printed: Vec<Alternative>) -> Trees {
        let tree = |machine: &mut Self, content| match content {
            Content::Text(value) => Tree::Text(value),
            Content::Tree(tree) => tree,
            Content::List(_) => machine.hole_tree(),
        };
        printed.into_iter().map(|one| (one.when, tree(self, one.content))).collect()
    }

    /// The text or the texts that trees stand for, as the words of a command see them.
    pub(super) fn contents(&mut self, trees: Trees, place: Place) -> Vec<Alternative> {
        let content = |machine: &mut Self, tree: Tree| match tree {
            Tree::Text(value) => Content::Text(value),
            Tree::List(list) => Content::List(List {
                items: list.items.iter().filter_map(|item| item.text().cloned()).collect(),
                open: list.open || list.items.iter().any(|item| item.text().is_none()),
            }),
            Tree::Null(_) | Tree::Map(_) => Content::Text(Value::hole("…", machine.fresh(), place)),
        };
        trees.into_iter().map(|(when, tree)| Alternative { when, content: content(self, tree) }).collect()
    }
}

/// The keys and values that a tree is gone through by, and whether there may be others.
pub(super) fn turns(tree: &Tree) -> Option<(Vec<(Tree, Tree)>, bool)> {
    match tree {
        Tree::List(list) => {
            let turns = list.items.iter().take(MAX_TURNS).map(|item| (item.clone(), item.clone())).collect();
            Some((turns, list.open || list.items.len() > MAX_TURNS))
        }
        Tree::Map(map) if map.of.is_none() => {
            let pair = |field: &Field| {
                let key = Tree::Text(Value::text(field.name.clone(), Place { exact: false, ..field.at }));
                (key, field.tree.clone())
            };
            Some((map.fields.iter().take(MAX_TURNS).map(pair).collect(), map.open || map.fields.len() > MAX_TURNS))
        }
        _ => None,
    }
}

/// What the alternatives of a tree have as one of its parts.
enum Taken {
    /// All of them this.
    Same(Tree),
    /// One of several trees each: which of the alternatives before this part it goes on from, and which tree it takes.
    Either(Trees, Vec<(usize, usize)>),
}

/// The parts of an alternative, put together only where it is one at the end: few of the combinations on the way are.
fn parts_of(taken: &[Taken], mut alternative: usize) -> Vec<Tree> {
    let mut parts: Vec<Tree> = Vec::with_capacity(taken.len());
    for part in taken.iter().rev() {
        parts.extend(match part {
            Taken::Same(tree) => Some(tree.clone()),
            Taken::Either(trees, from) => from.get(alternative).and_then(|&(before, number)| {
                alternative = before;
                trees.get(number).map(|(_, tree)| tree.clone())
            }),
        });
    }
    parts.reverse();
    parts
}

/// The name of a field, where it stands.
fn name_of(field: &Field) -> Value {
    Value::text(field.name.clone(), field.at)
}

/// Whether all of a tree is known.
fn is_settled(tree: &Tree, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else { return false };
    *left = rest;
    match tree {
        Tree::Text(value) => value.is_literal(),
        Tree::Null(_) => true,
        Tree::List(list) => !list.open && list.items.iter().all(|item| is_settled(item, left)),
        Tree::Map(map) => !map.open && map.of.is_none() && map.fields.iter().all(|field| is_settled(&field.tree, left)),
    }
}

/// A default with all of its parts: true of what is deployed as written, but no proof.
pub(super) fn assumed(tree: Tree) -> Tree {
    let mut left = MAX_ITEMS;
    assumed_within(tree, &mut left)
}

fn assumed_within(tree: Tree, left: &mut usize) -> Tree {
    if *left == 0 {
        return tree;
    }
    *left -= 1;
    match tree {
        Tree::Text(mut value) => {
            value.assumed = true;
            Tree::Text(value)
        }
        Tree::List(list) => Tree::List(Arc::new(Items {
            items: list.items.iter().map(|item| assumed_within(item.clone(), left)).collect(),
            open: list.open,
        })),
        Tree::Map(map) => {
            let mut field = |field: &Field| Field { tree: assumed_within(field.tree.clone(), left), ..field.clone() };
            Tree::Map(Arc::new(Map { fields: map.fields.iter().map(&mut field).collect(), ..Map::clone(&map) }))
        }
        Tree::Null(_) => tree,
    }
}

/// A default of which whoever applies it may say more: an empty list or map is mostly one that somebody fills.
pub(super) fn unfilled(tree: Tree) -> Tree {
    match tree {
        Tree::List(list) if list.items.is_empty() => Tree::List(Arc::new(Items { open: true, ..Items::clone(&list) })),
        Tree::Map(map) if map.fields.is_empty() => Tree::Map(Arc::new(Map { open: true, ..Map::clone(&map) })),
        tree => tree,
    }
}

/// A list that is made of another one, or of a map; `None` where that is not known.
fn listed(what: Listed, tree: &Tree, place: Place) -> Option<Tree> {
    let number = |index: usize| Tree::Text(Value::text(index.to_string(), Place { exact: false, ..place }));
    let (items, open) = match (what, tree) {
        // An empty list is mostly a default that somebody fills.
        (Listed::Numbers, Tree::List(list)) if !list.items.is_empty() => {
            ((0..list.items.len()).map(number).collect(), list.open)
        }
        (Listed::Values, Tree::Map(map)) if map.of.is_none() => {
            let mut fields: Vec<&Field> = map.fields.iter().collect();
            fields.sort_by(|a, b| a.name.cmp(&b.name));
            (fields.into_iter().map(|field| field.tree.clone()).collect(), map.open)
        }
        (Listed::Keys, Tree::Map(map)) if map.of.is_none() => {
            (map.fields.iter().map(|field| Tree::Text(name_of(field))).collect(), map.open)
        }
        (Listed::Parts, Tree::Map(map)) if map.of.is_none() => {
            (map.fields.iter().map(|field| field.tree.clone()).collect(), map.open)
        }
        (Listed::Parts, Tree::List(list)) => (list.items.clone(), list.open),
        (Listed::Pairs, Tree::Map(map)) if map.of.is_none() => {
            let pair = |field: &Field| {
                let items = vec![Tree::Text(name_of(field)), field.tree.clone()];
                Tree::List(Arc::new(Items { items, open: false }))
            };
            (map.fields.iter().map(pair).collect(), map.open)
        }
        (Listed::Numbered, Tree::List(list)) => {
            let pair = |(index, item): (usize, &Tree)| {
                Tree::List(Arc::new(Items { items: vec![number(index), item.clone()], open: false }))
            };
            (list.items.iter().enumerate().map(pair).collect(), list.open)
        }
        (Listed::Flat, Tree::List(list)) => {
            let (mut items, mut open) = (Vec::new(), list.open);
            for item in &list.items {
                match item {
                    // A list in a list in a list is seldom written.
                    Tree::List(inner) if !inner.items.iter().any(|item| matches!(item, Tree::List(_))) => {
                        items.extend(inner.items.iter().cloned());
                        open |= inner.open;
                    }
                    Tree::Text(value) if !value.known_prefix().is_empty() => items.push(item.clone()),
                    _ => open = true,
                }
            }
            open |= items.len() > MAX_ITEMS;
            items.truncate(MAX_ITEMS);
            (items, open)
        }
        _ => return None,
    };
    Some(Tree::List(Arc::new(Items { items, open })))
}

/// Maps put together, later fields winning; lists one after the other.
pub(super) fn merged(trees: Vec<Tree>) -> Tree {
    let (mut fields, mut items, mut open, mut is_list) = (Vec::<Field>::new(), Vec::new(), false, false);
    let mut places: HashMap<String, usize> = HashMap::new();
    for tree in trees {
        match tree {
            Tree::Map(map) => {
                // What may be in this one wins over what was before.
                if map.open {
                    fields.clear();
                    places.clear();
                }
                for field in &map.fields {
                    if let Some(known) = places.get(&field.name).and_then(|place| fields.get_mut(*place)) {
                        known.clone_from(field);
                    } else {
                        places.insert(field.name.clone(), fields.len());
                        fields.push(field.clone());
                    }
                }
                open |= map.open;
            }
            Tree::List(list) => {
                is_list = true;
                items.extend(list.items.iter().cloned());
                open |= list.open;
            }
            Tree::Null(_) => {}
            Tree::Text(_) => {
                fields.clear();
                places.clear();
                open = true;
            }
        }
    }
    open |= fields.len() > MAX_ITEMS || items.len() > MAX_ITEMS;
    fields.truncate(MAX_ITEMS);
    items.truncate(MAX_ITEMS);
    if is_list {
        Tree::List(Arc::new(Items { items, open }))
    } else {
        Tree::Map(Arc::new(Map { fields, open, of: None }))
    }
}
