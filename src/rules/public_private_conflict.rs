//! One place keeps a service private, another one opens it.

use crate::facts::{Exposure, Grant, Service, Verb};
use crate::finding::Level;
use crate::gcp::principal::{self, MemberKind};
use crate::gcp::wording::Wording;
use crate::project::{Project, is_same_service};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Hole, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "public-private-conflict",
    group: Group::Grants,
    level: Level::Warning,
    fix: None,
    hole: Some(Hole::Medium),
    page: page!("public-private-conflict"),
    covers: &[],
    checks: &[Check::Service(Within(check))],
    ..Rule::STABLE
};

fn check(service: &Service, project: &Project, report: &mut Report) {
    // A document may show both ways.
    let Some(name) = service.name.as_ref().filter(|_| service.deploys && !service.at.loose) else { return };
    match service.exposure {
        Exposure::Private if project.is_flag(service, "--no-allow-unauthenticated") => {
            kept(service, name, project, report);
        }
        Exposure::Open if service.unchecked.is_yes() && !project.is_checked_again(name) => {
            unchecked(service, name, project, report);
        }
        _ => {}
    }
}

/// `--no-allow-unauthenticated` takes a public grant away, each time that it is deployed
/// (`command_lib/run/serverless_operations.py` of gcloud 528.0.0, checked 2026-11-30).
fn kept(service: &Service, name: &Value, project: &Project, report: &mut Report) {
    for (_, grant) in project.grants_on(service) {
        let Some(member) = &grant.member else { continue };
        let kind = principal::parse(&member.value).kind;
        if grant.verb != Verb::Add || kind != MemberKind::AllUsers || !is_invokers(grant) {
            continue;
        }
        let one_flow = grant.at.flow == service.at.flow;
        // What is opened by the same script afterwards is open when it ends.
        if one_flow && grant.at.order > service.at.order {
            continue;
        }
        if grant.at.loose || grant.at.excludes(&service.at) || !(one_flow || project.is_one_project(grant, service)) {
            continue;
        }
        let message = format!(
            "`{name}` is deployed private here, and `{}` is granted to call it: each deployment takes that grant away",
            member.value
        );
        report
            .warning(&service.at, service.said, message)
            .label("private")
            .related(member.at, "public")
            .help("leave out the one that is not meant: the flag, or the grant");
    }
}

/// Whether a grant is of the invoker's role, which alone is taken away.
fn is_invokers(grant: &Grant) -> bool {
    let roles = ["roles/run.invoker", "roles/cloudfunctions.invoker"];
    grant.role.as_ref().is_none_or(|role| role.value.literal().is_some_and(|name| roles.contains(&name.as_str())))
}

fn unchecked(service: &Service, name: &Value, project: &Project, report: &mut Report) {
    let named = project.grants_on(service).find(|(_, grant)| {
        grant.verb == Verb::Add
            && grant.member.as_ref().is_some_and(|member| principal::parse(&member.value).kind.is_named())
            && (grant.at.flow == service.at.flow || project.is_one_project(grant, service))
            && !grant.at.excludes(&service.at)
            && grant.resource.as_ref().is_some_and(|own| is_same_service(own, name))
            // Every role of callers, of whatever name.
            && grant.role.as_ref().is_none_or(|role| role.value.ends_with("nvoker").is_yes())
            && grant.wording != Wording::Declared
    });
    let Some((_, grant)) = named else { return };
    let message = format!(
        "the check of who calls `{name}` is turned off here, so that everyone may; the grant to call it means nothing"
    );
    let draft = report.warning(&service.at, service.said, message);
    draft.label("nobody is checked").help("turn the check on, or leave out the grant");
    if let Some(member) = &grant.member {
        draft.related(member.at, "granted by name here");
    }
}
