//! The type in front of a member is missing, misspelt or not that of the identity.

use crate::facts::{Grant, Verb};
use crate::finding::{Level, Safety};
use crate::gcp::principal::{self, FaultKind};
use crate::gcp::wording::Wording;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "member-type",
    group: Group::Grants,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("member-type"),
    covers: &[],
    checks: &[Check::Grant(Alone(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, report: &mut Report) {
    let (Verb::Add, Some(given)) = (grant.verb, &grant.member) else { return };
    let Some(fault) = principal::fault(&given.value).filter(|fault| fault.kind.is_type()) else { return };
    let answer = match grant.wording {
        Wording::Declared => "such a member is granted nothing",
        _ => "the binding will be refused (INVALID_ARGUMENT)",
    };
    let draft = super::say_member_fault(given, &fault, (&grant.at, grant.wording == Wording::Command), answer, report);
    // An account that is declared here has an attribute with the type in front.
    if fault.kind == FaultKind::MissingPrefix
        && let Some((place, right)) =
            grant.member_named.as_ref().and_then(|named| super::account_reference(named, &["email"], "member"))
    {
        draft.help(format!("write `{right}`")).fix(Safety::Safe, [(place, right)]);
    }
}
