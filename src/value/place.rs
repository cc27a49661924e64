//! Where a text stands in a file.

use crate::source::{FileId, Span};

/// Where a piece's own text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The span of the text in that file.
    pub span: Span,
    /// Whether the bytes at the span are the piece's text, so that they may be edited.
    pub exact: bool,
}

impl Place {
    /// A place whose bytes are exactly the text.
    pub fn exact(file: FileId, span: Span) -> Self {
        Self { file, span, exact: true }
    }

    /// A place that only points at where the text came from.
    pub fn near(file: FileId, span: Span) -> Self {
        Self { file, span, exact: false }
    }

    /// The place of bytes `range` of this piece; the whole place where the map is not exact.
    #[must_use]
    pub fn part(self, range: std::ops::Range<usize>) -> Self {
        if !self.exact {
            return self;
        }
        let start = self.span.start + range.start as u32;
        Self { span: Span::new(start, self.span.start + range.end as u32), ..self }
    }

    /// The place right behind this one.
    #[must_use]
    pub fn end(self) -> Self {
        Self { span: Span::new(self.span.end, self.span.end), ..self }
    }

    /// From where this one begins to where another one of the same file ends.
    #[must_use]
    pub fn through(self, last: Self) -> Self {
        Self { span: Span::new(self.span.start, last.span.end), exact: self.exact && last.exact, ..self }
    }
}
