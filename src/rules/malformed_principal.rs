//! A member or the e-mail of an account has a form that no identity has.

use crate::facts::{Account, Grant, Verb};
use crate::finding::{Level, Safety};
use crate::gcp::principal::{self, FaultKind};
use crate::gcp::wording::Wording;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "malformed-principal",
    group: Group::Grants,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("malformed-principal"),
    covers: &[],
    checks: &[Check::Grant(Alone(grant)), Check::Account(Alone(account))],
    ..Rule::STABLE
};

fn grant(grant: &Grant, report: &mut Report) {
    let (Verb::Add, Some(given)) = (grant.verb, &grant.member) else { return };
    if let Some(fault) = principal::fault(&given.value).filter(|fault| !fault.kind.is_type()) {
        let (at, answer) =
            ((&grant.at, grant.wording == Wording::Command), "the binding will be refused (INVALID_ARGUMENT)");
        let draft = super::say_member_fault(given, &fault, at, answer, report);
        let named = grant.member_named.as_ref().filter(|_| fault.kind == FaultKind::FullName);
        let to = if named.is_some_and(|named| named.value.pieces().len() == 1) { "member" } else { "email" };
        if let Some((place, right)) = named.and_then(|named| super::account_reference(named, &["name", "id"], to)) {
            draft.help(format!("write `{right}`")).fix(Safety::Safe, [(place, right)]);
        }
    }
}

fn account(account: &Account, report: &mut Report) {
    if let Some(fault) = principal::account_fault(&account.email.value) {
        super::say_member_fault(&account.email, &fault, (&account.at, false), "no account has this e-mail", report);
    }
}
