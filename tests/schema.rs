//! The JSON schema of `authlint.toml`: it is one, and takes what the parser takes and refuses what it refuses.
//!
//! The validator here knows the keywords that the schema and draft 7's own schema use, and fails on every other one.
//! `draft-07.json` is <http://json-schema.org/draft-07/schema>.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

use std::path::Path;

use authlint::config::Config;
use authlint::config::schema::KEYS;
use authlint::rules::RULES;
use authlint::source::Source;
use serde_json::Value;

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/authlint.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Keywords that demand nothing.
const NOTES: &[&str] =
    &["$schema", "$id", "$comment", "title", "description", "default", "examples", "format", "definitions", "x-taplo"];

/// What of a value a schema refuses; nothing where it takes it.
fn refuses(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let Value::Object(schema) = schema else { return (schema == &Value::Bool(false)).then(|| "refused".to_owned()) };
    // What stands beside a reference does not count.
    if let Some(reference) = schema.get("$ref") {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        return refuses(root, root.pointer(pointer).unwrap(), value);
    }
    let length = value.as_array().map_or(0, Vec::len) as u64;
    schema.iter().find_map(|(keyword, says)| {
        let right = match keyword.as_str() {
            "type" => says.as_array().map_or_else(|| is(value, says), |all| all.iter().any(|one| is(value, one))),
            "enum" => says.as_array().unwrap().contains(value),
            "pattern" => {
                let pattern = regex::Regex::new(says.as_str().unwrap()).unwrap();
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "minimum" => value.as_f64().is_none_or(|number| number >= says.as_f64().unwrap()),
            "exclusiveMinimum" => value.as_f64().is_none_or(|number| number > says.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= says.as_f64().unwrap()),
            "minItems" => !value.is_array() || length >= says.as_u64().unwrap(),
            "uniqueItems" => {
                value.as_array().is_none_or(|all| all.iter().enumerate().all(|(n, one)| !all[..n].contains(one)))
            }
            "required" => says
                .as_array()
                .unwrap()
                .iter()
                .all(|key| value.get(key.as_str().unwrap()).is_some() || !value.is_object()),
            "anyOf" => says.as_array().unwrap().iter().any(|one| refuses(root, one, value).is_none()),
            "allOf" => says.as_array().unwrap().iter().all(|one| refuses(root, one, value).is_none()),
            "items" => {
                return value.as_array().into_iter().flatten().find_map(|item| refuses(root, says, item));
            }
            "propertyNames" => {
                return value.as_object()?.keys().find_map(|key| refuses(root, says, &key.as_str().into()));
            }
            "properties" => {
                return value
                    .as_object()?
                    .iter()
                    .find_map(|(key, inner)| refuses(root, says.get(key)?, inner).map(|why| format!("{key}: {why}")));
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                return value
                    .as_object()?
                    .iter()
                    .filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)))
                    .find_map(|(key, inner)| refuses(root, says, inner).map(|why| format!("{key}: {why}")));
            }
            note => {
                assert!(NOTES.contains(&note), "a keyword that this test does not know: {note}");
                true
            }
        };
        (!right).then(|| format!("{keyword} {says} does not hold for {value}"))
    })
}

fn is(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("a type that this test does not know: {other}"),
    }
}

#[test]
fn it_is_a_schema() {
    let draft: Value = serde_json::from_str(include_str!("draft-07.json")).unwrap();
    assert_eq!(refuses(&draft, &draft, &draft), None, "the validator takes draft 7 itself");
    assert_eq!(refuses(&draft, &draft, &schema()), None);
    for wrong in ["{\"type\": \"text\"}", "{\"properties\": []}", "{\"required\": [1]}", "{\"minItems\": -1}", "3"] {
        assert!(refuses(&draft, &draft, &serde_json::from_str(wrong).unwrap()).is_some(), "{wrong}");
    }
}

#[test]
fn it_knows_every_rule() {
    let schema = schema();
    let rules = schema["definitions"]["rules"]["properties"].as_object().unwrap();
    let names: usize = RULES.iter().map(|rule| 1 + rule.aliases.len()).sum();
    assert_eq!(rules.len(), names);
    for rule in RULES {
        assert!(rules[rule.id]["description"].as_str().unwrap().starts_with(&rule.summary()), "{}", rule.id);
    }
}

/// Whether the parser and the schema say nothing against a file.
fn taken(text: &str) -> (bool, Option<String>) {
    let source = Source::new("authlint.toml", text.as_bytes()).unwrap();
    let config = Config::parse(source, Path::new("/p/authlint.toml")).unwrap();
    let known = config.ids().flatten().all(|id| authlint::rules::find(&id.value).is_some());
    let schema = schema();
    (config.faults.is_empty() && known, refuses(&schema, &schema, &toml::from_str(text).unwrap()))
}

#[test]
fn it_takes_what_the_parser_takes() {
    let fence = |page: &str, start: &str| {
        page.split("```toml\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .find(|body| body.starts_with(start))
            .unwrap()
            .to_owned()
    };
    let alias = RULES.iter().find_map(|rule| rule.aliases.first());
    let mut right = vec![
        String::new(),
        fence(include_str!("../README.md"), "fail-on"),
        fence(include_str!("../rules/invalid-config.md"), "fail-on"),
        "[files]\nmax-size = 4096\ninclude = [\"/a\"]\nexclude = []\n".to_owned(),
        "[files]\nmax-size = \" 512 kib\"\n".to_owned(),
        "[[grants]]\nmember = \"user:a@b.c\"\nrole = \"r\"\non = \"billing\"\nreason = \"\"\n".to_owned(),
        "[[policies]]\non = \"run-service:projects/p/locations/r/services/billing\"\nfile = \"a\"\n".to_owned(),
        "overrides = [{ paths = [], rules = {} }]\n".to_owned(),
    ];
    right.extend(alias.map(|alias| format!("[rules]\n{alias} = \"off\"\n")));
    for text in right {
        assert_eq!(taken(&text), (true, None), "{text}");
    }
}

#[test]
fn the_page_shows_every_key() {
    let page = include_str!("../rules/invalid-config.md");
    let fence = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let shown: Value = toml::from_str(fence).unwrap();
    for key in KEYS {
        let own = &shown[key.name];
        assert!(!own.is_null(), "{}", key.name);
        for inner in key.keys() {
            let table = own.get(0).unwrap_or(own);
            assert!(!table[inner.name].is_null(), "{} in {}", inner.name, key.name);
        }
    }
}

#[test]
fn it_refuses_what_the_parser_refuses() {
    for text in [
        "zebra = 1",
        "fail-on = \"off\"",
        "fail-on = 1",
        "fail_on = \"error\"",
        "advice = \"true\"",
        "preview = 1",
        "rules = 1",
        "[rules]\nzebra = \"off\"",
        "[rules]\nflag-with-value = \"warn\"",
        "[rules]\nflag-with-value = false",
        "[file]",
        "[files]\nexcludes = []",
        "[files]\ninclude = \"a\"",
        "[files]\nexclude = [1]",
        "[files]\nexclude = [\"!a\"]",
        "[files]\nexclude = [\"\"]",
        "[files]\nmax-size = \"2 parsecs\"",
        "[files]\nmax-size = 0",
        "[files]\nmax-size = -1",
        "[files]\nmax-size = 1.5",
        "[files]\nmax-size = 99999999",
        "[overrides]",
        "[[overrides]]\npaths = [\"a\"]",
        "[[overrides]]\nrules = {}",
        "[[overrides]]\npaths = [\"a\"]\nrules = { flag-with-value = \"none\" }",
        "[[require]]\nwhen = \"A\"",
        "[[require]]\nwhen = \"A\"\nneeds = []",
        "[[require]]\nwhen = \"A B\"\nneeds = [\"B\"]",
        "[[require]]\nwhen = \"\"\nneeds = [\"B\"]",
        "[[grants]]\nmember = \"m\"\nreason = \"x\"",
        "[[grants]]\nmember = \"m\"\nrole = \"r\"",
        "[[grants]]\nmember = \"m\"\nrole = \"r\"\nreason = \"x\"\non = \"service:billing\"",
        "[[grants]]\nmember = \"m\"\nrole = \"r\"\nreason = \"x\"\non = \"\"",
        "[[policies]]\non = \"billing\"\nfile = \"a\"",
        "[[policies]]\non = \"run-service:\"\nfile = \"a\"",
        "[[policies]]\non = \"run-service:billing\"",
        "[[policy]]",
    ] {
        let (parser, schema) = taken(text);
        assert!(!parser && schema.is_some(), "{text}: the parser takes it: {parser}; the schema says {schema:?}");
    }
}
