//! Who gcloud is logged in as: the commands and steps that say so, and where another machine begins.

use super::action::Authentication;
use super::{Facts, Given};
use crate::eval::{Declared, Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::value::{Piece, Place, Tree, Truth, Value};

/// Who gcloud is from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A user.
    User,
    /// Whoever a token from elsewhere stands for, by workload identity federation.
    Federated,
    /// A service account, by its key.
    Key,
    /// One of those above: surely not the account of the machine.
    Other,
    /// What the variables of the environment name, where a step before has set them; else one of those above.
    Environment,
    /// Somebody.
    Unknown,
    /// Whoever it was on a machine that is new here.
    Nobody,
}

/// Where gcloud becomes somebody.
#[derive(Debug, Clone)]
pub struct Login {
    /// Who.
    pub who: Who,
    /// The account that gcloud then is, where it is named; of a federated identity the one that it goes on to impersonate.
    pub account: Option<Given>,
    /// Whether it is one that gcloud impersonates for all that it does but to print ID tokens.
    pub impersonated: bool,
    /// Where that is said.
    pub place: Place,
    /// The statement.
    pub at: Statement,
}

/// Properties of gcloud that make it somebody else, whatever its active account is.
const PROPERTIES: &[&str] = &[
    "auth/impersonate_service_account",
    "auth/credential_file_override",
    "auth/access_token_file",
    "auth/disable_credentials",
];
/// Variables that hold the path of the file that `google-github-actions/auth` writes, and the name of its output.
const EXPORTED: &[&str] = &["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GHA_CREDS_PATH", "credentials_file_path"];
/// How many files of federation are remembered.
const MAX_FILES: usize = 16;

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    if invocation.is(&["iam workload-identity-pools create-cred-config"])
        && let Some(file) = invocation.value("--output-file")
        && facts.federation_files.len() < MAX_FILES
    {
        facts.federation_files.push(file.clone());
    }
    let who = if invocation.is_command { who(facts, invocation) } else { other(run) };
    let Some(who) = who else { return };
    let property = impersonated(invocation).filter(|_| invocation.is_command);
    let impersonated = property.is_some();
    let account = property.or_else(|| named(invocation).filter(|_| invocation.is_command));
    facts.logins.push(Login { who, account, impersonated, place: invocation.at, at: run.at.clone() });
}

/// The account that a command tells gcloud to impersonate from then on.
pub(super) fn impersonated(invocation: &Invocation) -> Option<Given> {
    let is_it = |name: &Value| name.equals("auth/impersonate_service_account").is_yes();
    if invocation.path != "config set" || !invocation.positionals.first().is_some_and(is_it) {
        return None;
    }
    let value = invocation.positionals.get(1)?.clone();
    let at = value.place()?;
    Some(Given::new(value, at, at))
}

/// The account that a command names to gcloud.
fn named(invocation: &Invocation) -> Option<Given> {
    let number = match invocation.path {
        "auth activate-service-account" => 0,
        "config set" => 1,
        _ => return None,
    };
    let value = invocation.positionals.get(number)?.clone();
    let at = value.place()?;
    Some(Given::new(value, at, at))
}

/// Who gcloud is after a command; `None` when that changes nothing.
fn who(facts: &Facts, invocation: &Invocation) -> Option<Who> {
    let first = invocation.positionals.first();
    match invocation.path {
        "auth login" => Some(login(facts, invocation)),
        "auth activate-service-account" => Some(Who::Key),
        "config set" => match first.and_then(Value::literal)?.as_str() {
            "account" | "core/account" => Some(invocation.positionals.get(1).map_or(Who::Unknown, owner)),
            name => PROPERTIES.contains(&name).then_some(Who::Unknown),
        },
        // What follows runs elsewhere, or as somebody of before.
        "auth revoke" | "config configurations activate" | "config configurations create" | "config unset" => {
            Some(Who::Unknown)
        }
        _ => None,
    }
}

/// The same of commands whose flags are not known.
fn other(run: &Run) -> Option<Who> {
    let words: Vec<String> = run.words.items.iter().skip(1).take(3).map_while(Value::literal).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !["alpha", "beta"].contains(word)).collect();
    match words.as_slice() {
        ["init", ..] => Some(Who::User),
        // What follows in a document is done over there.
        ["compute" | "cloud-shell", "ssh", ..] => Some(Who::Unknown),
        _ => None,
    }
}

/// <https://cloud.google.com/sdk/gcloud/reference/auth/login>, checked 2026-11-21.
fn login(facts: &Facts, invocation: &Invocation) -> Who {
    let says_more = ["--login-config", "--remote-bootstrap", "--no-activate", "--activate"];
    if invocation.open || says_more.iter().any(|flag| invocation.flag(flag).is_some()) {
        return Who::Unknown;
    }
    let Some(flag) = invocation.flag("--cred-file") else {
        return invocation.positionals.first().map_or(Who::User, owner);
    };
    let Some(file) = &flag.value else { return Who::Unknown };
    if facts.federation_files.iter().any(|known| known.same(file)) {
        return Who::Federated;
    }
    let exported = |hole: &str| EXPORTED.iter().any(|name| hole.contains(name));
    match file.pieces() {
        [Piece::Hole(hole, _)] if exported(&hole.shown) => Who::Environment,
        _ => Who::Other,
    }
}

/// Whose an e-mail is: that of a user does not end as those of service accounts do.
pub(super) fn owner(email: &Value) -> Who {
    if email.contains("@").is_yes() && email.ends_with("gserviceaccount.com").is_no() {
        return Who::User;
    }
    if email.ends_with(".gserviceaccount.com").is_yes() { Who::Other } else { Who::Unknown }
}

/// A step that authenticates: it writes a file of credentials, and a variable names that to gcloud.
pub(super) fn step(facts: &mut Facts, authentication: &Authentication, with: Option<&Tree>, declared: &Declared) {
    let on = |name: &str| {
        with.and_then(|with| with.at(&[name]))
            .is_none_or(|field| field.tree.text().is_some_and(|on| on.equals("true").is_yes()))
    };
    // With neither a provider nor a key it fails.
    let has_key = authentication.key.as_ref().is_some_and(|key| !key.value.is_empty().is_yes());
    let who = match authentication.is_federated() {
        _ if !on("create_credentials_file") || !on("export_environment_variables") => Who::Unknown,
        Truth::Yes => Who::Federated,
        Truth::No if has_key && !authentication.open && !authentication.conditional => Who::Key,
        _ => Who::Unknown,
    };
    facts.logins.push(Login {
        who,
        account: authentication.account.clone(),
        impersonated: false,
        place: declared.head,
        at: declared.at.clone(),
    });
}

/// Another machine begins.
pub(super) fn machine(facts: &mut Facts, declared: &Declared) {
    facts.logins.push(Login {
        who: Who::Nobody,
        account: None,
        impersonated: false,
        place: declared.head,
        at: declared.at.clone(),
    });
}
