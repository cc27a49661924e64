//! An access token goes to a Cloud Run service or function, which checks ID tokens.

use crate::facts::{Call, Caller, Credential, Exposure, Given, Token};
use crate::finding::{Level, Safety};
use crate::gcp::url::{HostKind, Url};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Draft, Group, Names, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "access-token-for-run-service",
    group: Group::Credential,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("access-token-for-run-service"),
    covers: &[],
    checks: &[Check::Call(Within(check))],
    ..Rule::STABLE
};

fn check(call: &Call, project: &Project, report: &mut Report) {
    let (Credential::AccessToken(token), Some(given)) = (&call.credential, &call.url) else { return };
    let url = given.url();
    if !matches!(url.kind, HostKind::Run | HostKind::Functions) {
        return;
    }
    // Behind IAP an access token may be right, and a public service does not look at it.
    let private = match project.exposure(url) {
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
        format!("{} carries an access token to {}, {answer}", super::subject(call), super::service_shown(url));
    let draft = report.add(level, &call.at, token.at, message);
    let label = if call.caller == Caller::Request { "carries an access token" } else { "asks for an access token" };
    draft.label(label).related(given.whole, "the target");
    if let Some(said) = project.shown_private(url) {
        draft.related(said, "deployed private here");
    }
    let safety = if private { Safety::Safe } else { Safety::Unsafe };
    if call.caller == Caller::Request {
        request(call, token, (given, url), project, draft);
    } else {
        scheduled(call, token, (given, url), safety, project, draft);
    }
}

fn request(call: &Call, token: &Token, (given, url): (&Given, &Url), project: &Project, draft: &mut Draft) {
    draft.help(format!("send an ID token: {}", call.wording.gets_id_token()));
    if let Some(minted) = token.minted {
        draft.related(minted, "the access token is asked for here");
    }
    let to_service = |other: &Call| {
        let same = |other: &Given| {
            let other = other.url();
            other.kind == url.kind && other.host.same(&url.host)
        };
        other.url.as_ref().is_some_and(same)
    };
    let Some((command, _)) = super::printed_by(call, token, project, to_service) else { return };
    let invocation = &command.invocation;
    let is_default = invocation.is(&["auth application-default print-access-token"]);
    if !(is_default || invocation.is(&["auth print-access-token"])) || invocation.open || invocation.track.is_none() {
        return;
    }
    if is_default && !invocation.flags.is_empty() {
        return;
    }
    let mut edits = vec![(invocation.verb, Change::To("print-identity-token".to_owned()))];
    for flag in &invocation.flags {
        match flag.name.as_str() {
            "--scopes" | "--lifetime" if flag.value.is_some() => edits.push((flag.at, Change::CutFlag)),
            "--account" | "--project" | "--quiet" | "-q" => {}
            // Of an account that is impersonated a token is made out for whom is named.
            "--impersonate-service-account" if flag.value.is_some() => {
                let Some(audience) = super::audience_of(given, url) else { return };
                edits.push((flag.at, Change::AfterFlag(format!("--audiences={audience}"))));
            }
            _ => return,
        }
    }
    if is_default {
        // gcloud prints ID tokens of its own login alone.
        const OWN: Names = &[("application-default print-access-token", "print-identity-token")];
        draft.fix_in(Safety::Unsafe, [(invocation.at, Change::Rename(vec![OWN]))]);
        return;
    }
    draft.fix_in(Safety::Unsafe, edits);
}

const GO_FIELD: (&str, &str) = ("OauthToken:", "OidcToken:");
const GO_TYPE: (&str, &str) = (".OAuthToken{", ".OidcToken{");
/// What asks for an ID token in code. In Go the type is spelt otherwise than the field.
const RENAMED: super::Renamed = super::Renamed {
    python: &[
        &[("oauth_token", "oidc_token"), (".OAuthToken(", ".OidcToken(")],
        &[("oauth_token\": {", "oidc_token\": {")],
        &[("oauth_token': {", "oidc_token': {")],
        &[("oauth_token={", "oidc_token={")],
    ],
    javascript: &[&[("oauthToken: {", "oidcToken: {")], &[("oauthToken:{", "oidcToken:{")]],
    go: &[
        &[("HttpTarget_OauthToken{", "HttpTarget_OidcToken{"), GO_FIELD, GO_TYPE],
        &[("HttpRequest_OauthToken{", "HttpRequest_OidcToken{"), GO_FIELD, GO_TYPE],
    ],
};

fn scheduled(
    call: &Call,
    token: &Token,
    (given, url): (&Given, &Url),
    safety: Safety,
    project: &Project,
    draft: &mut Draft,
) {
    let account = token.account.as_ref().map_or_else(|| "ACCOUNT".to_owned(), |account| account.value.to_string());
    let names = call.wording.names();
    let scope = if token.scope.is_some() { " in place of the scope" } else { "" };
    let asks = call.wording.asks_id_token(&account);
    draft.help(format!("write {asks}, and the service's URL as `{}`{scope}", names.audience));
    let Some(asks) = super::asks_otherwise(call, token, names.id_token, &RENAMED) else { return };
    let mut edits = vec![asks];
    if let Some(scope) = &token.scope {
        match (super::audience_of(given, url), scope.value.pieces()) {
            // The scope becomes the audience, which must be written out to stand in its place.
            (Some(audience), [only @ Piece::Text(..)]) if is_written(scope) && token.audience.is_none() => {
                edits.push((scope.at, name_of_audience(call)));
                edits.push((only.place(), Change::To(audience)));
            }
            // Without an audience the token is made out for the URL that is called.
            _ if call.wording == Wording::Command => edits.push((scope.at, Change::CutFlag)),
            _ => return,
        }
    }
    // Terraform has to be told an audience that it does not know yet when it plans.
    if call.wording == Wording::Terraform
        && token.scope.is_none()
        && let Some((later, asked)) = super::made_later(given)
    {
        let audience = asked.unwrap_or(later);
        let Some(account) = token.account.as_ref().filter(|_| !audience.is_empty()) else { return };
        edits.push((account.whole, Change::Below(format!("audience = {audience}"))));
    }
    let has_scope = token.scope.is_some();
    let to_service = |other: &Call| {
        let same = |other: &Given| {
            let other = other.url();
            other.kind == url.kind && (!has_scope || other.host.same(&url.host) && url.kind == HostKind::Run)
        };
        other.url.as_ref().map_or(other.at == call.at, same)
    };
    super::mend_call(call, draft, (safety, edits), project, to_service);
}

/// Whether a field is written out, and nobody may have another one in its place.
fn is_written(given: &Given) -> bool {
    given.whole.span != given.at.span && !given.value.assumed
}

/// What names the audience where the scope is named: in Workflows it goes by two names.
fn name_of_audience(call: &Call) -> Change {
    const FLAGS: Names = &[("--oauth-token-scope", "--oidc-token-audience")];
    const FIELDS: Names = &[("scope", "audience")];
    Change::Rename(match call.wording {
        Wording::Command => vec![FLAGS],
        Wording::Go => vec![&[("Scope", "Audience")]],
        _ => vec![FIELDS, &[("scopes", "audience")]],
    })
}
