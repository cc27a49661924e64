//! Programs that say nothing by themselves are read where another file names them, and only there: what is found is the same
//! as where each of them is read.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;

use common::{files, is_read, lint, sections, shown_with};

/// Comments to authlint are always read, and this one says nothing.
fn spoken(path: &str, text: &str) -> String {
    let line = match path.rsplit('.').next() {
        Some("py") => "# authlint: all of this is read",
        Some("js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "go") => "// authlint: all of this is read",
        _ => return text.to_owned(),
    };
    format!("{}\n{line}\n", text.trim_end_matches('\n'))
}

#[test]
fn what_is_left_for_later_is_not_missed() {
    let (mut failures, mut programs) = (Vec::new(), 0);
    for path in ["rules", "tests/cases", "tests/inputs", "tests/projects"].into_iter().flat_map(files) {
        let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let sections = sections(&path, &text);
        for section in sections.bad.iter().chain(&sections.good).filter(|section| is_read(section)) {
            let read: BTreeMap<String, String> =
                section.files.iter().map(|(path, text)| (path.clone(), spoken(path, text))).collect();
            let changed = read.iter().filter(|(path, text)| section.files.get(*path) != Some(*text)).count();
            if changed == 0 {
                continue;
            }
            programs += changed;
            let (one, other) = (shown_with(&lint(&section.files), true), shown_with(&lint(&read), true));
            if one != other {
                failures.push(format!("{path}: \"{}\"\n{one}\nwhere all is read:\n{other}", section.heading));
            }
        }
    }
    if cfg!(feature = "python") {
        assert!(programs > 50, "{programs} programs");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
