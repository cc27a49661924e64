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
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use authlint::engine::{self, Files, Settings};
use authlint::program::{Expr, Step, StepKind};
use authlint::read;
use authlint::source::{FileId, Source};
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

/// The paths of each thing that steps take from other files.
fn borrowed(steps: &[Step], out: &mut Vec<Vec<String>>) {
    let literals = |exprs: &[Expr]| exprs.iter().filter_map(Expr::literal).collect::<Vec<String>>();
    for step in steps {
        match &step.kind {
            StepKind::Borrow(borrow) => out.extend([literals(&borrow.paths), literals(&borrow.within)]),
            StepKind::Group(body) | StepKind::Scope(body, _) => borrowed(body, out),
            StepKind::Routine(routine) => borrowed(&routine.body, out),
            StepKind::Each(each) => borrowed(&each.body, out),
            StepKind::Loop(each) => borrowed(&each.body, out),
            StepKind::Branch(arms) => arms.iter().for_each(|arm| borrowed(&arm.body, out)),
            StepKind::Fallback(first, other) => [first, other].into_iter().for_each(|body| borrowed(body, out)),
            _ => {}
        }
    }
}

/// Imports as languages let one write them.
const FORMS: &[(&str, &str)] = &[
    (
        "forms.py",
        "import one, two.three as two\nfrom.four import five\nfrom ..six import (\n    seven, # nine\n    eight as e,\n)\n\
         import\\\n  ten\nfrom\\\n  eleven import twelve\nfrom\tthirteen\timport\tfourteen; import fifteen\n\
         if one: import sixteen\nfrom . import seventeen\nfrom .eighteen import *\ndef f():\n    from nineteen import(twenty)\n",
    ),
    (
        "forms.ts",
        "import one from './one';\nimport { two } from \"../two.js\";\nimport './three';\nexport * from './four';\n\
         const five = require('./five'), six = await import(`./six`);\nimport * as seven from './seven.mjs';\n",
    ),
];

#[test]
fn what_a_program_takes_from_others_is_seen_in_its_text() {
    let (mut failures, mut things) = (Vec::new(), 0);
    let mut look = |path: &str, name: &str, text: &str| {
        let Some(reader) = read::reader(name, text) else { return };
        let Some(alone) = reader.alone else { return };
        let source = Source::new(name, text.as_bytes()).unwrap();
        let taken = (alone.taken)(&source);
        let mut all = Vec::new();
        borrowed(&(reader.read)(&source, FileId(0)).body, &mut all);
        all.retain(|paths| !paths.is_empty());
        things += all.len();
        let missed = all.into_iter().filter(|paths| !taken.contains(paths));
        failures.extend(missed.map(|paths| format!("{path}: {name}: {paths:?}")));
    };
    for (name, text) in FORMS {
        look("FORMS", name, text);
    }
    for path in ["rules", "tests/cases", "tests/inputs", "tests/projects"].into_iter().flat_map(files) {
        let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let sections = sections(&path, &text);
        for (name, text) in sections.bad.iter().chain(&sections.good).flat_map(|section| &section.files) {
            look(&path, name, text);
        }
    }
    if cfg!(all(feature = "python", feature = "javascript")) {
        assert!(things > 45, "{things} things");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A disk of these files that counts what it is asked.
struct Counting<'f>(&'f BTreeMap<String, String>, AtomicUsize);

impl Files for Counting<'_> {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let inner = path.strip_prefix("/project").ok()?;
        self.0.get(inner.to_str()?).map(|text| text.clone().into_bytes())
    }

    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let paths = self.0.keys().map(|path| Path::new("/project").join(path));
        paths.filter(|path| path.parent() == Some(directory)).collect()
    }
}

#[test]
fn what_is_nowhere_is_not_asked_for_one_by_one() {
    let import = |number: usize| format!("import m{number}.part\nfrom .n{number} import x\n");
    let imports: Vec<String> = (0..300).map(import).collect();
    let imports = imports.concat();
    let files: BTreeMap<String, String> =
        (0..50).map(|number| (format!("a/p{number}.py"), format!("{imports}# run.app\n"))).collect();
    let disk = Counting(&files, AtomicUsize::new(0));
    let outcome = engine::check(files.iter().map(common::input).collect(), &disk, &Settings::default());
    // Without Python each file is told as not read.
    assert!(outcome.findings.iter().all(|finding| cfg!(not(feature = "python")) && finding.rule == "skipped-file"));
    // 30,000 imports, each of which may lie in twelve places.
    let asked = disk.1.into_inner();
    let least = usize::from(cfg!(feature = "python"));
    assert!((least..100).contains(&asked), "{asked} questions");
}
