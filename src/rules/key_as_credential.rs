//! A key, a password or the name of an account is sent where a token is due.

use crate::facts::{Call, Credential, Exposure, Given};
use crate::finding::Level;
use crate::gcp::output::{Meaning, meaning};
use crate::gcp::url::{HostKind, Url};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Hole, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "key-as-credential",
    group: Group::Credential,
    level: Level::Error,
    fix: None,
    hole: Some(Hole::Medium),
    page: page!("key-as-credential"),
    covers: &[],
    checks: &[Check::Call(Within(check))],
    ..Rule::STABLE
};

/// APIs that tokens are fetched from: they take the client's own name and secret.
const TOKEN_ENDPOINTS: &[&str] = &["oauth2", "sts", "accounts", "securetoken", "identitytoolkit"];

fn check(call: &Call, project: &Project, report: &mut Report) {
    let Some(target) = &call.url else { return };
    let (given, what) = match &call.credential {
        Credential::Basic(given) => (given, "a user name and password (HTTP Basic)"),
        Credential::NoToken(given) => (given, kind(given)),
        _ => return,
    };
    let url = target.url();
    let Some((level, answer)) = refuses(url, call, project) else { return };
    let message = format!("this request sends `{}` {what} where a token is due; {answer}", url.host);
    let command = if url.kind == HostKind::GoogleApi { "print-access-token" } else { "print-identity-token" };
    report
        .add(level, &call.at, given.at, message)
        .label("no token")
        .related(target.whole, "the target")
        .built(given, "what is sent")
        .help(format!(
            "send a token that is made out for the account: `Authorization: Bearer $(gcloud auth {command})`"
        ));
}

/// What stands in the place of a bearer token.
fn kind(given: &Given) -> &'static str {
    for piece in given.value.pieces() {
        match piece {
            Piece::Output(output, _) => {
                return match meaning(output) {
                    Meaning::File(_) => "the contents of a key file",
                    _ => "the name of an account",
                };
            }
            Piece::Hole(hole, _) if hole.shown.contains("GOOGLE_APPLICATION_CREDENTIALS") => {
                return "the path of a key file";
            }
            _ => {}
        }
    }
    if given.value.ends_with(".json").is_yes() { "the path of a key file" } else { "the name of an account" }
}

fn refuses(url: &Url, call: &Call, project: &Project) -> Option<(Level, &'static str)> {
    const API: &str = "a Google API takes an OAuth access token and will answer 401 UNAUTHENTICATED";
    const PRIVATE: &str = "the service is private, takes an ID token and will refuse the request";
    const PERHAPS: &str = "unless the service is public, it takes an ID token and will refuse the request";
    match url.kind {
        HostKind::GoogleApi => {
            // `www.googleapis.com/oauth2/v4/token` gives tokens, as the hosts of the list do.
            let gives = TOKEN_ENDPOINTS.iter().any(|api| url.is_api(api)) || !url.path.starts_with("/oauth2/").is_no();
            (!gives).then_some((Level::Error, API))
        }
        HostKind::Run | HostKind::Functions => match (project.exposure(url), &call.credential) {
            (Exposure::Private, _) => Some((Level::Error, PRIVATE)),
            // A public service may ask for a password of its own.
            (Exposure::Unknown, Credential::NoToken(_)) => Some((Level::Warning, PERHAPS)),
            _ => None,
        },
        _ => None,
    }
}
