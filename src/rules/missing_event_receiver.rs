//! A trigger's account may not receive events.

use crate::finding::{Level, Safety};
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-event-receiver",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("missing-event-receiver"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::ReceiveEvents, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let Some(account) = need.account() else { return };
    if !missing.knows_account {
        return;
    }
    let message = format!(
        "{} receives events as `{}`, and no grant in these files gives that account `eventarc.events.receiveEvent`; \
         making the trigger will fail: \"Permission 'eventarc.events.receiveEvent' denied\"",
        need.subject(),
        account.value
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("may not receive events");
    super::say_missing(need, verdict, missing, project, draft);
}
