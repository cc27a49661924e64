//! Which program a program means by a path.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::memory::Memory;
use super::values::Values;
use super::{Files, parse};
use crate::eval::{self, Link};
use crate::facts::ASKED;
use crate::program::{Block, Command, Expr, Part, Program, Step, StepKind};
use crate::read::{self, is_together};
use crate::source::{FileId, Source};
use crate::value::Value;

/// Directories above a file in which a path that it names is looked for.
const LEVELS: usize = 6;
/// Files that are read because others name them.
const MAX_FOLLOWED: usize = 2000;

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

    /// Reads what the programs name and what that names, once each.
    pub fn follow(&mut self, files: &dyn Files, sources: &mut Vec<Source>, mut memory: Option<&mut Memory>) {
        let (mut tried, mut listed) = (HashSet::new(), HashSet::new());
        let mut next = 0;
        while let (Some(from), Some(program)) = (self.paths.get(next).cloned(), self.programs.get(next).cloned()) {
            next += 1;
            let named = || named(&program).iter().map(|end| candidates(&from, end)).collect();
            let named = match &mut memory {
                Some(memory) => memory.named.of(&program, named),
                None => Arc::new(named()),
            };
            let beside = together(&from, &program, files, &mut listed);
            for candidates in named.iter().chain(&beside) {
                for candidate in candidates {
                    if self.by_path.contains_key(candidate) || !tried.insert(candidate.clone()) {
                        continue;
                    }
                    if self.paths.len() >= MAX_FOLLOWED + sources.len() {
                        return;
                    }
                    let Some(bytes) = files.read(candidate).map(Arc::new) else { continue };
                    let shown = sources.get(program.file.0 as usize).map_or("", Source::path);
                    let shown = shown_as(shown, &from, candidate);
                    let file = FileId(sources.len() as u32);
                    let known = memory.as_ref().and_then(|memory| memory.known(candidate, &shown, &bytes, file));
                    let is_new = known.is_none();
                    let Some((source, program)) = known.or_else(|| parse(&shown, &bytes, file).ok()) else { continue };
                    if let Some(memory) = memory.as_mut().filter(|_| is_new) {
                        memory.keep(candidate, &bytes, &source, &program);
                    }
                    sources.push(source);
                    self.add(candidate.clone(), &program);
                }
            }
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

/// The files that are one program with another one: those of its directory, and of its modules. Each directory is listed
/// once.
fn together(from: &Path, program: &Program, files: &dyn Files, listed: &mut HashSet<PathBuf>) -> Vec<Vec<PathBuf>> {
    let mut wanted = Vec::new();
    if !program.directory {
        return wanted;
    }
    let own = from.parent().map(Path::to_owned);
    let modules = program.body.iter().filter_map(|step| match &step.kind {
        StepKind::Module(module) => beside(from, &module.source.literal()?),
        _ => None,
    });
    for directory in own.into_iter().chain(modules) {
        if listed.insert(directory.clone()) {
            let mut found = files.list(&directory);
            found.sort();
            wanted.extend(found.into_iter().filter(|path| is_together(&path.to_string_lossy())).map(|path| vec![path]));
        }
    }
    wanted
}

/// A directory as a file names it: from its own, by a path that begins with a dot.
fn beside(file: &Path, directory: &str) -> Option<PathBuf> {
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
fn end_of(text: &str, whole: bool) -> Option<String> {
    let end = if whole { text } else { text.strip_prefix('/')? };
    let plain = !end.is_empty() && !end.starts_with(['/', '~']) && end.len() < 300;
    plain.then(|| end.to_owned())
}

/// Where a path may lie: beside the file that names it, or below a directory above that.
fn candidates(from: &Path, end: &str) -> Vec<PathBuf> {
    from.ancestors().skip(1).take(LEVELS).map(|directory| normal(&directory.join(end))).collect()
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
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

/// How a followed file is named in reports: as the file that names it, with its own end.
fn shown_as(shown: &str, from: &Path, to: &Path) -> String {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let above = from.components().count() - common;
    let mut parts: Vec<String> = shown.split('/').map(str::to_owned).collect();
    let kept = parts.len().saturating_sub(above);
    parts.truncate(kept);
    parts.extend(to.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned()));
    parts.join("/")
}

/// The ends of all paths that a program names.
fn named(program: &Program) -> Vec<String> {
    let mut out = Vec::new();
    steps(&program.body, &mut out, 0);
    out
}

fn steps(body: &[Step], out: &mut Vec<String>, depth: usize) {
    if depth > 60 {
        return;
    }
    for step in body {
        match &step.kind {
            StepKind::Include(path) => out.extend(end(path)),
            StepKind::Borrow(borrow) => out.extend(borrow.paths.iter().chain(&borrow.within).filter_map(end)),
            StepKind::Command(command) => {
                out.extend(script(command));
                out.extend(word_files(command));
            }
            StepKind::Pipe(stages) => steps(stages, out, depth + 1),
            StepKind::Group(body) | StepKind::Function(_, body) | StepKind::Scope(body, _) => {
                steps(body, out, depth + 1);
            }
            StepKind::Fallback(first, other) => {
                steps(first, out, depth + 1);
                steps(other, out, depth + 1);
            }
            StepKind::Loop(each) => steps(&each.body, out, depth + 1),
            StepKind::Branch(arms) => {
                for arm in arms {
                    steps(&arm.test, out, depth + 1);
                    steps(&arm.body, out, depth + 1);
                }
            }
            _ => {}
        }
    }
}

/// The files of further words that a command names.
fn word_files(command: &Command) -> impl Iterator<Item = String> {
    let is_flag = |word: &Expr| word.literal().is_some_and(|text| ASKED.word_files.contains(&text.as_str()));
    let path = move |(before, word): (Option<&Expr>, &Expr)| {
        let text = word.literal_suffix();
        if ![".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end)) {
            return None;
        }
        if before.is_some_and(is_flag) {
            return end(word);
        }
        // `--flags-file=flags.yaml`, `--flags-file="$DIR/flags.yaml"`
        let first = word.parts.first().and_then(|part| match part {
            Part::Text(text, _) => ASKED.word_files.iter().find_map(|flag| text.strip_prefix(flag)?.strip_prefix('=')),
            _ => None,
        })?;
        let is_whole = word.literal().is_some();
        end_of(if is_whole && word.parts.len() == 1 { first } else { text }, is_whole)
    };
    let before = std::iter::once(None).chain(command.words.iter().map(Some));
    before.zip(&command.words).filter_map(path)
}

/// A script that a command may be: its name when that is a path, else a word with a script's ending.
fn script(command: &Command) -> Option<String> {
    command.words.iter().take(4).enumerate().find_map(|(index, word)| {
        let text = word.literal_suffix();
        let ends_so = Path::new(text).extension().is_some_and(|extension| extension == "sh" || extension == "bash");
        (ends_so || index == 0 && text.contains('/')).then(|| end(word)).flatten()
    })
}

fn end(path: &Expr) -> Option<String> {
    end_of(path.literal_suffix(), path.literal().is_some())
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

    #[test]
    fn followed_files_are_named_like_their_neighbours() {
        assert_eq!(shown_as("a/b.sh", Path::new("/r/a/b.sh"), Path::new("/r/lib/x.sh")), "lib/x.sh");
        assert_eq!(shown_as("b.sh", Path::new("/r/b.sh"), Path::new("/r/c.sh")), "c.sh");
    }
}
