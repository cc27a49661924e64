//! Triggers of Eventarc: what they deliver, where to, and as whom.
//!
//! Sources: <https://cloud.google.com/eventarc/docs/roles-permissions>; `gcloud eventarc triggers create --help` of gcloud
//! 578; `google_eventarc_trigger` of Terraform's Google provider; checked 2026-11-21.

use super::declare::{given_at, text_at};
use super::{Facts, Given, Target, TargetKind, given};
use crate::eval::{Declared, Run, Statement};
use crate::gcp::invocation::{Invocation, pairs};
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
    let pairs = filters.iter().flat_map(|filter| pairs(filter));
    let types: Vec<Value> =
        pairs.filter(|(name, _)| !name.equals("type").is_no()).filter_map(|(_, value)| value).collect();
    let of_pubsub = match types.as_slice() {
        [only] => only.equals(OF_PUBSUB),
        _ => Truth::Unknown,
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

/// The trigger of a function of the second generation, which calls it as an account of its own
/// (`google.cloud.functions.v2.EventTrigger` in googleapis/googleapis at f8291d2b89, 2026-08-22).
pub(super) fn of_function(facts: &mut Facts, declared: &Declared, wording: Wording) {
    let body = &declared.body;
    let Some(trigger) = body.at(&["event_trigger"]).map(|field| &field.tree) else { return };
    let text = |path: &[&str]| text_at(body, path);
    let of_pubsub = text_at(trigger, &["event_type"]).map_or(Truth::Unknown, |kind| kind.equals(OF_PUBSUB));
    facts.triggers.push(Trigger {
        name: text(&["name"]),
        project: text(&["project"]),
        account: given_at(trigger, &["service_account_email"]),
        to: Some(Target {
            kind: TargetKind::Function,
            name: text(&["name"]),
            project: text(&["project"]),
            region: text(&["location"]),
        }),
        of_pubsub,
        wording,
        said: declared.head,
        at: declared.at.clone(),
    });
}

fn of_pubsub(body: &Tree) -> Truth {
    let Some(criteria) = body.at(&["matching_criteria"]) else { return Truth::Unknown };
    let is_type = |item: &&Tree| item.text_at(&["attribute"]).is_none_or(|name| !name.equals("type").is_no());
    let types: Vec<Truth> = criteria
        .tree
        .items()
        .iter()
        .filter(is_type)
        .map(|item| item.text_at(&["value"]).map_or(Truth::Unknown, |value| value.equals(OF_PUBSUB)))
        .collect();
    // Each trigger has one.
    match types.as_slice() {
        [only] => *only,
        _ => Truth::Unknown,
    }
}
