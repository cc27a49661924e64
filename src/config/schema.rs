//! The keys of `authlint.toml`: one table. The parser knows no other key, and the JSON schema, the file that
//! `authlint init` writes and what is said of a key that is missing or misspelt are made of it.

use crate::finding::Level;

/// A key of `authlint.toml`, or of a table in it.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether it may be left out.
    pub need: Need,
    /// What it means: a few words, no full stop.
    pub says: &'static str,
    /// A value, as TOML writes it; nothing where the value is a table.
    pub example: &'static str,
    /// What holds when nothing is said, as TOML writes it, where that can be written.
    pub default: Option<&'static str>,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A table of these keys.
    Table(&'static [Key]),
    /// A list of tables of these keys.
    Tables(&'static [Key]),
    /// A table that gives rules, by their ids, one of [`SETTINGS`] each.
    Rules,
    /// One of these words.
    Word(&'static [&'static str]),
    /// True or false.
    Bool,
    /// A size of a file: bytes as a number, or a text with a unit.
    Size,
    /// A list of patterns of paths, as in `.gitignore`.
    Patterns,
    /// A text.
    Text,
    /// What a grant is on: a name, or a kind and a name.
    On,
    /// The same with its kind.
    OnKind,
    /// The name of a variable.
    Variable,
    /// A list of names of variables, at least one.
    Variables,
}

/// Whether a key may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may.
    Optional,
    /// Without it the table does nothing.
    Required,
    /// Without it the table counts, and that it is missing is told.
    Expected,
}

/// Levels of findings, from the worst.
pub const LEVELS: &[&str] = &[Level::Error.name(), Level::Warning.name(), Level::Advice.name()];
/// What a rule may be set to.
pub const SETTINGS: &[&str] = &["off", Level::Advice.name(), Level::Warning.name(), Level::Error.name()];

/// The keys of the whole file; those that are no tables come first, for TOML wants them first.
pub static KEYS: &[Key] = &[
    Key {
        name: "fail-on",
        kind: Kind::Word(LEVELS),
        need: Need::Optional,
        says: "the lowest level that makes the exit status 1",
        example: "\"error\"",
        default: Some("\"warning\""),
    },
    Key {
        name: "advice",
        kind: Kind::Bool,
        need: Need::Optional,
        says: "whether advice is shown: what works and could be better",
        example: "true",
        default: Some("false"),
    },
    Key {
        name: "preview",
        kind: Kind::Bool,
        need: Need::Optional,
        says: "whether rules on trial run as well",
        example: "true",
        default: Some("false"),
    },
    Key {
        name: "rules",
        kind: Kind::Rules,
        need: Need::Optional,
        says: "levels of rules: every finding of the rule is of that level, or the rule is off",
        example: "{ unencrypted-service-url = \"error\" }",
        default: None,
    },
    Key {
        name: "files",
        kind: Kind::Table(FILES),
        need: Need::Optional,
        says: "which files are read, as to findings and as to what is known",
        example: "",
        default: None,
    },
    Key {
        name: "overrides",
        kind: Kind::Tables(OVERRIDES),
        need: Need::Optional,
        says: "levels of rules for some paths; the last that speaks of a rule wins",
        example: "",
        default: None,
    },
    Key {
        name: "require",
        kind: Kind::Tables(REQUIRE),
        need: Need::Optional,
        says: "what is given the first variable must be given the others",
        example: "",
        default: None,
    },
    Key {
        name: "grants",
        kind: Kind::Tables(GRANTS),
        need: Need::Optional,
        says: "grants that are made elsewhere, so that they are not missed here",
        example: "",
        default: None,
    },
    Key {
        name: "policies",
        kind: Kind::Tables(POLICIES),
        need: Need::Optional,
        says: "policies that gcloud exported, as evidence",
        example: "",
        default: None,
    },
];

const FILES: &[Key] = &[
    Key {
        name: "include",
        kind: Kind::Patterns,
        need: Need::Optional,
        says: "only these files are read, patterns as in .gitignore; all that authlint knows when nothing is said",
        example: "[\"deploy/\", \"*.tf\"]",
        default: None,
    },
    Key {
        name: "exclude",
        kind: Kind::Patterns,
        need: Need::Optional,
        says: "these are not read, even when `include` names them; the command line may, without --force-exclude",
        example: "[\"vendor/\"]",
        default: Some("[]"),
    },
    Key {
        name: "max-size",
        kind: Kind::Size,
        need: Need::Optional,
        says: "larger files are skipped; at most 16MiB",
        example: "\"2MiB\"",
        default: Some("\"1MiB\""),
    },
];

const OVERRIDES: &[Key] = &[
    Key {
        name: "paths",
        kind: Kind::Patterns,
        need: Need::Required,
        says: "for which files, by patterns as in .gitignore, from this file's directory",
        example: "[\"docs/\", \"*.md\"]",
        default: None,
    },
    Key {
        name: "rules",
        kind: Kind::Rules,
        need: Need::Required,
        says: "what holds there",
        example: "{ stored-short-lived-token = \"off\" }",
        default: None,
    },
];

const REQUIRE: &[Key] = &[
    Key {
        name: "when",
        kind: Kind::Variable,
        need: Need::Required,
        says: "where this variable is given to a service",
        example: "\"QUEUE_TOKEN\"",
        default: None,
    },
    Key {
        name: "needs",
        kind: Kind::Variables,
        need: Need::Required,
        says: "these are due beside it",
        example: "[\"QUEUE_ID\"]",
        default: None,
    },
];

const GRANTS: &[Key] = &[
    Key {
        name: "member",
        kind: Kind::Text,
        need: Need::Required,
        says: "who may, as a policy names it",
        example: "\"serviceAccount:cron@acme-prod.iam.gserviceaccount.com\"",
        default: None,
    },
    Key {
        name: "role",
        kind: Kind::Text,
        need: Need::Required,
        says: "what is granted",
        example: "\"roles/run.invoker\"",
        default: None,
    },
    Key {
        name: "on",
        kind: Kind::On,
        need: Need::Optional,
        says: "on what: a name, or a kind and a name; the whole project when nothing is said",
        example: "\"run-service:billing\"",
        default: None,
    },
    Key {
        name: "reason",
        kind: Kind::Text,
        need: Need::Expected,
        says: "who grants it, and where",
        example: "\"granted by the platform repository\"",
        default: None,
    },
];

const POLICIES: &[Key] = &[
    Key {
        name: "on",
        kind: Kind::OnKind,
        need: Need::Required,
        says: "what the policy is of: a kind and a name",
        example: "\"run-service:billing\"",
        default: None,
    },
    Key {
        name: "file",
        kind: Kind::Text,
        need: Need::Required,
        says: "where the output of `gcloud run services get-iam-policy billing --format=json` is kept",
        example: "\"policies/billing.json\"",
        default: None,
    },
];

impl Key {
    /// The keys of the table, or of each table, that its value is.
    pub fn keys(&self) -> &'static [Key] {
        match self.kind {
            Kind::Table(keys) | Kind::Tables(keys) => keys,
            _ => &[],
        }
    }

    /// Its table as a message names it: `[files]`, `[[grants]]`.
    pub fn header(&self) -> String {
        match self.kind {
            Kind::Tables(_) => format!("[[{}]]", self.name),
            _ => format!("[{}]", self.name),
        }
    }
}

/// The table that has a key of this name, where one has.
pub(super) fn home(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.keys().iter().any(|inner| inner.name == name))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;
    use crate::source::Source;

    /// A file that says this key, with what else its table needs; without the key where it is not `wanted`.
    fn file(table: Option<&Key>, key: &Key, wanted: bool) -> String {
        let line = |key: &Key| format!("{} = {}\n", key.name, key.example);
        match table {
            None if wanted => line(key),
            None => String::new(),
            Some(table) => {
                let inner = table
                    .keys()
                    .iter()
                    .filter(|inner| if inner.name == key.name { wanted } else { inner.need != Need::Optional });
                format!("{}\n{}", table.header(), inner.map(line).collect::<String>())
            }
        }
    }

    fn parse(text: &str) -> Config {
        Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml")).unwrap()
    }

    fn each(mut check: impl FnMut(Option<&'static Key>, &'static Key)) {
        for key in KEYS {
            if key.keys().is_empty() {
                check(None, key);
            }
            key.keys().iter().for_each(|inner| check(Some(key), inner));
        }
    }

    #[test]
    fn every_key_is_read_and_its_example_is_right() {
        each(|table, key| {
            let (said, unsaid) = (parse(&file(table, key, true)), parse(&file(table, key, false)));
            assert_eq!(said.faults, [], "{}", key.name);
            let what =
                |config: &Config| format!("{:?}", Config { source: Source::empty(""), ..parse(config.source.text()) });
            assert_ne!(what(&said), what(&unsaid), "`{}` changes nothing", key.name);
            assert_eq!(unsaid.faults.is_empty(), key.need == Need::Optional, "{}", key.name);
        });
    }

    #[test]
    fn what_is_said_to_hold_otherwise_does() {
        each(|table, key| {
            let Some(default) = key.default else { return };
            let text = file(table, key, true).replace(key.example, default);
            let config = parse(&text);
            assert_eq!(config.faults, [], "{text}");
            let plain = parse("");
            assert_eq!(config.max_size(), plain.max_size());
            assert!(!config.preview() && config.exclude().is_empty());
            assert!(config.fail_on.is_none_or(|level| level.value == Config::FAIL_ON));
            assert!(config.advice.is_none_or(|on| !on.value));
        });
    }

    #[test]
    fn plain_keys_stand_before_tables() {
        let is_table = |key: &&Key| matches!(key.kind, Kind::Table(_) | Kind::Tables(_) | Kind::Rules);
        let first = KEYS.iter().take_while(|key| !is_table(key)).count();
        assert!(KEYS.iter().skip(first).all(|key| is_table(&key)));
        each(|_, key| assert!(!key.says.ends_with('.') && !key.example.is_empty(), "{}", key.name));
    }
}
