//! A suppression gives no reason. The engine says so.

use crate::finding::Level;
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "suppression-without-reason",
    group: Group::Own,
    level: Level::Warning,
    fix: None,
    page: page!("suppression-without-reason"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
