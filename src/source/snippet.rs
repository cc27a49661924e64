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
    /// Parts that the file writes otherwise, such as escapes, ascending.
    decoded: Vec<Decoded>,
}

/// The part `start..end` of a snippet's text, which the file writes in other words at `span`.
#[derive(Debug, Clone, Copy)]
struct Decoded {
    start: u32,
    end: u32,
    span: Span,
}

impl Snippet {
    /// A whole file.
    pub fn whole(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            map: OffsetMap::default(),
            end: text.len() as u32,
            whole: None,
            decoded: Vec::new(),
        }
    }

    /// A text of which nothing is known but where it stands as a whole: every part of it is at `whole`, and none is exact.
    pub fn unmapped(text: impl Into<String>, whole: Span) -> Self {
        let map = OffsetMap::default();
        Self { text: text.into(), map, end: whole.end, whole: Some(whole), decoded: Vec::new() }
    }

    /// Puts a snippet together from pieces of the file: see [`SnippetBuilder`].
    pub fn builder() -> SnippetBuilder {
        SnippetBuilder { text: String::new(), map: OffsetMap::default(), end: 0, whole: None, decoded: Vec::new() }
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
        let range = range.start as u32..range.end.min(self.text.len()) as u32;
        let mut span = self.map.span(range.clone());
        if let Some(first) = self.decoded_at(range.start) {
            span.start = first.span.start;
        }
        if let Some(last) =
            range.end.checked_sub(1).filter(|end| *end >= range.start).and_then(|at| self.decoded_at(at))
        {
            span.end = last.span.end;
        }
        Span::new(span.start, span.end)
    }

    /// The decoded part that an offset lies in.
    fn decoded_at(&self, at: u32) -> Option<&Decoded> {
        let index = self.decoded.partition_point(|part| part.end <= at);
        self.decoded.get(index).filter(|part| part.start <= at)
    }

    /// Whether the range stands in the file exactly as in the snippet.
    pub fn is_exact(&self, range: std::ops::Range<usize>) -> bool {
        let range = range.start as u32..range.end as u32;
        let index = self.decoded.partition_point(|part| part.end <= range.start);
        let decoded = self.decoded.get(index).is_some_and(|part| part.start < range.end);
        self.whole.is_none() && !decoded && self.map.is_exact(range)
    }

    /// The same places with another text of equal length, as masking makes it.
    ///
    /// # Errors
    /// Gives the text back when its length differs.
    pub fn with_text(&self, text: String) -> Result<Self, String> {
        if text.len() == self.text.len() { Ok(Self { text, ..self.clone() }) } else { Err(text) }
    }
}

/// Builds a [`Snippet`] piece by piece, in ascending file order.
#[derive(Debug)]
pub struct SnippetBuilder {
    text: String,
    map: OffsetMap,
    end: u32,
    whole: Option<Span>,
    decoded: Vec<Decoded>,
}

impl SnippetBuilder {
    /// Appends text that stands at `at` in the file, byte for byte.
    pub fn push(&mut self, text: &str, at: u32) {
        self.map.push(self.text.len() as u32, at);
        self.text.push_str(text);
        self.end = at + text.len() as u32;
    }

    /// Appends text that the file writes in other words at `span`, as an escape does. It is never exact.
    pub fn push_decoded(&mut self, text: &str, span: Span) {
        if !text.is_empty() {
            let start = self.text.len() as u32;
            self.push(text, span.start);
            self.decoded.push(Decoded { start, end: self.text.len() as u32, span });
            self.end = span.end;
        }
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
                    let from = (at + offset) as u32;
                    let mut buffer = [0; 4];
                    let c = &*c.encode_utf8(&mut buffer);
                    match base.decoded_at(from) {
                        Some(part) => self.push_decoded(c, part.span),
                        None => self.push(c, base.map.to_base(from)),
                    }
                }
            }
            at += line.len();
        }
    }

    /// The snippet.
    pub fn finish(self) -> Snippet {
        Snippet { text: self.text, map: self.map, end: self.end, whole: self.whole, decoded: self.decoded }
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

    #[test]
    fn what_the_file_writes_otherwise_is_placed_and_never_exact() {
        // The file: say \"a\"
        let mut builder = Snippet::builder();
        builder.push("say ", 0);
        builder.push_decoded("\"", Span::new(4, 6));
        builder.push("a", 6);
        builder.push_decoded("\"", Span::new(7, 9));
        let snippet = builder.finish();
        assert_eq!(snippet.text(), "say \"a\"");
        assert_eq!(
            (snippet.span(4..5), snippet.span(4..6), snippet.span(0..7)),
            (Span::new(4, 6), Span::new(4, 7), Span::new(0, 9))
        );
        assert!(snippet.is_exact(0..4) && snippet.is_exact(5..6) && !snippet.is_exact(4..5) && !snippet.is_exact(3..6));
        let mut nested = Snippet::builder();
        nested.push_from(&snippet, 4..7);
        let nested = nested.finish();
        assert_eq!(
            (nested.span(0..1), nested.span(1..2), nested.span(2..3)),
            (Span::new(4, 6), Span::new(6, 7), Span::new(7, 9))
        );
        assert!(!nested.is_exact(0..1) && nested.is_exact(1..2));
    }
}
