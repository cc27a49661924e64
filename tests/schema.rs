//! The JSON schema of `authlint.toml`: it is one of draft 7, and takes what the parser takes and refuses what it refuses.

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

/// What of a value the schema refuses; nothing where it takes it.
fn refuses(value: &Value) -> Option<String> {
    let validator = jsonschema::draft7::new(&schema()).unwrap();
    validator.validate(value).err().map(|error| error.to_string())
}

#[test]
fn it_is_a_schema() {
    let schema = schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(jsonschema::draft7::meta::is_valid(&schema));
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
    (config.faults.is_empty() && known, refuses(&toml::from_str(text).unwrap()))
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
