//! What several tests share: documents that are tests, and linting files that exist only in memory.

#![allow(dead_code, reason = "each test uses its part")]

pub mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use authlint::config::Config;
use authlint::engine::{self, Content, Date, Files, Input, Settings, relevant};
use authlint::finding::{Finding, Fix, Safety};
use authlint::mend::{self, Bench, Mended};
use authlint::outcome::Outcome;
use authlint::report::{FORMATS, Options};
use authlint::rules::own::UNDECIDED_ACCESS;
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
/// A fence may name its file: ```` ```bash file=deploy/run.sh ````; one that ends with `unreadable` stands for a file that
/// the system refuses, whatever it shows.
pub fn sections(path: &str, text: &str) -> Sections {
    let source = Source::new(path, text.as_bytes()).unwrap();
    let mut all: Vec<Section> = Vec::new();
    for fence in markdown::parse(&source.snippet()).fences {
        // What is made of the files of a section is another test's.
        if !fence.heading.starts_with("Bad") && !fence.heading.starts_with("Good") || fence.language == "mutants" {
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
        let body = if fence.info.ends_with(" unreadable") { UNREADABLE.to_owned() } else { body };
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
        let within = paths.filter_map(|path| {
            let name = path.strip_prefix(directory).ok()?.components().next()?;
            Some(directory.join(name))
        });
        within.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// The text of a file that the system refuses.
pub const UNREADABLE: &str = "(unreadable)\n";

/// Lints files as one project, configured by its `authlint.toml` if that is among them; as the binary does, those that
/// mention nothing are only read when others name them.
pub fn lint(files: &BTreeMap<String, String>) -> Outcome {
    lint_with(files, Settings::default())
}

/// What cannot be decided, and nothing else.
fn undecided(files: &BTreeMap<String, String>) -> Outcome {
    lint_with(files, Settings { select: vec![UNDECIDED_ACCESS.id.to_owned()], ..Settings::default() })
}

fn lint_with(files: &BTreeMap<String, String>, settings: Settings) -> Outcome {
    let (inputs, readable, settings) = inputs(files, settings);
    engine::check(inputs, &Memory(&readable), &settings)
}

/// A file of a run, and its text.
pub fn input((path, text): (&String, &String)) -> Input {
    let content = Content::Bytes(text.as_bytes().to_vec().into());
    let disk = PathBuf::from("/project").join(path);
    Input { path: path.clone(), content, reported: true, project: 0, disk, partial: false }
}

/// What a run of the engine takes: the files that matter, those that may be read on demand, and the settings with the
/// configuration among the files.
fn inputs(
    files: &BTreeMap<String, String>,
    mut settings: Settings,
) -> (Vec<Input>, BTreeMap<String, String>, Settings) {
    let root = PathBuf::from("/project");
    if let Some(text) = files.get("authlint.toml") {
        let source = Source::new("authlint.toml", text.as_bytes()).unwrap();
        settings.configs.insert(0, Config::parse(source, &root.join("authlint.toml")).unwrap().into());
    }
    settings.preview = true;
    settings.today = Date::parse("2026-11-30");
    let config = settings.configs.get(&0);
    let max_size = config.map_or(usize::MAX, |config| config.max_size() as usize);
    let (mut inputs, mut readable) = (Vec::new(), BTreeMap::new());
    for (path, text) in files {
        let disk = root.join(path);
        if path == "authlint.toml" || config.is_some_and(|config| config.omits(&disk).is_some()) {
            continue;
        }
        let content = match text.as_str() {
            UNREADABLE => Content::Unreadable("permission denied".to_owned()),
            text if text.len() > max_size => Content::Skipped(format!("it is larger than {max_size} bytes")),
            text => {
                readable.insert(path.clone(), text.to_owned());
                Content::Bytes(text.as_bytes().to_vec().into())
            }
        };
        if !matches!(content, Content::Bytes(_)) || relevant(path, text.as_bytes()) {
            inputs.push(Input { path: path.clone(), content, reported: true, project: 0, disk, partial: false });
        }
    }
    (inputs, readable, settings)
}

/// Applies the fixes of files as `--fix` does, with `--unsafe-fixes` or without; what the files are then, and what came of it.
pub fn mend(files: &BTreeMap<String, String>, safety: Safety) -> (BTreeMap<String, String>, Mended) {
    mend_with(files, safety, Settings::default())
}

/// The same for one rule alone.
pub fn mend_one(files: &BTreeMap<String, String>, rule: &str) -> (BTreeMap<String, String>, Mended) {
    mend_with(files, Safety::Unsafe, Settings { select: vec![rule.to_owned()], ..Settings::default() })
}

fn mend_with(
    files: &BTreeMap<String, String>,
    safety: Safety,
    settings: Settings,
) -> (BTreeMap<String, String>, Mended) {
    let (inputs, readable, settings) = inputs(files, settings);
    let configs = files.get("authlint.toml").map(|text| (0, text.clone().into_bytes())).into_iter().collect();
    let mended = bench(inputs, &readable, settings, configs, safety);
    let mut after = files.clone();
    for change in &mended.changes {
        after.insert(change.path.clone(), String::from_utf8(change.after.clone()).unwrap());
    }
    (after, mended)
}

/// The same for files of any encoding, without a configuration.
pub fn mend_bytes(files: &BTreeMap<String, Vec<u8>>, safety: Safety) -> (BTreeMap<String, Vec<u8>>, Mended) {
    let input = |(path, bytes): (&String, &Vec<u8>)| Input {
        path: path.clone(),
        content: Content::Bytes(bytes.clone().into()),
        reported: true,
        project: 0,
        disk: PathBuf::from("/project").join(path),
        partial: false,
    };
    let inputs = files.iter().map(input).collect();
    let mended = bench(inputs, &BTreeMap::new(), Settings::default(), BTreeMap::new(), safety);
    let mut after = files.clone();
    for change in &mended.changes {
        after.insert(change.path.clone(), change.after.clone());
    }
    (after, mended)
}

fn bench(
    inputs: Vec<Input>,
    readable: &BTreeMap<String, String>,
    settings: Settings,
    configs: BTreeMap<u32, Vec<u8>>,
    safety: Safety,
) -> Mended {
    let check = |inputs: Vec<Input>, settings: &Settings| engine::check(inputs, &Memory(readable), settings);
    let first = check(inputs.clone(), &settings);
    let bench = Bench { inputs, configs, settings, check: &check, may_change: &|_| true };
    bench.mend(first, &|outcome, tried| mend::fixes(outcome, safety, |finding| tried.count(finding, outcome) == 0))
}

/// Whether this build reads all kinds of files of a section.
pub fn is_read(section: &Section) -> bool {
    let is_code = |path: &str| [".py", ".js", ".ts", ".go"].iter().any(|end| path.ends_with(end));
    let has_reader = |path: &str| !is_code(path) || authlint::read::reader(path, "").is_some();
    section.files.keys().all(|path| authlint::read::lacks(path).is_none() && has_reader(path))
}

/// Errors and warnings in the concise format.
pub fn shown(outcome: &Outcome) -> String {
    shown_with(outcome, false)
}

/// Findings in the concise format, with advice or without.
pub fn shown_with(outcome: &Outcome, advice: bool) -> String {
    let format = FORMATS.iter().find(|format| format.name == "concise").unwrap();
    let mut out = Vec::new();
    (format.write)(outcome, &Options { advice, ..Options::default() }, &mut out).unwrap();
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

/// Says what a document gets wrong; `advice` is shown where it is what the document is about.
pub fn check(path: &str, sections: &Sections, advice: bool, failures: &mut Vec<String>) {
    // What is told on request is asked for alone.
    let lint = if path.ends_with(&format!("/{}.md", UNDECIDED_ACCESS.id)) { undecided } else { lint };
    for section in sections.good.iter().filter(|section| is_read(section)) {
        let found = shown_with(&lint(&section.files), advice);
        if !found.is_empty() {
            failures.push(format!("{path}: \"{}\" should give nothing, but gives\n{found}", section.heading));
        }
    }
    for section in sections.bad.iter().filter(|section| is_read(section)) {
        let outcome = lint(&section.files);
        let found = shown_with(&outcome, advice);
        if found != section.expected {
            failures
                .push(format!("{path}: \"{}\" gives\n{found}but the page says\n{}", section.heading, section.expected));
        }
        let fixes = outcome.findings.iter().filter_map(|finding| finding.fix.as_ref());
        let fixes: Vec<&Fix> = fixes.filter(|fix| fix.safety == Safety::Safe).collect();
        let mended = fixed(&section.files, &outcome.sources, &fixes);
        let safe = |finding: &&Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
        if outcome.findings.iter().filter(safe).count() > 0 {
            let left = lint(&mended);
            for finding in outcome.findings.iter().filter(safe) {
                let alike = |other: &&Finding| other.rule == finding.rule && other.message == finding.message;
                let (before, mended) =
                    (outcome.findings.iter().filter(alike), outcome.findings.iter().filter(safe).filter(alike));
                if left.findings.iter().filter(alike).count() + mended.count() > before.count() {
                    failures.push(format!("{path}: \"{}\" still has after its fix\n{}", section.heading, shown(&left)));
                }
            }
        }
    }
}

/// The files after fixes.
pub fn fixed(files: &BTreeMap<String, String>, sources: &[Source], by: &[&Fix]) -> BTreeMap<String, String> {
    let mut out = files.clone();
    for (index, source) in sources.iter().enumerate() {
        let edits = by.iter().flat_map(|fix| &fix.edits).filter(|edit| edit.file == FileId(index as u32));
        // Findings of several turns of a loop may have one fix.
        let mut edits: Vec<_> = edits.cloned().collect();
        edits.sort_by(|a, b| (a.span, &a.text).cmp(&(b.span, &b.text)));
        edits.dedup();
        let text = &files[source.path()];
        let bytes = authlint::fix::apply(text.as_bytes(), source, &edits).unwrap();
        out.insert(source.path().to_owned(), String::from_utf8(bytes).unwrap());
    }
    out
}
