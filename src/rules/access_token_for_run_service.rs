//! An access token goes to a Cloud Run service or function, which checks ID tokens.

use crate::facts::{Call, Caller, Credential, Exposure, Given, Token};
use crate::finding::{Level, Safety};
use crate::gcp::url::{self, HostKind, Url};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::{Check, Draft, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "access-token-for-run-service",
    group: Group::Credential,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("access-token-for-run-service"),
    covers: &[],
    checks: &[Check::Call(check)],
    ..Rule::STABLE
};

fn check(call: &Call, project: &Project, report: &mut Report) {
    let (Credential::AccessToken(token), Some(given)) = (&call.credential, &call.url) else { return };
    let url = url::parse(&given.value);
    if !matches!(url.kind, HostKind::Run | HostKind::Functions) {
        return;
    }
    // Behind IAP an access token may be right, and a public service does not look at it.
    let private = match project.exposure(&url) {
        Exposure::Open => return,
        Exposure::Private => true,
        Exposure::Unknown | Exposure::Granted => false,
    };
    let (level, answer) = if private {
        (Level::Error, "which is deployed private: it accepts only ID tokens and will answer 401")
    } else {
        (Level::Warning, "which accepts only ID tokens and will answer 401, unless it is public or behind IAP")
    };
    let message =
        format!("{} carries an access token to {}, {answer}", super::subject(call), super::service_shown(&url));
    let draft = report.add(level, &call.at, token.at, message);
    let label = if call.caller == Caller::Request { "carries an access token" } else { "asks for an access token" };
    draft.label(label).related(given.whole, "the target");
    if let Some(said) = project.shown_private(&url) {
        draft.related(said, "deployed private here");
    }
    let safety = if private { Safety::Safe } else { Safety::Unsafe };
    if call.caller == Caller::Request {
        request(call, token, draft);
    } else {
        scheduled(call, token, given, &url, safety, draft);
    }
}

fn request(call: &Call, token: &Token, draft: &mut Draft) {
    draft.help(format!("send an ID token: {}", call.wording.gets_id_token()));
    if let Some(minted) = token.minted {
        draft.related(minted, "the access token is asked for here");
    }
}

fn scheduled(call: &Call, token: &Token, given: &Given, url: &Url, safety: Safety, draft: &mut Draft) {
    let account = token.account.as_ref().map_or_else(|| "ACCOUNT".to_owned(), |account| account.value.to_string());
    let names = call.wording.names();
    let scope = if token.scope.is_some() { " in place of the scope" } else { "" };
    let asks = call.wording.asks_id_token(&account);
    draft.help(format!("write {asks}, and the service's URL as `{}`{scope}", names.audience));
    // A flag takes the account as its value; elsewhere the account stands below what asks for the token.
    let asks = match (&token.account, call.wording) {
        (Some(account), Wording::Command) => account.at,
        (None, Wording::Command) => return,
        _ => token.at,
    };
    let mut edits = vec![(asks, names.id_token.to_owned())];
    if let Some(scope) = &token.scope {
        // The scope becomes the audience, which must be written out to stand in its place.
        let (Some(audience), [only]) = (audience(given, url), scope.value.pieces()) else { return };
        edits.push((scope.at, names.audience.to_owned()));
        edits.push((only.place(), audience));
    }
    draft.fix(safety, edits);
}

/// The audience of a service: its host. Functions of one project share a host, so theirs has the path too.
fn audience(given: &Given, url: &Url) -> Option<String> {
    if url.kind == HostKind::Run {
        return url.host.literal().map(|host| format!("https://{host}"));
    }
    let whole = given.value.literal()?;
    Some(whole.split(['?', '#']).next().unwrap_or("").to_owned())
}
