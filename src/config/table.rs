//! Values of TOML as what they must be; what they are not is a fault, and the rest counts.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned as Placed;
use toml::de::{DeTable, DeValue};

use super::paths::Paths;
use super::schema::{Key, Kind, SETTINGS};
use super::{Fault, Mend, Setting, size};
use crate::finding::{Level, Safety};
use crate::nearest::{folded, nearest};
use crate::source::{Span, Spanned};

/// Faults that are told; of a file with more, the first ones.
const MOST: usize = 1000;
/// Patterns in one list; more do not count.
const MOST_PATHS: usize = 10_000;
/// Names in one list; more do not count.
const MOST_NAMES: usize = 100;

pub(super) type Value<'t> = Placed<DeValue<'t>>;
pub(super) type Name<'t> = Placed<Cow<'t, str>>;

/// Reads values and collects their faults.
#[derive(Debug)]
pub(super) struct Reading<'s> {
    /// The text of the whole file.
    pub text: &'s str,
    pub faults: Vec<Fault>,
}

impl Reading<'_> {
    /// A table.
    pub fn table<'a, 't>(&mut self, value: &'a Value<'t>, key: &Key) -> Option<&'a DeTable<'t>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        let message = format!("`{}` is a table, not {}", key.name, kind(value));
        self.fault(value.span(), message, format!("write `{}`", key.header()));
        None
    }

    /// A list of tables, each with its place.
    pub fn tables<'a, 't>(&mut self, value: &'a Value<'t>, key: &Key) -> Vec<(&'a DeTable<'t>, Range<usize>)> {
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`{}` is a list of tables, not {}", key.name, kind(value));
            // Of one header, `[grants]`, the brackets are what is wrong.
            let is_header =
                self.text.get(value.span()).is_some_and(|text| text.starts_with('[') && !text.contains('.'));
            let edits = vec![(span(value.span()), key.header())];
            let mend = is_header.then_some(Mend { safety: Safety::Unsafe, edits });
            self.mended(value.span(), message, format!("write `{}`", key.header()), mend);
            return Vec::new();
        };
        let mut out = Vec::new();
        for value in array {
            if let DeValue::Table(table) = value.get_ref() {
                out.push((table, value.span()));
            } else {
                let message = format!("each of `{}` is a table, not {}", key.name, kind(value));
                self.fault(value.span(), message, format!("write `{}`", key.header()));
            }
        }
        out
    }

    /// The name of a variable.
    pub fn variable(&mut self, value: &Value<'_>, key: &str) -> Option<String> {
        let DeValue::String(text) = value.get_ref() else {
            let message = format!("`{key}` names a variable, not {}", kind(value));
            self.fault(value.span(), message, format!("write `{key} = \"NAME\"`"));
            return None;
        };
        self.name(text, value.span())
    }

    /// A list of names of variables.
    pub fn variables(&mut self, value: &Value<'_>, key: &str) -> Vec<String> {
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`{key}` is a list of texts, not {}", kind(value));
            self.fault(value.span(), message, format!("write `{key} = [\"…\"]`"));
            return Vec::new();
        };
        let mut names = Vec::new();
        for value in array.iter().take(MOST_NAMES) {
            if let DeValue::String(text) = value.get_ref() {
                names.extend(self.name(text, value.span()));
            } else {
                let message = format!("a name is a text, not {}", kind(value));
                self.fault(value.span(), message, "write it in quotes".to_owned());
            }
        }
        if array.is_empty() {
            self.fault(value.span(), format!("`{key}` is empty, and asks for nothing"), NAMES.to_owned());
        }
        names
    }

    fn name(&mut self, text: &str, at: Range<usize>) -> Option<String> {
        let is_name = !text.is_empty() && !text.contains(|c: char| c == '=' || c == ',' || c.is_whitespace());
        if !is_name {
            self.fault(at, format!("`{text}` is no name of a variable"), NAMES.to_owned());
        }
        is_name.then(|| text.to_owned())
    }

    /// Settings of rules; none where it is no setting, so that the rule's name is looked at all the same.
    pub fn rules(&mut self, value: &Value<'_>, key: &Key) -> Vec<(Spanned<String>, Option<Setting>)> {
        let Some(table) = self.table(value, key) else { return Vec::new() };
        let mut out = Vec::new();
        for (id, value) in table {
            let setting = self.word(value, SETTINGS, "a rule").map(|word| Setting::of(word.value));
            out.push((Spanned { value: id.get_ref().to_string(), span: span(id.span()) }, setting));
        }
        out
    }

    /// A level.
    pub fn level(&mut self, value: &Value<'_>, key: &Key) -> Option<Spanned<Level>> {
        let Kind::Word(words) = key.kind else { return None };
        let word = self.word(value, words, &format!("`{}`", key.name))?;
        Some(Spanned { value: Level::named(word.value)?, span: word.span })
    }

    /// One of some words; `what` is set to it.
    fn word(&mut self, value: &Value<'_>, words: &'static [&'static str], what: &str) -> Option<Spanned<&'static str>> {
        let at = value.span();
        let mend = |safety, word: &str| Some(Mend { safety, edits: vec![(span(at.clone()), format!("\"{word}\""))] });
        let DeValue::String(text) = value.get_ref() else {
            let (last, others) = words.split_last()?;
            let others: Vec<String> = others.iter().map(|word| format!("\"{word}\"")).collect();
            let message = format!("{what} is set to {} or \"{last}\", not to {}", others.join(", "), kind(value));
            let off = words.iter().find(|word| **word == "off" && matches!(value.get_ref(), DeValue::Boolean(false)));
            let help = off.map_or("write it in quotes".to_owned(), |off| format!("write `\"{off}\"`"));
            self.mended(at.clone(), message, help, off.and_then(|off| mend(Safety::Unsafe, off)));
            return None;
        };
        if let Some(word) = words.iter().find(|word| *word == text) {
            return Some(Spanned { value: word, span: span(at) });
        }
        let written = folded(text);
        let (right, safety) = match words.iter().copied().find(|word| *word == written) {
            Some(word) => (Some(word), Safety::Safe),
            None => (nearest(text, words.iter().copied()), Safety::Unsafe),
        };
        let help = match right {
            Some(right) => format!("write `{right}`"),
            None => format!("levels are {}", shown(words)),
        };
        self.mended(at.clone(), format!("`{text}` is no level"), help, right.and_then(|right| mend(safety, right)));
        None
    }

    /// True or false.
    pub fn flag(&mut self, value: &Value<'_>, key: &Key) -> Option<Spanned<bool>> {
        let at = span(value.span());
        let text = match value.get_ref() {
            DeValue::Boolean(on) => return Some(Spanned { value: *on, span: at }),
            DeValue::String(text) => folded(text),
            _ => String::new(),
        };
        let message = format!("`{}` is true or false, not {}", key.name, kind(value));
        let right = ["true", "false"].into_iter().find(|right| *right == text);
        let help = format!("write `{} = {}`", key.name, right.unwrap_or("true"));
        let mend = right.map(|right| Mend { safety: Safety::Unsafe, edits: vec![(at, right.to_owned())] });
        self.mended(value.span(), message, help, mend);
        None
    }

    /// A list of patterns of paths.
    pub fn paths(&mut self, value: &Value<'_>, name: &str) -> Paths {
        let mut paths = Paths::default();
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`{name}` is a list of texts, not {}", kind(value));
            self.fault(value.span(), message, format!("write `{name} = [\"…\"]`"));
            return paths;
        };
        for value in array.iter().take(MOST_PATHS) {
            let DeValue::String(text) = value.get_ref() else {
                let message = format!("a path is a text, not {}", kind(value));
                self.fault(value.span(), message, "write it in quotes".to_owned());
                continue;
            };
            let added = match text.trim_start_matches("./").trim_matches('/') {
                "" => Err("it names nothing".to_owned()),
                path if path.starts_with('!') => Err("it begins with `!`".to_owned()),
                _ => paths.add(text, span(value.span())).map_err(|error| error.kind().to_string()),
            };
            if let Err(why) = added {
                let message = format!("`{text}` is no pattern of paths: {why}");
                self.fault(value.span(), message, PATTERNS.to_owned());
            }
        }
        if let Err(error) = paths.finish() {
            self.fault(value.span(), format!("these patterns cannot be used: {}", error.kind()), PATTERNS.to_owned());
        }
        paths
    }

    /// A size in bytes, at most `largest`.
    pub fn size(&mut self, value: &Value<'_>, largest: u64) -> Option<Spanned<u64>> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            _ => {
                let message = format!("`max-size` is a size, not {}", kind(value));
                self.fault(value.span(), message, SIZES.to_owned());
                return None;
            }
        };
        match size::bytes(&text) {
            Some(size) if size > largest => {
                let most = largest / (1024 * 1024);
                let message = format!("`{text}` is more than the {most} MiB that a file may have");
                self.fault(value.span(), message, format!("write `max-size = \"{most}MiB\"`"));
                Some(Spanned { value: largest, span: span(value.span()) })
            }
            Some(size) if size > 0 => Some(Spanned { value: size, span: span(value.span()) }),
            _ => {
                self.fault(value.span(), format!("`{text}` is no size"), SIZES.to_owned());
                None
            }
        }
    }

    /// A text with its place.
    pub fn spanned(&mut self, value: &Value<'_>, key: &str) -> Option<Spanned<String>> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(Spanned { value: text.to_string(), span: span(value.span()) });
        }
        let message = format!("`{key}` is a text, not {}", kind(value));
        self.fault(value.span(), message, "write it in quotes".to_owned());
        None
    }

    pub fn fault(&mut self, at: Range<usize>, message: String, help: String) {
        self.mended(at, message, help, None);
    }

    /// Whether no more faults are told, so that none need be looked for.
    pub fn is_full(&self) -> bool {
        self.faults.len() >= MOST
    }

    pub fn mended(&mut self, at: Range<usize>, message: String, help: String, mend: Option<Mend>) {
        if !self.is_full() {
            self.faults.push(Fault { span: span(at), message, help, mend });
        }
    }
}

const PATTERNS: &str = "patterns are those of .gitignore, without `!`";
const NAMES: &str = "names are those of environment variables: `QUEUE_ID`";
const SIZES: &str = "write a number of bytes, KiB or MiB: `max-size = \"2MiB\"`";

pub(super) fn span(range: Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

/// A value's kind, as a message names it.
fn kind(value: &Value<'_>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Names as a message lists them.
pub(super) fn shown(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
