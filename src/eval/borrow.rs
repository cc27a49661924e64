//! Names that other files give a meaning to: those files are run for what they define, and for nothing else.

use std::rc::Rc;
use std::sync::Arc;

use super::MAX_BORROWED;
use super::env::{Env, Flow, Parameters};
use super::exec::Machine;
use super::when::When;
use crate::program::{Borrow, Expr, Program};
use crate::value::{Field, Map, Tree, Value};

impl Machine<'_> {
    pub(super) fn borrow(&mut self, borrow: &Borrow) {
        if let Some(lent) = self.lender(&borrow.paths) {
            self.surroundings(&lent);
            let Some(there) = &borrow.there else { return self.whole(&lent, borrow) };
            if self.one(&lent, there, borrow) {
                return;
            }
        }
        if let Some(lent) = self.lender(&borrow.within) {
            self.surroundings(&lent);
            self.whole(&lent, borrow);
        }
    }

    /// The names of the first of several files that there is.
    fn lender(&mut self, paths: &[Expr]) -> Option<Env> {
        let (file, place) = (self.file, self.here());
        let program = paths.iter().find_map(|path| self.link.find(file, &Value::text(path.literal()?, place)))?;
        (program.file != file).then(|| self.lent(&program)).flatten()
    }

    /// Functions there ask for names that only they know: here they are where nobody else has them.
    fn surroundings(&mut self, lent: &Env) {
        for (name, binding) in lent.bindings() {
            if self.env.get(name).is_none() {
                self.env.bind(name, binding.clone());
            }
        }
        for (name, routine) in lent.routines.iter() {
            if !self.env.routines.contains_key(name) {
                Rc::make_mut(&mut self.env.routines).insert(name.clone(), routine.clone());
            }
        }
    }

    /// One name of a file; whether it has it.
    fn one(&mut self, lent: &Env, there: &str, borrow: &Borrow) -> bool {
        let mut found = false;
        let (name, parts) = (format!(".{there}"), format!(".{there}."));
        for (known, binding) in lent.bindings() {
            let rest = if **known == *name { Some("") } else { known.strip_prefix(&parts) };
            if let Some(rest) = rest {
                let dot = if rest.is_empty() { "" } else { "." };
                self.env.bind(&format!(".{}{dot}{rest}", borrow.here), binding.clone());
                found = true;
            }
        }
        let methods = format!("{there}.");
        for (known, routine) in lent.routines.iter() {
            let method = if known == there { Some("") } else { known.strip_prefix(&methods) };
            if let Some(method) = method {
                let dot = if method.is_empty() { "" } else { "." };
                let called = format!("{}{dot}{method}", borrow.called);
                Rc::make_mut(&mut self.env.routines).insert(called, routine.clone());
                found = true;
            }
        }
        found
    }

    /// All names of a file, as parts of one.
    fn whole(&mut self, lent: &Env, borrow: &Borrow) {
        let place = self.here();
        let mut map = Map { open: true, ..Map::default() };
        let names: Vec<String> = lent.bindings().map(|(name, _)| name.to_string()).collect();
        for name in names {
            let Some(plain) = name.strip_prefix('.').filter(|plain| !plain.contains('.')) else { continue };
            // One of several is not followed.
            if let [only] = self.lent_trees(lent, &name).as_slice()
                && only.0 == When::default()
            {
                map.fields.push(Field { name: plain.to_owned(), at: place, whole: place, tree: only.1.clone() });
            }
        }
        self.hold(&format!(".{}", borrow.here), vec![(When::default(), Tree::Map(Arc::new(map)))]);
        for (name, routine) in lent.routines.iter() {
            let called = format!("{}.{name}", borrow.called);
            Rc::make_mut(&mut self.env.routines).insert(called, routine.clone());
        }
    }

    fn lent_trees(&mut self, lent: &Env, name: &str) -> Vec<(When, Tree)> {
        let outer = std::mem::replace(&mut self.env, lent.clone());
        let trees = self.held(name, self.here());
        self.env = outer;
        trees
    }

    /// What a file gives a meaning to.
    fn lent(&mut self, program: &Program) -> Option<Env> {
        if let Some(known) = self.borrowed.get(&program.file) {
            return known.clone();
        }
        if self.borrowed.values().filter(|known| known.is_none()).count() >= MAX_BORROWED {
            return None;
        }
        self.borrowed.insert(program.file, None);
        let (runs, declared) = self.reported();
        let empty = Env::new(Parameters::default());
        let outer = std::mem::replace(&mut self.env, empty);
        let file = std::mem::replace(&mut self.file, program.file);
        let (mark, called) = (self.left_behind(), self.called.clone());
        self.block(&program.body);
        self.forget_left(mark);
        self.called = called;
        self.file = file;
        let mut lent = std::mem::replace(&mut self.env, outer);
        (lent.flow, lent.path, lent.locals) = (Flow::On, When::default(), Vec::new());
        self.unreport(runs, declared);
        self.borrowed.insert(program.file, Some(lent.clone()));
        Some(lent)
    }
}
