//! Text → its statements, by brackets, quotes and line ends alone. Builds no tree.

use std::ops::Range;

/// A statement, or a part of one that could not be told from it.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    /// All of it.
    pub range: Range<usize>,
    /// What stands between its outermost braces.
    pub blocks: Vec<Range<usize>>,
    /// Whether its quotes and brackets do not match.
    pub faulty: bool,
    /// How deep it nests.
    pub depth: usize,
}

/// Names in braces, and keys in brackets, of more bytes are none.
pub(super) const MAX_NAME: usize = 256;

/// The statements of a part of the text.
pub(super) fn chunks(text: &str, range: Range<usize>) -> Vec<Chunk> {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    let mut scan = Scan { bytes, at: range.start, stack: Vec::new(), open: None, last: 0, out: Vec::new() };
    scan.run();
    scan.out
}

/// The end of the bracket, quote or here-string that opens at `at`, one past its last sign.
pub(super) fn closing(text: &str, at: usize, end: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(..end)?;
    let mut scan = Scan { bytes, at, stack: Vec::new(), open: None, last: 0, out: Vec::new() };
    scan.step();
    while !scan.stack.is_empty() {
        if scan.at >= bytes.len() {
            return None;
        }
        scan.step();
    }
    let faulty = scan.open.is_some_and(|open| open.faulty);
    (!faulty && scan.at > at).then_some(scan.at)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// To this closing bracket; the start of it.
    Bracket(u8, u32),
    /// `"…"`
    Quote,
    /// `@"…"@`
    Here,
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    stack: Vec<Inside>,
    open: Option<Chunk>,
    /// One past the last byte of code, comments and white space not counted.
    last: usize,
    out: Vec<Chunk>,
}

/// Words after which the block that belongs to them may stand on the next line.
const HEADS: [&[u8]; 16] = [
    b"if",
    b"elseif",
    b"else",
    b"foreach",
    b"for",
    b"while",
    b"do",
    b"switch",
    b"function",
    b"filter",
    b"try",
    b"catch",
    b"finally",
    b"class",
    b"param",
    b"trap",
];

/// Words that go on with what the line before began.
const TAILS: [&[u8]; 6] = [b"else", b"elseif", b"catch", b"finally", b"while", b"until"];

impl Scan<'_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            self.step();
        }
        let unbalanced = !self.stack.is_empty();
        if let Some(open) = &mut self.open {
            open.faulty |= unbalanced;
            // The innermost block that is open at the end has no end of its own.
            if let (true, Some(block)) = (unbalanced, open.blocks.last_mut().filter(|block| block.end == 0)) {
                block.end = self.bytes.len();
            }
        }
        self.stack.clear();
        self.finish();
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) {
        match self.stack.last() {
            Some(Inside::Quote) => self.quote(),
            Some(Inside::Here) => self.here(),
            _ => self.code(),
        }
    }

    fn finish(&mut self) {
        if let Some(mut chunk) = self.open.take() {
            chunk.range.end = self.last.max(chunk.range.start);
            self.out.push(chunk);
        }
    }

    /// Passes so many bytes of code.
    fn pass(&mut self, length: usize) {
        let start = self.at;
        self.open.get_or_insert(Chunk { range: start..start, blocks: Vec::new(), faulty: false, depth: 0 });
        self.at = (self.at + length).min(self.bytes.len());
        self.last = self.at;
    }

    fn push(&mut self, inside: Inside) {
        self.stack.push(inside);
        let depth = self.stack.len();
        if let Some(open) = &mut self.open {
            open.depth = open.depth.max(depth);
        }
    }

    fn fault(&mut self) {
        if let Some(open) = &mut self.open {
            open.faulty = true;
        }
    }

    fn code(&mut self) {
        match (self.byte(0), self.byte(1)) {
            (b'\n', _) => {
                if self.stack.is_empty() && !self.goes_on() {
                    self.finish();
                }
                self.at += 1;
            }
            (b';', _) if self.stack.is_empty() => {
                self.finish();
                self.at += 1;
            }
            (b'#', _) if self.begins_word() => {
                self.at += memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
            }
            (b'<', b'#') => {
                if let Some(length) = memchr::memmem::find(self.rest(), b"#>") {
                    self.at += length + 2;
                } else {
                    self.fault();
                    self.at = self.bytes.len();
                }
            }
            (b'`', b'\n') => self.at += 2,
            (b'`', next) => self.pass(if next.is_ascii() { 2 } else { 1 }),
            (byte, _) if byte.is_ascii_whitespace() => self.at += 1,
            (b'@', quote @ (b'"' | b'\'')) if self.opens_here() => {
                let line = memchr::memchr(b'\n', self.rest()).unwrap_or(0) + 1;
                if quote == b'"' {
                    // Its end begins with the end of a line.
                    self.pass(line - 1);
                    self.push(Inside::Here);
                } else if let Some(length) = memchr::memmem::find(self.rest(), b"\n'@") {
                    self.pass(length + 3);
                } else {
                    self.pass(2);
                    self.fault();
                    self.at = self.bytes.len();
                }
            }
            (b'"', _) => {
                self.pass(1);
                self.push(Inside::Quote);
            }
            (b'\'', _) => {
                // Two of them are one within.
                let mut at = 1;
                loop {
                    match memchr::memchr(b'\'', self.rest().get(at..).unwrap_or_default()) {
                        Some(end) if self.byte(at + end + 1) == b'\'' => at += end + 2,
                        Some(end) => break self.pass(at + end + 1),
                        None => {
                            self.pass(1);
                            self.fault();
                            break self.at = self.bytes.len();
                        }
                    }
                }
            }
            (b'$', b'{') => {
                // A name in braces may not hold a brace.
                let name = self.rest().get(..MAX_NAME.min(self.rest().len())).unwrap_or_default();
                let end = memchr::memchr2(b'}', b'\n', name);
                self.pass(end.map_or(2, |end| end + 1));
            }
            (open @ (b'(' | b'{'), _) => {
                self.pass(1);
                let at = self.at;
                if open == b'{' && self.stack.is_empty() {
                    self.open.iter_mut().for_each(|chunk| chunk.blocks.push(at..0));
                }
                self.push(Inside::Bracket(if open == b'(' { b')' } else { b'}' }, at as u32));
            }
            (close @ (b')' | b'}'), _) => self.close(close),
            _ => {
                let plain = |byte: &u8| {
                    !matches!(byte, b'\n' | b';' | b'#' | b'<' | b'`' | b'@' | b'"' | b'\'' | b'$')
                        && !matches!(byte, b'(' | b'{' | b')' | b'}')
                        && !byte.is_ascii_whitespace()
                };
                let length = self.rest().iter().skip(1).take_while(|byte| plain(byte)).count() + 1;
                self.pass(length);
            }
        }
    }

    fn close(&mut self, close: u8) {
        let start = self.at;
        self.pass(1);
        // A brace closes what was forgotten within it.
        while close == b'}' && matches!(self.stack.last(), Some(Inside::Bracket(b')', _))) {
            let holds = self.stack.iter().any(|inside| matches!(inside, Inside::Bracket(b'}', _)));
            if !holds {
                break;
            }
            self.stack.pop();
            self.fault();
        }
        match self.stack.last() {
            Some(Inside::Bracket(wanted, at)) if *wanted == close => {
                let at = *at as usize;
                self.stack.pop();
                if let Some(block) = self.open.as_mut().and_then(|open| open.blocks.last_mut())
                    && block.start == at
                    && close == b'}'
                {
                    block.end = start;
                }
            }
            _ => self.fault(),
        }
    }

    fn quote(&mut self) {
        match (self.byte(0), self.byte(1)) {
            (b'"', b'"') => self.pass(2),
            (b'"', _) => {
                self.pass(1);
                self.stack.pop();
            }
            (b'`', next) => self.pass(if next.is_ascii() { 2 } else { 1 }),
            (b'$', b'(') => {
                self.pass(2);
                self.push(Inside::Bracket(b')', self.at as u32));
            }
            (b'$', _) => self.pass(1),
            _ => {
                let length = memchr::memchr3(b'"', b'`', b'$', self.rest()).unwrap_or(self.rest().len());
                self.pass(length);
            }
        }
    }

    fn here(&mut self) {
        match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'\n', b'"', b'@') => {
                self.pass(3);
                self.stack.pop();
            }
            (b'$', b'(', _) => {
                self.pass(2);
                self.push(Inside::Bracket(b')', self.at as u32));
            }
            (b'`', next, _) if next.is_ascii() && next != b'\n' => self.pass(2),
            _ => {
                let rest = self.rest().get(1..).unwrap_or_default();
                let length = memchr::memchr3(b'\n', b'`', b'$', rest).unwrap_or(rest.len());
                self.pass(length + 1);
            }
        }
    }

    /// Whether nothing but white space stands between `@"` and the end of its line.
    fn opens_here(&self) -> bool {
        let rest = self.rest().get(2..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        rest.get(blank) == Some(&b'\n')
    }

    /// Whether here a word begins, so that `#` opens a comment.
    fn begins_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        before.is_none_or(|byte| {
            byte.is_ascii_whitespace() || matches!(byte, b';' | b'(' | b')' | b'{' | b'}' | b'|' | b',')
        })
    }

    /// Whether the statement goes on behind the end of this line.
    fn goes_on(&self) -> bool {
        let Some(open) = &self.open else { return false };
        let code = self.bytes.get(open.range.start..self.last).unwrap_or_default();
        let word = code.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        if code.ends_with(b"|") || code.ends_with(b",") || code.ends_with(b"&&") || code.ends_with(b"=") {
            // `--flag=` has nothing behind it.
            return !(word.starts_with(b"-") && word.len() > 2 && word.ends_with(b"="));
        }
        if is_operator(word) {
            return true;
        }
        let next = self.next_code();
        let head = name(code);
        match next.first() {
            Some(b'{') => HEADS.iter().any(|word| head.eq_ignore_ascii_case(word)),
            Some(b'(') => head.eq_ignore_ascii_case(b"param") && code.len() == head.len(),
            Some(b'|') => true,
            Some(b'.') => next.get(1).is_some_and(u8::is_ascii_alphabetic) && code.ends_with(b")"),
            Some(_) => {
                let tail = name(next);
                let goes = TAILS.iter().any(|word| tail.eq_ignore_ascii_case(word));
                let loops = tail.eq_ignore_ascii_case(b"while") || tail.eq_ignore_ascii_case(b"until");
                let attribute = code.starts_with(b"[") && code.ends_with(b"]");
                let begins = |word: &[u8]| head.eq_ignore_ascii_case(word);
                let kin = begins(b"if") || begins(b"try") || code.starts_with(b"$");
                (goes && if loops { begins(b"do") } else { kin && code.ends_with(b"}") })
                    || attribute && (tail.eq_ignore_ascii_case(b"param") || next.starts_with(b"["))
            }
            None => false,
        }
    }

    /// The text from the next line of code on, comments passed over.
    fn next_code(&self) -> &[u8] {
        let mut rest = self.rest();
        // Few lines: a long comment between `}` and `else` is rare.
        for _ in 0..32 {
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).take(4096).count();
            rest = rest.get(blank..).unwrap_or_default();
            if !rest.starts_with(b"#") {
                break;
            }
            rest = rest.get(memchr::memchr(b'\n', rest).unwrap_or(rest.len())..).unwrap_or_default();
        }
        rest
    }
}

/// The word that a text begins with.
fn name(text: &[u8]) -> &[u8] {
    let length = text.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    text.get(..length).unwrap_or_default()
}

fn is_operator(word: &[u8]) -> bool {
    const OPERATORS: [&[u8]; 20] = [
        b"+",
        b"-and",
        b"-or",
        b"-eq",
        b"-ne",
        b"-not",
        b"-join",
        b"-f",
        b"-replace",
        b"-like",
        b"-match",
        b"-gt",
        b"-lt",
        b"-ge",
        b"-le",
        b"-in",
        b"-contains",
        b"-split",
        b"-xor",
        b"-is",
    ];
    OPERATORS.iter().any(|operator| word.eq_ignore_ascii_case(operator))
}
