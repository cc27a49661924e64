//! `match` → branches.

use tree_sitter::Node;

use super::super::{Expr, ExprKind, Operator, Stmt, StmtKind, Target, TargetKind};
use super::statement::Reader;

/// What is looked at is written out again for each pattern, up to this many times the length of the statement.
const MAX_COPIED: usize = 4;

/// A pattern of more alternatives than these is not understood, for each is a branch deeper than the one before it.
const MAX_ALTERNATIVES: u32 = 64;

/// What is looked at.
struct Subject {
    expr: Option<Expr>,
    /// In bytes of the file.
    cost: usize,
    /// How many of these may still be copied.
    left: usize,
}

impl Subject {
    fn copy(&mut self) -> Option<Expr> {
        self.left = self.left.checked_sub(self.cost)?;
        self.expr.clone()
    }
}

/// What a pattern asks.
enum Test {
    /// Nothing: it always matches.
    None,
    Is(Expr),
    Unknown,
}

impl Reader<'_> {
    pub(super) fn cases(&mut self, node: Node, depth: usize) -> StmtKind {
        let mut cursor = node.walk();
        let subjects: Vec<Node> = node.children_by_field_name("subject", &mut cursor).collect();
        let mut subject = match subjects.as_slice() {
            [subject] if !subject.has_error() => {
                let cost = subject.byte_range().len();
                Subject {
                    expr: Some(self.expression(*subject, depth)),
                    cost,
                    left: node.byte_range().len() * MAX_COPIED,
                }
            }
            _ => Subject { expr: None, cost: 0, left: 0 },
        };
        let (mut arms, mut otherwise) = (Vec::new(), None);
        let Some(body) = node.child_by_field_name("body") else { return StmtKind::Other };
        let mut cursor = body.walk();
        for case in body.named_children(&mut cursor).filter(|child| child.kind() == "case_clause") {
            let (test, done) = self.case(case, &mut subject, depth);
            let Some(test) = test else {
                otherwise = Some(done);
                break;
            };
            arms.push((test, done));
        }
        match otherwise {
            Some(body) if arms.is_empty() => StmtKind::Block { enters: Vec::new(), body },
            otherwise => StmtKind::If { arms, otherwise },
        }
    }

    /// What a case asks, and what is done.
    fn case(&mut self, node: Node, subject: &mut Subject, depth: usize) -> (Option<Expr>, Vec<Stmt>) {
        let span = self.places.span_of(node);
        let mut cursor = node.walk();
        let patterns: Vec<Node> =
            node.named_children(&mut cursor).filter(|child| child.kind() == "case_pattern").collect();
        let mut done = Vec::new();
        for pattern in &patterns {
            self.captures(*pattern, subject, &mut done);
        }
        let named = !done.is_empty();
        done.extend(self.block(node.child_by_field_name("consequence"), depth));
        let test = match patterns.as_slice() {
            [pattern] if !pattern.has_error() => self.test(*pattern, subject, depth),
            _ => Test::Unknown,
        };
        let guard = node.child_by_field_name("guard").and_then(|guard| guard.named_child(0));
        let guard = guard.map(|guard| {
            let guard = self.expression(guard, depth);
            // It may ask for what the pattern has only now given names to.
            if named { Expr { span: guard.span, kind: ExprKind::Unknown(vec![guard]) } } else { guard }
        });
        let test = match (test, guard) {
            (Test::None, guard) => guard,
            (Test::Is(test), Some(guard)) => {
                Some(Expr { kind: ExprKind::Binary(Operator::And, Box::new(test), Box::new(guard)), span })
            }
            (Test::Is(test), None) => Some(test),
            (Test::Unknown, guard) => {
                let parts = subject.copy().into_iter().chain(guard).collect();
                Some(Expr { kind: ExprKind::Unknown(parts), span })
            }
        };
        (test, done)
    }

    fn test(&mut self, pattern: Node, subject: &mut Subject, depth: usize) -> Test {
        let Some(inner) = pattern.named_child(0).filter(|_| pattern.kind() == "case_pattern") else {
            // `_` has no node of its own, and no other pattern has none.
            return if self.places.text(pattern) == "_" { Test::None } else { self.value(pattern, subject, depth) };
        };
        match inner.kind() {
            "dotted_name" if inner.named_child_count() == 1 => Test::None,
            "union_pattern" if inner.child_count() > 2 * MAX_ALTERNATIVES => Test::Unknown,
            "union_pattern" => {
                let mut cursor = inner.walk();
                let mut tests: Option<Expr> = None;
                for part in inner.children(&mut cursor).filter(|part| part.kind() != "|") {
                    let Test::Is(test) = self.value(part, subject, depth) else { return Test::Unknown };
                    let span = tests.as_ref().map_or(test.span, |tests| tests.span.to(test.span));
                    tests = Some(match tests {
                        Some(tests) => {
                            Expr { kind: ExprKind::Binary(Operator::Or, Box::new(tests), Box::new(test)), span }
                        }
                        None => test,
                    });
                }
                tests.map_or(Test::Unknown, Test::Is)
            }
            _ if pattern.child_count() == 1 => self.value(inner, subject, depth),
            _ => Test::Unknown,
        }
    }

    /// A pattern that asks for one value.
    fn value(&mut self, node: Node, subject: &mut Subject, depth: usize) -> Test {
        let span = self.places.span_of(node);
        let value = match node.kind() {
            "string" | "concatenated_string" | "integer" | "float" | "true" | "false" | "none" => {
                self.expression(node, depth)
            }
            _ => return Test::Unknown,
        };
        let Some(subject) = subject.copy() else { return Test::Unknown };
        Test::Is(Expr { kind: ExprKind::Binary(Operator::Equal, Box::new(subject), Box::new(value)), span })
    }

    /// The names that a pattern gives values to. Only of a name alone that value is known.
    fn captures(&self, pattern: Node, subject: &mut Subject, done: &mut Vec<Stmt>) {
        let alone =
            pattern.child_count() == 1 && pattern.named_child(0).is_some_and(|inner| inner.kind() == "dotted_name");
        // The nodes above with how many of their children were seen.
        let mut above: Vec<(Node, usize)> = Vec::new();
        let mut cursor = pattern.walk();
        loop {
            let at = cursor.node();
            if at.kind() == "identifier" && is_capture(&above) {
                let span = self.places.span_of(at);
                let target = Target { kind: TargetKind::Name(self.places.text(at).to_owned()), span };
                let value = if alone { subject.copy() } else { None }.unwrap_or_else(|| Expr::unknown(span));
                done.push(Stmt { kind: StmtKind::Assign { targets: vec![target], value, declares: false }, span });
            }
            if cursor.goto_first_child() {
                above.push((at, 0));
                continue;
            }
            while !cursor.goto_next_sibling() {
                above.pop();
                if !cursor.goto_parent() {
                    return;
                }
            }
            if let Some((_, seen)) = above.last_mut() {
                *seen += 1;
            }
        }
    }
}

/// Whether an identifier below these nodes is a name that a pattern gives a value to: `a`, `*a`, `… as a`, and neither
/// `a.b` nor `A(…)`.
fn is_capture(above: &[(Node, usize)]) -> bool {
    match above {
        [.., (class, 0), (name, _)] if class.kind() == "class_pattern" && name.kind() == "dotted_name" => false,
        [.., (name, _)] if name.kind() == "dotted_name" => name.named_child_count() == 1,
        [.., (outer, _)] => matches!(outer.kind(), "splat_pattern" | "as_pattern"),
        [] => false,
    }
}
