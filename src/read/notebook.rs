//! Notebooks of Jupyter: the commands of a shell in their cells, and the fences of their texts, from top to bottom.
//!
//! <https://nbformat.readthedocs.io/en/latest/format_description.html>, checked 2026-11-21.

mod cell;

use super::{Reader, markdown, shell};
use crate::program::Program;
use crate::source::{FileId, Snippet, SnippetBuilder, Source};
use crate::syntax::shell::{Dialect, Placeholders};
use crate::syntax::yaml::{self, Kind, Node};
use cell::Cells;

/// Notebooks by extension.
pub(super) const READER: Reader = Reader { name: "notebook", accepts, words: &[], alone: None, read };

fn accepts(path: &str, _start: &str) -> bool {
    super::extension(path) == "ipynb"
}

fn read(source: &Source, file: FileId) -> Program {
    let documents = yaml::parse(&source.snippet());
    let mut program = Program { file, document: true, ..Program::default() };
    let Some(root) = documents.first().map(|document| &document.root) else { return program };
    let language = language(root);
    let mut cells = Cells::new(file);
    // Old files have sheets of cells.
    let sheets = root.path(&["worksheets"]).map_or([].as_slice(), Node::items);
    for cell in
        std::iter::once(root).chain(sheets).flat_map(|sheet| sheet.path(&["cells"]).map_or([].as_slice(), Node::items))
    {
        let Some(text) = text(cell) else { continue };
        let span = text.span(0..text.text().len());
        match (cell.path(&["cell_type"]).and_then(Node::text), language) {
            (Some("markdown"), _) => {
                let (steps, regions) = markdown::steps(&text, file);
                cells.steps.extend(steps);
                program.regions.extend(regions);
            }
            (Some("code"), Language::Python) => {
                program.regions.push(span);
                cells.python(&text);
            }
            (Some("code"), Language::Shell) => {
                program.regions.push(span);
                cells.steps.extend(shell::block(&text, file, Dialect::Bash, Placeholders::Document).iter().cloned());
            }
            _ => {}
        }
    }
    program.body = cells.steps.into();
    program
}

/// What the cells of code are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Python,
    Shell,
    Other,
}

fn language(root: &Node) -> Language {
    let named = |path: &[&str]| root.path(path).and_then(Node::text);
    let name = named(&["metadata", "language_info", "name"])
        .or_else(|| named(&["metadata", "kernelspec", "language"]))
        .or_else(|| named(&["metadata", "kernelspec", "name"]))
        .unwrap_or("python")
        .to_ascii_lowercase();
    match name.as_str() {
        "bash" | "sh" | "shell" | "zsh" => Language::Shell,
        name if name.contains("python") => Language::Python,
        // Kernels are named by whoever sets them up.
        _ if named(&["metadata", "language_info", "name"]).is_none() => Language::Python,
        _ => Language::Other,
    }
}

/// The text of a cell: a list of its lines, or one text.
fn text(cell: &Node) -> Option<Snippet> {
    let source = cell.path(&["source"]).or_else(|| cell.path(&["input"]))?;
    let mut text = Snippet::builder();
    let add = |node: &Node, text: &mut SnippetBuilder| {
        if let Some(scalar) = node.scalar() {
            text.push_from(&scalar.body, 0..scalar.text().len());
        }
    };
    match &source.kind {
        Kind::Sequence(items) => items.iter().for_each(|item| add(item, &mut text)),
        _ => add(source, &mut text),
    }
    let text = text.finish();
    (!text.text().is_empty()).then_some(text)
}
