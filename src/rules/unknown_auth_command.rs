//! A command about authentication that gcloud does not have.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::command::{self, Track};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unknown-auth-command",
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unknown-auth-command"),
    covers: &[],
    checks: &[Check::Gcloud(check)],
};

/// Groups in which a misspelt command is about authentication.
const GROUPS: &[&str] = &[
    "auth", "auth application-default", "iam", "iam service-accounts", "iam service-accounts keys", "iam roles",
    "iam workload-identity-pools", "iam workload-identity-pools providers", "projects", "run services", "run jobs",
    "functions", "scheduler jobs create", "scheduler jobs update", "secrets", "secrets versions", "services identity",
];

fn check(gcloud: &Gcloud, _: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    if invocation.guessed {
        return;
    }
    if invocation.is(&["services identity create"]) {
        if invocation.track == Some(Track::Ga) && !command::tracks(invocation.path).contains(&Track::Ga) {
            needs_beta(gcloud, report);
        }
        return;
    }
    let Some(stray) = invocation.stray.as_ref().filter(|_| GROUPS.contains(&invocation.path)) else { return };
    let (Some(word), Some(place)) = (stray.literal(), stray.place()) else { return };
    let help = if (invocation.path, word.as_str()) == ("auth application-default", "print-identity-token") {
        Some("write `gcloud auth print-identity-token`, which prints a token of gcloud's own account".to_owned())
    } else {
        near(invocation.path, &word).map(|near| format!("write `{} {near}`", invocation.shown()))
    };
    let Some(help) = help else { return };
    let message = format!("`{}` has no command `{word}` and will refuse it (Invalid choice)", invocation.shown());
    report.error(&gcloud.at, place, message).label("no such command").help(help);
}

fn needs_beta(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let message = format!("`{}` exists only as `gcloud beta {}` (Invalid choice: 'identity')", invocation.shown(), invocation.path);
    report.error(&gcloud.at, invocation.at, message).label("not generally available").help(format!(
        "write `gcloud beta {}`",
        invocation.path
    ));
}

fn near(group: &str, word: &str) -> Option<&'static str> {
    let plain = word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let nearest = command::children(group).into_iter().map(|child| (strsim::osa_distance(child, word), child)).min()?;
    (plain && nearest.0 <= 2).then_some(nearest.1)
}
