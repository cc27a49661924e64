//! Where templates stand in a text: `${{ }}`, `{{ }}`, `{% %}`, `{# #}`, `%{ }`. Knows lines and quotes only.

use std::ops::Range;

/// Longest placeholder looked at with its quotes or lines, in bytes. Keeps hostile lines linear.
const LONGEST: usize = 2000;
/// How many comments of templates are looked at.
const COMMENTS: usize = 1000;

/// Whether a directive may bring entries: one that only closes a block, comments or sets a variable does not.
pub(super) fn is_inserting(hole: &str) -> bool {
    if hole.starts_with("{#") {
        return false;
    }
    let inner = hole.trim_start_matches(['{', '%', '-', '~', ' ', '\t']);
    let word: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect();
    let sets = inner.starts_with('$') && inner.contains('=');
    !(sets || inner.starts_with("/*") || matches!(word.as_str(), "end" | "endif" | "endfor" | "set" | "define"))
}

/// The placeholders of a text, ascending: `${{ }}`, `{{ }}`, `{% %}`, `{# #}`, and Terraform's `%{ }` at a line's start.
pub(super) fn find(text: &str, is_json: bool) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 0..0);
    let mut ends = Ends::default();
    while let Some(brace) = memchr::memchr(b'{', bytes.get(at..).unwrap_or_default()).map(|n| at + n) {
        if brace >= line.end {
            let start = memchr::memrchr(b'\n', bytes.get(..brace).unwrap_or_default()).map_or(0, |n| n + 1);
            let end = memchr::memchr(b'\n', bytes.get(brace..).unwrap_or_default()).map_or(bytes.len(), |n| brace + n);
            line = start..end;
        }
        at = brace + 1;
        let before = brace.checked_sub(1).and_then(|n| bytes.get(n));
        let hole = match bytes.get(brace + 1) {
            Some(b'{') if before == Some(&b'$') => {
                // In a comment, each line is one of its own.
                let is_comment = text.get(line.clone()).is_some_and(|line| line.trim_start().starts_with('#'));
                expression(text, brace).filter(|end| !is_comment || *end <= line.end).map(|end| brace - 1..end)
            }
            Some(b'{') => {
                let end = ends.comment(text, brace);
                let end = end.or_else(|| closed(text, brace, line.end, "}}", &mut ends.brace));
                end.or_else(|| ends.spread(text, brace, &line)).map(|end| brace..end)
            }
            Some(b'%') => closed(text, brace, line.end, "%}", &mut ends.percent).map(|end| brace..end),
            Some(b'#') => closed(text, brace, line.end, "#}", &mut ends.hash).map(|end| brace..end),
            _ if before == Some(&b'%') && is_blank(text, line.start..brace - 1) => {
                text.get(brace..line.end).and_then(|rest| rest.find('}')).map(|len| brace - 1..brace + len + 1)
            }
            _ => None,
        };
        if let Some(hole) = hole.filter(|hole| !is_json || !crosses_string(text, hole.clone())) {
            at = hole.end;
            found.push(with_header(text, &line, hole));
        }
    }
    found
}

/// In `key: | {{ text | nindent 4 }}` the placeholder brings the text of the block scalar.
fn with_header(text: &str, line: &Range<usize>, hole: Range<usize>) -> Range<usize> {
    let before = text.get(line.start..hole.start).unwrap_or("");
    let header = before.trim_end().trim_end_matches(['-', '+']).strip_suffix(['|', '>']);
    match header.filter(|key| key.ends_with(": ")) {
        Some(key) => line.start + key.len()..hole.end,
        None => hole,
    }
}

/// In JSON, a quote ends the string that a placeholder stands in.
fn crosses_string(text: &str, hole: Range<usize>) -> bool {
    let mut escaped = false;
    text.get(hole).unwrap_or("").bytes().any(|byte| {
        let quote = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        quote
    })
}

/// Where GitHub's expression that begins with `{{` at an offset ends. Its strings are in single quotes.
fn expression(text: &str, brace: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let inner = bytes.get(brace..(brace + LONGEST).min(bytes.len()))?;
    let mut quoted = false;
    let mut plain = None;
    for (index, pair) in inner.windows(2).enumerate() {
        if pair.first() == Some(&b'\'') {
            quoted = !quoted;
        }
        if pair == b"}}" && index > 1 {
            if !quoted {
                return Some(brace + index + 2);
            }
            plain = plain.or(Some(brace + index + 2));
        }
        // Another one begins: this one was not closed.
        if pair == b"${" {
            break;
        }
    }
    plain
}

/// The end of a placeholder on its line; strings in it are passed over if that gives an end.
fn closed(text: &str, brace: usize, line_end: usize, mark: &str, without: &mut usize) -> Option<usize> {
    if *without >= line_end && line_end > 0 {
        return None;
    }
    let bytes = text.as_bytes();
    let inner = bytes.get(brace + 2..line_end)?;
    let Some(plain) = memchr::memmem::find(inner, mark.as_bytes()) else {
        *without = line_end;
        return None;
    };
    let mut quote = None;
    let mut end = plain;
    // Passing over strings matters only if one of them has the closing mark.
    for (index, byte) in inner.iter().take(LONGEST).enumerate() {
        match quote {
            None if inner.get(index..).is_some_and(|rest| rest.starts_with(mark.as_bytes())) => {
                end = index;
                break;
            }
            // Another one begins: the quote was none.
            Some(_) if index > plain && inner.get(index..).is_some_and(|rest| rest.starts_with(b"{{")) => break,
            None if b"\"'`".contains(byte) => quote = Some(*byte),
            Some(open) if open == *byte => quote = None,
            _ => {}
        }
    }
    let mut end = brace + 2 + end + mark.len();
    // `{{{ x }}}`
    if mark == "}}" && bytes.get(brace + 2) == Some(&b'{') && bytes.get(end) == Some(&b'}') {
        end += 1;
    }
    Some(end)
}

/// What is known of where no closing marks are, so that no part of a text is searched again and again.
#[derive(Default)]
struct Ends {
    /// Up to where on its line no `}}`, `%}`, `#}` was found.
    brace: usize,
    percent: usize,
    hash: usize,
    /// Up to where no `}}` was found on later lines.
    later: usize,
    /// Comments of several lines looked at.
    comments: usize,
}

impl Ends {
    /// The end of a `{{` that opens a line or a value and closes on a later one, as long calls do in Helm charts.
    fn spread(&mut self, text: &str, brace: usize, line: &Range<usize>) -> Option<usize> {
        let before = text.get(line.start..brace).unwrap_or("");
        if !(before.trim().is_empty() || before.ends_with(": ") || before.ends_with("- ")) {
            return None;
        }
        let last = (brace + LONGEST).min(text.len());
        let from = (brace + 2).max(self.later);
        let Some(len) = memchr::memmem::find(text.as_bytes().get(from..last)?, b"}}") else {
            self.later = last.saturating_sub(1);
            return None;
        };
        Some(from + len + 2)
    }

    /// The end of a `{{/* … */}}`, which may have placeholders and lines in it.
    fn comment(&mut self, text: &str, brace: usize) -> Option<usize> {
        let inner = text.as_bytes().get(brace + 2..(brace + LONGEST).min(text.len()))?;
        let begin = inner.iter().take_while(|byte| b"- ".contains(byte)).count();
        if !inner.get(begin..)?.starts_with(b"/*") || self.comments >= COMMENTS {
            return None;
        }
        self.comments += 1;
        let end = memchr::memmem::find(inner, b"*/")?;
        Some(brace + 2 + end + memchr::memmem::find(inner.get(end..)?, b"}}")? + 2)
    }
}

/// Whether a range has white space only.
pub(super) fn is_blank(text: &str, range: Range<usize>) -> bool {
    text.get(range).is_none_or(|part| part.trim().is_empty())
}
