//! What the facts of a project need permissions for.

use std::collections::{BTreeMap, BTreeSet};

use super::resource::Resource;
use super::{Actor, Need, Principal, Purpose, is_same_account, kind_of};
use crate::facts::{
    Call, Caller, Credential, Deployment, EntryKind, Given, Identity, ResourceKind, Secret, Target, TargetKind, Token,
    Trigger,
};
use crate::gcp::principal::{project_of, with_stand_ins_open};
use crate::gcp::url::{self, HostKind};
use crate::gcp::wording::Wording;
use crate::project::{Project, Session};
use crate::value::{Piece, Place, Truth, Value};

/// Services that one variable is looked for in; where there are more it says little.
const MAX_GIVEN: usize = 16;

/// All needs, in the order of the facts.
pub(super) fn needs(project: &Project) -> Vec<Need> {
    let mut needs = Vec::new();
    let workflows = Workflows::new(project);
    for call in &project.facts.calls {
        of_call(project, &workflows, call, &mut needs);
    }
    let code = requests_of_variables(project);
    between_services(project, &code, &mut needs);
    for trigger in &project.facts.triggers {
        of_trigger(project, trigger, &mut needs);
    }
    secrets(project, &mut needs);
    impersonations(project, &mut needs);
    executions(project, &mut needs);
    for deployment in &project.facts.deployments {
        mounted(project, deployment, &mut needs);
        of_deployer(project, deployment, &mut needs);
    }
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
            let account = Given { value: with_stand_ins_open(&email), ..account.clone() };
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

// ---- calls

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
    let url = url::parse(&given.value);
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
        Caller::Workflow => workflows.identity(project, call),
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

    /// Who the workflow is whose step a call is.
    fn identity(&self, project: &Project, call: &Call) -> Principal {
        let path = project.paths.get(call.at.file.0 as usize).map_or("", String::as_str);
        let is_its = |deployment: &&&Deployment| {
            let within = deployment.at.file == call.at.file && deployment.at.span.contains(call.at.span);
            within || deployment.source.as_ref().is_some_and(|source| is_path(source, path))
        };
        let mut found: Vec<&Identity> =
            self.deployed.iter().filter(is_its).map(|deployment| &deployment.identity).collect();
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
fn requests_of_variables(project: &Project) -> BTreeMap<String, Place> {
    let mut found = BTreeMap::new();
    for call in
        project.facts.calls.iter().filter(|call| call.caller == Caller::Request && call.wording != Wording::Command)
    {
        let Credential::IdToken(token) = &call.credential else { continue };
        let audience = token.audience.as_ref().map(|given| &given.value);
        let named = [call.url.as_ref().map(|given| &given.value), audience];
        for name in named.into_iter().flatten().filter_map(variable) {
            found.entry(name).or_insert(call.command);
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

/// What is given the URL of another service, and has code that calls it there.
fn between_services(project: &Project, code: &BTreeMap<String, Place>, needs: &mut Vec<Need>) {
    if code.is_empty() {
        return;
    }
    for change in &project.facts.environment {
        for given in &change.given {
            let Some(place) = given.name.literal().and_then(|name| code.get(name.trim()).copied()) else { continue };
            let Some(value) = given.value.as_ref().filter(|value| !value.is_empty().is_yes()) else { continue };
            let url = url::parse(value);
            let Some(on) = project.service_at(&url) else { continue };
            let (principal, said) = runs_as(project, &change.target, &change.at);
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

/// As whom a target runs, as far as all that is said here of targets of its name agrees; and where that is said.
fn runs_as(project: &Project, target: &Target, at: &crate::eval::Statement) -> (Principal, Option<Place>) {
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
            same && !super::differ(project.project_of(other.target.project.as_ref(), &other.at), here)
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
    let others = accounts.any(|other| known.is_some_and(|known| !is_same_account(&known.value, &other.value)));
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
    (Principal::Account(Given { value: email, at: near, whole: near }), Some(deployment.said))
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

// ---- secrets

fn of_secret(secret: &Secret) -> Resource {
    let (name, project) = (secret.name.clone(), secret.project.clone());
    Resource { kind: ResourceKind::Secret, name, project, region: None }
}

fn secrets(project: &Project, needs: &mut Vec<Need>) {
    for change in project.facts.environment.iter().filter(|change| kind_of(change.target.kind).is_some()) {
        let read: Vec<_> = change.given.iter().filter_map(|given| Some((given, given.secret.as_ref()?))).collect();
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

// ---- whoever runs gcloud

fn impersonations(project: &Project, needs: &mut Vec<Need>) {
    for impersonation in &project.facts.impersonations {
        let login = project.session(&impersonation.at).and_then(Session::account);
        let principal = principal(login);
        let account = &impersonation.account;
        let itself =
            matches!(&principal, Principal::Account(own) if super::account::may_be(&own.value, &account.value));
        if itself || !is_known(&account.value) {
            continue;
        }
        let permissions: &[&str] = if impersonation.id_token.is_yes() {
            &["iam.serviceAccounts.getOpenIdToken"]
        } else {
            &["iam.serviceAccounts.getAccessToken"]
        };
        needs.push(Need {
            purpose: Purpose::Impersonate,
            actor: Actor::Command,
            name: None,
            principal,
            on: Some(of_account(&account.value, account.at)),
            permissions,
            place: account.at,
            target: Some(account.at),
            code: None,
            wording: Wording::Command,
            at: impersonation.at.clone(),
        });
    }
}

/// An account as the thing that others use.
fn of_account(email: &Value, near: Place) -> Resource {
    let project = project_of(email).map(|project| Value::text(project, Place { exact: false, ..near }));
    Resource { kind: ResourceKind::ServiceAccount, name: email.clone(), project, region: None }
}

/// Who gcloud acts as in a statement, where anything says so.
fn runs_gcloud(project: &Project, at: &crate::eval::Statement) -> Option<Principal> {
    let impersonated = project.facts.impersonations.iter().find(|one| one.at.order == at.order && one.at == *at);
    let account = impersonated.map(|one| &one.account);
    account.or_else(|| project.session(at)?.account()).map(|account| principal(Some(account)))
}

/// Flags by which an execution differs from how the job was deployed (`HasExecutionOverrides` in
/// `command_lib/run/flags.py` of gcloud 528.0.0, checked 2026-11-30).
const OVERRIDES: [&str; 4] = ["--args", "--update-env-vars", "--task-timeout", "--tasks"];

/// `gcloud run jobs execute`
fn executions(project: &Project, needs: &mut Vec<Need>) {
    for command in project.facts.commands.iter().filter(|command| command.invocation.is(&["run jobs execute"])) {
        let invocation = &command.invocation;
        let Some(name) = invocation.positionals.first() else { continue };
        let Some(principal) = runs_gcloud(project, &command.at) else { continue };
        let value = |flag: &str| invocation.value(flag).cloned();
        let on = Resource {
            kind: ResourceKind::RunJob,
            name: name.clone(),
            project: value("--project"),
            region: value("--region"),
        };
        let on = located(project, on, None, &command.at);
        let overrides = OVERRIDES.iter().find_map(|flag| invocation.flag(flag));
        let need = |purpose: Purpose, place| Need {
            purpose,
            actor: Actor::Command,
            name: None,
            principal: principal.clone(),
            on: Some(on.clone()),
            permissions: purpose.permissions(),
            place,
            target: None,
            code: None,
            wording: Wording::Command,
            at: command.at.clone(),
        };
        needs.extend(overrides.map(|flag| need(Purpose::OverrideJob, flag.at)));
        needs.push(need(Purpose::RunJob, invocation.at));
    }
}

fn of_deployer(project: &Project, deployment: &Deployment, needs: &mut Vec<Need>) {
    let Some(principal) = runs_gcloud(project, &deployment.at) else { return };
    let need = |purpose: Purpose, on, place| Need {
        purpose,
        actor: Actor::Command,
        name: None,
        principal: principal.clone(),
        on: Some(on),
        permissions: purpose.permissions(),
        place,
        target: None,
        code: None,
        wording: deployment.wording,
        at: deployment.at.clone(),
    };
    if let (Some(place), Some(on)) = (deployment.publishes, Resource::of(&deployment.target)) {
        let permissions = match permissions(project, Purpose::Invoke, Some(&on)) {
            ["run.routes.invoke"] => &["run.services.setIamPolicy"],
            ["cloudfunctions.functions.invoke"] => &["cloudfunctions.functions.setIamPolicy"],
            _ => Purpose::Publish.permissions(),
        };
        let on = located(project, on, None, &deployment.at);
        needs.push(Need { permissions, ..need(Purpose::Publish, on, place) });
    }
    if let Identity::Account(account) = &deployment.identity
        && is_known(&account.value)
    {
        needs.push(need(Purpose::ActAs, of_account(&account.value, account.at), account.at));
    }
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
    let declared = project.facts.entries.iter().filter(|entry| !commands.contains(&(entry.at.flow, entry.at.order)));
    for entry in declared.filter(|entry| matches!(entry.kind, EntryKind::Iap(true))) {
        let Some(name) = entry.service.clone() else { continue };
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
            principal: Principal::Account(Given { value: agent, at: entry.said, whole: entry.said }),
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
