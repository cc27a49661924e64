//! An ID token is asked for where only a user is logged in, for whom the library has none.

use crate::facts::Minted;
use crate::finding::Level;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "id-token-from-user-credentials",
    group: Group::Minting,
    level: Level::Warning,
    fix: None,
    page: page!("id-token-from-user-credentials"),
    covers: &[],
    checks: &[Check::Minted(Within(check))],
    ..Rule::STABLE
};

const HELP: &str = "to run it elsewhere than on Google Cloud, log in with `gcloud auth application-default login \
                    --impersonate-service-account=ACCOUNT`, point GOOGLE_APPLICATION_CREDENTIALS to the file that this writes, \
                    and use google-auth 2.39 or later";

fn check(minted: &Minted, project: &Project, report: &mut Report) {
    let function = &minted.function;
    if let Some(login) = project.user_login_beside(&minted.at) {
        let message = format!(
            "`{function}` takes no credentials of a user, and those are what `gcloud auth application-default login` leaves; it \
             will fail there (Neither metadata server or valid service account credentials are found)"
        );
        let draft = report.warning(&minted.at, minted.place, message);
        draft.label("no ID token of a user").related(login, "a user logs in here").help(HELP);
    } else {
        let message = format!(
            "`{function}` works with a service account's key, an impersonated account or on Google Cloud, never with the \
             credentials of a user"
        );
        report.advice(&minted.at, minted.place, message).help(HELP);
    }
}
