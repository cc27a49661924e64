//! Little projects of several files and languages, in `tests/projects/`: what is missing between their files is found, and
//! nothing else. `UPDATE_DOCS=1 cargo test --test projects` writes what is found into the documents, to be read.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use common::{check, files, fixed, is_read, lint, sections, shown_with};

#[test]
fn every_project_gives_what_its_document_says() {
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files("tests/projects") {
        let whole = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        let mut text = std::fs::read_to_string(&whole).unwrap();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            text = updated(&path, &text);
            std::fs::write(&whole, &text).unwrap();
        }
        let sections = sections(&path, &text);
        for section in sections.bad.iter().filter(|section| is_read(section)) {
            assert!(!section.expected.is_empty(), "{path}: \"{}\" says nothing", section.heading);
        }
        count += sections.bad.len() + sections.good.len();
        check(&path, &sections, false, &mut failures);
    }
    assert!(count >= 40, "{count} projects");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The document with what is found in each project that is bad, behind its files.
fn updated(path: &str, text: &str) -> String {
    let sections = sections(path, text);
    let mut out = String::new();
    for part in text.split_inclusive("\n## ") {
        let (body, next) = part.strip_suffix("\n## ").map_or((part, ""), |body| (body, "\n## "));
        let heading = body.lines().next().unwrap_or("");
        let section = sections.bad.iter().find(|section| section.heading == heading && is_read(section));
        let kept = match (section, body.find("\n```findings\n")) {
            (Some(_), Some(at)) => body.get(..at).unwrap_or(body).trim_end(),
            _ => body.trim_end(),
        };
        out.push_str(kept);
        if let Some(section) = section {
            out.push_str("\n\n```findings\n");
            out.push_str(&shown_with(&lint(&section.files), false));
            out.push_str("```");
        }
        out.push('\n');
        out.push_str(next);
    }
    out
}

#[test]
fn a_grant_that_a_fix_writes_is_the_one_that_was_missing() {
    let (mut failures, mut count) = (Vec::new(), 0);
    for path in files("tests/projects") {
        let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for section in sections(&path, &text).bad.iter().filter(|section| is_read(section)) {
            let outcome = lint(&section.files);
            for finding in outcome.findings.iter().filter(|finding| finding.rule.starts_with("missing-")) {
                let Some(fix) = &finding.fix else { continue };
                count += 1;
                let left = lint(&fixed(&section.files, &outcome.sources, &[fix]));
                // Messages name who and what; where they stand may have moved.
                if left.findings.iter().any(|other| other.rule == finding.rule && other.message == finding.message) {
                    failures.push(format!("{path}: \"{}\": {}", section.heading, finding.message));
                }
            }
        }
    }
    // Without Terraform and code most projects are not read.
    assert!(count > if cfg!(feature = "hcl") { 10 } else { 0 }, "{count} fixes");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
