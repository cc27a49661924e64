use std::cell::Cell;

use super::*;
use crate::finding::{Fix, Label, Level};
use crate::source::Span;

/// A rule that finds each `bad`; its fix breaks files that are named so, and leaves those alone that are named stubborn.
fn check(inputs: &[Input]) -> Outcome {
    let mut outcome = Outcome::default();
    for (index, input) in inputs.iter().enumerate() {
        let file = FileId(index as u32);
        let Content::Bytes(bytes) = &input.content else { continue };
        let source = Source::new(input.path.as_str(), bytes).unwrap();
        for (at, _) in source.text().match_indices("bad") {
            let span = Span::new(at as u32, at as u32 + 3);
            let new = match input.path.as_str() {
                "broken.sh" => "\"",
                "stubborn.sh" => "bad",
                _ => "good",
            };
            let edits = vec![Edit { file, span, text: new.to_owned() }];
            outcome.findings.push(Finding {
                rule: "flag-with-value",
                level: Level::Error,
                message: String::new(),
                help: String::new(),
                primary: Label { file, span, message: String::new() },
                related: Vec::new(),
                fix: Some(Fix { safety: Safety::Safe, edits }),
                anchor: source.line(span.start).to_string(),
                statement: None,
            });
        }
        outcome.sources.push(source);
    }
    outcome
}

/// What becomes of files, how many fixes were dropped, and how often the files were linted.
fn mended(files: &[(&str, usize)]) -> (Vec<(String, String)>, usize, usize) {
    let input = |(path, count): &(&str, usize)| Input {
        path: (*path).to_owned(),
        content: Content::Bytes("echo bad\n".repeat(*count).into_bytes().into()),
        reported: true,
        project: 0,
        disk: PathBuf::from(path),
        partial: false,
    };
    let inputs: Vec<Input> = files.iter().map(input).collect();
    let runs = Cell::new(0);
    let counted = |inputs: Vec<Input>, _: &Settings| {
        runs.set(runs.get() + 1);
        check(&inputs)
    };
    let first = check(&inputs);
    let bench = Bench {
        inputs,
        configs: BTreeMap::new(),
        settings: Settings::default(),
        check: &counted,
        may_change: &|path| path != Path::new("foreign.sh"),
    };
    let wanted =
        |outcome: &Outcome, tried: &Tried| fixes(outcome, Safety::Safe, |finding| tried.count(finding, outcome) == 0);
    let mended = bench.mend(first, &wanted);
    let changes = mended.changes.iter().map(|change| (change.path.clone(), text(&change.after))).collect();
    (changes, mended.dropped.len(), runs.get())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_goes_goes_at_once() {
    let good = |path: &str| (path.to_owned(), "echo good\n".repeat(3));
    assert_eq!(mended(&[("a.sh", 3), ("b.sh", 3)]), (vec![good("a.sh"), good("b.sh")], 0, 1));
}

#[test]
fn what_stays_or_lies_elsewhere_is_told_each() {
    let (changes, dropped, runs) = mended(&[("a.sh", 1), ("stubborn.sh", 4), ("foreign.sh", 2)]);
    assert_eq!((changes.len(), dropped), (1, 6));
    assert!(runs < 5, "{runs}");
}

#[test]
fn one_file_takes_no_tries_from_others() {
    let mut files = vec![("broken.sh", 300)];
    let names: Vec<String> = (0..50).map(|number| format!("{number}.sh")).collect();
    files.extend(names.iter().map(|name| (name.as_str(), 1)));
    let (changes, dropped, runs) = mended(&files);
    assert_eq!(changes.len(), 50);
    assert_eq!(dropped, 300);
    assert!(runs < 150, "{runs}");
}
