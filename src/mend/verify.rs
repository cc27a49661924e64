//! Whether a change makes nothing worse: the findings that it is for are gone, none is new, and as much is understood of
//! the text as before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Key, Kind, Proposal, key};
use crate::engine::{self, Input};
use crate::finding::Level;
use crate::outcome::Outcome;
use crate::rules::own::UNUSED_SUPPRESSION;

/// Why a proposal is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The finding would still be there.
    Stays,
    /// It would bring a finding of this rule.
    Brings(&'static str),
    /// Less of the text would be understood.
    Unreadable,
    /// A comment would change what the file does.
    Meddles,
    /// It would change a file that is not to be changed.
    Foreign,
    /// Its edits touch each other.
    Overlap,
    /// Too much was tried already.
    Untried,
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stays => out.write_str("the fault would stay"),
            Self::Brings(rule) => write!(out, "the changed file would have a finding of `{rule}` that it has not now"),
            Self::Unreadable => out.write_str("authlint could not read the changed file as well as it reads this one"),
            Self::Meddles => out.write_str("a comment there would be taken for a part of the text or the command"),
            Self::Foreign => out.write_str("it would change a file that was not asked for, or lies behind a link"),
            Self::Overlap => out.write_str("its edits touch the same text"),
            Self::Untried => out.write_str("too many others were tried before"),
        }
    }
}

/// What is worse.
#[derive(Debug)]
pub(super) struct Worse {
    pub why: Why,
    /// The findings whose proposals are surely to blame.
    pub blamed: BTreeSet<usize>,
}

impl From<Why> for Worse {
    fn from(why: Why) -> Self {
        Self { why, blamed: BTreeSet::new() }
    }
}

/// Compares what is found before and after. `files` are the files that change, with their bytes before and after.
///
/// # Errors
/// What is [`Worse`].
pub(super) fn verify<'i>(
    before: &Outcome,
    after: &Outcome,
    proposals: &[Proposal],
    files: impl Iterator<Item = (&'i Input, &'i [u8], &'i [u8])>,
) -> Result<(), Worse> {
    for (input, old, new) in files {
        // A comment leaves all as it is.
        let is_only_comments = proposals.iter().all(|one| matches!(one.kind, Kind::Comment | Kind::Silence));
        if is_only_comments && engine::doings(&input.path, new) != engine::doings(&input.path, old) {
            return Err(Why::Meddles.into());
        }
        let breaks =
            || engine::is_sound(&input.path, new) == Some(false) && engine::is_sound(&input.path, old) == Some(true);
        if engine::understood(&input.path, new) < engine::understood(&input.path, old) || breaks() {
            return Err(Why::Unreadable.into());
        }
    }
    let silenced = proposals.iter().filter(|one| one.kind == Kind::Silence).count();
    if after.suppressed < before.suppressed + silenced {
        return Err(Why::Stays.into());
    }
    let (was, is) = (by_rule(before), by_rule(after));
    for (at, count) in &is {
        // Where a fault is gone that was silenced, too, the comment goes in the next round.
        let is_next = at.0 == UNUSED_SUPPRESSION.id && silenced == 0;
        if was.get(at).unwrap_or(&0) < count && !is_next {
            return Err(Why::Brings(at.0).into());
        }
    }
    let (was, is) = (by_key(before), by_key(after));
    let mut due: BTreeMap<Key, usize> = BTreeMap::new();
    for proposal in proposals {
        if let Some(finding) = before.findings.get(proposal.finding) {
            *due.entry(key(finding, before)).or_default() += 1;
        }
    }
    due.retain(|key, due| is.get(key).unwrap_or(&0) + *due > was.get(key).copied().unwrap_or(0));
    if due.is_empty() {
        return Ok(());
    }
    let is_blamed = |proposal: &&Proposal| {
        before.findings.get(proposal.finding).is_some_and(|finding| due.contains_key(&key(finding, before)))
    };
    let blamed = proposals.iter().filter(is_blamed).map(|proposal| proposal.finding).collect();
    Err(Worse { why: Why::Stays, blamed })
}

/// How many findings of a rule each file has. Advice may come to light where more is understood than before.
fn by_rule(outcome: &Outcome) -> BTreeMap<(&'static str, &str), usize> {
    let mut counts = BTreeMap::new();
    for finding in outcome.findings.iter().filter(|finding| finding.level > Level::Advice) {
        let path = outcome.source(finding.primary.file).map_or("", |source| source.path());
        *counts.entry((finding.rule, path)).or_default() += 1;
    }
    counts
}

fn by_key(outcome: &Outcome) -> BTreeMap<Key, usize> {
    let mut counts = BTreeMap::new();
    for finding in &outcome.findings {
        *counts.entry(key(finding, outcome)).or_default() += 1;
    }
    counts
}
