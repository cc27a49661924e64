//! References of a Makefile → what stands for them.

use std::ops::Range;

use super::variables::Chain;
use super::{END, Making, Renamed};
use crate::program::{Op, Part, Quote};
use crate::read::filled::{Bit, Script, unknown, unquoted, used, whole};
use crate::source::{Snippet, Span};
use crate::syntax::make::{Assign, MAX_DEPTH, Op as Sign, Piece, Reference, arguments, pieces};
use crate::value::Place;

/// Functions by their names: <https://www.gnu.org/software/make/manual/html_node/Functions.html>.
const FUNCTIONS: &[&str] = &[
    "abspath",
    "addprefix",
    "addsuffix",
    "and",
    "basename",
    "call",
    "dir",
    "error",
    "eval",
    "file",
    "filter",
    "filter-out",
    "findstring",
    "firstword",
    "flavor",
    "foreach",
    "guile",
    "if",
    "info",
    "intcmp",
    "join",
    "lastword",
    "let",
    "notdir",
    "or",
    "origin",
    "patsubst",
    "realpath",
    "shell",
    "sort",
    "strip",
    "subst",
    "suffix",
    "value",
    "warning",
    "wildcard",
    "word",
    "wordlist",
    "words",
];

/// What references mean where a text stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'c> {
    /// The number of what stands in the file when the text is expanded.
    pub at: usize,
    /// The number at which the program meets it.
    pub now: usize,
    /// References around it.
    pub depth: usize,
    /// What `$(1)` is.
    pub arguments: Arguments<'c>,
    /// Whether it is a part of a recipe, which has a target.
    pub in_recipe: bool,
    /// Names that are also the shell's.
    pub renamed: Option<&'c Renamed<'c>>,
}

/// What `$(1)` stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arguments<'c> {
    /// Nothing.
    None,
    /// These, the first being the function's name.
    Given(&'c [Vec<Bit>]),
    /// Parameters of the function that is being read.
    Parameters,
}

impl Context<'_> {
    /// Where the file has come to.
    pub fn at(at: usize) -> Self {
        Self { at, now: at, depth: 0, arguments: Arguments::None, in_recipe: false, renamed: None }
    }
}

impl<'m> Making<'m> {
    /// A part of a text, with what it refers to.
    pub(super) fn expand(&self, text: &Snippet, range: Range<usize>, context: Context) -> Vec<Bit> {
        let own = text.slice(range.clone());
        if !self.spend(own.len()) || context.depth > MAX_DEPTH {
            return vec![Bit::Part(unknown("…", self.near(text.span(range))))];
        }
        let mut out = Vec::new();
        for piece in pieces(own) {
            match piece {
                Piece::Text(part) => {
                    let part = range.start + part.start..range.start + part.end;
                    let place = self.place(text, part.clone());
                    out.push(Bit::Text(text.slice(part).to_owned(), place));
                }
                Piece::Dollar(part) => {
                    let span = text.span(range.start + part.start..range.start + part.end);
                    out.push(Bit::Text("$".to_owned(), self.near(span)));
                }
                Piece::Reference(reference) => out.extend(self.reference(text, range.start, &reference, context)),
            }
        }
        out
    }

    /// A part of a text as a script.
    pub(super) fn script(&self, text: &Snippet, range: Range<usize>, context: Context) -> Script {
        let mut script = Script::new();
        if !self.spend(range.len()) {
            return script;
        }
        for piece in pieces(text.slice(range.clone())) {
            match piece {
                Piece::Text(part) => script.written(text, range.start + part.start..range.start + part.end),
                Piece::Dollar(part) => {
                    script.text("$", text.span(range.start + part.start..range.start + part.end));
                }
                Piece::Reference(reference) => {
                    let span = span(text, range.start, &reference);
                    script.fill(self.reference(text, range.start, &reference, context), span);
                }
            }
        }
        script
    }

    fn spend(&self, bytes: usize) -> bool {
        let left = self.budget.get().checked_sub(bytes + 16);
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }

    fn place(&self, text: &Snippet, range: Range<usize>) -> Place {
        Place { file: self.file, span: text.span(range.clone()), exact: text.is_exact(range) }
    }

    fn reference(&self, text: &Snippet, base: usize, reference: &Reference, context: Context) -> Vec<Bit> {
        let range = base + reference.inner.start..base + reference.inner.end;
        let place = self.near(span(text, base, reference));
        let hole = || {
            let shown = text.slice(base + reference.range.start..base + reference.range.end);
            vec![Bit::Part(unknown(shown, place))]
        };
        if !reference.closed || context.depth >= MAX_DEPTH {
            return hole();
        }
        let context = Context { depth: context.depth + 1, ..context };
        let inner = text.slice(range.clone());
        if let Some(name) =
            inner.split([' ', '\t']).next().filter(|name| FUNCTIONS.contains(name) && inner.len() > name.len())
        {
            let start = range.start + name.len();
            let blank = text.slice(start..range.end);
            let start = start + (blank.len() - blank.trim_start().len());
            return self.function(name, text, start..range.end, place, context).unwrap_or_else(hole);
        }
        if !inner.contains('$') {
            return self.variable(inner.trim(), place, context).unwrap_or_else(hole);
        }
        // A name that is put together.
        let name: Option<String> = self
            .expand(text, range, context)
            .into_iter()
            .map(|bit| match bit {
                Bit::Text(text, _) => Some(text),
                Bit::Part(_) => None,
            })
            .collect();
        name.and_then(|name| self.variable(name.trim(), place, context)).unwrap_or_else(hole)
    }

    /// What a variable stands for; `None` where that is not known.
    fn variable(&self, name: &str, place: Place, context: Context) -> Option<Vec<Bit>> {
        if let Ok(number) = name.parse::<usize>() {
            return match context.arguments {
                Arguments::None => None,
                Arguments::Given(given) => Some(given.get(number).cloned().unwrap_or_default()),
                Arguments::Parameters => Some(vec![Bit::Part(parameter(number, place))]),
            };
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        match name {
            "@" if context.in_recipe => return Some(vec![Bit::Part(used("@", Op::Plain, Quote::Split, place))]),
            "MAKE" => return Some(vec![Bit::Text("make".to_owned(), place)]),
            _ if name.is_empty() || !name.chars().all(plain) => return None,
            _ => {}
        }
        if let Some(chain) = self.variables.chain(name, context.at)
            && (!self.variables.is_usable(&chain) || !self.variables.is_same(name, context.at, context.now))
        {
            return Some(self.inlined(&chain, context));
        }
        let renamed = context.renamed.is_some_and(|renamed| renamed.contains(name));
        let shown = if renamed { format!("$({name})") } else { name.to_owned() };
        let is_same = self.variables.is_same(name, context.at, context.now);
        is_same.then(|| vec![Bit::Part(used(shown, Op::Plain, Quote::Split, place))])
    }

    /// The value that assignments make up, written out.
    pub(super) fn inlined(&self, chain: &Chain<'m>, context: Context) -> Vec<Bit> {
        let mut out = Vec::new();
        let deferred = chain.first().is_some_and(|(_, assign)| assign.op == Sign::Deferred);
        for (at, assign) in chain {
            let at = if deferred { context.at } else { *at };
            let bits = self.own_value(assign, Context { at, depth: context.depth + 1, ..context });
            if !out.is_empty() && !bits.is_empty() {
                let place = self.near(assign.value.span(0..assign.value.text().len()));
                out.push(Bit::Text(" ".to_owned(), place));
            }
            out.extend(bits);
        }
        out
    }

    /// What one assignment says.
    pub(super) fn own_value(&self, assign: &Assign, context: Context) -> Vec<Bit> {
        let text = assign.value.text();
        let place = self.near(assign.value.span(0..text.len()));
        if assign.op == Sign::Shell {
            return vec![Bit::Part(self.output(&assign.value, 0..text.len(), place, context))];
        }
        let range = unquoted(text).map_or(0..text.len(), |inner| 1..1 + inner.len());
        let mut bits = self.expand(&assign.value, range, context);
        if assign.op == Sign::Append && self.variables.chain(&assign.name, context.now.saturating_add(1)).is_none() {
            let before = used(&assign.name, Op::Plain, Quote::Split, place);
            bits.splice(0..0, [Bit::Part(before), Bit::Text(" ".to_owned(), place)]);
        }
        bits
    }

    fn output(&self, text: &Snippet, range: Range<usize>, place: Place, context: Context) -> Part {
        Part::Output(self.script(text, range, context).block(self.file, 1), Quote::Split, place)
    }

    fn function(
        &self,
        name: &str,
        text: &Snippet,
        range: Range<usize>,
        place: Place,
        context: Context,
    ) -> Option<Vec<Bit>> {
        let given = |most: usize| arguments(text.text(), range.clone(), most);
        let trimmed = |range: Range<usize>| {
            let own = text.slice(range.clone());
            let start = range.start + (own.len() - own.trim_start().len());
            start..start + own.trim().len()
        };
        let of = |range: &Range<usize>| self.expand(text, trimmed(range.clone()), context);
        Some(match name {
            "shell" => vec![Bit::Part(self.output(text, range.clone(), place, context))],
            "call" => {
                let arguments: Vec<Vec<Bit>> = given(usize::MAX).iter().map(of).collect();
                let name = literal(arguments.first()?)?;
                let chain = self.variables.chain(&name, context.at)?;
                self.inlined(&chain, Context { arguments: Arguments::Given(&arguments), ..context })
            }
            "strip" => of(&range),
            "or" => {
                let mut bits = Vec::new();
                for argument in given(usize::MAX).iter().rev() {
                    bits = or(of(argument), bits, place)?;
                }
                bits
            }
            "if" => {
                let [condition, then] = given(3).try_into().ok()?;
                let [Bit::Part(Part::Use(mut condition))] = <[Bit; 1]>::try_from(of(&condition)).ok()? else {
                    return None;
                };
                if !matches!(condition.op, Op::Plain) {
                    return None;
                }
                condition.op = Op::Alternate(whole(of(&then)));
                vec![Bit::Part(Part::Use(condition))]
            }
            "subst" | "patsubst" => {
                let [from, to, within] = given(3).try_into().ok()?;
                let (from, to, within) = (literal(&of(&from))?, literal(&of(&to))?, literal(&of(&within))?);
                let edited = if name == "subst" {
                    if from.is_empty() || to.len() > from.len() * 4 + 100 {
                        return None;
                    }
                    within.replace(&from, &to)
                } else {
                    within.split_whitespace().map(|word| patsubst(&from, &to, word)).collect::<Vec<_>>().join(" ")
                };
                vec![Bit::Text(edited, place)]
            }
            "firstword" | "lastword" => {
                let text = literal(&of(&range))?;
                let mut words = text.split_whitespace();
                let word = if name == "firstword" { words.next() } else { words.next_back() };
                vec![Bit::Text(word.unwrap_or("").to_owned(), place)]
            }
            "info" | "warning" | "error" => Vec::new(),
            _ => return None,
        })
    }
}

fn span(text: &Snippet, base: usize, reference: &Reference) -> Span {
    text.span(base + reference.range.start..base + reference.range.end)
}

/// `%` in a pattern, once.
fn patsubst(from: &str, to: &str, word: &str) -> String {
    let Some((start, end)) = from.split_once('%') else {
        return if word == from { to } else { word }.to_owned();
    };
    match word.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)) {
        Some(stem) => to.replacen('%', stem, 1),
        None => word.to_owned(),
    }
}

/// The first, or the second where that is empty; `None` where that is not known.
fn or(first: Vec<Bit>, second: Vec<Bit>, place: Place) -> Option<Vec<Bit>> {
    let is_text = |bit: &Bit| matches!(bit, Bit::Text(text, _) if !text.trim().is_empty());
    if first.is_empty() {
        return Some(second);
    }
    if first.iter().any(is_text) || second.is_empty() {
        return Some(first);
    }
    let [Bit::Part(Part::Use(mut used))] = <[Bit; 1]>::try_from(first).ok()? else { return None };
    if !matches!(used.op, Op::Plain) {
        return None;
    }
    used.op = Op::Default(whole(second));
    used.place = place;
    Some(vec![Bit::Part(Part::Use(used))])
}

fn literal(bits: &[Bit]) -> Option<String> {
    bits.iter()
        .map(|bit| match bit {
            Bit::Text(text, _) => Some(text.as_str()),
            Bit::Part(_) => None,
        })
        .collect()
}

fn parameter(number: usize, place: Place) -> Part {
    use crate::program::{Name, Use};
    if number == 0 {
        return unknown("$(0)", place);
    }
    Part::Use(Box::new(Use { name: Name::Parameter(number), op: Op::Plain, quote: Quote::Split, place }))
}

/// Where recipes are expanded.
impl<'c> Context<'c> {
    pub fn of_recipe(arguments: Arguments<'c>, renamed: &'c Renamed<'c>) -> Self {
        Self { at: END, now: END, depth: 0, arguments, in_recipe: true, renamed: Some(renamed) }
    }
}
