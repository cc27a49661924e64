//! The lines of a Makefile, one after the other.

use super::{Assign, Condition, Conditional, Item, ItemKind, Makefile, Op, Test, part, pieces, trimmed};
use super::{Piece, arguments};
use crate::source::{Snippet, Span};

/// Conditionals within conditionals, deeper than this, are not read.
const MAX_CONDITIONALS: usize = 40;

/// Parses a file. Never fails: what is not understood is not there.
pub fn parse(snippet: &Snippet) -> Makefile {
    let mut parser = Parser {
        snippet,
        at: 0,
        file: Makefile::default(),
        open: Vec::new(),
        skipped: 0,
        in_rule: false,
        prefix: '\t',
    };
    while parser.at < snippet.text().len() {
        parser.line();
    }
    while let Some(open) = parser.open.pop() {
        parser.push(open.span, ItemKind::Conditional(open.conditional));
    }
    parser.file
}

/// The lines of a `define`d recipe, each with those that continue it.
pub(super) fn recipe_lines(body: &Snippet) -> Vec<Snippet> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < body.text().len() {
        let (line, next) = recipe(body, at, '\t');
        out.push(line);
        at = next;
    }
    out
}

struct Parser<'s> {
    snippet: &'s Snippet,
    at: usize,
    file: Makefile,
    /// The conditionals that are open, the innermost last.
    open: Vec<Open>,
    /// Conditionals that are too deep to be read.
    skipped: usize,
    /// Whether what begins with the prefix is a line of a recipe.
    in_rule: bool,
    /// What lines of recipes begin with.
    prefix: char,
}

struct Open {
    conditional: Conditional,
    span: Span,
}

impl Parser<'_> {
    fn push(&mut self, span: Span, kind: ItemKind) {
        if self.skipped > 0 {
            return;
        }
        let arm = self.open.last_mut().and_then(|open| open.conditional.arms.last_mut());
        let items = arm.map_or(&mut self.file.items, |(_, items)| items);
        items.push(Item { kind, span });
    }

    fn line(&mut self) {
        let start = self.at;
        let rest = self.snippet.text().get(start..).unwrap_or("");
        if self.in_rule && rest.starts_with(self.prefix) {
            let (line, next) = recipe(self.snippet, start, self.prefix);
            self.at = next;
            let span = self.snippet.span(start..next).to(line.span(0..line.text().len()));
            self.push(span, ItemKind::Recipe(line));
            return;
        }
        let (line, next) = logical(self.snippet, start);
        self.at = next;
        let line = trimmed(&line, 0..comment(line.text()));
        if line.text().is_empty() {
            return;
        }
        let span = line.span(0..line.text().len());
        let (word, rest) = word(line.text(), 0);
        let rest = trimmed(&line, rest..line.text().len());
        match word {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => self.condition(word, rest, span),
            "else" => self.otherwise(&rest),
            "endif" => self.end(span),
            "define" => self.define(&rest, span, false),
            _ => self.statement(&line, span),
        }
    }

    fn condition(&mut self, word: &str, rest: Snippet, span: Span) {
        if self.skipped > 0 || self.open.len() >= MAX_CONDITIONALS {
            self.skipped += 1;
            return;
        }
        let conditional = Conditional { arms: vec![(Some(condition(word, rest)), Vec::new())] };
        self.open.push(Open { conditional, span });
    }

    fn otherwise(&mut self, rest: &Snippet) {
        if self.skipped > 0 {
            return;
        }
        let Some(open) = self.open.last_mut() else { return };
        let (word, after) = word(rest.text(), 0);
        let condition = word.starts_with("if").then(|| condition(word, trimmed(rest, after..rest.text().len())));
        open.conditional.arms.push((condition, Vec::new()));
    }

    fn end(&mut self, span: Span) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(open) = self.open.pop() {
            self.push(open.span.to(span), ItemKind::Conditional(open.conditional));
        }
    }

    /// `define NAME … endef`
    fn define(&mut self, head: &Snippet, span: Span, export: bool) {
        let (name, after) = word(head.text(), 0);
        let op = operator(head.text().get(after..).unwrap_or("").trim_start()).map_or(Op::Deferred, |(op, _)| op);
        let name = name.trim_end_matches(['=', ':', '?', '+']).to_owned();
        let (start, mut depth, mut body_end) = (self.at, 1, None);
        while let Some(rest) = self.snippet.text().get(self.at..).filter(|rest| !rest.is_empty()) {
            let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let first = word(rest.get(..length).unwrap_or(""), 0).0;
            depth += usize::from(first == "define");
            depth -= usize::from(first == "endef");
            if depth == 0 {
                body_end = Some(self.at);
                self.at += length;
                break;
            }
            self.at += length;
        }
        let text = self.snippet.slice(start..body_end.unwrap_or(self.at));
        let body = part(self.snippet, start..start + text.strip_suffix('\n').unwrap_or(text).len());
        self.in_rule = false;
        let span = span.to(self.snippet.span(start..self.at));
        self.push(span, ItemKind::Assign(Assign { name, op, value: body, export, define: true }));
    }

    fn statement(&mut self, line: &Snippet, span: Span) {
        let text = line.text();
        let rest = |from: usize| trimmed(line, from..text.len());
        let (mut start, mut export) = (0, false);
        loop {
            let (keyword, after) = word(text, start);
            let next = text.get(after..).unwrap_or("").trim_start();
            match keyword {
                // `export = x` sets a variable of this name.
                _ if operator(next).is_some() || next.starts_with(':') => break,
                "export" => {
                    export = true;
                    start = after;
                    if assignment(&rest(start), export).is_none() && word(text, start).0 != "define" {
                        self.in_rule = false;
                        let names = rest(start);
                        self.push(span, ItemKind::Export(names));
                        return;
                    }
                }
                "override" | "private" => start = after,
                "define" => return self.define(&rest(after), span, export),
                "include" | "-include" | "sinclude" => {
                    self.in_rule = false;
                    return self.push(span, ItemKind::Include(rest(after)));
                }
                "undefine" => {
                    self.in_rule = false;
                    return self.push(span, ItemKind::Undefine(rest(after)));
                }
                "unexport" | "vpath" | "load" | "-load" => {
                    self.in_rule = false;
                    return;
                }
                _ => break,
            }
        }
        let statement = rest(start);
        if let Some(assign) = assignment(&statement, export) {
            if assign.name == ".RECIPEPREFIX" {
                self.prefix = assign.value.text().chars().next().unwrap_or('\t');
            }
            self.in_rule = false;
            return self.push(span, ItemKind::Assign(assign));
        }
        self.rule(&statement, span);
    }

    fn rule(&mut self, line: &Snippet, span: Span) {
        let text = line.text();
        let Some(colon) = outside(text, |c| c == ':') else {
            self.in_rule = false;
            return;
        };
        let targets = trimmed(line, 0..colon);
        let after = colon + 1 + usize::from(text.get(colon + 1..).is_some_and(|rest| rest.starts_with(':')));
        let mut own = trimmed(line, after..text.len());
        let mut export = false;
        loop {
            let (keyword, next) = word(own.text(), 0);
            let is_name = operator(own.text().get(next..).unwrap_or("").trim_start()).is_some();
            match keyword {
                "export" | "override" | "private" if !is_name => {
                    export |= keyword == "export";
                    own = trimmed(&own, next..own.text().len());
                }
                _ => break,
            }
        }
        if let Some(assign) = assignment(&own, export) {
            self.in_rule = true;
            return self.push(span, ItemKind::TargetAssign(targets, assign));
        }
        self.file.one_shell |= targets.text() == ".ONESHELL";
        if targets.text() == ".EXPORT_ALL_VARIABLES" {
            return self.push(span, ItemKind::Export(part(line, 0..0)));
        }
        self.in_rule = true;
        let command = outside(text.get(after..).unwrap_or(""), |c| c == ';').map(|at| after + at);
        let needs = trimmed(line, after..command.unwrap_or(text.len()));
        self.push(span, ItemKind::Rule { targets, needs });
        if let Some(command) = command {
            let command = trimmed(line, command + 1..text.len());
            self.push(command.span(0..command.text().len()), ItemKind::Recipe(command));
        }
    }
}

/// A line of a recipe with those that continue it, its prefixes taken away, and where the next one begins.
fn recipe(snippet: &Snippet, start: usize, prefix: char) -> (Snippet, usize) {
    let mut out = Snippet::builder();
    let mut at = start;
    while let Some(rest) = snippet.text().get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let skipped = if rest.starts_with(prefix) { prefix.len_utf8() } else { 0 };
        let line = snippet.slice(at..at + length);
        let goes_on = continues(line);
        let end = at + if goes_on { length } else { line.strip_suffix('\n').unwrap_or(line).len() };
        out.push_from(snippet, at + skipped..end);
        at += length;
        if !goes_on {
            break;
        }
    }
    (out.finish(), at)
}

/// Whether the next line belongs to this one.
fn continues(line: &str) -> bool {
    let Some(line) = line.strip_suffix('\n') else { return false };
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// A line with those that continue it, joined by blanks, and where the next one begins.
fn logical(snippet: &Snippet, start: usize) -> (Snippet, usize) {
    let mut out = Snippet::builder();
    let mut at = start;
    while let Some(rest) = snippet.text().get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let line = snippet.slice(at..at + length);
        let goes_on = continues(line);
        let text = line.strip_suffix('\n').unwrap_or(line);
        let (mut from, mut to) = (at, at + text.len());
        if at > start {
            from += text.len() - text.trim_start().len();
        }
        if goes_on {
            to = at + text.get(..text.len() - 1).unwrap_or("").trim_end().len();
        }
        out.push_from(snippet, from.min(to)..to);
        at += length;
        if !goes_on {
            break;
        }
        out.push_decoded(" ", snippet.span(to..at));
    }
    (out.finish(), at)
}

/// Where the comment of a line begins, or the line's end.
fn comment(text: &str) -> usize {
    let escaped = |at: usize| text.get(..at).is_some_and(|before| before.ends_with('\\'));
    let mut end = text.len();
    for piece in pieces(text) {
        if let Piece::Text(range) = piece {
            let part = text.get(range.clone()).unwrap_or("");
            let found = part.match_indices('#').map(|(at, _)| range.start + at).find(|at| !escaped(*at));
            if let Some(found) = found {
                end = found;
                break;
            }
        }
    }
    end
}

/// The word that a text holds from an offset on, and where it ends.
fn word(text: &str, from: usize) -> (&str, usize) {
    let rest = text.get(from..).unwrap_or("");
    let start = from + (rest.len() - rest.trim_start().len());
    let rest = text.get(start..).unwrap_or("");
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    (rest.get(..length).unwrap_or(""), start + length)
}

/// The first place of a character outside of references.
fn outside(text: &str, wanted: impl Fn(char) -> bool) -> Option<usize> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Text(range) => text.get(range.clone())?.find(&wanted).map(|at| range.start + at),
        _ => None,
    })
}

/// The operator that a text begins with, and its length.
fn operator(text: &str) -> Option<(Op, usize)> {
    let known = [
        (":::=", Op::Immediate),
        ("::=", Op::Immediate),
        (":=", Op::Immediate),
        ("?=", Op::Default),
        ("+=", Op::Append),
        ("!=", Op::Shell),
        ("=", Op::Deferred),
    ];
    known.into_iter().find(|(sign, _)| text.starts_with(sign)).map(|(sign, op)| (op, sign.len()))
}

/// The assignment that a line of a recipe makes, and nothing else: `$(eval X := value)`.
pub fn evaluated(line: &Snippet) -> Option<Assign> {
    let text = line.text().trim_end();
    let start = text.len() - text.trim_start_matches([' ', '\t', '@', '-', '+']).len();
    let inner = text.get(start..)?;
    if !inner.starts_with("$(eval ") && !inner.starts_with("${eval ") {
        return None;
    }
    let pieces = pieces(inner);
    let [Piece::Reference(reference)] = pieces.as_slice() else { return None };
    let inner = start + reference.inner.start + "eval ".len()..start + reference.inner.end;
    assignment(&trimmed(line, inner), false)
}

/// An assignment: one word, an operator, a value.
fn assignment(line: &Snippet, export: bool) -> Option<Assign> {
    let text = line.text();
    let sign = outside(text, |c| matches!(c, '=' | ':'))?;
    // `?=`, `+=` and `!=` begin before their `=`.
    let before = text.get(..sign)?;
    let start = if before.ends_with(['?', '+', '!']) && text.get(sign..)?.starts_with('=') { sign - 1 } else { sign };
    let (op, length) = operator(text.get(start..)?)?;
    let name = text.get(..start)?.trim();
    if name.is_empty() || outside(name, char::is_whitespace).is_some() {
        return None;
    }
    let value = trimmed(line, start + length..text.len());
    Some(Assign { name: name.to_owned(), op, value, export, define: false })
}

fn condition(word: &str, rest: Snippet) -> Condition {
    let test = match word {
        "ifdef" | "ifndef" => Test::Defined(rest.clone()),
        "ifeq" | "ifneq" => operands(&rest).map_or(Test::Other, |(left, right)| Test::Equal(left, right)),
        _ => Test::Other,
    };
    Condition { test, negated: matches!(word, "ifneq" | "ifndef"), written: rest }
}

/// `(a,b)`, `"a" "b"`, `'a' 'b'`
fn operands(rest: &Snippet) -> Option<(Snippet, Snippet)> {
    let text = rest.text();
    if text.starts_with('(') {
        let end = text.rfind(')')?;
        let parts = arguments(text, 1..end.max(1), 2);
        let [left, right] = parts.as_slice() else { return None };
        return Some((trimmed(rest, left.clone()), trimmed(rest, right.clone())));
    }
    let quoted = |from: usize| -> Option<(Snippet, usize)> {
        let after = text.get(from..)?;
        let start = from + (after.len() - after.trim_start().len());
        let quote = text.get(start..)?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let end = start + 1 + text.get(start + 1..)?.find(quote)?;
        Some((part(rest, start + 1..end), end + 1))
    };
    let (left, next) = quoted(0)?;
    let (right, _) = quoted(next)?;
    Some((left, right))
}

#[cfg(test)]
mod tests;
