//! Actions that the steps of a CI use, whatever they are of.

use super::Facts;
use super::action::major;
use super::declare::given_at;
use crate::eval::{Declared, Statement};
use crate::facts::Given;
use crate::value::{Place, Tree, Truth};

/// A step that uses an action.
#[derive(Debug, Clone)]
pub struct Uses {
    /// The action, in lower case, without its version.
    pub name: String,
    /// The major version; `None` for a branch or a commit.
    pub version: Option<u32>,
    /// Whether the step may be left out, or what it is given may be more than is seen.
    pub conditional: bool,
    /// Its inputs; nothing where it has none.
    with: Option<Tree>,
    /// The lines of the step, where they may be moved as they are.
    pub lines: Option<Given>,
    /// Where the action is named.
    pub head: Place,
    /// The statement.
    pub at: Statement,
}

impl Uses {
    /// An input.
    pub fn input(&self, name: &str) -> Option<Given> {
        given_at(self.with.as_ref()?, &[name])
    }

    /// Whether an input is given.
    pub fn has(&self, name: &str) -> Truth {
        self.with.as_ref().map_or(Truth::No, |with| with.has(&[name]))
    }
}

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let with = body.at(&["with"]).map(|field| field.tree.clone());
    let open = with.as_ref().is_some_and(|with| with.map().is_none_or(|map| map.open));
    let (name, version) = declared.kind.split_once('@').unwrap_or((&declared.kind, ""));
    facts.uses.push(Uses {
        name: name.to_ascii_lowercase(),
        version: major(version),
        conditional: open || body.at(&["when"]).is_some(),
        with,
        lines: given_at(body, &["lines"]),
        head: declared.head,
        at: declared.at.clone(),
    });
}
