//! What is said: a fault at a place, and how to mend it. Knows no rule and no format.

use crate::source::{FileId, Span};

/// How sure, and how bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Better practice; shown on request.
    Advice,
    /// Very probably fails.
    Warning,
    /// Will fail, or is a hole in security, for sure.
    Error,
}

impl Level {
    /// All, from the worst.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Advice];

    /// The level that a word is for.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// The word for it in every format.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Advice => "advice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place with what it has to do with the fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
    /// A few words; may be empty for the primary place.
    pub message: String,
}

/// Whether a fix may be applied unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// Certain and meaning-preserving.
    Safe,
    /// Changes who may do what, or rests on a guess.
    Unsafe,
}

impl Safety {
    /// The word for it in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// A set of edits that mends a finding; all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied unasked.
    pub safety: Safety,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A fault at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How sure and how bad.
    pub level: Level,
    /// What is wrong here, and what Google will answer. One paragraph, no line end.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// Where: the flag or argument that names the wrong thing.
    pub primary: Label,
    /// Other places that bear on it.
    pub related: Vec<Label>,
    /// How to mend it, where that is known.
    pub fix: Option<Fix>,
    /// Text that names the finding through edits elsewhere: what is pointed at, and the enclosing statement, white space
    /// folded. The fingerprint is made of it.
    pub anchor: String,
    /// The statement that it is about, where it is about one. For suppressions alone; no format writes it.
    pub statement: Option<(FileId, Span)>,
}

/// Words that say what a statement is about.
const MOST_WORDS: usize = 8;

impl Finding {
    /// A number for "the same finding as in another run": of the rule, the path and the anchor, not of the line.
    pub fn fingerprint(&self, path: &str) -> String {
        hash(&[self.rule, path, &self.anchor])
    }

    /// The same of what is pointed at and of how its statement begins: what that is about, whatever flags or lines it has.
    pub fn place(&self, path: &str) -> String {
        let (pointed, statement) = self.anchor.split_once('\n').unwrap_or((&self.anchor, ""));
        let words = statement.split(' ').take(MOST_WORDS);
        let is_flag = |word: &str| word.trim_start_matches(['"', '\'']).starts_with('-');
        let about: Vec<&str> = words.take_while(|word| !is_flag(word) && !word.contains('{')).collect();
        hash(&[self.rule, path, pointed, &about.join(" ")])
    }
}

/// 16 hexadecimal digits for some texts.
fn hash(texts: &[&str]) -> String {
    // FNV-1a, 64 bits: stable over versions of Rust and of authlint, and no secret.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in texts.join("\0").bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
