//! What commands print, as far as authentication is concerned: tokens, URLs of services, project numbers.

use super::attribute::settle;
use super::code;
use super::invocation::Invocation;
use super::url::{self, HostKind};
use crate::value::{Attribute, List, Output, Piece, Value};

/// What the output of a command is.
#[derive(Debug, Clone)]
pub enum Meaning {
    /// An OAuth access token.
    AccessToken,
    /// A Google-signed ID token, with the audience that was asked for.
    IdToken(Option<Value>),
    /// The URL of a Cloud Run service or function.
    ServiceUrl {
        /// Its name.
        name: Option<Value>,
        /// Whether it is the `cloudfunctions.net` URL of a function.
        function: bool,
    },
    /// The contents of a file.
    File(Value),
    /// The e-mail of an account.
    AccountEmail,
    /// The id of a project.
    ProjectId,
    /// Nothing that is known here.
    Other,
}

/// Filters that take a token out of what surrounds it; any other filter makes something else of it.
const EXTRACTORS: &[&str] = &[
    "jq", "tr", "sed", "grep", "awk", "python", "python3", "head", "tail", "xargs", "cut", "tee", "yq", "node", "ruby",
    "perl",
];

/// A command whose output is asked for, taken apart once.
struct Understood {
    /// Where it is one of gcloud.
    invocation: Option<Invocation>,
    meaning: Meaning,
}

/// What a command prints.
pub fn meaning(output: &Output) -> &Meaning {
    understood(output).map_or(&Meaning::Other, |understood| &understood.meaning)
}

/// The call of gcloud that prints it, if it is one.
pub fn invocation(output: &Output) -> Option<&Invocation> {
    understood(output)?.invocation.as_ref()
}

fn understood(output: &Output) -> Option<&Understood> {
    output.memo.get(|| {
        let invocation = Invocation::parse(&output.words);
        let meaning = of_output(output, invocation.as_ref());
        Understood { invocation, meaning }
    })
}

fn of_output(output: &Output, invocation: Option<&Invocation>) -> Meaning {
    let extracts = |filter: &List| {
        filter.items.first().and_then(Value::literal).is_some_and(|name| {
            let counts = filter
                .items
                .iter()
                .skip(1)
                .filter_map(Value::literal)
                .any(|word| word.starts_with("-c") && name == "head");
            EXTRACTORS.contains(&name.as_str()) && !counts
        })
    };
    if !output.filters.iter().all(extracts) {
        return Meaning::Other;
    }
    if let Some(invocation) = invocation {
        let greps_url = output.filters.first().is_some_and(|filter| {
            let words: Vec<String> = filter.items.iter().filter_map(Value::literal).collect();
            words.first().is_some_and(|name| name == "grep")
                && words.iter().any(|word| word.to_lowercase().contains("url"))
        });
        return of_gcloud(invocation, greps_url);
    }
    match output.words.items.first().and_then(Value::literal).as_deref() {
        Some("curl" | "wget") => of_request(&output.words),
        // What the action gives to the steps after it, by the names of its outputs.
        Some("google-github-actions/auth") => match output.words.items.get(1).and_then(Value::literal).as_deref() {
            Some("access_token" | "auth_token") => Meaning::AccessToken,
            Some("id_token") => Meaning::IdToken(output.words.items.get(2).cloned()),
            _ => Meaning::Other,
        },
        Some("cat") => match output.words.items.as_slice() {
            // A filter takes something out of it.
            [_, path] if output.filters.is_empty() => Meaning::File(path.clone()),
            _ => Meaning::Other,
        },
        _ => Meaning::Other,
    }
}

/// What a piece stands for.
pub fn meaning_of_piece(piece: &Piece) -> &Meaning {
    match piece {
        Piece::Output(output, _) => meaning(output),
        Piece::Attribute(attribute, _) => attribute.memo.get(|| of_attribute(attribute)).unwrap_or(&Meaning::Other),
        Piece::Text(..) | Piece::Hole(..) => &Meaning::Other,
    }
}

/// The meaning of a value that is one piece and nothing else.
pub fn meaning_of(value: &Value) -> &Meaning {
    match value.pieces() {
        [only] => meaning_of_piece(only),
        _ => &Meaning::Other,
    }
}

/// Attributes of Terraform's Google provider
/// (<https://registry.terraform.io/providers/hashicorp/google/latest/docs>, checked 2026-11-21).
fn of_attribute(attribute: &Attribute) -> Meaning {
    let said = |name: &str| attribute.body.field(name).and_then(|field| field.tree.text()).map(settle);
    let url = |function| Meaning::ServiceUrl { name: said("name"), function };
    match (attribute.of.kind.trim_start_matches("data."), attribute.path.as_str()) {
        ("google_cloud_run_v2_service", "uri" | "urls.0")
        | ("google_cloud_run_service", "status.0.url")
        | ("google_cloudfunctions2_function", "service_config.0.uri") => url(false),
        ("google_cloudfunctions2_function", "url") | ("google_cloudfunctions_function", "https_trigger_url") => {
            url(true)
        }
        ("google_client_config" | "google_service_account_access_token", "access_token") => Meaning::AccessToken,
        ("google_service_account_id_token", "id_token") => Meaning::IdToken(said("target_audience")),
        ("google_project", "project_id") | ("google_client_config", "project") => Meaning::ProjectId,
        _ => code::meaning(attribute),
    }
}

fn of_gcloud(invocation: &Invocation, greps_url: bool) -> Meaning {
    let format = invocation.value("--format").and_then(Value::literal).unwrap_or_default();
    let has = |field: &str| format.contains(field);
    match invocation.path {
        "auth print-access-token" | "auth application-default print-access-token" => Meaning::AccessToken,
        "auth print-identity-token" => Meaning::IdToken(invocation.value("--audiences").cloned()),
        "run services describe" | "run deploy" if has("status.url") || has("status.address.url") || has("(uri)") => {
            Meaning::ServiceUrl { name: invocation.positionals.first().cloned(), function: false }
        }
        "run services describe" if greps_url => {
            Meaning::ServiceUrl { name: invocation.positionals.first().cloned(), function: false }
        }
        "run services list" if has("status.url") || has("status.address.url") || has("(URL)") || has("(url)") => {
            Meaning::ServiceUrl { name: None, function: false }
        }
        "functions describe" if has("serviceConfig.uri") => {
            Meaning::ServiceUrl { name: invocation.positionals.first().cloned(), function: false }
        }
        "functions describe" if has("httpsTrigger.url") || has("(url)") => {
            Meaning::ServiceUrl { name: invocation.positionals.first().cloned(), function: true }
        }
        "config get-value" | "config get"
            if invocation.positionals.first().is_some_and(|name| name.equals("account").is_yes()) =>
        {
            Meaning::AccountEmail
        }
        "config get-value" | "config get"
            if invocation
                .positionals
                .first()
                .and_then(Value::literal)
                .is_some_and(|name| matches!(name.as_str(), "project" | "core/project")) =>
        {
            Meaning::ProjectId
        }
        "projects list" | "projects describe" if has("(projectId)") || has("(project_id)") => Meaning::ProjectId,
        "info" if has("(config.project)") => Meaning::ProjectId,
        _ => Meaning::Other,
    }
}

/// Tokens from the metadata server
/// (<https://cloud.google.com/docs/authentication/get-id-token>, checked 2026-11-21) and from the IAM credentials API.
fn of_request(words: &List) -> Meaning {
    for word in &words.items {
        let url = url::parse(word);
        let path = url.path.known_suffix();
        match url.kind {
            HostKind::Metadata if path.ends_with("/token") => return Meaning::AccessToken,
            HostKind::Metadata if path.ends_with("/identity") => {
                let audience = url
                    .query
                    .into_iter()
                    .flat_map(|query| query.split('&'))
                    .find_map(|pair| pair.strip_prefix("audience="));
                return Meaning::IdToken(audience);
            }
            HostKind::GoogleApi if path.ends_with(":generateAccessToken") => return Meaning::AccessToken,
            HostKind::GoogleApi if path.ends_with(":generateIdToken") => return Meaning::IdToken(None),
            _ => {}
        }
    }
    Meaning::Other
}
