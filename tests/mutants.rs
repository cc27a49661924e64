//! Correct projects, in `tests/mutants/`, of which one thing is changed at a time: a grant taken away, an account, a service
//! or a role changed for another. What breaks a call is reported, and what does not, or cannot be known, is not.
//!
//! A line of a fence `mutants` is `breaks` or `silent`, a file, a text that occurs once in it, and what stands in its place,
//! between tabs; `\n` is the end of a line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use authlint::source::Source;
use authlint::syntax::markdown;
use common::{files, is_read, lint, sections, shown};

#[test]
fn what_breaks_is_found_and_nothing_else() {
    let mut failures = Vec::new();
    let (mut breaks, mut silent, mut projects) = (0, 0, 0);
    for path in files("tests/mutants") {
        let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let sections = sections(&path, &text);
        let base = sections.good.first().unwrap_or_else(|| panic!("{path}: no project"));
        if !is_read(base) {
            continue;
        }
        projects += 1;
        let found = shown(&lint(&base.files));
        if !found.is_empty() {
            failures.push(format!("{path}: as it is, it gives\n{found}"));
        }
        for line in mutants(&path, &text) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [label, file, old, new] = columns.as_slice() else { panic!("{path}: no mutant: {line}") };
            let (old, new) = (old.replace("\\n", "\n"), new.replace("\\n", "\n"));
            let mut changed = base.files.clone();
            let text = changed.get_mut(*file).unwrap_or_else(|| panic!("{path}: no file {file}"));
            assert_eq!(text.matches(&old).count(), 1, "{path}: {file}: {old}");
            *text = text.replacen(&old, &new, 1);
            let found = shown(&lint(&changed));
            match *label {
                "breaks" => breaks += 1,
                "silent" => silent += 1,
                other => panic!("{path}: {other} is no label"),
            }
            if (*label == "breaks") == found.is_empty() {
                failures.push(format!("{path}: {label}: {line}\n{found}"));
            }
        }
    }
    println!("{projects} projects, {breaks} mutants that break and {silent} that do not");
    assert!(projects >= 12 || cfg!(not(feature = "hcl")), "{projects} projects");
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), breaks + silent, failures.join("\n\n"));
}

fn mutants(path: &str, text: &str) -> Vec<String> {
    let source = Source::new(path, text.as_bytes()).unwrap();
    let fences = markdown::parse(&source.snippet()).fences;
    let lines = fences
        .iter()
        .filter(|fence| fence.language == "mutants")
        .flat_map(|fence| fence.body.text().lines().map(str::to_owned).collect::<Vec<_>>());
    lines.filter(|line| !line.is_empty()).collect()
}
