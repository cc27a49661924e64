//! Text and the places in it. Knows nothing of languages, Google, rules or the disk.
//!
//! Three coordinate systems meet here and nowhere else:
//!
//! - **raw bytes** of the file as it lies on disk (with its BOM, UTF-16, CRLF): what JSON reports and fixes edit;
//! - **text offsets** into [`Source::text`], the decoded UTF-8 with LF line ends: what every [`Span`] counts;
//! - **snippet offsets** into the text of an embedded language, which a [`Snippet`] maps back to a [`Span`].

mod decode;
mod form;
mod map;
mod snippet;

use std::sync::Arc;

use form::Form;
pub use map::OffsetMap;
pub use snippet::{Snippet, SnippetBuilder};

/// Files larger than this many raw bytes are not read, unless a project says otherwise; the run says so.
pub const MAX_SIZE: u64 = 1024 * 1024;

/// No file larger than this many raw bytes is read, whatever a project says: offsets are `u32`, and memory is bounded.
pub const LARGEST: u64 = 16 * MAX_SIZE;

/// Which file of a run: an index into the engine's list of sources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of byte offsets into [`Source::text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`; an end before the start gives an empty span at the start.
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The same range for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies wholly within.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A value with the span where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What stands there.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// A place as people and editors count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// Offset in raw bytes of the file, from 0.
    pub offset: u32,
}

/// Why a file's bytes are not linted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It has NUL bytes and is not UTF-16: no text.
    Binary,
    /// It is larger than [`LARGEST`].
    TooLarge,
}

/// One file: its name as reported, its decoded text, and the way back to its raw bytes. Clones share all of it.
#[derive(Debug, Clone)]
pub struct Source(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    path: String,
    text: String,
    map: OffsetMap,
    lines: Vec<u32>,
    form: Form,
}

impl Source {
    /// Decodes a file. `path` is the name it is reported by: relative, with `/`.
    ///
    /// UTF-8 and UTF-16 with a BOM are understood; bytes that are no UTF-8 become U+FFFD, their offsets kept.
    ///
    /// # Errors
    /// [`Unreadable`] when the bytes are not text or are too many.
    pub fn new(path: impl Into<String>, raw: &[u8]) -> Result<Self, Unreadable> {
        let (text, map) = decode::decode(raw)?;
        let form = Form::of(raw, &text, &map);
        let lines =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1)).collect();
        Ok(Self(Arc::new(Parts { path: path.into(), text, map, lines, form })))
    }

    /// A file without text.
    pub fn empty(path: impl Into<String>) -> Self {
        Self(Arc::new(Parts {
            path: path.into(),
            text: String::new(),
            map: OffsetMap::default(),
            lines: vec![0],
            form: Form::default(),
        }))
    }

    /// The name it is reported by.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The decoded text: UTF-8, LF, no BOM.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text at a span; empty when the span is not of this file.
    pub fn slice(&self, span: Span) -> &str {
        self.0.text.get(span.range()).unwrap_or("")
    }

    /// Where a text offset lies. Offsets past the end give the end.
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(self.0.text.len() as u32);
        let line = self.line(offset);
        let start = self.line_span(line).start;
        let column = self.slice(Span::new(start, offset)).chars().count() as u32 + 1;
        Position { line, column, offset: self.0.map.to_base(offset) }
    }

    /// The line, from 1, of a text offset. Cheaper than its [`Source::position`] in a long line.
    pub fn line(&self, offset: u32) -> u32 {
        self.0.lines.partition_point(|start| *start <= offset).max(1) as u32
    }

    /// The raw byte range that a span covers, for edits. An LF that stands for CRLF covers both bytes.
    pub fn raw_range(&self, span: Span) -> std::ops::Range<usize> {
        let raw = |offset: u32| self.0.map.to_base(offset.min(self.0.text.len() as u32)) as usize;
        raw(span.start)..raw(span.end)
    }

    /// The bytes of `text` as this file would hold them: in its encoding, with its line ends.
    pub fn encode(&self, text: &str) -> Vec<u8> {
        self.0.form.encode(text)
    }

    /// The span of a line (from 1) without its line end.
    pub fn line_span(&self, line: u32) -> Span {
        let index = (line.max(1) - 1) as usize;
        let start = self.0.lines.get(index).copied().unwrap_or(self.0.text.len() as u32);
        let end = self.0.lines.get(index + 1).map_or(self.0.text.len() as u32, |next| next - 1);
        Span::new(start, end)
    }

    /// Number of lines; an empty file has one.
    pub fn line_count(&self) -> u32 {
        self.0.lines.len() as u32
    }

    /// The whole text as a snippet.
    pub fn snippet(&self) -> Snippet {
        Snippet::whole(&self.0.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_raw_bytes() {
        let source = Source::new("a.sh", "\u{feff}é x\r\nyz".as_bytes()).unwrap();
        assert_eq!(source.text(), "é x\nyz");
        let at = source.text().find('z').unwrap() as u32;
        assert_eq!(source.position(at), Position { line: 2, column: 2, offset: 3 + 4 + 2 + 1 });
        assert_eq!(source.position(3), Position { line: 1, column: 3, offset: 3 + 3 });
    }

    #[test]
    fn utf16_offsets_are_raw_bytes() {
        let mut raw = vec![0xff, 0xfe];
        raw.extend("aé\n😀b".encode_utf16().flat_map(u16::to_le_bytes));
        let source = Source::new("a.sh", &raw).unwrap();
        assert_eq!(source.text(), "aé\n😀b");
        let at = source.text().find('b').unwrap() as u32;
        assert_eq!(source.position(at), Position { line: 2, column: 2, offset: 2 + 2 * 5 });
    }

    #[test]
    fn odd_bytes_keep_offsets() {
        let source = Source::new("a.sh", b"a\xff\xfeb\n").unwrap();
        let at = source.text().find('b').unwrap() as u32;
        assert_eq!(source.position(at).offset, 3);
        assert_eq!(Source::new("a", b"a\0b").unwrap_err(), Unreadable::Binary);
    }

    #[test]
    fn spans_cover_whole_line_ends_or_none_of_them() {
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("é\r\n😀\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for (raw, ends) in [("é\r\n😀\r\n".as_bytes(), [2, 4, 8, 10]), (&utf16, [4, 8, 12, 16])] {
            let source = Source::new("a.sh", raw).unwrap();
            assert_eq!(source.text(), "é\n😀\n");
            let spans = [(0, 2), (0, 3), (3, 7), (3, 8)].map(|(start, end)| Span::new(start, end));
            assert_eq!(spans.map(|span| source.raw_range(span).end), ends);
            assert_eq!(spans.map(|span| source.position(span.end).offset as usize), ends);
        }
    }

    #[test]
    fn an_undecodable_byte_before_a_line_end_has_its_own_range() {
        let source = Source::new("a.sh", b"a\xff\r\nb").unwrap();
        assert_eq!(source.text(), "a\u{fffd}\nb");
        assert_eq!(source.raw_range(Span::new(1, 4)), 1..2);
        assert_eq!(source.raw_range(Span::new(4, 99)), 2..5);
    }

    #[test]
    fn end_of_file_is_a_place() {
        let source = Source::new("a.sh", b"x\n").unwrap();
        assert_eq!(source.position(99), Position { line: 2, column: 1, offset: 2 });
        assert_eq!(source.line_span(1), Span::new(0, 1));
        assert_eq!(source.line_span(7), Span::new(2, 2));
    }
}
