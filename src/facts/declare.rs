//! What is declared → what it says. Which file knows which vocabulary stands here, and nowhere else.

use super::{
    Facts, Given, Sink, Stored, action, app_engine, build, ci, code, gateway, image, mark, object, policy, pulumi,
    terraform, workflow,
};
use crate::eval::Declared;
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::program::Schema;
use crate::value::{Field, Tree, Value};

/// Adds what something declared says.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    match declared.schema {
        Schema::Terraform => terraform::add(facts, declared),
        Schema::Module => terraform::add_module(facts, declared),
        Schema::AppEngine => app_engine::add(facts, declared),
        Schema::Object => object::add(facts, declared),
        Schema::Policy => policy::add(facts, declared),
        Schema::Workflow => workflow::add(facts, declared),
        Schema::Gateway => gateway::add(facts, declared),
        Schema::Action => action::add(facts, declared),
        Schema::Job => ci::job(facts, declared),
        Schema::Mark => mark::add(facts, declared),
        Schema::Build => build::add(facts, declared),
        Schema::Image => image::add(facts, declared),
        Schema::Code => {
            if !pulumi::add(facts, declared) {
                code::add(facts, declared);
            }
        }
    }
}

/// A field that is put where a running system reads it; nothing when it is no text.
pub(super) fn store(facts: &mut Facts, declared: &Declared, sink: Sink, field: &Field, wording: Wording) {
    if let Some(value) = field.tree.text().map(settle) {
        facts.stored.push(Stored { sink, value, place: field.at, wording, at: declared.at.clone() });
    }
}

/// A field that is a text, with what follows from declarations written out.
pub(super) fn given(field: &Field) -> Option<Given> {
    Some(Given::new(settle(field.tree.text()?), field.at, field.whole))
}

/// The field at the end of a path of names, when it is a text.
pub(super) fn given_at(tree: &Tree, path: &[&str]) -> Option<Given> {
    given(tree.at(path)?)
}

/// The text at the end of a path of names.
pub(super) fn text_at(tree: &Tree, path: &[&str]) -> Option<Value> {
    tree.text_at(path).map(settle)
}
