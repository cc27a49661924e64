//! What the readers of JavaScript and of Go share: walking nodes and putting together parts of the tree. Knows no
//! language.

use tree_sitter::Node;

use super::{Expr, ExprKind, Operator, Target, TargetKind};
use crate::source::Span;

/// Statements and expressions may nest this deep; what nests deeper is unknown, and the file says so.
pub(super) const MAX_DEPTH: usize = 200;

/// The nodes directly under a node, comments left out.
#[cfg(feature = "javascript")]
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| !child.is_extra() || child.is_error()).collect()
}

/// The named nodes directly under a node, without comments and faults.
pub(super) fn named(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra() && !child.is_error()).collect()
}

/// The first named node under a node.
pub(super) fn inner(node: Node<'_>) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| !child.is_extra() && !child.is_error())
}

/// The first node of a kind directly under a node.
pub(super) fn child<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| child.kind() == kind)
}

/// The nodes of a field.
pub(super) fn fields<'t>(node: Node<'t>, name: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(name, &mut cursor).collect()
}

/// Whether something was wrong right here: what is understood of the node may not be what was meant.
pub(super) fn has_fault(node: Node) -> bool {
    let mut cursor = node.walk();
    node.has_error() && node.children(&mut cursor).any(|child| child.is_error() || child.is_missing())
}

/// An expression that is not understood, with what is kept of it.
pub(super) fn unknown(span: Span, kept: Vec<Expr>) -> Expr {
    Expr { kind: ExprKind::Unknown(kept), span }
}

/// A name.
pub(super) fn name(name: &str, span: Span) -> Expr {
    let kind = if name.is_empty() { ExprKind::Unknown(Vec::new()) } else { ExprKind::Name(name.to_owned()) };
    Expr { kind, span }
}

/// A name that is assigned to.
pub(super) fn name_target(name: &str, span: Span) -> Target {
    let kind = if matches!(name, "" | "_") { TargetKind::Nothing } else { TargetKind::Name(name.to_owned()) };
    Target { kind, span }
}

/// An operation.
pub(super) fn binary(operator: Operator, left: Expr, right: Expr, span: Span) -> Expr {
    Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span }
}

/// Holds where any of these holds. Of many, none stands deep.
pub(super) fn any(mut conditions: Vec<Expr>) -> Option<Expr> {
    while conditions.len() > 1 {
        let mut next = Vec::with_capacity(conditions.len().div_ceil(2));
        let mut rest = conditions.into_iter();
        while let Some(left) = rest.next() {
            next.push(match rest.next() {
                Some(right) => {
                    let span = left.span.to(right.span);
                    binary(Operator::Or, left, right, span)
                }
                None => left,
            });
        }
        conditions = next;
    }
    conditions.pop()
}

/// Whether an expression is short enough to stand in the tree several times, and does nothing.
pub(super) fn is_plain(expr: &Expr) -> bool {
    let mut expr = expr;
    for _ in 0..8 {
        expr = match &expr.kind {
            ExprKind::Name(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Null => {
                return expr.span.len() <= 256;
            }
            ExprKind::Member(base, _) => base,
            ExprKind::Index(base, key) if matches!(key.kind, ExprKind::Name(_) | ExprKind::Text(_)) => base,
            _ => return false,
        };
    }
    false
}
