//! How a file writes its text down: its encoding and line ends, for text that is to be put into it.

use super::OffsetMap;

/// Encoding and line ends of a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Form {
    encoding: Encoding,
    crlf: bool,
}

#[derive(Debug, Clone, Copy, Default)]
enum Encoding {
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Form {
    /// The form of a file whose bytes decode to `text` by `map`. Its first line end speaks for all.
    pub(super) fn of(raw: &[u8], text: &str, map: &OffsetMap) -> Self {
        let encoding = match raw {
            [0xff, 0xfe, ..] => Encoding::Utf16Le,
            [0xfe, 0xff, ..] => Encoding::Utf16Be,
            _ => Encoding::Utf8,
        };
        let unit = if matches!(encoding, Encoding::Utf8) { 1 } else { 2 };
        let crlf = memchr::memchr(b'\n', text.as_bytes())
            .is_some_and(|at| map.to_base(at as u32 + 1) - map.to_base(at as u32) == 2 * unit);
        Self { encoding, crlf }
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        let text = if self.crlf { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text.to_owned() };
        match self.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}
