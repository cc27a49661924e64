//! `--baseline`: findings that were there before are left out, those that are gone are told of, and the file is written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Status, fault, note};
use crate::baseline::{Baseline, Entry};
use crate::engine::Settings;
use crate::files;
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::report::clean;
use crate::rules;

/// Entries without a finding that are told one by one.
const MOST_TOLD: usize = 10;
/// No baseline is larger, in bytes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A baseline and what this run can say of it.
#[derive(Debug)]
pub(super) struct Known {
    file: PathBuf,
    /// The directory that its paths begin at.
    directory: PathBuf,
    /// The directory that reported paths begin at.
    base: PathBuf,
    /// What was asked for, without symlinks.
    scope: Vec<PathBuf>,
    baseline: Baseline,
    /// Paths of files that were not read.
    unread: BTreeSet<String>,
}

impl Known {
    /// Reads the file; one that is to be written need not be there.
    pub(super) fn open(file: &Path, paths: &[PathBuf], is_new: bool) -> Result<Self, Status> {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let refused =
            |what: &dyn std::fmt::Display| Err(fault(format_args!("{}: {what}", clean(&file.to_string_lossy()))));
        let directory = match parent.canonicalize() {
            Ok(directory) => directory,
            Err(error) => return refused(&files::Trouble::from(error)),
        };
        let baseline = match files::read(file, LARGEST) {
            Err(_) if is_new && !file.exists() => Baseline::default(),
            Err(trouble) => return refused(&trouble),
            Ok(bytes) if is_new && bytes.iter().all(u8::is_ascii_whitespace) => Baseline::default(),
            Ok(bytes) => match Baseline::parse(&bytes) {
                Ok(baseline) => baseline,
                Err(error) if is_new => {
                    return refused(&format_args!("it is no baseline, and is not overwritten: {}", error.0));
                }
                Err(error) => return refused(&format_args!("it is no baseline: {}", error.0)),
            },
        };
        let base = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default();
        let scope = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
        Ok(Self { file: file.to_owned(), directory, base, scope, baseline, unread: BTreeSet::new() })
    }

    /// A reported path, from the directory of the baseline.
    fn path(&self, shown: &str) -> String {
        files::from_directory(&self.base.join(shown), &self.directory)
    }

    /// Of these files, by their reported paths, the run does not know what is in them.
    pub(super) fn leave(&mut self, unread: impl Iterator<Item = String>) {
        self.unread = unread.map(|shown| self.path(&shown)).collect();
    }

    /// Takes what is known out of an outcome; says which entries no finding answers to, of those that this run looked for.
    pub(super) fn absorb(&self, outcome: &mut Outcome, settings: &Settings) -> Vec<Entry> {
        let gone = self.baseline.absorb(outcome, &|shown| self.path(shown));
        gone.into_iter().filter(|entry| self.looked_for(entry, settings)).collect()
    }

    fn looked_for(&self, entry: &Entry, settings: &Settings) -> bool {
        let names = |ids: &[String]| ids.iter().any(|id| rules::id_of(id) == entry.rule);
        let runs = (settings.select.is_empty() || names(&settings.select)) && !names(&settings.ignore);
        let is_on_trial = rules::find(&entry.rule).is_some_and(|rule| rule.preview) && !settings.preview;
        runs && !is_on_trial && self.is_in_scope(entry) && !self.unread.contains(&entry.path)
    }

    fn is_in_scope(&self, entry: &Entry) -> bool {
        let place = self.directory.join(&entry.path);
        self.scope.iter().any(|path| place.starts_with(path))
    }

    /// Tells of entries that are gone, and takes them out of the file if that is asked for.
    pub(super) fn tell_gone(&self, gone: &[Entry], prunes: bool, is_quiet: bool) -> Status {
        if gone.is_empty() {
            return Status::Clean;
        }
        let (entries, are) = if gone.len() == 1 { ("entry", "is") } else { ("entries", "are") };
        let file = clean(&self.file.to_string_lossy());
        if prunes {
            let kept = self.baseline.entries.iter().filter(|entry| !gone.contains(entry)).cloned().collect();
            let status = self.write(&Baseline::of(kept));
            if status == Status::Clean && !is_quiet {
                note(format_args!("Took {} {entries} out of {file}.", gone.len()));
            }
            return status;
        }
        if !is_quiet {
            for entry in gone.iter().take(MOST_TOLD) {
                note(format_args!("gone: {} in {}", clean(&entry.rule), clean(&entry.path)));
            }
            note(format_args!("{} {entries} of {file} {are} gone: --prune takes them out.", gone.len()));
        }
        Status::Clean
    }

    /// Makes the findings the baseline; what this run did not look for, or does not show, stays.
    pub(super) fn write_all(
        &self,
        outcome: &Outcome,
        settings: &Settings,
        is_shown: &dyn Fn(&Outcome, &Finding) -> bool,
        is_quiet: bool,
    ) -> Status {
        let of = |is_wanted: bool| {
            let findings = outcome.findings.iter().filter(|finding| is_shown(outcome, finding) == is_wanted);
            Baseline::entries(findings, outcome, &|shown| self.path(shown))
        };
        let (mut entries, hidden) = (of(true), of(false));
        let count = entries.len();
        let stays = |entry: &&Entry| !self.looked_for(entry, settings) || hidden.contains(entry);
        entries.extend(self.baseline.entries.iter().filter(stays).cloned());
        let status = self.write(&Baseline::of(entries));
        if status == Status::Clean && !is_quiet {
            let findings = if count == 1 { "finding" } else { "findings" };
            note(format_args!("Wrote {count} {findings} to {}.", clean(&self.file.to_string_lossy())));
        }
        status
    }

    fn write(&self, baseline: &Baseline) -> Status {
        match files::write(&self.file, baseline.write().as_bytes()) {
            Ok(()) => Status::Clean,
            Err(trouble) => fault(format_args!("cannot write {}: {trouble}", clean(&self.file.to_string_lossy()))),
        }
    }
}
