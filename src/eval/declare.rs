//! What is declared, in no order: names are evaluated when they are asked for, once each.
//!
//! A scope is one directory as it is run once; a module is a scope of its own, whose inputs are given and whose outputs
//! are asked for.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::exec::Machine;
use super::tree::{assumed, turns, unfilled};
use super::when::{Constraint, When, identity};
use super::{Declared, MAX_ALTERNATIVES, MAX_DEPTH, MAX_ITEMS, MAX_MODULES, MAX_SCOPES};
use crate::program::{Declaration, Definition, Module, Node, Program, Step, StepKind, Strength};
use crate::source::FileId;
use crate::value::{Attribute, Field, Items, Made, Map, Memo, Piece, Place, Tree, Value};

/// Alternatives of a tree.
pub(super) type Trees = Vec<(When, Tree)>;

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
            // Turns that are not known may be none.
            let unsure = declaration.each.is_some() && each.is_none();
            let trees =
                self.in_turn(Turn { owner, each, ..Turn::default() }, |machine| machine.tree(&declaration.body));
            for (when, body) in trees {
                if when.and(&self.env.path).is_none() {
                    continue;
                }
                let mut at = self.statement();
                at.loose |= unsure;
                let made = self.made(declaration);
                self.declared.push(Declared {
                    schema: declaration.schema,
                    kind: declaration.kind.clone(),
                    name: declaration.name.clone(),
                    head: declaration.head,
                    repeated: declaration.each.is_some(),
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

    /// Evaluates within a turn of a part, beside the turn of the whole.
    pub(super) fn in_inner_turn<T>(
        &mut self,
        name: &str,
        key: Tree,
        value: Tree,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.scope_mut().turn.inner.push((name.to_owned(), key, value));
        let out = run(self);
        self.scope_mut().turn.inner.pop();
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
                self.declared.push(Declared { schema, kind, name, head, repeated: module.each.is_some(), body, at });
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
            if self.depth >= MAX_DEPTH || self.steps >= self.most || !self.scope_mut().active.insert(memo.clone()) {
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
                out.extend(when.and(&otherwise).map(|when| (when, unfilled(assumed(tree)))));
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
    let attribute = Attribute { of, path: path.join("."), body: body.clone(), asked: None, memo: Memo::default() };
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

pub(super) fn belonging(tree: Tree, made: &Arc<Made>) -> Tree {
    match tree {
        Tree::Map(map) => Tree::Map(Arc::new(Map { of: Some(made.clone()), ..Map::clone(&map) })),
        other => other,
    }
}
