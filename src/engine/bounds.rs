//! How much is told of one file. Whoever counts or mends findings sees them all.

use std::collections::BTreeMap;

use crate::finding::Level;
use crate::outcome::Outcome;
use crate::source::FileId;

/// Findings of one file; of more, the worst are told, and how many there are beside them.
const MOST: usize = 1000;

/// Leaves out what is too much of one file, and says how many findings of which file that are. The others stay in their order.
pub fn bound(outcome: &mut Outcome) -> Vec<(FileId, usize)> {
    let mut counts: BTreeMap<FileId, BTreeMap<Level, usize>> = BTreeMap::new();
    for finding in &outcome.findings {
        *counts.entry(finding.primary.file).or_default().entry(finding.level).or_default() += 1;
    }
    counts.retain(|_, levels| levels.values().sum::<usize>() > MOST);
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
    counts.into_iter().map(|(file, levels)| (file, levels.values().sum::<usize>() - MOST)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Finding, Label};
    use crate::source::{Source, Span};

    fn outcome(findings: impl Iterator<Item = Level>) -> Outcome {
        let finding = |(number, level): (usize, Level)| Finding {
            rule: "x",
            level,
            message: number.to_string(),
            help: String::new(),
            primary: Label { file: FileId(0), span: Span::default(), message: String::new() },
            related: Vec::new(),
            fix: None,
            anchor: String::new(),
            statement: None,
        };
        let findings = findings.enumerate().map(finding).collect();
        Outcome { sources: vec![Source::empty("a.sh")], findings, ..Outcome::default() }
    }

    #[test]
    fn the_worst_of_many_are_told() {
        let level = |number: usize| if number.is_multiple_of(3) { Level::Error } else { Level::Warning };
        let mut outcome = outcome((0..3 * MOST - 1).map(level));
        assert_eq!(bound(&mut outcome), [(FileId(0), 2 * MOST - 1)]);
        assert_eq!(outcome.findings.len(), MOST);
        assert!(outcome.findings.iter().all(|finding| finding.level == Level::Error));
        assert!(outcome.findings.is_sorted_by_key(|finding| finding.message.parse::<usize>().unwrap()));
    }

    #[test]
    fn few_are_left_alone() {
        let mut outcome = outcome([Level::Error; MOST].into_iter());
        assert_eq!(bound(&mut outcome), []);
        assert_eq!(outcome.findings.len(), MOST);
    }
}
