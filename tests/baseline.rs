//! A baseline: what was there before stays silent through edits, what is new is reported, what is gone is told.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::fs;

use common::tree::Tree;

const BAD: &str = "gcloud run deploy api --image=x --region=us-central1 --allow-unauthenticated=true\n";
const ROLE: &str = "gcloud projects add-iam-policy-binding acme-prod --member=user:kim@acme.example --role=run.invoker --condition=None\n";

fn written(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::project(files);
    let run = tree.run(&["--baseline", "known.json", "--write-baseline"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{run:?}");
    tree
}

#[test]
fn what_is_known_is_silent_and_what_is_new_is_not() {
    let tree = written(&[("ci/a.sh", BAD), ("b.sh", ROLE)]);
    let known = ["--baseline", "known.json", "--format", "concise"];
    let same = tree.run(&known);
    assert_eq!((same.status, same.out.as_str()), (0, ""), "{same:?}");
    assert!(same.err.ends_with(" 2 in the baseline.\n"), "{same:?}");
    // Moved, and changed beside the fault.
    tree.write("ci/a.sh", &format!("set -e\n\n{}", BAD.replace("--image=x", "--image=y --memory=1Gi")));
    assert_eq!(tree.run(&known).out, "");
    // Twice, and in another file.
    tree.write("ci/a.sh", &[BAD, BAD].concat());
    tree.write("c.sh", BAD);
    let new = tree.run(&known);
    assert_eq!((new.status, new.paths()), (1, vec!["c.sh", "ci/a.sh"]), "{new:?}");
}

#[test]
fn paths_are_those_of_the_baseline() {
    let tree = written(&[("ci/a.sh", BAD)]);
    let inside = tree.run_in("ci", &["--baseline", "../known.json", "--format", "concise", "."]);
    assert_eq!((inside.status, inside.out.as_str()), (0, ""), "{inside:?}");
    let file = tree.run(&["--baseline", "known.json", "ci/a.sh"]);
    assert_eq!(file.status, 0, "{file:?}");
}

#[test]
fn what_is_gone_is_told_and_taken_out() {
    let tree = written(&[("a.sh", BAD), ("b.sh", ROLE)]);
    tree.write("b.sh", "gcloud config list\n");
    let told = tree.run(&["--baseline", "known.json"]);
    assert_eq!(told.status, 0);
    assert!(
        told.err.starts_with("gone: unknown-role in b.sh\n1 entry of known.json is gone: --prune takes them out.\n"),
        "{told:?}"
    );
    // What this run did not look for is not gone.
    for args in [["--select", "flag-with-value"], ["--ignore", "unknown-role"], ["a.sh", "a.sh"]] {
        let run = tree.run(&[&["--baseline", "known.json"], &args[..]].concat());
        assert!(run.status == 0 && !run.err.contains("gone"), "{run:?}");
    }
    let pruned = tree.run(&["--baseline", "known.json", "--prune"]);
    assert!(pruned.err.starts_with("Took 1 entry out of known.json.\n"), "{pruned:?}");
    let text = fs::read_to_string(tree.path("known.json")).unwrap();
    assert!(!text.contains("b.sh") && text.contains("a.sh"), "{text}");
    assert!(!tree.run(&["--baseline", "known.json"]).err.contains("gone"));
    tree.write("b.sh", ROLE);
    assert_eq!(tree.run(&["--baseline", "known.json"]).status, 1);
}

#[test]
fn writing_it_for_a_part_keeps_the_rest() {
    let tree = written(&[("a/a.sh", BAD), ("b/b.sh", ROLE)]);
    tree.write("a/new.sh", BAD);
    let part = tree.run(&["--baseline", "known.json", "--write-baseline", "a"]);
    assert_eq!((part.status, part.err.as_str()), (0, "Wrote 2 findings to known.json.\n"), "{part:?}");
    assert_eq!(tree.run(&["--baseline", "known.json"]).status, 0);
}

#[test]
fn what_is_no_baseline_is_a_fault() {
    let tree = Tree::project(&[("a.sh", BAD), ("broken.json", "<<<<<<< HEAD\n")]);
    for args in [
        &["--baseline", "missing.json"][..],
        &["--baseline", "broken.json"],
        &["--baseline", "nowhere/known.json", "--write-baseline"],
        &["--write-baseline"],
        &["--prune"],
        &["--baseline", "k.json", "--write-baseline", "--fix"],
    ] {
        let run = tree.run(args);
        assert!(run.status == 2 && !run.err.is_empty(), "{args:?}: {run:?}");
    }
}

#[test]
fn a_baseline_holds_no_text_of_the_files() {
    let secret =
        "gcloud run deploy api --image=x --set-env-vars=DB_PASSWORD=hunter2hunter2x9 --allow-unauthenticated=true\n";
    let tree = written(&[("a.sh", secret)]);
    let text = fs::read_to_string(tree.path("known.json")).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("gcloud run"), "{text}");
}

#[test]
fn what_is_known_is_not_fixed() {
    let tree = written(&[("a.sh", BAD)]);
    tree.write("b.sh", BAD);
    let run = tree.run(&["--baseline", "known.json", "--fix"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(fs::read_to_string(tree.path("a.sh")).unwrap(), BAD);
    assert_eq!(fs::read_to_string(tree.path("b.sh")).unwrap(), BAD.replace("=true", ""));
}

#[test]
fn what_was_not_read_stays_known() {
    let tree = written(&[("a.sh", BAD), ("in/authlint.toml", ""), ("in/b.sh", ROLE)]);
    let before = fs::read_to_string(tree.path("known.json")).unwrap();
    tree.write("in/authlint.toml", "[rules\n");
    for option in ["--prune", "--write-baseline"] {
        assert_eq!(tree.run(&["--baseline", "known.json", option, "."]).status, 2, "{option}");
        assert_eq!(fs::read_to_string(tree.path("known.json")).unwrap(), before, "{option}");
    }
    tree.write("in/authlint.toml", "");
    tree.write("a.sh", &format!("{BAD}# {}\n", "x".repeat(2 * 1024 * 1024)));
    tree.run(&["--baseline", "known.json", "--prune", "."]);
    assert_eq!(fs::read_to_string(tree.path("known.json")).unwrap(), before, "too large to be read");
}

#[test]
fn what_a_run_does_not_look_for_stays_known() {
    let tree = written(&[("a.sh", BAD), ("b.sh", ROLE)]);
    let before = fs::read_to_string(tree.path("known.json")).unwrap();
    for option in ["--ignore=unknown-role", "--select=unknown-role"] {
        assert_eq!(tree.run(&["--baseline", "known.json", "--write-baseline", option]).status, 0);
        assert_eq!(fs::read_to_string(tree.path("known.json")).unwrap(), before, "{option}");
    }
}

#[test]
fn no_other_file_is_taken_for_one() {
    let tree = Tree::project(&[("a.sh", BAD), ("ci/x", "")]);
    assert_eq!(tree.run(&["--baseline", "a.sh", "--write-baseline"]).status, 2);
    assert_eq!(fs::read_to_string(tree.path("a.sh")).unwrap(), BAD);
    assert_eq!(tree.run(&["--baseline", "ci/known.json", "--write-baseline"]).status, 0);
    let text = fs::read_to_string(tree.path("ci/known.json")).unwrap();
    assert!(text.contains("\"path\":\"../a.sh\""), "{text}");
    assert_eq!(tree.run(&["--baseline", "ci/known.json"]).status, 0);
}

#[test]
fn a_new_fault_does_not_hide_behind_one_that_was_mended() {
    let tree = written(&[("a.sh", BAD)]);
    tree.write("a.sh", &BAD.replace("deploy api", "deploy payments"));
    let run = tree.run(&["--baseline", "known.json", "--format", "concise"]);
    assert_eq!((run.status, run.paths()), (1, vec!["a.sh"]), "{run:?}");
}
