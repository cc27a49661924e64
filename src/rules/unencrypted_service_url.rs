//! A service on `run.app` or `cloudfunctions.net` is named by an `http://` URL.

use crate::eval::Statement;
use crate::facts::{Call, Caller, Credential, Exposure, Gcloud, Given};
use crate::finding::{Level, Safety};
use crate::gcp::url::{HostKind, Scheme, Url};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Draft, Group, Hole, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "unencrypted-service-url",
    group: Group::Audience,
    level: Level::Error,
    fix: Some(Safety::Safe),
    hole: Some(Hole::Medium),
    page: page!("unencrypted-service-url"),
    covers: &[],
    checks: &[Check::Call(Within(call)), Check::Gcloud(Within(print))],
    ..Rule::STABLE
};

fn call(call: &Call, project: &Project, report: &mut Report) {
    if let Some(given) = &call.url {
        target(call, given, report);
    }
    if let Some(given) = super::audience(call) {
        audience(&given, &call.at, project, report);
    }
}

fn print(command: &Gcloud, project: &Project, report: &mut Report) {
    if let Some(given) = super::printed_audience(command) {
        audience(&given, &command.at, project, report);
    }
}

fn target(call: &Call, given: &Given, report: &mut Report) {
    let Some(url) = unencrypted(given) else { return };
    let answer = match (&call.credential, url.kind) {
        (Credential::IdToken(_) | Credential::AccessToken(_) | Credential::Basic(_) | Credential::NoToken(_), _) => {
            "the token leaves unencrypted, for everyone on the way to read"
        }
        // A page of a public service may be fetched by its old name, and what is sent along is perhaps nothing.
        _ if call.caller == Caller::Request => return,
        (_, HostKind::Run) => "Cloud Run answers only with a redirect to `https://`",
        // A function of the first generation may be set to take such requests.
        _ => return,
    };
    let message = format!("{} calls `{}`, an `http://` URL; {answer}", super::subject(call), given.value);
    mend(report.error(&call.at, given.at, message), given, "the target");
}

fn audience(given: &Given, at: &Statement, project: &Project, report: &mut Report) {
    let Some(url) = unencrypted(given) else { return };
    // A public service checks tokens itself, by rules of its own; and a custom audience may be any text.
    if project.exposure(url) == Exposure::Open || project.may_be_custom_audience(&given.value) {
        return;
    }
    let message = format!(
        "the audience `{}` is an `http://` URL; the service compares it with its own URL, which begins with \
         `https://`, and will answer 401",
        given.value
    );
    mend(report.error(at, given.at, message), given, "the audience");
}

/// The URL, where it is of a service and surely `http://`.
fn unencrypted(given: &Given) -> Option<&Url> {
    let url = given.url();
    let service = matches!(url.kind, HostKind::Run | HostKind::Functions);
    (service && url.scheme == Scheme::Http).then_some(url)
}

fn mend(draft: &mut Draft, given: &Given, what: &str) {
    let tail: String = given.value.to_string().chars().skip("http".len()).collect();
    draft.label("not `https://`").built(given, what).help(format!("write `https{tail}`"));
    if let Some(Piece::Text(text, place)) = given.value.pieces().first()
        && text.to_ascii_lowercase().starts_with("http://")
    {
        let edit = (place.part(0.."http".len()), "https".to_owned());
        // Where the text itself names the service, whatever uses it is better off.
        let names_it = ["run.app", "cloudfunctions.net"].iter().any(|host| text.contains(host));
        if names_it {
            draft.fix_in(Safety::Safe, [edit])
        } else {
            draft.fix(Safety::Safe, [edit])
        };
    }
}
