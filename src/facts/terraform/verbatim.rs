//! Texts that name or carry a credential, and look as if a shell were to read them.

use crate::eval::Declared;
use crate::facts::declare::given;
use crate::facts::{Facts, Verbatim, Written};
use crate::value::Field;

/// Arguments that are accounts, members, URLs, audiences or secrets, in whatever resource.
const ARGUMENTS: &[&[&str]] = &[
    &["http_target", "uri"],
    &["http_target", "oidc_token", "service_account_email"],
    &["http_target", "oidc_token", "audience"],
    &["http_target", "oauth_token", "service_account_email"],
    &["push_config", "push_endpoint"],
    &["push_config", "oidc_token", "service_account_email"],
    &["push_config", "oidc_token", "audience"],
    &["template", "service_account"],
    &["template", "template", "service_account"],
    &["template", "spec", "service_account_name"],
    &["service_config", "service_account_email"],
    &["service_account_email"],
    &["service_account"],
    &["service_account_id"],
    &["member"],
];

/// Arguments whose text may be a script, which holds such things in its own right: one is judged only when it is nothing
/// else.
const TEXTS: &[&[&str]] = &[&["secret_data"]];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    if !declared.kind.starts_with("google_") {
        return;
    }
    let body = &declared.body;
    let fetches = ["oidc_token", "oauth_token"].iter().any(|token| !body.has(&["http_target", token]).is_no());
    // What is never sent is another fault.
    let is_sent = |field: &&Field| !fetches || !field.name.eq_ignore_ascii_case("authorization");
    let headers = body.at(&["http_target", "headers"]).and_then(|field| field.tree.map());
    let headers = headers.into_iter().flat_map(|map| &map.fields).filter(is_sent);
    let is_command = |field: &&Field| {
        let text = field.tree.text();
        text.is_some_and(|text| text.starts_with("$(").is_yes() && text.ends_with(")").is_yes())
    };
    let texts = TEXTS.iter().filter_map(|path| body.at(path)).filter(is_command);
    for field in ARGUMENTS.iter().filter_map(|path| body.at(path)).chain(headers).chain(texts) {
        // Most texts have none, and nobody asks for them.
        if !field.tree.text().is_some_and(|text| text.contains("$(").is_yes()) {
            continue;
        }
        if let Some(given) = given(field) {
            let (by, name, written) = (declared.name.clone(), field.name.clone(), Written::Template);
            facts.verbatim.push(Verbatim { by, name, written, given, at: declared.at.clone() });
        }
    }
}
