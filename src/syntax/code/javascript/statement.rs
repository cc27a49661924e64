//! The grammar's nodes → statements.

use tree_sitter::Node;

use super::super::cases::{Case, choose, ends};
use super::super::nodes::{binary, child, has_fault, inner, name, named, unknown};
use super::super::{Expr, ExprKind, Operator, Stmt, StmtKind, Target, TargetKind};
use super::Reader;

impl Reader<'_> {
    /// The statements directly under a node.
    pub(super) fn statements(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        for child in named(node) {
            self.statement(child, depth, out);
        }
    }

    /// What stands where one statement may.
    fn body(&self, node: Option<Node>, depth: usize) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.blocks.update(|blocks| blocks + 1);
        match node {
            Some(block) if block.kind() == "statement_block" => self.statements(block, depth, &mut out),
            Some(node) => self.statement(node, depth, &mut out),
            None => {}
        }
        self.blocks.update(|blocks| blocks.saturating_sub(1));
        out
    }

    fn statement(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        if self.is_deep(depth) {
            out.push(Stmt { kind: StmtKind::Other, span });
            return;
        }
        let depth = depth + 1;
        let kind = match node.kind() {
            "expression_statement" => {
                if let Some(value) = inner(node) {
                    self.done(value, depth, out);
                }
                return;
            }
            "lexical_declaration" | "variable_declaration" => return self.variables(node, depth, out),
            "import_statement" => return self.import(node, out),
            "export_statement" => return self.export(node, depth, out),
            "function_declaration" | "generator_function_declaration" => {
                StmtKind::Function(Box::new(self.function(node, Vec::new(), depth)))
            }
            "class_declaration" | "abstract_class_declaration" => {
                StmtKind::Class(Box::new(self.class(node, Vec::new(), depth)))
            }
            "enum_declaration" => StmtKind::Class(Box::new(self.enumeration(node, depth))),
            "if_statement" => self.conditional(node, depth),
            "switch_statement" => self.switch(node, depth),
            "for_statement" => return self.counted(node, depth, out),
            "for_in_statement" => self.for_each(node, depth),
            "while_statement" | "do_statement" => {
                let condition = self.field(node, "condition", depth);
                StmtKind::While(condition, self.body(node.child_by_field_name("body"), depth))
            }
            "try_statement" => self.tried(node, depth),
            "return_statement" => StmtKind::Return(inner(node).map(|value| self.expression(value, depth))),
            "throw_statement" => StmtKind::Raise,
            "break_statement" if inner(node).is_none() => StmtKind::Break,
            "continue_statement" => StmtKind::Continue,
            "labeled_statement" => return self.labelled(node, depth, out),
            "statement_block" => StmtKind::Block { enters: Vec::new(), body: self.body(Some(node), depth) },
            "internal_module" | "module" => self.namespace(node, depth),
            "with_statement" => {
                let object = self.field(node, "object", depth);
                let body = self.body(node.child_by_field_name("body"), depth);
                StmtKind::Block { enters: vec![(object, None)], body }
            }
            "empty_statement" | "debugger_statement" | "hash_bang_line" => return,
            _ => StmtKind::Other,
        };
        out.push(Stmt { kind, span });
    }

    /// `outer: for (…) …`, however many labels.
    fn labelled(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let mut node = node;
        while let Some(body) = node.child_by_field_name("body").filter(|_| node.kind() == "labeled_statement") {
            node = body;
        }
        self.statement(node, depth, out);
    }

    fn namespace(&self, node: Node, depth: usize) -> StmtKind {
        match node.child_by_field_name("body") {
            Some(body) => StmtKind::Block { enters: Vec::new(), body: self.body(Some(body), depth) },
            None => StmtKind::Other,
        }
    }

    /// An expression alone.
    fn done(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        if self.is_deep(depth) {
            out.push(Stmt { kind: StmtKind::Other, span });
            return;
        }
        let value = Self::peel(node);
        let operator = value.child_by_field_name("operator").map(|operator| operator.kind()).unwrap_or_default();
        let kind = match value.kind() {
            _ if has_fault(value) => StmtKind::Expr(self.expression(value, depth)),
            "assignment_expression" => return self.assign(value, depth, out),
            "augmented_assignment_expression" => return self.augment(value, operator, depth, out),
            "sequence_expression" => {
                for part in named(value) {
                    self.done(part, depth + 1, out);
                }
                return;
            }
            "update_expression" => {
                let Some(argument) = value.child_by_field_name("argument") else { return };
                let target = self.target(argument, depth, &mut Vec::new());
                let one = Expr { kind: ExprKind::Number("1".to_owned()), span };
                StmtKind::Append { target, value: one, adds: operator == "++" }
            }
            "unary_expression" if operator == "delete" => StmtKind::Delete(self.field(value, "argument", depth)),
            "unary_expression" if operator == "void" => StmtKind::Expr(self.field(value, "argument", depth)),
            // `ready && (x = 1)`.
            "binary_expression" if operator == "&&" && assigns(value.child_by_field_name("right")) => {
                let condition = self.field(value, "left", depth);
                let mut body = Vec::new();
                if let Some(right) = value.child_by_field_name("right") {
                    self.done(right, depth + 1, &mut body);
                }
                StmtKind::If { arms: vec![(condition, body)], otherwise: None }
            }
            "internal_module" => self.namespace(value, depth),
            _ => StmtKind::Expr(self.expression(value, depth)),
        };
        out.push(Stmt { kind, span });
    }

    /// `a = b = value`.
    fn assign(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let (mut targets, mut later) = (Vec::new(), Vec::new());
        let mut value = node;
        while value.kind() == "assignment_expression"
            && let Some(right) = value.child_by_field_name("right")
        {
            if let Some(left) = value.child_by_field_name("left") {
                targets.push(self.target(left, depth, &mut later));
            }
            value = Self::peel(right);
        }
        let span = self.span(node);
        let value = self.value(value, depth, out);
        out.push(Stmt { kind: StmtKind::Assign { targets, value, declares: false }, span });
        out.append(&mut later);
    }

    /// A value that is assigned. A class with a name stands before.
    fn value(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) -> Expr {
        let node = Self::peel(node);
        if node.kind() == "class"
            && let Some(text) = node.child_by_field_name("name").map(|name| self.text(name))
        {
            let class = self.class(node, Vec::new(), depth);
            out.push(Stmt { kind: StmtKind::Class(Box::new(class)), span: self.span(node) });
            return name(text, self.span(node));
        }
        self.expression(node, depth)
    }

    /// `a += value`, `a ||= value`.
    fn augment(&self, node: Node, operator: &str, depth: usize, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let Some(left) = node.child_by_field_name("left") else { return };
        let target = self.target(left, depth, &mut Vec::new());
        let value = self.field(node, "right", depth);
        let logical = match operator {
            "||=" => Some(Operator::Or),
            "&&=" => Some(Operator::And),
            "??=" => Some(Operator::OrNull),
            _ => None,
        };
        let kind = match logical {
            Some(logical) => {
                let value = binary(logical, self.expression(left, depth), value, span);
                StmtKind::Assign { targets: vec![target], value, declares: false }
            }
            None => StmtKind::Append { target, value, adds: operator == "+=" },
        };
        out.push(Stmt { kind, span });
    }

    /// `const a = 1, { b } = c`.
    fn variables(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let declarators: Vec<Node> =
            named(node).into_iter().filter(|part| part.kind() == "variable_declarator").collect();
        let alone = declarators.len() == 1;
        let declares = node.kind() == "lexical_declaration" || self.blocks.get() == 0;
        for part in declarators {
            let span = self.span(if alone { node } else { part });
            let Some(pattern) = part.child_by_field_name("name") else { continue };
            let value = part.child_by_field_name("value");
            if let Some(imports) = value.and_then(|value| self.required(pattern, value)).filter(|all| !all.is_empty()) {
                out.push(Stmt { kind: StmtKind::Import(imports), span });
                continue;
            }
            // `const A = class { … }` names it.
            let class = value.map(Self::peel).filter(|value| value.kind() == "class" && pattern.kind() == "identifier");
            if let Some(class) = class {
                let mut class = self.class(class, Vec::new(), depth);
                self.text(pattern).clone_into(&mut class.name);
                out.push(Stmt { kind: StmtKind::Class(Box::new(class)), span });
                continue;
            }
            let mut later = Vec::new();
            let mut targets = vec![self.target(pattern, depth, &mut later)];
            let mut value = value.map(Self::peel);
            while let Some(inner) = value.filter(|value| value.kind() == "assignment_expression")
                && let Some(left) = inner.child_by_field_name("left")
            {
                targets.push(self.target(left, depth, &mut later));
                value = inner.child_by_field_name("right").map(Self::peel);
            }
            let value = match value {
                Some(_) if has_fault(part) => unknown(self.span(part), self.kept(part, depth)),
                Some(value) => self.value(value, depth, out),
                // Something else gives it its value.
                None => unknown(self.span(pattern), Vec::new()),
            };
            out.push(Stmt { kind: StmtKind::Assign { targets, value, declares }, span });
            out.append(&mut later);
        }
    }

    /// `export …`: the declaration itself. A value that is exported by default has the name `default`, which no other
    /// has.
    fn export(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        if let Some(declaration) = node.child_by_field_name("declaration") {
            let decorators = self.decorators(node, depth);
            if matches!(declaration.kind(), "class_declaration" | "abstract_class_declaration") {
                let class = self.class(declaration, decorators, depth);
                out.push(Stmt { kind: StmtKind::Class(Box::new(class)), span });
            } else {
                let at = out.len();
                self.statement(declaration, depth, out);
                if let [only] = out.get_mut(at..).unwrap_or_default() {
                    only.span = span;
                }
            }
        } else if let (Some(value), Some(word)) = (node.child_by_field_name("value"), child(node, "default")) {
            let peeled = Self::peel(value);
            if peeled.kind() == "class" && peeled.child_by_field_name("name").is_none() {
                let mut class = self.class(peeled, self.decorators(node, depth), depth);
                "default".clone_into(&mut class.name);
                out.push(Stmt { kind: StmtKind::Class(Box::new(class)), span });
                return;
            }
            let value = self.value(value, depth, out);
            let target = Target { kind: TargetKind::Name("default".to_owned()), span: self.span(word) };
            out.push(Stmt { kind: StmtKind::Assign { targets: vec![target], value, declares: true }, span });
        } else if child(node, "=").is_some()
            && let Some(value) = named(node).pop()
        {
            out.push(Stmt { kind: StmtKind::Expr(self.expression(value, depth)), span });
        } else {
            out.push(Stmt { kind: StmtKind::Other, span });
        }
    }

    /// `if … else if … else`, however long.
    fn conditional(&self, node: Node, depth: usize) -> StmtKind {
        let (mut arms, mut otherwise) = (Vec::new(), None);
        let mut next = Some(node);
        while let Some(node) = next.take() {
            let condition = self.field(node, "condition", depth);
            arms.push((condition, self.body(node.child_by_field_name("consequence"), depth)));
            match node.child_by_field_name("alternative").and_then(inner) {
                Some(inner) if inner.kind() == "if_statement" => next = Some(inner),
                Some(inner) => otherwise = Some(self.body(Some(inner), depth)),
                None => {}
            }
        }
        StmtKind::If { arms, otherwise }
    }

    fn switch(&self, node: Node, depth: usize) -> StmtKind {
        let subject = self.field(node, "value", depth);
        let mut cases = Vec::new();
        let nodes = node.child_by_field_name("body").map(named).unwrap_or_default();
        let count = nodes.len();
        for (index, case) in nodes.into_iter().enumerate() {
            let mut body = Vec::new();
            let mut cursor = case.walk();
            for inner in case.children_by_field_name("body", &mut cursor) {
                self.statement(inner, depth, &mut body);
            }
            let tests = case.child_by_field_name("value").map(|value| self.expression(value, depth));
            cases.push(Case {
                tests: tests.into_iter().collect(),
                is_default: case.kind() == "switch_default",
                falls: index + 1 < count && !ends(&body),
                body,
                span: self.span(case),
            });
        }
        choose(Some(subject), cases)
    }

    /// `for (start; condition; step) …`. What is declared there is known there only.
    fn counted(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let mut loops = Vec::new();
        let start = node.child_by_field_name("initializer");
        if start.is_some_and(|start| start.kind() == "lexical_declaration") {
            self.looped(node, depth, &mut loops);
            out.push(Stmt { kind: StmtKind::Block { enters: Vec::new(), body: loops }, span: self.span(node) });
        } else {
            self.looped(node, depth, out);
        }
    }

    fn looped(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        if let Some(start) = node.child_by_field_name("initializer") {
            if start.kind().ends_with("_declaration") || start.kind() == "empty_statement" {
                self.statement(start, depth, out);
            } else {
                self.done(start, depth, out);
            }
        }
        let condition = node.child_by_field_name("condition").filter(|node| node.kind() != "empty_statement");
        let condition = match condition {
            Some(condition) => self.expression(condition, depth),
            None => Expr { kind: ExprKind::Bool(true), span: self.span(node) },
        };
        let mut body = self.body(node.child_by_field_name("body"), depth);
        if let Some(step) = node.child_by_field_name("increment") {
            self.done(step, depth, &mut body);
        }
        out.push(Stmt { kind: StmtKind::While(condition, body), span: self.span(node) });
    }

    /// `for (const x of items) …`; of `in`, whose names are not looked for, the items are unknown.
    fn for_each(&self, node: Node, depth: usize) -> StmtKind {
        let mut body = Vec::new();
        let target = match node.child_by_field_name("left") {
            Some(left) => self.target(left, depth, &mut body),
            None => Target { kind: TargetKind::Nothing, span: self.span(node) },
        };
        let mut items = self.field(node, "right", depth);
        if node.child_by_field_name("operator").is_some_and(|operator| operator.kind() == "in") {
            items = unknown(items.span, vec![items]);
        }
        body.append(&mut self.body(node.child_by_field_name("body"), depth));
        StmtKind::For { target, items, body }
    }

    fn tried(&self, node: Node, depth: usize) -> StmtKind {
        let mut handlers = Vec::new();
        if let Some(handler) = node.child_by_field_name("handler") {
            let mut body = Vec::new();
            if let Some(parameter) = handler.child_by_field_name("parameter") {
                let mut later = Vec::new();
                let targets = vec![self.target(parameter, depth, &mut later)];
                let span = self.span(parameter);
                let value = unknown(span, Vec::new());
                body.push(Stmt { kind: StmtKind::Assign { targets, value, declares: true }, span });
                body.append(&mut later);
            }
            body.append(&mut self.body(handler.child_by_field_name("body"), depth));
            handlers.push(body);
        }
        let last = node.child_by_field_name("finalizer").and_then(|last| last.child_by_field_name("body"));
        StmtKind::Try {
            body: self.body(node.child_by_field_name("body"), depth),
            handlers,
            last: self.body(last, depth),
        }
    }
}

fn assigns(node: Option<Node>) -> bool {
    let node = node.map(Reader::peel);
    node.is_some_and(|node| matches!(node.kind(), "assignment_expression" | "augmented_assignment_expression"))
}
