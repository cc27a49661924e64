//! What is assigned to: names, members, and patterns with what they hold where nothing is given.

use tree_sitter::Node;

use super::super::nodes::{binary, children, inner, name, name_target, unknown};
use super::super::{Expr, ExprKind, Operator, Stmt, StmtKind, Target, TargetKind};
use super::Reader;

impl Reader<'_> {
    /// A target. What is to be done once it has been given its value goes to `later`: of `{ a = 1 }`, `a = a ?? 1`.
    pub(super) fn target(&self, node: Node, depth: usize, later: &mut Vec<Stmt>) -> Target {
        let node = Self::peel(node);
        let span = self.span(node);
        if self.is_deep(depth) {
            return Target { kind: TargetKind::Nothing, span };
        }
        let kind = match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" | "this" | "undefined" => {
                // `_` is a name like others here.
                return match self.text(node) {
                    "_" => Target { kind: TargetKind::Name("_".to_owned()), span },
                    text => name_target(text, span),
                };
            }
            "member_expression" | "subscript_expression" => TargetKind::Part(self.expression(node, depth)),
            "array_pattern" => self.items(node, depth + 1, later),
            "object_pattern" => self.fields(node, depth + 1, later),
            "assignment_pattern" | "object_assignment_pattern" => return self.defaulted(node, depth, later),
            "rest_pattern" => match inner(node) {
                Some(inner) => return self.target(inner, depth + 1, later),
                None => TargetKind::Nothing,
            },
            _ => TargetKind::Nothing,
        };
        Target { kind, span }
    }

    /// `a = 1` in a pattern.
    fn defaulted(&self, node: Node, depth: usize, later: &mut Vec<Stmt>) -> Target {
        let span = self.span(node);
        let Some(left) = node.child_by_field_name("left") else {
            return Target { kind: TargetKind::Nothing, span };
        };
        let at = later.len();
        let target = self.target(left, depth + 1, later);
        if let (TargetKind::Name(text), Some(default)) = (&target.kind, node.child_by_field_name("right")) {
            let default = self.expression(default, depth + 1);
            let value = binary(Operator::OrNull, name(text, target.span), default, span);
            let kind = StmtKind::Assign { targets: vec![target.clone()], value, declares: false };
            later.push(Stmt { kind, span });
        } else if let Some(default) = node.child_by_field_name("right") {
            // Of a pattern with a default nothing is known where that is what it takes: its names may hold either.
            let default = self.expression(default, depth + 1);
            later.insert(at, Stmt { kind: StmtKind::Expr(unknown(default.span, vec![default])), span });
        }
        target
    }

    fn items(&self, node: Node, depth: usize, later: &mut Vec<Stmt>) -> TargetKind {
        let (mut items, mut rest, mut is_hole) = (Vec::new(), None, true);
        for child in children(node) {
            match child.kind() {
                "[" | "]" => {}
                "," => {
                    if std::mem::replace(&mut is_hole, true) {
                        items.push(Target { kind: TargetKind::Nothing, span: self.span(child) });
                    }
                }
                kind => {
                    is_hole = false;
                    if kind == "rest_pattern" {
                        rest = Some(items.len());
                    }
                    items.push(self.target(child, depth, later));
                }
            }
        }
        TargetKind::Items(items, rest)
    }

    fn fields(&self, node: Node, depth: usize, later: &mut Vec<Stmt>) -> TargetKind {
        let mut fields = Vec::new();
        for child in children(node) {
            match child.kind() {
                "shorthand_property_identifier_pattern" => {
                    fields.push((self.text(child).to_owned(), self.target(child, depth, later)));
                }
                "object_assignment_pattern" => {
                    let left = child.child_by_field_name("left").map(|left| self.text(left).to_owned());
                    fields.extend(left.map(|left| (left, self.target(child, depth, later))));
                }
                "pair_pattern" => {
                    let (key, value) = (child.child_by_field_name("key"), child.child_by_field_name("value"));
                    let Some((key, value)) = key.zip(value) else { continue };
                    let target = self.target(value, depth, later);
                    match self.key_name(key) {
                        Some(key) => fields.push((key, target)),
                        None => later.push(not_known(target)),
                    }
                }
                "rest_pattern" => {
                    let target = self.target(child, depth, later);
                    later.push(not_known(target));
                }
                _ => {}
            }
        }
        TargetKind::Fields(fields)
    }
}

/// Gives something that is not known.
fn not_known(target: Target) -> Stmt {
    let span = target.span;
    let value = Expr { kind: ExprKind::Unknown(Vec::new()), span };
    Stmt { kind: StmtKind::Assign { targets: vec![target], value, declares: false }, span }
}
