//! The rules: one fault, one file. Each asks facts; none knows a language, a reader or the disk.
//!
//! A new rule is a page (`rules/<id>.md`), a source file here, and one line in the list below.

use crate::eval::Statement;
use crate::facts::{Call, Caller, Credential, EnvChange, Gcloud, Given, Target, TargetKind, Token, Uses};
use crate::finding::Safety;
use crate::gcp::output::{Meaning, meaning_of, meaning_of_piece};
use crate::gcp::principal::{FaultKind, MemberFault};
use crate::gcp::role::Role;
use crate::gcp::url::{HostKind, Url};
use crate::gcp::wording::Wording;
use crate::project::{Event, Miss, Missing, Need, Project, Resource, Verdict};
use crate::rule::{Change, Draft, Names, Report, Rule};
use crate::value::{Piece, Place};

/// The page of a rule, compiled in.
macro_rules! page {
    ($id:literal) => {
        include_str!(concat!("../../rules/", $id, ".md"))
    };
}

/// Declares the module of each rule and lists it.
macro_rules! rules {
    ($($module:ident,)*) => {
        $(mod $module;)*
        /// Every rule, in the order of their ids.
        pub static RULES: &[&Rule] = &[$(&$module::RULE,)*];
    };
}

rules! {
    access_token_for_run_service,
    account_of_another_project,
    audience_of_another_service,
    audience_unknown_at_plan,
    audience_with_user_account,
    audience_without_scheme,
    build_account_without_logging,
    checkout_after_auth,
    conflicting_flags,
    console_url_as_target,
    custom_domain_without_custom_audience,
    declared_grant_unused,
    delegate_with_project,
    deployer_cannot_publish,
    email_as_account_id,
    expired_suppression,
    flag_with_value,
    gcloud_before_auth,
    iap_agent_without_invoker,
    id_token_for_google_api,
    id_token_from_user_credentials,
    id_token_under_federation,
    ignored_authorization_header,
    impersonation_flag_misuse,
    incomplete_token_format,
    interactive_login_in_ci,
    invalid_config,
    invented_service_url,
    job_overrides_without_grant,
    job_run_method,
    key_as_credential,
    key_in_image,
    legacy_build_account,
    malformed_federation_provider,
    malformed_job_run_url,
    malformed_metadata_request,
    malformed_principal,
    member_type,
    misplaced_custom_audiences,
    missing_act_as,
    missing_call_credential,
    missing_event_receiver,
    missing_id_token_permission,
    missing_required_variable,
    missing_run_invoker,
    missing_secret_accessor,
    missing_service_id,
    missing_token_creator,
    parallel_policy_edits,
    plaintext_secret,
    policy_overwrite,
    project_wide_impersonation,
    provider_without_condition,
    public_private_conflict,
    public_service,
    push_to_google_api,
    registry_without_credentials,
    resource_role_on_account,
    scope_as_audience,
    service_account_key,
    service_agent_as_caller,
    service_agent_role_on_member,
    service_secret_mismatch,
    several_audiences,
    signed_url_without_signer,
    skipped_file,
    stored_short_lived_token,
    suppression_without_reason,
    undecided_access,
    unencrypted_service_url,
    unescaped_comma,
    unexpanded_variable,
    unknown_auth_command,
    unknown_auth_flag,
    unknown_role,
    unknown_rule,
    unknown_workflow_auth,
    unmapped_attribute,
    unreadable_file,
    unstable_service_id,
    unstated_condition,
    unused_suppression,
    unverified_audience,
    url_as_iap_audience,
    variable_changes_kind,
    variables_overwritten,
    wrong_invoker_role,
}

/// The rule of this id, or that once had it.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.is_called(name)).copied()
}

/// The id that this name stands for: its own where no rule had it before.
pub fn id_of(name: &str) -> &str {
    find(name).map_or(name, |rule| rule.id)
}

/// The rules about authlint itself ask no facts: the engine reports by them. What cannot be decided is told on request.
pub mod own {
    pub use super::expired_suppression::RULE as EXPIRED_SUPPRESSION;
    pub use super::invalid_config::RULE as INVALID_CONFIG;
    pub use super::skipped_file::RULE as SKIPPED_FILE;
    pub use super::suppression_without_reason::RULE as SUPPRESSION_WITHOUT_REASON;
    pub use super::undecided_access::RULE as UNDECIDED_ACCESS;
    pub use super::unknown_rule::RULE as UNKNOWN_RULE;
    pub use super::unreadable_file::RULE as UNREADABLE_FILE;
    pub use super::unused_suppression::RULE as UNUSED_SUPPRESSION;

    /// Whether a rule is about comments that silence, so that its fixes change nothing else.
    pub fn is_of_comments(id: &str) -> bool {
        [UNUSED_SUPPRESSION.id, EXPIRED_SUPPRESSION.id, SUPPRESSION_WITHOUT_REASON.id, UNKNOWN_RULE.id].contains(&id)
    }
}

/// A call as a message begins with it.
fn subject(call: &Call) -> String {
    match &call.name {
        Some(name) if call.caller != Caller::Request => format!("the {} `{name}`", call.caller.shown()),
        _ => format!("this {}", call.caller.shown()),
    }
}

/// The service or function that a URL is of, as a message names it.
fn service_shown(url: &Url) -> String {
    let function = url.kind == HostKind::Functions;
    let what = if function { "function" } else { "Cloud Run service" };
    if let Meaning::ServiceUrl { name, .. } = meaning_of(&url.host) {
        return name.as_ref().map_or_else(|| format!("a {what}"), |name| format!("the {what} `{name}`"));
    }
    format!("`{}`, a {what}", url.host)
}

/// What variables are given to, as a message names it.
fn target_shown(target: &Target) -> String {
    match &target.name {
        Some(name) => format!("the {} `{name}`", target.kind.shown()),
        None => format!("this {}", target.kind.shown()),
    }
}

/// How a statement is made to give one more variable: `NAME=value`.
fn how_to_give(change: &EnvChange, name: &str, value: &str) -> String {
    match change.wording {
        Wording::Command => {
            let replaces = matches!(change.plain, crate::facts::Others::Dropped(_));
            let flag = if replaces { "--set-env-vars" } else { "--update-env-vars" };
            format!("add `{name}={value}` to `{flag}`")
        }
        Wording::Terraform if change.target.kind != TargetKind::Function => {
            format!("add a block `env` with `name = \"{name}\"` and `value = \"{value}\"`")
        }
        Wording::Terraform => format!("add `{name} = \"{value}\"` to `environment_variables`"),
        Wording::Object if change.target.kind == TargetKind::AppEngine => {
            format!("add `{name}: {value}` to `env_variables`")
        }
        Wording::Object if change.target.kind != TargetKind::Function => {
            format!("add `{{ name: {name}, value: {value} }}` to `env`")
        }
        Wording::JavaScript if change.target.kind != TargetKind::Function => {
            format!("add `{{ name: \"{name}\", value: \"{value}\" }}` to the list of its variables")
        }
        Wording::JavaScript => format!("add `{name}: \"{value}\"` to its variables"),
        Wording::Python => format!("add a variable of the name `{name}` and the value `{value}`"),
        _ => format!("add `{name}: {value}` to its variables"),
    }
}

/// Whether a URL may hold an API key or a signature, which stands in for a token.
fn may_be_keyed(url: &Url) -> bool {
    let keys = ["key=", "Signature="];
    url.query.as_ref().is_some_and(|query| keys.iter().any(|key| !query.contains(key).is_no()))
}

/// The audience that an ID token is made out for, where it is asked for: by a flag of what is set up, or in the URL
/// of the metadata server. The audience of a request's own token is judged where that token is printed.
fn audience(call: &Call) -> Option<Given> {
    if call.caller != Caller::Request {
        return match &call.credential {
            Credential::IdToken(token) => token.audience.clone(),
            _ => None,
        };
    }
    let given = call.url.as_ref()?;
    let url = given.url();
    if url.kind != HostKind::Metadata || !url.path.ends_with("/identity").is_yes() {
        return None;
    }
    let value = url.query.as_ref()?.split('&').into_iter().find_map(|pair| pair.strip_prefix("audience="))?;
    Some(Given::new(value, given.at, given.whole))
}

/// The audience that `gcloud auth print-identity-token` asks for.
fn printed_audience(command: &Gcloud) -> Option<Given> {
    if !command.invocation.is(&["auth print-identity-token"]) {
        return None;
    }
    let flag = command.invocation.flag("--audiences")?;
    Some(Given::new(flag.value.clone()?, flag.at, flag.whole()))
}

/// Whether gcloud is surely asked for an ID token, and not for one of an account that it impersonates.
fn impersonates_nobody(command: &Gcloud) -> bool {
    let invocation = &command.invocation;
    invocation.is(&["auth print-identity-token"])
        && !invocation.guessed
        && invocation.has("--impersonate-service-account").is_no()
        // `$IMPERSONATE`, without quotes
        && !invocation.positionals.iter().any(|word| word.loose && word.known_prefix().is_empty())
}

/// Whether that is an ID token of whom gcloud is logged in as, no account being named.
fn prints_id_token_of_login(command: &Gcloud) -> bool {
    let other = ["--account", "--configuration", "--access-token-file", "--help", "-h"];
    impersonates_nobody(command)
        && command.invocation.positionals.is_empty()
        && other.iter().all(|flag| command.invocation.flag(flag).is_none())
}

/// The reference to a URL that a resource of this plan will have, and by which other name it is asked for.
fn made_later(given: &Given) -> Option<(String, Option<String>)> {
    given.value.pieces().iter().find_map(|piece| match piece {
        Piece::Attribute(attribute, _) if !attribute.of.kind.starts_with("data.") => {
            let is_url = matches!(meaning_of_piece(piece), Meaning::ServiceUrl { .. });
            let name = || format!("{}.{}", attribute.of.shown, indexed(&attribute.path));
            is_url.then(|| (name(), attribute.asked.clone()))
        }
        _ => None,
    })
}

/// A path as it is written: `status[0].url`.
fn indexed(path: &str) -> String {
    let mut written = String::new();
    for part in path.split('.') {
        match part.bytes().all(|byte| byte.is_ascii_digit()) {
            true => written.extend(["[", part, "]"]),
            false if written.is_empty() => written.push_str(part),
            false => written.extend([".", part]),
        }
    }
    written
}

/// The audience of a service: its host. Functions of one project share a host, so theirs has the path too.
fn audience_of(given: &Given, url: &Url) -> Option<String> {
    if url.kind == HostKind::Run {
        return url.host.literal().map(|host| format!("https://{host}"));
    }
    let whole = given.value.literal()?;
    Some(whole.split(['?', '#']).next().unwrap_or("").to_owned())
}

/// Where the attribute `from` of an account is written, and what is to be written there to mean its attribute `to`.
/// The place is exact where the reference stands as it is named.
fn account_reference(named: &Given, from: &[&str], to: &str) -> Option<(Place, String)> {
    let (attribute, place) = match named.value.pieces() {
        [Piece::Attribute(attribute, place)] => (attribute, place),
        [Piece::Text(kind, _), Piece::Attribute(attribute, place)] if &**kind == "serviceAccount:" => {
            (attribute, place)
        }
        _ => return None,
    };
    let is_account = attribute.of.kind.trim_start_matches("data.") == "google_service_account";
    if !is_account || !from.contains(&attribute.path.as_str()) || attribute.asked.is_some() {
        return None;
    }
    let written = format!("{}.{}", attribute.of.shown, attribute.path);
    let exact = place.span.len() as usize == written.len();
    Some((Place { exact, ..*place }, format!("{}.{to}", attribute.of.shown)))
}

/// Whether an account is granted here what it needs to deploy, so that what it is not granted may be missed.
fn may_deploy(project: &Project, account: &Given, on: &Resource) -> bool {
    const DEPLOYS: [&str; 2] = ["run.services.create", "cloudfunctions.functions.create"];
    project.granted_to(account, on).any(|grant| {
        let role = grant.role.as_ref().and_then(|role| role.value.literal()).and_then(|name| Role::find(&name));
        role.is_some_and(|role| DEPLOYS.iter().any(|permission| role.grants(permission).is_yes()))
    })
}

/// What needs somebody to be logged in, by where it says so: a command of gcloud that calls Google, an action of Google's that
/// deploys or reads.
fn needs_login(event: &Event<'_>) -> Option<Place> {
    match event {
        Event::Command(gcloud) => {
            let invocation = &gcloud.invocation;
            let is_local = LOCAL.iter().any(|path| {
                invocation.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            });
            let is_token = TOKENS.contains(&invocation.path);
            let other = ["--access-token-file", "--help", "-h", "--version"];
            // Files here are copied without asking anybody.
            let is_copy = invocation.path.starts_with("storage ")
                && invocation.positionals.iter().all(|path| path.starts_with("gs://").is_no());
            let calls = invocation.is_command
                && !is_copy
                && (is_token || !is_local)
                && other.iter().all(|flag| invocation.flag(flag).is_none());
            calls.then_some(invocation.at)
        }
        Event::Uses(uses) => {
            let rest = uses.name.strip_prefix("google-github-actions/")?;
            // Older versions took a key themselves.
            let has_own = !uses.has("credentials").is_no();
            (ACTIONS.contains(&rest) && !has_own).then_some(uses.head)
        }
        _ => None,
    }
}

/// Whether the lines of a step may stand above others: they use nothing that those give, and hold no key.
fn may_move(lines: &str) -> bool {
    !["steps.", "env.", "private_key", "-----BEGIN"].iter().any(|word| lines.contains(word))
}

/// Actions that log nobody in, by what their names begin with.
const HARMLESS: &[&str] = &[
    "actions/checkout",
    "actions/configure-pages",
    "actions/create-release",
    "actions/download-artifact",
    "actions/labeler",
    "actions/setup-",
    "actions/upload-artifact",
    "aquasecurity/setup-trivy",
    "aquasecurity/trivy-action",
    "astral-sh/setup-uv",
    "codecov/codecov-action",
    "denoland/setup-deno",
    "docker/build-push-action",
    "docker/metadata-action",
    "docker/setup-",
    "dorny/paths-filter",
    "dtolnay/rust-toolchain",
    "github/codeql-action",
    "google-github-actions/deploy-",
    "google-github-actions/get-",
    "google-github-actions/release-please",
    "google-github-actions/upload-",
    "gradle/",
    "hadolint/hadolint-action",
    "hashicorp/setup-terraform",
    "oven-sh/setup-bun",
    "pnpm/action-setup",
    "ruby/setup-ruby",
    "shivammathur/setup-php",
    "sigstore/cosign-installer",
    "slackapi/slack-github-action",
    "softprops/action-gh-release",
    "step-security/harden-runner",
    "subosito/flutter-action",
    "swatinem/rust-cache",
    "tj-actions/changed-files",
];
/// Where gcloud and Docker keep who they are.
const HOMES: &[&str] = &["gcloud", ".docker", ".config"];

/// Whether an action may log somebody in, give Docker credentials, or do anything else that is not seen.
fn may_do_anything(uses: &Uses) -> bool {
    match uses.name.as_str() {
        // Only before its first version it took a key; since then it installs gcloud, whatever it is given.
        "google-github-actions/setup-gcloud" => {
            uses.version.is_none_or(|version| version == 0)
                && ["service_account_key", "credentials"].iter().any(|key| !uses.has(key).is_no())
        }
        // Told by themselves.
        "google-github-actions/auth" | "docker/login-action" => false,
        // It brings back what it is told to keep.
        "actions/cache" => uses
            .input("path")
            .and_then(|path| path.value.literal())
            .is_none_or(|path| HOMES.iter().any(|home| path.contains(home))),
        name => !HARMLESS.iter().any(|known| name.starts_with(known)),
    }
}

/// Actions of Google's that call it as whoever is logged in.
const ACTIONS: &[&str] = &[
    "deploy-cloudrun",
    "deploy-cloud-functions",
    "deploy-appengine",
    "get-gke-credentials",
    "get-secretmanager-secrets",
    "upload-cloud-storage",
    "create-cloud-deploy-release",
];
/// Groups of commands that call nobody, or need nobody to be logged in.
const LOCAL: &[&str] = &[
    "auth",
    "app gen-config",
    "artifacts print-settings",
    "compute diagnose",
    "config",
    "container binauthz create-signature-payload",
    "components",
    "info",
    "version",
    "topic",
    "help",
    "init",
    "cheat-sheet",
    "feedback",
    "functions local",
    "storage hash",
    "survey",
    "emulators",
    "meta",
    "iam workload-identity-pools create-cred-config",
];
/// Commands of these groups that need somebody.
const TOKENS: &[&str] = &["auth print-access-token", "auth print-identity-token"];

/// Whether somebody is logged in after this.
fn logs_in(event: &Event<'_>, project: &Project) -> bool {
    match event {
        Event::Authentication(_) => true,
        Event::Command(gcloud) => project.is_login(&gcloud.at),
        _ => false,
    }
}

/// Says of a missing grant where its resource is made, which grant comes nearest, and what to write.
fn say_missing(need: &Need, verdict: &Verdict, missing: &Missing, project: &Project, draft: &mut Draft) {
    if let Some(target) = need.target {
        draft.related(target, "the target");
    }
    if let Some(code) = need.code {
        draft.related(code, "called here");
    }
    if let Some(made) = missing.made {
        draft.related(made, "deployed here");
    }
    if let Some((grant, miss)) =
        missing.nearest.and_then(|(grant, miss)| Some((project.facts.grants.get(grant)?, miss)))
    {
        let place = match miss {
            Miss::Role => grant.role.as_ref().map(|role| role.at),
            Miss::Member => grant.member.as_ref().map(|member| member.at),
            Miss::Removed | Miss::Resource => None,
        };
        let role = grant.role.as_ref().map(|role| format!("`{}`", role.value));
        let words = match miss {
            Miss::Removed => "the grant that is taken away again".to_owned(),
            Miss::Role => format!("the nearest grant: {} does not hold it", role.unwrap_or_default()),
            Miss::Member => "the nearest grant: it is for somebody else".to_owned(),
            Miss::Resource => "the nearest grant: it is on something else".to_owned(),
        };
        draft.related(place.unwrap_or(grant.command), words);
    }
    if let Some(due) = project.due(need, verdict) {
        draft.help(due.help);
        if let Some((place, text)) = due.edit {
            draft.fix_behind(place, text);
        }
    }
}

/// How a call is made to ask for the other kind of token, where the names that do so stand with their account. `to` gives
/// those of flags and fields; code has its own.
fn asks_otherwise(call: &Call, token: &Token, to: &'static str, code: &Renamed) -> Option<(Place, Change)> {
    let account = token.account.as_ref();
    let names = match call.wording {
        // A flag takes the account as its value; elsewhere the account stands below what asks for the token.
        Wording::Command => return Some((account?.at, Change::To(to.to_owned()))),
        Wording::Python => code.python,
        Wording::JavaScript => code.javascript,
        Wording::Go => code.go,
        _ => return Some((token.at, Change::To(to.to_owned()))),
    };
    // What is put together elsewhere may be asked for by others.
    let is_here = |place: Place| place.file == token.whole.file && token.whole.span.contains(place.span);
    let parts = [account, token.audience.as_ref(), token.scope.as_ref()];
    if account.is_none() || !parts.into_iter().flatten().all(|part| is_here(part.at)) {
        return None;
    }
    Some((token.whole, Change::Rename(names.to_vec())))
}

/// What is called otherwise in code where the other kind of token is asked for.
struct Renamed {
    python: &'static [Names],
    javascript: &'static [Names],
    go: &'static [Names],
}

/// Mends a call by edits in its own statement, or in what several statements share, if all calls that those make are alike.
fn mend_call(
    call: &Call,
    draft: &mut Draft,
    (safety, edits): (Safety, Vec<(Place, Change)>),
    project: &Project,
    alike: impl Fn(&Call) -> bool,
) {
    let within = |place: Place| place.file == call.at.file && call.at.span.contains(place.span);
    let elsewhere: Vec<Place> = edits.iter().map(|(place, _)| *place).filter(|place| !within(*place)).collect();
    let uses = |place: Place| {
        let has = move |command: &&Gcloud| command.invocation.flags.iter().any(|flag| flag.at == place);
        project.facts.commands.iter().filter(has)
    };
    let is_alike = |command: &Gcloud| project.facts.calls.iter().any(|other| other.at == command.at && alike(other));
    match () {
        () if elsewhere.is_empty() => draft.fix(safety, edits),
        () if elsewhere.iter().all(|place| uses(*place).next().is_some() && uses(*place).all(is_alike)) => {
            draft.fix_in(safety, edits)
        }
        () => draft,
    };
}

/// The command that prints the token of a request, where all requests that are seen to carry that token are alike. What
/// else a script does with a token that it keeps is not seen.
fn printed_by<'p>(
    call: &Call,
    token: &Token,
    project: &'p Project,
    alike: impl Fn(&Call) -> bool,
) -> Option<(&'p Gcloud, Safety)> {
    let minted = token.minted?;
    let starts = |command: &&Gcloud| {
        let at = command.invocation.at;
        at.file == minted.file && at.span.start == minted.span.start && minted.span.contains(at.span)
    };
    let command = project.facts.commands.iter().find(starts)?;
    let carries = |other: &&Call| match &other.credential {
        Credential::IdToken(token) | Credential::AccessToken(token) => token.minted == Some(minted),
        _ => false,
    };
    let is_here = minted.file == call.at.file && call.at.span.contains(minted.span);
    let safety = if is_here { Safety::Safe } else { Safety::Unsafe };
    project.facts.calls.iter().filter(carries).all(alike).then_some((command, safety))
}

/// Says what is wrong with a member or an account's e-mail.
fn say_member_fault<'r>(
    given: &Given,
    fault: &MemberFault,
    (at, is_flag): (&Statement, bool),
    answer: &str,
    report: &'r mut Report,
) -> &'r mut Draft {
    let whole = given.value.to_string();
    let within = if fault.wrong == whole { String::new() } else { format!("in `{whole}`, ") };
    let message = format!("{within}`{}` {}; {answer}", fault.wrong, fault.kind.says());
    let draft = report.error(at, given.at, message);
    draft.built(given, "the member");
    match &fault.corrected {
        Some(corrected) => draft.help(format!("write `{corrected}`")),
        None => draft.help(fault.kind.wants()),
    };
    if let (Some(place), Some(replacement)) = (fault.place, &fault.replacement) {
        let is_here = place.file == at.file && at.span.contains(place.span);
        match fault.kind {
            // The e-mail may be kept where it is needed without its type as well.
            FaultKind::MissingPrefix if !is_here && is_flag => {
                draft.fix(Safety::Safe, [(given.at, Change::BeforeValue(replacement.clone()))])
            }
            kind if kind.is_wrong_anywhere() && place.file == at.file => {
                draft.fix_in(Safety::Safe, [(place, replacement.clone())])
            }
            _ => draft.fix(Safety::Safe, [(place, replacement.clone())]),
        };
    }
    draft
}
