//! Requests that code makes itself, by the libraries that people make them with.

use super::{Called, given};
use crate::facts::request::authorization;
use crate::facts::{Call, Caller, Credential, Facts, Given, Token};
use crate::gcp::code::{OWN, carried, object};
use crate::gcp::output::Meaning;
use crate::gcp::wording::Wording;
use crate::value::{Field, Map, Piece, Place, Tree, Truth, Value};

/// Methods of HTTP, as functions name them.
const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];
/// What has a function for each of them that makes one request, nothing being set for all of them.
const MODULES: &[&str] =
    &["requests", "requests.api", "httpx", "axios", "axios.default", "net/http", "got", "got.default", "ky"];
/// What does the same for requests that may have headers in common.
const CLIENTS: &[&str] = &[
    "requests.Session()",
    "requests.session()",
    "requests.sessions.Session()",
    "httpx.Client()",
    "httpx.AsyncClient()",
    "aiohttp.ClientSession()",
    "aiohttp.client.ClientSession()",
    "axios.create()",
    "got.extend()",
    "net/http.Client()",
    "net/http.DefaultClient",
];
/// Functions that are given a URL and an object with all the rest.
const FETCH: &[&str] = &[
    "fetch",
    "node-fetch",
    "node-fetch.default",
    "undici.fetch",
    "undici.request",
    "cross-fetch",
    "got",
    "axios",
    "ky",
];
/// Functions that are given an object with everything.
const REQUEST: &[&str] = &["axios", "axios.request", "gaxios.request", "gaxios.default.request"];

/// What is known of a request.
struct Request<'d> {
    url: Option<Given>,
    method: Option<Given>,
    /// Where headers and the like may stand: arguments by name, or an object of settings.
    settings: Vec<&'d Map>,
    /// Whether the request may carry more than is seen.
    open: bool,
    body: Truth,
}

pub(super) fn add(facts: &mut Facts, called: &Called) {
    if header_set(facts, called) {
        return;
    }
    let client = called.body.field(OWN).map_or(Meaning::Other, |own| carried(&own.tree));
    let is_client = matches!(client, Meaning::AccessToken | Meaning::IdToken(_));
    let Some(request) = request(called, is_client) else { return };
    let credential = request.credential(called, &client);
    push(facts, called, request, credential);
}

fn push(facts: &mut Facts, called: &Called, request: Request, credential: Credential) {
    facts.calls.push(Call {
        caller: Caller::Request,
        wording: called.wording(),
        name: None,
        project: None,
        changes: false,
        url: request.url,
        method: request.method,
        credential,
        body: request.body,
        content: None,
        command: called.declared.head,
        at: called.declared.at.clone(),
    });
}

fn request<'d>(called: &Called<'d>, is_client: bool) -> Option<Request<'d>> {
    let (base, function) = called.method();
    let method = function.to_ascii_lowercase();
    let shared = CLIENTS.contains(&base);
    let whole = REQUEST.contains(&&*called.name) || method == "request" && (is_client || shared);
    if let Some(settings) = called.settings(0).filter(|_| whole) {
        return Some(of_settings(settings, shared));
    }
    if FETCH.contains(&&*called.name) || is_client && method == "fetch" {
        return fetch(called);
    }
    if function == "Do" && is_client {
        return of_request(called);
    }
    if !MODULES.contains(&base) && !shared && !is_client {
        return None;
    }
    if method == "request" {
        return by_method(called, shared);
    }
    METHODS.contains(&&*method).then(|| named_after_method(called, &method, shared))
}

/// `request({ url, method, headers, data })`
fn of_settings(settings: &Map, shared: bool) -> Request<'_> {
    Request {
        url: settings.field("url").and_then(given),
        method: settings.field("method").and_then(given),
        open: shared || settings.open,
        body: any(settings, &["data", "body", "json"]),
        settings: vec![settings],
    }
}

/// `fetch(url, { method, headers, body })`
fn fetch<'d>(called: &Called<'d>) -> Option<Request<'d>> {
    let settings = called.settings(1);
    let is_hidden = settings.is_none() && called.argument(1, &[]).is_some();
    Some(Request {
        url: Some(given(called.argument(0, &[])?)?),
        method: settings.and_then(|map| map.field("method")).and_then(given),
        open: called.body.open || is_hidden || settings.is_some_and(|map| map.open),
        body: settings.map_or(Truth::No, |map| any(map, &["body", "data", "json"])),
        settings: settings.into_iter().collect(),
    })
}

/// `Do(request)`
fn of_request<'d>(called: &Called<'d>) -> Option<Request<'d>> {
    let (name, body) = object(&called.argument(0, &[])?.tree)?;
    let first = match &*name {
        "net/http.NewRequest()" => 0,
        "net/http.NewRequestWithContext()" => 1,
        _ => return None,
    };
    let at = |number: usize| body.field(&number.to_string()).and_then(given);
    Some(Request { url: at(first + 1), method: at(first), settings: Vec::new(), open: true, body: Truth::Unknown })
}

/// `request(method, url, headers=…)`
fn by_method<'d>(called: &Called<'d>, shared: bool) -> Option<Request<'d>> {
    Some(Request {
        url: Some(given(called.argument(1, &["url"])?)?),
        method: called.argument(0, &["method"]).and_then(given),
        settings: vec![called.body],
        open: called.body.open || shared,
        body: any(called.body, &["data", "json", "content", "files"]),
    })
}

/// `post(url, json=…, headers=…)`, `post(url, body, { headers })`, `Post(url, type, body)`
fn named_after_method<'d>(called: &Called<'d>, method: &str, shared: bool) -> Request<'d> {
    let at = Place { exact: false, ..called.declared.head };
    let said = Given::new(Value::text(method.to_ascii_uppercase(), at), at, at);
    // Settings are the second argument, or the third one behind a body.
    let last = [2, 1].into_iter().find_map(|number| called.settings(number).filter(|map| is_settings(map)));
    let hides = |number: usize| called.argument(number, &[]).is_some_and(|field| field.tree.is_unknown());
    let is_hidden = called.wording() == Wording::JavaScript && last.is_none() && (hides(1) || hides(2));
    let sends_nothing = matches!(method, "get" | "head" | "options");
    Request {
        url: called.argument(0, &["url"]).and_then(given),
        method: Some(said),
        open: called.body.open || shared || is_hidden || last.is_some_and(|map| map.open),
        settings: std::iter::once(called.body).chain(last).collect(),
        body: if sends_nothing { Truth::No } else { any(called.body, &["data", "json", "content", "files", "1"]) },
    }
}

/// Whether an object is one of settings, and not what is sent.
fn is_settings(map: &Map) -> bool {
    ["headers", "auth", "params", "timeout", "responseType", "method"].iter().any(|name| map.field(name).is_some())
}

fn any(map: &Map, names: &[&str]) -> Truth {
    if names.iter().any(|name| map.field(name).is_some()) {
        return Truth::Yes;
    }
    if map.open { Truth::Unknown } else { Truth::No }
}

impl Request<'_> {
    fn credential(&self, called: &Called, client: &Meaning) -> Credential {
        let named = |name: &str| self.settings.iter().find_map(|map| map.field(name));
        if let Some(headers) = named("headers") {
            match of_headers(headers) {
                Credential::None => {}
                found => return found,
            }
        }
        let head = Place { exact: false, ..called.declared.head };
        let own = called.body.field(OWN);
        match client {
            Meaning::AccessToken => return Credential::AccessToken(token(head, None, own)),
            Meaning::IdToken(audience) => return Credential::IdToken(token(head, audience.clone(), own)),
            _ => {}
        }
        // Each of these may prove who calls, in ways that are not looked at.
        let other = ["auth", "cookies", "cert", "plugins"].iter().any(|name| named(name).is_some());
        if self.open || other { Credential::Unknown } else { Credential::None }
    }
}

/// A token that a client fetches by itself.
fn token(at: Place, audience: Option<Value>, own: Option<&Field>) -> Token {
    let minted = own.and_then(|own| match &own.tree {
        Tree::Text(value) => match value.pieces() {
            [Piece::Attribute(attribute, _)] => Some(attribute.of.head),
            _ => None,
        },
        Tree::Map(map) => map.of.as_ref().map(|of| of.head),
        _ => None,
    });
    let audience = audience.map(|value| Given::new(value, at, at));
    Token { at, whole: at, account: None, audience, scope: None, minted, open: true }
}

/// What headers prove: an object, a list of pairs, or what a client says that they are.
fn of_headers(field: &Field) -> Credential {
    let Some(map) = field.tree.map() else { return of_client(field) };
    let mut found = Credential::None;
    for header in &map.fields {
        let name = header.name.to_ascii_lowercase();
        match name.as_str() {
            "x-serverless-authorization" => return of_header(header),
            "authorization" | "proxy-authorization" if matches!(found, Credential::None) => found = of_header(header),
            "authorization" | "proxy-authorization" => return Credential::Unknown,
            "x-goog-api-key" | "x-api-key" | "cookie" if matches!(found, Credential::None) => {
                found = Credential::Unknown;
            }
            _ => {}
        }
    }
    if matches!(found, Credential::None) && map.open { Credential::Unknown } else { found }
}

fn of_header(header: &Field) -> Credential {
    // `Authorization: headers.Authorization`, of those that a client gives
    if let Tree::Text(value) = &header.tree
        && let [Piece::Attribute(attribute, _)] = value.pieces()
        && attribute.of.kind.ends_with("().getRequestHeaders")
        && attribute.path.eq_ignore_ascii_case("authorization")
    {
        return of_own(attribute.body.field(OWN), Place { exact: false, ..header.at });
    }
    given(header).map_or(Credential::Unknown, |given| authorization(&given, &given.value))
}

/// `headers: await client.getRequestHeaders()`
fn of_client(field: &Field) -> Credential {
    let Some((name, body)) = object(&field.tree) else { return Credential::Unknown };
    if !name.ends_with(".getRequestHeaders()") {
        return Credential::Unknown;
    }
    of_own(body.field(OWN), Place { exact: false, ..field.at })
}

/// What the requests of a client carry.
fn of_own(own: Option<&Field>, at: Place) -> Credential {
    match own.map_or(Meaning::Other, |own| carried(&own.tree)) {
        Meaning::AccessToken => Credential::AccessToken(token(at, None, own)),
        Meaning::IdToken(audience) => Credential::IdToken(token(at, audience, own)),
        _ => Credential::Unknown,
    }
}

/// Requests that are made in one place and given their headers in another. `req.Header.Set("Authorization", …)`,
/// `req.add_header("Authorization", …)`.
fn header_set(facts: &mut Facts, called: &Called) -> bool {
    const SETTERS: &[(&str, usize, Option<usize>)] = &[
        ("net/http.NewRequest().Header.Set", 1, Some(0)),
        ("net/http.NewRequest().Header.Add", 1, Some(0)),
        ("net/http.NewRequestWithContext().Header.Set", 2, Some(1)),
        ("net/http.NewRequestWithContext().Header.Add", 2, Some(1)),
        ("urllib.request.Request().add_header", 0, None),
    ];
    if called.name == "urllib.request.Request" {
        let Some(headers) = called.argument(2, &["headers"]) else { return true };
        let credential = of_headers(headers);
        let url = called.argument(0, &["url"]).and_then(given);
        let method = called.argument(5, &["method"]).and_then(given);
        let body = called.has(1, &["data"]);
        push(facts, called, Request { url, method, settings: Vec::new(), open: true, body }, credential);
        return true;
    }
    let Some((_, url, method)) = SETTERS.iter().find(|(name, ..)| *name == called.name) else { return false };
    let (Some(name), Some(value)) = (called.argument(0, &["key"]), called.argument(1, &["val"])) else { return true };
    let is =
        |wanted: &str| name.tree.text().and_then(Value::literal).is_some_and(|name| name.eq_ignore_ascii_case(wanted));
    if !is("authorization") && !is("x-serverless-authorization") {
        return true;
    }
    let Some((_, body)) = called.body.field(OWN).and_then(|own| object(&own.tree)) else { return true };
    let at = |number: usize| body.field(&number.to_string()).and_then(given);
    let request =
        Request { url: at(*url), method: method.and_then(at), settings: Vec::new(), open: true, body: Truth::Unknown };
    push(facts, called, request, of_header(value));
    true
}
