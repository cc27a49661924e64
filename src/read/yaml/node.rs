//! Trees of YAML → nodes of a program.

use std::ops::Range;

use super::Context;
use super::refer::{Reference, StandsFor};
use crate::program::{self, Entry, Expr, Name, Op, Part, Quote, Use};
use crate::source::{Snippet, Span};
use crate::syntax::yaml::{Kind, Node, Pair, Scalar};
use crate::value::Place;

impl Context<'_> {
    /// A place that only points.
    pub fn near(&self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    /// The place of a part of a text, whose bytes may be edited where they stand as they are.
    pub fn place(&self, body: &Snippet, range: Range<usize>) -> Place {
        let exact = body.is_exact(range.clone());
        Place { file: self.file, span: body.span(range), exact }
    }

    /// What a text refers to, in order and apart from each other.
    pub fn references(&self, scalar: &Scalar) -> Vec<Reference> {
        let text = scalar.body.text();
        // What is a template is no text of this language.
        let template = |range: &Range<usize>| Reference {
            range: range.clone(),
            stands_for: StandsFor::Hole(text.get(range.clone()).unwrap_or("").to_owned()),
        };
        let mut references: Vec<Reference> = (self.references)(text);
        references.sort_by_key(|reference| reference.range.start);
        let mut end = 0;
        references.retain(|reference| {
            let is_apart = end <= reference.range.start;
            if is_apart {
                end = reference.range.end;
            }
            is_apart
        });
        let own = |range: &Range<usize>| {
            let next = references.partition_point(|known| known.range.end <= range.start);
            references.get(next).is_none_or(|known| range.end <= known.range.start)
        };
        let holes: Vec<Reference> = scalar.holes.iter().filter(|range| own(range)).map(template).collect();
        references.extend(holes);
        references.sort_by_key(|reference| reference.range.start);
        references
    }

    /// Whether a text of this many bytes may still be read. Several things may share one large text.
    pub fn spend(&self, bytes: usize) -> bool {
        let left = self.budget.get().checked_sub(bytes + 16);
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }

    /// A text, with what it refers to.
    pub fn expr(&self, scalar: &Scalar) -> Expr {
        if !self.spend(scalar.text().len()) {
            return self.unknown(scalar.span);
        }
        let text = scalar.body.text();
        let references = self.references(scalar);
        let mut expr = Expr::default();
        let mut at = 0;
        for reference in references {
            if reference.range.start > at {
                self.literals(scalar, at..reference.range.start, &mut expr.parts);
            }
            at = reference.range.end;
            // What stands for itself may be edited.
            expr.parts.push(match &reference.stands_for {
                StandsFor::Text(own) if *own == scalar.body.slice(reference.range.clone()) => {
                    self.literal(scalar, reference.range)
                }
                _ => part(reference.stands_for, self.place(&scalar.body, reference.range)),
            });
        }
        if at < text.len() || expr.parts.is_empty() {
            self.literals(scalar, at..text.len(), &mut expr.parts);
        }
        // Programs are kept, and most have one part.
        expr.parts.shrink_to_fit();
        expr
    }

    /// Literal text: in lines, where these are indented and only each by itself is as it stands in the file.
    fn literals(&self, scalar: &Scalar, range: Range<usize>, parts: &mut Vec<Part>) {
        if scalar.body.is_exact(range.clone()) {
            parts.push(self.literal(scalar, range));
            return;
        }
        let mut at = range.start;
        for line in scalar.body.slice(range.clone()).split_inclusive('\n') {
            parts.push(self.literal(scalar, at..at + line.len()));
            at += line.len();
        }
        if at == range.start {
            parts.push(self.literal(scalar, range));
        }
    }

    fn literal(&self, scalar: &Scalar, range: Range<usize>) -> Part {
        let text = scalar.body.slice(range.clone());
        // An empty text is where its quotes are.
        let place = if text.is_empty() { self.near(scalar.span) } else { self.place(&scalar.body, range) };
        Part::Text(text.into(), place)
    }

    /// A whole tree.
    pub fn node(&self, node: &Node) -> program::Node {
        match &node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => program::Node::Null(self.near(node.span)),
            Kind::Scalar(scalar) => program::Node::Text(self.expr(scalar)),
            Kind::Sequence(_) => {
                program::Node::List(node.items().iter().map(|item| self.node(item)).collect(), node.is_open())
            }
            Kind::Mapping(_) => {
                program::Node::Map(node.pairs().iter().map(|pair| self.entry(pair)).collect(), node.is_open())
            }
            Kind::Unknown => program::Node::Text(self.unknown(node.span)),
        }
    }

    /// A named tree.
    pub fn entry(&self, pair: &Pair) -> Entry {
        Entry {
            name: pair.key.body.text().to_owned(),
            at: self.place(&pair.key.body, 0..pair.key.body.text().len()),
            whole: self.near(pair.span),
            value: self.node(&pair.value),
        }
    }

    /// Something that is not known.
    pub fn unknown(&self, span: Span) -> Expr {
        Expr { parts: vec![Part::Hole("…".into(), self.near(span))] }
    }
}

/// A reference as a part of an expression.
pub(super) fn part(stands_for: StandsFor, place: Place) -> Part {
    let used =
        |name: String, op: Op| Part::Use(Box::new(Use { name: Name::Variable(name), op, quote: Quote::Whole, place }));
    match stands_for {
        StandsFor::Variable(name) => used(name, Op::Plain),
        StandsFor::Path(path) => {
            Part::Use(Box::new(Use { name: Name::Path(path), op: Op::Plain, quote: Quote::Whole, place }))
        }
        StandsFor::VariableOr(name, default) => used(name, Op::Default(Expr::text(default, place))),
        StandsFor::Named(name, shown) => used(name, Op::Default(Expr { parts: vec![Part::Hole(shown.into(), place)] })),
        StandsFor::Text(text) => Part::Text(text.into(), Place { exact: false, ..place }),
        StandsFor::Hole(shown) => Part::Hole(shown.into(), place),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::source::FileId;
    use crate::syntax::yaml;

    #[test]
    fn references_are_in_order_and_apart() {
        fn tangled(_: &str) -> Vec<Reference> {
            [6..8, 1..5, 2..9, 7..10, 10..11]
                .map(|range| Reference { range, stands_for: StandsFor::Hole("…".to_owned()) })
                .into()
        }
        let documents = yaml::parse(&Snippet::whole("0123456789abc"));
        let scalar = documents.first().unwrap().root.scalar().unwrap();
        let budget = Cell::new(1000);
        let context =
            Context { file: FileId(0), path: "", references: tangled, text: None, nesting: 0, budget: &budget };
        let found: Vec<Range<usize>> =
            context.references(scalar).into_iter().map(|reference| reference.range).collect();
        assert_eq!(found, [1..5, 6..8, 10..11]);
    }
}
