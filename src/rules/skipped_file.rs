//! A file is not read because it is too large, no text, or of a kind that this build does not read. The engine says so.

use crate::finding::Level;
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "skipped-file",
    group: Group::Own,
    level: Level::Advice,
    fix: None,
    page: page!("skipped-file"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
