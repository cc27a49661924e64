//! Clients of Scheduler, Tasks and Pub/Sub: calls that code sets up to be made later.
//!
//! Sources: the messages of `google.cloud.scheduler.v1`, `google.cloud.tasks.v2` and `google.pubsub.v1`
//! (<https://github.com/googleapis/googleapis>), as the libraries of Python, Node.js and Go spell them, checked 2026-11-21.

use super::{Called, given};
use crate::facts::header::names_a_credential;
use crate::facts::{Account, Call, Caller, Credential, Facts, Given, Header, Purpose, Sink, Stored, Token};
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::value::{Field, Place, Tree, Truth, Value};

/// What is set up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    Scheduler,
    Tasks,
    PubSub,
}

/// How a language spells what matters.
struct Spelling {
    request: &'static str,
    /// From a job to its target, and from that to the URL.
    job: &'static [&'static str],
    job_url: &'static str,
    /// The same of a task.
    task: &'static [&'static str],
    task_url: &'static str,
    /// From a subscription to where it is pushed, and from that to the URL.
    push: &'static str,
    push_url: &'static str,
    /// How pushed messages ask for a token.
    push_token: &'static [&'static str],
    method: &'static str,
    headers: &'static str,
    body: &'static str,
    id_token: &'static [&'static str],
    access_token: &'static [&'static str],
    email: &'static str,
    audience: &'static str,
    scope: &'static str,
    name: &'static str,
}

const PYTHON: Spelling = Spelling {
    request: "request",
    job: &["http_target"],
    job_url: "uri",
    task: &["http_request"],
    task_url: "url",
    push: "push_config",
    push_url: "push_endpoint",
    push_token: &["oidc_token"],
    method: "http_method",
    headers: "headers",
    body: "body",
    id_token: &["oidc_token"],
    access_token: &["oauth_token"],
    email: "service_account_email",
    audience: "audience",
    scope: "scope",
    name: "name",
};
const JAVASCRIPT: Spelling = Spelling {
    job: &["httpTarget"],
    task: &["httpRequest"],
    push: "pushConfig",
    push_url: "pushEndpoint",
    push_token: &["oidcToken"],
    method: "httpMethod",
    id_token: &["oidcToken"],
    access_token: &["oauthToken"],
    email: "serviceAccountEmail",
    ..PYTHON
};
const GO: Spelling = Spelling {
    request: "",
    job: &["Target", "HttpTarget"],
    job_url: "Uri",
    task: &["MessageType", "HttpRequest"],
    task_url: "Url",
    push: "PushConfig",
    push_url: "PushEndpoint",
    push_token: &["AuthenticationMethod", "OidcToken"],
    method: "HttpMethod",
    headers: "Headers",
    body: "Body",
    id_token: &["AuthorizationHeader", "OidcToken"],
    access_token: &["AuthorizationHeader", "OauthToken"],
    email: "ServiceAccountEmail",
    audience: "Audience",
    scope: "Scope",
    name: "Name",
};

/// The method that is called: what it sets up, where that stands, and whether it changes something that exists.
struct Method {
    service: Service,
    /// The job, task or subscription in the request.
    item: &'static str,
    changes: bool,
}

fn method(name: &str) -> Option<Method> {
    let (service, item, changes) = match name {
        "create_job" | "createJob" | "CreateJob" => (Service::Scheduler, "job", false),
        "update_job" | "updateJob" | "UpdateJob" => (Service::Scheduler, "job", true),
        "create_task" | "createTask" | "CreateTask" => (Service::Tasks, "task", false),
        "create_subscription" | "createSubscription" | "CreateSubscription" => (Service::PubSub, "", false),
        "modify_push_config" | "modifyPushConfig" => (Service::PubSub, "", true),
        _ => return None,
    };
    Some(Method { service, item, changes })
}

pub(super) fn add(facts: &mut Facts, call: &Called) {
    let (base, name) = call.method();
    let Some(method) = method(name) else { return };
    let library = match method.service {
        Service::Scheduler => "scheduler",
        Service::Tasks => "tasks",
        Service::PubSub => "pubsub",
    };
    let lower = base.to_ascii_lowercase();
    // `google.cloud.scheduler_v1.`, `@google-cloud/scheduler.`, `cloud.google.com/go/scheduler/apiv1.`; the client itself
    // may have any name.
    let is_library = ["google.cloud.", "@google-cloud/", "cloud.google.com/go/"].iter().any(|start| {
        let rest = lower.strip_prefix(start).and_then(|rest| rest.strip_prefix("cloud").or(Some(rest)));
        rest.is_some_and(|rest| rest.starts_with(library))
    });
    if !is_library {
        return;
    }
    let wording = call.wording();
    let spelling = match wording {
        Wording::Go => &GO,
        Wording::JavaScript => &JAVASCRIPT,
        _ => &PYTHON,
    };
    match method.service {
        Service::PubSub => subscription(facts, call, &method, spelling),
        Service::Scheduler | Service::Tasks => {
            if let Some(item) = item(call, &method, spelling) {
                target(facts, call, &method, spelling, item);
            }
        }
    }
}

/// The job or task, and whether more may be given than is seen.
fn item<'d>(call: &Called<'d>, method: &Method, spelling: &Spelling) -> Option<(&'d Tree, bool)> {
    let go = spelling.request.is_empty();
    let capital = |name: &str| {
        name.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(name.chars().skip(1)).collect::<String>()
    };
    let own = if go { capital(method.item) } else { method.item.to_owned() };
    // By its own name, in a request by name, or in a request that is the first argument (in Go behind the context).
    let direct = call.body.field(&own).map(|field| &field.tree);
    let request = call.argument(usize::from(go), &[spelling.request]).map(|field| &field.tree);
    let within = || request?.at(&[&own]).map(|field| &field.tree);
    // `create_task(parent, task)`, as older versions had it
    let second = || call.body.field("1").map(|field| &field.tree).filter(|_| !go);
    let item = direct.or_else(within).or_else(second)?;
    Some((item, call.body.open || item.map().is_none_or(|map| map.open)))
}

fn target(facts: &mut Facts, call: &Called, method: &Method, spelling: &Spelling, (item, open): (&Tree, bool)) {
    let (caller, path, url) = match method.service {
        Service::Scheduler => (Caller::SchedulerJob, spelling.job, spelling.job_url),
        _ => (Caller::Task, spelling.task, spelling.task_url),
    };
    let Some(found) = item.at(path) else { return };
    let target = &found.tree;
    if target.map().is_none() {
        return;
    }
    let credential = credential(target, spelling, target.at(&[spelling.headers]), open || method.changes);
    // `projects/P/locations/L/jobs/NAME`
    let name = item.at(&[spelling.name]).and_then(given).and_then(|given| given.value.split('/').pop());
    accounts(facts, call, target, spelling, caller);
    headers(facts, call, target.at(&[spelling.headers]), (caller, &credential, name.as_ref()));
    facts.calls.push(Call {
        caller,
        wording: call.wording(),
        name,
        project: None,
        changes: method.changes,
        url: target.at(&[url]).and_then(given),
        method: target.at(&[spelling.method]).map(method_of),
        credential,
        body: target.has(&[spelling.body]),
        content: None,
        command: call.declared.head,
        at: call.declared.at.clone(),
    });
}

/// `"POST"`, or an enumeration's member that ends with it: `tasks_v2.HttpMethod.POST`, `pb.HttpMethod_POST`.
fn method_of(field: &Field) -> Given {
    let near = Place { exact: false, ..field.at };
    let found = given(field).unwrap_or_else(|| Given::new(Value::unknown(near), near, near));
    if found.value.is_literal() {
        return found;
    }
    let shown = found.value.to_string();
    let last = shown.trim_end_matches('}').rsplit(['.', '_']).next().unwrap_or("");
    if ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].contains(&last) {
        return found.with(Value::text(last.to_owned(), near));
    }
    found
}

fn credential(target: &Tree, spelling: &Spelling, headers: Option<&Field>, open: bool) -> Credential {
    let may_carry = headers.is_some_and(|headers| {
        headers.tree.map().is_none_or(|map| map.open || map.fields.iter().any(|field| names_a_credential(&field.name)))
    });
    // A token that is nothing may be so in one of several ways to the call alone.
    let is_null = |path: &[&str]| {
        let named = |field: &Field| path.first() == Some(&&*field.name);
        target
            .map()
            .is_some_and(|map| map.fields.iter().any(|field| named(field) && matches!(field.tree, Tree::Null(_))))
    };
    if is_null(spelling.id_token) || is_null(spelling.access_token) {
        return Credential::Unknown;
    }
    match (target.has(spelling.id_token), target.has(spelling.access_token)) {
        (Truth::Yes, Truth::No) => {
            token(target, spelling.id_token, spelling).map_or(Credential::Unknown, Credential::IdToken)
        }
        (Truth::No, Truth::Yes) => {
            token(target, spelling.access_token, spelling).map_or(Credential::Unknown, Credential::AccessToken)
        }
        (Truth::No, Truth::No) if !may_carry && !open => Credential::None,
        _ => Credential::Unknown,
    }
}

fn token(target: &Tree, path: &[&str], spelling: &Spelling) -> Option<Token> {
    let asks = target.at(path)?;
    // In Go one type stands around another.
    let around = target.at(path.get(..1)?)?;
    let given = |name: &str| asks.tree.at(&[name]).and_then(given);
    let near = |place: Place| Place { exact: false, ..place };
    Some(Token {
        at: near(asks.at),
        whole: near(around.whole),
        account: given(spelling.email),
        audience: given(spelling.audience),
        scope: given(spelling.scope),
        minted: None,
        open: [spelling.audience, spelling.scope].iter().any(|name| asks.tree.has(&[name]) == Truth::Unknown),
    })
}

fn accounts(facts: &mut Facts, call: &Called, target: &Tree, spelling: &Spelling, caller: Caller) {
    for path in [spelling.id_token, spelling.access_token] {
        let asks = target.at(path).and_then(|asks| asks.tree.at(&[spelling.email]));
        if let Some(email) = asks.and_then(given) {
            let at = call.declared.at.clone();
            facts.accounts.push(Account { email, purpose: Purpose::Caller, caller: Some(caller), at });
        }
    }
}

fn headers(
    facts: &mut Facts,
    call: &Called,
    headers: Option<&Field>,
    (caller, credential, job): (Caller, &Credential, Option<&Value>),
) {
    let token = match credential {
        Credential::IdToken(token) | Credential::AccessToken(token) => Some(token.at),
        _ => None,
    };
    for field in headers.and_then(|headers| headers.tree.map()).into_iter().flat_map(|map| &map.fields) {
        let Some(value) = field.tree.text().map(settle) else { continue };
        let place = Place { exact: false, ..field.at };
        let at = call.declared.at.clone();
        // A task is sent at once; what a job is given must last.
        if caller == Caller::SchedulerJob {
            let (sink, wording) = (Sink::Header(field.name.clone()), call.wording());
            facts.stored.push(Stored { sink, value: value.clone(), place, wording, at: at.clone() });
        }
        let (job, name) = (job.cloned(), field.name.trim().to_owned());
        facts.headers.push(Header { caller, job, name, value, place, token, removal: None, at });
    }
}

fn subscription(facts: &mut Facts, call: &Called, method: &Method, spelling: &Spelling) {
    // In the request, by its own name, or among the settings that are the last argument.
    let own = call.body.field(spelling.push);
    let within = || call.body.fields.iter().rev().find_map(|field| field.tree.at(&[spelling.push]));
    let Some(push) = own.or_else(within) else { return };
    let Some(map) = push.tree.map() else { return };
    // It can ask for no other.
    let spelling = &Spelling { id_token: spelling.push_token, access_token: &["-"], ..*spelling };
    accounts(facts, call, &push.tree, spelling, Caller::PushSubscription);
    facts.calls.push(Call {
        caller: Caller::PushSubscription,
        wording: call.wording(),
        name: None,
        project: None,
        changes: method.changes,
        url: push.tree.at(&[spelling.push_url]).and_then(given),
        method: None,
        credential: credential(&push.tree, spelling, None, map.open || method.changes || call.body.open),
        body: Truth::Yes,
        content: None,
        command: call.declared.head,
        at: call.declared.at.clone(),
    });
}
