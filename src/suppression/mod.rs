//! The text of a file → the suppressions in its comments. Knows places; no rule, no finding and no language beyond where
//! its comments begin.
//!
//! ```text
//! # authlint: ignore[<id>, <id>] reason
//! # authlint: ignore-file[<id>] reason
//! # authlint: ignore[<id>] until=2027-01-31 reason
//! ```

mod comment;
mod date;
mod write;

use std::ops::Range;

use crate::source::{Source, Span, Spanned};
use comment::{Comment, FENCE, Syntax};
pub use date::Date;
pub use write::{Outline, Where, write};

/// What stands before the last day on which a suppression holds.
const UNTIL: &str = "until=";
/// Every suppression begins so.
const MARK: &str = "authlint:";
/// Suppressions of a file, and ids of one of them; more are not read.
const MOST: usize = 2000;
const MOST_IDS: usize = 50;
/// What a reason may begin with that is neither a letter nor a digit.
const QUOTES: [char; 4] = ['`', '"', '\'', '('];
/// Marks of one line that are looked at.
const MOST_TRIED: u32 = 8;

/// A comment that silences findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Whether it is about the whole file.
    pub file: bool,
    /// The ids of the rules that it names.
    pub ids: Vec<Spanned<String>>,
    /// Why the findings may stay, as it says; empty where it does not.
    pub reason: String,
    /// The last day on which it holds, where it says one; `None` within for what is no day.
    pub until: Option<Spanned<Option<Date>>>,
    /// From the mark to the end of the bracket: what is pointed at.
    pub span: Span,
    /// What stands between the brackets; nothing when there are none, or the second is missing.
    pub list: Option<Span>,
    /// What is deleted to be rid of it: the comment with the white space before it, or its lines.
    pub whole: Span,
    /// The line, from 1, that it stands in.
    pub line: u32,
    /// The next line that is no comment, when it stands alone on its line.
    pub below: Option<u32>,
}

/// Finds the suppressions of a file. In a document, comments of code count within those of its `fences` that lie in
/// `code`, and its own comments outside of all fences: what a fence only shows silences nothing.
pub fn parse(source: &Source, fences: &[Span], code: &[Span]) -> Vec<Suppression> {
    let text = source.text();
    // Most files have none: one search through the text is all that they cost.
    let mut marks = memchr::memmem::find_iter(text.as_bytes(), MARK).peekable();
    if marks.peek().is_none() {
        return Vec::new();
    }
    let Some(syntax) = Syntax::of(source.path()) else { return Vec::new() };
    let (fences, code) = (Fences::new(fences), Fences::new(code));
    let mut found: Vec<(Suppression, Option<Syntax>)> = Vec::new();
    let mut tried = (0, 0);
    for at in marks {
        let is_code = syntax.document && fences.contain(at as u32);
        if is_code && !code.contain(at as u32) {
            continue;
        }
        let syntax = if is_code { FENCE } else { syntax };
        let line = source.line(at as u32);
        let span = source.line_span(line);
        let (start, line_text) = (span.start as usize, source.slice(span));
        tried = if tried.0 == line { (line, tried.1 + 1) } else { (line, 1) };
        // Two marks in one comment are one suppression.
        let known = found.last().is_some_and(|(last, _)| last.line == line);
        if known || tried.1 > MOST_TRIED {
            continue;
        }
        let Some(comment) = syntax.comment(line_text, at - start) else { continue };
        if let Some((suppression, alone)) = one(source, syntax, line, &comment) {
            found.push((suppression, alone.then_some(syntax)));
        }
        if found.len() == MOST {
            break;
        }
    }
    below(source, &mut found);
    found.into_iter().map(|(suppression, _)| suppression).collect()
}

/// Reads one comment; says also whether it stands alone on its line. `None` when it is none of ours.
fn one(source: &Source, syntax: Syntax, line: u32, comment: &Comment) -> Option<(Suppression, bool)> {
    let span = source.line_span(line);
    let (base, text) = (span.start as usize, source.slice(span));
    let place = |range: Range<usize>| Span::new((base + range.start) as u32, (base + range.end) as u32);
    let body = text.get(comment.text..comment.text_end)?;
    let said = body.strip_prefix(MARK)?.trim_start().strip_prefix("ignore")?;
    let (file, rest) = match said.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, said),
    };
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
        return None;
    }
    let offset = |rest: &str| comment.text_end - rest.len();
    let name_end = offset(rest);
    let bracket = rest.trim_start().strip_prefix('[').and_then(|inner| Some((offset(inner), inner.split_once(']')?)));
    let (list, ids, reason, end) = match bracket {
        Some((at, (ids, reason))) => {
            (Some(place(at..at + ids.len())), list(ids, base + at), reason, at + ids.len() + 1)
        }
        None => (None, Vec::new(), rest, name_end),
    };
    let alone = syntax.code(text.get(..comment.start)?).is_empty()
        && text.get(comment.end..).is_some_and(|after| after.trim().is_empty());
    let whole = if alone {
        // With its line end.
        Span::new(span.start, (span.end + 1).min(source.text().len() as u32))
    } else {
        let code = text.get(..comment.start)?.trim_end().len();
        place(code..comment.end)
    };
    let starts_word =
        |at: &usize| reason.get(..*at).is_some_and(|before| !before.ends_with(|c: char| !c.is_whitespace()));
    let until = reason.match_indices(UNTIL).map(|(at, _)| at).find(starts_word).and_then(|at| {
        let text = reason.get(at + UNTIL.len()..)?.split(char::is_whitespace).next().unwrap_or("");
        let date = text.trim_end_matches([',', ';', ':', '.']);
        let start = offset(reason) + at + UNTIL.len();
        Some(Spanned { value: Date::parse(date), span: place(start..start + date.len()) })
    });
    let said: Vec<&str> = reason.split_whitespace().filter(|word| !word.starts_with(UNTIL)).collect();
    let said = said.join(" ");
    let says_something = said.contains(char::is_alphanumeric);
    let is_sign = |c: char| !c.is_alphanumeric() && !QUOTES.contains(&c);
    let suppression = Suppression {
        file,
        ids,
        reason: if says_something { said.trim_start_matches(is_sign).to_owned() } else { String::new() },
        until,
        span: place(comment.text..end),
        list,
        whole,
        line,
        below: None,
    };
    Some((suppression, alone))
}

/// Whether a reason says how long it holds.
pub fn says_until(reason: &str) -> bool {
    reason.split_whitespace().any(|word| word.starts_with(UNTIL))
}

impl Suppression {
    /// Whether it holds on a day. Without one, only what is no day does not.
    pub fn holds(&self, today: Option<Date>) -> bool {
        match &self.until {
            None => true,
            Some(Spanned { value: None, .. }) => false,
            Some(Spanned { value: Some(last), .. }) => today.is_none_or(|today| today <= *last),
        }
    }
}

/// The ids between the brackets, which begin at `base`.
fn list(text: &str, base: usize) -> Vec<Spanned<String>> {
    let mut at = base;
    let mut ids = Vec::new();
    for part in text.split(',').take(MOST_IDS) {
        let id = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        if !id.is_empty() {
            let span = Span::new(start as u32, (start + id.len()) as u32);
            ids.push(Spanned { value: id.to_owned(), span });
        }
        at += part.len() + 1;
    }
    ids
}

/// Finds the line below each that stands alone. From the last one upwards, so that of many comments in a row each is
/// looked at once.
fn below(source: &Source, found: &mut [(Suppression, Option<Syntax>)]) {
    let mut known: Option<(u32, Option<u32>)> = None;
    for (suppression, alone) in found.iter_mut().rev() {
        let Some(syntax) = *alone else { continue };
        let mut line = suppression.line + 1;
        suppression.below = loop {
            if let Some((at, below)) = known
                && at == line
            {
                break below;
            }
            if line > source.line_count() {
                break None;
            }
            let text = source.slice(source.line_span(line));
            // An empty line ends what is said, but in a document, where one stands before each block.
            let goes_on = syntax.is_comment(text) || syntax.document && syntax.code(text).is_empty();
            if !goes_on {
                break Some(line);
            }
            line += 1;
        };
        known = Some((suppression.line, suppression.below));
    }
}

/// Where fences stand, in order.
struct Fences(Vec<Span>);

impl Fences {
    fn new(spans: &[Span]) -> Self {
        let mut spans = spans.to_vec();
        spans.sort_unstable();
        Self(spans)
    }

    fn contain(&self, at: u32) -> bool {
        let next = self.0.partition_point(|span| span.start <= at);
        next.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|span| at < span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<Suppression> {
        let source = Source::new(path, text.as_bytes()).unwrap();
        let fence = text.find("```").map(|start| Span::new(start as u32, text.rfind("```").unwrap() as u32 + 3));
        parse(&source, fence.as_slice(), fence.as_slice())
    }

    /// Ids, reason, line and the line below.
    fn shown(path: &str, text: &str) -> Vec<String> {
        let one = |one: &Suppression| {
            let ids: Vec<&str> = one.ids.iter().map(|id| id.value.as_str()).collect();
            let all = if one.file { "file " } else { "" };
            let why = if one.reason.is_empty() { "" } else { " why" };
            let below = one.below.map(|line| format!("+{line}")).unwrap_or_default();
            format!("{all}{}{why} {}{below}", ids.join(","), one.line)
        };
        found(path, text).iter().map(one).collect()
    }

    #[test]
    fn a_comment_names_rules_and_says_why() {
        assert_eq!(shown("a.sh", "x # authlint: ignore[a] because\n"), ["a why 1"]);
        assert_eq!(shown("a.sh", "#authlint:ignore[a,b-c , d]: it is so\nx\n"), ["a,b-c,d why 1+2"]);
        assert_eq!(shown("a.sh", "# authlint: ignore-file[a] — old\n"), ["file a why 1+2"]);
        assert_eq!(shown("a.sh", "x # authlint: ignore[a] --\n"), ["a 1"]);
        assert_eq!(shown("a.tf", "x = 1 /* authlint: ignore[a] why */ # more\n"), ["a why 1"]);
        assert_eq!(shown("a.tf", "/* authlint: ignore[a] */\nx\n"), ["a 1+2"]);
    }

    #[test]
    fn what_names_nothing_is_told_from_what_is_not_ours() {
        for text in
            ["# authlint: ignore\n", "# authlint: ignore it\n", "# authlint: ignore[a\n", "# authlint: ignore[]\n"]
        {
            let found = found("a.sh", text);
            assert!(found.len() == 1 && found[0].ids.is_empty(), "{text}");
        }
        for text in [
            "# authlint: see the page\n",
            "# authlint: ignored[a]\n",
            "# authlint: ignore-files[a]\n",
            "authlint: ignore[a]\n",
        ] {
            assert!(found("a.sh", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn comments_may_stand_between() {
        assert_eq!(shown("a.sh", "# authlint: ignore[a] b\n# more\n\t# and more\ngcloud\n"), ["a why 1+4"]);
        assert_eq!(
            shown("a.sh", "# authlint: ignore[a] b\n# authlint: ignore[c] d\n# e\ngcloud # authlint: ignore[f] g\n"),
            ["a why 1+4", "c why 2+4", "f why 4"]
        );
        assert_eq!(shown("a.sh", "# authlint: ignore[a] b\n\ngcloud\n"), ["a why 1+2"]);
        let many = "# authlint: ignore[a] b\n".repeat(100_000);
        assert_eq!(found("a.sh", &many).len(), MOST);
    }

    #[test]
    fn documents_have_their_own_comments_and_those_of_their_fences() {
        let text = "<!-- authlint: ignore[a] b -->\n\n- ```bash\n  # authlint: ignore[c] d\n  gcloud\n  ```\n\n# authlint: ignore[e] f\n";
        assert_eq!(shown("a.md", text), ["a why 1+3", "c why 4+5"]);
        let source = Source::new("a.md", text.as_bytes()).unwrap();
        let fence = Span::new(32, text.rfind("```").unwrap() as u32);
        assert_eq!(parse(&source, &[fence], &[]).len(), 1, "a fence that is only shown");
        assert_eq!(shown("a.md", "Write `# authlint: ignore[a] b`, or <!-- authlint: ignore[a] b -->.\n"), ["a why 1"]);
    }

    #[test]
    fn one_may_hold_for_a_time() {
        let day = Date::parse;
        let one = |text: &str| found("a.sh", &format!("# authlint: ignore[a]{text}\n")).remove(0);
        let timed = one(" until=2027-01-31 the old cluster is still there");
        assert!(
            timed.reason == "the old cluster is still there"
                && timed.holds(day("2027-01-31"))
                && !timed.holds(day("2027-02-01"))
                && timed.holds(None)
        );
        assert_eq!(one(" until=2027-01-31").reason, "");
        assert_eq!(one(" — `x` is é, -- see #12").reason, "`x` is é, -- see #12");
        assert_eq!(one(" `--`").reason, "", "nothing is said by signs");
        assert!(one(": moved, until=2027-01-31.").holds(day("2026-01-01")));
        let wrong = one(" until=soon why");
        assert!(!wrong.holds(day("2026-01-01")) && !wrong.holds(None));
        assert!(one(" until 2020-01-01 it holds").holds(day("2026-01-01")), "prose is no day");
        let text = "# authlint: ignore[a] — é until=2027-01-31, x\n";
        assert_eq!(text.get(found("a.sh", text)[0].until.as_ref().unwrap().span.range()), Some("2027-01-31"));
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "gcloud  # authlint: ignore[a, bc] why\n# authlint: ignore[d]\n";
        let found = found("a.sh", text);
        let slice = |span: Span| text.get(span.range()).unwrap();
        assert_eq!(slice(found[0].ids[1].span), "bc");
        assert_eq!(slice(found[0].list.unwrap()), "a, bc");
        assert_eq!(slice(found[0].span), "authlint: ignore[a, bc]");
        assert_eq!(slice(found[0].whole), "  # authlint: ignore[a, bc] why");
        assert_eq!(slice(found[1].whole), "# authlint: ignore[d]\n");
    }
}
