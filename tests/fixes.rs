//! What fixes write, in layouts that are easily spoilt. Each heading of `tests/fixes.md` is a project; a fence that ends with
//! `fixed` is what the file becomes when all fixes of one rule are made, the first word of its heading.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on panics")]

mod common;

use std::collections::BTreeMap;

use authlint::finding::Fix;
use authlint::source::Source;
use authlint::syntax::markdown;
use common::{fixed, lint};

/// A heading: the files, and what becomes of them.
#[derive(Default)]
struct Case {
    heading: String,
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixes.md");
    let source = Source::new("fixes.md", &std::fs::read(path).unwrap()).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    for fence in markdown::parse(&source.snippet()).fences {
        if cases.last().is_none_or(|case| case.heading != fence.heading) {
            cases.push(Case { heading: fence.heading.clone(), ..Case::default() });
        }
        let case = cases.last_mut().unwrap();
        let name = fence.info.split_whitespace().find_map(|word| word.strip_prefix("file=")).unwrap_or("deploy.sh");
        let files = if fence.info.ends_with(" fixed") { &mut case.after } else { &mut case.before };
        // A carriage return is written out.
        files.insert(name.to_owned(), fence.body.text().replace("␍", "\r"));
    }
    cases
}

#[test]
fn fixes_write_what_a_person_would() {
    let mut failures = Vec::new();
    for case in cases() {
        let rule = case.heading.split(':').next().unwrap_or("");
        let outcome = lint(&case.before);
        let found: Vec<_> = outcome.findings.iter().filter(|finding| finding.rule == rule).collect();
        assert!(!found.is_empty(), "\"{}\" has no fault", case.heading);
        let fixes: Vec<&Fix> = found.iter().filter_map(|finding| finding.fix.as_ref()).collect();
        let mended = fixed(&case.before, &outcome.sources, &fixes);
        for (name, text) in &case.before {
            let expected = case.after.get(name).unwrap_or(text);
            let is = &mended[name];
            if is != expected {
                failures.push(format!("\"{}\": {name} becomes\n{is}but should be\n{expected}", case.heading));
            }
        }
        let left = lint(&mended);
        let is_mended = |message: &String| found.iter().any(|one| one.fix.is_some() && one.message == *message);
        let still = left.findings.iter().find(|finding| finding.rule == rule && is_mended(&finding.message));
        if let Some(still) = still {
            failures.push(format!("\"{}\" still has: {}", case.heading, still.message));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
