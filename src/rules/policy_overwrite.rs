//! A policy or binding that is the whole of it takes away what others granted.

use crate::facts::{Authority, Grant, ResourceKind, Verb};
use crate::finding::Level;
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::project::{Granting, Project};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "policy-overwrite",
    group: Group::Grants,
    level: Level::Error,
    fix: None,
    page: page!("policy-overwrite"),
    covers: &[],
    checks: &[Check::Grant(Within(check))],
    ..Rule::STABLE
};

/// Sources: the pages of `google_project_iam` and its like in the documentation of Terraform's Google provider, checked
/// 2026-11-21: a policy may not be used beside bindings or members, a binding not beside members of its role.
fn check(grant: &Grant, project: &Project, report: &mut Report) {
    if grant.verb != Verb::Add || grant.authority == Authority::Adds || grant.kind == ResourceKind::Unsaid {
        return;
    }
    if grant.wording == Wording::Command {
        return replaced(grant, project, report);
    }
    let own = project.granting(grant);
    // A statement is looked at once, however many members it lists.
    if own.is_none() && grant.resource.is_some() {
        return;
    }
    if let Some(other) = own.and_then(|own| other(grant, own, project)) {
        let (this, what) = match (grant.authority, &grant.role) {
            (Authority::Role, Some(role)) => ("binding", format!("all members of `{}`", role.value)),
            _ => ("policy", "the whole policy".to_owned()),
        };
        let message = format!(
            "this {this} is {what}{} and takes away what is granted there by itself; each of the two undoes the other at \
             every apply",
            grant.resource.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default()
        );
        report
            .error(&grant.at, grant.command, message)
            .label(format!("{what} and nothing else"))
            .related(other.command, "granted by itself here")
            .help("use `…_iam_member` for each member alone, or list all members in one binding");
        return;
    }
    whole_project(grant, report);
}

/// What else is granted on the same resource, and would be gone.
fn other<'p>(grant: &'p Grant, own: &Granting, project: &'p Project) -> Option<&'p Grant> {
    let is_role = |other: &Grant| match (&grant.role, &other.role) {
        (Some(a), Some(b)) => a.value.same(&b.value) && !a.value.pieces().is_empty(),
        _ => false,
    };
    let mut others =
        project.on_policy_of(grant).iter().filter_map(|other| Some((other, project.facts.grants.get(other.first)?)));
    let undone = |(granting, other): &(&Granting, &Grant)| {
        // Of two that are the whole of it, both must say the same; what stands in the list by itself as well stays.
        let stays = match other.authority {
            Authority::Adds => granting.all.is_subset(&own.all),
            _ => granting.all == own.all,
        };
        other.at.span != grant.at.span
            // What may be there not at all excludes, or not, what may be there as well.
            && !grant.at.loose
            && !other.at.loose
            && other.wording == grant.wording
            && other.at.flow == grant.at.flow
            && !other.at.excludes(&grant.at)
            && other.at.sites == grant.at.sites
            && other.is_on_policy_of(grant)
            && (grant.authority == Authority::Policy
                || other.authority != Authority::Policy
                    && is_role(other)
                    && grant.conditional.is_no()
                    && other.conditional.is_no())
            && !stays
    };
    others.find(undone).map(|(_, other)| other)
}

/// The policy of a whole project, or bindings of it that Google's own accounts are likely to be in.
fn whole_project(grant: &Grant, report: &mut Report) {
    if !matches!(grant.kind, ResourceKind::Project | ResourceKind::Ancestor) {
        return;
    }
    let role = grant.role.as_ref().and_then(|role| role.value.literal());
    let agents = role.as_deref().and_then(Role::find).is_some_and(|role| role.is_for_service_agents());
    let basic = ["roles/owner", "roles/editor", "roles/viewer"];
    let (level, what) = match (grant.authority, role) {
        (Authority::Policy, _) => (Level::Warning, "this policy is all of the project's, and takes away".to_owned()),
        (_, Some(role)) if agents || basic.contains(&role.as_str()) => {
            (Level::Warning, format!("this binding is all members of `{role}`, and takes away"))
        }
        (_, Some(role)) => (Level::Advice, format!("this binding is all members of `{role}`, and takes away")),
        (_, None) => return,
    };
    let message = format!("{what} what the console, gcloud, other roots and Google itself granted");
    report
        .add(level, &grant.at, grant.command, message)
        .label("nothing else stays")
        .help("use `…_iam_member`, which adds and leaves others alone");
}

/// `set-iam-policy` puts a file in the place of the policy. A file for a single service is deliberate.
fn replaced(grant: &Grant, project: &Project, report: &mut Report) {
    if !matches!(grant.kind, ResourceKind::Project | ResourceKind::Ancestor) || project.reads_policy_before(grant) {
        return;
    }
    let message = format!(
        "this replaces the whole policy of `{}` by a file, and nothing in this script reads the policy before: what others granted \
         since the file was made is gone",
        grant.resource.as_ref().map(ToString::to_string).unwrap_or_default()
    );
    report
        .warning(&grant.at, grant.command, message)
        .label("nothing else stays")
        .help("use `add-iam-policy-binding`, or get the policy first and change that, with its etag");
}
