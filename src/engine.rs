//! Run, suppress, sort. Placeholder with the engine's contract and one fault, so that the fronts can be tested.

use std::path::{Path, PathBuf};

use crate::finding::{Finding, Label, Level};
use crate::outcome::Outcome;
use crate::source::{FileId, Source, Span};

/// One file for a run.
#[derive(Debug)]
pub struct Input {
    /// The name it is reported by.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether its faults are reported; otherwise it is only evidence.
    pub reported: bool,
    /// Index of its project.
    pub project: u32,
    /// Where it lies; opaque, for [`Files::read`].
    pub disk: PathBuf,
}

/// Which rules run.
#[derive(Debug, Default)]
pub struct Settings {
    /// If not empty, only these.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
}

/// Reads files on demand: sourced files, child scripts.
pub trait Files: Sync {
    /// The bytes, if there is such a file and it may be read.
    fn read(&self, path: &Path) -> Option<Vec<u8>>;
}

/// Whether a file mentions anything authlint knows.
pub fn relevant(_path: &str, bytes: &[u8]) -> bool {
    [&b"gcloud"[..], b"google"].iter().any(|word| memchr::memmem::find(bytes, word).is_some())
}

/// Whether a file of this name may be of a kind that is read.
pub fn readable(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, extension)) => ["sh", "bash", "yaml", "yml", "tf", "md", "py", "json", "env"].contains(&extension),
        None => ["Makefile", "Dockerfile"].contains(&name),
    }
}

/// Finds the faults.
pub fn check(inputs: Vec<Input>, _files: &dyn Files, _settings: &Settings) -> Outcome {
    let mut outcome = Outcome { files: inputs.len(), relevant: inputs.len(), ..Outcome::default() };
    for input in inputs {
        let Ok(source) = Source::new(input.path, &input.bytes) else { continue };
        let flag = "--oidc-service-account-email";
        let at = source.text().find(flag).filter(|_| source.text().contains("--uri=https://run.googleapis.com/"));
        if let Some(at) = at.filter(|_| input.reported) {
            let span = Span::new(at as u32, (at + flag.len()) as u32);
            let file = FileId(outcome.sources.len() as u32);
            outcome.findings.push(Finding {
                rule: "id-token-for-google-api",
                level: Level::Error,
                message: "run.googleapis.com does not accept an ID token".to_owned(),
                help: "write --oauth-service-account-email".to_owned(),
                primary: Label { file, span, message: String::new() },
                related: Vec::new(),
                fix: None,
                anchor: String::new(),
            });
        }
        outcome.sources.push(source);
    }
    outcome
}
