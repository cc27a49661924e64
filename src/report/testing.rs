//! Outcomes made by hand, for the tests of all formats.

use std::io::{self, Write};

use super::Options;
use super::clean::is_hidden;
use crate::finding::{Edit, Finding, Fix, Label, Level, Safety};
use crate::outcome::Outcome;
use crate::source::{FileId, Source, Span};

pub(super) type Writer = fn(&Outcome, &Options, &mut dyn Write) -> io::Result<()>;

pub(super) fn render(write: Writer, outcome: &Outcome, options: &Options) -> String {
    let mut out = Vec::new();
    write(outcome, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn label(file: u32, start: u32, end: u32, message: &str) -> Label {
    Label { file: FileId(file), span: Span { start, end }, message: message.to_owned() }
}

/// The label of the first `needle` in a file.
fn found(outcome: &Outcome, file: u32, needle: &str, message: &str) -> Label {
    let at = outcome.sources[file as usize].text().find(needle).unwrap() as u32;
    label(file, at, at + needle.len() as u32, message)
}

fn finding(rule: &'static str, level: Level, primary: Label) -> Finding {
    Finding {
        rule,
        level,
        message: format!("fault of {rule}"),
        help: "write it otherwise".to_owned(),
        primary,
        related: Vec::new(),
        fix: None,
        anchor: "command scheduler".to_owned(),
        statement: None,
    }
}

/// An error over two files with a fix, a warning in a file with BOM and CRLF, and an advice.
pub(super) fn outcome() -> Outcome {
    let script = "#!/bin/sh\nset -eu\nURI=https://run.googleapis.com/apis\n# a\n# b\n# c\n# d\n\
        gcloud scheduler jobs create http nightly \\\n  --uri=\"$URI\" \\\n  --oidc-service-account-email=\"$SA\"\n";
    let crlf = "\u{feff}# é😀\r\n\tgcloud run deploy --allow-unauthenticated\r\n";
    let sources = [("deploy.sh", script), ("ci/serve.sh", crlf), ("iam.tf", "a = 1\nmember = \"x\"\n")];
    let sources = sources.map(|(path, text)| Source::new(path, text.as_bytes()).unwrap()).into();
    let mut outcome = Outcome { sources, files: 7, relevant: 3, suppressed: 1, ..Outcome::default() };
    let flag = found(&outcome, 0, "--oidc-service-account-email", "sends an ID token");
    let mut error = finding("id-token-for-google-api", Level::Error, flag.clone());
    error.message = "Job \"nightly\" sends an ID token to run.googleapis.com, which takes access tokens alone; \
        Google answers 401 \"Request had invalid authentication credentials\""
        .to_owned();
    error.related = vec![
        found(&outcome, 0, "https://run.googleapis.com/apis", "the target"),
        found(&outcome, 2, "\"x\"", "the account"),
    ];
    error.fix = Some(Fix {
        safety: Safety::Safe,
        edits: vec![Edit { file: flag.file, span: flag.span, text: "--oauth-service-account-email".to_owned() }],
    });
    let public = found(&outcome, 1, "--allow-unauthenticated", "");
    let line = found(&outcome, 1, "# é😀", "here");
    outcome.findings =
        vec![error, finding("public-service", Level::Warning, public), finding("a-habit", Level::Advice, line)];
    outcome
}

/// One finding at a span of a text.
pub(super) fn one(text: &str, (start, end): (u32, u32), message: &str) -> Outcome {
    let mut outcome = Outcome { sources: vec![Source::new("a.sh", text.as_bytes()).unwrap()], ..Outcome::default() };
    outcome.findings = vec![finding("some-rule", Level::Error, label(0, start, end, message))];
    outcome
}

/// What a repository may hold to steer a terminal, a log or the drawing library.
pub(super) fn hostile() -> Outcome {
    let steering =
        "::error::x\n\u{1b}[2J\u{202e}gcloud\u{200b} ##[error]x ##vso[task.setvariable]y\u{9b}\n\u{b}\u{7}::end\n"
            .to_owned();
    let long = format!("{}😀gcloud{}\n", "x".repeat(70_000), "y".repeat(70_000));
    let tabs = "\t\ta\t漢字\tgcloud\n".to_owned();
    let sources = [
        ("::error file=a::b\n::c\u{1b}.sh", steering),
        ("##vso[task.setvariable variable=x]long.sh", long),
        ("tabs.sh", tabs),
        ("end.sh", "x\n".to_owned()),
    ];
    let sources = sources.map(|(path, text)| Source::new(path, text.as_bytes()).unwrap()).into();
    let mut outcome = Outcome { sources, ..Outcome::default() };
    let mut places: Vec<Label> =
        (0..3).map(|file| found(&outcome, file, "gcloud", "::error::x \u{1b}[0m\n::y")).collect();
    places.push(label(3, 2, 2, "the end"));
    places.push(label(3, 900, 901, "past the end"));
    places.push(label(1, 0, 140_010, "all of it"));
    for place in places {
        let mut new = finding("some-rule", Level::Warning, place);
        let spaced = "::warning::z ".repeat(12);
        new.message = format!("::error::m\r\n::n \u{2067}\u{1b}]0;t\u{7} ##[group]o {spaced}{}", "w".repeat(300));
        new.help = format!("a {spaced}\n::error::h \u{1b}[1m");
        outcome.findings.push(new);
    }
    outcome
}

/// No character that steers a terminal, no line that steers a CI log.
pub(super) fn assert_harmless(text: &str) {
    for line in text.lines() {
        assert!(!line.contains(is_hidden), "{line:?}");
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line:?}");
        assert!(!line.contains("##vso["), "{line:?}");
        assert!(line.len() < 4000, "{}", line.len());
    }
}

/// No character that steers a terminal and no command of a log, in lines of any length.
pub(super) fn assert_nothing_steers(text: &str) {
    for line in text.lines() {
        assert!(!line.contains(is_hidden) && !line.trim_start().starts_with("::"), "{line:?}");
        assert!(!line.contains("##vso[") && !line.contains("##["), "{line:?}");
    }
}
