//! The items of a text → its tree: runs of items by the grammar, what it does not take piece by piece.

use std::ops::Range;

use tree_sitter::Node;

use super::expression::Expressions;
use super::grammar::{Grammar, Parsed};
use super::split::{self, Chunk};
use super::{Attribute, Block, Body, Expr, File, MAX_DEPTH};
use crate::source::Snippet;

/// Items are handed to the grammar together up to this many bytes.
const RUN: usize = 8 * 1024;

/// An item that is more work is not given to the grammar, which takes up to 400 bytes of memory for each character.
const MAX_WEIGHT: usize = 256 * 1024;

pub(super) fn file(snippet: &Snippet) -> File {
    let text = snippet.text();
    let masked = split::mask(text);
    let mut file = File::default();
    let Some(grammar) = Grammar::new(&masked) else {
        file.skipped = true;
        return file;
    };
    let mut build = Build { snippet, grammar, skipped: false };
    let mut items = split::chunks(text, 0..text.len(), false);
    if !items.balanced {
        items = split::chunks(text, 0..text.len(), true);
    }
    file.body.broken = !items.balanced;
    build.items(&items.chunks, &mut file.body);
    file.body.span = snippet.span(0..text.len());
    file.skipped = build.skipped;
    file
}

struct Build<'t> {
    snippet: &'t Snippet,
    grammar: Grammar<'t>,
    skipped: bool,
}

impl Build<'_> {
    fn items(&mut self, chunks: &[Chunk], body: &mut Body) {
        let mut rest = chunks;
        while let Some(first) = rest.first() {
            let sound = |chunk: &Chunk| !chunk.faulty && chunk.depth <= MAX_DEPTH && chunk.weight <= MAX_WEIGHT;
            let limit = first.range.start + RUN;
            let count = rest.iter().take_while(|chunk| sound(chunk) && chunk.range.end <= limit).count().max(1);
            let (run, after) = rest.split_at(count);
            rest = after;
            if !sound(first) {
                self.faulty(first, body);
            } else if !self.whole(run, body) {
                for chunk in run {
                    if run.len() == 1 || !self.whole(std::slice::from_ref(chunk), body) {
                        self.faulty(chunk, body);
                    }
                }
            }
        }
    }

    /// Reads items that have no fault; says whether they have none.
    fn whole(&mut self, run: &[Chunk], body: &mut Body) -> bool {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
        match self.grammar.parse(first.range.start..last.range.end) {
            Parsed::Tree(tree) => {
                let expressions = Expressions::new(self.snippet, first.range.start);
                let mut cursor = tree.walk();
                for node in tree.root_node().named_children(&mut cursor).filter(|node| node.kind() == "body") {
                    fill(&expressions, node, body, 0);
                }
                true
            }
            Parsed::Faulty => false,
            Parsed::Spent => {
                self.skipped = true;
                false
            }
        }
    }

    /// Reads what can be read of an item with a fault.
    fn faulty(&mut self, chunk: &Chunk, body: &mut Body) {
        if chunk.depth > MAX_DEPTH {
            self.skipped = true;
            body.broken = true;
            return;
        }
        let Some(inner) = &chunk.body else {
            // What is wrong with a value may be that another attribute stands in its line.
            body.broken = true;
            body.attributes.extend(self.attribute(chunk));
            return;
        };
        let text = self.snippet.text();
        let Some(words) = split::head(text, chunk.range.start..inner.start.saturating_sub(1)) else {
            body.broken = true;
            return;
        };
        let end = words.last().map_or(chunk.range.start, |(_, range)| range.end);
        let mut words = words.into_iter().map(|(word, _)| word);
        let mut block = Block {
            kind: words.next().unwrap_or_default(),
            labels: words.collect(),
            body: Body { span: self.snippet.span(inner.clone()), ..Body::default() },
            head: self.snippet.span(chunk.range.start..end),
            span: self.snippet.span(chunk.range.clone()),
        };
        // Without the grammar the inner items would tell nothing.
        if self.grammar.is_spent() {
            block.body.broken = true;
            body.blocks.push(block);
            return;
        }
        // An unclosed block may have lost its last items to whoever came next.
        let items = split::chunks(text, inner.clone(), false);
        block.body.broken = !items.balanced || chunk.faulty && chunk.range.end == inner.end;
        self.items(&items.chunks, &mut block.body);
        body.blocks.push(block);
    }

    /// The name of an attribute whose value is not understood.
    fn attribute(&self, chunk: &Chunk) -> Option<Attribute> {
        let text = self.snippet.slice(chunk.range.clone());
        let (name, value) = text.split_once('=')?;
        let name = name.trim_end();
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        let start = chunk.range.start;
        (is_name && !value.starts_with(['=', '>'])).then(|| Attribute {
            name: name.to_owned(),
            at: self.snippet.span(start..start + name.len()),
            value: Expr::unknown(self.snippet.span(chunk.range.end - value.trim_start().len()..chunk.range.end)),
            span: self.snippet.span(chunk.range.clone()),
        })
    }
}

/// Adds what stands in a `body` node.
fn fill(read: &Expressions, node: Node, body: &mut Body, depth: usize) {
    if depth > MAX_DEPTH {
        body.broken = true;
        return;
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "attribute" => body.attributes.extend(attribute(read, child)),
            "block" => body.blocks.extend(block(read, child, depth)),
            _ => {}
        }
    }
}

fn attribute(read: &Expressions, node: Node) -> Option<Attribute> {
    let mut cursor = node.walk();
    let mut parts = node.named_children(&mut cursor).filter(|part| part.kind() != "comment");
    let (name, value) = (parts.next()?, parts.next()?);
    Some(Attribute {
        name: read.text(name).to_owned(),
        at: read.span(name),
        value: read.expression(value),
        span: read.span_of(name.start_byte()..value.end_byte()),
    })
}

fn block(read: &Expressions, node: Node, depth: usize) -> Option<Block> {
    let mut words = Vec::new();
    let mut head: Range<usize> = node.start_byte()..node.start_byte();
    let mut braces = node.end_byte()..node.end_byte();
    let mut body = Body::default();
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "identifier" => words.push(read.text(child).to_owned()),
            "string_lit" => words.push(read.label(child)),
            "block_start" => braces.start = child.end_byte(),
            "body" => fill(read, child, &mut body, depth + 1),
            "block_end" => braces.end = child.start_byte(),
            _ => continue,
        }
        if matches!(child.kind(), "identifier" | "string_lit") {
            head.end = child.end_byte();
        }
    }
    body.span = read.span_of(braces);
    let mut words = words.into_iter();
    Some(Block { kind: words.next()?, labels: words.collect(), body, head: read.span_of(head), span: read.span(node) })
}
