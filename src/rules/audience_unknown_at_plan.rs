//! Terraform plans a job without an audience for a URL that is only known once the service is made.

use crate::facts::{Call, Caller, Credential};
use crate::finding::{Level, Safety};
use crate::gcp::wording::Wording;
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "audience-unknown-at-plan",
    group: Group::Audience,
    level: Level::Warning,
    fix: Some(Safety::Safe),
    page: page!("audience-unknown-at-plan"),
    covers: &[],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

fn check(call: &Call, report: &mut Report) {
    let (Caller::SchedulerJob, Wording::Terraform) = (call.caller, call.wording) else { return };
    let (Credential::IdToken(token), Some(given)) = (&call.credential, &call.url) else { return };
    if token.audience.is_some() || token.open {
        return;
    }
    let Some((url, asked)) = super::made_later(given) else { return };
    let message = format!(
        "{} asks for an ID token without an audience, and its URL is known only once `{url}` is; the provider then sets \
         the audience by itself, and the first apply fails: \"Provider produced inconsistent final plan\"",
        super::subject(call),
    );
    let written = match asked {
        None => Some(url),
        Some(name) => Some(name).filter(|name| !name.is_empty()),
    };
    let draft = report.warning(&call.at, token.at, message);
    draft.label("has no `audience`").related(given.whole, "the URL is known after apply").help(match &written {
        None => "write `audience`: the URL of the service, without a path".to_owned(),
        Some(written) => format!("write `audience = {written}`"),
    });
    // What the service takes as its audience is the URL that the job calls.
    if let (Some(written), Some(account)) = (written, &token.account) {
        draft.fix(Safety::Safe, [(account.whole, Change::Below(format!("audience = {written}")))]);
    }
}
