//! A text inside a text, with its way back.

use super::{OffsetMap, Span};

/// The text of an embedded language (a Markdown fence, a here-document, a quoted script) and the map of each of
/// its bytes to the file it stands in. Parsers take snippets, so nesting composes and spans are born right.
#[derive(Debug, Clone)]
pub struct Snippet {
    text: String,
    map: OffsetMap,
    end: u32,
    /// The span of all of it, where nothing finer is known.
    whole: Option<Span>,
}

impl Snippet {
    /// A whole file.
    pub fn whole(text: &str) -> Self {
        Self { text: text.to_owned(), map: OffsetMap::default(), end: text.len() as u32, whole: None }
    }

    /// A text of which nothing is known but where it stands as a whole: every part of it is at `whole`, and none is exact.
    pub fn unmapped(text: impl Into<String>, whole: Span) -> Self {
        Self { text: text.into(), map: OffsetMap::default(), end: whole.end, whole: Some(whole) }
    }

    /// Puts a snippet together from pieces of the file: see [`SnippetBuilder`].
    pub fn builder() -> SnippetBuilder {
        SnippetBuilder { text: String::new(), map: OffsetMap::default(), end: 0, whole: None }
    }

    /// The embedded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text at a range of snippet offsets; empty when out of bounds.
    pub fn slice(&self, range: std::ops::Range<usize>) -> &str {
        self.text.get(range).unwrap_or("")
    }

    /// The file's span of a range of snippet offsets.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        if let Some(whole) = self.whole {
            return whole;
        }
        if range.start >= self.text.len() {
            return Span::new(self.end, self.end);
        }
        self.map.span(range.start as u32..range.end.min(self.text.len()) as u32)
    }

    /// Whether the range stands in the file exactly as in the snippet.
    pub fn is_exact(&self, range: std::ops::Range<usize>) -> bool {
        self.whole.is_none() && self.map.is_exact(range.start as u32..range.end as u32)
    }

    /// The same places with another text of equal length, as masking makes it.
    ///
    /// # Errors
    /// Gives the text back when its length differs.
    pub fn with_text(&self, text: String) -> Result<Self, String> {
        if text.len() == self.text.len() {
            Ok(Self { text, map: self.map.clone(), end: self.end, whole: self.whole })
        } else {
            Err(text)
        }
    }
}

/// Builds a [`Snippet`] piece by piece, in ascending file order.
#[derive(Debug)]
pub struct SnippetBuilder {
    text: String,
    map: OffsetMap,
    end: u32,
    whole: Option<Span>,
}

impl SnippetBuilder {
    /// Appends text that stands at `at` in the file, byte for byte.
    pub fn push(&mut self, text: &str, at: u32) {
        self.map.push(self.text.len() as u32, at);
        self.text.push_str(text);
        self.end = at + text.len() as u32;
    }

    /// Appends the part `range` of another snippet.
    pub fn push_from(&mut self, base: &Snippet, range: std::ops::Range<usize>) {
        let (start, text) = (range.start, base.slice(range));
        // One part of unknown place makes the place of all unknown.
        if let Some(whole) = base.whole {
            self.whole = Some(self.whole.map_or(whole, |known| known.to(whole)));
            self.text.push_str(text);
            return;
        }
        let mut at = start;
        for line in text.split_inclusive('\n') {
            if base.is_exact(at..at + line.len()) {
                self.push(line, base.map.to_base(at as u32));
            } else {
                for (offset, c) in line.char_indices() {
                    self.push(c.encode_utf8(&mut [0; 4]), base.map.to_base((at + offset) as u32));
                }
            }
            at += line.len();
        }
    }

    /// The snippet.
    pub fn finish(self) -> Snippet {
        Snippet { text: self.text, map: self.map, end: self.end, whole: self.whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripped_lines_map_back() {
        let file = "> $ gcloud a\n> $ gcloud b\n";
        let mut builder = Snippet::builder();
        builder.push("gcloud a\n", 4);
        builder.push("gcloud b\n", 17);
        let snippet = builder.finish();
        let at = snippet.text().find('b').unwrap();
        let span = snippet.span(at..at + 1);
        assert_eq!(file.get(span.range()), Some("b"));
        assert!(!snippet.is_exact(0..snippet.text().len()));
        let mut nested = Snippet::builder();
        nested.push_from(&snippet, 7..snippet.text().len());
        let nested = nested.finish();
        let at = nested.text().find('b').unwrap();
        assert_eq!(file.get(nested.span(at..at + 1).range()), Some("b"));
    }
}
