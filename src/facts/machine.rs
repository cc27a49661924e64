//! Where another machine begins: what follows in a flow runs there, up to the next one.

use super::Facts;
use crate::eval::{Declared, Statement};

/// What follows runs on this.
#[derive(Debug, Clone)]
pub struct Machine {
    /// What kind of machine it is.
    pub kind: MachineKind,
    /// The statement.
    pub at: Statement,
}

/// Kinds of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineKind {
    /// One of a CI that is new for each run: nobody is logged in there.
    Hosted,
    /// Another one of a CI, or an image that somebody made for it.
    Runner,
    /// What the steps of one build of Cloud Build share.
    Build,
    /// An image while it is built.
    Image,
    /// What somebody starts, and may sit in front of.
    Container,
}

impl MachineKind {
    /// Whether nobody sits in front of it.
    pub fn is_unattended(self) -> bool {
        self != Self::Container
    }
}

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let on = declared.body.text_at(&["on"]).and_then(crate::value::Value::literal);
    let kind = match on.as_deref() {
        Some("hosted") => MachineKind::Hosted,
        Some("build") => MachineKind::Build,
        Some("image") => MachineKind::Image,
        Some("container") => MachineKind::Container,
        _ => MachineKind::Runner,
    };
    facts.machines.push(Machine { kind, at: declared.at.clone() });
}
