//! The grammar's nodes → expressions.

use tree_sitter::Node;

use super::super::nodes::{binary, child, children, has_fault, inner, name, named, unknown};
use super::super::{Argument, Call, Element, Expr, ExprKind, Member, Operator, Spread};
use super::Reader;
use crate::source::Span;

impl Reader<'_> {
    /// An expression without what changes nothing: parentheses, `await`, casts.
    pub(super) fn peel(node: Node) -> Node {
        let mut node = node;
        while let Some(next) = match node.kind() {
            "parenthesized_expression"
            | "await_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "instantiation_expression"
                if !has_fault(node) =>
            {
                inner(node)
            }
            "type_assertion" if !has_fault(node) => named(node).pop(),
            "sequence_expression" => last_of_numbers(node),
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
        if has_fault(node) {
            return unknown(span, self.kept(node, depth + 1));
        }
        let depth = depth + 1;
        let kind = match node.kind() {
            "identifier" | "this" | "super" | "import" | "shorthand_property_identifier" => {
                return name(self.text(node), span);
            }
            "undefined" | "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "number" => ExprKind::Number(self.text(node).to_owned()),
            "string" => self.string(node),
            "template_string" => self.template(node, depth, false),
            "member_expression" => self.member(node, depth),
            "subscript_expression" => self.index(node, depth),
            "call_expression" => self.call(node, "function", depth),
            "new_expression" => self.call(node, "constructor", depth),
            "binary_expression" => return self.binary(node, depth),
            "unary_expression" => self.unary(node, depth),
            "ternary_expression" => return self.choice(node, depth),
            "array" => ExprKind::List(self.elements(node, depth)),
            "object" => ExprKind::Map(self.entries(node, depth)),
            "arrow_function" | "function_expression" | "generator_function" => {
                ExprKind::Function(Box::new(self.function(node, Vec::new(), depth)))
            }
            "meta_property" if self.text(node).starts_with("import") => return self.meta(node),
            "class" => ExprKind::Unknown(self.class_parts(node, depth)),
            "jsx_element" | "jsx_self_closing_element" => ExprKind::Unknown(self.embedded(node, depth)),
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
        // Not all levels of a node are those of an expression.
        for child in named(node) {
            match child.kind() {
                "arguments" | "spread_element" | "pair" => {
                    let inner = named(child);
                    kept.extend(inner.into_iter().filter(|child| is_value(*child)).map(|e| self.expression(e, depth)));
                }
                _ if is_value(child) => kept.push(self.expression(child, depth)),
                _ => {}
            }
        }
        kept
    }

    /// The expressions in the braces of JSX, however deep.
    fn embedded(&self, node: Node, depth: usize) -> Vec<Expr> {
        let mut kept = Vec::new();
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            if node.kind() == "jsx_expression" {
                kept.extend(self.kept(node, depth));
            } else if node.kind().starts_with("jsx") {
                stack.extend(named(node).into_iter().rev());
            }
        }
        kept
    }

    fn member(&self, node: Node, depth: usize) -> ExprKind {
        let Some(property) = node.child_by_field_name("property") else { return ExprKind::Unknown(Vec::new()) };
        let member = Member { name: self.text(property).to_owned(), at: self.span(property) };
        ExprKind::Member(Box::new(self.field(node, "object", depth)), member)
    }

    /// `import.meta`.
    fn meta(&self, node: Node) -> Expr {
        let parts: Vec<Node> = children(node);
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
            return unknown(self.span(node), Vec::new());
        };
        let member = Member { name: "meta".to_owned(), at: self.span(*last) };
        let base = Box::new(name("import", self.span(*first)));
        Expr { kind: ExprKind::Member(base, member), span: self.span(node) }
    }

    fn index(&self, node: Node, depth: usize) -> ExprKind {
        let base = Box::new(self.field(node, "object", depth));
        ExprKind::Index(base, Box::new(self.field(node, "index", depth)))
    }

    fn call(&self, node: Node, field: &str, depth: usize) -> ExprKind {
        let function = node.child_by_field_name(field);
        let is_raw = function.is_some_and(|function| self.text(function) == "String.raw");
        let callee = self.field(node, field, depth);
        let arguments = match node.child_by_field_name("arguments") {
            Some(template) if template.kind() == "template_string" => {
                let kind = self.template_parts(template, depth, is_raw);
                let value = Expr { kind: ExprKind::Template(kind), span: self.span(template) };
                vec![Argument { name: None, spread: Spread::No, value }]
            }
            Some(list) if has_fault(list) => {
                let mut kept = vec![callee];
                kept.extend(self.kept(list, depth));
                return ExprKind::Unknown(kept);
            }
            Some(list) => self.elements(list, depth).into_iter().map(argument).collect(),
            None => Vec::new(),
        };
        ExprKind::Call(Box::new(Call { callee, arguments }))
    }

    /// What stands in the brackets of a list or a call, a hole as something unknown.
    fn elements(&self, node: Node, depth: usize) -> Vec<Element> {
        let mut elements = Vec::new();
        let mut is_hole = true;
        for child in children(node) {
            match child.kind() {
                "(" | ")" | "[" | "]" => {}
                "," => {
                    if std::mem::replace(&mut is_hole, true) {
                        elements.push(Element { spread: false, value: unknown(self.span(child), Vec::new()) });
                    }
                }
                kind => {
                    is_hole = false;
                    let spread = kind == "spread_element";
                    let value = if spread { inner(child) } else { Some(child) };
                    elements.extend(value.map(|value| Element { spread, value: self.expression(value, depth) }));
                }
            }
        }
        elements
    }

    fn binary(&self, node: Node, depth: usize) -> Expr {
        let operator = match node.child_by_field_name("operator").map(|operator| operator.kind()) {
            Some("+") => Operator::Add,
            Some("==" | "===") => Operator::Equal,
            Some("!=" | "!==") => Operator::NotEqual,
            Some("&&") => Operator::And,
            Some("||") => Operator::Or,
            Some("??") => Operator::OrNull,
            Some("in") => Operator::In,
            _ => Operator::Other,
        };
        let (left, right) = (self.field(node, "left", depth), self.field(node, "right", depth));
        binary(operator, left, right, self.span(node))
    }

    fn unary(&self, node: Node, depth: usize) -> ExprKind {
        let operand = node.child_by_field_name("argument");
        match (node.child_by_field_name("operator").map(|operator| operator.kind()), operand) {
            (Some("!"), Some(operand)) => ExprKind::Not(Box::new(self.expression(operand, depth))),
            (Some("-"), Some(operand)) if operand.kind() == "number" => {
                ExprKind::Number(format!("-{}", self.text(operand)))
            }
            // What the grammar takes for a unary operator reaches further than `await` does.
            _ => ExprKind::Unknown(self.kept(node, depth)),
        }
    }

    /// `a ? b : c ? d : …`, however long.
    fn choice(&self, node: Node, depth: usize) -> Expr {
        let test = self.field(node, "condition", depth);
        let then = self.field(node, "consequence", depth);
        let otherwise = self.field(node, "alternative", depth);
        let kind = ExprKind::Choice(Box::new(test), Box::new(then), Box::new(otherwise));
        Expr { kind, span: self.span(node) }
    }

    /// A dotted name as it is written.
    pub(super) fn dotted(&self, node: Node) -> Option<String> {
        let text = self.text(node);
        let is_name =
            matches!(node.kind(), "identifier" | "member_expression" | "nested_identifier" | "type_identifier")
                && text.len() < 256
                && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
        is_name.then(|| text.to_owned())
    }

    /// An expression and the span of all of it, where only a name matters.
    pub(super) fn plain_text(&self, node: Node) -> Option<(String, Span)> {
        let node = Self::peel(node);
        match (node.kind(), self.expression(node, 0).kind) {
            ("string" | "template_string", ExprKind::Text(text)) => Some((text.text().to_owned(), self.span(node))),
            _ => None,
        }
    }
}

/// Of `(0, x.call)`, as compilers write it, the last.
fn last_of_numbers(node: Node) -> Option<Node> {
    let parts = named(node);
    let (last, numbers) = parts.split_last()?;
    numbers.iter().all(|number| number.kind() == "number").then_some(*last)
}

fn argument(element: Element) -> Argument {
    let spread = if element.spread { Spread::Items } else { Spread::No };
    Argument { name: None, spread, value: element.value }
}

/// Whether a node is an expression, and not a type, a pattern, a name of a member.
fn is_value(node: Node) -> bool {
    let kind = node.kind();
    kind.ends_with("_expression")
        || kind.starts_with("jsx_") && matches!(kind, "jsx_element" | "jsx_self_closing_element")
        || matches!(
            kind,
            "identifier"
                | "this"
                | "string"
                | "template_string"
                | "number"
                | "object"
                | "array"
                | "arrow_function"
                | "generator_function"
                | "class"
                | "type_assertion"
                | "ternary_expression"
                | "template_substitution"
        )
}

/// Whether something stands before a node that makes it a getter or a setter.
pub(super) fn is_accessor(node: Node) -> bool {
    child(node, "get").is_some() || child(node, "set").is_some()
}
