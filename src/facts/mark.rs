//! What is said of stretches of programs: what runs at once, what is only written, what need not run, what may do anything.

use super::Facts;
use crate::eval::{Declared, Statement};

/// Something that is said of a stretch.
#[derive(Debug, Clone)]
pub struct Mark {
    /// What.
    pub kind: MarkKind,
    /// The stretch.
    pub at: Statement,
}

/// What may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// What follows does not wait for it.
    Background,
    /// All that ran at once is over.
    Waits,
    /// It is put into a file, and does not run here.
    Written,
    /// It need not run, or may fail.
    Conditional,
    /// A program or an action runs that may do anything.
    Opaque,
}

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let kind = match declared.kind.as_str() {
        "background" => MarkKind::Background,
        "wait" => MarkKind::Waits,
        "written" => MarkKind::Written,
        "conditional" => MarkKind::Conditional,
        _ => MarkKind::Opaque,
    };
    facts.marks.push(Mark { kind, at: declared.at.clone() });
}
