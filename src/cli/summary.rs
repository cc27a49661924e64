//! The last line of a run, which says what was looked at, so that silence can be trusted.

use std::collections::HashSet;

use crate::finding::{Finding, Level, Safety};
use crate::outcome::Outcome;
use crate::report::Options;

/// The summary of a run.
pub(super) fn line(outcome: &Outcome, options: &Options) -> String {
    let levels = [Level::Error, Level::Warning, Level::Advice].into_iter().filter(|level| options.shows(*level));
    let counts: Vec<String> = levels
        .map(|level| (outcome.count(level) - if level == Level::Advice { outcome.hidden } else { 0 }, level))
        .filter(|(count, _)| *count > 0)
        .map(|(count, level)| of_level(count, level))
        .collect();
    let (files, relevant) = (outcome.files, outcome.relevant);
    let line = if counts.is_empty() && !outcome.faults.is_empty() {
        format!("Not everything could be read: {} looked at.", of_files(files))
    } else if counts.is_empty() {
        let speak = if relevant == 1 { "speaks" } else { "speak" };
        format!("No faults found: {} looked at, {relevant} {speak} of Google Cloud.", of_files(files))
    } else {
        let shown = outcome.findings.iter().filter(|finding| options.shows(finding.level));
        let places: HashSet<_> = shown.map(|finding: &Finding| finding.primary.file).collect();
        let found = counts.join(", ");
        let fixable = fixable(outcome, options);
        format!("Found {found} in {} ({files} looked at, {relevant} relevant).{fixable}", of_files(places.len()))
    };
    let hidden = if options.shows(Level::Advice) { outcome.hidden } else { outcome.count(Level::Advice) };
    let line = if hidden == 0 { line } else { format!("{line} {hidden} more with --advice.") };
    let line = match outcome.suppressed {
        0 => line,
        silenced => format!("{line} {silenced} silenced."),
    };
    match outcome.known {
        0 => line,
        known => format!("{line} {known} in the baseline."),
    }
}

/// How many of the findings that are shown have a fix.
fn fixable(outcome: &Outcome, options: &Options) -> String {
    let shown = outcome.findings.iter().filter(|finding| options.shows(finding.level));
    let fixes: Vec<Safety> = shown.filter_map(|finding| Some(finding.fix.as_ref()?.safety)).collect();
    let safe = fixes.iter().filter(|safety| **safety == Safety::Safe).count();
    match (safe, fixes.len() - safe) {
        (0, 0) => String::new(),
        (safe, 0) => format!(" {safe} can be fixed with --fix."),
        (0, more) => format!(" {more} can be fixed with --fix --unsafe-fixes."),
        (safe, more) => format!(" {safe} can be fixed with --fix, {more} more with --unsafe-fixes."),
    }
}

fn of_level(count: usize, level: Level) -> String {
    // "Advice" has no plural.
    let plural = if count == 1 || level == Level::Advice { "" } else { "s" };
    format!("{count} {}{plural}", level.name())
}

fn of_files(count: usize) -> String {
    format!("{count} file{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Fix, Label};
    use crate::source::{FileId, Span};

    fn finding((level, file): (Level, u32)) -> Finding {
        Finding {
            rule: "some-rule",
            level,
            message: String::new(),
            help: String::new(),
            primary: Label { file: FileId(file), span: Span::default(), message: String::new() },
            related: Vec::new(),
            fix: None,
            anchor: String::new(),
            statement: None,
        }
    }

    fn said(findings: &[(Level, u32)], advice: bool) -> String {
        let findings = findings.iter().copied().map(finding).collect();
        line(
            &Outcome { findings, files: 132, relevant: 9, ..Outcome::default() },
            &Options { advice, ..Options::default() },
        )
    }

    #[test]
    fn the_summary_counts_what_is_shown_and_tells_of_the_rest() {
        use Level::{Advice, Error, Warning};
        assert_eq!(said(&[], false), "No faults found: 132 files looked at, 9 speak of Google Cloud.");
        let two = [(Error, 1), (Error, 2), (Warning, 1), (Advice, 3), (Advice, 3)];
        assert_eq!(
            said(&two, false),
            "Found 2 errors, 1 warning in 2 files (132 looked at, 9 relevant). 2 more with --advice."
        );
        assert_eq!(said(&two, true), "Found 2 errors, 1 warning, 2 advice in 3 files (132 looked at, 9 relevant).");
        let fix = |safety| Some(Fix { safety, edits: Vec::new() });
        let fixed = |fixes: &[Option<Fix>]| {
            let findings = fixes.iter().map(|fix| Finding { fix: fix.clone(), ..finding((Error, 1)) }).collect();
            line(&Outcome { findings, ..Outcome::default() }, &Options::default())
        };
        assert!(fixed(&[fix(Safety::Safe), None]).ends_with(" relevant). 1 can be fixed with --fix."));
        assert!(fixed(&[fix(Safety::Unsafe)]).ends_with(" 1 can be fixed with --fix --unsafe-fixes."));
        assert!(
            fixed(&[fix(Safety::Safe), fix(Safety::Safe), fix(Safety::Unsafe)])
                .ends_with(" 2 can be fixed with --fix, 1 more with --unsafe-fixes.")
        );
        assert!(said(&[(Advice, 1)], false).ends_with("of Google Cloud. 1 more with --advice."));
        let hidden = Outcome { hidden: 2, ..Outcome::default() };
        let all = Options { advice: true, ..Options::default() };
        assert!(line(&hidden, &all).ends_with("of Google Cloud. 2 more with --advice."));
        let silenced = Outcome { suppressed: 2, ..Outcome::default() };
        assert!(line(&silenced, &Options::default()).ends_with("of Google Cloud. 2 silenced."));
    }
}
