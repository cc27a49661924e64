//! A step runs gcloud on a machine where nobody is logged in yet; the step that authenticates comes later.

use crate::facts::{Authentication, CiJob, MachineKind};
use crate::finding::{Level, Safety};
use crate::project::{Event, Project};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "gcloud-before-auth",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Unsafe),
    page: page!("gcloud-before-auth"),
    covers: &[],
    checks: &[Check::Authentication(check)],
    ..Rule::STABLE
};

fn check(authentication: &Authentication, project: &Project, report: &mut Report) {
    let is_hosted = project.machine(&authentication.at).is_some_and(|machine| machine.kind == MachineKind::Hosted);
    if !is_hosted || authentication.skipped {
        return;
    }
    let before: Vec<Event<'_>> = project.before(&authentication.at).collect();
    if before.iter().any(|event| super::logs_in(event, project) || may_log_in(event)) {
        return;
    }
    let surely = |event: &&Event<'_>| {
        event.at().under.is_always() && !event.at().loose && !matches!(event, Event::Uses(uses) if uses.conditional)
    };
    let first = before.iter().rev().filter(surely).find_map(|event| Some((event, super::needs_login(event)?)));
    let Some((event, place)) = first else { return };
    let message = "nobody is logged in here yet: on a new machine of GitHub's gcloud has no account, and the step that \
                   authenticates comes later; gcloud will answer `You do not currently have an active account selected.`";
    let draft = report.error(event.at(), place, message);
    draft
        .label("no credentials")
        .help("move the step that authenticates above this one")
        .related(authentication.head, "authenticated here");
    let job = project.facts.jobs.iter().rfind(|job| job.at.flow == event.at().flow && job.at.order <= event.at().order);
    if let (Some(lines), Some(start)) = (&authentication.lines, job.and_then(|job| step_of(job, event.at().span.start)))
        && start.file == lines.at.file
        && event.at().file == lines.at.file
        && let Some(text) = lines.value.literal()
    {
        draft.fix(Safety::Unsafe, [(start, text), (lines.at, String::new())]);
    }
}

/// Where the lines begin of the step that this offset lies in.
fn step_of(job: &CiJob, offset: u32) -> Option<Place> {
    job.starts.iter().rfind(|start| start.span.start <= offset).copied()
}

/// Whether an action that is not known may leave somebody logged in.
fn may_log_in(event: &Event<'_>) -> bool {
    const WORDS: [&str; 6] = ["gcloud", "gcp", "google", "gke", "firebase", "auth"];
    let Event::Uses(uses) = event else { return false };
    let name = uses.name.as_str();
    // Of an action of the repository more may be done than is read.
    if name.starts_with("./") {
        return true;
    }
    // Without a key, as its older versions take one, it installs gcloud.
    if name == "google-github-actions/setup-gcloud" {
        return ["service_account_key", "credentials"].iter().any(|key| !uses.has(key).is_no());
    }
    let is_deployment = name.starts_with("google-github-actions/");
    !is_deployment && WORDS.iter().any(|word| name.contains(word))
}
