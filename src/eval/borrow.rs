//! Names that other files give a meaning to: those files are run for what they define, and for nothing else.

use std::rc::Rc;
use std::sync::Arc;

use super::env::{Binding, Env, Flow, Parameters};
use super::exec::Machine;
use super::when::When;
use super::{MAX_BORROWED, MAX_LENDERS, MAX_LENT};
use crate::program::{Borrow, Expr, Program, Routine, own_name};
use crate::source::FileId;
use crate::value::{Field, Map, Tree, Value};

impl Machine<'_> {
    pub(super) fn borrow(&mut self, borrow: &Borrow) {
        if let Some(lender) = self.lender(&borrow.paths) {
            let Some(there) = &borrow.there else { return self.whole(lender, borrow) };
            if self.one(lender, there, borrow) {
                return;
            }
        }
        if let Some(lender) = self.lender(&borrow.within) {
            self.whole(lender, borrow);
        }
    }

    /// The first of several files that there is, looked at.
    fn lender(&mut self, paths: &[Expr]) -> Option<FileId> {
        let (file, place) = (self.file, self.here());
        let program = paths.iter().find_map(|path| self.link.find(file, &Value::text(path.literal()?, place)))?;
        (program.file != file && self.lend(&program)).then_some(program.file)
    }

    /// Variables of a file by its own names, and what they hold.
    fn lent(&mut self, lender: FileId) -> Vec<(Rc<str>, Rc<Binding>)> {
        let Some(Some(lent)) = self.borrowed.get(&lender) else { return Vec::new() };
        // Functions there ask for names that only they know: each name is one file's, so they are known here as well.
        let all: Vec<(Rc<str>, Rc<Binding>)> =
            lent.bindings().map(|(name, binding)| (name.clone(), binding.clone())).collect();
        self.steps += all.len();
        for (name, binding) in &all {
            if self.env.get(name).is_none() {
                self.env.bind(name, binding.clone());
            }
        }
        all
    }

    /// One name of a file; whether it has it.
    fn one(&mut self, lender: FileId, there: &str, borrow: &Borrow) -> bool {
        let own = own_name(lender, there);
        let (name, parts) = (format!(".{own}"), format!(".{own}."));
        let mut found = false;
        for (known, binding) in self.lent(lender) {
            if *known == *name {
                self.env.bind(&borrow.here, binding);
                found = true;
            } else if let Some(part) = known.strip_prefix(&parts) {
                self.env.bind(&format!("{}.{part}", borrow.here), binding);
                found = true;
            }
        }
        // Who takes it from this file finds it by the name that it has here.
        let lent = borrow.here.strip_prefix('.').unwrap_or(&borrow.here);
        let mut routines: Vec<(String, Arc<Routine>)> = Vec::new();
        for (known, routine) in &self.routines {
            let end = match known.strip_prefix(&own) {
                Some(end) if end.is_empty() || end.starts_with('.') => end,
                _ => continue,
            };
            routines.extend([&borrow.called, lent].map(|by| (format!("{by}{end}"), routine.clone())));
        }
        found |= !routines.is_empty();
        self.routines.extend(routines);
        found
    }

    /// All names of a file, as parts of one.
    fn whole(&mut self, lender: FileId, borrow: &Borrow) {
        let (place, end) = (self.here(), own_name(lender, ""));
        let mut map = Map { open: true, ..Map::default() };
        for (name, _) in self.lent(lender) {
            let plain = name.strip_prefix('.').and_then(|name| name.strip_suffix(&end));
            let Some(plain) = plain.filter(|plain| !plain.contains(['.', '\''])) else { continue };
            // One of several is not followed.
            if let [(when, tree)] = self.held(&name, place).as_slice()
                && *when == When::default()
            {
                map.fields.push(Field { name: plain.to_owned(), at: place, whole: place, tree: tree.clone() });
            }
        }
        self.hold(&borrow.here, vec![(When::default(), Tree::Map(Arc::new(map)))]);
        let own = |known: &String| {
            let (name, rest) = known.split_once(&end)?;
            let plain = !name.contains(['.', '/']) && (rest.is_empty() || rest.starts_with('.'));
            plain.then(|| format!("{}.{name}{rest}", borrow.called))
        };
        let routines: Vec<(String, Arc<Routine>)> =
            self.routines.iter().filter_map(|(known, routine)| Some((own(known)?, routine.clone()))).collect();
        self.routines.extend(routines);
    }

    /// Looks at a file for what it gives a meaning to; whether that is known.
    fn lend(&mut self, program: &Program) -> bool {
        if let Some(known) = self.borrowed.get(&program.file) {
            return known.is_some();
        }
        let looked_at = self.borrowed.values().filter(|known| known.is_none()).count();
        if looked_at >= MAX_BORROWED || self.borrowed.len() >= MAX_LENDERS {
            return false;
        }
        self.borrowed.insert(program.file, None);
        let (runs, declared) = self.reported();
        let outer = std::mem::replace(&mut self.env, Env::new(Parameters::default()));
        let file = std::mem::replace(&mut self.file, program.file);
        let (mark, called) = (self.left_behind(), self.called.clone());
        let most = self.most;
        self.most = most.min(self.steps + MAX_LENT);
        self.block(&program.body);
        if self.steps >= self.most {
            // What comes behind may set all of it anew.
            let (version, place) = (self.fresh(), self.here());
            self.env.doubt(version, place);
        }
        self.most = most;
        self.forget_left(mark);
        self.called = called;
        self.file = file;
        let mut lent = std::mem::replace(&mut self.env, outer);
        (lent.flow, lent.path, lent.locals) = (Flow::On, When::default(), Vec::new());
        self.unreport(runs, declared);
        self.borrowed.insert(program.file, Some(lent));
        true
    }
}
