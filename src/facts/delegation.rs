//! Accounts that the IAM Credentials API is asked to be, by their full names.

use super::request::Parts;
use super::{Facts, Given};
use crate::eval::{Run, Statement};
use crate::gcp::output::{Meaning, meaning_of};
use crate::value::{Place, Value};

/// An account that is named in full to the IAM Credentials API.
#[derive(Debug, Clone)]
pub struct FullName {
    /// What holds the name.
    pub given: Given,
    /// The project in it.
    pub project: Value,
    /// Whether it is a link of a chain that leads to the account, and not the account itself.
    pub delegate: bool,
    /// The statement.
    pub at: Statement,
}

/// Methods of the API.
const METHODS: &[&str] = &[":generateAccessToken", ":generateIdToken", ":signBlob", ":signJwt"];
/// Names of one request that are looked at.
const MAX_NAMES: usize = 16;

pub(super) fn add(facts: &mut Facts, parts: &Parts, run: &Run) {
    for given in &parts.urls {
        let url = given.url();
        if !url.is_api("iamcredentials") || !METHODS.iter().any(|method| url.path.ends_with(method).is_yes()) {
            continue;
        }
        let Some(rest) = url.path.strip_prefix("/v1/") else { continue };
        name(facts, given, &rest, false, &run.at);
        for body in &parts.bodies {
            delegates(facts, body, &run.at);
        }
    }
}

/// A full name, when it is one.
pub(super) fn name(facts: &mut Facts, given: &Given, value: &Value, delegate: bool, at: &Statement) {
    let Some((project, rest)) = value.strip_prefix("projects/").and_then(|rest| rest.split_once('/')) else { return };
    if rest.starts_with("serviceAccounts/").is_yes() {
        facts.full_names.push(FullName { given: given.clone(), project, delegate, at: at.clone() });
    }
}

/// The names in the text of a body.
fn delegates(facts: &mut Facts, body: &Given, at: &Statement) {
    if !body.value.contains("delegates").is_yes() {
        return;
    }
    for part in body.value.split('"').into_iter().filter(|part| part.starts_with("projects/").is_yes()).take(MAX_NAMES)
    {
        name(facts, body, &part, true, at);
    }
}

impl FullName {
    /// Whether the project is surely one, and not the `-` that stands for all of them.
    pub fn names_a_project(&self) -> bool {
        let known = self.project.known_prefix();
        let said = !known.is_empty() && known != "-";
        said || matches!(meaning_of(&self.project), Meaning::ProjectId)
    }

    /// Where the project is written, when it stands in the name itself.
    pub fn place(&self) -> Option<Place> {
        let [only] = self.project.pieces() else { return None };
        let place = only.place();
        let within = place.file == self.given.whole.file && self.given.whole.span.contains(place.span);
        within.then_some(place)
    }
}
