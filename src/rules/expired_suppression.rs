//! A suppression held until a day that is over. The engine says so.

use crate::finding::{Level, Safety};
use crate::rule::{Group, Rule};

/// Reported by the engine: it asks no facts.
pub static RULE: Rule = Rule {
    id: "expired-suppression",
    group: Group::Own,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("expired-suppression"),
    covers: &[],
    checks: &[],
    ..Rule::STABLE
};
