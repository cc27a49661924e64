//! What several tests share: documents that are tests, and linting files that exist only in memory.

#![allow(dead_code, reason = "each test uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use authlint::engine::{self, Files, Input, Settings, relevant};
use authlint::finding::{Finding, Safety};
use authlint::outcome::Outcome;
use authlint::report::{FORMATS, Options};
use authlint::source::{FileId, Source};
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
            "yaml" => "config.yaml",
            "json" => "config.json",
            "hcl" => "main.tf",
            "toml" => "authlint.toml",
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

/// A disk that holds these files, below `/project`.
struct Memory<'f>(&'f BTreeMap<String, String>);

impl Files for Memory<'_> {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        Some(self.0.get(path.strip_prefix("/project").ok()?.to_str()?)?.clone().into_bytes())
    }

    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        let paths = self.0.keys().map(|path| PathBuf::from("/project").join(path));
        paths.filter(|path| path.parent() == Some(directory)).collect()
    }
}

/// Lints files as one project; as the binary does, those that mention nothing are only read when others name them.
pub fn lint(files: &BTreeMap<String, String>) -> Outcome {
    let mentioning = files.iter().filter(|(path, text)| relevant(path, text.as_bytes()));
    let inputs = mentioning.map(|(path, text)| Input {
        path: path.clone(),
        bytes: text.clone().into_bytes(),
        reported: true,
        project: 0,
        disk: PathBuf::from("/project").join(path),
    });
    engine::check(inputs.collect(), &Memory(files), &Settings::default())
}

/// Whether this build reads all kinds of files of a section.
pub fn is_read(section: &Section) -> bool {
    let terraform = |path: &String| [".tf", ".tofu", ".tfvars", ".hcl"].iter().any(|end| path.ends_with(end));
    cfg!(feature = "hcl") || !section.files.keys().any(terraform)
}

/// Errors and warnings in the concise format.
pub fn shown(outcome: &Outcome) -> String {
    let format = FORMATS.iter().find(|format| format.name == "concise").unwrap();
    let mut out = Vec::new();
    (format.write)(outcome, &Options::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Files of a folder, sorted.
pub fn files(dir: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let mut names: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| format!("{dir}/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    names.sort_by_key(|name| name.replace('_', "-"));
    names
}

/// Says what a document gets wrong.
pub fn check(path: &str, sections: &Sections, failures: &mut Vec<String>) {
    for section in sections.good.iter().filter(|section| is_read(section)) {
        let found = shown(&lint(&section.files));
        if !found.is_empty() {
            failures.push(format!("{path}: \"{}\" should give nothing, but gives\n{found}", section.heading));
        }
    }
    for section in sections.bad.iter().filter(|section| is_read(section)) {
        let outcome = lint(&section.files);
        let found = shown(&outcome);
        if found != section.expected {
            failures
                .push(format!("{path}: \"{}\" gives\n{found}but the page says\n{}", section.heading, section.expected));
        }
        let fixed = fixed(&section.files, &outcome.sources, &outcome.findings);
        let safe = |finding: &&Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
        if outcome.findings.iter().filter(safe).count() > 0 {
            let left = lint(&fixed);
            for finding in outcome.findings.iter().filter(safe) {
                if left.findings.iter().any(|other| other.rule == finding.rule && other.message == finding.message) {
                    failures.push(format!("{path}: \"{}\" still has after its fix\n{}", section.heading, shown(&left)));
                }
            }
        }
    }
}

/// The files after all safe fixes.
fn fixed(files: &BTreeMap<String, String>, sources: &[Source], findings: &[Finding]) -> BTreeMap<String, String> {
    let mut out = files.clone();
    for (index, source) in sources.iter().enumerate() {
        let edits: Vec<_> = findings
            .iter()
            .filter_map(|finding| finding.fix.as_ref())
            .filter(|fix| fix.safety == Safety::Safe)
            .flat_map(|fix| &fix.edits)
            .filter(|edit| edit.file == FileId(index as u32))
            .cloned()
            .collect();
        let text = &files[source.path()];
        let bytes = authlint::fix::apply(text.as_bytes(), source, &edits).unwrap();
        out.insert(source.path().to_owned(), String::from_utf8(bytes).unwrap());
    }
    out
}
