//! Resources of Pulumi's and of CDK for Terraform's Google providers, which are made out of Terraform's: the same
//! arguments under names that their language has (<https://www.pulumi.com/registry/packages/gcp/api-docs/>,
//! <https://developer.hashicorp.com/terraform/cdktf/concepts/resources>, checked 2026-11-21).

use std::sync::Arc;

use super::{Credential, Facts, terraform};
use crate::eval::Declared;
use crate::gcp::wording::Wording;
use crate::value::{Attribute, Field, Items, Made, Map, Memo, Piece, Tree, Value};

/// Modules of Pulumi's provider, TypeScript's and Python's.
const PULUMI: &[&str] = &["@pulumi/gcp.", "pulumi_gcp."];
/// Modules of the other one, each of which has one type.
const CDKTF: &[&str] = &["@cdktf/provider-google/lib/", "cdktf_cdktf_provider_google."];

/// Types whose name is not made of their module's and their own.
const TYPES: &[(&str, &str)] = &[
    ("cloudfunctions.Function", "google_cloudfunctions_function"),
    ("cloudfunctions.FunctionIamBinding", "google_cloudfunctions_function_iam_binding"),
    ("cloudfunctions.FunctionIamMember", "google_cloudfunctions_function_iam_member"),
    ("cloudfunctionsv2.Function", "google_cloudfunctions2_function"),
    ("cloudfunctionsv2.FunctionIamBinding", "google_cloudfunctions2_function_iam_binding"),
    ("cloudfunctionsv2.FunctionIamMember", "google_cloudfunctions2_function_iam_member"),
    ("cloudrun.DomainMapping", "google_cloud_run_domain_mapping"),
    ("cloudrun.IamBinding", "google_cloud_run_service_iam_binding"),
    ("cloudrun.IamMember", "google_cloud_run_service_iam_member"),
    ("cloudrun.Service", "google_cloud_run_service"),
    ("cloudrunv2.Job", "google_cloud_run_v2_job"),
    ("cloudrunv2.JobIamBinding", "google_cloud_run_v2_job_iam_binding"),
    ("cloudrunv2.JobIamMember", "google_cloud_run_v2_job_iam_member"),
    ("cloudrunv2.Service", "google_cloud_run_v2_service"),
    ("cloudrunv2.ServiceIamBinding", "google_cloud_run_v2_service_iam_binding"),
    ("cloudrunv2.ServiceIamMember", "google_cloud_run_v2_service_iam_member"),
    ("cloudrunv2.WorkerPool", "google_cloud_run_v2_worker_pool"),
    ("cloudscheduler.Job", "google_cloud_scheduler_job"),
    ("cloudtasks.Queue", "google_cloud_tasks_queue"),
    ("eventarc.Trigger", "google_eventarc_trigger"),
    ("folder.IAMBinding", "google_folder_iam_binding"),
    ("folder.IAMMember", "google_folder_iam_member"),
    ("projects.IAMBinding", "google_project_iam_binding"),
    ("projects.IAMMember", "google_project_iam_member"),
    ("pubsub.Subscription", "google_pubsub_subscription"),
    ("secretmanager.Secret", "google_secret_manager_secret"),
    ("secretmanager.SecretIamBinding", "google_secret_manager_secret_iam_binding"),
    ("secretmanager.SecretIamMember", "google_secret_manager_secret_iam_member"),
    ("secretmanager.SecretVersion", "google_secret_manager_secret_version"),
    ("serviceaccount.Account", "google_service_account"),
    ("serviceaccount.IAMBinding", "google_service_account_iam_binding"),
    ("serviceaccount.IAMMember", "google_service_account_iam_member"),
    ("storage.BucketIAMBinding", "google_storage_bucket_iam_binding"),
    ("storage.BucketIAMMember", "google_storage_bucket_iam_member"),
    ("workflows.Workflow", "google_workflows_workflow"),
];

/// Maps whose names users choose.
const NAMED: &[&str] = &[
    "annotations",
    "attributes",
    "buildEnvironmentVariables",
    "build_environment_variables",
    "environmentVariables",
    "environment_variables",
    "headers",
    "labels",
    "params",
    "userEnvVars",
];

/// Parts of a tree that are looked at.
const MAX_PARTS: usize = 5000;

/// Adds what a resource says; whether it is one.
pub(super) fn add(facts: &mut Facts, declared: &Declared) -> bool {
    let Some(kind) = kind(&declared.kind) else { return false };
    let Tree::Map(arguments) = &declared.body else { return true };
    let mut left = MAX_PARTS;
    let body = Tree::Map(body(&declared.kind, arguments, &mut left));
    let (calls, stored, environment) = (facts.calls.len(), facts.stored.len(), facts.environment.len());
    terraform::add(facts, &Declared { kind, body, ..declared.clone() });
    let is_python = declared.kind.starts_with("pulumi_gcp.") || declared.kind.starts_with("cdktf_");
    let wording = if is_python { Wording::Python } else { Wording::JavaScript };
    for call in facts.calls.iter_mut().skip(calls) {
        call.wording = wording;
        // In Python what a name is given often has a type of its own.
        if let (true, Credential::IdToken(token) | Credential::AccessToken(token)) = (is_python, &mut call.credential) {
            (token.at.exact, token.whole.exact) = (false, false);
        }
    }
    facts.stored.iter_mut().skip(stored).for_each(|one| one.wording = wording);
    facts.environment.iter_mut().skip(environment).for_each(|one| one.wording = wording);
    true
}

/// The type of Terraform's that a type is made out of.
fn kind(qualified: &str) -> Option<String> {
    if let Some(name) = PULUMI.iter().find_map(|module| qualified.strip_prefix(module)) {
        return TYPES.iter().find(|(known, _)| *known == name).map(|(_, kind)| (*kind).to_owned());
    }
    let rest = CDKTF.iter().find_map(|module| qualified.strip_prefix(module))?;
    let name = rest.rsplit('.').next()?;
    name.starts_with(|c: char| c.is_ascii_uppercase()).then(|| format!("google_{}", snake(name)))
}

/// The arguments of a resource, as Terraform names them. Pulumi takes a name, the arguments and options; CDKTF what the
/// resource is a part of, a name and the arguments; Python gives the arguments by name.
fn body(qualified: &str, arguments: &Map, left: &mut usize) -> Arc<Map> {
    let number = if qualified.contains("cdktf") { "2" } else { "1" };
    let positional = arguments.field(number).and_then(|field| field.tree.map());
    let named = |field: &&Field| !field.name.bytes().all(|byte| byte.is_ascii_digit()) && field.name != "opts";
    match positional {
        Some(map) => renamed(map, left),
        // What stands in its place may be anything.
        None if arguments.field(number).is_some() => Arc::new(Map { open: true, ..Map::default() }),
        None => {
            let fields: Vec<Field> = arguments.fields.iter().filter(named).cloned().collect();
            renamed(&Map { fields, open: arguments.open, of: None }, left)
        }
    }
}

fn renamed(map: &Map, left: &mut usize) -> Arc<Map> {
    let field = |field: &Field, left: &mut usize| Field {
        name: name(&field.name),
        // What users name keeps its names.
        tree: if NAMED.contains(&&*field.name) { field.tree.clone() } else { translated(&field.tree, left) },
        ..field.clone()
    };
    let fields = map.fields.iter().map(|one| field(one, left)).collect();
    Arc::new(Map { fields, open: map.open, of: None })
}

fn translated(tree: &Tree, left: &mut usize) -> Tree {
    let Some(rest) = left.checked_sub(1) else { return tree.clone() };
    *left = rest;
    match tree {
        Tree::Text(value) => Tree::Text(text(value, left)),
        Tree::Null(_) => tree.clone(),
        Tree::List(list) => Tree::List(Arc::new(Items {
            items: list.items.iter().map(|item| translated(item, left)).collect(),
            open: list.open,
        })),
        Tree::Map(map) => Tree::Map(renamed(map, left)),
    }
}

fn text(value: &Value, left: &mut usize) -> Value {
    if !value.pieces().iter().any(|piece| matches!(piece, Piece::Attribute(..))) {
        return value.clone();
    }
    let piece = |piece: &Piece| match piece {
        Piece::Attribute(attribute, place) => match kind(&attribute.of.kind) {
            Some(kind) => {
                let of = Made { kind, ..Made::clone(&attribute.of) };
                let body = body(&attribute.of.kind, &attribute.body, left);
                let path = attribute.path.split('.').map(name).collect::<Vec<_>>().join(".");
                let attribute =
                    Attribute { of: Arc::new(of), path, body, asked: attribute.asked.clone(), memo: Memo::default() };
                Piece::Attribute(Arc::new(attribute), *place)
            }
            None => piece.clone(),
        },
        other => other.clone(),
    };
    let mut out: Value = value.pieces().iter().map(piece).collect();
    (out.assumed, out.loose) = (value.assumed, value.loose);
    out
}

/// A name as Terraform writes it. Names that users choose, such as those of variables and annotations, stay.
fn name(written: &str) -> String {
    let is_plain = written.starts_with(|c: char| c.is_ascii_lowercase())
        && written.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match written {
        // Lists have names of their own there.
        "envs" => "env".to_owned(),
        _ if is_plain => snake(written),
        _ => written.to_owned(),
    }
}

/// `oidcToken` → `oidc_token`, `CloudRunV2Service` → `cloud_run_v2_service`
fn snake(written: &str) -> String {
    let mut out = String::with_capacity(written.len() + 4);
    let mut before = '_';
    for c in written.chars() {
        let begins = c.is_ascii_uppercase() && before != '_' && !before.is_ascii_uppercase();
        if begins {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_terraform() {
        assert_eq!(kind("@pulumi/gcp.cloudscheduler.Job").as_deref(), Some("google_cloud_scheduler_job"));
        assert_eq!(
            kind("@cdktf/provider-google/lib/cloud-run-v2-service.CloudRunV2Service").as_deref(),
            Some("google_cloud_run_v2_service")
        );
        assert_eq!(kind("@pulumi/aws.lambda.Function"), None);
        for (written, expected) in [
            ("oidcToken", "oidc_token"),
            ("serviceAccountEmail", "service_account_email"),
            ("uri", "uri"),
            ("SERVICE_ID", "SERVICE_ID"),
            ("run.googleapis.com/ingress", "run.googleapis.com/ingress"),
            ("envs", "env"),
        ] {
            assert_eq!(name(written), expected);
        }
    }
}
