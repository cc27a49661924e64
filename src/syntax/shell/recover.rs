//! Parsing that never fails: what the parser gives up on is read again, one logical line at a time.

use shuck_parser::parser::{ParseStatus, Parser, ShellDialect};

use super::convert::Converter;
use super::prepare::Prepared;
use super::{Command, Dialect, Script, Stmt};
use crate::source::Span;

/// A fallback reads at most this many logical lines; each costs a parser.
const MAX_LINES: usize = 4000;
/// Bytes of a logical line, beyond which an open quote is taken for a slip.
const MAX_LINE: usize = 64 * 1024;

/// Parses a prepared script.
pub(super) fn parse(prepared: &Prepared, dialect: Dialect) -> Script {
    let (mut body, status) = parse_at(prepared, 0..prepared.text.len(), dialect);
    if status == ParseStatus::Clean {
        return Script { body };
    }
    let covered: Vec<Span> =
        body.iter().filter(|stmt| !matches!(stmt.command, Command::Nothing)).map(|stmt| stmt.span).collect();
    let lost = logical_lines(&prepared.text).into_iter().filter(|line| {
        let span = prepared.original.span(line.clone());
        !covered.iter().any(|known| known.start <= span.start && span.start < known.end)
    });
    for line in lost.take(MAX_LINES) {
        body.extend(parse_at(prepared, line, dialect).0);
    }
    body.sort_by_key(|stmt| stmt.span.start);
    Script { body }
}

/// Whether the parser takes all of it.
pub(super) fn is_sound(prepared: &Prepared, dialect: Dialect) -> bool {
    parse_at(prepared, 0..prepared.text.len(), dialect).1 == ParseStatus::Clean
}

fn parse_at(prepared: &Prepared, range: std::ops::Range<usize>, dialect: Dialect) -> (Vec<Stmt>, ParseStatus) {
    let text = prepared.text.get(range.clone()).unwrap_or("");
    let dialect = match dialect {
        // POSIX scripts in the wild use bash's words; reading more never reads the rest otherwise.
        Dialect::Bash | Dialect::Posix => ShellDialect::Bash,
        Dialect::Zsh => ShellDialect::Zsh,
    };
    let result = Parser::with_dialect(text, dialect).parse();
    (Converter::new(prepared, range.start).body(&result.file.body), result.status)
}

/// Lines joined where one ends in a backslash, an operator or inside quotes; keywords that open or close a block
/// are cut off, so that what is left parses alone.
fn logical_lines(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut lines = Vec::new();
    let (mut start, mut at, mut quote) = (0, 0, None);
    for line in text.split_inclusive('\n') {
        at += line.len();
        quote = line.bytes().fold(quote, after_byte);
        let continued = line.trim_end_matches('\n').ends_with('\\') || quote.is_some();
        if !continued || at - start > MAX_LINE {
            push_line(text, start..at, &mut lines);
            (start, quote) = (at, None);
        }
    }
    push_line(text, start..at, &mut lines);
    lines
}

/// The quote that is open after a byte. Escaped quotes are already marked.
fn after_byte(open: Option<u8>, byte: u8) -> Option<u8> {
    match (byte, open) {
        (b'"' | b'\'', None) => Some(byte),
        (_, Some(quote)) if quote == byte => None,
        _ => open,
    }
}

fn push_line(text: &str, range: std::ops::Range<usize>, lines: &mut Vec<std::ops::Range<usize>>) {
    let mut start = range.start;
    loop {
        let rest = text.get(start..range.end).unwrap_or("");
        let trimmed = rest.trim_start();
        start += rest.len() - trimmed.len();
        let keyword = ["if", "elif", "then", "else", "do", "while", "until", "!", "{", "(", "}", ")"]
            .iter()
            .find(|word| trimmed.strip_prefix(**word).is_some_and(|after| after.starts_with([' ', '\t', '\n', ';'])));
        match keyword {
            Some(word) => start += word.len(),
            None => break,
        }
    }
    if start < range.end && !text.get(start..range.end).unwrap_or("").starts_with('#') {
        lines.push(start..range.end);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Placeholders, parse};
    use super::*;
    use crate::source::Snippet;

    /// Every simple command's words, expansions shown by their source text.
    fn argv(text: &str) -> Vec<Vec<String>> {
        let snippet = Snippet::whole(text);
        let script = parse(&snippet, Dialect::Bash, Placeholders::Document);
        let mut out = Vec::new();
        walk(&script.body, text, &mut out);
        out
    }

    fn walk(body: &[Stmt], text: &str, out: &mut Vec<Vec<String>>) {
        for stmt in body {
            match &stmt.command {
                Command::Simple { words, .. } if !words.is_empty() => out.push(
                    words
                        .iter()
                        .map(|word| word.literal().unwrap_or_else(|| text.get(word.span.range()).unwrap().to_owned()))
                        .collect(),
                ),
                Command::And(a, b) | Command::Or(a, b) => walk(&[(**a).clone(), (**b).clone()], text, out),
                Command::Not(inner) => walk(std::slice::from_ref(inner), text, out),
                Command::Pipe(stages) | Command::Subshell(stages) | Command::Group(stages) => walk(stages, text, out),
                Command::If { arms, otherwise } => {
                    for (test, body) in arms {
                        walk(test, text, out);
                        walk(body, text, out);
                    }
                    walk(otherwise.as_deref().unwrap_or(&[]), text, out);
                }
                Command::For { body, .. } | Command::While { body, .. } | Command::Function { body, .. } => {
                    walk(body, text, out);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn escapes_do_not_shift_what_follows() {
        assert_eq!(
            argv(r#"curl -d "{\"a\": \"$X\"}" "${ARGS[@]}" c\ d 'e\f'"#),
            [["curl", "-d", r#""{\"a\": \"$X\"}""#, "\"${ARGS[@]}\"", "c d", r"e\f"]]
        );
    }

    #[test]
    fn continued_lines_with_comments_between_are_one_command() {
        assert_eq!(argv("gcloud run \\\n  # why\n\n  --a=1 \\\n  --b\n"), [["gcloud", "run", "--a=1", "--b"]]);
    }

    #[test]
    fn placeholders_are_words() {
        assert_eq!(
            argv("gcloud run deploy <NAME> --to <a b> --x"),
            [["gcloud", "run", "deploy", "<NAME>", "--to", "<a b>", "--x"]]
        );
        assert_eq!(argv("gcloud --p={{ x.y }} b ${{ c }}"), [["gcloud", "--p={{ x.y }}", "b", "${{ c }}"]]);
    }

    #[test]
    fn a_broken_script_is_read_line_by_line() {
        let found = argv("if true; then\ngcloud a \\\n  --b\ngcloud c \"x\ny\"\n");
        assert!(found.contains(&vec!["gcloud".into(), "a".into(), "--b".into()]), "{found:?}");
        assert!(found.contains(&vec!["gcloud".into(), "c".into(), "x\ny".into()]), "{found:?}");
    }

    #[test]
    fn a_brace_within_a_word_is_text() {
        for word in ["--b=c}/d", "--b=c}", "a{b", "}c", "{x}y", "--b={c}}", "--b=}$X", "--b={", "x}{"] {
            let text = format!("gcloud a {word} --e");
            assert_eq!(argv(&text), [["gcloud", "a", word, "--e"]], "{text}");
        }
    }

    #[test]
    fn redirects_do_not_eat_arguments() {
        assert_eq!(
            argv("gcloud a 2>/dev/null --b || gcloud c --d >/dev/null 2>&1"),
            [["gcloud", "a", "--b"], ["gcloud", "c", "--d"]]
        );
    }
}
