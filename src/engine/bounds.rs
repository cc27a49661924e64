//! How much is told of one file.

use std::collections::BTreeMap;

use super::own;
use crate::finding::{Finding, Level};
use crate::outcome::Outcome;
use crate::source::FileId;

/// Findings of one file; of more, the worst are told, and how many there are beside them.
const MOST: usize = 1000;

/// Leaves out what is too much of one file. The findings are in order, and stay so.
pub(super) fn bound(outcome: &mut Outcome) {
    let mut counts: BTreeMap<FileId, BTreeMap<Level, usize>> = BTreeMap::new();
    for finding in &outcome.findings {
        *counts.entry(finding.primary.file).or_default().entry(finding.level).or_default() += 1;
    }
    counts.retain(|_, levels| levels.values().sum::<usize>() > MOST);
    if counts.is_empty() {
        return;
    }
    let mut room: BTreeMap<(FileId, Level), usize> = BTreeMap::new();
    for (file, levels) in &counts {
        let mut left = MOST;
        for level in Level::ALL {
            let own = levels.get(&level).copied().unwrap_or(0).min(left);
            left -= own;
            room.insert((*file, level), own);
        }
    }
    outcome.findings.retain(|finding| match room.get_mut(&(finding.primary.file, finding.level)) {
        Some(0) => false,
        Some(left) => {
            *left -= 1;
            true
        }
        None => true,
    });
    let told = |(file, levels): (FileId, BTreeMap<Level, usize>)| -> Option<Finding> {
        let left = levels.values().sum::<usize>() - MOST;
        Some(own::too_many(file, outcome.sources.get(file.0 as usize)?, MOST, left))
    };
    let told: Vec<Finding> = counts.into_iter().filter_map(told).collect();
    // Of a file they come first: they stand at its first byte.
    for finding in told {
        let file = finding.primary.file;
        let at = outcome.findings.iter().position(|other| other.primary.file == file);
        outcome.findings.insert(at.unwrap_or(outcome.findings.len()), finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Label;
    use crate::source::{Source, Span};

    #[test]
    fn the_worst_of_many_are_told() {
        let source = Source::new("a.sh", b"x\n").unwrap();
        let finding = |level, number: usize| {
            let finding = own::failed(FileId(0), &source);
            let primary = Label { file: FileId(0), span: Span::default(), message: String::new() };
            Finding { level, message: number.to_string(), primary, ..finding }
        };
        let findings =
            (0..3 * MOST).map(|number| finding(if number % 3 == 0 { Level::Error } else { Level::Warning }, number));
        let mut outcome = Outcome { sources: vec![source.clone()], findings: findings.collect(), ..Outcome::default() };
        outcome.findings.pop();
        bound(&mut outcome);
        assert_eq!(outcome.findings.len(), MOST + 1);
        assert!(outcome.findings[0].message.starts_with("1999 more findings of `a.sh`"), "{:?}", outcome.findings[0]);
        assert!(outcome.findings[1..].iter().all(|finding| finding.level == Level::Error));
        assert!(outcome.findings[1..].is_sorted_by_key(|finding| finding.message.parse::<usize>().unwrap()));
    }

    #[test]
    fn few_are_left_alone() {
        let source = Source::new("a.sh", b"x\n").unwrap();
        let findings = vec![own::failed(FileId(0), &source); 2];
        let mut outcome = Outcome { sources: vec![source], findings: findings.clone(), ..Outcome::default() };
        bound(&mut outcome);
        assert_eq!(outcome.findings, findings);
    }
}
