//! The words of a command: what the shell hands on to a program.

use std::ops::Range;

use super::build::{Build, plain};
use super::split::MAX_NAME;
use super::text::{self, Parts};
use super::{Argument, Command, Expr, ExprKind, Invoker, MAX_STAGES, Stage, split};

/// The stages of a pipeline of commands.
pub(super) fn pipeline(build: &mut Build, range: Range<usize>) -> Vec<Stage> {
    let mut out = Vec::new();
    let mut at = range.start;
    while at < range.end && out.len() < MAX_STAGES {
        let (found, end) = command(build, at..range.end);
        out.extend(found.map(Stage::Command));
        let rest = build.text(end..range.end);
        // What follows otherwise is not read.
        if !rest.starts_with('|') || rest.starts_with("||") {
            break;
        }
        at = end + 1;
    }
    out
}

/// A bare word.
pub(super) fn bare(build: &mut Build, range: Range<usize>) -> Expr {
    let mut parts = Parts::default();
    parts.plain(build, range.clone());
    Expr { kind: ExprKind::Text(parts.parts), span: build.span(range) }
}

/// One command, and where it ends.
pub(super) fn command(build: &mut Build, range: Range<usize>) -> (Option<Command>, usize) {
    let mut words = Words { build, at: range.start, end: range.end };
    words.blank();
    let start = words.at;
    let invoker = match (words.byte(0), words.byte(1)) {
        (b'&', _) => Invoker::Call,
        (b'.', next) if next.is_ascii_whitespace() || matches!(next, b'"' | b'\'' | b'$' | b'(') => Invoker::Dot,
        _ => Invoker::Name,
    };
    if invoker != Invoker::Name {
        words.at += 1;
        words.blank();
    }
    let Some(Argument::Word(name, _)) = words.word() else { return (None, words.at) };
    let (mut arguments, mut redirected) = (Vec::new(), false);
    loop {
        words.blank();
        if words.is_over() {
            break;
        }
        if let Some(into) = words.redirection() {
            redirected |= into;
            continue;
        }
        if words.rest().starts_with("--%") {
            words.at += 3;
            words.verbatim(&mut arguments);
            break;
        }
        let before = words.at;
        arguments.extend(words.list());
        if words.at == before {
            // Something that no word begins with.
            words.at += words.rest().chars().next().map_or(1, char::len_utf8);
        }
    }
    let end = words.at;
    let last = words.build.text(start..end).trim_end().len() + start;
    let span = words.build.span(start..last);
    (Some(Command { invoker, name, arguments, redirected, span }), end)
}

struct Words<'b, 't> {
    build: &'b mut Build<'t>,
    at: usize,
    end: usize,
}

/// What ends a bare word.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | ';' | '&' | '(' | ')' | '{' | '}' | ',' | '<' | '>')
}

impl<'t> Words<'_, 't> {
    fn rest(&self) -> &'t str {
        self.build.text(self.at..self.end)
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.rest().as_bytes().get(ahead).copied().unwrap_or(0)
    }

    /// Passes white space, continued lines and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\u{a0}']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("`\n") {
                self.at += 2;
            } else if trimmed.starts_with("<#") {
                self.at += trimmed.find("#>").map_or(trimmed.len(), |length| length + 2);
            } else if trimmed.starts_with('#') {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else {
                return;
            }
        }
    }

    /// Whether the command ends here.
    fn is_over(&self) -> bool {
        matches!(self.byte(0), 0 | b'\n' | b';' | b'|' | b'&' | b')' | b'}')
    }

    /// `> file`, `2>&1`: whether the output goes into a file.
    fn redirection(&mut self) -> Option<bool> {
        let rest = self.rest();
        let (stream, operator) = match rest.strip_prefix(|c: char| c.is_ascii_digit() || c == '*') {
            Some(operator) => (rest.as_bytes().first().copied().unwrap_or(b'1'), operator),
            None => (b'1', rest),
        };
        let skipped = rest.len() - operator.len();
        if operator.starts_with('<') && skipped == 0 {
            self.at += 1;
            return Some(false);
        }
        let length = operator.bytes().take_while(|byte| *byte == b'>').count();
        if length == 0 || length > 2 {
            return None;
        }
        self.at += skipped + length;
        if operator.get(length..).is_some_and(|rest| rest.starts_with('&')) {
            self.at += 2.min(self.end - self.at);
            return Some(false);
        }
        self.blank();
        if !self.is_over() {
            self.word();
        }
        Some(matches!(stream, b'1' | b'*'))
    }

    /// The rest of the line, in words as they stand.
    fn verbatim(&mut self, out: &mut Vec<Argument>) {
        let rest = self.rest();
        let line = rest.find(['\n', '|']).unwrap_or(rest.len());
        let end = self.at + line;
        while self.at < end {
            let rest = self.build.text(self.at..end);
            let trimmed = rest.trim_start();
            self.at = end - trimmed.len();
            let mut quoted = false;
            let mut parts = Parts::default();
            let (start, mut from) = (self.at, self.at);
            let mut at = self.at;
            for c in trimmed.chars() {
                if c == '"' {
                    quoted = !quoted;
                    parts.plain(self.build, from..at);
                    from = at + 1;
                } else if c.is_whitespace() && !quoted {
                    break;
                }
                at += c.len_utf8();
            }
            parts.plain(self.build, from.min(at)..at);
            self.at = at;
            if at > start {
                let span = self.build.span(start..at);
                out.push(Argument::Word(Expr { kind: ExprKind::Text(parts.parts), span }, true));
            }
        }
    }

    /// A word, or several with commas between them, which are one list.
    fn list(&mut self) -> Option<Argument> {
        let start = self.at;
        let first = self.word()?;
        let comma = |words: &mut Self| {
            let before = words.at;
            words.blank();
            if words.byte(0) != b',' {
                words.at = before;
                return false;
            }
            words.at += 1;
            words.blank();
            while words.byte(0) == b'\n' {
                words.at += 1;
                words.blank();
            }
            true
        };
        let Argument::Word(first, bare) = first else { return Some(first) };
        let mut items = vec![first];
        while comma(self) {
            match self.word() {
                Some(Argument::Word(item, _)) => items.push(item),
                _ => break,
            }
        }
        if items.len() == 1 {
            return items.pop().map(|only| Argument::Word(only, bare));
        }
        let span = self.build.span(start..self.at);
        Some(Argument::Word(Expr { kind: ExprKind::Array(items), span }, bare))
    }

    fn word(&mut self) -> Option<Argument> {
        let start = self.at;
        let rest = self.rest();
        let text = self.build.snippet.text();
        let close = |at: usize, end: usize| split::closing(text, at, end);
        let first = rest.chars().next()?;
        let whole = |words: &mut Self, end: usize, kind: ExprKind| {
            words.at = end;
            let span = words.build.span(start..end);
            Some(Argument::Word(Expr { kind, span }, false))
        };
        match first {
            '"' | '\'' => {
                let end = close(start, self.end)?;
                let mut parts = Parts::default();
                text::add_quoted(self.build, start..end, &mut parts);
                whole(self, end, ExprKind::Text(parts.parts)).map(|word| self.trailed(start, word))
            }
            '@' if rest.starts_with("@\"") || rest.starts_with("@'") => {
                let end = close(start, self.end)?;
                let parts = text::quoted(self.build, start..end);
                whole(self, end, ExprKind::Text(parts))
            }
            '@' if rest.starts_with("@(") => {
                let end = close(start + 1, self.end)?;
                let body = self.build.statements(start + 2..end - 1);
                whole(self, end, ExprKind::Listed(body))
            }
            '@' if rest.starts_with("@{") => {
                let end = close(start + 1, self.end)?;
                let map = self.build.expression_at(start..end);
                whole(self, end, map.kind)
            }
            '@' => {
                let name = rest.get(1..)?;
                let length = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(name.len());
                if length == 0 {
                    return Some(self.bare());
                }
                self.at += 1 + length;
                let name = plain(rest.get(..=length)?);
                Some(Argument::Splat(name, self.build.span(start..self.at)))
            }
            '(' => {
                let end = close(start, self.end)?;
                let body = self.build.statements(start + 1..end - 1);
                whole(self, end, ExprKind::Output(body)).map(|word| self.trailed(start, word))
            }
            '{' => {
                let end = close(start, self.end)?;
                let script = self.build.script(start + 1..end - 1);
                whole(self, end, ExprKind::Script(Box::new(script)))
            }
            '$' if rest.starts_with("$(") => {
                let end = close(start + 1, self.end)?;
                let body = self.build.statements(start + 2..end - 1);
                whole(self, end, ExprKind::Output(body)).map(|word| self.trailed(start, word))
            }
            '$' => match text::variable(rest) {
                Some(length) => {
                    let next = rest.get(length..).and_then(|rest| rest.chars().next());
                    if matches!(next, Some('.' | '[')) {
                        let name = plain(rest.get(..length)?);
                        let word = whole(self, start + length, ExprKind::Variable(name))?;
                        let member = self.trailed(start, word);
                        return Some(if self.at == start + length { self.bare_from(start) } else { member });
                    }
                    if next.is_none_or(|c| ends_word(c) || c == '`') {
                        let name = plain(rest.get(..length)?);
                        return whole(self, start + length, ExprKind::Variable(name));
                    }
                    Some(self.bare())
                }
                None => Some(self.bare()),
            },
            c if ends_word(c) => None,
            _ => Some(self.bare()),
        }
    }

    /// A word with the members, elements and calls that follow it: `(…).Trim()`, `$x.y[0]`.
    fn trailed(&mut self, start: usize, word: Argument) -> Argument {
        let mut end = self.at;
        loop {
            let rest = self.build.text(end..self.end);
            let open = rest.chars().next();
            let name = rest.get(1..).unwrap_or("");
            if open == Some('.') && name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                let length = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
                end += 1 + length;
            } else if open == Some('(') && end > self.at {
                match split::closing(self.build.snippet.text(), end, self.end) {
                    Some(close) => end = close,
                    None => break,
                }
            } else if open == Some('[') {
                let key = rest.as_bytes().get(..MAX_NAME.min(rest.len())).unwrap_or_default();
                match memchr::memchr2(b']', b'\n', key).filter(|close| key.get(*close) == Some(&b']')) {
                    Some(close) => end += close + 1,
                    None => break,
                }
            } else {
                break;
            }
        }
        let next = self.build.text(end..self.end).chars().next();
        // `$x.y/z` is `$x` and text behind it.
        if end == self.at || next.is_some_and(|c| !ends_word(c)) {
            return word;
        }
        self.at = end;
        Argument::Word(self.build.expression_at(start..end), false)
    }

    fn bare(&mut self) -> Argument {
        self.bare_from(self.at)
    }

    /// A word outside of quotes, in which quotes may stand.
    fn bare_from(&mut self, start: usize) -> Argument {
        self.at = start;
        let mut parts = Parts::default();
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { break };
            match c {
                '`' if rest.starts_with("`\n") => break,
                '`' => self.at = text::escape(self.build, self.at, self.end, &mut parts),
                '"' | '\'' => match split::closing(self.build.snippet.text(), self.at, self.end) {
                    Some(end) => {
                        text::add_quoted(self.build, self.at..end, &mut parts);
                        self.at = end;
                    }
                    None => self.at = self.end,
                },
                '$' => self.at = text::dollar(self.build, self.at, self.end, &mut parts),
                c if ends_word(c) => break,
                _ => {
                    let stops = |c: char| ends_word(c) || matches!(c, '`' | '"' | '\'' | '$');
                    let length = rest.find(stops).unwrap_or(rest.len());
                    parts.plain(self.build, self.at..self.at + length);
                    self.at += length;
                }
            }
        }
        let span = self.build.span(start..self.at);
        Argument::Word(Expr { kind: ExprKind::Text(parts.parts), span }, true)
    }
}
