//! A job or task is to call as an account of another project.

use crate::facts::{Call, Caller, Credential};
use crate::finding::Level;
use crate::gcp::principal::{is_project_id, project_of};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "account-of-another-project",
    group: Group::Grants,
    level: Level::Error,
    fix: None,
    page: page!("account-of-another-project"),
    covers: &[],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

fn check(call: &Call, report: &mut Report) {
    let whose = match call.caller {
        Caller::SchedulerJob => "Cloud Scheduler takes only accounts of the job's own project",
        Caller::Task => "Cloud Tasks takes only accounts of the queue's own project",
        Caller::PushSubscription | Caller::Workflow | Caller::Gateway | Caller::Request => return,
    };
    let (Credential::IdToken(token) | Credential::AccessToken(token)) = &call.credential else { return };
    let (Some(account), Some(project)) = (&token.account, &call.project) else { return };
    // A default may be overridden, and then the two may agree.
    if account.value.assumed || project.assumed {
        return;
    }
    let (Some(theirs), Some(own)) = (project_of(&account.value), project.literal()) else { return };
    // A number says nothing of an id.
    let comparable = is_project_id(&theirs) && is_project_id(&own);
    if !comparable || theirs == own || stands_for_another(&theirs) || stands_for_another(&own) {
        return;
    }
    let message = format!(
        "{} is in the project `{own}`, and its account `{}` in `{theirs}`; {whose}",
        super::subject(call),
        account.value
    );
    report
        .error(&call.at, account.at, message)
        .label("an account of another project")
        .built(account, "the account")
        .help(format!(
            "create an account in `{own}`, grant it there what `{}` may do at the target, and name it here",
            account.value
        ));
}

/// Whether documentation writes it for an id that the reader knows.
fn stands_for_another(id: &str) -> bool {
    ["your", "example", "project-id", "projectid", "my-project", "myproject", "xxx"]
        .iter()
        .any(|word| id.contains(word))
}
