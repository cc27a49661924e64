//! What is declared, in no order: names are evaluated when they are asked for, once each.
//!
//! A scope is one directory as it is run once; a module is a scope of its own, whose inputs are given and whose outputs
//! are asked for.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::env::{Alternative, Content};
use super::exec::Machine;
use super::when::{Constraint, When, identity};
use super::{Declared, MAX_ALTERNATIVES, MAX_DEPTH, MAX_ITEMS, MAX_MODULES, MAX_SCOPES, MAX_STEPS, MAX_TURNS};
use crate::program::{
    Declaration, Definition, Entry, Expr, Guard, Module, Name, Node, Op, Part, Program, StepKind, Strength,
};
use crate::source::FileId;
use crate::value::{Attribute, Field, Items, List, Made, Map, Piece, Place, Tree, Value};

/// Alternatives of a tree.
type Trees = Vec<(When, Tree)>;

/// A longest name: `data.TYPE.NAME`, and one to spare.
const MAX_NAME: usize = 4;

/// The names of one directory.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Identity of its holes.
    id: u64,
    /// Modules around it.
    depth: usize,
    names: HashMap<String, Vec<Named>>,
    /// What was evaluated.
    known: HashMap<String, Rc<Trees>>,
    /// What is being evaluated.
    active: HashSet<String>,
    /// `each.key` and `each.value`, while something repeated is evaluated.
    each: Option<(Tree, Tree)>,
    modules: HashMap<String, Option<usize>>,
}

/// What a name stands for, and the file that says so.
#[derive(Debug, Clone)]
enum Named {
    Value(FileId, Definition),
    Thing(FileId, Arc<Declaration>),
    Module(Arc<Module>),
}

impl Scope {
    fn new(id: u64, depth: usize, programs: &[Arc<Program>]) -> Self {
        let mut scope = Self { id, depth, ..Self::default() };
        for program in programs {
            for step in program.body.iter() {
                let (name, named) = match &step.kind {
                    StepKind::Define(definition) => (&definition.name, Named::Value(program.file, definition.clone())),
                    StepKind::Declare(declaration) => {
                        (&declaration.name, Named::Thing(program.file, declaration.clone()))
                    }
                    StepKind::Module(module) => (&module.name, Named::Module(module.clone())),
                    _ => continue,
                };
                if !name.is_empty() {
                    scope.names.entry(name.clone()).or_default().push(named);
                }
            }
        }
        scope
    }
}

impl Machine<'_> {
    /// Takes up the names of the programs that are run together.
    pub(super) fn register(&mut self, programs: &[Arc<Program>]) {
        self.scopes.push(Scope::new(identity((self.flow(), "scope")), 0, programs));
    }

    /// Something declared: each repetition and each alternative of it is one of its own.
    pub(super) fn declaration(&mut self, declaration: &Declaration) {
        for each in self.repetitions(declaration.each.as_ref()) {
            let outer = std::mem::replace(&mut self.scope_mut().each, each);
            let trees = self.tree(&declaration.body);
            self.scope_mut().each = outer;
            for (when, body) in trees {
                if when.and(&self.env.path).is_none() {
                    continue;
                }
                let at = self.statement();
                let made = self.made(declaration);
                self.declared.push(Declared {
                    schema: declaration.schema,
                    kind: declaration.kind.clone(),
                    name: declaration.name.clone(),
                    head: declaration.head,
                    body: belonging(body, &made),
                    at,
                });
            }
        }
    }

    fn made(&self, declaration: &Declaration) -> Arc<Made> {
        let scope = self.scopes.get(self.scope).map_or(0, |scope| scope.id);
        let id = identity((scope, &declaration.name, declaration.head.span, declaration.head.file));
        Arc::new(Made { kind: declaration.kind.clone(), shown: declaration.name.clone(), id, scope })
    }

    fn scope_mut(&mut self) -> &mut Scope {
        if self.scope >= self.scopes.len() {
            self.scopes.resize_with(self.scope + 1, Scope::default);
        }
        // Just made sure of.
        #[expect(clippy::indexing_slicing, reason = "the scope was just made")]
        &mut self.scopes[self.scope]
    }

    /// The keys and values that something is repeated for; a single `None` when it is not repeated or when that is not
    /// known.
    fn repetitions(&mut self, each: Option<&Node>) -> Vec<Option<(Tree, Tree)>> {
        let Some(each) = each else { return vec![None] };
        let trees = self.tree(each);
        let [(_, tree)] = trees.as_slice() else { return vec![None] };
        match tree {
            Tree::List(list) if !list.open => {
                list.items.iter().take(MAX_TURNS).map(|item| Some((item.clone(), item.clone()))).collect()
            }
            Tree::Map(map) if !map.open && map.of.is_none() => {
                let pair = |field: &Field| {
                    let key = Tree::Text(Value::text(field.name.clone(), Place { exact: false, ..field.at }));
                    Some((key, field.tree.clone()))
                };
                map.fields.iter().take(MAX_TURNS).map(pair).collect()
            }
            _ => vec![None],
        }
    }

    // ---- modules

    /// Runs a module: what it declares is declared here, reached from its call.
    pub(super) fn module(&mut self, module: &Module) {
        let Some((scope, programs)) = self.enter(module) else { return };
        self.sited(|machine| {
            let outer = std::mem::replace(&mut machine.scope, scope);
            machine.together(&programs);
            machine.scope = outer;
        });
    }

    /// Runs programs that belong together.
    pub(super) fn together(&mut self, programs: &[Arc<Program>]) {
        for program in programs {
            let file = std::mem::replace(&mut self.file, program.file);
            self.block(&program.body);
            self.file = file;
        }
    }

    /// The scope of a module, made when it is first asked for.
    fn enter(&mut self, module: &Module) -> Option<(usize, Vec<Arc<Program>>)> {
        let source = module.source.literal()?;
        let programs = self.link.directory(self.file, &source);
        if let Some(known) = self.scope_mut().modules.get(&module.name) {
            return known.map(|scope| (scope, programs));
        }
        let (id, depth) = (self.scope_mut().id, self.scope_mut().depth);
        let wanted = !programs.is_empty() && depth < MAX_MODULES && self.scopes.len() < MAX_SCOPES;
        // Inputs may ask for outputs of other modules, never for those of this one.
        self.scope_mut().modules.insert(module.name.clone(), None);
        if !wanted {
            return None;
        }
        let mut inner = Scope::new(identity((id, &module.name)), depth + 1, &programs);
        for (when, inputs) in self.tree(&module.inputs) {
            for field in inputs.map().into_iter().flat_map(|map| &map.fields) {
                let known = inner.known.entry(format!("var.{}", field.name)).or_default();
                Rc::make_mut(known).push((when.clone(), field.tree.clone()));
            }
        }
        let scope = self.scopes.len();
        self.scopes.push(inner);
        self.scope_mut().modules.insert(module.name.clone(), Some(scope));
        Some((scope, programs))
    }

    // ---- names

    /// What a name and the parts asked for of it stand for.
    pub(super) fn path(&mut self, segments: &[String], place: Place) -> Trees {
        for length in (1..=segments.len().min(MAX_NAME)).rev() {
            let (name, rest) = segments.split_at(length);
            if let Some(trees) = self.named(&name.join("."), rest) {
                return trees.into_iter().map(|(when, tree)| (when, self.placed(tree, segments, place))).collect();
            }
        }
        vec![(When::default(), self.unknown(segments, place))]
    }

    /// What is not known stands where it is asked for.
    fn placed(&self, tree: Option<Tree>, segments: &[String], place: Place) -> Tree {
        match tree {
            Some(Tree::Text(value)) => match value.pieces() {
                [Piece::Attribute(attribute, _)] => Tree::Text(Piece::Attribute(attribute.clone(), place).into()),
                [Piece::Hole(hole, _)] => Tree::Text(Piece::Hole(hole.clone(), place).into()),
                _ => Tree::Text(value),
            },
            Some(tree) => tree,
            None => self.unknown(segments, place),
        }
    }

    fn unknown(&self, segments: &[String], place: Place) -> Tree {
        let scope = self.scopes.get(self.scope).map_or(0, |scope| scope.id);
        Tree::Text(Value::hole(format!("${{{}}}", segments.join(".")), identity((scope, segments)), place))
    }

    /// The parts of what a name stands for; `None` when nothing has this name. A part that is not known is `None`.
    fn named(&mut self, name: &str, rest: &[String]) -> Option<Vec<(When, Option<Tree>)>> {
        if let Some((key, value)) = &self.scope_mut().each
            && let Some(tree) = match name {
                "each.key" => Some(key),
                "each.value" => Some(value),
                _ => None,
            }
        {
            return Some(vec![(When::default(), part(tree, rest))]);
        }
        if let Some(known) = self.scope_mut().known.get(name).cloned() {
            return Some(known.iter().map(|(when, tree)| (when.clone(), part(tree, rest))).collect());
        }
        let named = self.scope_mut().names.get(name).cloned()?;
        let first = named.first()?;
        if let Named::Module(module) = first {
            return Some(self.module_output(module, rest));
        }
        // Of something repeated, the key is asked for first.
        let (instance, rest) = match (first, rest.split_first()) {
            (Named::Thing(_, thing), Some((key, rest))) if thing.each.is_some() => (Some(key), rest),
            _ => (None, rest),
        };
        let memo = instance.map_or_else(|| name.to_owned(), |key| format!("{name}[{key}]"));
        if !self.scope_mut().known.contains_key(&memo) {
            if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS || !self.scope_mut().active.insert(memo.clone()) {
                return Some(vec![(When::default(), None)]);
            }
            self.depth += 1;
            let trees = match first {
                Named::Thing(file, thing) => self.in_file(*file, |machine| machine.thing(thing, instance)),
                _ => self.definitions(&named),
            };
            self.depth -= 1;
            self.scope_mut().active.remove(&memo);
            self.scope_mut().known.insert(memo.clone(), Rc::new(trees));
        }
        let known = self.scope_mut().known.get(&memo).cloned()?;
        Some(known.iter().map(|(when, tree)| (when.clone(), part(tree, rest))).collect())
    }

    fn in_file<T>(&mut self, file: FileId, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.file, file);
        let out = run(self);
        self.file = outer;
        out
    }

    fn thing(&mut self, thing: &Declaration, key: Option<&String>) -> Trees {
        let each = match (&thing.each, key) {
            (Some(_), Some(key)) => self
                .repetitions(thing.each.as_ref())
                .into_iter()
                .flatten()
                .find(|(known, _)| known.text().and_then(Value::literal).as_ref() == Some(key)),
            _ => None,
        };
        let outer = std::mem::replace(&mut self.scope_mut().each, each);
        let trees = self.tree(&thing.body);
        self.scope_mut().each = outer;
        let made = self.made(thing);
        // Instances of one thing have attributes of their own.
        let made = match key {
            Some(key) => Arc::new(Made {
                id: identity((made.id, key)),
                shown: format!("{}[{key:?}]", made.shown),
                ..Made::clone(&made)
            }),
            None => made,
        };
        trees.into_iter().map(|(when, tree)| (when, belonging(tree, &made))).collect()
    }

    /// What a name is, by the strongest of its definitions.
    fn definitions(&mut self, named: &[Named]) -> Trees {
        let of = |wanted: Strength| {
            named.iter().filter_map(move |named| match named {
                Named::Value(file, definition) if definition.strength == wanted => Some((*file, definition)),
                _ => None,
            })
        };
        if let Some((file, definition)) = of(Strength::Given).next_back() {
            return self.in_file(file, |machine| machine.tree(&definition.value));
        }
        let (mut out, mut otherwise) = (Trees::new(), When::default());
        let subject = identity((self.scope_mut().id, "chosen"));
        for (file, definition) in of(Strength::Chosen) {
            let chosen = |holds| Constraint { subject, value: identity(file), holds };
            for (when, tree) in self.in_file(file, |machine| machine.tree(&definition.value)) {
                out.extend(when.with(chosen(true)).map(|when| (when, tree)));
            }
            otherwise = otherwise.with(chosen(false)).unwrap_or_default();
        }
        if let Some((file, definition)) = of(Strength::Default).next_back() {
            for (when, tree) in self.in_file(file, |machine| machine.tree(&definition.value)) {
                out.extend(when.and(&otherwise).map(|when| (when, assumed(tree))));
            }
        }
        if out.len() > MAX_ALTERNATIVES {
            out.clear();
        }
        out
    }

    /// The outputs of a module.
    fn module_output(&mut self, module: &Module, rest: &[String]) -> Vec<(When, Option<Tree>)> {
        let unknown = vec![(When::default(), None)];
        // Of one that is repeated, the key comes first; its outputs are as for any key.
        let rest = if module.each.is_some() { rest.get(1..).unwrap_or(&[]) } else { rest };
        let Some((name, rest)) = rest.split_first() else { return unknown };
        let Some((scope, _)) = self.enter(module) else { return unknown };
        let outer = std::mem::replace(&mut self.scope, scope);
        let found = self.named(&format!("output.{name}"), rest);
        self.scope = outer;
        found.unwrap_or(unknown)
    }

    // ---- trees

    /// Every consistent alternative of a node.
    pub(super) fn tree(&mut self, node: &Node) -> Trees {
        if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS {
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
                let list = |items: Vec<Tree>| Tree::List(Arc::new(Items { items, open: *open }));
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
            Node::Choice(guard, then, otherwise) => self.choice(guard, then, otherwise),
        }
    }

    fn bounded_text(&mut self, expr: &Expr) -> Trees {
        let texts = self.text(expr);
        let bound = |machine: &mut Self, value| {
            let mut content = Content::Text(value);
            machine.bound(&mut content);
            match content {
                Content::Text(value) => Tree::Text(value),
                Content::List(_) => machine.hole_tree(),
            }
        };
        texts.into_iter().map(|(when, value)| (when, bound(self, value))).collect()
    }

    fn choice(&mut self, guard: &Guard, then: &Node, otherwise: &Node) -> Trees {
        let decision = self.decide(guard);
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

    /// Nodes, each of which may have alternatives, as parts of one tree. One that would bring too many is a hole.
    fn combined<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>, make: impl Fn(Vec<Tree>) -> Tree) -> Trees {
        let mut all: Vec<(When, Vec<Tree>)> = vec![(When::default(), Vec::new())];
        for node in nodes {
            let trees = self.tree(node);
            if let [(when, tree)] = trees.as_slice()
                && *when == When::default()
            {
                for (_, parts) in &mut all {
                    parts.push(tree.clone());
                }
                continue;
            }
            let mut next = Vec::new();
            for (before, parts) in &all {
                for (when, tree) in &trees {
                    if let Some(when) = before.and(when) {
                        next.push((when, parts.iter().cloned().chain([tree.clone()]).collect()));
                    }
                }
            }
            if next.is_empty() || next.len() > MAX_ALTERNATIVES {
                let hole = self.hole_tree();
                for (_, parts) in &mut all {
                    parts.push(hole.clone());
                }
            } else {
                all = next;
            }
        }
        all.into_iter().map(|(when, parts)| (when, make(parts))).collect()
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

/// The part of a tree at a path; `None` when it is not known.
fn part(tree: &Tree, path: &[String]) -> Option<Tree> {
    let Some((first, rest)) = path.split_first() else { return Some(tree.clone()) };
    match tree {
        Tree::Map(map) => match (map.field(first), &map.of) {
            (Some(field), _) => part(&field.tree, rest).or_else(|| made(map, path)),
            // `google_x.y[0].uri`, with `count`.
            (None, Some(_)) if first.bytes().all(|byte| byte.is_ascii_digit()) => part(tree, rest),
            (None, Some(_)) => made(map, path),
            (None, None) => None,
        },
        Tree::List(list) => match first.parse::<usize>() {
            Ok(index) => part(list.items.get(index)?, rest),
            Err(_) => part(&Tree::Map(tree.map()?.clone()), path),
        },
        Tree::Text(_) | Tree::Null(_) => None,
    }
}

/// What will be known once the thing is made.
fn made(body: &Arc<Map>, path: &[String]) -> Option<Tree> {
    let attribute = Attribute { of: body.of.clone()?, path: path.join("."), body: body.clone() };
    let place = body.fields.first().map(|field| field.at)?;
    Some(Tree::Text(Piece::Attribute(Arc::new(attribute), place).into()))
}

fn belonging(tree: Tree, made: &Arc<Made>) -> Tree {
    match tree {
        Tree::Map(map) => Tree::Map(Arc::new(Map { of: Some(made.clone()), ..Map::clone(&map) })),
        other => other,
    }
}

/// A default: true of what is deployed as written, but no proof.
fn assumed(tree: Tree) -> Tree {
    match tree {
        Tree::Text(mut value) => {
            value.assumed = true;
            Tree::Text(value)
        }
        other => other,
    }
}

/// Maps put together, later fields winning; lists one after the other.
fn merged(trees: Vec<Tree>) -> Tree {
    let (mut fields, mut items, mut open, mut is_list) = (Vec::new(), Vec::new(), false, false);
    for tree in trees {
        match tree {
            Tree::Map(map) => {
                fields.extend(map.fields.iter().cloned());
                open |= map.open;
            }
            Tree::List(list) => {
                is_list = true;
                items.extend(list.items.iter().cloned());
                open |= list.open;
            }
            Tree::Null(_) => {}
            Tree::Text(_) => open = true,
        }
    }
    if is_list {
        Tree::List(Arc::new(Items { items, open }))
    } else {
        Tree::Map(Arc::new(Map { fields, open, of: None }))
    }
}
