//! A Google-managed service agent is named as the account of a job, task or subscription.

use crate::facts::{Account, Caller, Purpose};
use crate::finding::Level;
use crate::gcp::agent;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "service-agent-as-caller",
    group: Group::Grants,
    level: Level::Error,
    fix: None,
    page: page!("service-agent-as-caller"),
    covers: &[],
    checks: &[Check::Account(Alone(check))],
    ..Rule::STABLE
};

fn check(account: &Account, report: &mut Report) {
    let (Purpose::Caller, Some(caller)) = (account.purpose, account.caller) else { return };
    let Some(agent) = agent::service_agent(&account.email.value) else { return };
    let whose = agent.api.map_or_else(|| "a service agent".to_owned(), |api| format!("the service agent of `{api}`"));
    // How the project's number is found out does not matter here.
    let part = |piece: &Piece| if let Piece::Output(..) = piece { "$(…)".to_owned() } else { piece.to_string() };
    let name: String = account.email.value.pieces().iter().map(part).collect();
    let message = format!(
        "`{name}` is {whose}, an account that belongs to Google; a {} needs a service account of \
         your own project",
        caller.shown()
    );
    // Google's words are about Scheduler; for push the same is only very probable.
    let level = if caller == Caller::PushSubscription { Level::Warning } else { Level::Error };
    report
        .add(level, &account.at, account.email.at, message)
        .label("a service agent")
        .built(&account.email, "the account")
        .help("create a service account, let it call the target, and name it here");
}
