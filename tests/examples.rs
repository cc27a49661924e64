//! The examples: what a user sees of each `before`, exactly, and nothing of its `after`. To accept what is printed now,
//! run with `UPDATE_EXAMPLES=1`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::tree::Tree;

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut all: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// Whether this build reads all files of a directory.
fn is_read(directory: &Path) -> bool {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().all(|path| {
        if path.is_dir() { is_read(&path) } else { authlint::read::lacks(path.to_str().unwrap()).is_none() }
    })
}

fn authlint(directory: &Path, path: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(["--color", "never", path])
        .current_dir(directory)
        .env_remove("COLUMNS")
        .env("TERM", "xterm")
        .output()
        .unwrap()
}

#[test]
fn every_before_shows_its_faults_and_every_after_shows_none() {
    let examples = examples();
    assert!(examples.len() >= 3);
    for example in examples.into_iter().filter(|example| is_read(example)) {
        let before = authlint(&example, "before");
        assert_eq!(before.status.code(), Some(1), "{}", example.display());
        let printed = String::from_utf8(before.stdout).unwrap();
        let expected = example.join("output.txt");
        if std::env::var_os("UPDATE_EXAMPLES").is_some() {
            std::fs::write(&expected, &printed).unwrap();
        }
        assert_eq!(printed, std::fs::read_to_string(&expected).unwrap_or_default(), "{}", example.display());

        let after = authlint(&example, "after");
        assert_eq!(String::from_utf8(after.stdout).unwrap(), "", "{}", example.display());
        assert_eq!(after.status.code(), Some(0), "{}", example.display());
    }
}

#[test]
fn each_side_is_a_project_of_its_own() {
    for example in examples() {
        for side in ["before", "after"] {
            assert!(example.join(side).join("authlint.toml").is_file(), "{}/{side}", example.display());
        }
    }
}

/// The files of a directory, by their names from there.
fn texts(directory: &Path, within: &str, out: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap()) {
        let name = format!("{within}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            texts(&entry.path(), &format!("{name}/"), out);
        } else {
            out.insert(name, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// Where every fault has a fix, what the fixes make of `before` is `after`, and a second run changes nothing.
#[test]
fn what_can_be_fixed_becomes_the_after() {
    let mut mended = 0;
    for example in examples().into_iter().filter(|example| is_read(example)) {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        texts(&example.join("before"), "", &mut before);
        texts(&example.join("after"), "", &mut after);
        let files: Vec<(&str, &str)> = before.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let tree = Tree::new(&files);
        let run = tree.run(&["--fix", "--unsafe-fixes"]);
        if run.status != 0 {
            continue;
        }
        let mut fixed = BTreeMap::new();
        texts(&tree.path(""), "", &mut fixed);
        assert_eq!(fixed, after, "{}", example.display());
        assert_eq!(tree.run(&["--diff", "--unsafe-fixes"]).status, 0, "{}", example.display());
        mended += 1;
    }
    let all = examples().iter().all(|example| is_read(example));
    assert!(mended >= if all { 3 } else { 1 }, "{mended}");
}
