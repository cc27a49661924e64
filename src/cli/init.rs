//! `authlint init`: an `authlint.toml` that names every key and says nothing. Made of the table of keys.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::{Status, fault, print, schema};
use crate::config::schema::{KEYS, Key, Kind, SETTINGS};
use crate::files;
use crate::report::clean;

const START: &str = "\
## What authlint is told of this project, which begins here. Nothing has to be said. Lines that begin with `# ` are what
## holds when nothing is said, or examples: take the `# ` away, and the line counts.
## `authlint explain invalid-config` says more, `authlint config` shows what holds.
";

/// Writes the file into a directory, where there is none yet.
pub(super) fn init(directory: &Path) -> Status {
    let path = directory.join(files::CONFIG);
    let shown = clean(&path.strip_prefix(".").unwrap_or(&path).to_string_lossy());
    let above = directory.canonicalize().ok().filter(|own| files::is_in_project(own)).and_then(|own| {
        let root = files::project_root(&own);
        (root != own).then_some(root)
    });
    // Never over one that is there, be it made this very moment.
    let written = OpenOptions::new().write(true).create_new(true).open(&path);
    match written.and_then(|mut file| file.write_all(text().as_bytes())) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return fault(format_args!("{shown} is there already; `authlint config` shows what it says"));
        }
        Err(error) => return fault(format_args!("cannot write {shown}: {}", files::Trouble::from(error))),
    }
    print(Status::Clean, |out| {
        writeln!(out, "Wrote {shown}: every key with what it means, all commented out.")?;
        if let Some(above) = above {
            let above = clean(&above.to_string_lossy());
            writeln!(
                out,
                "A project of its own begins here now: it and the rest of {above} are no evidence for each other."
            )?;
        }
        writeln!(out, "Next: take the `# ` away from what you need. `authlint config` then shows what holds, and")?;
        writeln!(out, "`authlint .` what is found.")
    })
}

/// The file.
fn text() -> String {
    let mut out = format!("#:schema {}\n\n{START}", schema::URL);
    for key in KEYS {
        let _ = write!(out, "\n## {}{}\n", key.says, words(key));
        match key.kind {
            Kind::Table(keys) | Kind::Tables(keys) => {
                let _ = writeln!(out, "# {}", key.header());
                for key in keys {
                    let _ = write!(out, "## {}{}\n{}", key.says, words(key), line(key));
                }
            }
            Kind::Rules => {
                let example = key.example.trim_matches(['{', '}', ' ']);
                let _ = write!(out, "# {}\n# {example}\n", key.header());
            }
            _ => out.push_str(&line(key)),
        }
    }
    out
}

/// What holds when nothing is said, where it is something; else an example.
fn line(key: &Key) -> String {
    let value = key.default.filter(|default| *default != "[]").unwrap_or(key.example);
    format!("# {} = {value}\n", key.name)
}

fn words(key: &Key) -> String {
    match key.kind {
        Kind::Word(words) => format!(" ({})", words.join(", ")),
        Kind::Rules => format!(" ({})", SETTINGS.join(", ")),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::source::Source;

    fn parse(text: &str) -> Config {
        Config::parse(Source::new("authlint.toml", text.as_bytes()).unwrap(), Path::new("/p/authlint.toml")).unwrap()
    }

    /// Every comment without its first mark, but for the line that names the schema.
    fn uncommented(text: &str) -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(':') => rest.to_owned(),
            _ => line.to_owned(),
        };
        text.lines().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn it_says_nothing_until_it_is_uncommented() {
        let text = text();
        assert!(
            text.starts_with("#:schema https://") && text.lines().all(|line| line.is_empty() || line.starts_with('#'))
        );
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
        assert_eq!(parse(&text).faults, []);
        let all = parse(&uncommented(&text));
        assert_eq!(all.faults, [], "{}", uncommented(&text));
        assert!(
            all.ids().flatten().count() == 2 && all.ids().flatten().all(|id| crate::rules::find(&id.value).is_some())
        );
        assert!(all.fail_on.is_some() && all.requires().len() == 1 && all.grants().len() == 1);
        assert!(all.exported().len() == 1 && all.include().len() == 2 && all.exclude().len() == 1);
    }

    #[test]
    fn it_names_every_key() {
        let text = text();
        for key in KEYS.iter().flat_map(|key| std::iter::once(key).chain(key.keys())) {
            let starts = [format!("# {} = ", key.name), format!("# {}", key.header())];
            assert!(text.lines().any(|line| starts.iter().any(|start| line.starts_with(start))), "{}", key.name);
        }
    }
}
