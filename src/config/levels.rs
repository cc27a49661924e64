//! What a configuration says of rules: everywhere, and for some paths.

use std::ops::Range;
use std::path::Path;

use toml::de::DeTable;

use super::Config;
use super::paths::Paths;
use super::schema::Key;
use super::table::Reading;
use crate::finding::Level;
use crate::source::Spanned;

/// What is said of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// It does not report.
    Off,
    /// All that it reports is of this level.
    Level(Level),
}

impl Setting {
    /// What a word of [`super::schema::SETTINGS`] says.
    pub(super) fn of(word: &str) -> Self {
        Level::named(word).map_or(Self::Off, Self::Level)
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Level(level) => level.name(),
        }
    }
}

/// A setting, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The rule, by the name that it is given there.
    pub id: &'a Spanned<String>,
    /// What is said of it.
    pub setting: Setting,
    /// The patterns of the paths that it holds for; all where there are none.
    pub paths: Option<&'a [Spanned<String>]>,
}

/// Settings for some paths.
#[derive(Debug, Default)]
pub(super) struct Override {
    pub paths: Paths,
    pub rules: Vec<(Spanned<String>, Option<Setting>)>,
}

impl Config {
    /// What it says of a rule in a file, by the file's path.
    pub fn setting(&self, rule: &str, path: &Path) -> Option<Setting> {
        Some(self.said(rule, path)?.setting)
    }

    /// The same with its place: the last of the overrides that speaks of the rule for this file, else `[rules]`.
    pub fn said(&self, rule: &str, path: &Path) -> Option<Said<'_>> {
        let mut special =
            self.overrides.iter().rev().filter(|one| one.settings().any(|said| said.id.value == rule)).peekable();
        if special.peek().is_some()
            && let Some(path) = self.relative(path)
            && let Some(one) = special.find(|one| one.paths.contain(&path))
        {
            return one.settings().find(|said| said.id.value == rule);
        }
        settings(&self.rules, None).find(|said| said.id.value == rule)
    }

    /// All that it says of rules, in the order in which it counts: what comes later wins where it holds.
    pub fn settings(&self) -> impl Iterator<Item = Said<'_>> {
        settings(&self.rules, None).chain(self.overrides.iter().flat_map(Override::settings))
    }

    /// The ids of rules that it names, table by table.
    pub fn ids(&self) -> impl Iterator<Item = impl Iterator<Item = &Spanned<String>> + Clone> {
        let special = self.overrides.iter().map(|one| &one.rules);
        std::iter::once(&self.rules).chain(special).map(|rules| rules.iter().map(|(id, _)| id))
    }
}

impl Override {
    fn settings(&self) -> impl Iterator<Item = Said<'_>> {
        settings(&self.rules, Some(self.paths.said()))
    }
}

fn settings<'a>(
    rules: &'a [(Spanned<String>, Option<Setting>)],
    paths: Option<&'a [Spanned<String>]>,
) -> impl Iterator<Item = Said<'a>> {
    rules.iter().filter_map(move |(id, setting)| Some(Said { id, setting: (*setting)?, paths }))
}

pub(super) fn one_override(table: &DeTable<'_>, at: &Range<usize>, own: &Key, reading: &mut Reading<'_>) -> Override {
    let mut out = Override::default();
    reading.missing(table, at, own.keys());
    for (key, value) in reading.keys(table, own.keys(), own.name) {
        match key.name {
            "paths" => out.paths = reading.paths(value, key.name),
            "rules" => out.rules = reading.rules(value, key),
            _ => {}
        }
    }
    out
}
