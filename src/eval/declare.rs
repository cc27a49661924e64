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
    Declaration, Definition, Entry, Expr, Guard, Listed, Module, Name, Node, Op, Part, Program, Repeated, Step,
    StepKind, Strength,
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
    /// The sets of values that one is chosen of.
    choices: usize,
    names: HashMap<String, Rc<Vec<Named>>>,
    /// What was evaluated.
    known: HashMap<String, Rc<Trees>>,
    /// What is being evaluated.
    active: HashSet<String>,
    /// Whose turn it is, while something declared is evaluated.
    turn: Turn,
    modules: HashMap<String, Option<usize>>,
}

/// One repetition of something declared.
#[derive(Debug, Clone, Default)]
struct Turn {
    /// Identity of what is repeated: what its turns are is nobody else's.
    owner: u64,
    /// `each.key` and `each.value`, where they are known.
    each: Option<(Tree, Tree)>,
    /// Turns within it by the name that each is asked for, with key and value; the innermost last.
    inner: Vec<(String, Tree, Tree)>,
}

/// What a name stands for, and the file that says so.
#[derive(Debug, Clone)]
enum Named {
    /// The definition is this step of the program.
    Value(Arc<Program>, usize),
    Thing(FileId, Arc<Declaration>),
    Module(Arc<Module>),
}

impl Scope {
    fn new(id: u64, depth: usize, programs: &[Arc<Program>]) -> Self {
        let chosen =
            |step: &Step| matches!(&step.kind, StepKind::Define(definition) if definition.strength == Strength::Chosen);
        let choices = programs.iter().filter(|program| program.body.iter().any(chosen)).count();
        let mut scope = Self { id, depth, choices, ..Self::default() };
        for program in programs {
            for (index, step) in program.body.iter().enumerate() {
                let (name, named) = match &step.kind {
                    StepKind::Define(definition) => (&definition.name, Named::Value(program.clone(), index)),
                    StepKind::Declare(declaration) => {
                        (&declaration.name, Named::Thing(program.file, declaration.clone()))
                    }
                    StepKind::Module(module) => (&module.name, Named::Module(module.clone())),
                    _ => continue,
                };
                if !name.is_empty() {
                    Rc::make_mut(scope.names.entry(name.clone()).or_default()).push(named);
                }
            }
        }
        scope
    }
}

impl Named {
    /// The definition and its file, when it is of this strength.
    fn definition(&self, wanted: Strength) -> Option<(FileId, &Definition)> {
        let Self::Value(program, index) = self else { return None };
        match program.body.get(*index).map(|step| &step.kind) {
            Some(StepKind::Define(definition)) if definition.strength == wanted => Some((program.file, definition)),
            _ => None,
        }
    }
}

impl Machine<'_> {
    /// Takes up the names of the programs that are run together.
    pub(super) fn register(&mut self, programs: &[Arc<Program>]) {
        self.scopes.push(Scope::new(identity((self.flow(), "scope")), 0, programs));
    }

    /// Something declared: each repetition and each alternative of it is one of its own.
    pub(super) fn declaration(&mut self, declaration: &Declaration) {
        let owner = identity((&declaration.name, declaration.head.span, declaration.head.file));
        for each in self.repetitions(declaration.each.as_ref()) {
            let trees =
                self.in_turn(Turn { owner, each, ..Turn::default() }, |machine| machine.tree(&declaration.body));
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
        Arc::new(Made {
            kind: declaration.kind.clone(),
            shown: declaration.name.clone(),
            head: declaration.head,
            id,
            scope,
        })
    }

    fn scope_mut(&mut self) -> &mut Scope {
        if self.scope >= self.scopes.len() {
            self.scopes.resize_with(self.scope + 1, Scope::default);
        }
        // Just made sure of.
        #[expect(clippy::indexing_slicing, reason = "the scope was just made")]
        &mut self.scopes[self.scope]
    }

    fn in_turn<T>(&mut self, turn: Turn, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.scope_mut().turn, turn);
        let out = run(self);
        self.scope_mut().turn = outer;
        out
    }

    /// The keys and values that something is repeated for; `None` when it is not repeated, or for turns that are not
    /// known.
    fn repetitions(&mut self, each: Option<&Node>) -> Vec<Option<(Tree, Tree)>> {
        let Some(each) = each else { return vec![None] };
        let trees = self.tree(each);
        let [(_, tree)] = trees.as_slice() else { return vec![None] };
        let Some((turns, more)) = turns(tree) else { return vec![None] };
        let unseen = more.then_some(None);
        turns.into_iter().map(Some).chain(unseen).collect()
    }

    /// The turn of a key: where the turns are not known, the key is.
    fn turn_of(&mut self, each: Option<&Node>, key: &String, memo: &str) -> Option<(Tree, Tree)> {
        let is_key = |(known, _): &(Tree, Tree)| known.text().and_then(Value::literal).as_ref() == Some(key);
        if let Some(found) = self.repetitions(each).into_iter().flatten().find(is_key) {
            return Some(found);
        }
        let (id, place) = (self.scope_mut().id, self.here());
        let hole = Value::hole("${each.value}", identity((id, memo, "value")), place);
        (!is_dynamic(key)).then(|| (Tree::Text(Value::text(key.clone(), place)), Tree::Text(hole)))
    }

    // ---- modules

    /// Runs a module: what it declares is declared here, reached from its call.
    pub(super) fn module(&mut self, module: &Module) {
        for each in self.repetitions(module.each.as_ref()) {
            let Some((scope, programs)) = self.enter(module, each.clone()) else {
                self.elsewhere(module, each);
                continue;
            };
            self.sited(|machine| {
                let outer = std::mem::replace(&mut machine.scope, scope);
                machine.together(&programs);
                machine.scope = outer;
            });
        }
    }

    /// A module that is not here: nobody knows what it does with what it is given.
    fn elsewhere(&mut self, module: &Module, each: Option<(Tree, Tree)>) {
        let owner = identity((self.scope_mut().id, &module.name, "elsewhere"));
        let turn = Turn { owner, each, ..Turn::default() };
        for (when, body) in self.in_turn(turn, |machine| machine.tree(&module.inputs)) {
            if when.and(&self.env.path).is_some() {
                let (head, at) = (self.here(), self.statement());
                let (schema, kind, name) = (module.schema, "module".to_owned(), module.name.clone());
                self.declared.push(Declared { schema, kind, name, head, body, at });
            }
        }
    }

    /// Runs programs that belong together.
    pub(super) fn together(&mut self, programs: &[Arc<Program>]) {
        for program in programs {
            let file = std::mem::replace(&mut self.file, program.file);
            self.block(&program.body);
            self.file = file;
        }
    }

    /// The scope of one turn of a module, made when it is first asked for.
    fn enter(&mut self, module: &Module, each: Option<(Tree, Tree)>) -> Option<(usize, Vec<Arc<Program>>)> {
        let source = module.source.literal()?;
        let programs = self.link.directory(self.file, &source);
        let key = each.as_ref().and_then(|(key, _)| key.text()?.literal());
        let name = key.map_or_else(|| module.name.clone(), |key| format!("{}[{key:?}]", module.name));
        if let Some(known) = self.scope_mut().modules.get(&name) {
            return known.map(|scope| (scope, programs));
        }
        let (id, depth) = (self.scope_mut().id, self.scope_mut().depth);
        let wanted = !programs.is_empty() && depth < MAX_MODULES && self.scopes.len() < MAX_SCOPES;
        // Inputs may ask for outputs of other modules, never for those of this one.
        self.scope_mut().modules.insert(name.clone(), None);
        if !wanted {
            return None;
        }
        let mut inner = Scope::new(identity((id, &name)), depth + 1, &programs);
        let turn = Turn { owner: identity((id, &name, "turn")), each, ..Turn::default() };
        for (when, inputs) in self.in_turn(turn, |machine| machine.tree(&module.inputs)) {
            for field in inputs.map().into_iter().flat_map(|map| &map.fields) {
                let known = inner.known.entry(format!("var.{}", field.name)).or_default();
                Rc::make_mut(known).push((when.clone(), from_elsewhere(&field.tree)));
            }
        }
        let scope = self.scopes.len();
        self.scopes.push(inner);
        self.scope_mut().modules.insert(name, Some(scope));
        Some((scope, programs))
    }

    // ---- names

    /// What a name and the parts asked for of it stand for.
    pub(super) fn path(&mut self, segments: &[String], place: Place) -> Trees {
        let segments = &self.keyed(segments, place);
        for length in (1..=segments.len().min(MAX_NAME)).rev() {
            let (name, rest) = segments.split_at(length);
            if let Some(trees) = self.named(&name.join("."), rest) {
                return trees.into_iter().map(|(when, tree)| (when, self.placed(tree, segments, place))).collect();
            }
        }
        vec![(When::default(), self.unknown(segments, place))]
    }

    /// Keys that are asked for by another name, written out where that is known: `a[each.key].b`.
    fn keyed(&mut self, segments: &[String], place: Place) -> Vec<String> {
        let key = |segment: &String| -> Option<Vec<String>> {
            let name = segment.strip_prefix('[')?.strip_suffix(']')?;
            let is_name = |part: &str| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            };
            name.split('.').all(is_name).then(|| name.split('.').map(str::to_owned).collect())
        };
        let mut out = Vec::with_capacity(segments.len());
        for segment in segments {
            let known = key(segment).and_then(|name| match self.path(&name, place).as_slice() {
                [(_, Tree::Text(value))] => value.literal(),
                _ => None,
            });
            out.push(known.unwrap_or_else(|| segment.clone()));
        }
        out
    }

    /// What is not known stands where it is asked for.
    fn placed(&self, tree: Option<Tree>, segments: &[String], place: Place) -> Tree {
        match tree {
            Some(Tree::Text(value)) => match value.pieces() {
                [Piece::Attribute(attribute, _)] => Tree::Text(asked(attribute, segments, place).into()),
                [Piece::Hole(hole, _)] => Tree::Text(Piece::Hole(hole.clone(), place).into()),
                _ => Tree::Text(value),
            },
            Some(tree) => tree,
            None => self.unknown(segments, place),
        }
    }

    fn unknown(&self, segments: &[String], place: Place) -> Tree {
        let scope = self.scopes.get(self.scope);
        let id = scope.map_or(0, |scope| scope.id);
        // What a turn is about is nobody else's.
        let own = segments.first().is_some_and(|first| matches!(first.as_str(), "each" | "count" | "self"))
            || segments.iter().any(|segment| is_dynamic(segment));
        let owner = if own { scope.map_or(0, |scope| scope.turn.owner) } else { 0 };
        Tree::Text(Value::hole(format!("${{{}}}", shown(segments)), identity((id, owner, segments)), place))
    }

    /// The parts of what a name stands for; `None` when nothing has this name. A part that is not known is `None`.
    fn named(&mut self, name: &str, rest: &[String]) -> Option<Vec<(When, Option<Tree>)>> {
        if let Some((key, value)) = &self.scope_mut().turn.each
            && let Some(tree) = match name {
                "each.key" | "count.index" => Some(key),
                "each.value" => Some(value),
                _ => None,
            }
        {
            return Some(vec![(When::default(), part(tree, rest))]);
        }
        let inner = self.scope_mut().turn.inner.iter().rev().find_map(|(turn, key, value)| {
            match name.strip_prefix(turn.as_str())? {
                ".key" => Some(key),
                ".value" => Some(value),
                _ => None,
            }
        });
        if let Some(tree) = inner {
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
        let owner = self.scope_mut().turn.owner;
        let memo = match instance {
            None => name.to_owned(),
            Some(key) if is_dynamic(key) => format!("{name}{key}{owner}"),
            Some(key) => format!("{name}[{key}]"),
        };
        if !self.scope_mut().known.contains_key(&memo) {
            if self.depth >= MAX_DEPTH || self.steps >= MAX_STEPS || !self.scope_mut().active.insert(memo.clone()) {
                return Some(vec![(When::default(), None)]);
            }
            self.depth += 1;
            let trees = match first {
                Named::Thing(file, thing) => self.in_file(*file, |machine| machine.thing(thing, instance, &memo)),
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

    fn thing(&mut self, thing: &Declaration, key: Option<&String>, memo: &str) -> Trees {
        let each = key.and_then(|key| self.turn_of(thing.each.as_ref(), key, memo));
        let turn = Turn { owner: identity((self.scope_mut().id, memo)), each, ..Turn::default() };
        let trees = self.in_turn(turn, |machine| machine.tree(&thing.body));
        let made = self.made(thing);
        // Instances of one thing have attributes of their own.
        let made = match key {
            Some(key) => {
                let written = if is_dynamic(key) { key.clone() } else { index(key) };
                let shown = format!("{}{written}", made.shown);
                Arc::new(Made { id: identity((made.id, memo)), shown, ..Made::clone(&made) })
            }
            None => made,
        };
        trees.into_iter().map(|(when, tree)| (when, belonging(tree, &made))).collect()
    }

    /// What a name is, by the strongest of its definitions.
    fn definitions(&mut self, named: &[Named]) -> Trees {
        let of = |wanted: Strength| named.iter().filter_map(move |named| named.definition(wanted));
        if let Some((file, definition)) = of(Strength::Given).next_back() {
            return self.in_file(file, |machine| machine.tree(&definition.value));
        }
        let (mut out, mut otherwise) = (Trees::new(), When::default());
        let subject = identity((self.scope_mut().id, "chosen"));
        // Where every set of values says it, nobody is left with the default.
        let files: HashSet<FileId> = of(Strength::Chosen).map(|(file, _)| file).collect();
        let always = !files.is_empty() && files.len() == self.scope_mut().choices;
        for (file, definition) in of(Strength::Chosen) {
            let chosen = |holds| Constraint { subject, value: identity(file), holds };
            for (when, tree) in self.in_file(file, |machine| machine.tree(&definition.value)) {
                out.extend(when.with(chosen(true)).map(|when| (when, tree)));
            }
            otherwise = otherwise.with(chosen(false)).unwrap_or_default();
        }
        if let Some((file, definition)) = of(Strength::Default).next_back().filter(|_| !always) {
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
        // Of one that is repeated, the key comes first.
        let (key, rest) = match rest.split_first() {
            Some((key, rest)) if module.each.is_some() => (Some(key), rest),
            _ => (None, rest),
        };
        let Some((name, rest)) = rest.split_first() else { return unknown };
        let memo = key.map_or_else(String::new, |key| format!("{}[{key}]", module.name));
        let each = key.and_then(|key| self.turn_of(module.each.as_ref(), key, &memo));
        // Of a key that is not known, nobody can say what it has.
        if key.is_some_and(|key| is_dynamic(key)) {
            return unknown;
        }
        let Some((scope, _)) = self.enter(module, each) else { return unknown };
        let outer = std::mem::replace(&mut self.scope, scope);
        let found = self.named(&format!("output.{name}"), rest);
        self.scope = outer;
        let parts = found.unwrap_or(unknown).into_iter();
        parts.map(|(when, tree)| (when, tree.as_ref().map(from_elsewhere))).collect()
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
            machine.scope_mut().turn.inner.push((repeated.name.clone(), key, value));
            let trees = machine.tree(&repeated.node);
            machine.scope_mut().turn.inner.pop();
            trees
        };
        self.combined_by(turns.into_iter(), evaluate, |items| Tree::List(Arc::new(Items { items, open: false })))
    }

    /// Nodes, each of which may have alternatives, as parts of one tree. One that would bring too many is a hole.
    fn combined<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>, make: impl Fn(Vec<Tree>) -> Tree) -> Trees {
        self.combined_by(nodes, Self::tree, make)
    }

    fn combined_by<T>(
        &mut self,
        parts: impl Iterator<Item = T>,
        evaluate: impl Fn(&mut Self, T) -> Trees,
        make: impl Fn(Vec<Tree>) -> Tree,
    ) -> Trees {
        let mut all: Vec<(When, Vec<Tree>)> = vec![(When::default(), Vec::new())];
        for one in parts {
            let trees = evaluate(self, one);
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

/// The keys and values that a tree is gone through by, and whether there may be others.
fn turns(tree: &Tree) -> Option<(Vec<(Tree, Tree)>, bool)> {
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
    let of = body.of.clone()?;
    let place = of.head;
    let attribute = Attribute { of, path: path.join("."), body: body.clone(), asked: None };
    Some(Tree::Text(Piece::Attribute(Arc::new(attribute), place).into()))
}

/// An attribute where it is asked for, by another name than its own where that is so.
fn asked(attribute: &Arc<Attribute>, segments: &[String], place: Place) -> Piece {
    let own = segments.iter().map(String::as_str).take(2).eq(attribute.of.shown.split(['.', '[']).take(2));
    let name = (!own).then(|| shown(segments));
    let attribute = match name {
        None if attribute.asked.is_none() => attribute.clone(),
        asked => Arc::new(Attribute { asked, ..Attribute::clone(attribute) }),
    };
    Piece::Attribute(attribute, place)
}

/// What comes out of another scope: names that are used there mean nothing here. Of a tree that is very large only a
/// part is looked at.
fn from_elsewhere(tree: &Tree) -> Tree {
    let mut left = MAX_ITEMS;
    renamed(tree, &mut left)
}

fn renamed(tree: &Tree, left: &mut usize) -> Tree {
    if *left == 0 {
        return tree.clone();
    }
    *left -= 1;
    let piece = |piece: &Piece| match piece {
        Piece::Attribute(attribute, place) => {
            let asked = Some(String::new());
            Piece::Attribute(Arc::new(Attribute { asked, ..Attribute::clone(attribute) }), *place)
        }
        other => other.clone(),
    };
    match tree {
        Tree::Text(value) if value.pieces().iter().any(|piece| matches!(piece, Piece::Attribute(..))) => {
            let mut out: Value = value.pieces().iter().map(piece).collect();
            (out.assumed, out.loose) = (value.assumed, value.loose);
            Tree::Text(out)
        }
        Tree::List(list) => Tree::List(Arc::new(Items {
            items: list.items.iter().map(|item| renamed(item, left)).collect(),
            open: list.open,
        })),
        Tree::Map(map) => {
            let field = |field: &Field| Field { tree: renamed(&field.tree, left), ..field.clone() };
            Tree::Map(Arc::new(Map { fields: map.fields.iter().map(field).collect(), ..Map::clone(map) }))
        }
        other => other.clone(),
    }
}

/// Whether a part of a name is a key that is not known: `[each.key]`.
fn is_dynamic(segment: &str) -> bool {
    segment.starts_with('[') && segment.ends_with(']')
}

/// A name as it is written.
fn shown(segments: &[String]) -> String {
    let mut out = String::new();
    for segment in segments {
        match segment {
            _ if is_dynamic(segment) => out.push_str(segment),
            _ if segment.bytes().all(|byte| byte.is_ascii_digit()) => out.push_str(&index(segment)),
            _ if out.is_empty() => out.push_str(segment),
            _ => {
                out.push('.');
                out.push_str(segment);
            }
        }
    }
    out
}

/// A key as it is written.
fn index(key: &str) -> String {
    if key.bytes().all(|byte| byte.is_ascii_digit()) { format!("[{key}]") } else { format!("[{key:?}]") }
}

fn belonging(tree: Tree, made: &Arc<Made>) -> Tree {
    match tree {
        Tree::Map(map) => Tree::Map(Arc::new(Map { of: Some(made.clone()), ..Map::clone(&map) })),
        other => other,
    }
}

/// A default with all of its parts: true of what is deployed as written, but no proof.
fn assumed(tree: Tree) -> Tree {
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
fn merged(trees: Vec<Tree>) -> Tree {
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
