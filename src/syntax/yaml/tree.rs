//! The parser's events → trees. The parser behind it may be exchanged; nothing else knows it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, StructureStyle};

use super::frame::{Frame, Sized};
use super::mask::{Gap, Masked};
use super::mend::Fault;
use super::scalar::Scalars;
use super::{Document, Kind, Node, Style};
use crate::source::Snippet;

/// How deep collections may be nested, aliases followed.
const DEPTH: usize = 256;
/// How many nodes the aliases of a text may stand for, all together. Who walks a tree walks each of them.
const EXPANDED: usize = 100_000;
/// How many nodes a text may have; more are data, not configuration.
const NODES: usize = 250_000;
/// How often a text is read again without a line that cannot be read.
const TRIES: usize = 12;
/// How many bytes may be read again.
const AGAIN: usize = 4 * 1024 * 1024;

/// All documents of a text.
pub(super) fn parse(snippet: &Snippet) -> Vec<Document> {
    let text = snippet.text();
    let mut masked = Masked::new(text);
    let mut best = read(snippet, &masked);
    let mut fault = best.fault;
    let mut again = 0;
    for _ in 0..TRIES {
        again += text.len();
        let Some(at) = fault.filter(|_| again <= AGAIN) else { break };
        if !masked.mend(text, at) {
            break;
        }
        let next = read(snippet, &masked);
        fault = next.fault;
        // A line that everything stands in is better read in part.
        if next.nodes >= best.nodes {
            best = next;
        }
    }
    best.documents
}

/// Whether nothing in a text is wrong, and no map has two keys of one name.
pub(super) fn is_sound(snippet: &Snippet) -> bool {
    let reading = read(snippet, &Masked::new(snippet.text()));
    reading.fault.is_none() && reading.documents.iter().all(|document| has_own_keys(&document.root, 0))
}

fn has_own_keys(node: &Node, depth: usize) -> bool {
    let within = |node: &Node| depth > DEPTH || has_own_keys(node, depth + 1);
    match &node.kind {
        Kind::Sequence(items) => items.iter().all(within),
        Kind::Mapping(pairs) => {
            let mut names: Vec<&str> = pairs.iter().map(|pair| pair.key.text()).filter(|key| *key != "<<").collect();
            names.sort_unstable();
            names.is_sorted_by(|a, b| a < b) && pairs.iter().all(|pair| within(&pair.value))
        }
        Kind::Scalar(_) | Kind::Unknown => true,
    }
}

struct Reading {
    documents: Vec<Document>,
    /// Where the first fault is that more could be read without.
    fault: Option<Fault>,
    nodes: usize,
}

fn read(snippet: &Snippet, masked: &Masked) -> Reading {
    let text = masked.text();
    let mut options = Options::default();
    // Many comments in a row would be a fault otherwise.
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut builder = Builder::new(Scalars { snippet, text, ranges: &masked.ranges }, &masked.gaps);
    let mut fault = None;
    while let Some(next) = parser.next() {
        match next {
            Ok((event, span)) => {
                builder.event(event, span.byte_range().unwrap_or_default());
                if builder.nodes > NODES {
                    builder.stop();
                    break;
                }
            }
            Err(error) => {
                builder.stop();
                // What is nested too deep is no fault of a line.
                let at = error.marker().byte_offset().unwrap_or_default();
                fault = fault.or(match error.kind() {
                    ErrorKind::RecursionLimitExceeded => None,
                    ErrorKind::InvalidQuotedScalarIndent => Some(Fault::Left(at)),
                    _ => Some(Fault::At(at)),
                });
                // Each call goes on behind the fault, so this ends.
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    Reading { documents: builder.documents, fault, nodes: builder.nodes }
}

struct Builder<'a> {
    scalars: Scalars<'a>,
    documents: Vec<Document>,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Sized>,
    /// Those that are not passed yet.
    gaps: &'a [Gap],
    /// Whether a line of the document could not be read.
    lost: bool,
    expanded: usize,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(scalars: Scalars<'a>, gaps: &'a [Gap]) -> Self {
        Self {
            scalars,
            documents: Vec::new(),
            frames: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            gaps,
            lost: false,
            expanded: 0,
            nodes: 0,
        }
    }

    fn event(&mut self, event: Event, at: Range<usize>) {
        match event {
            Event::DocumentStart(explicit, _) => {
                self.anchors.clear();
                self.lost = false;
                if explicit {
                    self.pass(at.start);
                }
            }
            Event::DocumentEnd => {
                if self.pass(at.start)
                    && let Some(root) = &mut self.root
                {
                    root.may_come();
                }
                self.document(false);
            }
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.map(|tag| tag.original());
                let node = self.scalars.node(&value, style_of(style), tag, at.clone());
                self.leaf(Sized { node, size: 1, height: 0 }, anchor, at.start);
            }
            Event::Alias(id) => {
                let sized = self.alias(id, at.clone());
                self.leaf(sized, 0, at.start);
            }
            Event::UnresolvedAlias(_) => {
                let sized = self.unknown(at.clone());
                self.leaf(sized, 0, at.start);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let frame = Frame::sequence();
                self.open(frame, style, anchor, tag.map(|tag| tag.original()), at);
            }
            Event::MappingStart(style, anchor, tag) => {
                let frame = Frame::mapping();
                self.open(frame, style, anchor, tag.map(|tag| tag.original()), at);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            _ => {}
        }
    }

    /// Whether entries may come before an offset that were not passed yet; they are passed now.
    fn pass(&mut self, at: usize) -> bool {
        let count = self.gaps.iter().take_while(|gap| gap.at < at).count();
        let (passed, rest) = self.gaps.split_at_checked(count).unwrap_or_default();
        self.gaps = rest;
        self.lost |= passed.iter().any(|gap| gap.lost);
        !passed.is_empty()
    }

    /// Passes the gaps before a node. Those before a key or an item open the collection; those before a value, and
    /// before the whole, concern the node itself, and then the answer is yes.
    fn before(&mut self, at: usize) -> bool {
        if !self.pass(at) {
            return false;
        }
        match self.frames.last_mut() {
            Some(frame) if !frame.has_key() => {
                frame.entries_may_come();
                false
            }
            _ => true,
        }
    }

    fn leaf(&mut self, mut sized: Sized, anchor: usize, at: usize) {
        self.nodes += 1;
        let waiting = self.gaps.first().is_some_and(|gap| gap.at < at);
        if self.before(at) {
            sized.node.kind = Kind::Unknown;
        } else if waiting {
            // An item of nothing is placed where the next one begins.
            sized.node.may_come();
        }
        self.add(sized, anchor);
    }

    fn open(&mut self, mut frame: Frame, style: StructureStyle, anchor: usize, tag: Option<String>, at: Range<usize>) {
        self.nodes += 1;
        frame.open = self.before(at.start);
        frame.anchor = anchor;
        frame.tag = tag.map(Arc::from);
        let span = self.scalars.snippet.span(at);
        frame.is_flow = style == StructureStyle::Flow;
        frame.start = span;
        self.frames.push(frame);
    }

    fn close(&mut self, at: Range<usize>) {
        let Some(mut frame) = self.frames.pop() else { return };
        // Not passed: what comes there may belong to the collections around as well.
        if self.gaps.first().is_some_and(|gap| gap.at < at.start) {
            frame.entries_may_come();
        }
        let end = frame.is_flow.then(|| self.scalars.snippet.span(at));
        let anchor = frame.anchor;
        self.add(frame.finish(end), anchor);
    }

    fn add(&mut self, sized: Sized, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, sized.clone());
        }
        match self.frames.last_mut() {
            Some(frame) => frame.add(sized),
            None => self.root = Some(sized.node),
        }
    }

    fn alias(&mut self, id: usize, at: Range<usize>) -> Sized {
        // One within its own target is not there yet.
        let target = self
            .anchors
            .get(&id)
            .filter(|target| self.frames.len() + target.height <= DEPTH && self.expanded + target.size <= EXPANDED);
        let Some(target) = target.cloned() else { return self.unknown(at) };
        self.expanded += target.size;
        let span = self.scalars.snippet.span(at);
        let anchored = target.node.anchored.or(Some(target.node.span));
        Sized { node: Node { span, anchored, ..target.node }, ..target }
    }

    fn unknown(&self, at: Range<usize>) -> Sized {
        Sized { node: Node::unknown(self.scalars.snippet.span(at)), size: 1, height: 0 }
    }

    /// Ends a document where it cannot be read further.
    fn stop(&mut self) {
        while let Some(mut frame) = self.frames.pop() {
            frame.cut();
            let anchor = frame.anchor;
            self.add(frame.finish(None), anchor);
        }
        self.document(true);
    }

    fn document(&mut self, cut: bool) {
        let root = self.root.take();
        let root = root.or_else(|| cut.then(|| Node::unknown(self.scalars.snippet.span(0..0))));
        if let Some(root) = root {
            self.documents.push(Document { root, broken: cut || self.lost });
        }
        self.lost = false;
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}
