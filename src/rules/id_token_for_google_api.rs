//! An ID token goes to a Google API, which takes access tokens alone.

use crate::facts::{Call, Caller, Credential, Token};
use crate::finding::{Level, Safety};
use crate::gcp::url::{self, HostKind};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Draft, Group, Names, Report, Rule};
use crate::value::{Piece, Place};

pub(super) static RULE: Rule = Rule {
    id: "id-token-for-google-api",
    group: Group::Credential,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("id-token-for-google-api"),
    covers: &["scope-as-audience", "audience-without-scheme", "several-audiences"],
    checks: &[Check::Call(Within(check))],
    ..Rule::STABLE
};

fn check(call: &Call, project: &Project, report: &mut Report) {
    let Credential::IdToken(token) = &call.credential else { return };
    if call.caller == Caller::PushSubscription {
        // Push can carry nothing else: that is `push-to-google-api`.
        return;
    }
    let Some((host, related)) = target(call, token, project) else { return };
    let message = format!(
        "{} carries an ID token to `{host}`, a Google API, which accepts only OAuth access tokens and will answer \
         401 UNAUTHENTICATED",
        super::subject(call),
    );
    let draft = report.error(&call.at, token.at, message);
    draft.label("asks for an ID token");
    for (place, what) in related {
        draft.related(place, what);
    }
    if call.caller == Caller::Request {
        request(call, token, project, draft);
    } else {
        scheduled(call, token, project, draft);
    }
}

/// The host of the Google API that is called, and where that is said.
fn target(call: &Call, token: &Token, project: &Project) -> Option<(String, Vec<(Place, &'static str)>)> {
    if let Some(given) = &call.url {
        let url = given.url();
        return (url.kind == HostKind::GoogleApi).then(|| (url.host.to_string(), vec![(given.whole, "the target")]));
    }
    // `scheduler jobs update` without a target: the audience tells it, or the job of this name elsewhere.
    if !call.changes {
        return None;
    }
    if let Some(audience) = &token.audience {
        let url = audience.url();
        if url.kind != HostKind::GoogleApi || is_scope(url) {
            return None;
        }
        return Some((url.host.to_string(), vec![(audience.whole, "the audience names the target")]));
    }
    let mut hosts = project.jobs_like(call).filter_map(|other| {
        let given = other.url.as_ref()?;
        Some((given.url(), given.whole))
    });
    let (first, place) = hosts.next()?;
    let all_google = first.kind == HostKind::GoogleApi && hosts.all(|(url, _)| url.kind == HostKind::GoogleApi);
    all_google.then(|| (first.host.to_string(), vec![(place, "the job's target is set here")]))
}

/// A scope as audience says nothing of the target, and is a fault of its own.
fn is_scope(url: &url::Url) -> bool {
    url.path.known_prefix().starts_with("/auth/")
}

const GO_FIELD: (&str, &str) = ("OidcToken:", "OauthToken:");
const GO_TYPE: (&str, &str) = (".OidcToken{", ".OAuthToken{");
/// What asks for an access token in code. In Go the type is spelt otherwise than the field.
const RENAMED: super::Renamed = super::Renamed {
    python: &[
        &[("oidc_token", "oauth_token"), (".OidcToken(", ".OAuthToken(")],
        &[("oidc_token\": {", "oauth_token\": {")],
        &[("oidc_token': {", "oauth_token': {")],
        &[("oidc_token={", "oauth_token={")],
    ],
    javascript: &[&[("oidcToken: {", "oauthToken: {")], &[("oidcToken:{", "oauthToken:{")]],
    go: &[
        &[("HttpTarget_OidcToken{", "HttpTarget_OauthToken{"), GO_FIELD, GO_TYPE],
        &[("HttpRequest_OidcToken{", "HttpRequest_OauthToken{"), GO_FIELD, GO_TYPE],
    ],
};

/// What names the scope where the audience is named.
fn name_of_scope(call: &Call) -> Change {
    const FLAGS: Names = &[("--oidc-token-audience", "--oauth-token-scope")];
    const FIELDS: Names = &[("audience", "scope")];
    const OF_WORKFLOWS: Names = &[("audience", "scopes")];
    Change::Rename(vec![match call.wording {
        Wording::Command => FLAGS,
        Wording::Workflow => OF_WORKFLOWS,
        Wording::Go => &[("Audience", "Scope")],
        _ => FIELDS,
    }])
}

fn scheduled(call: &Call, token: &Token, project: &Project, draft: &mut Draft) {
    let account = token.account.as_ref().map_or_else(|| "ACCOUNT".to_owned(), |account| account.value.to_string());
    let names = call.wording.names();
    let audience = if token.audience.is_some() { format!(" and drop `{}`", names.audience) } else { String::new() };
    draft.help(format!("write {}{audience}", call.wording.asks_access_token(&account)));
    let Some(asks) = super::asks_otherwise(call, token, names.access_token, &RENAMED) else { return };
    let mut edits = vec![asks];
    if let Some(audience) = &token.audience {
        match audience.value.pieces() {
            // The scope takes its place; without one it is what the API wants as well.
            [only @ Piece::Text(..)]
                if audience.whole.span != audience.at.span && !audience.value.assumed && token.scope.is_none() =>
            {
                edits.push((audience.at, name_of_scope(call)));
                edits.push((only.place(), Change::To("https://www.googleapis.com/auth/cloud-platform".to_owned())));
            }
            _ if call.wording == Wording::Command => edits.push((audience.at, Change::CutFlag)),
            _ if matches!(call.wording, Wording::Terraform | Wording::Workflow) => {
                edits.push((audience.whole, Change::CutLines));
            }
            _ => return,
        }
    }
    let to_google = |other: &Call| {
        let url = other.url.as_ref().map(|given| given.url().kind);
        url.map_or(other.at == call.at, |kind| kind == HostKind::GoogleApi)
    };
    super::mend_call(call, draft, (Safety::Safe, edits), project, to_google);
}

fn request(call: &Call, token: &Token, project: &Project, draft: &mut Draft) {
    draft.help(format!("send an access token: {}", call.wording.gets_access_token()));
    if let Some(minted) = token.minted {
        draft.related(minted, "the ID token is printed here");
    }
    let to_google = |other: &Call| other.url.as_ref().is_some_and(|given| given.url().kind == HostKind::GoogleApi);
    let Some((command, safety)) = super::printed_by(call, token, project, to_google) else { return };
    let invocation = &command.invocation;
    if !invocation.is(&["auth print-identity-token"]) || invocation.open {
        return;
    }
    // What only ID tokens have goes.
    let mut edits = vec![(invocation.verb, Change::To("print-access-token".to_owned()))];
    for flag in &invocation.flags {
        match flag.name.as_str() {
            "--audiences" | "--token-format" if flag.value.is_some() => edits.push((flag.at, Change::CutFlag)),
            "--include-email" | "--include-license" => edits.push((flag.at, Change::Cut)),
            "--impersonate-service-account" | "--account" | "--project" | "--quiet" | "-q" => {}
            _ => return,
        }
    }
    draft.fix_in(safety, edits);
}
