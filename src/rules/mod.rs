//! The list of rules. Placeholder.

use crate::finding::Level;

/// A rule. Placeholder.
#[derive(Debug)]
pub struct Rule {
    /// The name of the fault.
    pub id: &'static str,
    /// How bad it is unless something says otherwise.
    pub level: Level,
    /// The page: Markdown.
    pub page: &'static str,
}

/// All rules.
pub static RULES: &[&Rule] = &[];
