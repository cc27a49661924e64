//! The parallel walk of one project. Files are read, judged and mostly forgotten in the thread that finds them, so
//! that memory holds only what is kept.

use std::collections::BTreeSet;
use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::{CONFIG, Trouble};
/// Whether a file of this name is worth opening. Of a file that is not, and whose name has no extension, the first
/// bytes are read: a script says so in its first line.
pub type Accept<'a> = dyn Fn(&Path) -> bool + Sync + 'a;

/// Whether a file's bytes are worth keeping.
pub type Filter = dyn Fn(&Path, &[u8]) -> bool + Sync;

/// Whether a file (`true`), or a directory with all that is in it, is left out.
pub type Exclude = dyn Fn(&Path, bool) -> bool + Send + Sync;

/// What a walk leaves out.
#[derive(Clone)]
pub struct Omit {
    /// These.
    pub skip: BTreeSet<PathBuf>,
    /// What the project excludes.
    pub exclude: Option<Arc<Exclude>>,
    /// Files of more bytes, which are told.
    pub max_size: u64,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The files that were kept, and those that could not be read; by path.
    pub files: Vec<(PathBuf, Result<Vec<u8>, Trouble>)>,
    /// How many files were looked at, by name at least.
    pub looked_at: usize,
    /// Directories that are projects of their own, which were not entered.
    pub nested: Vec<PathBuf>,
}

/// Directories of what a package manager put there. Nobody mends a fault in them, and one that was committed by mistake has more
/// files than the project.
const INSTALLED: &[&str] = &["node_modules", "site-packages"];
/// A thread that waits for the disk takes no processor: of what is not in memory eight read twice as much as two, and of what is,
/// as much.
const MIN_THREADS: usize = 8;
/// Files and directories that one thread walks.
const FEW: usize = 16;
/// Bytes read of a file of unknown kind.
const PEEK: usize = 128;
/// Most files fit, so that reading one is one call and one more that says it was all.
const BUFFER: usize = 64 * 1024;

/// Walks a directory: what `.gitignore` and `.ignore` exclude, `.git`, [`INSTALLED`] packages and `omit` are left out, hidden
/// files are not. The user's own global excludes do not count: the same tree gives the same result on every machine.
pub fn walk(root: &Path, omit: Omit, accept: &Accept<'_>, filter: &Filter) -> Found {
    let max_size = omit.max_size;
    let nested = Arc::new(Mutex::new(Vec::new()));
    let threads = threads(root);
    let entered = {
        let nested = Arc::clone(&nested);
        move |entry: &DirEntry| is_entered(entry, &omit, &nested)
    };
    let walker = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .follow_links(false)
        .threads(threads)
        .filter_entry(entered)
        .build_parallel();
    let all = Mutex::new(Found::default());
    walker.visit(&mut Crew { all: &all, accept, filter, max_size });
    let mut found = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.files.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    found.nested = std::mem::take(&mut nested.lock().unwrap_or_else(PoisonError::into_inner));
    found.nested.sort_unstable();
    found
}

/// How many threads walk a directory: one that holds no more than a few files is read sooner than threads start.
fn threads(root: &Path) -> usize {
    let (mut directories, mut seen) = (vec![root.to_owned()], 0);
    while let Some(directory) = directories.pop() {
        for entry in directory.read_dir().into_iter().flatten().flatten().filter(|entry| entry.file_name() != ".git") {
            seen += 1;
            if seen > FEW {
                return std::thread::available_parallelism().map_or(1, usize::from).max(MIN_THREADS);
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                directories.push(entry.path());
            }
        }
    }
    1
}

fn is_entered(entry: &DirEntry, omit: &Omit, nested: &Mutex<Vec<PathBuf>>) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if entry.file_name() == ".git" || (!omit.skip.is_empty() && omit.skip.contains(entry.path())) {
        return false;
    }
    let is = |what: fn(&FileType) -> bool| entry.file_type().is_some_and(|kind| what(&kind));
    if is(FileType::is_dir) && is_installed(entry) {
        return false;
    }
    if omit.exclude.as_ref().is_some_and(|excludes| excludes(entry.path(), is(FileType::is_file))) {
        return false;
    }
    let is_project = is(FileType::is_dir) && entry.path().join(CONFIG).exists();
    if is_project {
        nested.lock().unwrap_or_else(PoisonError::into_inner).push(entry.path().to_owned());
    }
    !is_project
}

/// The SDK, and what Go keeps of others, are installed, too; directories of these names may be one's own.
fn is_installed(entry: &DirEntry) -> bool {
    let holds = |name: &str, inner: &str| entry.file_name() == name && entry.path().join(inner).exists();
    INSTALLED.iter().any(|name| entry.file_name() == *name)
        || holds("google-cloud-sdk", "lib/googlecloudsdk")
        || holds("vendor", "modules.txt")
}

/// Makes one [`Worker`] a thread.
struct Crew<'a> {
    all: &'a Mutex<Found>,
    accept: &'a Accept<'a>,
    filter: &'a Filter,
    max_size: u64,
}

impl<'a> ParallelVisitorBuilder<'a> for Crew<'a> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'a> {
        let Self { all, accept, filter, max_size } = *self;
        Box::new(Worker { all, accept, filter, max_size, own: Found::default(), buffer: vec![0; BUFFER] })
    }
}

/// One thread: its findings join the others' when it ends.
struct Worker<'a> {
    all: &'a Mutex<Found>,
    accept: &'a Accept<'a>,
    filter: &'a Filter,
    max_size: u64,
    own: Found,
    buffer: Vec<u8>,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.looked_at += self.own.looked_at;
        all.files.append(&mut self.own.files);
    }
}

impl ParallelVisitor for Worker<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => self.file(entry),
            Ok(_) => {}
            Err(error) => self.refused(error),
        }
        WalkState::Continue
    }
}

impl Worker<'_> {
    fn file(&mut self, entry: DirEntry) {
        self.own.looked_at += 1;
        let kept = self.bytes(entry.path()).transpose();
        self.own.files.extend(kept.map(|bytes| (entry.into_path(), bytes)));
    }

    /// The file's bytes if they are kept.
    fn bytes(&mut self, path: &Path) -> Result<Option<Vec<u8>>, Trouble> {
        let is_known = (self.accept)(path);
        if !is_known && path.extension().is_some() {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        let most = self.max_size as usize + 1;
        let mut length = 0;
        if !is_known {
            length = fill(&mut file, &mut self.buffer, 0, PEEK.min(most))?;
            if !self.buffer.get(..length).is_some_and(|start| start.starts_with(b"#!")) {
                return Ok(None);
            }
        }
        let length = fill(&mut file, &mut self.buffer, length, most)?;
        if length == most {
            return Err(Trouble::TooLarge(self.max_size));
        }
        let bytes = self.buffer.get(..length).unwrap_or(&[]);
        Ok((self.filter)(path, bytes).then(|| bytes.to_vec()))
    }

    /// What the walk itself could not read. A fault in a `.gitignore` is none of ours.
    fn refused(&mut self, error: ignore::Error) {
        let path = path_of(&error).map(Path::to_owned);
        if let (Some(path), Some(error)) = (path, error.into_io_error()) {
            self.own.files.push((path, Err(error.into())));
        }
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// Reads on from `length` bytes in the buffer, until the file ends or `most` bytes are there; says how many are.
fn fill(file: &mut File, buffer: &mut Vec<u8>, mut length: usize, most: usize) -> io::Result<usize> {
    while length < most {
        if length == buffer.len() {
            buffer.resize((2 * length).clamp(BUFFER, most.max(BUFFER)), 0);
        }
        let end = most.min(buffer.len());
        match file.read(buffer.get_mut(length..end).unwrap_or(&mut [])) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
