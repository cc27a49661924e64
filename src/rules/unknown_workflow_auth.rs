//! A step of Google Workflows asks for a kind of token that there is not.

use crate::facts::{Call, Credential, Given};
use crate::finding::{Level, Safety};
use crate::gcp::url::HostKind;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "unknown-workflow-auth",
    group: Group::Audience,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unknown-workflow-auth"),
    covers: &[],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

fn check(call: &Call, report: &mut Report) {
    let Credential::Unsupported(kind) = &call.credential else { return };
    let message = format!(
        "{} asks for a token of the type `{}`, which Workflows does not have: it sends an ID token for `OIDC`, an \
         access token for `OAuth2`",
        super::subject(call),
        kind.value
    );
    let place = kind.value_place();
    let draft = report.error(&call.at, place, message);
    draft.label("no type of Workflows").built(kind, "the type");
    if let Some(target) = &call.url {
        draft.related(target.whole, "the target");
    }
    let Some(right) = right(call, kind) else {
        draft.help("write `OIDC` for a Cloud Run service, a function or IAP, `OAuth2` for a Google API");
        return;
    };
    draft.help(format!("write `type: {right}`"));
    if let [only @ Piece::Text(..)] = kind.value.pieces() {
        draft.fix(Safety::Safe, [(only.place(), right.to_owned())]);
    }
}

/// The type that is meant: what the target takes, else the one of nearly this name.
fn right(call: &Call, kind: &Given) -> Option<&'static str> {
    match call.url.as_ref().map(|given| given.url().kind) {
        Some(HostKind::GoogleApi) => return Some("OAuth2"),
        Some(HostKind::Run | HostKind::Functions) => return Some("OIDC"),
        _ => {}
    }
    let name: String = kind.value.literal()?.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        () if has(&["oidc", "openid", "idtoken"]) => Some("OIDC"),
        () if has(&["oauth", "accesstoken"]) => Some("OAuth2"),
        () => None,
    }
}
