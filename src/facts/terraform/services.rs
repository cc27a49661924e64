//! Deployments: who may call a service, what it runs as, and what is put where it reads it.

use super::{calls, identity, store};
use crate::eval::Declared;
use crate::facts::declare::{given_at, text_at};
use crate::facts::environment::Secret;
use crate::facts::{
    Deployment, Entry, EntryKind, Exposure, Facts, Identity, Named, ResourceKind, Service, Sink, Target, TargetKind,
};
use crate::gcp::attribute::settle;
use crate::program::Schema;
use crate::value::{Field, Place, Tree, Truth, Value};

/// Annotations of a Cloud Run service as the older resource writes them.
const ANNOTATIONS: [&str; 2] = ["metadata", "annotations"];

pub(super) fn service(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let kind = declared.kind.as_str();
    let function = kind.contains("function");
    let (exposure, said) = exposure(declared);
    facts.services.push(Service {
        function,
        deploys: true,
        second_generation: Truth::from(kind == "google_cloudfunctions2_function"),
        name: text_at(body, &["name"]),
        project: text_at(body, &["project"]),
        exposure,
        unchecked: unchecked(declared),
        said,
        at: declared.at.clone(),
    });
    for path in [
        &["template", "service_account"][..],
        &["template", "spec", "service_account_name"],
        &["service_config", "service_account_email"],
        &["event_trigger", "service_account_email"],
        &["build_config", "service_account"],
        &["service_account_email"],
        &["build_service_account"],
    ] {
        identity(facts, declared, path);
    }
    let runs_as = ["template", "service_config"].iter().find_map(|block| {
        let names: &[&[&str]] = &[&["service_account"], &["spec", "service_account_name"], &["service_account_email"]];
        names.iter().map(|path| [&[*block], *path].concat()).find(|path| !body.has(path).is_no())
    });
    let kind = if function { TargetKind::Function } else { TargetKind::Service };
    deployment(facts, declared, kind, &runs_as.unwrap_or_else(|| vec!["service_account_email"]));
    variables(facts, declared);
    entries(facts, declared);
}

/// What is deployed, and as whom it runs: who a path names.
fn deployment(facts: &mut Facts, declared: &Declared, kind: TargetKind, path: &[&str]) {
    let body = &declared.body;
    let text = |name: &str| text_at(body, &[name]);
    let identity = match (body.has(path), given_at(body, path)) {
        (Truth::No, _) => Identity::Default,
        (_, Some(account)) => Identity::Account(account),
        _ => Identity::Unknown,
    };
    let resource = match kind {
        TargetKind::Service => Some(ResourceKind::RunService),
        TargetKind::Job => Some(ResourceKind::RunJob),
        // A function of the second generation is called by the name of its service, which has its location.
        TargetKind::Function if declared.kind == "google_cloudfunctions2_function" => Some(ResourceKind::Function),
        _ => None,
    };
    if let Some(resource) = resource {
        named(facts, declared, resource, text("name"));
    }
    facts.deployments.push(Deployment {
        target: Target {
            kind,
            name: text("name"),
            project: text("project"),
            region: text("location").or_else(|| text("region")),
        },
        identity,
        publishes: None,
        mounts: mounts(body),
        source: text("source_contents"),
        filled: filled(body),
        wording: calls::wording(declared),
        said: declared.head,
        at: declared.at.clone(),
    });
}

/// What the template of a workflow is filled with.
fn filled(body: &Tree) -> Vec<(String, Value)> {
    let map = body.field("source_contents.variables").and_then(|given| given.tree.map());
    let fields = map.into_iter().flat_map(|map| &map.fields);
    fields.filter_map(|field| Some((field.name.clone(), field.tree.text()?.clone()))).collect()
}

/// Secrets that stand in volumes.
fn mounts(body: &Tree) -> Vec<(Secret, Place)> {
    let volumes =
        [&["template", "volumes"][..], &["template", "template", "volumes"], &["template", "spec", "volumes"]];
    let items = volumes.iter().filter_map(|path| body.at(path)).flat_map(|field| field.tree.items());
    let secret = |volume: &Tree| {
        let field = volume.at(&["secret", "secret"]).or_else(|| volume.at(&["secret", "secret_name"]))?;
        Some((Secret::of(&settle(field.tree.text()?)), field.at))
    };
    items.filter_map(secret).collect()
}

/// An account that is made here.
pub(super) fn account(facts: &mut Facts, declared: &Declared) {
    let Some(id) = text_at(&declared.body, &["account_id"]) else { return };
    let near = Place { exact: false, ..declared.head };
    let mut email = id;
    email.append(&Value::text("@", near));
    email.append(&text_at(&declared.body, &["project"]).unwrap_or_else(|| Value::unknown(near)));
    email.append(&Value::text(".iam.gserviceaccount.com", near));
    named(facts, declared, ResourceKind::ServiceAccount, Some(email.clone()));
    facts.made_accounts.push((email, declared.at.clone()));
}

/// By which address others name it.
fn named(facts: &mut Facts, declared: &Declared, kind: ResourceKind, name: Option<Value>) {
    let is_one = declared.schema == Schema::Terraform && !declared.repeated && !declared.at.loose;
    if let Some(name) = name.filter(|_| is_one) {
        facts.named.push(Named { address: declared.name.clone(), kind, name, at: declared.at.clone() });
    }
}

/// A job, or a pool of workers.
pub(super) fn job(facts: &mut Facts, declared: &Declared) {
    identity(facts, declared, &["template", "template", "service_account"]);
    identity(facts, declared, &["template", "service_account"]);
    if declared.kind.ends_with("job") {
        deployment(facts, declared, TargetKind::Job, &["template", "template", "service_account"]);
    }
    variables(facts, declared);
}

pub(super) fn workflow(facts: &mut Facts, declared: &Declared) {
    identity(facts, declared, &["service_account"]);
    deployment(facts, declared, TargetKind::Workflow, &["service_account"]);
    named_variables(facts, declared, &["user_env_vars"]);
}

/// Private unless something says otherwise: a public grant is a resource of its own, or the check is off, or IAP is in
/// front of it.
fn exposure(declared: &Declared) -> (Exposure, crate::value::Place) {
    let body = &declared.body;
    let opens = [
        body.at(&["invoker_iam_disabled"]),
        body.at(&["iap_enabled"]),
        annotation(body, "run.googleapis.com/invoker-iam-disabled"),
        annotation(body, "run.googleapis.com/iap-enabled"),
    ];
    for field in opens.into_iter().flatten() {
        let is_off = field.tree.text().is_some_and(|value| value.equals("false").is_yes());
        if !is_off {
            return (Exposure::Open, field.at);
        }
    }
    let hidden = body.has(&["invoker_iam_disabled"]) == Truth::Unknown || body.has(&ANNOTATIONS) == Truth::Unknown;
    let open_annotations = body.at(&ANNOTATIONS).is_some_and(|field| field.tree.map().is_none_or(|map| map.open));
    let exposure = if hidden || open_annotations { Exposure::Unknown } else { Exposure::Private };
    (exposure, declared.head)
}

/// Whether the check of who calls is surely off.
fn unchecked(declared: &Declared) -> Truth {
    let field = declared.body.at(&["invoker_iam_disabled"]);
    let field = field.or_else(|| annotation(&declared.body, "run.googleapis.com/invoker-iam-disabled"));
    let value = field.and_then(|field| field.tree.text()).filter(|value| !value.assumed);
    value.map_or(Truth::Unknown, |value| value.equals("true"))
}

fn annotation<'t>(body: &'t Tree, name: &str) -> Option<&'t Field> {
    body.at(&ANNOTATIONS)?.tree.field(name)
}

/// Audiences that a service takes, and whether IAP is in front of it.
fn entries(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let service = text_at(body, &["name"]);
    let is_one = declared.schema == Schema::Terraform && !declared.repeated;
    let address = is_one.then(|| declared.name.clone());
    let mut say = |kind, said| {
        let (service, address) = (service.clone(), address.clone());
        facts.entries.push(Entry { service, kind, address, said, at: declared.at.clone() });
    };
    if let Some(field) = body.at(&["custom_audiences"]) {
        let unknown = match &field.tree {
            Tree::List(list) => list.open,
            _ => true,
        };
        let texts = field.tree.items().iter().filter_map(Tree::text);
        texts.for_each(|audience| say(EntryKind::Audiences(Some(settle(audience))), field.at));
        if unknown {
            say(EntryKind::Audiences(None), field.at);
        }
    }
    if let Some(field) = annotation(body, "run.googleapis.com/custom-audiences") {
        say(EntryKind::Audiences(field.tree.text().map(settle)), field.at);
    }
    for field in [body.at(&["iap_enabled"]), annotation(body, "run.googleapis.com/iap-enabled")].into_iter().flatten() {
        match field.tree.text().map(|value| value.equals("true")) {
            Some(Truth::Yes) => say(EntryKind::Iap(true), field.at),
            _ => say(EntryKind::Iap(false), field.at),
        }
    }
}

/// What the containers of a service or job, or a function, read from their environment.
fn variables(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let containers =
        [&["template", "containers"][..], &["template", "template", "containers"], &["template", "spec", "containers"]];
    for container in containers.iter().filter_map(|path| body.at(path)).flat_map(|field| field.tree.items()) {
        for variable in container.at(&["env"]).into_iter().flat_map(|field| field.tree.items()) {
            if let (Some(name), Some(value)) =
                (variable.text_at(&["name"]).and_then(Value::literal), variable.at(&["value"]))
                && let Some(text) = value.tree.text()
            {
                store(facts, declared, Sink::Variable(name), text, value.at);
            }
        }
    }
    for path in [
        &["environment_variables"][..],
        &["service_config", "environment_variables"],
        &["build_environment_variables"],
        &["build_config", "environment_variables"],
    ] {
        named_variables(facts, declared, path);
    }
}

/// Variables by name.
fn named_variables(facts: &mut Facts, declared: &Declared, path: &[&str]) {
    let map = declared.body.at(path).and_then(|field| field.tree.map());
    for field in map.into_iter().flat_map(|map| &map.fields) {
        if let Some(text) = field.tree.text() {
            store(facts, declared, Sink::Variable(field.name.clone()), text, field.at);
        }
    }
}

pub(super) fn secret(facts: &mut Facts, declared: &Declared) {
    for field in ["secret_data", "secret_data_wo"].into_iter().filter_map(|name| declared.body.at(&[name])) {
        if let Some(value) = field.tree.text() {
            store(facts, declared, Sink::Secret, value, field.at);
        }
    }
}

pub(super) fn domain(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    if let Some(domain) = given_at(body, &["name"]) {
        facts.entries.push(Entry {
            address: None,
            service: text_at(body, &["spec", "route_name"]),
            kind: EntryKind::Domain(domain.value),
            said: domain.at,
            at: declared.at.clone(),
        });
    }
}

/// Values of a call of a module that are looked at.
const MAX_HANDED: usize = 500;

/// What is handed to a module that is not here, which may open a service of this name: a name, the full one, or the
/// service itself.
pub(super) fn handed(facts: &mut Facts, inputs: &Tree) {
    let mut trees: Vec<&Tree> = inputs.map().into_iter().flat_map(|map| &map.fields).map(|field| &field.tree).collect();
    for _ in 0..MAX_HANDED {
        match trees.pop() {
            None => break,
            Some(Tree::Text(value)) => {
                let value = settle(value);
                facts.handed.extend(value.split('/').pop());
            }
            Some(Tree::List(list)) => trees.extend(&list.items),
            Some(tree @ Tree::Map(map)) if map.of.is_some() => {
                let named = [text_at(tree, &["name"]), text_at(tree, &["account_id"])];
                facts.handed.extend(named.into_iter().flatten());
            }
            Some(Tree::Map(map)) => {
                // `{ "serviceAccount:…" = ["roles/…"] }`, or an account by its id.
                facts.handed.extend(map.fields.iter().map(|field| Value::text(field.name.clone(), field.at)));
                trees.extend(map.fields.iter().map(|field| &field.tree));
            }
            Some(Tree::Null(_)) => {}
        }
    }
}
