//! JSON whose texts steer neither a terminal nor the log of a CI system: characters that could are written as `\\u` escapes,
//! which a reader turns back. No information is lost. Knows nothing else.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};

use super::clean::{is_hidden, opens_mark};

/// Writes a value on one line.
pub(super) fn write(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, Escaping))?;
    out.write_all(b"\n")
}

/// Compact, with `\u` escapes for what [`is_hidden`] and the bracket of what [`opens_mark`].
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut compact = CompactFormatter;
        let (mut opens, mut done) = (opens_mark(), 0);
        for (at, c) in fragment.char_indices() {
            if opens(c) || is_hidden(c) {
                compact.write_string_fragment(out, fragment.get(done..at).unwrap_or(""))?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                done = at + c.len_utf8();
            }
        }
        compact.write_string_fragment(out, fragment.get(done..).unwrap_or(""))
    }
}
