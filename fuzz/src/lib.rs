//! What the fuzz targets do with their bytes. A panic ends a target, even one that authlint would catch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use authlint::config::Config;
use authlint::engine::{self, Content, Date, Files, Input, Settings};
use authlint::eval::{self, Link};
use authlint::facts::{ASKED, Facts};
use authlint::finding::{Finding, Safety};
use authlint::gcp::invocation::{self, Invocation};
use authlint::gcp::{principal, url};
use authlint::outcome::Outcome;
use authlint::program::{Block, Program};
use authlint::read;
use authlint::report::{FORMATS, Options};
use authlint::source::{FileId, Source, Span};
use authlint::value::{Hole, List, Piece, Place, Value, may_equal};
use authlint::{fix, suppression};

/// Parts a file from the next in the bytes of a project.
const END_OF_FILE: u8 = 0xff;
/// Names of the files of a project, by the first byte of each.
const NAMES: &[&str] = &[
    "deploy.sh",
    "lib.sh",
    "infra/main.tf",
    "infra/prod.tfvars",
    "infra/m/main.tf",
    ".github/workflows/deploy.yml",
    "service.yaml",
    "cloudbuild.yaml",
    "app/main.py",
    "app/main.ts",
    "README.md",
    "Makefile",
];

struct Alone;

impl Link for Alone {
    fn line(&self, line: &Value) -> Option<Block> {
        read::line(line, eval::filling)
    }

    fn find(&self, _: FileId, _: &Value) -> Option<Arc<Program>> {
        None
    }

    fn directory(&self, _: FileId, _: &str) -> Vec<Arc<Program>> {
        Vec::new()
    }
}

impl Files for Alone {
    fn read(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// A file of this name, read, run, and turned into facts.
pub fn front(name: &str, data: &[u8]) {
    let Ok(source) = Source::new(name, data) else { return };
    let Some(reader) = read::reader(name, "") else { return };
    let program = (reader.read)(&source, FileId(0));
    let mut facts = Facts::default();
    let runs = eval::run(&[Arc::new(program)], &Alone, ASKED);
    runs.commands.iter().for_each(|run| facts.add(run));
    runs.declared.iter().for_each(|declared| facts.declare(declared));
}

/// Several files that name each other, all the way to what is found, in every format.
pub fn project(data: &[u8]) {
    let outcome = check(files(data));
    for format in FORMATS {
        let _ = (format.write)(&outcome, &Options::default(), &mut Vec::new());
    }
}

/// Values with holes, cut and compared.
pub fn values(data: &[u8]) {
    let parts: Vec<&[u8]> = data.split(|byte| *byte == END_OF_FILE).collect();
    let values: Vec<Value> = parts.iter().take(4).map(|part| value(part)).collect();
    for one in &values {
        let text = one.to_string();
        let _ =
            (one.split(','), one.split_once('='), one.strip_prefix("https://"), one.known_prefix(), one.known_suffix());
        let parsed = url::parse(one);
        let _ = (parsed.is_api("run"), principal::parse(one));
        let _ = (invocation::items(one), invocation::pairs(one), invocation::delimiter(one));
        assert!(one.same(one) && may_equal(one, one, &[]), "{text}");
        assert_eq!(one.literal().is_some(), one.is_literal(), "{text}");
        for other in &values {
            if one.same(other) {
                assert!(may_equal(one, other, &[]), "{one} {other}");
            }
            let _ = (one.starts_with(&other.known_prefix()), one.ends_with(&other.known_suffix()));
        }
    }
}

/// Words of a command line, one a line.
pub fn gcloud(data: &[u8]) {
    let items: Vec<Value> =
        std::iter::once(&b"gcloud"[..]).chain(data.split(|byte| *byte == b'\n')).take(60).map(value).collect();
    let Some(invocation) = Invocation::parse(&List { items, open: data.len() % 2 == 0 }) else { return };
    let _ = invocation.shown();
    for flag in &invocation.flags {
        let _ = (invocation.has(&flag.name), invocation.value(&flag.name));
    }
}

/// A configuration.
pub fn config(data: &[u8]) {
    let Ok(source) = Source::new("authlint.toml", data) else { return };
    if let Ok(config) = Config::parse(source, Path::new("/project/authlint.toml")) {
        let _ = config.omits(Path::new("/project/a/b.sh"));
        let settings = Settings { configs: [(0, Arc::new(config))].into(), ..settings() };
        engine::check(vec![input("deploy.sh", FAULTY.as_bytes())], &Alone, &settings);
    }
}

/// Comments that silence.
pub fn suppression(data: &[u8]) {
    let Ok(source) = Source::new("a.sh", data) else { return };
    let (regions, steps) = engine::regions(&source);
    for one in suppression::parse(&source, &regions, &steps) {
        assert!(one.span.end as usize <= source.text().len());
        let _ = one.holds(Some(Date::of_seconds(1_800_000_000)));
    }
}

/// Fixes: what is mended is read as well as before, has fewer findings, and is the same outside of what is changed.
pub fn fixes(data: &[u8]) {
    let inputs = vec![input("deploy.sh", data)];
    let before = check(inputs);
    for finding in &before.findings {
        let Some(mend) = finding.fix.as_ref().filter(|fix| fix.safety == Safety::Safe) else { continue };
        let file = finding.primary.file;
        let Some(source) = before.source(file).filter(|_| mend.edits.iter().all(|edit| edit.file == file)) else {
            continue;
        };
        let Ok(after) = fix::apply(data, source, &mend.edits) else { continue };
        let ranges = || mend.edits.iter().map(|edit| source.raw_range(edit.span));
        let start = ranges().map(|range| range.start).min().unwrap_or(0);
        assert_eq!(after.get(..start), data.get(..start), "what comes before stays");
        let end = ranges().map(|range| range.end).max().unwrap_or(0);
        assert!(after.ends_with(data.get(end..).unwrap_or(b"")), "what comes behind stays");
        // Where a comment goes, one that silenced what was said of it is unused next.
        let is_next = |one: &Finding| one.rule == "unused-suppression" && one.message != finding.message;
        let is_such = |one: &&Finding| one.rule == finding.rule && !is_next(one);
        let count = |outcome: &Outcome| outcome.findings.iter().filter(is_such).count();
        let again = check(vec![input("deploy.sh", &after)]);
        assert!(count(&again) < count(&before), "{} is mended", finding.rule);
    }
}

/// What a terminal gets: nothing of a file that steers it.
pub fn human(data: &[u8]) {
    let Some((width, rest)) = data.split_first() else { return };
    let text = [FAULTY.as_bytes(), rest].concat();
    let outcome = check(vec![input("deploy.sh", &text)]);
    let columns = Some(usize::from(*width)).filter(|columns| *columns > 0);
    for format in FORMATS.iter().filter(|format| matches!(format.name, "human" | "concise" | "agent" | "github")) {
        let mut out = Vec::new();
        let _ = (format.write)(&outcome, &Options { columns, ..Options::default() }, &mut out);
        let text = String::from_utf8(out).unwrap();
        let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!text.contains(steers), "{}: {text:?}", format.name);
    }
}

const FAULTY: &str = "gcloud scheduler jobs create http nightly --uri=https://run.googleapis.com/v2/x \\\n  \
    --oidc-service-account-email=cron@acme.iam.gserviceaccount.com --description=\"";

fn settings() -> Settings {
    Settings { preview: true, today: Some(Date::of_seconds(1_800_000_000)), ..Settings::default() }
}

fn check(inputs: Vec<Input>) -> Outcome {
    engine::check(inputs, &Alone, &settings())
}

fn input(path: &str, bytes: &[u8]) -> Input {
    let disk = Path::new("/project").join(path);
    let content = Content::Bytes(Arc::new(bytes.to_vec()));
    Input { path: path.to_owned(), content, reported: true, project: 0, disk, partial: false }
}

fn files(data: &[u8]) -> Vec<Input> {
    let parts = data.split(|byte| *byte == END_OF_FILE).take(NAMES.len());
    let named = |part: &[u8]| {
        let (first, rest) = part.split_first()?;
        Some((*NAMES.get(usize::from(*first) % NAMES.len())?, rest.to_vec()))
    };
    let mut files: Vec<(&str, Vec<u8>)> = parts.filter_map(named).collect();
    files.sort();
    files.dedup_by_key(|(name, _)| *name);
    files.iter().map(|(name, bytes)| input(name, bytes)).collect()
}

/// Text, with a hole for each `{`.
fn value(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes);
    let place = Place::exact(FileId(0), Span::new(0, text.len() as u32));
    let hole = |id: u64| Piece::Hole(Hole { shown: "${X}".into(), id }, place);
    let mut pieces = Vec::new();
    for (number, part) in text.split('{').enumerate() {
        if number > 0 {
            pieces.push(hole(part.bytes().next().map_or(0, u64::from)));
        }
        if !part.is_empty() {
            pieces.push(Piece::Text(part.into(), place));
        }
    }
    pieces.into_iter().collect()
}
