//! Decodes a scalar as it is written, piece by piece, so that each byte of its text is known by its place.
//!
//! The parser gives the decoded text only. What is decoded here counts only if it is the same.

use std::ops::Range;

use super::Style;

/// A piece of a scalar's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The source's bytes at a range, as they are.
    Copy(Range<usize>),
    /// Text that the source writes otherwise at a range: an escape, a folded line end.
    Made(String, Range<usize>),
}

/// The pieces of the scalar that stands at `range` in `text`, quotes included; of a block scalar, its content.
/// Nothing when they do not make up `value`.
pub(super) fn parts(text: &str, range: Range<usize>, style: Style, value: &str) -> Option<Vec<Part>> {
    let raw = text.get(range.clone())?;
    let mut out = Parts::default();
    match style {
        Style::Plain => flow(&mut out, text, range, style)?,
        Style::Single | Style::Double => {
            let quote = if style == Style::Single { '\'' } else { '"' };
            raw.strip_prefix(quote)?.strip_suffix(quote)?;
            flow(&mut out, text, range.start + 1..range.end - 1, style)?;
        }
        Style::Literal | Style::Folded => block(&mut out, text, range, style, value)?,
    }
    is_same(&out.list, text, value).then_some(out.list)
}

fn is_same(parts: &[Part], text: &str, value: &str) -> bool {
    let mut rest = value;
    for part in parts {
        let piece = match part {
            Part::Copy(range) => text.get(range.clone()).unwrap_or("\0"),
            Part::Made(made, _) => made,
        };
        let Some(after) = rest.strip_prefix(piece) else { return false };
        rest = after;
    }
    rest.is_empty()
}

#[derive(Default)]
struct Parts {
    list: Vec<Part>,
}

impl Parts {
    fn copy(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        match self.list.last_mut() {
            Some(Part::Copy(last)) if last.end == range.start => last.end = range.end,
            _ => self.list.push(Part::Copy(range)),
        }
    }

    fn make(&mut self, text: impl Into<String>, range: Range<usize>) {
        let text = text.into();
        if !text.is_empty() {
            self.list.push(Part::Made(text, range));
        }
    }
}

/// Plain and quoted scalars: lines are folded, white space around line ends is dropped, escapes are resolved.
fn flow(out: &mut Parts, text: &str, range: Range<usize>, style: Style) -> Option<()> {
    let bytes = text.get(..range.end)?.as_bytes();
    let mut at = range.start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' => {
                let (end, breaks) = white(bytes, at);
                match breaks {
                    0 => out.copy(at..end),
                    1 => out.make(" ", at..end),
                    more => out.make("\n".repeat(more - 1), at..end),
                }
                at = end;
            }
            b'\'' if style == Style::Single => {
                if bytes.get(at + 1) != Some(&b'\'') {
                    return None;
                }
                out.make("'", at..at + 2);
                at += 2;
            }
            b'\\' if style == Style::Double && bytes.get(at + 1) == Some(&b'\n') => {
                let (end, breaks) = white(bytes, at + 1);
                out.make("\n".repeat(breaks - 1), at..end);
                at = end;
            }
            b'\\' if style == Style::Double => {
                let (c, len) = escape(text.get(at..range.end)?)?;
                out.make(c, at..at + len);
                at += len;
            }
            _ => {
                let rest = bytes.get(at..)?;
                let len = rest.iter().position(|b| b" \t\n'\\".contains(b)).unwrap_or(rest.len()).max(1);
                out.copy(at..at + len);
                at += len;
            }
        }
    }
    Some(())
}

/// The end of the white space at an offset, and how many line ends it has.
fn white(bytes: &[u8], at: usize) -> (usize, usize) {
    let run = bytes.get(at..).unwrap_or_default().iter().take_while(|b| b" \t\n".contains(b));
    let (mut len, mut breaks) = (0, 0);
    for byte in run {
        len += 1;
        breaks += usize::from(*byte == b'\n');
    }
    (at + len, breaks)
}

/// The character that an escape at the start of a text stands for, and how long the escape is.
fn escape(text: &str) -> Option<(char, usize)> {
    let digits = match text.as_bytes().get(1)? {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        other => return simple(*other).map(|c| (c, 2)),
    };
    let number = |at: usize, len: usize| u32::from_str_radix(text.get(at..at + len)?, 16).ok();
    let code = number(2, digits)?;
    if digits == 4 && (0xd800..0xdc00).contains(&code) {
        let low = number(8, 4).filter(|low| (0xdc00..0xe000).contains(low))?;
        return char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00)).map(|c| (c, 12));
    }
    char::from_u32(code).map(|c| (c, 2 + digits))
}

fn simple(letter: u8) -> Option<char> {
    Some(match letter {
        b'0' => '\0',
        b'a' => '\x07',
        b'b' => '\x08',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\x0b',
        b'f' => '\x0c',
        b'r' => '\r',
        b'e' => '\x1b',
        b' ' => ' ',
        b'"' => '"',
        b'/' => '/',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        _ => return None,
    })
}

/// Literal and folded scalars. The range starts at the first content character, whose column is the indentation.
/// How line ends at the end are kept is read off `value`.
fn block(out: &mut Parts, text: &str, range: Range<usize>, style: Style, value: &str) -> Option<()> {
    // Without content, the range is that of what follows or of the header.
    let range = if value.trim_start_matches('\n').is_empty() { range.end..range.end } else { range };
    let first = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = range.start - first;
    // Empty lines above the content belong to it.
    let above = value.len() - value.trim_start_matches('\n').len();
    let mut start = first;
    for _ in 0..above {
        start = text.get(..start.checked_sub(1)?)?.rfind('\n').map_or(0, |at| at + 1);
    }
    let mut lines = Lines { style, breaks: Vec::new(), started: false, was_blank: false };
    let mut at = start;
    for line in text.get(start..range.end)?.split_inclusive('\n') {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let spaces = body.bytes().take(indent).take_while(|b| *b == b' ').count();
        let content = at + spaces..at + body.len();
        if !content.is_empty() {
            lines.content(out, content, text);
        }
        if line.len() > body.len() {
            lines.breaks.push(at + body.len());
        }
        at += line.len();
    }
    let made = out.list.iter().map(|part| match part {
        Part::Copy(range) => range.len(),
        Part::Made(text, _) => text.len(),
    });
    // The line ends after the last line: as many as the value has.
    let missing = value.len().checked_sub(made.sum())?;
    for index in 0..missing {
        match lines.breaks.get(index) {
            Some(end) => out.copy(*end..end + 1),
            None => out.make("\n", range.end..range.end),
        }
    }
    Some(())
}

struct Lines {
    style: Style,
    /// Line ends since the last content.
    breaks: Vec<usize>,
    started: bool,
    /// Whether the last content line starts with white space, so that its line ends are kept.
    was_blank: bool,
}

impl Lines {
    fn content(&mut self, out: &mut Parts, range: Range<usize>, text: &str) {
        let is_blank = text.get(range.clone()).is_some_and(|line| line.starts_with([' ', '\t']));
        let folds = self.style == Style::Folded && self.started && !self.was_blank && !is_blank;
        let mut breaks = std::mem::take(&mut self.breaks).into_iter();
        if folds
            && let Some(first) = breaks.next()
            && breaks.len() == 0
        {
            out.make(" ", first..range.start);
        }
        for end in breaks {
            out.copy(end..end + 1);
        }
        out.copy(range);
        (self.started, self.was_blank) = (true, is_blank);
    }
}
