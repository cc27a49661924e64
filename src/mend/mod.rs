//! Proposals to change text → new text, linted again. A proposal that makes anything worse is dropped. Knows no single rule
//! and no disk.

mod choice;
mod ignores;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::engine::{Content, Input, Settings};
use crate::finding::{Edit, Finding, Safety};
use crate::fix;
use crate::outcome::Outcome;
use crate::rules::own;
use crate::source::{FileId, Source};
use choice::Choice;
pub use ignores::ignores;
pub use verify::Why;
use verify::{Worse, verify};

/// Rounds of one run: what overlaps waits for the next one, and so does what a change brings to light.
const MAX_ROUNDS: usize = 20;
/// Times that the files are linted again in one run, and for proposals of one file. Of what is proposed beyond, nothing is
/// tried.
const MAX_TRIES: usize = 400;
const MAX_TRIES_OF_FILE: usize = 40;

/// A change of text that is to be rid of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The finding, by its place in the outcome.
    pub finding: usize,
    /// All of them, or none.
    pub edits: Vec<Edit>,
    /// What they do.
    pub kind: Kind,
}

impl Proposal {
    /// The file that it changes first.
    fn file(&self) -> FileId {
        self.edits.first().map_or(FileId(u32::MAX), |edit| edit.file)
    }
}

/// What the edits of a proposal do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They mend a fault.
    Mend,
    /// They change a comment that silences, and nothing else.
    Comment,
    /// They write such a comment.
    Silence,
    /// They turn the rule off in a configuration.
    TurnOff,
}

/// A file that is another one now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The name that it is reported by.
    pub path: String,
    /// Where it lies.
    pub disk: PathBuf,
    /// Its bytes as they were read.
    pub before: Vec<u8>,
    /// Its bytes as they are to be.
    pub after: Vec<u8>,
    /// How many findings of which rule were in it and are gone.
    pub gone: BTreeMap<&'static str, usize>,
}

impl Dropped {
    fn of(finding: &Finding, outcome: &Outcome, why: Why) -> Self {
        let source = outcome.source(finding.primary.file);
        let at = source.map(|source| (source.path().to_owned(), source.line(finding.primary.span.start)));
        Self { rule: finding.rule, at: at.unwrap_or_default(), why }
    }
}

/// A proposal that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The rule of its finding.
    pub rule: &'static str,
    /// Where: the file and the line, from 1, as it was when this was tried.
    pub at: (String, u32),
    /// Why.
    pub why: Why,
}

/// What a run of changes ends with.
#[derive(Debug, Default)]
pub struct Mended {
    /// The findings in the files as they are to be.
    pub outcome: Outcome,
    /// The files that change, by path.
    pub changes: Vec<Change>,
    /// What was proposed and not taken.
    pub dropped: Vec<Dropped>,
}

/// What is changed, and how it is linted.
pub struct Bench<'r> {
    /// The files, as for a run of the engine.
    pub inputs: Vec<Input>,
    /// The bytes of the configurations, by project.
    pub configs: BTreeMap<u32, Vec<u8>>,
    /// How the files are linted.
    pub settings: Settings,
    /// Finds the faults of such files.
    pub check: &'r dyn Fn(Vec<Input>, &Settings) -> Outcome,
    /// Whether what lies there may be changed.
    pub may_change: &'r dyn Fn(&Path) -> bool,
}

/// The fixes of findings, as far as they may be applied unasked or, with `Unsafe`, at all.
pub fn fixes(outcome: &Outcome, safety: Safety, is_wanted: impl Fn(&Finding) -> bool) -> Vec<Proposal> {
    let of = |(index, finding): (usize, &Finding)| {
        let fix = finding.fix.as_ref()?;
        let is_allowed = fix.safety == Safety::Safe || safety == Safety::Unsafe;
        let kind = if own::is_of_comments(finding.rule) { Kind::Comment } else { Kind::Mend };
        (is_allowed && is_wanted(finding)).then(|| Proposal { finding: index, edits: fix.edits.clone(), kind })
    };
    outcome.findings.iter().enumerate().filter_map(of).collect()
}

/// What a finding is called while its file changes: its rule, path and message, and what is pointed at.
pub(crate) type Key = (&'static str, String, String, String);

pub(crate) fn key(finding: &Finding, outcome: &Outcome) -> Key {
    let path = outcome.source(finding.primary.file).map_or("", Source::path);
    let pointed = finding.anchor.lines().next().unwrap_or("");
    (finding.rule, path.to_owned(), finding.message.clone(), pointed.to_owned())
}

impl Bench<'_> {
    /// Applies what is proposed, round after round, until nothing is proposed that was not tried. `first` is the outcome of
    /// the files as they are; `propose` is asked about each outcome, with the findings whose proposals were dropped.
    pub fn mend(mut self, first: Outcome, propose: &dyn Fn(&Outcome, &Tried) -> Vec<Proposal>) -> Mended {
        let mut outcome = first;
        let mut tried = Tried::default();
        let mut changes: BTreeMap<Target, Change> = BTreeMap::new();
        let mut dropped: BTreeMap<Key, Vec<Dropped>> = BTreeMap::new();
        let mut spent = 0;
        for _ in 0..MAX_ROUNDS {
            let proposals = propose(&outcome, &tried);
            let (mut some, none): (Vec<Proposal>, Vec<Proposal>) =
                proposals.into_iter().partition(|proposal| !proposal.edits.is_empty());
            // Of a round of comments nothing else may change.
            if some.iter().any(|proposal| proposal.kind == Kind::Mend) {
                some.retain(|proposal| proposal.kind == Kind::Mend);
            }
            // What has no room where it was looked for is looked for elsewhere.
            for finding in none.iter().filter_map(|proposal| outcome.findings.get(proposal.finding)) {
                tried.note(key(finding, &outcome));
            }
            let (allowed, foreign): (Vec<Proposal>, Vec<Proposal>) =
                some.into_iter().partition(|one| self.may_take(one, &outcome));
            for finding in foreign.iter().filter_map(|proposal| outcome.findings.get(proposal.finding)) {
                let key = key(finding, &outcome);
                tried.note(key.clone());
                dropped.entry(key).or_default().push(Dropped::of(finding, &outcome, Why::Foreign));
            }
            let chosen = Choice::of(&allowed, &outcome).taken;
            if chosen.is_empty() {
                if none.is_empty() && foreign.is_empty() {
                    break;
                }
                continue;
            }
            let mut round = Round {
                bench: &self,
                base: &outcome,
                good: Vec::new(),
                refused: Vec::new(),
                next: None,
                tries: spent,
                spent: BTreeMap::new(),
            };
            round.sift(chosen);
            let Round { good, refused, next, tries, .. } = round;
            spent = tries;
            // What did not go beside others is tried again without them.
            let is_final = |why: &Why| good.is_empty() || *why == Why::Untried;
            for (proposal, why) in refused.into_iter().filter(|(_, why)| is_final(why)) {
                let Some(finding) = outcome.findings.get(proposal.finding) else { continue };
                let key = key(finding, &outcome);
                tried.note(key.clone());
                dropped.entry(key).or_default().push(Dropped::of(finding, &outcome, why));
            }
            if let Some(next) = next {
                self.commit(&good, &outcome, &mut changes);
                outcome = next;
            }
        }
        // What went in another way is not dropped, and what was tried in several ways is told once.
        let mut left: BTreeMap<Key, usize> = BTreeMap::new();
        outcome.findings.iter().for_each(|finding| *left.entry(key(finding, &outcome)).or_default() += 1);
        let told = |(key, mut all): (Key, Vec<Dropped>)| {
            let mut lines = BTreeSet::new();
            all.retain(|one| lines.insert(one.at.clone()));
            all.truncate(left.get(&key).copied().unwrap_or(0));
            all
        };
        let dropped = dropped.into_iter().flat_map(told).collect();
        let changes = changes.into_values().filter(|change| change.before != change.after).collect();
        Mended { outcome, changes, dropped }
    }

    /// Whether every file that a proposal changes may be changed.
    fn may_take(&self, proposal: &Proposal, outcome: &Outcome) -> bool {
        proposal.edits.iter().all(|edit| match self.target(edit.file, outcome) {
            Some(Target::Input(index)) => {
                self.inputs.get(index).is_some_and(|input| input.reported && (self.may_change)(&input.disk))
            }
            Some(Target::Config(project)) => {
                self.settings.configs.get(&project).is_some_and(|config| (self.may_change)(config.path()))
                    && self.configs.contains_key(&project)
            }
            None => false,
        })
    }

    fn target(&self, file: FileId, outcome: &Outcome) -> Option<Target> {
        if let Some(project) = outcome.configs.get(&file) {
            return Some(Target::Config(*project));
        }
        let index = file.0 as usize;
        let is_text = self.inputs.get(index).is_some_and(|input| matches!(input.content, Content::Bytes(_)));
        is_text.then_some(Target::Input(index))
    }

    /// The bytes of files after edits.
    fn edited(&self, proposals: &[Proposal], outcome: &Outcome) -> Option<BTreeMap<Target, Vec<u8>>> {
        let mut edits: BTreeMap<FileId, Vec<Edit>> = BTreeMap::new();
        for edit in proposals.iter().flat_map(|proposal| &proposal.edits) {
            let of_file = edits.entry(edit.file).or_default();
            if !of_file.contains(edit) {
                of_file.push(edit.clone());
            }
        }
        let edited = |(file, edits): (&FileId, &Vec<Edit>)| {
            let target = self.target(*file, outcome)?;
            let source = outcome.source(*file)?;
            Some((target, fix::apply(self.bytes(target)?, source, edits).ok()?))
        };
        edits.iter().map(edited).collect()
    }

    fn bytes(&self, target: Target) -> Option<&[u8]> {
        match target {
            Target::Input(index) => match &self.inputs.get(index)?.content {
                Content::Bytes(bytes) => Some(bytes),
                _ => None,
            },
            Target::Config(project) => self.configs.get(&project).map(Vec::as_slice),
        }
    }

    /// Lints the files as they would be. `None` when a configuration would be none.
    fn lint(&self, edited: &BTreeMap<Target, Vec<u8>>) -> Option<Outcome> {
        let mut inputs = self.inputs.clone();
        let mut settings = self.settings.clone();
        for (target, bytes) in edited {
            match target {
                Target::Input(index) => inputs.get_mut(*index)?.content = Content::Bytes(bytes.clone().into()),
                Target::Config(project) => {
                    let old = settings.configs.get(project)?;
                    let source = Source::new(old.source.path(), bytes).ok()?;
                    let config = Config::parse(source, old.path()).ok()?;
                    settings.configs.insert(*project, config.into());
                }
            }
        }
        Some((self.check)(inputs, &settings))
    }

    /// Makes the edits those of the files.
    fn commit(&mut self, good: &[Proposal], outcome: &Outcome, changes: &mut BTreeMap<Target, Change>) {
        let Some(edited) = self.edited(good, outcome) else { return };
        for (target, bytes) in edited {
            let before = self.bytes(target).unwrap_or_default().to_vec();
            let (path, disk) = match target {
                Target::Input(index) => match self.inputs.get_mut(index) {
                    Some(input) => {
                        input.content = Content::Bytes(bytes.clone().into());
                        (input.path.clone(), input.disk.clone())
                    }
                    None => continue,
                },
                Target::Config(project) => {
                    let Some(old) = self.settings.configs.get(&project).cloned() else { continue };
                    self.configs.insert(project, bytes.clone());
                    let config = Source::new(old.source.path(), &bytes).ok();
                    let config = config.and_then(|source| Config::parse(source, old.path()).ok());
                    self.settings.configs.extend(config.map(|config| (project, config.into())));
                    (old.source.path().to_owned(), old.path().to_owned())
                }
            };
            let new = Change { path, disk, before, after: Vec::new(), gone: BTreeMap::new() };
            changes.entry(target).or_insert(new).after = bytes;
        }
        for finding in good.iter().filter_map(|proposal| outcome.findings.get(proposal.finding)) {
            // What is mended elsewhere is told of where it was.
            let own = self.target(finding.primary.file, outcome).filter(|target| changes.contains_key(target));
            let at = own.or_else(|| changes.keys().next().copied());
            if let Some(change) = at.and_then(|target| changes.get_mut(&target)) {
                *change.gone.entry(finding.rule).or_default() += 1;
            }
        }
    }
}

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// One of the inputs.
    Input(usize),
    /// The configuration of a project.
    Config(u32),
}

/// Findings whose proposals were dropped, and how often.
#[derive(Debug, Default)]
pub struct Tried {
    counts: BTreeMap<Key, usize>,
}

impl Tried {
    /// How often something was tried in vain for a finding.
    pub fn count(&self, finding: &Finding, outcome: &Outcome) -> usize {
        self.counts.get(&key(finding, outcome)).copied().unwrap_or(0)
    }

    fn note(&mut self, key: Key) {
        *self.counts.entry(key).or_default() += 1;
    }
}

/// One round: which of the proposals are good together.
struct Round<'b, 'r> {
    bench: &'b Bench<'r>,
    base: &'b Outcome,
    good: Vec<Proposal>,
    refused: Vec<(Proposal, Why)>,
    /// The outcome with what is good.
    next: Option<Outcome>,
    tries: usize,
    /// Of these, for proposals of one file.
    spent: BTreeMap<FileId, usize>,
}

impl Round<'_, '_> {
    /// Takes as many of these as make nothing worse: all of them, all but those that are to blame, or of each half as many.
    fn sift(&mut self, proposals: Vec<Proposal>) {
        if proposals.is_empty() {
            return;
        }
        let files: BTreeSet<FileId> = proposals.iter().map(Proposal::file).collect();
        let spent = files.first().filter(|_| files.len() == 1).map(|file| self.spent.entry(*file).or_default());
        if self.tries >= MAX_TRIES || spent.as_ref().is_some_and(|spent| **spent >= MAX_TRIES_OF_FILE) {
            self.refused.extend(proposals.into_iter().map(|one| (one, Why::Untried)));
            return;
        }
        self.tries += 1;
        if let Some(spent) = spent {
            *spent += 1;
        }
        let together: Vec<Proposal> = self.good.iter().chain(&proposals).cloned().collect();
        match self.attempt(&together) {
            Ok(next) => {
                self.good = together;
                self.next = Some(next);
            }
            Err(worse) if proposals.len() == 1 => {
                self.refused.extend(proposals.into_iter().map(|one| (one, worse.why.clone())));
            }
            Err(worse) => {
                let (blamed, rest): (Vec<Proposal>, Vec<Proposal>) =
                    proposals.into_iter().partition(|one| worse.blamed.contains(&one.finding));
                if !blamed.is_empty() {
                    self.refused.extend(blamed.into_iter().map(|one| (one, worse.why.clone())));
                    self.sift(rest);
                    return;
                }
                // One file with many that are refused takes nothing from the others.
                let middle = files.iter().nth(files.len() / 2).copied().filter(|_| files.len() > 1);
                let (first, second) = if let Some(middle) = middle {
                    rest.into_iter().partition(|one| one.file() < middle)
                } else {
                    let mut first = rest;
                    let second = first.split_off(first.len() / 2);
                    (first, second)
                };
                self.sift(first);
                self.sift(second);
            }
        }
    }

    fn attempt(&self, proposals: &[Proposal]) -> Result<Outcome, Worse> {
        let edited = self.bench.edited(proposals, self.base).ok_or(Why::Overlap)?;
        let next = self.bench.lint(&edited).ok_or(Why::Unreadable)?;
        let files = edited.iter().filter_map(|(target, bytes)| match target {
            Target::Input(index) => {
                Some((self.bench.inputs.get(*index)?, self.bench.bytes(*target)?, bytes.as_slice()))
            }
            Target::Config(_) => None,
        });
        verify(self.base, &next, proposals, files)?;
        Ok(next)
    }
}

#[cfg(test)]
mod tests;
