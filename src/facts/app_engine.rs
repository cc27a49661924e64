//! App Engine services: whom they run as, and what they are given.

use super::declare::{given_at, store, text_at};
use super::environment::Builder;
use super::{Account, Facts, Purpose, Sink, TargetKind};
use crate::eval::Declared;
use crate::gcp::wording::Wording;
use crate::value::Value;

/// What an `app.yaml` says.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    if let Some(email) = given_at(&declared.body, &["service_account"]) {
        facts.accounts.push(Account { email, purpose: Purpose::Identity, caller: None, at: declared.at.clone() });
    }
    let variables = declared.body.at(&["env_variables"]).and_then(|field| field.tree.map());
    for field in variables.into_iter().flat_map(|map| &map.fields) {
        store(facts, declared, Sink::Variable(field.name.clone()), field, Wording::Object);
    }
    let name = text_at(&declared.body, &["service"]).or_else(|| Some(Value::text("default", declared.head)));
    let mut builder = Builder::new(declared, TargetKind::AppEngine, name, Wording::Object);
    builder.named(&declared.body, &["env_variables"]);
    // Files that it includes may give more (`includes`), and so does what replaces the file of a deployment.
    if !declared.body.has(&["includes"]).is_no() {
        builder.open();
    }
    facts.environment.push(builder.finish());
}
