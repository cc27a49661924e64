//! Text → the statements that stand in nothing else, by brackets, strings and the first words of lines alone; and what
//! a bundler wrote. Builds no tree.
//!
//! Where the cuts are does not matter for text without faults: all of it goes to the grammar together. What looks like
//! a string in the text of JSX may hide a bracket, which costs a cut and no more.

use std::ops::Range;

use super::super::pieces::{Piece, Pieces};

/// A line of this many bytes that is mostly code is no person's.
const LONG_LINE: usize = 5000;

/// Comments in a row from which on they are masked: the grammar looks at each of them once for each before it.
const COMMENTS: usize = 64;

/// Slashes of a long line from which on they are masked: at each that may begin a pattern the grammar looks for its end.
const SLASHES: usize = 256;

/// What a statement begins with, at the start of a line.
const HEADS: &[&str] = &[
    "import",
    "export",
    "const",
    "let",
    "var",
    "function",
    "class",
    "async",
    "interface",
    "type",
    "enum",
    "declare",
    "abstract",
    "namespace",
    "module",
    "if",
    "for",
    "while",
    "do",
    "switch",
    "try",
    "throw",
    "return",
];

/// What begins a statement in the first column whatever is open.
const STRONG: &[&str] = &["import", "export", "const", "let", "var", "function", "class", "async", "interface"];

/// Words with which a statement goes on.
const GOES_ON: &[&str] = &[
    "else",
    "catch",
    "finally",
    "while",
    "from",
    "as",
    "satisfies",
    "of",
    "in",
    "instanceof",
    "extends",
    "implements",
];

/// Words after which a slash begins a pattern.
const BEFORE_PATTERN: &[&str] = &[
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "else",
    "do",
    "await",
    "yield",
    "instanceof",
];

/// Whether a tool wrote the text: some line is very long, has little white space and much that only code has.
pub(super) fn is_bundle(text: &str) -> bool {
    text.lines().filter(|line| line.len() > LONG_LINE).any(|line| {
        let (mut space, mut signs) = (0, 0);
        for byte in line.bytes() {
            space += usize::from(byte.is_ascii_whitespace());
            signs += usize::from(matches!(byte, b';' | b'(' | b'{'));
        }
        space * 8 < line.len() && signs * 32 > line.len()
    })
}

/// Cuts a text.
pub(super) fn split(text: &str) -> Pieces {
    let mut scan = Scan::new(text, false);
    scan.run();
    if !scan.balanced {
        scan = Scan::new(text, true);
        scan.run();
    }
    mask(&mut scan.masked);
    lighten(&mut scan.masked);
    let mut pieces = Pieces { masked: scan.masked, pieces: scan.pieces };
    pieces.close_comments();
    pieces
}

/// Masks what the grammar stumbles over: a lone `&`, which may stand in the text of JSX but for it does not, becomes
/// `|`; `typeof import('x')`, which is a type for it only where no other is around it, becomes the type of a name.
fn mask(text: &mut [u8]) {
    let signs = |byte: Option<&u8>| matches!(byte, Some(b'&' | b'|' | b'='));
    let ands: Vec<usize> = memchr::memchr_iter(b'&', text).collect();
    for at in ands {
        if !signs(text.get(at + 1))
            && !signs(at.checked_sub(1).and_then(|at| text.get(at)))
            && let Some(byte) = text.get_mut(at)
        {
            *byte = b'|';
        }
    }
    let types: Vec<usize> = memchr::memmem::find_iter(text, b"typeof import(").collect();
    for start in types {
        let open = start + b"typeof import".len();
        let quoted = text.get(open + 1..text.len().min(open + 256)).unwrap_or_default();
        let Some(quote) = quoted.first().filter(|quote| matches!(quote, b'"' | b'\'')) else { continue };
        let rest = quoted.get(1..).unwrap_or_default();
        let Some(length) = rest.iter().position(|byte| byte == quote || !byte.is_ascii() || *byte == b'\n') else {
            continue;
        };
        if rest.get(length..length + 2) == Some(&[*quote, b')']) {
            text.get_mut(open..open + length + 4).unwrap_or_default().fill(b'_');
        }
    }
}

/// Masks what costs the grammar the square of its length: many comments in a row, and many slashes in a long line. It
/// does not count on what the scan takes for text, which somebody may have misled.
fn lighten(text: &mut [u8]) {
    let (mut at, mut count) = (0, 0);
    let last_end = memchr::memmem::rfind(text, b"*/").unwrap_or(0);
    while let Some(next) = text.get(at..).and_then(|rest| memchr::memchr(b'/', rest)) {
        let blank = text.get(at..at + next).is_some_and(|between| between.iter().all(u8::is_ascii_whitespace));
        count = if blank { count } else { 0 };
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        let length = match rest.get(1) {
            Some(b'/') => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            Some(b'*') if at < last_end => memchr::memmem::find(rest, b"*/").map_or(2, |end| end + 2),
            Some(b'*') => 2,
            _ => {
                count = 0;
                at += 1;
                continue;
            }
        };
        count += 1;
        if count > COMMENTS {
            blot(text, at..at + length);
        }
        at += length;
    }
    let mut start = 0;
    while start < text.len() {
        let rest = text.get_mut(start..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        start += length + 1;
        if length > LONG_LINE {
            let slashes = rest.iter_mut().take(length).filter(|byte| **byte == b'/').skip(SLASHES);
            slashes.for_each(|byte| *byte = b'%');
        }
    }
}

/// Makes a range white space.
fn blot(text: &mut [u8], range: Range<usize>) {
    for byte in text.get_mut(range).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// To this closing bracket.
    Bracket(u8),
    Template,
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    recover: bool,
    masked: Vec<u8>,
    stack: Vec<Inside>,
    pieces: Vec<Piece>,
    balanced: bool,
    /// The last byte of code; a quote of a text, `/` of a pattern.
    last: u8,
    /// The word that ends there.
    word: Range<usize>,
    /// Up to where no quote closes, for `"`, `'` and `/`.
    dead: [usize; 3],
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, recover: bool) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            recover,
            masked: text.as_bytes().to_vec(),
            stack: Vec::new(),
            pieces: Vec::new(),
            balanced: true,
            last: b';',
            word: 0..0,
            dead: [0; 3],
        }
    }

    fn run(&mut self) {
        while self.at < self.bytes.len() {
            if (self.at == 0 || self.bytes.get(self.at - 1) == Some(&b'\n')) && self.begins() {
                self.cut();
            }
            match self.stack.last() {
                Some(Inside::Template) => self.template(),
                _ => self.code(),
            }
        }
        self.balanced &= self.stack.is_empty();
        if let Some(last) = self.pieces.last_mut() {
            last.range.end = self.bytes.len();
        }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether a statement begins at the start of this line.
    fn begins(&mut self) -> bool {
        let first = self.byte(0);
        if self.pieces.is_empty() {
            return true;
        }
        let length = self.rest().iter().take_while(|byte| is_word(**byte)).count();
        let Some(word) = std::str::from_utf8(self.rest().get(..length).unwrap_or_default()).ok() else { return false };
        if !self.stack.is_empty() {
            let begins = self.recover && STRONG.contains(&word) && self.bytes.get(self.at + length) == Some(&b' ');
            if begins {
                self.stack.clear();
            }
            return begins;
        }
        // A decorator stands before what it decorates.
        let decorates = self.pieces.last().is_some_and(|last| self.bytes.get(last.range.start) == Some(&b'@'));
        if decorates && !matches!(self.last, b';' | b'}') {
            return false;
        }
        match self.last {
            b';' | b'}' | b')' => (length > 0 || first == b'@') && !GOES_ON.contains(&word),
            last if is_word(last) || matches!(last, b'"' | b'\'' | b'`' | b']') => HEADS.contains(&word),
            _ => false,
        }
    }

    fn cut(&mut self) {
        if let Some(last) = self.pieces.last_mut() {
            last.range.end = self.at;
        }
        self.pieces.push(Piece { range: self.at..self.at, depth: 0 });
        self.dead = [0; 3];
    }

    fn push(&mut self, inside: Inside) {
        self.stack.push(inside);
        if let Some(open) = self.pieces.last_mut() {
            open.depth = open.depth.max(self.stack.len());
        }
    }

    fn code(&mut self) {
        let byte = self.byte(0);
        match byte {
            b'\n' | b' ' | b'\t' | b'\r' => {
                self.at += 1;
                return;
            }
            b'/' if matches!(self.byte(1), b'/' | b'*') => return self.comment(),
            b'/' if self.is_pattern() => {
                if self.quoted(b'/', 2) {
                    self.last = b')';
                    return;
                }
                self.at += 1;
            }
            b'"' if self.quoted(b'"', 0) => {}
            b'\'' if self.quoted(b'\'', 1) => {}
            b'`' => {
                self.at += 1;
                self.push(Inside::Template);
            }
            b'{' | b'[' | b'(' => {
                self.at += 1;
                self.push(Inside::Bracket(match byte {
                    b'{' => b'}',
                    b'[' => b']',
                    _ => b')',
                }));
            }
            b'}' | b']' | b')' => {
                self.at += 1;
                if self.stack.last() == Some(&Inside::Bracket(byte)) {
                    self.stack.pop();
                } else {
                    self.balanced = false;
                }
            }
            _ if is_word(byte) => {
                let length = self.rest().iter().take_while(|byte| is_word(**byte)).count();
                self.word = self.at..self.at + length;
                self.at += length;
            }
            _ => self.at += 1,
        }
        self.last = byte;
    }

    /// Passes a text that ends in its line. If none does, only the quote, or nothing for a slash.
    fn quoted(&mut self, quote: u8, index: usize) -> bool {
        if self.dead.get(index).is_some_and(|dead| self.at < *dead) {
            self.at += usize::from(quote != b'/');
            return quote != b'/';
        }
        let (mut at, mut class) = (self.at + 1, false);
        loop {
            match self.bytes.get(at) {
                Some(b'\\') => at += 1,
                Some(byte) if *byte == quote && !class => {
                    self.at = at + 1;
                    return true;
                }
                Some(b'[') if quote == b'/' => class = true,
                Some(b']') => class = false,
                None | Some(b'\n') => {
                    if let Some(dead) = self.dead.get_mut(index) {
                        *dead = at;
                    }
                    self.at += usize::from(quote != b'/');
                    return quote != b'/';
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a slash here begins a pattern.
    fn is_pattern(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        if before == Some(&b'<') || self.byte(1) == b'>' {
            return false;
        }
        if is_word(self.last) {
            let word = self.bytes.get(self.word.clone()).unwrap_or_default();
            return std::str::from_utf8(word).is_ok_and(|word| BEFORE_PATTERN.contains(&word));
        }
        !matches!(self.last, b')' | b']' | b'"' | b'\'' | b'`')
    }

    fn comment(&mut self) {
        let start = self.at;
        let length = if self.byte(1) == b'/' {
            memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len())
        } else if let Some(length) = memchr::memmem::find(self.rest().get(2..).unwrap_or_default(), b"*/") {
            length + 4
        } else {
            self.balanced = false;
            self.rest().len()
        };
        self.at += length;
        // One that does not end would have the grammar look to the end of the file at each of its words.
        if self.at == self.bytes.len() {
            blot(&mut self.masked, start..self.at);
        }
    }

    fn template(&mut self) {
        match self.byte(0) {
            b'\\' => self.at += 2,
            b'`' => {
                self.stack.pop();
                self.at += 1;
                self.last = b'`';
            }
            b'$' if self.byte(1) == b'{' => {
                self.at += 2;
                self.push(Inside::Bracket(b'}'));
                self.last = b'{';
            }
            b'\n' => self.at += 1,
            byte => {
                let rest = self.rest().get(1..).unwrap_or_default();
                let next = rest.iter().position(|byte| matches!(byte, b'\\' | b'`' | b'$' | b'\n'));
                self.at += 1 + if byte == 0 { 0 } else { next.unwrap_or(rest.len()) };
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}
