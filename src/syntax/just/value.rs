//! Expressions of a justfile, and the lines that hold them.

use std::ops::Range;

use super::{Choice, Piece, Relation, Value};
use crate::source::Snippet;

/// Expressions within expressions, deeper than this, are not understood.
const MAX_DEPTH: usize = 40;
/// Bytes of one interpolation: a line may hold many that do not end.
const MAX_LENGTH: usize = 2000;

/// The parts of a text with interpolations, in order.
pub fn pieces(snippet: &Snippet) -> Vec<Piece> {
    let text = snippet.text();
    let (mut out, mut at, mut start) = (Vec::new(), 0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("{{")).map(|to| at + to) {
        let rest = text.get(found..).unwrap_or("");
        let piece = if rest.starts_with("{{{{") {
            Piece::Braces(found..found + 4)
        } else {
            let near = rest.floor_char_boundary(MAX_LENGTH);
            let mut values = Values { snippet, at: found + 2, end: found + near, depth: 0, inside: 1 };
            let value = values.value();
            values.blank();
            if values.eat("}}") {
                Piece::Value(found..values.at, value)
            } else if let Some(length) = rest.get(..near).and_then(|near| near.find("}}")) {
                let range = found..found + length + 2;
                Piece::Value(range.clone(), Value::Unknown(snippet.span(range)))
            } else {
                at = found + 2;
                continue;
            }
        };
        if start < found {
            out.push(Piece::Text(start..found));
        }
        at = match &piece {
            Piece::Text(range) | Piece::Braces(range) | Piece::Value(range, _) => range.end,
        };
        start = at;
        out.push(piece);
    }
    if start < text.len() {
        out.push(Piece::Text(start..text.len()));
    }
    out
}

/// A reader of expressions.
pub(super) struct Values<'s> {
    pub snippet: &'s Snippet,
    /// How far it has come.
    pub at: usize,
    /// Where the text ends.
    pub end: usize,
    pub depth: usize,
    /// Brackets around: within them lines may end.
    pub inside: usize,
}

impl Values<'_> {
    fn rest(&self) -> &str {
        self.snippet.text().get(self.at..self.end).unwrap_or("")
    }

    /// Passes over white space.
    pub fn blank(&mut self) {
        let lines = self.inside > 0;
        let rest = self.rest();
        let after = rest.trim_start_matches(|c: char| matches!(c, ' ' | '\t') || lines && c == '\n');
        self.at += rest.len() - after.len();
    }

    /// Passes over a text, if it comes next.
    pub fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    /// A name, if one comes next.
    pub fn name(&mut self) -> Option<String> {
        let rest = self.rest();
        let length =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
        let name = rest.get(..length).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
        let name = name.to_owned();
        self.at += length;
        Some(name)
    }

    fn unknown(&mut self, start: usize) -> Value {
        Value::Unknown(self.snippet.span(start..self.at.max(start + 1).min(self.end)))
    }

    /// Runs within brackets.
    fn within<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.inside += 1;
        let out = run(self);
        self.inside -= 1;
        out
    }

    /// An expression.
    pub fn value(&mut self) -> Value {
        let start = self.at;
        if self.depth >= MAX_DEPTH {
            return self.unknown(start);
        }
        self.depth += 1;
        let mut value = self.term();
        let mut count = 0;
        loop {
            let before = self.at;
            self.blank();
            if self.eat("+") {
                let next = self.term();
                match &mut value {
                    Value::Join(parts) => parts.push(next),
                    _ => value = Value::Join(vec![value, next]),
                }
            } else if self.rest().starts_with('/') && count < MAX_DEPTH {
                self.at += 1;
                count += 1;
                value = Value::Path(Box::new(value), Box::new(self.term()));
            } else {
                self.at = before;
                break;
            }
        }
        self.depth -= 1;
        value
    }

    /// One operand.
    pub fn term(&mut self) -> Value {
        self.blank();
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with(['"', '\'']) {
            return self.text();
        }
        // A text with variables of a shell, or with interpolations, is none of these.
        if rest.starts_with("x\"") || rest.starts_with("x'") || rest.starts_with("f\"") || rest.starts_with("f'") {
            self.at += 1;
            self.text();
            return self.unknown(start);
        }
        if rest.starts_with('`') {
            return self.command();
        }
        if self.eat("(") {
            let value = self.within(|values| {
                let value = values.value();
                values.blank();
                value
            });
            return if self.eat(")") { value } else { self.unknown(start) };
        }
        let Some(name) = self.name() else { return self.unknown(start) };
        if name == "if" {
            return self.choice(start);
        }
        if !self.eat("(") {
            return Value::Name(name, self.snippet.span(start..self.at));
        }
        let arguments = self.within(|values| {
            let mut arguments = Vec::new();
            loop {
                values.blank();
                if values.rest().starts_with(')') || values.rest().is_empty() {
                    break;
                }
                arguments.push(values.value());
                values.blank();
                if !values.eat(",") {
                    break;
                }
            }
            arguments
        });
        if self.eat(")") {
            Value::Call(name, arguments, self.snippet.span(start..self.at))
        } else {
            self.unknown(start)
        }
    }

    fn choice(&mut self, start: usize) -> Value {
        if self.depth >= MAX_DEPTH {
            return self.unknown(start);
        }
        self.depth += 1;
        let choice = self.within(Self::choice_parts);
        self.depth -= 1;
        choice.map_or_else(|| self.unknown(start), |choice| Value::If(Box::new(choice)))
    }

    fn choice_parts(&mut self) -> Option<Choice> {
        let left = self.value();
        self.blank();
        let relation = if self.eat("==") {
            Relation::Equal
        } else if self.eat("!=") {
            Relation::Differ
        } else if self.eat("=~") || self.eat("!~") {
            Relation::Other
        } else {
            return None;
        };
        let right = self.value();
        let then = self.braced()?;
        self.blank();
        if !self.eat("else") {
            return None;
        }
        self.blank();
        let start = self.at;
        let otherwise = if self.rest().starts_with("if ") {
            self.at += 2;
            self.choice(start)
        } else {
            self.braced()?
        };
        Some(Choice { left, right, relation, then, otherwise })
    }

    fn braced(&mut self) -> Option<Value> {
        self.blank();
        if !self.eat("{") {
            return None;
        }
        let value = self.value();
        self.blank();
        self.eat("}").then_some(value)
    }

    /// A text in quotes of any kind.
    fn text(&mut self) -> Value {
        let start = self.at;
        for quote in ["\"\"\"", "'''", "\"", "'"] {
            if self.eat(quote) {
                let inner = self.at;
                let Some(length) = closing(self.rest(), quote) else {
                    self.at = self.end;
                    return self.unknown(start);
                };
                self.at += length + quote.len();
                let escapes = quote.starts_with('"');
                return Value::Text(decoded(self.snippet, inner..inner + length, escapes, quote.len() == 3));
            }
        }
        self.unknown(start)
    }

    fn command(&mut self) -> Value {
        let start = self.at;
        let quote = if self.eat("```") { "```" } else { "`" };
        if quote == "`" {
            self.eat("`");
        }
        let inner = self.at;
        let Some(length) = self.rest().find(quote) else {
            self.at = self.end;
            return self.unknown(start);
        };
        self.at += length + quote.len();
        Value::Command(decoded(self.snippet, inner..inner + length, false, quote.len() == 3))
    }
}

/// Where a text in quotes ends.
fn closing(text: &str, quote: &str) -> Option<usize> {
    if !quote.starts_with('"') {
        return text.find(quote);
    }
    let (mut at, bytes) = (0, text.as_bytes());
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)).map(|to| at + to) {
        if bytes.get(found) == Some(&b'\\') {
            at = found + 2;
        } else if text.get(found..).is_some_and(|rest| rest.starts_with(quote)) {
            return Some(found);
        } else {
            at = found + 1;
        }
    }
    None
}

/// A text with its escapes decoded; the indentation of one of several lines is none of it.
fn decoded(snippet: &Snippet, range: Range<usize>, escapes: bool, indented: bool) -> Snippet {
    let text = snippet.slice(range.clone());
    let mut out = Snippet::builder();
    let (mut at, mut start) = (range.start, range.start);
    let mut lines = text;
    if indented && text.starts_with('\n') {
        lines = text.get(1..).unwrap_or("");
        start += 1;
        at = start;
    }
    let indent = if indented {
        let of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        lines.lines().filter(|line| !line.trim().is_empty()).map(of).min().unwrap_or(0)
    } else {
        0
    };
    for line in lines.split_inclusive('\n') {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        start += indent.min(blank);
        let end = at + line.len();
        let mut from = start;
        while let Some(found) = snippet.slice(from..end).find('\\').filter(|_| escapes).map(|to| from + to) {
            out.push_from(snippet, start..found);
            let next = snippet.slice(found + 1..end).chars().next();
            let length = 1 + next.map_or(0, char::len_utf8);
            let stands_for = match next {
                Some('n') => "\n",
                Some('t') => "\t",
                Some('r') => "\r",
                Some('"') => "\"",
                Some('\\') => "\\",
                // What continues a line.
                Some('\n') | None => "",
                Some(_) => "\u{fffd}",
            };
            out.push_decoded(stands_for, snippet.span(found..found + length));
            start = found + length;
            from = start;
        }
        out.push_from(snippet, start.min(end)..end);
        at = end;
        start = end;
    }
    out.finish()
}
