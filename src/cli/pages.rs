//! The rules as the user asks for them: by id, as a list, page by page.

use std::fmt;
use std::io::{self, Write};

use crate::nearest::nearest;
use crate::report::clean;
use crate::rule::Rule;
use crate::rules::RULES;

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
    RULES.iter().find(|rule| rule.id == id).copied().ok_or_else(unknown)
}

/// Writes one line a rule: id, level, the fault in one sentence.
pub(super) fn list(out: &mut dyn Write) -> io::Result<()> {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    RULES.iter().try_for_each(|rule| {
        writeln!(out, "{:width$}  {:7}  {}", rule.id, rule.level.name(), first_sentence(rule.page))
    })
}

/// Writes a rule's page.
pub(super) fn explain(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", rule.page.trim_end())
}

/// The first sentence below a page's title.
fn first_sentence(page: &str) -> String {
    let lines = page.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
    let paragraph = lines.take_while(|line| !line.trim().is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
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

    #[test]
    fn the_first_sentence_of_a_page_may_span_lines() {
        assert_eq!(
            first_sentence("# some-rule\n\nA token of run.app\nis wrong. It is so.\n\nMore."),
            "A token of run.app is wrong."
        );
        assert_eq!(first_sentence("# x\n\nOne only.\n"), "One only.");
        assert_eq!(first_sentence(""), "");
    }
}
