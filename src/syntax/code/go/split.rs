//! Text → its declarations, by brackets, strings and the first words of lines alone. Builds no tree.

use super::super::pieces::{Piece, Pieces};

/// What a declaration begins with, in the first column.
const HEADS: &[&[u8]] = &[b"func", b"type", b"var", b"const", b"import", b"package"];

/// Cuts a text.
pub(super) fn split(text: &str) -> Pieces {
    let mut scan = Scan::new(text, false);
    scan.run();
    if !scan.balanced {
        scan = Scan::new(text, true);
        scan.run();
    }
    // A declaration ends with its line.
    scan.masked.push(b'\n');
    if let Some(last) = scan.pieces.last_mut() {
        last.range.end = scan.masked.len();
    }
    let mut pieces = Pieces { masked: scan.masked, pieces: scan.pieces };
    pieces.close_comments();
    pieces
}

struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    recover: bool,
    masked: Vec<u8>,
    /// The brackets that close what is open.
    stack: Vec<u8>,
    pieces: Vec<Piece>,
    balanced: bool,
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
        }
    }

    fn run(&mut self) {
        while self.at < self.bytes.len() {
            if self.pieces.is_empty() || self.bytes.get(self.at.wrapping_sub(1)) == Some(&b'\n') && self.begins() {
                self.cut();
            }
            self.step();
        }
        self.balanced &= self.stack.is_empty();
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn begins(&self) -> bool {
        (self.stack.is_empty() || self.recover)
            && HEADS.iter().any(|head| {
                self.rest().strip_prefix(*head).is_some_and(|rest| matches!(rest.first(), Some(b' ' | b'\t' | b'(')))
            })
    }

    fn cut(&mut self) {
        self.stack.clear();
        if let Some(last) = self.pieces.last_mut() {
            last.range.end = self.at;
        }
        self.pieces.push(Piece { range: self.at..self.bytes.len(), depth: 0 });
    }

    fn step(&mut self) {
        let rest = self.rest();
        let byte = rest.first().copied().unwrap_or(0);
        self.at += match byte {
            b'/' if rest.get(1) == Some(&b'/') => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b'/' if rest.get(1) == Some(&b'*') => self.comment(),
            b'`' => {
                let length = memchr::memchr(b'`', rest.get(1..).unwrap_or_default());
                self.balanced &= length.is_some();
                length.map_or(1, |length| length + 2)
            }
            b'"' | b'\'' => quoted(rest, byte),
            b'{' | b'[' | b'(' => {
                self.stack.push(match byte {
                    b'{' => b'}',
                    b'[' => b']',
                    _ => b')',
                });
                if let Some(open) = self.pieces.last_mut() {
                    open.depth = open.depth.max(self.stack.len());
                }
                1
            }
            b'}' | b']' | b')' => {
                if self.stack.last() == Some(&byte) {
                    self.stack.pop();
                } else {
                    self.balanced = false;
                }
                1
            }
            _ => 1,
        };
    }

    /// The length of a comment. One that does not end is masked, for the grammar would look for its end at each word.
    fn comment(&mut self) -> usize {
        let rest = self.rest();
        if let Some(length) = memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"*/") {
            return length + 4;
        }
        self.balanced = false;
        for byte in self.masked.get_mut(self.at..).unwrap_or_default() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        rest.len()
    }
}

/// The length of a text that ends in its line.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    loop {
        match text.get(at) {
            Some(b'\\') => at += 1,
            Some(byte) if *byte == quote => return at + 1,
            None | Some(b'\n') => return at,
            _ => {}
        }
        at += 1;
    }
}
