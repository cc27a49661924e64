//! A push subscription delivers to a Google API, which no token of Pub/Sub's opens.

use crate::facts::{Call, Caller};
use crate::finding::Level;
use crate::gcp::url::HostKind;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "push-to-google-api",
    group: Group::Credential,
    level: Level::Error,
    fix: None,
    page: page!("push-to-google-api"),
    covers: &["scope-as-audience", "audience-without-scheme", "several-audiences"],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

fn check(call: &Call, report: &mut Report) {
    let (Caller::PushSubscription, Some(given)) = (call.caller, &call.url) else { return };
    let url = given.url();
    // An API key or a signature in the URL stands in for a token, as with the webhooks of Cloud Build.
    if url.kind != HostKind::GoogleApi || super::may_be_keyed(url) {
        return;
    }
    let message = format!(
        "{} delivers to `{}`, a Google API, which accepts only OAuth access tokens; push carries an ID token or none, \
         so every delivery will be answered 401 UNAUTHENTICATED",
        super::subject(call),
        url.host
    );
    report
        .error(&call.at, given.at, message)
        .label("a Google API")
        .built(given, "the endpoint")
        .help("push to a Cloud Run service that calls the API, or start a workflow from an Eventarc trigger");
}
