//! Assignments: of texts, lists, maps and what commands print.

use super::Lowering;
use super::expression::open;
use super::names::{map_of, path, single, value_of};
use crate::program::{Assign, Assigned, Block, Expr, Name, Op, Part, Quote, Step, StepKind, Use, Visibility};
use crate::read::windows::program;
use crate::source::Span;
use crate::syntax::powershell::{self as syntax, ExprKind, Stmt, StmtKind};

/// Maps of a list that a loop tells apart.
const MAX_MAPS: usize = 64;

impl<'t> Lowering<'t> {
    pub(super) fn assign(
        self,
        target: &'t syntax::Expr,
        operator: &str,
        value: &'t Stmt,
        span: Span,
        out: &mut Vec<Step>,
    ) {
        let append = match operator {
            "=" => false,
            "+=" => true,
            _ => {
                if let Some((name, rest)) = path(target).filter(|(_, rest)| rest.is_empty()) {
                    let _ = rest;
                    out.push(Step { kind: StepKind::Forget(self.names.variable(&name)), span });
                }
                return;
            }
        };
        match &target.kind {
            ExprKind::Variable(name) if name.eq_ignore_ascii_case("null") => {
                let lowering = Self { silent: true, ..self };
                out.push(Step { kind: StepKind::Group(lowering.one(value)), span });
            }
            ExprKind::Variable(name) => self.set(name, value, append, span, out),
            ExprKind::Cast(_, Some(inner)) => self.assign(inner, operator, value, span, out),
            ExprKind::Array(items) => {
                self.run(value, span, out);
                for (name, _) in items.iter().filter_map(path) {
                    out.push(Step { kind: StepKind::Forget(self.names.variable(&name)), span });
                }
            }
            _ => match (path(target), self.value(value)) {
                (Some((base, rest)), Some(value)) => {
                    Self::set_text(self.names.member(&base, &rest), value, append, span, out);
                }
                (Some((base, rest)), None) => {
                    self.run(value, span, out);
                    out.push(Step { kind: StepKind::Forget(self.names.member(&base, &rest)), span });
                }
                (None, _) => {
                    self.run(value, span, out);
                    if let ExprKind::Index(object, _) | ExprKind::Member(object, _) = &target.kind
                        && let Some((base, _)) = path(object)
                    {
                        self.set_map(&base, None, false, span, out);
                    }
                }
            },
        }
    }

    /// Runs a statement whose output nobody reads.
    fn run(self, value: &'t Stmt, span: Span, out: &mut Vec<Step>) {
        out.push(Step { kind: StepKind::Group(Self { silent: true, ..self }.one(value)), span });
    }

    fn set(self, name: &str, value: &'t Stmt, append: bool, span: Span, out: &mut Vec<Step>) {
        let shown = self.names.variable(name);
        match &value.kind {
            StmtKind::Assign { target, operator, value: inner } => {
                self.assign(target, operator, inner, span, out);
                Self::set_text(shown, self.expr(target), append, span, out);
                return;
            }
            StmtKind::If { arms, otherwise } => {
                if let Some(value) = self.default_of(arms, otherwise.as_deref()) {
                    return Self::set_text(shown, value, append, span, out);
                }
                let bodies = arms.iter().map(|(_, body)| self.last_set(name, body, append, span)).collect();
                // Where no arm says anything there is nothing.
                let none = || -> Block {
                    let mut steps = Vec::new();
                    Self::set_text(shown.clone(), Expr::text("", self.place(span)), append, span, &mut steps);
                    steps.into()
                };
                let last = otherwise.as_ref().map_or_else(none, |body| self.last_set(name, body, append, span));
                out.push(Step { kind: self.choice(arms, bodies, Some(last)), span });
                return;
            }
            StmtKind::Switch { subject, options, arms } => {
                let bodies = arms.iter().map(|arm| self.last_set(name, &arm.body, append, span)).collect();
                out.push(Step { kind: self.switch(subject, options, arms, bodies), span });
                return;
            }
            StmtKind::Try { body, catches, .. } => {
                let body = self.last_set(name, body, append, span);
                let arm = |body: &'t Vec<Stmt>| super::maybe([].into(), self.last_set(name, body, append, span));
                out.push(Step { kind: super::tried(body, catches.iter().map(arm).collect(), span), span });
                return;
            }
            _ => {}
        }
        let expr = value_of(value);
        if let Some(expr) = expr {
            if let ExprKind::Script(file) = &expr.kind {
                // It runs where it is called, which is not followed.
                let body = self.body(&file.body);
                out.push(Step { kind: StepKind::Function(format!("script:{shown}"), body), span });
                out.push(Step { kind: StepKind::Forget(shown), span });
                return;
            }
            if let Some(map) = map_of(expr) {
                self.set_map(name, Some(map), append, span, out);
                if !append {
                    out.push(Step { kind: StepKind::Forget(shown), span });
                }
                return;
            }
        }
        if !append {
            self.set_map(name, None, false, span, out);
        }
        let is_list = expr.is_some_and(|expr| self.names.lists_in(expr)) || append && self.names.is_list(name);
        if let Some(expr) = expr.filter(|_| is_list) {
            let items = self.list(expr).unwrap_or_else(|| self.items_of(expr));
            let assign = Assign { name: shown, value: Assigned::List(items), append, visibility: visibility(name) };
            out.push(Step { kind: StepKind::Assign(assign), span });
            return;
        }
        let whole = self.value(value);
        if let Some(value) = whole {
            let assign =
                Assign { name: shown, value: Assigned::Text(program(value)), append, visibility: visibility(name) };
            out.push(Step { kind: StepKind::Assign(assign), span });
        } else {
            self.run(value, span, out);
            out.push(Step { kind: StepKind::Forget(shown), span });
        }
    }

    fn set_text(name: String, value: Expr, append: bool, span: Span, out: &mut Vec<Step>) {
        let value = Assigned::Text(value);
        let assign = Assign { name, value, append, visibility: Visibility::Program };
        out.push(Step { kind: StepKind::Assign(assign), span });
    }

    /// `if ($x) { $x } else { "default" }`
    fn default_of(self, arms: &'t [(Stmt, Vec<Stmt>)], otherwise: Option<&'t [Stmt]>) -> Option<Expr> {
        let ([(test, body)], Some(otherwise)) = (arms, otherwise) else { return None };
        let (tested, given, other) = (value_of(test)?, single(body)?, single(otherwise)?);
        if path(tested)? != path(given)? {
            return None;
        }
        let [Part::Use(used)] = <[Part; 1]>::try_from(self.expr(given).parts).ok()? else { return None };
        let op = Op::Default(self.expr(other));
        matches!(used.op, Op::Plain).then(|| Expr { parts: vec![Part::Use(Box::new(Use { op, ..*used }))] })
    }

    /// `if (-not $x) { $x = "default" }`
    pub(super) fn defaulted(self, arms: &'t [(Stmt, Vec<Stmt>)], has_more: bool) -> Option<StepKind> {
        let ([(test, body)], false) = (arms, has_more) else { return None };
        let ExprKind::Not(tested) = &value_of(test)?.kind else { return None };
        let [Stmt { kind: StmtKind::Assign { target, operator, value }, .. }] = body.as_slice() else { return None };
        let (ExprKind::Variable(name), ExprKind::Variable(set)) = (&tested.kind, &target.kind) else { return None };
        let value = value_of(value)?;
        let is_text = map_of(value).is_none() && !self.names.lists_in(value) && !self.names.is_list(name);
        if !name.eq_ignore_ascii_case(set) || operator != "=" || !is_text {
            return None;
        }
        let [Part::Use(used)] = <[Part; 1]>::try_from(self.expr(tested).parts).ok()? else { return None };
        let op = Op::Default(self.expr(value));
        let Name::Variable(name) = used.name.clone() else { return None };
        let value = Assigned::Text(Expr { parts: vec![Part::Use(Box::new(Use { op, ..*used }))] });
        Some(StepKind::Assign(Assign { visibility: visibility(set), name, value, append: false }))
    }

    /// A block whose last statement says what a variable is set to.
    fn last_set(self, name: &str, body: &'t [Stmt], append: bool, span: Span) -> Block {
        let mut steps = Vec::new();
        match body.split_last() {
            Some((last, before)) => {
                self.stmts(before, &mut steps);
                match last.kind {
                    StmtKind::Pipeline(_) | StmtKind::If { .. } | StmtKind::Switch { .. } | StmtKind::Try { .. } => {
                        self.set(name, last, append, last.span, &mut steps);
                    }
                    _ => {
                        self.stmt(last, &mut steps);
                        steps.push(Step { kind: StepKind::Forget(self.names.variable(name)), span });
                    }
                }
            }
            None => {
                Self::set_text(self.names.variable(name), Expr::text("", self.place(span)), append, span, &mut steps);
            }
        }
        steps.into()
    }

    /// Sets the entries of a map that the file speaks of: to those of a map that is written out, else to what nobody
    /// knows.
    pub(super) fn set_map(
        self,
        name: &str,
        map: Option<&'t [(syntax::Expr, Stmt)]>,
        add: bool,
        span: Span,
        out: &mut Vec<Step>,
    ) {
        let mut whole = map.is_some();
        let mut given: Vec<(String, &'t Stmt)> = Vec::new();
        for (key, value) in map.unwrap_or_default() {
            match key.literal() {
                Some(key) => given.push((key.to_ascii_lowercase(), value)),
                None => whole = false,
            }
        }
        for (key, shown) in self.names.members(name) {
            let member = self.names.member(name, std::slice::from_ref(shown));
            let value = given.iter().rev().find(|(known, _)| known == key).map(|(_, value)| *value);
            match value.map(|value| (value, self.value(value))) {
                Some((value, Some(text))) => Self::set_text(member, text, false, value.span, out),
                Some((value, None)) => {
                    self.run(value, span, out);
                    out.push(Step { kind: StepKind::Forget(member), span });
                }
                None if add && whole => {}
                // An entry that is not there is nothing.
                None if whole => Self::set_text(member, Expr::text("", self.place(span)), false, span, out),
                None => out.push(Step { kind: StepKind::Forget(member), span }),
            }
        }
    }

    /// `$list.Add(x)`, `$map.Add(key, x)`: whether it is one.
    pub(super) fn added(
        self,
        object: &'t syntax::Expr,
        method: &str,
        arguments: &'t [syntax::Expr],
        span: Span,
        out: &mut Vec<Step>,
    ) -> bool {
        let Some((base, rest)) = path(object).filter(|(_, rest)| rest.is_empty()) else { return false };
        let _ = rest;
        match (method.to_ascii_lowercase().as_str(), arguments) {
            ("add", [key, value]) => {
                match key.literal() {
                    Some(key) => Self::set_text(self.names.member(&base, &[key]), self.expr(value), false, span, out),
                    None => self.set_map(&base, None, false, span, out),
                }
                true
            }
            ("add" | "addrange", [value]) if self.names.is_list(&base) => {
                let items = self.list(value).unwrap_or_else(|| self.items_of(value));
                let assign = Assign {
                    name: self.names.variable(&base),
                    value: Assigned::List(items),
                    append: true,
                    visibility: Visibility::Program,
                };
                out.push(Step { kind: StepKind::Assign(assign), span });
                true
            }
            _ => false,
        }
    }

    /// What is added to a list by an expression that is not known to be one.
    fn items_of(self, expr: &'t syntax::Expr) -> Vec<Expr> {
        match &expr.kind {
            ExprKind::Variable(name) if !self.names.is_one_word(name) => {
                self.items(expr).unwrap_or_else(|| vec![open(self.place(expr.span))])
            }
            _ => vec![self.expr(expr)],
        }
    }

    /// What a statement gives as one text.
    pub(super) fn value(self, stmt: &'t Stmt) -> Option<Expr> {
        if let Some(expr) = value_of(stmt) {
            return Some(self.expr(expr));
        }
        match &stmt.kind {
            StmtKind::Pipeline(_) | StmtKind::Chain(..) => {
                let body = Self { silent: false, ..self }.one(stmt);
                Some(Expr { parts: vec![Part::Output(body, Quote::Whole, self.place(stmt.span))] })
            }
            _ => None,
        }
    }

    /// The maps that an expression is a list of.
    pub(super) fn maps(self, expr: &'t syntax::Expr) -> Option<Vec<&'t [(syntax::Expr, Stmt)]>> {
        let items: Vec<&'t syntax::Expr> = match &expr.kind {
            ExprKind::Variable(name) => {
                let value = self.names.only_value(name)?;
                return match value.kind {
                    ExprKind::Listed(_) | ExprKind::Array(_) => self.maps(value),
                    _ => None,
                };
            }
            ExprKind::Array(items) => items.iter().collect(),
            ExprKind::Listed(body) => {
                let mut items = Vec::new();
                for stmt in body {
                    match value_of(stmt)? {
                        syntax::Expr { kind: ExprKind::Array(inner), .. } => items.extend(inner),
                        other => items.push(other),
                    }
                }
                items
            }
            ExprKind::Output(body) => return self.maps(single(body)?),
            _ => return None,
        };
        let maps: Option<Vec<_>> = items.into_iter().map(map_of).collect();
        maps.filter(|maps| !maps.is_empty() && maps.len() <= MAX_MAPS)
    }
}

fn visibility(name: &str) -> Visibility {
    let scope = name.get(..4).unwrap_or("");
    if scope.eq_ignore_ascii_case("env:") { Visibility::Exported } else { Visibility::Program }
}
