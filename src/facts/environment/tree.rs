//! Variables in the bodies of what is declared: lists of containers, maps of names.

use super::{EnvChange, Others, Secret, Target, TargetKind, Variable};
use crate::eval::Declared;
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::value::{Field, Tree, Value};

/// How a vocabulary spells what a variable is filled from.
#[derive(Debug, Clone, Copy)]
pub(in crate::facts) struct Spelling {
    /// What holds anything but a value.
    pub source: &'static str,
    /// The secret's name in it, one of these.
    pub secret: &'static [&'static [&'static str]],
    /// What brings variables of a whole other object.
    pub from: &'static str,
}

/// Gathers what one declaration gives.
pub(in crate::facts) struct Builder {
    change: EnvChange,
}

impl Builder {
    pub fn new(declared: &Declared, kind: TargetKind, name: Option<Value>, wording: Wording) -> Self {
        // What is declared is all there is.
        let all = Others::Dropped(declared.head);
        let change = EnvChange {
            target: Target { kind, name, project: None, region: None },
            creates: true,
            lasts: true,
            plain: all,
            secrets: all,
            given: Vec::new(),
            removed: Vec::new(),
            open: declared.body.is_unknown() || declared.body.map().is_none_or(|map| map.open),
            room: None,
            wording,
            said: declared.head,
            at: declared.at.clone(),
        };
        Self { change }
    }

    /// Where the target lies, as far as that is said.
    pub fn within(mut self, project: Option<Value>, region: Option<Value>) -> Self {
        (self.change.target.project, self.change.target.region) = (project, region);
        self
    }

    /// More may come that is not seen.
    pub fn open(&mut self) {
        self.change.open = true;
    }

    /// What exists is changed, and what is not said of it stays.
    pub fn keeps(&mut self) {
        (self.change.plain, self.change.secrets) = (Others::Kept, Others::Kept);
    }

    pub fn finish(self) -> EnvChange {
        self.change
    }

    /// The variables of the containers at the end of a path. Nothing is there where the path leads nowhere.
    pub fn containers(&mut self, body: &Tree, path: &[&str], spelling: Spelling) {
        let Some(field) = self.reach(body, path) else { return };
        self.change.open |= is_open(&field.tree);
        for container in field.tree.items() {
            let map = container.map();
            self.change.open |= map.is_none_or(|map| map.open) || !container.has(&[spelling.from]).is_no();
            if let Some(env) = self.reach(container, &["env"]) {
                self.change.open |= is_open(&env.tree);
                env.tree.items().iter().for_each(|variable| self.variable(variable, spelling));
            }
        }
    }

    fn variable(&mut self, variable: &Tree, spelling: Spelling) {
        let Some((field, name)) = variable.at(&["name"]).and_then(|field| Some((field, settle(field.tree.text()?))))
        else {
            return self.open();
        };
        self.change.open |= !name.is_literal();
        let value = variable.text_at(&["value"]).map(settle);
        let source = variable.at(&[spelling.source]).map(|field| &field.tree);
        let secret = source
            .and_then(|source| spelling.secret.iter().find_map(|path| source.text_at(path)))
            .map(|secret| Secret::of(&settle(secret)));
        self.change.given.push(Variable { name, value, secret, at: field.whole });
    }

    /// Plain variables by name, at the end of a path.
    pub fn named(&mut self, body: &Tree, path: &[&str]) {
        let Some(field) = self.reach(body, path) else { return };
        let Some(map) = field.tree.map() else { return self.open() };
        self.change.open |= map.open;
        for field in &map.fields {
            let name = Value::text(field.name.as_str(), field.at);
            self.change.given.push(Variable { name, value: field.tree.text().map(settle), secret: None, at: field.at });
        }
    }

    /// Variables from secrets, each a map with a key and a secret, at the end of a path.
    pub fn keyed(&mut self, body: &Tree, path: &[&str]) {
        let Some(field) = self.reach(body, path) else { return };
        self.change.open |= is_open(&field.tree);
        for item in field.tree.items() {
            match item.at(&["key"]).and_then(|field| Some((field, settle(field.tree.text()?)))) {
                Some((field, name)) => {
                    self.change.open |= !name.is_literal();
                    let mut secret = item.text_at(&["secret"]).map(|secret| Secret::of(&settle(secret)));
                    if let (Some(secret), Some(project)) = (&mut secret, item.text_at(&["project_id"])) {
                        secret.project = Some(settle(project));
                    }
                    self.change.given.push(Variable { name, value: None, secret, at: field.whole });
                }
                None => self.open(),
            }
        }
    }

    /// One variable that is given in words of its own.
    pub fn variable_of(&mut self, field: &Field, name: Value, value: Option<Value>, secret: Option<Secret>) {
        self.change.open |= !name.is_literal();
        self.change.given.push(Variable { name, value, secret, at: field.at });
    }

    /// The names of its secrets are said elsewhere.
    pub fn aliased(&mut self) {
        for secret in self.change.given.iter_mut().filter_map(|variable| variable.secret.as_mut()) {
            if let Some(near) = secret.name.place() {
                *secret = Secret::unknown(near);
            }
        }
    }

    /// What stands at the end of a path; where nobody can say, more may come.
    fn reach<'t>(&mut self, tree: &'t Tree, path: &[&str]) -> Option<&'t Field> {
        let found = tree.at(path);
        self.change.open |= found.is_none() && !tree.has(path).is_no();
        found
    }
}

/// Whether a list may hold more than is seen, or is none.
fn is_open(tree: &Tree) -> bool {
    match tree {
        Tree::List(list) => list.open,
        Tree::Map(map) => map.open,
        Tree::Text(_) => true,
        Tree::Null(_) => false,
    }
}
