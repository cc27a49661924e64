//! The grammar's nodes → expressions.

use tree_sitter::Node;

use super::super::nodes::{binary, has_fault, inner, name, named, unknown};
use super::super::{Argument, Call, Expr, ExprKind, Member, Operator, Spread};
use super::Reader;

impl Reader<'_> {
    /// An expression without what changes nothing: parentheses, `&x`, `*x`, `x.(T)`.
    pub(super) fn peel(node: Node) -> Node {
        let mut node = node;
        while let Some(next) = match node.kind() {
            _ if has_fault(node) => None,
            "parenthesized_expression" | "literal_element" => inner(node),
            "type_assertion_expression" => node.child_by_field_name("operand"),
            "unary_expression" => {
                let operator = node.child_by_field_name("operator").map(|operator| operator.kind());
                node.child_by_field_name("operand").filter(|_| matches!(operator, Some("&" | "*")))
            }
            _ => None,
        } {
            node = next;
        }
        node
    }

    pub(super) fn expression(&self, node: Node, depth: usize) -> Expr {
        let node = Self::peel(node);
        let span = self.span(node);
        if self.is_deep(depth) {
            return unknown(span, Vec::new());
        }
        let depth = depth + 1;
        if has_fault(node) {
            return unknown(span, self.kept(node, depth));
        }
        let kind = match node.kind() {
            "identifier" => return name(self.text(node), span),
            "nil" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "int_literal" | "float_literal" => ExprKind::Number(self.text(node).to_owned()),
            "interpreted_string_literal" | "raw_string_literal" => ExprKind::Text(self.string(node)),
            "selector_expression" => self.member(node, depth),
            "index_expression" => {
                let base = Box::new(self.field(node, "operand", depth));
                ExprKind::Index(base, Box::new(self.field(node, "index", depth)))
            }
            "call_expression" => self.call(node, depth),
            "type_conversion_expression" => self.conversion(node, depth),
            "binary_expression" => return self.binary(node, depth),
            "unary_expression" => self.unary(node, depth),
            "composite_literal" => self.composite(node, depth),
            "func_literal" => ExprKind::Function(Box::new(self.function(node, String::new(), depth))),
            _ => ExprKind::Unknown(self.kept(node, depth)),
        };
        Expr { kind, span }
    }

    /// The expression of a field; unknown where it has none.
    pub(super) fn field(&self, node: Node, field: &str, depth: usize) -> Expr {
        match node.child_by_field_name(field) {
            Some(node) => self.expression(node, depth),
            None => unknown(self.span(node), Vec::new()),
        }
    }

    /// The expressions that stand in what is not understood.
    pub(super) fn kept(&self, node: Node, depth: usize) -> Vec<Expr> {
        let mut kept = Vec::new();
        for child in named(node) {
            if child.kind() == "argument_list" {
                kept.extend(named(child).into_iter().filter(|e| is_value(*e)).map(|e| self.expression(e, depth)));
            } else if is_value(child) {
                kept.push(self.expression(child, depth));
            }
        }
        kept
    }

    fn member(&self, node: Node, depth: usize) -> ExprKind {
        let Some(field) = node.child_by_field_name("field") else { return ExprKind::Unknown(Vec::new()) };
        let member = Member { name: self.text(field).to_owned(), at: self.span(field) };
        ExprKind::Member(Box::new(self.field(node, "operand", depth)), member)
    }

    fn call(&self, node: Node, depth: usize) -> ExprKind {
        let callee = self.field(node, "function", depth);
        let Some(list) = node.child_by_field_name("arguments").filter(|list| !has_fault(*list)) else {
            let mut kept = vec![callee];
            kept.extend(self.kept(node, depth).into_iter().skip(1));
            return ExprKind::Unknown(kept);
        };
        let arguments = named(list).into_iter().map(|argument| {
            let (spread, value) = match argument.kind() {
                "variadic_argument" => (Spread::Items, inner(argument).unwrap_or(argument)),
                _ => (Spread::No, argument),
            };
            Argument { name: None, spread, value: self.expression(value, depth) }
        });
        ExprKind::Call(Box::new(Call { callee, arguments: arguments.collect() }))
    }

    /// `[]byte(x)`: a call of what is written there.
    fn conversion(&self, node: Node, depth: usize) -> ExprKind {
        let (Some(of), Some(operand)) = (node.child_by_field_name("type"), node.child_by_field_name("operand")) else {
            return ExprKind::Unknown(self.kept(node, depth));
        };
        let argument = Argument { name: None, spread: Spread::No, value: self.expression(operand, depth) };
        ExprKind::Call(Box::new(Call { callee: name(self.text(of), self.span(of)), arguments: vec![argument] }))
    }

    fn binary(&self, node: Node, depth: usize) -> Expr {
        let operator = match node.child_by_field_name("operator").map(|operator| operator.kind()) {
            Some("+") => Operator::Add,
            Some("==") => Operator::Equal,
            Some("!=") => Operator::NotEqual,
            Some("&&") => Operator::And,
            Some("||") => Operator::Or,
            _ => Operator::Other,
        };
        let (left, right) = (self.field(node, "left", depth), self.field(node, "right", depth));
        binary(operator, left, right, self.span(node))
    }

    fn unary(&self, node: Node, depth: usize) -> ExprKind {
        let operand = node.child_by_field_name("operand");
        match (node.child_by_field_name("operator").map(|operator| operator.kind()), operand) {
            (Some("!"), Some(operand)) => ExprKind::Not(Box::new(self.expression(operand, depth))),
            (Some("-"), Some(number)) if matches!(number.kind(), "int_literal" | "float_literal") => {
                ExprKind::Number(format!("-{}", self.text(number)))
            }
            _ => ExprKind::Unknown(self.kept(node, depth)),
        }
    }
}

/// Whether a node is an expression, and not a type or a name of a field.
fn is_value(node: Node) -> bool {
    let kind = node.kind();
    kind.ends_with("_expression")
        || kind.ends_with("_literal")
        || matches!(kind, "identifier" | "variadic_argument" | "true" | "false" | "nil")
}
