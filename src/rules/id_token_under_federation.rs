//! gcloud is to print an ID token after a federated login, which has none to give.

use crate::facts::{Gcloud, Given, Who};
use crate::finding::{Level, Safety};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "id-token-under-federation",
    group: Group::Minting,
    level: Level::Error,
    fix: Some(Safety::Unsafe),
    page: page!("id-token-under-federation"),
    covers: &["audience-with-user-account", "impersonation-flag-misuse"],
    checks: &[Check::Gcloud(Within(check))],
    ..Rule::STABLE
};

fn check(gcloud: &Gcloud, project: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    // What the action itself is asked for is not printed by gcloud.
    if !super::prints_id_token_of_login(gcloud) || project.is_login(&gcloud.at) {
        return;
    }
    let Some(session) = project.session(&gcloud.at).filter(|session| session.surely() == Who::Federated) else {
        return;
    };
    let answer = match invocation.value("--audiences") {
        None => "No identity token can be obtained from the current credentials",
        Some(audience) if audience.is_empty().is_yes() => {
            "No identity token can be obtained from the current credentials"
        }
        Some(_) => "Invalid account type for `--audiences`. Requires valid service account",
    };
    let message = format!(
        "gcloud is logged in by workload identity federation here, and has no ID token for such a login; `{}` will \
         refuse ({answer})",
        invocation.shown()
    );
    let account = session.login.account.as_ref();
    let shown = account.and_then(literal).unwrap_or_else(|| "ACCOUNT".to_owned());
    let draft = report.error(&gcloud.at, invocation.at, message);
    draft.label("a federated login has no ID token").related(session.login.place, "logged in by federation here").help(
        format!(
            "add `--impersonate-service-account={shown}`, which the login needs roles/iam.serviceAccountTokenCreator on; \
             or let google-github-actions/auth make the token: `token_format: id_token` with `id_token_audience`"
        ),
    );
    if let Some(email) = account.and_then(literal) {
        let flag = format!("--impersonate-service-account={email}");
        draft.fix(Safety::Unsafe, [(invocation.verb, Change::After(flag))]);
    }
}

/// An e-mail that may be written into any script as it is.
fn literal(account: &Given) -> Option<String> {
    let plain = |email: &String| {
        email.contains('@') && email.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.-".contains(&byte))
    };
    account.value.literal().filter(plain)
}
