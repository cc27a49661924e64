//! What an editor offers to do about a finding: mend it, mend all that is certain, silence it, read the rule's page.
//!
//! What would change is found out when an action is chosen, for it is linted before it is offered to be applied.

use serde::Deserialize;
use serde_json::{Value, json};

use super::diagnostics;
use super::project::{Project, Wanted};
use super::text::{Encoding, Range, difference, offset};
use crate::finding::{Finding, Safety};
use crate::mend::Change;
use crate::report::page;
use crate::source::{FileId, Span};

/// The command that opens a rule's page.
pub(super) const OPEN_PAGE: &str = "authlint.openPage";
/// The kind of action that mends all that is certain.
pub(super) const FIX_ALL: &str = "source.fixAll.authlint";

/// What is kept in an action until it is chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    pub uri: String,
    does: String,
    rule: Option<String>,
    at: Option<(u32, u32)>,
}

/// The actions at a place of a file. `only` are the kinds that are asked for, if not all.
pub(super) fn at(
    project: &Project,
    file: FileId,
    place: Range,
    only: Option<&[String]>,
    encoding: Encoding,
) -> Vec<Value> {
    let Some(source) = project.outcome.source(file) else { return Vec::new() };
    let asked =
        |kind: &str| only.is_none_or(|only| only.iter().any(|one| kind == one || kind.starts_with(&format!("{one}."))));
    let (start, end) = (offset(source, place.start, encoding), offset(source, place.end, encoding));
    let own =
        || project.outcome.findings.iter().filter(|finding| finding.primary.file == file && project.shows(finding));
    let touches = |finding: &&Finding| finding.primary.span.start <= end && start <= finding.primary.span.end;
    let here = project.uri(&project.place(file).unwrap_or_default());
    let data = |finding: &Finding, does: &str| {
        let Span { start, end } = finding.primary.span;
        json!({"uri": here, "does": does, "rule": finding.rule, "at": [start, end]})
    };
    let mut actions = Vec::new();
    for finding in own().filter(touches).filter(|_| asked("quickfix")) {
        let diagnostic = diagnostics::one(project, finding, encoding);
        if let Some(fix) = &finding.fix {
            let (what, is_safe) = match fix.safety {
                Safety::Safe => ("", true),
                Safety::Unsafe => (" (changes who may do what, or rests on a guess)", false),
            };
            actions.push(json!({
                "title": format!("Mend {}{what}", finding.rule),
                "kind": "quickfix",
                "diagnostics": [diagnostic],
                "isPreferred": is_safe,
                "data": data(finding, "fix"),
            }));
        }
        actions.push(json!({
            "title": format!("Silence {} here, with a reason", finding.rule),
            "kind": "quickfix",
            "diagnostics": [diagnostic],
            "data": data(finding, "silence"),
        }));
        let title = format!("Open the page of {}", finding.rule);
        actions.push(json!({
            "title": title,
            "kind": "quickfix",
            "diagnostics": [diagnostic],
            "command": {"title": title, "command": OPEN_PAGE, "arguments": [page(finding.rule)]},
        }));
    }
    let is_safe = |finding: &Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
    if asked(FIX_ALL) && own().any(is_safe) {
        actions.push(json!({
            "title": "Mend all in this file that is certain",
            "kind": FIX_ALL,
            "data": {"uri": here, "does": "all"},
        }));
    }
    actions
}

/// What choosing an action changes; nothing where it would make something worse, or what it was about is gone.
pub(super) fn edit(project: &Project, file: FileId, chosen: &Chosen, encoding: Encoding) -> Option<Value> {
    let finding = || {
        let (start, end) = chosen.at?;
        let is_it = |finding: &&Finding| {
            Some(finding.rule) == chosen.rule.as_deref()
                && finding.primary.file == file
                && finding.primary.span == Span::new(start, end)
        };
        project.outcome.findings.iter().find(is_it)
    };
    let changes = match chosen.does.as_str() {
        "fix" => project.change(Wanted::Fix(finding()?)),
        "silence" => project.change(Wanted::Silence(finding()?)),
        "all" => project.change(Wanted::FixAll(file)),
        _ => return None,
    };
    let edits =
        changes.iter().filter_map(|change| edits_of(project, change, encoding)).collect::<serde_json::Map<_, _>>();
    (!edits.is_empty()).then(|| json!({"changes": edits}))
}

fn edits_of(project: &Project, change: &Change, encoding: Encoding) -> Option<(String, Value)> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let (range, new) = difference(text(&change.before)?, text(&change.after)?, encoding)?;
    Some((project.uri(&change.disk), json!([{"range": range, "newText": new}])))
}
