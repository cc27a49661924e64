//! A token that lives an hour is put where a running system reads it for months.

use crate::facts::{Sink, Stored};
use crate::finding::Level;
use crate::gcp::output::{Meaning, meaning};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "stored-short-lived-token",
    level: Level::Error,
    fix: None,
    page: page!("stored-short-lived-token"),
    covers: &["id-token-for-google-api", "access-token-for-run-service"],
    checks: &[Check::Stored(check)],
};

fn check(stored: &Stored, _: &Project, report: &mut Report) {
    let minted = stored.value.pieces().iter().find_map(|piece| match piece {
        Piece::Output(output, place) => match meaning(output) {
            Meaning::AccessToken => Some(("an access token", *place)),
            Meaning::IdToken(_) => Some(("an ID token", *place)),
            _ => None,
        },
        _ => None,
    });
    let Some((token, place)) = minted else { return };
    let (sink, help) = match &stored.sink {
        Sink::Header(name) => (
            format!("the header `{name}` of a job"),
            "let the job fetch a token for each call: `--oauth-service-account-email` for a Google API, \
             `--oidc-service-account-email` for a service",
        ),
        Sink::Variable(name) => (
            format!("the variable `{name}` of a deployment"),
            "let the program fetch a token when it needs one: its own account is there without any setting",
        ),
        Sink::Secret => (
            "a secret".to_owned(),
            "let the reader fetch a token when it needs one, by impersonation or with its own account",
        ),
    };
    let message = format!(
        "{token} minted now is stored in {sink}; it expires within the hour, and every use after that will be answered 401"
    );
    report
        .error(&stored.at, stored.place, message)
        .label("stored here")
        .related(place, "the token is minted here")
        .help(help);
}
