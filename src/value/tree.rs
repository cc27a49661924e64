//! Values with parts: what stands in the body of something declared.

use std::sync::Arc;

use super::{Memo, Piece, Place, Truth, Value};

/// A value that may have parts.
#[derive(Debug, Clone)]
pub enum Tree {
    /// A text, a number, a truth value. One that is nothing but a hole may stand for any tree.
    Text(Value),
    /// Expressly nothing.
    Null(Place),
    /// Values in order.
    List(Arc<Items>),
    /// Values by name.
    Map(Arc<Map>),
}

/// Values in order.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// Those that are seen.
    pub items: Vec<Tree>,
    /// Whether there may be others.
    pub open: bool,
}

/// Values by name.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// Those that are seen, in their order; of two of one name the last counts.
    pub fields: Vec<Field>,
    /// Whether there may be others.
    pub open: bool,
    /// What this is the body of, when it is something declared: what is not said in it will be known once it is made.
    pub of: Option<Arc<Made>>,
}

/// Something declared, by which its attributes are told from those of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its type.
    pub kind: String,
    /// How a message shows it: `google_service_account.caller`.
    pub shown: String,
    /// Where it begins.
    pub head: Place,
    /// Identity: one number per declaration of a run.
    pub id: u64,
    /// Identity of what it is declared in: what nobody says there is the same for all of it.
    pub scope: u64,
}

/// A named part.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub at: Place,
    /// From the name to the end of the value.
    pub whole: Place,
    /// The value.
    pub tree: Tree,
}

/// What something declared will have once it is made: `google_cloud_run_v2_service.api.uri`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Of what.
    pub of: Arc<Made>,
    /// Which, dotted where it lies deeper.
    pub path: String,
    /// What is said of the thing.
    pub body: Arc<Map>,
    /// By which name it is asked for, where that is not its own; empty where it has none.
    pub asked: Option<String>,
    /// What it means.
    pub memo: Memo,
}

impl Tree {
    /// Its text, when it is one.
    pub fn text(&self) -> Option<&Value> {
        match self {
            Self::Text(value) => Some(value),
            _ => None,
        }
    }

    /// Whether nothing at all is known of it.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Text(value) if matches!(value.pieces(), [Piece::Hole(..) | Piece::Output(..) | Piece::Attribute(..)]))
    }

    /// Its map. A list of one map, as some languages write a block, is that map.
    pub fn map(&self) -> Option<&Arc<Map>> {
        match self {
            Self::Map(map) => Some(map),
            Self::List(list) => match list.items.as_slice() {
                [Self::Map(map)] => Some(map),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its items; none when it is no list. A single map stands for a list of it, as blocks are written.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(list) => &list.items,
            Self::Map(_) => std::slice::from_ref(self),
            _ => &[],
        }
    }

    /// The part of this name that is not null.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.map()?.field(name)
    }

    /// The field at the end of a path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Field> {
        let (last, before) = path.split_last()?;
        before.iter().try_fold(self, |tree, name| Some(&tree.field(name)?.tree))?.field(last)
    }

    /// The text at the end of a path of names.
    pub fn text_at(&self, path: &[&str]) -> Option<&Value> {
        self.at(path)?.tree.text()
    }

    /// Whether there is something at the end of a path.
    pub fn has(&self, path: &[&str]) -> Truth {
        let Some((first, rest)) = path.split_first() else { return Truth::Yes };
        if self.is_unknown() {
            return Truth::Unknown;
        }
        if let Self::List(list) = self
            && (list.open || list.items.len() > 1)
        {
            return Truth::Unknown;
        }
        let Some(map) = self.map() else { return Truth::No };
        match map.fields.iter().rfind(|field| field.name == *first) {
            Some(field) if matches!(field.tree, Self::Null(_)) => Truth::No,
            Some(field) => match field.tree.has(rest) {
                Truth::Yes if field.tree.is_unknown() && rest.is_empty() => Truth::Unknown,
                answer => answer,
            },
            None if map.open => Truth::Unknown,
            None => Truth::No,
        }
    }

    /// Where it stands, as far as that is known.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Text(value) => value.place(),
            Self::Null(place) => Some(*place),
            Self::List(list) => list.items.iter().find_map(Self::place),
            Self::Map(map) => map.fields.first().map(|field| field.whole),
        }
    }
}

impl Map {
    /// The part of this name that is not null.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let found = self.fields.iter().rfind(|field| field.name == name)?;
        (!matches!(found.tree, Tree::Null(_))).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{place, value};

    fn map(fields: Vec<(&str, Tree)>, open: bool) -> Tree {
        let fields = fields.into_iter().map(|(name, tree)| Field {
            name: name.to_owned(),
            at: place(0, 1),
            whole: place(0, 1),
            tree,
        });
        Tree::Map(Arc::new(Map { fields: fields.collect(), open, of: None }))
    }

    #[test]
    fn absence_is_told_from_not_knowing() {
        let inner = map(vec![("uri", Tree::Text(value("x"))), ("gone", Tree::Null(place(0, 1)))], false);
        let block = Tree::List(Arc::new(Items { items: vec![inner], open: false }));
        let tree = map(vec![("target", block), ("hole", Tree::Text(value("{X}")))], false);
        assert_eq!(tree.text_at(&["target", "uri"]).unwrap().to_string(), "x");
        assert_eq!(tree.has(&["target", "uri"]), Truth::Yes);
        assert_eq!(tree.has(&["target", "gone"]), Truth::No);
        assert_eq!(tree.has(&["target", "other"]), Truth::No);
        assert_eq!(tree.has(&["hole"]), Truth::Unknown);
        assert_eq!(tree.has(&["hole", "part"]), Truth::Unknown);
        assert_eq!(map(vec![], true).has(&["x"]), Truth::Unknown);
    }
}
