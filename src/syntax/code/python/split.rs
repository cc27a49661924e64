//! Text → its top-level statements, by brackets, strings and indentation alone; and the same text masked for the
//! grammar. Builds no tree.
//!
//! Masked, at equal length, are:
//! - the text of strings: the grammar's scanner makes a token of each escape and errs with some;
//! - comments and continued lines: after each of them the scanner looks ahead over all that follow;
//! - lines that no statement can be (unclosed brackets and strings, marks of merges, commands of notebooks, what nests
//!   too deep): they become `pass`, so that their neighbours can be read.

mod strings;

use std::ops::Range;

/// A statement that begins at the start of a line, with what belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// All of it.
    pub range: Range<usize>,
    /// How many different indentations it has.
    pub widths: usize,
    /// Characters of code.
    pub weight: usize,
}

/// What a scan finds.
#[derive(Debug)]
pub(super) struct Split {
    /// The text as the grammar gets it.
    pub masked: Vec<u8>,
    pub chunks: Vec<Chunk>,
    /// Whether lines were masked because they nest too deep or are too large.
    pub skipped: bool,
}

/// Brackets, strings and what is in them may nest this deep, as in Python itself.
const MAX_NESTING: usize = 200;
/// Characters of code in a line, brackets and all: more is data, and the grammar takes up to 400 bytes for each.
const MAX_WEIGHT: usize = 256 * 1024;

/// What lines begin with that are no Python: marks of merges, and of templates.
const MARKS: [&[u8]; 5] = [b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||", b"{%"];

/// Cuts a text. If brackets stay open, a line that is indented no further than the one they were opened in ends them.
pub(super) fn split(text: &str) -> Split {
    let scan = Scan::new(text, false).run();
    if scan.balanced { scan } else { Scan::new(text, true).run() }.finish()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// To this closing bracket.
    Bracket(u8),
    Quote(Quote),
    /// `{` in an f-string.
    Value,
    /// After the `:` of one.
    Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quote {
    mark: u8,
    triple: bool,
    format: bool,
    raw: bool,
    /// The next string outwards, by its place on the stack.
    outer: Option<u32>,
    /// The outermost string that ends with this one's line.
    root: u32,
}

/// A line of Python, which may be several of the file.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: usize,
    /// After what was read last.
    end: usize,
    /// How far it is indented, in characters.
    indent: usize,
    depth: usize,
    weight: usize,
    faulty: bool,
}

#[expect(clippy::struct_excessive_bools, reason = "each says one thing of the scan")]
struct Scan<'t> {
    bytes: &'t [u8],
    masked: Vec<u8>,
    at: usize,
    recover: bool,
    stack: Vec<Inside>,
    /// The innermost string, by its place on the stack.
    quote: Option<u32>,
    line: Option<Line>,
    chunk: Option<Chunk>,
    /// The indentations of the chunk, ascending.
    widths: Vec<u16>,
    /// How far the line at hand is indented, as the grammar counts.
    width: u16,
    /// Whether a decorator stands before.
    decorated: bool,
    chunks: Vec<Chunk>,
    balanced: bool,
    skipped: bool,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, recover: bool) -> Self {
        Self {
            bytes: text.as_bytes(),
            masked: text.as_bytes().to_vec(),
            at: 0,
            recover,
            stack: Vec::new(),
            quote: None,
            line: None,
            chunk: None,
            widths: Vec::new(),
            width: 0,
            decorated: false,
            chunks: Vec::new(),
            balanced: true,
            skipped: false,
        }
    }

    fn run(mut self) -> Self {
        self.indentation();
        while self.at < self.bytes.len() {
            match self.stack.last().copied() {
                Some(Inside::Quote(quote)) => self.text(quote),
                Some(Inside::Format) => self.format(),
                _ => self.code(),
            }
        }
        if !self.stack.is_empty() {
            self.balanced = false;
            self.fault();
        }
        self.end_line();
        self
    }

    fn finish(mut self) -> Split {
        self.end_chunk();
        Split { masked: self.masked, chunks: self.chunks, skipped: self.skipped }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn blot(&mut self, range: Range<usize>) {
        let end = range.end.min(self.masked.len());
        if let Some(bytes) = self.masked.get_mut(range.start..end) {
            bytes.fill(b' ');
        }
    }

    fn fault(&mut self) {
        if let Some(line) = &mut self.line {
            line.faulty = true;
        }
    }

    fn push(&mut self, inside: Inside) {
        self.stack.push(inside);
        if let Some(line) = &mut self.line {
            line.depth = line.depth.max(self.stack.len());
        }
    }

    fn pop(&mut self) {
        if let Some(Inside::Quote(quote)) = self.stack.pop() {
            self.quote = quote.outer;
        }
    }

    fn innermost(&self) -> Option<Quote> {
        match self.stack.get(self.quote? as usize) {
            Some(Inside::Quote(quote)) => Some(*quote),
            _ => None,
        }
    }

    /// Passes what belongs to the line.
    fn pass(&mut self, length: usize) {
        self.at = (self.at + length).min(self.bytes.len());
        if let Some(line) = &mut self.line {
            line.end = self.at;
            line.weight += length;
        }
    }

    /// Passes what means nothing to the grammar.
    fn blank(&mut self, length: usize) {
        self.blot(self.at..self.at + length);
        self.at = (self.at + length).min(self.bytes.len());
        if let Some(line) = &mut self.line {
            line.end = self.at;
        }
    }

    fn code(&mut self) {
        let byte = self.byte(0);
        match byte {
            b'\n' => return self.line_end(),
            b' ' | b'\t' | b'\x0c' | b'\r' => {
                self.at += 1;
                return;
            }
            b'#' => {
                let length = memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
                self.blot(self.at..self.at + length);
                self.at += length;
                return;
            }
            b'\\' if self.byte(1) == b'\n' => {
                self.blot(self.at..self.at + 2);
                self.at += 2;
                return;
            }
            _ => {}
        }
        if self.line.is_none() {
            let length = memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
            if MARKS.iter().any(|mark| self.rest().starts_with(mark)) {
                return self.blank(length);
            }
            self.begin_line();
            if matches!(byte, b'!' | b'%' | b'$' | b'?' | b'<' | b'=' | b'>' | b'|' | b'&' | b'^' | b',' | b';') {
                self.fault();
                return self.pass(length);
            }
        }
        match byte {
            b'"' | b'\'' => self.open(byte),
            b'(' => self.bracket(b')'),
            b'[' => self.bracket(b']'),
            b'{' => self.bracket(b'}'),
            b')' | b']' | b'}' => {
                match self.stack.last() {
                    Some(Inside::Bracket(closing)) if *closing == byte => self.pop(),
                    Some(Inside::Value) if byte == b'}' => self.pop(),
                    _ => self.fault(),
                }
                self.pass(1);
            }
            b':' if self.stack.last() == Some(&Inside::Value) => {
                self.pop();
                self.push(Inside::Format);
                self.pass(1);
            }
            b'`' => {
                self.fault();
                self.pass(1);
            }
            _ => self.pass(1),
        }
    }

    fn bracket(&mut self, closing: u8) {
        self.push(Inside::Bracket(closing));
        self.pass(1);
    }

    fn line_end(&mut self) {
        self.at += 1;
        self.indentation();
        if self.stack.is_empty() {
            return self.end_line();
        }
        let Some(line) = self.line.filter(|_| self.recover) else { return };
        if let Some(quote) = self.innermost().filter(|quote| !quote.triple) {
            self.break_string(quote);
            if self.stack.is_empty() {
                return self.end_line();
            }
        }
        if self.innermost().is_none() && self.begins_statement(line.indent) {
            self.stack.clear();
            self.fault();
            self.end_line();
        }
    }

    /// Whether what follows may be a statement, rather than a part of one that is indented so far.
    fn begins_statement(&self, indent: usize) -> bool {
        const PARTS: [&[u8]; 10] = [b"for", b"if", b"else", b"and", b"or", b"in", b"is", b"not", b"lambda", b"await"];
        let width = self.rest().iter().take(indent + 1).take_while(|byte| b" \t".contains(byte)).count();
        let rest = self.rest().get(width..).unwrap_or_default();
        let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let word = rest.get(..word).unwrap_or_default();
        width <= indent
            && (rest.first() == Some(&b'@')
                || word.first().is_some_and(|byte| !byte.is_ascii_digit()) && !PARTS.contains(&word))
    }

    /// Counts an indentation as the grammar's scanner does.
    fn indentation(&mut self) {
        let mut width = 0_u16;
        let mut rest = self.rest().iter();
        while let Some(byte) = rest.next() {
            width = match byte {
                b' ' => width.wrapping_add(1),
                b'\t' => width.wrapping_add(8),
                b'\r' | b'\x0c' => 0,
                // The line break after it is masked.
                b'\\' if rest.as_slice().first() == Some(&b'\n') => {
                    rest.next();
                    width.wrapping_add(2)
                }
                _ => break,
            };
        }
        self.width = width;
        if let Err(place) = self.widths.binary_search(&width)
            && self.widths.len() <= super::MAX_WIDTHS
        {
            self.widths.insert(place, width);
        }
    }

    fn begin_line(&mut self) {
        let start = self.at;
        let before = self.bytes.get(..start).unwrap_or_default();
        let indent = before.iter().rev().take_while(|byte| b" \t\x0c".contains(byte)).count();
        let is_first = start == indent || before.get(start - indent - 1) == Some(&b'\n');
        // What stands behind a continued empty line is no top-level statement.
        let (space, indent) = if is_first { (indent, indent) } else { (0, 1) };
        let goes_on = ["else", "elif", "except", "finally"].iter().any(|word| {
            let after = self.rest().strip_prefix(word.as_bytes());
            after.is_some_and(|after| !after.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
        });
        if indent == 0 && !goes_on && !self.decorated || self.chunk.is_none() {
            self.end_chunk();
            self.widths.clear();
            self.widths.push(self.width);
            self.chunk = Some(Chunk { range: start - space..start, widths: 0, weight: 0 });
        }
        self.decorated = self.byte(0) == b'@' && indent == 0;
        self.line = Some(Line { start, end: start, indent, depth: 0, weight: 0, faulty: false });
    }

    fn end_line(&mut self) {
        self.quote = None;
        let Some(line) = self.line.take() else { return };
        let too_much = line.depth > MAX_NESTING || line.weight > MAX_WEIGHT;
        self.skipped |= too_much;
        if line.faulty || too_much {
            self.blot(line.start..line.end);
            let word: &[u8] = if line.end - line.start < 4 { b"0" } else { b"pass" };
            if let Some(place) = self.masked.get_mut(line.start..line.start + word.len()) {
                place.copy_from_slice(word);
            }
        }
        if let Some(chunk) = &mut self.chunk {
            chunk.range.end = line.end;
            chunk.weight += if line.faulty || too_much { 0 } else { line.weight };
        }
    }

    fn end_chunk(&mut self) {
        let Some(mut chunk) = self.chunk.take() else { return };
        chunk.widths = self.widths.len();
        self.chunks.push(chunk);
    }
}
