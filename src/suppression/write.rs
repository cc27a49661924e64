//! A suppression as it is written down: in the comments of the file, or in the list of one that is there already.

use super::comment::{FENCE, Syntax};
use super::{Fences, Suppression, parse};
use crate::source::{Source, Span};

/// Where a suppression is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// In a line of its own above this line, from 1.
    Above(u32),
    /// Behind what stands in this line.
    Behind(u32),
    /// In a line of its own, for the whole file.
    File,
}

/// The regions and the statements of a file, as [`parse`] takes them.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// Fences, steps and resources.
    pub regions: Vec<Span>,
    /// Statements.
    pub code: Vec<Span>,
}

/// The text that is put at a place, so that these rules are silent there for this reason. `None` where the file has no comments,
/// or none has room there.
pub fn write(source: &Source, outline: &Outline, at: Where, ids: &[&str], reason: &str) -> Option<(Span, String)> {
    let syntax = Syntax::of(source.path())?;
    if let Some(known) = known(source, outline, at, reason) {
        let list = known.list?;
        let new: Vec<&str> = ids.iter().filter(|id| known.ids.iter().all(|old| old.value != **id)).copied().collect();
        return (!new.is_empty()).then(|| (Span::new(list.end, list.end), format!(", {}", new.join(", "))));
    }
    match at {
        Where::Above(line) => {
            let span = source.line_span(line);
            let above = if line > 1 { source.slice(source.line_span(line - 1)).trim_end() } else { "" };
            // A line that goes on takes what comes next into itself; only Docker leaves comments out before.
            if above.ends_with(['\\', '`', '^']) && !is_of_docker(source.path()) {
                return None;
            }
            let syntax = within(source, outline, syntax, span.start);
            let text = source.slice(span);
            let comment = syntax.written(&body("ignore", ids, reason))?;
            let start = Span::new(span.start, span.start);
            Some((start, format!("{}{}\n", syntax.indent(text), syntax.element(&comment))))
        }
        Where::Behind(line) => {
            let span = source.line_span(line);
            let syntax = within(source, outline, syntax, span.start);
            let length = source.slice(span).trim_end().len() as u32;
            let comment = syntax.written(&body("ignore", ids, reason)).filter(|_| syntax.may_stand_behind())?;
            let end = span.start + length;
            Some((Span::new(end, end), format!("  {comment}")))
        }
        Where::File => {
            let comment = syntax.element(&syntax.written(&body("ignore-file", ids, reason))?);
            // What must stand first stays first: a shebang, a marker of a document, a directive of an image.
            let is_first = |line: &u32| {
                let text = source.slice(source.line_span(*line));
                ["#!", "---", "# syntax", "# escape", "#syntax", "@echo"].iter().any(|first| text.starts_with(first))
            };
            let first = (1..=source.line_count()).find(|line| !is_first(line)).unwrap_or(source.line_count());
            let at = source.line_span(first).start;
            // Front matter, cells and lists have no room at the top.
            if syntax.document || syntax.is_list() {
                let end = source.text().trim_end().len() as u32;
                return syntax.document.then(|| (Span::new(end, end), format!("\n\n{comment}")));
            }
            Some((Span::new(at, at), format!("{comment}\n")))
        }
    }
}

fn is_of_docker(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.contains("dockerfile") || name.contains("containerfile")
}

fn body(word: &str, ids: &[&str], reason: &str) -> String {
    let reason: String = reason.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("authlint: {word}[{}] {reason}", ids.join(", ")).trim_end().to_owned()
}

/// The syntax of the fence that a place of a document lies in, or the document's.
fn within(source: &Source, outline: &Outline, syntax: Syntax, at: u32) -> Syntax {
    let fences = Fences::new(&outline.regions);
    // The line that opens a fence is the document's.
    let opens = outline.regions.iter().any(|region| source.line(region.start) == source.line(at));
    if syntax.document && !opens && fences.contain(at) { FENCE } else { syntax }
}

/// The suppression that speaks of this place already, for the same reason.
fn known(source: &Source, outline: &Outline, at: Where, reason: &str) -> Option<Suppression> {
    let all = parse(source, &outline.regions, &outline.code);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let says_so = |one: &Suppression| {
        let said = words(source.slice(one.whole));
        said.trim_end_matches(['-', '>', '*', '/', ' ']).ends_with(&format!("] {}", words(reason)))
    };
    all.into_iter().find(|one| match at {
        Where::Above(line) => !one.file && one.below == Some(line) && says_so(one),
        Where::Behind(line) => !one.file && one.line == line && one.below.is_none() && says_so(one),
        Where::File => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &str, text: &str, at: Where, ids: &[&str]) -> Option<String> {
        let source = Source::new(path, text.as_bytes()).unwrap();
        let fences: Vec<Span> =
            text.find("```").map(|at| Span::new(at as u32, text.len() as u32)).into_iter().collect();
        let outline = Outline { code: fences.clone(), regions: fences };
        let (span, new) = write(&source, &outline, at, ids, "as it is")?;
        let mut out = text.to_owned();
        out.replace_range(span.range(), &new);
        Some(out)
    }

    #[test]
    fn each_kind_of_file_has_its_comments() {
        let ids = &["a"][..];
        for (path, text, at, expected) in [
            ("a.sh", "  x\n", Where::Above(1), "  # authlint: ignore[a] as it is\n  x\n"),
            ("a.sh", "x \n", Where::Behind(1), "x  # authlint: ignore[a] as it is \n"),
            ("a.sh", "#!/bin/sh\nx\n", Where::File, "#!/bin/sh\n# authlint: ignore-file[a] as it is\nx\n"),
            ("a.go", "\tx()\n", Where::Above(1), "\t// authlint: ignore[a] as it is\n\tx()\n"),
            ("a.tf", "x = 1", Where::Behind(1), "x = 1  # authlint: ignore[a] as it is"),
            ("a.bat", "x\n", Where::Above(1), "rem authlint: ignore[a] as it is\nx\n"),
            ("a.md", "# A\n", Where::File, "# A\n\n<!-- authlint: ignore-file[a] as it is -->\n"),
            ("a.md", "```sh\nx\n```\n", Where::Above(2), "```sh\n# authlint: ignore[a] as it is\nx\n```\n"),
            ("a.md", "```sh\nx\n```\n", Where::Above(1), "<!-- authlint: ignore[a] as it is -->\n```sh\nx\n```\n"),
            ("a.ipynb", "   \"x\\n\",\n", Where::Above(1), "   \"# authlint: ignore[a] as it is\\n\",\n   \"x\\n\",\n"),
        ] {
            assert_eq!(put(path, text, at, ids).as_deref(), Some(expected), "{path}");
        }
        for (path, at) in [("a.json", Where::Above(1)), ("a.bat", Where::Behind(1)), ("a.ipynb", Where::Behind(1))] {
            assert_eq!(put(path, "x\n", at, ids), None, "{path}");
        }
    }

    #[test]
    fn one_that_is_there_takes_more_ids() {
        let text = "# authlint: ignore[b] as it is\nx\n";
        let both = "# authlint: ignore[b, a] as it is\nx\n";
        assert_eq!(put("a.sh", text, Where::Above(2), &["a", "b"]).unwrap(), both);
        let other = put("a.sh", "# authlint: ignore[b] why\nx\n", Where::Above(2), &["a"]).unwrap();
        assert_eq!(other, "# authlint: ignore[b] why\n# authlint: ignore[a] as it is\nx\n");
        assert_eq!(put("a.sh", text, Where::Above(2), &["b"]), None);
        let timed = "# authlint: ignore[b] until=2020-01-01 why\nx\n";
        assert!(put("a.sh", timed, Where::Above(2), &["a"]).unwrap().contains("\n# authlint: ignore[a] as it is\nx"));
    }
}
