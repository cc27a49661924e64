//! A deployment opens a service to everyone, and who deploys may not set its policy.

use crate::facts::ResourceKind;
use crate::finding::{Level, Safety};
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "deployer-cannot-publish",
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("deployer-cannot-publish"),
    covers: &[],
    checks: &[Check::Need(check)],
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::Publish, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on)) = (need.account(), &need.on) else { return };
    if !super::may_deploy(project, account, on) {
        return;
    }
    // Turning the check off is part of the service itself, and what deploys a function sets its policy at the end.
    let only_warns = on.kind == ResourceKind::RunService && project.opens_by_policy(&need.at);
    let answer = if only_warns {
        "gcloud will deploy and only warn: \"Setting IAM policy failed\", and callers will be answered 403"
    } else {
        "the deployment will fail: 403 PERMISSION_DENIED"
    };
    let message = format!(
        "this opens {} to everyone, logged in as `{}`, and no grant in these files gives that account `{}`; {answer}",
        on.shown(),
        account.value,
        need.permissions.join("` or `")
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("needs the right to set the policy").related(account.at, "who deploys");
    super::say_missing(need, verdict, missing, project, draft);
}
