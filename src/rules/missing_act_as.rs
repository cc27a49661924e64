//! Who deploys may not act as the account that the deployment runs as.

use crate::finding::{Level, Safety};
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-act-as",
    group: Group::Grants,
    level: Level::Advice,
    fix: Some(Safety::Unsafe),
    page: page!("missing-act-as"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::ActAs, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on)) = (need.account(), &need.on) else { return };
    if !super::may_deploy(project, account, on) {
        return;
    }
    let message = format!(
        "this deploys what runs as `{}`, logged in as `{}`, and no grant in these files gives that account \
         `iam.serviceAccounts.actAs` on it; the deployment will be refused: \"Permission 'iam.serviceaccounts.actAs' \
         denied\"",
        on.name, account.value
    );
    let draft = report.advice(&need.at, need.place, message);
    draft.label("who deploys may not act as this account").related(account.at, "who deploys");
    super::say_missing(need, verdict, missing, project, draft);
}
