//! A small map from names to bindings: sorted, cheap to copy, for it is copied at every branch.

use std::rc::Rc;

use super::env::Binding;

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
