//! Paths → inputs of a run. The paths choose what is reported; evidence is the whole project of each, and is only
//! looked for where a reported file speaks of Google Cloud at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::mending::Stdin;
use super::progress::{Progress, Work};
use crate::config::{Config, Omission, On};
use crate::engine::{self, Content, Files, Input, Settings, Stage};
use crate::files::{self, Trouble};
use crate::outcome::Outcome;
use crate::report::clean;
use crate::source::MAX_SIZE;
use crate::workspace::{self, Unusable};

/// Notes printed one by one; of more, the number is told.
const NOTES: usize = 10;

/// All that a run starts from.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The files that matter, by path.
    pub inputs: Vec<Input>,
    /// Where the engine may read more.
    pub disk: Disk,
    /// The configurations of the projects that have one, by the project's index.
    pub configs: BTreeMap<u32, Arc<Config>>,
    /// How many files were looked at.
    pub looked_at: usize,
    /// Named files that lie outside of the project that they are named in, behind a symlink: nothing is written there.
    pub foreign: BTreeSet<PathBuf>,
    /// Standard input, if it was read.
    pub stdin: Option<Stdin>,
    /// Named paths that could not be read.
    pub faults: Vec<Note>,
    /// Other files that were not read.
    notes: Vec<Note>,
}

/// A path and what is the matter with it.
#[derive(Debug)]
pub(super) struct Note {
    path: String,
    what: What,
}

/// What is the matter with a path.
#[derive(Debug)]
enum What {
    Trouble(Trouble),
    /// The project's configuration leaves it out.
    Omitted(Omission),
    /// It is a configuration that is no TOML: the line and column, and why.
    Unparsable((u32, u32), String),
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = clean(&self.path);
        match &self.what {
            What::Trouble(trouble @ Trouble::TooLarge(_)) => write!(out, "skipped {path}: {trouble}"),
            What::Trouble(trouble) => write!(out, "not read: {path}: {trouble}"),
            What::Omitted(Omission::Excluded) => write!(out, "skipped {path}: excluded by {}", files::CONFIG),
            What::Omitted(Omission::NotIncluded) => write!(out, "skipped {path}: not included by {}", files::CONFIG),
            What::Unparsable((line, column), why) => {
                write!(out, "{path}:{line}:{column}: {}; nothing of its project is read", clean(why))
            }
        }
    }
}

/// Reads on demand, in the projects of the run and nowhere else.
#[derive(Debug, Default)]
pub(super) struct Disk {
    /// Each with the configuration of its project.
    directories: Vec<(PathBuf, Option<Arc<Config>>)>,
    /// How far the run is.
    pub progress: Progress,
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        files::read_within(path, |path| {
            let holds = |(directory, _): &&(PathBuf, _)| path.starts_with(directory);
            // Of projects within each other the inner one decides.
            let (_, config) =
                self.directories.iter().filter(holds).max_by_key(|(directory, _)| directory.as_os_str().len())?;
            match config {
                Some(config) if config.omits(path).is_some() => None,
                Some(config) => Some(config.max_size()),
                None => Some(MAX_SIZE),
            }
        })
    }

    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        files::list_within(directory, |own| self.directories.iter().any(|(known, _)| own.starts_with(known)))
    }

    fn passed(&self, stage: Stage, all: usize) {
        self.progress.step(Work::Through(stage, all));
    }
}

/// What is reported of one project.
#[derive(Debug, Default)]
struct Wanted {
    whole: bool,
    directories: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

/// Reads what the paths of a command line ask for; `-` is standard input under the name given.
///
/// Files that are named are read whatever the project excludes, unless `force_exclude` is given: a hook names what was
/// changed, and a person what they mean.
pub(super) fn gather(paths: &[PathBuf], stdin_name: Option<&str>, force_exclude: bool, progress: Progress) -> Gathered {
    let out = Gathered { disk: Disk { progress, ..Disk::default() }, ..Gathered::default() };
    let mut gatherer = Gatherer { base: current_dir(), project: 0, config: None, force_exclude, out };
    // In order of paths, so that a project comes before those nested in it, which its walk may add.
    let mut projects: BTreeMap<PathBuf, Wanted> = BTreeMap::new();
    for path in paths {
        match stdin_name.filter(|_| path.as_os_str() == "-") {
            Some(name) => gatherer.stdin(name),
            None => gatherer.want(path, &mut projects),
        }
    }
    while let Some((root, wanted)) = projects.pop_first() {
        for nested in gatherer.project(&root, wanted) {
            projects.entry(nested).or_default().whole = true;
        }
        gatherer.project += 1;
    }
    gatherer.out.inputs.sort_by(|a, b| a.path.cmp(&b.path));
    gatherer.out.disk.progress.clear();
    gatherer.out
}

impl Gathered {
    /// Reads files that hold policies, as evidence for every project of the run; where each lies.
    pub(super) fn policies(&mut self, named: &[(On, PathBuf)]) -> Vec<(On, PathBuf)> {
        let base = current_dir();
        let own: Vec<(u32, PathBuf)> = self
            .configs
            .iter()
            .flat_map(|(project, config)| config.policies().map(|(_, path)| (*project, path)).collect::<Vec<_>>())
            .collect();
        for (project, path) in own {
            self.policy(&path, project, &base);
        }
        let mut out = Vec::new();
        for (on, path) in named {
            let projects: BTreeSet<u32> = self.inputs.iter().map(|input| input.project).collect();
            if let Some(place) = self.policy(path, projects.first().copied().unwrap_or(0), &base) {
                out.push((on.clone(), place));
            }
        }
        out
    }

    fn policy(&mut self, path: &Path, project: u32, base: &Path) -> Option<PathBuf> {
        let place = path.canonicalize().unwrap_or_else(|_| base.join(path));
        if self.inputs.iter().any(|input| input.disk == place) {
            return Some(place);
        }
        let shown = files::relative(&place, base);
        match files::read(&place, MAX_SIZE) {
            Ok(bytes) => {
                let content = Content::Bytes(bytes.into());
                let disk = place.clone();
                self.inputs.push(Input { path: shown, content, reported: false, project, disk, partial: true });
                Some(place)
            }
            Err(trouble) => {
                self.faults.push(Note { path: shown, what: What::Trouble(trouble) });
                None
            }
        }
    }

    /// Finds the faults of what was gathered.
    pub(super) fn check(self, settings: &Settings) -> Outcome {
        let outcome = engine::check(self.inputs, &self.disk, settings);
        self.disk.progress.clear();
        outcome
    }

    /// Where the configurations lie.
    pub(super) fn config_files(&self) -> impl Iterator<Item = &Path> {
        self.configs.values().map(|config| config.path())
    }

    /// The reported paths of files that were found and not read.
    pub(super) fn unread(&self) -> impl Iterator<Item = String> {
        self.notes.iter().map(|note| note.path.clone())
    }

    /// Writes the notes to standard error.
    pub(super) fn print_notes(&self) {
        self.notes.iter().take(NOTES).for_each(|note| super::note(format_args!("authlint: {note}")));
        let left = self.notes.len().saturating_sub(NOTES);
        if left > 0 {
            super::note(format_args!("authlint: {left} more files were skipped or not read"));
        }
    }
}

struct Gatherer {
    base: PathBuf,
    /// The project at hand, and its configuration.
    project: u32,
    config: Option<Arc<Config>>,
    /// Whether named files may be excluded.
    force_exclude: bool,
    out: Gathered,
}

impl Gatherer {
    fn stdin(&mut self, name: &str) {
        self.out.looked_at += 1;
        let disk = self.base.join(name);
        let disk = disk.canonicalize().unwrap_or(disk);
        // The project that the file would belong to says how it is linted.
        let is_configured = self.configure(&files::project_root(&disk));
        let omission = self.omits(&disk);
        let bytes = match files::read_stream(io::stdin().lock(), self.max_size()) {
            _ if !is_configured => None,
            Ok(bytes) => Some(bytes),
            Err(Trouble::TooLarge(_)) if omission.is_some() => None,
            Err(trouble) => {
                self.out.faults.push(Note { path: "standard input".to_owned(), what: What::Trouble(trouble) });
                None
            }
        };
        if let Some(omission) = omission {
            self.note(&disk, What::Omitted(omission));
        } else if let Some(bytes) = bytes.clone().filter(|bytes| engine::relevant(name, bytes)) {
            let (path, content, project) = (name.to_owned(), Content::Bytes(bytes.into()), self.project);
            let root = files::project_root(&disk);
            // What is in the file on disk does not count; the rest of its project does.
            let is_whole = root != disk && root.is_dir();
            self.out.inputs.push(Input {
                path,
                content,
                reported: true,
                project,
                disk: disk.clone(),
                partial: !is_whole,
            });
            if is_whole {
                self.out.disk.directories.push((root.clone(), self.config.clone()));
                self.walk(&root, BTreeSet::from([disk]), false);
            }
        }
        self.out.stdin = bytes.map(|bytes| Stdin { path: name.to_owned(), bytes });
        self.project += 1;
    }

    /// Reads the configuration of a project. `false` when it is none: a fault that says so was noted.
    fn configure(&mut self, root: &Path) -> bool {
        self.config = None;
        match configuration(root, &self.base) {
            Ok(config) => {
                self.config = config.map(Arc::new);
                self.out.configs.extend(self.config.clone().map(|config| (self.project, config)));
                true
            }
            Err(note) => {
                self.out.faults.push(note);
                false
            }
        }
    }

    fn max_size(&self) -> u64 {
        self.config.as_ref().map_or(MAX_SIZE, |config| config.max_size())
    }

    fn omits(&self, file: &Path) -> Option<Omission> {
        self.config.as_ref()?.omits(file)
    }

    fn want(&mut self, path: &Path, projects: &mut BTreeMap<PathBuf, Wanted>) {
        let place = path.canonicalize().and_then(|place| Ok((fs::metadata(&place)?.is_dir(), place)));
        match place {
            Ok((is_dir, place)) => {
                let root = files::project_root(&place);
                let is_root = root == place;
                if files::leads_out(path) {
                    self.out.foreign.insert(place.clone());
                }
                let wanted = projects.entry(root).or_default();
                match is_dir {
                    true if is_root => wanted.whole = true,
                    true => wanted.directories.push(place),
                    false => wanted.files.push(place),
                }
            }
            Err(error) => {
                let path = path.to_string_lossy().into_owned();
                self.out.faults.push(Note { path, what: What::Trouble(error.into()) });
            }
        }
    }

    /// Gathers one project; gives back the projects nested in what is reported.
    fn project(&mut self, root: &Path, mut wanted: Wanted) -> Vec<PathBuf> {
        if !self.configure(root) {
            return Vec::new();
        }
        // A file that is its own project may name its neighbours.
        let directory = if wanted.files.iter().any(|file| file == root) { root.parent().unwrap_or(root) } else { root };
        self.out.disk.directories.push((directory.to_owned(), self.config.clone()));

        let before = self.out.inputs.len();
        wanted.files.sort_unstable();
        wanted.files.dedup();
        for file in &wanted.files {
            self.file(file);
        }
        let mut seen: BTreeSet<PathBuf> = wanted.files.into_iter().collect();
        let mut nested = Vec::new();
        wanted.directories.sort_unstable();
        for directory in wanted.directories {
            if !directory.ancestors().any(|above| seen.contains(above)) {
                nested.append(&mut self.walk(&directory, seen.clone(), true));
                seen.insert(directory);
            }
        }
        if wanted.whole {
            nested.append(&mut self.walk(root, seen, true));
        } else if self.out.inputs.len() > before && directory == root {
            self.walk(root, seen, false);
        }
        nested
    }

    /// A file that was named: read whatever its name and whatever ignores it.
    fn file(&mut self, path: &Path) {
        self.out.looked_at += 1;
        if let Some(omission) = self.omits(path).filter(|_| self.force_exclude) {
            self.note(path, What::Omitted(omission));
            return;
        }
        match files::read(path, self.max_size()) {
            Ok(bytes) if engine::relevant(&path.to_string_lossy(), &bytes) => {
                self.input(path, Content::Bytes(bytes.into()), true);
            }
            Err(trouble @ Trouble::TooLarge(_)) if engine::readable(&path.to_string_lossy()) => {
                self.unread(path, trouble);
            }
            Ok(_) | Err(Trouble::TooLarge(_)) => {}
            Err(trouble) => self.fault(path, trouble),
        }
    }

    fn walk(&mut self, directory: &Path, skip: BTreeSet<PathBuf>, reported: bool) -> Vec<PathBuf> {
        if self.config.as_ref().is_some_and(|config| config.excludes(directory)) {
            self.note(directory, What::Omitted(Omission::Excluded));
            return Vec::new();
        }
        let progress = &self.out.disk.progress;
        let found = workspace::walk(directory, self.config.as_ref(), skip, &|| progress.step(Work::Looking));
        self.out.looked_at += found.looked_at;
        for (path, bytes) in found.files {
            match bytes {
                Ok(bytes) => self.input(&path, Content::Bytes(bytes.into()), reported),
                Err(trouble) if reported && path == directory => self.fault(&path, trouble),
                Err(trouble) if reported => self.unread(&path, trouble),
                Err(_) => {}
            }
        }
        found.nested
    }

    fn input(&mut self, path: &Path, content: Content, reported: bool) {
        let (name, disk) = (files::relative(path, &self.base), path.to_owned());
        self.out.inputs.push(Input { path: name, content, reported, project: self.project, disk, partial: false });
    }

    /// A file that was found and not read: a note, and a finding.
    fn unread(&mut self, path: &Path, trouble: Trouble) {
        self.input(path, content(&trouble), true);
        self.note(path, What::Trouble(trouble));
    }

    fn note(&mut self, path: &Path, what: What) {
        self.out.notes.push(Note { path: files::relative(path, &self.base), what });
    }

    /// A path that was named and cannot be read.
    fn fault(&mut self, path: &Path, trouble: Trouble) {
        self.input(path, content(&trouble), true);
        self.out.faults.push(Note { path: files::relative(path, &self.base), what: What::Trouble(trouble) });
    }
}

/// The configuration in a directory, if there is one; what is the matter with it, if it cannot be read.
pub(super) fn configuration(root: &Path, base: &Path) -> Result<Option<Config>, Note> {
    let path = files::relative(&root.join(files::CONFIG), base);
    workspace::configuration(root, &path).map_err(|unusable| {
        let what = match unusable {
            Unusable::Trouble(trouble) => What::Trouble(trouble),
            Unusable::Unparsable(at, why) => What::Unparsable(at, why),
        };
        Note { path, what }
    })
}

/// What there is of a file that is not read.
fn content(trouble: &Trouble) -> Content {
    match trouble {
        Trouble::TooLarge(_) => Content::Skipped(format!("it is {trouble}")),
        _ => Content::Unreadable(trouble.to_string()),
    }
}

/// The working directory without symlinks, as named paths are; empty, so that paths are shown whole, if it is gone.
pub(super) fn current_dir() -> PathBuf {
    std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default()
}
