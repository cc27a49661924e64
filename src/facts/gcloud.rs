//! A gcloud command line → what it says. Which file knows which command stands here, and nowhere else.

use super::{
    Account, Caller, Facts, Gcloud, Given, Purpose, build, deploy, deployment, entry, environment, grant,
    impersonation, login, provider, schedule, trigger,
};
use crate::eval::Run;
use crate::gcp::invocation::Invocation;

/// Flags that name the account whose token a caller carries.
const CALLERS: &[&str] =
    &["--oidc-service-account-email", "--oauth-service-account-email", "--push-auth-service-account"];
/// Flags that name the account that something runs as.
const IDENTITIES: &[&str] =
    &["--service-account", "--impersonate-service-account", "--run-service-account", "--trigger-service-account"];

pub(super) fn add(facts: &mut Facts, invocation: Invocation, run: &Run) {
    if invocation.is_command {
        accounts(facts, &invocation, run);
        schedule::add(facts, &invocation, run);
        deploy::add(facts, &invocation, run);
        deployment::add(facts, &invocation, run);
        trigger::add(facts, &invocation, run);
        impersonation::add(facts, &invocation, run);
        entry::add(facts, &invocation, run);
        environment::add(facts, &invocation, run);
        grant::add(facts, &invocation, run);
        provider::add(facts, &invocation, run);
        build::submit(facts, &invocation, run);
    }
    login::add(facts, &invocation, run);
    facts.commands.push(Gcloud { invocation, is_fed: run.input.is_some(), at: run.at.clone() });
}

fn accounts(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let caller = match invocation.path {
        path if path.starts_with("scheduler jobs ") => Some(Caller::SchedulerJob),
        path if path.starts_with("tasks ") => Some(Caller::Task),
        path if path.starts_with("pubsub subscriptions ") => Some(Caller::PushSubscription),
        _ => None,
    };
    for (names, purpose) in [(CALLERS, Purpose::Caller), (IDENTITIES, Purpose::Identity)] {
        for flag in names.iter().filter_map(|name| invocation.flag(name)).filter(|flag| flag.known.is_some()) {
            if let Some(email) = Given::of(flag) {
                facts.accounts.push(Account { email, purpose, caller, at: run.at.clone() });
            }
        }
    }
}
