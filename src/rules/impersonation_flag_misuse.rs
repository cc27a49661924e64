//! `gcloud auth print-identity-token` is given a flag for another kind of login than it has.

use crate::facts::{Gcloud, Who};
use crate::finding::{Level, Safety};
use crate::gcp::invocation::FlagUse;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "impersonation-flag-misuse",
    group: Group::Minting,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("impersonation-flag-misuse"),
    covers: &[],
    checks: &[Check::Gcloud(Within(check))],
    ..Rule::STABLE
};

/// Flags for the account of a machine.
const OF_MACHINES: &[&str] = &["--token-format", "--include-license"];

fn check(gcloud: &Gcloud, project: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    if !invocation.is(&["auth print-identity-token"]) || invocation.guessed || invocation.open {
        return;
    }
    let session = project.session(&gcloud.at);
    let who = session.map_or(Who::Nobody, |session| session.who);
    let impersonated = invocation.flag("--impersonate-service-account");
    if let Some(flag) = invocation.flag("--include-email")
        && flag.value.is_none()
        && super::impersonates_nobody(gcloud)
        // Who logs in elsewhere may impersonate by a property or a variable.
        && !matches!(who, Who::Unknown | Who::Nobody)
    {
        let answer = "Invalid account type for `--include-email`. Requires an impersonate service account";
        let why = "is for the token of an impersonated account, and this command impersonates none";
        let draft = say(gcloud, flag, why, answer, report);
        draft.help("drop `--include-email`: tokens of other logins have the e-mail in them; or add `--impersonate-service-account`");
    }
    let Some(flag) = OF_MACHINES.iter().find_map(|name| invocation.flag(name)) else { return };
    let answer =
        "Invalid account type for `--token-format` or `--include-license`. Requires a valid GCE service account";
    let surely = |flag: &FlagUse| flag.value.as_ref().is_some_and(|value| value.is_empty().is_no());
    if impersonated.is_some_and(surely) {
        let why = "is for the token of a machine's own account, and this command impersonates another";
        let draft = say(gcloud, flag, why, answer, report);
        draft.help(format!("drop `{}`", flag.name));
    } else if let Some(session) = session
        && matches!(session.surely(), Who::User | Who::Federated | Who::Key | Who::Other)
        && super::prints_id_token_of_login(gcloud)
    {
        let place = session.login.place;
        let why = "is for the token of a machine's own account, and gcloud is logged in otherwise";
        let draft = say(gcloud, flag, why, answer, report);
        draft.related(place, "logged in here").help(format!("drop `{}`", flag.name));
    }
}

fn say<'r>(
    gcloud: &Gcloud,
    flag: &FlagUse,
    why: &str,
    answer: &str,
    report: &'r mut Report,
) -> &'r mut crate::rule::Draft {
    let message = format!("`{}` {why}; `{}` will refuse it ({answer})", flag.name, gcloud.invocation.shown());
    let others = OF_MACHINES.contains(&flag.name.as_str());
    let gone: Vec<(Place, Change)> = gcloud
        .invocation
        .flags
        .iter()
        .filter(|other| other.name == flag.name || others && OF_MACHINES.contains(&other.name.as_str()))
        .map(|other| (other.at, if other.value.is_some() { Change::CutFlag } else { Change::Cut }))
        .collect();
    let draft = report.error(&gcloud.at, flag.at, message);
    draft.label("not for this login").fix(Safety::Safe, gone);
    draft
}
