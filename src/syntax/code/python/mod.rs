//! Python → the tree.
//!
//! The grammar is one in C. The text is cut into its top-level statements first (`split`), and runs of them are parsed;
//! where a run has a fault its statements are parsed one by one, so that a fault costs only the statement that it is in.

mod definition;
mod expression;
mod import;
mod matching;
mod split;
mod statement;
mod text;

#[cfg(test)]
mod robust_tests;
#[cfg(test)]
mod tests;

use super::grammar::{Grammar, Places};
use super::{File, Stmt, StmtKind};
use crate::source::Snippet;
use split::Chunk;
use statement::Reader;

/// Statements are handed to the grammar together up to this many bytes.
const RUN: usize = 8 * 1024;

/// Statements and expressions may nest this deep; of what nests deeper only the names are kept.
const MAX_DEPTH: usize = 200;

/// Different indentations in what is parsed at once. The grammar's scanner keeps those that are open in a store of 1 KiB.
const MAX_WIDTHS: usize = 300;

/// Characters of code that are parsed at once, without those of strings. The grammar takes up to 400 bytes for each.
const MAX_WEIGHT: usize = 1024 * 1024;

/// Reads a file.
pub(super) fn file(snippet: &Snippet) -> File {
    let split = split::split(snippet.text());
    let mut file = File { body: Vec::new(), skipped: split.skipped };
    let Some(grammar) = Grammar::new(&tree_sitter_python::LANGUAGE.into(), split.masked.len()) else {
        file.skipped = true;
        return file;
    };
    let mut build = Build { snippet, masked: &split.masked, grammar, file };
    build.chunks(&split.chunks);
    build.file
}

struct Build<'t> {
    snippet: &'t Snippet,
    masked: &'t [u8],
    grammar: Grammar,
    file: File,
}

impl Build<'_> {
    fn chunks(&mut self, chunks: &[Chunk]) {
        let mut rest = chunks;
        while let Some(first) = rest.first() {
            let limit = first.range.start + RUN;
            let mut widths = 0;
            let fits = |chunk: &&Chunk| {
                widths += chunk.widths;
                widths <= MAX_WIDTHS && chunk.weight <= MAX_WEIGHT && chunk.range.end <= limit
            };
            let count = rest.iter().take_while(fits).count().max(1);
            let (run, after) = rest.split_at(count);
            rest = after;
            if !self.parse(run, run.len() == 1) {
                for chunk in run {
                    self.parse(std::slice::from_ref(chunk), true);
                }
            }
        }
    }

    /// Reads statements. With `any` what can be read of them, else only if they have no fault; says whether it was so.
    fn parse(&mut self, run: &[Chunk], any: bool) -> bool {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
        let range = first.range.start..last.range.end;
        let piece = self.masked.get(range.clone()).unwrap_or_default();
        let too_much = first.widths > MAX_WIDTHS || first.weight > MAX_WEIGHT;
        match if too_much { None } else { self.grammar.parse(piece) } {
            Some(tree) if any || !tree.root_node().has_error() => {
                let mut reader = Reader::new(Places::new(self.snippet, range.start));
                self.file.body.extend(reader.module(tree.root_node()));
                self.file.skipped |= reader.skipped;
                true
            }
            None if any => {
                self.file.skipped = true;
                self.file.body.push(Stmt { kind: StmtKind::Other, span: self.snippet.span(range) });
                true
            }
            _ => false,
        }
    }
}
