//! Template placeholders and other text that no YAML parser takes, replaced by text of equal length that it does.
//!
//! Knows lines and braces only. What was replaced is remembered, so that a scalar shows what stands in the file.

use std::ops::Range;

use super::{json, template};

/// What a replaced range was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A placeholder: something else will stand there.
    Hole,
    /// Text that stands as it is and only the parser does not take.
    Kept,
    /// A directive left of the block scalar that it stands in: all of it is in the text if any is.
    Whole,
    /// Line ends in a quoted scalar with the white space around them, this many.
    Folded(usize),
}

/// A text for the parser, and what was replaced in it.
#[derive(Debug, Clone)]
pub(super) struct Masked {
    pub(super) bytes: Vec<u8>,
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
        let found = template::find(text, is_json);
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

    /// Adds ranges, which take the place of those within them. A placeholder stays one.
    pub(super) fn remember(&mut self, new: impl Iterator<Item = (Range<usize>, What)>) {
        let mut all: Vec<_> = new.collect();
        if all.is_empty() {
            return;
        }
        all.append(&mut self.ranges);
        // Of equal ranges, the new one stands first.
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

    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.bytes.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
    }

    /// Replaces all but white space at line ends and starts.
    pub(super) fn fill(&mut self, text: &str, range: Range<usize>, with: u8) {
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

    pub(super) fn comment(&mut self, text: &str, range: Range<usize>) {
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
        let mut shifted = Vec::new();
        for line in lines {
            let parent = block.map(|(parent, _)| parent);
            let inside = parent.is_some_and(|parent| line.indent > parent);
            if line.is_directive {
                if inside && block.and_then(|(_, content)| content).is_none_or(|content| line.indent >= content) {
                    continue;
                }
                let whole = line.range.start + line.indent..line.range.end;
                if let Some(next) = line.next_indent.filter(|next| parent.is_some_and(|parent| *next > parent)) {
                    let column = block.and_then(|(_, content)| content).unwrap_or(next);
                    self.shift(text, line.range.clone(), column);
                    shifted.push((whole, What::Whole));
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
        self.remember(shifted.into_iter());
    }

    /// Moves what stands in lines to a column.
    fn shift(&mut self, text: &str, range: Range<usize>, column: usize) {
        let mut at = range.start;
        for line in text.get(range).unwrap_or("").split_inclusive('\n') {
            let body = line.trim_end_matches('\n').len();
            if let Some((left, right)) =
                self.bytes.get_mut(at..at + body).and_then(|bytes| bytes.split_at_mut_checked(column.min(body)))
            {
                left.fill(b' ');
                right.fill(b'x');
            }
            at += line.len();
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
                inserts |= template::is_inserting(inner);
                // What GitHub's `${{ }}` stands for is a value, never a line.
                only &= template::is_blank(text, from..hole.start) && !inner.starts_with("${{");
                from = hole.end;
            }
            only &= template::is_blank(text, from..end);
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
