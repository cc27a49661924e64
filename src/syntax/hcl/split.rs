//! Text → the items of a body (attributes and blocks) by their brackets, strings and here-documents alone; and the
//! same text masked for the grammar. Builds no tree.
//!
//! Masked, at equal length, are:
//! - the text of strings and here-documents, which becomes white space: the grammar's scanner errs where escapes stand
//!   together or a line begins like the end of a here-document, and takes its time for each character;
//! - long white space between words, which costs the scanner the square of its length: it becomes a comment;
//! - what stands before an object's key in parentheses on a new line, which would else be the arguments of a call: a
//!   comma goes there.

use std::ops::Range;

/// An attribute or a block.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// All of it.
    pub range: Range<usize>,
    /// What stands between its braces, if it is a block.
    pub body: Option<Range<usize>>,
    /// Whether its strings and brackets do not match.
    pub faulty: bool,
    /// How deep it nests.
    pub depth: usize,
    /// How much the grammar has to do for it: characters of code, those of strings not counted, and operators that may
    /// nest without brackets for several.
    pub weight: usize,
}

/// What a scan finds.
pub(super) struct Chunks {
    pub chunks: Vec<Chunk>,
    /// Whether everything that was opened was closed.
    pub balanced: bool,
}

/// The text as the grammar gets it, a line end at its end.
pub(super) fn mask(text: &str) -> Vec<u8> {
    let mut masked = text.as_bytes().to_vec();
    masked.push(b'\n');
    Scan::new(text, 0..text.len(), false, Some(&mut masked)).run();
    masked
}

/// The items of a part of the text. With `recover`, a line that begins at its very start like a block begins an item,
/// whatever is still open.
pub(super) fn chunks(text: &str, range: Range<usize>, recover: bool) -> Chunks {
    Scan::new(text, range, recover, None).run()
}

/// What an operator weighs that may nest without brackets: the grammar's tree grows with its depth.
const OPERATOR: usize = 10;

/// White space longer than this is masked.
const LONG_SPACE: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// To this closing bracket.
    Bracket(u8),
    Quote,
    Interpolation,
    /// The word that ends it.
    Heredoc {
        start: u32,
        end: u32,
    },
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    recover: bool,
    masked: Option<&'t mut Vec<u8>>,
    stack: Vec<Inside>,
    /// The item that is being read.
    open: Option<Chunk>,
    /// Whether that item has had its `=`.
    equals: bool,
    chunks: Vec<Chunk>,
    balanced: bool,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, range: Range<usize>, recover: bool, masked: Option<&'t mut Vec<u8>>) -> Self {
        Self {
            text,
            bytes: text.as_bytes().get(..range.end).unwrap_or_default(),
            at: range.start,
            recover,
            masked,
            stack: Vec::new(),
            open: None,
            equals: false,
            chunks: Vec::new(),
            balanced: true,
        }
    }

    fn run(mut self) -> Chunks {
        while self.at < self.bytes.len() {
            match self.stack.last().copied() {
                Some(Inside::Quote) => self.quote(),
                Some(Inside::Heredoc { start, end }) => self.heredoc(start as usize..end as usize),
                _ => self.code(),
            }
        }
        self.close_all();
        Chunks { chunks: self.chunks, balanced: self.balanced }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn blot(&mut self, range: Range<usize>, with: u8) {
        if let Some(bytes) = self.masked.as_mut().and_then(|masked| masked.get_mut(range)) {
            bytes.fill(with);
        }
    }

    fn push(&mut self, inside: Inside) {
        self.stack.push(inside);
        if let Some(open) = &mut self.open {
            open.depth = open.depth.max(self.stack.len());
        }
    }

    /// Ends the item that is being read.
    fn finish(&mut self) {
        let Some(mut chunk) = self.open.take() else { return };
        // The grammar does not mind line ends, and would join to the next item what is none by itself.
        let first = self.bytes.get(chunk.range.start).copied().unwrap_or(0);
        let equals = std::mem::take(&mut self.equals);
        chunk.faulty |=
            !(equals || chunk.body.is_some()) || !(first.is_ascii_alphabetic() || first == b'_' || !first.is_ascii());
        self.chunks.push(chunk);
    }

    /// Ends the item that is being read, whatever is open in it.
    fn close_all(&mut self) {
        if !self.stack.is_empty() {
            self.stack.clear();
            self.balanced = false;
            if let Some(open) = &mut self.open {
                open.faulty = true;
                if let Some(body) = open.body.as_mut().filter(|body| body.end == 0) {
                    body.end = open.range.end.max(body.start);
                }
            }
        }
        self.finish();
    }

    fn code(&mut self) {
        let byte = self.byte(0);
        if byte.is_ascii_whitespace() || byte == 0x0b {
            return self.space();
        }
        match (byte, self.byte(1)) {
            (b'#', _) | (b'/', b'/') => {
                self.at += memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
                return;
            }
            (b'/', b'*') => {
                if let Some(length) = memchr::memmem::find(self.rest().get(2..).unwrap_or_default(), b"*/") {
                    self.at += length + 4;
                } else {
                    self.at = self.bytes.len();
                    self.balanced = false;
                    self.fault();
                }
                return;
            }
            _ => {}
        }
        let start = self.at;
        let open =
            self.open.get_or_insert(Chunk { range: start..start, body: None, faulty: false, depth: 0, weight: 0 });
        open.weight += if matches!(byte, b'!' | b'?' | b'-') { OPERATOR } else { 1 };
        match byte {
            b'"' => {
                self.at += 1;
                self.push(Inside::Quote);
            }
            b'<' => match heredoc_word(self.bytes, self.at) {
                Some((word, next)) => {
                    self.at = next;
                    self.push(Inside::Heredoc { start: word.start as u32, end: word.end as u32 });
                }
                None => self.at += 1,
            },
            b'{' | b'[' | b'(' => {
                self.at += 1;
                if byte == b'{' && self.stack.is_empty() && !self.equals && open.body.is_none() {
                    open.body = Some(self.at..0);
                }
                self.push(Inside::Bracket(match byte {
                    b'{' => b'}',
                    b'[' => b']',
                    _ => b')',
                }));
            }
            b'}' | b']' | b')' => self.closing(byte),
            _ => {
                self.equals |= byte == b'=' && self.stack.is_empty();
                self.at += 1;
            }
        }
        if let Some(open) = &mut self.open {
            open.range.end = self.at;
        }
    }

    fn closing(&mut self, byte: u8) {
        // A brace closes what was forgotten within it.
        let forgotten = |inside: &Inside| matches!(inside, Inside::Bracket(b']' | b')'));
        while byte == b'}' && self.stack.last().is_some_and(forgotten) {
            self.stack.pop();
            self.fault();
        }
        match self.stack.last() {
            Some(Inside::Bracket(closing)) if *closing == byte => _ = self.stack.pop(),
            Some(Inside::Interpolation) if byte == b'}' => _ = self.stack.pop(),
            _ => self.fault(),
        }
        if let Some(body) = self.open.as_mut().and_then(|open| open.body.as_mut())
            && self.stack.is_empty()
            && body.end == 0
        {
            body.end = self.at;
        }
        self.at += 1;
    }

    fn fault(&mut self) {
        if let Some(open) = &mut self.open {
            open.faulty = true;
        }
    }

    fn space(&mut self) {
        let start = self.at;
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0x0b).count();
        self.at += length;
        if memchr::memchr(b'\n', self.bytes.get(start..self.at).unwrap_or_default()).is_some() {
            if self.stack.is_empty() {
                self.finish();
            } else if self.recover && self.bytes.get(self.at - 1) == Some(&b'\n') && self.at_head() {
                self.close_all();
            } else if self.byte(0) == b'(' && self.stack.last() == Some(&Inside::Bracket(b'}')) {
                self.separate();
            }
        }
        if length > LONG_SPACE {
            self.blot(start + 1..start + 3, b'/');
            self.blot(start + 2..self.at - 2, b'*');
            self.blot(self.at - 2..self.at - 1, b'/');
        }
    }

    /// Puts a comma behind the value that was read last.
    fn separate(&mut self) {
        let Some(end) = self.open.as_ref().map(|open| open.range.end) else { return };
        let is = |at: usize, what: fn(&u8) -> bool| self.bytes.get(at).is_some_and(what);
        let ends_value = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'"' | b']' | b')' | b'}');
        if is(end - 1, ends_value) && is(end, u8::is_ascii_whitespace) {
            self.blot(end..end + 1, b',');
        }
    }

    /// Whether here stands what a block begins with.
    fn at_head(&self) -> bool {
        let line = self.rest().split(|byte| *byte == b'\n').next().unwrap_or_default();
        let end = self.at + memchr::memchr(b'{', line).unwrap_or(line.len());
        end < self.bytes.len() && self.bytes.get(end) == Some(&b'{') && head(self.text, self.at..end).is_some()
    }

    fn quote(&mut self) {
        match self.byte(0) {
            b'"' => {
                self.stack.pop();
                self.at += 1;
                self.touch();
            }
            b'\\' => {
                // What follows may be a character of several bytes: these are left alone, and mean nothing.
                let length = if self.byte(1).is_ascii() && self.byte(1) != b'\n' { 2 } else { 1 };
                self.blank(length);
            }
            b'\n' => {
                // A string ends with its line.
                self.stack.pop();
                self.fault();
            }
            b'$' | b'%' => self.template_mark(),
            _ => {
                let stop = self.rest().iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'$' | b'%'));
                self.blank(stop.unwrap_or(self.rest().len()));
            }
        }
        self.touch();
    }

    fn heredoc(&mut self, word: Range<usize>) {
        if self.at == 0 || self.bytes.get(self.at - 1) == Some(&b'\n') {
            let word = self.bytes.get(word).unwrap_or_default();
            let blank = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
            self.at += blank;
            if let Some(after) = self.rest().strip_prefix(word)
                && after.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r')).is_none_or(|byte| *byte == b'\n')
            {
                self.at += word.len();
                self.stack.pop();
                return self.touch();
            }
        }
        if matches!(self.byte(0), b'$' | b'%') {
            self.template_mark();
        } else {
            self.blank(memchr::memchr3(b'$', b'%', b'\n', self.rest()).unwrap_or(self.rest().len()));
            // The line end stays, for the word that ends the document must stand on a line of its own.
            self.at += usize::from(self.byte(0) == b'\n');
        }
        self.touch();
    }

    /// `${`, `%{`, their escapes, or a mark that opens nothing.
    fn template_mark(&mut self) {
        let mark = self.byte(0);
        if self.byte(1) == b'{' {
            self.at += 2;
            self.push(Inside::Interpolation);
        } else if self.byte(1) == mark && self.byte(2) == b'{' {
            self.blank(3);
        } else {
            self.blank(1);
        }
    }

    /// Passes text that means nothing to the grammar.
    fn blank(&mut self, length: usize) {
        self.blot(self.at..self.at + length, b' ');
        self.at += length;
    }

    fn touch(&mut self) {
        if let Some(open) = &mut self.open {
            open.range.end = self.at;
        }
    }
}

/// The word of `<<WORD` or `<<-WORD`, and where the next line begins.
fn heredoc_word(bytes: &[u8], at: usize) -> Option<(Range<usize>, usize)> {
    let rest = bytes.get(at..)?.strip_prefix(b"<<")?;
    let rest = rest.strip_prefix(b"-").unwrap_or(rest);
    let start = bytes.len() - rest.len();
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')).count();
    let after = rest.get(word..)?;
    let blank = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    (word > 0 && after.get(blank) == Some(&b'\n')).then_some((start..start + word, start + word + blank + 1))
}

/// The words before a block's brace: its kind and labels, each with its range (quotes included).
pub(super) fn head(text: &str, range: Range<usize>) -> Option<Vec<(String, Range<usize>)>> {
    let mut words = Vec::new();
    let mut at = range.start;
    let text = text.get(..range.end)?;
    loop {
        let rest = text.get(at..)?;
        let trimmed = rest.trim_start();
        at = text.len() - trimmed.len();
        let length = if trimmed.is_empty() {
            return (!words.is_empty()).then_some(words);
        } else if let Some(quoted) = trimmed.strip_prefix('"').filter(|_| !words.is_empty()) {
            let length =
                quoted.find(['"', '\\', '\n', '$', '%']).filter(|end| quoted.get(*end..=*end) == Some("\""))?;
            words.push((quoted.get(..length)?.to_owned(), at..at + length + 2));
            length + 2
        } else {
            let length = trimmed.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(trimmed.len());
            if !trimmed.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                return None;
            }
            words.push((trimmed.get(..length)?.to_owned(), at..at + length));
            length
        };
        at += length;
    }
}
