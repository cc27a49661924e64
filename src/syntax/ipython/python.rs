//! Logical lines of Python, and the names that they set.

use std::ops::Range;

use super::{Kind, is_name};

/// What a name is set to; ranges are those of the cell's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, with names that are filled in.
    Text(Vec<Piece>),
    /// What another name is, or the first of its elements: `x`, `x[0]`.
    Name(String),
    /// Anything else.
    Unknown,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(Range<usize>),
    /// A name, or the first of its elements.
    Name(String, Range<usize>),
    /// What is not followed.
    Unknown(Range<usize>),
}

/// Where the logical line that begins at an offset ends: at the end of the line in which all brackets and texts are closed.
pub(super) fn logical(text: &str, from: usize) -> usize {
    let mut scan = Scan::new(text, from);
    while let Some(token) = scan.next() {
        if token == Token::End {
            return scan.at - 1;
        }
    }
    text.len()
}

/// What the code of Python is cut into here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// The end of the logical line.
    End,
    /// A text with its quotes, or a comment.
    Skipped,
    /// A character outside of brackets.
    Outer(u8),
    /// One within.
    Inner,
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    depth: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, from: usize) -> Self {
        Self { bytes: text.as_bytes(), at: from, depth: 0 }
    }

    fn next(&mut self) -> Option<Token> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(match byte {
            b'#' => {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                Token::Skipped
            }
            b'"' | b'\'' => {
                self.quoted(byte);
                Token::Skipped
            }
            b'\\' => {
                self.at += 1;
                Token::Inner
            }
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                if self.depth == 1 { Token::Outer(byte) } else { Token::Inner }
            }
            b')' | b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 { Token::Outer(byte) } else { Token::Inner }
            }
            b'\n' if self.depth == 0 => Token::End,
            _ if self.depth == 0 => Token::Outer(byte),
            _ => Token::Inner,
        })
    }

    fn quoted(&mut self, quote: u8) {
        let triple = [quote, quote, quote];
        let rest = |at: usize| self.bytes.get(at..).unwrap_or(&[]);
        let is_triple = rest(self.at - 1).starts_with(&triple);
        let mut at = if is_triple { self.at + 2 } else { self.at };
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                // A text that is not closed ends with its line.
                b'\n' if !is_triple => {
                    // So does everything around it: the rest of the cell is not lost.
                    self.depth = 0;
                    break;
                }
                _ if *byte == quote && !is_triple => {
                    at += 1;
                    break;
                }
                _ if is_triple && rest(at).starts_with(&triple) => {
                    at += 3;
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        self.at = at.min(self.bytes.len());
    }
}

/// What a logical line sets, which begins at an offset of the cell.
pub(super) fn line(text: &str, base: usize) -> Vec<Kind> {
    let mut found = Vec::new();
    let comment = comment(text);
    let asked = text.get(comment..).is_some_and(|comment| comment.contains("@param"));
    for range in statements(text, comment) {
        statement(text, range, base, asked, &mut found);
    }
    found
}

/// Where the comment at the end of a line begins.
fn comment(text: &str) -> usize {
    let mut scan = Scan::new(text, 0);
    let mut last = text.len();
    loop {
        let at = scan.at;
        match scan.next() {
            None => return last,
            Some(Token::Skipped) if text.as_bytes().get(at) == Some(&b'#') && scan.depth == 0 => last = at,
            Some(_) => {}
        }
    }
}

/// The statements of a line, which `;` and the `:` of a compound statement separate.
fn statements(text: &str, end: usize) -> Vec<Range<usize>> {
    let mut scan = Scan::new(text, 0);
    let (mut found, mut start) = (Vec::new(), 0);
    let is_compound = COMPOUND.contains(&first_word(text));
    while let Some(token) = scan.next().filter(|_| scan.at <= end) {
        if token == Token::Outer(b';') || token == Token::Outer(b':') && is_compound && found.is_empty() {
            found.push(start..scan.at - 1);
            start = scan.at;
        }
    }
    found.push(start..end);
    found
}

/// Words that begin a statement with others in it.
const COMPOUND: &[&str] = &[
    "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "def", "class", "async", "match", "case",
];

fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    text.get(..text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())).unwrap_or("")
}

fn unknown(name: &str) -> Option<Kind> {
    is_name(name).then(|| Kind::Set { name: name.to_owned(), value: Value::Unknown, asked: false })
}

fn statement(text: &str, range: Range<usize>, base: usize, asked: bool, found: &mut Vec<Kind>) {
    let whole = text.get(range.clone()).unwrap_or("");
    let code = whole.trim();
    // What stands in a block need not happen.
    let is_certain = range.start == 0 && whole.starts_with(|c: char| !c.is_whitespace())
        || range.start > 0 && !COMPOUND.contains(&first_word(text)) && text.starts_with(|c: char| !c.is_whitespace());
    let renamed = |part: &str| match part.split_once(" as ") {
        Some((_, name)) => name.trim().to_owned(),
        None => part
            .split('.')
            .next()
            .unwrap_or("")
            .trim_matches(|c: char| c.is_whitespace() || "()".contains(c))
            .to_owned(),
    };
    let names = |list: &str| -> Vec<Kind> {
        list.split(',').filter_map(|part| unknown(renamed(part).trim_matches(['(', ')', ' ', '\n']))).collect()
    };
    let word = first_word(code);
    let rest = code.get(word.len()..).unwrap_or("").trim_start();
    match word {
        "import" => found.extend(names(rest)),
        "from" => match rest.split_once(" import ") {
            Some((_, list)) if list.trim() == "*" => found.push(Kind::Unknown),
            Some((_, list)) => found.extend(names(list)),
            None => {}
        },
        "for" => {
            let targets = rest.split(" in ").next().unwrap_or("");
            found.extend(
                targets
                    .split(',')
                    .filter_map(|name| unknown(name.trim_matches(|c: char| c.is_whitespace() || "()*".contains(c)))),
            );
        }
        "def" | "class" => found.extend(unknown(first_word(rest))),
        "with" | "except" => {
            found.extend(rest.split(" as ").skip(1).filter_map(|part| unknown(first_word(part))));
        }
        _ => assignment(text, range, base, (is_certain, asked), found),
    }
}

fn assignment(text: &str, range: Range<usize>, base: usize, (is_certain, asked): (bool, bool), found: &mut Vec<Kind>) {
    let Some((equals, count, is_plain)) = equals(text, &range) else { return };
    let left = text.get(range.start..equals).unwrap_or("");
    let behind = text.get(equals + 1..range.end).unwrap_or("");
    let start = equals + 1 + behind.len() - behind.trim_start().len();
    let value = || value(text.get(start..range.end).unwrap_or("").trim_end(), base + start);
    let certain = |value: Value| if is_certain && is_plain && count == 1 { value } else { Value::Unknown };
    if let Some(name) = environ(left.trim()) {
        found.push(Kind::Environ { name, value: certain(value()) });
        return;
    }
    let target = left.split(':').next().unwrap_or("").trim();
    if is_plain && count == 1 && is_name(target) {
        found.push(Kind::Set { name: target.to_owned(), value: certain(value()), asked });
        return;
    }
    let targets =
        left.split(['=', ',']).map(|name| name.trim_matches(|c: char| c.is_whitespace() || "()[]*+-/|&%".contains(c)));
    found.extend(targets.filter_map(unknown));
}

/// The last `=` of an assignment, how many there are, and whether it only sets.
fn equals(text: &str, range: &Range<usize>) -> Option<(usize, usize, bool)> {
    let mut scan = Scan::new(text, range.start);
    let (mut last, mut count, mut is_plain) = (None, 0, true);
    let byte = |at: usize| text.as_bytes().get(at).copied().unwrap_or(b' ');
    while let Some(token) = scan.next().filter(|_| scan.at <= range.end) {
        let at = scan.at - 1;
        if token != Token::Outer(b'=') {
            continue;
        }
        let before = byte(at.wrapping_sub(1));
        if byte(at + 1) == b'=' || b"=!<>".contains(&before) {
            // A comparison; what follows it sets nothing.
            scan.at += usize::from(byte(at + 1) == b'=');
            last?;
            continue;
        }
        is_plain &= !b"+-*/|&%^@:".contains(&before);
        last = Some(at);
        count += 1;
    }
    Some((last?, count, is_plain))
}

/// The variable that `os.environ["X"]` is.
fn environ(target: &str) -> Option<String> {
    let inner =
        target.strip_prefix("os.environ[").or_else(|| target.strip_prefix("environ["))?.strip_suffix(']')?.trim();
    let name = inner.trim_matches(['"', '\'']);
    (is_name(name) && name.len() + 2 == inner.len()).then(|| name.to_owned())
}

/// What stands right of an assignment, which begins at an offset of the cell.
fn value(text: &str, base: usize) -> Value {
    if let Some(name) = element(text) {
        return if matches!(name.as_str(), "None" | "True" | "False") { Value::Unknown } else { Value::Name(name) };
    }
    let prefix = text.len() - text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    let flags = text.get(..prefix).unwrap_or("").to_ascii_lowercase();
    let quoted = text.get(prefix..).unwrap_or("");
    let Some(quote) = quoted.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Value::Unknown };
    let inner = quoted.get(1..).and_then(|rest| rest.strip_suffix(quote));
    let Some(inner) = inner.filter(|inner| !inner.contains(['\\', quote, '\n'])) else { return Value::Unknown };
    let start = base + prefix + 1;
    match flags.as_str() {
        "" | "r" | "u" => Value::Text(vec![Piece::Text(start..start + inner.len())]),
        "f" | "fr" | "rf" => Value::Text(formatted(inner, start)),
        _ => Value::Unknown,
    }
}

/// A name, or the first of its elements: `x`, `x[0]`.
pub(super) fn element(text: &str) -> Option<String> {
    is_name(text.strip_suffix("[0]").unwrap_or(text)).then(|| text.to_owned())
}

/// The parts of an f-string.
fn formatted(text: &str, base: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let literal = |pieces: &mut Vec<Piece>, range: Range<usize>| {
        if !range.is_empty() {
            pieces.push(Piece::Text(base + range.start..base + range.end));
        }
    };
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['{', '}'])).map(|offset| at + offset) {
        literal(&mut pieces, at..start);
        let rest = text.get(start..).unwrap_or("");
        if rest.starts_with("{{") || rest.starts_with("}}") {
            literal(&mut pieces, start..start + 1);
            at = start + 2;
            continue;
        }
        let length = rest.find('}').map_or(rest.len(), |length| length + 1);
        let range = base + start..base + start + length;
        let name = rest.get(1..length.saturating_sub(1)).and_then(|inner| element(inner.trim()));
        pieces.push(name.map_or(Piece::Unknown(range.clone()), |name| Piece::Name(name, range)));
        at = start + length;
    }
    literal(&mut pieces, at..text.len());
    pieces
}
