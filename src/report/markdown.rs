//! Markdown for a comment of a pull request and the summary of a job: a headline, then a paragraph a finding.
//!
//! What comes from linted files can neither mention anybody nor draw anything: it stands in code spans, or with its signs as
//! character references. The first line is a comment by which a bot finds its comment again.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::clean::clean;
use super::place::At;
use super::{Options, Outcome};
use crate::finding::{Finding, Level};

/// Longest comment in bytes; GitHub takes comments of 65,536 characters.
const MOST: usize = 60_000;
/// Longest summary in bytes; GitHub takes 1 MiB of a step.
const MOST_OF_SUMMARY: usize = 1_000_000;
/// The line that says which comment it is.
const MARK: &str = "<!-- authlint -->";

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    write_some(MOST, outcome, options, out)
}

/// The same for the summary of a job.
pub(super) fn write_summary(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    write_some(MOST_OF_SUMMARY, outcome, options, out)
}

fn write_some(most: usize, outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{MARK}\n### {}", headline(outcome, options))?;
    for fault in &outcome.faults {
        writeln!(out, "\n**not read** {}", prose(fault))?;
    }
    let findings: Vec<&Finding> = options.shown(outcome).collect();
    let mut room = most;
    for (index, finding) in findings.iter().enumerate() {
        let Some(at) = At::of(outcome, finding) else { continue };
        let paragraph = paragraph(finding, &at, options);
        if paragraph.len() > room {
            let left = findings.len() - index;
            return writeln!(out, "\n… and {left} more: run `authlint .`");
        }
        room -= paragraph.len();
        out.write_all(paragraph.as_bytes())?;
    }
    Ok(())
}

fn headline(outcome: &Outcome, options: &Options) -> String {
    let count = |level: Level| {
        let count = options.shown(outcome).filter(|finding| finding.level == level).count();
        let plural = if count == 1 || level == Level::Advice { "" } else { "s" };
        (count > 0).then(|| format!("{count} {}{plural}", level.name()))
    };
    let counts: Vec<String> = Level::ALL.into_iter().filter_map(count).collect();
    if counts.is_empty() && !outcome.faults.is_empty() {
        return "authlint: not everything could be read".to_owned();
    }
    if counts.is_empty() {
        let files = if outcome.files == 1 { "file" } else { "files" };
        return format!("authlint: no faults in {} {files}", outcome.files);
    }
    format!("authlint: {}", counts.join(", "))
}

fn paragraph(finding: &Finding, at: &At<'_>, options: &Options) -> String {
    let (path, line) = (code(&options.path(at.path)), at.start.line);
    let (level, rule, page) = (finding.level.name(), finding.rule, options.page(finding.rule));
    let mut out = format!("\n**{level}** [{rule}]({page}) in {path}, line {line}<br>\n{}\n", prose(&finding.message));
    for help in finding.help.lines() {
        let _ = writeln!(out, "\n> {}", prose(help));
    }
    out
}

/// A code span: nothing in it has a meaning.
fn code(text: &str) -> String {
    let text = clean(text).replace('`', "'");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

/// Prose with code spans, and nothing else that has a meaning.
fn prose(text: &str) -> String {
    let text = clean(text);
    // An odd backtick opens a span that nothing ends.
    if text.matches('`').count() % 2 == 1 {
        return text.chars().map(plain).collect();
    }
    let parts = text.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { code(part) } else { part.chars().map(plain).collect() }).collect()
}

/// A character that stands for itself.
fn plain(c: char) -> String {
    match c {
        ',' | ';' | '(' | ')' | '\'' | '"' | ' ' | '?' | '=' | '-' | '/' | '%' => c.to_string(),
        // People and issues are looked for in the text as it is drawn: something that is not drawn parts them.
        '@' | '#' => format!("{c}<!-- -->"),
        // Mathematics.
        '$' => "<span>$</span>".to_owned(),
        c if c.is_ascii_punctuation() => format!("&#{};", u32::from(c)),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_paragraph_a_finding() {
        let options = Options { advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &options));
    }

    #[test]
    fn nothing_found_is_said() {
        let outcome = Outcome { files: 3, ..Outcome::default() };
        let text = testing::render(write, &outcome, &Options::default());
        assert_eq!(text, "<!-- authlint -->\n### authlint: no faults in 3 files\n");
    }

    #[test]
    fn texts_of_files_have_no_meaning() {
        assert_eq!(prose("`a<b>` by @kim in [x](y) <img>"), "`a<b>` by @<!-- -->kim in &#91;x&#93;(y) &#60;img&#62;");
        assert_eq!(
            prose("one ` @kim **b** acme/x#1 $a$"),
            "one &#96; @<!-- -->kim &#42;&#42;b&#42;&#42; acme/x#<!-- -->1 <span>$</span>a<span>$</span>"
        );
        assert_eq!(prose("https://www.x"), "https&#58;//www&#46;x");
        assert_eq!(code("a`b"), "`a'b`");
        testing::assert_harmless(&testing::render(write, &testing::hostile(), &Options::default()));
    }

    #[test]
    fn it_fits_into_a_comment() {
        let mut outcome = testing::outcome();
        outcome.findings = std::iter::repeat_n(outcome.findings[0].clone(), 1000).collect();
        let text = testing::render(write, &outcome, &Options::default());
        assert!(text.len() < 65_536 && text.contains(" more: run `authlint .`"), "{}", text.len());
        assert!(text.starts_with("<!-- authlint -->\n### authlint: 1000 errors\n"));
    }
}
