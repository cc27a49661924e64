//! A collection while it is put together from its entries.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Kind, Node, Pair, Scalar};
use crate::source::Span;

/// A node, how many nodes it stands for, and how deep these are nested.
#[derive(Clone)]
pub(super) struct Sized {
    pub(super) node: Node,
    pub(super) size: usize,
    pub(super) height: usize,
}

pub(super) struct Frame {
    entries: Entries,
    pub(super) anchor: usize,
    pub(super) tag: Option<Arc<str>>,
    pub(super) open: bool,
    pub(super) is_flow: bool,
    /// Of a flow collection, the bracket.
    pub(super) start: Span,
    /// From the first entry to the last.
    span: Option<Span>,
    size: usize,
    height: usize,
}

enum Entries {
    Sequence(Vec<Node>),
    Mapping(Vec<Pair>, Key),
}

/// The key whose value comes next.
enum Key {
    None,
    /// One that is no text; its value is left out.
    Other,
    Text(Arc<Scalar>, Span),
}

impl Frame {
    pub(super) fn sequence() -> Self {
        Self::new(Entries::Sequence(Vec::new()))
    }

    pub(super) fn mapping() -> Self {
        Self::new(Entries::Mapping(Vec::new(), Key::None))
    }

    fn new(entries: Entries) -> Self {
        Self {
            entries,
            anchor: 0,
            tag: None,
            open: false,
            is_flow: false,
            start: Span::default(),
            span: None,
            size: 1,
            height: 0,
        }
    }

    /// Whether what comes next is the value of a key.
    pub(super) fn has_key(&self) -> bool {
        matches!(self.entries, Entries::Mapping(_, Key::Text(..) | Key::Other))
    }

    /// Entries may come here that are not in the tree; if the last value is nothing so far, they may be in it.
    pub(super) fn entries_may_come(&mut self) {
        self.open = true;
        let last = match &mut self.entries {
            Entries::Sequence(items) => items.last_mut(),
            Entries::Mapping(pairs, _) => pairs.last_mut().map(|pair| &mut pair.value),
        };
        if let Some(last) = last {
            last.may_come();
        }
    }

    /// The text ends here, or what of it can be read.
    pub(super) fn cut(&mut self) {
        self.open = true;
        if let Entries::Mapping(_, Key::Text(_, span)) = &self.entries {
            let node = Node::unknown(Span::new(span.end, span.end));
            self.add(Sized { node, size: 1, height: 0 });
        }
    }

    pub(super) fn add(&mut self, sized: Sized) {
        let Sized { node, size, height } = sized;
        self.size += size;
        self.height = self.height.max(height + 1);
        self.span = Some(self.span.map_or(node.span, |span| span.to(node.span)));
        match &mut self.entries {
            Entries::Sequence(items) => items.push(node),
            Entries::Mapping(pairs, key) => match std::mem::replace(key, Key::None) {
                Key::None => {
                    let span = node.span;
                    *key = match node.kind {
                        Kind::Scalar(scalar) => {
                            self.open |= !scalar.holes.is_empty();
                            Key::Text(scalar, span)
                        }
                        // What it stands for may be any key.
                        Kind::Unknown => {
                            self.open = true;
                            Key::Other
                        }
                        _ => Key::Other,
                    };
                }
                Key::Other => {}
                Key::Text(key, span) => pairs.push(Pair { key, span: span.to(node.span), value: node }),
            },
        }
    }

    /// The collection; `end` is the bracket that closes it.
    pub(super) fn finish(self, end: Option<Span>) -> Sized {
        let inner = self.span.unwrap_or(Span::new(self.start.start, self.start.start));
        let start = if self.is_flow { self.start.to(inner) } else { inner };
        let span = end.map_or(start, |end| start.to(end));
        let kind = match self.entries {
            Entries::Sequence(items) => Kind::Sequence(items.into()),
            Entries::Mapping(mut pairs, _) => {
                if self.open {
                    forget_repeated(&mut pairs);
                }
                Kind::Mapping(pairs.into())
            }
        };
        let node = Node { kind, span, anchored: None, tag: self.tag, open: self.open };
        Sized { node, size: self.size, height: self.height }
    }
}

/// Among templates, a key that is there twice stands in two arms; which of them counts is not known.
fn forget_repeated(pairs: &mut [Pair]) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for pair in pairs.iter() {
        *counts.entry(pair.key.text().to_owned()).or_default() += 1;
    }
    for pair in pairs {
        if counts.get(pair.key.text()).is_some_and(|count| *count > 1) {
            pair.value.kind = Kind::Unknown;
        }
    }
}

impl Node {
    pub(super) fn unknown(span: Span) -> Self {
        Self { kind: Kind::Unknown, span, anchored: None, tag: None, open: true }
    }

    /// Something may come where this stands: if it is nothing so far, it is not known.
    pub(super) fn may_come(&mut self) {
        if self.is_null() && self.span.is_empty() {
            self.kind = Kind::Unknown;
        }
    }
}
