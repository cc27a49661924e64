//! The pages of the rules, and the cases beside them, are run: every project under a heading that begins with "Bad"
//! gives exactly the findings printed below it, every one under "Good" gives none under all rules, and what a safe fix
//! makes of a bad one has that fault no more.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::path::Path;

use authlint::finding::{Level, Safety};
use authlint::rules::RULES;
use common::{check, files, sections};

#[test]
fn every_page_proves_its_rule() {
    let mut failures = Vec::new();
    for rule in RULES {
        let path = format!("rules/{}.md", rule.id);
        let sections = sections(&path, rule.page);
        let speaks = |section: &common::Section| section.expected.contains(&format!("[{}]", rule.id));
        assert!(
            sections.bad.iter().all(speaks) && !sections.bad.is_empty(),
            "{path}: a Bad section that does not show the rule"
        );
        assert!(!sections.good.is_empty(), "{path}: no Good section");
        check(&path, &sections, rule.level == Level::Advice, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_case_holds() {
    let mut failures = Vec::new();
    for path in files("tests/cases") {
        let text = std::fs::read_to_string(&path).unwrap();
        let advises =
            RULES.iter().any(|rule| rule.level == Level::Advice && path.ends_with(&format!("/{}.md", rule.id)));
        check(&path, &sections(&path, &text), advises, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_rule_has_a_page_a_file_and_cases_and_no_page_is_left_over() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted, "the list is in the order of the ids");
    let stems = |dir: &str| -> Vec<String> {
        let stem = |path: &String| Path::new(path).file_stem().unwrap().to_str().unwrap().replace('_', "-");
        files(dir).iter().map(stem).filter(|stem| stem != "mod").collect()
    };
    assert_eq!(stems("rules"), ids, "pages in rules/");
    assert_eq!(stems("src/rules"), ids, "files in src/rules/");
    let cases = stems("tests/cases");
    for id in ids {
        assert!(cases.iter().any(|case| case == id), "tests/cases/{id}.md is missing");
    }
}

#[test]
fn pages_say_what_a_page_says() {
    for rule in RULES {
        let page = rule.page;
        assert!(page.starts_with(&format!("# {}\n\n", rule.id)), "{}: the title is the id", rule.id);
        let level = match rule.level {
            Level::Error => "Level: error",
            Level::Warning => "Level: warning",
            Level::Advice => "Level: advice",
        };
        let fix = match rule.fix {
            None => "Fix: none",
            Some(Safety::Safe) => "Fix: safe",
            Some(Safety::Unsafe) => "Fix: unsafe",
        };
        // What authlint itself does needs no source.
        let checked = if rule.checks.is_empty() { "" } else { "checked 20" };
        for part in [level, fix, "\n## Why\n", "\n## What you see\n", "\n## References\n", checked] {
            assert!(page.contains(part), "{}: the page lacks `{part}`", rule.id);
        }
    }
}

#[test]
fn covered_rules_exist() {
    for rule in RULES {
        for covered in rule.covers {
            assert!(RULES.iter().any(|other| other.id == *covered), "{} covers {covered}", rule.id);
        }
    }
}
