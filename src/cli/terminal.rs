//! What is written for people at a terminal that is narrower than it: lines end between words, not within them.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use console::Term;
use pulldown_cmark::{Event, Options, Parser, Tag};
use textwrap::core::display_width;
use textwrap::{WordSeparator, WordSplitter};

/// What is narrower is written as if it were so wide.
const LEAST: usize = 40;
/// Where a line goes on that has no room below its last column.
const INDENT: usize = 4;

/// How a text is made fit for so many columns.
pub(super) type Fit = fn(&str, usize) -> String;

/// The columns of the terminal that standard output is, if it is one.
pub(super) fn columns() -> Option<usize> {
    columns_of(&Term::stdout())
}

/// The same of standard error.
pub(super) fn columns_of_stderr() -> Option<usize> {
    columns_of(&Term::stderr())
}

fn columns_of(terminal: &Term) -> Option<usize> {
    if !terminal.is_term() {
        return None;
    }
    terminal.size_checked().map(|(_, columns)| usize::from(columns).max(LEAST))
}

/// Writes what `write` does, made fit for standard output, if that is a terminal.
pub(super) fn fitting(
    out: &mut dyn Write,
    fit: Fit,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let Some(columns) = columns() else { return write(out) };
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(fit(&String::from_utf8_lossy(&text), columns).as_bytes())
}

/// Continues lines that are too long below their text: behind a bullet, a number, or a word with a colon.
pub(super) fn folded(text: &str, columns: usize) -> String {
    each_line(text, |line| fold(line, lead(line), None, columns))
}

/// Continues lines that are too long below their last column. Two blanks are between columns, and nowhere else.
pub(super) fn folded_columns(text: &str, columns: usize) -> String {
    each_line(text, |line| {
        let last = line.rfind("  ").map_or(0, |at| at + 2);
        fold(line, last, (last > columns / 2).then_some(INDENT), columns)
    })
}

/// Makes the paragraphs of Markdown anew. Code and tables stay as they are.
pub(super) fn reflowed(page: &str, columns: usize) -> String {
    if page.lines().all(|line| display_width(line) <= columns) {
        return page.to_owned();
    }
    let kept = kept(page);
    // Each with whether it stays as it is.
    let mut lines: Vec<(Cow<'_, str>, bool)> = Vec::new();
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let line = line.trim_end_matches('\n');
        let text = line.trim_start();
        let is_kept = kept.iter().any(|range| range.start < at && start < range.end);
        let begins = text.is_empty() || text.starts_with(['#', '>']) || lead(line) > line.len() - text.len();
        match lines.last_mut() {
            Some((last, false)) if !is_kept && !begins && !last.is_empty() && !last.starts_with('#') => {
                let last = last.to_mut();
                last.push(' ');
                last.push_str(text);
            }
            _ => lines.push((line.into(), is_kept)),
        }
    }
    let fit = |(line, is_kept): &(Cow<'_, str>, bool)| match is_kept {
        true => line.to_string(),
        false => fold(line, lead(line), None, columns),
    };
    let mut text = lines.iter().map(fit).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// Where code and tables stand in Markdown.
fn kept(page: &str) -> Vec<Range<usize>> {
    let events = Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter();
    let is_kept = |event: &Event<'_>| {
        matches!(event, Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock | Tag::MetadataBlock(_)))
    };
    events.filter(|(event, _)| is_kept(event)).map(|(_, range)| range).collect()
}

fn each_line(text: &str, fit: impl Fn(&str) -> String) -> String {
    text.split('\n').map(fit).collect::<Vec<_>>().join("\n")
}

/// The bytes that come before the text of a line: blanks, and what its continuations stand behind.
fn lead(line: &str) -> usize {
    let blanks = |at: usize| at + line.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches(' ').len());
    let indent = blanks(0);
    let text = line.get(indent..).unwrap_or("");
    let Some((word, _)) = text.split_once(' ') else { return indent };
    let is_number = word.strip_suffix('.').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let is_label =
        indent > 0 && word.strip_suffix(':').is_some_and(|name| name.bytes().all(|b| b.is_ascii_lowercase()));
    if matches!(word, "-" | "*") || is_number || is_label { blanks(indent + word.len()) } else { indent }
}

/// One line as several, which are continued below its `lead`, or else at this column.
fn fold(line: &str, lead: usize, column: Option<usize>, columns: usize) -> String {
    let (lead, text) = line.split_at_checked(lead).unwrap_or(("", line));
    if display_width(line) <= columns || text.is_empty() {
        return line.to_owned();
    }
    let hanging = " ".repeat(column.unwrap_or(display_width(lead)));
    let options = textwrap::Options::new(columns)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .initial_indent(lead)
        .subsequent_indent(&hanging);
    let folded = textwrap::fill(text, options);
    // The text may be that of a linted file, which must not choose what a line begins with.
    let is_command = |line: &str| line.trim_start().starts_with("::");
    if folded.lines().skip(1).any(is_command) { line.to_owned() } else { folded }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn lines_end_between_words() {
        let fold = |text: &str| folded(text, 40);
        assert_eq!(
            fold("  - it is one of two things that are said here"),
            "  - it is one of two things that are\n    said here"
        );
        assert_eq!(
            fold("  cause: whoever deploys may not act as the account"),
            "  cause: whoever deploys may not act as\n         the account"
        );
        assert_eq!(
            fold("  1. the job calls the service with no token"),
            "  1. the job calls the service with no\n     token"
        );
        assert_eq!(fold("short\n\n  lines"), "short\n\n  lines");
        let name = "order-runner-of-the-shop@acme-production.iam.gserviceaccount.com";
        assert_eq!(fold(&format!("- {name}")), format!("- {name}"), "a name stays whole, and behind its bullet");
        assert_eq!(
            folded_columns("some-rule  error    A token that is sent to somebody else", 48),
            "some-rule  error    A token that is sent to\n                    somebody else"
        );
        assert_eq!(
            folded_columns("a-rule-of-a-long-name  error    A token that is sent to somebody", 40),
            "a-rule-of-a-long-name  error    A token\n    that is sent to somebody"
        );
    }

    #[test]
    fn no_line_begins_with_a_command() {
        let hostile = "the service `svc ::error::x` is called by somebody else";
        for columns in 5..60 {
            let text = folded(hostile, columns);
            assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
        }
    }

    #[test]
    fn paragraphs_are_made_anew() {
        let page = "# A rule of a name that is longer than the terminal\n\nOne line of text that is rather long, and\n\
             goes on.\n- an item that is long, too, and then\n  ends here\n- another\n\n```bash\n\
             gcloud run deploy api --image=a --region=us-central1 --project=p\n```\n\n| a | b |\n|---|---|\n";
        assert_eq!(
            reflowed(page, 40),
            "# A rule of a name that is longer than\nthe terminal\n\nOne line of text that is rather long,\nand goes on.\n\
             - an item that is long, too, and then\n  ends here\n- another\n\n```bash\n\
             gcloud run deploy api --image=a --region=us-central1 --project=p\n```\n\n| a | b |\n|---|---|\n"
        );
        assert_eq!(reflowed(page, 120), page);
    }

    /// Code and tables come through as they are, and no word is lost.
    #[test]
    fn pages_stay_whole() {
        for rule in RULES {
            for columns in [40, 80, 100] {
                let text = reflowed(rule.page, columns);
                for range in kept(rule.page) {
                    let block = rule.page.get(range).unwrap_or_default();
                    assert!(text.contains(block.trim_end()), "{} at {columns}: {block}", rule.id);
                }
                let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
                assert_eq!(words(&text), words(rule.page), "{} at {columns}", rule.id);
                let bullets = |text: &str| text.lines().filter(|line| line.trim() == "-").count();
                assert_eq!(bullets(&text), bullets(rule.page), "{} at {columns}", rule.id);
            }
        }
    }
}
