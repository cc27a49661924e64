//! An access token goes to a Cloud Run service or function, which checks ID tokens.

use crate::facts::{Call, Caller, Credential, Exposure, Token};
use crate::finding::{Level, Safety};
use crate::gcp::url::{self, HostKind, Url};
use crate::project::Project;
use crate::rule::{Check, Draft, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "access-token-for-run-service",
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("access-token-for-run-service"),
    covers: &[],
    checks: &[Check::Call(check)],
};

fn check(call: &Call, project: &Project, report: &mut Report) {
    let (Credential::AccessToken(token), Some(given)) = (&call.credential, &call.url) else { return };
    let url = url::parse(&given.value);
    if !matches!(url.kind, HostKind::Run | HostKind::Functions) {
        return;
    }
    // Behind IAP an access token may be right, and a public service does not look at it.
    let (level, answer) = match project.exposure(&url) {
        Exposure::Open => return,
        Exposure::Private => (Level::Error, "is deployed private here: it accepts only ID tokens and will answer 401"),
        Exposure::Unknown => (Level::Warning, "accepts only ID tokens and will answer 401, unless it is public or behind IAP"),
    };
    let what = if url.kind == HostKind::Functions { "a function" } else { "a Cloud Run service" };
    let message = format!(
        "{} carries an access token to `{}`, {what}, which {answer}",
        super::subject(call),
        url.host
    );
    let draft = report.add(level, &call.at, token.at, message);
    draft.label("asks for an access token").related(given.whole, "the target");
    let safety = if level == Level::Error { Safety::Safe } else { Safety::Unsafe };
    if call.caller == Caller::Request { request(token, draft) } else { scheduled(token, &url, safety, draft) }
}

fn request(token: &Token, draft: &mut Draft) {
    draft.help("send an ID token: `gcloud auth print-identity-token`");
    if let Some(minted) = token.minted {
        draft.related(minted, "the access token is printed here");
    }
}

fn scheduled(token: &Token, url: &Url, safety: Safety, draft: &mut Draft) {
    let account = token.account.as_ref().map_or_else(|| "ACCOUNT".to_owned(), |account| account.value.to_string());
    draft.help(format!("write `--oidc-service-account-email={account}`; the audience is the service's URL"));
    let Some(account) = &token.account else { return };
    let mut edits = vec![(account.at, "--oidc-service-account-email".to_owned())];
    if let Some(scope) = &token.scope {
        // The scope becomes the audience, which must be written out to stand in its place.
        let (Some(host), [only]) = (url.host.literal(), scope.value.pieces()) else { return };
        edits.push((scope.at, "--oidc-token-audience".to_owned()));
        edits.push((only.place(), format!("https://{host}")));
    }
    draft.fix(safety, edits);
}
