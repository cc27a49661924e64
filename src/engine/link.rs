//! Which program a program means by a path.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::memory::Memory;
use super::values::Values;
use crate::eval::{self, Link};
use crate::program::{Block, Program, StepKind};
use crate::read;
use crate::source::FileId;
use crate::value::Value;

/// Directories above a file in which a path that it names is looked for.
const LEVELS: usize = 6;

/// All programs of a run, by where they lie.
#[derive(Debug, Default)]
pub(super) struct Linker {
    /// By the number of their files.
    programs: Vec<Arc<Program>>,
    /// Where the file of each program lies.
    paths: Vec<PathBuf>,
    by_path: HashMap<PathBuf, FileId>,
    /// Directories whose files are one program together.
    directories: BTreeMap<PathBuf, Vec<Arc<Program>>>,
}

impl Linker {
    /// Adds a program; its file is the next in order.
    pub fn add(&mut self, disk: PathBuf, program: &Arc<Program>) {
        if program.directory
            && let Some(directory) = disk.parent()
        {
            self.directories.entry(directory.to_owned()).or_default().push(program.clone());
        }
        self.by_path.insert(disk.clone(), FileId(self.paths.len() as u32));
        self.paths.push(disk);
        self.programs.push(program.clone());
    }

    /// Adds a file that has no program: it has a number, and is found by nobody.
    pub fn add_unread(&mut self, disk: PathBuf, file: FileId) {
        self.paths.push(disk);
        self.programs.push(Arc::new(Program { file, ..Program::default() }));
    }

    /// Where all files lie, in order, and whether each is one with its directory.
    pub fn places(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.paths.iter().zip(&self.programs).map(|(path, program)| (path.as_path(), program.directory))
    }

    /// Whether a file of the run lies there.
    pub fn has(&self, place: &Path) -> bool {
        self.by_path.contains_key(place)
    }

    /// The program of a file, as all share it.
    pub fn at(&self, file: FileId) -> Option<&Arc<Program>> {
        self.programs.get(file.0 as usize)
    }

    /// Where a file lies.
    pub fn path(&self, file: FileId) -> Option<&Path> {
        self.paths.get(file.0 as usize).map(PathBuf::as_path)
    }

    /// The program of a file.
    pub fn program(&self, file: FileId) -> Option<&Program> {
        self.at(file).map(Arc::as_ref)
    }

    /// The programs of all files, in order.
    pub fn programs(&self) -> &[Arc<Program>] {
        &self.programs
    }

    /// The file that lies there, of those of the run.
    pub fn file(&self, place: &Path) -> Option<FileId> {
        self.by_path.get(place).copied()
    }

    /// Puts a program in the place of the one that a file had.
    pub fn replace(&mut self, program: Arc<Program>) {
        if let Some(known) = self.programs.get_mut(program.file.0 as usize) {
            *known = program;
        }
    }
}

impl Linker {
    /// What is run: each program by itself, or with the others of its directory where they are one. A directory that
    /// another one runs as its module is not run by itself.
    pub fn roots(&self, programs: &[Arc<Program>], memory: Option<&mut Memory>) -> Vec<Vec<Arc<Program>>> {
        let mut modules = BTreeSet::new();
        for (path, program) in self.paths.iter().zip(&self.programs) {
            for step in program.body.iter() {
                if let StepKind::Module(module) = &step.kind
                    && let Some(directory) = module.source.literal().and_then(|source| beside(path, &source))
                    && path.parent() != Some(&directory)
                {
                    modules.insert(directory);
                }
            }
        }
        let own = self.directories.iter().filter(|(directory, _)| !modules.contains(*directory));
        let own = own.map(|(directory, programs)| (directory.as_path(), programs.as_slice()));
        let values = Values::new(own, memory.map(|memory| &mut memory.chosen));
        let mut seen = BTreeSet::new();
        let mut roots = Vec::new();
        for program in programs {
            let directory = self.path(program.file).and_then(Path::parent);
            match directory {
                Some(directory) if program.directory => {
                    if !modules.contains(directory) && seen.insert(directory) {
                        let mut together = self.directories.get(directory).cloned().unwrap_or_default();
                        together.extend(values.of(directory));
                        roots.push(together);
                    }
                }
                _ => roots.push(vec![program.clone()]),
            }
        }
        roots
    }
}

/// A directory as a file names it: from its own, by a path that begins with a dot.
pub(super) fn beside(file: &Path, directory: &str) -> Option<PathBuf> {
    let local = directory.starts_with("./") || directory.starts_with("../") || matches!(directory, "." | "..");
    Some(normal(&file.parent().filter(|_| local)?.join(directory)))
}

impl Link for Linker {
    fn line(&self, line: &Value) -> Option<Block> {
        read::line(line, eval::filling)
    }

    fn directory(&self, from: FileId, path: &str) -> Vec<Arc<Program>> {
        let from = self.path(from);
        from.and_then(|from| self.directories.get(&beside(from, path)?)).cloned().unwrap_or_default()
    }

    fn find(&self, from: FileId, path: &Value) -> Option<Arc<Program>> {
        let from = self.path(from)?;
        let end = end_of(&path.known_suffix(), path.is_literal())?;
        candidates(from, &end).into_iter().find_map(|candidate| self.at(*self.by_path.get(&candidate)?).cloned())
    }
}

/// The part of a path that is told by its text: all of it, or what follows a hole and a slash.
pub(super) fn end_of(text: &str, whole: bool) -> Option<String> {
    let end = if whole { text } else { text.strip_prefix('/')? };
    let plain = !end.is_empty() && !end.starts_with(['/', '~']) && end.len() < 300;
    plain.then(|| end.to_owned())
}

/// Where a path may lie: beside the file that names it, or below a directory above that.
pub(super) fn candidates(from: &Path, end: &str) -> Vec<PathBuf> {
    levels(from).map(|directory| normal(&directory.join(end))).collect()
}

/// The directories in which what a file names may lie.
pub(super) fn levels(from: &Path) -> impl Iterator<Item = &Path> {
    from.ancestors().skip(1).take(LEVELS)
}

/// A path without `.` and `..`.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_looked_for_upwards() {
        let found = candidates(Path::new("/r/a/b.sh"), "../env.sh");
        assert_eq!(found.first(), Some(&PathBuf::from("/r/env.sh")));
        assert!(candidates(Path::new("/r/a/b.sh"), "lib/x.sh").contains(&PathBuf::from("/r/lib/x.sh")));
        assert_eq!(end_of("/etc/x", true), None);
        assert_eq!(end_of("/env.sh", false).as_deref(), Some("env.sh"));
        assert_eq!(end_of("env.sh", false), None);
    }
}
