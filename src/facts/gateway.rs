//! Back ends of API Gateway and Cloud Endpoints. The gateway's proxy, `ESPv2`, sends an ID token of its own account, made
//! out for `jwt_audience`, else for the scheme and host of the address, unless `disable_auth` is set (its
//! `backend_auth.go` at 3dcedb6f88, 2026-08-18).

use super::declare::{given, given_at};
use super::{Call, Caller, Credential, Facts, Given, Token};
use crate::eval::Declared;
use crate::gcp::url::HostKind;
use crate::gcp::wording::Wording;
use crate::value::{Tree, Truth};

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let Some(url) = given_at(&declared.body, &["address"]) else { return };
    // API Gateway routes requests for models to Google APIs with credentials of another kind
    // (<https://developers.googleblog.com/a-unified-api-for-ai-model-routing/>, checked 2026-11-21).
    if url.url().kind == HostKind::GoogleApi {
        return;
    }
    facts.calls.push(Call {
        caller: Caller::Gateway,
        wording: Wording::Gateway,
        name: None,
        project: None,
        changes: false,
        credential: credential(&declared.body, &url),
        url: Some(url),
        method: None,
        body: Truth::Unknown,
        content: None,
        command: declared.head,
        at: declared.at.clone(),
    });
}

fn credential(backend: &Tree, url: &Given) -> Credential {
    // OpenAPI 3.x has its names in another case.
    let [off, audience] = [["disable_auth", "disableAuth"], ["jwt_audience", "jwtAudience"]]
        .map(|names| names.iter().find_map(|name| backend.field(name)));
    let is_off = off.is_some_and(|field| !field.tree.text().is_some_and(|value| value.equals("false").is_yes()));
    // With `disable_auth` the gateway passes on what its caller sent.
    if is_off || backend.map().is_none_or(|map| map.open) {
        return Credential::Unknown;
    }
    let open = audience.is_some();
    let audience = audience.and_then(given);
    let said = audience.as_ref().unwrap_or(url);
    let (at, whole) = (said.at, said.whole);
    Credential::IdToken(Token { at, whole, account: None, audience, scope: None, minted: None, open })
}
