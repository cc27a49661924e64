//! Text and collections that are only partly known. Knows nothing of languages or of Google.
//!
//! A [`Value`] is a sequence of pieces: literal text, the output of a command that was not run, or a hole. Questions
//! about it are answered by [`Truth`]; a rule speaks only on `Yes`.

mod matching;
mod memo;
mod pattern;
mod place;
mod tree;
mod truth;

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

pub use matching::may_equal;
pub use memo::Memo;
pub use pattern::Pattern;
pub use place::Place;
pub use tree::{Attribute, Field, Items, Made, Map, Tree};
pub use truth::Truth;

/// Something whose text is not in the repository. Two holes with the same identity are always filled alike.
#[derive(Debug, Clone)]
pub struct Hole {
    /// How a message shows it: `${NAME}`, `<NAME>`, `…`.
    pub shown: Arc<str>,
    /// Identity: one number per (scope, name, definition) of a run.
    pub id: u64,
}

/// A number for a name: equal names have the same, others almost surely not. For holes that are told by their names.
pub fn identity(name: &str) -> u64 {
    // FNV-1a, 64 bits: the same in every run.
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The standard output of a command that was not run: its words as they would have been, and the names of the
/// commands that it was piped through.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command and its arguments.
    pub words: List,
    /// First words of the filters after it, with their arguments.
    pub filters: Vec<List>,
    /// What it means.
    pub memo: Memo,
}

/// One piece of a [`Value`].
#[derive(Debug, Clone)]
pub enum Piece {
    /// Literal text.
    Text(Arc<str>, Place),
    /// Not known.
    Hole(Hole, Place),
    /// What a command prints.
    Output(Arc<Output>, Place),
    /// What something declared will have once it is made.
    Attribute(Arc<Attribute>, Place),
}

impl Piece {
    /// Where it stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Text(_, place) | Self::Hole(_, place) | Self::Output(_, place) | Self::Attribute(_, place) => *place,
        }
    }

    /// Its text, where it is literal.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) => Some(text),
            _ => None,
        }
    }
}

/// A text that is only partly known.
#[derive(Debug, Clone, Default)]
pub struct Value {
    /// Most values have one.
    pieces: SmallVec<[Piece; 1]>,
    /// It holds a default that the environment may override: true of what is deployed as written, but no proof
    /// about which branch is taken.
    pub assumed: bool,
    /// It stood unquoted: it may have been no word at all, or several.
    pub loose: bool,
}

/// A sequence of values. When open, there may be more of them than are seen: absence is unknown.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// Those that are seen.
    pub items: Vec<Value>,
    /// Whether there may be others.
    pub open: bool,
}

impl Value {
    /// A literal.
    pub fn text(text: impl Into<Arc<str>>, place: Place) -> Self {
        Self::from(Piece::Text(text.into(), place))
    }

    /// A single hole.
    pub fn hole(shown: impl Into<Arc<str>>, id: u64, place: Place) -> Self {
        Self::from(Piece::Hole(Hole { shown: shown.into(), id }, place))
    }

    /// Something that is not known, and is no other thing than itself.
    pub fn unknown(place: Place) -> Self {
        Self::hole("…", identity(&format!("{}:{}:{}", place.file.0, place.span.start, place.span.end)), place)
    }

    /// Its pieces.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Appends a piece; empty text is dropped unless it is the only piece, whose place is worth keeping.
    pub fn push(&mut self, piece: Piece) {
        if matches!(&piece, Piece::Text(text, _) if text.is_empty()) && !self.pieces.is_empty() {
            return;
        }
        if let [Piece::Text(text, _)] = self.pieces.as_slice()
            && text.is_empty()
        {
            self.pieces.clear();
        }
        self.pieces.push(piece);
    }

    /// Appends all pieces of another value.
    pub fn append(&mut self, other: &Self) {
        for piece in &other.pieces {
            self.push(piece.clone());
        }
        self.assumed |= other.assumed;
    }

    /// Where it stands: the place of its first piece.
    pub fn place(&self) -> Option<Place> {
        self.pieces.first().map(Piece::place)
    }

    /// From a place at its start or before it to its end; that place alone where it stands elsewhere, as what a variable holds
    /// may.
    pub fn place_from(&self, start: Place) -> Place {
        /// Bytes between them: a continued line and its indentation.
        const MAX_BETWEEN: u32 = 200;
        let last = self.pieces.last().map(Piece::place);
        let together = |last: &Place| {
            let (begun, ended) = (start.span.end, last.span);
            last.file == start.file && ended.end >= begun && ended.start.saturating_sub(begun) < MAX_BETWEEN
        };
        last.filter(together).map_or(start, |last| start.through(last))
    }

    /// Its whole text, when every piece is literal.
    pub fn literal(&self) -> Option<String> {
        self.pieces.iter().map(Piece::text).collect()
    }

    /// The literal text before the first piece that is not literal.
    pub fn known_prefix(&self) -> String {
        self.pieces.iter().map_while(Piece::text).collect()
    }

    /// The literal text after the last piece that is not literal.
    pub fn known_suffix(&self) -> String {
        let from = self.pieces.iter().rposition(|piece| piece.text().is_none()).map_or(0, |last| last + 1);
        self.pieces.iter().skip(from).filter_map(Piece::text).collect()
    }

    /// Whether every piece is literal.
    pub fn is_literal(&self) -> bool {
        self.pieces.iter().all(|piece| piece.text().is_some())
    }

    /// Whether it is the empty text.
    pub fn is_empty(&self) -> Truth {
        if self.pieces.iter().any(|piece| piece.text().is_some_and(|text| !text.is_empty())) {
            Truth::No
        } else if self.is_literal() {
            Truth::Yes
        } else {
            Truth::Unknown
        }
    }

    /// Whether it is this text.
    pub fn equals(&self, text: &str) -> Truth {
        match self.literal() {
            Some(literal) => (literal == text).into(),
            None if may_be(self, text) => Truth::Unknown,
            None => Truth::No,
        }
    }

    /// Whether it starts with this text.
    pub fn starts_with(&self, text: &str) -> Truth {
        let prefix = self.known_prefix();
        if prefix.starts_with(text) {
            Truth::Yes
        } else if !self.is_literal() && text.starts_with(&prefix) {
            Truth::Unknown
        } else {
            Truth::No
        }
    }

    /// Whether it ends with this text.
    pub fn ends_with(&self, text: &str) -> Truth {
        let suffix = self.known_suffix();
        if suffix.ends_with(text) {
            Truth::Yes
        } else if !self.is_literal() && text.ends_with(&suffix) {
            Truth::Unknown
        } else {
            Truth::No
        }
    }

    /// Whether the literal parts contain this text. A hole may always hide it.
    pub fn contains(&self, text: &str) -> Truth {
        if self.literal_runs().iter().any(|run| run.contains(text)) {
            Truth::Yes
        } else if self.is_literal() {
            Truth::No
        } else {
            Truth::Unknown
        }
    }

    /// Maximal runs of literal text.
    pub fn literal_runs(&self) -> Vec<String> {
        let mut runs = vec![String::new()];
        for piece in &self.pieces {
            match (piece.text(), runs.last_mut()) {
                (Some(text), Some(run)) => run.push_str(text),
                _ => runs.push(String::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    /// The value without this literal prefix; `None` when it does not surely start with it.
    pub fn strip_prefix(&self, prefix: &str) -> Option<Self> {
        self.starts_with(prefix).is_yes().then(|| self.skip(prefix.len()))
    }

    /// The value without this literal suffix; `None` when it does not surely end with it.
    pub fn strip_suffix(&self, suffix: &str) -> Option<Self> {
        if !self.ends_with(suffix).is_yes() {
            return None;
        }
        let mut kept = self.pieces.clone();
        let mut left = suffix.len();
        while left > 0 {
            let Some(Piece::Text(text, place)) = kept.pop() else { return None };
            let cut = left.min(text.len());
            left -= cut;
            if cut < text.len() {
                let end = text.len() - cut;
                kept.push(Piece::Text(text.get(..end).unwrap_or("").into(), place.part(0..end)));
            }
        }
        let mut rest = self.emptied();
        for piece in kept {
            rest.push(piece);
        }
        Some(rest)
    }

    /// A value without pieces that is known as well as this one.
    fn emptied(&self) -> Self {
        Self { pieces: SmallVec::new(), assumed: self.assumed, loose: self.loose }
    }

    /// The value after its first `bytes` bytes, which must all be literal.
    fn skip(&self, bytes: usize) -> Self {
        let mut rest = self.emptied();
        let mut left = bytes;
        for piece in &self.pieces {
            match piece {
                Piece::Text(text, place) if left > 0 => {
                    let cut = left.min(text.len());
                    rest.push(Piece::Text(text.get(cut..).unwrap_or("").into(), place.part(cut..text.len())));
                    left -= cut;
                }
                _ => rest.push(piece.clone()),
            }
        }
        rest
    }

    /// Without the literal blanks before it.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let start = self.known_prefix();
        let blanks = start.get(..start.len() - start.trim_start().len()).unwrap_or("");
        self.strip_prefix(blanks).unwrap_or_else(|| self.clone())
    }

    /// Splits at the first literal occurrence of a separator; holes are not looked into.
    pub fn split_once(&self, separator: char) -> Option<(Self, Self)> {
        let mut head = self.emptied();
        for (index, piece) in self.pieces.iter().enumerate() {
            if let Piece::Text(text, place) = piece
                && let Some(at) = text.find(separator)
            {
                let after = at + separator.len_utf8();
                head.push(Piece::Text(text.get(..at).unwrap_or("").into(), place.part(0..at)));
                let mut tail = self.emptied();
                tail.push(Piece::Text(text.get(after..).unwrap_or("").into(), place.part(after..text.len())));
                for rest in self.pieces.iter().skip(index + 1) {
                    tail.push(rest.clone());
                }
                return Some((head, tail));
            }
            head.push(piece.clone());
        }
        None
    }

    /// Splits at every literal occurrence of a separator.
    pub fn split(&self, separator: char) -> Vec<Self> {
        self.split_by(separator.encode_utf8(&mut [0; 4]))
    }

    /// Splits at every literal occurrence of a separator of several characters, which is not empty.
    pub fn split_by(&self, separator: &str) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut part = self.emptied();
        for piece in &self.pieces {
            let Piece::Text(text, place) = piece else {
                part.push(piece.clone());
                continue;
            };
            let mut from = 0;
            for (at, found) in text.match_indices(separator) {
                part.push(Piece::Text(text.get(from..at).unwrap_or("").into(), place.part(from..at)));
                parts.push(std::mem::replace(&mut part, self.emptied()));
                from = at + found.len();
            }
            part.push(Piece::Text(text.get(from..).unwrap_or("").into(), place.part(from..text.len())));
        }
        parts.push(part);
        parts
    }

    /// Whether two values are surely the same text: the same literals and the same holes in the same order.
    pub fn same(&self, other: &Self) -> bool {
        let (a, b) = (self.normal(), other.normal());
        a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| x == y)
    }

    /// Literal runs and hole identities, for comparison.
    fn normal(&self) -> Vec<Atom> {
        let mut atoms: Vec<Atom> = Vec::new();
        for piece in &self.pieces {
            match (piece, atoms.last_mut()) {
                (Piece::Text(text, _), Some(Atom::Text(run))) => run.push_str(text),
                (Piece::Text(text, _), _) if text.is_empty() => {}
                (Piece::Text(text, _), _) => atoms.push(Atom::Text(text.to_string())),
                (Piece::Hole(hole, _), _) => atoms.push(Atom::Hole(hole.id)),
                (Piece::Output(output, _), _) => atoms.push(Atom::Output(output.to_string())),
                (Piece::Attribute(attribute, _), _) => {
                    atoms.push(Atom::Attribute(attribute.of.id, attribute.path.clone()));
                }
            }
        }
        atoms
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Atom {
    Text(String),
    Hole(u64),
    Output(String),
    Attribute(u64, String),
}

/// Whether some filling of the holes makes the value this text: literal runs occur in order.
fn may_be(value: &Value, text: &str) -> bool {
    let (prefix, suffix) = (value.known_prefix(), value.known_suffix());
    if text.len() < prefix.len() + suffix.len() || !text.starts_with(&prefix) || !text.ends_with(&suffix) {
        return false;
    }
    let mut rest = text.get(prefix.len()..text.len() - suffix.len()).unwrap_or("");
    let first_open = value.pieces.iter().position(|piece| piece.text().is_none()).unwrap_or(0);
    let last_open = value.pieces.iter().rposition(|piece| piece.text().is_none()).unwrap_or(0);
    let inner = Value { pieces: value.pieces.get(first_open..=last_open).unwrap_or(&[]).into(), ..Value::default() };
    for run in inner.literal_runs() {
        match rest.find(&run) {
            Some(at) => rest = rest.get(at + run.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

impl From<Piece> for Value {
    fn from(piece: Piece) -> Self {
        Self { pieces: [piece].into_iter().collect(), ..Self::default() }
    }
}

impl FromIterator<Piece> for Value {
    fn from_iter<I: IntoIterator<Item = Piece>>(pieces: I) -> Self {
        let mut value = Self::default();
        for piece in pieces {
            value.push(piece);
        }
        value
    }
}

/// As a message shows it: literals as they are, holes by their name.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text, _) => f.write_str(text),
            Self::Hole(hole, _) => f.write_str(&hole.shown),
            Self::Output(output, _) => write!(f, "$({output})"),
            Self::Attribute(attribute, _) => write!(f, "${{{}.{}}}", attribute.of.shown, attribute.path),
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{item}")?;
        }
        if self.open { f.write_str(" …") } else { Ok(()) }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.words)?;
        self.filters.iter().try_for_each(|filter| write!(f, " | {filter}"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    pub(crate) fn place(start: u32, end: u32) -> Place {
        Place::exact(FileId(0), Span::new(start, end))
    }

    /// `{X}` is a hole named X (identity from the name), all else literal.
    pub(crate) fn value(pattern: &str) -> Value {
        let mut out = Value::default();
        let mut at = 0;
        let text = |out: &mut Value, text: &str, at: &mut u32| {
            out.push(Piece::Text(text.into(), place(*at, *at + text.len() as u32)));
            *at += text.len() as u32;
        };
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap();
            if !before.is_empty() {
                text(&mut out, before, &mut at);
            }
            let end = at + name.len() as u32 + 2;
            let id = name.bytes().map(u64::from).sum();
            out.append(&Value::hole(format!("${{{name}}}"), id, place(at, end)));
            (at, rest) = (end, after);
        }
        if !rest.is_empty() || pattern.is_empty() {
            text(&mut out, rest, &mut at);
        }
        out
    }

    #[test]
    fn questions_answer_unknown_where_a_hole_decides() {
        let uri = value("https://{REGION}-run.googleapis.com/{P}:run");
        assert_eq!(uri.starts_with("https://"), Truth::Yes);
        assert_eq!(uri.starts_with("https://us"), Truth::Unknown);
        assert_eq!(uri.starts_with("http:"), Truth::No);
        assert_eq!(uri.ends_with(":run"), Truth::Yes);
        assert_eq!(uri.contains("run.googleapis.com"), Truth::Yes);
        assert_eq!(uri.contains("jobs"), Truth::Unknown);
        assert_eq!(uri.equals("https://x-run.googleapis.com/y:run"), Truth::Unknown);
        assert_eq!(uri.equals("https://x-run.googleapis.org/y:run"), Truth::No);
        assert_eq!(value("a{X}a").equals("a"), Truth::No);
    }

    #[test]
    fn pieces_keep_their_places_through_splitting() {
        let member = value("serviceAccount:{SA}@p.iam");
        let (kind, email) = member.split_once(':').unwrap();
        assert_eq!(kind.literal().as_deref(), Some("serviceAccount"));
        assert_eq!(email.to_string(), "${SA}@p.iam");
        let (_, domain) = email.split_once('@').unwrap();
        assert_eq!(domain.place(), Some(place(20, 25)));
        assert_eq!(value("a,b,,c").split(',').len(), 4);
    }

    #[test]
    fn ends_are_taken_away() {
        assert_eq!(value("{J}-x:run").strip_suffix(":run").unwrap().to_string(), "${J}-x");
        assert_eq!(value(":run").strip_suffix(":run").unwrap().is_empty(), Truth::Yes);
        assert!(value("{J}").strip_suffix(":run").is_none());
    }

    #[test]
    fn emptiness() {
        assert_eq!(value("").is_empty(), Truth::Yes);
        assert_eq!(value("{A}").is_empty(), Truth::Unknown);
        assert_eq!(value("{A}x").is_empty(), Truth::No);
        assert_eq!(Value::default().is_empty(), Truth::Yes);
    }

    #[test]
    fn same_wants_the_same_holes() {
        assert!(value("x{A}y").same(&value("x{A}y")));
        assert!(!value("x{A}y").same(&value("x{B}y")));
    }
}
