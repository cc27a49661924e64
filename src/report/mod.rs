//! Findings → bytes. Knows places, findings and outcomes; no rule and no disk.
//!
//! A format is one file here and one line in [`FORMATS`].

mod agent;
mod azure;
mod checkstyle;
mod clean;
mod concise;
pub mod diff;
mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod json_text;
mod junit;
mod markdown;
mod place;
mod rdjson;
mod sarif;
mod secrets;
#[cfg(test)]
mod testing;
mod uri;
mod xml;

use std::io;

use crate::finding::{Finding, Level};
use crate::outcome::Outcome;

pub use clean::clean;
pub use place::said;
pub use uri::uri_path;

/// A text of a linted file as it may be shown: secrets masked, nothing that steers a terminal.
pub fn shown(text: &str) -> String {
    clean(&secrets::masked(text))
}

/// Writes an outcome.
pub type Writer = fn(&Outcome, &Options, &mut dyn io::Write) -> io::Result<()>;

/// A way to write findings down.
#[derive(Debug)]
pub struct Format {
    /// The name to ask for it by.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// Writes it.
    pub write: Writer,
    /// Whether it is lines that may stand among those of others, as in the log of a CI job; else it is one document.
    pub is_log: bool,
    /// A variable of the environment that names a file, and what is added to the end of that file as well.
    pub beside: Option<(&'static str, Writer)>,
}

const LOG: Format = Format { name: "", about: "", write: concise::write, is_log: true, beside: None };
const DOCUMENT: Format = Format { is_log: false, ..LOG };

/// All formats; the first is what is used unasked.
pub static FORMATS: &[Format] = &[
    Format { name: "human", about: "the lines at fault, drawn for people", write: human::write, ..LOG },
    Format { name: "concise", about: "one line a finding, for editors and grep", write: concise::write, ..LOG },
    Format { name: "agent", about: "one line a finding with its fix, for tools that read", write: agent::write, ..LOG },
    Format { name: "json", about: "for programs; the shape has a version", write: json::write, ..DOCUMENT },
    Format { name: "sarif", about: "SARIF 2.1.0, for code scanning", write: sarif::write, ..DOCUMENT },
    Format {
        name: "github",
        about: "annotations of GitHub Actions, and the summary of the job",
        write: github::write,
        beside: Some(("GITHUB_STEP_SUMMARY", markdown::write_summary)),
        ..LOG
    },
    Format { name: "gitlab", about: "GitLab Code Quality", write: gitlab::write, ..DOCUMENT },
    Format { name: "azure", about: "issues of Azure Pipelines", write: azure::write, ..LOG },
    Format { name: "junit", about: "JUnit XML, a test case a finding", write: junit::write, ..DOCUMENT },
    Format { name: "checkstyle", about: "Checkstyle XML", write: checkstyle::write, ..DOCUMENT },
    Format { name: "rdjson", about: "reviewdog, with suggestions", write: rdjson::write, ..DOCUMENT },
    Format { name: "markdown", about: "a comment of a pull request", write: markdown::write, ..DOCUMENT },
];

/// Where a rule's page is read: this, the rule's id, `.md`.
pub const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/rules/");

/// The address of a rule's page.
pub fn page(rule: &str) -> String {
    format!("{PAGES}{rule}.md")
}

/// What formats say of a rule.
#[derive(Debug, Clone)]
pub struct About {
    /// Its id.
    pub id: &'static str,
    /// Ids that it had before.
    pub aliases: &'static [&'static str],
    /// The worst level that it reports.
    pub level: Level,
    /// The fault in one sentence.
    pub summary: String,
    /// Its page in Markdown.
    pub page: &'static str,
    /// A word for what it is about.
    pub group: &'static str,
    /// How bad it is for security, from 0.1 to 10 as CVSS has it, if it is a hole at all.
    pub severity: Option<&'static str>,
}

/// The root of the repository, from which the formats of code hosts name files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Root {
    /// Its path, with `/` between the parts and at the end.
    pub directory: String,
    /// The working directory from there, with `/` at the end unless it is the same.
    pub inner: String,
}

/// What the user wants to see, and how.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub struct Options {
    /// Whether to write colours.
    pub color: bool,
    /// Whether characters beyond ASCII may be used to draw with.
    pub unicode: bool,
    /// Whether findings of level advice are written.
    pub advice: bool,
    /// Whether findings that somebody silenced are written, where a format can say that they are.
    pub silenced: bool,
    /// Columns to wrap prose at.
    pub width: usize,
    /// Columns after which a line is broken by whatever shows it: those of the terminal, if it is one.
    pub columns: Option<usize>,
    /// What the address of a rule's page begins with.
    pub pages: &'static str,
    /// Where the repository begins, if that is known.
    pub root: Root,
    /// All rules; asked by formats that describe them.
    pub rules: fn() -> Vec<About>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            color: false,
            unicode: true,
            advice: false,
            silenced: false,
            width: 100,
            columns: None,
            pages: PAGES,
            root: Root::default(),
            rules: Vec::new,
        }
    }
}

impl Options {
    /// Whether findings of a level are written.
    pub fn shows(&self, level: Level) -> bool {
        self.advice || level > Level::Advice
    }

    fn shown<'a>(&'a self, outcome: &'a Outcome) -> impl Iterator<Item = &'a Finding> {
        outcome.findings.iter().filter(|finding| self.shows(finding.level))
    }

    fn page(&self, rule: &str) -> String {
        format!("{}{rule}.md", self.pages)
    }

    /// A reported path from the root of the repository; one that lies elsewhere stays whole.
    fn path(&self, reported: &str) -> String {
        let Root { directory, inner } = &self.root;
        match reported.strip_prefix(directory.as_str()).filter(|_| !directory.is_empty()) {
            Some(within) => within.to_owned(),
            None if is_absolute(reported) => reported.to_owned(),
            None => format!("{inner}{reported}"),
        }
    }
}

/// Whether a path is one from the root of a file system, or of a drive.
fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.as_bytes().get(1..3) == Some(b":/")
}
