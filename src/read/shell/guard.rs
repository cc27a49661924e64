//! Tests, chains and cases → guards of branches.

use std::sync::Arc;

use super::{Lowering, Stmt, Word, shell};
use crate::program::{Arm, Block, Expr, Guard, Step, StepKind};
use crate::value::Pattern;

impl Lowering<'_> {
    /// `a && b` and `a || b`: `b` runs or not; where `a` is a test, it guards.
    pub(super) fn chain(self, left: &Stmt, right: &Stmt, or: bool, out: &mut Vec<Step>) {
        if let (true, shell::Command::And(test, then)) = (or, &left.command)
            && let Some(guard) = self.guard(test)
        {
            // `test && this || that`: that, where the test fails; and where this does.
            let this: Block = self.one(then);
            let surely = this.iter().all(|step| matches!(step.kind, StepKind::Assign(_)));
            let that = self.one(right);
            let body = if surely {
                this
            } else {
                Arc::from([Step { kind: StepKind::Fallback(this, that.clone()), span: left.span.to(right.span) }])
            };
            let arm = |guard, body| Arm { test: Arc::from([]), guard, body };
            let arms = vec![arm(guard, body), arm(Guard::Always, that)];
            out.push(Step { kind: StepKind::Branch(arms), span: left.span.to(right.span) });
            return;
        }
        let mut arm = self.arm(std::slice::from_ref(left), self.one(right));
        if or && !arm.test.is_empty() {
            out.push(Step { kind: StepKind::Fallback(arm.test, arm.body), span: left.span.to(right.span) });
            return;
        }
        if or {
            arm.guard = Guard::Not(Box::new(arm.guard));
        }
        // What runs before the choice is no part of it.
        out.extend(arm.test.iter().cloned());
        arm.test = Arc::from([]);
        out.push(Step { kind: StepKind::Branch(vec![arm]), span: right.span });
    }

    pub(super) fn arm(self, test: &[Stmt], body: Block) -> Arm {
        let (guard, runs) = match test {
            [only] => match self.guard(only) {
                Some(guard) => (guard, false),
                None => (opaque(only, self), true),
            },
            _ => (Guard::Opaque(None, Vec::new()), true),
        };
        Arm { test: if runs { self.body(test) } else { Arc::from([]) }, guard, body }
    }

    /// The guard that a statement is, when it is nothing else.
    fn guard(self, stmt: &Stmt) -> Option<Guard> {
        match &stmt.command {
            shell::Command::Test(test) => Some(self.test(test)),
            shell::Command::Not(inner) => Some(Guard::Not(Box::new(self.guard(inner)?))),
            shell::Command::And(left, right) => Some(Guard::All(vec![self.guard(left)?, self.guard(right)?])),
            shell::Command::Or(left, right) => Some(Guard::Any(vec![self.guard(left)?, self.guard(right)?])),
            shell::Command::Simple { words, .. } => self.bracket(words, stmt),
            shell::Command::Pipe(stages) => self.grep(stages),
            _ => None,
        }
    }

    fn test(self, test: &shell::Test) -> Guard {
        use shell::Test;
        match test {
            Test::Equal(left, right) => Guard::Equal(self.expr(left), self.expr(right)),
            Test::Empty(word) => Guard::Empty(self.expr(word)),
            Test::Not(inner) => Guard::Not(Box::new(self.test(inner))),
            Test::All(tests) => Guard::All(tests.iter().map(|test| self.test(test)).collect()),
            Test::Any(tests) => Guard::Any(tests.iter().map(|test| self.test(test)).collect()),
            Test::Glob(word, glob) => Guard::Matches(self.expr(word), vec![pattern(glob)]),
            Test::Regex(word, regex) => match regex.literal() {
                Some(regex) => Guard::Matches(self.expr(word), Pattern::of_regex(&regex)),
                None => Guard::Opaque(Some("=~".to_owned()), vec![self.expr(word), self.expr(regex)]),
            },
            Test::Other(shown, words) => Guard::Opaque(Some(shown.clone()), self.words(words)),
        }
    }

    /// The test that a function is, and nothing else.
    pub(super) fn predicate(self, body: &[Stmt]) -> Option<Guard> {
        match body {
            [only] => match &only.command {
                shell::Command::Group(inner) => self.predicate(inner),
                _ => self.guard(only),
            },
            _ => None,
        }
    }

    /// `[ … ]` and `test …`.
    fn bracket(self, words: &[Word], stmt: &Stmt) -> Option<Guard> {
        let (name, rest) = words.split_first()?;
        if rest.is_empty() && holds_truth(name) {
            return Some(Guard::Equal(self.expr(name), Expr::text("true", self.place(name.span))));
        }
        let operands = match name.literal()?.as_str() {
            "[" => rest.split_last().filter(|(last, _)| last.literal().as_deref() == Some("]"))?.1,
            "test" => rest,
            "true" | ":" if rest.is_empty() => return Some(Guard::Always),
            "false" if rest.is_empty() => return Some(Guard::Not(Box::new(Guard::Always))),
            "grep" | "egrep" => return self.grepped(rest, here_string(stmt)?),
            _ => return None,
        };
        let text = |word: &Word| word.literal().unwrap_or_default();
        let (negated, operands) = match operands.split_first() {
            Some((first, rest)) if text(first) == "!" => (true, rest),
            _ => (false, operands),
        };
        let guard = match operands {
            [word] => Guard::Not(Box::new(Guard::Empty(self.expr(word)))),
            [op, word] if text(op) == "-z" => Guard::Empty(self.expr(word)),
            [op, word] if text(op) == "-n" => Guard::Not(Box::new(Guard::Empty(self.expr(word)))),
            [left, op, right] if matches!(text(op).as_str(), "=" | "==" | "-eq") => {
                Guard::Equal(self.expr(left), self.expr(right))
            }
            [left, op, right] if matches!(text(op).as_str(), "!=" | "-ne") => {
                Guard::Not(Box::new(Guard::Equal(self.expr(left), self.expr(right))))
            }
            _ => opaque(stmt, self),
        };
        Some(if negated { Guard::Not(Box::new(guard)) } else { guard })
    }

    pub(super) fn case(self, word: &Word, arms: &[shell::CaseArm]) -> Vec<Arm> {
        let subject = self.expr(word);
        let arm = |arm: &shell::CaseArm| {
            let patterns: Vec<Pattern> = arm.patterns.iter().map(pattern).collect();
            let any = patterns.iter().any(Pattern::is_any);
            let guard = if any { Guard::Always } else { Guard::Matches(subject.clone(), patterns) };
            Arm { test: Arc::from([]), guard, body: self.body(&arm.body) }
        };
        let mut out: Vec<Arm> = Vec::with_capacity(arms.len());
        // From the last one, for some go on with those that follow.
        for (number, from) in arms.iter().enumerate().rev() {
            let mut this = arm(from);
            let rest = match from.then {
                shell::CaseEnd::Next => out.last().map(|next| next.body.to_vec()).unwrap_or_default(),
                shell::CaseEnd::Match if number + 1 < arms.len() => {
                    vec![Step { kind: StepKind::Branch(out.iter().rev().cloned().collect()), span: word.span }]
                }
                shell::CaseEnd::Leave | shell::CaseEnd::Match => Vec::new(),
            };
            if !rest.is_empty() {
                this.body = this.body.iter().cloned().chain(rest).collect();
            }
            out.push(this);
        }
        out.reverse();
        out
    }

    /// `echo "$X" | grep -q text`
    fn grep(self, stages: &[Stmt]) -> Option<Guard> {
        let [first, last] = stages else { return None };
        let (shell::Command::Simple { words: printed, .. }, shell::Command::Simple { words, .. }) =
            (&first.command, &last.command)
        else {
            return None;
        };
        let text = match printed.as_slice() {
            [name, text] if name.literal().as_deref() == Some("echo") => text,
            [name, format, text]
                if name.literal().as_deref() == Some("printf")
                    && format.literal().is_some_and(|format| format.starts_with("%s")) =>
            {
                text
            }
            _ => return None,
        };
        let (name, rest) = words.split_first()?;
        matches!(name.literal()?.as_str(), "grep" | "egrep").then(|| self.grepped(rest, text)).flatten()
    }

    /// `grep -q text` of a word.
    fn grepped(self, arguments: &[Word], text: &Word) -> Option<Guard> {
        let (flags, [wanted]) = arguments.split_at(arguments.len().checked_sub(1)?) else { return None };
        let flags: Option<Vec<String>> = flags.iter().map(Word::literal).collect();
        let flags = flags?;
        if !flags.iter().all(|flag| flag.starts_with('-') && flag.chars().skip(1).all(|c| "qEFse".contains(c))) {
            return None;
        }
        let wanted = wanted.literal()?;
        let fixed = flags.iter().any(|flag| flag.contains('F'));
        let patterns =
            if fixed { vec![Pattern::Runs(vec![None, Some(wanted), None])] } else { Pattern::of_regex(&wanted) };
        Some(Guard::Matches(self.expr(text), patterns))
    }
}

/// A guard that is not followed: two of the same words are taken to hold alike.
fn opaque(stmt: &Stmt, lowering: Lowering) -> Guard {
    let words = match &stmt.command {
        shell::Command::Simple { words, .. } => words.as_slice(),
        _ => &[],
    };
    let runs = |word: &Word| word.parts.iter().any(|part| matches!(part, shell::Part::Output { .. }));
    // What a command prints may be another thing next time.
    if words.is_empty() || words.iter().any(runs) {
        return Guard::Opaque(None, Vec::new());
    }
    Guard::Opaque(Some(String::new()), lowering.words(words))
}

fn pattern(glob: &shell::Glob) -> Pattern {
    match glob {
        Ok(runs) => Pattern::Runs(runs.clone()),
        Err(text) => Pattern::Other(text.clone()),
    }
}

fn here_string(stmt: &Stmt) -> Option<&Word> {
    stmt.redirects.iter().find_map(|redirect| match redirect {
        shell::Redirect::HereString(word) => Some(word),
        _ => None,
    })
}

/// Whether a command is a variable that holds `true` or `false`, as in `if $DRY_RUN`, and no whole command.
fn holds_truth(name: &Word) -> bool {
    let [shell::Part::Param { param, .. }] = name.parts.as_slice() else { return false };
    let upper = param.name.to_ascii_uppercase();
    let is_name = upper.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_command = ["CMD", "COMMAND", "GCLOUD", "CURL", "ARGV"].iter().any(|word| upper.contains(word));
    matches!(param.op, shell::ParamOp::Plain) && param.index == shell::Index::None && is_name && !is_command
}
