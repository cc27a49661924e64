//! Calls that are set up to be made later: Scheduler jobs, tasks, push subscriptions.

use super::{Call, Caller, Credential, Facts, Given, Sink, Stored, Token, given, header};
use crate::eval::Run;
use crate::gcp::invocation::{FlagUse, Invocation, pairs};
use crate::gcp::wording::Wording;
use crate::value::{Truth, Value};

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let (caller, url, changes) = match invocation.path {
        "scheduler jobs create http" => (Caller::SchedulerJob, "--uri", invocation.guessed),
        "scheduler jobs update http" => (Caller::SchedulerJob, "--uri", true),
        "tasks create-http-task" => (Caller::Task, "--url", false),
        "pubsub subscriptions create" => (Caller::PushSubscription, "--push-endpoint", false),
        "pubsub subscriptions update" | "pubsub subscriptions modify-push-config" => {
            (Caller::PushSubscription, "--push-endpoint", true)
        }
        _ => return,
    };
    if caller == Caller::SchedulerJob {
        // A task is sent at once; what a job is given must last.
        headers(facts, invocation, run);
    }
    let body = ["--message-body", "--message-body-from-file", "--body-content", "--body-file"]
        .iter()
        .map(|flag| invocation.has(flag))
        .fold(Truth::No, |all, one| all.negate().and(one.negate()).negate());
    let credential = credential(caller, invocation, changes);
    header::add(facts, invocation, caller, &credential, run);
    facts.calls.push(Call {
        caller,
        wording: Wording::Command,
        name: invocation.positionals.first().cloned(),
        project: project(invocation),
        changes,
        url: given(invocation, url),
        method: given(invocation, "--http-method").or_else(|| given(invocation, "--method")),
        credential,
        body,
        content: invocation.value("--message-body").or_else(|| invocation.value("--body-content")).cloned(),
        command: invocation.at,
        at: run.at.clone(),
    });
}

/// The project of a job, task or subscription: that of a full name counts before `--project`.
fn project(invocation: &Invocation) -> Option<Value> {
    let full = |name: &Value| {
        let rest = name.strip_prefix("projects/")?;
        rest.split_once('/').map(|(project, _)| project)
    };
    let names = invocation.positionals.first().into_iter().chain(invocation.value("--queue"));
    names.into_iter().find_map(full).or_else(|| invocation.value("--project").cloned())
}

fn credential(caller: Caller, invocation: &Invocation, changes: bool) -> Credential {
    let given = |name| given(invocation, name);
    let token = |account: Option<Given>, audience: Option<Given>, scope: Option<Given>| {
        let at = [&account, &audience, &scope].into_iter().flatten().next().map(|given| (given.at, given.whole));
        at.map(|(at, whole)| Token { at, whole, account, audience, scope, minted: None, open: invocation.open })
    };
    let (id, access) = if caller == Caller::PushSubscription {
        (token(given("--push-auth-service-account"), given("--push-auth-token-audience"), None), None)
    } else {
        (
            token(given("--oidc-service-account-email"), given("--oidc-token-audience"), None),
            token(given("--oauth-service-account-email"), None, given("--oauth-token-scope")),
        )
    };
    let open = invocation.open || changes || may_carry_a_credential(invocation);
    match (id, access) {
        (Some(token), None) => Credential::IdToken(token),
        (None, Some(token)) => Credential::AccessToken(token),
        (None, None) if !open => Credential::None,
        _ => Credential::Unknown,
    }
}

/// Whether a header may prove who calls: its name says so, or is not known.
fn may_carry_a_credential(invocation: &Invocation) -> bool {
    let names_one = |name: &Value| name.literal().is_none_or(|name| header::names_a_credential(&name));
    // `Content-Type=text/plain${MORE}`: more headers may follow.
    let goes_on = |value: &Value| !value.is_literal() && value.pieces().len() > 1;
    header_flags(invocation).any(|flag| {
        let headers = header_pairs(flag);
        headers.is_empty() || headers.iter().any(|(name, value)| names_one(name) || value.as_ref().is_some_and(goes_on))
    })
}

pub(super) fn header_flags(invocation: &Invocation) -> impl Iterator<Item = &FlagUse> {
    let flags = ["--headers", "--update-headers", "--header"];
    invocation.flags.iter().filter(move |flag| flags.contains(&flag.name.as_str()))
}

pub(super) fn header_pairs(flag: &FlagUse) -> Vec<(Value, Option<Value>)> {
    let Some(value) = &flag.value else { return Vec::new() };
    if flag.name == "--header" {
        value.split_once(':').into_iter().map(|(name, value)| (name, Some(value))).collect()
    } else {
        pairs(value)
    }
}

fn headers(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    for flag in header_flags(invocation) {
        for (name, value) in header_pairs(flag) {
            if let (Some(name), Some(value)) = (name.literal(), value) {
                facts.stored.push(Stored {
                    sink: Sink::Header(name),
                    value,
                    place: flag.at,
                    wording: Wording::Command,
                    at: run.at.clone(),
                });
            }
        }
    }
}
