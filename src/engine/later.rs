//! Programs that say nothing by themselves, and are read all the same: those that another one names, and those that take
//! something from another one, for a caller of somebody else's function has none of the words by which that one makes its
//! requests.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::link::{Linker, candidates};
use super::memory::Memory;
use super::{Files, NotRead, parallel, program, text, words};
use crate::program::Program;
use crate::read::reader_of;
use crate::source::{FileId, Source};

/// Directories that are listed and files that are looked at, to learn whether these say anything; of more it is taken for
/// granted.
const MAX_ASKED: usize = 10_000;
/// Names of a directory. One that has more may have been listed in part.
const MAX_LISTED: usize = 4000;

/// For each thing that a file may take from another one, how the paths of its files end.
pub(super) type Taken = Vec<Vec<String>>;

/// Reads all that take something from a file which says something, or from one that does so in turn; gives back those that
/// cannot be read.
pub(super) fn wake(
    linker: &mut Linker,
    files: &dyn Files,
    sources: &[Source],
    mut memory: Option<&mut Memory>,
) -> Vec<(FileId, NotRead)> {
    let later: Vec<FileId> =
        linker.programs().iter().filter(|program| program.later).map(|program| program.file).collect();
    let taken: Vec<Arc<Taken>> = match &mut memory {
        Some(memory) => {
            let one = |file: &FileId| {
                let (program, source) = (linker.at(*file)?, sources.get(file.0 as usize)?);
                Some(memory.taken.of(program, || taken(source)))
            };
            later.iter().map(one).map(Option::unwrap_or_default).collect()
        }
        None => parallel::map(&later, |_, file| Arc::new(sources.get(file.0 as usize).map(taken).unwrap_or_default())),
    };
    let mut graph = Graph::new(linker, files);
    for (file, taken) in later.into_iter().zip(taken) {
        let Some(path) = graph.linker.path(file) else { continue };
        let node = graph.add(path, Some(file), false);
        graph.open.push((node, path.to_owned(), taken));
    }
    let named = graph.speaking();
    read(linker, sources, &named, memory)
}

/// What a file may take from others.
fn taken(source: &Source) -> Taken {
    reader_of(source).and_then(|reader| reader.alone).map(|alone| (alone.taken)(source)).unwrap_or_default()
}

/// Files, and which of them take something from which.
struct Graph<'r> {
    linker: &'r Linker,
    files: &'r dyn Files,
    nodes: Vec<Node>,
    /// The node of each place that was looked at; `None` where nothing is.
    places: HashMap<PathBuf, Option<usize>>,
    /// For each directory what its files take, by the end of the first path where that may lie.
    things: HashMap<PathBuf, HashMap<String, Option<usize>>>,
    directories: HashMap<PathBuf, Directory>,
    /// Directories that the files of the run lie in, and those above.
    above: HashSet<PathBuf>,
    /// Nodes of which it is not yet seen what they take.
    open: Vec<(usize, PathBuf, Arc<Taken>)>,
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

/// A directory that may hold files which others take something from.
enum Directory {
    /// There is none.
    Absent,
    /// Nothing is told of it: it may not be read, or there is none.
    Silent,
    /// What lies in it.
    Holds(HashSet<OsString>),
    /// So much lies in it that not all was listed.
    Large,
}

impl<'r> Graph<'r> {
    fn new(linker: &'r Linker, files: &'r dyn Files) -> Self {
        let mut above = HashSet::new();
        for (place, _) in linker.places() {
            let new = |directory: &&Path| !above.contains(*directory);
            let new: Vec<PathBuf> = place.ancestors().skip(1).take_while(new).map(Path::to_owned).collect();
            above.extend(new);
        }
        let (places, things, directories) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { linker, files, nodes: Vec::new(), places, things, directories, above, open: Vec::new(), asked: 0 }
    }

    fn add(&mut self, place: &Path, later: Option<FileId>, speaks: bool) -> usize {
        self.nodes.push(Node { later, speaks, users: Vec::new() });
        self.places.insert(place.to_owned(), Some(self.nodes.len() - 1));
        self.nodes.len() - 1
    }

    /// The file of a thing that another one takes.
    fn thing(&mut self, user: &Path, ends: &[String]) -> Option<usize> {
        let (directory, first) = (user.parent()?, ends.first()?);
        if let Some(known) = self.things.get(directory).and_then(|things| things.get(first)) {
            return *known;
        }
        let found = ends.iter().flat_map(|end| candidates(user, end)).find_map(|place| self.at(&place));
        self.things.entry(directory.to_owned()).or_default().insert(first.clone(), found);
        found
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
        let may_lie = self.may_lie(place);
        if may_lie && self.asked >= MAX_ASKED {
            return Some(self.add(place, None, true));
        }
        self.asked += usize::from(may_lie);
        let found = may_lie.then(|| self.files.read(place)).flatten();
        let Some((source, reader)) = found.and_then(|bytes| text(&place.to_string_lossy(), &bytes).ok()) else {
            self.places.insert(place.to_owned(), None);
            return None;
        };
        let speaks = words::speaks(reader, source.text().as_bytes());
        let node = self.add(place, None, speaks);
        if !speaks {
            self.open.push((node, place.to_owned(), Arc::new(taken(&source))));
        }
        Some(node)
    }

    /// Whether a file may lie at a place, by what its directory holds: most of what is looked for is nowhere.
    fn may_lie(&mut self, place: &Path) -> bool {
        let (Some(directory), Some(name)) = (place.parent(), place.file_name()) else { return false };
        match self.directory(directory) {
            Directory::Absent | Directory::Silent => false,
            Directory::Holds(names) => names.contains(name),
            Directory::Large => true,
        }
    }

    fn directory(&mut self, directory: &Path) -> &Directory {
        if !self.directories.contains_key(directory) {
            let known = if self.may_be(directory) { self.list(directory) } else { Directory::Absent };
            self.directories.insert(directory.to_owned(), known);
        }
        self.directories.get(directory).unwrap_or(&Directory::Absent)
    }

    /// Whether there may be such a directory.
    fn may_be(&mut self, directory: &Path) -> bool {
        let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) else { return true };
        match self.directory(parent) {
            Directory::Absent => false,
            // A project lies in directories that may not be read.
            Directory::Silent => self.above.contains(directory),
            Directory::Holds(names) => names.contains(name),
            Directory::Large => true,
        }
    }

    fn list(&mut self, directory: &Path) -> Directory {
        if self.asked >= MAX_ASKED {
            return Directory::Large;
        }
        self.asked += 1;
        let names = self.files.list(directory);
        if names.is_empty() {
            Directory::Silent
        } else if names.len() >= MAX_LISTED {
            Directory::Large
        } else {
            Directory::Holds(names.iter().filter_map(|path| path.file_name()).map(ToOwned::to_owned).collect())
        }
    }

    /// Those left for later that take something from what speaks.
    fn speaking(mut self) -> BTreeSet<FileId> {
        while let Some((user, path, taken)) = self.open.pop() {
            for ends in taken.iter() {
                let found = self.thing(&path, ends);
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
