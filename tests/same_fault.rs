//! The same fault in each language that is read: one finding, at the line that names the token, in the same words.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use common::{check, is_read, lint, sections};

#[test]
fn every_language_gives_the_same_finding() {
    let path = "tests/same_fault.md";
    let sections = sections(path, &std::fs::read_to_string(path).unwrap());
    assert!(sections.bad.len() >= 16 && sections.good.is_empty());
    let mut failures = Vec::new();
    check(path, &sections, false, &mut failures);
    for section in sections.bad.iter().filter(|section| is_read(section)) {
        let outcome = lint(&section.files);
        let heading = &section.heading;
        let [finding] = outcome.findings.as_slice() else {
            failures.push(format!("{heading}: {} findings", outcome.findings.len()));
            continue;
        };
        let expected = "the Cloud Scheduler job `tick` carries an ID token to `run.googleapis.com`, a Google API, which \
            accepts only OAuth access tokens and will answer 401 UNAUTHENTICATED";
        assert_eq!(finding.message, expected, "{heading}");
        let source = &outcome.sources[finding.primary.file.0 as usize];
        let line = source.text()[finding.primary.span.range()].to_lowercase();
        assert!(line.replace('_', "").starts_with("oidc") || line.contains("--oidc-service"), "{heading}: {line}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
