//! A shell tree → a program.

mod embedded;
mod guard;

use std::sync::Arc;

use super::{Reader, yaml};
use crate::program::{
    Arm, Assign, Assigned, Block, Command, Expr, Guard, Inherit, Loop, Name, Op, Part, Program, Quote, Step, StepKind,
    Use, Visibility,
};
use crate::read::mark;
use crate::source::{FileId, Snippet, Source, Span};
use crate::syntax::shell::{self, Declared, Dialect, Index, ParamOp, Placeholders, Stmt, Word};
use crate::value::Place;

/// Shell scripts by extension, and any file without extension by its shebang.
pub(super) const READER: Reader = Reader { name: "shell", accepts, words: &[], alone: None, read };

/// Scripts written by scripts, deeper than this, are not read.
const MAX_NESTING: usize = 4;

fn accepts(path: &str, start: &str) -> bool {
    match super::extension(path).as_str() {
        "sh" | "bash" | "zsh" | "ksh" | "bats" => true,
        "" => interpreter(start).is_some(),
        _ => false,
    }
}

/// The shell that a shebang names.
fn interpreter(start: &str) -> Option<Dialect> {
    let line = start.lines().next()?.strip_prefix("#!")?;
    let mut words = line.split_whitespace();
    let mut program = words.next()?.rsplit('/').next()?;
    if program == "env" {
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    match program {
        "sh" | "dash" | "ksh" | "mksh" | "ash" => Some(Dialect::Posix),
        "bash" | "bats" => Some(Dialect::Bash),
        "zsh" => Some(Dialect::Zsh),
        _ => None,
    }
}

fn read(source: &Source, file: FileId) -> Program {
    let dialect = match super::extension(source.path()).as_str() {
        "zsh" => Dialect::Zsh,
        _ => interpreter(source.text()).unwrap_or_default(),
    };
    let body = block(&source.snippet(), file, dialect, Placeholders::Script);
    Program { file, body, ..Program::default() }
}

/// Reads a snippet of shell.
pub(super) fn block(snippet: &Snippet, file: FileId, dialect: Dialect, placeholders: Placeholders) -> Block {
    block_within(snippet, file, dialect, placeholders, 0)
}

/// Reads a snippet of shell that stands within so many other languages.
pub(super) fn block_within(
    snippet: &Snippet,
    file: FileId,
    dialect: Dialect,
    placeholders: Placeholders,
    nesting: usize,
) -> Block {
    Lowering { file, dialect, placeholders, filled: &[], nesting }.snippet(snippet)
}

/// Reads a script whose text another language fills in before a shell sees it: each [`mark`] in it stands for the part
/// of its number, in quotes of any kind and out of them.
pub(super) fn filled(snippet: &Snippet, file: FileId, filled: &[Part], nesting: usize) -> Block {
    filled_in(snippet, file, filled, Placeholders::Script, nesting)
}

/// The same, where it is said which placeholders the script may hold.
pub(super) fn filled_in(
    snippet: &Snippet,
    file: FileId,
    filled: &[Part],
    placeholders: Placeholders,
    nesting: usize,
) -> Block {
    Lowering { file, dialect: Dialect::Bash, placeholders, filled, nesting }.snippet(snippet)
}

/// What stands in a script for a part that is filled in. It looks like a template to the shell's parser; no file holds
/// this character by chance.
pub(super) fn mark(number: usize) -> String {
    format!("{MARK}{number}}}}}")
}

/// How a mark begins.
const MARK: &str = "{{\u{e000}";

/// Whether a script is one of a shell, and not by its first line of another language.
pub(super) fn is_shell_script(text: &str) -> bool {
    !text.starts_with("#!") || interpreter(text).is_some()
}

#[derive(Clone, Copy)]
struct Lowering<'p> {
    file: FileId,
    dialect: Dialect,
    placeholders: Placeholders,
    /// What marks stand for.
    filled: &'p [Part],
    nesting: usize,
}

impl Lowering<'_> {
    fn snippet(self, snippet: &Snippet) -> Block {
        self.body(&shell::parse(snippet, self.dialect, self.placeholders).body)
    }

    fn nested(self, snippet: &Snippet) -> Option<Block> {
        (self.nesting < MAX_NESTING).then(|| Self { nesting: self.nesting + 1, ..self }.snippet(snippet))
    }

    fn body(self, stmts: &[Stmt]) -> Block {
        let mut steps = Vec::new();
        for stmt in stmts {
            self.stmt(stmt, &mut steps);
        }
        steps.into()
    }

    fn one(self, stmt: &Stmt) -> Block {
        self.body(std::slice::from_ref(stmt))
    }

    fn stmt(self, stmt: &Stmt, out: &mut Vec<Step>) {
        self.command(stmt, out);
        if stmt.background {
            out.push(self.mark("background", stmt.span));
        }
    }

    /// Says something of a statement.
    fn mark(self, kind: &str, span: Span) -> Step {
        mark::mark(kind, self.place(span))
    }

    fn command(self, stmt: &Stmt, out: &mut Vec<Step>) {
        use shell::Command as Shell;
        let mut push = |kind| out.push(Step { kind, span: stmt.span });
        match &stmt.command {
            Shell::Simple { assigns, words } => self.simple(stmt, assigns, words, out),
            Shell::Declare { keyword, declared, assigns, names } => {
                self.declare(stmt.span, keyword, *declared, assigns, names, out);
            }
            Shell::And(left, right) => self.chain(left, right, false, out),
            Shell::Or(left, right) => {
                self.chain(left, right, true, out);
                if is_tolerant(right) {
                    out.push(self.mark("conditional", left.span));
                } else if !ends(right) {
                    // It runs when the other one has failed.
                    out.push(self.mark("conditional", right.span));
                }
            }
            Shell::Pipe(stages) => {
                // Reading an output into a file may come last: the redirect is the statement's.
                if let Some(script) = self.piped_script(stages) {
                    push(StepKind::Scope(script, Inherit::All));
                    let is_written = stages
                        .last()
                        .is_some_and(|last| matches!(&last.command, Shell::Simple { words, .. } if writes(words)));
                    if let Some(doc) = stages.first().and_then(embedded::here_document).filter(|_| is_written) {
                        out.push(self.mark("written", doc.body.span(0..doc.body.text().len())));
                    }
                    return;
                }
                if let Some(document) = self.piped_document(stages) {
                    push(document);
                }
                let stages =
                    stages.iter().map(|stage| Step { kind: StepKind::Group(self.one(stage)), span: stage.span });
                let mut stages: Vec<Step> = stages.collect();
                // Only zsh runs the last stage itself.
                if let (Some(Step { kind, .. }), false) = (stages.last_mut(), self.dialect == Dialect::Zsh)
                    && let StepKind::Group(body) = kind
                {
                    *kind = StepKind::Scope(body.clone(), Inherit::All);
                }
                push(StepKind::Pipe(stages));
            }
            Shell::Not(inner) => self.stmt(inner, out),
            Shell::If { arms, otherwise } => {
                let mut branch: Vec<Arm> = arms.iter().map(|(test, body)| self.arm(test, self.body(body))).collect();
                if let Some(body) = otherwise {
                    branch.push(Arm { test: Arc::from([]), guard: Guard::Always, body: self.body(body) });
                }
                push(StepKind::Branch(branch));
            }
            Shell::Case { word, arms } => push(StepKind::Branch(self.case(word, arms))),
            Shell::For { name, words, body } => {
                let items = words
                    .as_ref()
                    .map(|words| self.words(words))
                    .or_else(|| Some(vec![all_parameters(self.place(stmt.span))]));
                push(StepKind::Loop(Loop { name: name.clone(), items, body: self.body(body) }));
            }
            Shell::While { condition, body } => {
                let mut steps = self.body(condition).to_vec();
                steps.extend(self.body(body).iter().cloned());
                push(StepKind::Loop(Loop { name: None, items: None, body: steps.into() }));
            }
            Shell::Subshell(body) => push(StepKind::Scope(self.body(body), Inherit::All)),
            Shell::Group(body) => push(StepKind::Group(self.body(body))),
            Shell::Function { name, body } => {
                let body = match self.predicate(body) {
                    Some(guard) => Arc::from([Step { kind: StepKind::Test(guard), span: stmt.span }]),
                    None => self.body(body),
                };
                push(StepKind::Function(name.clone(), body));
            }
            Shell::Return => push(StepKind::Return),
            Shell::Exit => push(StepKind::Exit),
            Shell::Break => push(StepKind::Break),
            Shell::Continue => push(StepKind::Continue),
            Shell::Test(_) | Shell::Nothing => {}
        }
    }

    fn declare(
        self,
        span: Span,
        keyword: &str,
        declared: Declared,
        assigns: &[shell::Assign],
        names: &[String],
        out: &mut Vec<Step>,
    ) {
        let visibility = match keyword {
            "export" => Visibility::Exported,
            "local" | "declare" | "typeset" => Visibility::Function,
            _ => Visibility::Program,
        };
        if declared == Declared::Dynamic {
            out.push(Step { kind: StepKind::Unknown, span });
        }
        for assign in assigns {
            if let (Declared::Reference, shell::Assigned::Word(target)) = (declared, &assign.value) {
                out.push(Step { kind: StepKind::Refer(self.expr(target)), span });
            }
            let kind = if declared == Declared::Map {
                StepKind::Forget(assign.name.clone())
            } else {
                self.assign(assign, visibility)
            };
            out.push(Step { kind, span });
        }
        for name in names {
            let kind = match keyword {
                "export" => StepKind::Export(name.clone()),
                "local" => StepKind::Assign(Assign {
                    name: name.clone(),
                    value: Assigned::Text(Expr::text("", self.place(span))),
                    append: false,
                    visibility,
                }),
                _ => continue,
            };
            out.push(Step { kind, span });
        }
    }

    fn assign(self, assign: &shell::Assign, visibility: Visibility) -> StepKind {
        let value = match &assign.value {
            _ if assign.element => return StepKind::Forget(assign.name.clone()),
            shell::Assigned::Map => return StepKind::Forget(assign.name.clone()),
            shell::Assigned::Word(word) => Assigned::Text(self.expr(word)),
            shell::Assigned::List(words) => Assigned::List(self.words(words)),
        };
        StepKind::Assign(Assign { name: assign.name.clone(), value, append: assign.append, visibility })
    }

    fn simple(self, stmt: &Stmt, assigns: &[shell::Assign], words: &[Word], out: &mut Vec<Step>) {
        let mut push = |kind| out.push(Step { kind, span: stmt.span });
        if words.is_empty() {
            for assign in assigns {
                push(self.assign(assign, Visibility::Program));
            }
            return;
        }
        if let Some(script) = self.script(stmt, words) {
            push(script);
            if let Some(doc) = embedded::here_document(stmt).filter(|_| writes(words)) {
                out.push(self.mark("written", doc.body.span(0..doc.body.text().len())));
            }
            return;
        }
        if let Some(document) = self.document(stmt, words) {
            push(document);
        }
        let literals: Vec<Option<String>> = words.iter().map(Word::literal).collect();
        let arguments = || literals.iter().skip(1).flatten().filter(|word| !word.starts_with('-')).cloned();
        match literals.first().and_then(Option::as_deref).unwrap_or("") {
            "source" | "." => {
                if let Some(path) = words.get(1) {
                    push(StepKind::Include(self.expr(path)));
                }
            }
            "wait" => {
                let waited = self.mark("wait", stmt.span);
                push(waited.kind);
            }
            "eval" => push(self.evaluated(words.get(1..).unwrap_or(&[]))),
            "unset" => arguments().for_each(|name| push(StepKind::Unset(name))),
            "shift" => push(StepKind::Shift(arguments().next().map_or(Some(1), |count| count.parse().ok()))),
            "set" if literals.iter().any(|word| word.as_deref() == Some("--")) => {
                let after = literals.iter().position(|word| word.as_deref() == Some("--")).unwrap_or(0);
                push(StepKind::Parameters(self.words(words.get(after + 1..).unwrap_or(&[]))));
            }
            "read" | "mapfile" | "readarray" | "getopts" => arguments().for_each(|name| push(StepKind::Forget(name))),
            "printf" if literals.get(1).and_then(Option::as_deref) == Some("-v") => {
                if let Some(Some(name)) = literals.get(2) {
                    push(self.printed_into(name, words.get(3..).unwrap_or(&[]), stmt.span));
                }
            }
            _ => {
                let env = assigns.iter().filter_map(|assign| match self.assign(assign, Visibility::Exported) {
                    StepKind::Assign(assign) => Some(assign),
                    _ => None,
                });
                let command = Command {
                    words: self.words(words),
                    env: env.collect(),
                    input: self.input(stmt),
                    prints: prints(stmt),
                };
                push(StepKind::Command(command));
            }
        }
    }

    /// `printf -v NAME format …` comes to `NAME=$(printf format …)`.
    fn printed_into(self, name: &str, words: &[Word], span: Span) -> StepKind {
        let words = words.iter().skip_while(|word| word.literal().as_deref() == Some("--"));
        let printf = std::iter::once(Expr::text("printf", self.place(span)));
        let command = Command {
            words: printf.chain(words.map(|word| self.expr(word))).collect(),
            env: Vec::new(),
            input: None,
            prints: true,
        };
        let body: Block = Arc::from([Step { kind: StepKind::Command(command), span }]);
        StepKind::Assign(Assign {
            name: name.to_owned(),
            value: Assigned::Text(Expr { parts: vec![Part::Output(body, Quote::Whole, self.place(span))] }),
            append: false,
            visibility: Visibility::Program,
        })
    }

    fn input(self, stmt: &Stmt) -> Option<Expr> {
        stmt.redirects.iter().find_map(|redirect| match redirect {
            shell::Redirect::HereString(word) => Some(self.expr(word)),
            shell::Redirect::HereDoc(doc) => Some(self.expr(&doc.word)),
            _ => None,
        })
    }

    fn words(self, words: &[Word]) -> Vec<Expr> {
        words.iter().map(|word| self.expr(word)).collect()
    }

    fn place(self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    fn expr(self, word: &Word) -> Expr {
        Expr { parts: word.parts.iter().map(|part| self.part(part)).collect() }
    }

    fn part(self, part: &shell::Part) -> Part {
        let quote = |quoted: bool| if quoted { Quote::Whole } else { Quote::Split };
        match part {
            shell::Part::Text { text, span, exact } => {
                Part::Text(text.as_str().into(), Place { file: self.file, span: *span, exact: *exact })
            }
            shell::Part::Placeholder { shown, quoted, span } => self
                .marked(shown, quote(*quoted))
                .unwrap_or_else(|| Part::Hole(shown.as_str().into(), self.place(*span))),
            shell::Part::Output { body, quoted, span } => {
                Part::Output(self.body(body), quote(*quoted), self.place(*span))
            }
            shell::Part::Opaque { quoted, span } => Part::Use(Box::new(Use {
                name: Name::Other("…".to_owned()),
                op: Op::Other,
                quote: quote(*quoted),
                place: self.place(*span),
            })),
            shell::Part::Param { param, quoted, span } => {
                Part::Use(Box::new(self.param(param, quote(*quoted), self.place(*span))))
            }
        }
    }

    /// What a mark stands for.
    fn marked(self, shown: &str, quote: Quote) -> Option<Part> {
        let number: usize = shown.strip_prefix(MARK)?.strip_suffix("}}")?.parse().ok()?;
        Some(match self.filled.get(number)? {
            Part::Use(used) => Part::Use(Box::new(Use { quote, ..Use::clone(used) })),
            Part::Output(body, _, place) => Part::Output(body.clone(), quote, *place),
            other => other.clone(),
        })
    }

    fn param(self, param: &shell::Param, quote: Quote, place: Place) -> Use {
        let name = match (param.name.as_str(), param.index) {
            ("@" | "*", _) => Name::Parameters,
            (digits, _) if digits.parse::<usize>().is_ok_and(|number| number > 0) => {
                Name::Parameter(digits.parse().unwrap_or(1))
            }
            (name, _) if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') => Name::Other(format!("${name}")),
            (name, Index::None) => Name::Variable(name.to_owned()),
            (name, Index::All) => Name::All(name.to_owned()),
            (name, Index::At(index)) => Name::Element(name.to_owned(), index),
            (name, Index::Other) => Name::Other(format!("${{{name}[…]}}")),
        };
        let op = match &param.op {
            ParamOp::Plain => Op::Plain,
            ParamOp::Required => Op::Required,
            ParamOp::Default(word) => Op::Default(self.expr(word)),
            ParamOp::AssignDefault(word) => Op::AssignDefault(self.expr(word)),
            ParamOp::Alternate(word) => Op::Alternate(self.expr(word)),
            ParamOp::StripPrefix(text) => Op::StripPrefix(text.clone()),
            ParamOp::StripThrough(text, last) => Op::StripThrough(text.clone(), *last),
            ParamOp::StripFrom(text, first) => Op::StripFrom(text.clone(), *first),
            ParamOp::StripSuffix(text) => Op::StripSuffix(text.clone()),
            ParamOp::Replace(from, to, all) => Op::Replace(from.clone(), to.clone(), *all),
            ParamOp::Upper => Op::Upper,
            ParamOp::Lower => Op::Lower,
            // `${@:1}` is all of them: the zeroth is the script's name.
            ParamOp::From(from) if name == Name::Parameters => Op::From(from.saturating_sub(1)),
            ParamOp::From(from) => Op::From(*from),
            ParamOp::Other => Op::Other,
        };
        Use { name, op, quote, place }
    }
}

fn prints(stmt: &Stmt) -> bool {
    !stmt.redirects.iter().any(|redirect| matches!(redirect, shell::Redirect::Out(_)))
}

fn all_parameters(place: Place) -> Expr {
    Expr { parts: vec![Part::Use(Box::new(Use { name: Name::Parameters, op: Op::Plain, quote: Quote::Whole, place }))] }
}

pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "bash" | "sh" | "zsh" | "dash" | "ksh")
}

/// Whether a command puts what it is given into a file, and does not run it.
fn writes(words: &[Word]) -> bool {
    let name = words.iter().map(Word::literal).find(|word| word.as_deref() != Some("sudo")).flatten();
    name.is_some_and(|name| {
        matches!(name.rsplit('/').next().unwrap_or(""), "cat" | "tee" | "printf" | "echo" | "envsubst")
    })
}

/// Whether it does nothing but end the script.
fn ends(stmt: &Stmt) -> bool {
    matches!(stmt.command, shell::Command::Exit | shell::Command::Return)
}

/// Whether what stands behind `||` lets the failure of what stands before pass.
fn is_tolerant(stmt: &Stmt) -> bool {
    let shell::Command::Simple { words, .. } = &stmt.command else { return false };
    let name = words.first().and_then(Word::literal);
    name.is_some_and(|name| matches!(name.as_str(), "true" | ":" | "echo" | "printf"))
}
