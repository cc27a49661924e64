//! The grammar's expressions → ours.

use tree_sitter::Node;

use super::super::{
    Argument, Call, Comprehension, Element, Entry, Expr, ExprKind, Function, Member, Operator, Spread, Stmt, StmtKind,
    Target, TargetKind,
};
use super::MAX_DEPTH;
use super::statement::Reader;
use crate::source::Span;

impl Expr {
    /// Nothing is known but where it stands.
    pub(super) fn unknown(span: Span) -> Self {
        Self { kind: ExprKind::Unknown(Vec::new()), span }
    }
}

impl Reader<'_> {
    pub(super) fn expression(&mut self, node: Node, depth: usize) -> Expr {
        let node = bare(node);
        let span = self.places.span_of(node);
        let kind = if depth > MAX_DEPTH {
            self.skipped = true;
            ExprKind::Unknown(self.names(node))
        } else {
            self.kind(node, depth + 1)
        };
        Expr { kind, span }
    }

    fn boxed(&mut self, node: Option<Node>, of: Node, depth: usize) -> Box<Expr> {
        Box::new(self.optional(node, of, depth))
    }

    fn kind(&mut self, node: Node, depth: usize) -> ExprKind {
        let field = |name: &str| node.child_by_field_name(name);
        match node.kind() {
            "identifier" => ExprKind::Name(self.places.text(node).to_owned()),
            "string" | "concatenated_string" => self.string(node, depth),
            "integer" | "float" => ExprKind::Number(self.places.text(node).to_owned()),
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "none" => ExprKind::Null,
            "attribute" => {
                let Some(name) = field("attribute") else { return ExprKind::Unknown(Vec::new()) };
                let member = Member { name: self.places.text(name).to_owned(), at: self.places.span_of(name) };
                ExprKind::Member(self.boxed(field("object"), node, depth), member)
            }
            "subscript" => self.subscript(node, depth),
            "call" => self.call(node, depth),
            "list" | "tuple" | "set" | "expression_list" | "pattern_list" | "tuple_pattern" | "list_pattern" => {
                ExprKind::List(self.elements(node, depth))
            }
            "dictionary" => ExprKind::Map(self.entries(node, depth)),
            "list_comprehension" | "set_comprehension" | "generator_expression" | "dictionary_comprehension" => {
                self.comprehension(node, depth)
            }
            "binary_operator" => {
                let operator = match field("operator").map(|operator| operator.kind()) {
                    Some("+") => Operator::Add,
                    Some("%") => Operator::Percent,
                    _ => Operator::Other,
                };
                self.binary(node, operator, depth)
            }
            "boolean_operator" => {
                let is_and = field("operator").is_some_and(|operator| operator.kind() == "and");
                self.binary(node, if is_and { Operator::And } else { Operator::Or }, depth)
            }
            "comparison_operator" => self.comparison(node, depth),
            "not_operator" => ExprKind::Not(self.boxed(field("argument"), node, depth)),
            "unary_operator" => self.unary(node, depth),
            "conditional_expression" => self.choice(node, depth),
            "lambda" => ExprKind::Function(Box::new(self.lambda(node, depth))),
            "named_expression" => {
                ExprKind::Unknown(field("value").map(|value| self.expression(value, depth)).into_iter().collect())
            }
            "as_pattern" => {
                ExprKind::Unknown(node.named_child(0).map(|value| self.expression(value, depth)).into_iter().collect())
            }
            _ => ExprKind::Unknown(self.all(node, depth)),
        }
    }

    /// What stands in a node.
    fn all(&mut self, node: Node, depth: usize) -> Vec<Expr> {
        let mut cursor = node.walk();
        node.named_children(&mut cursor).map(|child| self.expression(child, depth)).collect()
    }

    /// The names in a node, however deep.
    fn names(&self, node: Node) -> Vec<Expr> {
        let mut names = Vec::new();
        let mut cursor = node.walk();
        loop {
            let at = cursor.node();
            if at.kind() == "identifier" {
                let kind = ExprKind::Name(self.places.text(at).to_owned());
                names.push(Expr { kind, span: self.places.span_of(at) });
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return names;
                }
            }
        }
    }

    fn binary(&mut self, node: Node, operator: Operator, depth: usize) -> ExprKind {
        let left = self.boxed(node.child_by_field_name("left"), node, depth);
        ExprKind::Binary(operator, left, self.boxed(node.child_by_field_name("right"), node, depth))
    }

    fn comparison(&mut self, node: Node, depth: usize) -> ExprKind {
        let mut cursor = node.walk();
        let operands: Vec<Node> = node.named_children(&mut cursor).collect();
        let [left, right] = operands.as_slice() else {
            let Some((first, rest)) = operands.split_first() else { return ExprKind::Unknown(Vec::new()) };
            let span = self.places.span_of(node);
            let rest = ExprKind::Unknown(rest.iter().map(|operand| self.expression(*operand, depth)).collect());
            let first = Box::new(self.expression(*first, depth));
            return ExprKind::Binary(Operator::Other, first, Box::new(Expr { kind: rest, span }));
        };
        let is_constant = |node: &Node| matches!(node.kind(), "none" | "true" | "false");
        let constant = is_constant(left) || is_constant(right);
        let operator = match node.child_by_field_name("operators").map(|operator| operator.kind()) {
            Some("==") => Operator::Equal,
            Some("!=" | "<>") => Operator::NotEqual,
            Some("in") => Operator::In,
            Some("not in") => Operator::NotIn,
            Some("is") if constant => Operator::Equal,
            Some("is not") if constant => Operator::NotEqual,
            _ => Operator::Other,
        };
        let left = Box::new(self.expression(*left, depth));
        ExprKind::Binary(operator, left, Box::new(self.expression(*right, depth)))
    }

    fn unary(&mut self, node: Node, depth: usize) -> ExprKind {
        let operator = node.child_by_field_name("operator").map_or("", |operator| operator.kind());
        match node.child_by_field_name("argument") {
            Some(number) if operator == "-" && matches!(number.kind(), "integer" | "float") => {
                ExprKind::Number(format!("-{}", self.places.text(number)))
            }
            Some(value) => ExprKind::Unknown(vec![self.expression(value, depth)]),
            None => ExprKind::Unknown(Vec::new()),
        }
    }

    fn choice(&mut self, node: Node, depth: usize) -> ExprKind {
        let (value, test, other) = (node.named_child(0), node.named_child(1), node.named_child(2));
        let value = self.boxed(value, node, depth);
        let test = self.boxed(test, node, depth);
        ExprKind::Choice(test, value, self.boxed(other, node, depth))
    }

    fn lambda(&mut self, node: Node, depth: usize) -> Function {
        let value = self.optional(node.child_by_field_name("body"), node, depth);
        let span = value.span;
        Function {
            name: String::new(),
            parameters: self.parameters(node.child_by_field_name("parameters"), depth),
            receiver: None,
            body: vec![Stmt { kind: StmtKind::Return(Some(value)), span }],
            decorators: Vec::new(),
            head: self.head(node),
        }
    }

    fn subscript(&mut self, node: Node, depth: usize) -> ExprKind {
        let base = self.boxed(node.child_by_field_name("value"), node, depth);
        let mut cursor = node.walk();
        let keys: Vec<Node> = node.children_by_field_name("subscript", &mut cursor).collect();
        match keys.as_slice() {
            [key] if key.kind() != "slice" => ExprKind::Index(base, Box::new(self.expression(*key, depth))),
            _ => {
                let mut parts = vec![*base];
                for key in keys {
                    if key.kind() == "slice" {
                        parts.extend(self.all(key, depth));
                    } else {
                        parts.push(self.expression(key, depth));
                    }
                }
                ExprKind::Unknown(parts)
            }
        }
    }

    fn call(&mut self, node: Node, depth: usize) -> ExprKind {
        let callee = self.optional(node.child_by_field_name("function"), node, depth);
        let mut arguments = Vec::new();
        match node.child_by_field_name("arguments") {
            Some(list) if list.kind() == "argument_list" => {
                let mut cursor = list.walk();
                for child in list.named_children(&mut cursor) {
                    arguments.push(self.argument(child, depth));
                }
            }
            Some(only) => arguments.push(self.argument(only, depth)),
            None => {}
        }
        ExprKind::Call(Box::new(Call { callee, arguments }))
    }

    fn argument(&mut self, node: Node, depth: usize) -> Argument {
        let name = node.child_by_field_name("name").filter(|_| node.kind() == "keyword_argument");
        let (value, spread) = match node.kind() {
            "keyword_argument" => (node.child_by_field_name("value"), Spread::No),
            "list_splat" => (node.named_child(0), Spread::Items),
            "dictionary_splat" => (node.named_child(0), Spread::Fields),
            _ => (Some(node), Spread::No),
        };
        Argument {
            name: name.map(|name| (self.places.text(name).to_owned(), self.places.span_of(name))),
            spread,
            value: self.optional(value, node, depth),
        }
    }

    /// A list that has no brackets.
    pub(super) fn list(&mut self, node: Node, depth: usize) -> Expr {
        Expr { kind: ExprKind::List(self.elements(node, depth)), span: self.places.span_of(node) }
    }

    fn elements(&mut self, node: Node, depth: usize) -> Vec<Element> {
        let mut cursor = node.walk();
        let mut elements = Vec::new();
        for child in node.named_children(&mut cursor) {
            let spread = matches!(child.kind(), "list_splat" | "list_splat_pattern");
            let value = child.named_child(0).filter(|_| spread).unwrap_or(child);
            elements.push(Element { spread, value: self.expression(value, depth) });
        }
        elements
    }

    fn entries(&mut self, node: Node, depth: usize) -> Vec<Entry> {
        let mut cursor = node.walk();
        let mut entries = Vec::new();
        for child in node.named_children(&mut cursor) {
            let (key, value) = match child.kind() {
                "pair" => (child.child_by_field_name("key"), child.child_by_field_name("value")),
                "dictionary_splat" => (None, child.named_child(0)),
                _ => continue,
            };
            entries.push(Entry {
                key: key.map(|key| self.expression(key, depth)),
                value: self.optional(value, child, depth),
                span: self.places.span_of(child),
            });
        }
        entries
    }

    fn comprehension(&mut self, node: Node, depth: usize) -> ExprKind {
        let body = node.child_by_field_name("body");
        let pair = body.filter(|body| body.kind() == "pair");
        let value = match pair {
            Some(pair) => self.optional(pair.child_by_field_name("value"), pair, depth),
            None => self.optional(body, node, depth),
        };
        let key = pair.and_then(|pair| pair.child_by_field_name("key")).map(|key| self.expression(key, depth));
        let mut cursor = node.walk();
        let mut clauses =
            node.named_children(&mut cursor).filter(|child| matches!(child.kind(), "for_in_clause" | "if_clause"));
        let first = clauses.next().filter(|clause| clause.kind() == "for_in_clause");
        let (mut conditions, mut more) = (Vec::new(), false);
        for clause in clauses {
            match clause.named_child(0).filter(|_| clause.kind() == "if_clause") {
                Some(condition) => conditions.push(self.expression(condition, depth)),
                None => more = true,
            }
        }
        let (target, items) = if let Some(clause) = first {
            let target = self.target(clause.child_by_field_name("left"), depth);
            (target, self.optional(clause.child_by_field_name("right"), clause, depth))
        } else {
            let span = self.places.span_of(node);
            (Target { kind: TargetKind::Nothing, span }, Expr::unknown(span))
        };
        ExprKind::Comprehension(Box::new(Comprehension { key, value, target, items, conditions, more }))
    }
}

/// Without parentheses and `await`.
fn bare(mut node: Node) -> Node {
    while matches!(node.kind(), "parenthesized_expression" | "await") {
        let Some(inner) = node.named_child(0) else { break };
        node = inner;
    }
    node
}
