//! A tree of `PowerShell` → a program.
//!
//! What programs have no form for is told while reading: a map is a variable for each of its entries (`headers.Accept`), a
//! call of a function with named arguments is one with positional ones, and a request by `Invoke-RestMethod` is one by
//! `curl`.

mod assign;
mod call;
mod expression;
mod guard;
mod names;
mod request;
mod words;

use std::sync::Arc;

use super::Reader;
use crate::program::{
    Arm, Assign, Assigned, Block, Command, Expr, Guard, Loop, Name, Op, Part, Program, Quote, Step, StepKind, Use,
    Visibility,
};
use crate::source::{FileId, Source, Span};
use crate::syntax::powershell::{self, ExprKind, Function, Join, Parameter, ParameterKind, Stage, Stmt, StmtKind};
use crate::value::{Pattern, Place};
use expression::open;
use names::{Names, single};

/// Scripts and modules by extension, and scripts without one by their shebang.
pub(super) const READER: Reader = Reader { name: "powershell", accepts, words: &[], alone: None, read };

/// Commands whose output is what they read, as far as its text goes.
const PASSING: &[&str] = &["out-string", "out-host", "out-default", "tee-object", "write-output"];

/// Commands that leave nothing of what they read.
const SILENCING: &[&str] = &["out-null", "out-file", "set-content", "add-content", "write-host", "export-csv"];

fn accepts(path: &str, start: &str) -> bool {
    match super::extension(path).as_str() {
        "ps1" | "psm1" => true,
        "" => start.starts_with("#!") && start.lines().next().is_some_and(|line| line.trim_end().ends_with("pwsh")),
        _ => false,
    }
}

fn read(source: &Source, file: FileId) -> Program {
    let tree = powershell::parse(&source.snippet());
    if tree.skipped {
        let unread = Some("it nests too deep, or is too much for its grammar");
        return Program { file, unread, ..Program::default() };
    }
    let names = Names::of(&tree);
    let lowering = Lowering { file, names: &names, silent: false };
    let mut steps = Vec::new();
    for parameter in &tree.parameters {
        lowering.script_parameter(parameter, &mut steps);
    }
    lowering.stmts(&tree.body, &mut steps);
    Program { file, body: steps.into(), ..Program::default() }
}

#[derive(Clone, Copy)]
struct Lowering<'t> {
    file: FileId,
    names: &'t Names<'t>,
    /// Whether nobody reads what commands print here.
    silent: bool,
}

/// An arm whose guard asks for nothing that is followed.
fn maybe(test: Block, body: Block) -> Arm {
    Arm { test, guard: Guard::Opaque(None, Vec::new()), body }
}

impl<'t> Lowering<'t> {
    fn place(self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    fn body(self, stmts: &'t [Stmt]) -> Block {
        let mut steps = Vec::new();
        self.stmts(stmts, &mut steps);
        steps.into()
    }

    fn one(self, stmt: &'t Stmt) -> Block {
        self.body(std::slice::from_ref(stmt))
    }

    fn stmts(self, stmts: &'t [Stmt], out: &mut Vec<Step>) {
        for stmt in stmts {
            self.stmt(stmt, out);
        }
    }

    fn stmt(self, stmt: &'t Stmt, out: &mut Vec<Step>) {
        let span = stmt.span;
        let mut push = |kind| out.push(Step { kind, span });
        match &stmt.kind {
            StmtKind::Assign { target, operator, value } => self.assign(target, operator, value, span, out),
            StmtKind::Pipeline(stages) => self.pipeline(stages, span, out),
            StmtKind::Chain(left, join, right) => {
                if *join == Join::Or {
                    return push(StepKind::Fallback(self.one(left), self.one(right)));
                }
                let right = self.one(right);
                self.stmt(left, out);
                out.push(Step { kind: StepKind::Branch(vec![maybe(Arc::from([]), right)]), span });
            }
            StmtKind::If { arms, otherwise } => {
                if let Some(kind) = self.defaulted(arms, otherwise.is_some()) {
                    return push(kind);
                }
                let bodies = arms.iter().map(|(_, body)| self.body(body)).collect();
                let last = otherwise.as_ref().map(|body| self.body(body));
                push(self.choice(arms, bodies, last));
            }
            StmtKind::Switch { subject, options, arms } => {
                let bodies = arms.iter().map(|arm| self.body(&arm.body)).collect();
                push(self.switch(subject, options, arms, bodies));
            }
            StmtKind::ForEach { name, over, body } => self.for_each(name, over, body, span, out),
            StmtKind::Loop(body) => push(StepKind::Loop(Loop { name: None, items: None, body: self.body(body) })),
            StmtKind::Try { body, catches, finally } => {
                let body = self.body(body);
                let caught: Vec<Arm> = catches.iter().map(|body| maybe(Arc::from([]), self.body(body))).collect();
                push(tried(body, caught, span));
                push(StepKind::Group(self.body(finally)));
            }
            StmtKind::Function(function) => push(self.function(function)),
            StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.stmt(value, out);
                }
                out.push(Step { kind: StepKind::Return, span });
            }
            StmtKind::Exit => push(StepKind::Exit),
            StmtKind::Break => push(StepKind::Break),
            StmtKind::Continue => push(StepKind::Continue),
            StmtKind::Block(body) => push(StepKind::Group(self.body(body))),
            StmtKind::Broken(body) => {
                push(StepKind::Loop(Loop { name: None, items: None, body: self.body(body) }));
                push(StepKind::Unknown);
            }
            StmtKind::Unknown => push(StepKind::Unknown),
        }
    }

    fn choice(self, arms: &'t [(Stmt, Vec<Stmt>)], bodies: Vec<Block>, otherwise: Option<Block>) -> StepKind {
        let mut out: Vec<Arm> = Vec::new();
        for ((test, _), body) in arms.iter().zip(bodies) {
            out.push(match self.condition(test) {
                Some(guard) => Arm { test: Arc::from([]), guard, body },
                None => maybe(self.one(test), body),
            });
        }
        if let Some(body) = otherwise {
            out.push(Arm { test: Arc::from([]), guard: Guard::Always, body });
        }
        StepKind::Branch(out)
    }

    fn switch(
        self,
        subject: &'t Stmt,
        options: &str,
        arms: &'t [powershell::SwitchArm],
        bodies: Vec<Block>,
    ) -> StepKind {
        let subject = self.value(subject);
        let arm = |(arm, body): (&'t powershell::SwitchArm, Block)| {
            let guard = match (&arm.wanted, &subject) {
                (None, _) => Guard::Always,
                (Some(wanted), Some(subject)) => match wanted.literal() {
                    Some(text) if options.contains("-regex") => {
                        Guard::Matches(subject.clone(), Pattern::of_regex(&text))
                    }
                    Some(text) if options.contains("-wildcard") => {
                        Guard::Matches(subject.clone(), vec![guard::wildcard(&text)])
                    }
                    Some(text) => Guard::Matches(subject.clone(), vec![Pattern::text(text)]),
                    None => Guard::Opaque(None, Vec::new()),
                },
                _ => Guard::Opaque(None, Vec::new()),
            };
            Arm { test: Arc::from([]), guard, body }
        };
        let mut out: Vec<Arm> = arms.iter().zip(bodies).map(arm).collect();
        // `default` counts last wherever it stands.
        out.sort_by_key(|arm| matches!(arm.guard, Guard::Always));
        StepKind::Branch(out)
    }

    fn for_each(self, name: &str, over: &'t Stmt, body: &'t [Stmt], span: Span, out: &mut Vec<Step>) {
        let body = self.body(body);
        let over = match &over.kind {
            StmtKind::Pipeline(stages) => match stages.as_slice() {
                [Stage::Expr(over)] => Some(over),
                _ => None,
            },
            _ => None,
        };
        self.turns(name, over, &body, span, out);
    }

    /// A loop of a variable over an expression; `None`: over nobody knows what.
    fn turns(self, name: &str, over: Option<&'t powershell::Expr>, body: &Block, span: Span, out: &mut Vec<Step>) {
        let shown = self.names.variable(name);
        if let Some(maps) = over.and_then(|over| self.maps(over)) {
            // A turn for each map.
            for map in maps {
                let mut steps = Vec::new();
                self.set_map(name, Some(map), false, span, &mut steps);
                steps.push(Step { kind: StepKind::Group(body.clone()), span });
                let turn =
                    Loop { name: None, items: Some(vec![Expr::text("1", self.place(span))]), body: steps.into() };
                out.push(Step { kind: StepKind::Loop(turn), span });
            }
            return;
        }
        let mut steps = Vec::new();
        self.set_map(name, None, false, span, &mut steps);
        steps.extend(body.iter().cloned());
        let items = over.and_then(|over| self.items(over));
        out.push(Step { kind: StepKind::Loop(Loop { name: Some(shown), items, body: steps.into() }), span });
    }

    fn function(self, function: &'t Function) -> StepKind {
        let mut steps = Vec::new();
        let parameters = function.parameters.as_deref().unwrap_or_default();
        for (index, parameter) in parameters.iter().enumerate() {
            self.function_parameter(&function.name, parameter, index, &mut steps);
        }
        self.stmts(&function.body, &mut steps);
        StepKind::Function(names::function(&function.name), steps.into())
    }

    fn function_parameter(self, function: &str, parameter: &'t Parameter, index: usize, out: &mut Vec<Step>) {
        let place = self.place(parameter.span);
        let used = |name, op| Part::Use(Box::new(Use { name, op, quote: Quote::Whole, place }));
        let value = match (parameter.kind, &parameter.default) {
            (ParameterKind::Rest, _) => {
                Assigned::List(vec![Expr { parts: vec![used(Name::Parameters, Op::From(index))] }])
            }
            // A list is one argument, which no word can be.
            (ParameterKind::List, _) => {
                let name = Name::All(call::list_argument(function, &parameter.name));
                Assigned::List(vec![Expr { parts: vec![used(name, Op::Plain)] }])
            }
            (_, Some(default)) => {
                Assigned::Text(Expr { parts: vec![used(Name::Parameter(index + 1), Op::Default(self.expr(default)))] })
            }
            (_, None) => Assigned::Text(Expr { parts: vec![used(Name::Parameter(index + 1), Op::Plain)] }),
        };
        self.set_map(&parameter.name, None, false, parameter.span, out);
        let name = self.names.variable(&parameter.name);
        let assign = Assign { name, value, append: false, visibility: Visibility::Function };
        out.push(Step { kind: StepKind::Assign(assign), span: parameter.span });
    }

    /// A parameter of the script: its default is what it is meant to be.
    fn script_parameter(self, parameter: &'t Parameter, out: &mut Vec<Step>) {
        let Some(default) = &parameter.default else { return };
        let name = self.names.variable(&parameter.name);
        let place = self.place(parameter.span);
        let op = Op::Default(self.expr(default));
        let used = Use { name: Name::Variable(name.clone()), op, quote: Quote::Whole, place };
        let value = match self.list(default).filter(|_| self.names.is_list(&parameter.name)) {
            // More may be given.
            Some(mut items) => {
                items.push(open(place));
                Assigned::List(items)
            }
            None => Assigned::Text(Expr { parts: vec![Part::Use(Box::new(used))] }),
        };
        let assign = Assign { name, value, append: false, visibility: Visibility::Program };
        out.push(Step { kind: StepKind::Assign(assign), span: parameter.span });
    }

    fn pipeline(self, stages: &'t [Stage], span: Span, out: &mut Vec<Step>) {
        let mut steps: Vec<Step> = Vec::new();
        let named = |stage: &Stage| match stage {
            Stage::Command(command) => words::name_of(command),
            Stage::Expr(_) => None,
        };
        let silenced = stages.iter().skip(1).any(|stage| named(stage).is_some_and(|name| SILENCING.contains(&&*name)));
        let lowering = Self { silent: self.silent || silenced, ..self };
        for (number, stage) in stages.iter().enumerate() {
            let name = named(stage);
            let is = |list: &[&str]| name.as_deref().is_some_and(|name| list.contains(&name));
            if number > 0 && (is(PASSING) || is(SILENCING) || is_first(stage)) {
                continue;
            }
            if let (true, Stage::Command(command)) = (number > 0 && is(&["foreach-object", "%", "foreach"]), stage) {
                let over = match stages.first() {
                    Some(Stage::Expr(over)) if number == 1 => Some(over),
                    _ => None,
                };
                if over.is_none() {
                    flush(&mut steps, span, out);
                }
                steps.clear();
                if let Some(body) = words::script(command) {
                    let body = lowering.body(&body.body);
                    lowering.turns("_", over, &body, span, out);
                }
                continue;
            }
            let mut inner = Vec::new();
            match stage {
                Stage::Command(command) => lowering.command(command, &mut inner),
                Stage::Expr(expr) => lowering.printed(expr, span, &mut inner),
            }
            let span = match stage {
                Stage::Command(command) => command.span,
                Stage::Expr(expr) => expr.span,
            };
            match (inner.len(), stages.len()) {
                (_, 1) => out.append(&mut inner),
                _ => steps.push(Step { kind: StepKind::Group(inner.into()), span }),
            }
        }
        flush(&mut steps, span, out);
    }

    /// An expression that is a statement: what it says is printed.
    fn printed(self, expr: &'t powershell::Expr, span: Span, out: &mut Vec<Step>) {
        match &expr.kind {
            ExprKind::Output(body) if single(body).is_none() => self.stmts(body, out),
            ExprKind::Cast(name, Some(value)) if name == "void" => {
                let lowering = Self { silent: true, ..self };
                lowering.printed(value, span, out);
            }
            ExprKind::Invoke(object, method, arguments) if self.added(object, method, arguments, span, out) => {}
            ExprKind::Unknown | ExprKind::Script(_) => {}
            _ => {
                let place = self.place(expr.span);
                let words = vec![Expr::text("echo", place), self.expr(expr)];
                let command = Command { words, env: Vec::new(), input: None, prints: !self.silent };
                out.push(Step { kind: StepKind::Command(command), span });
            }
        }
    }
}

fn flush(steps: &mut Vec<Step>, span: Span, out: &mut Vec<Step>) {
    match steps.len() {
        0 => {}
        1 => out.append(steps),
        _ => out.push(Step { kind: StepKind::Pipe(std::mem::take(steps)), span }),
    }
}

/// What is done where it fails, in one of the arms.
fn tried(body: Block, mut caught: Vec<Arm>, span: Span) -> StepKind {
    if let Some(last) = caught.last_mut() {
        last.guard = Guard::Always;
    }
    let other: Block = match caught.len() {
        0 => return StepKind::Group(body),
        _ => Arc::from([Step { kind: StepKind::Branch(caught), span }]),
    };
    StepKind::Fallback(body, other)
}

/// `Select-Object -First 1`: one line of what often is one.
fn is_first(stage: &Stage) -> bool {
    let Stage::Command(command) = stage else { return false };
    let words: Vec<String> = words::literals(command);
    words::name_of(command).is_some_and(|name| matches!(name.as_str(), "select-object" | "select"))
        && matches!(words.as_slice(), [flag, one] if flag.eq_ignore_ascii_case("-first") && one == "1")
}
