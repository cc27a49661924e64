//! Triggers of Eventarc: what they deliver, where to, and as whom.
//!
//! Sources: <https://cloud.google.com/eventarc/docs/roles-permissions>; `gcloud eventarc triggers create --help` of gcloud
//! 578; `google_eventarc_trigger` of Terraform's Google provider; checked 2026-11-21.

use super::declare::{given_at, text_at};
use super::{Facts, Given, Target, TargetKind, given};
use crate::eval::{Declared, Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::gcp::wording::Wording;
use crate::value::{Place, Tree, Truth, Value};

/// A trigger.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// Its name.
    pub name: Option<Value>,
    /// Its project, where that is said.
    pub project: Option<Value>,
    /// The account that it delivers as.
    pub account: Option<Given>,
    /// What it delivers to, when that is a service or function.
    pub to: Option<Target>,
    /// Whether it delivers messages of Pub/Sub themselves, for which no right to receive events is needed.
    pub of_pubsub: Truth,
    /// In whose words it is made.
    pub wording: Wording,
    /// Where the command stands, without its flags, or the head of what declares it.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// The type of Pub/Sub's own events.
const OF_PUBSUB: &str = "google.cloud.pubsub.topic.v1.messagePublished";

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    if !invocation.is(&["eventarc triggers create"]) || invocation.guessed {
        return;
    }
    let value = |flag: &str| invocation.value(flag).cloned();
    let to = |kind, name: Value, region: &str| Target {
        kind,
        name: Some(name),
        project: value("--project"),
        region: value(region).or_else(|| value("--location")),
    };
    let service =
        value("--destination-run-service").map(|name| to(TargetKind::Service, name, "--destination-run-region"));
    let function = || {
        value("--destination-function").map(|name| to(TargetKind::Function, name, "--destination-function-location"))
    };
    // `--event-filters=type=google.cloud.…`, once for each or several with commas
    let filters: Vec<&Value> = invocation.all("--event-filters").filter_map(|flag| flag.value.as_ref()).collect();
    let of_pubsub = match filters.iter().map(|filter| filter.contains(OF_PUBSUB)).find(|is| !is.is_no()) {
        Some(is) => is,
        None if filters.is_empty() || invocation.open => Truth::Unknown,
        None => Truth::No,
    };
    facts.triggers.push(Trigger {
        name: invocation.positionals.first().cloned(),
        project: value("--project"),
        account: given(invocation, "--service-account"),
        to: service.or_else(function),
        of_pubsub,
        wording: Wording::Command,
        said: invocation.at,
        at: run.at.clone(),
    });
}

/// A trigger as Terraform declares it.
pub(super) fn terraform(facts: &mut Facts, declared: &Declared, wording: Wording) {
    let body = &declared.body;
    let text = |path: &[&str]| text_at(body, path);
    let service = text(&["destination", "cloud_run_service", "service"]).map(|name| Target {
        kind: TargetKind::Service,
        name: Some(name.split('/').pop().unwrap_or_default()),
        project: text(&["project"]),
        region: text(&["destination", "cloud_run_service", "region"]),
    });
    let function = || {
        let name = text(&["destination", "cloud_function"])?;
        let name = Some(name.split('/').pop().unwrap_or_default());
        Some(Target { kind: TargetKind::Function, name, project: text(&["project"]), region: text(&["location"]) })
    };
    facts.triggers.push(Trigger {
        name: text(&["name"]),
        project: text(&["project"]),
        account: given_at(body, &["service_account"]),
        to: service.or_else(function),
        of_pubsub: of_pubsub(body),
        wording,
        said: declared.head,
        at: declared.at.clone(),
    });
}

fn of_pubsub(body: &Tree) -> Truth {
    let Some(criteria) = body.at(&["matching_criteria"]) else { return Truth::Unknown };
    let mut answer = match &criteria.tree {
        Tree::List(list) if list.open => Truth::Unknown,
        Tree::Text(_) => return Truth::Unknown,
        _ => Truth::No,
    };
    for item in criteria.tree.items() {
        match item.text_at(&["value"]).map(|value| value.equals(OF_PUBSUB)) {
            Some(Truth::Yes) => return Truth::Yes,
            Some(Truth::No) => {}
            _ => answer = Truth::Unknown,
        }
    }
    answer
}
