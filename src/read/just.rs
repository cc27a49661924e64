//! A justfile → a program: its variables, then its recipes, each line of which is a shell of its own.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::Reader;
use super::filled::{Bit, Script, shell_names, unknown, used, whole};
use super::shell;
use crate::program::{
    Arm, Assign, Assigned, Block, Expr, Guard, Inherit, Op, Part, Program, Quote, Step, StepKind, Visibility,
};
use crate::source::{FileId, Snippet, Source, Span};
use crate::syntax::just::{self, Choice, Justfile, Piece, Recipe, Relation, Value, pieces};
use crate::value::Place;

/// `justfile`, `.justfile`, `*.just`.
pub(super) const READER: Reader = Reader { name: "justfile", accepts, words: &[], alone: None, read };

/// Variables that are made of variables, deeper than this, are not known.
const MAX_DEPTH: usize = 20;
/// Parts that one value is made of.
const MAX_BITS: usize = 1000;
/// Bytes that may be evaluated beside those of the file: a value may be made of others many times.
const SHARED: usize = 500_000;

fn accepts(path: &str, _start: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    matches!(name.as_str(), "justfile" | ".justfile") || super::extension(path) == "just"
}

fn read(source: &Source, file: FileId) -> Program {
    let justfile = just::parse(&source.snippet());
    let assigns = justfile.assigns.iter().map(|assign| (assign.name.as_str(), assign)).collect();
    let budget = Cell::new(source.text().len().saturating_mul(8).saturating_add(SHARED));
    let making = Making { file, assigns, export: is_on(&justfile, "export"), budget };
    let mut steps = Vec::new();
    making.environment(&justfile, &mut steps);
    for path in &justfile.imports {
        let path = whole(vec![making.text(path)]);
        steps.push(Step { kind: StepKind::Include(path), span: Span::default() });
    }
    let mut done = BTreeSet::new();
    for assign in &justfile.assigns {
        making.assigned(&assign.name, 0, &mut done, &mut steps);
    }
    let runs_a_shell = shell_of(&justfile).is_none_or(|name| shell::is_shell(name.rsplit('/').next().unwrap_or("")));
    let mut regions = Vec::new();
    for recipe in justfile.recipes.iter().filter(|recipe| runs_a_shell || recipe.script) {
        regions.push(recipe.span);
        steps.push(making.recipe(recipe));
    }
    Program { file, body: steps.into(), regions, ..Program::default() }
}

fn is_on(justfile: &Justfile, name: &str) -> bool {
    let is_off = |value: &Value| matches!(value, Value::Name(name, _) if name == "false");
    justfile.settings.iter().any(|(own, value)| own == name && !value.as_ref().is_some_and(is_off))
}

fn shell_of(justfile: &Justfile) -> Option<&str> {
    justfile.settings.iter().find_map(|(name, value)| match value {
        Some(Value::Text(text)) if name == "shell" => Some(text.text()),
        _ => None,
    })
}

/// A file that is being read.
struct Making<'j> {
    file: FileId,
    assigns: BTreeMap<&'j str, &'j just::Assign>,
    /// Whether recipes see all variables in their environment.
    export: bool,
    /// Bytes that may still be evaluated.
    budget: Cell<usize>,
}

/// Where a text stands in a recipe.
#[derive(Clone, Copy)]
struct Context<'c> {
    /// The recipe's parameters.
    parameters: &'c BTreeSet<&'c str>,
    /// Names that are also the shell's.
    renamed: &'c BTreeSet<&'c str>,
}

impl Making<'_> {
    fn near(&self, span: Span) -> Place {
        Place::near(self.file, span)
    }

    fn text(&self, text: &Snippet) -> Bit {
        let range = 0..text.text().len();
        let place = Place { file: self.file, span: text.span(range.clone()), exact: text.is_exact(range) };
        Bit::Text(text.text().to_owned(), place)
    }

    /// Variables that are read from a file.
    fn environment(&self, justfile: &Justfile, steps: &mut Vec<Step>) {
        let named = justfile.settings.iter().find_map(|(name, value)| match value {
            Some(Value::Text(path)) if matches!(name.as_str(), "dotenv-filename" | "dotenv-path") => Some(path),
            _ => None,
        });
        if named.is_some() || is_on(justfile, "dotenv-load") {
            let path = named
                .map_or_else(|| Expr::text(".env", self.near(Span::default())), |path| whole(vec![self.text(path)]));
            steps.push(Step { kind: StepKind::Include(path), span: Span::default() });
        }
    }

    /// Sets a variable, after those that it is made of.
    fn assigned(&self, name: &str, depth: usize, done: &mut BTreeSet<String>, steps: &mut Vec<Step>) {
        let Some(assign) = self.assigns.get(name).filter(|_| depth < MAX_DEPTH && !done.contains(name)) else { return };
        done.insert(name.to_owned());
        let mut names = Vec::new();
        named(&assign.value, &mut names);
        for name in names {
            self.assigned(name, depth + 1, done, steps);
        }
        let none = BTreeSet::new();
        let context = Context { parameters: &none, renamed: &none };
        let kind = self.assign(&assign.name, &assign.value, self.export || assign.export, context, assign.span, 0);
        steps.push(Step { kind, span: assign.span });
    }

    /// The step that sets a variable to a value.
    fn assign(&self, name: &str, value: &Value, export: bool, context: Context, span: Span, depth: usize) -> StepKind {
        if let Value::If(choice) = value
            && depth < MAX_DEPTH
        {
            let arm = |guard, value| {
                let kind = self.assign(name, value, export, context, span, depth + 1);
                Arm { test: Block::from([]), guard, body: Block::from([Step { kind, span }]) }
            };
            let guard = self.guard(choice, context);
            return StepKind::Branch(vec![arm(guard, &choice.then), arm(Guard::Always, &choice.otherwise)]);
        }
        let bits = self.bits(value, context, 0);
        // What is left empty is there for others to set.
        let is_empty = bits.iter().all(|bit| matches!(bit, Bit::Text(text, _) if text.is_empty()));
        if is_empty || !bits.iter().all(Bit::is_plain) {
            return StepKind::Forget(name.to_owned());
        }
        let visibility = if export { Visibility::Exported } else { Visibility::Program };
        let value = Assigned::Text(whole(bits));
        StepKind::Assign(Assign { name: name.to_owned(), value, append: false, visibility })
    }

    fn guard(&self, choice: &Choice, context: Context) -> Guard {
        let (left, right) = (self.bits(&choice.left, context, 0), self.bits(&choice.right, context, 0));
        let is_followed = |bit: &Bit| match bit {
            Bit::Text(..) => true,
            Bit::Part(part) => {
                matches!(part, Part::Use(used) if matches!(used.name, crate::program::Name::Variable(_)))
            }
        };
        if !left.iter().chain(&right).all(is_followed) || choice.relation == Relation::Other {
            return Guard::Opaque(None, Vec::new());
        }
        let guard = Guard::Equal(whole(left), whole(right));
        if choice.relation == Relation::Differ { Guard::Not(Box::new(guard)) } else { guard }
    }

    /// What an expression comes to.
    fn bits(&self, value: &Value, context: Context, depth: usize) -> Vec<Bit> {
        let hole = |span: Span, shown: &str| vec![Bit::Part(unknown(shown, self.near(span)))];
        let length = if let Value::Text(text) | Value::Command(text) = value { text.text().len() } else { 0 };
        let left = self.budget.get().checked_sub(length + 16);
        self.budget.set(left.unwrap_or(0));
        match value {
            _ if left.is_none() => hole(Span::default(), "…"),
            Value::Text(text) => vec![self.text(text)],
            Value::Command(text) => {
                let place = self.near(text.span(0..text.text().len()));
                let body = self.script(text, 0..text.text().len(), context).block(self.file, 1);
                vec![Bit::Part(Part::Output(body, Quote::Split, place))]
            }
            Value::Name(name, span) => self.named(name, *span, context, depth),
            Value::Join(parts) => {
                let mut out = Vec::new();
                for part in parts {
                    out.extend(self.bits(part, context, depth));
                    if out.len() > MAX_BITS {
                        return hole(Span::default(), "…");
                    }
                }
                out
            }
            Value::Path(left, right) => {
                let mut out = self.bits(left, context, depth);
                let right = self.bits(right, context, depth);
                let place = match right.first() {
                    Some(Bit::Text(_, place)) => Place { exact: false, ..*place },
                    _ => self.near(Span::default()),
                };
                out.push(Bit::Text("/".to_owned(), place));
                out.extend(right);
                out
            }
            Value::Call(name, arguments, span) => self
                .call(name, arguments, *span, context, depth)
                .unwrap_or_else(|| hole(*span, &format!("{{{{{name}(…)}}}}"))),
            Value::If(_) => hole(Span::default(), "…"),
            Value::Unknown(span) => hole(*span, "{{…}}"),
        }
    }

    fn named(&self, name: &str, span: Span, context: Context, depth: usize) -> Vec<Bit> {
        let place = self.near(span);
        let is_parameter = context.parameters.contains(name);
        if !is_parameter && !self.assigns.contains_key(name) {
            return vec![Bit::Part(unknown(&format!("{{{{{name}}}}}"), place))];
        }
        if !is_parameter
            && let Some(assign) = self.assigns.get(name)
            && !matches!(assign.value, Value::If(_))
            && depth < MAX_DEPTH
        {
            let bits = self.bits(&assign.value, context_of_file(), depth + 1);
            // A shell reads it where it stands.
            if !bits.iter().all(Bit::is_plain) && bits.len() <= MAX_BITS {
                return bits;
            }
        }
        let renamed = context.renamed.contains(name);
        let shown = if renamed { format!("{{{{{name}}}}}") } else { name.to_owned() };
        vec![Bit::Part(used(shown, Op::Plain, Quote::Split, place))]
    }

    fn call(&self, name: &str, arguments: &[Value], span: Span, context: Context, depth: usize) -> Option<Vec<Bit>> {
        let place = self.near(span);
        match (name, arguments) {
            ("env" | "env_var", [Value::Text(variable)]) => {
                Some(vec![Bit::Part(used(variable.text(), Op::Plain, Quote::Split, place))])
            }
            ("env" | "env_var_or_default", [Value::Text(variable), default]) => {
                let default = self.bits(default, context, depth + 1);
                let is_known = default.iter().all(Bit::is_plain) && !default.is_empty();
                let op = if is_known { Op::Default(whole(default)) } else { Op::Plain };
                Some(vec![Bit::Part(used(variable.text(), op, Quote::Split, place))])
            }
            // Quotes for the shell, which takes them away.
            ("quote" | "trim", [value]) => {
                let bits = self.bits(value, context, depth + 1);
                bits.iter().all(Bit::is_plain).then_some(bits)
            }
            ("just_executable", []) => Some(vec![Bit::Text("just".to_owned(), place)]),
            _ => None,
        }
    }

    /// A part of a text as a script.
    fn script(&self, text: &Snippet, range: std::ops::Range<usize>, context: Context) -> Script {
        let mut script = Script::new();
        let mut own = Snippet::builder();
        own.push_from(text, range);
        let own = own.finish();
        for piece in pieces(&own) {
            match piece {
                Piece::Text(range) => script.written(&own, range),
                Piece::Braces(range) => script.text("{{", own.span(range)),
                Piece::Value(range, value) => script.fill(self.bits(&value, context, 0), own.span(range)),
            }
        }
        script
    }

    fn recipe(&self, recipe: &Recipe) -> Step {
        let parameters: BTreeSet<&str> = recipe.parameters.iter().map(|own| own.name.as_str()).collect();
        let none = BTreeSet::new();
        let outside = Context { parameters: &none, renamed: &none };
        let mut steps = Vec::new();
        for parameter in &recipe.parameters {
            let name = &parameter.name;
            let value = parameter.default.as_ref().filter(|_| !parameter.variadic);
            let bits = value.map(|value| self.bits(value, outside, 0)).filter(|bits| bits.iter().all(Bit::is_plain));
            let is_empty =
                |bits: &Vec<Bit>| bits.iter().all(|bit| matches!(bit, Bit::Text(text, _) if text.is_empty()));
            let kind = match bits.filter(|bits| !is_empty(bits)) {
                // Whoever runs it may give another one.
                Some(bits) => {
                    let op = Op::Default(whole(bits));
                    let given = used(format!("{{{{{name}=…}}}}"), op, Quote::Whole, self.near(recipe.span));
                    StepKind::Assign(Assign {
                        name: name.clone(),
                        value: Assigned::Text(Expr { parts: vec![given] }),
                        append: false,
                        visibility: if parameter.export { Visibility::Exported } else { Visibility::Program },
                    })
                }
                None => StepKind::Forget(name.clone()),
            };
            steps.push(Step { kind, span: recipe.span });
        }
        let mut renamed = BTreeSet::new();
        shell_names(recipe.body.text(), "$", &mut renamed);
        renamed.retain(|name| parameters.contains(name) || self.assigns.contains_key(name));
        self.rename(recipe, &renamed, &mut steps);
        let context = Context { parameters: &parameters, renamed: &renamed };
        self.body(recipe, context, &mut steps);
        Step { kind: StepKind::Scope(steps.into(), Inherit::All), span: recipe.span }
    }

    /// Variables of the file keep what they hold under another name; the shell sees those that are exported.
    fn rename(&self, recipe: &Recipe, renamed: &BTreeSet<&str>, steps: &mut Vec<Step>) {
        let (place, span) = (self.near(recipe.span), recipe.span);
        for name in renamed {
            let parameter = recipe.parameters.iter().find(|parameter| parameter.name == *name);
            let is_exported = match parameter {
                Some(parameter) => parameter.export,
                None => self.assigns.get(name).is_some_and(|assign| assign.export),
            };
            let value = Expr { parts: vec![used(*name, Op::Plain, Quote::Whole, place)] };
            let kind = StepKind::Assign(Assign {
                name: format!("{{{{{name}}}}}"),
                value: Assigned::Text(value),
                append: false,
                visibility: Visibility::Program,
            });
            steps.push(Step { kind, span });
            if !self.export && !is_exported {
                steps.push(Step { kind: StepKind::Unset((*name).to_owned()), span });
            }
        }
    }

    fn body(&self, recipe: &Recipe, context: Context, steps: &mut Vec<Step>) {
        let (body, text) = (&recipe.body, recipe.body.text());
        let mut push = |range: std::ops::Range<usize>| {
            let span = body.span(range.clone());
            let block = self.script(body, range, context).block(self.file, 0);
            if !block.is_empty() {
                steps.push(Step { kind: StepKind::Scope(block, Inherit::All), span });
            }
        };
        if recipe.script {
            if shell::is_shell_script(text) {
                push(0..text.len());
            }
            return;
        }
        let (mut at, mut start) = (0, 0);
        for line in text.split_inclusive('\n') {
            at += line.len();
            let line = line.strip_suffix('\n').unwrap_or(line);
            // What continues belongs to it.
            if line.ends_with('\\') && at < text.len() {
                continue;
            }
            let own = text.get(start..at).unwrap_or("");
            let prefix = own.len() - own.trim_start_matches([' ', '\t', '@', '-', '?']).len();
            push(start + prefix..at);
            start = at;
        }
    }
}

fn context_of_file() -> Context<'static> {
    static NONE: BTreeSet<&str> = BTreeSet::new();
    Context { parameters: &NONE, renamed: &NONE }
}

/// The variables that an expression asks for.
fn named<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Name(name, _) => names.push(name),
        Value::Join(parts) | Value::Call(_, parts, _) => parts.iter().for_each(|part| named(part, names)),
        Value::Path(left, right) => [left, right].into_iter().for_each(|part| named(part, names)),
        Value::If(choice) => {
            for part in [&choice.left, &choice.right, &choice.then, &choice.otherwise] {
                named(part, names);
            }
        }
        Value::Text(_) | Value::Command(_) | Value::Unknown(_) => {}
    }
}
