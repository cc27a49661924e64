//! Requests that a script makes itself: `curl` and `wget`.

use super::{Call, Caller, Credential, Facts, Given, Token, delegation, metadata};
use crate::eval::Run;
use crate::gcp::invocation::Invocation;
use crate::gcp::output::{Meaning, meaning_of};
use crate::gcp::wording::Wording;
use crate::value::{Piece, Place, Truth, Value};

/// Options of curl that take a value in the next word and do not bear on authentication.
/// <https://curl.se/docs/manpage.html>, checked 2026-11-21.
const CURL_VALUES: &[&str] = &[
    "-o",
    "--output",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "-A",
    "--user-agent",
    "-e",
    "--referer",
    "-x",
    "--proxy",
    "--cacert",
    "-E",
    "--cert",
    "--key",
    "-b",
    "--cookie",
    "-c",
    "--cookie-jar",
    "-D",
    "--dump-header",
    "--resolve",
    "-T",
    "--upload-file",
    "-C",
    "--continue-at",
    "-r",
    "--range",
    "-K",
    "--config",
    "--limit-rate",
    "-z",
    "--time-cond",
    "--stderr",
    "--trace",
    "--trace-ascii",
    "--max-redirs",
    "--interface",
    "-U",
    "--proxy-user",
    "--ciphers",
    "--capath",
    "--pinnedpubkey",
    "--proto",
    "--noproxy",
    "--url-query",
    "--variable",
    "--unix-socket",
    "--aws-sigv4",
];
/// Options whose value is a body.
const BODIES: &[&str] = &[
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "--data-ascii",
    "--data-urlencode",
    "--json",
    "-F",
    "--form",
    "--form-string",
];

pub(super) fn add(facts: &mut Facts, run: &Run) {
    let Some((program, rest)) = run.words.items.split_first() else { return };
    let literal = program.literal().unwrap_or_default();
    let (mut parts, flavor) = match literal.rsplit('/').next().unwrap_or("") {
        "curl" => (curl(rest), " -H Metadata-Flavor:Google"),
        "wget" => (wget(rest), " --header=Metadata-Flavor:Google"),
        _ => return,
    };
    parts.open |= run.words.open;
    let Some(command) = program.place() else { return };
    metadata::add(facts, &parts, run, command, flavor);
    delegation::add(facts, &parts, run);
    let several = parts.urls.len() > 1;
    let body = if parts.open && parts.body.is_no() { Truth::Unknown } else { parts.body };
    for url in std::mem::take(&mut parts.urls) {
        facts.calls.push(Call {
            caller: Caller::Request,
            wording: Wording::Command,
            name: None,
            project: None,
            changes: false,
            url: Some(url),
            method: parts.method.clone(),
            credential: if several { Credential::Unknown } else { parts.credential() },
            body,
            content: parts.bodies.first().map(|body| body.value.clone()),
            command,
            at: run.at.clone(),
        });
    }
}

/// What matters of a request's words.
pub(super) struct Parts {
    pub urls: Vec<Given>,
    method: Option<Given>,
    pub headers: Vec<Given>,
    user: Option<Given>,
    bearer: Option<Given>,
    pub body: Truth,
    /// What is sent, as far as it stands in the words.
    pub bodies: Vec<Given>,
    /// Whether name and password are for another scheme than HTTP Basic.
    other_scheme: bool,
    pub open: bool,
}

fn curl(words: &[Value]) -> Parts {
    let mut parts = Parts::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let Some(place) = word.place() else { continue };
        let prefix = word.known_prefix();
        if word.loose && prefix.is_empty() && word.known_suffix().is_empty() {
            // A variable that may hold options as well as a URL.
            parts.open = true;
        }
        if !prefix.starts_with('-') {
            parts.urls.push(Given::new(word.clone(), place, place));
            continue;
        }
        let (name, glued) = option(word);
        let value = |at: &mut usize| {
            let value = glued.clone().or_else(|| {
                *at += 1;
                words.get(*at - 1).cloned()
            })?;
            let name = place.part(0..name.len().min(place.span.len() as usize));
            let whole =
                value.pieces().last().map_or(name, |last| Place { span: name.span.to(last.place().span), ..name });
            Some(Given::new(value, name, whole))
        };
        match name.as_str() {
            "-X" | "--request" => parts.method = value(&mut at),
            "-H" | "--header" => parts.headers.extend(value(&mut at)),
            "-u" | "--user" => parts.user = value(&mut at),
            "--oauth2-bearer" => parts.bearer = value(&mut at),
            "--url" => parts.urls.extend(value(&mut at)),
            "--digest" | "--ntlm" | "--negotiate" | "--anyauth" => parts.other_scheme = true,
            // HMAC keys sign requests to Cloud Storage in this way.
            "--aws-sigv4" => {
                parts.other_scheme = true;
                value(&mut at);
            }
            "-K" | "--config" | "-n" | "--netrc" | "--netrc-file" | "--next" | "-:" => {
                parts.open = true;
                if matches!(name.as_str(), "-K" | "--config" | "--netrc-file") {
                    value(&mut at);
                }
            }
            name if BODIES.contains(&name) => {
                parts.body = Truth::Yes;
                parts.bodies.extend(value(&mut at));
            }
            name if CURL_VALUES.contains(&name) => {
                // An upload is sent by PUT.
                if matches!(name, "-T" | "--upload-file") {
                    parts.body = Truth::Yes;
                }
                value(&mut at);
            }
            // `-I` and `-G` change the method, alone or in `-sI`.
            name if other_method(name) && parts.body.is_no() => parts.body = Truth::Unknown,
            _ => {}
        }
    }
    parts
}

/// Whether an option is one that changes the method without naming it, or names it in a way that curl does not know.
fn other_method(name: &str) -> bool {
    let long = ["--head", "--get"].contains(&name) || name.starts_with("--request");
    long || !name.starts_with("--") && name.contains(['I', 'G'])
}

/// The name of an option and a value in the same word. Short options may be run together (`-sSfX POST`).
fn option(word: &Value) -> (String, Option<Value>) {
    let prefix = word.known_prefix();
    if prefix.starts_with("--") {
        return (prefix, None);
    }
    let mut at = 1;
    for c in prefix.chars().skip(1) {
        at += c.len_utf8();
        let short = format!("-{c}");
        let takes = matches!(c, 'X' | 'H' | 'u' | 'K')
            || BODIES.contains(&short.as_str())
            || CURL_VALUES.contains(&short.as_str());
        if takes {
            let rest = prefix.get(..at).and_then(|known| word.strip_prefix(known));
            return (short, rest.filter(|rest| !rest.is_empty().is_yes()));
        }
    }
    (prefix, None)
}

fn wget(words: &[Value]) -> Parts {
    let mut parts = Parts::new();
    // Its options for another method are not read.
    parts.body = Truth::Unknown;
    for word in words {
        let Some(place) = word.place() else { continue };
        let given = |value| Given::new(value, place, place);
        if let Some(header) = word.strip_prefix("--header=") {
            parts.headers.push(given(header));
        } else if word.strip_prefix("--post-data=").is_some() || word.strip_prefix("--body-data=").is_some() {
            parts.body = Truth::Yes;
        } else if word.known_prefix().starts_with("http") {
            parts.urls.push(given(word.clone()));
        } else if word.known_prefix().is_empty() || word.starts_with("--header").is_yes() {
            // `--header "X"` in two words, or a variable: it could be anything.
            parts.open = true;
        }
    }
    parts
}

impl Parts {
    fn new() -> Self {
        Self {
            urls: Vec::new(),
            method: None,
            headers: Vec::new(),
            user: None,
            bearer: None,
            body: Truth::No,
            bodies: Vec::new(),
            other_scheme: false,
            open: false,
        }
    }

    fn credential(&self) -> Credential {
        if self.other_scheme {
            return Credential::Unknown;
        }
        let given = [self.user.as_ref().map(basic), self.bearer.as_ref().map(|given| bearer(given, &given.value))];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next(), self.header()) {
            (Some(only), None, Credential::None) => only,
            (None, None, header) => header,
            // One is for the platform, the other for the program behind it.
            _ => Credential::Unknown,
        }
    }

    /// What the headers prove. Cloud Run looks at `X-Serverless-Authorization` first, and leaves `Authorization` to the
    /// program; which of two others counts is not known.
    fn header(&self) -> Credential {
        let named = |wanted: &[&str]| {
            let mut found = self.headers.iter().filter_map(|header| {
                let (name, value) = header.value.split_once(':')?;
                let name = name.literal()?.trim().to_ascii_lowercase();
                wanted.contains(&name.as_str()).then_some((header, value))
            });
            (found.next(), found.next().is_some())
        };
        if let (Some((header, value)), _) = named(&["x-serverless-authorization"]) {
            return authorization(header, &value);
        }
        if named(&["authorization", "proxy-authorization"]).1 {
            return Credential::Unknown;
        }
        let mut found = None;
        for header in &self.headers {
            let Some((name, value)) = header.value.split_once(':') else {
                if !header.value.is_literal() {
                    return Credential::Unknown;
                }
                continue;
            };
            match name.literal().map(|name| name.trim().to_ascii_lowercase()).as_deref() {
                // Beside another one, which of the two is Google's depends on what stands in front.
                Some("authorization" | "proxy-authorization") if found.is_some() => return Credential::Unknown,
                Some("authorization" | "proxy-authorization") => found = Some(authorization(header, &value)),
                // A key stands in for a token with many APIs.
                Some("x-goog-api-key" | "x-api-key" | "cookie") | None if found.is_none() => {
                    found = Some(Credential::Unknown);
                }
                Some(_) | None => {}
            }
        }
        match found {
            Some(found) => found,
            None if self.open => Credential::Unknown,
            None => Credential::None,
        }
    }
}

/// `-u user:password`
fn basic(user: &Given) -> Credential {
    // A hole may be empty, and `oauth2accesstoken:…` is a token by another name.
    match user.value.split_once(':') {
        Some((name, _)) if name.equals("oauth2accesstoken").is_no() => Credential::Basic(user.clone()),
        _ => Credential::Unknown,
    }
}

/// What a header of this value proves.
pub(super) fn authorization(header: &Given, value: &Value) -> Credential {
    let prefix = value.known_prefix();
    let trimmed = prefix.trim_start();
    let lower = trimmed.to_ascii_lowercase();
    let token = |scheme: &str| {
        let skipped = prefix.len() - trimmed.len() + scheme.len();
        prefix.get(..skipped).and_then(|known| value.strip_prefix(known))
    };
    if lower.starts_with("bearer ") {
        return token("bearer ").map_or(Credential::Unknown, |token| bearer(header, &token));
    }
    if lower.starts_with("basic ") { Credential::Basic(header.clone()) } else { Credential::Unknown }
}

fn bearer(header: &Given, token: &Value) -> Credential {
    let minted = match token.pieces() {
        [Piece::Output(_, place)] => Some(*place),
        [Piece::Attribute(attribute, _)] => Some(attribute.of.head),
        _ => None,
    };
    let made = |audience: Option<Value>| {
        let audience = audience.map(|value| Given::new(value, header.at, header.whole));
        let account = match token.pieces() {
            [Piece::Output(output, _)] => minted_for(&output.words),
            _ => None,
        };
        Token { at: header.at, whole: header.whole, account, audience, scope: None, minted, open: true }
    };
    match meaning_of(token) {
        Meaning::AccessToken => Credential::AccessToken(made(None)),
        Meaning::IdToken(audience) => Credential::IdToken(made(audience.clone())),
        Meaning::File(path) if is_credentials_file(path) || is_key_path(path) => Credential::NoToken(header.clone()),
        Meaning::AccountEmail => Credential::NoToken(header.clone()),
        _ if token.ends_with(".gserviceaccount.com").is_yes() => Credential::NoToken(header.clone()),
        _ if token.ends_with(".json").is_yes() || is_key_path(token) => Credential::NoToken(header.clone()),
        _ => Credential::Unknown,
    }
}

/// The account that gcloud is told to print a token of.
fn minted_for(words: &crate::value::List) -> Option<Given> {
    let invocation = Invocation::parse(words)?;
    let flags = ["--impersonate-service-account", "--account"];
    flags.iter().find_map(|flag| Given::of(invocation.flag(flag)?)).or_else(|| {
        // `print-identity-token ACCOUNT`
        let value = invocation.positionals.first().filter(|_| invocation.path.starts_with("auth print-"))?.clone();
        let at = value.place()?;
        Some(Given::new(value, at, at))
    })
}

/// A JSON file whose name says that it holds a key; one with another name may hold a token and nothing else.
fn is_credentials_file(path: &Value) -> bool {
    let name = path.known_suffix().to_ascii_lowercase();
    let name = name.rsplit('/').next().unwrap_or("");
    let says = ["key", "cred", "service-account", "service_account", "serviceaccount"];
    name.strip_suffix(".json").is_some_and(|stem| says.iter().any(|word| stem.contains(word)) || stem == "sa")
}

/// `Bearer $GOOGLE_APPLICATION_CREDENTIALS`: a path, never a token.
fn is_key_path(token: &Value) -> bool {
    match token.pieces() {
        [Piece::Hole(hole, _)] => &*hole.shown == "${GOOGLE_APPLICATION_CREDENTIALS}",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    fn parts(words: &[&str]) -> Parts {
        curl(&words.iter().map(|word| value(word)).collect::<Vec<_>>())
    }

    #[test]
    fn curl_words() {
        let found = parts(&[
            "-sSfX",
            "POST",
            "-H",
            "Authorization: Bearer x",
            "-d",
            "https://no",
            "https://{H}/p",
            "-o/dev/null",
        ]);
        assert_eq!(found.urls.len(), 1);
        assert_eq!(found.urls[0].value.to_string(), "https://${H}/p");
        assert_eq!(found.method.unwrap().value.to_string(), "POST");
        assert_eq!(found.headers.len(), 1);
        assert_eq!(found.body, Truth::Yes);
    }

    #[test]
    fn what_may_change_the_method() {
        assert_eq!(parts(&["-sS", "-o", "/dev/null", "https://x"]).body, Truth::No);
        for words in
            [["-sI", "https://x"], ["--head", "https://x"], ["-G", "https://x"], ["--request=POST", "https://x"]]
        {
            assert_eq!(parts(&words).body, Truth::Unknown, "{words:?}");
        }
        assert_eq!(parts(&["-T", "f", "https://x"]).body, Truth::Yes);
        assert_eq!(parts(&["-Gd", "a=b", "https://x"]).body, Truth::Yes);
    }

    #[test]
    fn credentials() {
        assert!(matches!(parts(&["https://x"]).credential(), Credential::None));
        assert!(matches!(parts(&["-u", "a:b", "https://x"]).credential(), Credential::Basic(_)));
        assert!(matches!(parts(&["-u", "oauth2accesstoken:b", "https://x"]).credential(), Credential::Unknown));
        assert!(matches!(parts(&["-H", "authorization: Bearer {T}", "x"]).credential(), Credential::Unknown));
        assert!(matches!(parts(&["-H", "{AUTH}", "x"]).credential(), Credential::Unknown));
        assert!(matches!(parts(&["-u", "a:b", "--aws-sigv4", "aws:amz", "x"]).credential(), Credential::Unknown));
        assert_eq!(parts(&["--aws-sigv4", "aws:amz", "https://x"]).urls.len(), 1);
        let two = ["-u", "a:b", "-H", "Authorization: Bearer {T}", "https://x"];
        assert!(matches!(parts(&two).credential(), Credential::Unknown));
        let both = ["-H", "Authorization: Basic x", "-H", "X-Serverless-Authorization: Bearer k.json", "https://x"];
        assert!(matches!(parts(&both).credential(), Credential::NoToken(_)));
        let two = ["-H", "Authorization: Basic x", "-H", "Proxy-Authorization: Bearer {T}", "https://x"];
        assert!(matches!(parts(&two).credential(), Credential::Unknown));
        assert!(matches!(
            parts(&["-H", "Authorization: Bearer {GOOGLE_APPLICATION_CREDENTIALS}", "x"]).credential(),
            Credential::NoToken(_)
        ));
    }
}
