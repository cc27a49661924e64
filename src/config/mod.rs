//! The text of `authlint.toml` → levels of rules, and which files are read. Knows no disk and no rule: whether a rule of
//! a name exists is asked elsewhere.

mod granted;
mod paths;
mod size;
mod table;

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::finding::Level;
use crate::source::{LARGEST, MAX_SIZE, Source, Span, Spanned};
pub use granted::{Granted, KINDS, On, OnKind, Policy};
use paths::Paths;
use table::Reading;

/// What a project says of itself.
#[derive(Debug)]
pub struct Config {
    /// The file.
    pub source: Source,
    /// What is wrong with it and leaves the rest as it is, by place.
    pub faults: Vec<Fault>,
    /// Files of more raw bytes are not read.
    pub max_size: u64,
    path: PathBuf,
    rules: Vec<(Spanned<String>, Setting)>,
    overrides: Vec<Override>,
    requires: Vec<Require>,
    grants: Vec<Granted>,
    policies: Vec<Policy>,
    exclude: Paths,
}

/// Variables that one needs beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Require {
    /// Where this one is given,
    pub when: String,
    /// these are due.
    pub needs: Vec<String>,
}

/// Of the lists of requirements, those that count.
const MOST_REQUIRES: usize = 200;

/// What is said of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// It does not report.
    Off,
    /// All that it reports is of this level.
    Level(Level),
}

/// Settings for some paths.
#[derive(Debug, Default)]
struct Override {
    paths: Paths,
    rules: Vec<(Spanned<String>, Setting)>,
}

/// A part of the file that does nothing, or not what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// The name that replaces what stands at `span`, when one is near.
    pub nearest: Option<&'static str>,
}

/// The file is no TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unparsable {
    /// Line and column, from 1.
    pub at: (u32, u32),
    /// What the parser says.
    pub message: String,
}

impl Config {
    /// Reads the file that lies at a path, which is as those that are asked for: absolute, without symlinks.
    ///
    /// # Errors
    /// [`Unparsable`] when it is no TOML.
    pub fn parse(source: Source, path: &Path) -> Result<Self, Unparsable> {
        let mut reading = Reading::default();
        let mut config = Self {
            faults: Vec::new(),
            max_size: MAX_SIZE,
            path: path.to_owned(),
            rules: Vec::new(),
            overrides: Vec::new(),
            requires: Vec::new(),
            grants: Vec::new(),
            policies: Vec::new(),
            exclude: Paths::default(),
            source: Source::empty(""),
        };
        match DeTable::parse(source.text()) {
            Ok(table) => config.fill(table.get_ref(), &mut reading),
            Err(error) => {
                let at = source.position(error.span().map_or(0, |span| span.start as u32));
                return Err(Unparsable { at: (at.line, at.column), message: error.message().to_owned() });
            }
        }
        config.faults = reading.faults;
        config.faults.sort_by_key(|fault| fault.span);
        config.grants.iter_mut().for_each(|grant| grant.settle(source.text()));
        config.source = source;
        Ok(config)
    }

    fn fill(&mut self, table: &DeTable<'_>, reading: &mut Reading) {
        for (key, value) in reading.keys(table, &["rules", "overrides", "require", "grants", "policies", "files"], "") {
            match key {
                "rules" => self.rules = reading.rules(value),
                "overrides" => {
                    for (table, at) in reading.tables(value, "overrides") {
                        self.overrides.push(one_override(table, at, reading));
                    }
                }
                "require" => {
                    for (table, at) in reading.tables(value, "require").into_iter().take(MOST_REQUIRES) {
                        self.requires.extend(one_require(table, at, reading));
                    }
                }
                "grants" => {
                    let tables = reading.tables(value, "grants");
                    self.grants = reading.grants(tables);
                }
                "policies" => {
                    let tables = reading.tables(value, "policies");
                    self.policies = reading.policies(tables);
                }
                _ => {
                    let Some(table) = reading.table(value, "files") else { continue };
                    for (key, value) in reading.keys(table, &["exclude", "max-size"], "files") {
                        match key {
                            "exclude" => self.exclude = reading.paths(value, "exclude"),
                            _ => self.max_size = reading.size(value, LARGEST).unwrap_or(MAX_SIZE),
                        }
                    }
                }
            }
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it says of a rule in a file, by the file's path.
    pub fn setting(&self, rule: &str, path: &Path) -> Option<Setting> {
        let of = |rules: &[(Spanned<String>, Setting)]| {
            rules.iter().find(|(id, _)| id.value == rule).map(|(_, setting)| *setting)
        };
        // The last that speaks wins.
        let mut special = self.overrides.iter().rev().filter_map(|one| Some((&one.paths, of(&one.rules)?))).peekable();
        if special.peek().is_some()
            && let Some(path) = self.relative(path)
            && let Some((_, setting)) = special.find(|(paths, _)| paths.contain(&path))
        {
            return Some(setting);
        }
        of(&self.rules)
    }

    /// Whether a file, or a directory with all that is in it, is not read.
    pub fn excludes(&self, path: &Path) -> bool {
        !self.exclude.is_empty() && self.relative(path).is_some_and(|path| self.exclude.contain(&path))
    }

    /// Whether it excludes anything at all.
    pub fn excludes_some(&self) -> bool {
        !self.exclude.is_empty()
    }

    /// The variables that it says need others.
    pub fn requires(&self) -> &[Require] {
        &self.requires
    }

    /// The grants that it says are made elsewhere.
    pub fn grants(&self) -> &[Granted] {
        &self.grants
    }

    /// The files that it says hold policies, each with where it lies.
    pub fn policies(&self) -> impl Iterator<Item = (&On, PathBuf)> {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        self.policies.iter().map(move |policy| (&policy.on, directory.join(&policy.file)))
    }

    /// The ids of rules that it names.
    pub fn ids(&self) -> impl Iterator<Item = &Spanned<String>> {
        let special = self.overrides.iter().flat_map(|one| &one.rules);
        self.rules.iter().chain(special).map(|(id, _)| id)
    }

    /// A path below the file's directory, with `/`.
    fn relative(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(self.path.parent()?).ok()?;
        let parts: Vec<_> = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }
}

fn one_override(table: &DeTable<'_>, at: Range<usize>, reading: &mut Reading) -> Override {
    let mut out = Override::default();
    if let Some(missing) = ["paths", "rules"].into_iter().find(|key| !table.contains_key(*key)) {
        reading.missing(at, missing, "`paths` says for which files, `rules` says what");
    }
    for (key, value) in reading.keys(table, &["paths", "rules"], "overrides") {
        match key {
            "paths" => out.paths = reading.paths(value, "paths"),
            _ => out.rules = reading.rules(value),
        }
    }
    out
}

fn one_require(table: &DeTable<'_>, at: Range<usize>, reading: &mut Reading) -> Option<Require> {
    let mut out = Require::default();
    if let Some(missing) = ["when", "needs"].into_iter().find(|key| !table.contains_key(*key)) {
        reading.missing(at, missing, "`when` names a variable, `needs` those that are due beside it");
    }
    for (key, value) in reading.keys(table, &["when", "needs"], "require") {
        match key {
            "when" => out.when = reading.variable(value, "when").unwrap_or_default(),
            _ => out.needs = reading.variables(value, "needs"),
        }
    }
    (!out.when.is_empty() && !out.needs.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Config {
        Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml")).unwrap()
    }

    fn faults(text: &str) -> Vec<String> {
        let config = parse(text);
        let slice = |span: Span| text.get(span.range()).unwrap();
        config.faults.iter().map(|fault| format!("{}: {} | {}", slice(fault.span), fault.message, fault.help)).collect()
    }

    #[test]
    fn what_a_config_says() {
        let config = parse(
            "[rules]\na = \"off\"\nb = \"error\"\n[[overrides]]\npaths = [\"docs/\"]\nrules = { b = \"advice\" }\n\
             [[overrides]]\npaths = [\"*.md\"]\nrules = { b = \"off\", a = \"warning\" }\n\
             [files]\nexclude = [\"vendor\"]\nmax-size = \"2MiB\"\n",
        );
        assert_eq!(config.faults, []);
        let setting = |rule, path| config.setting(rule, Path::new(path));
        assert_eq!(setting("a", "/p/x.sh"), Some(Setting::Off));
        assert_eq!(setting("b", "/p/x.sh"), Some(Setting::Level(Level::Error)));
        assert_eq!(setting("b", "/p/docs/x.sh"), Some(Setting::Level(Level::Advice)));
        assert_eq!(setting("b", "/p/docs/x.md"), Some(Setting::Off));
        assert_eq!(setting("a", "/p/docs/x.md"), Some(Setting::Level(Level::Warning)));
        assert_eq!(setting("b", "/elsewhere/x.md"), Some(Setting::Level(Level::Error)));
        assert_eq!(setting("c", "/p/docs/x.md"), None);
        assert!(config.excludes(Path::new("/p/a/vendor/x.sh")) && !config.excludes(Path::new("/p/a.sh")));
        assert!(!config.excludes(Path::new("/p")) && !config.excludes(Path::new("/q/vendor")));
        assert_eq!(config.max_size, 2 << 20);
        assert_eq!(config.ids().count(), 5);
        let requires = parse("[[require]]\nwhen = \"A\"\nneeds = [\"B\", \"C\"]\n").requires;
        assert_eq!(requires, [Require { when: "A".into(), needs: vec!["B".into(), "C".into()] }]);
        let empty = parse("");
        assert!(empty.faults.is_empty() && empty.max_size == MAX_SIZE && !empty.excludes_some());
    }

    #[test]
    fn what_does_nothing_is_told() {
        assert_eq!(
            faults("[rulez]\na = \"off\"\n[files]\nexclude = \"a\"\nmaxsize = 1\n[[grantz]]\nrole = \"x\"\n"),
            [
                "rulez: there is no key `rulez`; it does nothing | write `rules`",
                "\"a\": `exclude` is a list of texts, not a text | write `exclude = [\"…\"]`",
                "maxsize: there is no key `maxsize` in `files`; it does nothing | write `max-size`",
                "grantz: there is no key `grantz`; it does nothing | write `grants`",
            ]
        );
        assert_eq!(
            faults("rules = 3\n[files]\nexclude = [1, \"a[\", \"b\"]\nmax-size = \"1GB\"\n"),
            [
                "3: `rules` is a table, not a number | write `[rules]`",
                "1: a path is a text, not a number | write it in quotes",
                "\"a[\": `a[` is no pattern of paths: unclosed character class; missing ']' | patterns are those of .gitignore, without `!`",
                "\"1GB\": `1GB` is no size | write a number of bytes, KiB or MiB: `max-size = \"2MiB\"`",
            ]
        );
        assert_eq!(
            faults("[rules]\na = \"of\"\nb = false\nc = \"note\"\n[overrides]\npaths = []\n"),
            [
                "\"of\": `of` is no level | write `off`",
                "false: a rule is set to \"off\", \"advice\", \"warning\" or \"error\", not to true or false | write it in quotes",
                "\"note\": `note` is no level | levels are `off`, `advice`, `warning`, `error`",
                "[overrides]: `overrides` is a list of tables, not a table | write `[[overrides]]`",
            ]
        );
        assert_eq!(
            faults("[[overrides]]\nrules = { a = \"off\" }\n"),
            ["[[overrides]]: without `paths` it does nothing | `paths` says for which files, `rules` says what"]
        );
        assert_eq!(
            faults("[[require]]\nwhen = \"A B\"\nneeds = []\n[[require]]\nwhen = 1\nneed = [\"B\"]\n"),
            [
                "\"A B\": `A B` is no name of a variable | names are those of environment variables: `QUEUE_ID`",
                "[]: `needs` is empty, and asks for nothing | names are those of environment variables: `QUEUE_ID`",
                "[[require]]: without `needs` it does nothing | `when` names a variable, `needs` those that are due beside it",
                "1: `when` names a variable, not a number | write `when = \"NAME\"`",
                "need: there is no key `need` in `require`; it does nothing | write `needs`",
            ]
        );
        assert_eq!(
            faults("[files]\nmax-size = \"17MiB\"\n"),
            ["\"17MiB\": `17MiB` is more than the 16 MiB that a file may have | write `max-size = \"16MiB\"`"]
        );
        assert_eq!(parse("[files]\nmax-size = \"17MiB\"\n").max_size, LARGEST);
    }

    #[test]
    fn what_is_no_toml_has_a_place() {
        let error =
            Config::parse(Source::new("authlint.toml", b"[rules]\na = off\n").unwrap(), Path::new("/p/authlint.toml"))
                .unwrap_err();
        assert_eq!(error.at, (2, 5));
        assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
    }

    #[test]
    fn hostile_files_end() {
        for text in [
            format!("a = {}", "[".repeat(100_000)),
            format!("a = {}", "{a=".repeat(100_000)),
            format!("{}a = 1", "a.".repeat(100_000)),
            format!("[{}a]", "a.".repeat(100_000)),
            "[[overrides]]\n".repeat(50_000),
        ] {
            let _ =
                Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml"));
        }
        let many: Vec<String> = (0..100_000).map(|n| format!("k{n}=1")).collect();
        assert!(parse(&many.join("\n")).faults.len() <= 1000);
    }
}
