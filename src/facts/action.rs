//! Actions of a CI step: who authenticates how, what is deployed, and which of their inputs are taken as they stand.
//!
//! Sources: the `action.yml` of each major version of <https://github.com/google-github-actions> `auth`, `setup-gcloud`,
//! `deploy-cloudrun` and `deploy-cloud-functions`, checked 2026-11-21.

use super::declare::{given, given_at};
use super::environment::{Builder, Secret};
use super::{
    Account, Deployment, Exposure, Facts, Given, Identity, Purpose, Service, Sink, Stored, Target, TargetKind, ci,
    login, registry, uses,
};
use crate::eval::{Declared, Run, Statement};
use crate::gcp::wording::Wording;
use crate::value::{Field, List, Piece, Place, Tree, Truth, Value};

/// A step that authenticates to Google Cloud.
#[derive(Debug, Clone)]
pub struct Authentication {
    /// The major version of what does it; `None` for a branch or a commit.
    pub version: Option<u32>,
    /// The provider of a workload identity pool.
    pub provider: Option<Given>,
    /// The account that is used or impersonated.
    pub account: Option<Given>,
    /// The key of an account.
    pub key: Option<Given>,
    /// The kind of token that is asked for.
    pub token_format: Option<Given>,
    /// The audience of the CI's own ID token.
    pub audience: Option<Given>,
    /// The audience of the ID token that is asked for.
    pub id_token_audience: Option<Given>,
    /// The scopes of the access token that is asked for.
    pub access_token_scopes: Option<Given>,
    /// Whether more may be given than is seen.
    pub open: bool,
    /// Whether it depends on how the repository or the caller is set up.
    pub conditional: bool,
    /// Whether it is left out under any circumstances.
    pub skipped: bool,
    /// Whether it leaves a file of credentials for the steps after it.
    pub leaves_file: Truth,
    /// The lines of the step, where they may be moved as they are.
    pub lines: Option<Given>,
    /// Where its tokens are used by later steps, by their names.
    pub used: Vec<(String, Place)>,
    /// Where the action is named.
    pub head: Place,
    /// The statement.
    pub at: Statement,
}

impl Authentication {
    /// Whether it runs and does so by federation: with a provider and without a key.
    pub fn is_federated(&self) -> Truth {
        let Some(provider) = &self.provider else { return Truth::from(false) };
        if self.conditional || self.open {
            return Truth::Unknown;
        }
        let has_key = match &self.key {
            None => Truth::No,
            Some(key) => key.value.is_empty().negate(),
        };
        match provider.value.is_empty() {
            Truth::Yes => Truth::No,
            // Without a key, nothing but a provider will do.
            _ if has_key.is_no() => Truth::Yes,
            _ => Truth::Unknown,
        }
    }
}

/// What a text is that is taken as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A key or a password, which may hold any character.
    Key,
    /// An e-mail, the name of a resource, a URL.
    Name,
    /// A text of Terraform, which fills in `${…}` itself: only a command is surely meant for a shell.
    Template,
    /// Something else.
    Other,
}

/// A text that is taken as it stands: no shell expands it.
#[derive(Debug, Clone)]
pub struct Verbatim {
    /// What takes it: an action, without its version, or a resource.
    pub by: String,
    /// By which name.
    pub name: String,
    /// What it is.
    pub written: Written,
    /// The text.
    pub given: Given,
    /// The statement.
    pub at: Statement,
}

/// Inputs that are credentials, or name one, of Google's actions.
const INPUTS: &[(&str, Written)] = &[
    ("credentials_json", Written::Key),
    ("credentials", Written::Key),
    ("service_account_key", Written::Key),
    ("workload_identity_provider", Written::Name),
    ("service_account", Written::Name),
    ("service_account_email", Written::Name),
    ("id_token_audience", Written::Name),
    ("event_trigger_service_account", Written::Name),
];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let (name, version) = declared.kind.split_once('@').unwrap_or((&declared.kind, ""));
    let name = name.to_ascii_lowercase();
    let with = declared.body.at(&["with"]).map(|field| &field.tree);
    inputs(facts, &name, with, declared);
    uses::add(facts, declared);
    registry::action(facts, &name, with, declared);
    match name.strip_prefix("google-github-actions/") {
        Some("auth") => authentication(facts, with, major(version), declared),
        Some("deploy-cloudrun") => run(facts, with, declared),
        Some("deploy-cloud-functions") => function(facts, with, major(version), declared),
        _ => {}
    }
}

/// The major version: 2 of `v2` and `v2.1.3`.
pub(super) fn major(version: &str) -> Option<u32> {
    let version = version.strip_prefix('v')?;
    let mut numbers = version.split('.').map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    numbers.all(|number| number.is_ok()).then_some(first)
}

fn inputs(facts: &mut Facts, name: &str, with: Option<&Tree>, declared: &Declared) {
    for field in with.and_then(Tree::map).into_iter().flat_map(|map| &map.fields) {
        let written = match name {
            "docker/login-action" if field.name == "password" => Written::Key,
            _ if name.starts_with("google-github-actions/") => {
                INPUTS.iter().find(|(known, _)| *known == field.name).map_or(Written::Other, |(_, written)| *written)
            }
            _ => Written::Other,
        };
        let Some(given) = given(field) else { continue };
        let (by, name) = (name.to_owned(), field.name.clone());
        facts.verbatim.push(Verbatim { by, name, written, given, at: declared.at.clone() });
    }
}

fn authentication(facts: &mut Facts, with: Option<&Tree>, version: Option<u32>, declared: &Declared) {
    let input = |name: &str| given_at(with?, &[name]);
    let authentication = Authentication {
        version,
        provider: input("workload_identity_provider"),
        account: input("service_account"),
        key: input("credentials_json"),
        token_format: input("token_format"),
        audience: input("audience"),
        id_token_audience: input("id_token_audience"),
        access_token_scopes: input("access_token_scopes"),
        open: with.is_some_and(|with| with.map().is_none_or(|map| map.open)),
        conditional: declared.body.at(&["if"]).is_some(),
        skipped: declared.body.at(&["when"]).is_some(),
        leaves_file: leaves_file(with),
        lines: given_at(&declared.body, &["lines"]),
        used: used(&declared.body),
        head: declared.head,
        at: declared.at.clone(),
    };
    account(facts, authentication.account.clone(), &declared.at);
    id_token(facts, with, declared);
    ci::federates(facts, &authentication);
    login::step(facts, &authentication, with, declared);
    facts.authentications.push(authentication);
}

/// Whether a file of credentials is left, and variables name it.
fn leaves_file(with: Option<&Tree>) -> Truth {
    let is_on = |name: &str| match with.map(|with| with.has(&[name])) {
        None | Some(Truth::No) => Truth::Yes,
        Some(_) => with.and_then(|with| with.text_at(&[name])).map_or(Truth::Unknown, |on| on.equals("true")),
    };
    match (is_on("create_credentials_file"), is_on("export_environment_variables")) {
        (Truth::Yes, Truth::Yes) => Truth::Yes,
        (Truth::No, _) | (_, Truth::No) => Truth::No,
        _ => Truth::Unknown,
    }
}

/// Where later steps use a token of this one.
fn used(body: &Tree) -> Vec<(String, Place)> {
    let fields = body.at(&["used"]).and_then(|field| field.tree.map());
    fields.into_iter().flat_map(|map| &map.fields).map(|field| (field.name.clone(), field.at)).collect()
}

/// Where an ID token is asked for, its audience is that of gcloud's own command.
fn id_token(facts: &mut Facts, with: Option<&Tree>, declared: &Declared) {
    let input = |name: &str| with?.at(&[name]);
    let is_asked = input("token_format").is_some_and(|field| text(field).equals("id_token").is_yes());
    let Some(audience) = input("id_token_audience").filter(|_| is_asked) else { return };
    let near = Place { exact: false, ..declared.head };
    let mut items: Vec<Value> =
        ["gcloud", "auth", "print-identity-token"].into_iter().map(|word| Value::text(word, near)).collect();
    items.push(flagged("--audiences", audience.at, &text(audience)));
    facts.add(&Run { words: List { items, open: false }, input: None, at: declared.at.clone() });
}

fn account(facts: &mut Facts, email: Option<Given>, at: &Statement) {
    if let Some(email) = email {
        facts.accounts.push(Account { email, purpose: Purpose::Identity, caller: None, at: at.clone() });
    }
}

/// `deploy-cloudrun` runs gcloud, and gives it what it is given.
fn run(facts: &mut Facts, with: Option<&Tree>, declared: &Declared) {
    let near = Place { exact: false, ..declared.head };
    let input = |name: &str| with?.at(&[name]).filter(|field| !text(field).is_empty().is_yes());
    let mut items: Vec<Value> = Vec::new();
    let command = match () {
        () if input("metadata").is_some() => return,
        () if input("job").is_some() => ["gcloud", "run", "jobs", "deploy"].as_slice(),
        () => &["gcloud", "run", "deploy"],
    };
    items.extend(command.iter().map(|word| Value::text(*word, near)));
    items.extend(input("job").or_else(|| input("service")).map(text));
    let overwrites = |name: &str| input(name).is_some_and(|field| text(field).equals("overwrite").is_yes());
    let variables = if overwrites("env_vars_update_strategy") { "--set-env-vars" } else { "--update-env-vars" };
    let secrets = if overwrites("secrets_update_strategy") { "--set-secrets" } else { "--update-secrets" };
    for (name, flag) in
        [("image", "--image"), ("source", "--source"), ("region", "--region"), ("project_id", "--project")]
    {
        items.extend(input(name).map(|field| flagged(flag, field.at, &text(field))));
    }
    for (name, flag) in [("env_vars", variables), ("secrets", secrets), ("env_vars_file", variables)] {
        let Some(field) = input(name) else { continue };
        let (pairs, whole) = pairs(&text(field));
        items.extend(pairs.iter().map(|pair| flagged(flag, field.at, pair)));
        if !whole || name == "env_vars_file" {
            items.push(flagged(flag, field.at, &Value::unknown(field.at)));
        }
    }
    items.extend(input("flags").into_iter().flat_map(|field| words(&text(field))));
    let open = with.is_some_and(|with| with.map().is_none_or(|map| map.open));
    facts.add(&Run { words: List { items, open }, input: None, at: declared.at.clone() });
}

/// `deploy-cloud-functions` calls the API. From its third version on it knows the second generation.
fn function(facts: &mut Facts, with: Option<&Tree>, version: Option<u32>, declared: &Declared) {
    let input = |name: &str| with?.at(&[name]);
    let second_generation = match version {
        Some(0..=2) => Truth::No,
        Some(_) => input("environment").map_or(Truth::Yes, |field| text(field).equals("GEN_2")),
        None => Truth::Unknown,
    };
    facts.services.push(Service {
        function: true,
        deploys: true,
        second_generation,
        name: input("name").map(text),
        project: input("project_id").map(text),
        exposure: Exposure::Unknown,
        unchecked: Truth::Unknown,
        said: declared.head,
        at: declared.at.clone(),
    });
    let account = input("service_account").or_else(|| input("service_account_email")).and_then(given);
    facts.deployments.push(Deployment {
        target: Target {
            kind: TargetKind::Function,
            name: input("name").map(text),
            project: input("project_id").map(text),
            region: input("region").map(text),
        },
        identity: account.map_or(Identity::Unknown, Identity::Account),
        publishes: None,
        mounts: Vec::new(),
        source: None,
        filled: Vec::new(),
        wording: Wording::Command,
        said: declared.head,
        at: declared.at.clone(),
    });
    for name in ["service_account", "service_account_email", "event_trigger_service_account"] {
        self::account(facts, input(name).and_then(given), &declared.at);
    }
    let mut builder = Builder::new(declared, TargetKind::Function, input("name").map(text), Wording::Command)
        .within(input("project_id").map(text), input("region").map(text));
    builder.keeps();
    if with.is_none_or(|with| with.map().is_none_or(|map| map.open)) || input("env_vars_file").is_some() {
        builder.open();
    }
    for field in ["secrets", "secret_environment_variables"].into_iter().filter_map(input) {
        let (pairs, whole) = pairs(&text(field));
        for (name, secret) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
            if !name.starts_with("/").is_yes() {
                builder.variable_of(field, name, None, Some(Secret::of(&secret)));
            }
        }
        if !whole {
            builder.open();
        }
    }
    for field in ["env_vars", "environment_variables"].into_iter().filter_map(input) {
        let (pairs, whole) = pairs(&text(field));
        if !whole {
            builder.open();
        }
        for (name, value) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
            let sink = Sink::Variable(name.to_string());
            builder.variable_of(field, name, Some(value.clone()), None);
            facts.stored.push(Stored {
                sink,
                value,
                place: field.at,
                wording: Wording::Command,
                at: declared.at.clone(),
            });
        }
    }
    facts.environment.push(builder.finish());
}

fn text(field: &Field) -> Value {
    match field.tree.text() {
        Some(value) => value.clone(),
        None => Value::unknown(field.at),
    }
}

/// `--flag=value`, the flag standing at a place.
fn flagged(flag: &str, at: Place, value: &Value) -> Value {
    let mut word = Value::text(format!("{flag}="), Place { exact: false, ..at });
    word.append(value);
    word
}

/// The pairs of a text that gives them in lines or between commas, and whether they are all. None where commas are
/// escaped.
fn pairs(value: &Value) -> (Vec<Value>, bool) {
    if value.contains("\\").is_yes() {
        return (Vec::new(), false);
    }
    let lines = value.split('\n').into_iter().flat_map(|line| line.split(','));
    let parts = lines.map(|part| part.trimmed()).filter(|part| !part.is_empty().is_yes());
    let (pairs, others): (Vec<Value>, Vec<Value>) = parts.partition(|part| part.split_once('=').is_some());
    let whole = others.iter().all(Value::is_literal);
    (pairs, whole)
}

/// Words between blanks, quotes taken away.
fn words(value: &Value) -> Vec<Value> {
    let mut words = vec![Value::default()];
    let mut quote = None;
    for piece in value.pieces() {
        let Piece::Text(text, place) = piece else {
            if let Some(word) = words.last_mut() {
                // Alone, it may be several words or none.
                word.loose |= word.pieces().is_empty() && quote.is_none();
                word.push(piece.clone());
            }
            continue;
        };
        let mut from = 0;
        for (at, c) in text.char_indices().chain([(text.len(), '\0')]) {
            let is_end = at == text.len();
            let is_quote = !is_end && (quote == Some(c) || quote.is_none() && matches!(c, '"' | '\''));
            let is_blank = quote.is_none() && c.is_whitespace();
            if !(is_end || is_quote || is_blank) {
                continue;
            }
            if let (Some(word), Some(part)) = (words.last_mut(), text.get(from..at).filter(|part| !part.is_empty())) {
                word.push(Piece::Text(part.into(), place.part(from..at)));
                word.loose = false;
            }
            from = at + c.len_utf8();
            if is_quote {
                quote = if quote.is_none() { Some(c) } else { None };
            } else if is_blank {
                words.push(Value::default());
            }
        }
    }
    words.retain(|word| !word.pieces().is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    #[test]
    fn versions() {
        assert_eq!((major("v2"), major("v0.10.3"), major("main"), major("v2-beta")), (Some(2), Some(0), None, None));
        assert_eq!(major("6fc4af4b145ae7821d527454aa9bd537d1f2dc5f"), None);
    }

    #[test]
    fn words_of_flags() {
        let shown = |text: &str| words(&value(text)).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown("--a=1  --b='x y'\n{F} --c=\"{D}z\""), ["--a=1", "--b=x y", "${F}", "--c=${D}z"]);
        assert!(words(&value("{F}"))[0].loose && !words(&value("--x={F}"))[0].loose);
        assert!(shown(" ").is_empty());
    }

    #[test]
    fn pairs_in_lines_and_between_commas() {
        let shown = |text: &str| {
            let (pairs, whole) = pairs(&value(text));
            (pairs.iter().map(ToString::to_string).collect::<Vec<_>>(), whole)
        };
        let three = ["A=1", "B=${X}", "C=2"].map(str::to_owned).to_vec();
        assert_eq!(shown("A=1,B={X}\n  # more\n  C=2\n"), (three, true));
        assert_eq!(shown("A=1\\,2"), (Vec::new(), false));
        assert_eq!(shown("A=1\n{MORE}"), (vec!["A=1".to_owned()], false));
    }
}
