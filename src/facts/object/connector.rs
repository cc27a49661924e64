//! Resources of Google Cloud as Config Connector declares them.
//!
//! Names of fields: <https://cloud.google.com/config-connector/docs/reference/overview>, checked 2026-11-21.

use super::{account, environment, variables};
use crate::eval::Declared;
use crate::facts::declare::{given, given_at, store, text_at};
use crate::facts::header::names_a_credential;
use crate::facts::{
    Call, Caller, Credential, Deployment, Entry, EntryKind, Exposure, Facts, Given, Identity, Purpose, ResourceKind,
    Service, Sink, Target, TargetKind, Token, policy,
};
use crate::gcp::wording::Wording;
use crate::value::{Field, Hole, Piece, Place, Tree, Truth, Value, identity};

pub(super) fn add(facts: &mut Facts, declared: &Declared, kind: &str) {
    match kind {
        "CloudSchedulerJob" => scheduler(facts, declared),
        "PubSubSubscription" => subscription(facts, declared),
        "RunService" => service(facts, declared),
        "RunJob" => job(facts, declared),
        "CloudFunctionsFunction" | "CloudFunctions2Function" => environment::function(facts, declared, name(declared)),
        "EventarcTrigger" => {
            let email = referred(declared, declared.body.at(&["spec", "serviceAccountRef"]));
            account(facts, declared, email, Purpose::Caller, None);
        }
        "IAMPolicyMember" => member(facts, declared),
        "IAMPolicy" | "IAMPartialPolicy" => bindings(facts, declared),
        "ConfigConnector" | "ConfigConnectorContext" => {
            let email = given_at(&declared.body, &["spec", "googleServiceAccount"]);
            account(facts, declared, email, Purpose::Identity, None);
        }
        _ => {}
    }
}

/// The name of the resource: that of the object where nothing else is said.
fn name(declared: &Declared) -> Option<Value> {
    text_at(&declared.body, &["spec", "resourceID"]).or_else(|| text_at(&declared.body, &["metadata", "name"]))
}

fn project(declared: &Declared) -> Option<Value> {
    let body = &declared.body;
    let external = text_at(body, &["spec", "projectRef", "external"]);
    external
        .map(|project| last(&project))
        .or_else(|| text_at(body, &["metadata", "annotations", "cnrm.cloud.google.com/project-id"]))
}

/// A name without what is around it: `projects/P`, `projects/P/locations/L/services/NAME`.
fn last(value: &Value) -> Value {
    value.split('/').pop().unwrap_or_default()
}

// ---- accounts

/// An account by a reference: its e-mail, or the name of the object that declares it.
fn referred(declared: &Declared, field: Option<&Field>) -> Option<Given> {
    let field = field?;
    given_at(&field.tree, &["external"]).or_else(|| {
        let name = field.tree.at(&["name"])?;
        let own = name.tree.text()?;
        let namespace = field.tree.text_at(&["namespace"]);
        let namespace = namespace.or_else(|| declared.body.text_at(&["metadata", "namespace"]));
        let place = Place { exact: false, ..own.place()? };
        let key = format!("{}/{own}", namespace.map(ToString::to_string).unwrap_or_default());
        let hole = Hole {
            shown: format!("<IAMServiceAccount {own}>").into(), // Two references to one object are to one account.
            id: identity(&key),
        };
        Some(Given::new(Piece::Hole(hole, place).into(), name.at, name.whole))
    })
}

// ---- calls

fn scheduler(facts: &mut Facts, declared: &Declared) {
    let Some(target) = declared.body.at(&["spec", "httpTarget"]).map(|field| &field.tree) else { return };
    for asks in ["oidcToken", "oauthToken"].into_iter().filter_map(|name| target.at(&[name])) {
        account(facts, declared, token_account(declared, asks), Purpose::Caller, Some(Caller::SchedulerJob));
    }
    let headers = target.at(&["headers"]).and_then(|headers| headers.tree.map());
    for field in headers.into_iter().flat_map(|map| &map.fields) {
        store(facts, declared, Sink::Header(field.name.clone()), field, Wording::Object);
    }
    facts.calls.push(Call {
        url: given_at(target, &["uri"]),
        method: given_at(target, &["httpMethod"]),
        credential: credential(declared, target, may_carry_a_credential(target)),
        body: target.has(&["body"]),
        ..call(declared, Caller::SchedulerJob)
    });
}

fn subscription(facts: &mut Facts, declared: &Declared) {
    let Some(push) = declared.body.at(&["spec", "pushConfig"]).map(|field| &field.tree) else { return };
    let email = push.at(&["oidcToken"]).and_then(|asks| token_account(declared, asks));
    account(facts, declared, email, Purpose::Caller, Some(Caller::PushSubscription));
    facts.calls.push(Call {
        url: given_at(push, &["pushEndpoint"]),
        credential: credential(declared, push, false),
        body: Truth::Yes,
        ..call(declared, Caller::PushSubscription)
    });
}

fn call(declared: &Declared, caller: Caller) -> Call {
    Call {
        caller,
        wording: Wording::Object,
        name: name(declared),
        project: project(declared),
        changes: false,
        url: None,
        method: None,
        credential: Credential::Unknown,
        body: Truth::Unknown,
        content: None,
        command: declared.head,
        at: declared.at.clone(),
    }
}

/// What the tokens ask for.
fn credential(declared: &Declared, target: &Tree, otherwise: bool) -> Credential {
    let token = |name: &str| target.at(&[name]).map(|asks| token(declared, asks));
    match (target.has(&["oidcToken"]), target.has(&["oauthToken"])) {
        (Truth::Yes, Truth::No) => token("oidcToken").map_or(Credential::Unknown, Credential::IdToken),
        (Truth::No, Truth::Yes) => token("oauthToken").map_or(Credential::Unknown, Credential::AccessToken),
        (Truth::No, Truth::No) if !otherwise => Credential::None,
        _ => Credential::Unknown,
    }
}

fn token(declared: &Declared, asks: &Field) -> Token {
    Token {
        at: asks.at,
        whole: asks.whole,
        account: token_account(declared, asks),
        audience: asks.tree.at(&["audience"]).and_then(given),
        scope: asks.tree.at(&["scope"]).and_then(given),
        minted: None,
        open: asks.tree.has(&["audience"]) == Truth::Unknown || asks.tree.has(&["scope"]) == Truth::Unknown,
    }
}

fn token_account(declared: &Declared, asks: &Field) -> Option<Given> {
    let email = given_at(&asks.tree, &["serviceAccountEmail"]);
    email.or_else(|| referred(declared, asks.tree.at(&["serviceAccountRef"])))
}

/// Whether a header may prove who calls: its name says so, or is not known.
fn may_carry_a_credential(target: &Tree) -> bool {
    match target.at(&["headers"]).map(|field| &field.tree) {
        None => !target.has(&["headers"]).is_no(),
        Some(headers) => {
            headers.map().is_none_or(|map| map.open || map.fields.iter().any(|field| names_a_credential(&field.name)))
        }
    }
}

// ---- services

fn service(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let is_on = |field: &&Field| !field.tree.text().is_some_and(|value| value.equals("false").is_yes());
    let opens = [&["spec", "invokerIamDisabled"], &["spec", "iapEnabled"]];
    let open = opens.into_iter().filter_map(|path| body.at(path)).find(is_on);
    let (exposure, said) = match open {
        Some(field) => (Exposure::Open, field.at),
        None if opens.iter().any(|path| body.has(*path) == Truth::Unknown) => (Exposure::Unknown, declared.head),
        None => (Exposure::Granted, declared.head),
    };
    facts.services.push(Service {
        function: false,
        deploys: true,
        second_generation: Truth::No,
        name: name(declared),
        project: project(declared),
        exposure,
        unchecked: text_at(body, &["spec", "invokerIamDisabled"]).map_or(Truth::Unknown, |value| value.equals("true")),
        said,
        at: declared.at.clone(),
    });
    if let Some(field) = body.at(&["spec", "customAudiences"]) {
        let texts = field.tree.items().iter().filter_map(Tree::text);
        let is_whole = matches!(&field.tree, Tree::List(list) if !list.open);
        let given = texts.map(|audience| Some(audience.clone())).chain((!is_whole).then_some(None));
        for audience in given {
            let kind = EntryKind::Audiences(audience);
            facts.entries.push(Entry {
                service: name(declared),
                kind,
                address: None,
                said: field.at,
                at: declared.at.clone(),
            });
        }
    }
    let email = referred(declared, body.at(&["spec", "template", "serviceAccountRef"]));
    deployment(facts, declared, TargetKind::Service, email.clone());
    account(facts, declared, email, Purpose::Identity, None);
    let containers = ["spec", "template", "containers"];
    variables(facts, declared, body.at(&containers));
    environment::connector(facts, declared, TargetKind::Service, name(declared), &containers);
}

fn deployment(facts: &mut Facts, declared: &Declared, kind: TargetKind, account: Option<Given>) {
    facts.deployments.push(Deployment {
        target: Target {
            kind,
            name: name(declared),
            project: project(declared),
            region: text_at(&declared.body, &["spec", "location"]),
        },
        identity: account.map_or(Identity::Unknown, Identity::Account),
        publishes: None,
        mounts: Vec::new(),
        source: None,
        filled: Vec::new(),
        wording: Wording::Object,
        said: declared.head,
        at: declared.at.clone(),
    });
}

fn job(facts: &mut Facts, declared: &Declared) {
    let email = referred(declared, declared.body.at(&["spec", "template", "template", "serviceAccountRef"]));
    deployment(facts, declared, TargetKind::Job, email.clone());
    account(facts, declared, email, Purpose::Identity, None);
    let containers = ["spec", "template", "template", "containers"];
    variables(facts, declared, declared.body.at(&containers));
    environment::connector(facts, declared, TargetKind::Job, name(declared), &containers);
}

// ---- grants

/// What a policy is of, and its name.
fn resource(declared: &Declared) -> (ResourceKind, Option<Value>) {
    let body = &declared.body;
    let said = text_at(body, &["spec", "resourceRef", "kind"]);
    let kind = match said.as_ref().and_then(Value::literal).as_deref() {
        // What fills it in decides.
        None if said.is_some() => return (ResourceKind::Unsaid, None),
        Some("Project") => ResourceKind::Project,
        Some("Folder" | "Organization") => ResourceKind::Ancestor,
        Some("RunService") => ResourceKind::RunService,
        Some("RunJob") => ResourceKind::RunJob,
        Some("IAMServiceAccount") => ResourceKind::ServiceAccount,
        Some("SecretManagerSecret") => ResourceKind::Secret,
        _ => ResourceKind::Other,
    };
    let name = text_at(body, &["spec", "resourceRef", "external"]).map(|external| last(&external));
    // What is said of one resource is not said of any.
    let unknown = || Value::unknown(declared.head);
    (kind, name.or_else(|| text_at(body, &["spec", "resourceRef", "name"])).or_else(|| Some(unknown())))
}

fn member(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let (kind, name) = resource(declared);
    let role = given_at(body, &["spec", "role"]);
    let member =
        given_at(body, &["spec", "member"]).or_else(|| member_from(declared, body.at(&["spec", "memberFrom"])?));
    let conditional = body.has(&["spec", "condition"]);
    policy::add_grant(facts, declared, role, member, (kind, name.as_ref()), conditional);
}

fn bindings(facts: &mut Facts, declared: &Declared) {
    let (kind, name) = resource(declared);
    let bindings = declared.body.at(&["spec", "bindings"]);
    for binding in bindings.into_iter().flat_map(|field| field.tree.items()) {
        policy::add_binding(facts, declared, binding, kind, name.as_ref());
    }
}

/// A member that another object is: an account by its object, or something that is not followed.
fn member_from(declared: &Declared, from: &Field) -> Option<Given> {
    let account = referred(declared, from.tree.at(&["serviceAccountRef"]))?;
    let mut value = Value::text("serviceAccount:", Place { exact: false, ..account.at });
    value.append(&account.value);
    Some(account.with(value))
}
