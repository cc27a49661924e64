//! What variables of languages with objects hold, and parts of it: asked for, changed, kept as the state of an object.

use std::collections::HashMap;
use std::sync::Arc;

use super::change::{self, Changed};
use super::declare::Trees;
use super::env::{Alternative, Content, Flow};
use super::exec::Machine;
use super::vars::shown;
use super::when::When;
use super::{MAX_ALTERNATIVES, MAX_ITEMS};
use crate::program::{Change, Node, Pick, Put, Schema};
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
    pub(super) fn open(&mut self, node: &Node) {
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
    pub(super) fn note_asked(&mut self, tree: &Tree, name: &str) {
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

    pub(super) fn unknown_part(&mut self, place: Place) -> Tree {
        Tree::Text(Value::hole("…", self.fresh(), place))
    }

    /// What an object of a type of this program, or the type itself, has by a name.
    pub(super) fn state(&self, base: &Node, tree: &Tree, name: &str) -> Option<Trees> {
        let own = type_of(tree).filter(|of| self.is_latest(of)).map(|of| format!(".{}.{name}", of.kind));
        let held = match base {
            Node::Variable(variable, _) => Some(format!("{variable}.{name}")),
            _ => None,
        };
        let binding = own.and_then(|name| self.env.get(&name)).or_else(|| self.env.get(&held?))?;
        Some(binding.alternatives.iter().map(|one| (one.when.clone(), tree_of(&one.content))).collect())
    }

    /// Whether an object is the last one made of its type.
    pub(super) fn is_latest(&self, of: &Made) -> bool {
        self.objects.get(&of.kind) == Some(&of.id)
    }

    /// The state of another object than the one that is known.
    pub(super) fn forget_state(&mut self, kind: &str) {
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
}

/// By which name the parts that are asked of what a call gives stand among its arguments.
pub(super) const ASKED: &str = "asked";
/// What stands there where all of it is handed on.
pub(super) const ALL: &str = "*";

/// Whether this is an object of a type of the program itself.
pub(super) fn is_object(attribute: &Attribute) -> bool {
    attribute.path.is_empty() && attribute.asked.is_none()
}

/// The type of the program that a tree is an object of.
pub(super) fn type_of(tree: &Tree) -> Option<&Made> {
    match tree {
        Tree::Text(value) => match value.pieces() {
            [Piece::Attribute(attribute, _)] if is_object(attribute) => Some(&attribute.of),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn tree_of(content: &Content) -> Tree {
    match content {
        Content::Text(value) => Tree::Text(value.clone()),
        Content::List(list) => {
            let items = list.items.iter().cloned().map(Tree::Text).collect();
            Tree::List(Arc::new(Items { items, open: list.open }))
        }
        Content::Tree(tree) => tree.clone(),
    }
}

pub(super) fn content_of(tree: Tree) -> Content {
    match tree {
        Tree::Text(value) => Content::Text(value),
        other => Content::Tree(other),
    }
}
