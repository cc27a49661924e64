//! App Engine services: whom they run as, and what they are given.

use super::declare::{given_at, store};
use super::{Account, Facts, Purpose, Sink};
use crate::eval::Declared;
use crate::gcp::wording::Wording;

/// What an `app.yaml` says.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    if let Some(email) = given_at(&declared.body, &["service_account"]) {
        facts.accounts.push(Account { email, purpose: Purpose::Identity, caller: None, at: declared.at.clone() });
    }
    let variables = declared.body.at(&["env_variables"]).and_then(|field| field.tree.map());
    for field in variables.into_iter().flat_map(|map| &map.fields) {
        store(facts, declared, Sink::Variable(field.name.clone()), field, Wording::Object);
    }
}
