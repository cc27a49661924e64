//! App Engine services: whom they run as, and what they are given.

use super::declare::given_at;
use super::{Account, Facts, Purpose, Sink, Stored};
use crate::eval::Declared;
use crate::gcp::wording::Wording;

/// What an `app.yaml` says.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    if let Some(email) = given_at(&declared.body, &["service_account"]) {
        facts.accounts.push(Account { email, purpose: Purpose::Identity, caller: None, at: declared.at.clone() });
    }
    let variables = declared.body.at(&["env_variables"]).and_then(|field| field.tree.map());
    for field in variables.into_iter().flat_map(|map| &map.fields) {
        if let Some(value) = field.tree.text() {
            let sink = Sink::Variable(field.name.clone());
            facts.stored.push(Stored {
                sink,
                value: value.clone(),
                place: field.at,
                wording: Wording::Object,
                at: declared.at.clone(),
            });
        }
    }
}
