//! A project as an editor sees it: its files as they are on disk, or as they are being typed, linted again after each change.

use std::cell::{Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::text::uri;
use crate::config::Config;
use crate::engine::{self, Content, Date, Files, Input, Memory, Settings};
use crate::files;
use crate::finding::{Finding, Level, Safety};
use crate::mend::{self, Bench, Change};
use crate::outcome::Outcome;
use crate::source::{FileId, MAX_SIZE};
use crate::workspace::{self, Unusable};

/// What the client asks for whatever the configuration says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wishes {
    pub advice: bool,
    pub preview: bool,
}

/// A project.
pub(super) struct Project {
    root: PathBuf,
    config: Option<Arc<Config>>,
    /// Why its configuration is not followed.
    pub unusable: Option<String>,
    /// In the order in which they came, which a run knows them by. One that is gone is empty.
    files: Vec<File>,
    by_path: HashMap<PathBuf, usize>,
    /// What the client calls the files that are open.
    uris: HashMap<PathBuf, String>,
    /// Where the client came to an open file by a symlink to a directory above it: that directory as it lies, and as the
    /// client has it.
    aliases: BTreeMap<PathBuf, (PathBuf, PathBuf)>,
    disk: Disk,
    memory: RefCell<Memory>,
    wishes: Wishes,
    /// What the last run found, and what the files say.
    pub outcome: Outcome,
    /// Whether something changed since.
    pub is_stale: bool,
}

struct File {
    disk: PathBuf,
    /// The name that it is reported by: from the root of the project.
    path: String,
    bytes: Arc<Vec<u8>>,
}

/// What is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted<'w> {
    /// One finding is mended, in whatever way.
    Fix(&'w Finding),
    /// All in one file that are mended for certain.
    FixAll(FileId),
    /// One finding is silenced.
    Silence(&'w Finding),
}

/// Why a finding may stay, for whoever asks for a comment to think of.
const REASON: &str = "TODO: say why it may stay";
/// How often a finding is tried to be silenced, each time in another place.
const MOST_TRIES: usize = 8;

impl Project {
    /// Reads the project that begins in a directory, or the one file that belongs to none.
    pub fn open(root: PathBuf, wishes: Wishes) -> Self {
        let (config, unusable) = match workspace::configuration(&root, files::CONFIG) {
            Ok(config) => (config.map(Arc::new), None),
            Err(unusable) => {
                let place = match unusable {
                    Unusable::Trouble(_) => String::new(),
                    Unusable::Unparsable((line, column), _) => format!(":{line}:{column}"),
                };
                (None, Some(format!("{}{place}: {unusable}", root.join(files::CONFIG).display())))
            }
        };
        let mut project = Self {
            disk: Disk { root: root.clone(), config: config.clone(), ..Disk::default() },
            root,
            config,
            unusable,
            files: Vec::new(),
            by_path: HashMap::new(),
            uris: HashMap::new(),
            aliases: BTreeMap::new(),
            memory: RefCell::default(),
            wishes,
            outcome: Outcome::default(),
            is_stale: true,
        };
        if project.root.is_dir() {
            let found = workspace::walk(&project.root, project.config.as_ref(), BTreeSet::new(), &|| {});
            for (path, bytes) in found.files {
                if let Ok(bytes) = bytes {
                    project.set(&path, bytes);
                }
            }
        }
        project
    }

    /// A file is open in the client, which calls it this.
    pub fn opened(&mut self, path: &Path, uri: String, named: &Path) {
        self.uris.insert(path.to_owned(), uri);
        let (mut real, mut alias) = (path, named);
        while let (Some(above), Some(above_alias)) = (real.parent(), alias.parent())
            && real.file_name() == alias.file_name()
        {
            (real, alias) = (above, above_alias);
        }
        // A symlink to the file itself says nothing of others.
        if path != named && real != path {
            self.aliases.insert(path.to_owned(), (real.to_owned(), alias.to_owned()));
        }
    }

    /// A file is open no longer.
    pub fn closed(&mut self, path: &Path) {
        self.uris.remove(path);
        self.aliases.remove(path);
    }

    /// What the client calls a file.
    pub fn uri(&self, path: &Path) -> String {
        if let Some(uri) = self.uris.get(path) {
            return uri.clone();
        }
        let mut aliases = self.aliases.values();
        let alias = aliases.find_map(|(real, alias)| Some(alias.join(path.strip_prefix(real).ok()?)));
        uri(&alias.unwrap_or_else(|| path.to_owned()))
    }

    /// Gives a file these bytes, whatever is on disk.
    pub fn set(&mut self, path: &Path, bytes: Vec<u8>) {
        self.disk.forget(path);
        match self.by_path.get(path).and_then(|index| self.files.get_mut(*index)) {
            Some(file) if *file.bytes == bytes => return,
            Some(file) => file.bytes = bytes.into(),
            None => {
                let base = if self.root.is_dir() { self.root.as_path() } else { path.parent().unwrap_or(path) };
                let file = File { disk: path.to_owned(), path: files::relative(path, base), bytes: bytes.into() };
                self.by_path.insert(path.to_owned(), self.files.len());
                self.files.push(file);
            }
        }
        self.is_stale = true;
    }

    /// Takes a file from disk again: it was closed, or changed by somebody else.
    pub fn reread(&mut self, path: &Path) {
        let most = self.config.as_ref().map_or(MAX_SIZE, |config| config.max_size());
        let is_known = self.by_path.contains_key(path);
        let omitted = self.config.as_ref().is_some_and(|config| config.omits(path).is_some());
        match files::read(path, most) {
            Ok(bytes) if is_known || !omitted && engine::relevant(&path.to_string_lossy(), &bytes) => {
                self.set(path, bytes);
            }
            Err(_) if is_known => self.set(path, Vec::new()),
            _ => {
                // A file that others may name.
                self.disk.forget(path);
                self.is_stale = true;
            }
        }
    }

    /// The number of a file in the last run.
    pub fn file(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).map(|index| FileId(*index as u32))
    }

    /// Where a file of the last run lies.
    pub fn place(&self, file: FileId) -> Option<PathBuf> {
        let known = self.files.get(file.0 as usize).map(|file| file.disk.clone());
        // A file that was read because another one names it, or the configuration.
        known.or_else(|| Some(self.root.join(self.outcome.source(file)?.path())))
    }

    /// Whether a finding is shown.
    pub fn shows(&self, finding: &Finding) -> bool {
        let said = self.config.as_ref().and_then(|config| config.advice.as_ref()).is_some_and(|advice| advice.value);
        finding.level > Level::Advice || said || self.wishes.advice
    }

    /// Lints what changed.
    pub fn refresh(&mut self) {
        if std::mem::take(&mut self.is_stale) {
            let settings = settings(self.config.as_ref(), self.wishes);
            self.outcome =
                engine::check_again(inputs(&self.files), &self.disk, &settings, &mut self.memory.borrow_mut());
        }
    }

    /// What the last run knows of the files.
    pub fn memory(&self) -> Ref<'_, Memory> {
        self.memory.borrow()
    }

    /// The files that change for something to be done, if that can be done without making anything worse.
    pub fn change(&self, wanted: Wanted<'_>) -> Vec<Change> {
        let check = |inputs: Vec<Input>, settings: &Settings| {
            let mut memory = self.memory.borrow_mut();
            engine::check_again(inputs, &self.disk, settings, &mut memory)
        };
        let settings = settings(self.config.as_ref(), self.wishes);
        let configs = self.config.iter().map(|config| (0, config.source.text().as_bytes().to_vec())).collect();
        let bench = Bench {
            inputs: inputs(&self.files),
            configs,
            settings: settings.clone(),
            check: &check,
            may_change: &|_| true,
        };
        let first = check(bench.inputs.clone(), &settings);
        let same = |outcome: &Outcome, a: &Finding, b: &Finding| {
            let path = outcome.source(a.primary.file).map_or("", |source| source.path());
            (a.rule, a.primary.file, &a.message) == (b.rule, b.primary.file, &b.message)
                && a.fingerprint(path) == b.fingerprint(path)
        };
        let turns = std::cell::Cell::new(0);
        let mended = bench.mend(first, &|outcome, tried| {
            let turn = turns.replace(turns.get() + 1);
            match wanted {
                // Of two that are alike the one that is meant stands where it stood.
                Wanted::Fix(one) if turn == 0 => mend::fixes(outcome, Safety::Unsafe, |finding| {
                    same(outcome, finding, one) && finding.primary.span == one.primary.span
                }),
                Wanted::FixAll(file) => mend::fixes(outcome, Safety::Safe, |finding| {
                    finding.primary.file == file && self.shows(finding) && tried.count(finding, outcome) == 0
                }),
                Wanted::Silence(one) if turn < MOST_TRIES => {
                    let is_wanted = |finding: &Finding| same(outcome, finding, one);
                    mend::ignores(outcome, tried, REASON, &is_wanted, &|path| Some(self.root.join(path)))
                }
                Wanted::Fix(_) | Wanted::Silence(_) => Vec::new(),
            }
        });
        // What is remembered is of the files as they are.
        check(inputs(&self.files), &settings);
        mended.changes
    }
}

fn inputs(files: &[File]) -> Vec<Input> {
    let input = |file: &File| Input {
        path: file.path.clone(),
        content: Content::Bytes(file.bytes.clone()),
        reported: true,
        project: 0,
        disk: file.disk.clone(),
        partial: false,
    };
    files.iter().map(input).collect()
}

fn settings(config: Option<&Arc<Config>>, wishes: Wishes) -> Settings {
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH);
    Settings {
        configs: config.map(|config| (0, config.clone())).into_iter().collect(),
        preview: wishes.preview,
        today: Some(Date::of_seconds(now.map_or(0, |since| since.as_secs()))),
        ..Settings::default()
    }
}

/// Files that others name, read once until they change.
#[derive(Default)]
struct Disk {
    root: PathBuf,
    config: Option<Arc<Config>>,
    read: Mutex<HashMap<PathBuf, Read>>,
    listed: Mutex<HashMap<PathBuf, Vec<PathBuf>>>,
}

/// What a path led to.
struct Read {
    /// The path without symlinks.
    real: PathBuf,
    bytes: Option<Vec<u8>>,
}

impl Disk {
    /// A file is another one now, by whichever of its names it is asked for.
    fn forget(&self, path: &Path) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.retain(|known, read| known != path && read.real != path);
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || {
            files::read_within(path, |own| match &self.config {
                _ if !own.starts_with(&self.root) => None,
                Some(config) => config.omits(own).is_none().then(|| config.max_size()),
                None => Some(MAX_SIZE),
            })
        };
        known.entry(path.to_owned()).or_insert_with(|| Read { real: files::real(path), bytes: read() }).bytes.clone()
    }

    fn list(&self, directory: &Path) -> Vec<PathBuf> {
        let mut known = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let list = || files::list_within(directory, |own| own.starts_with(&self.root));
        known.entry(directory.to_owned()).or_insert_with(list).clone()
    }
}
