//! What the facts of a project need permissions for.

mod calls;
mod commands;
mod runtime;

use std::collections::BTreeSet;

use super::resource::Resource;
use super::{Actor, Need, Principal, Purpose};
use crate::facts::{EntryKind, Given, ResourceKind, Trigger};
use crate::gcp::principal::with_stand_ins_open;
use crate::gcp::wording::Wording;
use crate::project::{Project, is_same_service};
use crate::value::{Piece, Place, Truth, Value, may_equal};

/// All needs, in the order of the facts.
pub(super) fn needs(project: &Project) -> Vec<Need> {
    let mut needs = Vec::new();
    calls::add(project, &mut needs);
    for trigger in &project.facts.triggers {
        of_trigger(project, trigger, &mut needs);
    }
    runtime::add(project, &mut needs);
    commands::add(project, &mut needs);
    proxies(project, &mut needs);
    needs
}

/// An account that is known by its name, or is not.
fn principal(account: Option<&Given>) -> Principal {
    match account {
        Some(account) => {
            // `projects/P/serviceAccounts/EMAIL`
            let full = account.value.contains("/serviceAccounts/").is_yes();
            let email = account.value.split('/').pop().filter(|_| full);
            let email = email.unwrap_or_else(|| account.value.clone());
            let account = account.with(with_stand_ins_open(&email));
            if is_known(&account.value) { Principal::Account(account) } else { Principal::Unknown(Some(account)) }
        }
        None => Principal::Unknown(None),
    }
}

/// Whether an account is known: by its name, or as something that is made here under a name that is put together.
fn is_known(email: &Value) -> bool {
    use super::account::{Key, key};
    match key(email) {
        Key::Named(_) => true,
        // `${var.name}-cron@…`
        Key::Open => email.split_once('@').is_some_and(|(name, _)| {
            !name.literal_runs().is_empty()
                && name.pieces().iter().all(|piece| !matches!(piece, Piece::Output(..)))
                && email.ends_with(".iam.gserviceaccount.com").is_yes()
        }),
    }
}

/// A resource whose project nothing names is in that of what calls it, where that is said.
fn located(project: &Project, on: Resource, said: Option<&Value>, at: &crate::eval::Statement) -> Resource {
    if on.project.is_some() {
        return on;
    }
    Resource { project: project.project_of(said, at).cloned(), ..on }
}

/// The permissions of which one is needed: those of a function are of its generation.
fn permissions(project: &Project, purpose: Purpose, on: Option<&Resource>) -> &'static [&'static str] {
    if purpose != Purpose::Invoke {
        return purpose.permissions();
    }
    let Some(on) = on else { return purpose.permissions() };
    if on.kind != ResourceKind::Function {
        return &["run.routes.invoke"];
    }
    match second_generation(project, &on.name) {
        Some(Truth::Yes) => &["run.routes.invoke"],
        Some(Truth::No) => &["cloudfunctions.functions.invoke"],
        _ => purpose.permissions(),
    }
}

/// Whether functions of a name are of the second generation, as far as all that deploys them agrees.
fn second_generation(project: &Project, name: &Value) -> Option<Truth> {
    let mut deployed = project.services_named(name).filter(|service| service.function && service.deploys);
    let first = deployed.next()?.second_generation;
    deployed.all(|service| service.second_generation == first).then_some(first)
}

// ---- triggers

fn of_trigger(project: &Project, trigger: &Trigger, needs: &mut Vec<Need>) {
    let principal = match &trigger.account {
        Some(account) => principal(Some(account)),
        None => Principal::Default,
    };
    let place = trigger.account.as_ref().map_or(trigger.said, |account| account.at);
    let need = |purpose: Purpose, on: Option<Resource>, permissions| Need {
        purpose,
        actor: Actor::Trigger,
        name: trigger.name.clone(),
        principal: principal.clone(),
        on,
        permissions,
        place,
        target: None,
        code: None,
        wording: trigger.wording,
        at: trigger.at.clone(),
    };
    let here = project.project_of(trigger.project.as_ref(), &trigger.at).cloned();
    if let Some(to) = &trigger.to {
        let on = Resource::of(to).map(|on| located(project, on, here.as_ref(), &trigger.at));
        let permissions = permissions(project, Purpose::Invoke, on.as_ref());
        needs.push(need(Purpose::Invoke, on, permissions));
    }
    if trigger.of_pubsub.is_no() {
        let on = whole_project(here, trigger.said);
        needs.push(need(Purpose::ReceiveEvents, Some(on), Purpose::ReceiveEvents.permissions()));
    }
}

/// The project itself as a resource.
fn whole_project(project: Option<Value>, near: Place) -> Resource {
    let name = project.clone().unwrap_or_else(|| Value::hole("PROJECT", 0, Place { exact: false, ..near }));
    Resource { kind: ResourceKind::Project, name, project, region: None }
}

// ---- IAP

/// <https://docs.cloud.google.com/iap/docs/enabling-cloud-run>: the agent of IAP calls the service; checked 2026-11-30.
fn proxies(project: &Project, needs: &mut Vec<Need>) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    // gcloud grants it by itself (`_HandleIap` in `command_lib/run/serverless_operations.py` of gcloud 528.0.0).
    let commands: BTreeSet<(crate::source::FileId, u32)> = project
        .facts
        .deployments
        .iter()
        .filter(|deployment| deployment.wording == Wording::Command)
        .map(|deployment| (deployment.at.flow, deployment.at.order))
        .collect();
    let on = project.facts.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Iap(true)));
    let (by_command, declared): (Vec<_>, Vec<_>) =
        on.partition(|entry| commands.contains(&(entry.at.flow, entry.at.order)));
    for entry in declared {
        let Some(name) = entry.service.clone() else { continue };
        let may_be = |other: &Value| is_same_service(other, &name) || may_equal(other, &name, &[]);
        if by_command.iter().any(|other| other.service.as_ref().is_none_or(may_be)) {
            continue;
        }
        if !seen.insert(format!("{name} {:?}", entry.said)) {
            continue;
        }
        let near = Place { exact: false, ..entry.said };
        let mut agent = Value::text("service-", near);
        agent.append(&Value::hole("PROJECT_NUMBER", 0, near));
        agent.append(&Value::text("@gcp-sa-iap.iam.gserviceaccount.com", near));
        let on = Resource { kind: ResourceKind::RunService, name, project: None, region: None };
        needs.push(Need {
            purpose: Purpose::Invoke,
            actor: Actor::Proxy,
            name: None,
            principal: Principal::Account(Given::new(agent, entry.said, entry.said)),
            on: Some(located(project, on, None, &entry.at)),
            permissions: &["run.routes.invoke"],
            place: entry.said,
            target: None,
            code: None,
            wording: Wording::Command,
            at: entry.at.clone(),
        });
    }
}
