//! The words of an instruction whose variables Docker fills in: `ENV`, `ARG`, `COPY`.

use std::ops::Range;

/// Words of one instruction; more are not read.
const MAX_WORDS: usize = 1000;
/// Bytes in which the end of a variable or a placeholder is looked for.
const NEAR: usize = 300;

/// A word: text and variables side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Its parts in order.
    pub pieces: Vec<Piece>,
    /// Where it stands in the text, quotes included.
    pub range: Range<usize>,
}

/// A part of a word; ranges are those of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(Range<usize>),
    /// Text that is written otherwise: an escaped character.
    Made(String, Range<usize>),
    /// `$X`, `${X}`
    Variable(String, Range<usize>),
    /// `${X:-text}`
    VariableOr(String, String, Range<usize>),
    /// Something that is not followed, or a template.
    Unknown(Range<usize>),
}

/// The words of a text, cut at white space outside of quotes; with `whole` the text as one word.
pub fn words(text: &str, escape: char, whole: bool) -> Vec<Word> {
    let mut scan = Scan { text, escape, at: 0, word: None };
    let mut found = Vec::new();
    while let Some(c) = scan.rest().chars().next() {
        if c.is_whitespace() && !whole {
            found.extend(scan.word.take());
            if found.len() >= MAX_WORDS {
                return found;
            }
            scan.at += c.len_utf8();
        } else {
            scan.step(c);
        }
    }
    found.extend(scan.word.take());
    found
}

struct Scan<'t> {
    text: &'t str,
    escape: char,
    at: usize,
    word: Option<Word>,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Takes so many bytes into the word.
    fn word(&mut self, length: usize) -> &mut Word {
        let start = self.at;
        self.at += length;
        let word = self.word.get_or_insert_with(|| Word { pieces: Vec::new(), range: start..start });
        word.range.end = self.at;
        word
    }

    fn text(&mut self, length: usize) {
        let range = self.at..self.at + length;
        let pieces = &mut self.word(length).pieces;
        match pieces.last_mut() {
            Some(Piece::Text(last)) if last.end == range.start => last.end = range.end,
            _ => pieces.push(Piece::Text(range)),
        }
    }

    fn made(&mut self, text: &str, length: usize) {
        let range = self.at..self.at + length;
        self.word(length).pieces.push(Piece::Made(text.to_owned(), range));
    }

    fn step(&mut self, c: char) {
        match c {
            '\'' => self.single(),
            '"' => self.double(),
            _ if c == self.escape => {
                let next = self.rest().chars().nth(1);
                match next {
                    Some(next) => self.made(next.encode_utf8(&mut [0; 4]), 1 + next.len_utf8()),
                    None => self.text(1),
                }
            }
            _ => self.plain(c),
        }
    }

    fn single(&mut self) {
        self.word(1);
        let length = self.rest().find('\'').unwrap_or(self.rest().len());
        if length > 0 {
            self.text(length);
        }
        if !self.rest().is_empty() {
            self.word(1);
        }
    }

    fn double(&mut self) {
        self.word(1);
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' => {
                    self.word(1);
                    return;
                }
                _ if c == self.escape => match self.rest().chars().nth(1) {
                    Some(next) if next == '"' || next == '$' || next == self.escape => {
                        self.made(next.encode_utf8(&mut [0; 4]), 1 + next.len_utf8());
                    }
                    _ => self.text(1),
                },
                _ => self.plain(c),
            }
        }
    }

    fn plain(&mut self, c: char) {
        let near = |text: &'t str| text.get(..text.floor_char_boundary(NEAR)).unwrap_or(text);
        let rest = near(self.rest());
        if rest.starts_with("{{")
            && let Some(length) = rest.find("}}")
        {
            return self.unknown(length + 2);
        }
        if c == '<'
            && let Some(length) = rest.find('>')
            && rest.get(1..length).is_some_and(is_placeholder)
        {
            return self.unknown(length + 1);
        }
        if c != '$' {
            return self.text(c.len_utf8());
        }
        let behind = rest.get(1..).unwrap_or("");
        if let Some(inner) = behind.strip_prefix('{') {
            // What is too long to be looked through may end far away.
            let Some(length) = inner.find('}') else {
                let all = if inner.len() + 2 >= NEAR { self.rest().len() } else { 1 };
                return if all == 1 { self.text(1) } else { self.unknown(all) };
            };
            let range = self.at..self.at + length + 3;
            let piece = braced(inner.get(..length).unwrap_or(""), range);
            self.word(length + 3).pieces.push(piece);
            return;
        }
        let length = name_length(behind);
        if length == 0 {
            return self.text(1);
        }
        let range = self.at..self.at + 1 + length;
        let name = behind.get(..length).unwrap_or("").to_owned();
        self.word(1 + length).pieces.push(Piece::Variable(name, range));
    }

    fn unknown(&mut self, length: usize) {
        let range = self.at..self.at + length;
        self.word(length).pieces.push(Piece::Unknown(range));
    }
}

fn braced(inner: &str, range: Range<usize>) -> Piece {
    let length = name_length(inner);
    let (name, rest) = inner.split_at_checked(length).unwrap_or((inner, ""));
    match rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-')) {
        _ if name.is_empty() => Piece::Unknown(range),
        _ if rest.is_empty() => Piece::Variable(name.to_owned(), range),
        Some(default) if !default.contains(['$', '"', '\'', '\\']) => {
            Piece::VariableOr(name.to_owned(), default.to_owned(), range)
        }
        _ => Piece::Unknown(range),
    }
}

fn is_placeholder(inner: &str) -> bool {
    inner.starts_with(|c: char| c.is_ascii_alphabetic())
        && inner.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c))
}

fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts { text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each word as its text, with variables in brackets.
    fn shown(text: &str, escape: char) -> Vec<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Text(range) => text.get(range.clone()).unwrap().to_owned(),
            Piece::Made(made, _) => format!("({made})"),
            Piece::Variable(name, _) => format!("[{name}]"),
            Piece::VariableOr(name, default, _) => format!("[{name}|{default}]"),
            Piece::Unknown(range) => format!("[?{}]", text.get(range.clone()).unwrap()),
        };
        words(text, escape, false).iter().map(|word| word.pieces.iter().map(piece).collect()).collect()
    }

    #[test]
    fn words_are_cut_as_docker_cuts_them() {
        assert_eq!(shown("A=b C=\"d e\" F='g $h'i", '\\'), ["A=b", "C=d e", "F=g $hi"]);
        assert_eq!(shown("A=b\\ c D=\"\\\"e\\f\\$g\"", '\\'), ["A=b( )c", "D=(\")e\\f($)g"]);
        assert_eq!(shown("A=$B/${C}/${D:-e f}x", '\\'), ["A=[B]/[C]/[D|e f]x"]);
        assert_eq!(shown("A=$(date) B=$1 C=${D%x} E=$$", '\\'), ["A=$(date)", "B=$1", "C=[?${D%x}]", "E=$$"]);
        assert_eq!(
            shown("A={{ x y }}b B=<your-project> C=a<b", '\\'),
            ["A=[?{{ x y }}]b", "B=[?<your-project>]", "C=a<b"]
        );
        assert_eq!(shown("P=c:\\x` y", '`'), ["P=c:\\x( )y"]);
    }

    #[test]
    fn words_end_anywhere() {
        for text in ["", " ", "'", "\"", "\\", "\"\\", "$", "${", "${A", "\"${A", "{{", "<", "é", "\"é\\é"] {
            assert!(words(text, '\\', false).len() <= 1, "{text}");
        }
        assert_eq!(words("A b  c", '\\', true).len(), 1);
        assert_eq!(words("\"\"", '\\', false), [Word { pieces: Vec::new(), range: 0..2 }]);
        assert_eq!(words(&format!("A=${{B{}", "x".repeat(1000)), '\\', false)[0].pieces.len(), 2);
    }
}
