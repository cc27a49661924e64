//! Calls of Google Workflows. The token is always that of the workflow's own account, and by default it is made out for
//! the URL that is called
//! (<https://cloud.google.com/workflows/docs/authenticate-from-workflow>, checked 2026-11-21).

use super::declare::{given, given_at, text_at};
use super::{Call, Caller, Credential, Facts, Given, Token};
use crate::eval::Declared;
use crate::gcp::wording::Wording;
use crate::value::{Field, Piece, Place, Tree, Truth, Value};

/// Words in the name of a header or a parameter that may prove who calls.
const PROOFS: &[&str] = &["auth", "token", "key", "secret", "goog", "cookie", "sig"];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    let Some(method) = method(declared) else { return };
    let name = (!declared.name.is_empty()).then(|| Value::text(declared.name.clone(), declared.head));
    facts.calls.push(Call {
        caller: Caller::Workflow,
        wording: Wording::Workflow,
        name,
        project: None,
        changes: false,
        url: given_at(body, &["url"]),
        method: Some(method),
        credential: credential(body),
        body: body.has(&["body"]),
        content: content(body),
        command: declared.head,
        at: declared.at.clone(),
    });
}

/// What is sent; of what is no text, that it overrides something.
fn content(body: &Tree) -> Option<Value> {
    let overrides = || {
        let field = body.at(&["body", "overrides"])?;
        Some(Value::text("overrides:", Place { exact: false, ..field.at }))
    };
    text_at(body, &["body"]).or_else(overrides)
}

/// `http.post` has it in its name; `http.request` is a GET when it names none.
fn method(declared: &Declared) -> Option<Given> {
    let (head, kind) = (declared.head, declared.kind.as_str());
    let given = |name: &str, at: Place| Given { value: Value::text(name, at), at, whole: head };
    match kind.strip_prefix("http.")? {
        name @ ("get" | "post" | "put" | "patch" | "delete") => Some(given(name, head.part("http.".len()..kind.len()))),
        "request" => {
            given_at(&declared.body, &["method"]).or_else(|| Some(given("GET", Place { exact: false, ..head })))
        }
        _ => None,
    }
}

fn credential(body: &Tree) -> Credential {
    let header = proof(body, "headers", &["authorization"]);
    match body.has(&["auth"]) {
        // Which of two proofs is sent is not said.
        Truth::Yes if header != Truth::Yes => token(body).unwrap_or(Credential::Unknown),
        Truth::No if proof(body, "headers", PROOFS).is_no() && proof(body, "query", PROOFS).is_no() => Credential::None,
        _ => Credential::Unknown,
    }
}

/// Whether one of the headers or parameters has such a word in its name.
fn proof(body: &Tree, field: &str, words: &[&str]) -> Truth {
    match body.has(&[field]) {
        Truth::Yes => {}
        other => return other,
    }
    let Some(map) = body.field(field).and_then(|field| field.tree.map()) else { return Truth::Unknown };
    let says = |field: &Field| {
        let name = field.name.to_ascii_lowercase();
        words.iter().any(|word| name.contains(word))
    };
    match () {
        () if map.fields.iter().any(says) => Truth::Yes,
        () if map.open => Truth::Unknown,
        () => Truth::No,
    }
}

/// `auth: { type: OIDC, audience: … }`
fn token(body: &Tree) -> Option<Credential> {
    let auth = body.field("auth")?;
    let kind = given_at(&auth.tree, &["type"])?;
    let name = kind.value.literal()?;
    let at = match kind.value.pieces() {
        [only @ Piece::Text(..)] => only.place(),
        _ => Place { exact: false, ..kind.at },
    };
    let unsure = |names: &[&str]| names.iter().any(|name| auth.tree.has(&[name]) == Truth::Unknown);
    let open = unsure(&["audience", "scope", "scopes"]);
    let token = Token { at, whole: kind.whole, account: None, audience: None, scope: None, minted: None, open };
    // Whether Workflows minds upper and lower case is not said.
    if name.eq_ignore_ascii_case("OIDC") {
        return Some(Credential::IdToken(Token { audience: stated(auth, "audience"), ..token }));
    }
    if name.eq_ignore_ascii_case("OAuth2") {
        let scope = stated(auth, "scopes").or_else(|| stated(auth, "scope"));
        return Some(Credential::AccessToken(Token { scope, ..token }));
    }
    Some(Credential::Unsupported(kind))
}

/// What is said under a name. Of what is no text, such as a list of scopes, only that it is said.
fn stated(auth: &Field, name: &str) -> Option<Given> {
    let field = auth.tree.field(name)?;
    let near = Place { exact: false, ..field.at };
    Some(given(field).unwrap_or_else(|| Given { value: Value::unknown(near), at: near, whole: field.whole }))
}
