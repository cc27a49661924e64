//! Findings about authlint itself: what was not read, what the configuration and the suppressions say in vain.

use std::collections::BTreeSet;

use super::NotRead;
use super::silence::Unused;
use crate::config::{Config, Mend};
use crate::finding::{Edit, Finding, Fix, Label, Safety};
use crate::nearest::{folded, nearest};
use crate::rule::Rule;
use crate::rules::{self, RULES, own};
use crate::source::{FileId, Source, Span, Spanned};
use crate::suppression::{Date, Suppression};

/// Unknown ids of one file that are told.
const MOST_UNKNOWN: usize = 1000;

/// A file that has no program.
pub(super) fn unread(file: FileId, source: &Source, why: NotRead) -> Finding {
    match why {
        NotRead::OtherKind => skipped(file, source, "it is of a kind that nobody reads"),
        NotRead::Skipped(why) => skipped(file, source, &why),
        NotRead::Lacks(feature) => skipped(file, source, &format!("this build is without the feature `{feature}`")),
        NotRead::Refused(why) => unreadable(file, source, &why),
        NotRead::Failed => failed(file, source),
    }
}

/// A file that was not read: its kind is not of this build, it is too large, no text.
fn skipped(file: FileId, source: &Source, why: &str) -> Finding {
    let message = format!("`{}` is not read: {why}; what it says is neither judged nor known", source.path());
    Draft { rule: &own::SKIPPED_FILE, file, span: Span::default(), message, help: String::new(), fix: None }
        .finding(source)
}

/// A file whose reading or running ended in a panic, which was caught.
pub(super) fn failed(file: FileId, source: &Source) -> Finding {
    let what = "reading or following it failed, which is a fault of authlint";
    let message = format!("`{}` is not read: {what}; what it says is neither judged nor known", source.path());
    let help = format!(
        "report it at {}/issues with as much of the file as may be shown; standard error says where it failed",
        env!("CARGO_PKG_REPOSITORY")
    );
    Draft { rule: &own::SKIPPED_FILE, file, span: Span::default(), message, help, fix: None }.finding(source)
}

/// A file that the system refuses.
fn unreadable(file: FileId, source: &Source, why: &str) -> Finding {
    let message = format!("`{}` cannot be read: {why}; what it says is neither judged nor known", source.path());
    let help = "make it readable, or exclude it in authlint.toml".to_owned();
    Draft { rule: &own::UNREADABLE_FILE, file, span: Span::default(), message, help, fix: None }.finding(source)
}

/// What a configuration says in vain.
pub(super) fn config(file: FileId, config: &Config) -> Vec<Finding> {
    let source = &config.source;
    let faults = config.faults.iter().map(|fault| {
        let (message, help) = (fault.message.clone(), fault.help.clone());
        let draft = Draft { rule: &own::INVALID_CONFIG, file, span: fault.span, message, help, fix: None };
        let edit = |(span, text): &(Span, String)| Edit { file, span: *span, text: text.clone() };
        let fix = |mend: &Mend| Fix { safety: mend.safety, edits: mend.edits.iter().map(edit).collect() };
        Finding { fix: fault.mend.as_ref().map(fix), ..draft.finding(source) }
    });
    let unknown = config.ids().flat_map(|ids| {
        let mut taken: BTreeSet<&str> = ids.clone().map(|id| rules::id_of(&id.value)).collect();
        let unknown: Vec<Finding> = ids
            .filter(|id| is_unknown(&id.value))
            .take(MOST_UNKNOWN)
            .map(|id| {
                let mut finding = unknown(file, source, id, "");
                // Two keys of one name would make the file unreadable.
                if right_id(&id.value).is_some_and(|(right, _)| !taken.insert(right)) {
                    finding.fix = None;
                }
                finding
            })
            .collect();
        unknown
    });
    faults.chain(unknown.take(MOST_UNKNOWN)).collect()
}

/// What the suppressions of a file lack: a rule, a reason.
pub(super) fn suppressions(
    file: FileId,
    source: &Source,
    suppressions: &[Suppression],
    today: Option<Date>,
) -> Vec<Finding> {
    let said = suppressions.iter().flat_map(|one| {
        let name = if one.file { "ignore-file" } else { "ignore" };
        let draft = |rule, message: String, help: &str| {
            let help = help.to_owned();
            Draft { rule, file, span: one.span, message, help, fix: None }.finding(source)
        };
        let names_none = one.ids.is_empty().then(|| {
            let message = format!("this `{name}` names no rule, and silences nothing");
            draft(&own::UNKNOWN_RULE, message, &format!("write `authlint: {name}[<id>] <reason>`"))
        });
        let without_reason = (one.reason.is_empty() && !one.ids.is_empty()).then(|| {
            let help = "write behind the bracket why the finding does not matter here";
            draft(&own::SUPPRESSION_WITHOUT_REASON, "this suppression gives no reason".to_owned(), help)
        });
        let over = one.until.as_ref().filter(|_| !one.ids.is_empty() && !one.holds(today)).map(|until| {
            let text = source.slice(until.span);
            let (message, help) = match until.value {
                Some(_) => (
                    format!("this suppression held until {text}, and silences nothing now"),
                    "mend what it silenced and delete the comment, or give it another day",
                ),
                None => (
                    format!("`{text}` is no day, and this suppression silences nothing"),
                    "write the last day on which it holds: `until=2027-01-31`",
                ),
            };
            let (rule, span, help) = (&own::EXPIRED_SUPPRESSION, until.span, help.to_owned());
            let fix = until.value.map(|_| (Safety::Unsafe, one.whole, String::new()));
            Draft { rule, file, span, message, help, fix }.finding(source)
        });
        let unknown_ids = one.ids.iter().filter(|id| is_unknown(&id.value));
        let unknown = unknown_ids.map(move |id| unknown(file, source, id, ", and nothing is silenced by it"));
        names_none.into_iter().chain(unknown).chain(without_reason).chain(over)
    });
    // Looking for the nearest id takes time.
    said.take(MOST_UNKNOWN).collect()
}

/// A suppression of which some ids silence nothing.
pub(super) fn unused(source: &Source, unused: &Unused<'_>) -> Finding {
    let Unused { file, suppression, idle } = unused;
    let ids = &suppression.ids;
    let names: Vec<String> = idle.iter().filter_map(|index| Some(format!("`{}`", ids.get(*index)?.value))).collect();
    let place = if suppression.file { "in this file" } else { "here" };
    let message = format!("there is no finding of {} {place} to silence", names.join(", "));
    let kept: Vec<&str> =
        ids.iter().enumerate().filter(|(index, _)| !idle.contains(index)).map(|(_, id)| id.value.as_str()).collect();
    let (span, edit, help) = match suppression.list.filter(|_| !kept.is_empty()) {
        Some(list) => {
            let first = idle.first().and_then(|index| ids.get(*index));
            let help = format!("take {} out of the bracket", names.join(", "));
            (first.map_or(suppression.span, |id| id.span), (list, kept.join(", ")), help)
        }
        None => (suppression.span, (suppression.whole, String::new()), "delete the comment".to_owned()),
    };
    let fix = Some((Safety::Safe, edit.0, edit.1));
    Draft { rule: &own::UNUSED_SUPPRESSION, file: *file, span, message, help, fix }.finding(source)
}

/// Whether a rule of this id exists.
pub(super) fn is_unknown(id: &str) -> bool {
    rules::find(id).is_none()
}

/// The id that a wrong one was probably meant to be: surely where only capitals, or `_` for `-`, are wrong.
fn right_id(id: &str) -> Option<(&'static str, Safety)> {
    match rules::find(&folded(id)) {
        Some(rule) => Some((rule.id, Safety::Safe)),
        None => nearest(id, RULES.iter().map(|rule| rule.id)).map(|right| (right, Safety::Unsafe)),
    }
}

fn unknown(file: FileId, source: &Source, id: &Spanned<String>, effect: &str) -> Finding {
    let right = right_id(&id.value);
    let help = match right {
        Some((right, _)) => format!("write `{right}`"),
        None => "`authlint rules` lists the rules".to_owned(),
    };
    let message = format!("there is no rule `{}`{effect}", id.value);
    let fix = right.map(|(right, safety)| (safety, id.span, right.to_owned()));
    Draft { rule: &own::UNKNOWN_RULE, file, span: id.span, message, help, fix }.finding(source)
}

/// A finding in the making.
struct Draft {
    rule: &'static Rule,
    file: FileId,
    span: Span,
    message: String,
    help: String,
    fix: Option<(Safety, Span, String)>,
}

impl Draft {
    fn finding(self, source: &Source) -> Finding {
        let Self { rule, file, span, message, help, fix } = self;
        let line = source.slice(source.line_span(source.line(span.start)));
        let edit = |(safety, span, text)| Fix { safety, edits: vec![Edit { file, span, text }] };
        Finding {
            rule: rule.id,
            level: rule.level,
            anchor: [source.slice(span), line]
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
                .join("\n"),
            message,
            help,
            primary: Label { file, span, message: String::new() },
            related: Vec::new(),
            fix: fix.map(edit),
            statement: None,
        }
    }
}
