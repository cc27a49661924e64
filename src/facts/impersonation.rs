//! Accounts that are impersonated: whoever does it needs a grant on them.

use super::{Facts, Given, login};
use crate::eval::{Run, Statement};
use crate::gcp::invocation::Invocation;

/// An account that gcloud is told to impersonate.
#[derive(Debug, Clone)]
pub struct Impersonation {
    /// The account; of a chain the last one, which is asked for a token by the one before.
    pub account: Given,
    /// The statement.
    pub at: Statement,
}

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let flag = invocation.flag("--impersonate-service-account").and_then(Given::of);
    let Some(account) = flag.or_else(|| login::impersonated(invocation)) else { return };
    // A chain of accounts has grants between its links.
    if account.value.contains(",").is_no() || !account.value.is_literal() {
        facts.impersonations.push(Impersonation { account, at: run.at.clone() });
    }
}
