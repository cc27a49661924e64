//! An account is named by its e-mail where its full name is due.

use crate::facts::{Grant, ResourceKind};
use crate::finding::{Level, Safety};
use crate::gcp::attribute::settle;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "email-as-account-id",
    group: Group::Grants,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("email-as-account-id"),
    covers: &[],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, report: &mut Report) {
    let (ResourceKind::ServiceAccount, Some(named)) = (grant.kind, &grant.named) else { return };
    let value = settle(&named.value);
    // A full name begins with `projects/`; a hole at the start may hold that.
    let is_email = value.ends_with(".gserviceaccount.com").is_yes()
        && value.contains("@").is_yes()
        && value.starts_with("projects/").is_no()
        && !value.literal_runs().iter().any(|run| run.contains("/serviceAccounts/"));
    if let Some((project, email)) = without_collection(&value) {
        let message = format!(
            "`service_account_id` is given `{value}`, in which `serviceAccounts` is missing; the provider takes only a full \
             name, `projects/PROJECT/serviceAccounts/EMAIL`, and refuses this one"
        );
        let help = format!("write `projects/{project}/serviceAccounts/{email}`");
        report.error(&grant.at, named.at, message).label("wants the account's full name").help(help);
        return;
    }
    if !is_email {
        return;
    }
    // A member has the e-mail behind its type.
    let (what, email) = match value.strip_prefix("serviceAccount:") {
        Some(email) => ("member", email),
        None => ("e-mail", value.clone()),
    };
    let message = format!(
        "`service_account_id` is given the {what} `{value}`; the provider takes only a full name, \
         `projects/PROJECT/serviceAccounts/EMAIL`, and refuses this one"
    );
    let draft = report.error(&grant.at, named.at, message);
    draft.label("wants the account's full name");
    match super::account_reference(named, &["email", "member"], "name") {
        Some((place, right)) => {
            draft.help(format!("write `{right}`")).fix(Safety::Safe, [(place, right)]);
        }
        None => {
            draft.help(format!("write `projects/-/serviceAccounts/{email}`"));
        }
    }
}

/// The project and the e-mail of `projects/PROJECT/EMAIL`.
fn without_collection(value: &Value) -> Option<(Value, Value)> {
    let parts = value.split('/');
    let [projects, project, email] = parts.as_slice() else { return None };
    let (name, domain) = email.split_once('@')?;
    let sure = projects.equals("projects").is_yes()
        && domain.ends_with(".gserviceaccount.com").is_yes()
        // A hole may hold a slash.
        && !name.known_prefix().is_empty();
    sure.then(|| (project.clone(), email.clone()))
}
