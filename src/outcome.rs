//! What a run ends with: the findings, the sources that they point into, and the counts. Knows no rule and no format.

use std::collections::BTreeMap;

use crate::finding::{Finding, Level};
use crate::source::{FileId, Source, Span};

/// What a finding was silenced by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silencer {
    /// A comment, which says why; empty where it does not.
    Comment(String),
    /// The baseline.
    Baseline,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// All sources that findings point into, by [`FileId`].
    pub sources: Vec<Source>,
    /// Findings of every level, sorted by path, place, rule.
    pub findings: Vec<Finding>,
    /// Files that were looked at.
    pub files: usize,
    /// Of these, files that mention something authlint knows and were read.
    pub relevant: usize,
    /// Files that were skipped, by the feature that this build lacks to read them.
    pub lacking: BTreeMap<&'static str, usize>,
    /// Where secrets stand: no format may print what is there.
    pub secrets: BTreeMap<FileId, Vec<Span>>,
    /// The configurations among the sources, with the number of their project.
    pub configs: BTreeMap<FileId, u32>,
    /// Findings that are not reported, with what silenced them.
    pub silenced: Vec<(Finding, Silencer)>,
    /// How many were silenced by a comment.
    pub suppressed: usize,
    /// How many were left out since a baseline has them.
    pub known: usize,
    /// The project of each file that findings are reported of.
    pub projects: BTreeMap<FileId, u32>,
    /// Advice that was taken out, because its project does not show any.
    pub hidden: usize,
    /// What was asked for and could not be read, each with why.
    pub faults: Vec<String>,
}

impl Outcome {
    /// The source of an id; an id always comes from this run.
    pub fn source(&self, file: FileId) -> Option<&Source> {
        self.sources.get(file.0 as usize)
    }

    /// The index of the project that a finding is of.
    pub fn project(&self, finding: &Finding) -> u32 {
        self.projects.get(&finding.primary.file).copied().unwrap_or_default()
    }

    /// Keeps a finding that is not reported.
    pub fn silence(&mut self, finding: Finding, by: Silencer) {
        match by {
            Silencer::Comment(_) => self.suppressed += 1,
            Silencer::Baseline => self.known += 1,
        }
        self.silenced.push((finding, by));
    }

    /// Takes out the findings that are not shown, and keeps their number.
    pub fn hide(&mut self, is_shown: impl Fn(&Self, &Finding) -> bool) {
        let silenced = std::mem::take(&mut self.silenced);
        self.silenced = silenced.into_iter().filter(|(finding, _)| is_shown(self, finding)).collect();
        let findings = std::mem::take(&mut self.findings);
        let before = findings.len();
        self.findings = findings.into_iter().filter(|finding| is_shown(self, finding)).collect();
        self.hidden += before - self.findings.len();
    }

    /// How many findings of a level there are, with those that are hidden.
    pub fn count(&self, level: Level) -> usize {
        let hidden = if level == Level::Advice { self.hidden } else { 0 };
        self.findings.iter().filter(|finding| finding.level == level).count() + hidden
    }
}
