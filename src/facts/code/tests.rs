//! Calls as an evaluator would declare them, and what they say.

use std::sync::Arc;

use crate::eval::{Circumstances, Declared, Statement};
use crate::facts::{Call, Caller, Credential, Facts};
use crate::program::Schema;
use crate::source::{FileId, Span};
use crate::value::tests::{place, value};
use crate::value::{Attribute, Field, Items, Made, Map, Memo, Piece, Tree, Truth};

fn text(pattern: &str) -> Tree {
    Tree::Text(value(pattern))
}

fn fields(all: Vec<(&str, Tree)>) -> Vec<Field> {
    let field = |(name, tree): (&str, Tree)| Field { name: name.to_owned(), at: place(0, 1), whole: place(0, 1), tree };
    all.into_iter().map(field).collect()
}

fn map(all: Vec<(&str, Tree)>) -> Tree {
    Tree::Map(Arc::new(Map { fields: fields(all), open: false, of: None }))
}

fn list(items: Vec<Tree>) -> Tree {
    Tree::List(Arc::new(Items { items, open: false }))
}

/// What a call gave, or a part of it.
fn result(kind: &str, path: &str, arguments: Vec<(&str, Tree)>) -> Tree {
    let of = Made { kind: kind.to_owned(), shown: kind.to_owned(), head: place(7, 9), id: 1, scope: 0 };
    let body = Arc::new(Map { fields: fields(arguments), open: false, of: None });
    let attribute = Attribute { of: Arc::new(of), path: path.to_owned(), body, asked: None, memo: Memo::default() };
    Tree::Text(Piece::Attribute(Arc::new(attribute), place(7, 9)).into())
}

/// `"Bearer " + token`
fn bearer(token: &Tree) -> Tree {
    let mut value = value("Bearer ");
    value.append(token.text().unwrap());
    Tree::Text(value)
}

fn facts(kind: &str, arguments: Vec<(&str, Tree)>) -> Facts {
    facts_of(kind, arguments, false)
}

fn facts_of(kind: &str, arguments: Vec<(&str, Tree)>, open: bool) -> Facts {
    let (file, span, under) = (FileId(0), Span::new(0, 1), Circumstances::default());
    let mut facts = Facts::default();
    facts.declare(&Declared {
        schema: Schema::Code,
        kind: kind.to_owned(),
        name: String::new(),
        repeated: false,
        head: place(0, 1),
        body: Tree::Map(Arc::new(Map { fields: fields(arguments), open, of: None })),
        at: Statement { file, span, sites: Vec::new(), flow: file, order: 0, loose: false, under },
    });
    facts
}

fn shown(call: &Call) -> String {
    let credential = match &call.credential {
        Credential::None => "nothing".to_owned(),
        Credential::Unknown => "?".to_owned(),
        Credential::IdToken(token) => match &token.audience {
            Some(audience) => format!("id {}", audience.value),
            None => "id".to_owned(),
        },
        Credential::AccessToken(_) => "access".to_owned(),
        Credential::Basic(_) => "basic".to_owned(),
        Credential::NoToken(_) => "no token".to_owned(),
        Credential::Unsupported(_) => "unsupported".to_owned(),
    };
    let method = call.method.as_ref().map(|method| method.value.to_string()).unwrap_or_default();
    let url = call.url.as_ref().map(|url| url.value.to_string()).unwrap_or_default();
    format!("{method} {url} {credential}")
}

fn calls(kind: &str, arguments: Vec<(&str, Tree)>) -> String {
    facts(kind, arguments).calls.iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[test]
fn requests_of_python() {
    let url = || ("0", text("https://x.a.run.app/{P}"));
    assert_eq!(calls("requests.get", vec![url()]), "GET https://x.a.run.app/${P} nothing");
    let token = result("google.oauth2.id_token.fetch_id_token", "", vec![("0", text("{r}")), ("1", text("aud"))]);
    let headers = || ("headers", map(vec![("Authorization", bearer(&token))]));
    assert_eq!(calls("requests.post", vec![url(), headers()]), "POST https://x.a.run.app/${P} id aud");
    assert_eq!(calls("httpx.AsyncClient().put", vec![url(), headers()]), "PUT https://x.a.run.app/${P} id aud");
    let access = result("google.auth.default", "0.token", vec![]);
    let headers = ("headers", map(vec![("Content-Type", text("a/b")), ("authorization", bearer(&access))]));
    let named = vec![("method", text("DELETE")), ("url", text("https://x.a.run.app/")), headers];
    assert_eq!(calls("requests.request", named), "DELETE https://x.a.run.app/ access");
    assert_eq!(calls("requests.get", vec![url(), ("auth", text("{auth}"))]), "GET https://x.a.run.app/${P} ?");
    assert_eq!(calls("requests.get", vec![url(), ("headers", text("{h}"))]), "GET https://x.a.run.app/${P} ?");
    assert_eq!(calls("requests.Session().get", vec![url()]), "GET https://x.a.run.app/${P} ?");
    let open = facts_of("requests.get", vec![url()], true);
    assert_eq!(shown(&open.calls[0]), "GET https://x.a.run.app/${P} ?");
    assert_eq!(calls("my.get", vec![url()]), "");
    assert_eq!(calls("os.environ.get", vec![url()]), "");
}

#[test]
fn requests_of_authorized_clients() {
    let creds = result("google.auth.default", "0", vec![]);
    let session = result("google.auth.transport.requests.AuthorizedSession", "", vec![("0", creds)]);
    let arguments = vec![("self", session), ("0", text("https://x.a.run.app/"))];
    let kind = "google.auth.transport.requests.AuthorizedSession().get";
    assert_eq!(calls(kind, arguments), "GET https://x.a.run.app/ access");
    let client = || result("google-auth-library.GoogleAuth().getIdTokenClient", "", vec![("0", text("aud"))]);
    let settings = map(vec![("url", text("https://run.googleapis.com/v2/x:run")), ("method", text("POST"))]);
    let kind = "google-auth-library.GoogleAuth().getIdTokenClient().request";
    assert_eq!(
        calls(kind, vec![("self", client()), ("0", settings)]),
        "POST https://run.googleapis.com/v2/x:run id aud"
    );
    let headers =
        result("google-auth-library.GoogleAuth().getIdTokenClient().getRequestHeaders", "", vec![("self", client())]);
    let settings = map(vec![("headers", headers)]);
    assert_eq!(
        calls("fetch", vec![("0", text("https://x.a.run.app/")), ("1", settings)]),
        " https://x.a.run.app/ id aud"
    );
    let client = result("google.golang.org/api/idtoken.NewClient", "0", vec![("0", text("{ctx}")), ("1", text("aud"))]);
    let arguments = vec![("self", client), ("0", text("https://x.a.run.app/"))];
    assert_eq!(calls("google.golang.org/api/idtoken.NewClient().0.Get", arguments), "GET https://x.a.run.app/ id aud");
}

#[test]
fn requests_of_other_languages() {
    let access = result(
        "google-auth-library.GoogleAuth().getAccessToken",
        "",
        vec![("self", result("google-auth-library.GoogleAuth", "", vec![]))],
    );
    let headers = || ("headers", map(vec![("Authorization", bearer(&access))]));
    let url = || ("0", text("https://x.a.run.app/"));
    let settings = map(vec![headers(), ("method", text("POST")), ("body", text("{}"))]);
    assert_eq!(calls("fetch", vec![url(), ("1", settings)]), "POST https://x.a.run.app/ access");
    assert_eq!(
        calls("axios.post", vec![url(), ("1", map(vec![])), ("2", map(vec![headers()]))]),
        "POST https://x.a.run.app/ access"
    );
    assert_eq!(calls("axios.get", vec![url(), ("1", map(vec![headers()]))]), "GET https://x.a.run.app/ access");
    assert_eq!(calls("axios.get", vec![url(), ("1", text("{config}"))]), "GET https://x.a.run.app/ ?");
    let all = map(vec![("url", text("https://x.a.run.app/")), headers()]);
    assert_eq!(calls("axios", vec![("0", all)]), " https://x.a.run.app/ access");
    assert_eq!(calls("fetch", vec![url()]), " https://x.a.run.app/ nothing");
    let request = vec![("0", text("POST")), ("1", text("https://run.googleapis.com/")), ("2", text("{body}"))];
    let request = result("net/http.NewRequest", "0.Header", request);
    let token = result(
        "google.golang.org/api/idtoken.NewTokenSource().0.Token",
        "0.AccessToken",
        vec![("self", result("google.golang.org/api/idtoken.NewTokenSource", "0", vec![("1", text("aud"))]))],
    );
    let set = vec![("self", request), ("0", text("Authorization")), ("1", bearer(&token))];
    assert_eq!(calls("net/http.NewRequest().0.Header.Set", set), "POST https://run.googleapis.com/ id aud");
}

#[test]
fn jobs_of_python() {
    let target = map(vec![
        ("uri", text("https://run.googleapis.com/v2/{J}:run")),
        ("http_method", text("{scheduler_v1.HttpMethod.POST}")),
        ("headers", map(vec![("Content-Type", text("application/json"))])),
        (
            "oidc_token",
            map(vec![("service_account_email", text("a@p.iam.gserviceaccount.com")), ("audience", text("aud"))]),
        ),
    ]);
    let job = || map(vec![("name", text("tick")), ("http_target", target.clone())]);
    let kind = "google.cloud.scheduler_v1.CloudSchedulerClient().create_job";
    let expected = "POST https://run.googleapis.com/v2/${J}:run id aud";
    assert_eq!(calls(kind, vec![("parent", text("{p}")), ("job", job())]), expected);
    let request = map(vec![("parent", text("{p}")), ("job", job())]);
    assert_eq!(calls(kind, vec![("request", request.clone())]), expected);
    assert_eq!(calls(kind, vec![("0", request)]), expected);
    assert_eq!(calls(kind, vec![("0", text("{parent}")), ("1", job())]), expected);
    let found = facts(kind, vec![("job", job())]);
    assert_eq!((found.calls[0].caller, found.accounts.len(), found.headers.len()), (Caller::SchedulerJob, 1, 1));
    assert_eq!(found.calls[0].body, Truth::No);
    assert_eq!(calls("my.CloudSchedulerClient().create_job", vec![("job", job())]), "");
    let undecided = map(vec![("uri", text("https://x")), ("oidc_token", Tree::Null(place(40, 44)))]);
    assert_eq!(calls(kind, vec![("job", map(vec![("http_target", undecided)]))]), " https://x ?");
    let bare = map(vec![("http_target", map(vec![("uri", text("https://x"))]))]);
    assert_eq!(calls(kind, vec![("job", bare.clone())]), " https://x nothing");
    assert_eq!(
        calls("google.cloud.scheduler_v1.CloudSchedulerClient().update_job", vec![("job", bare)]),
        " https://x ?"
    );
}

#[test]
fn tasks_and_subscriptions() {
    let token = map(vec![("serviceAccountEmail", text("a@p.iam.gserviceaccount.com"))]);
    let request = map(vec![("url", text("https://x.a.run.app/")), ("httpMethod", text("POST")), ("oauthToken", token)]);
    let task = map(vec![("parent", text("{q}")), ("task", map(vec![("httpRequest", request)]))]);
    let kind = "@google-cloud/tasks.CloudTasksClient().createTask";
    assert_eq!(calls(kind, vec![("0", task)]), "POST https://x.a.run.app/ access");
    let token = map(vec![("ServiceAccountEmail", text("a@p.iam.gserviceaccount.com")), ("Audience", text("aud"))]);
    let target =
        map(vec![("Uri", text("https://x.a.run.app/")), ("AuthorizationHeader", map(vec![("OidcToken", token)]))]);
    let job = map(vec![("Target", map(vec![("HttpTarget", target)]))]);
    let request = map(vec![("Job", job)]);
    let kind = "cloud.google.com/go/scheduler/apiv1.NewCloudSchedulerClient().0.CreateJob";
    assert_eq!(calls(kind, vec![("0", text("{ctx}")), ("1", request)]), " https://x.a.run.app/ id aud");
    let push = map(vec![("push_endpoint", text("https://x.a.run.app/"))]);
    let request = map(vec![("name", text("s")), ("push_config", push)]);
    let kind = "google.cloud.pubsub_v1.SubscriberClient().create_subscription";
    assert_eq!(calls(kind, vec![("request", request)]), " https://x.a.run.app/ nothing");
}

#[test]
fn verifications() {
    let audience = |kind: &str, arguments| facts(kind, arguments).verifications[0].audience;
    let kind = "google.oauth2.id_token.verify_oauth2_token";
    let two = || vec![("0", text("{t}")), ("1", text("{r}"))];
    let with = |more: (&'static str, Tree)| two().into_iter().chain([more]).collect();
    assert_eq!(audience(kind, two()), Truth::No);
    assert_eq!(audience(kind, with(("audience", Tree::Null(place(0, 1))))), Truth::No);
    // Nothing by way of a variable, whose value is written elsewhere.
    assert_eq!(audience(kind, with(("audience", Tree::Null(place(40, 44))))), Truth::Unknown);
    assert_eq!(audience(kind, with(("2", text("aud")))), Truth::Yes);
    assert_eq!(audience(kind, with(("audience", text("{A}")))), Truth::Unknown);
    assert_eq!(facts_of(kind, two(), true).verifications[0].audience, Truth::Unknown);
    let kind = "google-auth-library.OAuth2Client().verifyIdToken";
    assert_eq!(audience(kind, vec![("0", map(vec![("idToken", text("{t}"))]))]), Truth::No);
    let kind = "google.golang.org/api/idtoken.Validate";
    assert_eq!(audience(kind, vec![("0", text("{c}")), ("1", text("{t}")), ("2", text(""))]), Truth::No);
    let asked = vec![("0", text("{t}")), ("asked", list(vec![text("email"), text("aud")]))];
    assert!(facts("google.oauth2.id_token.verify_token", asked).verifications[0].checks);
}

#[test]
fn signed_urls() {
    let client = |arguments| result("google.cloud.storage.Client", "", arguments);
    let blob = |client: Tree| {
        let bucket = result("google.cloud.storage.Client().bucket", "", vec![("self", client), ("0", text("b"))]);
        result("google.cloud.storage.Client().bucket().blob", "", vec![("self", bucket), ("0", text("n"))])
    };
    let kind = "google.cloud.storage.Client().bucket().blob().generate_signed_url";
    let without = |arguments: Vec<(&str, Tree)>| facts(kind, arguments).signed_urls[0].without_signer;
    assert_eq!(without(vec![("self", blob(client(vec![]))), ("version", text("v4"))]), Truth::Yes);
    let default = result("google.auth.default", "0", vec![]);
    assert_eq!(without(vec![("self", blob(client(vec![("credentials", default)])))]), Truth::Yes);
    let key = result("google.oauth2.service_account.Credentials.from_service_account_file", "", vec![("0", text("k"))]);
    assert_eq!(without(vec![("self", blob(client(vec![("credentials", key)])))]), Truth::Unknown);
    let signs = vec![
        ("self", blob(client(vec![]))),
        ("service_account_email", text("a@p.iam.gserviceaccount.com")),
        ("access_token", text("ya29")),
    ];
    assert_ne!(without(signs), Truth::Yes);
    assert_eq!(without(vec![("self", blob(client(vec![]))), ("access_token", text("{t}"))]), Truth::Yes);
    assert_eq!(without(vec![("self", text("{blob}"))]), Truth::Unknown);
}

#[test]
fn minted_tokens_and_full_names() {
    let found = facts("google.oauth2.id_token.fetch_id_token", vec![("0", text("{r}")), ("1", text("aud"))]);
    assert_eq!(found.minted[0].function, "fetch_id_token");
    let kind = "google.cloud.iam_credentials_v1.IAMCredentialsClient().generate_access_token";
    let name = ("name", text("projects/acme/serviceAccounts/a@acme.iam.gserviceaccount.com"));
    let delegates = ("delegates", list(vec![text("projects/-/serviceAccounts/b@acme.iam.gserviceaccount.com")]));
    let found = facts(kind, vec![name, delegates]);
    let names: Vec<(bool, bool)> =
        found.full_names.iter().map(|name| (name.names_a_project(), name.delegate)).collect();
    assert_eq!(names, [(true, false), (false, true)]);
}
