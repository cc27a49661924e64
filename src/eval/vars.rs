//! A small map from names to bindings: sorted, cheap to copy, for it is copied at every branch. And what a variable may
//! hold.

use std::rc::Rc;

use super::env::{Binding, Content};
use super::exec::Machine;
use super::{MAX_ITEMS, MAX_PIECES, MAX_TEXT};
use crate::value::{Piece, Value};

/// Variables by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Vars(Vec<(Rc<str>, Rc<Binding>)>);

impl Vars {
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    pub fn get(&self, name: &str) -> Option<&Rc<Binding>> {
        self.find(name).ok().and_then(|at| self.0.get(at)).map(|(_, binding)| binding)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Binding> {
        let at = self.find(name).ok()?;
        self.0.get_mut(at).map(|(_, binding)| Rc::make_mut(binding))
    }

    pub fn insert(&mut self, name: &str, binding: Rc<Binding>) {
        match self.find(name) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = binding;
                }
            }
            Err(at) => self.0.insert(at, (name.into(), binding)),
        }
    }

    pub fn remove(&mut self, name: &str) {
        if let Ok(at) = self.find(name) {
            self.0.remove(at);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Rc<str>, &Rc<Binding>)> {
        self.0.iter().map(|(name, binding)| (name, binding))
    }

    /// Those that are not what they were in another state of the same program, with what they were there.
    pub fn changed_since<'v>(
        &'v self,
        before: &'v Self,
    ) -> impl Iterator<Item = (&'v Rc<str>, &'v Rc<Binding>, Option<&'v Rc<Binding>>)> {
        let mut old = before.0.iter().peekable();
        self.iter().filter_map(move |(name, binding)| {
            // Names are copied with the map, so that most need not be compared.
            while old.next_if(|(known, _)| !Rc::ptr_eq(known, name) && known < name).is_some() {}
            let known = old.next_if(|(known, _)| known == name).map(|(_, binding)| binding);
            (!known.is_some_and(|known| Rc::ptr_eq(known, binding))).then_some((name, binding, known))
        })
    }

    /// The names of several states of a program, and what each is in every one of them.
    pub fn side_by_side<'v>(all: &[&'v Self], mut each: impl FnMut(&'v Rc<str>, &[Option<&'v Rc<Binding>>])) {
        let mut rest: Vec<_> = all.iter().map(|vars| vars.0.iter().peekable()).collect();
        let mut row = Vec::with_capacity(all.len());
        loop {
            let mut first: Option<&'v Rc<str>> = None;
            for vars in &mut rest {
                if let Some((name, _)) = vars.peek()
                    && first.is_none_or(|first| !Rc::ptr_eq(first, name) && name < first)
                {
                    first = Some(name);
                }
            }
            let Some(name) = first else { return };
            row.clear();
            let next = |vars: &mut std::iter::Peekable<std::slice::Iter<'v, (Rc<str>, Rc<Binding>)>>| {
                vars.next_if(|(known, _)| known == name).map(|(_, binding)| binding)
            };
            row.extend(rest.iter_mut().map(next));
            each(name, &row);
        }
    }

    pub fn retain(&mut self, keep: impl Fn(&Binding) -> bool) {
        self.0.retain(|(_, binding)| keep(binding));
    }
}

impl FromIterator<(Rc<str>, Rc<Binding>)> for Vars {
    /// The names must come in order.
    fn from_iter<I: IntoIterator<Item = (Rc<str>, Rc<Binding>)>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl Machine<'_> {
    /// What a document sets to nothing (`export PROJECT_ID=`) is left for its reader to fill in.
    pub(super) fn filled_in(&mut self, name: &str, content: &mut Content) {
        if let Content::Text(value) = content
            && self.in_document()
            && value.is_empty().is_yes()
        {
            *value = Value::hole(shown(name), self.fresh(), self.here());
        }
    }

    /// Keeps what a variable holds within bounds: programs may double it at every turn.
    pub(super) fn bound(&mut self, content: &mut Content) {
        match content {
            Content::Text(value) => {
                let length: usize = value.pieces().iter().filter_map(Piece::text).map(str::len).sum();
                if value.pieces().len() > MAX_PIECES || length > MAX_TEXT {
                    *value = Value::hole("…", self.fresh(), self.here());
                }
            }
            Content::List(list) if list.items.len() > MAX_ITEMS => {
                list.items.truncate(MAX_ITEMS);
                list.open = true;
            }
            Content::List(_) => {}
            Content::Tree(tree) if super::change::fits(tree) => {}
            Content::Tree(_) => *content = Content::Text(Value::hole("…", self.fresh(), self.here())),
        }
    }
}

/// How a variable is shown. Variables of languages whose names are not those of the environment begin with a dot.
pub(super) fn shown(name: &str) -> String {
    // What has no name is only told from others by one.
    if name.starts_with('…') {
        return "…".to_owned();
    }
    // What tells it from others of its name is not shown.
    let Some(own) = name.strip_prefix('.') else { return format!("${{{name}}}") };
    let (shown, rest) = own.split_once('\'').unwrap_or((own, ""));
    let part = rest.split_once('.').map_or("", |(_, part)| part);
    if part.is_empty() { format!("${{{shown}}}") } else { format!("${{{shown}.{part}}}") }
}
