//! The text of `authlint.toml` → levels of rules, and which files are read. Knows no disk and no rule: whether a rule of
//! a name exists is asked elsewhere.

mod granted;
mod keys;
mod levels;
mod paths;
pub mod schema;
mod size;
mod table;

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::finding::{Level, Safety};
use crate::source::{LARGEST, MAX_SIZE, Source, Span, Spanned};
pub use granted::{Granted, KINDS, On, OnKind, Policy};
use levels::{Override, one_override};
pub use levels::{Said, Setting};
use paths::Paths;
use schema::Key;
pub use size::PATTERN as SIZE_PATTERN;
use table::Reading;

/// What a project says of itself.
#[derive(Debug)]
pub struct Config {
    /// The file.
    pub source: Source,
    /// What is wrong with it and leaves the rest as it is, by place.
    pub faults: Vec<Fault>,
    /// The lowest level that makes the exit status 1.
    pub fail_on: Option<Spanned<Level>>,
    /// Whether advice is shown.
    pub advice: Option<Spanned<bool>>,
    /// Whether rules on trial run.
    pub preview: Option<Spanned<bool>>,
    /// Files of more raw bytes are not read.
    pub max_size: Option<Spanned<u64>>,
    path: PathBuf,
    rules: Vec<(Spanned<String>, Option<Setting>)>,
    overrides: Vec<Override>,
    requires: Vec<Require>,
    grants: Vec<Granted>,
    policies: Vec<Policy>,
    include: Paths,
    exclude: Paths,
}

/// Variables that one needs beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Require {
    /// Where this one is given,
    pub when: String,
    /// these are due.
    pub needs: Vec<String>,
    /// All of it.
    pub span: Span,
}

/// Of the lists of requirements, those that count.
const MOST_REQUIRES: usize = 200;

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omission {
    /// `exclude` names it.
    Excluded,
    /// `include` does not.
    NotIncluded,
}

/// A part of the file that does nothing, or not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// How to mend it, when the right name or value is near.
    pub mend: Option<Mend>,
}

/// What replaces what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// Safe where capitals, or `_` for `-`, are all that is wrong.
    pub safety: Safety,
    /// The places, and what is to stand there. They do not overlap.
    pub edits: Vec<(Span, String)>,
}

/// The file is no TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsable {
    /// Line and column, from 1.
    pub at: (u32, u32),
    /// What the parser says.
    pub message: String,
}

impl Config {
    /// Reads the file that lies at a path, which is as those that are asked for: absolute, without symlinks.
    ///
    /// # Errors
    /// [`Unparsable`] when it is no TOML.
    pub fn parse(source: Source, path: &Path) -> Result<Self, Unparsable> {
        let mut reading = Reading { text: source.text(), faults: Vec::new() };
        let mut config = Self {
            faults: Vec::new(),
            fail_on: None,
            advice: None,
            preview: None,
            max_size: None,
            path: path.to_owned(),
            rules: Vec::new(),
            overrides: Vec::new(),
            requires: Vec::new(),
            grants: Vec::new(),
            policies: Vec::new(),
            include: Paths::default(),
            exclude: Paths::default(),
            source: Source::empty(""),
        };
        match DeTable::parse(source.text()) {
            Ok(table) => config.fill(table.get_ref(), &mut reading),
            Err(error) => {
                let at = source.position(error.span().map_or(0, |span| span.start as u32));
                return Err(Unparsable { at: (at.line, at.column), message: error.message().to_owned() });
            }
        }
        config.faults = reading.faults;
        config.faults.sort_by_key(|fault| fault.span);
        config.grants.iter_mut().for_each(|grant| grant.settle(source.text()));
        config.source = source;
        Ok(config)
    }

    fn fill(&mut self, table: &DeTable<'_>, reading: &mut Reading<'_>) {
        for (key, value) in reading.keys(table, schema::KEYS, "") {
            match key.name {
                "fail-on" => self.fail_on = reading.level(value, key),
                "advice" => self.advice = reading.flag(value, key),
                "preview" => self.preview = reading.flag(value, key),
                "rules" => self.rules = reading.rules(value, key),
                "overrides" => {
                    for (table, at) in reading.tables(value, key) {
                        self.overrides.push(one_override(table, &at, key, reading));
                    }
                }
                "require" => {
                    for (table, at) in reading.tables(value, key).into_iter().take(MOST_REQUIRES) {
                        self.requires.extend(one_require(table, &at, key, reading));
                    }
                }
                "grants" => {
                    let tables = reading.tables(value, key);
                    self.grants = reading.grants(tables, key);
                }
                "policies" => {
                    let tables = reading.tables(value, key);
                    self.policies = reading.policies(tables, key);
                }
                "files" => self.fill_files(value, key, reading),
                _ => {}
            }
        }
    }

    fn fill_files(&mut self, value: &table::Value<'_>, own: &Key, reading: &mut Reading<'_>) {
        let Some(table) = reading.table(value, own) else { return };
        for (key, value) in reading.keys(table, own.keys(), own.name) {
            match key.name {
                "include" => {
                    let before = reading.faults.len();
                    self.include = reading.paths(value, key.name);
                    // What is no list of patterns is told already; an empty one must not leave out all there is.
                    if self.include.is_empty() && reading.faults.len() == before {
                        let message = format!("`{}` is empty, and leaves nothing out", key.name);
                        reading.fault(
                            value.span(),
                            message,
                            format!("write `{} = {}`, or delete it", key.name, key.example),
                        );
                    }
                }
                "exclude" => self.exclude = reading.paths(value, key.name),
                "max-size" => self.max_size = reading.size(value, LARGEST),
                _ => {}
            }
        }
    }

    /// What holds when neither the command line nor a configuration says it.
    pub const FAIL_ON: Level = Level::Warning;

    /// Whether rules on trial run as far as the configuration says.
    pub fn preview(&self) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.value)
    }

    /// Files of more raw bytes are not read.
    pub fn max_size(&self) -> u64 {
        self.max_size.as_ref().map_or(MAX_SIZE, |size| size.value)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a file, or a directory with all that is in it, is excluded.
    pub fn excludes(&self, path: &Path) -> bool {
        !self.exclude.is_empty() && self.relative(path).is_some_and(|path| self.exclude.contain(&path))
    }

    /// Why a file is not read, where it is not.
    pub fn omits(&self, file: &Path) -> Option<Omission> {
        if self.exclude.is_empty() && self.include.is_empty() {
            return None;
        }
        let path = self.relative(file)?;
        if self.exclude.contain(&path) {
            return Some(Omission::Excluded);
        }
        (!self.include.is_empty() && !self.include.contain(&path)).then_some(Omission::NotIncluded)
    }

    /// Whether it leaves out anything at all.
    pub fn omits_some(&self) -> bool {
        !self.exclude.is_empty() || !self.include.is_empty()
    }

    /// The patterns of which a file must match one to be read; none where all are.
    pub fn include(&self) -> &[Spanned<String>] {
        self.include.said()
    }

    /// The patterns of what is not read.
    pub fn exclude(&self) -> &[Spanned<String>] {
        self.exclude.said()
    }

    /// The variables that it says need others.
    pub fn requires(&self) -> &[Require] {
        &self.requires
    }

    /// The grants that it says are made elsewhere.
    pub fn grants(&self) -> &[Granted] {
        &self.grants
    }

    /// The policies as it names them.
    pub fn exported(&self) -> &[Policy] {
        &self.policies
    }

    /// The files that it says hold policies, each with where it lies.
    pub fn policies(&self) -> impl Iterator<Item = (&On, PathBuf)> {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        self.policies.iter().map(move |policy| (&policy.on, directory.join(&policy.file)))
    }

    /// A path below the file's directory, with `/`.
    fn relative(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(self.path.parent()?).ok()?;
        let parts: Vec<_> = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }
}

fn one_require(table: &DeTable<'_>, at: &Range<usize>, own: &Key, reading: &mut Reading<'_>) -> Option<Require> {
    let mut out = Require { span: table::span(at.clone()), ..Require::default() };
    reading.missing(table, at, own.keys());
    for (key, value) in reading.keys(table, own.keys(), own.name) {
        match key.name {
            "when" => out.when = reading.variable(value, key.name).unwrap_or_default(),
            "needs" => out.needs = reading.variables(value, key.name),
            _ => {}
        }
    }
    (!out.when.is_empty() && !out.needs.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests;
