//! Who authenticates by federation is given something else than the full name of a provider.

use crate::eval::Statement;
use crate::facts::{Authentication, Gcloud, Given};
use crate::finding::Level;
use crate::gcp::federation::{Fault, provider_fault};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "malformed-federation-provider",
    group: Group::Ci,
    level: Level::Error,
    fix: None,
    page: page!("malformed-federation-provider"),
    covers: &[],
    checks: &[Check::Authentication(Alone(authentication)), Check::Gcloud(Alone(gcloud))],
    ..Rule::STABLE
};

/// What a provider's name looks like.
const FORM: &str = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER";

fn authentication(authentication: &Authentication, report: &mut Report) {
    if let Some(given) = &authentication.provider {
        check(given, &authentication.at, report);
    }
}

fn gcloud(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    // More arguments than one are another mistake, or variables that hold flags.
    if let ([name], true) = (
        invocation.positionals.as_slice(),
        invocation.is(&["iam workload-identity-pools create-cred-config"]) && !invocation.open,
    ) {
        let given = Given::new(name.clone(), invocation.at, invocation.at);
        check(&given, &gcloud.at, report);
    }
}

fn check(given: &Given, statement: &Statement, report: &mut Report) {
    let Some(found) = provider_fault(&given.value) else { return };
    let wrong = &found.wrong;
    let (what, help) = match found.fault {
        Fault::Prefix => (
            format!(
                "`{wrong}` is put before the provider's name by what it is given to; given here, it stands there twice"
            ),
            format!("write the name alone: `{FORM}`"),
        ),
        Fault::ProjectId => (
            format!("`{wrong}` stands in the provider's name where the number of its project is due"),
            format!("write what `gcloud projects describe {wrong} --format='value(projectNumber)'` prints"),
        ),
        Fault::Pool => (
            format!("`{wrong}` is the name of a pool, not of one of its providers"),
            "write `/providers/PROVIDER` after it".to_owned(),
        ),
        Fault::Part if found.due.is_empty() => {
            (format!("`{wrong}` is no part of a provider's name"), format!("write `{FORM}`"))
        }
        Fault::Part if found.due == "projects" => {
            (format!("`{wrong}` is not the full name of a provider"), format!("write `{FORM}`"))
        }
        Fault::Part => {
            (format!("`{wrong}` stands in the provider's name where `{}` is due", found.due), format!("write `{FORM}`"))
        }
    };
    let answer = match found.fault {
        Fault::ProjectId => "Google will answer `invalid_target`",
        _ => "Google will answer `invalid_request` (Invalid value for \"audience\")",
    };
    // What was built elsewhere is shown there as well.
    let here = |place: &Place| place.file == statement.file && statement.span.contains(place.span);
    let place = found.place.filter(here).unwrap_or(given.at);
    let draft = report.error(statement, place, format!("{what}; {answer}"));
    draft.label("no provider").help(help).built(given, "the name");
}
