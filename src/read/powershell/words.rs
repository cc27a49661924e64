//! Commands → words, and the words of texts that are run.

use super::call;
use super::expression::open;
use super::names::{Declared, single};
use super::{Lowering, request};
use crate::program::{Command, Expr, Inherit, Name, Op, Part, Quote, Step, StepKind, Use};
use crate::read::windows::{forward, plain_program, program};
use crate::syntax::powershell::{self as syntax, Argument, ExprKind, File, Invoker, Stage, Stmt, StmtKind};
use crate::value::Place;

/// Commands whose blocks of script look at what passes and run nothing else.
const LOOKING: &[&str] = &["where-object", "where", "?", "sort-object", "group-object", "measure-object"];

/// The literal name of a command, in lower case.
pub(super) fn name_of(command: &syntax::Command) -> Option<String> {
    Some(command.name.literal()?.to_ascii_lowercase())
}

/// The literal words behind a command's name; others are empty.
pub(super) fn literals(command: &syntax::Command) -> Vec<String> {
    let literal = |argument: &Argument| match argument {
        Argument::Word(expr, _) => expr.literal().unwrap_or_default(),
        Argument::Splat(..) => String::new(),
    };
    command.arguments.iter().map(literal).collect()
}

/// The block of script that a command is given.
pub(super) fn script(command: &syntax::Command) -> Option<&File> {
    command.arguments.iter().find_map(|argument| match argument {
        Argument::Word(syntax::Expr { kind: ExprKind::Script(file), .. }, _) => Some(&**file),
        _ => None,
    })
}

/// `Get-Command gcloud`: the command that is looked for.
pub(super) fn found_command(body: &[Stmt]) -> Option<String> {
    let [Stmt { kind: StmtKind::Pipeline(stages), .. }] = body else { return None };
    let Some(Stage::Command(command)) = stages.first() else { return None };
    if !matches!(name_of(command)?.as_str(), "get-command" | "gcm") {
        return None;
    }
    let words = literals(command);
    let name = words.iter().find(|word| plain_program(word).is_some())?;
    plain_program(name).map(str::to_owned)
}

impl<'t> Lowering<'t> {
    pub(super) fn command(self, command: &'t syntax::Command, out: &mut Vec<Step>) {
        let span = command.span;
        let name = name_of(command);
        let mut push = |kind| out.push(Step { kind, span });
        if let ExprKind::Script(file) = &command.name.kind {
            let body = self.body(&file.body);
            return push(match command.invoker {
                Invoker::Dot => StepKind::Group(body),
                _ => StepKind::Scope(body, Inherit::All),
            });
        }
        if command.invoker == Invoker::Dot {
            return push(StepKind::Include(forward(self.expr(&command.name))));
        }
        let name = name.unwrap_or_default();
        if let Some(Declared(parameters)) = self.names.function(&name) {
            self.blocks(command, out);
            let words = call::words(self, &name, parameters, command, out);
            return self.run_words(words, command, true, out);
        }
        match name.as_str() {
            "invoke-expression" | "iex" => return self.evaluated(command, out),
            "cmd" | "cmd.exe" => {
                let words = literals(command);
                let flag = words.iter().position(|word| matches!(word.to_ascii_lowercase().as_str(), "/c" | "/k"));
                let arguments = command.arguments.get(flag.map_or(0, |flag| flag + 1)..).unwrap_or_default();
                let words = self.flattened(arguments);
                return if let (Some(_), Some(words)) = (flag, words) {
                    self.run_words(words, command, true, out);
                };
            }
            "start-process" | "saps" => return self.started(command, out),
            "set-variable" | "new-variable" | "sv" | "nv" | "clear-variable" | "remove-variable" => {
                let words = literals(command);
                let name = words.iter().find(|word| !word.starts_with('-') && !word.is_empty());
                return push(match name {
                    Some(name) => StepKind::Forget(self.names.variable(name)),
                    None => StepKind::Unknown,
                });
            }
            "import-module" | "ipmo" => {
                if let Some(Argument::Word(path, _)) = command.arguments.first()
                    && let path = forward(self.expr(path))
                    && path.literal_suffix().contains('/')
                {
                    push(StepKind::Include(path));
                }
                return;
            }
            "get-content" | "gc" | "cat" | "type" => {
                let rest = command.arguments.iter().filter(|argument| match argument {
                    Argument::Word(expr, bare) => !*bare || expr.literal().is_none_or(|text| !text.starts_with('-')),
                    Argument::Splat(..) => true,
                });
                let rest: Vec<&Argument> = rest.collect();
                if let [Argument::Word(path, _)] = rest.as_slice() {
                    let words = vec![Expr::text("cat", self.place(span)), self.expr(path)];
                    return self.run_words(words, command, true, out);
                }
            }
            _ if request::is_request(&name, command) => {
                if let Some(words) = request::words(self, command) {
                    return self.run_words(words, command, true, out);
                }
                // What its arguments run is run in any case.
                let mut words = vec![Expr::text(name.as_str(), self.place(span))];
                words.extend(self.arguments(&command.arguments));
                return self.run_words(words, command, true, out);
            }
            _ => {}
        }
        if !LOOKING.contains(&name.as_str()) {
            self.blocks(command, out);
        }
        let mut words = vec![program(self.name_word(command))];
        // Where nobody knows which command it is, nobody knows what its arguments are.
        words.extend(self.arguments(&command.arguments));
        let prints = !matches!(
            name.as_str(),
            "write-host" | "write-verbose" | "write-warning" | "write-error" | "write-debug" | "write-information"
        );
        if matches!(name.as_str(), "write-output" | "write") {
            words.splice(0..1, [Expr::text("echo", self.place(command.name.span))]);
        }
        self.run_words(words, command, prints, out);
    }

    /// Blocks of script that a command is given may run in it.
    fn blocks(self, command: &'t syntax::Command, out: &mut Vec<Step>) {
        for argument in &command.arguments {
            if let Argument::Word(syntax::Expr { kind: ExprKind::Script(file), span }, _) = argument {
                let body = self.body(&file.body);
                out.push(Step { kind: StepKind::Scope(body, Inherit::All), span: *span });
            }
        }
    }

    /// The first word: a name, or a variable that holds one, or a list of it and its first arguments.
    fn name_word(self, command: &'t syntax::Command) -> Expr {
        match &command.name.kind {
            ExprKind::Text(_) => {
                let expr = self.expr(&command.name);
                match expr.literal().as_deref().and_then(plain_program) {
                    Some(name) if expr.literal().as_deref() != Some(name) => {
                        Expr::text(name, self.place(command.name.span))
                    }
                    _ => expr,
                }
            }
            _ => self.expr(&command.name),
        }
    }

    fn run_words(self, words: Vec<Expr>, command: &syntax::Command, prints: bool, out: &mut Vec<Step>) {
        let prints = prints && !command.redirected && !self.silent;
        let run = Command { words, env: Vec::new(), input: None, prints };
        out.push(Step { kind: StepKind::Command(run), span: command.span });
    }

    /// The words that a program is given.
    pub(super) fn arguments(self, arguments: &'t [Argument]) -> Vec<Expr> {
        let mut out = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Splat(name, span) => out.push(self.splat(name, self.place(*span))),
                Argument::Word(expr, _) => self.argument(expr, &mut out),
            }
        }
        out
    }

    pub(super) fn splat(self, name: &str, place: Place) -> Expr {
        let used = |name| Part::Use(Box::new(Use { name, op: Op::Plain, quote: Quote::Whole, place }));
        if name.eq_ignore_ascii_case("args") && !self.names.is_set(name) {
            return Expr { parts: vec![used(Name::Parameters)] };
        }
        if self.names.keys(name).is_some() && !self.names.is_list(name) {
            return open(place);
        }
        Expr { parts: vec![used(Name::All(self.names.variable(name)))] }
    }

    fn argument(self, expr: &'t syntax::Expr, out: &mut Vec<Expr>) {
        match &expr.kind {
            // `--flag=a,b`: the shell makes two words of it, and nobody means that.
            ExprKind::Array(items) => {
                let mut parts = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        parts.push(self.text(",", item.span));
                    }
                    parts.extend(self.expr(item).parts);
                }
                out.push(Expr { parts });
            }
            ExprKind::Map(entries) => {
                for (_, value) in entries {
                    out.extend(self.value(value));
                }
            }
            ExprKind::Script(_) => out.push(Expr::text("{}", self.place(expr.span))),
            ExprKind::Variable(name) if !self.names.is_list(name) && !self.names.is_one_word(name) => {
                // Nobody knows whether it is a list.
                let mut word = self.expr(expr);
                for part in &mut word.parts {
                    if let Part::Use(used) = part
                        && matches!(used.name, Name::Variable(_))
                    {
                        used.quote = Quote::Split;
                    }
                }
                out.push(word);
            }
            _ => match self.list(expr) {
                Some(items) => out.extend(items),
                None => out.push(self.expr(expr)),
            },
        }
    }

    /// `Start-Process gcloud -ArgumentList "run deploy", $x`
    fn started(self, command: &'t syntax::Command, out: &mut Vec<Step>) {
        let Some(named) = call::named(self, command, &["wait", "nonewwindow", "passthru", "loaduserprofile"]) else {
            return;
        };
        let get = |names: &[&str], position: usize| {
            let by_name = |start: &&str| named.get(start);
            names.iter().find_map(by_name).or_else(|| named.positional.get(position).copied())
        };
        let path = get(&["filepath", "path"], 0);
        let list = get(&["argumentlist", "args"], usize::from(named.get("filepath").is_none()));
        let Some(path) = path else { return };
        let mut words = vec![program(self.expr(path))];
        if let Some(Part::Text(text, place)) = words.first().and_then(|word| word.parts.first())
            && let Some(name) = plain_program(text)
        {
            words = vec![Expr::text(name, *place)];
        }
        if let Some(list) = list {
            match self.list(list) {
                Some(items) => {
                    for item in items {
                        // The words are put together and cut again.
                        match split(&item.parts) {
                            Some(more) => words.extend(more),
                            None => return,
                        }
                    }
                }
                None => match split(&self.expr(list).parts) {
                    Some(more) => words.extend(more),
                    None => return,
                },
            }
        }
        // Words that were put together have no place of their own.
        for part in words.iter_mut().flat_map(|word| &mut word.parts) {
            if let Part::Text(_, place) = part {
                place.exact = false;
            }
        }
        self.run_words(words, command, false, out);
    }

    /// `Invoke-Expression "gcloud …"`: words, where the text is known and is nothing else.
    fn evaluated(self, command: &'t syntax::Command, out: &mut Vec<Step>) {
        let positional = command.arguments.iter().find_map(|argument| match argument {
            Argument::Word(expr, false) => Some(expr),
            Argument::Word(expr, true) => (expr.literal().is_none_or(|text| !text.starts_with('-'))).then_some(expr),
            Argument::Splat(..) => None,
        });
        let text = positional.map(|expr| self.expr(self.known(expr)));
        match text.and_then(|text| split(&text.parts)) {
            Some(words) if words.first().is_some_and(|word| word.literal().is_some()) => {
                self.run_words(words, command, true, out);
            }
            _ => out.push(Step { kind: StepKind::Unknown, span: command.span }),
        }
    }

    /// What a variable is set to, where that is one text.
    fn known(self, expr: &'t syntax::Expr) -> &'t syntax::Expr {
        match &expr.kind {
            ExprKind::Variable(name) => match self.names.only_value(name) {
                Some(value) if matches!(value.kind, ExprKind::Text(_)) => value,
                _ => expr,
            },
            ExprKind::Output(body) => {
                single(body).filter(|inner| matches!(inner.kind, ExprKind::Text(_))).unwrap_or(expr)
            }
            _ => expr,
        }
    }

    /// The words of `cmd /c …`, each of which is cut again.
    fn flattened(self, arguments: &'t [Argument]) -> Option<Vec<Expr>> {
        let mut out = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Word(expr, _) if matches!(expr.kind, ExprKind::Text(_) | ExprKind::Variable(_)) => {
                    out.extend(split(&self.expr(self.known(expr)).parts)?);
                }
                _ => return None,
            }
        }
        out.first()?.literal()?;
        Some(out)
    }
}

/// The words of a text that a shell reads; `None` when there is more in it than words and quotes.
fn split(parts: &[Part]) -> Option<Vec<Expr>> {
    let mut out: Vec<Expr> = Vec::new();
    let mut word: Option<Vec<Part>> = None;
    let mut quote: Option<char> = None;
    for part in parts {
        let Part::Text(text, place) = part else {
            word.get_or_insert_default().push(part.clone());
            continue;
        };
        let mut from = 0;
        let cut = |word: &mut Option<Vec<Part>>, range: std::ops::Range<usize>| {
            if let Some(run) = text.get(range.clone()).filter(|run| !run.is_empty()) {
                word.get_or_insert_default().push(Part::Text(run.into(), place.part(range)));
            }
        };
        for (at, c) in text.char_indices() {
            match (c, quote) {
                ('"' | '\'', None) => {
                    cut(&mut word, from..at);
                    word.get_or_insert_default();
                    (quote, from) = (Some(c), at + 1);
                }
                (c, Some(open)) if c == open => {
                    cut(&mut word, from..at);
                    (quote, from) = (None, at + 1);
                }
                (c, None) if c.is_whitespace() => {
                    cut(&mut word, from..at);
                    from = at + c.len_utf8();
                    out.extend(word.take().map(|parts| Expr { parts }));
                    if c == '\n' {
                        return None;
                    }
                }
                ('|' | ';' | '&' | '(' | ')' | '{' | '}' | '<' | '>' | '`' | '^' | '%' | '$', None) => return None,
                _ => {}
            }
        }
        cut(&mut word, from..text.len());
    }
    out.extend(word.map(|parts| Expr { parts }));
    quote.is_none().then_some(out)
}
