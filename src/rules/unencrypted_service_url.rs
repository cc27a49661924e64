//! A service on `run.app` or `cloudfunctions.net` is named by an `http://` URL.

use crate::eval::Statement;
use crate::facts::{Call, Caller, Credential, Given};
use crate::finding::{Level, Safety};
use crate::gcp::url::{self, HostKind, Scheme};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "unencrypted-service-url",
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unencrypted-service-url"),
    covers: &[],
    checks: &[Check::Call(check)],
};

fn check(call: &Call, _: &Project, report: &mut Report) {
    // A page of a public service may be fetched by its old name.
    let bare_request = call.caller == Caller::Request && matches!(call.credential, Credential::None | Credential::Unknown);
    if let Some(given) = call.url.as_ref().filter(|_| !bare_request) {
        judge(given, &call.at, "the target", report);
    }
    if let Credential::IdToken(token) = &call.credential
        && let Some(audience) = &token.audience
    {
        judge(audience, &call.at, "the audience", report);
    }
}

fn judge(given: &Given, at: &Statement, what: &str, report: &mut Report) {
    let url = url::parse(&given.value);
    if url.scheme != Scheme::Http || !matches!(url.kind, HostKind::Run | HostKind::Functions) {
        return;
    }
    let answer = if what == "the audience" {
        "the service's own URL begins with `https://`, so the token is answered 401"
    } else {
        "the answer is a redirect to `https://`, which callers do not follow with their token"
    };
    let message = format!("{what} `{}` is an `http://` URL; {answer}", given.value);
    let draft = report.error(at, given.at, message);
    draft.label("not `https://`").built(given, what).help(format!("write `https{}`", &url_tail(given)));
    if let Some(Piece::Text(text, place)) = given.value.pieces().first()
        && text.to_ascii_lowercase().starts_with("http://")
    {
        draft.fix(Safety::Safe, [(place.part(0..4), "https".to_owned())]);
    }
}

fn url_tail(given: &Given) -> String {
    given.value.to_string().chars().skip(4).collect()
}
