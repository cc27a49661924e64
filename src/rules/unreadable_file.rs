//! A file or directory is not read because the system refuses it. The engine says so.

use crate::finding::Level;
use crate::rule::Rule;

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "unreadable-file",
    level: Level::Advice,
    fix: None,
    page: page!("unreadable-file"),
    covers: &[],
    checks: &[],
};
