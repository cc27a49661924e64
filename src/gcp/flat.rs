//! A partly known text as one string in which each hole is one character, with the way back to its pieces. Knows
//! nothing of principals; it lets them be looked at with the means of `str`.

use std::ops::Range;

use super::output::{Meaning, meaning_of_piece};
use crate::value::{Piece, Place, Value};

/// Stands for a hole. A control character in the text itself is taken for a hole, which only silences.
pub(super) const HOLE: char = '\u{1}';

/// A flattened value.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    text: String,
    pieces: Vec<Part>,
}

/// A piece: where its text lies in the whole and in the file, and, of a hole, how a message shows it.
#[derive(Debug, Clone)]
struct Part {
    range: Range<usize>,
    place: Place,
    shown: Option<String>,
    /// Whether it is the id of a project.
    is_project_id: bool,
}

impl Flat {
    /// Flattens a value.
    pub fn new(value: &Value) -> Self {
        let mut text = String::new();
        let mut pieces = Vec::new();
        for piece in value.pieces() {
            let start = text.len();
            let mut shown = None;
            match piece {
                Piece::Text(literal, _) => text.push_str(literal),
                Piece::Hole(..) | Piece::Output(..) | Piece::Attribute(..) => {
                    text.push(HOLE);
                    shown = Some(Value::from(piece.clone()).to_string());
                }
            }
            let is_project_id = matches!(meaning_of_piece(piece), Meaning::ProjectId);
            pieces.push(Part { range: start..text.len(), place: piece.place(), shown, is_project_id });
        }
        Self { text, pieces }
    }

    /// The text, with [`HOLE`] for each hole.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text from an offset on.
    pub fn after(&self, offset: usize) -> &str {
        self.text.get(offset..).unwrap_or("")
    }

    /// Whether the hole that starts at an offset is surely the id of a project.
    pub fn is_project_id(&self, offset: usize) -> bool {
        self.pieces.iter().any(|part| part.range.start == offset && part.is_project_id)
    }

    /// The same with another text in place of a range, to be judged: no file has it, so its places are those of the pieces
    /// that were there.
    pub fn with(&self, range: Range<usize>, replacement: &str) -> Self {
        let before = self.text.get(..range.start).unwrap_or("");
        let text = format!("{before}{replacement}{}", self.after(range.end));
        let moved = |at: usize| at + replacement.len() - range.len();
        let cut = |part: &Part, cut: Range<usize>| (!cut.is_empty()).then(|| Part { range: cut, ..part.clone() });
        let head = self.pieces.iter().filter_map(|part| cut(part, part.range.start..part.range.end.min(range.start)));
        let new = self.pieces.first().map(|first| Part {
            range: range.start..range.start + replacement.len(),
            shown: None,
            is_project_id: false,
            ..first.clone()
        });
        let tail = self.pieces.iter().filter(|part| part.range.end > range.end);
        let tail = tail.filter_map(|part| cut(part, moved(part.range.start.max(range.end))..moved(part.range.end)));
        Self { text, pieces: head.chain(new).chain(tail).collect() }
    }

    /// A range of the text as a message shows it, holes by their names.
    pub fn shown(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        for part in &self.pieces {
            let (start, end) = (part.range.start.max(range.start), part.range.end.min(range.end));
            if start < end {
                out.push_str(part.shown.as_deref().unwrap_or_else(|| self.text.get(start..end).unwrap_or("")));
            }
        }
        out
    }

    /// Where a range of the text stands. Exact only when it lies in one piece, a hole being whole or not touched.
    pub fn place(&self, range: Range<usize>) -> Option<Place> {
        let part = self.pieces.iter().find(|part| range.start < part.range.end).or_else(|| self.pieces.last())?;
        let (start, end) = (range.start.checked_sub(part.range.start)?, range.end.checked_sub(part.range.start)?);
        if range.end > part.range.end {
            return Some(Place::near(part.place.file, part.place.span));
        }
        Some(if part.shown.is_some() && end > 0 { part.place } else { part.place.part(start..end) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{place, value};

    #[test]
    fn holes_are_one_character_and_places_are_kept() {
        let flat = Flat::new(&value("ab{X}cd"));
        assert_eq!(flat.text(), "ab\u{1}cd");
        assert_eq!(flat.place(0..1), Some(place(0, 1)));
        assert_eq!(flat.place(4..5), Some(place(6, 7)));
        assert_eq!(flat.place(5..5), Some(place(7, 7)), "the end");
        assert_eq!(flat.place(2..3), Some(place(2, 5)), "a hole");
        assert_eq!(flat.place(2..2), Some(place(2, 2)), "before a hole");
        assert!(flat.place(1..4).is_some_and(|place| !place.exact), "over several pieces");
        assert_eq!(flat.shown(1..4), "b${X}c");
        let other = flat.with(3..4, "long");
        assert_eq!((other.text(), other.shown(1..8)), ("ab\u{1}longd", "b${X}longd".to_owned()));
        assert_eq!(flat.with(4..5, "").shown(0..4), "ab${X}c");
        assert_eq!(flat.with(0..1, "").shown(0..4), "b${X}cd", "what is behind moves");
        assert_eq!(flat.with(2..2, "-").shown(0..6), "ab-${X}cd");
        assert_eq!(Flat::new(&Value::default()).place(0..0), None);
        assert_eq!(Flat::new(&value("")).place(0..0), Some(place(0, 0)));
    }
}
