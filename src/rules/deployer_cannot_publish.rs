//! A deployment opens a service to everyone, and who deploys may not set its policy.

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
    if !super::may_deploy(project, account) {
        return;
    }
    let message = format!(
        "this opens {} to everyone, logged in as `{}`, and no grant in these files gives that account \
         `run.services.setIamPolicy`; gcloud will deploy and only warn: \"Setting IAM policy failed\", and callers will \
         be answered 403",
        on.shown(),
        account.value
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("needs the right to set the policy").related(account.at, "who deploys");
    super::say_missing(need, verdict, missing, project, draft);
}
