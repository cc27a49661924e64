//! An image is pushed to a registry that Docker has no credentials for: they were set up for others, or for none.

use crate::facts::{Gcloud, MachineKind, Push, registry_host};
use crate::finding::{Level, Safety};
use crate::gcp::invocation::items;
use crate::project::{Event, Project};
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Group, Report, Rule};
use crate::value::{Place, Truth, Value, may_equal};

pub(super) static RULE: Rule = Rule {
    id: "registry-without-credentials",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("registry-without-credentials"),
    covers: &[],
    checks: &[Check::Push(Within(check))],
    ..Rule::STABLE
};

/// The registries of Container Registry.
const PUSHED: &[&str] = &["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"];
/// How the hosts of Artifact Registry end.
const ARTIFACTS: &str = "-docker.pkg.dev";
/// The registries that `gcloud auth configure-docker` is for when it is given none.
const DEFAULTS: &[&str] =
    &["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io", "staging-k8s.gcr.io", "marketplace.gcr.io"];

fn check(push: &Push, project: &Project, report: &mut Report) {
    let host = registry_host(&push.image.value);
    let ends = |end: &str| host.ends_with(end).is_yes();
    let is_google = ends(ARTIFACTS) || PUSHED.iter().any(|known| host.equals(known).is_yes());
    let is_hosted = || project.machine(&push.at).is_some_and(|machine| machine.kind == MachineKind::Hosted);
    let is_told = project.shown.told_by_variables.contains(&push.at.flow);
    if !is_google || is_told || !is_hosted() || !is_first(push, &host, project) || project.is_written(&push.at) {
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
            // For which registry is not known, or for this one.
            Event::DockerLogin(login)
                if login.registry.as_ref().is_none_or(|known| may_equal(&registry_host(known), &host, &[])) =>
            {
                return;
            }
            Event::Opaque(_) => return,
            // It logs in gcloud at most.
            Event::Uses(uses) if uses.name == "google-github-actions/setup-gcloud" => {}
            Event::Uses(uses) if super::may_do_anything(uses) || !uses.has("password").is_no() => return,
            _ => {}
        }
    }
    let place = push.image.value_place();
    let Some(gcloud) = configured else {
        nothing(push, &host, place, report);
        return;
    };
    let message = format!(
        "an image is pushed to `{host}`, and Docker was given credentials for other registries alone; the registry will answer \
         `Unauthenticated request`"
    );
    let draft = report.error(&push.at, place, message);
    draft.label("no credentials").related(gcloud.invocation.at, "for others alone");
    draft.help(format!("write `gcloud auth configure-docker {host}`"));
    if let Some((safety, edit)) = host.literal().and_then(|host| edit(gcloud, &host, project)) {
        draft.fix_in(safety, [edit]);
    }
}

/// Nothing that is seen gives Docker any credentials. What is not seen may write its configuration.
fn nothing(push: &Push, host: &Value, place: Place, report: &mut Report) {
    let message = format!(
        "an image is pushed to `{host}`, and nothing on this new machine gives Docker credentials; the registry will answer \
         `Unauthenticated request`"
    );
    let draft = report.warning(&push.at, place, message);
    draft.label("no credentials").help(format!("run `gcloud auth configure-docker {host}` before"));
}

/// Whether it is the first one of its statement to a registry: several tags are one push.
fn is_first(push: &Push, host: &Value, project: &Project) -> bool {
    let first = project.on_machine_of(&push.at).find_map(|event| match event {
        Event::Push(other) if other.at == push.at && registry_host(&other.image.value).same(host) => Some(other),
        _ => None,
    });
    first.is_none_or(|first| std::ptr::eq(first, push))
}

/// Whether a `gcloud auth configure-docker` is for a registry.
fn configures(gcloud: &Gcloud, host: &Value) -> Truth {
    let invocation = &gcloud.invocation;
    if invocation.open || !invocation.has("--include-artifact-registry").is_no() {
        return Truth::Unknown;
    }
    match invocation.positionals.first() {
        None if host.ends_with(ARTIFACTS).is_yes() => Truth::No,
        None => host.literal().map_or(Truth::Unknown, |host| Truth::from(DEFAULTS.contains(&host.as_str()))),
        Some(list) if items(list).iter().any(|known| may_equal(&registry_host(&known.trimmed()), host, &[])) => {
            Truth::Unknown
        }
        // A list that goes on in a variable may name it there.
        Some(list) => items(list)
            .last()
            .map_or(Truth::No, |last| if last.known_prefix().is_empty() { Truth::Unknown } else { Truth::No }),
    }
}

/// Behind the registries that are named, or behind the command where none is. Those of before are named with the new one
/// where images are pushed there; what is only pulled is not seen.
fn edit(gcloud: &Gcloud, host: &str, project: &Project) -> Option<(Safety, (Place, Change))> {
    let invocation = &gcloud.invocation;
    if let Some(list) = invocation.positionals.first() {
        let last = list.pieces().last().filter(|piece| piece.text().is_some())?.place();
        let is_here = last.file == gcloud.at.file && gcloud.at.span.contains(last.span);
        return is_here.then(|| (Safety::Safe, (last.end(), Change::To(format!(",{host}")))));
    }
    let is_used = |known: &&&str| {
        let mut pushes = project.facts.pushes.iter().filter(|push| push.at.flow == gcloud.at.flow);
        pushes.any(|push| registry_host(&push.image.value).equals(known).is_yes())
    };
    let mut hosts: Vec<&str> = PUSHED.iter().filter(is_used).copied().collect();
    hosts.push(host);
    Some((Safety::Unsafe, (invocation.verb, Change::After(hosts.join(",")))))
}
