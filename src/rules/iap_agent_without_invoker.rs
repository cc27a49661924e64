//! Identity-Aware Proxy stands in front of a service that it may not call.

use crate::facts::Entry;
use crate::finding::{Level, Safety};
use crate::project::{Actor, Need, Project, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "iap-agent-without-invoker",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("iap-agent-without-invoker"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
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
    let entry = project.facts.entries.iter().find(|entry| entry.said == need.place && entry.at == need.at);
    // Beside a binding that says who all have the role, each takes away what the other one gives.
    let stands = need.at.sites.is_empty() && !need.at.loose && !project.is_ruled(on, "roles/run.invoker");
    if let Some(grant) = entry.and_then(grant).filter(|_| stands) {
        draft.fix_behind(need.at.place(), grant);
    }
}

/// The grant, in Terraform, which can ask for the number of the project that the agent is named by.
fn grant(entry: &Entry) -> Option<String> {
    let service = entry.address.as_ref()?;
    let name = service.strip_prefix("google_cloud_run_v2_service.")?;
    Some(format!(
        "\ndata \"google_project\" \"of_{name}\" {{\n  project_id = {service}.project\n}}\n\nresource \
         \"google_cloud_run_v2_service_iam_member\" \"iap_calls_{name}\" {{\n  project  = {service}.project\n  location = \
         {service}.location\n  name     = {service}.name\n  role     = \"roles/run.invoker\"\n  member   = \
         \"serviceAccount:service-${{data.google_project.of_{name}.number}}@gcp-sa-iap.iam.gserviceaccount.com\"\n}}"
    ))
}
