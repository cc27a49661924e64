//! Programs that say nothing by themselves, and are read all the same: those that another one names, and those that take
//! something from another one, for a caller of somebody else's function has none of the words by which that one makes its
//! requests.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::link::Linker;
use super::memory::Memory;
use super::{NotRead, parallel, program};
use crate::program::Program;
use crate::read::{reader, reader_of};
use crate::source::{FileId, Source};

/// How lines begin, or what they hold, that take names from other files.
const BEGIN: &[&str] = &["import ", "from ", "export ", "} from "];
const HOLD: &[&str] = &["require(", "import(", " from \"", " from '"];
/// Files that stand for their directory.
const WHOLE: &[&str] = &["__init__", "index"];

/// Reads all that name a file which is read, and all that name these; gives back those that cannot be read.
pub(super) fn wake(linker: &mut Linker, sources: &[Source], mut memory: Option<&mut Memory>) -> Vec<(FileId, NotRead)> {
    let mut later: Vec<(FileId, Arc<HashSet<String>>)> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    for (program, source) in linker.programs().iter().zip(sources) {
        if program.later {
            let words = || imported(source.text());
            let words = match &mut memory {
                Some(memory) => memory.imported.of(program, words),
                None => Arc::new(words()),
            };
            later.push((program.file, words));
        } else if is_code(source.path()) {
            known.extend(module(source.path()));
        }
    }
    let mut unread = Vec::new();
    loop {
        let (named, rest): (Vec<_>, Vec<_>) =
            later.into_iter().partition(|(_, words)| words.iter().any(|word| known.contains(word)));
        if named.is_empty() {
            return unread;
        }
        later = rest;
        let named: BTreeSet<FileId> = named.into_iter().map(|(file, _)| file).collect();
        let paths = named.iter().filter_map(|file| sources.get(file.0 as usize));
        known.extend(paths.filter_map(|source| module(source.path())));
        unread.extend(read(linker, sources, &named, memory.as_deref_mut()));
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

/// Whether a file of this name is of a kind that is left for later where it says nothing by itself.
fn is_code(path: &str) -> bool {
    reader(path, "").is_some_and(|reader| !reader.alone.is_empty())
}

/// The name by which a file is taken from.
fn module(path: &str) -> Option<String> {
    let path = Path::new(path);
    let stem = path.file_stem()?.to_str()?;
    if WHOLE.contains(&stem) { path.parent()?.file_name()?.to_str().map(str::to_owned) } else { Some(stem.to_owned()) }
}

/// The words of all lines that take names from other files.
fn imported(text: &str) -> HashSet<String> {
    let takes = |line: &&str| {
        let line = line.trim_start();
        BEGIN.iter().any(|begin| line.starts_with(begin)) || HOLD.iter().any(|word| line.contains(word))
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.lines()
        .filter(takes)
        .flat_map(|line| line.split(move |c: char| !is_part(c)))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_from_others() {
        let words = |text: &str| {
            let mut words: Vec<String> = imported(text).into_iter().collect();
            words.sort_unstable();
            words.join(" ")
        };
        assert_eq!(words("from lib.grants import (\n    grant,\n)\nx = lib\n"), "from grants import lib");
        assert_eq!(words("import {\n  a,\n} from './http-client';\n"), "from http-client import");
        assert_eq!(words("const x = require('../a/b.js')"), "a b const js require x");
        assert_eq!(words("x = 1\n"), "");
        assert_eq!(module("lib/grants.py").as_deref(), Some("grants"));
        assert_eq!(module("lib/grants/__init__.py").as_deref(), Some("grants"));
    }
}
