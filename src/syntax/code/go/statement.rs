//! The grammar's nodes → statements.

use tree_sitter::Node;

use super::super::cases::{Case, choose};
use super::super::nodes::{fields, has_fault, inner, name_target, named, unknown};
use super::super::{Element, Expr, ExprKind, Stmt, StmtKind, Target, TargetKind};
use super::Reader;

impl Reader<'_> {
    /// The statements directly under a node.
    pub(super) fn statements(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        for child in named(node) {
            if child.kind() == "statement_list" {
                for child in named(child) {
                    self.statement(child, depth, out);
                }
            } else {
                self.statement(child, depth, out);
            }
        }
    }

    fn body(&self, node: Option<Node>, depth: usize) -> Vec<Stmt> {
        let mut out = Vec::new();
        if let Some(node) = node {
            self.statements(node, depth, &mut out);
        }
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
            "expression_statement" => match inner(node) {
                Some(value) => self.done(value, depth),
                None => return,
            },
            "short_var_declaration" => return self.assign(node, ("left", "right"), true, depth, out),
            "assignment_statement" => return self.assignment(node, depth, out),
            "const_declaration" | "var_declaration" => return self.variables(node, depth, out),
            "inc_statement" | "dec_statement" => self.counted(node, depth),
            "go_statement" | "defer_statement" => match inner(node) {
                Some(value) => StmtKind::Expr(self.expression(value, depth)),
                None => StmtKind::Other,
            },
            "send_statement" => {
                let kept = vec![self.field(node, "channel", depth), self.field(node, "value", depth)];
                StmtKind::Expr(unknown(span, kept))
            }
            "return_statement" => StmtKind::Return(self.returned(node, depth)),
            "if_statement" => return self.conditional(node, depth, out),
            "for_statement" => return self.repeated(node, depth, out),
            "expression_switch_statement" | "type_switch_statement" => return self.switch(node, depth, out),
            "select_statement" => choose(None, self.cases(node, depth)),
            "labeled_statement" => return self.labelled(node, depth, out),
            "break_statement" if inner(node).is_none() => StmtKind::Break,
            "continue_statement" => StmtKind::Continue,
            "block" => StmtKind::Block { enters: Vec::new(), body: self.body(Some(node), depth) },
            "function_declaration" => self.declared_function(node, depth),
            "method_declaration" => self.method(node, depth),
            "type_declaration" => return self.types(node, out),
            "import_declaration" => self.imports(node),
            "package_clause" | "empty_statement" | "fallthrough_statement" => return,
            _ => StmtKind::Other,
        };
        out.push(Stmt { kind, span });
    }

    fn labelled(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let mut node = node;
        while node.kind() == "labeled_statement" {
            let Some(next) = named(node).into_iter().nth(1) else { return };
            node = next;
        }
        self.statement(node, depth, out);
    }

    /// An expression alone.
    fn done(&self, node: Node, depth: usize) -> StmtKind {
        let callee = node.child_by_field_name("function").filter(|_| node.kind() == "call_expression");
        if callee.is_some_and(|callee| self.text(callee) == "panic") {
            return StmtKind::Raise;
        }
        StmtKind::Expr(self.expression(node, depth))
    }

    /// A statement that may stand before a condition.
    fn before(&self, node: Option<Node>, depth: usize, out: &mut Vec<Stmt>) {
        if let Some(node) = node {
            self.statement(node, depth, out);
        }
    }

    /// What stands before a condition is known in the statement only.
    fn within(&self, node: Node, mut body: Vec<Stmt>, out: &mut Vec<Stmt>) {
        match body.pop() {
            Some(only) if body.is_empty() => out.push(only),
            last => {
                body.extend(last);
                out.push(Stmt { kind: StmtKind::Block { enters: Vec::new(), body }, span: self.span(node) });
            }
        }
    }

    pub(super) fn target(&self, node: Node, depth: usize) -> Target {
        let node = Self::peel(node);
        let span = self.span(node);
        match node.kind() {
            "identifier" => name_target(self.text(node), span),
            "selector_expression" | "index_expression" => {
                Target { kind: TargetKind::Part(self.expression(node, depth)), span }
            }
            _ => Target { kind: TargetKind::Nothing, span },
        }
    }

    fn assignment(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let operator = node.child_by_field_name("operator").map(|operator| operator.kind()).unwrap_or_default();
        if operator == "=" {
            return self.assign(node, ("left", "right"), false, depth, out);
        }
        let left = node.child_by_field_name("left").and_then(inner);
        let right = node.child_by_field_name("right").and_then(inner);
        let Some((left, right)) = left.zip(right) else { return };
        let (target, value) = (self.target(left, depth), self.expression(right, depth));
        out.push(Stmt { kind: StmtKind::Append { target, value, adds: operator == "+=" }, span: self.span(node) });
    }

    /// `a, b = c, d`, `a, err := f()`.
    fn assign(&self, node: Node, sides: (&str, &str), declares: bool, depth: usize, out: &mut Vec<Stmt>) {
        let targets: Vec<Target> = node
            .child_by_field_name(sides.0)
            .map(named)
            .unwrap_or_default()
            .into_iter()
            .map(|left| self.target(left, depth))
            .collect();
        let right = node.child_by_field_name(sides.1).filter(|right| !has_fault(*right));
        self.given(node, targets, right, declares, depth, out);
    }

    fn given(
        &self,
        node: Node,
        mut targets: Vec<Target>,
        right: Option<Node>,
        declares: bool,
        depth: usize,
        out: &mut Vec<Stmt>,
    ) {
        let span = self.span(node);
        let values = right.map(named).unwrap_or_default();
        let is_call = values.first().is_some_and(|value| Self::peel(*value).kind() == "call_expression");
        let mut push = |targets: Vec<Target>, value: Expr| {
            out.push(Stmt { kind: StmtKind::Assign { targets, value, declares }, span });
        };
        let Some(first) = values.first() else {
            for target in targets {
                let span = target.span;
                push(vec![target], unknown(span, Vec::new()));
            }
            return;
        };
        if values.len() == 1 && (targets.len() == 1 || !is_call) {
            // `value, ok := values[key]`.
            let others = targets.split_off(targets.len().min(1));
            push(targets, self.expression(*first, depth));
            for other in others {
                let span = other.span;
                push(vec![other], unknown(span, Vec::new()));
            }
            return;
        }
        let place = targets.iter().map(|target| target.span).reduce(crate::source::Span::to).unwrap_or(span);
        let value = self.several(&values, depth);
        push(vec![Target { kind: TargetKind::Items(targets, None), span: place }], value);
    }

    /// Several values as a list; one as itself.
    fn several(&self, values: &[Node], depth: usize) -> Expr {
        if let [only] = values {
            return self.expression(*only, depth);
        }
        let values: Vec<Expr> = values.iter().map(|value| self.expression(*value, depth)).collect();
        let span = values.iter().map(|value| value.span).reduce(crate::source::Span::to).unwrap_or_default();
        Expr { kind: ExprKind::List(values.into_iter().map(|value| Element { spread: false, value }).collect()), span }
    }

    fn returned(&self, node: Node, depth: usize) -> Option<Expr> {
        match inner(node) {
            Some(list) => Some(self.several(&named(list), depth)),
            None => self.names_results.get().then(|| unknown(self.span(node), Vec::new())),
        }
    }

    /// `const (…)`, `var a, b = c, d`. What has no value by itself has one that is not known.
    fn variables(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let mut counts = false;
        for (number, part) in named(node).into_iter().enumerate() {
            if part.kind() == "const_spec" && !has_fault(part) {
                let value = part.child_by_field_name("value");
                let first = value.map(|value| self.text(value).starts_with("iota"));
                counts = first.unwrap_or(counts);
                // Each has a number of its own.
                if let ([name], true) = (fields(part, "name").as_slice(), counts) {
                    let target = name_target(self.text(*name), self.span(*name));
                    let value = Expr { kind: ExprKind::Number(number.to_string()), span: self.span(part) };
                    let kind = StmtKind::Assign { targets: vec![target], value, declares: true };
                    out.push(Stmt { kind, span: self.span(part) });
                    continue;
                }
            }
            if part.kind() == "var_spec_list" {
                self.variables(part, depth, out);
                continue;
            }
            let names = fields(part, "name").into_iter().filter(|name| name.kind() == "identifier");
            let targets = names.map(|name| name_target(self.text(name), self.span(name))).collect();
            let value = part.child_by_field_name("value").filter(|value| !has_fault(*value) && !has_fault(part));
            self.given(part, targets, value, true, depth, out);
        }
    }

    fn counted(&self, node: Node, depth: usize) -> StmtKind {
        let Some(argument) = inner(node) else { return StmtKind::Other };
        let value = Expr { kind: ExprKind::Number("1".to_owned()), span: self.span(node) };
        StmtKind::Append { target: self.target(argument, depth), value, adds: node.kind() == "inc_statement" }
    }

    /// `if a := b; c { … } else if … else { … }`, however long. What stands before a later condition stands before all.
    fn conditional(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let (mut body, mut arms, mut otherwise) = (Vec::new(), Vec::new(), None);
        let mut next = Some(node);
        while let Some(node) = next.take() {
            self.before(node.child_by_field_name("initializer"), depth, &mut body);
            let condition = self.field(node, "condition", depth);
            arms.push((condition, self.body(node.child_by_field_name("consequence"), depth)));
            match node.child_by_field_name("alternative") {
                Some(inner) if inner.kind() == "if_statement" => next = Some(inner),
                Some(inner) => otherwise = Some(self.body(Some(inner), depth)),
                None => {}
            }
        }
        body.push(Stmt { kind: StmtKind::If { arms, otherwise }, span });
        self.within(node, body, out);
    }

    fn repeated(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let span = self.span(node);
        let inside = |depth| self.body(node.child_by_field_name("body"), depth);
        let always = || Expr { kind: ExprKind::Bool(true), span };
        let clause = inner(node).filter(|clause| clause.kind() != "block");
        match clause {
            Some(clause) if clause.kind() == "range_clause" => {
                let (target, items, mut body) = self.ranged(clause, depth);
                body.append(&mut inside(depth));
                out.push(Stmt { kind: StmtKind::For { target, items, body }, span });
            }
            Some(clause) if clause.kind() == "for_clause" => {
                let mut whole = Vec::new();
                self.before(clause.child_by_field_name("initializer"), depth, &mut whole);
                let condition = clause.child_by_field_name("condition");
                let condition = condition.map_or_else(always, |condition| self.expression(condition, depth));
                let mut body = inside(depth);
                self.before(clause.child_by_field_name("update"), depth, &mut body);
                whole.push(Stmt { kind: StmtKind::While(condition, body), span });
                self.within(node, whole, out);
            }
            condition => {
                let condition = condition.map_or_else(always, |condition| self.expression(condition, depth));
                out.push(Stmt { kind: StmtKind::While(condition, inside(depth)), span });
            }
        }
    }

    /// `i, item := range items`. The first is a number or a key, which is not looked for.
    fn ranged(&self, node: Node, depth: usize) -> (Target, Expr, Vec<Stmt>) {
        let items = self.field(node, "right", depth);
        let left = node.child_by_field_name("left").map(named).unwrap_or_default();
        let mut targets = left.into_iter().map(|left| self.target(left, depth));
        let (first, second) = (targets.next(), targets.next());
        let nothing = Target { kind: TargetKind::Nothing, span: self.span(node) };
        match (first, second) {
            (Some(first), Some(second)) => {
                let mut body = Vec::new();
                if !matches!(first.kind, TargetKind::Nothing) {
                    let span = first.span;
                    let value = unknown(span, Vec::new());
                    body.push(Stmt { kind: StmtKind::Assign { targets: vec![first], value, declares: true }, span });
                }
                (second, items, body)
            }
            (first, _) => {
                let items = unknown(items.span, vec![items]);
                (first.unwrap_or(nothing), items, Vec::new())
            }
        }
    }

    fn switch(&self, node: Node, depth: usize, out: &mut Vec<Stmt>) {
        let mut body = Vec::new();
        self.before(node.child_by_field_name("initializer"), depth, &mut body);
        let is_type = node.kind() == "type_switch_statement";
        if let Some(alias) = node.child_by_field_name("alias").and_then(inner) {
            let targets = vec![self.target(alias, depth)];
            let value = self.field(node, "value", depth);
            body.push(Stmt { kind: StmtKind::Assign { targets, value, declares: true }, span: self.span(alias) });
        }
        let subject = node.child_by_field_name("value").filter(|_| !is_type);
        let subject = subject.map(|subject| self.expression(subject, depth));
        let kind = choose(subject, self.cases(node, depth));
        body.push(Stmt { kind, span: self.span(node) });
        self.within(node, body, out);
    }

    /// The cases of a `switch` or a `select`.
    fn cases(&self, node: Node, depth: usize) -> Vec<Case> {
        let mut cases = Vec::new();
        for case in named(node) {
            if !matches!(case.kind(), "expression_case" | "type_case" | "communication_case" | "default_case") {
                continue;
            }
            let mut body = Vec::new();
            let mut tests = Vec::new();
            match case.kind() {
                "expression_case" => {
                    let values = case.child_by_field_name("value").map(named).unwrap_or_default();
                    tests.extend(values.into_iter().map(|value| self.expression(value, depth)));
                }
                "communication_case" => {
                    tests.push(unknown(self.span(case), Vec::new()));
                    self.communicated(case, depth, &mut body);
                }
                "type_case" => tests.push(unknown(self.span(case), Vec::new())),
                _ => {}
            }
            let list = super::super::nodes::child(case, "statement_list");
            let falls = list.and_then(|list| named(list).pop()).is_some_and(|l| l.kind() == "fallthrough_statement");
            for inner in list.map(named).unwrap_or_default() {
                self.statement(inner, depth, &mut body);
            }
            let is_default = case.kind() == "default_case";
            cases.push(Case { tests, is_default, body, falls, span: self.span(case) });
        }
        cases
    }

    /// `x := <-channel` of a `select`.
    fn communicated(&self, case: Node, depth: usize, out: &mut Vec<Stmt>) {
        match case.child_by_field_name("communication") {
            Some(receive) if receive.kind() == "receive_statement" => {
                let span = self.span(receive);
                let value = self.field(receive, "right", depth);
                let targets = receive.child_by_field_name("left").map(named).unwrap_or_default();
                for target in targets {
                    let targets = vec![self.target(target, depth)];
                    let value = unknown(span, Vec::new());
                    out.push(Stmt { kind: StmtKind::Assign { targets, value, declares: true }, span });
                }
                out.push(Stmt { kind: StmtKind::Expr(value), span });
            }
            Some(send) => self.statement(send, depth, out),
            None => {}
        }
    }
}
