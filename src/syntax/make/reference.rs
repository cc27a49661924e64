//! `$(X)`, `${X}`, `$X` and `$$` in a text, and the arguments of functions.

use std::ops::Range;

/// References within references, deeper than this, are not looked into.
pub const MAX_DEPTH: usize = 20;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is written.
    Text(Range<usize>),
    /// `$$`, which stands for `$`.
    Dollar(Range<usize>),
    /// A reference.
    Reference(Reference),
}

/// A reference: a variable, or the call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// All of it.
    pub range: Range<usize>,
    /// What stands between its brackets.
    pub inner: Range<usize>,
    /// Whether it ends: what does not reaches to the end of the text.
    pub closed: bool,
}

/// The parts of a text in order. References within references are parts of these.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let (mut at, mut start) = (0, 0);
    while let Some(dollar) = text.get(at..).and_then(|rest| memchr::memchr(b'$', rest.as_bytes())).map(|to| at + to) {
        let Some(next) = text.get(dollar + 1..).and_then(|rest| rest.chars().next()) else { break };
        let after = dollar + 1 + next.len_utf8();
        let piece = match next {
            '$' => Piece::Dollar(dollar..after),
            '(' | '{' => {
                let close = if next == '(' { b')' } else { b'}' };
                let end = closing(text.as_bytes(), after, next as u8, close);
                let inner = after..end.unwrap_or(text.len());
                let range = dollar..end.map_or(text.len(), |end| end + 1);
                Piece::Reference(Reference { range, inner, closed: end.is_some() })
            }
            _ => Piece::Reference(Reference { range: dollar..after, inner: dollar + 1..after, closed: true }),
        };
        if start < dollar {
            out.push(Piece::Text(start..dollar));
        }
        at = match &piece {
            Piece::Text(range) | Piece::Dollar(range) => range.end,
            Piece::Reference(reference) => reference.range.end,
        };
        start = at;
        out.push(piece);
    }
    if start < text.len() {
        out.push(Piece::Text(start..text.len()));
    }
    out
}

/// Where a bracket is closed.
fn closing(bytes: &[u8], from: usize, open: u8, close: u8) -> Option<usize> {
    let mut depth = 0_usize;
    for at in memchr::memchr2_iter(open, close, bytes.get(from..)?) {
        if bytes.get(from + at) == Some(&open) {
            depth += 1;
        } else if depth == 0 {
            return Some(from + at);
        } else {
            depth -= 1;
        }
    }
    None
}

/// The arguments of a function: what commas part, those in brackets aside. At most so many, the last one being the rest.
pub fn arguments(text: &str, range: Range<usize>, most: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0_usize, range.start);
    let bytes = text.as_bytes();
    for at in range.clone() {
        match bytes.get(at) {
            Some(b'(' | b'{') => depth += 1,
            Some(b')' | b'}') => depth = depth.saturating_sub(1),
            Some(b',') if depth == 0 && out.len() + 1 < most => {
                out.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(start..range.end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let of = |range: Range<usize>| text.get(range).unwrap().to_owned();
        pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(range) => of(range),
                Piece::Dollar(range) => format!("<{}>", of(range)),
                Piece::Reference(found) => format!("[{}{}]", of(found.inner), if found.closed { "" } else { "…" }),
            })
            .collect()
    }

    #[test]
    fn references_are_told_from_text() {
        assert_eq!(shown("a$(B)c${D}$@$$E$"), ["a", "[B]", "c", "[D]", "[@]", "<$$>", "E$"]);
        assert_eq!(shown("$(shell a (b) $(C))d"), ["[shell a (b) $(C)]", "d"]);
        assert_eq!(shown("${a (b} c)$é"), ["[a (b]", " c)", "[é]"]);
        assert_eq!(shown("$$(a) $(b"), ["<$$>", "(a) ", "[b…]"]);
        assert_eq!(shown(&"$(".repeat(100_000)).len(), 1);
        assert!(shown("").is_empty());
    }

    #[test]
    fn arguments_are_parted_by_commas_of_their_own() {
        let of = |text: &str, most| -> Vec<String> {
            arguments(text, 0..text.len(), most).into_iter().map(|range| text.get(range).unwrap().to_owned()).collect()
        };
        assert_eq!(of("a,$(b c,d),e", 9), ["a", "$(b c,d)", "e"]);
        assert_eq!(of("a,b,c", 2), ["a", "b,c"]);
        assert_eq!(of("", 9), [""]);
    }
}
