//! Conditions → guards of branches.

use super::Lowering;
use super::names::{single, value_of};
use crate::program::{Expr, Guard};
use crate::syntax::powershell::{self as syntax, Argument, ExprKind, Stage, Stmt, StmtKind};
use crate::value::Pattern;

impl<'t> Lowering<'t> {
    /// The guard that a condition is; `None` when it runs a command to find out.
    pub(super) fn condition(self, test: &'t Stmt) -> Option<Guard> {
        if let Some(expr) = value_of(test) {
            return Some(self.guard(expr));
        }
        self.path_test(std::slice::from_ref(test))
    }

    /// `Test-Path $file`
    fn path_test(self, body: &'t [Stmt]) -> Option<Guard> {
        let [Stmt { kind: StmtKind::Pipeline(stages), .. }] = body else { return None };
        let [Stage::Command(command)] = stages.as_slice() else { return None };
        if !command.name.literal()?.eq_ignore_ascii_case("test-path") {
            return None;
        }
        let words = command.arguments.iter().filter_map(|argument| match argument {
            Argument::Word(expr, _) => Some(self.expr(expr)),
            Argument::Splat(..) => None,
        });
        Some(Guard::Opaque(Some("Test-Path".to_owned()), words.collect()))
    }

    fn guard(self, expr: &'t syntax::Expr) -> Guard {
        let unknown = Guard::Opaque(None, Vec::new());
        match &expr.kind {
            ExprKind::Not(inner) => negate(self.guard(inner)),
            ExprKind::Output(body) => match single(body) {
                Some(inner) => self.guard(inner),
                None => self.path_test(body).unwrap_or_else(|| self.asked(expr)),
            },
            ExprKind::Binary(operator, left, right) => match operator.as_str() {
                "-and" => Guard::All(vec![self.guard(left), self.guard(right)]),
                "-or" => Guard::Any(vec![self.guard(left), self.guard(right)]),
                "-eq" | "-ceq" | "-ieq" => self.equal(left, right),
                "-ne" | "-cne" | "-ine" => negate(self.equal(left, right)),
                "-like" | "-ilike" | "-clike" => match right.literal() {
                    Some(text) => Guard::Matches(self.expr(left), vec![wildcard(&text)]),
                    None => unknown,
                },
                "-match" | "-imatch" | "-cmatch" => match right.literal() {
                    Some(text) => Guard::Matches(self.expr(left), Pattern::of_regex(&text)),
                    None => unknown,
                },
                "-notlike" => match right.literal() {
                    Some(text) => negate(Guard::Matches(self.expr(left), vec![wildcard(&text)])),
                    None => unknown,
                },
                "-notmatch" => match right.literal() {
                    Some(text) => negate(Guard::Matches(self.expr(left), Pattern::of_regex(&text))),
                    None => unknown,
                },
                _ => unknown,
            },
            ExprKind::Variable(name) => match name.to_ascii_lowercase().as_str() {
                "true" => Guard::Always,
                "false" | "null" => negate(Guard::Always),
                _ if self.names.is_list(name) => unknown,
                _ => self.truth(expr),
            },
            ExprKind::Member(..) | ExprKind::Text(_) => self.truth(expr),
            ExprKind::Cast(_, Some(inner)) => self.guard(inner),
            ExprKind::Invoke(object, method, arguments) => {
                let method = method.to_ascii_lowercase();
                match (&object.kind, arguments.as_slice()) {
                    (ExprKind::Cast(_, None), [only])
                        if matches!(method.as_str(), "isnullorempty" | "isnullorwhitespace") =>
                    {
                        Guard::Empty(self.expr(only))
                    }
                    _ => unknown,
                }
            }
            _ => unknown,
        }
    }

    /// Whether there is an output at all.
    fn asked(self, expr: &'t syntax::Expr) -> Guard {
        negate(Guard::Empty(self.expr(expr)))
    }

    /// What is neither nothing nor false.
    fn truth(self, expr: &'t syntax::Expr) -> Guard {
        let is = |text: &str| Guard::Equal(self.expr(expr), Expr::text(text, self.place(expr.span)));
        negate(Guard::Any(vec![Guard::Empty(self.expr(expr)), is("False")]))
    }

    fn equal(self, left: &'t syntax::Expr, right: &'t syntax::Expr) -> Guard {
        let is_nothing = |expr: &syntax::Expr| match &expr.kind {
            ExprKind::Variable(name) => name.eq_ignore_ascii_case("null"),
            _ => expr.literal().is_some_and(|text| text.is_empty()),
        };
        match (is_nothing(left), is_nothing(right)) {
            (false, true) => Guard::Empty(self.expr(left)),
            (true, false) => Guard::Empty(self.expr(right)),
            _ => Guard::Equal(self.expr(left), self.expr(right)),
        }
    }
}

fn negate(guard: Guard) -> Guard {
    Guard::Not(Box::new(guard))
}

/// `*` and `?` of `-like`; other signs have a meaning that is not followed.
pub(super) fn wildcard(text: &str) -> Pattern {
    if text.contains(['?', '[', '`']) {
        return Pattern::Other(text.to_owned());
    }
    let mut runs = Vec::new();
    for (index, run) in text.split('*').enumerate() {
        if index > 0 {
            runs.push(None);
        }
        if !run.is_empty() {
            runs.push(Some(run.to_owned()));
        }
    }
    Pattern::Runs(runs)
}
