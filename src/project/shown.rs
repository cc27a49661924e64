//! What the texts of a project show beside facts.

use std::collections::BTreeSet;

use crate::gcp::role::Role;
use crate::source::FileId;

/// What the texts of a project show beside facts.
#[derive(Debug, Default)]
pub struct Shown {
    /// Variables that images and programs set for themselves, wherever they run.
    pub set: BTreeSet<String>,
    /// Whether any text speaks of services that are known by an id and a secret.
    pub service_ids: bool,
    /// Files whose text speaks of variables that tell gcloud who it is, and which project it is for.
    pub told_by_variables: BTreeSet<FileId>,
    /// Where texts speak of who may do what, whether that was understood or not.
    pub spoken: Vec<Spoken>,
}

/// Where a text names a role, or what sets a policy.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The file.
    pub file: FileId,
    /// The byte of its text.
    pub at: u32,
    /// The role; any where what sets a whole policy stands here.
    pub role: Option<Role>,
    /// The lines around it.
    pub around: String,
}

/// Variables that one needs beside it.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// Where this one is given,
    pub when: String,
    /// these are due.
    pub needs: Vec<String>,
}

/// Places in a project where texts speak of roles; of more nothing is remembered.
const MAX_SPOKEN: usize = 5_000;

impl Shown {
    /// Adds a place where a text names a role, or what sets a policy; roles that are due to nobody here are left out.
    pub fn speaks<'t>(&mut self, file: FileId, at: u32, role: Option<&str>, around: impl FnOnce() -> &'t str) {
        let known = role.map(Role::find);
        if self.spoken.len() >= MAX_SPOKEN || matches!(known, Some(None)) {
            return;
        }
        let role = known.flatten();
        if role.is_none_or(|role| role.holds_tracked()) {
            self.spoken.push(Spoken { file, at, role, around: around().to_ascii_lowercase() });
        }
    }

    /// Adds what another text shows.
    pub fn join(&mut self, other: &Self) {
        self.set.extend(other.set.iter().cloned());
        self.service_ids |= other.service_ids;
        self.told_by_variables.extend(&other.told_by_variables);
        let room = MAX_SPOKEN.saturating_sub(self.spoken.len());
        self.spoken.extend(other.spoken.iter().take(room).cloned());
    }

    /// Whether what is deployed may give itself this variable.
    pub(super) fn given_by_image(&self, name: &str) -> bool {
        self.set.contains(name)
    }
}
