//! What the texts of a project show beside facts.

use std::collections::BTreeSet;

/// What the texts of a project show beside facts.
#[derive(Debug, Default)]
pub struct Shown {
    /// Variables that images and programs set for themselves, wherever they run.
    pub set: BTreeSet<String>,
    /// Whether any text speaks of services that are known by an id and a secret.
    pub service_ids: bool,
}

/// Variables that one needs beside it.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// Where this one is given,
    pub when: String,
    /// these are due.
    pub needs: Vec<String>,
}

impl Shown {
    /// Whether what is deployed may give itself this variable.
    pub(super) fn given_by_image(&self, name: &str) -> bool {
        self.set.contains(name)
    }
}
