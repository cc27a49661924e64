//! `switch` → `if`. Knows no language.

use super::nodes::{any, binary, is_plain, unknown};
use super::{Expr, ExprKind, Operator, Stmt, StmtKind};
use crate::source::Span;

/// One case.
pub(super) struct Case {
    /// What is looked for, or the conditions where nothing is.
    pub tests: Vec<Expr>,
    /// Whether it is what is done where no other case holds.
    pub is_default: bool,
    /// What is done.
    pub body: Vec<Stmt>,
    /// Whether the next one is done too.
    pub falls: bool,
    /// The case.
    pub span: Span,
}

/// The statement for cases in order. `subject` is what they are compared with.
pub(super) fn choose(subject: Option<Expr>, cases: Vec<Case>) -> StmtKind {
    let mut conditions = Conditions { subject: None, first: None };
    match subject {
        Some(subject) if is_plain(&subject) => conditions.subject = Some(subject),
        // What is compared may do something: it stands there once.
        Some(subject) => conditions.first = Some(subject),
        None => {}
    }
    let compares = conditions.subject.is_some() || conditions.first.is_some();
    let (mut arms, mut otherwise) = (Vec::new(), None);
    // Cases without a body hold for the next one. Where a body runs into the next, when that one is done is not said.
    let (mut pending, mut pending_default, mut unclear) = (Vec::new(), false, false);
    for mut case in cases {
        for test in case.tests.drain(..) {
            pending.push(if compares { conditions.compare(test) } else { test });
        }
        pending_default |= case.is_default;
        if case.body.is_empty() && case.falls {
            continue;
        }
        unclear |= case.falls;
        settle(&mut case.body);
        let tests = std::mem::take(&mut pending);
        if std::mem::take(&mut pending_default) && !unclear {
            otherwise = Some(case.body);
        } else {
            let condition = match any(tests) {
                Some(condition) if !unclear => condition,
                condition => unknown(case.span, condition.into_iter().collect()),
            };
            arms.push((condition, case.body));
        }
        unclear = case.falls;
    }
    if let Some(subject) = conditions.first {
        let kind = StmtKind::If { arms, otherwise };
        let span = subject.span;
        return StmtKind::Block { enters: vec![(subject, None)], body: vec![Stmt { kind, span }] };
    }
    if arms.is_empty() {
        let enters = conditions.subject.into_iter().map(|subject| (subject, None)).collect();
        return StmtKind::Block { enters, body: otherwise.unwrap_or_default() };
    }
    StmtKind::If { arms, otherwise }
}

struct Conditions {
    subject: Option<Expr>,
    first: Option<Expr>,
}

impl Conditions {
    fn compare(&mut self, test: Expr) -> Expr {
        let span = test.span;
        let subject = self.subject.clone().or_else(|| self.first.take());
        match subject {
            Some(subject) => match subject.kind {
                ExprKind::Bool(true) => test,
                _ => binary(Operator::Equal, subject, test, span),
            },
            None => unknown(span, vec![test]),
        }
    }
}

/// Whether what stands behind these statements is not done.
#[cfg(feature = "javascript")]
pub(super) fn ends(body: &[Stmt]) -> bool {
    match body.last().map(|last| &last.kind) {
        Some(StmtKind::Return(_) | StmtKind::Raise | StmtKind::Break | StmtKind::Continue) => true,
        Some(StmtKind::Block { body, .. }) => ends(body),
        Some(StmtKind::If { arms, otherwise: Some(otherwise) }) => {
            ends(otherwise) && arms.iter().all(|(_, body)| ends(body))
        }
        Some(StmtKind::Try { body, handlers, last }) => {
            ends(last) || ends(body) && handlers.iter().all(|handler| ends(handler))
        }
        _ => false,
    }
}

/// Takes out the `break`s that leave the `switch`: the tree's would leave the loop around it.
fn settle(body: &mut Vec<Stmt>) {
    if body.last().is_some_and(|last| matches!(last.kind, StmtKind::Break)) {
        body.pop();
    }
    for statement in body {
        match &mut statement.kind {
            StmtKind::Break => statement.kind = StmtKind::Other,
            StmtKind::Block { body, .. } => settle(body),
            StmtKind::If { arms, otherwise } => {
                arms.iter_mut().map(|(_, body)| body).chain(otherwise).for_each(settle);
            }
            StmtKind::Try { body, handlers, last } => {
                handlers.iter_mut().chain([body, last]).for_each(settle);
            }
            _ => {}
        }
    }
}
