//! Which files the programs of a run name: these are read, and what they name in turn.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::link::{Linker, beside, candidates, end_of};
use super::memory::Memory;
use super::{Files, NotRead, Program, later, parallel, program, text};
use crate::facts::ASKED;
use crate::program::{Command, Expr, Part, Step, StepKind};
use crate::read::{Reader, is_together};
use crate::source::{FileId, Source};

/// Files that are read because others name them.
const MAX_FOLLOWED: usize = 2000;
/// So many files are looked for without the help of other processors.
const FEW: usize = 16;

/// Where one thing that a program names may lie, the first place first.
struct Search {
    from: FileId,
    places: Arc<Vec<Vec<PathBuf>>>,
    /// Which thing, and which of its places is next.
    thing: usize,
    next: usize,
}

impl Search {
    fn next(&self) -> Option<&Path> {
        self.places.get(self.thing)?.get(self.next).map(PathBuf::as_path)
    }

    /// Goes on to the first place that nobody looked at; `false` where there is none, or what lies before is known.
    /// Files that are found and were left for later are `named`.
    fn goes_on(&mut self, linker: &Linker, missing: &HashSet<PathBuf>, named: &mut BTreeSet<FileId>) -> bool {
        while let Some(place) = self.next() {
            if let Some(file) = linker.file(place) {
                if linker.program(file).is_some_and(|program| program.later) {
                    named.insert(file);
                }
                return false;
            }
            if !missing.contains(place) {
                return true;
            }
            self.next += 1;
        }
        false
    }
}

/// A file that was found.
struct Found {
    place: PathBuf,
    bytes: Arc<Vec<u8>>,
    source: Source,
    reader: &'static Reader,
}

/// Reads what the programs name and what that names, once each: files that are not among those of the run, and those that
/// say nothing by themselves and were left for later. Gives back those of the latter that could not be read.
pub(super) fn follow(
    linker: &mut Linker,
    files: &dyn Files,
    sources: &mut Vec<Source>,
    mut memory: Option<&mut Memory>,
) -> Vec<(FileId, NotRead)> {
    let most = sources.len() + MAX_FOLLOWED;
    let (mut missing, mut listed, mut unread) = (HashSet::new(), HashSet::new(), Vec::new());
    unread.extend(later::wake(linker, files, sources, memory.as_deref_mut()));
    let mut wave: Vec<FileId> = linker.programs().iter().map(|program| program.file).collect();
    while !wave.is_empty() {
        let mut searches = searches(linker, &wave, memory.as_deref_mut());
        for from in std::mem::take(&mut wave) {
            let (Some(path), Some(program)) = (linker.path(from), linker.program(from)) else { continue };
            let places = Arc::new(together(path, program, files, &mut listed));
            searches.extend((0..places.len()).map(|thing| Search { from, places: places.clone(), thing, next: 0 }));
        }
        loop {
            let mut named = BTreeSet::new();
            searches.retain_mut(|search| search.goes_on(linker, &missing, &mut named));
            unread.extend(later::read(linker, sources, &named, memory.as_deref_mut()));
            wave.extend(named);
            let mut seen = HashSet::new();
            let mut asked = searches.iter().filter_map(|search| Some((search.next()?.to_owned(), search.from)));
            let asked: Vec<(PathBuf, FileId)> =
                asked.by_ref().filter(|(place, _)| seen.insert(place.clone())).collect();
            if asked.is_empty() {
                break;
            }
            let room = asked.get(..asked.len().min(most.saturating_sub(sources.len()))).unwrap_or_default();
            let found = find(room, linker, files, sources);
            wave.extend(add(found, linker, sources, memory.as_deref_mut()));
            missing.extend(asked.into_iter().map(|(place, _)| place).filter(|place| !linker.has(place)));
        }
    }
    unread
}

/// What the programs of these files name.
fn searches(linker: &Linker, wave: &[FileId], memory: Option<&mut Memory>) -> Vec<Search> {
    let places = |from: FileId| -> Vec<Vec<PathBuf>> {
        let (Some(path), Some(program)) = (linker.path(from), linker.program(from)) else { return Vec::new() };
        named(program).iter().map(|end| candidates(path, end)).collect()
    };
    let all: Vec<Arc<Vec<Vec<PathBuf>>>> = match memory {
        Some(memory) => {
            let known = |from: &FileId| Some(memory.named.of(linker.at(*from)?, || places(*from)));
            wave.iter().map(known).map(Option::unwrap_or_default).collect()
        }
        None if wave.len() < FEW => wave.iter().map(|from| Arc::new(places(*from))).collect(),
        None => parallel::map(wave, |_, from| Arc::new(places(*from))),
    };
    let each = |(from, places): (&FileId, Arc<Vec<Vec<PathBuf>>>)| {
        let (from, count) = (*from, places.len());
        (0..count).map(move |thing| Search { from, places: places.clone(), thing, next: 0 })
    };
    wave.iter().zip(all).flat_map(each).collect()
}

/// What lies at these places.
fn find(asked: &[(PathBuf, FileId)], linker: &Linker, files: &dyn Files, sources: &[Source]) -> Vec<Found> {
    let look = |(place, from): &(PathBuf, FileId)| {
        let bytes = files.read(place)?;
        let named = sources.get(from.0 as usize).map_or("", Source::path);
        let (source, reader) = text(&shown_as(named, linker.path(*from)?, place), &bytes).ok()?;
        Some(Found { place: place.clone(), bytes: Arc::new(bytes), source, reader })
    };
    if asked.len() < FEW {
        return asked.iter().filter_map(look).collect();
    }
    parallel::map(asked, |_, asked| look(asked)).into_iter().flatten().collect()
}

/// Adds files to those of the run, and reads them.
fn add(
    found: Vec<Found>,
    linker: &mut Linker,
    sources: &mut Vec<Source>,
    mut memory: Option<&mut Memory>,
) -> Vec<FileId> {
    let first = sources.len() as u32;
    let known: Vec<Option<(Source, Arc<Program>)>> = (first..)
        .map(FileId)
        .zip(&found)
        .map(|(file, found)| memory.as_ref()?.known(&found.place, found.source.path(), &found.bytes, file))
        .collect();
    let read = parallel::map(&found, |index, found| match known.get(index) {
        Some(Some((_, program))) => Some(program.clone()),
        _ => program(&found.source, found.reader, FileId(first + index as u32)).ok(),
    });
    let mut new = Vec::new();
    for (index, (found, read)) in found.into_iter().zip(read).enumerate() {
        let file = FileId(first + index as u32);
        sources.push(found.source.clone());
        let Some(program) = read else {
            // Nobody finds what cannot be read.
            linker.add_unread(found.place, file);
            continue;
        };
        if let (Some(memory), Some(None)) = (&mut memory, known.get(index)) {
            memory.keep(&found.place, &found.bytes, &found.source, &program);
        }
        linker.add(found.place, &program);
        new.push(file);
    }
    new
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
            StepKind::Each(each) => steps(&each.body, out, depth + 1),
            StepKind::Routine(routine) => steps(&routine.body, out, depth + 1),
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
    fn followed_files_are_named_like_their_neighbours() {
        assert_eq!(shown_as("a/b.sh", Path::new("/r/a/b.sh"), Path::new("/r/lib/x.sh")), "lib/x.sh");
        assert_eq!(shown_as("b.sh", Path::new("/r/b.sh"), Path::new("/r/c.sh")), "c.sh");
    }
}
