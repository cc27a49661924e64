//! What libraries of Google give to code: tokens, and clients whose requests carry one. Names are those that imports
//! resolve to.
//!
//! Sources: the code of `google-auth` 2.40 (Python) and `google-auth-library` 10 (Node.js), and the pages of
//! <https://pkg.go.dev/google.golang.org/api/idtoken>, checked 2026-11-21.

use super::attribute::settle;
use super::output::Meaning;
use super::url::{self, HostKind};
use crate::value::{Attribute, Field, Map, Piece, Tree, Value};

/// By which name what a method is a method of stands among its arguments.
pub const OWN: &str = "self";
/// Methods of methods that are followed.
const MAX_CHAIN: usize = 12;

/// Credentials and clients of OAuth access tokens.
const ACCESS: &[&str] = &[
    "google.auth.default()",
    "google.auth.load_credentials_from_file()",
    "google.auth.load_credentials_from_dict()",
    "google.oauth2.service_account.Credentials.from_service_account_file()",
    "google.oauth2.service_account.Credentials.from_service_account_info()",
    "google.oauth2.credentials.Credentials()",
    "google.oauth2.credentials.Credentials.from_authorized_user_file()",
    "google.oauth2.credentials.Credentials.from_authorized_user_info()",
    "google.auth.impersonated_credentials.Credentials()",
    "google.auth.compute_engine.Credentials()",
    "google.auth.compute_engine.credentials.Credentials()",
    "google-auth-library.GoogleAuth()",
    "google-auth-library.GoogleAuth().getClient()",
    "google-auth-library.GoogleAuth().fromJSON()",
    "google-auth-library.auth",
    "google-auth-library.auth.getClient()",
    "google-auth-library.Impersonated()",
    "google-auth-library.Compute()",
    "googleapis.google.auth.GoogleAuth()",
    "googleapis.google.auth.GoogleAuth().getClient()",
    "googleapis.google.auth.getClient()",
    "golang.org/x/oauth2/google.DefaultClient()",
    "golang.org/x/oauth2/google.DefaultTokenSource()",
    "golang.org/x/oauth2/google.FindDefaultCredentials().TokenSource",
    "golang.org/x/oauth2/google.ComputeTokenSource()",
    "google.golang.org/api/impersonate.CredentialsTokenSource()",
];

/// Where an audience stands among arguments: by number, and by name, below others.
type Place = (usize, &'static [&'static str]);

/// Credentials and clients of ID tokens, and where their audience is given.
const IDENTITY: &[(&str, Place)] = &[
    ("google.oauth2.service_account.IDTokenCredentials.from_service_account_file()", (1, &["target_audience"])),
    ("google.oauth2.service_account.IDTokenCredentials.from_service_account_info()", (1, &["target_audience"])),
    ("google.auth.impersonated_credentials.IDTokenCredentials()", (1, &["target_audience"])),
    ("google.auth.impersonated_credentials.IDTokenCredentials.from_credentials()", (1, &["target_audience"])),
    ("google.auth.compute_engine.IDTokenCredentials()", (1, &["target_audience"])),
    ("google.auth.compute_engine.credentials.IDTokenCredentials()", (1, &["target_audience"])),
    ("google.oauth2.id_token.fetch_id_token_credentials()", (0, &["audience"])),
    ("google-auth-library.GoogleAuth().getIdTokenClient()", (0, &[])),
    ("google-auth-library.auth.getIdTokenClient()", (0, &[])),
    ("google-auth-library.IdTokenClient()", (0, &["targetAudience"])),
    ("google.golang.org/api/idtoken.NewClient()", (1, &[])),
    ("google.golang.org/api/idtoken.NewTokenSource()", (1, &[])),
    ("google.golang.org/api/impersonate.IDTokenSource()", (1, &["Audience"])),
];

/// What makes a client or a source of tokens out of credentials, and where those are given.
const WRAPPERS: &[(&str, Place)] = &[
    ("google.auth.transport.requests.AuthorizedSession()", (0, &["credentials"])),
    ("google.auth.transport.urllib3.AuthorizedHttp()", (0, &["credentials"])),
    ("golang.org/x/oauth2.NewClient()", (1, &[])),
    ("golang.org/x/oauth2.ReuseTokenSource()", (1, &[])),
];

/// Methods of credentials that give the same credentials, but for what does not matter here.
const SAME: &[&str] =
    &["with_scopes", "with_subject", "with_quota_project", "with_scopes_if_required", "create_scoped"];

/// Functions that give an ID token itself, and where its audience is given.
const FUNCTIONS: &[(&str, Place)] = &[
    ("google.oauth2.id_token.fetch_id_token()", (1, &["audience"])),
    ("google-auth-library.GoogleAuth().getIdTokenClient().idTokenProvider.fetchIdToken()", (0, &[])),
    ("google-auth-library.Compute().fetchIdToken()", (0, &[])),
    ("google-auth-library.JWT().fetchIdToken()", (0, &[])),
    ("google-auth-library.Impersonated().fetchIdToken()", (0, &[])),
];

/// Functions of Go that give what the metadata server has, by the number of the argument that says what.
const OF_METADATA: &[&str] =
    &["cloud.google.com/go/compute/metadata.Get()", "cloud.google.com/go/compute/metadata.GetWithContext()"];

/// A qualified name without the numbers by which one of several results is asked for: the others are errors and the
/// like.
pub fn plain(name: &str) -> String {
    let plain = name.replace("().0.", "().");
    plain.strip_suffix("().0").map(|start| format!("{start}()")).unwrap_or(plain)
}

/// The argument of a number, or of one of these names.
pub fn argument<'m>(body: &'m Map, number: usize, names: &[&str]) -> Option<&'m Field> {
    let by_number = body.field(&number.to_string());
    by_number.or_else(|| names.iter().find_map(|name| body.field(name)))
}

/// What an attribute of something that a call gave is.
pub fn meaning(attribute: &Attribute) -> Meaning {
    let (kind, body) = (plain(&attribute.of.kind), &attribute.body);
    let path = attribute.path.strip_prefix("0.").unwrap_or(if attribute.path == "0" { "" } else { &attribute.path });
    let whole = if path.is_empty() { format!("{kind}()") } else { format!("{kind}().{path}") };
    if let Some((_, place)) = FUNCTIONS.iter().find(|(name, _)| *name == whole) {
        return Meaning::IdToken(audience(body, *place));
    }
    if let Some(number) = OF_METADATA.iter().position(|name| *name == whole) {
        let asks = body.field(&number.to_string()).and_then(|field| field.tree.text());
        return asks.filter(|asks| asks.contains("/identity?audience=").is_yes()).map_or(Meaning::Other, |asks| {
            Meaning::IdToken(
                asks.split_by("audience=").pop().and_then(|audience| audience.split('&').into_iter().next()),
            )
        });
    }
    let own = || body.field(OWN).map_or(Meaning::Other, |own| carried_within(&own.tree, 0));
    let method = kind.rsplit('.').next().unwrap_or("");
    match (method, path) {
        // Of an object of the library's, its token.
        (_, "token") if !matches!(method, "getAccessToken" | "generate_id_token") => named(&kind, body, 0),
        (_, "id_token") if is_access(&named(&kind, body, 0)) => Meaning::IdToken(None),
        ("getAccessToken", "") if kind == "google-auth-library.auth.getAccessToken" => Meaning::AccessToken,
        ("getAccessToken", "" | "token") => Some(own()).filter(is_access).unwrap_or(Meaning::Other),
        ("Token", "AccessToken") => own(),
        ("generate_access_token", "access_token") | ("generateAccessToken", "accessToken" | "AccessToken")
            if kind.contains("CredentialsClient()") =>
        {
            Meaning::AccessToken
        }
        ("generate_id_token" | "generateIdToken", "token" | "Token") if kind.contains("CredentialsClient()") => {
            Meaning::IdToken(None)
        }
        (_, "text" | "content" | "body") => of_metadata(body, false),
        ("json", "access_token") => body.field(OWN).map_or(Meaning::Other, |own| match object(&own.tree) {
            Some((_, body)) => of_metadata(body, true),
            None => Meaning::Other,
        }),
        ("text", "") => body.field(OWN).map_or(Meaning::Other, |own| match object(&own.tree) {
            Some((_, body)) => of_metadata(body, false),
            None => Meaning::Other,
        }),
        _ => Meaning::Other,
    }
}

/// What requests of a client carry, or of one that has these credentials.
pub fn carried(tree: &Tree) -> Meaning {
    carried_within(tree, 0)
}

fn carried_within(tree: &Tree, depth: usize) -> Meaning {
    match object(tree) {
        Some((name, body)) => named(name.strip_suffix("()").unwrap_or(&name), body, depth),
        None => Meaning::Other,
    }
}

/// The qualified name of what a tree is, with what made it.
pub fn object(tree: &Tree) -> Option<(String, &Map)> {
    match tree {
        Tree::Map(map) => Some((format!("{}()", plain(&map.of.as_ref()?.kind)), map)),
        Tree::Text(value) => match value.pieces() {
            [Piece::Attribute(attribute, _)] => {
                let path = if attribute.path.is_empty() { String::new() } else { format!(".{}", attribute.path) };
                Some((plain(&format!("{}(){path}", attribute.of.kind)), &attribute.body))
            }
            _ => None,
        },
        _ => None,
    }
}

/// What somebody's credentials or client are, by the name of what made them.
fn named(name: &str, body: &Map, depth: usize) -> Meaning {
    if depth > MAX_CHAIN {
        return Meaning::Other;
    }
    let made = format!("{name}()");
    // An attribute is asked for by its name alone.
    if ACCESS.contains(&made.as_str()) || ACCESS.contains(&name) {
        return Meaning::AccessToken;
    }
    // A key asks for an ID token where its claims name an audience.
    if made == "google-auth-library.JWT()" {
        let settings = body.field("0").and_then(|field| field.tree.map());
        let scoped = settings
            .is_some_and(|map| !map.open && map.field("scopes").is_some() && map.field("additionalClaims").is_none());
        return if scoped { Meaning::AccessToken } else { Meaning::Other };
    }
    if let Some((_, place)) = IDENTITY.iter().find(|(known, _)| *known == made) {
        return Meaning::IdToken(audience(body, *place));
    }
    if let Some((_, (number, names))) = WRAPPERS.iter().find(|(known, _)| *known == made) {
        let wrapped = argument(body, *number, names);
        return wrapped.map_or(Meaning::Other, |wrapped| carried_within(&wrapped.tree, depth + 1));
    }
    let own = || body.field(OWN).map_or(Meaning::Other, |own| carried_within(&own.tree, depth + 1));
    match name.rsplit_once("().").map(|(_, method)| method) {
        Some(method) if SAME.contains(&method) => own(),
        Some("with_target_audience") => Meaning::IdToken(audience(body, (0, &["target_audience"]))),
        _ => Meaning::Other,
    }
}

fn audience(body: &Map, (number, names): Place) -> Option<Value> {
    let found = argument(body, number, names)?;
    let text = match found.tree.text() {
        Some(text) => Some(text),
        // An object of settings.
        None => names.iter().find_map(|name| found.tree.text_at(&[name])),
    };
    text.map(settle)
}

fn is_access(meaning: &Meaning) -> bool {
    matches!(meaning, Meaning::AccessToken)
}

/// What the metadata server answers a request: JSON that holds an access token, or an ID token as it is.
fn of_metadata(request: &Map, json: bool) -> Meaning {
    let Some(given) = argument(request, 0, &["url"]).and_then(|field| field.tree.text()) else { return Meaning::Other };
    let url = url::parse(given);
    if url.kind != HostKind::Metadata {
        return Meaning::Other;
    }
    let end = url.path.known_suffix();
    if json {
        return if end.ends_with("/token") { Meaning::AccessToken } else { Meaning::Other };
    }
    if !end.ends_with("/identity") {
        return Meaning::Other;
    }
    let in_query =
        url.query.and_then(|query| query.split('&').into_iter().find_map(|pair| pair.strip_prefix("audience=")));
    let parameters = || request.field("params")?.tree.text_at(&["audience"]).cloned();
    Meaning::IdToken(in_query.or_else(parameters))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::value::tests::{place, value};
    use crate::value::{Made, Memo};

    fn map(fields: &[(&str, Tree)]) -> Arc<Map> {
        let field = |(name, tree): &(&str, Tree)| Field {
            name: (*name).to_owned(),
            at: place(0, 1),
            whole: place(0, 1),
            tree: tree.clone(),
        };
        Arc::new(Map { fields: fields.iter().map(field).collect(), open: false, of: None })
    }

    fn attribute(kind: &str, path: &str, fields: &[(&str, Tree)]) -> Attribute {
        let of = Made { kind: kind.to_owned(), shown: kind.to_owned(), head: place(0, 1), id: 1, scope: 0 };
        Attribute { of: Arc::new(of), path: path.to_owned(), body: map(fields), asked: None, memo: Memo::default() }
    }

    fn tree(kind: &str, path: &str, fields: &[(&str, Tree)]) -> Tree {
        Tree::Text(Piece::Attribute(Arc::new(attribute(kind, path, fields)), place(0, 1)).into())
    }

    fn text(text: &str) -> Tree {
        Tree::Text(value(text))
    }

    fn shown(meaning: &Meaning) -> String {
        match meaning {
            Meaning::AccessToken => "access".to_owned(),
            Meaning::IdToken(Some(audience)) => format!("id {audience}"),
            Meaning::IdToken(None) => "id".to_owned(),
            _ => "other".to_owned(),
        }
    }

    #[test]
    fn tokens_of_python() {
        let of = |kind: &str, path: &str, fields: &[(&str, Tree)]| shown(&meaning(&attribute(kind, path, fields)));
        let aud = text("https://x.run.app");
        assert_eq!(of("google.auth.default", "0.token", &[]), "access");
        assert_eq!(of("google.auth.default", "1", &[]), "other");
        assert_eq!(of("google.auth.default", "0.id_token", &[]), "id");
        let key = "google.oauth2.service_account.Credentials.from_service_account_file";
        assert_eq!(of(key, "token", &[]), "access");
        let scoped = format!("{key}().with_scopes");
        assert_eq!(of(&scoped, "token", &[("self", tree(key, "", &[]))]), "access");
        let fetch = [("0", text("{request}")), ("1", aud.clone())];
        assert_eq!(of("google.oauth2.id_token.fetch_id_token", "", &fetch), "id https://x.run.app");
        let named = [("request", text("{r}")), ("audience", aud.clone())];
        assert_eq!(of("google.oauth2.id_token.fetch_id_token", "", &named), "id https://x.run.app");
        let impersonated = [("target_credentials", text("{c}")), ("target_audience", aud.clone())];
        assert_eq!(
            of("google.auth.impersonated_credentials.IDTokenCredentials", "token", &impersonated),
            "id https://x.run.app"
        );
        let url = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/";
        let get = [("0", text(&format!("{url}identity?audience=https://x.run.app")))];
        assert_eq!(of("requests.get", "text", &get), "id https://x.run.app");
        let token = tree("requests.get", "", &[("0", text(&format!("{url}token")))]);
        assert_eq!(of("requests.get().json", "access_token", &[("self", token)]), "access");
        assert_eq!(of("my.default", "0.token", &[]), "other");
    }

    #[test]
    fn tokens_of_other_languages() {
        let of = |kind: &str, path: &str, fields: &[(&str, Tree)]| shown(&meaning(&attribute(kind, path, fields)));
        let auth = tree("google-auth-library.GoogleAuth", "", &[]);
        assert_eq!(of("google-auth-library.GoogleAuth().getAccessToken", "", &[("self", auth.clone())]), "access");
        let client = tree("google-auth-library.GoogleAuth().getClient", "", &[("self", auth)]);
        let get = "google-auth-library.GoogleAuth().getClient().getAccessToken";
        assert_eq!(of(get, "token", &[("self", client)]), "access");
        let source =
            tree("google.golang.org/api/idtoken.NewTokenSource", "0", &[("0", text("{ctx}")), ("1", text("aud"))]);
        let token = "google.golang.org/api/idtoken.NewTokenSource().0.Token";
        assert_eq!(of(token, "0.AccessToken", &[("self", source)]), "id aud");
    }

    #[test]
    fn what_clients_carry() {
        let creds = tree("google.auth.default", "0", &[]);
        let session = tree("google.auth.transport.requests.AuthorizedSession", "", &[("0", creds)]);
        assert_eq!(shown(&carried(&session)), "access");
        let id = tree("google-auth-library.GoogleAuth().getIdTokenClient", "", &[("0", text("aud"))]);
        assert_eq!(shown(&carried(&id)), "id aud");
        assert_eq!(shown(&carried(&text("{session}"))), "other");
        assert_eq!(plain("a().0.b().0"), "a().b()");
    }
}
