//! What the project is packed by: the hook takes the files that are read, and every place that names a version names this one.
//! What needs other programs, the hook itself, the wheel, the action, is run by `.ci/ecosystem`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeSet;

use authlint::engine::readable;
use regex::Regex;

fn text(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The pattern of the hook's files.
fn files() -> Regex {
    let hooks = text(".pre-commit-hooks.yaml");
    let block = hooks.split("files: &read |\n").nth(1).unwrap();
    let lines: Vec<&str> = block.lines().map_while(|line| line.strip_prefix("    ")).collect();
    Regex::new(&lines.join("\n")).unwrap()
}

#[test]
fn the_hook_takes_the_files_that_are_read() {
    let files = files();
    let mut names = BTreeSet::new();
    for document in common::files("tests/inputs").into_iter().chain(common::files("rules")) {
        let sections = common::sections(&document, &text(&document));
        names.extend(sections.bad.into_iter().chain(sections.good).flat_map(|section| section.files.into_keys()));
    }
    assert!(names.len() > 100, "{names:?}");
    let more = [
        "GNUmakefile",
        "bin/deploy",
        ".justfile",
        "ops/Containerfile.dev",
        "a.DOCKERFILE",
        "Dockerfile-api",
        ".env.prod",
    ];
    let others = ["src/main.rs", "a.css", "logo.svg", "poetry.lock", "a.html", "a.java", "x.md5", "notes.txt", "a.shx"];
    let names = names.iter().map(String::as_str).chain(more).chain(others);
    // The configuration is no input of the readers, but a run speaks of it.
    for name in names.filter(|name| !name.ends_with("authlint.toml")) {
        assert_eq!(files.is_match(name), readable(name), "{name}");
    }
    assert!(files.is_match("authlint.toml") && files.is_match("sub/authlint.toml"));
}

#[test]
fn one_version_is_named_everywhere() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(text("action.yml").contains(&format!("default: {version}\n")));
    assert!(text("editors/emacs/authlint.el").contains(&format!(";; Version: {version}\n")));
    assert!(text("editors/vscode/package.json").contains(&format!("\"version\": \"{version}\",\n")));
    for manifest in ["editors/zed/Cargo.toml", "editors/zed/extension.toml"] {
        assert!(text(manifest).contains(&format!("\nversion = \"{version}\"\n")), "{manifest}");
    }
    let pinned = Regex::new(r"(?:authlint==|rev: v|authlint@v|authlint-v|authlint/authlint:)(\d+\.\d+\.\d+)").unwrap();
    for path in ["README.md", "docs/ci.md"] {
        let text = text(path);
        let named: Vec<&str> = pinned.captures_iter(&text).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(!named.is_empty() && named.iter().all(|named| *named == version), "{path}: {named:?}");
    }
}

#[test]
fn actions_are_named_by_their_commits() {
    let uses = Regex::new(r"uses: (\S+)(.*)").unwrap();
    let pin = Regex::new(r"^[\w./-]+@[0-9a-f]{40}$").unwrap();
    for path in [".github/workflows/ci.yml", ".github/workflows/release.yml", "docs/ci.md", "README.md"] {
        for found in uses.captures_iter(&text(path)) {
            let is_own = found[1].starts_with("authlint/authlint@v");
            assert!(is_own || pin.is_match(&found[1]) && found[2].starts_with(" # v"), "{path}: {}", &found[0]);
        }
    }
}

/// Files may have names like `--fix`.
#[test]
fn names_of_files_are_no_arguments() {
    let entries = Regex::new(r"(?m)^ *entry: (.*)$|xargs -0 -r (.*)$").unwrap();
    for path in [".pre-commit-hooks.yaml", "README.md"] {
        let text = text(path);
        let found: Vec<&str> = entries.captures_iter(&text).map(|found| found.get(0).unwrap().as_str()).collect();
        assert!(found.len() >= 2 && found.iter().all(|entry| entry.ends_with(" --")), "{path}: {found:?}");
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let of_systems = manifest["target"].as_table().unwrap().values().map(|target| &target["dependencies"]);
    let named: BTreeSet<String> = [&manifest["dependencies"], &manifest["dev-dependencies"]]
        .into_iter()
        .chain(of_systems)
        .flat_map(|table| table.as_table().unwrap().keys().cloned().collect::<Vec<_>>())
        .collect();
    let rows = text("docs/dependencies.md");
    let cells = rows.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next().map(str::to_owned));
    let told: BTreeSet<String> = cells
        .flat_map(|cell| cell.split(", ").map(|name| name.trim_matches('`').to_owned()).collect::<Vec<_>>())
        .collect();
    assert_eq!(told, named);
}
