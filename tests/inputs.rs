//! Every kind of file that is read has a document in `tests/inputs/`: how it is recognised, what is read, what is a hole,
//! a fault that is found at its exact place, and a near miss. `docs/inputs.md` is made of them:
//! `UPDATE_DOCS=1 cargo test --test inputs` writes it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{check, files, sections};

const HEAD: &str = "# What is read

One row for each kind of file. A row is made of `tests/inputs/<kind>.md`, which shows a fault of that kind of file found at its
place, and a near miss that stays silent. What is not known is a hole: no rule speaks of it.

| kind | recognised by | what is read | what is a hole |
| --- | --- | --- | --- |
";

#[test]
fn every_kind_finds_a_fault_and_leaves_a_near_miss() {
    let mut failures = Vec::new();
    for path in files("tests/inputs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let sections = sections(&path, &text);
        assert!(!sections.bad.is_empty() && !sections.good.is_empty(), "{path}: a Bad and a Good section are due");
        assert!(
            sections.bad.iter().all(|section| !section.expected.is_empty()),
            "{path}: a Bad section without findings"
        );
        check(&path, &sections, false, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_kind_has_a_document_and_the_table_is_made_of_them() {
    let kinds: BTreeSet<String> = authlint::read::kinds().into_iter().map(str::to_owned).collect();
    let mut table = HEAD.to_owned();
    let mut documented = BTreeSet::new();
    for path in files("tests/inputs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let kind = text.lines().next().unwrap().strip_prefix("# ").unwrap().to_owned();
        assert_eq!(Path::new(&path).file_stem().unwrap().to_str().unwrap(), kind, "{path}: the title is the kind");
        let said = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("- {name}: ")));
            line.unwrap_or_else(|| panic!("{path}: no line `- {name}: …`")).replace('|', "\\|")
        };
        let row = ["Recognised", "Read", "Holes"].map(said).join(" | ");
        table.push_str(&["| ", &kind, " | ", &row, " |\n"].concat());
        documented.insert(kind);
    }
    assert_eq!(kinds, documented, "kinds that are read, and documents in tests/inputs");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/inputs.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), table, "docs/inputs.md; UPDATE_DOCS=1 writes it");
}
