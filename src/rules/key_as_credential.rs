//! A key, a password or the name of an account is sent where a token is due.

use crate::facts::{Call, Credential, Exposure};
use crate::finding::Level;
use crate::gcp::url::{self, HostKind, Url};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "key-as-credential",
    level: Level::Error,
    fix: None,
    page: page!("key-as-credential"),
    covers: &[],
    checks: &[Check::Call(check)],
};

/// APIs that tokens are fetched from: they take the client's own name and secret.
const TOKEN_ENDPOINTS: &[&str] = &["oauth2", "sts", "accounts", "securetoken", "identitytoolkit"];

fn check(call: &Call, project: &Project, report: &mut Report) {
    let Some(target) = &call.url else { return };
    let (given, what) = match &call.credential {
        Credential::Basic(given) => (given, "a user name and password (HTTP Basic)"),
        Credential::NoToken(given) => (given, "a key file or the name of an account as bearer"),
        _ => return,
    };
    let url = url::parse(&target.value);
    let Some((whose, token)) = refuses(&url, call, project) else { return };
    let message = format!(
        "this request proves itself to `{}` with {what}; {whose} takes nothing but {token}, and will answer 401",
        url.host
    );
    let command = if url.kind == HostKind::GoogleApi { "print-access-token" } else { "print-identity-token" };
    report
        .error(&call.at, given.at, message)
        .label("no token")
        .related(target.whole, "the target")
        .help(format!("send a token that is made out for the account: `Authorization: Bearer $(gcloud auth {command})`"));
}

fn refuses(url: &Url, call: &Call, project: &Project) -> Option<(&'static str, &'static str)> {
    match url.kind {
        HostKind::GoogleApi if !TOKEN_ENDPOINTS.iter().any(|api| url.is_api(api)) => {
            Some(("a Google API", "an OAuth access token"))
        }
        // A public service may ask for a password of its own.
        HostKind::Run | HostKind::Functions => match (project.exposure(url), &call.credential) {
            (Exposure::Private, _) | (Exposure::Unknown, Credential::NoToken(_)) => {
                Some(("a private service", "an ID token"))
            }
            _ => None,
        },
        _ => None,
    }
}
