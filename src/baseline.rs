//! Findings that were there before, by what names them through edits: their rule, file and statement, and which of several
//! alike. Knows no rule, no format of reports and no disk.
//!
//! The file is JSON with an entry a line, in order, so that two branches that both change it merge by lines. It holds no text
//! of the files, only hashes.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::outcome::{Outcome, Silencer};

/// The version of the shape.
const VERSION: u32 = 1;
/// Entries that are read; a file of more is none of ours.
const MOST: usize = 1_000_000;

/// Findings that are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// In order of path, rule, statement.
    pub entries: Vec<Entry>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, from the directory of the baseline, with `/`.
    pub path: String,
    /// The rule's id.
    pub rule: String,
    /// Of the whole statement and what is pointed at in it: the fingerprint of other formats.
    pub statement: String,
    /// Of what is pointed at alone, for a statement that is changed beside it.
    pub place: String,
    /// Which of several findings alike in statement, from 1.
    pub number: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    version: u32,
    findings: Vec<Entry>,
}

/// The file is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsable(pub String);

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Unparsable`] when it is no baseline of a version that is known.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unparsable> {
        let shape: Shape = serde_json::from_slice(bytes).map_err(|error| Unparsable(error.to_string()))?;
        if shape.version != VERSION {
            let version = shape.version;
            return Err(Unparsable(format!("it is of version {version}, and this authlint reads version {VERSION}")));
        }
        if shape.findings.len() > MOST {
            return Err(Unparsable(format!("it has more than {MOST} entries")));
        }
        Ok(Self::of(shape.findings))
    }

    /// These entries, in order.
    pub fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Self { entries }
    }

    /// The entries of findings. `path` gives a file's path from the directory of the baseline.
    pub fn entries<'f>(
        findings: impl Iterator<Item = &'f Finding>,
        outcome: &Outcome,
        path: &dyn Fn(&str) -> String,
    ) -> Vec<Entry> {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        let entry = |finding: &Finding| {
            let path = path(outcome.source(finding.primary.file)?.path());
            let statement = finding.fingerprint(&path);
            let number = counts.entry(statement.clone()).and_modify(|count| *count += 1).or_insert(1);
            let place = finding.place(&path);
            Some(Entry { rule: finding.rule.to_owned(), place, number: *number, statement, path })
        };
        findings.filter_map(entry).collect()
    }

    /// The file.
    pub fn write(&self) -> String {
        let mut out = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (index, entry) in self.entries.iter().enumerate() {
            let line = serde_json::to_string(entry).unwrap_or_default();
            let _ = write!(out, "{}\n    {line}", if index == 0 { "" } else { "," });
        }
        out.push_str(if self.entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }

    /// Takes out of an outcome what is known: first what has the very statement, then what is pointed at in a statement that
    /// was changed beside it. What is new keeps its place. Gives the entries that no finding answers to.
    pub fn absorb(&self, outcome: &mut Outcome, path: &dyn Fn(&str) -> String) -> Vec<Entry> {
        let found = Self::entries(outcome.findings.iter(), outcome, path);
        let mut by_statement: BTreeMap<(&str, &str, &str), VecDeque<usize>> = BTreeMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            by_statement.entry((&entry.path, &entry.rule, &entry.statement)).or_default().push_back(index);
        }
        let mut is_used = vec![false; self.entries.len()];
        let mut is_known = vec![false; found.len()];
        for (entry, known) in found.iter().zip(&mut is_known) {
            let same = by_statement.get_mut(&(entry.path.as_str(), entry.rule.as_str(), entry.statement.as_str()));
            if let Some(used) = same.and_then(VecDeque::pop_front).and_then(|index| is_used.get_mut(index)) {
                (*known, *used) = (true, true);
            }
        }
        let mut by_place: BTreeMap<(&str, &str, &str), VecDeque<usize>> = BTreeMap::new();
        for (index, (entry, _)) in self.entries.iter().zip(&is_used).enumerate().filter(|(_, (_, used))| !**used) {
            by_place.entry((&entry.path, &entry.rule, &entry.place)).or_default().push_back(index);
        }
        for (entry, known) in found.iter().zip(&mut is_known).filter(|(_, known)| !**known) {
            let same = by_place.get_mut(&(entry.path.as_str(), entry.rule.as_str(), entry.place.as_str()));
            if let Some(used) = same.and_then(VecDeque::pop_front).and_then(|index| is_used.get_mut(index)) {
                (*known, *used) = (true, true);
            }
        }
        let mut known = is_known.iter();
        for finding in std::mem::take(&mut outcome.findings) {
            match known.next() {
                Some(true) => outcome.silence(finding, Silencer::Baseline),
                _ => outcome.findings.push(finding),
            }
        }
        let gone = self.entries.iter().zip(&is_used).filter(|(_, used)| !**used).map(|(entry, _)| entry.clone());
        gone.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, Level};
    use crate::source::{FileId, Source, Span};

    fn outcome(findings: &[(&str, &'static str, &str)]) -> Outcome {
        let mut outcome = Outcome::default();
        for (number, (path, rule, anchor)) in findings.iter().enumerate() {
            outcome.sources.push(Source::empty(*path));
            outcome.findings.push(Finding {
                rule,
                level: Level::Error,
                message: String::new(),
                help: String::new(),
                primary: Label { file: FileId(number as u32), span: Span::default(), message: String::new() },
                related: Vec::new(),
                fix: None,
                anchor: (*anchor).to_owned(),
                statement: None,
            });
        }
        outcome
    }

    fn same(path: &str) -> String {
        path.to_owned()
    }

    fn left(known: &[(&str, &'static str, &str)], now: &[(&str, &'static str, &str)]) -> (usize, usize, usize) {
        let known = outcome(known);
        let baseline = Baseline::of(Baseline::entries(known.findings.iter(), &known, &same));
        let baseline = Baseline::parse(baseline.write().as_bytes()).unwrap();
        let mut now = outcome(now);
        let gone = baseline.absorb(&mut now, &same);
        (now.findings.len(), now.known, gone.len())
    }

    #[test]
    fn what_is_known_is_taken_out_once_each() {
        let a = ("a.sh", "rule-a", "--x\ngcloud --x");
        assert_eq!(left(&[a], &[a]), (0, 1, 0));
        assert_eq!(left(&[a], &[a, a]), (1, 1, 0), "a second one of the same statement is new");
        assert_eq!(left(&[a, a], &[a]), (0, 1, 1));
        assert_eq!(left(&[a], &[]), (0, 0, 1));
        assert_eq!(left(&[], &[a]), (1, 0, 0));
        assert_eq!(left(&[a], &[("b.sh", "rule-a", "--x\ngcloud --x")]), (1, 0, 1), "another file");
        assert_eq!(left(&[a], &[("a.sh", "rule-b", "--x\ngcloud --x")]), (1, 0, 1), "another rule");
    }

    #[test]
    fn a_statement_may_change_beside_what_is_pointed_at() {
        let before = ("a.sh", "rule-a", "--x\ngcloud --x");
        let after = ("a.sh", "rule-a", "--x\ngcloud --x --y");
        assert_eq!(left(&[before], &[after]), (0, 1, 0));
        assert_eq!(left(&[before], &[before, after]), (1, 1, 0), "the very statement comes first");
        assert_eq!(left(&[before], &[("a.sh", "rule-a", "--z\ngcloud --z")]), (1, 0, 1));
    }

    #[test]
    fn the_file_is_a_line_an_entry_and_says_what_it_is_not() {
        let known = outcome(&[("b.sh", "rule-a", "x\nx y"), ("a\".sh", "rule-a", "x\nx y")]);
        let text = Baseline::of(Baseline::entries(known.findings.iter(), &known, &same)).write();
        assert_eq!(text.lines().count(), 7, "{text}");
        assert!(
            text.lines().nth(3).unwrap().starts_with("    {\"path\":\"a\\\".sh\",\"rule\":\"rule-a\",\"statement\":\""),
            "{text}"
        );
        assert_eq!(Baseline::default().write(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
        for wrong in
            ["", "[]", "{\"version\": 2, \"findings\": []}", "<<<<<<< HEAD\n", "{\"version\": 1, \"findings\": [{}]}"]
        {
            assert!(Baseline::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
