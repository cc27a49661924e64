//! A tree of a batch file → a program. Labels that are called are functions, and so are those further down that `goto`
//! leads to; one that leads back is not followed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Reader;
use super::windows::{forward, plain_program, program};
use crate::program::{
    Arm, Assign, Assigned, Block, Command, Expr, Guard, Loop, Name, Op, Part, Program, Quote, Step, StepKind, Use,
    Visibility,
};
use crate::source::{FileId, Source, Span};
use crate::syntax::batch::{self, Fill, Items, Section, Stmt, StmtKind, Test, Word};
use crate::value::Place;

/// Batch files by extension.
pub(super) const READER: Reader = Reader { name: "batch", accepts, words: &[], alone: None, read };

/// Labels that one after the other run into the next.
const MAX_SECTIONS: usize = 16;

fn accepts(path: &str, _start: &str) -> bool {
    matches!(super::extension(path).as_str(), "bat" | "cmd")
}

fn read(source: &Source, file: FileId) -> Program {
    let script = batch::parse(&source.snippet());
    if script.skipped {
        return Program { file, unread: Some("it nests too deep"), ..Program::default() };
    }
    let lowering = Lowering { file, shown: RefCell::default(), stale: RefCell::default() };
    Program { file, body: lowering.script(&script.sections), ..Program::default() }
}

struct Lowering {
    file: FileId,
    /// The first spelling of each name, by its lower case.
    shown: RefCell<HashMap<String, String>>,
    /// What the statement sets that is being read: `%X%` is what it was before.
    stale: RefCell<HashSet<String>>,
}

impl Lowering {
    fn script(&self, sections: &[Section]) -> Block {
        let places: HashMap<&str, usize> =
            sections.iter().enumerate().rev().map(|(index, section)| (section.label.as_str(), index)).collect();
        let mut wanted: HashSet<usize> = HashSet::new();
        for (index, section) in sections.iter().enumerate() {
            targets(&section.body, &mut |label, called| {
                if let Some(place) = places.get(label).filter(|place| called || **place > index) {
                    wanted.insert(*place);
                }
            });
        }
        let mut blocks: Vec<(Block, bool)> = Vec::new();
        for (index, section) in sections.iter().enumerate() {
            let mut steps = Vec::new();
            for stmt in &section.body {
                let is_plain = matches!(stmt.kind, StmtKind::Set(..) | StmtKind::Command(..));
                let mut stale = HashSet::new();
                if !is_plain {
                    names_set(std::slice::from_ref(stmt), &mut stale);
                }
                *self.stale.borrow_mut() = stale;
                self.stmt(stmt, &|label| places.get(label).is_some_and(|place| *place > index), &mut steps);
            }
            let ends =
                section.body.last().is_some_and(|stmt| matches!(stmt.kind, StmtKind::Exit(_) | StmtKind::Goto(_)));
            blocks.push((steps.into(), ends));
        }
        let mut out = Vec::new();
        for index in 0..sections.len() {
            if wanted.contains(&index) {
                let body = from(&blocks, index, MAX_SECTIONS);
                let label = sections.get(index).map_or("", |section| section.label.as_str());
                out.push(Step { kind: StepKind::Function(function(label), body), span: Span::default() });
            }
        }
        out.extend(from(&blocks, 0, usize::MAX).iter().cloned());
        out.into()
    }

    fn place(&self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    fn name(&self, name: &str) -> String {
        self.shown.borrow_mut().entry(name.to_ascii_lowercase()).or_insert_with(|| name.to_owned()).clone()
    }

    fn body(&self, stmts: &[Stmt], ahead: &dyn Fn(&str) -> bool) -> Block {
        let mut steps = Vec::new();
        for stmt in stmts {
            self.stmt(stmt, ahead, &mut steps);
        }
        steps.into()
    }

    fn stmt(&self, stmt: &Stmt, ahead: &dyn Fn(&str) -> bool, out: &mut Vec<Step>) {
        let span = stmt.span;
        let one = |stmt: &Stmt| self.body(std::slice::from_ref(stmt), ahead);
        let mut push = |kind| out.push(Step { kind, span });
        let command = |words| StepKind::Command(Command { words, env: Vec::new(), input: None, prints: true });
        match &stmt.kind {
            StmtKind::Command(words, redirected) => {
                if let Some(kind) = self.command(words, *redirected) {
                    push(kind);
                }
            }
            StmtKind::Set(name, _) if name.is_empty() => push(StepKind::Unknown),
            StmtKind::Set(name, None) => push(StepKind::Forget(self.name(name))),
            StmtKind::Set(name, Some(word)) => {
                let value = program(self.whole(word));
                let assign = Assign {
                    name: self.name(name),
                    value: Assigned::Text(value),
                    append: false,
                    visibility: Visibility::Exported,
                };
                push(StepKind::Assign(assign));
            }
            StmtKind::And(left, right) => {
                let right = one(right);
                self.stmt(left, ahead, out);
                let arm = Arm { test: Arc::from([]), guard: Guard::Opaque(None, Vec::new()), body: right };
                out.push(Step { kind: StepKind::Branch(vec![arm]), span });
            }
            StmtKind::Or(left, right) => push(StepKind::Fallback(one(left), one(right))),
            StmtKind::Pipe(stages) => {
                let stages = stages.iter().map(|stage| Step { kind: StepKind::Group(one(stage)), span: stage.span });
                push(StepKind::Pipe(stages.collect()));
            }
            StmtKind::Block(body) => push(StepKind::Group(self.body(body, ahead))),
            StmtKind::If(test, body, otherwise) => {
                let mut arms = vec![Arm { test: Arc::from([]), guard: self.guard(test), body: self.body(body, ahead) }];
                if !otherwise.is_empty() {
                    let body = self.body(otherwise, ahead);
                    arms.push(Arm { test: Arc::from([]), guard: Guard::Always, body });
                }
                push(StepKind::Branch(arms));
            }
            StmtKind::For(name, items, body) => {
                let items = match items {
                    Items::Words(words) => Some(words.iter().map(|word| self.expr(word)).collect()),
                    Items::Output(body, span) => {
                        let part = Part::Output(self.body(body, ahead), Quote::Whole, self.place(*span));
                        Some(vec![Expr { parts: vec![part] }])
                    }
                    Items::Unknown => None,
                };
                push(StepKind::Loop(Loop { name: Some(turn(name)), items, body: self.body(body, ahead) }));
            }
            StmtKind::Goto(label) => {
                if ahead(label) {
                    let all = Name::Parameters;
                    let part = self.used(all, Op::Plain, Quote::Whole, span);
                    let words = vec![Expr::text(function(label), self.place(span)), Expr { parts: vec![part] }];
                    push(command(words));
                }
                out.push(Step { kind: StepKind::Return, span });
            }
            StmtKind::Call(label, words) => {
                let mut all = vec![Expr::text(function(label), self.place(span))];
                all.extend(words.iter().map(|word| self.expr(word)));
                push(command(all));
            }
            StmtKind::Exit(true) => push(StepKind::Return),
            StmtKind::Exit(false) => push(StepKind::Exit),
        }
    }

    fn command(&self, words: &[Word], redirected: bool) -> Option<StepKind> {
        let (first, rest) = words.split_first()?;
        let literal = first.literal();
        let mut name = match literal.as_deref().and_then(plain_program) {
            Some(plain) if literal.as_deref() != Some(plain) => Expr::text(plain, self.place(first.span)),
            _ => program(self.expr(first)),
        };
        let lower = literal.unwrap_or_default().to_ascii_lowercase();
        match lower.as_str() {
            "setlocal" | "endlocal" | "title" | "color" | "cls" | "pause" => return None,
            "cmd" | "cmd.exe" => {
                let (flag, rest) = rest.split_first()?;
                let inner = flag.literal().is_some_and(|flag| flag.eq_ignore_ascii_case("/c")).then_some(rest)?;
                return match inner {
                    // A whole command in quotes would have to be read again.
                    [_] => None,
                    _ => self.command(inner, redirected),
                };
            }
            _ => {}
        }
        let ending = super::extension(&name.literal_suffix().replace('\\', "/"));
        if matches!(ending.as_str(), "bat" | "cmd" | "sh") {
            name = forward(name);
            if name.literal().is_some_and(|text| !text.contains('/')) {
                name.parts.insert(0, Part::Text("./".into(), self.place(first.span)));
            }
        }
        let mut all = vec![name];
        all.extend(rest.iter().map(|word| self.expr(word)));
        Some(StepKind::Command(Command { words: all, env: Vec::new(), input: None, prints: !redirected }))
    }

    fn guard(&self, test: &Test) -> Guard {
        match test {
            Test::Not(inner) => Guard::Not(Box::new(self.guard(inner))),
            Test::Equal(left, right) => {
                let (left, right) = (self.whole(left), self.whole(right));
                match (left.literal().as_deref(), right.literal().as_deref()) {
                    (None, Some("")) => Guard::Empty(left),
                    (Some(""), None) => Guard::Empty(right),
                    _ => Guard::Equal(left, right),
                }
            }
            Test::Defined(name, span) => {
                let part = self.used(Name::Variable(self.name(name)), Op::Plain, Quote::Whole, *span);
                Guard::Not(Box::new(Guard::Empty(Expr { parts: vec![part] })))
            }
            Test::Exist(word) => Guard::Opaque(Some("exist".to_owned()), vec![self.whole(word)]),
            Test::Other => Guard::Opaque(None, Vec::new()),
        }
    }

    /// A word that is cut where something filled in holds blanks.
    fn expr(&self, word: &Word) -> Expr {
        self.parts(word, false)
    }

    /// One text, whatever is filled in.
    fn whole(&self, word: &Word) -> Expr {
        self.parts(word, true)
    }

    fn parts(&self, word: &Word, whole: bool) -> Expr {
        let mut parts = Vec::new();
        for part in &word.parts {
            match part {
                batch::Part::Text { text, span, exact } => {
                    let place = Place { file: self.file, span: *span, exact: *exact };
                    parts.push(Part::Text(text.as_str().into(), place));
                }
                batch::Part::Fill { fill, quoted, span } => {
                    let quote = if whole || *quoted { Quote::Whole } else { Quote::Split };
                    self.fill(fill, quote, *span, &mut parts);
                }
            }
        }
        if parts.is_empty() {
            parts.push(Part::Text("".into(), self.place(word.span)));
        }
        Expr { parts }
    }

    fn used(&self, name: Name, op: Op, quote: Quote, span: Span) -> Part {
        Part::Use(Box::new(Use { name, op, quote, place: self.place(span) }))
    }

    fn fill(&self, fill: &Fill, quote: Quote, span: Span, out: &mut Vec<Part>) {
        let is_stale = |name: &str| self.stale.borrow().contains(&name.to_ascii_lowercase());
        let changing = |name: &str| {
            let name = name.to_ascii_lowercase();
            matches!(name.as_str(), "errorlevel" | "random" | "time" | "date" | "cd")
        };
        let mut push = |name, op| out.push(self.used(name, op, quote, span));
        match fill {
            Fill::Variable { name, late } if changing(name) || !late && is_stale(name) => {
                push(Name::Other(format!("%{name}%")), Op::Plain);
            }
            Fill::Variable { name, .. } => push(Name::Variable(self.name(name)), Op::Plain),
            Fill::Replaced(name, from, to) if !is_stale(name) => {
                push(Name::Variable(self.name(name)), Op::Replace(from.clone(), to.clone(), true));
            }
            Fill::Replaced(name, ..) => push(Name::Other(format!("%{name}%")), Op::Plain),
            Fill::Parameter(number) => push(Name::Parameter(*number), Op::Plain),
            Fill::Parameters => push(Name::Parameters, Op::Plain),
            Fill::Loop(name) => push(Name::Variable(turn(name)), Op::Plain),
            Fill::Directory => {
                out.push(self.used(Name::Other("%~dp0".to_owned()), Op::Plain, Quote::Whole, span));
                out.push(Part::Text("/".into(), self.place(span)));
            }
            Fill::Other(shown) => push(Name::Other(shown.clone()), Op::Plain),
        }
    }
}

/// The variable of a loop.
fn turn(name: &str) -> String {
    format!("%{name}")
}

/// By which name a label is known to the program.
fn function(label: &str) -> String {
    format!(":{label}")
}

/// What runs from a section on, each running into the next.
fn from(blocks: &[(Block, bool)], index: usize, most: usize) -> Block {
    let mut out = Vec::new();
    for (block, ends) in blocks.iter().skip(index).take(most) {
        out.push(Step { kind: StepKind::Group(block.clone()), span: Span::default() });
        if *ends {
            break;
        }
    }
    out.into()
}

/// The labels that statements lead to, and whether they are called.
fn targets(stmts: &[Stmt], found: &mut dyn FnMut(&str, bool)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Goto(label) => found(label, false),
            StmtKind::Call(label, _) => found(label, true),
            _ => inner(stmt, &mut |stmts| targets(stmts, found)),
        }
    }
}

/// The names that statements set.
fn names_set(stmts: &[Stmt], out: &mut HashSet<String>) {
    for stmt in stmts {
        if let StmtKind::Set(name, _) = &stmt.kind {
            out.insert(name.to_ascii_lowercase());
        }
        inner(stmt, &mut |stmts| names_set(stmts, out));
    }
}

/// The statements within a statement.
fn inner(stmt: &Stmt, look: &mut dyn FnMut(&[Stmt])) {
    match &stmt.kind {
        StmtKind::And(left, right) | StmtKind::Or(left, right) => {
            look(std::slice::from_ref(left));
            look(std::slice::from_ref(right));
        }
        StmtKind::Pipe(body) | StmtKind::Block(body) => look(body),
        StmtKind::For(_, items, body) => {
            if let Items::Output(stmts, _) = items {
                look(stmts);
            }
            look(body);
        }
        StmtKind::If(_, body, otherwise) => {
            look(body);
            look(otherwise);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> String {
        let source = Source::new("a.bat", text.as_bytes()).unwrap();
        format!("{:?}", read(&source, FileId(0)).body)
    }

    #[test]
    fn labels_that_are_called_or_lie_ahead_are_functions() {
        let text = steps("call :a\ngoto c\n:a\ngcloud x\n:b\ngoto b\n:c\ngcloud y");
        assert!(text.contains("Function(\":a\"") && text.contains("Function(\":c\""));
        assert!(!text.contains("Function(\":b\""));
    }

    #[test]
    fn what_a_block_sets_is_not_known_in_it() {
        assert!(steps("set A=b\nif x==y (\n  set A=c\n  gcloud %A%\n)").contains("Other(\"%A%\")"));
        assert!(!steps("set A=b\nif x==y (\n  set B=c\n  gcloud %A%\n)").contains("Other("));
        assert!(!steps("set A=%A%;c\ngcloud %a%").contains("Other("));
    }
}
