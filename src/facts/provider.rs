//! Providers of workload identity pools: who may come in, and what is known of them then.
//!
//! <https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines> and
//! <https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/iam_workload_identity_pool_provider>,
//! checked 2026-11-30.

use super::declare::{given_at, text_at};
use super::environment::room;
use super::{Facts, Given, Room};
use crate::eval::{Declared, Run, Statement};
use crate::gcp::invocation::{FlagUse, Invocation, pairs};
use crate::value::{Piece, Place, Truth, Value};

/// A provider that is set up or changed.
#[derive(Debug, Clone)]
pub struct FederationProvider {
    /// Whether it is made, or changed where it exists.
    pub creates: bool,
    /// The id of its pool.
    pub pool: Option<Value>,
    /// Its project, where that is said.
    pub project: Option<Value>,
    /// Who issues the tokens that it takes, where they are of `OpenID` Connect.
    pub issuer: Option<Given>,
    /// Whether it has a condition.
    pub has_condition: Truth,
    /// The condition, where it is said.
    pub condition: Option<Given>,
    /// What is known of whoever comes in.
    pub mapping: Mapping,
    /// Where the command stands, without its flags, or the head of what declares it.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// The attributes that a provider gives to whoever comes in.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The flag or argument; nothing where there is none.
    pub at: Option<Place>,
    /// Names and the expressions that they get their values from.
    pub pairs: Vec<(Value, Value)>,
    /// Whether there may be others.
    pub open: bool,
    /// Where one more may be written.
    pub room: Option<Room>,
}

impl Mapping {
    /// Whether an attribute of this name is given: `attribute.repository`, `google.subject`.
    pub fn has(&self, name: &str) -> Truth {
        if self.pairs.iter().any(|(own, _)| own.trimmed().equals(name).is_yes()) {
            return Truth::Yes;
        }
        let may_be = self.open || self.pairs.iter().any(|(own, _)| !own.trimmed().equals(name).is_no());
        if may_be { Truth::Unknown } else { Truth::No }
    }
}

/// Adds what a command says.
pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let verb = invocation.path.strip_prefix("iam workload-identity-pools providers ").unwrap_or("");
    let creates = match verb {
        "create-oidc" | "create-aws" | "create-saml" => true,
        "update-oidc" | "update-aws" | "update-saml" => false,
        _ => return,
    };
    let given = |name: &str| invocation.flag(name).and_then(Given::of);
    let value = |name: &str| invocation.value(name).cloned();
    let condition = given("--attribute-condition");
    let has_condition = match &condition {
        Some(condition) => condition.value.is_empty().negate(),
        None => invocation.has("--attribute-condition"),
    };
    let several = invocation.all("--attribute-mapping").count() > 1;
    let mapping = match invocation.flag("--attribute-mapping") {
        // Whether they add up is gcloud's to say.
        Some(flag) => {
            let mapping = mapped(flag);
            Mapping { open: mapping.open || several, ..mapping }
        }
        // AWS has one that goes without saying, and a change leaves what is there.
        None => Mapping { open: invocation.open || verb != "create-oidc", ..Mapping::default() },
    };
    facts.providers.push(FederationProvider {
        creates: creates && !invocation.guessed,
        pool: value("--workload-identity-pool"),
        project: value("--project"),
        issuer: given("--issuer-uri"),
        has_condition,
        condition,
        mapping,
        said: invocation.at,
        at: run.at.clone(),
    });
}

fn mapped(flag: &FlagUse) -> Mapping {
    let Some(value) = &flag.value else { return Mapping { open: true, at: Some(flag.at), ..Mapping::default() } };
    let pairs = pairs(value);
    let open = pairs.iter().any(|(name, expression)| expression.is_none() || !name.is_literal());
    // What a variable at the end holds may go on.
    let goes_on = matches!(value.pieces().last(), Some(piece) if !matches!(piece, Piece::Text(..)));
    let pairs = pairs.into_iter().filter_map(|(name, expression)| Some((name, expression?))).collect();
    Mapping { at: Some(flag.at), pairs, open: open || goes_on, room: room(value) }
}

/// Adds what Terraform says.
pub(super) fn terraform(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let condition = given_at(body, &["attribute_condition"]);
    // What a default says, others may say otherwise.
    let has_condition = match (&condition, body.map()) {
        (Some(condition), _) if condition.value.assumed => Truth::Unknown,
        (Some(condition), _) => condition.value.is_empty().negate(),
        (None, Some(map)) if map.fields.iter().any(|field| field.name == "attribute_condition") => Truth::Unknown,
        (None, _) => body.has(&["attribute_condition"]),
    };
    // Nobody comes in by one that is off.
    let has_condition = if body.has(&["disabled"]).is_no() { has_condition } else { has_condition.or(Truth::Unknown) };
    let is_oidc = body.has(&["oidc"]).is_yes();
    let mapping = match body.at(&["attribute_mapping"]) {
        Some(field) => {
            let map = field.tree.map();
            let pair = |field: &crate::value::Field| {
                Some((Value::text(field.name.as_str(), field.at), field.tree.text()?.clone()))
            };
            let fields = map.map_or(&[][..], |map| &map.fields);
            Mapping {
                at: Some(field.at),
                pairs: fields.iter().filter_map(pair).collect(),
                // What is put together elsewhere may be put together otherwise.
                open: map.is_none_or(|map| map.open)
                    || fields
                        .iter()
                        .any(|field| field.at.file != declared.at.file || !declared.at.span.contains(field.at.span)),
                room: None,
            }
        }
        None => Mapping { open: !is_oidc || !body.has(&["attribute_mapping"]).is_no(), ..Mapping::default() },
    };
    facts.providers.push(FederationProvider {
        creates: true,
        pool: text_at(body, &["workload_identity_pool_id"]),
        project: text_at(body, &["project"]),
        issuer: given_at(body, &["oidc", "issuer_uri"]),
        has_condition,
        condition,
        mapping,
        said: declared.head,
        at: declared.at.clone(),
    });
}

/// The id of the pool that a member of it names, with what follows: `attribute.NAME/VALUE`, `subject/VALUE`, `*`.
pub fn pool_of(member: &Value) -> Option<(Value, Value)> {
    if let [_, rest] = member.split_by("/workloadIdentityPools/").as_slice() {
        return rest.split_once('/');
    }
    // `principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.x.name}/…`
    let attribute = member.pieces().iter().find_map(|piece| match piece {
        Piece::Attribute(attribute, _) if attribute.of.kind == "google_iam_workload_identity_pool" => Some(attribute),
        _ => None,
    })?;
    let field = attribute.body.field("workload_identity_pool_id")?;
    let id = crate::gcp::attribute::settle(field.tree.text()?);
    let pieces = member.pieces().iter().skip_while(|piece| !matches!(piece, Piece::Attribute(..))).skip(1);
    let mut rest = Value::default();
    pieces.for_each(|piece| rest.push(piece.clone()));
    Some((id, rest.strip_prefix("/")?))
}
