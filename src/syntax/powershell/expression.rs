//! Expressions of the grammar → the tree.

use tree_sitter::Node;

use super::build::{At, Build, child, children, plain};
use super::{Expr, ExprKind, File, Part, text};

impl Build<'_> {
    pub(super) fn expression(&mut self, at: At, node: Node) -> Expr {
        // Most nodes are there for precedence alone.
        let mut node = node;
        while wraps(node) {
            match children(node).as_slice() {
                [only] if only.byte_range() == node.byte_range() => node = *only,
                _ => break,
            }
        }
        let span = self.span(at.range(node));
        let kind = self.deeper(|build| build.expression_kind(at, node));
        Expr { kind: kind.unwrap_or(ExprKind::Unknown), span }
    }

    fn expression_kind(&mut self, at: At, node: Node) -> ExprKind {
        let parts = children(node);
        let range = at.range(node);
        match (node.kind(), parts.as_slice()) {
            ("variable", _) => ExprKind::Variable(plain(self.text(range))),
            ("string_literal", [only]) => ExprKind::Text(text::quoted(self, at.range(*only))),
            ("integer_literal" | "real_literal", _) => ExprKind::Text(vec![self.literal(range)]),
            ("parenthesized_expression" | "sub_expression", _) => ExprKind::Output(self.within(at, node)),
            ("array_expression", _) => ExprKind::Listed(self.within(at, node)),
            ("array_literal_expression", _) => {
                ExprKind::Array(parts.into_iter().map(|part| self.expression(at, part)).collect())
            }
            ("script_block_expression", _) => {
                let mut file = File::default();
                if let Some(script) = child(node, "script_block") {
                    self.script_block(at, script, &mut file);
                    let block = child(node, "param_block").or_else(|| child(script, "param_block"));
                    file.parameters = block.map(|block| self.parameters(at, block)).unwrap_or_default();
                }
                ExprKind::Script(Box::new(file))
            }
            ("hash_literal_expression", _) => self.map(at, node),
            ("member_access", [object, name]) => {
                let object = self.expression(at, *object);
                match self.member(at, *name) {
                    Some(name) => ExprKind::Member(Box::new(object), name),
                    None => ExprKind::Unknown,
                }
            }
            ("element_access", [object, key]) => {
                let object = self.expression(at, *object);
                ExprKind::Index(Box::new(object), Box::new(self.expression(at, *key)))
            }
            ("invokation_expression", [object, name, list]) if list.kind() == "argument_list" => {
                let object = self.expression(at, *object);
                let Some(name) = self.member(at, *name) else { return ExprKind::Unknown };
                let list = child(*list, "argument_expression_list").map(children).unwrap_or_default();
                let arguments = list.into_iter().map(|argument| self.expression(at, argument)).collect();
                ExprKind::Invoke(Box::new(object), name, arguments)
            }
            ("type_literal", _) => ExprKind::Cast(self.type_name(range), None),
            ("cast_expression", [name, value]) => {
                let name = self.type_name(at.range(*name));
                ExprKind::Cast(name, Some(Box::new(self.expression(at, *value))))
            }
            ("expression_with_unary_operator", [only]) => {
                let value = at.range(*only);
                let operator = self.text(range.start..value.start).trim().to_ascii_lowercase();
                let value = self.expression(at, *only);
                match operator.as_str() {
                    "!" | "-not" => ExprKind::Not(Box::new(value)),
                    "," => ExprKind::Array(vec![value]),
                    _ => ExprKind::Unknown,
                }
            }
            (kind, _) if kind.ends_with("_expression") => self.binary(at, node),
            _ => ExprKind::Unknown,
        }
    }

    /// `left operator right`
    fn binary(&mut self, at: At, node: Node) -> ExprKind {
        let parts = children(node);
        let (Some(left), Some(right), true) = (parts.first(), parts.last(), parts.len() >= 2) else {
            return ExprKind::Unknown;
        };
        let between = at.range(*left).end..at.range(*right).start;
        let operator = self.text(between).trim().trim_matches('`').trim().to_ascii_lowercase();
        let left = self.expression(at, *left);
        ExprKind::Binary(operator, Box::new(left), Box::new(self.expression(at, *right)))
    }

    /// The statements within brackets.
    fn within(&mut self, at: At, node: Node) -> Vec<super::Stmt> {
        let parts = children(node);
        match parts.first() {
            Some(list) if list.kind() == "statement_list" => self.listed(at, *list),
            Some(_) => self.listed(at, node),
            None => Vec::new(),
        }
    }

    fn map(&mut self, at: At, node: Node) -> ExprKind {
        let entries = child(node, "hash_literal_body").map(children).unwrap_or_default();
        let mut out = Vec::new();
        for entry in entries {
            let parts = children(entry);
            let [key, value, ..] = parts.as_slice() else { continue };
            let range = at.range(*key);
            let key = match children(*key).first() {
                Some(name) if name.kind() == "simple_name" => {
                    Expr { kind: ExprKind::Text(vec![self.literal(range.clone())]), span: self.span(range) }
                }
                Some(expr) => self.expression(at, *expr),
                None => Expr::unknown(self.span(range)),
            };
            out.extend(self.statement(at, *value).map(|value| (key, value)));
        }
        ExprKind::Map(out)
    }

    fn member(&mut self, at: At, node: Node) -> Option<String> {
        let text = self.text(at.range(node));
        match children(node).first() {
            Some(name) if name.kind() != "simple_name" => self.expression(at, *name).literal(),
            _ => Some(text.to_owned()),
        }
    }

    fn type_name(&self, range: std::ops::Range<usize>) -> String {
        self.text(range).trim_matches(['[', ']']).to_ascii_lowercase()
    }

    /// Text that stands as it is.
    pub(super) fn literal(&self, range: std::ops::Range<usize>) -> Part {
        let exact = self.snippet.is_exact(range.clone());
        Part::Text { text: self.text(range.clone()).to_owned(), span: self.span(range), exact }
    }
}

/// Whether a node may be nothing but a wrapper of another one.
fn wraps(node: Node) -> bool {
    let kind = node.kind();
    kind == "unary_expression"
        || kind == "expression_with_unary_operator"
        || kind == "path_command_name"
        || kind == "command_name_expr"
        || kind.ends_with("_expression")
            && !matches!(
                kind,
                "parenthesized_expression"
                    | "sub_expression"
                    | "array_expression"
                    | "script_block_expression"
                    | "hash_literal_expression"
                    | "invokation_expression"
                    | "cast_expression"
            )
}
