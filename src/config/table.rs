//! Values of TOML as what they must be; what they are not is a fault, and the rest counts.

use std::ops::Range;

use toml::Spanned as Placed;
use toml::de::{DeTable, DeValue};

use super::paths::Paths;
use super::{Fault, Setting, size};
use crate::finding::Level;
use crate::nearest::nearest;
use crate::source::{Span, Spanned};

/// Faults that are told; of a file with more, the first ones.
const MOST: usize = 1000;
/// Patterns in one list; more do not count.
const MOST_PATHS: usize = 10_000;
/// Names in one list; more do not count.
const MOST_NAMES: usize = 100;

type Value<'t> = Placed<DeValue<'t>>;

/// Reads values and collects their faults.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub faults: Vec<Fault>,
}

impl Reading {
    /// The entries of a table with known keys; `name` is the table's own.
    pub fn keys<'a, 't>(
        &mut self,
        table: &'a DeTable<'t>,
        known: &'static [&'static str],
        name: &str,
    ) -> Vec<(&'static str, &'a Value<'t>)> {
        let mut out = Vec::new();
        for (key, value) in table {
            if let Some(known) = known.iter().find(|known| *known == key.get_ref()) {
                out.push((*known, value));
                continue;
            }
            let within = if name.is_empty() { String::new() } else { format!(" in `{name}`") };
            let message = format!("there is no key `{}`{within}; it does nothing", key.get_ref());
            let right = nearest(key.get_ref(), known.iter().copied());
            let help = match right {
                Some(right) => format!("write `{right}`"),
                None => format!("keys here are {}", shown(known)),
            };
            // What is there already cannot be there twice.
            let free = right.filter(|right| !table.contains_key(*right));
            self.fault(key.span(), message, help, free);
        }
        out
    }

    /// A table.
    pub fn table<'a, 't>(&mut self, value: &'a Value<'t>, name: &str) -> Option<&'a DeTable<'t>> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(table);
        }
        let message = format!("`{name}` is a table, not {}", kind(value));
        self.fault(value.span(), message, format!("write `[{name}]`"), None);
        None
    }

    /// A list of tables, each with its place.
    pub fn tables<'a, 't>(&mut self, value: &'a Value<'t>, name: &str) -> Vec<(&'a DeTable<'t>, Range<usize>)> {
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`{name}` is a list of tables, not {}", kind(value));
            self.fault(value.span(), message, format!("write `[[{name}]]`"), None);
            return Vec::new();
        };
        let mut out = Vec::new();
        for value in array {
            if let DeValue::Table(table) = value.get_ref() {
                out.push((table, value.span()));
            } else {
                let message = format!("each of `{name}` is a table, not {}", kind(value));
                self.fault(value.span(), message, format!("write `[[{name}]]`"), None);
            }
        }
        out
    }

    /// A table that lacks what makes it do something; `help` says what its keys are for.
    pub fn missing(&mut self, at: Range<usize>, key: &str, help: &str) {
        self.fault(at, format!("without `{key}` it does nothing"), help.to_owned(), None);
    }

    /// The name of a variable.
    pub fn variable(&mut self, value: &Value<'_>, key: &str) -> Option<String> {
        let DeValue::String(text) = value.get_ref() else {
            let message = format!("`{key}` names a variable, not {}", kind(value));
            self.fault(value.span(), message, format!("write `{key} = \"NAME\"`"), None);
            return None;
        };
        self.name(text, value.span())
    }

    /// A list of names of variables.
    pub fn variables(&mut self, value: &Value<'_>, key: &str) -> Vec<String> {
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`{key}` is a list of texts, not {}", kind(value));
            self.fault(value.span(), message, format!("write `{key} = [\"…\"]`"), None);
            return Vec::new();
        };
        let mut names = Vec::new();
        for value in array.iter().take(MOST_NAMES) {
            if let DeValue::String(text) = value.get_ref() {
                names.extend(self.name(text, value.span()));
            } else {
                let message = format!("a name is a text, not {}", kind(value));
                self.fault(value.span(), message, "write it in quotes".to_owned(), None);
            }
        }
        if array.is_empty() {
            self.fault(value.span(), format!("`{key}` is empty, and asks for nothing"), NAMES.to_owned(), None);
        }
        names
    }

    fn name(&mut self, text: &str, at: Range<usize>) -> Option<String> {
        let is_name = !text.is_empty() && !text.contains(|c: char| c == '=' || c == ',' || c.is_whitespace());
        if !is_name {
            self.fault(at, format!("`{text}` is no name of a variable"), NAMES.to_owned(), None);
        }
        is_name.then(|| text.to_owned())
    }

    /// Settings of rules.
    pub fn rules(&mut self, value: &Value<'_>) -> Vec<(Spanned<String>, Setting)> {
        let Some(table) = self.table(value, "rules") else { return Vec::new() };
        let mut out = Vec::new();
        for (id, value) in table {
            if let Some(setting) = self.setting(value) {
                out.push((Spanned { value: id.get_ref().to_string(), span: span(id.span()) }, setting));
            }
        }
        out
    }

    fn setting(&mut self, value: &Value<'_>) -> Option<Setting> {
        const NAMES: &[&str] = &["off", "advice", "warning", "error"];
        let DeValue::String(text) = value.get_ref() else {
            let message =
                format!("a rule is set to \"off\", \"advice\", \"warning\" or \"error\", not to {}", kind(value));
            self.fault(value.span(), message, "write it in quotes".to_owned(), None);
            return None;
        };
        match &**text {
            "off" => return Some(Setting::Off),
            "advice" => return Some(Setting::Level(Level::Advice)),
            "warning" => return Some(Setting::Level(Level::Warning)),
            "error" => return Some(Setting::Level(Level::Error)),
            _ => {}
        }
        let help = match nearest(text, NAMES.iter().copied()) {
            Some(right) => format!("write `{right}`"),
            None => format!("levels are {}", shown(NAMES)),
        };
        self.fault(value.span(), format!("`{text}` is no level"), help, None);
        None
    }

    /// A list of patterns of paths.
    pub fn paths(&mut self, value: &Value<'_>, name: &str) -> Paths {
        let mut paths = Paths::default();
        let DeValue::Array(array) = value.get_ref() else {
            let message = format!("`{name}` is a list of texts, not {}", kind(value));
            self.fault(value.span(), message, format!("write `{name} = [\"…\"]`"), None);
            return paths;
        };
        for value in array.iter().take(MOST_PATHS) {
            let DeValue::String(text) = value.get_ref() else {
                let message = format!("a path is a text, not {}", kind(value));
                self.fault(value.span(), message, "write it in quotes".to_owned(), None);
                continue;
            };
            let added = if text.starts_with('!') {
                Err("it begins with `!`".to_owned())
            } else {
                paths.add(text).map_err(|error| error.kind().to_string())
            };
            if let Err(why) = added {
                let message = format!("`{text}` is no pattern of paths: {why}");
                self.fault(value.span(), message, PATTERNS.to_owned(), None);
            }
        }
        if let Err(error) = paths.finish() {
            self.fault(
                value.span(),
                format!("these patterns cannot be used: {}", error.kind()),
                PATTERNS.to_owned(),
                None,
            );
        }
        paths
    }

    /// A size in bytes, at most `largest`.
    pub fn size(&mut self, value: &Value<'_>, largest: u64) -> Option<u64> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            _ => {
                let message = format!("`max-size` is a size, not {}", kind(value));
                self.fault(value.span(), message, SIZES.to_owned(), None);
                return None;
            }
        };
        match size::bytes(&text) {
            Some(size) if size > largest => {
                let most = largest / (1024 * 1024);
                let message = format!("`{text}` is more than the {most} MiB that a file may have");
                self.fault(value.span(), message, format!("write `max-size = \"{most}MiB\"`"), None);
                Some(largest)
            }
            Some(size) if size > 0 => Some(size),
            _ => {
                self.fault(value.span(), format!("`{text}` is no size"), SIZES.to_owned(), None);
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
        self.fault(value.span(), message, "write it in quotes".to_owned(), None);
        None
    }

    pub(super) fn fault(&mut self, at: Range<usize>, message: String, help: String, nearest: Option<&'static str>) {
        if self.faults.len() < MOST {
            self.faults.push(Fault { span: span(at), message, help, nearest });
        }
    }
}

const PATTERNS: &str = "patterns are those of .gitignore, without `!`";
const NAMES: &str = "names are those of environment variables: `QUEUE_ID`";
const SIZES: &str = "write a number of bytes, KiB or MiB: `max-size = \"2MiB\"`";

fn span(range: Range<usize>) -> Span {
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
fn shown(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
