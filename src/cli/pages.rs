//! The rules as the user asks for them: by id, as a list, page by page.

use std::fmt;
use std::io::{self, Write};

use super::terminal;
use crate::finding::Safety;
use crate::nearest::nearest;
use crate::report::{About, clean};
use crate::rule::{Group, Hole, Rule};
use crate::rules::{self, RULES};

/// An id that no rule has.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    id: String,
    nearest: Option<&'static str>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "there is no rule `{}`", clean(&self.id))?;
        match self.nearest {
            Some(nearest) => write!(out, "; did you mean `{nearest}`?"),
            None => out.write_str("; `authlint rules` lists them"),
        }
    }
}

/// The rule of an id.
pub(super) fn find(id: &str) -> Result<&'static Rule, Unknown> {
    let ids = || RULES.iter().map(|rule| rule.id);
    let unknown = || Unknown { id: id.to_owned(), nearest: nearest(id, ids()) };
    rules::find(id).ok_or_else(unknown)
}

/// How the rules are listed.
#[derive(Debug)]
pub(super) struct Format {
    /// As `--format` names it.
    pub name: &'static str,
    /// Writes the list.
    pub write: fn(&mut dyn Write) -> io::Result<()>,
}

/// Every way to list the rules.
pub(super) static FORMATS: &[Format] = &[
    Format { name: "human", write: list },
    Format { name: "json", write: json },
    Format { name: "markdown", write: markdown },
];

/// Writes one line a rule: id, level, the fault in one sentence.
fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    terminal::fitting(out, terminal::folded_columns, |out| {
        RULES.iter().try_for_each(|rule| {
            let on_trial = if rule.preview { " [preview]" } else { "" };
            writeln!(out, "{:width$}  {:7}  {}{on_trial}", rule.id, rule.level.name(), rule.summary())
        })
    })
}

/// A rule as programs read it.
#[derive(serde::Serialize)]
struct Entry {
    id: &'static str,
    group: &'static str,
    /// The worst level that it reports.
    level: &'static str,
    /// `safe`, `unsafe` or null.
    fix: Option<&'static str>,
    preview: bool,
    /// How bad it is for security by CVSS, or null.
    severity: Option<&'static str>,
    /// The version of authlint that had it first.
    since: &'static str,
    /// Names that it had before.
    aliases: &'static [&'static str],
    summary: String,
    /// Its page, in Markdown.
    page: &'static str,
}

fn json(out: &mut dyn Write) -> io::Result<()> {
    let entry = |rule: &&'static Rule| Entry {
        id: rule.id,
        group: rule.group.name(),
        level: rule.level.name(),
        fix: rule.fix.map(Safety::name),
        preview: rule.preview,
        severity: rule.hole.map(Hole::score),
        since: rule.since(),
        aliases: rule.aliases,
        summary: rule.summary(),
        page: rule.page,
    };
    let entries: Vec<Entry> = RULES.iter().map(entry).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

/// Writes a table for each group, as `docs/rules.md` holds them.
fn markdown(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Rules\n")?;
    writeln!(
        out,
        "Each is explained on its page, which `authlint explain <id>` prints. The level is the worst that it"
    )?;
    writeln!(out, "reports; advice is shown with `--advice`, rules marked *preview* run with `--preview`, or where")?;
    writeln!(out, "`authlint.toml` says so.")?;
    for group in Group::ALL {
        writeln!(
            out,
            "\n## {}\n\n| rule | level | fix | since | what it finds |\n|---|---|---|---|---|",
            group.title()
        )?;
        for rule in RULES.iter().filter(|rule| rule.group == group) {
            let on_trial = if rule.preview { " *preview*" } else { "" };
            let fix = rule.fix.map_or("–", Safety::name);
            // A bar in a cell would end it.
            let summary = rule.summary().replace('|', "\\|");
            writeln!(
                out,
                "| [`{id}`](../rules/{id}.md){on_trial} | {} | {fix} | {} | {summary} |",
                rule.level.name(),
                rule.since(),
                id = rule.id
            )?;
        }
    }
    Ok(())
}

/// What formats say of the rules.
pub(super) fn about() -> Vec<About> {
    let about = |rule: &Rule| About {
        id: rule.id,
        aliases: rule.aliases,
        level: rule.level,
        summary: rule.summary(),
        page: rule.page,
        group: rule.group.name(),
        severity: rule.hole.map(Hole::score),
    };
    RULES.iter().map(|rule| about(rule)).collect()
}

/// Writes a rule's page.
pub(super) fn explain(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    terminal::fitting(out, terminal::reflowed, |out| writeln!(out, "{}", rule.page.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_id_is_said_in_one_line() {
        let unknown = Unknown { id: "a\u{1b}\nb".to_owned(), nearest: Some("public-service") };
        assert_eq!(unknown.to_string(), "there is no rule `a\u{fffd}\u{fffd}b`; did you mean `public-service`?");
        assert!(Unknown { nearest: None, ..unknown }.to_string().ends_with("`authlint rules` lists them"));
    }
}
