//! What is done about a fault of the text, so that it costs a value or a line and not the rest of the document.

use std::ops::Range;

use super::mask::{Gap, Masked, What};

/// A fault that the parser found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// At an offset.
    At(usize),
    /// A line of a quoted scalar begins at an offset, too far left. Most parsers take it.
    Left(usize),
}

impl Masked {
    /// Takes a fault out of the parser's sight, with as little as will do. False when nothing is left to try.
    pub(super) fn mend(&mut self, text: &str, fault: Fault) -> bool {
        let (Fault::At(at) | Fault::Left(at)) = fault;
        let at = at.min(text.len());
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |len| at + len);
        matches!(fault, Fault::Left(_)) && self.join(start)
            || self.dollars(text, start..end)
            || self.marks(text, at)
            || self.line(text, start..end, at)
    }

    /// Masks each `${…}` of a line that is not masked yet: Terraform's templates have expressions in them.
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
            found.push((start..at, What::Kept));
        }
        self.replace(text, found)
    }

    /// Masks `@NAME@` and `%NAME%` everywhere when one is at fault, and otherwise the one character that no plain
    /// scalar may begin with.
    fn marks(&mut self, text: &str, at: usize) -> bool {
        let Some(mark) = self.bytes.get(at).copied().filter(|mark| b"@%`".contains(mark)) else { return false };
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(len) = memchr::memchr(mark, self.bytes.get(from..).unwrap_or_default()) {
            let start = from + len;
            let name =
                self.bytes.iter().skip(start + 1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
            let end = start + 1 + name.count();
            let is_name = mark != b'`' && end > start + 1 && self.bytes.get(end) == Some(&mark);
            if is_name {
                found.push((start..end + 1, What::Hole));
            } else if start == at {
                found.push((start..start + 1, What::Kept));
            }
            from = if is_name { end + 1 } else { end.max(start + 1) };
        }
        self.replace(text, found)
    }

    fn replace(&mut self, text: &str, found: Vec<(Range<usize>, What)>) -> bool {
        for (range, _) in &found {
            self.fill(text, range.clone(), b'x');
        }
        let any = !found.is_empty();
        self.remember(found.into_iter());
        any
    }

    /// Joins the lines of the quoted scalar that begins on the line before.
    fn join(&mut self, line: usize) -> bool {
        let before = self.bytes.get(..line.saturating_sub(1)).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let Some(quote) = open_quote(before.get(start..).unwrap_or_default()) else { return false };
        let rest = self.bytes.get(line..).unwrap_or_default();
        let Some(len) = closing(rest, quote) else { return false };
        let mut found = Vec::new();
        let mut at = line.saturating_sub(1);
        while let Some(next) = memchr::memchr(b'\n', self.bytes.get(at..line + len).unwrap_or_default()) {
            let end_of_line = at + next;
            let is_white = |byte: &&u8| b" \t\n".contains(byte);
            let lead = self.bytes.iter().take(end_of_line).rev().take_while(is_white).count();
            let tail = self.bytes.iter().skip(end_of_line).take_while(is_white).count();
            let range = end_of_line - lead..end_of_line + tail;
            at = range.end;
            let breaks = self.bytes.get(range.clone()).map_or(0, |white| memchr::memchr_iter(b'\n', white).count());
            found.push((range, What::Folded(breaks)));
        }
        for (range, _) in &found {
            if let Some(bytes) = self.bytes.get_mut(range.clone()) {
                bytes.fill(b' ');
            }
        }
        self.remember(found.into_iter());
        true
    }

    /// Makes a comment of a value, or if that was not enough, of the line. Its dashes stay while they can, so that
    /// the lines below do not become part of the item above.
    fn line(&mut self, text: &str, line: Range<usize>, at: usize) -> bool {
        let code = self.slice(line.clone());
        let lead = code.len() - code.trim_start().len();
        let mut rest = code.trim_start();
        while let Some(after) = rest.strip_prefix("- ") {
            rest = after.trim_start();
        }
        let dashes = line.end - rest.len();
        let value = value(rest).map(|len| dashes + len);
        let is_given_up = rest.is_empty() || rest.starts_with('#');
        let start = match value.filter(|value| *value <= at) {
            Some(value) => value,
            None if !is_given_up => dashes,
            None if line.start + lead < dashes => line.start + lead,
            None => return false,
        };
        self.comment(text, start..line.end);
        self.remember(std::iter::once((start..line.end, What::Kept)));
        let index = self.gaps.partition_point(|gap| gap.at < start);
        self.gaps.insert(index, Gap { at: start, lost: true });
        true
    }
}

/// Where the value of the simple key that a line begins with begins.
fn value(line: &str) -> Option<usize> {
    let is_key = |c: char| c.is_alphanumeric() || "_-./$\"'".contains(c);
    let key = line.find(|c| !is_key(c)).filter(|len| *len > 0)?;
    let after = line.get(key..)?.strip_prefix(": ")?.trim_start();
    (!after.is_empty() && !after.starts_with('#')).then(|| line.len() - after.len())
}

/// The quote of a line that is not closed on it.
fn open_quote(line: &[u8]) -> Option<u8> {
    let mut at = 0;
    let mut before = b' ';
    while let Some(byte) = line.get(at) {
        if b"\"'".contains(byte) && b" [{,".contains(&before) {
            let rest = line.get(at + 1..).unwrap_or_default();
            match closing(rest, *byte) {
                Some(len) => at += len + 1,
                None => return Some(*byte),
            }
        }
        before = *byte;
        at += 1;
    }
    None
}

/// Where a quoted scalar ends, from within.
fn closing(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        at += match byte {
            b'\\' if quote == b'"' => 2,
            byte if *byte == quote && quote == b'\'' && next == Some(&quote) => 2,
            byte if *byte == quote => return Some(at),
            _ => 1,
        };
    }
    None
}
