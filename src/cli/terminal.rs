//! What is written for people at a terminal that is narrower than it: lines end between words, not within them.

use std::io::{self, Write};

use console::Term;
use textwrap::{WordSeparator, WordSplitter};

/// What is narrower is written as if it were so wide.
const LEAST: usize = 40;

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

/// Lines that are too long are continued below their last column, or below their text where they have none.
pub(super) fn folded(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns else { return text.to_owned() };
    text.split('\n').map(|line| fold(line, columns)).collect::<Vec<_>>().join("\n")
}

/// The same of Markdown, whose paragraphs are made anew. Code and tables stay as they are.
pub(super) fn reflowed(page: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| page.lines().any(|line| line.chars().count() > *columns)) else {
        return page.to_owned();
    };
    let (mut out, mut is_code) = (Vec::<String>::new(), false);
    // Whether the line before is one that goes on.
    let mut is_open = false;
    for line in page.lines() {
        let text = line.trim_start();
        let is_fence = text.starts_with("```");
        is_code ^= is_fence;
        let is_kept = is_code || is_fence || text.is_empty() || text.starts_with(['|', '#', '>']);
        let begins = ["- ", "* "].iter().any(|bullet| text.starts_with(bullet));
        match out.last_mut() {
            Some(last) if is_open && !is_kept && !begins => {
                last.push(' ');
                last.push_str(text);
            }
            _ => out.push(line.to_owned()),
        }
        is_open = !is_kept;
    }
    let (mut is_code, mut text) = (false, String::new());
    for line in out {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        let is_kept = is_code || is_fence || line.starts_with('|');
        text.push_str(&if is_kept { line } else { fold(&line, columns) });
        text.push('\n');
    }
    text
}

/// One line as several.
fn fold(line: &str, columns: usize) -> String {
    if line.chars().count() <= columns {
        return line.to_owned();
    }
    let (indent, text) = line.split_at(line.len() - line.trim_start().len());
    let last_column = line.rfind("  ").map_or(0, |at| at + 2);
    let hanging = match () {
        () if last_column > indent.len() => line.get(..last_column).map_or(0, |before| before.chars().count()),
        () if text.starts_with("- ") => indent.len() + 2,
        () => indent.len(),
    };
    // Beside a wide column there is no room.
    let hanging = " ".repeat(if hanging > columns / 2 { indent.len() + 2 } else { hanging });
    let options = textwrap::Options::new(columns)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .subsequent_indent(&hanging);
    textwrap::fill(line, options)
}

/// Writes what `write` does, with its lines made fit by `fit`.
pub(super) fn fitting(
    out: &mut dyn Write,
    fit: fn(&str, Option<usize>) -> String,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let Some(columns) = columns() else { return write(out) };
    let mut text = Vec::new();
    write(&mut text)?;
    out.write_all(fit(&String::from_utf8_lossy(&text), Some(columns)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words() {
        let fold = |text: &str| folded(text, Some(40));
        assert_eq!(
            fold("some-rule  error    A token that is sent to somebody else"),
            "some-rule  error    A token that is sent\n                    to somebody else"
        );
        assert_eq!(
            fold("  - it is one of two things that are said here"),
            "  - it is one of two things that are\n    said here"
        );
        assert_eq!(fold("short\n\n  lines"), "short\n\n  lines");
        let name = "order-runner-of-the-shop@acme-production.iam.gserviceaccount.com";
        assert!(fold(&format!("the account {name} is")).contains(name), "a name stays whole");
        assert_eq!(folded(name, None), name);
    }

    #[test]
    fn paragraphs_are_made_anew() {
        let page = "# A rule of a name that is longer than the terminal\n\nOne line of text that is rather long, and\n\
             goes on.\n- an item that is long, too, and then\n  ends here\n- another\n\n```bash\n\
             gcloud run deploy api --image=a --region=us-central1 --project=p\n```\n\n| a | b |\n|---|---|\n";
        assert_eq!(
            reflowed(page, Some(40)),
            "# A rule of a name that is longer than\nthe terminal\n\nOne line of text that is rather long,\nand goes on.\n\
             - an item that is long, too, and then\n  ends here\n- another\n\n```bash\n\
             gcloud run deploy api --image=a --region=us-central1 --project=p\n```\n\n| a | b |\n|---|---|\n"
        );
        assert_eq!(reflowed(page, Some(120)), page);
        assert_eq!(reflowed(page, None), page);
    }
}
