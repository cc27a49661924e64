//! A step runs gcloud on a machine where nobody is logged in: the step that authenticates comes later, or not at all.

use crate::eval::Statement;
use crate::facts::{Authentication, CiJob, Machine, MachineKind};
use crate::finding::{Level, Safety};
use crate::project::{Event, Project};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "gcloud-before-auth",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Unsafe),
    page: page!("gcloud-before-auth"),
    covers: &[],
    checks: &[Check::Authentication(Within(check)), Check::Machine(Within(nobody))],
    ..Rule::STABLE
};

fn check(authentication: &Authentication, project: &Project, report: &mut Report) {
    let is_hosted = project.machine(&authentication.at).is_some_and(|machine| machine.kind == MachineKind::Hosted);
    if !is_hosted || authentication.skipped || is_told(&authentication.at, project) {
        return;
    }
    let before: Vec<Event<'_>> = project.before(&authentication.at).collect();
    if before.iter().any(|event| super::logs_in(event, project) || may_log_in(event)) {
        return;
    }
    let Some((event, place)) = first_need(before.iter().rev(), project) else { return };
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
        && let Some(text) = lines.value.literal().filter(|text| super::may_move(text))
    {
        draft.fix_in(Safety::Unsafe, [(start, text), (lines.at, String::new())]);
    }
}

/// Whether variables may tell gcloud who it is.
fn is_told(at: &Statement, project: &Project) -> bool {
    [at.file, at.flow].iter().any(|file| project.shown.told_by_variables.contains(file))
}

/// The first that surely runs and needs somebody to be logged in.
fn first_need<'e, 'p: 'e>(
    mut events: impl Iterator<Item = &'e Event<'p>>,
    project: &Project,
) -> Option<(&'e Event<'p>, Place)> {
    events.find_map(|event| {
        let may_be_left_out = !project.is_sure(event.at()) || matches!(event, Event::Uses(uses) if uses.conditional);
        Some((event, super::needs_login(event).filter(|_| !may_be_left_out)?))
    })
}

/// In a job where nobody logs in at all. What is not seen may do it.
fn nobody(machine: &Machine, project: &Project, report: &mut Report) {
    if machine.kind != MachineKind::Hosted || is_told(&machine.at, project) {
        return;
    }
    let alone =
        project.on_machine_of(&machine.at).take_while(|event| !super::logs_in(event, project) && !may_log_in(event));
    let events: Vec<Event<'_>> = alone.collect();
    // Who authenticates later is told of there.
    if project.on_machine_of(&machine.at).any(|event| matches!(event, Event::Authentication(_))) {
        return;
    }
    let Some((event, place)) = first_need(events.iter(), project) else { return };
    let Some(job) = job_of(event, project) else { return };
    let message = format!(
        "nobody is logged in here: no step of the job `{}` authenticates, and on a new machine of GitHub's gcloud has no account; it \
         will answer `You do not currently have an active account selected.`",
        job.name
    );
    let draft = report.warning(event.at(), place, message);
    draft.label("no credentials").help("add a step with google-github-actions/auth before");
    if let Some(key) = events.iter().find_map(ignored_key) {
        draft.related(key, "setup-gcloud takes no key since its first version");
    }
}

/// The key that a step gives to an action which only installs gcloud.
fn ignored_key(event: &Event<'_>) -> Option<Place> {
    match event {
        Event::Uses(uses) if uses.name == "google-github-actions/setup-gcloud" => {
            Some(uses.input("service_account_key")?.at)
        }
        _ => None,
    }
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

/// Whether something may leave somebody logged in that is not seen.
fn may_log_in(event: &Event<'_>) -> bool {
    match event {
        Event::Opaque(_) => true,
        Event::Uses(uses) => super::may_do_anything(uses),
        _ => false,
    }
}
