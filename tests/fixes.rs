//! Fixes as they are applied: what is mended stays mended, nothing gets worse, and nothing changes beside the edits.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;

use authlint::finding::Safety;
use authlint::rules::RULES;
use common::{Section, files, is_read, mend, sections, shown_with};

/// All sections that show faults: of the pages, the cases, the inputs and the projects.
fn bad() -> Vec<(String, Section)> {
    let pages = RULES.iter().map(|rule| (format!("rules/{}.md", rule.id), rule.page.to_owned()));
    let others = ["tests/cases", "tests/inputs", "tests/projects"].into_iter().flat_map(files);
    let others = others.map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    });
    let all = pages.chain(others).flat_map(|(path, text)| {
        let bad = sections(&path, &text).bad;
        bad.into_iter().map(move |section| (format!("{path}: {}", section.heading), section))
    });
    all.filter(|(_, section)| is_read(section)).collect()
}

#[test]
fn what_is_fixed_stays_fixed() {
    let mut failures: Vec<String> = Vec::new();
    let mut mended = 0;
    for (name, section) in bad() {
        for safety in [Safety::Safe, Safety::Unsafe] {
            let (after, result) = mend(&section.files, safety);
            for dropped in &result.dropped {
                failures.push(format!("{name}: {} at {:?} is not fixed: {}", dropped.rule, dropped.at, dropped.why));
            }
            let left = result.outcome.findings.iter().filter(|finding| {
                finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe || safety == Safety::Unsafe)
            });
            if left.count() > result.dropped.len() {
                failures.push(format!("{name}: fixes are left\n{}", shown_with(&result.outcome, true)));
            }
            let (again, second) = mend(&after, safety);
            if again != after || !second.changes.is_empty() {
                failures.push(format!("{name}: a second run changes it again"));
            }
            mended += usize::from(!result.changes.is_empty());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(mended > 300, "{mended}");
}

#[test]
fn nothing_changes_where_nothing_is_wrong() {
    let files = BTreeMap::from([("deploy.sh".to_owned(), "gcloud run deploy api --region=europe-west1\n".to_owned())]);
    let (after, result) = mend(&files, Safety::Unsafe);
    assert_eq!((after, result.changes.len()), (files, 0));
}
