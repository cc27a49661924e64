//! Calls with a token: jobs of schedulers, tasks, push subscriptions, steps of workflows, requests of scripts, and services that
//! are given the URLs of others.

use std::collections::BTreeMap;

use super::{located, permissions, principal, runtime};
use crate::facts::{Call, Caller, Credential, Deployment, EnvChange, Identity, TargetKind, Token};
use crate::gcp::url::{self, HostKind};
use crate::gcp::wording::Wording;
use crate::project::access::{Actor, Need, Principal, Purpose};
use crate::project::{Project, Resource, is_same_service};
use crate::value::{Piece, Place, Value};

/// The needs of all calls.
pub(super) fn add(project: &Project, needs: &mut Vec<Need>) {
    let workflows = Workflows::new(project);
    for call in &project.facts.calls {
        of_call(project, &workflows, call, needs);
    }
    between_services(project, &requests_of_variables(project), needs);
}

fn of_call(project: &Project, workflows: &Workflows, call: &Call, needs: &mut Vec<Need>) {
    let Some(given) = &call.url else { return };
    let actor = match call.caller {
        Caller::SchedulerJob => Actor::SchedulerJob,
        Caller::Task => Actor::Task,
        Caller::PushSubscription => Actor::PushSubscription,
        Caller::Workflow => Actor::WorkflowStep,
        Caller::Request => Actor::Command,
        // Its account is that of the gateway, which no file read here names.
        Caller::Gateway => return,
    };
    let workflows = workflows.of(project, call);
    let url = url::parse(&filled(&given.value, &workflows));
    let (purpose, on, token) = match &call.credential {
        Credential::IdToken(token) => match url.kind {
            HostKind::Run | HostKind::Functions | HostKind::Other | HostKind::Unknown => {
                (Purpose::Invoke, project.service_at(&url), token)
            }
            _ => return,
        },
        Credential::AccessToken(token) => match Project::job_at(&url) {
            Some(job) => (Purpose::RunJob, Some(job), token),
            None => return,
        },
        _ => return,
    };
    let principal = match call.caller {
        Caller::Workflow => identity(&workflows),
        Caller::Request => match of_request(project, call, token) {
            // Code runs as whatever it is deployed as: asked for elsewhere.
            None => return,
            Some(principal) => principal,
        },
        _ => principal(token.account.as_ref()),
    };
    let place = match &principal {
        Principal::Account(account) if call.caller != Caller::Workflow => account.at,
        _ => token.at,
    };
    let on = on.map(|on| located(project, on, call.project.as_ref(), &call.at));
    let need = Need {
        purpose,
        actor,
        name: call.name.clone(),
        principal,
        permissions: permissions(project, purpose, on.as_ref()),
        on,
        place,
        target: Some(given.at),
        code: None,
        wording: call.wording,
        at: call.at.clone(),
    };
    if purpose == Purpose::RunJob && overrides(call) {
        needs.push(Need {
            purpose: Purpose::OverrideJob,
            permissions: Purpose::OverrideJob.permissions(),
            ..need.clone()
        });
    }
    needs.push(need);
}

/// Whether what a call sends asks for other arguments than those of the job
/// (<https://docs.cloud.google.com/run/docs/reference/rest/v1/namespaces.jobs/run>, checked 2026-11-21).
fn overrides(call: &Call) -> bool {
    // What is put together by functions is shown as it is written.
    call.content.as_ref().map(ToString::to_string).is_some_and(|content| {
        content.match_indices("overrides").any(|(at, word)| {
            let rest = content.get(at + word.len()..).unwrap_or("").trim_start_matches(['"', '\'', '\\']).trim_start();
            rest.starts_with([':', '='])
        })
    })
}

/// Who a request of a script is made as; `None` where that is the program's own matter.
fn of_request(project: &Project, call: &Call, token: &Token) -> Option<Principal> {
    if call.wording != Wording::Command {
        return None;
    }
    let unknown = || Some(Principal::Unknown(None));
    if token.account.is_some() {
        return Some(principal(token.account.as_ref()));
    }
    match (token.minted, project.session(&call.at)) {
        (Some(_), Some(session)) => Some(principal(session.own_account())),
        _ => unknown(),
    }
}

// ---- workflows

/// The workflows that are deployed here.
struct Workflows<'p> {
    deployed: Vec<&'p Deployment>,
}

impl<'p> Workflows<'p> {
    fn new(project: &'p Project) -> Self {
        let all = project.facts.deployments.iter();
        Self { deployed: all.filter(|deployment| deployment.target.kind == TargetKind::Workflow).collect() }
    }

    /// Those whose step a call is.
    fn of(&self, project: &Project, call: &Call) -> Vec<&'p Deployment> {
        if call.caller != Caller::Workflow {
            return Vec::new();
        }
        let path = project.paths.get(call.at.file.0 as usize).map_or("", String::as_str);
        let is_its = |deployment: &&&Deployment| {
            let within = deployment.at.file == call.at.file && deployment.at.span.contains(call.at.span);
            within || deployment.source.as_ref().is_some_and(|source| is_path(source, path))
        };
        self.deployed.iter().filter(is_its).copied().collect()
    }
}

/// Who workflows of the same steps run as, as far as they agree.
fn identity(workflows: &[&Deployment]) -> Principal {
    let mut found: Vec<&Identity> = workflows.iter().map(|deployment| &deployment.identity).collect();
    found.dedup_by(|a, b| match (a, b) {
        (Identity::Account(a), Identity::Account(b)) => a.value.same(&b.value),
        (Identity::Default, Identity::Default) => true,
        _ => false,
    });
    match found.as_slice() {
        [Identity::Account(account)] => principal(Some(account)),
        [Identity::Default] => Principal::Default,
        _ => Principal::Unknown(None),
    }
}

/// A text of a step with what the template that it stands in is filled with, where it is filled once.
fn filled(text: &Value, workflows: &[&Deployment]) -> Value {
    let [Deployment { filled, .. }] = workflows else { return text.clone() };
    let mut out = Value::default();
    (out.assumed, out.loose) = (text.assumed, text.loose);
    for piece in text.pieces() {
        let given = match piece {
            Piece::Hole(hole, _) => filled.iter().find(|(name, _)| *hole.shown == format!("${{{name}}}")),
            _ => None,
        };
        match given {
            Some((_, value)) => out.append(value),
            None => out.push(piece.clone()),
        }
    }
    out
}

/// Whether a source is the file of this path: `workflow.yaml`, `${path.module}/workflow.yaml`, `file("workflow.yaml")`.
fn is_path(source: &Value, path: &str) -> bool {
    let named = |text: &str| {
        let text = text.trim_start_matches("./").trim_start_matches('/');
        let stem = text.rsplit('/').next().unwrap_or("");
        let ends = |end: &str| path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        stem.contains('.') && (ends(text) || text.contains("../") && text.rsplit("../").next().is_some_and(ends))
    };
    match source.pieces() {
        // A function is shown as it is written.
        [Piece::Hole(hole, _)] => hole.shown.split('"').any(|part| named(part.rsplit('}').next().unwrap_or(part))),
        _ => named(&source.known_suffix()),
    }
}

// ---- services that call services

/// Requests with an ID token that code makes to where a variable of its environment says, by the variable's name.
fn requests_of_variables(project: &Project) -> BTreeMap<String, Vec<Place>> {
    let mut found: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for call in
        project.facts.calls.iter().filter(|call| call.caller == Caller::Request && call.wording != Wording::Command)
    {
        let Credential::IdToken(token) = &call.credential else { continue };
        let audience = token.audience.as_ref().map(|given| &given.value);
        let named = [call.url.as_ref().map(|given| &given.value), audience];
        for name in named.into_iter().flatten().filter_map(variable) {
            found.entry(name).or_default().push(call.command);
        }
    }
    found
}

/// The variable of the environment that a URL begins with.
fn variable(url: &Value) -> Option<String> {
    let Some(Piece::Hole(hole, _)) = url.pieces().first() else { return None };
    let name = hole.shown.strip_prefix("${")?.strip_suffix('}')?;
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (name.len() > 2 && name.bytes().all(plain)).then(|| name.to_owned())
}

/// Whether code at a place may be that of what is deployed: it does not lie where another program of the project lies.
fn may_run(project: &Project, change: &EnvChange, place: &Place) -> bool {
    let plain = |name: &str| name.to_ascii_lowercase().replace('_', "-");
    let path = project.paths.get(place.file.0 as usize).map_or("", String::as_str);
    let mut folders: Vec<String> = path.split('/').map(plain).collect();
    folders.pop();
    let within = |name: &Value| Resource::key(name).is_some_and(|name| folders.contains(&name));
    if change.target.name.as_ref().is_some_and(within) {
        return true;
    }
    let source = project.command_at(&change.at).and_then(|command| command.invocation.value("--source")?.literal());
    match source.as_deref().map(|source| source.trim_end_matches('/').rsplit('/').next().unwrap_or("")) {
        Some(folder) if !["", ".", ".."].contains(&folder) => folders.contains(&plain(folder)),
        _ => !project.facts.deployments.iter().any(|other| other.target.name.as_ref().is_some_and(within)),
    }
}

/// What is given the URL of another service, and has code that calls it there.
fn between_services(project: &Project, code: &BTreeMap<String, Vec<Place>>, needs: &mut Vec<Need>) {
    if code.is_empty() {
        return;
    }
    for change in &project.facts.environment {
        for given in &change.given {
            let Some(places) = given.name.literal().and_then(|name| code.get(name.trim())) else { continue };
            let Some(place) = places.iter().find(|place| may_run(project, change, place)).copied() else { continue };
            let Some(value) = given.value.as_ref().filter(|value| !value.is_empty().is_yes()) else { continue };
            let url = url::parse(value);
            let Some(on) = project.service_at(&url) else { continue };
            // Its own address is not one that it calls.
            if change.target.name.as_ref().is_some_and(|own| is_same_service(own, &on.name)) {
                continue;
            }
            let (principal, said) = runtime::runs_as(project, &change.target, &change.at);
            let permissions = permissions(project, Purpose::Invoke, Some(&on));
            let on = located(project, on, change.target.project.as_ref(), &change.at);
            needs.push(Need {
                purpose: Purpose::Invoke,
                actor: Actor::Deployed(change.target.kind),
                name: change.target.name.clone(),
                place: said.unwrap_or(given.at),
                principal,
                on: Some(on),
                permissions,
                target: Some(given.at),
                code: Some(place),
                wording: change.wording,
                at: change.at.clone(),
            });
        }
    }
}
