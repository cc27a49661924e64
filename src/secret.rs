//! What looks like a secret: names of variables, and the texts that they hold. Knows nothing else.
//!
//! The beginnings of tokens are what their makers document; they were compared with the rules of gitleaks
//! (<https://github.com/gitleaks/gitleaks>, `config/gitleaks.toml`), checked 2026-11-30. No crate that keeps such rules is
//! older than a year.

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// Like a token of this kind.
    Token(&'static str),
    /// Like nothing that a person thinks up.
    Random,
    /// Like a word, which may be a bad password or no secret at all.
    Word,
    /// Like something that stands for a secret, or like no secret.
    Harmless,
}

/// Tokens: how they begin, how long they are at least, whose they are.
const TOKENS: &[(&str, usize, &str)] = &[
    ("ya29.", 30, "an access token of Google"),
    ("GOCSPX-", 30, "a client secret of Google"),
    ("1//0", 40, "a refresh token of Google"),
    ("-----BEGIN PRIVATE KEY-----", 60, "a private key"),
    ("-----BEGIN RSA PRIVATE KEY-----", 60, "a private key"),
    ("-----BEGIN EC PRIVATE KEY-----", 60, "a private key"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----", 60, "a private key"),
    ("ghp_", 40, "a token of GitHub"),
    ("gho_", 40, "a token of GitHub"),
    ("ghs_", 40, "a token of GitHub"),
    ("ghu_", 40, "a token of GitHub"),
    ("github_pat_", 60, "a token of GitHub"),
    ("glpat-", 26, "a token of GitLab"),
    ("xoxb-", 30, "a token of Slack"),
    ("xoxp-", 30, "a token of Slack"),
    ("sk_live_", 30, "a key of Stripe"),
    ("rk_live_", 30, "a key of Stripe"),
    ("SG.", 60, "a key of SendGrid"),
    ("sk-ant-", 60, "a key of a language model"),
    ("sk-proj-", 60, "a key of a language model"),
    ("npm_", 40, "a token of npm"),
    ("pypi-AgEI", 60, "a token of PyPI"),
    ("hf_", 37, "a token of Hugging Face"),
    ("dop_v1_", 60, "a token of DigitalOcean"),
    ("shpat_", 36, "a token of Shopify"),
];

/// Last parts of names whose values are secrets.
const NAMES: &[&[&str]] = &[
    &["SECRET"],
    &["SECRETS"],
    &["PASSWORD"],
    &["PASSWD"],
    &["PASSPHRASE"],
    &["PASS"],
    &["TOKEN"],
    &["APIKEY"],
    &["API", "KEY"],
    &["SECRET", "KEY"],
    &["SECRET", "KEY", "BASE"],
    &["PRIVATE", "KEY"],
    &["ACCESS", "KEY"],
    &["ENCRYPTION", "KEY"],
    &["SIGNING", "KEY"],
    &["JWT", "KEY"],
    &["MASTER", "KEY"],
    &["CREDENTIALS"],
];
/// Parts of names that everybody may know the values of: what a browser is given, what is no secret by itself.
const PUBLIC: &[&str] = &[
    "PUBLIC",
    "PUBLISHABLE",
    "FIREBASE",
    "VITE",
    "REACT",
    "SITE",
    "MAPS",
    "MAPBOX",
    "POSTHOG",
    "ENCRYPTED",
    "CIPHERTEXT",
    "HASH",
    "HASHED",
    "ALGOLIA",
    "CSRF",
    "MAX",
    "NEXT",
];

/// Parts of texts that stand for something else.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change-me",
    "change_me",
    "your",
    "placeholder",
    "dummy",
    "sample",
    "replace",
    "todo",
    "insert",
    "fake",
    "xxxx",
    "test",
    "foobar",
    "localhost",
    "none",
    "null",
    "undefined",
    "redacted",
    "secret-here",
    "here",
    "mock",
    "default",
    "disabled",
    "enabled",
    "unset",
    "demo",
    "12345",
];

/// How texts begin that everybody may know: keys that are made to be published, addresses of chains.
const PUBLIC_VALUES: &[&str] = &["pk.", "pk_", "phc_", "0x", "1x0000"];
/// Ends of names of files.
const FILES: &[&str] = &[".json", ".pem", ".key", ".txt", ".yaml", ".yml", ".p12", ".crt", ".env"];

/// Shorter texts are not told from words.
const RANDOM: usize = 16;
/// Twice the letters that the words of a wordy text have on the average: in a random one they are shorter.
const WORD: usize = 7;
/// Bits that a sign of a random text of that length carries at least; words in a language carry fewer.
const BITS: f64 = 3.0;

/// Whether a variable of this name holds a secret: `DB_PASSWORD`, `apiKey`; not `SECRET_NAME`, `TOKEN_URL`.
pub fn is_secret_name(name: &str) -> bool {
    let parts = parts(name);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    NAMES.iter().any(|end| parts.ends_with(end)) && !parts.iter().any(|part| PUBLIC.contains(part))
}

/// The parts of a name in capitals: `apiKey` and `API_KEY` have the same.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut fresh = true;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || was_lower && letter.is_ascii_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter.to_ascii_uppercase());
        }
        (fresh, was_lower) = (false, letter.is_ascii_lowercase());
    }
    parts
}

/// How a text looks that is the value of a variable.
pub fn looks(text: &str) -> Looks {
    let text = text.trim().trim_matches(['"', '\'']);
    if let Some((.., what)) = TOKENS.iter().find(|(start, least, _)| text.starts_with(start) && text.len() >= *least) {
        return Looks::Token(what);
    }
    let lower = text.to_ascii_lowercase();
    let stands_for = PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || text.contains(['<', '>', '{', '}', '$', '*', '…'])
        || text.contains("://")
        || text.starts_with(['/', '.'])
        || FILES.iter().any(|end| lower.ends_with(end))
        || is_shouted(text)
        || PUBLIC_VALUES.iter().any(|start| text.starts_with(start))
        || ["projects/", "sm://", "secretmanager:", "file:", "vault:"].iter().any(|start| lower.starts_with(start));
    if stands_for || text.len() < 4 || ["true", "false"].contains(&lower.as_str()) || is_number(text) {
        return Looks::Harmless;
    }
    // A name or an address of something: `a.b.c`, `a:latest`, `me@acme.example`
    if text.contains(['@', ':']) && text.len() < 40 || text.contains(char::is_whitespace) {
        return Looks::Harmless;
    }
    // `grafana-credentials`, `prod_api_key_v2`: secrets in Secret Manager are named so.
    if is_name(text) {
        return Looks::Harmless;
    }
    if is_random(text) {
        return Looks::Random;
    }
    Looks::Word
}

/// `MY_DB_PASSWORD`: somebody is to write something else there.
fn is_shouted(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Small letters in several parts, half of them words at least.
fn is_name(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '_', '.']).collect();
    let is_word = |part: &&&str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    parts.len() > 1
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
        && parts.iter().all(|part| part.len() <= 16)
        && parts.iter().filter(is_word).count() * 2 >= parts.len()
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.len() < RANDOM
}

/// Whether nobody thinks up such a text: long, of letters and digits mixed, and no words.
fn is_random(text: &str) -> bool {
    let count = |kind: fn(&u8) -> bool| text.bytes().filter(kind).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    text.len() >= RANDOM && digits >= 2 && letters >= 2 && !is_wordy(text) && bits(text) >= BITS
}

/// Whether a text is made of words and a few numbers: `my-super-secret-2024`, `AcmeOrders2024!`.
fn is_wordy(text: &str) -> bool {
    let mut words: Vec<usize> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        let goes_on = before.is_ascii_alphabetic() && !(before.is_ascii_lowercase() && letter.is_ascii_uppercase());
        if letter.is_ascii_alphabetic() {
            match words.last_mut() {
                Some(word) if goes_on => *word += 1,
                _ => words.push(1),
            }
        }
        before = letter;
    }
    let letters: usize = words.iter().sum();
    letters * 2 >= WORD * words.len() && letters * 2 >= text.len()
}

/// Bits that one sign of a text carries (Shannon's entropy).
fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    });
    let all = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let of = |count: &u32| {
        let share = f64::from(*count) / all;
        -share * share.log2()
    };
    counts.iter().filter(|count| **count > 0).map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in
            ["DB_PASSWORD", "apiKey", "STRIPE_API_KEY", "JWT_SECRET", "GITHUB_TOKEN", "SECRET_KEY_BASE", "dbPass"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "SECRET_NAME",
            "TOKEN_URL",
            "KMS_KEY_RING",
            "PASSWORD_MIN_LENGTH",
            "TOKENIZER",
            "NEXT_PUBLIC_API_KEY",
            "FIREBASE_API_KEY",
            "SECRETARY",
            "API_KEY_HEADER",
            "COMPASS",
            "KEY",
            "CSRF_TOKEN",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn texts_by_their_looks() {
        for text in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "kX9vQ2mZ7pLw4TnB",
            "dGhpcyBpcyBhIHNlY3JldA0MzI1",
            "p8Yt-4kQ1-zz9X-1mNb",
        ] {
            assert_eq!(looks(text), Looks::Random, "{text}");
        }
        for text in ["hunter2", "postgres", "My-Super-Secret-Key-2024", "Password123", "AcmeOrders2024!"] {
            assert_eq!(looks(text), Looks::Word, "{text}");
        }
        for text in [
            "changeme",
            "your-api-key-goes-in-this-place-1",
            "https://user:pw@host/db",
            "/secrets/token",
            "true",
            "3600",
            "<TOKEN>",
            "db-password:latest",
            "grafana-credentials",
            "calendar_token.json",
            "prod_api_key_v2_2024_a1",
            "phc_a1B2c3D4e5F6g7H8",
            "MY_DB_PASSWORD",
            "projects/p/secrets/s/versions/1",
            "",
        ] {
            assert_eq!(looks(text), Looks::Harmless, "{text}");
        }
        assert_eq!(looks(&format!("ghp_{}", "a1B2".repeat(9))), Looks::Token("a token of GitHub"));
        assert_eq!(looks("ghpShort"), Looks::Word);
    }
}
