//! Findings → bytes. Knows places, findings and outcomes; no rule and no disk.
//!
//! A format is one file here and one line in [`FORMATS`].

mod clean;
mod concise;
pub mod diff;
mod excerpt;
mod human;
mod json;
mod secrets;
#[cfg(test)]
mod testing;

use std::io;

use crate::finding::{Finding, Level};
use crate::outcome::Outcome;

pub use clean::clean;

/// A text of a linted file as it may be shown: secrets masked, nothing that steers a terminal.
pub fn shown(text: &str) -> String {
    clean(&secrets::masked(text))
}

/// A way to write findings down.
#[derive(Debug)]
pub struct Format {
    /// The name to ask for it by.
    pub name: &'static str,
    /// Writes an outcome.
    pub write: fn(&Outcome, &Options, &mut dyn io::Write) -> io::Result<()>,
}

/// All formats; the first is what is used unasked.
pub static FORMATS: &[Format] = &[
    Format { name: "human", write: human::write },
    Format { name: "concise", write: concise::write },
    Format { name: "json", write: json::write },
];

/// Where a rule's page is read: this, the rule's id, `.md`.
pub const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/rules/");

/// What the user wants to see, and how.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Whether to write colours.
    pub color: bool,
    /// Whether characters beyond ASCII may be used to draw with.
    pub unicode: bool,
    /// Whether findings of level advice are written.
    pub advice: bool,
    /// Columns to wrap prose at.
    pub width: usize,
    /// What the address of a rule's page begins with.
    pub pages: &'static str,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, unicode: true, advice: false, width: 100, pages: PAGES }
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
}
