//! Scripts whose text another language fills in before a shell sees it: `$(X)` of a Makefile, `{{ x }}` of a justfile,
//! `$_X` of a build. Knows none of these languages.

use super::shell;
use crate::program::{Block, Expr, Name, Op, Part, Quote, Use};
use crate::source::{FileId, Snippet, SnippetBuilder, Span};
use crate::value::Place;

/// A script in the making.
pub(super) struct Script {
    body: SnippetBuilder,
    /// What the marks in it stand for.
    parts: Vec<Part>,
}

/// A part of what is filled in.
#[derive(Debug, Clone)]
pub(super) enum Bit {
    /// Text, which a shell reads like the text around it.
    Text(String, Place),
    /// What is only known when it runs.
    Part(Part),
}

impl Bit {
    /// Whether it means the same in a variable as where a shell reads it.
    pub fn is_plain(&self) -> bool {
        !matches!(self, Self::Text(text, _) if !is_plain(text))
    }
}

/// Bits as one text.
pub(super) fn whole(bits: Vec<Bit>) -> Expr {
    let part = |bit| match bit {
        Bit::Text(text, place) => Part::Text(text.into(), place),
        Bit::Part(Part::Use(mut used)) => {
            used.quote = Quote::Whole;
            Part::Use(used)
        }
        Bit::Part(Part::Output(body, _, place)) => Part::Output(body, Quote::Whole, place),
        Bit::Part(part) => part,
    };
    Expr { parts: bits.into_iter().map(part).collect() }
}

impl Script {
    pub fn new() -> Self {
        Self { body: Snippet::builder(), parts: Vec::new() }
    }

    /// A part of the script as it is written.
    pub fn written(&mut self, text: &Snippet, range: std::ops::Range<usize>) {
        self.body.push_from(text, range);
    }

    /// Text that the shell sees in the place of what is written at `span`.
    pub fn text(&mut self, text: &str, span: Span) {
        self.body.push_decoded(text, span);
    }

    /// A part of a word, whatever it holds.
    pub fn part(&mut self, part: Part, span: Span) {
        self.body.push_decoded(&shell::mark(self.parts.len()), span);
        self.parts.push(part);
    }

    /// What is filled in in the place of what is written at `span`, and may be several words, or commands.
    pub fn fill(&mut self, bits: Vec<Bit>, span: Span) {
        let is_code = bits.iter().enumerate().any(|(index, bit)| match bit {
            Bit::Text(text, _) => index == 0 && sets(text) || text.contains(CODE),
            Bit::Part(_) => false,
        });
        for bit in bits {
            match bit {
                Bit::Text(text, _) if is_code => self.text(&text, span),
                Bit::Text(text, place) => self.words(&text, place, span),
                Bit::Part(part) => self.part(part, span),
            }
        }
    }

    /// Text that is nothing but words: where it parts them is the shell's, and what they are stands where it is written.
    fn words(&mut self, text: &str, place: Place, span: Span) {
        let parts = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\');
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let length = rest.find(parts).unwrap_or(rest.len());
            if let Some(run) = rest.get(..length).filter(|run| !run.is_empty()) {
                self.part(Part::Text(run.into(), place.part(at..at + length)), span);
                at += length;
            } else {
                // A backslash takes what it escapes with it.
                let mut chars = rest.chars();
                if chars.next() == Some('\\') {
                    chars.next();
                }
                let length = rest.len() - chars.as_str().len();
                self.text(rest.get(..length).unwrap_or(""), span);
                at += length;
            }
        }
    }

    /// Its steps.
    pub fn block(self, file: FileId, nesting: usize) -> Block {
        shell::filled(&self.body.finish(), file, &self.parts, nesting)
    }
}

/// What makes commands of words.
const CODE: &[char] = &[';', '&', '|', '<', '>', '`', '$', '(', ')', '{', '}', '\n', '#'];

/// Whether text begins with what the shell itself does.
fn sets(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or("");
    let name = first.split('=').next().unwrap_or("");
    first.contains('=') && is_name(name)
        || matches!(
            first,
            "export" | "source" | "." | "if" | "for" | "while" | "case" | "set" | "eval" | "unset" | "cd"
        )
}

/// Whether text is the name of a variable of a shell.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text means the same in a variable as where a shell reads it: no quotes, nothing that it expands.
pub(super) fn is_plain(text: &str) -> bool {
    !text.contains(CODE) && !text.contains(['"', '\'', '\\'])
}

/// What stands within one pair of quotes and is plain: the quotes are the shell's, which takes them away.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    is_plain(inner).then_some(inner)
}

/// A variable where it is used.
pub(super) fn used(name: impl Into<String>, op: Op, quote: Quote, place: Place) -> Part {
    Part::Use(Box::new(Use { name: Name::Variable(name.into()), op, quote, place }))
}

/// Something that is not known and may be any number of words, as it is shown.
pub(super) fn unknown(shown: &str, place: Place) -> Part {
    let end = shown.floor_char_boundary(MAX_SHOWN);
    let short = shown.get(..end).filter(|short| *short != shown);
    let shown = short.map_or_else(|| shown.to_owned(), |short| format!("{short}…"));
    Part::Use(Box::new(Use { name: Name::Other(shown), op: Op::Plain, quote: Quote::Split, place }))
}

/// Bytes of an expression that are shown.
const MAX_SHOWN: usize = 60;

/// The names that a script sets, or reads as variables of the shell, each `$` being written as `dollar`.
pub(super) fn shell_names<'t>(text: &'t str, dollar: &str, names: &mut std::collections::BTreeSet<&'t str>) {
    let name_at = |at: usize| -> &'t str {
        let rest = text.get(at..).unwrap_or("");
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        rest.get(..length).filter(|name| is_name(name)).unwrap_or("")
    };
    for (at, _) in text.match_indices(dollar) {
        let after = at + dollar.len();
        let braced = text.get(after..).is_some_and(|rest| rest.starts_with('{'));
        names.insert(name_at(after + usize::from(braced)));
    }
    for (at, _) in text.match_indices('=') {
        let name = text.get(..at).unwrap_or("");
        let start = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        let name = name.get(start..).unwrap_or("");
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        if is_name(name) && before.is_none_or(|c| c.is_whitespace() || ";&|(@`".contains(c)) {
            names.insert(name);
        }
    }
    for word in ["for ", "read "] {
        for (at, _) in text.match_indices(word) {
            names.insert(name_at(at + word.len()));
        }
    }
    names.remove("");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_of_the_shell_are_told_from_those_of_its_host() {
        let mut names = BTreeSet::new();
        shell_names("A=$$(x $(B)) C=1; for d in $${E} $$F; do x --G=1 'H=2' I==; done", "$$", &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["A", "C", "E", "F", "I", "d"]);
    }

    #[test]
    fn quotes_around_a_plain_text_are_no_part_of_it() {
        assert_eq!(unquoted("\"a b\""), Some("a b"));
        assert_eq!(unquoted("'a'"), Some("a"));
        for text in ["a", "\"a", "\"a\" \"b\"", "\"$X\"", "\"a'\"", "\""] {
            assert_eq!(unquoted(text), None, "{text}");
        }
    }
}
