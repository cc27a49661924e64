//! Tokens and signatures that code asks for, where who asks decides whether there are any.

use super::{Called, given};
use crate::eval::Statement;
use crate::facts::{Facts, Given, delegation};
use crate::gcp::code::{OWN, object};
use crate::value::{Place, Tree, Truth};

/// An ID token of whoever the program runs as, by `google.oauth2.id_token.fetch_id_token` of Python.
#[derive(Debug, Clone)]
pub struct Minted {
    /// The function's own name.
    pub function: String,
    /// Where it is called.
    pub place: Place,
    /// The statement.
    pub at: Statement,
}

/// A URL that is signed, by `generate_signed_url` of Python.
#[derive(Debug, Clone)]
pub struct SignedUrl {
    /// Whether nothing that signs is given: no account with a token, no credentials, no key.
    pub without_signer: Truth,
    /// Where it is called.
    pub place: Place,
    /// The statement.
    pub at: Statement,
}

pub(super) fn add(facts: &mut Facts, called: &Called) {
    let (place, at) = (called.declared.head, called.declared.at.clone());
    let (_, method) = called.method();
    match method {
        "fetch_id_token" | "fetch_id_token_credentials" if called.name.starts_with("google.oauth2.id_token.") => {
            facts.minted.push(Minted { function: method.to_owned(), place, at });
        }
        "generate_signed_url" if called.name.starts_with("google.cloud.storage.") => {
            facts.signed_urls.push(SignedUrl { without_signer: without_signer(called), place, at });
        }
        _ => {}
    }
    names(facts, called, method);
}

/// <https://cloud.google.com/python/docs/reference/storage/latest/google.cloud.storage.blob.Blob>: without an account
/// and a token of it, the credentials themselves have to sign; checked 2026-11-21.
fn without_signer(called: &Called) -> Truth {
    let signs = called.named("service_account_email").and(called.named("access_token"));
    let other = [called.named("credentials"), called.named("client")];
    if !signs.is_no() || other.iter().any(|one| !one.is_no()) {
        return Truth::Unknown;
    }
    let mut own = called.body.field(OWN).map(|own| &own.tree);
    // The client stands at the beginning: `storage.Client().bucket(…).blob(…)`.
    for _ in 0..12 {
        let Some((name, body)) = own.and_then(object) else { return Truth::Unknown };
        if name == "google.cloud.storage.Client()" || name == "google.cloud.storage.client.Client()" {
            return if credentials_are_default(body.field("credentials").map(|field| &field.tree), body) {
                Truth::Yes
            } else {
                Truth::Unknown
            };
        }
        own = body.field(OWN).map(|own| &own.tree);
    }
    Truth::Unknown
}

fn credentials_are_default(credentials: Option<&Tree>, client: &crate::value::Map) -> bool {
    match credentials {
        None => !client.open && client.field("1").is_none() && client.field("client_options").is_none(),
        Some(tree) => object(tree).is_some_and(|(name, _)| name == "google.auth.default()"),
    }
}

/// The full names of accounts that the IAM Credentials API is given.
fn names(facts: &mut Facts, called: &Called, method: &str) {
    let method = method.to_ascii_lowercase().replace('_', "");
    let is_client = called.name.contains("IAMCredentials") || called.name.contains("IamCredentialsClient");
    if !is_client || !["generateaccesstoken", "generateidtoken", "signblob", "signjwt"].contains(&method.as_str()) {
        return;
    }
    let request = [called.body.field("request"), called.body.field("0"), called.body.field("1")];
    let maps = request.into_iter().flatten().filter_map(|field| field.tree.map()).map(|map| &**map);
    for map in std::iter::once(called.body).chain(maps) {
        for field in ["name", "Name"].iter().filter_map(|name| map.field(name)) {
            push(facts, given(field), false, &called.declared.at);
        }
        for field in ["delegates", "Delegates"].iter().filter_map(|name| map.field(name)) {
            for item in field.tree.items().iter().take(16).filter_map(Tree::text) {
                let place = Place { exact: false, ..item.place().unwrap_or(field.at) };
                push(facts, Some(Given::new(item.clone(), place, place)), true, &called.declared.at);
            }
        }
    }
}

fn push(facts: &mut Facts, given: Option<Given>, delegate: bool, at: &Statement) {
    if let Some(given) = given {
        delegation::name(facts, &given, &given.value, delegate, at);
    }
}
