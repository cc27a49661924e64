//! Resources of Terraform's Google provider → what they say. Which file knows which type stands here, and nowhere else.
//!
//! Names of types and arguments: <https://registry.terraform.io/providers/hashicorp/google/latest/docs>, checked 2026-11-21.

mod calls;
mod environment;
mod grants;
mod services;
mod verbatim;

use super::{Account, Caller, Facts, Given, Purpose, ServiceAccountKey, Sink, Stored, build, provider, trigger};
use crate::eval::Declared;
use crate::facts::declare::{given_at, text_at};
use crate::gcp::attribute::settle;
use crate::value::{Place, Truth, Value};

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    verbatim::add(facts, declared);
    match declared.kind.as_str() {
        "google_cloud_scheduler_job" => calls::scheduler(facts, declared),
        "google_cloud_tasks_queue" => calls::queue(facts, declared),
        "google_pubsub_subscription" => calls::subscription(facts, declared),
        "google_eventarc_trigger" => {
            calls::trigger(facts, declared);
            trigger::terraform(facts, declared, calls::wording(declared));
        }
        "google_project_iam_custom_role" | "google_organization_iam_custom_role" => grants::role(facts, declared),
        "google_service_account" => services::account(facts, declared),
        "google_cloudbuild_trigger" => build::terraform(facts, declared),
        "google_iam_workload_identity_pool_provider" => provider::terraform(facts, declared),
        "google_service_account_key" => {
            facts.keys.push(ServiceAccountKey { said: declared.head, at: declared.at.clone() });
        }
        "google_cloud_run_v2_service"
        | "google_cloud_run_service"
        | "google_cloudfunctions2_function"
        | "google_cloudfunctions_function" => {
            services::service(facts, declared);
            environment::add(facts, declared);
            if declared.kind == "google_cloudfunctions2_function" {
                trigger::of_function(facts, declared, calls::wording(declared));
            }
        }
        "google_cloud_run_v2_job" | "google_cloud_run_v2_worker_pool" => {
            services::job(facts, declared);
            environment::add(facts, declared);
        }
        "google_workflows_workflow" => services::workflow(facts, declared),
        "google_cloud_run_domain_mapping" => services::domain(facts, declared),
        "google_secret_manager_secret_version" => services::secret(facts, declared),
        "provider" if ["provider.google", "provider.google-beta"].contains(&declared.name.as_str()) => {
            let project = text_at(&declared.body, &["project"]).filter(|_| declared.body.has(&["alias"]).is_no());
            facts.default_projects.push((declared.at.clone(), project));
        }
        "module" => services::handed(facts, &declared.body),
        kind if kind.starts_with("google_") && kind.contains("_iam_") => grants::add(facts, declared),
        _ => {}
    }
}

/// A module of Ansible, which names its arguments as Terraform does: both are made of the same descriptions
/// (<https://docs.ansible.com/ansible/latest/collections/google/cloud/>, checked 2026-11-21).
pub(super) fn add_module(facts: &mut Facts, declared: &Declared) {
    let absent = declared.body.text_at(&["state"]).map_or(Truth::No, |state| state.equals("present").negate());
    match declared.kind.rsplit('.').next().unwrap_or("") {
        _ if !absent.is_no() => {}
        "gcp_cloudscheduler_job" => calls::scheduler(facts, declared),
        "gcp_pubsub_subscription" => calls::subscription(facts, declared),
        "gcp_cloudfunctions_cloud_function" => environment::module(facts, declared),
        _ => {}
    }
}

/// A value that stays where a running system reads it.
fn store(facts: &mut Facts, declared: &Declared, sink: Sink, value: &Value, place: Place) {
    let (value, wording, at) = (settle(value), calls::wording(declared), declared.at.clone());
    facts.stored.push(Stored { sink, value, place, wording, at });
}

/// The account that something runs as.
fn identity(facts: &mut Facts, declared: &Declared, path: &[&str]) {
    account(facts, declared, given_at(&declared.body, path), Purpose::Identity, None);
}

/// An account that an argument names.
fn account(facts: &mut Facts, declared: &Declared, email: Option<Given>, purpose: Purpose, caller: Option<Caller>) {
    facts.accounts.extend(email.map(|email| Account { email, purpose, caller, at: declared.at.clone() }));
}
