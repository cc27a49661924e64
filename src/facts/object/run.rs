//! Services and jobs of Cloud Run in Knative's form.
//!
//! Names of fields: <https://cloud.google.com/run/docs/reference/yaml/v1>, checked 2026-11-21.

use super::{account, environment, variables};
use crate::eval::Declared;
use crate::facts::declare::{given_at, text_at};
use crate::facts::{
    Deployment, Entry, EntryKind, Exposure, Facts, Given, Identity, Purpose, Secret, Service, Target, TargetKind,
};
use crate::gcp::wording::Wording;
use crate::value::{Field, Place, Tree, Truth};

/// What is said of a service as a whole. Of a revision none of it counts.
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

const IAP: &str = "run.googleapis.com/iap-enabled";
const UNCHECKED: &str = "run.googleapis.com/invoker-iam-disabled";
const AUDIENCES: &str = "run.googleapis.com/custom-audiences";

pub(super) fn service(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let (exposure, said) = exposure(declared);
    facts.services.push(Service {
        function: false,
        deploys: true,
        second_generation: Truth::No,
        name: text_at(body, &["metadata", "name"]),
        project: text_at(body, &["metadata", "namespace"]),
        exposure,
        unchecked: annotation(declared, UNCHECKED)
            .and_then(|field| field.tree.text())
            .map_or(Truth::Unknown, |value| value.equals("true")),
        said,
        at: declared.at.clone(),
    });
    let email = given_at(body, &["spec", "template", "spec", "serviceAccountName"]);
    deployment(
        facts,
        declared,
        TargetKind::Service,
        email.clone(),
        &["spec", "template", "spec", "serviceAccountName"],
    );
    account(facts, declared, email, Purpose::Identity, None);
    let containers = ["spec", "template", "spec", "containers"];
    variables(facts, declared, body.at(&containers));
    let kind = if declared.kind.ends_with("WorkerPool") { TargetKind::WorkerPool } else { TargetKind::Service };
    environment::knative(facts, declared, kind, text_at(body, &["metadata", "name"]), &containers);
    entries(facts, declared);
}

pub(super) fn job(facts: &mut Facts, declared: &Declared) {
    let task = ["spec", "template", "spec", "template", "spec"];
    let at = |name: &'static str| task.iter().copied().chain([name]).collect::<Vec<&str>>();
    let email = given_at(&declared.body, &at("serviceAccountName"));
    deployment(facts, declared, TargetKind::Job, email.clone(), &at("serviceAccountName"));
    account(facts, declared, email, Purpose::Identity, None);
    variables(facts, declared, declared.body.at(&at("containers")));
    let name = text_at(&declared.body, &["metadata", "name"]);
    environment::knative(facts, declared, TargetKind::Job, name, &at("containers"));
}

/// What is deployed, and as whom it runs. What others fill in may say more.
fn deployment(facts: &mut Facts, declared: &Declared, kind: TargetKind, account: Option<Given>, path: &[&str]) {
    let identity = match account {
        Some(account) => Identity::Account(account),
        None if declared.body.has(path).is_no() => Identity::Default,
        None => Identity::Unknown,
    };
    facts.deployments.push(Deployment {
        target: Target {
            kind,
            name: text_at(&declared.body, &["metadata", "name"]),
            project: text_at(&declared.body, &["metadata", "namespace"]),
            region: None,
        },
        identity,
        publishes: None,
        mounts: mounts(declared, path),
        source: None,
        filled: Vec::new(),
        wording: Wording::Object,
        said: declared.head,
        at: declared.at.clone(),
    });
}

/// Secrets that stand in volumes, beside the account.
fn mounts(declared: &Declared, account: &[&str]) -> Vec<(Secret, Place)> {
    let mut path = account.to_vec();
    path.pop();
    path.push("volumes");
    let items = declared.body.at(&path).into_iter().flat_map(|field| field.tree.items());
    let aliased = environment::has_aliases(declared);
    let secret = |volume: &Tree| {
        let field = volume.at(&["secret", "secretName"])?;
        let secret = if aliased { Secret::unknown(field.at) } else { Secret::of(field.tree.text()?) };
        Some((secret, field.at))
    };
    items.filter_map(secret).collect()
}

fn exposure(declared: &Declared) -> (Exposure, Place) {
    let opens = [IAP, UNCHECKED].into_iter().filter_map(|name| annotation(declared, name));
    let mut opens = opens.filter(|field| !field.tree.text().is_some_and(|value| value.equals("false").is_yes()));
    match opens.next() {
        Some(field) => (Exposure::Open, field.at),
        None if may_have_more(declared) => (Exposure::Unknown, declared.head),
        None => (Exposure::Granted, declared.head),
    }
}

/// Whether annotations may come that are not seen.
fn may_have_more(declared: &Declared) -> bool {
    match declared.body.at(&ANNOTATIONS) {
        Some(field) => field.tree.map().is_none_or(|map| map.open),
        None => !declared.body.has(&ANNOTATIONS).is_no(),
    }
}

fn annotation<'d>(declared: &'d Declared, name: &str) -> Option<&'d Field> {
    declared.body.at(&ANNOTATIONS)?.tree.field(name)
}

/// Audiences that the service takes, and whether IAP is in front of it.
fn entries(facts: &mut Facts, declared: &Declared) {
    let service = text_at(&declared.body, &["metadata", "name"]);
    let mut say = |kind, said| {
        facts.entries.push(Entry { service: service.clone(), kind, address: None, said, at: declared.at.clone() });
    };
    // What is meant for the service and stands at the revision is a fault of its own.
    let revision = declared.body.at(&["spec", "template", "metadata", "annotations", AUDIENCES]);
    for field in annotation(declared, AUDIENCES).into_iter().chain(revision) {
        say(EntryKind::Audiences(field.tree.text().cloned()), field.at);
    }
    if may_have_more(declared) {
        say(EntryKind::Audiences(None), declared.head);
    }
    if let Some(field) = annotation(declared, IAP) {
        let is_on = field.tree.text().is_some_and(|value| value.equals("true").is_yes());
        say(EntryKind::Iap(is_on), field.at);
    }
}

/// A domain that leads to a service.
pub(super) fn domain(facts: &mut Facts, declared: &Declared) {
    if let Some(domain) = given_at(&declared.body, &["metadata", "name"]) {
        facts.entries.push(Entry {
            address: None,
            service: text_at(&declared.body, &["spec", "routeName"]),
            kind: EntryKind::Domain(domain.value),
            said: domain.at,
            at: declared.at.clone(),
        });
    }
}
