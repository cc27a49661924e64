//! A role that is made for Google's service agents is granted to someone else.

use crate::facts::{Grant, Verb};
use crate::finding::Level;
use crate::gcp::agent;
use crate::gcp::principal::{self, MemberKind};
use crate::gcp::role::Role;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Hole, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "service-agent-role-on-member",
    group: Group::Grants,
    level: Level::Warning,
    fix: None,
    hole: Some(Hole::Medium),
    page: page!("service-agent-role-on-member"),
    covers: &[],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

/// Stands for the Admin SDK's own account, which Firebase makes among the project's, and which people make again.
const OF_FIREBASE: &str = "roles/firebase.sdkAdminServiceAgent";

const OWN: &str = ".iam.gserviceaccount.com";

fn check(grant: &Grant, report: &mut Report) {
    let (Verb::Add, Some(given), Some(member)) = (grant.verb, &grant.role, &grant.member) else { return };
    let Some(name) = given.value.literal() else { return };
    if !Role::find(&name).is_some_and(|role| role.is_for_service_agents()) || !is_no_agent(&member.value, &name) {
        return;
    }
    let message = format!(
        "`{name}` is made for a service agent, an account of Google's own, and `{}` is none; the binding succeeds, and \
         gives all that the service may do here",
        principal::parse(&member.value).id
    );
    report
        .warning(&grant.at, given.at, message)
        .label("only for service agents")
        .related(member.whole, "granted to this member")
        .built(given, "the role")
        .help("grant a role that names what is to be done, or a custom role with the permissions that it needs");
}

/// Whether a member surely is no service agent.
fn is_no_agent(member: &Value, role: &str) -> bool {
    let parsed = principal::parse(member);
    let named = |word: &str| parsed.id.contains(word).is_yes();
    match parsed.kind {
        MemberKind::User => !named("gserviceaccount"),
        MemberKind::Domain | MemberKind::AllUsers | MemberKind::AllAuthenticatedUsers => true,
        MemberKind::ServiceAccount => role != OF_FIREBASE && is_own_account(&parsed.id),
        // Google's agents have pools too, by other names; a cluster's own programs may do a service's work.
        MemberKind::Principal | MemberKind::PrincipalSet => {
            parsed.id.starts_with("//iam.googleapis.com/").is_yes()
                && (named("/workloadIdentityPools/") || named("/workforcePools/"))
                && !named(".svc.id.goog")
        }
        // A group may hold agents.
        _ => false,
    }
}

/// Whether an e-mail surely is that of an account that a project's people made, or of Compute Engine's default one.
fn is_own_account(email: &Value) -> bool {
    let Some((local, domain)) = email.split_once('@') else { return false };
    if domain.equals("developer.gserviceaccount.com").is_yes() {
        return local.ends_with("-compute").is_yes();
    }
    let Some(local) = local.literal() else { return false };
    // Names of agents hold the number of their project, or the name of their service.
    let like_an_agent = local.starts_with("service-")
        || local.starts_with("firebase-")
        || local.bytes().filter(u8::is_ascii_digit).count() >= 6;
    let of_agents = domain.starts_with("gcp-sa-").is_yes() || agent::service_agent(email).is_some();
    // `${PROJECT}.iam…`, but not `gcp-sa-${API}.iam…`
    let of_project = domain.is_literal() || domain.known_prefix().is_empty();
    !local.is_empty() && !like_an_agent && !of_agents && of_project && domain.ends_with(OWN).is_yes()
}
