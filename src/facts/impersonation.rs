//! Accounts that are impersonated: whoever does it needs a grant on them.

use super::{Facts, Given, login};
use crate::eval::{Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::value::Truth;

/// An account that gcloud is told to impersonate.
#[derive(Debug, Clone)]
pub struct Impersonation {
    /// The account; of a chain the last one, which is asked for a token by the one before.
    pub account: Given,
    /// Whether only an ID token is asked for.
    pub id_token: Truth,
    /// The statement.
    pub at: Statement,
}

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let flag = invocation.flag("--impersonate-service-account").and_then(Given::of);
    let Some(account) = flag.or_else(|| login::impersonated(invocation)) else { return };
    // A chain of accounts has grants between its links.
    if account.value.contains(",").is_no() || !account.value.is_literal() {
        let id_token = Truth::from(invocation.is(&["auth print-identity-token"]));
        facts.impersonations.push(Impersonation { account, id_token, at: run.at.clone() });
    }
}
