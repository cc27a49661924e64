//! A token that lives an hour is put where a running system reads it for months.

use crate::facts::{Call, Credential, Gcloud, Sink, Stored};
use crate::finding::Level;
use crate::gcp::output::{Meaning, meaning_of_piece};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Hole, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "stored-short-lived-token",
    group: Group::Credential,
    level: Level::Error,
    fix: None,
    hole: Some(Hole::Medium),
    page: page!("stored-short-lived-token"),
    covers: &["id-token-for-google-api", "access-token-for-run-service"],
    checks: &[Check::Stored(Within(check))],
    ..Rule::STABLE
};

fn check(stored: &Stored, project: &Project, report: &mut Report) {
    let minted = stored.value.pieces().iter().find_map(|piece| match meaning_of_piece(piece) {
        Meaning::AccessToken => Some(("an access token", piece.place())),
        Meaning::IdToken(_) => Some(("an ID token", piece.place())),
        _ => None,
    });
    let Some((token, place)) = minted else { return };
    if is_overridden(stored, project) || is_used_at_once(stored, project) {
        return;
    }
    // A script that runs every half hour may keep a secret fresh.
    let (level, until) = match stored.sink {
        Sink::Secret => (Level::Warning, "unless something adds a new version each hour, every use after that"),
        _ => (Level::Error, "every use after that"),
    };
    let (sink, help) = match &stored.sink {
        Sink::Header(name) => (format!("the header `{name}` of a job"), {
            let names = stored.wording.names();
            format!(
                "let the job fetch a token for each call: `{}` for a Google API, `{}` for a service",
                names.access_token, names.id_token
            )
        }),
        Sink::Variable(name) => (
            format!("the variable `{name}` of a deployment"),
            "let the program fetch a token when it needs one: its own account is there without any setting".to_owned(),
        ),
        Sink::Secret => (
            "a secret".to_owned(),
            "let the reader fetch a token when it needs one, by impersonation or with its own account".to_owned(),
        ),
    };
    let message = format!(
        "{token} minted now is stored in {sink}; it expires after about an hour, and {until} will be answered 401"
    );
    report
        .add(level, &stored.at, stored.place, message)
        .label("stored here")
        .related(place, "the token is minted here")
        .help(help);
}

/// Whether the job fetches a token of its own, which overrides what its headers say
/// (<https://cloud.google.com/scheduler/docs/http-target-auth>, checked 2026-11-21).
fn is_overridden(stored: &Stored, project: &Project) -> bool {
    let Sink::Header(name) = &stored.sink else { return false };
    let fetches = |call: &Call| matches!(call.credential, Credential::IdToken(_) | Credential::AccessToken(_));
    name.eq_ignore_ascii_case("authorization")
        && project
            .facts
            .calls
            .iter()
            .filter(|call| call.at == stored.at)
            .any(|call| fetches(call) || call.changes && project.jobs_like(call).any(fetches))
}

/// Whether it is a variable of a Cloud Run job that the same script runs.
fn is_used_at_once(stored: &Stored, project: &Project) -> bool {
    let commands = || project.commands_of(stored.at.flow).iter();
    let is_job = |command: &Gcloud| command.at == stored.at && command.invocation.path.starts_with("run jobs ");
    let runs = |command: &Gcloud| {
        command.invocation.path == "run jobs execute"
            || command.at == stored.at && !command.invocation.has("--execute-now").is_no()
    };
    commands().any(is_job) && commands().any(runs)
}
