//! A service mounts a secret that its account may not read.

use crate::facts::Grant;
use crate::finding::{Level, Safety};
use crate::gcp::principal::is_default_account;
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-secret-accessor",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("missing-secret-accessor"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::ReadSecret, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on)) = (need.account(), &need.on) else { return };
    // A project that grants this account nothing, and nobody this secret, grants both elsewhere.
    if !missing.knows_account && !missing.knows_resource {
        return;
    }
    // What is made for every project is granted things in many places, the console among them: one is missed only where
    // the same flow, or what is declared as code, grants it other secrets. A command of another flow was run once.
    let is_kept = |grant: &&Grant| grant.at.flow == need.at.flow || grant.wording != Wording::Command;
    let reads_others = || {
        project.granted_to(account, on).filter(is_kept).any(|grant| {
            let role = grant.role.as_ref().and_then(|role| role.value.literal()).and_then(|name| Role::find(&name));
            role.is_some_and(|role| role.grants("secretmanager.versions.access").is_yes())
        })
    };
    if is_default_account(&account.value) && !reads_others() {
        return;
    }
    let message = format!(
        "{} runs as `{}` and is given {}, and no grant in these files lets that account read it \
         (`secretmanager.versions.access`); the deployment will fail: \"Permission denied on secret\"",
        need.subject(),
        account.value,
        on.shown()
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("may not read the secret");
    super::say_missing(need, verdict, missing, project, draft);
}
