//! An ID token for an audience is asked for in the name of a user, for whom gcloud makes none.

use crate::facts::{Gcloud, Who};
use crate::finding::Level;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "audience-with-user-account",
    group: Group::Minting,
    level: Level::Warning,
    fix: None,
    page: page!("audience-with-user-account"),
    covers: &[],
    checks: &[Check::Gcloud(Within(check))],
    ..Rule::STABLE
};

fn check(gcloud: &Gcloud, project: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let Some(flag) = invocation.flag("--audiences").filter(|flag| given(flag.value.as_ref())) else { return };
    let whose = invocation.positionals.first().or_else(|| invocation.value("--account"));
    let (said, name) = match whose {
        Some(email) if super::impersonates_nobody(gcloud) && is_user(email) => (None, format!("`{email}`")),
        None if super::prints_id_token_of_login(gcloud) => {
            let Some(session) = project.session(&gcloud.at).filter(|session| session.surely() == Who::User) else {
                return;
            };
            (Some(session.login.place), "a user".to_owned())
        }
        _ => return,
    };
    let message = format!(
        "`--audiences` is given in the name of {name}, for whom gcloud makes no token for an audience; `{}` will refuse \
         (Invalid account type for `--audiences`. Requires valid service account.)",
        invocation.shown()
    );
    let draft = report.warning(&gcloud.at, flag.at, message);
    draft.label("a user's ID token has no audience to choose").help(
        "add `--impersonate-service-account=ACCOUNT`, an account that may call the service and that the user may \
         impersonate; or, only to try a Cloud Run service, drop `--audiences`: it takes a user's token as it is",
    );
    if let Some(place) = said {
        draft.related(place, "the user logs in here");
    }
}

fn given(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_empty().is_yes())
}

/// Whether an e-mail surely is that of a user.
fn is_user(email: &Value) -> bool {
    email.contains("@").is_yes() && email.ends_with("gserviceaccount.com").is_no()
}
