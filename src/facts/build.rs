//! Builds of Cloud Build: as whom they run, and where their logs go.
//!
//! <https://cloud.google.com/build/docs/build-config-file-schema> and
//! <https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/cloudbuild_trigger>, checked 2026-11-30.

use super::declare::given_at;
use super::{Facts, Given, given};
use crate::eval::{Declared, Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::value::{Place, Tree, Truth};

/// A build that is described: in a file of its own, or in the trigger that starts it.
#[derive(Debug, Clone)]
pub struct Build {
    /// The account that it names to run as.
    pub account: Option<Given>,
    /// Whether it says where its logs go.
    pub logs: Truth,
    /// What to write, and where, so that it does.
    pub room: Option<(Place, String)>,
    /// Where it begins.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// A build that is started from a file, as an account that is named there and then.
#[derive(Debug, Clone)]
pub struct BuildStart {
    /// The account.
    pub account: Given,
    /// The file that describes it.
    pub config: Given,
    /// The statement.
    pub at: Statement,
}

/// Adds a build that stands in a file of its own.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let room = body.at(&["room"]).and_then(|field| Some((field.at, field.tree.text()?.literal()?)));
    facts.builds.push(Build {
        account: given_at(body, &["serviceAccount"]),
        logs: logs(body, "logsBucket", ["logging", "defaultLogsBucketBehavior"]),
        room,
        said: declared.head,
        at: declared.at.clone(),
    });
}

/// Adds a build that stands in a trigger of Terraform's.
pub(super) fn terraform(facts: &mut Facts, declared: &Declared) {
    let Some(build) = declared.body.at(&["build"]) else { return };
    facts.builds.push(Build {
        account: given_at(&declared.body, &["service_account"]),
        logs: logs(&build.tree, "logs_bucket", ["logging", "default_logs_bucket_behavior"]),
        room: None,
        said: declared.head,
        at: declared.at.clone(),
    });
}

fn logs(build: &Tree, bucket: &str, options: [&str; 2]) -> Truth {
    let said = [build.has(&[bucket]), build.has(&["options", options[0]]), build.has(&["options", options[1]])];
    match said {
        _ if said.iter().any(|said| said.is_yes()) => Truth::Yes,
        _ if said.iter().all(|said| said.is_no()) => Truth::No,
        _ => Truth::Unknown,
    }
}

/// `gcloud builds submit --config=FILE --service-account=ACCOUNT`. Its own flags may say where the logs go.
pub(super) fn submit(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let logs = ["--gcs-log-dir", "--default-buckets-behavior"];
    if !invocation.is(&["builds submit"]) || logs.iter().any(|flag| !invocation.has(flag).is_no()) {
        return;
    }
    if let (Some(account), Some(config)) = (given(invocation, "--service-account"), given(invocation, "--config")) {
        facts.build_starts.push(BuildStart { account, config, at: run.at.clone() });
    }
}
