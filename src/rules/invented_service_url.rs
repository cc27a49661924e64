//! A URL on `run.app` that no service has: a project's id stands where a hash or the project's number is due.

use crate::eval::Statement;
use crate::facts::{Call, Gcloud, Given, Sink, Stored};
use crate::finding::Level;
use crate::gcp::run_name::{Due, misplaced};
use crate::gcp::url::{self, Scheme};
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "invented-service-url",
    group: Group::Audience,
    level: Level::Error,
    fix: None,
    page: page!("invented-service-url"),
    covers: &["audience-without-scheme"],
    checks: &[Check::Call(Within(call)), Check::Gcloud(Within(print)), Check::Stored(Within(stored))],
    ..Rule::STABLE
};

fn call(call: &Call, project: &Project, report: &mut Report) {
    // The audience of a wrong target is the same mistake.
    let found = call.url.as_ref().is_some_and(|given| judge(given, &call.at, project, report));
    if let Some(audience) = super::audience(call).filter(|_| !found) {
        judge(&audience, &call.at, project, report);
    }
}

fn print(command: &Gcloud, project: &Project, report: &mut Report) {
    if let Some(audience) = super::printed_audience(command) {
        judge(&audience, &command.at, project, report);
    }
}

fn stored(stored: &Stored, project: &Project, report: &mut Report) {
    // A host without a scheme may be a name for something else.
    let is_url = matches!(stored.sink, Sink::Variable(_)) && url::parse(&stored.value).scheme == Scheme::Https;
    if is_url && !is_replaced(stored, project) {
        let given = Given::new(stored.value.clone(), stored.place, stored.place);
        judge(&given, &stored.at, project, report);
    }
}

/// Whether it stands in until the service is there: the same script gives the variable another value, too.
fn is_replaced(stored: &Stored, project: &Project) -> bool {
    let found = |value| misplaced(&url::parse(value), &|id| project.names_project(id)).is_some();
    found(&stored.value)
        && project.facts.stored.iter().any(|other| {
            other.at.flow == stored.at.flow
                && other.at.span != stored.at.span
                && other.sink == stored.sink
                && !found(&other.value)
        })
}

/// Whether something was found.
fn judge(given: &Given, at: &Statement, project: &Project, report: &mut Report) -> bool {
    let url = given.url();
    let Some(found) = misplaced(url, &|id| project.names_project(id)) else { return false };
    let due = match found.due {
        Due::Hash => "a hash of Cloud Run's own making is due",
        Due::Number => "the project's number is due",
        Due::Either => "a hash or the project's number is due",
    };
    let message = format!(
        "no service has the URL `https://{}`: `{}` is the id of a project, and stands where {due}",
        url.host, found.project
    );
    let describe = format!("gcloud run services describe {} --format='value(status.url)'", found.service);
    let help = match found.due {
        Due::Number => format!(
            "write the number, which `gcloud projects describe {} --format='value(projectNumber)'` prints",
            found.project
        ),
        Due::Hash | Due::Either => {
            format!("write what `{describe}` prints, or `https://{}-PROJECT_NUMBER.REGION.run.app`", found.service)
        }
    };
    // Where the URL is written, so that its uses are one finding.
    let place = given.value.place().unwrap_or(given.at);
    report.error(at, place, message).label("no service's URL").related(given.at, "used here").help(help);
    true
}
