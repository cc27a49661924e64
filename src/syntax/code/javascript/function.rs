//! Functions and their parameters.

use tree_sitter::Node;

use super::super::nodes::{child, fields, named};
use super::super::{Expr, ExprKind, Function, Member, Parameter, Spread, Stmt, StmtKind, Target, TargetKind};
use super::Reader;

impl Reader<'_> {
    /// A function of any form.
    pub(super) fn function(&self, node: Node, decorators: Vec<Expr>, depth: usize) -> Function {
        let name = node.child_by_field_name("name").and_then(|name| self.key_name(name)).unwrap_or_default();
        let (mut parameters, mut body) = (Vec::new(), Vec::new());
        if let Some(single) = node.child_by_field_name("parameter") {
            let target = self.target(single, depth + 1, &mut body);
            parameters.push(Parameter { target, default: None, spread: Spread::No });
        }
        for parameter in node.child_by_field_name("parameters").map(named).unwrap_or_default() {
            parameters.extend(self.parameter(parameter, depth + 1, &mut body));
        }
        let inner = node.child_by_field_name("body");
        let blocks = self.blocks.replace(0);
        match inner {
            Some(block) if block.kind() == "statement_block" => self.statements(block, depth + 1, &mut body),
            Some(value) => {
                let value = self.expression(value, depth + 1);
                let span = value.span;
                body.push(Stmt { kind: StmtKind::Return(Some(value)), span });
            }
            None => {}
        }
        self.blocks.set(blocks);
        let head = self.head(node.start_byte(), inner, node.end_byte());
        Function { name, parameters, receiver: None, body, decorators, head }
    }

    fn parameter(&self, node: Node, depth: usize, body: &mut Vec<Stmt>) -> Option<Parameter> {
        let pattern = node.child_by_field_name("pattern")?;
        if pattern.kind() == "this" {
            return None;
        }
        let target = self.target(pattern, depth, body);
        // `constructor(private readonly name: string)` is a field too.
        let is_field = child(node, "accessibility_modifier").is_some() || child(node, "readonly").is_some();
        if let (true, TargetKind::Name(name)) = (is_field, &target.kind) {
            let span = target.span;
            let this = Box::new(Expr { kind: ExprKind::Name("this".to_owned()), span });
            let field = Expr { kind: ExprKind::Member(this, Member { name: name.clone(), at: span }), span };
            let targets = vec![Target { kind: TargetKind::Part(field), span }];
            let value = Expr { kind: ExprKind::Name(name.clone()), span };
            body.push(Stmt { kind: StmtKind::Assign { targets, value, declares: false }, span });
        }
        let default = node.child_by_field_name("value").map(|value| self.expression(value, depth));
        let spread = if pattern.kind() == "rest_pattern" { Spread::Items } else { Spread::No };
        Some(Parameter { target, default, spread })
    }

    /// The expressions of the decorators that are a node's own.
    pub(super) fn decorators(&self, node: Node, depth: usize) -> Vec<Expr> {
        fields(node, "decorator").into_iter().filter_map(|node| self.decorator(node, depth)).collect()
    }

    pub(super) fn decorator(&self, node: Node, depth: usize) -> Option<Expr> {
        super::super::nodes::inner(node).map(|inner| self.expression(inner, depth))
    }
}
