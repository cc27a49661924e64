//! A job, task, push subscription or workflow calls a Google API or a private service with no credential at all.

use crate::facts::{Call, Caller, Credential, Exposure, Given, Token};
use crate::finding::{Level, Safety};
use crate::gcp::url::{HostKind, Url};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Draft, Group, Report, Rule};
use crate::value::{Piece, Value};

pub(super) static RULE: Rule = Rule {
    id: "missing-call-credential",
    group: Group::Credential,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("missing-call-credential"),
    covers: &[],
    checks: &[Check::Call(Within(check))],
    ..Rule::STABLE
};

/// APIs of which every changing method needs a credential, none being public.
const APIS: &[&str] = &[
    "run",
    "workflowexecutions",
    "workflows",
    "cloudfunctions",
    "pubsub",
    "compute",
    "dataflow",
    "aiplatform",
    "cloudbuild",
    "dataproc",
    "batch",
    "cloudscheduler",
    "cloudtasks",
    "container",
    "sqladmin",
    "dataform",
    "storagetransfer",
    "composer",
    "bigquerydatatransfer",
    "iamcredentials",
];

/// Methods of Firestore that its rules never open to the public, as they may open documents.
const OF_FIRESTORE: &[&str] = &[":exportDocuments", ":importDocuments"];

fn check(call: &Call, project: &Project, report: &mut Report) {
    let (Credential::None, Some(given)) = (&call.credential, &call.url) else { return };
    // A request of the script's own may be a probe that wants to be refused.
    if call.caller == Caller::Request || project.has_token_elsewhere(call) {
        return;
    }
    let url = given.url();
    match url.kind {
        HostKind::GoogleApi => api(call, given, url, project, report),
        HostKind::Run | HostKind::Functions => service(call, given, url, project, report),
        _ => {}
    }
}

fn api(call: &Call, given: &Given, url: &Url, project: &Project, report: &mut Report) {
    let elided = given.value.literal_runs().iter().any(|run| run.contains("...") || run.contains('…'));
    // A push to a Google API is `push-to-google-api`, and who leaves out half of a URL leaves out flags too.
    if call.caller == Caller::PushSubscription || elided {
        return;
    }
    let of_firestore =
        || url.is_api("firestore") && OF_FIRESTORE.iter().any(|method| url.path.ends_with(method).is_yes());
    if !APIS.iter().any(|api| url.is_api(api)) && !of_firestore() || super::may_be_keyed(url) || !changes(call) {
        return;
    }
    let message = format!(
        "{} calls `{}` without a credential; this Google API will answer 401 UNAUTHENTICATED",
        super::subject(call),
        url.host
    );
    let draft = report.error(&call.at, given.at, message);
    draft.label("needs an OAuth access token").help(format!(
        "add {}{}",
        call.wording.asks_access_token("ACCOUNT"),
        whose(call, "an account of this project that may make the call", "which needs to be allowed to make the call")
    ));
    let carried = |call: &Call| match &call.credential {
        Credential::AccessToken(token) => Some(token.clone()),
        _ => None,
    };
    mend(call, given, (call.wording.names().access_token, Safety::Safe), shared_account(call, carried, project), draft);
}

/// Whose token it is, and what is due to them. That of a workflow is always its own account's.
fn whose(call: &Call, account: &str, own: &str) -> String {
    match call.wording {
        Wording::Workflow => format!(": the token is that of the workflow's own account, {own}"),
        _ => format!(", {account}"),
    }
}

fn service(call: &Call, given: &Given, url: &Url, project: &Project, report: &mut Report) {
    let Some(said) = project.shown_private(url).filter(|_| project.exposure(url) == Exposure::Private) else { return };
    let message = format!(
        "{} calls {}, which is deployed private, without a credential; it will answer 403",
        super::subject(call),
        super::service_shown(url)
    );
    let asks = match (call.caller, call.wording) {
        (Caller::PushSubscription, Wording::Command) => "`--push-auth-service-account=ACCOUNT`".to_owned(),
        _ => call.wording.asks_id_token("ACCOUNT"),
    };
    let draft = report.warning(&call.at, given.at, message);
    draft.label("needs an ID token").related(said, "deployed private here").help(format!(
        "add {asks}{}",
        whose(call, "an account that is granted the invoker's role on it", "which needs the invoker's role on it")
    ));
    let carried = |call: &Call| match &call.credential {
        Credential::IdToken(token) => Some(token.clone()),
        _ => None,
    };
    let asks = match call.caller {
        Caller::PushSubscription if call.wording == Wording::Command => "--push-auth-service-account",
        _ => call.wording.names().id_token,
    };
    mend(call, given, (asks, Safety::Unsafe), shared_account(call, carried, project), draft);
}

/// Writes below the URL what asks for the token. A workflow has one account; others may take that of their neighbours.
fn mend(call: &Call, given: &Given, (asks, safety): (&str, Safety), account: Option<Value>, draft: &mut Draft) {
    let change = |text| [(given.whole, Change::Below(text))];
    match (call.wording, account) {
        (Wording::Workflow, _) => {
            let url = given.url();
            let audience = super::audience_of(given, url).filter(|_| url.kind != HostKind::GoogleApi);
            let audience = audience.map(|audience| format!("\n  audience: {audience}")).unwrap_or_default();
            draft.fix(safety, change(format!("auth:\n  type: {asks}{audience}")));
        }
        (Wording::Command, Some(account)) => {
            if let Some(account) = account.literal().filter(|account| account.bytes().all(is_plain)) {
                draft.fix(Safety::Unsafe, [(given.at, Change::AfterFlag(format!("{asks}={account}")))]);
            }
        }
        (Wording::Terraform, Some(account)) => {
            let Some(account) = in_terraform(&account) else { return };
            draft.fix(Safety::Unsafe, change(format!("{asks} {{\n  service_account_email = {account}\n}}")));
        }
        _ => {}
    }
}

/// An account as Terraform names it.
fn in_terraform(account: &Value) -> Option<String> {
    match account.pieces() {
        [Piece::Attribute(attribute, _)] if attribute.asked.is_none() && !attribute.of.shown.contains('[') => {
            Some(format!("{}.{}", attribute.of.shown, attribute.path))
        }
        // What is declared elsewhere, by its name.
        [Piece::Hole(hole, _)] => {
            let name = hole.shown.strip_prefix("${")?.strip_suffix('}')?;
            let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            // What a repetition names is known within it alone.
            let is_anywhere =
                ["var.", "local.", "module.", "data.", "google_"].iter().any(|root| name.starts_with(root));
            (is_plain && is_anywhere).then(|| name.to_owned())
        }
        _ => {
            let account = account.literal().filter(|account| account.bytes().all(is_plain))?;
            Some(format!("\"{account}\""))
        }
    }
}

/// Whether it stands in an e-mail, and needs no quotes.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'@' | b'.')
}

/// The account whose token all calls of the same kind carry that are set up beside this one.
fn shared_account(call: &Call, carried: impl Fn(&Call) -> Option<Token>, project: &Project) -> Option<Value> {
    let beside =
        project.facts.calls.iter().filter(|other| {
            other.caller == call.caller && other.wording == call.wording && other.at.flow == call.at.flow
        });
    let mut accounts = beside.filter_map(carried).map(|token| token.account.map(|account| account.value));
    let first = accounts.next()??;
    accounts.all(|other| other.is_some_and(|other| other.same(&first))).then_some(first)
}

/// Whether the method surely changes something. Scheduler and Tasks send POST when none is given.
fn changes(call: &Call) -> bool {
    match &call.method {
        None => true,
        Some(method) => method
            .value
            .literal()
            .is_some_and(|method| ["POST", "PUT", "PATCH", "DELETE"].contains(&method.to_ascii_uppercase().as_str())),
    }
}
