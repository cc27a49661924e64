//! `match` → branches.

use tree_sitter::Node;

use super::super::{Expr, ExprKind, Operator, Stmt, StmtKind, Target, TargetKind};
use super::statement::Reader;

/// What is looked at is written out again for each pattern, unless it is longer than this many bytes.
const MAX_SUBJECT: usize = 256;

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
        let subject = match subjects.as_slice() {
            [subject] if !subject.has_error() && subject.byte_range().len() <= MAX_SUBJECT => {
                Some(self.expression(*subject, depth))
            }
            _ => None,
        };
        let (mut arms, mut otherwise) = (Vec::new(), None);
        let Some(body) = node.child_by_field_name("body") else { return StmtKind::Other };
        let mut cursor = body.walk();
        for case in body.named_children(&mut cursor).filter(|child| child.kind() == "case_clause") {
            let (test, done) = self.case(case, subject.as_ref(), depth);
            match test {
                Some(test) => arms.push((test, done)),
                None => {
                    otherwise = Some(done);
                    break;
                }
            }
        }
        StmtKind::If { arms, otherwise }
    }

    /// What a case asks, and what is done.
    fn case(&mut self, node: Node, subject: Option<&Expr>, depth: usize) -> (Option<Expr>, Vec<Stmt>) {
        let span = self.places.span_of(node);
        let mut cursor = node.walk();
        let patterns: Vec<Node> =
            node.named_children(&mut cursor).filter(|child| child.kind() == "case_pattern").collect();
        let mut done = Vec::new();
        for pattern in &patterns {
            self.captures(*pattern, subject, &mut done);
        }
        done.extend(self.block(node.child_by_field_name("consequence"), depth));
        let test = match patterns.as_slice() {
            [pattern] if !pattern.has_error() => self.test(*pattern, subject, depth),
            _ => Test::Unknown,
        };
        let guard = node.child_by_field_name("guard").and_then(|guard| guard.named_child(0));
        let guard = guard.map(|guard| self.expression(guard, depth));
        let test = match (test, guard) {
            (Test::None, guard) => guard,
            (Test::Is(test), Some(guard)) => {
                Some(Expr { kind: ExprKind::Binary(Operator::And, Box::new(test), Box::new(guard)), span })
            }
            (Test::Is(test), None) => Some(test),
            (Test::Unknown, guard) => {
                let parts = subject.cloned().into_iter().chain(guard).collect();
                Some(Expr { kind: ExprKind::Unknown(parts), span })
            }
        };
        (test, done)
    }

    fn test(&mut self, pattern: Node, subject: Option<&Expr>, depth: usize) -> Test {
        let Some(inner) = pattern.named_child(0).filter(|_| pattern.kind() == "case_pattern") else {
            // `_` has no node of its own, and no other pattern has none.
            return if self.places.text(pattern) == "_" { Test::None } else { self.value(pattern, subject, depth) };
        };
        match inner.kind() {
            "dotted_name" if inner.named_child_count() == 1 => Test::None,
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
    fn value(&mut self, node: Node, subject: Option<&Expr>, depth: usize) -> Test {
        let span = self.places.span_of(node);
        let value = match node.kind() {
            "string" | "concatenated_string" | "integer" | "float" | "true" | "false" | "none" => {
                self.expression(node, depth)
            }
            _ => return Test::Unknown,
        };
        let Some(subject) = subject.cloned() else { return Test::Unknown };
        Test::Is(Expr { kind: ExprKind::Binary(Operator::Equal, Box::new(subject), Box::new(value)), span })
    }

    /// The names that a pattern gives values to. Only of a name alone that value is known.
    fn captures(&self, pattern: Node, subject: Option<&Expr>, done: &mut Vec<Stmt>) {
        let mut cursor = pattern.walk();
        let alone =
            pattern.child_count() == 1 && pattern.named_child(0).is_some_and(|inner| inner.kind() == "dotted_name");
        loop {
            let at = cursor.node();
            let named = match at.kind() {
                "identifier" => at.parent().filter(|parent| match parent.kind() {
                    "dotted_name" => {
                        parent.named_child_count() == 1
                            && parent
                                .parent()
                                .is_none_or(|outer| outer.kind() != "class_pattern" || outer.child(0) != Some(*parent))
                    }
                    "splat_pattern" | "as_pattern" => true,
                    _ => false,
                }),
                _ => None,
            };
            if named.is_some() {
                let span = self.places.span_of(at);
                let target = Target { kind: TargetKind::Name(self.places.text(at).to_owned()), span };
                let value = match subject {
                    Some(subject) if alone => subject.clone(),
                    _ => Expr { kind: ExprKind::Unknown(subject.cloned().into_iter().collect()), span },
                };
                done.push(Stmt { kind: StmtKind::Assign { targets: vec![target], value, declares: false }, span });
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }
}
