//! Dockerfile text → its instructions, each with its map to the file; never fails. Knows nothing of what they do.
//!
//! Continued lines are joined and comments among them dropped, as Docker does before anyone else sees them.
//! <https://docs.docker.com/reference/dockerfile/>, checked 2026-11-21.

mod word;

use std::ops::Range;

use crate::source::{Snippet, Span};

pub use word::{Piece, Word, words};

/// Here-documents without an end that are looked for; each search may go through the whole file.
const MAX_UNENDED: usize = 50;

/// A file.
#[derive(Debug, Clone)]
pub struct Dockerfile {
    /// Its instructions in order.
    pub instructions: Vec<Instruction>,
    /// What escapes a line end and a character: a backslash unless a directive says otherwise.
    pub escape: char,
}

/// One instruction.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// Its name in capitals; that of the inner one of an `ONBUILD`.
    pub name: String,
    /// What follows the name and the flags, in one line.
    pub text: Snippet,
    /// The here-documents below it.
    pub documents: Vec<Document>,
    /// All of it.
    pub span: Span,
}

/// A here-document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its mark, which names the file that it becomes where a directory is named.
    pub name: String,
    /// Whether variables are filled in.
    pub expands: bool,
    /// Its lines, the tabs of `<<-` taken away.
    pub body: Snippet,
    /// Its lines with the one that ends it, as they stand.
    pub whole: Snippet,
}

impl Instruction {
    /// What a shell is given: the line, and the here-documents behind it.
    pub fn script(&self) -> Snippet {
        let mut out = Snippet::builder();
        out.push_from(&self.text, 0..self.text.text().len());
        for document in &self.documents {
            let at = document.whole.span(0..0);
            out.push_decoded("\n", Span::new(at.start, at.start));
            out.push_from(&document.whole, 0..document.whole.text().len());
        }
        out.finish()
    }
}

/// Parses a file; never fails.
pub fn parse(snippet: &Snippet) -> Dockerfile {
    let mut lines = Lines { snippet, at: 0, escape: '\\', unended: Vec::new() };
    lines.directives();
    let mut instructions = Vec::new();
    while let Some(logical) = lines.logical() {
        instructions.extend(lines.instruction(logical));
    }
    Dockerfile { instructions, escape: lines.escape }
}

struct Lines<'s> {
    snippet: &'s Snippet,
    /// The next line.
    at: usize,
    escape: char,
    /// Marks of here-documents that no line from there on ends.
    unended: Vec<String>,
}

/// Continued lines as one.
struct Logical {
    text: Snippet,
    range: Range<usize>,
}

impl Lines<'_> {
    /// The next line of the file without its end.
    fn line(&mut self) -> Option<Range<usize>> {
        let rest = self.snippet.text().as_bytes().get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let range = self.at..self.at + length;
        self.at += length + 1;
        Some(range)
    }

    /// `# escape=…` counts before anything else stands there but directives.
    fn directives(&mut self) {
        let before = self.at;
        while let Some(range) = self.line() {
            let line = self.snippet.slice(range).trim();
            let Some((name, value)) = line.strip_prefix('#').and_then(|line| line.split_once('=')) else { break };
            let name = name.trim();
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
                break;
            }
            if name.eq_ignore_ascii_case("escape") && value.trim() == "`" {
                self.escape = '`';
            }
        }
        self.at = before;
    }

    fn logical(&mut self) -> Option<Logical> {
        let mut text = Snippet::builder();
        let mut whole: Option<Range<usize>> = None;
        while let Some(range) = self.line() {
            let line = self.snippet.slice(range.clone());
            let code = line.trim_start();
            if code.is_empty() || code.starts_with('#') {
                continue;
            }
            let start = if whole.is_none() { range.start + line.len() - code.len() } else { range.start };
            let kept = self.continued(line);
            let end = range.start + kept.unwrap_or(line.trim_end().len());
            text.push_from(self.snippet, start..end.max(start));
            whole = Some(whole.map_or(start, |whole| whole.start)..end.max(start));
            if kept.is_none() {
                break;
            }
        }
        Some(Logical { text: text.finish(), range: whole? })
    }

    /// How much of a line counts that goes on in the next one.
    fn continued(&self, line: &str) -> Option<usize> {
        let kept = line.trim_end_matches([' ', '\t', '\r']).strip_suffix(self.escape)?;
        (!kept.ends_with(self.escape)).then_some(kept.len())
    }

    fn instruction(&mut self, logical: Logical) -> Option<Instruction> {
        let Logical { text, range } = logical;
        let mut end = range.end;
        let (mut name, mut from) = name(text.text(), 0);
        if name == "ONBUILD" {
            (name, from) = self::name(text.text(), from);
        }
        if name.is_empty() {
            return None;
        }
        from = behind_flags(text.text(), from);
        let mut arguments = Snippet::builder();
        let at = text.span(from..from + 1);
        arguments.push("", at.start);
        arguments.push_from(&text, from..text.text().len());
        let arguments = arguments.finish();
        let mut documents = Vec::new();
        if matches!(name.as_str(), "RUN" | "COPY" | "ADD") {
            let before = self.at;
            for mark in marks(arguments.text()) {
                let Some(document) = self.document(&mark) else {
                    // Without all of them, these are lines of the file.
                    self.at = before;
                    documents.clear();
                    break;
                };
                documents.push(document);
            }
            if self.at > before {
                end = (self.at - 1).min(self.snippet.text().len());
            }
        }
        Some(Instruction { name, text: arguments, documents, span: self.snippet.span(range.start..end) })
    }

    fn document(&mut self, mark: &Mark) -> Option<Document> {
        if self.unended.len() >= MAX_UNENDED || self.unended.contains(&mark.name) {
            return None;
        }
        let (start, mut body) = (self.at, Snippet::builder());
        while let Some(range) = self.line() {
            let line = self.snippet.slice(range.clone());
            let tabs = if mark.tabs { line.len() - line.trim_start_matches('\t').len() } else { 0 };
            if line.get(tabs..) == Some(mark.name.as_str()) {
                let mut whole = Snippet::builder();
                whole.push_from(self.snippet, start..range.end);
                let (name, expands) = (mark.name.clone(), mark.expands);
                return Some(Document { name, expands, body: body.finish(), whole: whole.finish() });
            }
            body.push_from(self.snippet, range.start + tabs..self.at.min(self.snippet.text().len()));
        }
        self.unended.push(mark.name.clone());
        None
    }
}

/// The first word from an offset on, in capitals if it can be an instruction, and where the next one begins.
fn name(text: &str, from: usize) -> (String, usize) {
    let rest = text.get(from..).unwrap_or("");
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let word = rest.get(..length).unwrap_or("");
    let is_name = !word.is_empty() && word.len() < 20 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let after = rest.get(length..).unwrap_or("");
    let next = text.len() - after.trim_start().len();
    (if is_name { word.to_ascii_uppercase() } else { String::new() }, next)
}

/// Where what follows the flags begins.
fn behind_flags(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(rest) = text.get(at..).filter(|rest| rest.starts_with("--")) {
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        at = text.len() - rest.get(length..).unwrap_or("").trim_start().len();
        if length == 2 {
            break;
        }
    }
    at
}

/// What begins a here-document.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    name: String,
    tabs: bool,
    expands: bool,
}

/// The here-documents that a line begins: words that start with `<<`, the number of a descriptor before it or none.
fn marks(text: &str) -> Vec<Mark> {
    let mut found = Vec::new();
    let (mut quote, mut start, mut escaped) = (None, 0, false);
    let ends = text.char_indices().map(Some).chain([None]);
    for next in ends {
        let (at, c) = next.unwrap_or((text.len(), ' '));
        match quote {
            _ if escaped => escaped = false,
            _ if c == '\\' && quote != Some('\'') => escaped = true,
            Some(open) if open == c => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c.is_whitespace() => {
                found.extend(mark(text.get(start..at).unwrap_or("")));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found
}

fn mark(word: &str) -> Option<Mark> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let name: String = rest.chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    let expands = name.len() == rest.len();
    (!name.is_empty() && !rest.contains('<')).then_some(Mark { name, tabs, expands })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instructions(text: &str) -> Vec<(String, String)> {
        let file = parse(&Snippet::whole(text));
        file.instructions.into_iter().map(|one| (one.name, one.text.text().to_owned())).collect()
    }

    fn pair(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn continued_lines_are_one_and_comments_among_them_are_dropped() {
        let text = "# syntax=docker/dockerfile:1\n\nfrom a:b AS c\nRUN x \\ \n  # no \\\n\n  && y\\\n z\nCMD a\\\\\n";
        let expected = [pair("FROM", "a:b AS c"), pair("RUN", "x   && y z"), pair("CMD", "a\\\\")];
        assert_eq!(instructions(text), expected);
        let file = parse(&Snippet::whole(text));
        let run = &file.instructions[1];
        let at = run.text.text().find('y').unwrap();
        assert_eq!(text.get(run.text.span(at..at + 3).range()), Some("y\\\n z"));
        assert_eq!(text.get(run.span.range()).unwrap().len(), text.find("\nCMD").unwrap() - text.find("RUN").unwrap());
    }

    #[test]
    fn a_directive_chooses_the_escape() {
        assert_eq!(instructions("# escape=`\nRUN dir c:\\ `\n /s\n"), [pair("RUN", "dir c:\\  /s")]);
        assert_eq!(instructions("FROM a\n# escape=`\nRUN b `\nRUN c\n").len(), 3);
    }

    #[test]
    fn flags_are_no_arguments() {
        assert_eq!(
            instructions("RUN --mount=type=secret,id=a --network=none -- gcloud x --y\nONBUILD RUN --mount=a b\n"),
            [pair("RUN", "gcloud x --y"), pair("RUN", "b")]
        );
        assert_eq!(instructions("RUN --mount=a\n123 x\n"), [pair("RUN", "")]);
    }

    #[test]
    fn here_documents_end_with_their_marks() {
        let text = "RUN <<EOF\na \\\n# b\nEOF\nCOPY <<-'A' 3<<B /x/\n\tc\n\tA\nd\nB\nRUN cat <<< x <<C\nRUN d\n";
        let file = parse(&Snippet::whole(text));
        let [run, copy, open, last] = file.instructions.as_slice() else { panic!("{file:?}") };
        assert_eq!((run.text.text(), run.documents[0].body.text()), ("<<EOF", "a \\\n# b\n"));
        assert_eq!(run.script().text(), "<<EOF\na \\\n# b\nEOF");
        assert_eq!(text.get(run.span.range()), Some("RUN <<EOF\na \\\n# b\nEOF"));
        let documents: Vec<(&str, bool, &str)> =
            copy.documents.iter().map(|one| (one.name.as_str(), one.expands, one.body.text())).collect();
        assert_eq!(documents, [("A", false, "c\n"), ("B", true, "d\n")]);
        assert!(open.documents.is_empty() && last.text.text() == "d");
        assert_eq!(marks("a \"<<A\" $((1<<2)) << B '<<C' 1<<D<"), []);
    }

    #[test]
    fn a_file_ends_anywhere() {
        for text in ["", "#", "RUN", "RUN \\", "RUN \\\n", "RUN <<A", "RUN <<A\n", "RUN <<A\nA", "ONBUILD", "\\", "`"] {
            let file = parse(&Snippet::whole(text));
            assert!(file.instructions.len() <= 1, "{text}");
        }
    }
}
