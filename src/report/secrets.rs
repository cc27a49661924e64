//! Secrets of linted files, replaced before anything is printed. Knows the looks of secrets and nothing else.
//!
//! What is replaced keeps its length, so that columns and labels stay. A variable is no secret, its value is.

use std::borrow::Cow;
use std::ops::Range;

use crate::source::Span;

/// What a secret is replaced by, byte for byte.
const MASK: u8 = b'*';
/// A token, key or password shorter than this is not told from a word.
const SHORTEST: usize = 8;
/// A run of base64 at least this long is a key or part of one.
const LONG_RUN: usize = 60;
/// What Google's tokens and keys begin with: OAuth access tokens, JSON Web Tokens, API keys, OAuth secrets.
const PREFIXES: &[&str] = &["ya29.", "eyJ", "AIza", "GOCSPX-", "1//0"];
/// What stands before a credential in a header.
const SCHEMES: &[&str] = &["bearer ", "basic "];
/// Ends of names whose values are secrets.
const NAMES: &[&str] =
    &["secret", "password", "passwd", "token", "api_key", "apikey", "private_key", "credential", "pass"];

/// The text with its secrets masked.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut found: Vec<Range<usize>> = Vec::new();
    by_prefix(text, &mut found);
    by_scheme(text, &mut found);
    by_name(text, &mut found);
    by_user(text, &mut found);
    by_length(text, &mut found);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for range in found {
        if let Some(secret) = bytes.get_mut(range) {
            secret.fill(MASK);
        }
    }
    // Every range is of ASCII, so the text stays UTF-8.
    Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
}

/// A line without the secrets that are known to stand in its file at these places.
pub(super) fn hidden<'t>(text: Cow<'t, str>, line: Span, secrets: &[Span]) -> Cow<'t, str> {
    let within = |secret: &&Span| secret.start < line.end && line.start < secret.end;
    if !secrets.iter().any(|secret| within(&secret)) {
        return text;
    }
    let mut bytes = text.into_owned().into_bytes();
    for secret in secrets.iter().filter(within) {
        let start = secret.start.saturating_sub(line.start) as usize;
        let end = ((secret.end - line.start) as usize).min(bytes.len());
        if let Some(secret) = bytes.get_mut(start..end) {
            secret.fill(MASK);
        }
    }
    // Places begin and end between characters.
    Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte)
}

/// The run of token bytes that begins at an offset.
fn run(text: &str, start: usize) -> Range<usize> {
    let rest = text.as_bytes().get(start..).unwrap_or(&[]);
    start..start + rest.iter().take_while(|byte| is_token_byte(**byte)).count()
}

fn by_prefix(text: &str, found: &mut Vec<Range<usize>>) {
    for prefix in PREFIXES {
        for (at, _) in text.match_indices(prefix) {
            let word_before = at > 0 && text.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
            let run = run(text, at);
            if !word_before && run.len() >= prefix.len() + 2 * SHORTEST {
                found.push(run);
            }
        }
    }
}

fn by_scheme(text: &str, found: &mut Vec<Range<usize>>) {
    let lower = text.to_ascii_lowercase();
    for scheme in SCHEMES {
        for (at, _) in lower.match_indices(scheme) {
            let run = run(text, at + scheme.len());
            // Prose follows "bearer " and "basic " too: a secret has a digit, or is no word at all.
            let looks_random = text.get(run.clone()).is_some_and(|run| run.bytes().any(|byte| byte.is_ascii_digit()));
            if run.len() >= 2 * SHORTEST && looks_random {
                found.push(run);
            }
        }
    }
}

/// `DB_PASSWORD=hunter22`, `api_key: "…"`: a literal value of a name that says secret.
fn by_name(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, sign) in text.match_indices(['=', ':']) {
        let before = text.get(..at).unwrap_or("").trim_end_matches(['"', '\'', ' ']);
        let name = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).next().unwrap_or("");
        // Headers are named so: `X-Api-Key`.
        let lower = name.to_ascii_lowercase().replace('-', "_");
        if !NAMES.iter().any(|end| lower.ends_with(end)) {
            continue;
        }
        let after = text.get(at + sign.len()..).unwrap_or("");
        let skipped = after.len() - after.trim_start_matches(['"', '\'', ' ']).len();
        let run = run(text, at + sign.len() + skipped);
        let value = text.get(run.clone()).unwrap_or("");
        let random =
            value.bytes().any(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_call = text.get(run.end..).is_some_and(|rest| rest.starts_with('('));
        // `--data-file=key.json`, `TOKEN=projects/p/secrets/x`, `token=v2.make()` and prose are names, not values.
        if run.len() >= SHORTEST && random && !is_call && !value.contains('/') && !value.contains("gserviceaccount") {
            found.push(run);
        }
    }
}

/// `-u name:password`, `https://name:password@host`
fn by_user(text: &str, found: &mut Vec<Range<usize>>) {
    let mut password_after = |start: usize, stop: &[u8]| {
        let rest = text.as_bytes().get(start..).unwrap_or(&[]);
        let end = rest.iter().position(|byte| stop.contains(byte) || byte.is_ascii_whitespace()).unwrap_or(rest.len());
        let user = rest.get(..end).unwrap_or(&[]);
        if let Some(colon) = memchr::memchr(b':', user) {
            let password = start + colon + 1..start + end;
            let literal = text
                .get(password.clone())
                .is_some_and(|text| text.is_ascii() && !text.contains('$') && !text.starts_with('<'));
            if literal && password.len() > 2 {
                found.push(password);
            }
        }
    };
    for option in ["-u ", "-u \"", "-u '", "--user ", "--user=", "--user \"", "--user '", "--user=\"", "--user='"] {
        for (at, _) in text.match_indices(option) {
            if option.ends_with(['"', '\'', '='])
                || !text.get(at + option.len()..).unwrap_or("").starts_with(['"', '\''])
            {
                password_after(at + option.len(), b"\"'");
            }
        }
    }
    for (at, scheme) in text.match_indices("://") {
        let authority = text.get(at + scheme.len()..).unwrap_or("");
        let end = authority.find(['/', '?', '"', '\'', ' ']).unwrap_or(authority.len());
        if authority.get(..end).is_some_and(|authority| authority.contains('@')) {
            password_after(at + scheme.len(), b"@/\"'");
        }
    }
}

/// Lines of a private key, and keys without a name.
fn by_length(text: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    while let Some(rest) = text.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().take_while(|byte| is_base64(byte)).count();
        let run = rest.get(..length).unwrap_or(&[]);
        let count = |kind: fn(&u8) -> bool| run.iter().filter(|byte| kind(byte)).count();
        // Two in five letters of a key are capitals; a path of words has few.
        if length >= LONG_RUN && 5 * count(u8::is_ascii_uppercase) > length && count(u8::is_ascii_digit) > 2 {
            found.push(at..at + length);
        }
        at += length.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_at_their_length() {
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        for (text, secret) in [
            ("curl -H \"Authorization: Bearer ya29.a0AfH6SMBxyzabcdefghij1\" x", "ya29.a0AfH6SMBxyzabcdefghij1"),
            ("curl -H 'Authorization: Bearer abcdefgh12345678ijkl' x", "abcdefgh12345678ijkl"),
            ("curl -H 'authorization: Basic dXNlcjpwYXNzMTIzNDU2' x", "dXNlcjpwYXNzMTIzNDU2"),
            ("--set-env-vars DB_PASSWORD=hunter2hunter2,A=b", "hunter2hunter2"),
            ("api_key: \"k3y-0123456789\"", "k3y-0123456789"),
            ("curl -u admin:s3cret! https://x", "s3cret!"),
            ("curl --user='admin:pa55word' https://x", "pa55word"),
            ("https://bob:pa55word@example.org/x", "pa55word"),
            ("?key=AIzaSyA-1234567890abcdefghijklmnopqrstu", "AIzaSyA-1234567890abcdefghijklmnopqrstu"),
            (key, key),
        ] {
            let masked = masked(text);
            assert!(!masked.contains(secret), "{masked}");
            assert_eq!(masked.len(), text.len());
            assert_eq!(masked, text.replace(secret, &"*".repeat(secret.len())));
        }
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        for text in [
            "curl -H \"Authorization: Bearer ${TOKEN}\" https://x.run.app",
            "oauth_token=tasks_v2.OAuthToken(service_account_email=a)",
            "accepts only OAuth access tokens, no basic authentication or bearer credentials",
            "TOKEN=$(gcloud auth print-identity-token --audiences=https://a-1234567890.us-east1.run.app)",
            "--set-secrets=API_KEY=projects/p/secrets/api-key-2:latest",
            "curl -u \"$USER:$PASSWORD\" https://x",
            "--member=serviceAccount:bot@acme-prod.iam.gserviceaccount.com",
            "https://us-central1-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/acme-prod/jobs/nightly:run",
            "docker run -u root image",
            "principal:iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/subject/runner",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
