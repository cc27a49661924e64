//! JSON whose texts steer no terminal: characters that could are written as `\\u` escapes, which a reader turns back. No
//! information is lost. Knows nothing else.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use super::clean::is_hidden;

/// Writes a value on one line.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Escaping))?;
    out.write_all(b"\n")
}

/// Compact, with `\u` escapes for what [`is_hidden`].
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut compact = CompactFormatter;
        let mut rest = fragment;
        while let Some((plain, hidden, after)) = split_at_hidden(rest) {
            compact.write_string_fragment(out, plain)?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = after;
        }
        compact.write_string_fragment(out, rest)
    }
}

fn split_at_hidden(text: &str) -> Option<(&str, char, &str)> {
    let (at, hidden) = text.char_indices().find(|(_, c)| is_hidden(*c))?;
    let (plain, rest) = text.split_at_checked(at)?;
    Some((plain, hidden, rest.get(hidden.len_utf8()..)?))
}
