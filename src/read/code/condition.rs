//! Conditions → guards.

use super::Lowering;
use super::expression::said;
use super::text::literal;
use crate::program::{Expr, Guard, Having, Name, Node, Op, Part, Quote, Side, Use};
use crate::source::Span;
use crate::syntax::code::{self, ExprKind, Operator};
use crate::value::Place;

impl Lowering<'_> {
    pub(super) fn guard(&mut self, test: &code::Expr) -> Guard {
        match &test.kind {
            ExprKind::Bool(true) => Guard::Always,
            ExprKind::Bool(false) => Guard::Not(Box::new(Guard::Always)),
            ExprKind::Not(inner) => Guard::Not(Box::new(self.guard(inner))),
            ExprKind::Binary(Operator::And, a, b) => Guard::All(vec![self.guard(a), self.guard(b)]),
            ExprKind::Binary(Operator::Or, a, b) => Guard::Any(vec![self.guard(a), self.guard(b)]),
            ExprKind::Binary(Operator::Equal, a, b) => self.equality(a, b),
            ExprKind::Binary(Operator::NotEqual, a, b) => Guard::Not(Box::new(self.equality(a, b))),
            ExprKind::Binary(operator @ (Operator::In | Operator::NotIn), a, b) => {
                let among = match &b.kind {
                    ExprKind::List(items) if items.iter().all(|item| literal(&item.value).is_some()) => {
                        let equal = |lowering: &mut Self, b: &code::Expr| lowering.equality(a, b);
                        Guard::Any(items.iter().map(|item| equal(self, &item.value)).collect())
                    }
                    _ => self.having(b, a, Side::Within, test),
                };
                if *operator == Operator::NotIn { Guard::Not(Box::new(among)) } else { among }
            }
            ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Index(..) | ExprKind::Call(_) => {
                Guard::Holds(Box::new(self.node(test)))
            }
            _ => self.opaque(test),
        }
    }

    /// Whether something is in something else; `test` is all of the question.
    pub(super) fn having(&mut self, whole: &code::Expr, part: &code::Expr, side: Side, test: &code::Expr) -> Guard {
        let (whole, part, otherwise) = (self.node(whole), self.node(part), self.opaque(test));
        Guard::Has(Box::new(Having { whole, part, side, otherwise }))
    }

    /// The same as a value.
    pub(super) fn asked(&mut self, whole: &code::Expr, part: &code::Expr, side: Side, test: &code::Expr) -> Node {
        let (guard, place) = (self.having(whole, part, side, test), self.near(test.span));
        Node::Choice(Box::new(guard), Box::new(said("true", place)), Box::new(Node::Null(place)))
    }

    fn equality(&mut self, a: &code::Expr, b: &code::Expr) -> Guard {
        if self.is_main(a, b) || self.is_main(b, a) {
            return Guard::Always;
        }
        match (&a.kind, &b.kind) {
            (_, ExprKind::Null) => Guard::Missing(Box::new(self.node(a))),
            (ExprKind::Null, _) => Guard::Missing(Box::new(self.node(b))),
            (ExprKind::Bool(_), _) | (_, ExprKind::Bool(_)) => {
                let (value, wanted) = if matches!(a.kind, ExprKind::Bool(_)) { (b, a) } else { (a, b) };
                let holds = Guard::Holds(Box::new(self.node(value)));
                if matches!(wanted.kind, ExprKind::Bool(true)) { holds } else { Guard::Not(Box::new(holds)) }
            }
            _ => Guard::Equal(self.word(a), self.word(b)),
        }
    }

    /// `__name__ == "__main__"`: the program is what is run.
    fn is_main(&self, a: &code::Expr, b: &code::Expr) -> bool {
        if let (ExprKind::Name(name), Some(text)) = (&a.kind, literal(b)) {
            return name == "__name__" && text.text() == "__main__";
        }
        let main = self.qualified(a).is_some_and(|name| name == "require.main");
        main && matches!(&b.kind, ExprKind::Name(name) if name == "module")
    }

    /// An expression as one text.
    pub(super) fn word(&mut self, expr: &code::Expr) -> Expr {
        match self.node(expr) {
            Node::Text(text) => text,
            Node::Variable(name, place) => variable(name, place),
            node => Expr { parts: vec![Part::Nested(Box::new(node), self.near(expr.span))] },
        }
    }

    /// A condition that is not followed: equal ones about equal things hold alike.
    fn opaque(&mut self, test: &code::Expr) -> Guard {
        let mut names = Vec::new();
        used(test, &mut names, 0);
        let words = names.into_iter().map(|(name, span)| variable(self.variable(&name), self.near(span))).collect();
        Guard::Opaque(Some(self.written(test.span).to_owned()), words)
    }
}

/// The variables that an expression asks.
fn used(expr: &code::Expr, out: &mut Vec<(String, Span)>, depth: usize) {
    if depth > super::MAX_DEPTH || out.len() > 20 {
        return;
    }
    let mut below = |expr: &code::Expr| used(expr, out, depth + 1);
    match &expr.kind {
        ExprKind::Name(name) => out.push((name.clone(), expr.span)),
        ExprKind::Member(base, _) | ExprKind::Not(base) => below(base),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
            below(a);
            below(b);
        }
        ExprKind::Call(call) => {
            below(&call.callee);
            for argument in &call.arguments {
                below(&argument.value);
            }
        }
        ExprKind::Unknown(inner) => inner.iter().for_each(below),
        _ => {}
    }
}

/// A variable as a word.
pub(super) fn variable(name: String, place: Place) -> Expr {
    let used = Use { name: Name::Variable(name), op: Op::Plain, quote: Quote::Whole, place };
    Expr { parts: vec![Part::Use(Box::new(used))] }
}
