//! A file or directory is not read because the system refuses it. The engine says so.

use crate::finding::Level;
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "unreadable-file",
    group: Group::Own,
    level: Level::Advice,
    fix: None,
    page: page!("unreadable-file"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
