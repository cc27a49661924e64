//! What a variable holds in each turn: comprehensions and their like.

use std::sync::Arc;

use super::declare::Trees;
use super::exec::Machine;
use super::when::When;
use crate::program::{Each, Node};
use crate::value::{Field, Items, Map, Place, Tree, Value};

impl Machine<'_> {
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

fn name_of(field: &Field) -> Value {
    Value::text(field.name.clone(), Place { exact: false, ..field.at })
}
