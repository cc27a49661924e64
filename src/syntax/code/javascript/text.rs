//! The inside of texts and templates → their characters, with the way back.

use std::ops::Range;

use crate::source::{Snippet, SnippetBuilder};

/// A text from between its quotes.
pub(super) fn decoded(snippet: &Snippet, range: Range<usize>) -> Snippet {
    let mut out = Snippet::builder();
    let text = snippet.slice(range.clone());
    let (mut at, mut rest) = (range.start, text);
    while let Some(plain) = memchr::memchr(b'\\', rest.as_bytes()) {
        push(snippet, at..at + plain, &mut out);
        at += plain;
        rest = rest.get(plain..).unwrap_or_default();
        let (character, length) = escape(rest);
        if let Some(character) = character {
            let mut buffer = [0; 4];
            out.push_decoded(character.encode_utf8(&mut buffer), snippet.span(at..at + length));
        }
        at += length;
        rest = rest.get(length..).unwrap_or_default();
    }
    push(snippet, at..range.end, &mut out);
    out.finish()
}

/// A text as it stands there.
pub(super) fn raw(snippet: &Snippet, range: Range<usize>) -> Snippet {
    let mut out = Snippet::builder();
    push(snippet, range, &mut out);
    out.finish()
}

fn push(snippet: &Snippet, range: Range<usize>, out: &mut SnippetBuilder) {
    if !range.is_empty() {
        out.push_from(snippet, range);
    }
}

/// The character of an escape, if it stands for one, and the escape's length in bytes.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(sign) = text.chars().nth(1) else { return (None, text.len().max(1)) };
    let plain = 1 + sign.len_utf8();
    match sign {
        'n' => (Some('\n'), 2),
        't' => (Some('\t'), 2),
        'r' => (Some('\r'), 2),
        'b' => (Some('\u{8}'), 2),
        'f' => (Some('\u{c}'), 2),
        'v' => (Some('\u{b}'), 2),
        // The line goes on.
        '\r' if text.get(2..).is_some_and(|rest| rest.starts_with('\n')) => (None, 3),
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => (None, plain),
        '0'..='7' => {
            let digits = text.bytes().skip(1).take(3).take_while(|digit| matches!(digit, b'0'..=b'7')).count();
            let code = |count: usize| u32::from_str_radix(text.get(1..1 + count).unwrap_or_default(), 8).ok();
            let count = if code(digits).is_some_and(|code| code > 0xff) { digits - 1 } else { digits };
            (code(count).and_then(char::from_u32), 1 + count)
        }
        'x' => hex(text, 2..4).map_or((Some('x'), 2), |code| (char::from_u32(code), 4)),
        'u' => unicode(text).unwrap_or((Some('u'), 2)),
        other => (Some(other), plain),
    }
}

fn hex(text: &str, range: Range<usize>) -> Option<u32> {
    let digits = text.get(range).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

fn unicode(text: &str) -> Option<(Option<char>, usize)> {
    let shown = |code: u32| Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    if let Some(rest) = text.get(2..)?.strip_prefix('{') {
        // No code has more digits than these, but for zeros.
        let end = rest.bytes().take(16).position(|byte| byte == b'}').filter(|end| *end > 0)?;
        return Some((shown(hex(rest, 0..end)?), end + 4));
    }
    let first = hex(text, 2..6)?;
    if (0xd800..0xdc00).contains(&first)
        && text.get(6..8) == Some("\\u")
        && let Some(second) = hex(text, 8..12).filter(|second| (0xdc00..0xe000).contains(second))
    {
        return Some((shown(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)), 12));
    }
    Some((shown(first), 6))
}
