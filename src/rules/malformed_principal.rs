//! A member or the e-mail of an account has a form that no identity has.

use crate::facts::{Account, Grant, Verb};
use crate::finding::{Level, Safety};
use crate::gcp::principal;
use crate::project::Project;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "malformed-principal",
    group: Group::Grants,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("malformed-principal"),
    covers: &[],
    checks: &[Check::Grant(grant), Check::Account(account)],
    ..Rule::STABLE
};

fn grant(grant: &Grant, _: &Project, report: &mut Report) {
    let (Verb::Add, Some(given)) = (grant.verb, &grant.member) else { return };
    if let Some(fault) = principal::fault(&given.value).filter(|fault| !fault.kind.is_type()) {
        super::say_member_fault(given, &fault, &grant.at, "the binding will be refused (INVALID_ARGUMENT)", report);
    }
}

fn account(account: &Account, _: &Project, report: &mut Report) {
    if let Some(fault) = principal::account_fault(&account.email.value) {
        super::say_member_fault(&account.email, &fault, &account.at, "no account has this e-mail", report);
    }
}
