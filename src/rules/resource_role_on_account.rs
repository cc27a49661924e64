//! A role that is not about service accounts is bound to the policy of one.

use crate::facts::{Grant, ResourceKind, Verb};
use crate::finding::Level;
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "resource-role-on-account",
    group: Group::Grants,
    level: Level::Error,
    fix: None,
    page: page!("resource-role-on-account"),
    covers: &["service-agent-role-on-member"],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, report: &mut Report) {
    let (Verb::Add, ResourceKind::ServiceAccount, Some(given)) = (grant.verb, grant.kind, &grant.role) else { return };
    let Some(name) = given.value.literal() else { return };
    if !Role::find(&name).is_some_and(|role| role.is_about_accounts().is_no()) {
        return;
    }
    let account = grant.resource.as_ref().filter(|account| !account.is_empty().is_yes());
    let account = account.map_or_else(|| "ACCOUNT".to_owned(), ToString::to_string);
    let message = format!(
        "`{name}` holds no permission on a service account, and this is the policy of the account `{account}`; the \
         binding will be refused: INVALID_ARGUMENT, \"Role {name} is not supported for this resource.\""
    );
    let help = match grant.wording {
        Wording::Terraform => format!(
            "bind it to what the account is to use: `google_project_iam_member` with the account as `member` and the role \
             `{name}`, or better the `…_iam_member` of the one resource"
        ),
        _ => format!(
            "bind it to what the account is to use: `gcloud projects add-iam-policy-binding PROJECT \
             --member=serviceAccount:{account} --role={name}`, or better to the one resource"
        ),
    };
    report.error(&grant.at, given.at, message).label("not a role on accounts").built(given, "the role").help(help);
}
