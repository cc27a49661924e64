//! What rules want changed → edits, by the text that stands there. A rule knows places; how words are parted, quoted and set in
//! where they stand is known here alone. What is laid out otherwise is not edited.

use super::extent::{in_value, quoted, word_end};
use crate::finding::Edit;
use crate::read;
use crate::rule::{Change, Names};
use crate::source::{Source, Span};
use crate::value::Place;

/// The edits that make a change; nothing where what stands there does not allow it.
pub(super) fn edits(source: &Source, place: Place, change: &Change) -> Option<Vec<Edit>> {
    let text = source.text();
    let of_words =
        matches!(change, Change::Word(_) | Change::Cut | Change::CutFlag | Change::After(_) | Change::AfterFlag(_));
    if of_words && is_lone_text(source, place) {
        return None;
    }
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    let one = |(range, text): ((usize, usize), String)| {
        vec![Edit { file: place.file, span: Span::new(range.0 as u32, range.1 as u32), text }]
    };
    Some(match change {
        Change::To(text) => vec![Edit { file: place.file, span: place.span, text: text.clone() }],
        Change::Word(new) => one(instead(text, start, end, new)?),
        Change::Cut => one((cut(text, start, end)?, String::new())),
        Change::After(words) => one(after(text, start, end, words)?),
        Change::AfterFlag(words) => one(after(text, start, in_value(text, start, end)?, words)?),
        Change::BeforeValue(new) => {
            let rest = text.get(end..)?;
            // The value stands in the same word, perhaps in quotes, or in the next one.
            let (at, _) = rest.char_indices().find(|(_, c)| !matches!(c, '=' | ' ' | '\t' | '"' | '\''))?;
            let between = rest.get(..at)?;
            let is_value = !between.is_empty() && !between.trim_start_matches('=').starts_with("==");
            let starts = rest.get(at..)?.starts_with(|c: char| c == '$' || c == '{' || c.is_alphanumeric());
            (is_value && starts && between.matches(['"', '\'']).count() < 2)
                .then(|| one(((end + at, end + at), new.clone())))?
        }
        Change::Below(lines) => one(below(text, start, end, lines)?),
        Change::Behind(lines) => one(behind(text, start, end, lines)?),
        Change::CutLines => one((lines(text, start, end)?, String::new())),
        Change::CutFlag => one((cut(text, start, in_value(text, start, end)?)?, String::new())),
        Change::Rename(lists) => {
            let all = |names: &Names| -> Option<Vec<_>> {
                names.iter().map(|(old, new)| renamed(text, start, end, old, new)).collect()
            };
            lists.iter().find_map(all)?.into_iter().flat_map(one).collect()
        }
    })
}

/// Whether what stands there is a whole text of code that is no item of a list: there quotes do not part words, and what is
/// put together by `+` is parted elsewhere.
fn is_lone_text(source: &Source, place: Place) -> bool {
    const CODE: &[&str] = &["python", "javascript", "go", "terraform", "notebook"];
    let (text, path) = (source.text(), source.path());
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    let is_json = path.rsplit('.').next() == Some("json");
    let is_code = is_json || read::reader(path, "").is_some_and(|reader| CODE.contains(&reader.name));
    is_code
        && quote_before(text, start).is_some()
        && !matches!(word(text, start, end), Some(Word::Item(..)))
        && quoted(text.get(start - 1..).unwrap_or("")).is_some_and(|length| {
            // Of a text of several words one may change.
            !text.get(start..start + length.saturating_sub(2)).unwrap_or(" ").contains([' ', '\\'])
        })
}

/// Where a word or an item of a list stands, with its quotes.
enum Word {
    /// A word of a command line.
    Plain(usize, usize),
    /// An item of a list that has its line to itself, `- word`; a comment may stand behind it.
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

/// Whether a text stands alone between quotes.
fn is_quoted(text: &str, start: usize, end: usize) -> bool {
    matches!(before(text, start), Some(b'"' | b'\'')) && before(text, start) == byte(text, end)
}

/// The quote that stands right before a place.
fn quote_before(text: &str, start: usize) -> Option<char> {
    before(text, start).map(char::from).filter(|c| matches!(c, '"' | '\''))
}

/// The words from the one that begins at `start`, or behind its quote, to the one that `end` lies in.
fn word(text: &str, start: usize, end: usize) -> Option<Word> {
    let quote = quote_before(text, start);
    let first = if quote.is_some() { start - 1 } else { start };
    let lead = text.get(line_start(text, first)..first)?.trim_start();
    if lead == "- "
        && let Some(last) = line_item(text, first, end)
    {
        return Some(Word::Line(first, last));
    }
    let ahead = text.get(..first)?.trim_end().chars().next_back();
    let last = match quote {
        Some(_) => quoted(text.get(first..)?).map(|length| first + length),
        None if matches!(ahead, Some(',' | '[')) && is_in_list(text, first) => Some(list_item_end(text, end)?),
        None => None,
    };
    let is_item = |last: &usize| {
        let behind = text.get(*last..).and_then(|rest| rest.trim_start().chars().next());
        // `("a")` may be a list of a shell, whose items stand between blanks.
        let is_listed = matches!(ahead, Some(',' | '[')) || matches!(behind, Some(',' | ']'));
        let is_closed = matches!(ahead, Some(',' | '[' | '(')) && matches!(behind, Some(',' | ']' | ')'));
        is_listed && is_closed && *last >= end
    };
    if let Some(last) = last.filter(is_item) {
        return Some(Word::Item(first, last));
    }
    let own = last.filter(|_| quote.is_some());
    let (from, to) = match own {
        // `"one"$two`: the quote ends within the word.
        Some(own) if own < end => (first, end),
        _ if is_quoted(text, start, end) => (first, end + 1),
        // All between the quotes is one word.
        Some(own) if word_end(text, start, end) == Some(own - 1) => (first, own),
        // A quote that is none of its own opens a text that holds more words.
        _ => (start, end),
    };
    let last = word_end(text, from, to)?;
    // Another quote of the same kind may go on with the word, or end the text that the word stands in.
    let is_clear = own.is_none_or(|own| own >= end) || byte(text, last) != before(text, start);
    is_clear.then_some(Word::Plain(from, last))
}

/// Where the item ends that begins behind a dash; nothing where a line of a script stands there.
fn line_item(text: &str, first: usize, end: usize) -> Option<usize> {
    let line = text.get(first..line_end(text, end))?;
    if line.contains('\n') {
        return None;
    }
    let is_quoted = line.starts_with(['"', '\'']);
    let length = if is_quoted { quoted(line)? } else { line.find(" #").unwrap_or(line.len()) };
    let (item, rest) = line.split_at_checked(length)?;
    let item = item.trim_end();
    let is_one = is_quoted || line.starts_with('-') || !item.contains(' ');
    let rest = rest.trim();
    (is_one && (rest.is_empty() || rest.starts_with('#')) && first + item.len() >= end).then_some(first + item.len())
}

/// Whether the innermost bracket that is open before a place is that of a list.
fn is_in_list(text: &str, at: usize) -> bool {
    let mut closed = 0_usize;
    for c in text.get(..at).unwrap_or("").chars().rev() {
        match c {
            ']' => closed += 1,
            '[' if closed == 0 => return true,
            '[' => closed -= 1,
            '{' | '}' | '(' | ')' | ';' => return false,
            _ => {}
        }
    }
    false
}

/// Where an item of a list without quotes ends.
fn list_item_end(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..line_end(text, end))?;
    let item = rest.get(..rest.find([',', ']'])?)?;
    (!item.contains(['"', '\'', '#', '{'])).then(|| end + item.trim_end().len())
}

/// With another word in place of those that stand there.
fn instead(text: &str, start: usize, end: usize, new: &str) -> Option<((usize, usize), String)> {
    let (first, last, is_plain) = match word(text, start, end)? {
        Word::Plain(first, last) => (first, last, true),
        Word::Line(first, last) | Word::Item(first, last) => (first, last, false),
    };
    let keeps_quotes = !is_plain && quote_before(text, start).is_some();
    Some((if keeps_quotes { (first + 1, last - 1) } else { (first, last) }, new.to_owned()))
}

/// Without a word: with the blanks that part it from the one before, or the line or comma that it has to itself.
fn cut(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    match word(text, start, end)? {
        Word::Plain(first, last) => cut_plain(text, first, last),
        Word::Line(first, last) => {
            let end = line_end(text, last);
            // A comment is somebody's to move.
            let is_alone = text.get(last..end)?.trim().is_empty();
            is_alone.then(|| (line_start(text, first), (end + 1).min(text.len())))
        }
        Word::Item(first, last) => {
            let lead = text.get(..first)?.trim_end();
            if lead.ends_with(',') {
                return Some((lead.len() - 1, last));
            }
            let behind = text.get(last..)?.trim_start().strip_prefix(',')?;
            Some((first, text.len() - behind.trim_start().len()))
        }
    }
}

fn cut_plain(text: &str, first: usize, last: usize) -> Option<(usize, usize)> {
    let lead = text.get(..first)?;
    let mut from = lead.trim_end_matches([' ', '\t']).len();
    if from == first {
        return None;
    }
    if before(text, from) == Some(b'\n') {
        // What shares its line stays there.
        let rest = text.get(last..line_end(text, last))?;
        let next = rest.trim_start();
        if next.len() < rest.len() && !next.is_empty() && !next.starts_with(['\\', '`', '^', '#']) {
            return Some((first, last + rest.len() - next.len()));
        }
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

/// The lines of what has them to itself, but for a comma.
fn lines(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let (first, last) = (line_start(text, start), line_end(text, end));
    let around =
        [text.get(first..start)?.trim_end_matches(['"', '\'']), text.get(end..last)?.trim_start_matches(['"', ','])];
    around.iter().all(|text| text.trim().is_empty()).then(|| (first, (last + 1).min(text.len())))
}

/// With more words behind the one that ends here.
fn after(text: &str, start: usize, end: usize, new: &str) -> Option<((usize, usize), String)> {
    let (first, last, between) = match word(text, start, end)? {
        Word::Plain(first, last) => return Some(((last, last), format!("{}{new}", between(text, first)))),
        Word::Line(first, last) => {
            let lead = text.get(line_start(text, first)..first)?;
            let end = text.get(..line_end(text, last))?.trim_end_matches('\r').len();
            (first, end, format!("\n{lead}"))
        }
        Word::Item(first, last) => {
            let own = text.get(line_start(text, first)..first)?;
            (first, last, if own.trim().is_empty() { format!(",\n{own}") } else { ", ".to_owned() })
        }
    };
    let quote =
        text.get(first..)?.chars().next().filter(|c| matches!(c, '"' | '\'')).map(String::from).unwrap_or_default();
    let mut written = String::new();
    for word in new.split(' ') {
        let plain = word.replace(['"', '\''], "");
        written.extend([between.as_str(), &quote, &plain, &quote]);
    }
    Some(((last, last), written))
}

/// What parts a word from one that comes behind it: a flag that has a line of its own gets no other beside it.
fn between(text: &str, first: usize) -> String {
    let own_line = || {
        let line = line_start(text, first);
        let lead = text.get(line..first).filter(|lead| lead.trim().is_empty())?;
        let above = text.get(..line)?.trim_end_matches(['\r', '\n']);
        let words = above.trim_end_matches(['\\', '`', '^']);
        let goes_on = above.get(words.len()..).filter(|sign| !sign.is_empty() && words.ends_with([' ', '\t']))?;
        let is_flag = text.get(first..)?.trim_start_matches(['"', '\'']).starts_with('-');
        is_flag.then(|| format!(" {goes_on}\n{lead}"))
    };
    own_line().unwrap_or_else(|| " ".to_owned())
}

/// With another name where this one stands once; what is set below others stays so.
fn renamed(text: &str, start: usize, end: usize, old: &str, new: &str) -> Option<((usize, usize), String)> {
    let within = text.get(start..end)?;
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let mut found = within.match_indices(old).map(|(at, _)| start + at).filter(|at| {
        let (ahead, behind) = (text.get(..*at), text.get(at + old.len()..));
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        let starts = !old.starts_with(joins) || !is_part(ahead.and_then(|text| text.chars().next_back()));
        starts && (!old.ends_with(joins) || !is_part(behind.and_then(|text| text.chars().next())))
    });
    let (at, None) = (found.next()?, found.next()) else { return None };
    // What is the same around both stays.
    let behind = |text: &str| text.len() - text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let same = behind(old);
    let (old, new) = match old.get(old.len() - same..) {
        Some(rest) if same == behind(new) && new.ends_with(rest) => {
            (old.get(..old.len() - same)?, new.get(..new.len() - same)?)
        }
        _ => (old, new),
    };
    let mut last = at + old.len();
    let sign = byte(text, last).filter(|byte| *byte == b':').map_or("", |_| ":");
    let blanks = text.get(last + sign.len()..)?.bytes().take_while(|byte| *byte == b' ').count();
    let mut written = new.to_owned();
    if blanks > 1 {
        written.push_str(sign);
        last += sign.len();
        let kept = (blanks + old.len()).saturating_sub(new.len()).max(1);
        last += blanks;
        written.push_str(&" ".repeat(kept));
    }
    Some(((at, last), written))
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
    // Within braces of YAML and JSON lines are parted by commas; a block of Terraform has none.
    let own = text.get(line..last)?.trim();
    let is_yaml = own.split_whitespace().next().is_some_and(|name| name.ends_with(':'));
    let above = text.get(..line)?.trim_end();
    let next = text.get(last..)?.trim_start();
    if own.starts_with(['"', '\''])
        || is_yaml && (above.ends_with(['{', '[', ',']) || next.starts_with(['}', ']', ',']))
    {
        return None;
    }
    let beside = text.get(start..line_end(text, start))?;
    let written: String =
        lines.lines().flat_map(|line| ["\n".to_owned(), indent.to_owned(), aligned(line, beside)]).collect();
    let at = end + rest.trim_end().len();
    Some(((at, at), written))
}

/// With more statements behind the one that stands there, where it has its lines to itself and nothing takes what it
/// gives.
fn behind(text: &str, start: usize, end: usize, lines: &str) -> Option<((usize, usize), String)> {
    let line = line_start(text, start);
    let indent = text.get(line..start)?;
    let own = text.get(start..end)?;
    let rest = text.get(end..line_end(text, end))?;
    let has_lines = indent.trim().is_empty() && rest.trim().is_empty();
    // A step of a list of YAML is no line of a script.
    let is_statement = own.split_whitespace().next().is_some_and(|word| word != "-" && !word.ends_with(':'));
    let joins = ['\\', '`', '^', '|', '&', '(', '!'];
    let above = text.get(..line)?.trim_end();
    let is_one_of = |word: Option<&str>, words: &[&str]| word.is_some_and(|word| words.contains(&word));
    let is_asked = is_one_of(above.split_whitespace().next_back(), &["if", "elif", "while", "until"]);
    let next = text.get(line_end(text, end)..)?.trim_start();
    let goes_on = next.starts_with(['|', '&', '>', ')']) || is_one_of(next.split_whitespace().next(), &["then", "do"]);
    if !has_lines || !is_statement || above.ends_with(joins) || own.ends_with(joins) || is_asked || goes_on {
        return None;
    }
    let set_in = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("\n{indent}{line}") };
    Some(((end, end), lines.lines().map(set_in).collect()))
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
        // A source has its lines end alike.
        let offset = |at: usize| (at - text.bytes().take(at).filter(|byte| *byte == b'\r').count()) as u32;
        let place = Place::exact(FileId(0), Span::new(offset(start), offset(end)));
        let edits = edits(&source, place, change)?;
        let bytes = crate::fix::apply(text.as_bytes(), &source, &edits).unwrap();
        Some(String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn words_go_with_their_blanks_and_quotes() {
        let cases = [
            ("g a [[--role=x]] --b\n", Some("g a --b\n")),
            ("g a [[--role=\"x]]\" --b\n", Some("g a --b\n")),
            ("g a [[--role 'x]]'\n", Some("g a\n")),
            ("g a \"[[--role=x]]\"\n", Some("g a\n")),
            ("g a \"[[--role=\"$x]] --b\n", Some("g a --b\n")),
            ("g a \"[[--role=\"$x/y]]\" | jq .a\" --b\n", None),
            ("g a \\\n  [[--role=x]]\n", Some("g a\n")),
            ("g a \\\n  [[--role=x]] \\\n  --b\n", Some("g a \\\n  --b\n")),
            ("g a \\\n  [[--role=x]]  --b\n", Some("g a \\\n  --b\n")),
            ("g a \\\n  [[--role=x]] >log\n", Some("g a \\\n  >log\n")),
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
            ("a=([[--role=x]] --b)", None),
            ("args: [a, [[--role=x]], b]", Some("args: [a, b]")),
            ("args: [a, [[--role=$_R]]]", Some("args: [a]")),
            ("- [[--role=x]] # why\n", None),
            ("- a\n- [[--role=$_A]] x\n- b\n", Some("- a\n- b\n")),
            ("- a\n- \"[[--role=$_A]],x y\"\n- b\n", Some("- a\n- b\n")),
            ("g a [[--role=x]]> log\n", Some("g a> log\n")),
            ("run(\"g a [[--role=x]]\")", Some("run(\"g a\")")),
            ("- 'a'\n- '[[--role=x]]'\n", Some("- 'a'\n")),
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
            ("sh -c \"g [[--uri=x]]\"\n", Some("sh -c \"g [[--uri=x]] --new=1\"\n")),
            ("a=(\"[[--uri=x]]\")\n", Some("a=(\"[[--uri=x]]\" --new=1)\n")),
            ("g \\\n  [[--uri=x]] # why\n", Some("g \\\n  [[--uri=x]] \\\n  --new=1 # why\n")),
            ("g `\r\n\t[[--uri=x]] `\r\n\t--b\r\n", Some("g `\r\n\t[[--uri=x]] `\r\n\t--new=1 `\r\n\t--b\r\n")),
            ("g \\\n  a [[--uri=x]]\n", Some("g \\\n  a [[--uri=x]] --new=1\n")),
            ("g [[--uri=x]]/\"$A b\"/${{ c }} --b\n", Some("g [[--uri=x]]/\"$A b\"/${{ c }} --new=1 --b\n")),
            ("g [[--uri=]]${{ c }} --b\n", Some("g [[--uri=]]${{ c }} --new=1 --b\n")),
            ("g [[--uri=]]$(a \"b c\") --b\n", Some("g [[--uri=]]$(a \"b c\") --new=1 --b\n")),
            ("args: [a, [[--uri=x]], b]", Some("args: [a, [[--uri=x]], --new=1, b]")),
            ("- [[bind]] # it\n- b\n", Some("- [[bind]] # it\n- --new=1\n- b\n")),
            ("run(\"[[curl]] x\")", Some("run(\"[[curl]] --new=1 x\")")),
            ("$(curl \"[[x?a=]]$A\")", Some("$(curl \"[[x?a=]]$A\" --new=1)")),
            ("$(curl \"[[x?a=]]$(b c)\"/d)", None),
            ("run([\"[[curl]]\", x])", Some("run([\"[[curl]]\", \"--new=1\", x])")),
        ];
        for (marked, expected) in cases {
            let expected = expected.map(|text| text.replacen("[[", "", 1).replacen("]]", "", 1));
            assert_eq!(changed(marked, &Change::After("--new=1".to_owned())), expected, "{marked}");
        }
    }

    #[test]
    fn flags_go_with_their_values() {
        let cases = [
            ("g [[--aud]]=\"$A\" --b\n", Some("g --b\n")),
            ("g [[--aud]] \"$A b\" --b\n", Some("g --b\n")),
            ("g [[--aud]] \\\n  $A --b\n", Some("g --b\n")),
            ("g [[--aud]]=x", Some("g")),
            ("g [[--aud]] --b", None),
            ("g [[--aud]] >log\n", None),
            ("g [[--aud]]\nb\n", None),
            ("\tg --b [[--aud]]=$(AUD)\n", Some("\tg --b\n")),
            ("F=\"--b [[--aud]]=$(cat x)\"\n", Some("F=\"--b\"\n")),
            ("g [[--aud]] `cat x` --b\n", Some("g --b\n")),
            ("g \"[[--aud]]=x y\" --b\n", Some("g --b\n")),
            ("g [[--aud]]=\"a\"'b'$C --b\n", Some("g --b\n")),
            ("['a', '[[--aud]]=$_A']", Some("['a']")),
            ("- '[[--aud]]=$_A'\n- b\n", Some("- b\n")),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::CutFlag).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn words_become_others() {
        let cases = [
            ("g [[--a=x]] --b", "g --c --b"),
            ("g [[--a=\"x]]\" --b", "g --c --b"),
            ("g \"[[--a=x]]\"", "g --c"),
            ("- '[[--a=x]]'", "- '--c'"),
            ("[\"[[--a=x]]\"]", "[\"--c\"]"),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::Word("--c".to_owned())).as_deref(), Some(expected), "{marked}");
        }
    }

    #[test]
    fn lines_go_if_nothing_else_stands_there() {
        let cases = [
            ("h = {\n  [[\"a\" = \"b\"]]\n}", Some("h = {\n}")),
            ("h = {\n  [[a = \"b]]\",\n}", Some("h = {\n}")),
            ("h = {\n  \"[[a\" = 1]]\n}", Some("h = {\n}")),
            ("h = { [[a = 1]] }\n", None),
            ("  [[a = 1]] # why\n", None),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::CutLines).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn texts_come_before_values() {
        let cases = [
            ("g [[--aud]]=$H", Some("g --aud=https://$H")),
            ("g [[--aud]] \"$H\"", Some("g --aud \"https://$H\"")),
            ("g [[--aud]]=\"${H}\"", Some("g --aud=\"https://${H}\"")),
            ("g [[--aud]]=", None),
            ("'[[--aud]]', 'x'", None),
            ("g [[--aud]] \\\n $H", None),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::BeforeValue("https://".to_owned())).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn names_are_found_once() {
        let cases = [
            ("[[oidc_token = x]]", Some("o = x")),
            ("[[\"oidc_token\": x]]", Some("\"o\": x")),
            ("[[oidc_token    = x]]", Some("o             = x")),
            ("[[oidc_token:    x]]", Some("o:             x")),
            ("[[oidc_tokens = x]]", None),
            ("[[oidc_token = oidc_token]]", None),
        ];
        for (marked, expected) in cases {
            let change = Change::Rename(vec![&[("oidc_token", "o")]]);
            assert_eq!(changed(marked, &change).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn lines_come_behind_statements_that_have_theirs() {
        let cases = [
            ("[[g a]]\ndocker b\n", Some("g a\nnew\ndocker b\n")),
            ("if x; then\n  [[g a \\\n    b]]\nfi\n", Some("if x; then\n  g a \\\n    b\n  new\nfi\n")),
            ("[[g a]]", Some("g a\nnew")),
            ("x &&\n  [[g a]]\n", None),
            ("[[g a]] |\n  tee x\n", None),
            ("if\n  [[g a]]\nthen b; fi\n", None),
            ("x=$(\n  [[g a]]\n)\n", None),
            ("- [[g a]]\n", None),
            ("  [[name: x\n  args: y]]\n", None),
            ("RUN [[g a]]\n", None),
            ("RUN x && \\\n  [[g a]]\n", None),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::Behind("new".to_owned())).as_deref(), expected, "{marked}");
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
            ("{\n  [[b: x]]\n}", None),
            ("{\n  [[\"b\": 1]]\n}", None),
        ];
        for (marked, expected) in cases {
            assert_eq!(changed(marked, &Change::Below("a = 1".to_owned())).as_deref(), expected, "{marked}");
        }
    }
}
