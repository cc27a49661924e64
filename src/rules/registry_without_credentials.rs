//! An image is pushed to a registry that Docker has no credentials for: they were set up for others.

use crate::facts::{Gcloud, MachineKind, Push, registry_host};
use crate::finding::{Level, Safety};
use crate::gcp::invocation::items;
use crate::project::{Event, Project};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Place, Truth};

pub(super) static RULE: Rule = Rule {
    id: "registry-without-credentials",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("registry-without-credentials"),
    covers: &[],
    checks: &[Check::Push(check)],
    ..Rule::STABLE
};

/// The registries that `gcloud auth configure-docker` is for when it is given none.
const DEFAULTS: &[&str] =
    &["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io", "staging-k8s.gcr.io", "marketplace.gcr.io"];

fn check(push: &Push, project: &Project, report: &mut Report) {
    let Some(host) = registry_host(&push.image.value) else { return };
    let is_google = host.ends_with("-docker.pkg.dev") || host == "gcr.io" || host.ends_with(".gcr.io");
    let is_hosted = project.machine(&push.at).is_some_and(|machine| machine.kind == MachineKind::Hosted);
    if !is_google || !is_hosted || !is_first(push, &host, project) {
        return;
    }
    let mut configured: Option<&Gcloud> = None;
    for event in project.before(&push.at) {
        match event {
            Event::Command(gcloud) if gcloud.invocation.path == "auth configure-docker" => {
                if !configures(gcloud, &host).is_no() {
                    return;
                }
                configured = Some(gcloud);
            }
            Event::DockerLogin(login) => {
                // For which registry is not known, or for this one.
                if login.registry.as_ref().and_then(registry_host).is_none_or(|known| known == host) {
                    return;
                }
            }
            Event::Uses(uses) if may_configure(&uses.name) => return,
            _ => {}
        }
    }
    let Some(gcloud) = configured else { return };
    let message = format!(
        "an image is pushed to `{host}`, and Docker was given credentials for other registries alone; the registry will answer \
         `Unauthenticated request`"
    );
    let place = push.image.value_place();
    let draft = report.error(&push.at, place, message);
    draft.label("no credentials").related(gcloud.invocation.at, "for others alone");
    draft.help(format!("write `gcloud auth configure-docker {host}`"));
    if let Some((place, text)) = edit(gcloud, &host) {
        draft.fix(Safety::Safe, [(place, text)]);
    }
}

/// Whether it is the first one of its statement to a registry: several tags are one push.
fn is_first(push: &Push, host: &str, project: &Project) -> bool {
    let first = project.on_machine_of(&push.at).find_map(|event| match event {
        Event::Push(other) if other.at == push.at && registry_host(&other.image.value).as_deref() == Some(host) => {
            Some(other)
        }
        _ => None,
    });
    first.is_none_or(|first| std::ptr::eq(first, push))
}

/// Whether a `gcloud auth configure-docker` is for a registry.
fn configures(gcloud: &Gcloud, host: &str) -> Truth {
    let invocation = &gcloud.invocation;
    if invocation.open || !invocation.has("--include-artifact-registry").is_no() {
        return Truth::Unknown;
    }
    match invocation.positionals.first() {
        None => Truth::from(DEFAULTS.contains(&host)),
        Some(list) => {
            let is_it = |known: &crate::value::Value| {
                registry_host(known).map_or(Truth::Unknown, |known| Truth::from(known == host))
            };
            items(list).iter().map(is_it).fold(Truth::No, Truth::or)
        }
    }
}

/// Whether an action may give Docker credentials.
fn may_configure(name: &str) -> bool {
    !["google-github-actions/", "actions/", "docker/setup-", "docker/metadata-", "docker/build-push-"]
        .iter()
        .any(|known| name.starts_with(known))
}

/// Behind the registries that are named, or behind the command where none is.
fn edit(gcloud: &Gcloud, host: &str) -> Option<(Place, String)> {
    let invocation = &gcloud.invocation;
    match invocation.positionals.first() {
        Some(list) => {
            let last = list.pieces().last().filter(|piece| piece.text().is_some())?.place();
            let length = last.span.len() as usize;
            Some((last.part(length..length), format!(",{host}")))
        }
        None => {
            let length = invocation.at.span.len() as usize;
            // The registries of before are named with the new one, so that they stay.
            Some((invocation.at.part(length..length), format!(" gcr.io,{host}"))).filter(|_| invocation.at.exact)
        }
    }
}
