//! The audience of an ID token is a host instead of a URL.

use crate::eval::Statement;
use crate::facts::{Call, Caller, Exposure, Gcloud, Given};
use crate::finding::{Level, Safety};
use crate::gcp::url::{HostKind, Scheme};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Group, Report, Rule};
use crate::value::{Piece, Place};

pub(super) static RULE: Rule = Rule {
    id: "audience-without-scheme",
    group: Group::Audience,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("audience-without-scheme"),
    covers: &[],
    checks: &[Check::Call(Within(call)), Check::Gcloud(Within(print))],
    ..Rule::STABLE
};

fn call(call: &Call, project: &Project, report: &mut Report) {
    // Another host in front, such as an API gateway, has audiences of its own.
    let elsewhere = call
        .url
        .as_ref()
        .map(|given| given.url().kind)
        .is_some_and(|kind| matches!(kind, HostKind::Other | HostKind::GoogleApi));
    if let Some(audience) = super::audience(call).filter(|_| !elsewhere) {
        let is_flag = call.wording == Wording::Command && call.caller != Caller::Request;
        judge(&audience, is_flag, &call.at, project, report);
    }
}

fn print(command: &Gcloud, project: &Project, report: &mut Report) {
    if let Some(audience) = super::printed_audience(command) {
        judge(&audience, true, &command.at, project, report);
    }
}

fn judge(audience: &Given, is_flag: bool, at: &Statement, project: &Project, report: &mut Report) {
    let url = audience.url();
    if url.scheme != Scheme::Missing || !matches!(url.kind, HostKind::Run | HostKind::Functions) {
        return;
    }
    // `https%3A%2F%2F…` has one; several audiences in one text are another fault.
    if url.host.literal_runs().iter().any(|run| run.contains(['%', ','])) {
        return;
    }
    // A public service checks tokens itself, by rules of its own; and a custom audience may be any text.
    if project.exposure(url) == Exposure::Open || project.may_be_custom_audience(&audience.value) {
        return;
    }
    let message = format!(
        "the audience `{}` is a host, not a URL; the service compares it with its URL, `https://` included, and will \
         answer 401",
        audience.value
    );
    let draft = report.error(at, audience.at, message);
    draft.label("lacks `https://`").built(audience, "the audience").help(format!("write `https://{}`", audience.value));
    let is_here = |place: Place| place.exact && place.file == at.file && at.span.contains(place.span);
    match audience.value.pieces().first().map(Piece::place) {
        Some(first) if is_here(first) => draft.fix(Safety::Safe, [(first.part(0..0), "https://".to_owned())]),
        // A host that is kept elsewhere may have other uses.
        _ if is_flag => draft.fix(Safety::Safe, [(audience.at, Change::BeforeValue("https://".to_owned()))]),
        _ => draft,
    };
}
