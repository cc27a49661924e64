//! Programs that say nothing by themselves, and are read all the same: those that another one names, and those that take
//! something from another one, for a caller of somebody else's function has none of the words by which that one makes its
//! requests.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::link::{Linker, levels, normal};
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
    if later.is_empty() {
        return Vec::new();
    }
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
    /// Directories by their number, and the numbers.
    directories: Vec<Directory>,
    numbers: HashMap<PathBuf, usize>,
    /// What of the run lies in each directory, or below it.
    own: HashMap<PathBuf, HashSet<OsString>>,
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

/// A directory that may hold files which others take something from, or that may not be there at all.
enum Directory {
    /// This lies in it.
    Holds(HashSet<OsString>),
    /// So much lies in it that not all was listed.
    Large,
}

impl<'r> Graph<'r> {
    fn new(linker: &'r Linker, files: &'r dyn Files) -> Self {
        let mut own: HashMap<PathBuf, HashSet<OsString>> = HashMap::new();
        for (place, _) in linker.places() {
            for inner in place.ancestors() {
                let (Some(directory), Some(name)) = (inner.parent(), inner.file_name()) else { break };
                if !own.entry(directory.to_owned()).or_default().insert(name.to_owned()) {
                    break;
                }
            }
        }
        Self {
            linker,
            files,
            own,
            nodes: Vec::new(),
            places: HashMap::new(),
            things: HashMap::new(),
            directories: Vec::new(),
            numbers: HashMap::new(),
            open: Vec::new(),
            asked: 0,
        }
    }

    fn add(&mut self, place: &Path, later: Option<FileId>, speaks: bool) -> usize {
        self.nodes.push(Node { later, speaks, users: Vec::new() });
        self.places.insert(place.to_owned(), Some(self.nodes.len() - 1));
        self.nodes.len() - 1
    }

    /// The file of a thing that another one takes, where that lies in one of these directories or below.
    fn thing(&mut self, levels: &[(&Path, usize)], ends: &[String]) -> Option<usize> {
        let ((directory, _), first) = (levels.first()?, ends.first()?);
        if let Some(known) = self.things.get(*directory).and_then(|things| things.get(first)) {
            return *known;
        }
        let mut found = None;
        for end in ends {
            // Most of what is looked for is nowhere.
            let head = Path::new(end).components().next();
            let is_there = |graph: &Self, number| match head {
                Some(Component::Normal(name)) => graph.holds(number, name),
                _ => true,
            };
            for (level, number) in levels {
                if found.is_none() && is_there(self, *number) {
                    found = self.at(&normal(&level.join(end)));
                }
            }
        }
        self.things.entry((*directory).to_owned()).or_default().insert(first.clone(), found);
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
        let directory = self.directory(place.parent()?);
        if !self.holds(directory, place.file_name()?) {
            return None;
        }
        if self.asked >= MAX_ASKED {
            return Some(self.add(place, None, true));
        }
        self.asked += 1;
        let found = self.files.read(place).and_then(|bytes| text(&place.to_string_lossy(), &bytes).ok());
        let Some((source, reader)) = found else {
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

    /// Whether this may lie in a directory.
    fn holds(&self, directory: usize, name: &OsStr) -> bool {
        match self.directories.get(directory) {
            Some(Directory::Holds(names)) => names.contains(name),
            Some(Directory::Large) | None => true,
        }
    }

    /// The number of a directory.
    fn directory(&mut self, directory: &Path) -> usize {
        if let Some(number) = self.numbers.get(directory) {
            return *number;
        }
        let above = directory.parent().zip(directory.file_name()).map(|(parent, name)| (self.directory(parent), name));
        let is_there = above.is_none_or(|(parent, name)| self.holds(parent, name));
        let known = if is_there { self.list(directory) } else { Directory::Holds(HashSet::new()) };
        self.directories.push(known);
        self.numbers.insert(directory.to_owned(), self.directories.len() - 1);
        self.directories.len() - 1
    }

    fn list(&mut self, directory: &Path) -> Directory {
        if self.asked >= MAX_ASKED {
            return Directory::Large;
        }
        self.asked += 1;
        let names = self.files.list(directory);
        if names.len() >= MAX_LISTED {
            return Directory::Large;
        }
        // Files of the run need not be on the disk, and a project may lie in directories that may not be listed.
        let mut all = self.own.remove(directory).unwrap_or_default();
        all.extend(names.iter().filter_map(|path| path.file_name()).map(ToOwned::to_owned));
        Directory::Holds(all)
    }

    /// Those left for later that take something from what speaks.
    fn speaking(mut self) -> BTreeSet<FileId> {
        while let Some((user, path, taken)) = self.open.pop() {
            let levels: Vec<(&Path, usize)> =
                levels(&path).map(|directory| (directory, self.directory(directory))).collect();
            for ends in taken.iter() {
                let found = self.thing(&levels, ends);
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
