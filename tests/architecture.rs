//! Imports point one way, from the fronts down to `source`. The table says who may know whom; what a module may *not*
//! know is what stands not in its row. See `docs/architecture.md`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module and what it may import. A row names rows above it only, so there are no cycles.
const TABLE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("nearest", &[]),
    ("secret", &[]),
    ("suppression", &["source"]),
    ("value", &["source"]),
    ("syntax", &["source"]),
    ("gcp", &["value"]),
    ("program", &["source", "value"]),
    ("read", &["program", "source", "syntax", "value"]),
    ("eval", &["program", "source", "value"]),
    ("facts", &["eval", "gcp", "program", "value"]),
    ("project", &["eval", "facts", "gcp", "source", "value"]),
    ("finding", &["source"]),
    ("config", &["finding", "nearest", "source"]),
    ("outcome", &["finding", "source"]),
    ("rule", &["eval", "facts", "finding", "project", "value"]),
    ("rules", &["eval", "facts", "finding", "gcp", "project", "rule", "secret", "value"]),
    ("errors", &["rule", "rules"]),
    (
        "engine",
        &[
            "config",
            "eval",
            "facts",
            "finding",
            "nearest",
            "outcome",
            "program",
            "project",
            "read",
            "rule",
            "rules",
            "secret",
            "source",
            "suppression",
            "value",
        ],
    ),
    ("baseline", &["finding", "outcome"]),
    ("fix", &["finding", "source"]),
    ("mend", &["config", "engine", "finding", "fix", "outcome", "rule", "rules", "source", "suppression"]),
    ("report", &["finding", "outcome", "source"]),
    ("graph", &["project", "report", "source", "value"]),
    ("files", &[]),
    ("workspace", &["config", "engine", "files", "source"]),
    (
        "cli",
        &[
            "baseline",
            "config",
            "engine",
            "errors",
            "files",
            "finding",
            "graph",
            "mend",
            "nearest",
            "outcome",
            "report",
            "rule",
            "rules",
            "source",
            "suppression",
            "workspace",
        ],
    ),
    (
        "lsp",
        &[
            "config",
            "engine",
            "files",
            "finding",
            "mend",
            "outcome",
            "report",
            "rules",
            "source",
            "suppression",
            "value",
            "workspace",
        ],
    ),
    ("main", &["cli", "lsp"]),
];

/// Who may touch the disk, the terminal, the environment and processes.
const EDGE: &[&str] = &["files", "cli", "lsp", "main"];
const EDGE_WORDS: &[&str] = &[
    "std::fs",
    "std::env",
    "std::process",
    "io::stdout",
    "io::stderr",
    "io::stdin",
    "std::net",
    "println!",
    "eprintln!",
];

#[test]
fn imports_point_one_way() {
    let mut faults = Vec::new();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, module, code) in sources() {
        for name in imports(&code).into_iter().filter(|name| *name != module) {
            let allowed = row(&module).unwrap_or_else(|| panic!("{}: `{module}` is not in the table", path.display()));
            if !allowed.contains(&name.as_str()) {
                faults.push(format!("{}: `{module}` may not import `{name}`", path.display()));
            }
            used.entry(module.clone()).or_default().insert(name);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for (module, allowed) in TABLE {
        for name in *allowed {
            let is_used = used.get(*module).is_some_and(|names| names.contains(*name));
            assert!(is_used, "`{module}` does not import `{name}`: take it out of the table");
        }
    }
}

#[test]
fn the_table_has_no_cycle_and_no_unknown_module() {
    let modules: BTreeSet<String> = sources().into_iter().map(|(_, module, _)| module).collect();
    let rows: BTreeSet<String> = TABLE.iter().map(|(module, _)| (*module).to_owned()).collect();
    assert_eq!(modules, rows);
    for (index, (module, allowed)) in TABLE.iter().enumerate() {
        for name in *allowed {
            let at = TABLE.iter().position(|(other, _)| other == name);
            assert!(at.is_some_and(|at| at < index), "`{module}` may import `{name}`, which does not stand above it");
        }
    }
}

#[test]
fn only_the_edge_touches_the_world() {
    for (path, module, code) in sources() {
        if EDGE.contains(&module.as_str()) {
            continue;
        }
        for word in EDGE_WORDS {
            assert!(!code.contains(word), "{}: `{word}` belongs to {EDGE:?}", path.display());
        }
    }
}

#[test]
fn a_rule_knows_no_other_rule() {
    for (path, module, code) in sources() {
        if module == "rules" && !path.ends_with("mod.rs") {
            let own = path.file_stem().unwrap().to_str().unwrap().to_owned();
            for rule in authlint::rules::RULES.iter().map(|rule| rule.id.replace('-', "_")).filter(|rule| *rule != own)
            {
                assert!(!code.contains(&format!("{rule}::")), "{}: uses `{rule}`", path.display());
            }
        }
    }
}

fn row(module: &str) -> Option<&'static [&'static str]> {
    TABLE.iter().find(|(name, _)| *name == module).map(|(_, allowed)| *allowed)
}

/// Every source file with its top-level module and its code without tests and comments.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let inner = path.strip_prefix(&root).unwrap().to_path_buf();
            let first =
                inner.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
            if first != "lib" && name != "tests" && name != "testing" && !name.ends_with("_tests") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((inner, first, code(&text)));
            }
        }
    }
    files.sort();
    files
}

/// The text without comments, up to its tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Top-level modules that a file names after `crate::`, or `authlint::` in the program.
fn imports(code: &str) -> BTreeSet<String> {
    ["crate::", "authlint::"]
        .iter()
        .flat_map(|root| code.split(root).skip(1))
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
        .filter(|name| !name.is_empty())
        .collect()
}
