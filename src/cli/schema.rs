//! `authlint schema`: what `authlint.toml` may hold, for editors. Draft 7, which the editors of TOML read.
//!
//! Made of the table of keys and the list of rules; `docs/authlint.schema.json` keeps it.

use std::io::{self, Write};

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::schema::{KEYS, Key, Kind, Need, SETTINGS};
use crate::config::{KINDS, SIZE_PATTERN};
use crate::report::PAGES;
use crate::rule::Rule;
use crate::rules::RULES;
use crate::source::LARGEST;

/// Where it is read.
pub(super) const URL: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/docs/authlint.schema.json");

/// A schema, or a part of one.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    #[serde(rename = "$id", skip_serializing_if = "Option::is_none")]
    id: Option<&'static str>,
    /// In draft 7 nothing beside it counts.
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(rename = "enum", skip_serializing_if = "<[_]>::is_empty")]
    words: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Box<Part>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    any_of: Vec<Part>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "in_order")]
    properties: Vec<(&'static str, Part)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_properties: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    examples: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "in_order")]
    definitions: Vec<(&'static str, Part)>,
    /// Where the editor leads from a key.
    #[serde(rename = "x-taplo", skip_serializing_if = "Option::is_none")]
    editor: Option<Editor>,
}

#[derive(Debug, Serialize)]
struct Editor {
    links: Links,
}

#[derive(Debug, Serialize)]
struct Links {
    key: String,
}

fn in_order<S: Serializer>(parts: &[(&'static str, Part)], out: S) -> Result<S::Ok, S::Error> {
    let mut map = out.serialize_map(Some(parts.len()))?;
    for (name, part) in parts {
        map.serialize_entry(name, part)?;
    }
    map.end()
}

/// Prints the schema.
pub(super) fn write(out: &mut dyn Write) -> io::Result<()> {
    let whole = Part {
        schema: Some("http://json-schema.org/draft-07/schema#"),
        id: Some(URL),
        title: Some("authlint.toml"),
        description: Some("what authlint is told of a project".to_owned()),
        definitions: vec![("rules", rules())],
        ..table(KEYS)
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

fn table(keys: &'static [Key]) -> Part {
    Part {
        kind: Some("object"),
        properties: keys.iter().map(|key| (key.name, of(key))).collect(),
        additional_properties: Some(false),
        required: keys.iter().filter(|key| key.need != Need::Optional).map(|key| key.name).collect(),
        ..Part::default()
    }
}

fn of(key: &'static Key) -> Part {
    if matches!(key.kind, Kind::Rules) {
        return Part { reference: Some("#/definitions/rules"), ..Part::default() };
    }
    Part {
        description: Some(key.says.to_owned()),
        default: key.default.and_then(value),
        examples: value(key.example).into_iter().collect(),
        ..kind(key.kind)
    }
}

fn kind(kind: Kind) -> Part {
    let of = |name: &'static str| Part { kind: Some(name), ..Part::default() };
    let text = |pattern: String| Part { pattern: Some(pattern), ..of("string") };
    let list = |items: Part| Part { items: Some(Box::new(items)), ..of("array") };
    let kinds = KINDS.map(|(name, _)| name).join("|");
    match kind {
        Kind::Table(keys) => table(keys),
        Kind::Tables(keys) => list(table(keys)),
        // These are defined once, under their name.
        Kind::Rules => of("object"),
        Kind::Word(words) => Part { words, ..of("string") },
        Kind::Bool => of("boolean"),
        Kind::Size => Part {
            any_of: vec![
                text(SIZE_PATTERN.to_owned()),
                Part { minimum: Some(1), maximum: Some(LARGEST), ..of("integer") },
            ],
            ..Part::default()
        },
        // `!` turns a pattern round in `.gitignore`, and is none here.
        Kind::Patterns => list(text("^[^!]".to_owned())),
        Kind::Text => of("string"),
        Kind::On => text(format!("^(({kinds}):.*|[^:]*)[^:/]$")),
        Kind::OnKind => text(format!("^({kinds}):.*[^:/]$")),
        Kind::Variable => text(VARIABLE.to_owned()),
        Kind::Variables => Part { min_items: Some(1), ..list(text(VARIABLE.to_owned())) },
    }
}

/// The name of a variable.
const VARIABLE: &str = "^[^=,\\s]+$";

/// A word for each rule, under its name and under those that it had.
fn rules() -> Part {
    let words = SETTINGS;
    let entry = |rule: &'static Rule, name: &'static str| {
        let before = if name == rule.id { String::new() } else { format!("The old name of {}. ", rule.id) };
        let on_trial = if rule.preview { " On trial." } else { "" };
        let summary = rule.summary();
        let part = Part {
            description: Some(format!("{before}{summary} Level: {}.{on_trial}", rule.level.name())),
            kind: Some("string"),
            words,
            editor: Some(Editor { links: Links { key: format!("{PAGES}{}.md", rule.id) } }),
            ..Part::default()
        };
        (name, part)
    };
    let names = |rule: &&'static Rule| {
        let rule = *rule;
        std::iter::once(rule.id).chain(rule.aliases.iter().copied()).map(move |name| entry(rule, name))
    };
    Part {
        description: Some("rules with their levels; the level that is shown here is a rule's own".to_owned()),
        kind: Some("object"),
        properties: RULES.iter().flat_map(names).collect(),
        additional_properties: Some(false),
        ..Part::default()
    }
}

/// A value of TOML as one of JSON; nothing where there is none.
fn value(toml: &str) -> Option<Value> {
    #[derive(Deserialize)]
    struct One {
        it: Value,
    }
    toml::from_str::<One>(&format!("it = {toml}")).ok().map(|one| one.it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_toml_are_values_of_json() {
        assert_eq!(value("[\"a\"]"), Some(serde_json::json!(["a"])));
        assert_eq!(value("{ a = \"off\" }"), Some(serde_json::json!({"a": "off"})));
        assert_eq!((value("true"), value("")), (Some(true.into()), None));
    }
}
