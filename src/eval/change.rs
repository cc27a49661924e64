//! Parts of trees: asked for, set, added, taken away. Knows no variables.

use std::sync::Arc;

use super::when::identity;
use super::{MAX_ITEMS, MAX_NESTED};
use crate::program::{Change, Pick};
use crate::value::{Attribute, Field, Items, Map, Memo, Piece, Place, Tree, Value};

/// Parts of a tree that are looked at.
const MAX_LOOKED_AT: usize = 20_000;

/// A change whose values are known.
#[derive(Debug, Clone)]
pub(super) enum Changed {
    Set(Tree),
    SetDefault(Tree),
    Push(Tree),
    Add(Tree),
    Remove,
    Forget,
}

impl Changed {
    pub fn new(change: &Change, tree: Option<Tree>) -> Self {
        match (change, tree) {
            (Change::Set(_), Some(tree)) => Self::Set(tree),
            (Change::SetDefault(_), Some(tree)) => Self::SetDefault(tree),
            (Change::Push(_), Some(tree)) => Self::Push(tree),
            (Change::Add(_), Some(tree)) => Self::Add(tree),
            (Change::Remove, _) => Self::Remove,
            _ => Self::Forget,
        }
    }
}

/// The tree with one part of it changed. `path` holds what is known of the way there.
pub(super) fn changed(tree: &Tree, path: &[Tree], change: &Changed, place: Place) -> Tree {
    let Some((key, rest)) = path.split_first() else { return whole(tree, change, place) };
    // Who does not know which part knows of none.
    let Some(name) = key.text().and_then(Value::literal) else { return forgotten(tree) };
    match tree {
        Tree::Map(map) => {
            let mut fields = map.fields.clone();
            let known = fields.iter_mut().rfind(|field| field.name == name);
            let set = |name: String, value: &Tree| {
                let at = key.place().unwrap_or(place);
                Field { name, at, whole: place, tree: value.clone() }
            };
            match (known, change) {
                (_, Changed::Remove) if rest.is_empty() => fields.retain(|field| field.name != name),
                (Some(_), Changed::SetDefault(_)) if rest.is_empty() => {}
                (Some(field), Changed::Set(value)) if rest.is_empty() => *field = set(name, value),
                (Some(field), _) => field.tree = changed(&field.tree, rest, change, place),
                (None, Changed::Set(value) | Changed::SetDefault(value)) if rest.is_empty() => {
                    fields.push(set(name, value));
                }
                (None, _) => return forgotten(tree),
            }
            if fields.len() > MAX_ITEMS {
                return forgotten(tree);
            }
            Tree::Map(Arc::new(Map { fields, ..Map::clone(map) }))
        }
        Tree::List(list) => {
            let mut items = list.items.clone();
            match name.parse::<usize>().ok().and_then(|at| items.get_mut(at)) {
                Some(item) if !matches!(change, Changed::Remove) || !rest.is_empty() => {
                    *item = changed(item, rest, change, place);
                    Tree::List(Arc::new(Items { items, open: list.open }))
                }
                _ => forgotten(tree),
            }
        }
        Tree::Text(_) | Tree::Null(_) => tree.clone(),
    }
}

fn whole(tree: &Tree, change: &Changed, place: Place) -> Tree {
    match (change, tree) {
        (Changed::Set(value), _) | (Changed::SetDefault(value), Tree::Null(_)) => value.clone(),
        // Something else than a list has a method of that name.
        (Changed::SetDefault(_), _) | (Changed::Push(_), Tree::Text(_)) => tree.clone(),
        (Changed::Push(value), Tree::List(list)) if list.items.len() < MAX_ITEMS => {
            let items = list.items.iter().cloned().chain([value.clone()]).collect();
            Tree::List(Arc::new(Items { items, open: list.open }))
        }
        (Changed::Add(more), Tree::List(_) | Tree::Map(_) | Tree::Text(_)) => added(tree, more),
        (Changed::Remove, _) => Tree::Null(place),
        (Changed::Push(_) | Changed::Add(_) | Changed::Forget, _) => forgotten(tree),
    }
}

/// The lists and maps on the way to a part that was changed, before and after, where others may know them, too: from the
/// outside in.
pub(super) fn shared(old: &Tree, new: &Tree, path: &[Tree]) -> Vec<(Tree, Tree)> {
    let mut out = Vec::new();
    let (mut old, mut new) = (old, new);
    // The tree itself is held by who asks, and by the variable.
    let mut holders = 2;
    let mut keys = path.iter().take(MAX_NESTED);
    loop {
        let known = match old {
            Tree::List(list) => Arc::strong_count(list),
            Tree::Map(map) => Arc::strong_count(map),
            Tree::Text(_) | Tree::Null(_) => return out,
        };
        // What is in one that others know is known to them.
        if known > holders || !out.is_empty() {
            out.push((old.clone(), new.clone()));
        }
        let name = keys.next().and_then(Tree::text).and_then(Value::literal);
        let Some((before, after)) = name.and_then(|name| Some((inner(old, &name)?, inner(new, &name)?))) else {
            return out;
        };
        (old, new, holders) = (before, after, 1);
    }
}

fn inner<'t>(tree: &'t Tree, name: &str) -> Option<&'t Tree> {
    match tree {
        Tree::Map(map) => map.fields.iter().rfind(|field| field.name == name).map(|field| &field.tree),
        Tree::List(list) => list.items.get(name.parse::<usize>().ok()?),
        Tree::Text(_) | Tree::Null(_) => None,
    }
}

/// The tree with one list or map in it, told by its identity, replaced; `None` where it does not hold it.
pub(super) fn replaced(tree: &Tree, old: &Tree, new: &Tree, left: &mut usize) -> Option<Tree> {
    *left = left.checked_sub(1)?;
    match (tree, old) {
        (Tree::List(a), Tree::List(b)) if Arc::ptr_eq(a, b) => return Some(new.clone()),
        (Tree::Map(a), Tree::Map(b)) if Arc::ptr_eq(a, b) => return Some(new.clone()),
        _ => {}
    }
    match tree {
        Tree::List(list) => {
            let mut found = list.items.iter().enumerate();
            let (at, item) = found.find_map(|(at, item)| Some((at, replaced(item, old, new, left)?)))?;
            let mut items = list.items.clone();
            *items.get_mut(at)? = item;
            Some(Tree::List(Arc::new(Items { items, open: list.open })))
        }
        Tree::Map(map) => {
            let mut found = map.fields.iter().enumerate();
            let (at, tree) = found.find_map(|(at, field)| Some((at, replaced(&field.tree, old, new, left)?)))?;
            let mut fields = map.fields.clone();
            fields.get_mut(at)?.tree = tree;
            Some(Tree::Map(Arc::new(Map { fields, ..Map::clone(map) })))
        }
        Tree::Text(_) | Tree::Null(_) => None,
    }
}

/// The tree with so many lists and maps of its own, from the outside in.
pub(super) fn copied(tree: Tree, mut left: usize) -> Tree {
    copied_within(tree, &mut left)
}

fn copied_within(tree: Tree, left: &mut usize) -> Tree {
    let Some(rest) = left.checked_sub(1) else { return tree };
    *left = rest;
    match tree {
        Tree::List(list) => {
            let items = list.items.iter().map(|item| copied_within(item.clone(), left)).collect();
            Tree::List(Arc::new(Items { items, open: list.open }))
        }
        Tree::Map(map) => {
            let copy = |field: &Field, left: &mut usize| Field {
                tree: copied_within(field.tree.clone(), left),
                ..field.clone()
            };
            let fields = map.fields.iter().map(|field| copy(field, left)).collect();
            Tree::Map(Arc::new(Map { fields, ..Map::clone(&map) }))
        }
        other => other,
    }
}

/// Lists one after the other, maps put together, texts run together.
pub(super) fn added(tree: &Tree, more: &Tree) -> Tree {
    match (tree, more) {
        (Tree::List(list), Tree::List(more)) => {
            let items = list.items.iter().chain(&more.items).take(MAX_ITEMS).cloned().collect();
            let open = list.open || more.open || list.items.len() + more.items.len() > MAX_ITEMS;
            Tree::List(Arc::new(Items { items, open }))
        }
        (Tree::Map(_), Tree::Map(_)) => super::tree::merged(vec![tree.clone(), more.clone()]),
        (Tree::Text(text), Tree::Text(more)) => {
            let mut value = text.clone();
            value.append(more);
            Tree::Text(value)
        }
        (_, Tree::Null(_)) => tree.clone(),
        _ => forgotten(tree),
    }
}

/// A tree that may hold anything beside, or in place of, what it held.
pub(super) fn forgotten(tree: &Tree) -> Tree {
    match tree {
        Tree::List(_) => Tree::List(Arc::new(Items { items: Vec::new(), open: true })),
        Tree::Map(map) => {
            let unknown = |field: &Field| Field { tree: Tree::Text(Value::unknown(field.at)), ..field.clone() };
            Tree::Map(Arc::new(Map {
                fields: map.fields.iter().map(unknown).collect(),
                open: true,
                of: map.of.clone(),
            }))
        }
        Tree::Text(value) => Tree::Text(value.place().map_or_else(Value::default, Value::unknown)),
        Tree::Null(place) => Tree::Text(Value::unknown(*place)),
    }
}

/// A tree that someone else may have changed: lists may hold more than is seen, and what is in maps may be anything.
pub(super) fn opened(tree: &Tree) -> Tree {
    let mut left = MAX_ITEMS;
    opened_within(tree, &mut left)
}

fn opened_within(tree: &Tree, left: &mut usize) -> Tree {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return forgotten(tree);
    }
    match tree {
        Tree::List(list) => {
            let items = list.items.iter().map(|item| opened_within(item, left)).collect();
            Tree::List(Arc::new(Items { items, open: true }))
        }
        Tree::Map(map) => {
            let field = |field: &Field, left: &mut usize| Field {
                tree: match &field.tree {
                    Tree::Text(_) => Tree::Text(Value::unknown(field.at)),
                    inner => opened_within(inner, left),
                },
                ..field.clone()
            };
            let fields = map.fields.iter().map(|one| field(one, left)).collect();
            Tree::Map(Arc::new(Map { fields, open: true, of: map.of.clone() }))
        }
        other => other.clone(),
    }
}

/// The part of a tree that a name or a number asks for. `None`: nobody knows.
pub(super) fn part(tree: &Tree, name: &str, place: Place) -> Option<Tree> {
    match tree {
        Tree::Map(map) => match map.fields.iter().rfind(|field| field.name == name) {
            Some(field) => Some(field.tree.clone()),
            None => match &map.of {
                Some(of) => {
                    let attribute = Attribute {
                        of: of.clone(),
                        path: name.to_owned(),
                        body: map.clone(),
                        asked: None,
                        memo: Memo::default(),
                    };
                    Some(Tree::Text(Piece::Attribute(Arc::new(attribute), place).into()))
                }
                None if map.open => None,
                None => Some(Tree::Null(place)),
            },
        },
        Tree::List(list) => list.items.get(name.parse::<usize>().ok()?).cloned(),
        Tree::Text(value) => match value.pieces() {
            [Piece::Attribute(attribute, _)] => {
                if let Some(found) = super::url::part(attribute, name) {
                    return Some(Tree::Text(found));
                }
                let path =
                    if attribute.path.is_empty() { name.to_owned() } else { format!("{}.{name}", attribute.path) };
                let asked = Attribute { path, ..Attribute::clone(attribute) };
                Some(Tree::Text(Piece::Attribute(Arc::new(asked), place).into()))
            }
            // What a command printed, as the result that holds it has it.
            [Piece::Output(..)] if name == "stdout" => Some(tree.clone()),
            [Piece::Hole(hole, _)] => {
                let shown = hole.shown.strip_suffix('}').map(|shown| format!("{shown}.{name}}}"));
                let shown = shown.unwrap_or_else(|| "…".to_owned());
                Some(Tree::Text(Value::hole(shown, identity((hole.id, name)), place)))
            }
            _ => None,
        },
        Tree::Null(_) => None,
    }
}

/// The names that an item is given to, each with its part; `None` for what is not known.
pub(super) fn picked<'p>(pick: &'p Pick, tree: Option<&Tree>, place: Place, out: &mut Vec<(&'p str, Option<Tree>)>) {
    match pick {
        Pick::Name(name) => out.push((name, tree.cloned())),
        Pick::Items(picks, rest) => {
            for (number, one) in picks.iter().enumerate() {
                let known = rest.is_none_or(|rest| number < rest);
                let part = tree.filter(|_| known).and_then(|tree| part(tree, &number.to_string(), place));
                picked(one, part.as_ref(), place, out);
            }
        }
        Pick::Fields(picks) => {
            for (name, one) in picks {
                let part = tree.and_then(|tree| part(tree, name, place));
                picked(one, part.as_ref(), place, out);
            }
        }
        Pick::Nothing => {}
    }
}

/// Whether two trees are the same, as far as that is looked at.
pub(super) fn same(a: &Tree, b: &Tree) -> bool {
    let mut left = MAX_ITEMS;
    same_within(a, b, &mut left)
}

fn same_within(a: &Tree, b: &Tree, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return false;
    }
    match (a, b) {
        (Tree::Text(a), Tree::Text(b)) => a.same(b) && a.assumed == b.assumed,
        (Tree::Null(_), Tree::Null(_)) => true,
        (Tree::List(a), Tree::List(b)) => {
            Arc::ptr_eq(a, b)
                || a.open == b.open
                    && a.items.len() == b.items.len()
                    && a.items.iter().zip(&b.items).all(|(a, b)| same_within(a, b, left))
        }
        (Tree::Map(a), Tree::Map(b)) => {
            Arc::ptr_eq(a, b)
                || a.open == b.open
                    && a.of == b.of
                    && a.fields.len() == b.fields.len()
                    && a.fields
                        .iter()
                        .zip(&b.fields)
                        .all(|(a, b)| a.name == b.name && same_within(&a.tree, &b.tree, left))
        }
        _ => false,
    }
}

/// Whether a tree is neither too large nor too deep to be held.
pub(super) fn fits(tree: &Tree) -> bool {
    let mut left = MAX_LOOKED_AT;
    fits_within(tree, MAX_NESTED, &mut left)
}

fn fits_within(tree: &Tree, depth: usize, left: &mut usize) -> bool {
    *left = left.saturating_sub(1);
    if *left == 0 || depth == 0 {
        return false;
    }
    match tree {
        Tree::Text(value) => value.pieces().len() <= super::MAX_PIECES,
        Tree::Null(_) => true,
        Tree::List(list) => list.items.iter().all(|item| fits_within(item, depth - 1, left)),
        Tree::Map(map) => map.fields.iter().all(|field| fits_within(&field.tree, depth - 1, left)),
    }
}
