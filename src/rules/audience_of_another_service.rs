//! An ID token is made out for another service than the one that is called.

use crate::facts::{Call, Caller, Credential, Exposure};
use crate::finding::{Level, Safety};
use crate::gcp::url::{HostKind, Scheme, Url};
use crate::project::{Project, is_same_service, service_name};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Piece, Value, may_equal};

pub(super) static RULE: Rule = Rule {
    id: "audience-of-another-service",
    group: Group::Audience,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("audience-of-another-service"),
    covers: &[],
    checks: &[Check::Call(Within(check))],
    ..Rule::STABLE
};

fn check(call: &Call, project: &Project, report: &mut Report) {
    let (Credential::IdToken(token), Some(target)) = (&call.credential, &call.url) else { return };
    let Some(audience) = &token.audience else { return };
    let (to, made_for) = (target.url(), audience.url());
    if made_for.scheme != Scheme::Https || !are_services(to, made_for) {
        return;
    }
    let (Some(called), Some(named)) = (service_name(to), service_name(made_for)) else { return };
    // Both are deployed here: a name that only looks like a service's is none.
    if is_same_service(&called, &named)
        || may_equal(&called, &named, &[])
        || !project.deploys(&called)
        || !project.deploys(&named)
    {
        return;
    }
    // A public service checks tokens itself, by rules of its own; and a custom audience may be any text.
    if project.exposure(to) == Exposure::Open
        || project.may_be_open(&called)
        || project.may_accept(&called, &audience.value)
    {
        return;
    }
    let message = format!(
        "{} calls the service `{called}` with an ID token whose audience is the URL of `{named}`; `{called}` takes its \
         own URL only, and will answer 401",
        super::subject(call)
    );
    let draft = report.warning(&call.at, audience.at, message);
    let label = if call.caller == Caller::Request { "carries the token" } else { "names another service" };
    draft.label(label).related(target.whole, "the target");
    if let Some(minted) = token.minted {
        draft.related(minted, "the token is made out here");
    }
    draft.built(audience, "the audience");
    let Some(right) = right(to, &target.value) else {
        draft.help(format!("make it out for the URL of `{called}`, without a path"));
        return;
    };
    draft.help(format!("write `{right}`"));
    if let [only] = audience.value.pieces()
        && matches!(only, Piece::Text(..))
    {
        draft.fix(Safety::Unsafe, [(only.place(), right)]);
    }
}

/// Whether both are of services. Functions of one project share a host, and which of their URLs one takes is not known.
fn are_services(to: &Url, made_for: &Url) -> bool {
    let is = |url: &Url| matches!(url.kind, HostKind::Run | HostKind::Functions);
    is(to) && is(made_for) && (to.kind == HostKind::Run || made_for.kind == HostKind::Run)
}

/// The audience of the target, where it is known: its host, and for a function the path too.
fn right(to: &Url, target: &Value) -> Option<String> {
    if to.kind == HostKind::Run {
        return to.host.literal().map(|host| format!("https://{host}"));
    }
    Some(target.literal()?.split(['?', '#']).next().unwrap_or("").to_owned())
}
