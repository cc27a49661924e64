//! What one run leaves for the next of the same files: a file that has the same bytes is not read again, and a program is
//! not run again unless something that it looked at changed.
//!
//! What a run of a program depends on is all that it asked of its [`Link`]: programs, by paths. While no file comes or
//! goes, and none joins or leaves its directory, the same path leads to the same files, so that it is enough to compare
//! the programs themselves.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::later::Taken;
use super::link::Linker;
use super::{Alone, Content, Heard, Input, NotRead, open, parallel};
use crate::eval::Link;
use crate::facts::{Extent, Facts, Gcloud};
use crate::program::{Block, Program};
use crate::project::{Project, Shown};
use crate::source::{FileId, Source};
use crate::value::Value;

/// Files of the last run, and what their programs said.
#[derive(Debug, Default)]
pub struct Memory {
    parsed: HashMap<PathBuf, Parsed>,
    ran: HashMap<Vec<FileId>, Ran>,
    /// Where the files that programs name may lie.
    pub(super) named: Made<Vec<Vec<PathBuf>>>,
    /// Where that may lie which the files that were left for later take from others.
    pub(super) taken: Made<Taken>,
    /// Files of values as they are for the roots that they are chosen for.
    pub(super) chosen: Made<Program>,
    /// What their texts show beside facts.
    pub(super) shown: Made<Shown>,
    /// The projects of the last run, which hold the facts of its roots until the next one takes them back.
    projects: BTreeMap<u32, Project>,
    /// How much each root said, in the order in which its project holds it.
    parts: Vec<Part>,
    /// Where all files of the last run lie, in order, and whether each is one with its directory.
    places: Vec<(PathBuf, bool)>,
    /// What the last run had to do.
    pub work: Work,
}

/// What a run had to do, for all else was known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Files that were read.
    pub parsed: usize,
    /// Programs that were run.
    pub ran: usize,
}

#[derive(Debug)]
struct Parsed {
    file: FileId,
    bytes: Arc<Vec<u8>>,
    source: Source,
    program: Arc<Program>,
}

#[derive(Debug)]
struct Ran {
    root: Vec<Arc<Program>>,
    /// What it looked at beside itself.
    used: Vec<Arc<Program>>,
    /// Nothing while they are in a project.
    facts: Option<Facts>,
    alone: Arc<Alone>,
}

/// What one root said, within the facts of its project.
#[derive(Debug)]
pub(super) struct Part {
    pub project: u32,
    pub root: Vec<FileId>,
    pub extent: Extent,
}

pub(super) type Opened = Option<Result<(Source, Arc<Program>), NotRead>>;

impl Memory {
    /// Reads the inputs of a run, which are its first files in this order.
    pub(super) fn open(&mut self, inputs: &[Input]) -> Vec<Opened> {
        self.work = Work::default();
        let known = |(index, input): (usize, &Input)| match &input.content {
            Content::Bytes(bytes) => self.known(&input.disk, &input.path, bytes, FileId(index as u32)),
            Content::Skipped(_) | Content::Unreadable(_) => None,
        };
        let mut opened: Vec<Opened> = inputs.iter().enumerate().map(|at| known(at).map(Ok)).collect();
        let new: Vec<usize> =
            opened.iter().enumerate().filter(|(_, known)| known.is_none()).map(|(at, _)| at).collect();
        let read = parallel::map(&new, |_, index| Some(open(inputs.get(*index)?, FileId(*index as u32))));
        for (index, read) in new.into_iter().zip(read) {
            if let (Some(input), Some(place)) = (inputs.get(index), opened.get_mut(index)) {
                if let (Some(Ok((source, program))), Content::Bytes(bytes)) = (&read, &input.content) {
                    self.keep(&input.disk, bytes, source, program);
                }
                *place = read;
            }
        }
        opened
    }

    /// What is known of a file that has these bytes now.
    pub(super) fn known(
        &self,
        disk: &Path,
        path: &str,
        bytes: &Arc<Vec<u8>>,
        file: FileId,
    ) -> Option<(Source, Arc<Program>)> {
        let known = self.parsed.get(disk)?;
        let is_same = || Arc::ptr_eq(&known.bytes, bytes) || known.bytes == *bytes;
        let is_same = known.file == file && known.source.path() == path && is_same();
        is_same.then(|| (known.source.clone(), known.program.clone()))
    }

    /// Keeps what was read of a file.
    pub(super) fn keep(&mut self, disk: &Path, bytes: &Arc<Vec<u8>>, source: &Source, program: &Arc<Program>) {
        self.work.parsed += 1;
        let (source, program) = (source.clone(), program.clone());
        self.parsed.insert(disk.to_owned(), Parsed { file: program.file, bytes: bytes.clone(), source, program });
    }

    /// Puts what a file says in the place of what was kept of it while nobody named it.
    pub(super) fn replace(&mut self, disk: &Path, program: &Arc<Program>) {
        if let Some(known) = self.parsed.get_mut(disk) {
            self.work.parsed += 1;
            known.program = program.clone();
        }
    }

    /// The commands of gcloud that the last run found in a file.
    pub fn commands(&self, file: FileId) -> impl Iterator<Item = &Gcloud> {
        let commands = self.projects.values().flat_map(|project| &project.facts.commands);
        commands.filter(move |command| command.at.file == file)
    }

    /// Keeps what the roots of a run said, for the next one.
    pub(super) fn keep_projects(&mut self, projects: BTreeMap<u32, Project>, parts: Vec<Part>) {
        (self.projects, self.parts) = (projects, parts);
    }

    /// Gives each root what it said in the last run.
    fn take_back(&mut self) {
        let parts = std::mem::take(&mut self.parts);
        for (project, joined) in std::mem::take(&mut self.projects) {
            let own = || parts.iter().filter(|part| part.project == project);
            let extents: Vec<Extent> = own().map(|part| part.extent).collect();
            for (part, facts) in own().zip(joined.facts.into_parts(&extents)) {
                if let Some(ran) = self.ran.get_mut(&part.root) {
                    ran.facts = Some(facts);
                }
            }
        }
    }

    /// What the roots of a run say; nothing of one that fails.
    pub(super) fn run(
        &mut self,
        roots: &[Vec<Arc<Program>>],
        linker: &Linker,
        run: impl Fn(&[Arc<Program>], &dyn Link) -> Heard + Sync,
    ) -> Vec<Option<Heard>> {
        self.take_back();
        if !linker.places().eq(self.places.iter().map(|(place, is_joined)| (place.as_path(), *is_joined))) {
            self.places = linker.places().map(|(place, is_joined)| (place.to_owned(), is_joined)).collect();
            self.parsed.retain(|place, _| linker.has(place));
            self.ran.clear();
            let is_known = |file: &FileId| linker.at(*file).is_some();
            self.named.0.retain(|file, _| is_known(file));
            self.taken.0.retain(|file, _| is_known(file));
            self.chosen.0.retain(|file, _| is_known(file));
            self.shown.0.retain(|file, _| is_known(file));
        }
        let is_known = |root: &Vec<Arc<Program>>| {
            self.ran.get(&key(root)).is_some_and(|ran| {
                let is_now =
                    |program: &Arc<Program>| linker.at(program.file).is_some_and(|now| Arc::ptr_eq(now, program));
                ran.facts.is_some()
                    && root.len() == ran.root.len()
                    && root.iter().zip(&ran.root).all(|(now, then)| Arc::ptr_eq(now, then))
                    && ran.used.iter().all(is_now)
            })
        };
        let new: Vec<&Vec<Arc<Program>>> = roots.iter().filter(|root| !is_known(root)).collect();
        let ran = parallel::map(&new, |_, root| {
            let watched = Watched { linker, used: RefCell::default() };
            let heard = run(root, &watched);
            Some((heard, watched.used.into_inner()))
        });
        self.work.ran = new.len();
        for (root, ran) in new.into_iter().zip(ran) {
            match ran {
                Some((Heard { facts, alone }, used)) => {
                    self.ran.insert(key(root), Ran { root: root.clone(), used, facts: Some(facts), alone })
                }
                None => self.ran.remove(&key(root)),
            };
        }
        let mut heard = |root: &Vec<Arc<Program>>| {
            let ran = self.ran.get_mut(&key(root))?;
            Some(Heard { facts: ran.facts.take()?, alone: ran.alone.clone() })
        };
        roots.iter().map(&mut heard).collect()
    }
}

/// What was made of programs, by their files.
#[derive(Debug)]
pub(super) struct Made<T>(HashMap<FileId, (Arc<Program>, Arc<T>)>);

impl<T> Default for Made<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Made<T> {
    /// What was made of a program, or is now.
    pub fn of(&mut self, program: &Arc<Program>, work: impl FnOnce() -> T) -> Arc<T> {
        if let Some((known, made)) = self.0.get(&program.file)
            && Arc::ptr_eq(known, program)
        {
            return made.clone();
        }
        let made = Arc::new(work());
        self.0.insert(program.file, (program.clone(), made.clone()));
        made
    }
}

/// What names a root in this run and the next.
pub(super) fn key(root: &[Arc<Program>]) -> Vec<FileId> {
    root.iter().map(|program| program.file).collect()
}

/// Notes what a program looks at.
struct Watched<'l> {
    linker: &'l Linker,
    used: RefCell<Vec<Arc<Program>>>,
}

impl Watched<'_> {
    fn note(&self, program: &Arc<Program>) {
        let mut used = self.used.borrow_mut();
        if !used.iter().any(|known| Arc::ptr_eq(known, program)) {
            used.push(program.clone());
        }
    }
}

impl Link for Watched<'_> {
    fn find(&self, from: FileId, path: &Value) -> Option<Arc<Program>> {
        let found = self.linker.find(from, path)?;
        self.note(&found);
        Some(found)
    }

    fn directory(&self, from: FileId, path: &str) -> Vec<Arc<Program>> {
        let found = self.linker.directory(from, path);
        for program in &found {
            self.note(program);
        }
        found
    }

    fn line(&self, line: &Value) -> Option<Block> {
        self.linker.line(line)
    }
}
