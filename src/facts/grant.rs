//! Changes of IAM policies.

use super::{Exposure, Facts, Given, Grant, ResourceKind, Service, Verb, given};
use crate::eval::Run;
use crate::gcp::invocation::Invocation;
use crate::gcp::principal::{self, MemberKind};
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::value::Truth;

/// Commands that change a binding, and the kind of resource that each is for.
const GROUPS: &[(&str, ResourceKind)] = &[
    ("projects", ResourceKind::Project),
    ("organizations", ResourceKind::Ancestor),
    ("resource-manager folders", ResourceKind::Ancestor),
    ("run services", ResourceKind::RunService),
    ("run jobs", ResourceKind::RunJob),
    ("functions", ResourceKind::Function),
    ("iam service-accounts", ResourceKind::ServiceAccount),
];

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let Some((group, command)) = invocation.path.rsplit_once(' ') else { return };
    let verb = match command {
        _ if invocation.guessed => return,
        "add-iam-policy-binding" | "add-invoker-policy-binding" => Verb::Add,
        "remove-iam-policy-binding" | "remove-invoker-policy-binding" => Verb::Remove,
        _ => return,
    };
    let kind = GROUPS.iter().find(|(known, _)| *known == group).map_or(ResourceKind::Other, |(_, kind)| *kind);
    let grant = Grant {
        verb,
        kind,
        resource: invocation.positionals.first().cloned(),
        named: None,
        wording: Wording::Command,
        // `add-invoker-policy-binding` refuses the flag.
        role: invocation.flag("--role").filter(|flag| flag.known.is_some()).and_then(Given::of),
        member: given(invocation, "--member"),
        member_named: None,
        command: invocation.at,
        at: run.at.clone(),
    };
    facts.services.extend(exposure(&grant));
    facts.grants.push(grant);
}

/// A public grant says as much of a service as its deployment does. Members of a
/// declaration that are not known may be everyone.
pub(super) fn exposure(grant: &Grant) -> Option<Service> {
    let function = match grant.kind {
        ResourceKind::RunService => false,
        ResourceKind::Function => true,
        _ => return None,
    };
    let (public, said) = match &grant.member {
        Some(member) => {
            let kind = principal::parse(&member.value).kind;
            let public = matches!(kind, MemberKind::AllUsers | MemberKind::AllAuthenticatedUsers | MemberKind::Open);
            (public, member.at)
        }
        None => (grant.wording != Wording::Command, grant.command),
    };
    let invokes = match grant.role.as_ref().and_then(|role| role.value.literal()) {
        // `add-invoker-policy-binding` names no role; a hole may be the invoker's.
        None => true,
        Some(name) => Role::find(&name).is_none_or(|role| {
            !role.grants("run.routes.invoke").is_no() || !role.grants("cloudfunctions.functions.invoke").is_no()
        }),
    };
    (grant.verb == Verb::Add && public && invokes).then(|| Service {
        function,
        deploys: false,
        second_generation: Truth::Unknown,
        name: grant.resource.clone(),
        exposure: Exposure::Open,
        said,
        at: grant.at.clone(),
    })
}
