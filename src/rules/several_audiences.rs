//! A list stands where the one audience of an ID token is due.

use crate::eval::Statement;
use crate::facts::{Call, Exposure, Gcloud, Given};
use crate::finding::Level;
use crate::gcp::url::{self, HostKind, Scheme};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Piece, Value};

pub(super) static RULE: Rule = Rule {
    id: "several-audiences",
    group: Group::Audience,
    level: Level::Error,
    fix: None,
    page: page!("several-audiences"),
    covers: &["audience-without-scheme"],
    checks: &[Check::Call(Within(call)), Check::Gcloud(Within(print))],
    ..Rule::STABLE
};

fn call(call: &Call, project: &Project, report: &mut Report) {
    if let Some(audience) = super::audience(call) {
        judge(&audience, &call.at, project, report);
    }
}

fn print(command: &Gcloud, project: &Project, report: &mut Report) {
    if let Some(audience) = super::printed_audience(command) {
        judge(&audience, &command.at, project, report);
    }
}

fn judge(audience: &Given, at: &Statement, project: &Project, report: &mut Report) {
    let Some(items) = list(&audience.value) else { return };
    // A public service checks tokens itself, by rules of its own; and a custom audience may be any text.
    let open = |item: &Value| project.exposure(&url::parse(item)) == Exposure::Open;
    let services = items.iter().filter(|item| is_service(item));
    if services.clone().any(open) || project.may_be_custom_audience(&audience.value) {
        return;
    }
    let answer = if services.count() > 0 {
        "a service compares it with its own URL and will answer 401"
    } else {
        "nothing that checks the token finds its own audience in it"
    };
    let message = format!(
        "the audience `{}` is a list, but a token is made out for one audience: the whole text becomes it, and {answer}",
        audience.value
    );
    report.error(at, audience.at, message).label("one audience is due").built(audience, "the list").help(
        "write the audience of the one service that is called, and ask for a token of its own for each other one",
    );
}

/// The parts of a list: in JSON, or parted by commas or blanks, when two of them surely are audiences by themselves and
/// no part is surely something else.
fn list(value: &Value) -> Option<Vec<Value>> {
    if ["[\"", "['"].iter().any(|start| value.starts_with(start).is_yes()) && value.ends_with("]").is_yes() {
        return Some(Vec::new());
    }
    [',', ' '].into_iter().find_map(|separator| {
        let items: Vec<Value> = value.split(separator);
        if items.len() < 2 {
            return None;
        }
        let items: Vec<Value> = items.into_iter().map(trimmed).collect();
        let sure = items.iter().filter(|item| is_audience(item)).count();
        let fits = items.iter().all(|item| is_audience(item) || matches!(item.pieces(), [Piece::Hole(..)]));
        (sure > 1 && fits).then_some(items)
    })
}

/// Without blanks in front.
fn trimmed(item: Value) -> Value {
    let prefix = item.known_prefix();
    let blanks = prefix.len() - prefix.trim_start().len();
    prefix.get(..blanks).and_then(|blanks| item.strip_prefix(blanks)).unwrap_or(item)
}

/// Whether it surely is an audience by itself: a URL, a service's host, an OAuth client.
fn is_audience(item: &Value) -> bool {
    let scheme = url::parse(item).scheme;
    let encoded = ["https%3A%2F%2F", "http%3A%2F%2F"].iter().any(|start| item.starts_with(start).is_yes());
    is_service(item)
        || encoded
        || matches!(scheme, Scheme::Https | Scheme::Http)
        || item.ends_with(".apps.googleusercontent.com").is_yes()
}

fn is_service(item: &Value) -> bool {
    matches!(url::parse(item).kind, HostKind::Run | HostKind::Functions)
}
