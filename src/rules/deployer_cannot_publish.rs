//! A deployment opens a service to everyone, and who deploys may not set its policy.

use crate::facts::ResourceKind;
use crate::finding::{Level, Safety};
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "deployer-cannot-publish",
    group: Group::Ci,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("deployer-cannot-publish"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

const FAILS: &str = "the deployment will fail: 403 PERMISSION_DENIED";

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::Publish, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on)) = (need.account(), &need.on) else { return };
    // What is open by a grant stays so.
    if !super::may_deploy(project, account, on) || project.is_granted_to_everyone(on, need.at.flow) {
        return;
    }
    // Turning the check off is part of the service itself. gcloud 528.0.0 sets the policy of a function of the second
    // generation in the deployment, and only warns where it may not set that of the first
    // (`command_lib/functions/v1/deploy/command.py`, `TryToSetInvokerPermission`; checked 2026-11-30).
    let answer = match (on.kind, need.permissions) {
        (ResourceKind::RunService, _) if !project.opens_by_policy(&need.at) => FAILS,
        (ResourceKind::RunService, _) | (_, ["cloudfunctions.functions.setIamPolicy"]) => {
            "gcloud will deploy and only warn: \"Setting IAM policy failed\", and callers will be answered 403"
        }
        (_, ["run.services.setIamPolicy"]) => FAILS,
        _ => "it stays private, and callers will be answered 403",
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
