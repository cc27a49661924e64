//! Calls that are set up to be made later: Scheduler jobs, queues that route their tasks, push subscriptions.

use super::{account, store};
use crate::eval::Declared;
use crate::facts::declare::{given, given_at, text_at};
use crate::facts::header::names_a_credential;
use crate::facts::{Call, Caller, Credential, Facts, Given, Header, Purpose, Removal, Sink, Token};
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::program::Schema;
use crate::value::{Place, Tree, Truth, Value};

pub(super) fn scheduler(facts: &mut Facts, declared: &Declared) {
    let own = declared.body.at(&["app_engine_http_target", "headers"]).and_then(|headers| headers.tree.map());
    for field in own.into_iter().flat_map(|map| &map.fields) {
        if let Some(value) = field.tree.text() {
            store(facts, declared, Sink::Header(field.name.clone()), value, field.at);
        }
    }
    if let Some(target) = declared.body.at(&["http_target"]) {
        http(facts, declared, Caller::SchedulerJob, &target.tree, given_at(&target.tree, &["uri"]));
    }
}

/// The modules of Ansible name their arguments as Terraform does its own.
pub(super) fn wording(declared: &Declared) -> Wording {
    match declared.schema {
        Schema::Module => Wording::Module,
        // Most of Pulumi's programs are in TypeScript.
        Schema::Code => Wording::JavaScript,
        _ => Wording::Terraform,
    }
}

/// A queue may say for all of its tasks where they go and what they carry.
pub(super) fn queue(facts: &mut Facts, declared: &Declared) {
    let Some(target) = declared.body.at(&["http_target"]) else { return };
    let host = given_at(&target.tree, &["uri_override", "host"]);
    let url = host.map(|host| {
        let mut value = Value::text("https://", Place { exact: false, ..host.at });
        value.append(&host.value);
        host.with(value)
    });
    http(facts, declared, Caller::Task, &target.tree, url);
}

fn http(facts: &mut Facts, declared: &Declared, caller: Caller, target: &Tree, url: Option<Given>) {
    for kind in ["oidc_token", "oauth_token"] {
        account(facts, declared, given_at(target, &[kind, "service_account_email"]), Purpose::Caller, Some(caller));
    }
    let headers = headers(target);
    let may_carry = headers.iter().any(|(name, ..)| names_a_credential(name)) || hides_headers(target);
    let mut credential = credential(target, may_carry);
    // What was there before the file may be otherwise, and stays so.
    if let Credential::IdToken(token) | Credential::AccessToken(token) = &mut credential {
        token.open |= is_ignored(declared, "http_target");
    }
    let token = match &credential {
        Credential::IdToken(token) | Credential::AccessToken(token) => Some(token.at),
        _ => None,
    };
    let name = text_at(&declared.body, &["name"]);
    for (header, value, place, whole) in headers {
        store(facts, declared, Sink::Header(header.clone()), value, place);
        let (job, value, at) = (name.clone(), settle(value), declared.at.clone());
        let removal = whole.filter(|_| declared.schema == Schema::Terraform).map(Removal::Lines);
        facts.headers.push(Header { caller, job, name: header, value, place, token, removal, at });
    }
    facts.calls.push(Call {
        caller,
        wording: wording(declared),
        name,
        project: text_at(&declared.body, &["project"]),
        changes: false,
        url,
        method: given_at(target, &["http_method"]),
        credential,
        body: target.has(&["body"]),
        content: text_at(target, &["body"]),
        command: declared.head,
        at: declared.at.clone(),
    });
}

/// What the token blocks ask for.
fn credential(target: &Tree, otherwise: bool) -> Credential {
    match (target.has(&["oidc_token"]), target.has(&["oauth_token"])) {
        (Truth::Yes, Truth::No) => token(target, "oidc_token").map_or(Credential::Unknown, Credential::IdToken),
        (Truth::No, Truth::Yes) => token(target, "oauth_token").map_or(Credential::Unknown, Credential::AccessToken),
        (Truth::No, Truth::No) if !otherwise => Credential::None,
        _ => Credential::Unknown,
    }
}

fn token(target: &Tree, block: &str) -> Option<Token> {
    let asks = target.at(&[block])?;
    Some(Token {
        at: asks.at,
        whole: asks.whole,
        account: given_at(&asks.tree, &["service_account_email"]),
        audience: asks.tree.at(&["audience"]).and_then(given),
        scope: asks.tree.at(&["scope"]).and_then(given),
        minted: None,
        open: asks.tree.has(&["audience"]) == Truth::Unknown || asks.tree.has(&["scope"]) == Truth::Unknown,
    })
}

/// Whether changes of an argument, or of a part of it, are left alone: `lifecycle { ignore_changes = [http_target] }`.
fn is_ignored(declared: &Declared, argument: &str) -> bool {
    let Some(list) = declared.body.at(&["lifecycle", "ignore_changes"]) else { return false };
    let names = |item: &Tree| {
        let shown = item.text().map(ToString::to_string).unwrap_or_default();
        let name = shown.trim_start_matches("${");
        name.starts_with(argument) || name == "all}"
    };
    names(&list.tree) || list.tree.items().iter().any(names)
}

/// The headers that are seen: those of a job, and those that a queue sets for all of its tasks.
fn headers(target: &Tree) -> Vec<(String, &Value, Place, Option<Place>)> {
    let of_job = target.at(&["headers"]).and_then(|headers| headers.tree.map());
    let of_job = of_job.into_iter().flat_map(|map| &map.fields);
    let mut all: Vec<_> = of_job
        .filter_map(|field| Some((field.name.trim().to_owned(), field.tree.text()?, field.at, Some(field.whole))))
        .collect();
    for item in target.at(&["header_overrides"]).into_iter().flat_map(|field| field.tree.items()) {
        if let (Some(name), Some(value)) = (item.text_at(&["header", "key"]), item.at(&["header", "value"]))
            && let (Some(name), Some(text)) = (name.literal(), value.tree.text())
        {
            all.push((name.trim().to_owned(), text, value.at, None));
        }
    }
    all
}

/// Whether there may be headers that are not seen.
fn hides_headers(target: &Tree) -> bool {
    let of_job = match target.at(&["headers"]) {
        None => !target.has(&["headers"]).is_no(),
        Some(field) => field.tree.map().is_none_or(|map| map.open),
    };
    let name_is_hidden = |item: &Tree| item.text_at(&["header", "key"]).is_none_or(|name| !name.is_literal());
    of_job
        || match target.at(&["header_overrides"]).map(|field| &field.tree) {
            None => !target.has(&["header_overrides"]).is_no(),
            Some(Tree::List(list)) => list.open || list.items.iter().any(name_is_hidden),
            Some(other) => name_is_hidden(other),
        }
}

pub(super) fn subscription(facts: &mut Facts, declared: &Declared) {
    let Some(push) = declared.body.at(&["push_config"]) else { return };
    let email = given_at(&push.tree, &["oidc_token", "service_account_email"]);
    account(facts, declared, email, Purpose::Caller, Some(Caller::PushSubscription));
    facts.calls.push(Call {
        caller: Caller::PushSubscription,
        wording: wording(declared),
        name: text_at(&declared.body, &["name"]),
        project: text_at(&declared.body, &["project"]),
        changes: false,
        url: given_at(&push.tree, &["push_endpoint"]),
        method: None,
        credential: credential(&push.tree, false),
        body: Truth::Yes,
        content: None,
        command: declared.head,
        at: declared.at.clone(),
    });
}

/// What a trigger delivers, it delivers as its account.
pub(super) fn trigger(facts: &mut Facts, declared: &Declared) {
    account(facts, declared, given_at(&declared.body, &["service_account"]), Purpose::Caller, None);
}
