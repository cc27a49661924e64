//! The configuration says something that does nothing. The engine says so.

use crate::finding::{Level, Safety};
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "invalid-config",
    group: Group::Own,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("invalid-config"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
