//! What Google, gcloud or GitHub answered → the rules that find such a fault before it is deployed, best first.
//!
//! Two things are looked at: the patterns of `data/errors.txt`, and how much of an answer that a rule's page lists stands in
//! the text, rare words counting more. Knows pages and patterns; no disk and no terminal.

use std::collections::{BTreeMap, BTreeSet};

use regex::{Regex, RegexBuilder};

use crate::rule::{Group, Rule};
use crate::rules::{self, RULES};

/// Patterns, the rules behind them, causes and fixes; the format is told in `data/README.md`.
const TABLE: &str = include_str!("../data/errors.txt");

/// Bytes of a text that are looked at: of a long log the last lines that tell of an error.
const MAX_TEXT: usize = 16 * 1024;
/// A text longer than this is taken for a log.
const LOG: usize = 1500;
/// Lines of a log that are looked at, and around each that tells of an error.
const MAX_LINES: usize = 60;
const AROUND: usize = 2;
/// Words by which lines of a log are told to be of an error.
const ERRORS: &[&str] = &[
    "error",
    "denied",
    "failed",
    "fatal",
    "exception",
    "unauthorized",
    "unauthenticated",
    "forbidden",
    "invalid",
    "refused",
    "permission",
    "not found",
    "required",
    "unrecognized",
    "401",
    "403",
    "cannot",
    "could not",
    "must",
];

/// How much of a listed answer has to stand in the text for it to count as known.
const LIKE: f64 = 0.6;
/// What each further rule of a pattern counts less.
const FURTHER: f64 = 0.4;
/// What an answer counts that a page lists, in the weights of the table.
const LISTED: f64 = 2.0;
/// What a further sign of a rule adds, of its own weight.
const MORE: f64 = 0.1;
/// Bytes of a match that make it as specific as it gets.
const SPECIFIC: usize = 60;

/// What is known of an error text.
#[derive(Debug)]
pub struct Answer {
    /// Rules and causes, best first.
    pub found: Vec<Found>,
    /// Whether nothing of it is known, and these are only the nearest.
    pub guessed: bool,
}

/// A rule that may be behind an error, or a cause that no rule finds.
#[derive(Debug)]
pub struct Found {
    /// The rule.
    pub rule: Option<&'static Rule>,
    /// What is wrong then.
    pub cause: Option<&'static str>,
    /// What to do about it.
    pub fix: Option<&'static str>,
    /// The answer that the rule's page lists, where that is what is alike.
    pub listed: Option<String>,
    /// How well it fits; only the order means anything.
    pub score: f64,
}

/// A line of the table.
struct Entry {
    weight: f64,
    pattern: Regex,
    rules: Vec<&'static str>,
    cause: &'static str,
    fix: &'static str,
}

fn entries() -> impl Iterator<Item = Entry> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some(Entry {
            weight: columns.next()?.parse().ok()?,
            pattern: pattern(columns.next()?)?,
            rules: columns.next()?.split(',').filter(|id| !id.is_empty()).collect(),
            cause: columns.next()?,
            fix: columns.next()?,
        })
    })
}

fn pattern(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).dot_matches_new_line(true).build().ok()
}

/// Finds what is behind an error text or a log.
pub fn look_up(text: &str) -> Answer {
    Known::new().look_up(text)
}

/// All that is known of errors.
struct Known {
    entries: Vec<Entry>,
    words: Words,
}

impl Known {
    fn new() -> Self {
        Self { entries: entries().collect(), words: Words::new() }
    }

    fn look_up(&self, text: &str) -> Answer {
        let text = told(text);
        let mut found: BTreeMap<&'static str, Found> = BTreeMap::new();
        let mut others: Vec<Found> = Vec::new();
        for entry in &self.entries {
            let Some(hit) = entry.pattern.find(&text) else { continue };
            let score = entry.weight + share(hit.len().min(SPECIFIC), SPECIFIC);
            let of = |rule, score| Found { rule, cause: Some(entry.cause), fix: Some(entry.fix), listed: None, score };
            if entry.rules.is_empty() {
                others.push(of(None, score));
            }
            for (number, rule) in entry.rules.iter().filter_map(|id| rules::find(id)).enumerate() {
                let score = score - FURTHER * share(number, 1);
                let known = found.entry(rule.id).or_insert_with(|| of(Some(rule), 0.0));
                // Several patterns of one rule say more than one of them.
                let more = known.score.min(score) * MORE;
                if score > known.score {
                    *known = of(Some(rule), score);
                }
                known.score += more;
            }
        }
        for (rule, listed, like) in self.words.alike(&text) {
            let nothing = Found { rule: Some(rule), cause: None, fix: None, listed: None, score: 0.0 };
            let known = found.entry(rule.id).or_insert(nothing);
            if like >= LIKE {
                let score = LISTED * (1.0 + like);
                known.score = known.score.max(score) + known.score.min(score) * MORE;
                known.listed = Some(listed);
            } else {
                known.score += like;
            }
        }
        found.retain(|_, one| one.cause.is_some() || one.listed.is_some());
        let mut all: Vec<Found> = found.into_values().chain(others).collect();
        let guessed = all.is_empty();
        if guessed {
            all = self.words.nearest(&text);
        }
        all.sort_by(|a, b| b.score.total_cmp(&a.score));
        Answer { found: all, guessed }
    }
}

/// What of a text tells of errors, in one line and without what terminals are told.
fn told(text: &str) -> String {
    let plain = without_escapes(text);
    let lines: Vec<&str> = plain.lines().map(|line| line.trim_matches([' ', '\t', '│', '|', '>'])).collect();
    let chosen: Vec<&str> = if plain.len() <= LOG {
        lines
    } else {
        let tells = |line: &&str| {
            let line = line.to_ascii_lowercase();
            ERRORS.iter().any(|word| line.contains(word))
        };
        let mut wanted = BTreeSet::new();
        for (number, _) in lines.iter().enumerate().rev().filter(|(_, line)| tells(line)) {
            wanted.extend(number.saturating_sub(AROUND)..=number + AROUND);
            if wanted.len() > MAX_LINES {
                break;
            }
        }
        wanted.into_iter().filter_map(|number| lines.get(number).copied()).collect()
    };
    let mut told = chosen.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    if told.len() > MAX_TEXT {
        let start = (told.len() - MAX_TEXT..told.len()).find(|at| told.is_char_boundary(*at)).unwrap_or(0);
        told = told.split_off(start);
    }
    told
}

/// One number in another.
fn share(part: usize, whole: usize) -> f64 {
    let number = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    number(part) / number(whole)
}

/// Without the sequences that colour a terminal.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter != '\u{1b}' {
            plain.push(letter);
            continue;
        }
        if rest.peek() == Some(&'[') {
            rest.next();
            while rest.next().is_some_and(|letter| !letter.is_ascii_alphabetic()) {}
        }
    }
    plain
}

/// The words of all pages, and how rare they are.
struct Words {
    /// An answer that a page lists, or for guesses the whole of what it says of them.
    listed: Vec<(&'static Rule, String, BTreeSet<String>)>,
    pages: Vec<(&'static Rule, BTreeSet<String>)>,
    rarity: BTreeMap<String, f64>,
}

impl Words {
    fn new() -> Self {
        let mut listed = Vec::new();
        let mut pages = Vec::new();
        for rule in RULES.iter().filter(|rule| rule.group != Group::Own) {
            let seen = section(rule.page, "What you see");
            let answers = spans(&seen);
            listed.extend(answers.into_iter().map(|answer| {
                let words = words(&answer);
                (*rule, answer, words)
            }));
            pages.push((*rule, words(&format!("{} {}", rule.id.replace('-', " "), prose(rule.page)))));
        }
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for word in pages.iter().flat_map(|(_, words)| words) {
            *counts.entry(word.clone()).or_default() += 1;
        }
        let rarity = counts.into_iter().map(|(word, count)| (word, (1.0 + share(pages.len(), count)).ln())).collect();
        Self { listed, pages, rarity }
    }

    fn weight(&self, word: &str) -> f64 {
        self.rarity.get(word).copied().unwrap_or(0.0)
    }

    /// The part of an answer's words that stand in the text, as they weigh.
    fn share(&self, answer: &BTreeSet<String>, text: &BTreeSet<String>) -> (f64, f64) {
        let all: f64 = answer.iter().map(|word| self.weight(word)).sum();
        let shared: f64 = answer.intersection(text).map(|word| self.weight(word)).sum();
        (shared, all)
    }

    /// The rules whose pages list something like the text, each with the likest of it.
    fn alike(&self, text: &str) -> Vec<(&'static Rule, String, f64)> {
        let text = words(text);
        let mut best: BTreeMap<&'static str, (&'static Rule, String, f64)> = BTreeMap::new();
        for (rule, answer, words) in &self.listed {
            let (shared, all) = self.share(words, &text);
            // Little says little, however much of it is there.
            let like = if all > 0.0 { shared / all * (1.0 - (-all / 6.0).exp()) } else { 0.0 };
            if like > 0.2 && best.get(rule.id).is_none_or(|(.., known)| *known < like) {
                best.insert(rule.id, (*rule, answer.clone(), like));
            }
        }
        best.into_values().collect()
    }

    /// Rules whose pages share most with the text.
    fn nearest(&self, text: &str) -> Vec<Found> {
        let text = words(text);
        let mut near: Vec<Found> = self
            .pages
            .iter()
            .map(|(rule, words)| {
                let (shared, all) = self.share(words, &text);
                let score = shared / (10.0 + all).sqrt();
                Found { rule: Some(rule), cause: None, fix: None, listed: None, score }
            })
            .filter(|found| found.score > 0.0)
            .collect();
        near.sort_by(|a, b| b.score.total_cmp(&a.score));
        near.truncate(3);
        near
    }
}

/// The text below a heading of a page.
fn section(page: &str, heading: &str) -> String {
    let lines = page.lines().skip_while(|line| line.strip_prefix("## ") != Some(heading)).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).collect::<Vec<_>>().join(" ")
}

/// What a page says outside of its examples and references.
fn prose(page: &str) -> String {
    let said = page.split("\n## Bad").next().unwrap_or(page);
    said.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ")
}

/// The code spans of a text; a backtick in one is written with a backslash before it.
fn spans(text: &str) -> Vec<String> {
    let mut spans = Vec::new();
    for part in text.replace("\\`", "'").split('`').skip(1).step_by(2) {
        // A role or a flag by itself is no answer.
        if part.split_whitespace().count() > 2 {
            spans.push(part.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    spans
}

/// The words of a text, each pair of neighbours being one as well. What differs each time is left out: numbers, and parts
/// of names that hold them.
fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let all: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() > 1 && !(word.len() > 3 && word.bytes().any(|byte| byte.is_ascii_digit())))
        .collect();
    let pairs = all.windows(2).map(|pair| pair.join(" "));
    all.iter().map(|word| (*word).to_owned()).chain(pairs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, count: usize) -> Vec<&'static str> {
        look_up(text).found.iter().filter_map(|found| found.rule).map(|rule| rule.id).take(count).collect()
    }

    #[test]
    fn the_table_holds_together() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(entries().count(), lines, "a line that is none");
        for entry in entries() {
            assert!(entry.rules.iter().all(|id| rules::find(id).is_some()), "{:?}", entry.rules);
            assert!(!entry.cause.is_empty() && !entry.fix.is_empty(), "{}", entry.pattern);
        }
    }

    #[test]
    fn every_answer_that_a_page_lists_leads_to_its_rule() {
        let known = Known::new();
        let mut missed = Vec::new();
        for (rule, answer, _) in &known.words.listed {
            let found = known.look_up(answer);
            let ids: Vec<&str> =
                found.found.iter().filter_map(|found| found.rule).map(|rule| rule.id).take(5).collect();
            if !ids.contains(&rule.id) {
                missed.push(format!("{}: `{answer}` gives {ids:?}", rule.id));
            }
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    }

    #[test]
    fn prefixes_wraps_and_colours_do_not_matter() {
        let text = "\u{1b}[31m│\u{1b}[0m Error: Error creating WorkloadIdentityPoolProvider: googleapi: Error 400: The attribute\n\
                    │ condition must reference one of the provider's\n│ claims.";
        assert_eq!(first(text, 1), ["provider-without-condition"]);
        let log = format!(
            "{}\nERROR: (gcloud.run.deploy) argument --set-env-vars: Bad syntax for dict arg: [x]\n",
            "step ok\n".repeat(500)
        );
        assert_eq!(first(&log, 1), ["unescaped-comma"]);
    }

    #[test]
    fn an_unknown_text_says_so() {
        let answer = look_up("the frobnicator has no access to the scheduler's left knob");
        assert!(answer.guessed && answer.found.len() <= 3);
        assert!(look_up("").guessed && look_up("zzz qqq").found.is_empty());
    }
}
