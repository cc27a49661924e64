//! Programs that say nothing by themselves, and are read all the same: those that another one names, and those that take
//! something from another one, for a caller of somebody else's function has none of the words by which that one makes its
//! requests.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::link::{Linker, candidates};
use super::memory::Memory;
use super::{Files, NotRead, parallel, program, text, words};
use crate::program::Program;
use crate::read::reader_of;
use crate::source::{FileId, Source};

/// Files that are looked at to learn whether they say anything; of more it is taken for granted.
const MAX_ASKED: usize = 2000;

/// For each thing that a file may take from another one, where that may lie.
pub(super) type Taken = Vec<Vec<PathBuf>>;

/// Reads all that take something from a file which says something, or from one that does so in turn; gives back those that
/// cannot be read.
pub(super) fn wake(
    linker: &mut Linker,
    files: &dyn Files,
    sources: &[Source],
    mut memory: Option<&mut Memory>,
) -> Vec<(FileId, NotRead)> {
    let mut graph = Graph { linker, files, places: HashMap::new(), nodes: Vec::new(), open: Vec::new(), asked: 0 };
    for (program, source) in linker.programs().iter().zip(sources).filter(|(program, _)| program.later) {
        let Some(path) = linker.path(program.file) else { continue };
        let work = || taken(path, source);
        let taken = match &mut memory {
            Some(memory) => memory.taken.of(program, work),
            None => Arc::new(work()),
        };
        let node = graph.of_later(program.file, path);
        graph.open.push((node, taken));
    }
    let named = graph.speaking();
    read(linker, sources, &named, memory)
}

/// What a file may take from others.
fn taken(path: &Path, source: &Source) -> Taken {
    let Some(alone) = reader_of(source).and_then(|reader| reader.alone) else { return Vec::new() };
    let ends = (alone.taken)(source);
    ends.iter().map(|ends| ends.iter().flat_map(|end| candidates(path, end)).collect()).collect()
}

/// Files, and which of them take something from which.
struct Graph<'r> {
    linker: &'r Linker,
    files: &'r dyn Files,
    /// The node of each place that was looked at; `None` where nothing is.
    places: HashMap<PathBuf, Option<usize>>,
    nodes: Vec<Node>,
    /// Nodes of which it is not yet seen what they take.
    open: Vec<(usize, Arc<Taken>)>,
    asked: usize,
}

/// A file.
struct Node {
    /// That of the run which was left for later.
    later: Option<FileId>,
    /// Whether it says anything by itself, or by what it takes.
    speaks: bool,
    /// Those that take something from it.
    users: Vec<usize>,
}

impl Graph<'_> {
    fn add(&mut self, place: &Path, later: Option<FileId>, speaks: bool) -> usize {
        self.nodes.push(Node { later, speaks, users: Vec::new() });
        self.places.insert(place.to_owned(), Some(self.nodes.len() - 1));
        self.nodes.len() - 1
    }

    fn of_later(&mut self, file: FileId, place: &Path) -> usize {
        match self.places.get(place) {
            Some(Some(node)) => *node,
            _ => self.add(place, Some(file), false),
        }
    }

    /// What lies at a place.
    fn at(&mut self, place: &Path) -> Option<usize> {
        if let Some(known) = self.places.get(place) {
            return *known;
        }
        if let Some(file) = self.linker.file(place) {
            let later = self.linker.program(file).is_some_and(|program| program.later);
            return Some(self.add(place, later.then_some(file), !later));
        }
        if self.asked >= MAX_ASKED {
            return Some(self.add(place, None, true));
        }
        let found = self.files.read(place).and_then(|bytes| text(&place.to_string_lossy(), &bytes).ok());
        let Some((source, reader)) = found else {
            self.places.insert(place.to_owned(), None);
            return None;
        };
        self.asked += 1;
        let speaks = words::speaks(reader, source.text().as_bytes());
        let node = self.add(place, None, speaks);
        if !speaks {
            self.open.push((node, Arc::new(taken(place, &source))));
        }
        Some(node)
    }

    /// Those left for later that take something from what speaks.
    fn speaking(mut self) -> BTreeSet<FileId> {
        while let Some((user, taken)) = self.open.pop() {
            for places in taken.iter() {
                let found = places.iter().find_map(|place| self.at(place));
                if let Some(node) = found.and_then(|node| self.nodes.get_mut(node)) {
                    node.users.push(user);
                }
            }
        }
        let mut told: Vec<usize> =
            self.nodes.iter().enumerate().filter(|(_, node)| node.speaks).map(|(index, _)| index).collect();
        while let Some(node) = told.pop() {
            for user in self.nodes.get_mut(node).map(|node| std::mem::take(&mut node.users)).unwrap_or_default() {
                if let Some(user_node) = self.nodes.get_mut(user).filter(|user| !user.speaks) {
                    user_node.speaks = true;
                    told.push(user);
                }
            }
        }
        self.nodes.iter().filter(|node| node.speaks).filter_map(|node| node.later).collect()
    }
}

/// Reads files of the run that were left for later; those that cannot be read say nothing, and why.
pub(super) fn read(
    linker: &mut Linker,
    sources: &[Source],
    named: &BTreeSet<FileId>,
    mut memory: Option<&mut Memory>,
) -> Vec<(FileId, NotRead)> {
    let named: Vec<FileId> = named.iter().copied().collect();
    let programs = parallel::map(&named, |_, file| {
        let source = sources.get(file.0 as usize)?;
        Some(reader_of(source).map_or(Err(NotRead::OtherKind), |reader| program(source, reader, *file)))
    });
    let mut unread = Vec::new();
    for (file, read) in named.into_iter().zip(programs) {
        match read.unwrap_or(Err(NotRead::Failed)) {
            Ok(program) => {
                if let (Some(memory), Some(place)) = (&mut memory, linker.path(file)) {
                    memory.replace(place, &program);
                }
                linker.replace(program);
            }
            Err(why) => {
                linker.replace(Arc::new(Program { file, ..Program::default() }));
                unread.push((file, why));
            }
        }
    }
    unread
}
