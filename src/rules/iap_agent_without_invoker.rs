//! Identity-Aware Proxy stands in front of a service that it may not call.

use crate::finding::Level;
use crate::project::{Actor, Need, Project, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "iap-agent-without-invoker",
    group: Group::Grants,
    level: Level::Warning,
    fix: None,
    page: page!("iap-agent-without-invoker"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, _: &Project, report: &mut Report) {
    let (Actor::Proxy, Verdict::Missing(missing)) = (need.actor, verdict) else { return };
    let Some(on) = need.on.as_ref().filter(|_| missing.is_managed()) else { return };
    let message = format!(
        "Identity-Aware Proxy is turned on for {}, and no grant in these files lets its service agent call it \
         (`run.routes.invoke`); users who are let in will see an error of the proxy",
        on.shown()
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("IAP calls the service as its agent").help(format!(
        "grant `roles/run.invoker` on `{}` to `serviceAccount:service-PROJECT_NUMBER@gcp-sa-iap.iam.gserviceaccount.com`; \
         gcloud's own `--iap` does so by itself",
        on.name
    ));
    if let Some(made) = missing.made {
        draft.related(made, "deployed here");
    }
}
