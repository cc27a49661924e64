//! A step runs gcloud on a machine where nobody is logged in: the step that authenticates comes later, or not at all.

use crate::facts::{Authentication, CiJob, Machine, MachineKind};
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
    checks: &[Check::Authentication(check), Check::Machine(nobody)],
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
    let Some((event, place)) = first_need(before.iter().rev()) else { return };
    let message = "nobody is logged in here yet: on a new machine of GitHub's gcloud has no account, and the step that \
                   authenticates comes later; gcloud will answer `You do not currently have an active account selected.`";
    let draft = report.error(event.at(), place, message);
    draft
        .label("no credentials")
        .help("move the step that authenticates above this one")
        .related(authentication.head, "authenticated here");
    let job = job_of(event, project);
    if let (Some(lines), Some(start)) = (&authentication.lines, job.and_then(|job| step_of(job, event.at().span.start)))
        && start.file == lines.at.file
        && event.at().file == lines.at.file
        && let Some(text) = lines.value.literal()
    {
        draft.fix(Safety::Unsafe, [(start, text), (lines.at, String::new())]);
    }
}

/// The first that surely runs and needs somebody to be logged in.
fn first_need<'e, 'p: 'e>(mut events: impl Iterator<Item = &'e Event<'p>>) -> Option<(&'e Event<'p>, Place)> {
    events.find_map(|event| {
        let may_be_left_out =
            !event.at().under.is_always() || event.at().loose || matches!(event, Event::Uses(uses) if uses.conditional);
        Some((event, super::needs_login(event).filter(|_| !may_be_left_out)?))
    })
}

/// In a job where nobody logs in at all. What is not seen may do it.
fn nobody(machine: &Machine, project: &Project, report: &mut Report) {
    if machine.kind != MachineKind::Hosted {
        return;
    }
    let events: Vec<Event<'_>> = project.on_machine_of(&machine.at).collect();
    if events.iter().any(|event| super::logs_in(event, project) || may_log_in(event)) {
        return;
    }
    let Some((event, place)) = first_need(events.iter()) else { return };
    let Some(job) = job_of(event, project) else { return };
    let message = format!(
        "nobody is logged in here: no step of the job `{}` authenticates, and on a new machine of GitHub's gcloud has no account; it \
         will answer `You do not currently have an active account selected.`",
        job.name
    );
    report
        .warning(event.at(), place, message)
        .label("no credentials")
        .help("add a step with google-github-actions/auth before");
}

/// The job that something happens in.
fn job_of<'p>(event: &Event<'_>, project: &'p Project) -> Option<&'p CiJob> {
    let at = event.at();
    project.facts.jobs.iter().rfind(|job| job.at.flow == at.flow && job.at.order <= at.order)
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
    // Only before its first version it took a key; since then it installs gcloud, whatever it is given.
    if name == "google-github-actions/setup-gcloud" {
        return uses.version.is_none_or(|version| version == 0)
            && ["service_account_key", "credentials"].iter().any(|key| !uses.has(key).is_no());
    }
    let is_deployment = name.starts_with("google-github-actions/");
    !is_deployment && WORDS.iter().any(|word| name.contains(word))
}
