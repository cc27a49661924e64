//! What rules want changed → edits, by the text that stands there. A rule knows places; how words are parted, quoted and set in
//! where they stand is known here alone. What is laid out otherwise is not edited.

use crate::finding::Edit;
use crate::rule::Change;
use crate::source::{Source, Span};
use crate::value::Place;

/// The edit that makes a change; nothing where what stands there does not allow it.
pub(super) fn edit(source: &Source, place: Place, change: &Change) -> Option<Edit> {
    let text = source.text();
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    let (range, text) = match change {
        Change::To(text) => return Some(Edit { file: place.file, span: place.span, text: text.clone() }),
        Change::Cut => (cut(text, start, end)?, String::new()),
        Change::After(word) => after(text, start, end, word)?,
        Change::Below(lines) => below(text, start, end, lines)?,
    };
    Some(Edit { file: place.file, span: Span::new(range.0 as u32, range.1 as u32), text })
}

/// Where a word or an item of a list stands, with its quotes.
enum Word {
    /// A word of a command line.
    Plain(usize, usize),
    /// An item that has its line to itself: `- word`.
    Line(usize, usize),
    /// An item between commas.
    Item(usize, usize),
}

fn byte(text: &str, at: usize) -> Option<u8> {
    text.as_bytes().get(at).copied()
}

fn before(text: &str, at: usize) -> Option<u8> {
    byte(text, at.checked_sub(1)?)
}

/// Where the line begins that this offset lies in.
fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the line ends that this offset lies in.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length)
}

/// The words from the one that begins at `start`, or behind its quote, to the one that `end` lies in.
fn word(text: &str, start: usize, end: usize) -> Option<Word> {
    let quote = before(text, start).filter(|byte| matches!(byte, b'"' | b'\''));
    let first = if quote.is_some() { start - 1 } else { start };
    let last = word_end(text, first, end)?;
    let line = line_start(text, first);
    let lead = text.get(line..first)?.trim_start();
    let rest = text.get(last..line_end(text, last))?.trim();
    if lead == "- " && rest.is_empty() && text.get(first..last)?.lines().count() == 1 {
        return Some(Word::Line(line, line_end(text, last)));
    }
    let before_it = text.get(..first)?.trim_end().chars().next_back();
    let behind_it = text.get(last..)?.trim_start().chars().next();
    if quote.is_some() && matches!(before_it, Some(',' | '[' | '(')) && matches!(behind_it, Some(',' | ']' | ')')) {
        return Some(Word::Item(first, last));
    }
    let parted = matches!(before(text, first), Some(b' ' | b'\t')) && (quote.is_none() || !matches!(lead.trim_end(), "-"));
    parted.then_some(Word::Plain(first, last))
}

/// Where the last of the words ends that begin at `start` and reach to `end`.
fn word_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let mut quote = None;
    let mut skip = false;
    for (offset, c) in text.get(start..)?.char_indices() {
        let at = start + offset;
        if skip {
            skip = false;
            continue;
        }
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => skip = true,
            (Some(_), '\n') => return None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '\n') if at < end => return None,
            (None, ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | ')' | ',' | ']' | '`') if at >= end => return Some(at),
            (None, ';' | '&' | '|' | '#') => return None,
            (None, _) => {}
        }
    }
    (quote.is_none() && text.len() >= end).then_some(text.len())
}

/// Without a word: with the blanks that part it from the one before, or the line or comma that it has to itself.
fn cut(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    match word(text, start, end)? {
        Word::Plain(first, last) => {
            let lead = text.get(..first)?;
            let mut from = lead.trim_end_matches([' ', '\t']).len();
            if before(text, from) == Some(b'\n') {
                // The word before ends on a line that is continued; what stands between may be a comment.
                let lead = text.get(..from)?.trim_end_matches(['\r', '\n']);
                let lead = lead.strip_suffix(['\\', '`', '^'])?;
                from = lead.trim_end_matches([' ', '\t']).len();
                if from == lead.len() || before(text, from) == Some(b'\n') {
                    return None;
                }
            }
            Some((from, last))
        }
        Word::Line(line, end) => Some((line, (end + 1).min(text.len()))),
        Word::Item(first, last) => {
            let lead = text.get(..first)?.trim_end();
            if lead.ends_with(',') {
                return Some((lead.len() - 1, last));
            }
            let rest = text.get(last..)?;
            let behind = rest.trim_start().strip_prefix(',')?;
            Some((first, text.len() - behind.trim_start().len()))
        }
    }
}

/// With one more word behind the one that ends here.
fn after(text: &str, start: usize, end: usize, new: &str) -> Option<((usize, usize), String)> {
    match word(text, start, end)? {
        Word::Plain(_, last) => Some(((last, last), format!(" {new}"))),
        Word::Line(line, end) => {
            let lead = text.get(line..end)?;
            let indent = lead.get(..lead.len() - lead.trim_start().len())?;
            let item = quoted(new, text, start)?;
            Some(((end, end), format!("\n{indent}- {item}")))
        }
        Word::Item(first, last) => {
            let line = line_start(text, first);
            let own = text.get(line..first)?;
            let between = if own.trim().is_empty() { format!(",\n{own}") } else { ", ".to_owned() };
            Some(((last, last), format!("{between}{}", quoted(new, text, start)?)))
        }
    }
}

/// A word in the quotes of the one that begins at an offset.
fn quoted(new: &str, text: &str, start: usize) -> Option<String> {
    let plain = new.replace(['"', '\''], "");
    match before(text, start) {
        Some(quote @ (b'"' | b'\'')) => {
            let quote = char::from(quote);
            Some(format!("{quote}{plain}{quote}"))
        }
        _ => (!plain.contains([' ', '#', ':']) || plain == new).then_some(plain),
    }
}

/// With more lines below the one that this stands on, which it has to itself but for a comment.
fn below(text: &str, start: usize, end: usize, lines: &str) -> Option<((usize, usize), String)> {
    let line = line_start(text, start);
    let indent = text.get(line..start)?;
    let last = line_end(text, end);
    let rest = text.get(end..last)?.trim_end_matches('\r');
    let rest_of_line = rest.trim_start_matches(['"', '\'']).trim();
    let is_comment = rest_of_line.starts_with('#') || rest_of_line.starts_with("//");
    if !indent.trim().is_empty() || !(rest_of_line.is_empty() || is_comment) {
        return None;
    }
    let beside = text.get(start..line_end(text, start))?;
    let written: String = lines.lines().map(|line| format!("\n{indent}{}", aligned(line, beside))).collect();
    let at = end + rest.trim_end().len();
    Some(((at, at), written))
}

/// A line `name = value` whose sign stands below that of the line above.
fn aligned(line: &str, above: &str) -> String {
    let Some((name, value)) = line.split_once(" = ") else { return line.to_owned() };
    let column = above.split_once('=').map_or(0, |(before, _)| before.len());
    if name.trim_start() != name || name.contains(['"', '{']) || column <= name.len() {
        return line.to_owned();
    }
    format!("{name}{}= {value}", " ".repeat(column - name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    /// A text in which the place is marked: `[[…]]`.
    fn changed(marked: &str, change: &Change) -> Option<String> {
        let start = marked.find("[[").unwrap();
        let end = marked.find("]]").unwrap() - 2;
        let text = marked.replacen("[[", "", 1).replacen("]]", "", 1);
        let source = Source::new("a.sh", text.as_bytes()).unwrap();
        let place = Place::exact(FileId(0), Span::new(start as u32, end as u32));
        let edit = edit(&source, place, change)?;
        let bytes = crate::fix::apply(text.as_bytes(), &source, &[edit]).unwrap();
        Some(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn words_go_with_their_blanks_and_quotes() {
        let cases = [
            ("g a [[--role=x]] --b\n", Some("g a --b\n")),
            ("g a [[--role=\"x]]\" --b\n", Some("g a --b\n")),
            ("g a [[--role 'x]]'\n", Some("g a\n")),
            ("g a \"[[--role=x]]\"\n", Some("g a\n")),
            ("g a \\\n  [[--role=x]]\n", Some("g a\n")),
            ("g a \\\n  [[--role=x]] \\\n  --b\n", Some("g a \\\n  --b\n")),
            ("g a \\\r\n  [[--role=x]]\r\n", Some("g a\r\n")),
            ("x=$(g a [[--role=x]])\n", Some("x=$(g a)\n")),
            ("g a [[--role=x]]", Some("g a")),
            ("g a \\\n  # why\n  [[--role=x]]\n", None),
            ("g a [[--role \\\n  x]]\n", Some("g a\n")),
            ("- a\n- [[--role=x]]\n- b\n", Some("- a\n- b\n")),
            ("- 'a'\n- '[[--role=x]]'\n", Some("- 'a'\n")),
            ("['a', '[[--role=x]]', 'b']", Some("['a', 'b']")),
            ("[\n  \"a\",\n  \"[[--role=x]]\",\n]", Some("[\n  \"a\",\n]")),
            ("['[[--role=x]]', 'b']", Some("['b']")),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::Cut).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn words_come_where_others_stand() {
        let cases = [
            ("g [[--uri=x]] --b\n", Some("g [[--uri=x]] --new=1 --b\n")),
            ("g [[--uri=\"x/$Y]]\" \\\n  --b\n", Some("g [[--uri=\"x/$Y]]\" --new=1 \\\n  --b\n")),
            ("- a\n- [[--uri=x]]\n- b\n", Some("- a\n- [[--uri=x]]\n- --new=1\n- b\n")),
            ("- '[[--uri=x]]'", Some("- '[[--uri=x]]'\n- '--new=1'")),
            ("[\"a\", \"[[--uri=x]]\"]", Some("[\"a\", \"[[--uri=x]]\", \"--new=1\"]")),
            ("x=[[--uri=x]]\n", None),
        ];
        for (marked, expected) in cases {
            let expected = expected.map(|text| text.replacen("[[", "", 1).replacen("]]", "", 1));
            assert_eq!(changed(marked, &Change::After("--new=1".to_owned())), expected, "{marked}");
        }
    }

    #[test]
    fn lines_come_below_others() {
        let cases = [
            ("  [[email = \"x\"]]\n}", Some("  email = \"x\"\n  a     = 1\n}")),
            ("  [[b = \"x\"]] # why\n}", Some("  b = \"x\" # why\n  a = 1\n}")),
            ("  [[b = \"x\"]]\r\n}", Some("  b = \"x\"\r\n  a = 1\r\n}")),
            ("  b { [[b = \"x\"]] }", None),
            ("  [[b: x]]", Some("  b: x\n  a = 1")),
            ("  [[b = x]],", None),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::Below("a = 1".to_owned())).as_deref(), expected, "{marked}");
        }
    }
}
