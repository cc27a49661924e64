//! As whom what is deployed runs, and the secrets that it is given.

use super::{located, principal, second_generation};
use crate::facts::{Deployment, Given, Identity, ResourceKind, Secret, Target, TargetKind};
use crate::project::Project;
use crate::project::access::resource::Resource;
use crate::project::access::{Actor, Need, Principal, Purpose, differ, is_same_account, kind_of};
use crate::value::{Place, Truth, Value};

/// Services that one variable is looked for in; where there are more it says little.
const MAX_GIVEN: usize = 16;

/// The needs of all that is given secrets.
pub(super) fn add(project: &Project, needs: &mut Vec<Need>) {
    secrets(project, needs);
    for deployment in &project.facts.deployments {
        mounted(project, deployment, needs);
    }
}

/// As whom a target runs, as far as all that is said here of targets of its name agrees; and where that is said.
pub(super) fn runs_as(project: &Project, target: &Target, at: &crate::eval::Statement) -> (Principal, Option<Place>) {
    let (Some(name), Some(kind)) = (&target.name, kind_of(target.kind)) else {
        return (Principal::Unknown(None), None);
    };
    let own = Resource { kind, name: name.clone(), project: target.project.clone(), region: target.region.clone() };
    let here = project.project_of(target.project.as_ref(), at);
    let surely = |other: &&&Deployment| {
        kind_of(other.target.kind).is_some_and(|kind| own.is_named(kind, other.target.name.as_ref()).is_yes())
    };
    let about: Vec<&Deployment> = project
        .deployments_named(name)
        .filter(|other| {
            let same =
                kind_of(other.target.kind).is_some_and(|kind| !own.is_named(kind, other.target.name.as_ref()).is_no());
            same && !differ(project.project_of(other.target.project.as_ref(), &other.at), here)
        })
        .take(MAX_GIVEN + 1)
        .collect();
    let mut accounts = about.iter().filter_map(|deployment| match &deployment.identity {
        Identity::Account(account) => Some(account),
        _ => None,
    });
    // It must be said of this target; what may be said of it may contradict.
    let known = about.iter().filter(surely).find_map(|deployment| match &deployment.identity {
        Identity::Account(account) => Some(account),
        _ => None,
    });
    let others = accounts.any(|other| known.is_none_or(|known| !is_same_account(&known.value, &other.value)));
    match known {
        _ if others || about.len() > MAX_GIVEN => (Principal::Unknown(None), None),
        // In a deployment that says nothing it stays what it was.
        Some(account) => (principal(Some(account)), Some(account.at)),
        None => match about.iter().filter(surely).find(|one| matches!(one.identity, Identity::Default)) {
            Some(one) => default_account(project, one),
            None => (Principal::Unknown(None), None),
        },
    }
}

/// The account that something runs as where nothing else is said: Compute Engine's, and of functions of the first generation
/// App Engine's (<https://cloud.google.com/run/docs/securing/service-identity>, checked 2026-11-21).
fn default_account(project: &Project, deployment: &Deployment) -> (Principal, Option<Place>) {
    let near = Place { exact: false, ..deployment.said };
    let second = |name: &Value| second_generation(project, name) == Some(Truth::Yes);
    let is_compute =
        deployment.target.kind != TargetKind::Function || deployment.target.name.as_ref().is_some_and(second);
    if !is_compute {
        return (Principal::Default, None);
    }
    let mut email = Value::hole("PROJECT_NUMBER", 0, near);
    email.append(&Value::text("-compute@developer.gserviceaccount.com", near));
    (Principal::Account(Given::new(email, near, near)), Some(deployment.said))
}

fn of_secret(secret: &Secret) -> Resource {
    let (name, project) = (secret.name.clone(), secret.project.clone());
    Resource { kind: ResourceKind::Secret, name, project, region: None }
}

fn secrets(project: &Project, needs: &mut Vec<Need>) {
    for change in project.facts.environment.iter().filter(|change| kind_of(change.target.kind).is_some()) {
        let read = change.given.iter().filter_map(|given| Some((given, given.secret.as_ref()?)));
        // Where it has no name, none is given: `secret = var.key ? … : ""`.
        let read: Vec<_> = read.filter(|(_, secret)| !secret.name.is_empty().is_yes()).collect();
        if read.is_empty() {
            continue;
        }
        let (principal, said) = runs_as(project, &change.target, &change.at);
        for (given, secret) in read {
            let place = said.unwrap_or(given.at);
            let on = of_secret(secret);
            let on = located(project, on, change.target.project.as_ref(), &change.at);
            needs.push(Need {
                purpose: Purpose::ReadSecret,
                actor: Actor::Deployed(change.target.kind),
                name: change.target.name.clone(),
                principal: principal.clone(),
                on: Some(on),
                permissions: Purpose::ReadSecret.permissions(),
                place,
                target: Some(given.at),
                code: None,
                wording: change.wording,
                at: change.at.clone(),
            });
        }
    }
}

/// The secrets that a deployment mounts as files.
fn mounted(project: &Project, deployment: &Deployment, needs: &mut Vec<Need>) {
    if deployment.mounts.is_empty() {
        return;
    }
    let (principal, said) = runs_as(project, &deployment.target, &deployment.at);
    for (secret, at) in &deployment.mounts {
        let on = of_secret(secret);
        needs.push(Need {
            purpose: Purpose::ReadSecret,
            actor: Actor::Deployed(deployment.target.kind),
            name: deployment.target.name.clone(),
            principal: principal.clone(),
            on: Some(located(project, on, deployment.target.project.as_ref(), &deployment.at)),
            permissions: Purpose::ReadSecret.permissions(),
            place: said.unwrap_or(*at),
            target: Some(*at),
            code: None,
            wording: deployment.wording,
            at: deployment.at.clone(),
        });
    }
}
