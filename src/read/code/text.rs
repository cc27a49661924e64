//! Texts and templates → parts of an expression, each where it stands.

use std::sync::Arc;

use super::{Lowering, unnamed};
use crate::program::{Expr, Format, Node, Part, Style};
use crate::source::Snippet;
use crate::syntax::code::{self, ExprKind, TemplatePart};
use crate::value::Place;

impl Lowering<'_> {
    /// A text, its exact runs by themselves: what the file writes otherwise cannot be edited.
    pub(super) fn text(&self, snippet: &Snippet) -> Vec<Part> {
        let text = snippet.text();
        let place = |start: usize, end: usize, exact| {
            let span = snippet.span(start..end);
            if exact { Place::exact(self.file, span) } else { Place::near(self.file, span) }
        };
        let part = |start: usize, end: usize, exact| {
            Part::Text(text.get(start..end).unwrap_or("").into(), place(start, end, exact))
        };
        if text.is_empty() || snippet.is_exact(0..text.len()) {
            return vec![part(0, text.len(), true)];
        }
        let mut parts = Vec::new();
        // The run that is being put together: its start, and whether it is exact.
        let mut run: Option<(usize, bool)> = None;
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            let exact = snippet.is_exact(start..end);
            run = match run {
                // Exact text that goes on elsewhere in the file is another run.
                Some((from, true)) if snippet.is_exact(from..end) => run,
                Some((_, false)) if !exact => run,
                Some((from, known)) => {
                    parts.push(part(from, start, known));
                    Some((start, exact))
                }
                None => Some((start, exact)),
            };
        }
        if let Some((from, exact)) = run {
            parts.push(part(from, text.len(), exact));
        }
        parts
    }

    /// A template.
    pub(super) fn template(&mut self, parts: &[TemplatePart]) -> Node {
        let mut out = Vec::new();
        for part in parts {
            match part {
                TemplatePart::Text(snippet) => out.extend(self.text(snippet)),
                TemplatePart::Value { changed: true, span, .. } => out.push(self.unknown(*span)),
                TemplatePart::Value { value, span, .. } => out.push(self.filled(value, Place::near(self.file, *span))),
            }
        }
        Node::Text(Expr { parts: out })
    }

    /// An expression as a part of a text.
    fn filled(&mut self, value: &code::Expr, place: Place) -> Part {
        match self.node(value) {
            Node::Text(Expr { mut parts }) if parts.len() == 1 => match parts.pop() {
                Some(part) => part,
                None => self.unknown(value.span),
            },
            node => Part::Nested(Box::new(node), place),
        }
    }

    /// A text that is filled in by arguments: `"…{}…".format(x)`, `"…%s…" % x`, `Sprintf("…%s…", x)`.
    pub(super) fn format(&mut self, text: Node, style: Style, arguments: &[code::Argument], place: Place) -> Node {
        let mut filled = Vec::new();
        for argument in arguments {
            // What stands for several fills in nobody knows what.
            if argument.spread != code::Spread::No {
                return Node::Variable(unnamed(place), place);
            }
            let name = argument.name.as_ref().map(|(name, _)| name.clone());
            filled.push((name, self.node(&argument.value)));
        }
        Node::Format(Arc::new(Format { text, style, arguments: filled, place }))
    }
}

/// The text of a literal, when an expression is one.
pub(super) fn literal(expr: &code::Expr) -> Option<&Snippet> {
    match &expr.kind {
        ExprKind::Text(text) => Some(text),
        _ => None,
    }
}
