//! What changes in a file, as a unified diff that `git apply` takes. Secrets are masked in it as everywhere, so that a patch of a
//! line that holds one does not apply.

use std::borrow::Cow;
use std::io::{self, Write};

use similar::{ChangeTag, TextDiff};

use super::clean::{clean_path, defuse_marks, visible};
use super::secrets::{hidden, masked};
use crate::source::{Source, Span};

/// Lines around a change.
const CONTEXT: usize = 3;

/// One state of a file, with where secrets stand in it.
#[derive(Debug, Clone, Copy)]
pub struct State<'s> {
    /// The text.
    pub source: &'s Source,
    /// What may not be printed.
    pub secrets: &'s [Span],
}

/// Writes what changes in a file.
///
/// # Errors
/// Those of `out`.
pub fn write(before: State<'_>, after: State<'_>, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |code: &'static str| if color { (code, "\x1b[0m") } else { ("", "") };
    let diff = TextDiff::from_lines(before.source.text(), after.source.text());
    let path = clean_path(before.source.path());
    // A path that does not begin at the root of the repository has no room for these.
    let is_outside = ["/", "../", "./"].iter().any(|start| path.starts_with(start));
    let (old, new) = if is_outside { ("", "") } else { ("a/", "b/") };
    let (bold, plain) = paint("\x1b[1m");
    writeln!(out, "{bold}--- {old}{path}{plain}")?;
    writeln!(out, "{bold}+++ {new}{path}{plain}")?;
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let (cyan, plain) = paint("\x1b[36m");
        writeln!(out, "{cyan}{}{plain}", hunk.header())?;
        for change in hunk.iter_changes() {
            let (sign, state, index, code) = match change.tag() {
                ChangeTag::Delete => ("-", before, change.old_index(), "\x1b[31m"),
                ChangeTag::Insert => ("+", after, change.new_index(), "\x1b[32m"),
                ChangeTag::Equal => (" ", before, change.old_index(), ""),
            };
            let (start, plain) = if code.is_empty() { ("", "") } else { paint(code) };
            let line = index.map_or(0, |index| index as u32 + 1);
            let mark = if line == 1 && state.has_mark() { "\u{feff}" } else { "" };
            let end = if state.ends_in_two_bytes(line) { "\r\n" } else { "\n" };
            write!(out, "{start}{sign}{mark}{}{plain}{end}", state.line(line))?;
            if change.missing_newline() {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

impl State<'_> {
    /// A line, from 1, as it may be printed.
    fn line(self, line: u32) -> String {
        let span = self.source.line_span(line);
        let text = hidden(Cow::Borrowed(self.source.slice(span)), span, self.secrets);
        let text: String = masked(&text).chars().map(visible).collect();
        // A reader of logs takes what follows white space for a command, too.
        let text = match text.trim_start().strip_prefix("::") {
            Some(rest) => text.replacen(&format!("::{rest}"), &format!(":\u{fffd}{rest}"), 1),
            None => text,
        };
        defuse_marks(text)
    }

    /// Whether the file begins with the byte order mark of UTF-8, which is no part of the text.
    fn has_mark(self) -> bool {
        self.source.raw_range(Span::new(0, 0)).start == 3
    }

    /// Whether a line ends with CR and LF.
    fn ends_in_two_bytes(self, line: u32) -> bool {
        let end = self.source.line_span(line).end;
        let is_single = self.source.raw_range(Span::new(0, 1)).len() == 1;
        is_single
            && self.source.slice(Span::new(end, end + 1)) == "\n"
            && self.source.raw_range(Span::new(end, end + 1)).len() == 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        let source = |text: &str| Source::new("ci/a.sh", text.as_bytes()).unwrap();
        let (before, after) = (source(before), source(after));
        let mut out = Vec::new();
        let state = |source| State { source, secrets: &[] };
        write(state(&before), state(&after), false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_diff_is_one_that_git_takes() {
        assert_eq!(
            diff("1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nfive\n6\n"),
            "--- a/ci/a.sh\n+++ b/ci/a.sh\n@@ -2,5 +2,5 @@\n 2\n 3\n 4\n-5\n+five\n 6\n"
        );
        assert_eq!(
            diff("a", "b"),
            "--- a/ci/a.sh\n+++ b/ci/a.sh\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
        );
        assert!(diff("\u{feff}a\n", "\u{feff}b\n").ends_with("@@ -1 +1 @@\n-\u{feff}a\n+\u{feff}b\n"));
        assert!(diff("a\r\nb\r\n", "a\r\nc\r\n").ends_with("@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"));
    }

    #[test]
    fn hostile_lines_are_harmless_and_secrets_masked() {
        let text = diff(
            "::error::x\n\x1b[2J\n##[group]y\nDB_PASSWORD=hunter2hunter2\nz\n",
            "::error::x\n\x1b[2J\n##[group]y\nDB_PASSWORD=hunter2hunter2\nw\n",
        );
        assert!(
            !text.contains('\x1b') && !text.contains("::error") && !text.contains("##[") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
