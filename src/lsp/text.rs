//! Places and texts as editors have them: lines and columns from 0, files as URIs. Knows sources, and nothing of findings.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::report::uri_path;
use crate::source::{Source, Span};

/// What a column counts, which client and server agree upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16: what every client knows.
    #[default]
    Utf16,
}

impl Encoding {
    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn width(self, c: char) -> u32 {
        match self {
            Self::Utf8 => c.len_utf8() as u32,
            Self::Utf16 => c.len_utf16() as u32,
        }
    }

    fn count(self, text: &str) -> u32 {
        text.chars().map(|c| self.width(c)).sum()
    }

    /// How many bytes of a line come before a column; all of them where it lies behind its end.
    fn bytes(self, line: &str, column: u32) -> usize {
        let mut left = column;
        for (at, c) in line.char_indices() {
            let width = self.width(c);
            if left < width {
                return at;
            }
            left -= width;
        }
        line.len()
    }
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Position {
    pub line: u32,
    pub character: u32,
}

/// From a place to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Range {
    pub start: Position,
    pub end: Position,
}

/// Where a span of a file lies.
pub(super) fn range(source: &Source, span: Span, encoding: Encoding) -> Range {
    let position = |offset: u32| {
        let offset = offset.min(source.text().len() as u32);
        let line = source.line(offset);
        let before = source.slice(Span::new(source.line_span(line).start, offset));
        Position { line: line - 1, character: encoding.count(before) }
    };
    Range { start: position(span.start), end: position(span.end) }
}

/// The offset of a place in a file.
pub(super) fn offset(source: &Source, at: Position, encoding: Encoding) -> u32 {
    let line = source.line_span(at.line.saturating_add(1));
    line.start + encoding.bytes(source.slice(line), at.character) as u32
}

/// A text with a part replaced, as an editor replaces it.
pub(super) fn replace(text: &mut String, range: Range, new: &str, encoding: Encoding) {
    let (start, end) = (at(text, range.start, encoding), at(text, range.end, encoding));
    text.replace_range(start.min(end)..end.max(start), new);
}

fn at(text: &str, place: Position, encoding: Encoding) -> usize {
    let mut start = 0;
    for _ in 0..place.line {
        match memchr::memchr(b'\n', text.as_bytes().get(start..).unwrap_or(&[])) {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let rest = text.get(start..).unwrap_or("");
    let line = rest.split('\n').next().unwrap_or("");
    start + encoding.bytes(line.strip_suffix('\r').unwrap_or(line), place.character)
}

/// The one part in which two texts differ, and what stands there in the second.
pub(super) fn difference(before: &str, after: &str, encoding: Encoding) -> Option<(Range, String)> {
    if before == after {
        return None;
    }
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let mut start = same(&mut before.chars().zip(after.chars()));
    // A line end of two characters is one.
    if before.get(..start).is_some_and(|text| text.ends_with('\r')) {
        start -= 1;
    }
    let (old, new) = (before.get(start..)?, after.get(start..)?);
    let mut end = same(&mut old.chars().rev().zip(new.chars().rev()));
    if old.get(old.len() - end..).is_some_and(|text| text.starts_with('\n')) {
        end -= 1;
    }
    let position = |offset: usize| {
        let text = before.get(..offset).unwrap_or("");
        let line = memchr::memchr_iter(b'\n', text.as_bytes()).count() as u32;
        Position { line, character: encoding.count(text.rsplit('\n').next().unwrap_or("")) }
    };
    let range = Range { start: position(start), end: position(before.len() - end) };
    Some((range, new.get(..new.len() - end)?.to_owned()))
}

/// The file that a URI names, if it is one on this machine.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host between the slashes is another machine, but for this one's name.
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.bytes();
    while let Some(byte) = left.next() {
        if byte == b'%' {
            let pair = [left.next()?, left.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let text = if cfg!(windows) { text.trim_start_matches('/').replace('/', "\\") } else { text };
    let path = PathBuf::from(text);
    path.is_absolute().then_some(path)
}

/// The URI of a file.
pub(super) fn uri(path: &Path) -> String {
    let text = crate::files::whole(path);
    let start = if text.starts_with('/') { "file://" } else { "file:///" };
    format!("{start}{}", uri_path(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: (u32, u32), end: (u32, u32)) -> Range {
        let at = |(line, character)| Position { line, character };
        Range { start: at(start), end: at(end) }
    }

    #[test]
    fn columns_count_what_was_agreed_upon() {
        let source = Source::new("a.sh", "x\né😀b\n".as_bytes()).unwrap();
        let b = Span::new(8, 9);
        assert_eq!(range(&source, b, Encoding::Utf16), span((1, 3), (1, 4)));
        assert_eq!(range(&source, b, Encoding::Utf8), span((1, 6), (1, 7)));
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            assert_eq!(offset(&source, range(&source, b, encoding).start, encoding), 8);
        }
        assert_eq!(offset(&source, Position { line: 9, character: 9 }, Encoding::Utf16), source.text().len() as u32);
    }

    #[test]
    fn texts_change_as_in_the_editor() {
        let mut text = "one\r\né😀 two\r\n".to_owned();
        replace(&mut text, span((1, 3), (1, 7)), "!", Encoding::Utf16);
        assert_eq!(text, "one\r\né😀!\r\n");
        replace(&mut text, span((0, 3), (1, 0)), "", Encoding::Utf16);
        assert_eq!(text, "oneé😀!\r\n");
        replace(&mut text, span((7, 0), (7, 0)), "end", Encoding::Utf16);
        assert_eq!(text, "oneé😀!\r\nend");
    }

    #[test]
    fn a_difference_made_again_gives_the_second_text() {
        for (before, after) in [
            ("a b c", "a x c"),
            ("a\r\nb\r\n", "a\r\nx\r\nb\r\n"),
            ("aaa", "aa"),
            ("é", "è"),
            ("", "x\n"),
            ("a\r\n", "a\r\n\r\n"),
        ] {
            let (range, new) = difference(before, after, Encoding::Utf16).unwrap();
            let mut text = before.to_owned();
            replace(&mut text, range, &new, Encoding::Utf16);
            assert_eq!(text, after, "{before:?}");
        }
        assert_eq!(difference("a", "a", Encoding::Utf8), None);
    }

    #[test]
    #[cfg(unix)]
    fn uris_name_files() {
        let odd = Path::new("/a b/é%#?.sh");
        assert_eq!(uri(odd), "file:///a%20b/%C3%A9%25%23%3F.sh");
        assert_eq!(path(&uri(odd)).as_deref(), Some(odd));
        assert_eq!(path("file://localhost/x").as_deref(), Some(Path::new("/x")));
        assert!(
            path("untitled:Untitled-1").is_none() && path("file://host/x").is_none() && path("file:///%zz").is_none()
        );
    }
}
