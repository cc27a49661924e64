//! What whoever runs gcloud needs.

use super::{is_known, located, permissions, principal};
use crate::facts::{Deployment, Identity, ResourceKind};
use crate::gcp::principal::project_of;
use crate::gcp::wording::Wording;
use crate::project::access::account::may_be;
use crate::project::access::resource::Resource;
use crate::project::access::{Actor, Need, Principal, Purpose};
use crate::project::{Project, Session};
use crate::value::{Place, Value};

/// The needs of commands.
pub(super) fn add(project: &Project, needs: &mut Vec<Need>) {
    impersonations(project, needs);
    executions(project, needs);
    for deployment in &project.facts.deployments {
        of_deployer(project, deployment, needs);
    }
}

fn impersonations(project: &Project, needs: &mut Vec<Need>) {
    for impersonation in &project.facts.impersonations {
        let login = project.session(&impersonation.at).and_then(Session::account);
        let principal = principal(login);
        let account = &impersonation.account;
        let itself = matches!(&principal, Principal::Account(own) if may_be(&own.value, &account.value));
        if itself || !is_known(&account.value) {
            continue;
        }
        needs.push(Need {
            purpose: Purpose::Impersonate,
            actor: Actor::Command,
            name: None,
            principal,
            on: Some(of_account(&account.value, account.at)),
            // gcloud takes an access token of the account first, for an ID token too (`core/credentials/store.py` of 528.0.0).
            permissions: &["iam.serviceAccounts.getAccessToken"],
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
