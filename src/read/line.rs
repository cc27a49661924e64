//! A line for a shell that a program put together → what it does.

use super::shell;
use crate::program::{Block, Name, Op, Part, Quote, Use};
use crate::source::Snippet;
use crate::value::{Piece, Value};

/// Lines for shells are written by scripts that stand in other languages at most this deep.
const NESTING: usize = 1;

/// Reads a line. For each piece of it that is not literal stands a variable, which has the name that `filling` gives
/// the piece's number.
pub fn line(value: &Value, filling: fn(usize) -> String) -> Option<Block> {
    let file = value.place()?.file;
    // Pieces of one file in their order keep their places; others only say which text it is.
    let in_order = value.pieces().is_sorted_by(|a, b| a.place().span.end <= b.place().span.start);
    let in_order = in_order && value.pieces().iter().all(|piece| piece.place().file == file);
    let (mut body, mut text, mut parts) = (Snippet::builder(), String::new(), Vec::new());
    for piece in value.pieces() {
        let place = piece.place();
        let written = match piece {
            Piece::Text(text, _) => text.to_string(),
            Piece::Hole(..) | Piece::Output(..) | Piece::Attribute(..) => {
                let name = Name::Variable(filling(parts.len()));
                let used = Use { name, op: Op::Plain, quote: Quote::Whole, place };
                parts.push(Part::Use(Box::new(used)));
                shell::mark(parts.len() - 1)
            }
        };
        match piece {
            Piece::Text(..) if place.exact => body.push(&written, place.span.start),
            _ => body.push_decoded(&written, place.span),
        }
        text.push_str(&written);
    }
    if !shell::is_shell_script(&text) {
        return None;
    }
    let whole = value.pieces().iter().map(Piece::place).filter(|place| place.file == file).map(|place| place.span);
    let whole = whole.reduce(crate::source::Span::to)?;
    let body = if in_order { body.finish() } else { Snippet::unmapped(text, whole) };
    Some(shell::filled(&body, file, &parts, NESTING))
}
