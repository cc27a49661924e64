//! The text of strings and here-documents: what is meant, with its way back to the file.

use std::ops::Range;

use super::TemplatePart;
use crate::source::{Snippet, SnippetBuilder};

/// A part of a template that is no text.
pub(super) struct Piece {
    /// In the snippet.
    pub range: Range<usize>,
    /// `${~`: white space before it goes.
    pub trims_before: bool,
    /// `~}`: white space after it goes.
    pub trims_after: bool,
    pub part: TemplatePart,
}

/// The parts of a quoted string; `range` is what stands between its quotes.
pub(super) fn quoted(snippet: &Snippet, range: Range<usize>, pieces: Vec<Piece>) -> Vec<TemplatePart> {
    assemble(snippet, range, pieces, |run, out| decode(snippet, run, true, out))
}

/// The parts of a here-document; `range` reaches from its first word to its last.
pub(super) fn heredoc(snippet: &Snippet, range: Range<usize>, flush: bool, pieces: Vec<Piece>) -> Vec<TemplatePart> {
    let text = snippet.slice(range.clone());
    let start = text.find('\n').map_or(range.end, |at| range.start + at + 1);
    let end = text.rfind('\n').map_or(start, |at| range.start + at + 1).max(start);
    let indent = if flush { indentation(snippet, start..end, &pieces) } else { 0 };
    assemble(snippet, start..end, pieces, |run, out| {
        let mut at = run.start;
        for line in snippet.slice(run.clone()).split_inclusive('\n') {
            let end = at + line.len();
            let starts_line = at == start || snippet.slice(at - 1..at) == "\n";
            let cut = if starts_line { blank(line).min(indent) } else { 0 };
            decode(snippet, at + cut..end, false, out);
            at = end;
        }
    })
}

/// Spaces and tabs at the start.
fn blank(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// The indentation that all lines of a here-document share; lines within interpolations and empty lines do not count.
fn indentation(snippet: &Snippet, range: Range<usize>, pieces: &[Piece]) -> usize {
    let mut pieces = pieces.iter().peekable();
    let mut least = usize::MAX;
    let mut at = range.start;
    for line in snippet.slice(range).split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let mut within = false;
        while let Some(piece) = pieces.peek().filter(|piece| piece.range.start < end) {
            within |= piece.range.start < start;
            if piece.range.end > end {
                break;
            }
            pieces.next();
        }
        if !within && !line.trim_matches([' ', '\t', '\n']).is_empty() {
            least = least.min(blank(line));
        }
    }
    if least == usize::MAX { 0 } else { least }
}

/// Puts the text between the pieces.
fn assemble(
    snippet: &Snippet,
    range: Range<usize>,
    pieces: Vec<Piece>,
    decode: impl Fn(Range<usize>, &mut SnippetBuilder),
) -> Vec<TemplatePart> {
    let mut parts = Vec::new();
    let mut at = range.start;
    let mut trims = false;
    let text = |run: Range<usize>, trims_start: bool, trims_end: bool, parts: &mut Vec<TemplatePart>| {
        let mut run = run;
        if trims_start {
            run.start = run.end - snippet.slice(run.clone()).trim_start().len();
        }
        if trims_end {
            run.end = run.start + snippet.slice(run.clone()).trim_end().len();
        }
        let mut builder = Snippet::builder();
        decode(run, &mut builder);
        let found = builder.finish();
        if !found.text().is_empty() {
            parts.push(TemplatePart::Text(found));
        }
    };
    for piece in pieces {
        text(at..piece.range.start.max(at), trims, piece.trims_before, &mut parts);
        at = piece.range.end;
        trims = piece.trims_after;
        parts.push(piece.part);
    }
    text(at..range.end.max(at), trims, false, &mut parts);
    parts
}

/// Appends a run of text as it is meant. Only a quoted string knows escapes with a backslash.
fn decode(snippet: &Snippet, range: Range<usize>, quoted: bool, out: &mut SnippetBuilder) {
    let text = snippet.slice(range.clone());
    let bytes = text.as_bytes();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = memchr::memchr3(b'\\', b'$', b'%', bytes.get(at..).unwrap_or_default()) {
        at += found;
        match bytes.get(at..).unwrap_or_default() {
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => {
                // The second mark is the one that stays.
                out.push_from(snippet, range.start + from..range.start + at);
                from = at + 1;
                at += 3;
            }
            [b'\\', rest @ ..] if quoted => {
                out.push_from(snippet, range.start + from..range.start + at);
                let (c, length) = escape(rest);
                // From a text without a map comes a text without one.
                out.push_from(snippet, range.start + at..range.start + at);
                match c {
                    Some(c) => {
                        let place = if length > 2 { at + 1 } else { at + length - 1 };
                        let place = range.start + place;
                        out.push(c.encode_utf8(&mut [0; 4]), snippet.span(place..place + 1).start);
                        from = at + length;
                    }
                    None => from = at,
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    out.push_from(snippet, range.start + from..range.end);
}

/// The character of an escape, by what follows the backslash, and the length of all of it. What is no escape stays.
fn escape(rest: &[u8]) -> (Option<char>, usize) {
    let simple = |c| (Some(c), 2);
    match rest {
        [b'n', ..] => simple('\n'),
        [b't', ..] => simple('\t'),
        [b'r', ..] => simple('\r'),
        [b'"', ..] => simple('"'),
        [b'\\', ..] => simple('\\'),
        [b'u', digits @ ..] => unicode(digits, 4),
        [b'U', digits @ ..] => unicode(digits, 8),
        _ => (None, 1),
    }
}

fn unicode(digits: &[u8], count: usize) -> (Option<char>, usize) {
    let digits = digits.get(..count).and_then(|digits| std::str::from_utf8(digits).ok());
    let code =
        digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|d| u32::from_str_radix(d, 16).ok());
    match code {
        Some(code) => (Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)), count + 2),
        None => (None, 1),
    }
}
