//! The program as it is run: arguments, standard streams, exit status.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::process::Stdio;

use common::tree::{Run, Tree};

/// A fault that every version must see.
const BAD: &str = "gcloud scheduler jobs create http nightly --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=https://run.googleapis.com/apis/run.googleapis.com/v1/namespaces/acme/jobs/nightly:run --http-method=POST \\\n  \
    --oidc-service-account-email=cron@acme.iam.gserviceaccount.com\n";
const GOOD: &str = "gcloud config set project acme\n";

#[test]
fn help_and_version_say_what_it_is() {
    let tree = Tree::project(&[]);
    let help = tree.run(&["--help"]);
    assert_eq!(help.status, 0);
    for word in ["--fail-on", "--format", "concise", "explain", "Exit status"] {
        assert!(help.out.contains(word), "{word}");
    }
    assert!(tree.run(&["--version"]).out.starts_with("authlint "));
}

#[test]
fn wrong_usage_is_exit_2() {
    let tree = Tree::project(&[]);
    let format = tree.run(&["--format", "xml"]);
    assert!(format.status == 2 && format.err.contains("concise") && format.out.is_empty(), "{format:?}");
    for args in
        [["--fail-on", "never"], ["--color", "blue"], ["--nonsense", "."], ["--select", "zebra"], ["--ignore", "zebra"]]
    {
        assert_eq!(tree.run(&args).status, 2, "{args:?}");
    }
    let explain = tree.run(&["explain", "zebra"]);
    assert!(explain.status == 2 && explain.err.contains("no rule `zebra`"), "{explain:?}");
    assert_eq!(tree.run(&["-"]).status, 2);
    assert_eq!(tree.run(&["--stdin-filename", "a.sh"]).status, 2);
}

#[test]
fn shells_and_man_are_served() {
    let tree = Tree::project(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = tree.run(&["completions", shell]);
        assert!(run.status == 0 && run.out.contains("unsafe-fixes") && run.err.is_empty(), "{shell}");
    }
    assert_eq!(tree.run(&["completions", "tcsh"]).status, 2);
    let manual = tree.run(&["man"]);
    assert!(manual.status == 0 && manual.out.contains(".TH authlint") && manual.out.contains("unsafe\\-fixes"));
}

#[test]
fn the_version_says_of_which_day_the_tables_are() {
    let tree = Tree::project(&[]);
    let said = tree.run(&["--version"]).out;
    assert!(said.starts_with(concat!("authlint ", env!("CARGO_PKG_VERSION"), "\n")), "{said}");
    for (table, is) in
        [("gcloud", "gcloud: Cloud SDK "), ("roles", "roles and permissions: "), ("agents", "service agents: ")]
    {
        let text = std::fs::read_to_string(format!("{}/data/{table}.txt", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let source = text.lines().find(|line| line.starts_with("# Source: ")).unwrap();
        let line = said.lines().find_map(|line| line.strip_prefix(is)).unwrap();
        assert!(line.split(", ").all(|part| source.contains(part)), "{source}: {line}");
    }
    assert_eq!(tree.run(&["-V"]).out, concat!("authlint ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn statistics_count_what_is_found() {
    let more = format!("{BAD}gcloud run deploy x --image=i --allow-unauthenticated=false\n{BAD}");
    let tree = Tree::project(&[("a.sh", &more)]);
    let run = tree.run(&["--statistics"]);
    let expected = "2  error    id-token-for-google-api  2 by --fix\n1  error    flag-with-value          1 by --fix\n";
    assert_eq!((run.status, run.out.as_str()), (1, expected), "{run:?}");
    assert_eq!(tree.run(&["--statistics", "--format", "json"]).status, 2);
    assert_eq!(Tree::project(&[("a.sh", GOOD)]).run(&["--statistics"]).out, "");
}

#[test]
fn a_misspelt_command_is_told() {
    let tree = Tree::project(&[("a.sh", GOOD)]);
    let run = tree.run(&["explian"]);
    assert!(run.status == 2 && run.err.contains("did you mean the command `explain`?"), "{run:?}");
    assert!(run.err.ends_with("Not everything could be read: 0 files looked at.\n"), "{run:?}");
    assert!(!tree.run(&["nowhere/explian"]).err.contains("did you mean"));
}

#[test]
fn rules_are_listed_one_a_line() {
    let tree = Tree::project(&[]);
    let rules = tree.run(&["rules"]);
    assert_eq!(rules.status, 0);
    for line in rules.out.lines() {
        let mut words = line.split_whitespace();
        assert!(words.next().is_some_and(|id| id.contains('-')), "{line}");
        assert!(matches!(words.next(), Some("error" | "warning" | "advice")), "{line}");
        assert!(words.next().is_some(), "{line}");
    }
}

#[test]
fn a_clean_tree_says_what_was_looked_at() {
    let tree = Tree::project(&[("a.sh", GOOD), ("b.txt", "x")]);
    let run = tree.run(&[]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{run:?}");
    assert_eq!(run.err, "No faults found: 3 files looked at, 1 speaks of Google Cloud.\n");
    assert_eq!(tree.run(&["--quiet"]).err, "");
}

#[test]
fn a_fault_is_exit_1_in_every_format() {
    let tree = Tree::project(&[("ci/a.sh", BAD)]);
    let human = tree.run(&[]);
    assert_eq!(human.status, 1, "{human:?}");
    assert!(human.out.contains("error[id-token-for-google-api]") && human.out.contains("ci/a.sh:3:"), "{human:?}");
    assert_eq!(human.err, "Found 1 error in 1 file (2 looked at, 1 relevant). 1 can be fixed with --fix.\n");
    assert!(!human.out.contains('\x1b'));
    assert!(tree.run(&["--color", "always"]).out.contains('\x1b'));
    let concise = tree.run(&["--format=concise"]);
    assert!(
        concise.status == 1 && concise.out.starts_with("ci/a.sh:3:") && concise.out.lines().count() == 1,
        "{concise:?}"
    );
    let json = tree.run(&["--format=json", "-q"]);
    assert!(json.status == 1 && json.out.starts_with("{\"version\":1,") && json.out.ends_with("}\n"), "{json:?}");
    assert_eq!(json.err, "");
    assert_eq!(tree.run(&["--fail-on", "error"]).status, 1);
}

#[test]
fn a_missing_path_is_exit_2_and_the_rest_is_read() {
    let tree = Tree::project(&[("a.sh", BAD)]);
    let run = tree.run(&["--format=concise", "none.sh", "a.sh"]);
    assert_eq!((run.status, run.paths()), (2, vec!["a.sh"]), "{run:?}");
    assert!(run.err.contains("none.sh: no such file or directory"), "{run:?}");
}

#[test]
fn paths_choose_what_is_reported() {
    let tree = Tree::project(&[
        ("a.sh", BAD),
        ("sub/b.sh", BAD),
        ("sub/c.sh", BAD),
        (".gitignore", "sub/c.sh\nout/\n"),
        ("out/d.sh", BAD),
        ("node_modules/x/e.sh", BAD),
    ]);
    let paths = |args: &[&str]| -> Vec<String> {
        let run = tree.run(&[&["--format=concise"], args].concat());
        run.paths().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(paths(&[]), ["a.sh", "sub/b.sh"]);
    assert_eq!(paths(&["sub"]), ["sub/b.sh"]);
    assert_eq!(paths(&["sub/b.sh"]), ["sub/b.sh"]);
    assert_eq!(paths(&["sub/c.sh"]), ["sub/c.sh"], "a named file is read although it is ignored");
    assert_eq!(paths(&["out"]), ["out/d.sh"], "a named directory is");
    assert_eq!(paths(&["node_modules"]), ["node_modules/x/e.sh"]);
    assert_eq!(paths(&["sub", "sub/../sub/b.sh", "./sub"]), ["sub/b.sh"], "nothing is reported twice");
    assert_eq!(paths(&[".", "out", "sub/c.sh"]), ["a.sh", "out/d.sh", "sub/b.sh", "sub/c.sh"]);
}

#[test]
fn evidence_is_looked_for_only_where_it_can_matter() {
    let tree = Tree::project(&[("a.sh", GOOD), ("b.sh", "echo\n"), ("c.sh", GOOD)]);
    assert!(tree.run(&["b.sh"]).err.contains("1 file looked at, 0 speak"));
    // authlint.toml and the three scripts.
    assert!(tree.run(&["a.sh"]).err.contains("4 files looked at"));
}

#[test]
fn nested_projects_are_reported_with_their_parent() {
    let tree = Tree::project(&[
        ("a.sh", BAD),
        ("in/authlint.toml", ""),
        ("in/b.sh", BAD),
        ("in/er/authlint.toml", ""),
        ("in/er/c.sh", BAD),
    ]);
    assert_eq!(tree.run(&["--format=concise"]).paths(), ["a.sh", "in/b.sh", "in/er/c.sh"]);
    assert_eq!(tree.run(&["--format=concise", "in/er/c.sh", "."]).paths(), ["a.sh", "in/b.sh", "in/er/c.sh"]);
    assert_eq!(tree.run(&["--format=concise", "a.sh"]).paths(), ["a.sh"]);
    assert_eq!(tree.run(&["--format=concise", "in/er"]).paths(), ["in/er/c.sh"]);
}

#[test]
fn standard_input_is_a_file_of_the_name_given() {
    let tree = Tree::project(&[]);
    let run = tree.run_with_input(&["--format=concise", "--stdin-filename", "x/y.sh", "-"], BAD.as_bytes());
    assert_eq!((run.status, run.paths()), (1, vec!["x/y.sh"]), "{run:?}");
    let run = tree.run_with_input(&["--stdin-filename", "y.sh", "-"], b"echo\n");
    assert!(run.status == 0 && run.err.contains("1 file looked at"), "{run:?}");
}

#[test]
fn a_large_file_is_skipped_aloud() {
    let tree = Tree::project(&[("big.sh", &"#".repeat(1024 * 1024 + 1)), ("a.sh", GOOD)]);
    let run = tree.run(&[]);
    assert_eq!(run.status, 0);
    assert!(run.err.starts_with("authlint: skipped big.sh: larger than 1 MiB\n"), "{run:?}");
}

#[test]
fn a_reader_that_leaves_is_no_fault() {
    let tree = Tree::project(&[("a.sh", BAD)]);
    let mut child = tree.command(&["-q"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(&child.wait_with_output().unwrap());
    assert_eq!((run.status, run.err.as_str()), (1, ""), "{run:?}");
}

#[cfg(unix)]
#[test]
fn special_files_do_not_block() {
    let tree = Tree::project(&[]);
    let run = tree.run(&["/dev/zero"]);
    assert!(run.status == 2 && run.err.contains("/dev/zero: neither a file nor a directory"), "{run:?}");
}

#[test]
fn kinds_that_this_build_does_not_read_are_told() {
    let tree = Tree::project(&[("main.tf", "resource \"google_service_account\" \"a\" {}\n")]);
    let run = tree.run(&["."]);
    let told = run.err.contains("skipped 1 file: this build is without the feature `hcl`");
    assert_eq!(told, !cfg!(feature = "hcl"), "{}", run.err);
}
