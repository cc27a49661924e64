//! A login asks somebody to open a browser where nobody sits.

use crate::facts::{Gcloud, MachineKind};
use crate::finding::Level;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "interactive-login-in-ci",
    group: Group::Ci,
    level: Level::Error,
    fix: None,
    page: page!("interactive-login-in-ci"),
    covers: &[],
    checks: &[Check::Gcloud(Within(check))],
    ..Rule::STABLE
};

fn check(gcloud: &Gcloud, project: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let asks = match invocation.path {
        // With an account it takes the credentials that gcloud has of it.
        "auth login" => {
            invocation.positionals.is_empty() && QUIET_LOGINS.iter().all(|flag| invocation.has(flag).is_no())
        }
        "auth application-default login" => QUIET_DEFAULTS.iter().all(|flag| invocation.has(flag).is_no()),
        _ => invocation.path.is_empty() && invocation.stray.as_ref().is_some_and(|word| word.equals("init").is_yes()),
    };
    if !asks
        || invocation.open
        || invocation.guessed
        || gcloud.is_fed
        || !project.is_sure(&gcloud.at)
        || project.is_written(&gcloud.at)
    {
        return;
    }
    let Some(machine) = project.machine(&gcloud.at).filter(|machine| machine.kind.is_unattended()) else { return };
    let command = if invocation.path.is_empty() { "gcloud init".to_owned() } else { invocation.shown() };
    let place = if machine.kind == MachineKind::Image { "while an image is built" } else { "in CI" };
    report
        .error(
            &gcloud.at,
            invocation.at,
            format!("`{command}` waits for somebody to log in with a browser, and nobody is there {place}"),
        )
        .label("asks somebody")
        .help(match machine.kind {
            MachineKind::Build => "leave it out: the steps of a build are its service account",
            MachineKind::Image => "leave it out: what runs in the image takes its credentials from where it runs",
            MachineKind::Hosted => "use google-github-actions/auth with a workload identity provider before this",
            _ => "log in by workload identity federation: `gcloud auth login --cred-file=FILE`",
        });
}

/// Flags with which a login asks nobody.
const QUIET_LOGINS: &[&str] = &["--cred-file", "--login-config", "--help", "-h"];
/// The same of the default credentials.
const QUIET_DEFAULTS: &[&str] = &["--login-config", "--help", "-h"];
