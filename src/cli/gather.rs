//! Paths → inputs of a run. The paths choose what is reported; evidence is the whole project of each, and is only
//! looked for where a reported file speaks of Google Cloud at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::{self, Files, Input};
use crate::files::{self, Trouble};
use crate::report::clean;

/// Notes printed one by one; of more, the number is told.
const NOTES: usize = 10;

/// All that a run starts from.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The files that matter, by path.
    pub inputs: Vec<Input>,
    /// Where the engine may read more.
    pub disk: Disk,
    /// How many files were looked at.
    pub looked_at: usize,
    /// Named paths that could not be read.
    pub faults: Vec<Note>,
    /// Other files that were not read.
    notes: Vec<Note>,
}

/// A path and what is the matter with it.
#[derive(Debug)]
pub(super) struct Note {
    path: String,
    trouble: Trouble,
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if matches!(self.trouble, Trouble::TooLarge) { "skipped" } else { "not read:" };
        write!(out, "{verb} {}: {}", clean(&self.path), self.trouble)
    }
}

/// Reads on demand, in the projects of the run and nowhere else.
#[derive(Debug, Default)]
pub(super) struct Disk {
    directories: Vec<PathBuf>,
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        files::read_within(path, &self.directories)
    }

    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        files::list(directory)
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
pub(super) fn gather(paths: &[PathBuf], stdin_name: Option<&str>) -> Gathered {
    let mut gatherer = Gatherer { base: current_dir(), project: 0, out: Gathered::default() };
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
    gatherer.out
}

impl Gathered {
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
    project: u32,
    out: Gathered,
}

impl Gatherer {
    fn stdin(&mut self, name: &str) {
        self.out.looked_at += 1;
        match files::read_stream(io::stdin().lock()) {
            Ok(bytes) if engine::relevant(name, &bytes) => {
                let (path, disk, project) = (name.to_owned(), PathBuf::from(name), self.project);
                self.out.inputs.push(Input { path, bytes, reported: true, project, disk });
            }
            Ok(_) => {}
            Err(trouble) => self.out.faults.push(Note { path: "standard input".to_owned(), trouble }),
        }
        self.project += 1;
    }

    fn want(&mut self, path: &Path, projects: &mut BTreeMap<PathBuf, Wanted>) {
        let place = path.canonicalize().and_then(|place| Ok((fs::metadata(&place)?.is_dir(), place)));
        match place {
            Ok((is_dir, place)) => {
                let root = files::project_root(&place);
                let is_root = root == place;
                let wanted = projects.entry(root).or_default();
                match is_dir {
                    true if is_root => wanted.whole = true,
                    true => wanted.directories.push(place),
                    false => wanted.files.push(place),
                }
            }
            Err(error) => {
                let path = path.to_string_lossy().into_owned();
                self.out.faults.push(Note { path, trouble: error.into() });
            }
        }
    }

    /// Gathers one project; gives back the projects nested in what is reported.
    fn project(&mut self, root: &Path, mut wanted: Wanted) -> Vec<PathBuf> {
        // A file that is its own project may name its neighbours.
        let directory = if wanted.files.iter().any(|file| file == root) { root.parent().unwrap_or(root) } else { root };
        self.out.disk.directories.push(directory.to_owned());

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
        match files::read(path) {
            Ok(bytes) if engine::relevant(&path.to_string_lossy(), &bytes) => self.input(path, bytes, true),
            Err(trouble @ Trouble::TooLarge) if engine::readable(&path.to_string_lossy()) => self.note(path, trouble),
            Ok(_) | Err(Trouble::TooLarge) => {}
            Err(trouble) => self.fault(path, trouble),
        }
    }

    fn walk(&mut self, directory: &Path, skip: BTreeSet<PathBuf>, reported: bool) -> Vec<PathBuf> {
        let accept = |path: &Path| engine::readable(&path.to_string_lossy());
        let filter = |path: &Path, bytes: &[u8]| engine::relevant(&path.to_string_lossy(), bytes);
        let found = files::walk(directory, skip, &accept, &filter);
        self.out.looked_at += found.looked_at;
        for (path, bytes) in found.files {
            match bytes {
                Ok(bytes) => self.input(&path, bytes, reported),
                Err(trouble) if reported && path == directory => self.fault(&path, trouble),
                Err(trouble) if reported => self.note(&path, trouble),
                Err(_) => {}
            }
        }
        found.nested
    }

    fn input(&mut self, path: &Path, bytes: Vec<u8>, reported: bool) {
        let name = files::relative(path, &self.base);
        self.out.inputs.push(Input { path: name, bytes, reported, project: self.project, disk: path.to_owned() });
    }

    fn note(&mut self, path: &Path, trouble: Trouble) {
        self.out.notes.push(Note { path: files::relative(path, &self.base), trouble });
    }

    fn fault(&mut self, path: &Path, trouble: Trouble) {
        self.out.faults.push(Note { path: files::relative(path, &self.base), trouble });
    }
}

/// The working directory without symlinks, as named paths are; empty, so that paths are shown whole, if it is gone.
fn current_dir() -> PathBuf {
    std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default()
}
