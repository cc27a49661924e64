//! A suppression silences nothing. The engine says so.

use crate::finding::{Level, Safety};
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "unused-suppression",
    group: Group::Own,
    level: Level::Warning,
    fix: Some(Safety::Safe),
    page: page!("unused-suppression"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
