//! A line for a shell that a program put together → what it does.

use super::shell;
use crate::program::{Block, Name, Op, Part, Quote, Use};
use crate::source::{Snippet, Span};
use crate::value::{Piece, Place, Value};

/// Lines for shells are written by scripts that stand in other languages at most this deep.
const NESTING: usize = 1;

/// Reads a line. For each piece of it that is not literal stands a variable, which has the name that `filling` gives
/// the piece's number.
pub fn line(value: &Value, filling: fn(usize) -> String) -> Option<Block> {
    let file = value.place()?.file;
    let places: Vec<(Place, usize)> = value
        .pieces()
        .iter()
        .map(|piece| (piece.place(), piece.text().map_or(1, str::len)))
        .map(|(place, length)| (place, if place.file == file { length } else { 0 }))
        .collect();
    let kept = in_order(&places);
    let (mut body, mut text, mut parts) = (Snippet::builder(), String::new(), Vec::new());
    // What comes from elsewhere stands where it is put in.
    let first = places.iter().zip(&kept).find(|(_, kept)| **kept).map(|((place, _), _)| place.span.start);
    let mut at = first.unwrap_or_default();
    for ((piece, (place, _)), kept) in value.pieces().iter().zip(&places).zip(kept) {
        let written = match piece {
            Piece::Text(text, _) => text.to_string(),
            Piece::Hole(..) | Piece::Output(..) | Piece::Attribute(..) => {
                let name = Name::Variable(filling(parts.len()));
                let used = Use { name, op: Op::Plain, quote: Quote::Whole, place: *place };
                parts.push(Part::Use(Box::new(used)));
                shell::mark(parts.len() - 1)
            }
        };
        match piece {
            Piece::Text(..) if kept && place.exact => body.push(&written, place.span.start),
            _ if kept => body.push_decoded(&written, place.span),
            _ => body.push_decoded(&written, Span::new(at, at)),
        }
        if kept {
            at = place.span.end;
        }
        text.push_str(&written);
    }
    shell::is_shell_script(&text).then(|| shell::filled(&body.finish(), file, &parts, NESTING))
}

/// Which of several places are taken so that they stand in the order of the file and hold as much text as can be.
fn in_order(places: &[(Place, usize)]) -> Vec<bool> {
    // For each place: the text up to it in the best order that ends with it, and the place before it there.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(places.len());
    for (number, (place, weight)) in places.iter().enumerate() {
        let before = best
            .iter()
            .zip(places)
            .enumerate()
            .take(number)
            .filter(|(_, (_, (other, weight)))| *weight > 0 && other.span.end <= place.span.start)
            .map(|(index, ((sum, _), _))| (*sum, index))
            .max();
        best.push((before.map_or(0, |(sum, _)| sum) + weight, before.map(|(_, index)| index)));
    }
    let mut kept = vec![false; places.len()];
    let last = best.iter().enumerate().filter(|(index, _)| places.get(*index).is_some_and(|(_, weight)| *weight > 0));
    let mut next = last.max_by_key(|(_, (sum, _))| *sum).map(|(index, _)| index);
    while let Some(index) = next {
        if let Some(kept) = kept.get_mut(index) {
            *kept = true;
        }
        next = best.get(index).and_then(|(_, before)| *before);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn the_longest_text_in_order_keeps_its_places() {
        let place = |start, end| (Place::near(FileId(0), Span::new(start, end)), (end - start) as usize);
        assert_eq!(in_order(&[place(50, 60), place(3, 8), place(70, 90)]), [true, false, true]);
        assert_eq!(in_order(&[place(3, 8), place(50, 60), place(4, 6)]), [true, true, false]);
        assert_eq!(in_order(&[]), [false; 0]);
    }
}
