//! An ID token for a service behind IAP is made out for the service's URL.

use crate::facts::Call;
use crate::finding::Level;
use crate::gcp::url::HostKind;
use crate::project::{Project, is_same_service, service_name};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "url-as-iap-audience",
    group: Group::Audience,
    level: Level::Warning,
    fix: None,
    page: page!("url-as-iap-audience"),
    covers: &[],
    checks: &[Check::Call(Within(check))],
    ..Rule::STABLE
};

fn check(call: &Call, project: &Project, report: &mut Report) {
    let Some(target) = &call.url else { return };
    let url = target.url();
    let Some(name) = service_name(url).filter(|_| url.kind == HostKind::Run) else { return };
    let Some(on) = project.behind_iap(&name) else { return };
    let Some(audience) = project.audience(call) else { return };
    let made_for = audience.given.url();
    if made_for.kind != HostKind::Run || !service_name(made_for).is_some_and(|own| is_same_service(&own, &name)) {
        return;
    }
    let how = if audience.stated { "" } else { ", since no audience is named" };
    let message = format!(
        "{} calls the service `{name}`, which is behind IAP, with an ID token made out for the service's URL{how}; IAP \
         will answer 401, \"Invalid IAP credentials: JWT audience doesn't match this application\"",
        super::subject(call)
    );
    let draft = report.warning(&call.at, audience.given.at, message);
    draft.label("made out for the URL").related(on, "IAP is turned on here");
    if audience.stated {
        draft.built(&audience.given, "the audience");
    }
    draft.help("make it out for the OAuth client ID that IAP has for the service (`….apps.googleusercontent.com`)");
}
