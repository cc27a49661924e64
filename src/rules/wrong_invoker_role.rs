//! A role is granted on a resource that it does not let anyone invoke.

use crate::facts::{Exposure, Given, Grant, ResourceKind, Service, Verb};
use crate::finding::{Level, Safety};
use crate::gcp::command::Command;
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Draft, Group, Report, Rule};
use crate::value::{Piece, Value, may_equal};

pub(super) static RULE: Rule = Rule {
    id: "wrong-invoker-role",
    group: Group::Grants,
    level: Level::Error,
    fix: Some(Safety::Unsafe),
    page: page!("wrong-invoker-role"),
    covers: &[],
    checks: &[Check::Grant(Within(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, project: &Project, report: &mut Report) {
    let (Verb::Add, Some(role)) = (grant.verb, &grant.role) else { return };
    // What is declared says in its own way what is granted elsewhere.
    if grant.wording == Wording::Declared {
        return;
    }
    let Some(name) = role.value.literal() else { return };
    let (message, help) = match (grant.kind, name.as_str()) {
        (ResourceKind::Function, "roles/run.invoker") => (
            format!(
                "`{name}` cannot be bound to the policy of a function{}, and nobody may call it by this",
                match grant.wording {
                    Wording::Command => ": gcloud warns",
                    _ => "",
                }
            ),
            match grant.wording {
                Wording::Terraform => {
                    "grant `roles/cloudfunctions.invoker` to let it call a function of the first generation; for one of \
                     the second, grant this role on the service below it: `google_cloud_run_service_iam_member` with the \
                     function's `service_config[0].service` as `service`"
                }
                _ => {
                    "write `gcloud functions add-invoker-policy-binding` without `--role`: it grants the right role for \
                     either generation"
                }
            },
        ),
        (ResourceKind::Function, "roles/cloudfunctions.invoker") if is_only_grant(grant, role, project) => (
            format!(
                "`{name}` lets nobody call a function of the second generation, though the binding succeeds; {} will \
                 be answered 403",
                caller(grant)
            ),
            match grant.wording {
                Wording::Terraform => {
                    "grant `roles/run.invoker` on the service below the function: `google_cloud_run_service_iam_member` \
                     with the function's `service_config[0].service` as `service`"
                }
                _ => {
                    "write `gcloud functions add-invoker-policy-binding` without `--role`: it grants `roles/run.invoker` \
                     on the service below the function"
                }
            },
        ),
        (ResourceKind::RunJob, "roles/run.servicesInvoker") => (
            format!(
                "`{name}` holds no `run.jobs.run`: by this grant {} cannot run a job, and is answered 403",
                caller(grant)
            ),
            "grant `roles/run.jobsExecutor`, or `roles/run.invoker`, on the job",
        ),
        (ResourceKind::RunService, "roles/run.jobsExecutor" | "roles/run.jobsExecutorWithOverrides") => (
            format!(
                "`{name}` holds no `run.routes.invoke`: by this grant {} cannot call a service, and is answered 403",
                caller(grant)
            ),
            "grant `roles/run.invoker` on the service",
        ),
        _ => return,
    };
    let draft = report.error(&grant.at, role.at, message);
    draft.label("the role does not fit the resource").built(role, "the role").help(help);
    match grant.kind {
        ResourceKind::RunJob => replace(role, "roles/run.jobsExecutor", draft),
        ResourceKind::RunService => replace(role, "roles/run.invoker", draft),
        _ => by_invoker_command(grant, role, project, draft),
    }
}

/// Names the role that fits.
fn replace(role: &Given, right: &str, draft: &mut Draft) {
    if let [only @ Piece::Text(..)] = role.value.pieces() {
        draft.fix(Safety::Unsafe, [(only.place(), right.to_owned())]);
    }
}

const ADDS: &str = "add-iam-policy-binding";
const ADDS_INVOKER: &str = "add-invoker-policy-binding";

/// Writes the command that picks role and place by itself, where it takes all that is said beside the role.
fn by_invoker_command(grant: &Grant, role: &Given, project: &Project, draft: &mut Draft) {
    let own = project.command_at(&grant.at);
    let Some(invocation) = own.map(|command| &command.invocation) else { return };
    let path = format!("functions {ADDS_INVOKER}");
    let Some(right) = invocation.track.and_then(|track| Command::find(track, &path)) else { return };
    let takes = |flag: &str| flag == "--role" || right.flag(flag).is_some();
    if invocation.path.ends_with(ADDS) && invocation.flags.iter().all(|flag| takes(&flag.name)) {
        let edits = [(invocation.verb, Change::To(ADDS_INVOKER.to_owned())), (role.at, Change::CutFlag)];
        draft.fix(Safety::Unsafe, edits);
    }
}

/// Who is granted the role, as a message names them.
fn caller(grant: &Grant) -> String {
    let email = |member: &Given| member.value.split_once(':').map_or_else(|| member.value.clone(), |(_, email)| email);
    grant.member.as_ref().map_or_else(|| "the member".to_owned(), |member| format!("`{}`", email(member)))
}

/// Whether the function is surely of the second generation, and nothing else here may let the member call it.
fn is_only_grant(grant: &Grant, role: &Given, project: &Project) -> bool {
    let (Some(function), Some(member)) = (&grant.resource, &grant.member) else { return false };
    let is_same = |name: &Value| may_equal(name, function, &[]);
    let known: Vec<_> = project
        .facts
        .services
        .iter()
        .filter(|service| service.function && service.at != grant.at && service.name.as_ref().is_some_and(is_same))
        .collect();
    // A function of that name in another file may be another one.
    let here = |service: &&Service| {
        service.at.flow == grant.at.flow
            && service.second_generation.is_yes()
            && service.name.as_ref().is_some_and(|name| name.same(function))
    };
    let second = says_second_generation(grant, project) || known.iter().any(here);
    let opened = known.iter().any(|service| service.exposure == Exposure::Open);
    let first = known.iter().any(|service| service.deploys && service.second_generation.is_no());
    let others = || project.facts.grants.iter().filter(|other| other.at != grant.at);
    second && !opened && !first && !others().any(|other| lets_invoke(other, grant, &member.value, role, function))
}

/// `gcloud functions add-iam-policy-binding X --gen2`
fn says_second_generation(grant: &Grant, project: &Project) -> bool {
    project.command_at(&grant.at).is_some_and(|command| command.invocation.flag("--gen2").is_some())
}

/// Whether another grant may let the member call the service below the function.
fn lets_invoke(other: &Grant, grant: &Grant, member: &Value, role: &Given, function: &Value) -> bool {
    // A default stands for what the environment says when another script runs.
    let elsewhere = other.at.flow != grant.at.flow;
    let may_be = |given: &Value, own: &Value, separators: &[char]| {
        elsewhere && (given.assumed || own.assumed) || may_equal(given, own, separators)
    };
    let same_member = other.member.as_ref().is_none_or(|given| may_be(&given.value, member, &[':', '@']));
    let same_resource = match other.kind {
        ResourceKind::Project | ResourceKind::Ancestor => true,
        ResourceKind::RunService | ResourceKind::Function => {
            other.resource.as_ref().is_none_or(|resource| may_be(resource, function, &[]))
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
