//! Calls that are set up to be made later: Scheduler jobs, queues that route their tasks, push subscriptions.

use super::account;
use crate::eval::Declared;
use crate::facts::declare::{given, given_at, text_at};
use crate::facts::{Call, Caller, Credential, Facts, Given, Purpose, Sink, Stored, Token};
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::program::Schema;
use crate::value::{Place, Tree, Truth, Value};

pub(super) fn scheduler(facts: &mut Facts, declared: &Declared) {
    if let Some(target) = declared.body.at(&["http_target"]) {
        http(facts, declared, Caller::SchedulerJob, &target.tree, given_at(&target.tree, &["uri"]));
    }
}

/// The modules of Ansible name their arguments as Terraform does its own.
fn wording(declared: &Declared) -> Wording {
    if declared.schema == Schema::Module { Wording::Module } else { Wording::Terraform }
}

/// A queue may say for all of its tasks where they go and what they carry.
pub(super) fn queue(facts: &mut Facts, declared: &Declared) {
    let Some(target) = declared.body.at(&["http_target"]) else { return };
    let host = given_at(&target.tree, &["uri_override", "host"]);
    let url = host.map(|host| {
        let mut value = Value::text("https://", Place { exact: false, ..host.at });
        value.append(&host.value);
        Given { value, ..host }
    });
    http(facts, declared, Caller::Task, &target.tree, url);
}

fn http(facts: &mut Facts, declared: &Declared, caller: Caller, target: &Tree, url: Option<Given>) {
    for kind in ["oidc_token", "oauth_token"] {
        account(facts, declared, given_at(target, &[kind, "service_account_email"]), Purpose::Caller, Some(caller));
    }
    // A task is sent at once; what a job is given must last.
    let headers = if caller == Caller::SchedulerJob { target.at(&["headers"]) } else { None };
    for field in headers.and_then(|headers| headers.tree.map()).into_iter().flat_map(|map| &map.fields) {
        if let Some(value) = field.tree.text() {
            let sink = Sink::Header(field.name.clone());
            facts.stored.push(Stored { sink, value: settle(value), place: field.at, at: declared.at.clone() });
        }
    }
    facts.calls.push(Call {
        caller,
        wording: wording(declared),
        name: text_at(&declared.body, &["name"]),
        project: text_at(&declared.body, &["project"]),
        changes: false,
        url,
        method: given_at(target, &["http_method"]),
        credential: credential(target, may_carry_a_credential(target)),
        body: target.has(&["body"]),
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

/// Whether a header may prove who calls: its name says so, or is not known.
fn may_carry_a_credential(target: &Tree) -> bool {
    let words = ["auth", "token", "key", "secret", "goog", "cookie"];
    match target.at(&["headers"]).map(|field| &field.tree) {
        None => !target.has(&["headers"]).is_no(),
        Some(headers) => headers.map().is_none_or(|map| {
            let names_one = |name: &str| words.iter().any(|word| name.to_ascii_lowercase().contains(word));
            map.open || map.fields.iter().any(|field| names_one(&field.name))
        }),
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
        command: declared.head,
        at: declared.at.clone(),
    });
}

/// What a trigger delivers, it delivers as its account.
pub(super) fn trigger(facts: &mut Facts, declared: &Declared) {
    account(facts, declared, given_at(&declared.body, &["service_account"]), Purpose::Caller, None);
}
