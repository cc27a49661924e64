//! A role is granted on a resource that it does not let anyone invoke.

use crate::facts::{Exposure, Given, Grant, ResourceKind, Verb};
use crate::finding::Level;
use crate::gcp::role::Role;
use crate::project::Project;
use crate::rule::{Check, Report, Rule};
use crate::value::{Truth, Value, may_equal};

pub(super) static RULE: Rule = Rule {
    id: "wrong-invoker-role",
    level: Level::Error,
    fix: None,
    page: page!("wrong-invoker-role"),
    covers: &[],
    checks: &[Check::Grant(check)],
};

fn check(grant: &Grant, project: &Project, report: &mut Report) {
    let (Verb::Add, Some(role)) = (grant.verb, &grant.role) else { return };
    let Some(name) = role.value.literal() else { return };
    let (message, help) = match (grant.kind, name.as_str()) {
        (ResourceKind::Function, "roles/run.invoker" | "roles/run.servicesInvoker") => (
            format!("`{name}` cannot be bound to the policy of a function; gcloud warns, and nobody may call it by this"),
            "write `gcloud functions add-invoker-policy-binding` without `--role`: it grants the right role for either \
             generation",
        ),
        (ResourceKind::Function, "roles/cloudfunctions.invoker") if is_only_grant(grant, role, project) => (
            format!(
                "`{name}` on a function of the second generation lets nobody call it, though the binding succeeds; \
                 its callers will be answered 403"
            ),
            "write `gcloud functions add-invoker-policy-binding` without `--role`: it grants `roles/run.invoker` on the \
             service below the function",
        ),
        (ResourceKind::RunJob, "roles/run.servicesInvoker") => (
            format!("`{name}` holds no `run.jobs.run`: on a job it lets nobody run it; callers will be answered 403"),
            "grant `roles/run.jobsExecutor`, or `roles/run.invoker`, on the job",
        ),
        (ResourceKind::RunService, "roles/run.jobsExecutor" | "roles/run.jobsExecutorWithOverrides") => (
            format!("`{name}` holds no `run.routes.invoke`: on a service it lets nobody call it; callers will be answered 403"),
            "grant `roles/run.invoker` on the service",
        ),
        _ => return,
    };
    report.error(&grant.at, role.at, message).label("the role does not fit the resource").built(role, "the role").help(help);
}

/// Whether the function is surely of the second generation, and nothing else here may let the member call it.
fn is_only_grant(grant: &Grant, role: &Given, project: &Project) -> bool {
    let (Some(function), Some(member)) = (&grant.resource, &grant.member) else { return false };
    let mut deployments = project.facts.services.iter().filter(|service| {
        service.function && service.name.as_ref().is_some_and(|name| may_equal(name, function, &[]))
    });
    let known: Vec<_> = deployments.by_ref().collect();
    let second = known.iter().any(|service| {
        service.second_generation == Truth::Yes && service.name.as_ref().is_some_and(|name| name.same(function))
    });
    let opened = known.iter().any(|service| service.exposure == Exposure::Open && service.at != grant.at);
    second && !opened && !project.facts.grants.iter().any(|other| lets_invoke(other, &member.value, role, function))
}

/// Whether another grant may let the member call the service below the function.
fn lets_invoke(other: &Grant, member: &Value, role: &Given, function: &Value) -> bool {
    let same_member = other.member.as_ref().is_none_or(|given| may_equal(&given.value, member, &[':', '@']));
    let same_resource = match other.kind {
        ResourceKind::Project | ResourceKind::Ancestor => true,
        ResourceKind::RunService | ResourceKind::Function => {
            other.resource.as_ref().is_none_or(|resource| may_equal(resource, function, &[]))
        }
        _ => false,
    };
    let invokes = match other.role.as_ref().map(|given| given.value.literal()) {
        // `add-invoker-policy-binding` names none.
        None | Some(None) => true,
        Some(Some(name)) => Role::find(&name).is_none_or(|role| !role.grants("run.routes.invoke").is_no()),
    };
    let is_this = other.role.as_ref().is_some_and(|given| given.at == role.at);
    other.verb == Verb::Add && same_member && same_resource && invokes && !is_this
}
