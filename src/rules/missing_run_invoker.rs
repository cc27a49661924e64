//! A caller's account may not call the private service or function, or run the job, that it is set up to.

use crate::facts::{Grant, ResourceKind};
use crate::finding::{Level, Safety};
use crate::project::{Actor, Missing, Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-run-invoker",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("missing-run-invoker"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::Invoke | Purpose::RunJob, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on)) = (need.account(), &need.on) else { return };
    if need.actor == Actor::Proxy || is_said_of_the_grant(missing, project) {
        return;
    }
    let does = need.purpose.does(need.actor);
    let what = format!("{} {does} {} as `{}`", need.subject(), on.shown(), account.value);
    let permission = need.permissions.first().copied().unwrap_or_default();
    if missing.is_managed() {
        let message = format!(
            "{what}, and no grant in these files gives that account `{permission}` there; the answer will be 403 \
             PERMISSION_DENIED"
        );
        let draft = report.warning(&need.at, need.place, message);
        draft.label(format!("is not granted `{permission}`"));
        super::say_missing(need, verdict, missing, project, draft);
    } else if project.is_first_unmanaged(need) {
        let message = format!("{what}, and these files grant nothing to that account and nothing on that target");
        let draft = report.advice(&need.at, need.place, message);
        draft.label("access is managed elsewhere").help(
            "declare in authlint.toml what is granted elsewhere, as [[grants]] with member, role, on and reason, or give \
             a policy that gcloud exported by `--iam-policy`",
        );
        if let Some(made) = missing.made {
            draft.related(made, "deployed here");
        }
    }
}

/// Whether the nearest grant has a role that cannot be meant for its resource, of which `wrong-invoker-role` speaks.
fn is_said_of_the_grant(missing: &Missing, project: &Project) -> bool {
    let is_wrong = |grant: &Grant| {
        let role = grant.role.as_ref().and_then(|role| role.value.literal()).unwrap_or_default();
        match grant.kind {
            ResourceKind::RunJob => role == "roles/run.servicesInvoker",
            ResourceKind::RunService => role.starts_with("roles/run.jobsExecutor"),
            ResourceKind::Function => ["roles/run.invoker", "roles/cloudfunctions.invoker"].contains(&role.as_str()),
            _ => false,
        }
    };
    missing
        .nearest
        .and_then(|(grant, miss)| (miss == crate::project::Miss::Role).then(|| project.facts.grants.get(grant))?)
        .is_some_and(is_wrong)
}
