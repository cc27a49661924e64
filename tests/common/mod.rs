//! What several tests share: documents that are tests, and linting files that exist only in memory.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use authlint::engine::{Files, Input, Settings, check};
use authlint::outcome::Outcome;
use authlint::report::{FORMATS, Options};
use authlint::source::Source;
use authlint::syntax::markdown;

/// Files under one heading, and the findings that the document gives for them.
pub struct Section {
    pub heading: String,
    pub files: BTreeMap<String, String>,
    pub expected: String,
}

/// The sections of a document that are tests.
#[derive(Default)]
pub struct Sections {
    pub bad: Vec<Section>,
    pub good: Vec<Section>,
}

/// Reads a document: fences under "Bad…" and "Good…" headings are files, `findings` fences are what they give.
/// A fence may name its file: ```` ```bash file=deploy/run.sh ````.
pub fn sections(path: &str, text: &str) -> Sections {
    let source = Source::new(path, text.as_bytes()).unwrap();
    let mut all: Vec<Section> = Vec::new();
    for fence in markdown::parse(&source.snippet()).fences {
        if !fence.heading.starts_with("Bad") && !fence.heading.starts_with("Good") {
            continue;
        }
        if all.last().is_none_or(|section| section.heading != fence.heading) {
            all.push(Section { heading: fence.heading.clone(), files: BTreeMap::new(), expected: String::new() });
        }
        let section = all.last_mut().unwrap();
        let body = fence.body.text().to_owned();
        if fence.language == "findings" {
            section.expected.push_str(&body);
            continue;
        }
        let named = fence.info.split_whitespace().find_map(|word| word.strip_prefix("file="));
        let name = named.unwrap_or(match fence.language.as_str() {
            "markdown" => "README.md",
            _ => "deploy.sh",
        });
        assert!(
            section.files.insert(name.to_owned(), body).is_none(),
            "{path}: two files `{name}` under \"{}\"",
            section.heading
        );
    }
    let headings: Vec<&str> = all.iter().map(|section| section.heading.as_str()).collect();
    for (index, heading) in headings.iter().enumerate() {
        assert!(!headings[..index].contains(heading), "{path}: two headings \"{heading}\"");
    }
    let (bad, good) = all.into_iter().partition(|section| section.heading.starts_with("Bad"));
    Sections { bad, good }
}

/// A disk that holds nothing more.
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// Lints files as one project.
pub fn lint(files: &BTreeMap<String, String>) -> Outcome {
    let inputs = files.iter().map(|(path, text)| Input {
        path: path.clone(),
        bytes: text.clone().into_bytes(),
        reported: true,
        project: 0,
        disk: PathBuf::from("/project").join(path),
    });
    check(inputs.collect(), &NoFiles, &Settings::default())
}

/// Errors and warnings in the concise format.
pub fn shown(outcome: &Outcome) -> String {
    let format = FORMATS.iter().find(|format| format.name == "concise").unwrap();
    let mut out = Vec::new();
    (format.write)(outcome, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
