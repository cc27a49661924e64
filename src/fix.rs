//! Edits → new bytes of a file. Knows no rule, no format and no disk.

use crate::finding::Edit;
use crate::source::Source;

/// Why edits are not applied; nothing is changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// Two edits replace the same text, or insert at the same place, so that their order would matter.
    Overlap,
    /// An edit's span does not lie in the file.
    OutOfBounds,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Overlap => "two edits touch the same text",
            Self::OutOfBounds => "an edit lies outside the file",
        })
    }
}

impl std::error::Error for Conflict {}

/// The bytes of a file after edits, which may come in any order and must all be of this file.
///
/// `raw` are the bytes that `source` was made from. What no edit covers stays byte for byte as it is: BOM, encoding,
/// line ends. Inserted text takes the file's encoding, and its line ends become the file's.
///
/// # Errors
/// [`Conflict`] when the edits overlap or do not lie in the file.
pub fn apply(raw: &[u8], source: &Source, edits: &[Edit]) -> Result<Vec<u8>, Conflict> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = Vec::with_capacity(raw.len());
    let mut done = None;
    for edit in edits {
        if source.text().get(edit.span.range()).is_none() {
            return Err(Conflict::OutOfBounds);
        }
        let range = source.raw_range(edit.span);
        // An insertion where a replacement begins is fine; two insertions at one place have no right order.
        if done.is_some_and(|(start, end)| range.start < end || (range.is_empty() && range.start == start)) {
            return Err(Conflict::Overlap);
        }
        let from = done.map_or(0, |(_, end)| end);
        out.extend_from_slice(raw.get(from..range.start).ok_or(Conflict::OutOfBounds)?);
        out.extend(source.encode(&edit.text));
        done = Some((range.start, range.end));
    }
    out.extend_from_slice(raw.get(done.map_or(0, |(_, end)| end)..).ok_or(Conflict::OutOfBounds)?);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { file: FileId(0), span: Span::new(start, end), text: text.to_owned() }
    }

    fn fixed(raw: &[u8], edits: &[Edit]) -> Result<Vec<u8>, Conflict> {
        apply(raw, &Source::new("a.sh", raw).unwrap(), edits)
    }

    #[test]
    fn edits_apply_in_any_order() {
        let out = fixed(b"one two three", &[edit(8, 13, "3"), edit(0, 3, "1"), edit(4, 4, ">")]);
        assert_eq!(out.unwrap(), b"1 >two 3");
        assert_eq!(fixed(b"same", &[]).unwrap(), b"same");
    }

    #[test]
    fn bom_and_line_ends_stay() {
        let out = fixed("\u{feff}é x\r\ny\r\n".as_bytes(), &[edit(3, 4, "X\nZ"), edit(5, 6, "")]);
        assert_eq!(out.unwrap(), "\u{feff}é X\r\nZ\r\n\r\n".as_bytes());
        let deleted_line = fixed(b"a\r\nb\r\nc", &[edit(2, 4, "")]);
        assert_eq!(deleted_line.unwrap(), b"a\r\nc");
        let crlf_given = fixed(b"a\r\nb", &[edit(0, 1, "x\r\ny")]);
        assert_eq!(crlf_given.unwrap(), b"x\r\ny\r\nb");
    }

    #[test]
    fn utf16_stays_utf16() {
        for (bom, bytes) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)] {
            let raw = |text: &str| bom.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>();
            // 😀 is four bytes in the text and in the file; é is two and two; b is one and two.
            let out = fixed(&raw("é😀b\r\nc"), &[edit(2, 6, "ü\n"), edit(6, 7, "😀")]);
            assert_eq!(out.unwrap(), raw("éü\r\n😀\r\nc"));
        }
    }

    #[test]
    fn undecodable_bytes_beside_an_edit_stay() {
        assert_eq!(fixed(b"\xff a \xfe", &[edit(4, 5, "b")]).unwrap(), b"\xff b \xfe");
    }

    #[test]
    fn conflicts_are_refused() {
        assert_eq!(fixed(b"abcd", &[edit(0, 2, "x"), edit(1, 3, "y")]), Err(Conflict::Overlap));
        assert_eq!(fixed(b"abcd", &[edit(1, 1, "x"), edit(1, 1, "y")]), Err(Conflict::Overlap));
        assert_eq!(fixed(b"abcd", &[edit(1, 2, "x"), edit(1, 2, "x")]), Err(Conflict::Overlap));
        assert_eq!(fixed(b"abcd", &[edit(3, 5, "x")]), Err(Conflict::OutOfBounds));
        assert_eq!(fixed("é".as_bytes(), &[edit(1, 2, "x")]), Err(Conflict::OutOfBounds));
        assert!(fixed(b"abcd", &[edit(1, 1, "x"), edit(1, 2, "y")]).is_ok());
        assert!(fixed(b"abcd", &[edit(0, 1, "x"), edit(1, 2, "y")]).is_ok());
    }
}
