//! Which proposals of a round go together: those whose edits do not touch each other.

use std::collections::BTreeMap;

use super::Proposal;
use crate::finding::Edit;
use crate::outcome::Outcome;
use crate::source::FileId;

/// The proposals of one round.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Those that are taken, in order.
    pub taken: Vec<Proposal>,
}

impl Choice {
    /// Takes each in turn that does not touch what is taken already. What two of them ask for alike is done once.
    pub fn of(proposals: &[Proposal], outcome: &Outcome) -> Self {
        let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        let mut choice = Self::default();
        for proposal in proposals {
            let is_own = |edit: &Edit| {
                outcome.source(edit.file).is_some_and(|source| source.text().get(edit.span.range()).is_some())
            };
            let is_free = |edit: &Edit| {
                edits
                    .get(&edit.file)
                    .is_none_or(|taken| taken.iter().all(|other| *other == edit || !touch(other, edit)))
            };
            if proposal.edits.iter().all(|edit| is_own(edit) && is_free(edit)) && !within(&proposal.edits) {
                for edit in &proposal.edits {
                    edits.entry(edit.file).or_default().push(edit);
                }
                choice.taken.push(proposal.clone());
            }
        }
        choice
    }
}

/// Whether edits of one proposal touch each other.
fn within(edits: &[Edit]) -> bool {
    edits
        .iter()
        .enumerate()
        .any(|(index, edit)| edits.iter().skip(index + 1).any(|other| other.file == edit.file && touch(edit, other)))
}

/// Whether two edits of one file replace the same text, or have no right order.
fn touch(one: &Edit, two: &Edit) -> bool {
    let (first, second) = if one.span <= two.span { (one.span, two.span) } else { (two.span, one.span) };
    second.start < first.end || second.start == first.start && (first.is_empty() && second.is_empty())
}
