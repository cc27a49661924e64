//! One stage of a Dockerfile: its variables, and what it runs.

use std::collections::{BTreeMap, BTreeSet};

use super::{shell, yaml};
use crate::program::{
    Assign, Assigned, Block, Declaration, Entry, Expr, Inherit, Name, Node, Op, Part, Quote, Schema, Step, StepKind,
    Use, Visibility,
};
use crate::read::{extension, machine, mark};
use crate::source::{FileId, Snippet, Span};
use crate::syntax::docker::{Document, Instruction, Piece, Word, words};
use crate::syntax::shell::{Dialect, Placeholders};
use crate::value::Place;

/// Variables and arguments of a stage; more than these are not known.
const MAX_NAMES: usize = 300;
/// Files that are copied one by one.
const MAX_COPIED: usize = 100;
/// The variable that names a file of credentials to Google's libraries.
const CREDENTIALS: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// A stage.
#[derive(Debug)]
pub(super) struct Stage {
    /// Its name in lower case; empty when it has none.
    pub name: String,
    /// From its first instruction to its last.
    pub span: Span,
    file: FileId,
    escape: char,
    /// Whether what is not a list is run by a shell that we read.
    is_shell: bool,
    /// The variables of the image, in order.
    variables: Vec<Step>,
    names: BTreeSet<String>,
    arguments: BTreeSet<String>,
    /// What the variables are when the image runs, until another one is set.
    defaults: Option<Block>,
    steps: Vec<Step>,
    /// What is copied from outside: from where, and to where.
    copies: Vec<(Expr, Expr, Span)>,
    /// The directory that paths begin in, where it is known.
    directory: Option<String>,
    /// The last `ENTRYPOINT`, and the last `CMD`.
    entry: Option<(Snippet, Span)>,
    command: Option<(Snippet, Span)>,
}

impl Stage {
    /// A stage, on top of another one of the file if it is. Of what it takes over no more than `budget` steps are kept.
    pub fn new(name: String, file: FileId, escape: char, span: Span, base: Option<&Self>, budget: &mut usize) -> Self {
        let mut variables = base.map(|base| base.variables.clone()).unwrap_or_default();
        let arguments = base.into_iter().flat_map(|base| base.arguments.iter());
        variables.extend(arguments.map(|name| Step { kind: StepKind::Unset(name.clone()), span }));
        let mut names = base.map(|base| base.names.clone()).unwrap_or_default();
        if let Some(left) = budget.checked_sub(variables.len()) {
            *budget = left;
        } else {
            (variables, names) = (Vec::new(), BTreeSet::new());
        }
        let is_shell = base.is_none_or(|base| base.is_shell);
        let (steps, arguments) = (variables.clone(), BTreeSet::new());
        let (defaults, entry, command) = (None, None, None);
        let copies = base.map(|base| base.copies.clone()).unwrap_or_default();
        let directory = base.map_or_else(|| Some("/".to_owned()), |base| base.directory.clone());
        Self {
            name,
            span,
            file,
            escape,
            is_shell,
            variables,
            names,
            arguments,
            defaults,
            steps,
            copies,
            directory,
            entry,
            command,
        }
    }

    /// Takes the next instruction.
    pub fn instruction(&mut self, instruction: &Instruction, globals: &BTreeMap<String, Expr>) {
        match instruction.name.as_str() {
            "RUN" => {
                let step = self.run(instruction);
                self.steps.extend(step);
            }
            "ENV" => self.environment(instruction),
            "ARG" => self.argument(instruction, globals),
            "SHELL" => {
                let first = instruction.text.text().trim_start_matches(['[', ' ', '"']);
                let program = first.split('"').next().unwrap_or("");
                self.is_shell = shell::is_shell(program.rsplit('/').next().unwrap_or("")) || program == "/bin/ash";
            }
            "CMD" => self.command = Some((instruction.text.clone(), instruction.span)),
            // What the image ran before is given to another program now.
            "ENTRYPOINT" => self.entry = Some((instruction.text.clone(), instruction.span)),
            "WORKDIR" => self.enter(instruction),
            "COPY" | "ADD" => {
                self.copy(instruction);
                for document in &instruction.documents {
                    let step = self.written(instruction, document);
                    if step.is_some() {
                        self.steps.extend(step);
                        let body = document.body.span(0..document.body.text().len());
                        self.steps.push(mark::mark("written", Place::near(self.file, body)));
                    }
                }
            }
            _ => {}
        }
    }

    /// The steps of the whole stage.
    pub fn finish(&mut self, is_last: bool) -> Option<Step> {
        let image = if is_last { self.image() } else { None };
        let running = self.running();
        let mut steps = std::mem::take(&mut self.steps);
        let place = Place::near(self.file, self.span);
        if !steps.is_empty() {
            steps.insert(0, machine::begins("image", place));
        }
        steps.extend(image);
        if !running.is_empty() {
            steps.push(machine::begins("container", place));
        }
        steps.extend(running);
        (!steps.is_empty()).then(|| Step { kind: StepKind::Scope(steps.into(), Inherit::Exported), span: self.span })
    }

    /// `WORKDIR`
    fn enter(&mut self, instruction: &Instruction) {
        let text = instruction.text.text().trim().trim_matches(['"', '\'']);
        self.directory = match &self.directory {
            _ if text.contains('$') => None,
            _ if text.starts_with('/') => Some(text.to_owned()),
            Some(directory) => Some(format!("{}/{text}", directory.trim_end_matches('/'))),
            None => None,
        };
    }

    /// Files that are copied one by one from where the image is built.
    fn copy(&mut self, instruction: &Instruction) {
        let body = &instruction.text;
        let all = words(body.text(), self.escape, false);
        let (flags, paths): (Vec<&Word>, Vec<&Word>) =
            all.iter().partition(|word| body.slice(word.range.clone()).starts_with("--"));
        let is_own = !flags.iter().any(|flag| body.slice(flag.range.clone()).starts_with("--from"));
        let Some((target, sources)) = paths.split_last().filter(|_| is_own && instruction.documents.is_empty()) else {
            return;
        };
        if sources.len() > MAX_COPIED || self.copies.len() > MAX_COPIED || yaml::is_words(body) {
            return;
        }
        let target_text = body.slice(target.range.clone());
        for source in sources {
            let name = body.slice(source.range.clone());
            let name = name.rsplit('/').next().unwrap_or(name);
            let is_directory = target_text.ends_with('/') || target_text == "." || sources.len() > 1;
            let mut to = expr(body, self.file, target, 0, target.range.start);
            let place = Place::near(self.file, body.span(target.range.clone()));
            if !target_text.starts_with(['/', '$']) {
                let directory = match &self.directory {
                    Some(directory) => Part::Text(format!("{}/", directory.trim_end_matches('/')).into(), place),
                    None => Part::Hole("…".into(), place),
                };
                to.parts.insert(0, directory);
            }
            if is_directory {
                let slash = if target_text.ends_with('/') { "" } else { "/" };
                to.parts.push(Part::Text(format!("{slash}{name}").into(), place));
            }
            self.copies.push((expr(body, self.file, source, 0, source.range.start), to, instruction.span));
        }
    }

    /// What the image holds and names, when it is the last one of its file.
    pub fn image(&self) -> Option<Step> {
        let place = Place::near(self.file, self.span);
        let entry = |name: &str, value: Expr, at: Place| Entry {
            name: name.to_owned(),
            at,
            whole: at,
            value: Node::Text(value),
        };
        if self.copies.is_empty() {
            return None;
        }
        let copy = |(from, to, span): &(Expr, Expr, Span)| {
            let at = Place::near(self.file, *span);
            Node::Map(vec![entry("from", from.clone(), at), entry("to", to.clone(), at)], false)
        };
        let used = Use { name: Name::Variable(CREDENTIALS.to_owned()), op: Op::Plain, quote: Quote::Whole, place };
        let credentials = entry("credentials", Expr { parts: vec![Part::Use(Box::new(used))] }, place);
        let copies = Node::List(self.copies.iter().map(copy).collect(), false);
        let mut entries: Vec<Entry> = self.names.contains(CREDENTIALS).then_some(credentials).into_iter().collect();
        let copies = Entry { name: "copies".to_owned(), at: place, whole: place, value: copies };
        entries.push(copies);
        let declaration = Declaration {
            schema: Schema::Image,
            kind: String::new(),
            name: String::new(),
            head: place,
            body: Node::Map(entries, false),
            each: None,
        };
        Some(Step { kind: StepKind::Declare(declaration.into()), span: self.span })
    }

    /// `RUN`: a process of its own.
    fn run(&self, instruction: &Instruction) -> Option<Step> {
        let span = instruction.span;
        let line = instruction.text.text().trim();
        if instruction.documents.is_empty() && yaml::is_words(&instruction.text) {
            let step = yaml::executed(&[&instruction.text], false, self.file, span)?;
            return Some(process(vec![step], span));
        }
        let body = match instruction.documents.as_slice() {
            // With nothing else in its line it is the script itself.
            [only] if line.starts_with("<<") && !line.contains(char::is_whitespace) => self.script(&only.body)?,
            _ => self.script(&instruction.script())?,
        };
        Some(process(body.to_vec(), span))
    }

    fn script(&self, script: &Snippet) -> Option<Block> {
        let is_read =
            if script.text().starts_with("#!") { shell::is_shell_script(script.text()) } else { self.is_shell };
        is_read.then(|| shell::block(script, self.file, Dialect::Bash, Placeholders::Script))
    }

    /// `ENV`: what its texts name is what it was before the instruction.
    fn environment(&mut self, instruction: &Instruction) {
        let mut set = BTreeSet::new();
        for (name, value, span) in assignments(instruction, self.file, self.escape) {
            let mut value = value.unwrap_or_default();
            for part in &mut value.parts {
                if let Part::Use(used) = part
                    && matches!(&used.name, Name::Variable(name) if set.contains(name))
                {
                    *part = Part::Hole("…".into(), used.place);
                }
            }
            if self.is_full(&name) {
                continue;
            }
            self.names.insert(name.clone());
            self.arguments.remove(&name);
            let step = exported(&name, value, span);
            self.keep(step);
            set.insert(name);
        }
    }

    /// Whether there are too many variables for another one.
    fn is_full(&self, name: &str) -> bool {
        let is_known = self.names.contains(name) || self.arguments.contains(name);
        !is_known && self.names.len() + self.arguments.len() >= MAX_NAMES
    }

    /// Adds a step that stages on top of this one take over.
    fn keep(&mut self, step: Step) {
        if self.variables.len() < 2 * MAX_NAMES {
            self.variables.push(step.clone());
        }
        self.defaults = None;
        self.steps.push(step);
    }

    /// `ARG`: a variable up to the end of the stage, where no `ENV` has its name.
    fn argument(&mut self, instruction: &Instruction, globals: &BTreeMap<String, Expr>) {
        for (name, value, span) in assignments(instruction, self.file, self.escape) {
            if self.names.contains(&name) || self.is_full(&name) {
                continue;
            }
            let kind = match value.or_else(|| globals.get(&name).cloned()) {
                Some(default) => exported(&name, assumed(&name, default, Place::near(self.file, span)), span).kind,
                None => StepKind::Unset(name.clone()),
            };
            let step = Step { kind, span };
            self.keep(step);
            self.arguments.insert(name);
        }
    }

    /// `COPY <<EOF /deploy.sh`: a script or a document that the image holds.
    fn written(&mut self, instruction: &Instruction, document: &Document) -> Option<Step> {
        let text = instruction.text.text();
        let target = text.split_whitespace().last()?;
        let name = if target.ends_with('/') { document.name.as_str() } else { target };
        let span = instruction.span;
        let steps = match extension(name).as_str() {
            "yaml" | "yml" | "json" => yaml::block_within(&document.body, self.file, yaml::shell_references, 1),
            "sh" | "bash" | "zsh" | "ksh" => {
                shell::block(&document.body, self.file, Dialect::Bash, Placeholders::Script)
            }
            _ if document.body.text().starts_with("#!") && shell::is_shell_script(document.body.text()) => {
                shell::block(&document.body, self.file, Dialect::Bash, Placeholders::Script)
            }
            _ => return None,
        };
        // What stands there is filled in now, or when it runs.
        let steps = if document.expands { steps.to_vec() } else { self.later(span, steps.to_vec()) };
        (!steps.is_empty()).then(|| process(steps, span))
    }

    /// What the image runs.
    fn running(&mut self) -> Vec<Step> {
        let is_list = |text: &Option<(Snippet, Span)>| text.as_ref().is_some_and(|(text, _)| yaml::is_words(text));
        let (entry_is_list, command_is_list) = (is_list(&self.entry), is_list(&self.command));
        let step = match (&self.entry, &self.command) {
            (None, None) => return Vec::new(),
            (Some((entry, span)), Some((command, _))) if entry_is_list && command_is_list => {
                yaml::executed(&[entry, command], false, self.file, *span).into_iter().collect()
            }
            // Whoever starts it gives the arguments.
            (Some((entry, span)), _) if entry_is_list => {
                yaml::executed(&[entry], true, self.file, *span).into_iter().collect()
            }
            (None, Some((command, span))) if command_is_list => {
                yaml::executed(&[command], false, self.file, *span).into_iter().collect()
            }
            (Some((text, _)), _) | (None, Some((text, _))) => {
                self.script(text).map(|block| block.to_vec()).unwrap_or_default()
            }
        };
        let span = self.entry.as_ref().or(self.command.as_ref()).map_or(self.span, |(_, span)| *span);
        if step.is_empty() { Vec::new() } else { vec![process(self.later(span, step), span)] }
    }

    /// Steps of the image when it runs: its variables are defaults then, and there are no arguments.
    fn later(&mut self, span: Span, steps: Vec<Step>) -> Vec<Step> {
        let place = Place::near(self.file, span);
        let used = |name: &String| {
            let used = Use { name: Name::Variable(name.clone()), op: Op::Plain, quote: Quote::Whole, place };
            Expr { parts: vec![Part::Use(Box::new(used))] }
        };
        let (names, arguments) = (&self.names, &self.arguments);
        let defaults = self.defaults.get_or_insert_with(|| {
            let variables = names.iter().map(|name| exported(name, assumed(name, used(name), place), span));
            let arguments = arguments.iter().map(|name| Step { kind: StepKind::Unset(name.clone()), span });
            variables.chain(arguments).collect()
        });
        let defaults = Step { kind: StepKind::Group(Block::clone(defaults)), span };
        std::iter::once(defaults).chain(steps).collect()
    }
}

/// The names that an `ENV` or `ARG` sets, each with its text if it has one.
pub(super) fn assignments(instruction: &Instruction, file: FileId, escape: char) -> Vec<(String, Option<Expr>, Span)> {
    let body = &instruction.text;
    let text = body.text();
    let first = text.split(char::is_whitespace).next().unwrap_or("");
    // `ENV NAME all that follows`
    if instruction.name == "ENV" && !first.contains('=') && first.len() < text.trim_end().len() {
        let rest = text.get(first.len()..).unwrap_or("");
        let start = text.len() - rest.trim_start().len();
        let value = words(rest.trim(), escape, true).into_iter().next().unwrap_or_default();
        let expr = expr(body, file, &value, start, 0);
        return vec![(first.to_owned(), Some(expr), instruction.span)];
    }
    let one = |word: &Word| {
        let whole = text.get(word.range.clone())?;
        let span = body.span(word.range.clone());
        match whole.split_once('=') {
            Some((name, _)) => {
                let skipped = word.range.start + name.len() + 1;
                Some((name.to_owned(), Some(expr(body, file, word, 0, skipped)), span))
            }
            None => Some((whole.to_owned(), None, span)),
        }
    };
    words(text, escape, false).iter().filter_map(one).collect()
}

/// A word as an expression, from an offset of the text on; the word's own ranges begin at `base`.
fn expr(body: &Snippet, file: FileId, word: &Word, base: usize, from: usize) -> Expr {
    let mut parts = Vec::new();
    let place = |range: std::ops::Range<usize>| {
        let exact = body.is_exact(range.clone());
        Place { file, span: body.span(range), exact }
    };
    let shifted = |range: &std::ops::Range<usize>| range.start + base..range.end + base;
    for piece in &word.pieces {
        let used = |name: &str, op: Op, place: Place| {
            let name = Name::Variable(name.to_owned());
            Part::Use(Box::new(Use { name, op, quote: Quote::Whole, place }))
        };
        let (part, end) = match piece {
            Piece::Text(range) => {
                let range = shifted(range);
                let range = range.start.max(from)..range.end;
                (Part::Text(body.slice(range.clone()).into(), place(range.clone())), range.end)
            }
            Piece::Made(text, range) => {
                let range = shifted(range);
                (Part::Text(text.as_str().into(), Place { exact: false, ..place(range.clone()) }), range.end)
            }
            Piece::Variable(name, range) => (used(name, Op::Plain, place(shifted(range))), range.end + base),
            Piece::VariableOr(name, default, range) => {
                let place = Place { exact: false, ..place(shifted(range)) };
                (used(name, Op::Default(Expr::text(default.as_str(), place)), place), range.end + base)
            }
            Piece::Unknown(range) => {
                let range = shifted(range);
                (Part::Hole(body.slice(range.clone()).into(), place(range.clone())), range.end)
            }
        };
        if end > from {
            parts.push(part);
        }
    }
    if parts.is_empty() {
        parts.push(Part::Text("".into(), Place { file, span: body.span(word.range.clone()), exact: false }));
    }
    Expr { parts }
}

/// An expression in which other defaults stand in the place of their names; those that are not known are holes.
pub(super) fn inlined(expr: &Expr, globals: &BTreeMap<String, Expr>, most: usize) -> Expr {
    let mut parts = Vec::new();
    for part in &expr.parts {
        match part {
            Part::Use(used) => {
                let known = match (&used.name, &used.op) {
                    (Name::Variable(name), Op::Plain) => globals.get(name),
                    _ => None,
                };
                match known {
                    Some(known) if parts.len() + known.parts.len() <= most => parts.extend(known.parts.iter().cloned()),
                    _ => parts.push(Part::Hole("…".into(), used.place)),
                }
            }
            other => parts.push(other.clone()),
        }
    }
    Expr { parts }
}

/// What holds where nobody says otherwise.
fn assumed(name: &str, default: Expr, place: Place) -> Expr {
    let used = Use { name: Name::Other(format!("${{{name}}}")), op: Op::Default(default), quote: Quote::Whole, place };
    Expr { parts: vec![Part::Use(Box::new(used))] }
}

fn process(steps: Vec<Step>, span: Span) -> Step {
    Step { kind: StepKind::Scope(steps.into(), Inherit::Exported), span }
}

fn exported(name: &str, value: Expr, span: Span) -> Step {
    let value = Assigned::Text(value);
    let assign = Assign { name: name.to_owned(), value, append: false, visibility: Visibility::Exported };
    Step { kind: StepKind::Assign(assign), span }
}
