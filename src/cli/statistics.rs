//! `--statistics`: how many findings there are of each rule, and how many of them `--fix` would mend.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Level, Safety};
use crate::outcome::Outcome;
use crate::report::Options;

/// What is counted of a rule.
#[derive(Debug, Default)]
struct Count {
    all: usize,
    level: Option<Level>,
    safe: usize,
    unsafe_: usize,
}

/// Writes a line a rule, the most frequent first.
pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for finding in outcome.findings.iter().filter(|finding| options.shows(finding.level)) {
        let count = counts.entry(finding.rule).or_default();
        count.all += 1;
        count.level = count.level.max(Some(finding.level));
        match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => count.safe += 1,
            Some(Safety::Unsafe) => count.unsafe_ += 1,
            None => {}
        }
    }
    let mut rows: Vec<(&str, Count)> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(count.all));
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let digits = width(&mut rows.iter().map(|(_, count)| count.all.to_string().len()));
    let longest = width(&mut rows.iter().map(|(rule, _)| rule.len()));
    for (rule, count) in rows {
        let level = count.level.map_or("", Level::name);
        let fixes = match (count.safe, count.unsafe_) {
            (0, 0) => String::new(),
            (safe, 0) => format!("{safe} by --fix"),
            (0, more) => format!("{more} by --unsafe-fixes"),
            (safe, more) => format!("{safe} by --fix, {more} by --unsafe-fixes"),
        };
        let line = format!("{:>digits$}  {level:7}  {rule:longest$}  {fixes}", count.all);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
