//! The value in a list of pairs holds the sign that parts the pairs.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::invocation::{FlagUse, delimiter, items};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::secret::{Looks, is_secret_name, looks};
use crate::value::{Piece, Place, Value};

pub(super) static RULE: Rule = Rule {
    id: "unescaped-comma",
    group: Group::Environment,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unescaped-comma"),
    covers: &[],
    checks: &[Check::Gcloud(Alone(check))],
    ..Rule::STABLE
};

/// Flags that take pairs, each with a value.
const FLAGS: &[&str] = &[
    "--set-env-vars",
    "--update-env-vars",
    "--set-build-env-vars",
    "--update-build-env-vars",
    "--set-secrets",
    "--update-secrets",
    "--headers",
    "--update-headers",
    "--attribute-mapping",
    "--substitutions",
    "--labels",
    "--update-labels",
];
/// What parts pairs where commas do not; none of them means anything to a shell within a word.
const DELIMITERS: &[&str] = &["@", "##", "::", "--", "%%", "@@@"];

fn check(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    for flag in &invocation.flags {
        let is_dict = FLAGS.contains(&flag.name.as_str()) && flag.known.is_some();
        if let Some(value) = flag.value.as_ref().filter(|_| is_dict && invocation.is_command) {
            pairs(gcloud, flag, value, report);
        }
    }
}

fn pairs(gcloud: &Gcloud, flag: &FlagUse, value: &Value, report: &mut Report) {
    // Something may stand before it that says what parts the pairs.
    if value.known_prefix().is_empty() {
        return;
    }
    let parts = items(value);
    // `A=1,...` in a document: and so on.
    let stands_for_more = |text: &str| {
        text.contains("..")
            || text.contains(['<', '[', '…'])
            || matches!(text.trim(), "etc" | "etc." | "others" | "OTHERS" | "more")
    };
    let is_broken = |part: &&Value| {
        part.literal().is_some_and(|text| !text.trim().is_empty() && !text.contains('=') && !stands_for_more(&text))
    };
    // A list that holds no pair at all is something else than a value with a comma.
    if !parts.first().is_some_and(|first| first.contains("=").is_yes()) {
        return;
    }
    let Some(broken) = parts.iter().find(is_broken) else { return };
    let sign = delimiter(value).map_or_else(|| ",".to_owned(), |(delimiter, _)| delimiter);
    let shown = if sign == "," { "a comma".to_owned() } else { format!("`{sign}`") };
    let shown_part = broken.to_string();
    // A part of a password is none of ours to print.
    let before = parts.iter().take_while(|part| !std::ptr::eq(*part, broken)).last();
    let named = before.and_then(|pair| pair.split_once('=')?.0.literal());
    let is_secret = is_secret_like(named.as_deref().unwrap_or(""), &shown_part);
    let part = if is_secret { "…" } else { shown_part.trim() };
    let message = format!(
        "`{part}` is no pair: {shown} parts the pairs of `{}`, so that a value cannot hold one; gcloud will answer `Bad syntax \
         for dict arg: [{part}]`",
        flag.name
    );
    let place = broken.place().filter(|place| place.file == gcloud.at.file && gcloud.at.span.contains(place.span));
    let draft = report.error(&gcloud.at, place.unwrap_or(flag.at), message);
    draft.label("no pair");
    let chosen = DELIMITERS.iter().find(|delimiter| {
        !value.pieces().iter().any(|piece| piece.text().is_some_and(|text| text.contains(**delimiter)))
    });
    let Some(chosen) = chosen.filter(|_| sign == ",") else {
        draft.help("choose another sign: `^SIGN^` in front of the list names it (`gcloud topic escaping`)");
        return;
    };
    draft.help(format!(
        "name another sign in front of the list, as in `^{chosen}^A=1,2{chosen}B=3` (`gcloud topic escaping`)"
    ));
    if let Some(edits) = edits(value, chosen) {
        // What a variable holds may have the other sign in it.
        let safety = if value.is_literal() { Safety::Safe } else { Safety::Unsafe };
        draft.fix(safety, edits);
    }
}

/// Whether the value of a pair of this name, or the rest of it behind a comma, may be a secret.
fn is_secret_like(name: &str, rest: &str) -> bool {
    is_secret_name(name.trim()) || matches!(looks(rest), Looks::Token(_) | Looks::Random)
}

/// Names the delimiter in front, and puts it in the place of each comma that a pair follows.
fn edits(value: &Value, delimiter: &str) -> Option<Vec<(Place, String)>> {
    let first = value.pieces().first()?.place();
    let mut edits = vec![(first.part(0..0), format!("^{delimiter}^"))];
    let mut pieces = value.pieces().iter().peekable();
    while let Some(piece) = pieces.next() {
        let Piece::Text(text, place) = piece else { continue };
        for (at, _) in text.match_indices(',') {
            let rest = text.get(at + 1..)?;
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).collect();
            let is_pair = !name.is_empty() && rest.get(name.len()..)?.starts_with('=');
            // `A=x,$MORE`: whether a pair follows is not known.
            if rest.is_empty() && pieces.peek().is_some() {
                return None;
            }
            // Somebody took it for an escape; gcloud would hand it on.
            let escape = at.checked_sub(1).filter(|before| text.get(*before..at) == Some("\\"));
            if is_pair {
                edits.push((place.part(at..at + 1), delimiter.to_owned()));
            } else if let Some(escape) = escape {
                edits.push((place.part(escape..at), String::new()));
            }
        }
    }
    Some(edits)
}
