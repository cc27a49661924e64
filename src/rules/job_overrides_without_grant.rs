//! A job is run with other arguments than it has, by an account that may only run it as it is.

use crate::finding::{Level, Safety};
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "job-overrides-without-grant",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("job-overrides-without-grant"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::OverrideJob, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on)) = (need.account(), &need.on) else { return };
    // Whether it may run the job at all is another rule's question.
    let runs = Need { purpose: Purpose::RunJob, permissions: &["run.jobs.run"], ..need.clone() };
    if !matches!(project.judge(&runs), Verdict::Granted(_)) {
        return;
    }
    let message = format!(
        "{} runs {} with overrides as `{}`, and no grant in these files gives that account \
         `run.jobs.runWithOverrides`; the answer will be 403 PERMISSION_DENIED",
        need.subject(),
        on.shown(),
        account.value
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("may run the job only as it is");
    super::say_missing(need, verdict, missing, project, draft);
}
