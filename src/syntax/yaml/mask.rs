//! Template placeholders and other text that no YAML parser takes, replaced by text of equal length that it does.
//!
//! Knows lines and braces only. What was replaced is remembered, so that a scalar shows what stands in the file.

use std::ops::Range;

use super::json;

/// Longest placeholder looked at with its quotes, in bytes. Keeps hostile lines linear.
const LONGEST: usize = 2000;
/// How many comments of templates are looked at.
const COMMENTS: usize = 1000;

/// What a replaced range was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A placeholder: something else will stand there.
    Hole,
    /// Text that stands as it is and only the parser does not take.
    Kept,
    /// A directive between the lines of a block scalar, or an unreadable line: white space, or nothing at all.
    Void,
}

/// A text for the parser, and what was replaced in it.
#[derive(Debug, Clone)]
pub(super) struct Masked {
    bytes: Vec<u8>,
    /// Replaced ranges, ascending, apart.
    pub(super) ranges: Vec<(Range<usize>, What)>,
    /// Where entries may be that are not in the tree, ascending.
    pub(super) gaps: Vec<Gap>,
}

/// A line that the tree does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) at: usize,
    /// Whether the line could not be read, rather than being a directive.
    pub(super) lost: bool,
}

impl Masked {
    pub(super) fn new(text: &str) -> Self {
        let mut masked = Self { bytes: text.as_bytes().to_vec(), ranges: Vec::new(), gaps: Vec::new() };
        let is_json = json::is_json(text);
        let found = find(text, is_json);
        for hole in &found {
            masked.fill(text, hole.clone(), b'x');
            masked.ranges.push((hole.clone(), What::Hole));
        }
        if is_json {
            for comment in json::comments(text) {
                masked.fill(text, comment, b' ');
            }
        }
        masked.directives(text, &found);
        masked.controls(text);
        masked
    }

    /// The text for the parser; as long as the original.
    pub(super) fn text(&self) -> &str {
        // Whole characters are replaced by ASCII only.
        std::str::from_utf8(&self.bytes).unwrap_or("")
    }

    /// Takes the line around an offset out of the parser's sight: first its `${…}`, then all of it.
    /// False when that was done before.
    pub(super) fn give_up_line(&mut self, text: &str, at: usize) -> bool {
        let at = at.min(text.len());
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |len| at + len);
        if self.dollars(text, start..end) {
            return true;
        }
        let line = self.slice(start..end);
        if line.trim_start().is_empty() || line.trim_start().starts_with('#') {
            return false;
        }
        let start = start + line.len() - line.trim_start().len();
        self.comment(text, start..end);
        self.remember(std::iter::once((start..end, What::Void)));
        let index = self.gaps.partition_point(|gap| gap.at < start);
        self.gaps.insert(index, Gap { at: start, lost: true });
        true
    }

    /// Masks each `${…}` of a line that is not masked yet; whether there was one.
    fn dollars(&mut self, text: &str, line: Range<usize>) -> bool {
        let mut found = Vec::new();
        let mut at = line.start;
        let bytes = self.bytes.get(..line.end).unwrap_or_default();
        while let Some(len) = memchr::memmem::find(bytes.get(at..).unwrap_or_default(), b"${") {
            let start = at + len;
            let mut depth = 0usize;
            let len = bytes.iter().skip(start).position(|byte| {
                match byte {
                    b'{' => depth += 1,
                    b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                *byte == b'}' && depth == 0
            });
            let Some(len) = len else { break };
            at = start + len + 1;
            found.push(start..at);
        }
        for range in &found {
            self.fill(text, range.clone(), b'x');
        }
        let is_new = !found.is_empty();
        self.remember(found.into_iter().map(|range| (range, What::Kept)));
        is_new
    }

    /// Adds ranges, which take the place of those within them. A placeholder stays one.
    fn remember(&mut self, new: impl Iterator<Item = (Range<usize>, What)>) {
        let mut all = std::mem::take(&mut self.ranges);
        all.extend(new);
        all.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        for (range, what) in all {
            match self.ranges.last_mut() {
                Some((last, known)) if range.start < last.end => {
                    if *known == What::Kept && what == What::Hole {
                        *known = What::Hole;
                    }
                    last.end = last.end.max(range.end);
                }
                _ => self.ranges.push((range, what)),
            }
        }
    }

    fn slice(&self, range: Range<usize>) -> &str {
        self.bytes.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    /// Replaces all but white space at line ends and starts.
    fn fill(&mut self, text: &str, range: Range<usize>, with: u8) {
        let mut at = range.start;
        for line in text.get(range.clone()).unwrap_or("").split_inclusive('\n') {
            let is_first = at == range.start;
            let lead = if is_first { 0 } else { line.len() - line.trim_start_matches([' ', '\t']).len() };
            let body = line.trim_end_matches('\n').len();
            if let Some(bytes) = self.bytes.get_mut(at + lead..at + body.max(lead)) {
                bytes.fill(with);
            }
            at += line.len();
        }
    }

    fn comment(&mut self, text: &str, range: Range<usize>) {
        self.fill(text, range.clone(), b'x');
        let mut at = range.start;
        for line in text.get(range).unwrap_or("").split_inclusive('\n') {
            let lead = line.len() - line.trim_start().len();
            if let Some(byte) = self.bytes.get_mut(at + lead).filter(|byte| **byte != b'\n') {
                *byte = b'#';
            }
            at += line.len();
        }
    }

    /// Makes comments of the lines that hold placeholders only, and of those that stand left of the block scalar
    /// around them empty lines.
    fn directives(&mut self, text: &str, found: &[Range<usize>]) {
        let lines = Line::all(text, found);
        // The indentation of the node around, and that of the text once there is some.
        let mut block: Option<(usize, Option<usize>)> = None;
        for line in lines {
            let parent = block.map(|(parent, _)| parent);
            let inside = parent.is_some_and(|parent| line.indent > parent);
            if line.is_directive {
                if inside && block.and_then(|(_, content)| content).is_none_or(|content| line.indent >= content) {
                    continue;
                }
                let whole = line.range.start + line.indent..line.range.end;
                if parent.is_some_and(|parent| line.next_indent.is_some_and(|next| next > parent)) {
                    self.fill(text, whole.clone(), b' ');
                    let first = self.ranges.partition_point(|(range, _)| range.start < whole.start);
                    let own = self.ranges.iter_mut().skip(first);
                    own.take_while(|(range, _)| range.end <= whole.end).for_each(|(_, what)| *what = What::Void);
                    continue;
                }
                self.comment(text, whole.clone());
                if line.inserts {
                    self.gaps.push(Gap { at: whole.start, lost: false });
                }
                continue;
            }
            if line.is_blank {
                continue;
            }
            if let Some((_, content)) = block.as_mut().filter(|_| inside) {
                content.get_or_insert(line.indent);
                continue;
            }
            block = block_parent(self.slice(line.range.clone())).map(|parent| (parent, None));
        }
    }

    /// Control characters and the odd others that the parser refuses.
    fn controls(&mut self, text: &str) {
        let mut found = Vec::new();
        for (at, c) in text.char_indices() {
            let is_fine = matches!(c, '\t' | '\n' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
            let range = at..at + c.len_utf8();
            if is_fine || self.bytes.get(range.clone()) != text.as_bytes().get(range.clone()) {
                continue;
            }
            if let Some(bytes) = self.bytes.get_mut(range.clone()) {
                bytes.fill(if c == '\r' { b' ' } else { b'x' });
            }
            if c != '\r' {
                found.push((range, What::Kept));
            }
        }
        self.remember(found.into_iter());
    }
}

/// The indentation of the node whose value is a block scalar that this line begins; nothing when it begins none.
fn block_parent(line: &str) -> Option<usize> {
    let code = line.split_once(" #").map_or(line, |(code, _)| code).trim_end();
    let head = code.trim_end_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    let head = head.strip_suffix(['|', '>']).filter(|_| code.len() - head.len() <= 2)?;
    let before = head.trim_end();
    if before.len() == head.len() && !head.is_empty() {
        return None;
    }
    let word = before.rsplit([' ', '\t']).next().unwrap_or("");
    if !(word.ends_with(':') || word == "-" || word == "?" || word.starts_with(['!', '&'])) {
        return None;
    }
    let mut rest = line.trim_start_matches(' ');
    let mut column = line.len() - rest.len();
    while let Some(after) = rest.strip_prefix("- ") {
        let after = after.trim_start_matches(' ');
        if after.starts_with(['|', '>', '!', '&']) {
            break;
        }
        column += rest.len() - after.len();
        rest = after;
    }
    Some(column)
}

struct Line {
    range: Range<usize>,
    indent: usize,
    is_blank: bool,
    is_directive: bool,
    /// Whether something may be put there: not for comments and ends of blocks.
    inserts: bool,
    /// The indentation of the next line that is neither blank nor a directive.
    next_indent: Option<usize>,
}

impl Line {
    fn all(text: &str, found: &[Range<usize>]) -> Vec<Self> {
        let mut lines = Vec::new();
        let mut found = found.iter().peekable();
        let mut at = 0;
        while at < text.len() {
            let mut end = at + text.get(at..).and_then(|rest| rest.find('\n')).unwrap_or(text.len() - at);
            let (mut has, mut inserts, mut only) = (false, false, true);
            let mut from = at;
            while let Some(hole) = found.next_if(|hole| hole.start <= end) {
                // A placeholder of several lines makes one line of them.
                if hole.end > end {
                    end = hole.end
                        + text.get(hole.end..).and_then(|rest| rest.find('\n')).unwrap_or(text.len() - hole.end);
                }
                let inner = text.get(hole.clone()).unwrap_or("");
                has = true;
                inserts |= is_inserting(inner);
                // What GitHub's `${{ }}` stands for is a value, never a line.
                only &= is_blank(text, from..hole.start) && !inner.starts_with("${{");
                from = hole.end;
            }
            only &= is_blank(text, from..end);
            let line = text.get(at..end).unwrap_or("");
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            let is_blank = line.trim().is_empty();
            lines.push(Self {
                range: at..end,
                indent,
                is_blank,
                is_directive: has && only,
                inserts,
                next_indent: None,
            });
            at = end + 1;
        }
        let mut next = None;
        for line in lines.iter_mut().rev() {
            line.next_indent = next;
            if !line.is_blank && !line.is_directive {
                next = Some(line.indent);
            }
        }
        lines
    }
}

fn is_blank(text: &str, range: Range<usize>) -> bool {
    text.get(range).is_none_or(|part| part.trim().is_empty())
}

/// Whether a directive may bring entries: one that only closes a block, comments or sets a variable does not.
fn is_inserting(hole: &str) -> bool {
    if hole.starts_with("{#") {
        return false;
    }
    let inner = hole.trim_start_matches(['{', '%', '-', '~', ' ', '\t']);
    let word: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect();
    let sets = inner.starts_with('$') && inner.contains('=');
    !(sets || inner.starts_with("/*") || matches!(word.as_str(), "end" | "endif" | "endfor" | "set" | "define"))
}

/// The placeholders of a text, ascending: `${{ }}`, `{{ }}`, `{% %}`, `{# #}`, and Terraform's `%{ }` at a line's start.
fn find(text: &str, is_json: bool) -> Vec<Range<usize>> {
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
            Some(b'{') if before == Some(&b'$') => expression(text, brace).map(|end| brace - 1..end),
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
            found.push(hole);
        }
    }
    found
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
    /// The end of a `{{` that opens a line and closes on a later one, as long calls do in Helm charts.
    fn spread(&mut self, text: &str, brace: usize, line: &Range<usize>) -> Option<usize> {
        if !is_blank(text, line.start..brace) {
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
