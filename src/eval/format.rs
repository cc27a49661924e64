//! Texts that are filled in by arguments.

use super::declare::Trees;
use super::exec::Machine;
use crate::program::{Format, Node, Style};
use crate::value::{Piece, Place, Tree, Value};

impl Machine<'_> {
    pub(super) fn format(&mut self, format: &Format) -> Trees {
        let text = self.tree(&format.text);
        let arguments: Vec<&Node> = format.arguments.iter().map(|(_, node)| node).collect();
        let names: Vec<Option<&str>> = format.arguments.iter().map(|(name, _)| name.as_deref()).collect();
        let parts = std::iter::once(text).chain(arguments.into_iter().map(|node| self.tree(node)).collect::<Vec<_>>());
        let filled = self.combined_by(
            parts,
            |_, trees| trees,
            |trees| {
                let Some((text, arguments)) = trees.split_first() else { return Tree::Null(format.place) };
                let filled = text.text().and_then(|text| filled(text, format.style, &names, arguments));
                Tree::Text(filled.unwrap_or_else(|| Value::unknown(format.place)))
            },
        );
        self.bounded(filled)
    }
}

/// `None`: it does more than that, or is given something else.
fn filled(text: &Value, style: Style, names: &[Option<&str>], arguments: &[Tree]) -> Option<Value> {
    let mut out = Value::default();
    out.assumed = text.assumed;
    let mut number = 0;
    for piece in text.pieces() {
        let Piece::Text(written, place) = piece else {
            out.push(piece.clone());
            continue;
        };
        let mut at = 0;
        let literal = |range: std::ops::Range<usize>| {
            let text = written.get(range.clone()).unwrap_or("");
            Piece::Text(text.into(), place.part(range))
        };
        while let Some(found) = next(style, written, at) {
            out.push(literal(at..found.start));
            at = found.end;
            let near = Place { exact: false, ..place.part(found.start..found.end) };
            let unnamed =
                || names.iter().zip(arguments).filter(|(name, _)| name.is_none()).map(|(_, argument)| argument);
            let argument = match found.field {
                Field::Literal(text) => {
                    out.push(Piece::Text(text.into(), near));
                    continue;
                }
                Field::Next => {
                    number += 1;
                    Some(unnamed().nth(number - 1)?)
                }
                Field::Number(index) => Some(unnamed().nth(index)?),
                Field::Name(name) => {
                    Some(names.iter().zip(arguments).find(|(known, _)| known.is_some_and(|known| known == name))?.1)
                }
                Field::Other => None,
            };
            match argument.and_then(Tree::text) {
                Some(value) => out.append(value),
                None => out.append(&Value::unknown(near)),
            }
        }
        out.push(literal(at..written.len()));
    }
    Some(out)
}

struct Found {
    start: usize,
    end: usize,
    field: Field,
}

/// What is filled in.
enum Field {
    Literal(&'static str),
    Next,
    Number(usize),
    Name(String),
    Other,
}

fn next(style: Style, text: &str, from: usize) -> Option<Found> {
    match style {
        Style::Braces => {
            let start = from + text.get(from..)?.find(['{', '}'])?;
            let rest = text.get(start..)?;
            for (escape, literal) in [("{{", "{"), ("}}", "}")] {
                if rest.starts_with(escape) {
                    return Some(Found { start, end: start + 2, field: Field::Literal(literal) });
                }
            }
            let length = rest.find('}')?;
            let field = match rest.get(1..length).unwrap_or("…") {
                "" => Field::Next,
                name if name.bytes().all(|byte| byte.is_ascii_digit()) => Field::Number(name.parse().ok()?),
                name if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                    Field::Name(name.to_owned())
                }
                _ => Field::Other,
            };
            Some(Found { start, end: start + length + 1, field })
        }
        Style::Percent => {
            let start = from + text.get(from..)?.find('%')?;
            let rest = text.get(start + 1..)?;
            let found = |length: usize, field| Some(Found { start, end: start + 1 + length, field });
            match rest.as_bytes() {
                [b'%', ..] => found(1, Field::Literal("%")),
                [b's' | b'v' | b'd', ..] => found(1, Field::Next),
                [b'(', ..] => {
                    let close = rest.find(')')?;
                    let name = rest.get(1..close)?.to_owned();
                    let plain = rest.get(close + 1..)?.starts_with(['s', 'd']);
                    found(close + 2, if plain { Field::Name(name) } else { Field::Other })
                }
                // A width or a precision.
                _ => {
                    let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
                    found(end + 1, Field::Other)
                }
            }
        }
    }
}
