//! Calls of Google Workflows. The token is always that of the workflow's own account, and by default it is made out for
//! the URL that is called
//! (<https://cloud.google.com/workflows/docs/authenticate-from-workflow>, checked 2026-11-21). A connector is a call of an API
//! with an access token (<https://docs.cloud.google.com/workflows/docs/reference/googleapis/run/Overview>, checked
//! 2026-11-30).

use super::declare::{given, given_at, text_at};
use super::{Call, Caller, Credential, Facts, Given, Token};
use crate::eval::Declared;
use crate::gcp::wording::Wording;
use crate::value::{Field, Piece, Place, Tree, Truth, Value};

/// Words in the name of a header or a parameter that may prove who calls.
const PROOFS: &[&str] = &["auth", "token", "key", "secret", "goog", "cookie", "sig"];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let body = &declared.body;
    if let Some(version) = connector_of_jobs(&declared.kind) {
        return run_of_job(facts, declared, version);
    }
    let Some(method) = method(declared) else { return };
    facts.calls.push(Call {
        caller: Caller::Workflow,
        wording: Wording::Workflow,
        name: name(declared),
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

/// The name of the step.
fn name(declared: &Declared) -> Option<Value> {
    (!declared.name.is_empty()).then(|| Value::text(declared.name.clone(), declared.head))
}

/// The version of the API whose connector runs a job of Cloud Run.
fn connector_of_jobs(kind: &str) -> Option<&str> {
    let version = kind.strip_prefix("googleapis.run.")?;
    version.strip_suffix(".namespaces.jobs.run").or_else(|| version.strip_suffix(".projects.locations.jobs.run"))
}

/// `call: googleapis.run.v2.projects.locations.jobs.run` with the job's full name as `name`.
fn run_of_job(facts: &mut Facts, declared: &Declared, version: &str) {
    let body = &declared.body;
    let head = Place { exact: false, ..declared.head };
    let Some(job) = given_at(body, &["name"]) else { return };
    let text = |text: &str| Value::text(text, head);
    let mut url = match (job.value.starts_with("namespaces/"), job.value.starts_with("projects/")) {
        // The first version has an API in every region, whose jobs have none in their names.
        (Truth::Yes, _) => {
            let mut url = text("https://");
            url.append(&text_at(body, &["location"]).unwrap_or_else(|| Value::hole("location", 0, head)));
            url.append(&text("-run.googleapis.com/apis/run.googleapis.com/"));
            url
        }
        (_, Truth::Yes) => text("https://run.googleapis.com/"),
        _ => return,
    };
    for part in [&text(version), &text("/"), &job.value, &text(":run")] {
        url.append(part);
    }
    let token = Token { at: head, whole: head, account: None, audience: None, scope: None, minted: None, open: true };
    facts.calls.push(Call {
        caller: Caller::Workflow,
        wording: Wording::Workflow,
        name: name(declared),
        project: None,
        changes: false,
        url: Some(job.with(url)),
        method: Some(Given::new(Value::text("POST", head), head, head)),
        credential: Credential::AccessToken(token),
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
    let given = |name: &str, at: Place| Given::new(Value::text(name, at), at, head);
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
    Some(given(field).unwrap_or_else(|| Given::new(Value::unknown(near), near, field.whole)))
}
