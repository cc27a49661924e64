//! A job or task calls a Google API with no credential at all.

use crate::facts::{Call, Caller, Credential};
use crate::finding::Level;
use crate::gcp::url::{self, Url};
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-call-credential",
    level: Level::Error,
    fix: None,
    page: page!("missing-call-credential"),
    covers: &[],
    checks: &[Check::Call(check)],
};

/// APIs of which every changing method needs a credential, none being public and none taking an API key.
const APIS: &[&str] = &[
    "run", "workflowexecutions", "workflows", "cloudfunctions", "pubsub", "compute", "dataflow", "aiplatform",
    "cloudbuild", "dataproc", "batch", "cloudscheduler", "cloudtasks", "container", "sqladmin", "dataform",
    "storagetransfer", "composer", "bigquerydatatransfer", "iamcredentials",
];

fn check(call: &Call, _: &Project, report: &mut Report) {
    if !matches!(call.caller, Caller::SchedulerJob | Caller::Task) || !matches!(call.credential, Credential::None) {
        return;
    }
    let Some(given) = &call.url else { return };
    let url = url::parse(&given.value);
    if !needs_credential(&url) || !changes(call) {
        return;
    }
    let message = format!(
        "{} calls `{}` without a credential; this Google API answers nothing but 401 UNAUTHENTICATED to that",
        super::subject(call),
        url.host
    );
    report
        .error(&call.at, given.at, message)
        .label("needs an OAuth access token")
        .help("add `--oauth-service-account-email=ACCOUNT`, an account of this project that may make the call");
}

fn needs_credential(url: &Url) -> bool {
    let keyed = url.query.as_ref().is_some_and(|query| !query.contains("key=").is_no());
    APIS.iter().any(|api| url.is_api(api)) && !keyed
}

/// Whether the method surely changes something. Both callers send POST when none is given.
fn changes(call: &Call) -> bool {
    match &call.method {
        None => true,
        Some(method) => method.value.literal().is_some_and(|method| {
            ["POST", "PUT", "PATCH", "DELETE"].contains(&method.to_ascii_uppercase().as_str())
        }),
    }
}
