//! Files of variables (`.env`) → assignments. By itself such a file runs nothing: others load it.
//!
//! Shells source these files, and libraries and Docker read them by rules of their own. Where a line means the same to
//! all, it is read as shell; a value with spaces and no quotes is a text to all but the shell, for which it would run
//! a command.

use super::Reader;
use super::shell::block;
use crate::program::{Assign, Assigned, Expr, Program, Step, StepKind, Visibility};
use crate::source::{FileId, Snippet, Source};
use crate::syntax::shell::{Dialect, Placeholders};
use crate::value::Place;

/// `.env`, `.env.*` and `*.env`.
pub(super) const READER: Reader = Reader { name: "dotenv", accepts, words: &[], alone: None, read };

fn accepts(path: &str, _start: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_script = matches!(super::extension(path).as_str(), "sh" | "bash" | "zsh" | "ksh");
    name == ".env" || super::extension(path) == "env" || name.starts_with(".env.") && !is_script
}

fn read(source: &Source, file: FileId) -> Program {
    let text = source.snippet();
    let Some(lines) = lines(text.text()) else {
        let body = block(&text, file, Dialect::Bash, Placeholders::Script);
        return Program { file, body, ..Program::default() };
    };
    let (mut steps, mut shell) = (Vec::new(), Snippet::builder());
    let flush = |shell: &mut crate::source::SnippetBuilder, steps: &mut Vec<Step>| {
        let script = std::mem::replace(shell, Snippet::builder()).finish();
        if !script.text().is_empty() {
            steps.extend(block(&script, file, Dialect::Bash, Placeholders::Script).iter().cloned());
        }
    };
    for line in lines {
        match line {
            Line::Shell(range) => shell.push_from(&text, range),
            Line::Plain { name, value, range } => {
                flush(&mut shell, &mut steps);
                let place = Place { file, span: text.span(value.clone()), exact: true };
                let assign = Assign {
                    name: text.slice(name).to_owned(),
                    value: Assigned::Text(Expr::text(text.slice(value), place)),
                    append: false,
                    visibility: Visibility::Program,
                };
                steps.push(Step { kind: StepKind::Assign(assign), span: text.span(range) });
            }
        }
    }
    flush(&mut shell, &mut steps);
    Program { file, body: steps.into(), ..Program::default() }
}

type Range = std::ops::Range<usize>;

/// A line, with its end.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// It is the same to a shell.
    Shell(Range),
    /// Its value is a text that a shell would take for a command.
    Plain { name: Range, value: Range, range: Range },
}

/// The lines of a file that has nothing but assignments; `None` of any other, which is a script.
fn lines(text: &str) -> Option<Vec<Line>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let mut length = rest.find('\n').map_or(rest.len(), |length| length + 1);
        let line = rest.get(..length).unwrap_or("");
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('#') {
            found.push(Line::Shell(at..at + length));
            at += length;
            continue;
        }
        let export = code.strip_prefix("export ").map_or(code, str::trim_start);
        // Some names of Docker have dots and dashes.
        let end = export.find(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c))).unwrap_or(export.len());
        let name = export.get(..end).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
        let from = at + line.len() - export.len();
        let behind = export.get(end..).unwrap_or("");
        let value = behind.trim_start_matches([' ', '\t']).strip_prefix('=')?;
        let start = at + line.len() - value.len();
        if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            // The text may go on in further lines.
            let all = text.get(start + 1..).unwrap_or("");
            length = match closed(all, quote) {
                Some(end) => {
                    start + 1 + end - at
                        + all.get(end..).and_then(|rest| rest.find('\n')).map_or(usize::MAX / 2, |end| end + 1)
                }
                None => return None,
            };
            length = length.min(text.len() - at);
            found.push(Line::Shell(at..at + length));
        } else {
            let kept = value.find(" #").and_then(|end| value.get(..end)).unwrap_or(value).trim();
            let is_command =
                kept.contains(char::is_whitespace) && !kept.contains(['$', '`', '"', '\'', '\\', '(', ';', '&', '|']);
            let is_assignments = kept.split_whitespace().skip(1).all(|word| word.contains('='));
            if kept.contains(char::is_whitespace) && is_command && !is_assignments || behind.starts_with([' ', '\t']) {
                let start = start + value.len() - value.trim_start().len();
                let (name, value) = (from..from + name.len(), start..start + kept.len());
                found.push(Line::Plain { name, value, range: at..at + length });
            } else {
                found.push(Line::Shell(at..at + length));
            }
        }
        at += length;
    }
    Some(found)
}

/// Where the quote that a text begins behind is closed.
fn closed(text: &str, quote: char) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let found = rest.find([quote, '\\'])?;
        if rest.get(found..)?.starts_with(quote) {
            return Some(at + found);
        }
        let escaped = rest.get(found + 1..)?.chars().next().filter(|_| quote == '"').map_or(0, char::len_utf8);
        at += found + 1 + escaped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines for the shell as they are, others as name and text.
    fn shown(text: &str) -> Option<Vec<String>> {
        let show = |line: &Line| match line {
            Line::Shell(range) => text.get(range.clone()).unwrap().to_owned(),
            Line::Plain { name, value, .. } => {
                format!("{}|{}", text.get(name.clone()).unwrap(), text.get(value.clone()).unwrap())
            }
        };
        Some(lines(text)?.iter().map(show).collect())
    }

    #[test]
    fn a_value_with_spaces_is_no_command() {
        assert_eq!(
            shown("# a\nA=b\nexport C=use gcloud auth login # d\nE = f\nG=\"h\ni\" # j\nK=l M=n\nO=$(p q)\nR=\n")
                .unwrap(),
            ["# a\n", "A=b\n", "C|use gcloud auth login", "E|f", "G=\"h\ni\" # j\n", "K=l M=n\n", "O=$(p q)\n", "R=\n"]
        );
    }

    #[test]
    fn what_does_more_is_a_script() {
        for text in ["A=b\nif x; then\n", "gcloud a", "A=\"b", "f() {\n}\n"] {
            assert_eq!(shown(text), None, "{text}");
        }
        for text in ["", "A=", "A='b\\'\n", "A=\"\\\"\"", "é"] {
            let _ = shown(text);
        }
    }
}
