//! `authlint init`, `authlint config`: a configuration is written, and what holds is shown with who says it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use common::tree::Tree;
use serde_json::{Value, json};

const BAD: &str = "gcloud run deploy a --allow-unauthenticated=false\n";

/// What `authlint config` shows, for programs.
fn shown(tree: &Tree, args: &[&str]) -> Value {
    let run = tree.run(&[&["config", "--format=json"], args].concat());
    assert_eq!(run.status, 0, "{run:?}");
    serde_json::from_str(&run.out).unwrap()
}

fn setting<'v>(shown: &'v Value, key: &str) -> (&'v Value, &'v Value) {
    let setting = shown["settings"].as_array().unwrap().iter().find(|setting| setting["key"] == key).unwrap();
    (&setting["value"], &setting["from"])
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_never_over_another() {
    let tree = Tree::new(&[(".git/HEAD", ""), ("a.sh", BAD)]);
    let before = tree.run(&["--format=concise"]);
    let run = tree.run(&["init"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{run:?}");
    assert!(run.out.starts_with("Wrote authlint.toml: ") && run.out.contains("\nNext: "), "{run:?}");
    let text = std::fs::read_to_string(tree.path("authlint.toml")).unwrap();
    let schema = concat!("#:schema ", env!("CARGO_PKG_REPOSITORY"), "/raw/main/docs/authlint.schema.json\n");
    assert!(text.starts_with(schema), "{text}");
    assert_eq!(tree.run(&["--format=concise"]).out, before.out);
    // Once more.
    tree.write("authlint.toml", "# mine\n");
    let run = tree.run(&["init"]);
    assert!(run.status == 2 && run.out.is_empty() && run.err.contains("authlint.toml is there already"), "{run:?}");
    assert_eq!(std::fs::read_to_string(tree.path("authlint.toml")).unwrap(), "# mine\n");
    // Elsewhere.
    assert_eq!(tree.run(&["init", "none"]).status, 2);
    assert_eq!(tree.run(&["init", "a.sh"]).status, 2);
}

#[test]
fn init_says_when_it_begins_a_project_within_another() {
    let tree = Tree::new(&[(".git/HEAD", ""), ("in/a.sh", BAD)]);
    let run = tree.run(&["init", "in"]);
    assert!(run.status == 0 && run.out.starts_with("Wrote in/authlint.toml: "), "{run:?}");
    assert!(run.out.contains("A project of its own begins here now"), "{run:?}");
    let run = tree.run(&["init", "."]);
    assert!(run.status == 0 && !run.out.contains("of its own"), "{run:?}");
}

#[test]
fn what_init_writes_has_no_faults_with_every_line_uncommented() {
    let tree = Tree::new(&[(".git/HEAD", ""), ("policies/billing.json", "{\"bindings\": []}\n")]);
    tree.run(&["init"]);
    let text = std::fs::read_to_string(tree.path("authlint.toml")).unwrap();
    let select = "--select=invalid-config,unknown-rule";
    let run = tree.run(&["--format=concise", select]);
    assert!(run.status == 0 && run.out.is_empty(), "{run:?}");
    let lines =
        text.lines().map(|line| if line.starts_with("#:") { line } else { line.strip_prefix('#').unwrap_or(line) });
    tree.write("authlint.toml", &lines.collect::<Vec<_>>().join("\n"));
    let run = tree.run(&["--format=concise", select]);
    assert!(run.status == 0 && run.out.is_empty(), "{run:?}");
    assert_eq!(setting(&shown(&tree, &[]), "include").0, &json!(["deploy/", "*.tf"]));
}

#[test]
fn what_nobody_says_is_the_default() {
    let tree = Tree::new(&[(".git/HEAD", ""), ("a.sh", BAD)]);
    let run = tree.run(&["config"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{run:?}");
    for line in ["config   none", "  fail-on   warning ", "  max-size  1MiB "] {
        assert!(run.out.contains(line), "{line}: {run:?}");
    }
    assert_eq!(run.out.lines().filter(|line| line.ends_with("  default")).count(), 6, "{run:?}");
    let shown = shown(&tree, &["a.sh"]);
    assert_eq!((&shown["path"], &shown["project"], &shown["config"]), (&json!("a.sh"), &json!("."), &Value::Null));
    assert_eq!(setting(&shown, "include"), (&json!([]), &json!({"by": "default"})));
}

#[test]
fn each_value_is_shown_with_its_line_or_flag() {
    let tree = Tree::new(&[
        (
            "authlint.toml",
            "fail-on = \"error\"\nadvice = true\n\n[files]\ninclude = [\n  \"*.sh\",\n]\nexclude = [\"old/\"]\nmax-size = \"2MiB\"\n",
        ),
        ("a.sh", BAD),
        ("in/authlint.toml", "preview = true\n"),
        ("in/b.sh", BAD),
    ]);
    let by_line = |line: u32| json!({"by": "file", "path": "authlint.toml", "line": line});
    let all = shown(&tree, &[]);
    for (key, value, line) in [
        ("fail-on", json!("error"), 1),
        ("advice", json!(true), 2),
        ("include", json!(["*.sh"]), 6),
        ("exclude", json!(["old/"]), 8),
        ("max-size", json!(2 << 20), 9),
    ] {
        assert_eq!(setting(&all, key), (&value, &by_line(line)), "{key}");
    }
    assert_eq!(setting(&all, "preview"), (&json!(false), &json!({"by": "default"})));
    // The command line wins, and another project has its own.
    let flags = shown(&tree, &["--fail-on=warning", "--preview", "a.sh"]);
    assert_eq!(setting(&flags, "fail-on"), (&json!("warning"), &json!({"by": "flag", "name": "--fail-on"})));
    assert_eq!(setting(&flags, "preview"), (&json!(true), &json!({"by": "flag", "name": "--preview"})));
    let inner = shown(&tree, &["in/b.sh"]);
    assert_eq!((&inner["project"], &inner["config"]), (&json!("in"), &json!("in/authlint.toml")));
    assert_eq!(setting(&inner, "fail-on"), (&json!("warning"), &json!({"by": "default"})));
    assert_eq!(setting(&inner, "preview").1["path"], "in/authlint.toml");
    let human = tree.run(&["config", "--advice"]).out;
    assert!(human.contains("authlint.toml:1\n") && human.contains("  --advice\n"), "{human}");
    // What the run fails on is shown: whoever says the one says the other.
    let fails = shown(&tree, &["--fail-on=advice", "in"]);
    assert_eq!(setting(&fails, "advice"), (&json!(true), &json!({"by": "flag", "name": "--fail-on"})));
}

#[test]
fn levels_are_those_of_the_path() {
    let tree = Tree::new(&[
        (
            "authlint.toml",
            "[rules]\nflag-with-value = \"warning\"\nunknown-role = \"off\"\nzebra = \"off\"\n\
             [[overrides]]\npaths = [\"docs/\"]\nrules = { flag-with-value = \"off\" }\n\
             [[overrides]]\npaths = [\"*.md\"]\nrules = { flag-with-value = \"advice\" }\n\
             [files]\nexclude = [\"old/\"]\ninclude = [\"*.md\", \"*.sh\"]\n",
        ),
        ("a.sh", BAD),
        ("docs/b.sh", BAD),
        ("docs/c.md", ""),
        ("old/d.sh", BAD),
        ("e.tf", ""),
    ]);
    let levels = |path: &str| -> Vec<(String, String, Value)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let shown = shown(&tree, &[path]);
        let rules = shown["rules"].as_array().unwrap().iter();
        rules.map(|rule| (text(&rule["id"]), text(&rule["level"]), rule["from"]["line"].clone())).collect()
    };
    let flag = |path: &str| {
        levels(path).into_iter().find(|(id, _, _)| id == "flag-with-value").map(|(_, level, line)| (level, line))
    };
    assert_eq!(flag("a.sh"), Some(("warning".to_owned(), json!(2))));
    assert_eq!(flag("docs/b.sh"), Some(("off".to_owned(), json!(7))));
    assert_eq!(flag("docs/c.md"), Some(("advice".to_owned(), json!(10))), "the last that speaks wins");
    assert_eq!(levels("a.sh").len(), 2, "of a file, what counts there");
    assert_eq!(levels(".").len(), 5, "of a directory, all that is said");
    let human = tree.run(&["config"]).out;
    assert!(human.contains("off in docs/ (its own level: error)"), "{human}");
    assert!(human.contains("off (there is no such rule)"), "{human}");
    let omitted = |path: &str| shown(&tree, &[path])["omitted"].clone();
    assert_eq!([omitted("a.sh"), omitted("docs")], [Value::Null, Value::Null]);
    assert_eq!([omitted("old/d.sh"), omitted("old")], ["excluded", "excluded"]);
    assert_eq!(omitted("e.tf"), "not included");
    assert!(tree.run(&["config", "e.tf"]).out.contains("read     no: not included\n"));
}

#[test]
fn grants_requirements_and_policies_are_shown() {
    let tree = Tree::new(&[(
        "authlint.toml",
        "[[grants]]\nmember = \"user:a@b.c\"\nrole = \"roles/run.invoker\"\non = \"run-service:billing\"\nreason = \"by\\u001b hand\"\n\
         [[grants]]\nmember = \"user:d@e.f\"\nrole = \"roles/run.admin\"\nreason = \"elsewhere\"\n\
         [[require]]\nwhen = \"A\"\nneeds = [\"B\", \"C\"]\n[[policies]]\non = \"secret:s\"\nfile = \"s.json\"\n",
    )]);
    let shown = shown(&tree, &[]);
    assert_eq!(shown["grants"][0]["on"], "run-service:billing");
    assert_eq!((&shown["grants"][1]["on"], &shown["grants"][1]["from"]["line"]), (&Value::Null, &json!(6)));
    assert_eq!((&shown["require"][0]["needs"], &shown["require"][0]["from"]["line"]), (&json!(["B", "C"]), &json!(10)));
    assert_eq!((&shown["policies"][0]["on"], &shown["policies"][0]["from"]["line"]), (&json!("secret:s"), &json!(13)));
    let human = tree.run(&["config"]);
    assert!(human.out.contains("roles/run.admin on the whole project (elsewhere)"), "{human:?}");
    assert!(human.out.contains("needs B, C") && !human.out.contains('\x1b'), "{human:?}");
}

#[test]
fn what_is_wrong_is_told() {
    let tree = Tree::new(&[("authlint.toml", "[rules\n"), ("a.sh", BAD)]);
    let run = tree.run(&["config", "a.sh"]);
    assert!(run.status == 2 && run.out.is_empty() && run.err.contains("authlint.toml:1:7: "), "{run:?}");
    tree.write("authlint.toml", "fail_on = \"error\"\n");
    let run = tree.run(&["config"]);
    assert!(run.status == 0 && run.err.contains("authlint.toml:1: there is no key `fail_on`"), "{run:?}");
    assert!(run.out.contains("fail-on   warning"), "{run:?}");
    let run = tree.run(&["config", "none.sh"]);
    assert!(run.status == 2 && run.err.contains("none.sh: no such file or directory"), "{run:?}");
    assert_eq!(tree.run(&["config", "--format=xml"]).status, 2);
}
