//! An OAuth scope stands where the audience of an ID token is due.

use crate::eval::Statement;
use crate::facts::{Call, Gcloud, Given};
use crate::finding::Level;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "scope-as-audience",
    group: Group::Audience,
    level: Level::Error,
    fix: None,
    page: page!("scope-as-audience"),
    covers: &["audience-without-scheme", "several-audiences"],
    checks: &[Check::Call(Alone(call)), Check::Gcloud(Alone(print))],
    ..Rule::STABLE
};

/// What all of Google's scopes that are URLs begin with, also as a part of another URL.
const SCOPES: [&str; 2] = ["https://www.googleapis.com/auth/", "https%3A%2F%2Fwww.googleapis.com%2Fauth%2F"];

fn call(call: &Call, report: &mut Report) {
    if let Some(audience) = super::audience(call) {
        judge(&audience, &call.at, report);
    }
}

fn print(command: &Gcloud, report: &mut Report) {
    if let Some(audience) = super::printed_audience(command) {
        judge(&audience, &command.at, report);
    }
}

fn judge(audience: &Given, at: &Statement, report: &mut Report) {
    if !SCOPES.iter().any(|scope| audience.value.starts_with(scope).is_yes()) {
        return;
    }
    let message = format!(
        "the audience `{}` is an OAuth scope, which says what an access token may do; an ID token is made out for the \
         service that is called, and this one will be refused with `invalid_scope` or 401",
        audience.value
    );
    report
        .error(at, audience.at, message)
        .label("wants the URL of the service that is called")
        .built(audience, "the scope")
        .help("write the URL of the service that is called, without a path; if a Google API is called, ask for an access token");
}
