//! Objects of Kubernetes, Knative and Config Connector → what they say. Which file knows which type stands here, and
//! nowhere else.

mod connector;
mod environment;
mod run;

use super::declare::{given_at, text_at};
use super::{Account, Caller, CustomAudiences, Facts, Given, Purpose, Sink, Stored, TargetKind};
use crate::eval::Declared;
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::value::{Tree, Value};

/// The annotation by which a cluster's account acts as one of Google
/// (<https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity>, checked 2026-11-21).
const ACTS_AS: [&str; 3] = ["metadata", "annotations", "iam.gke.io/gcp-service-account"];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    match declared.kind.split_once('/') {
        Some(("serving.knative.dev", "Service") | ("run.googleapis.com", "Service" | "WorkerPool")) => {
            run::service(facts, declared);
        }
        Some(("run.googleapis.com", "Job")) => run::job(facts, declared),
        Some(("run.googleapis.com", "custom-audiences")) => audiences(facts, declared),
        Some(("domains.cloudrun.com", "DomainMapping")) => run::domain(facts, declared),
        Some((group, kind)) if group.ends_with(".cnrm.cloud.google.com") => connector::add(facts, declared, kind),
        Some((_, "CronJob")) => {
            workload(facts, declared, &["spec", "jobTemplate", "spec", "template", "spec", "containers"]);
        }
        None if declared.kind == "ServiceAccount" => {
            account(facts, declared, given_at(body, &ACTS_AS), Purpose::Identity, None);
        }
        None if declared.kind == "Pod" => workload(facts, declared, &["spec", "containers"]),
        _ => workload(facts, declared, &["spec", "template", "spec", "containers"]),
    }
}

/// What runs on a cluster.
fn workload(facts: &mut Facts, declared: &Declared, containers: &[&str]) {
    variables(facts, declared, declared.body.at(containers));
    let name = text_at(&declared.body, &["metadata", "name"]);
    environment::knative(facts, declared, TargetKind::Workload, name, containers);
}

/// An account that a field names.
fn account(facts: &mut Facts, declared: &Declared, email: Option<Given>, purpose: Purpose, caller: Option<Caller>) {
    facts.accounts.extend(email.map(|email| Account { email, purpose, caller, at: declared.at.clone() }));
}

/// What containers read from their environment.
fn variables(facts: &mut Facts, declared: &Declared, containers: Option<&crate::value::Field>) {
    for container in containers.into_iter().flat_map(|field| field.tree.items()) {
        for variable in container.at(&["env"]).into_iter().flat_map(|field| field.tree.items()) {
            let name = variable.text_at(&["name"]).and_then(Value::literal);
            let value = variable.at(&["value"]);
            if let (Some(name), Some((value, text))) = (name, value.and_then(|field| Some((field, field.tree.text()?))))
            {
                let sink = Sink::Variable(name);
                facts.stored.push(Stored {
                    sink,
                    value: settle(text),
                    place: value.at,
                    wording: Wording::Object,
                    at: declared.at.clone(),
                });
            }
        }
    }
}

fn audiences(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let Some(said) = body.at(&["audiences"]) else { return };
    let level = body.text_at(&["level"]);
    let edit = |edit: &Tree| {
        let value = edit.text()?;
        Some((value.place()?, value.literal()?))
    };
    let edits = body.at(&["edits"]).map(|edits| edits.tree.items().iter().filter_map(edit).collect());
    facts.custom_audiences.push(CustomAudiences {
        service: body.text_at(&["service"]).cloned(),
        of_revision: level.is_some_and(|level| level.equals("revision").is_yes()),
        text: said.tree.text().cloned(),
        said: said.at,
        edits: edits.unwrap_or_default(),
        at: declared.at.clone(),
    });
}
