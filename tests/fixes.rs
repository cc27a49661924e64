//! Fixes as they are applied: what is mended stays mended, nothing gets worse, and nothing changes beside the edits.
//!
//! `tests/fixes.md` shows what they write in layouts that are easily spoilt. Each heading is a project; a fence that ends
//! with `fixed` is what the file becomes when all fixes of one rule are made, the first word of its heading.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;

use authlint::finding::{Fix, Safety};
use authlint::rules::RULES;
use authlint::source::Source;
use authlint::syntax::markdown;
use common::{Section, files, fixed, is_read, lint, mend, mend_one, sections, shown_with};

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

/// What the fixes of a rule make of what its page calls bad, it calls good: the files stand there as they are, by themselves
/// or beside others.
#[test]
fn what_is_fixed_is_shown_as_good() {
    let mut failures: Vec<String> = Vec::new();
    let mut shown = 0;
    for rule in RULES.iter().filter(|rule| rule.fix.is_some()) {
        let path = format!("rules/{}.md", rule.id);
        let sections = sections(&path, rule.page);
        for bad in sections.bad.iter().filter(|section| is_read(section)) {
            let (after, mended) = mend_one(&bad.files, rule.id);
            // What has no fix is help alone.
            if mended.outcome.findings.iter().any(|finding| finding.rule == rule.id) {
                continue;
            }
            for change in &mended.changes {
                let becomes = &after[&change.path];
                let has = |good: &&Section| good.files.get(&change.path).is_some_and(|good| good.contains(becomes));
                if !sections.good.iter().any(|good| has(&good)) {
                    failures.push(format!("{path}: \"{}\": {} becomes\n{becomes}", bad.heading, change.path));
                }
                shown += 1;
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(shown > 70, "{shown}");
}

#[test]
fn nothing_changes_where_nothing_is_wrong() {
    let files = BTreeMap::from([("deploy.sh".to_owned(), "gcloud run deploy api --region=europe-west1\n".to_owned())]);
    let (after, result) = mend(&files, Safety::Unsafe);
    assert_eq!((after, result.changes.len()), (files, 0));
}

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
        let is_read = |path: &String| authlint::read::lacks(path).is_none();
        if !case.before.keys().all(is_read) {
            continue;
        }
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
