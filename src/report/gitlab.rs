//! GitLab's Code Quality report: an array of findings, each with a fingerprint of its own. Paths begin at the root of the
//! repository.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::place::{At, said};
use super::{Options, Outcome, json_text};
use crate::finding::Level;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let issue = |finding: &crate::finding::Finding| {
        let at = At::of(outcome, finding)?;
        let path = options.path(at.path);
        let statement = finding.fingerprint(&path);
        let number = counts.entry(statement.clone()).and_modify(|count| *count += 1).or_insert(1);
        // GitLab drops a second finding of the same fingerprint.
        let fingerprint = if *number == 1 { statement } else { format!("{statement}-{number}") };
        Some(Issue {
            description: said(finding),
            check_name: finding.rule,
            fingerprint,
            severity: match finding.level {
                Level::Error => "major",
                Level::Warning => "minor",
                Level::Advice => "info",
            },
            location: Location { path, lines: Lines { begin: at.start.line, end: at.end.line } },
        })
    };
    let issues: Vec<Issue> = options.shown(outcome).filter_map(issue).collect();
    json_text::write(&issues, out)
}

#[cfg(test)]
mod tests {
    use super::super::{Root, testing};
    use super::*;

    #[test]
    fn issues_with_paths_of_the_repository() {
        let root = Root { directory: "/repo/".to_owned(), inner: "infra/".to_owned() };
        let options = Options { advice: true, root, ..Options::default() };
        let text = testing::render(write, &testing::outcome(), &options);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn findings_alike_are_told_apart() {
        let mut outcome = testing::one("gcloud x\n", (0, 6), "m");
        outcome.findings = vec![outcome.findings[0].clone(), outcome.findings[0].clone()];
        let text = testing::render(write, &outcome, &Options::default());
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value[1]["fingerprint"], format!("{}-2", value[0]["fingerprint"].as_str().unwrap()));
    }

    #[test]
    fn nothing_steers() {
        testing::assert_nothing_steers(&testing::render(write, &testing::hostile(), &Options::default()));
    }
}
