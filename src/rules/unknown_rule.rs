//! A suppression or the configuration names a rule that does not exist. The engine says so.

use crate::finding::{Level, Safety};
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "unknown-rule",
    group: Group::Own,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("unknown-rule"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
