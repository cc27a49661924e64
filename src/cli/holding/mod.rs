//! `authlint config`: what holds for a path, and who says so.

mod human;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::args::Chosen;
use super::choice::{By, Held};
use super::{Status, fault, gather, note, print};
use crate::config::schema::{KEYS, Key, Kind};
use crate::config::{Config, Omission, Said};
use crate::files::{self, Trouble};
use crate::report::clean;
use crate::rules::{self, RULES};
use crate::source::{MAX_SIZE, Span, Spanned};

/// Faults of the configuration that are told.
const FAULTS: usize = 10;

/// How it is shown.
#[derive(Debug)]
pub(super) struct Format {
    /// As `--format` names it.
    pub name: &'static str,
    write: fn(&Holding, &mut dyn Write) -> io::Result<()>,
}

/// Every way to show it.
pub(super) static FORMATS: &[Format] =
    &[Format { name: "human", write: human::write }, Format { name: "json", write: json }];

/// What holds for a path.
#[derive(Debug, Serialize)]
struct Holding {
    version: u32,
    path: String,
    /// Where its project begins.
    project: String,
    /// The configuration, if there is one.
    config: Option<String>,
    /// Why the path is not read, where it is not.
    omitted: Option<&'static str>,
    settings: Vec<Setting>,
    rules: Vec<Rule>,
    grants: Vec<Grant>,
    require: Vec<Require>,
    policies: Vec<Policy>,
}

/// A key with its value; a list that is not limited is empty.
#[derive(Debug, Serialize)]
struct Setting {
    key: &'static str,
    value: Value,
    from: From,
}

/// What is said of a rule.
#[derive(Debug, Serialize)]
struct Rule {
    id: String,
    level: &'static str,
    /// The rule's own; nothing where there is no such rule.
    own: Option<&'static str>,
    /// Patterns of the paths that it holds for; all of them where there are none.
    paths: Option<Vec<String>>,
    from: From,
}

#[derive(Debug, Serialize)]
struct Grant {
    member: String,
    role: String,
    on: Option<String>,
    reason: Option<String>,
    from: From,
}

#[derive(Debug, Serialize)]
struct Require {
    when: String,
    needs: Vec<String>,
    from: From,
}

#[derive(Debug, Serialize)]
struct Policy {
    on: String,
    file: String,
    from: From,
}

/// Who says it.
#[derive(Debug, Serialize)]
#[serde(tag = "by", rename_all = "lowercase")]
enum From {
    Default,
    File { path: String, line: u32 },
    Flag { name: &'static str },
}

/// Shows what holds for a path.
pub(super) fn show(path: &Path, chosen: &Chosen, format: &Format) -> Status {
    let base = gather::current_dir();
    let place = match path.canonicalize() {
        Ok(place) => place,
        Err(error) => {
            return fault(format_args!("{}: {}", clean(&path.to_string_lossy()), Trouble::from(error)));
        }
    };
    let root = files::project_root(&place);
    let config = match gather::configuration(&root, &base) {
        Ok(config) => config,
        Err(no) => return fault(no),
    };
    let config = config.as_ref();
    config.into_iter().for_each(tell);
    let shown = |path: &PathBuf| files::relative(path, &base);
    let holding = Holding {
        version: 1,
        path: shown(&place),
        project: shown(&root),
        config: config.map(|config| config.source.path().to_owned()),
        omitted: config.and_then(|config| omitted(config, &place)),
        settings: settings(config, chosen),
        rules: config.map_or_else(Vec::new, |config| levels(config, &place)),
        grants: config.map_or_else(Vec::new, grants),
        require: config.map_or_else(Vec::new, requires),
        policies: config.map_or_else(Vec::new, policies),
    };
    print(Status::Clean, |out| (format.write)(&holding, out))
}

/// Tells what is wrong with a configuration, and so does not hold.
fn tell(config: &Config) {
    for fault in config.faults.iter().take(FAULTS) {
        let line = config.source.position(fault.span.start).line;
        note(format_args!("authlint: {}:{line}: {}", clean(config.source.path()), clean(&fault.message)));
    }
}

fn json(holding: &Holding, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, holding)?;
    writeln!(out)
}

fn file(config: &Config, span: Span) -> From {
    From::File { path: config.source.path().to_owned(), line: config.source.position(span.start).line }
}

fn omitted(config: &Config, place: &Path) -> Option<&'static str> {
    // A directory that is not included may hold what is.
    let omission =
        if place.is_dir() { config.excludes(place).then_some(Omission::Excluded) } else { config.omits(place) };
    Some(match omission? {
        Omission::Excluded => "excluded",
        Omission::NotIncluded => "not included",
    })
}

/// The values of the keys that have one: those of the file and of `[files]`.
fn settings(config: Option<&Config>, chosen: &Chosen) -> Vec<Setting> {
    let keys = KEYS.iter().filter(|key| matches!(key.kind, Kind::Table(_))).flat_map(Key::keys);
    let keys = KEYS.iter().filter(|key| key.keys().is_empty()).chain(keys);
    keys.filter_map(|key| {
        let (value, by) = value(key.name, config, chosen)?;
        let from = match (by, config) {
            (By::File(span), Some(config)) => file(config, span),
            (By::Flag(name), _) => From::Flag { name },
            _ => From::Default,
        };
        Some(Setting { key: key.name, value, from })
    })
    .collect()
}

fn value(key: &str, config: Option<&Config>, chosen: &Chosen) -> Option<(Value, By)> {
    let list = |said: &[Spanned<String>]| {
        let patterns: Vec<&str> = said.iter().map(|pattern| pattern.value.as_str()).collect();
        (json!(patterns), said.first().map_or(By::Default, |first| By::File(first.span)))
    };
    let flag = |held: Held<bool>| (json!(held.value), held.by);
    Some(match key {
        "fail-on" => {
            let held = chosen.fail_on(config);
            (json!(held.value.name()), held.by)
        }
        "advice" => flag(chosen.advice(config)),
        "preview" => flag(chosen.preview(config)),
        "include" => list(config.map_or(&[], Config::include)),
        "exclude" => list(config.map_or(&[], Config::exclude)),
        "max-size" => {
            let held = Held::of(config.and_then(|config| config.max_size.as_ref()), MAX_SIZE);
            (json!(held.value), held.by)
        }
        _ => return None,
    })
}

/// What is said of rules: for a file what counts there, for a directory all of it, in the order in which it counts.
fn levels(config: &Config, place: &Path) -> Vec<Rule> {
    let of = |said: Said<'_>| {
        let known = rules::find(&said.id.value);
        let paths = |paths: &[Spanned<String>]| paths.iter().map(|path| path.value.clone()).collect();
        Rule {
            id: known.map_or(said.id.value.as_str(), |rule| rule.id).to_owned(),
            level: said.setting.name(),
            own: known.map(|rule| rule.level.name()),
            paths: said.paths.map(paths),
            from: file(config, said.id.span),
        }
    };
    if place.is_dir() {
        return config.settings().map(of).collect();
    }
    let names = |rule: &'static crate::rule::Rule| std::iter::once(rule.id).chain(rule.aliases.iter().copied());
    RULES.iter().filter_map(|rule| names(rule).find_map(|name| config.said(name, place)).map(of)).collect()
}

fn grants(config: &Config) -> Vec<Grant> {
    let grant = |granted: &crate::config::Granted| Grant {
        member: granted.member.value.clone(),
        role: granted.role.value.clone(),
        on: granted.on.as_ref().map(|on| on.value.to_string()),
        reason: granted.reason.clone(),
        from: file(config, granted.span),
    };
    config.grants().iter().map(grant).collect()
}

fn requires(config: &Config) -> Vec<Require> {
    let require = |require: &crate::config::Require| Require {
        when: require.when.clone(),
        needs: require.needs.clone(),
        from: file(config, require.span),
    };
    config.requires().iter().map(require).collect()
}

fn policies(config: &Config) -> Vec<Policy> {
    let policy = |policy: &crate::config::Policy| Policy {
        on: policy.on.to_string(),
        file: policy.file.clone(),
        from: file(config, policy.span),
    };
    config.exported().iter().map(policy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_has_a_value_is_shown() {
        let shown: Vec<&str> = settings(None, &Chosen::default()).into_iter().map(|setting| setting.key).collect();
        assert_eq!(shown, ["fail-on", "advice", "preview", "include", "exclude", "max-size"]);
        let files = KEYS.iter().find(|key| key.name == "files").unwrap();
        let plain = KEYS.iter().filter(|key| key.keys().is_empty() && !matches!(key.kind, Kind::Rules));
        assert_eq!(shown.len(), plain.count() + files.keys().len());
    }
}
