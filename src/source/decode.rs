//! Raw bytes → UTF-8 text with LF, and the map back.

use super::{LARGEST, OffsetMap, Unreadable};

/// Decodes a file's bytes. See [`super::Source::new`].
pub(super) fn decode(raw: &[u8]) -> Result<(String, OffsetMap), Unreadable> {
    if raw.len() as u64 > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    match raw {
        [0xff, 0xfe, rest @ ..] => Ok(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Ok(utf16(rest, u16::from_be_bytes)),
        _ if memchr::memchr(0, raw).is_some() => Err(Unreadable::Binary),
        [0xef, 0xbb, 0xbf, rest @ ..] => Ok(utf8(rest, 3)),
        _ => Ok(utf8(raw, 0)),
    }
}

fn utf8(raw: &[u8], skipped: u32) -> (String, OffsetMap) {
    let mut out = Decoded::new(raw.len(), skipped);
    let mut at = skipped;
    for chunk in raw.utf8_chunks() {
        for line in chunk.valid().split_inclusive("\r\n") {
            at += line.len() as u32;
            match line.strip_suffix("\r\n") {
                Some(body) => {
                    out.text.push_str(body);
                    out.line_end(at);
                }
                None => out.text.push_str(line),
            }
        }
        if !chunk.invalid().is_empty() {
            out.text.push(char::REPLACEMENT_CHARACTER);
            at += chunk.invalid().len() as u32;
            out.map.push(out.text.len() as u32, at);
        }
    }
    (out.text, out.map)
}

fn utf16(raw: &[u8], unit: fn([u8; 2]) -> u16) -> (String, OffsetMap) {
    let mut out = Decoded::new(raw.len(), 2);
    let mut at = 2;
    let units = raw.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let mut chars = char::decode_utf16(units).peekable();
    while let Some(decoded) = chars.next() {
        let c = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
        at += 2 * c.len_utf16() as u32;
        if c == '\r' && chars.next_if(|next| matches!(next, Ok('\n'))).is_some() {
            at += 2;
            out.line_end(at);
        } else {
            out.text.push(c);
            out.map.push(out.text.len() as u32, at);
        }
    }
    (out.text, out.map)
}

struct Decoded {
    text: String,
    map: OffsetMap,
}

impl Decoded {
    fn new(capacity: usize, skipped: u32) -> Self {
        let mut map = OffsetMap::default();
        map.push(0, skipped);
        Self { text: String::with_capacity(capacity), map }
    }

    /// A line end of two characters, which ends at `after` in the file: the LF in the text stands for both, so that
    /// a span up to the line end leaves it alone and one over the line end covers all of it.
    fn line_end(&mut self, after: u32) {
        self.text.push('\n');
        self.map.push(self.text.len() as u32, after);
    }
}
