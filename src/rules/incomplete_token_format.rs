//! A step that authenticates is asked for a token and lacks what that takes, or is not asked for the one that is used.

use crate::facts::{Authentication, Given};
use crate::finding::Level;
use crate::gcp::url::{self, HostKind};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Truth;

pub(super) static RULE: Rule = Rule {
    id: "incomplete-token-format",
    group: Group::Ci,
    level: Level::Error,
    fix: None,
    page: page!("incomplete-token-format"),
    covers: &[],
    checks: &[Check::Authentication(Alone(check))],
    ..Rule::STABLE
};

fn check(step: &Authentication, report: &mut Report) {
    if step.open || step.conditional {
        return;
    }
    match (is_given(step.provider.as_ref()), is_given(step.key.as_ref())) {
        (Truth::Yes, Truth::Yes) => both(step, report),
        _ if step.is_federated().is_yes() && step.account.is_none() => without_account(step, report),
        _ => {}
    }
    let format = step.token_format.as_ref().and_then(|format| format.value.literal());
    if format.as_deref() == Some("id_token") && step.id_token_audience.is_none() {
        let place = step.token_format.as_ref().map_or(step.head, |format| format.at);
        report
            .error(
                &step.at,
                place,
                "an ID token is asked for and no audience: google-github-actions/auth will answer `Input required and \
                 not supplied: id_token_audience`",
            )
            .label("for whom?")
            .help("add `id_token_audience` with the URL of the service that is called");
    }
    scopes(step, report);
    unmade(step, format.as_deref(), report);
}

/// Whether an input surely is there, and not empty. What a secret holds may be empty for a pull request alone.
fn is_given(input: Option<&Given>) -> Truth {
    input.map_or(Truth::No, |given| given.value.is_empty().negate())
}

fn both(step: &Authentication, report: &mut Report) {
    let (Some(provider), Some(key)) = (&step.provider, &step.key) else { return };
    report
        .error(
            &step.at,
            key.at,
            "a key and a provider are both given: google-github-actions/auth will answer that it `must specify exactly \
             one of \"workload_identity_provider\" or \"credentials_json\"`",
        )
        .label("one too many")
        .help("leave the key out: the provider needs none")
        .related(provider.at, "the provider is given here");
}

/// Older versions always impersonate; a token takes an account in all of them.
fn without_account(step: &Authentication, report: &mut Report) {
    let asked = step.token_format.as_ref().filter(|format| {
        format.value.literal().is_some_and(|format| ["access_token", "id_token"].contains(&format.as_str()))
    });
    let is_old = step.version.is_some_and(|version| version < 2);
    let place = match (asked, is_old) {
        (Some(format), _) => format.at,
        (None, true) => step.head,
        (None, false) => return,
    };
    let why = if asked.is_some() { "a token is asked for" } else { "before version 2 it impersonates somebody" };
    report
        .error(
            &step.at,
            place,
            format!(
                "{why}, and no account is named whose it is: google-github-actions/auth will answer that it `must \
                 specify a \"service_account\"`"
            ),
        )
        .label("whose?")
        .help("add `service_account` with the e-mail of the account that the provider may impersonate");
}

/// A URL that is called stands where scopes are due.
fn scopes(step: &Authentication, report: &mut Report) {
    let Some(scopes) = &step.access_token_scopes else { return };
    let lines = scopes.value.split('\n').into_iter().flat_map(|line| line.split(','));
    for scope in lines {
        let url = url::parse(&scope);
        if matches!(url.kind, HostKind::Run | HostKind::Functions) {
            report
                .error(
                    &step.at,
                    scopes.at,
                    format!(
                        "`{}` is the URL of a service, which takes an ID token, and no scope of an access token; Google \
                         will answer 400 INVALID_ARGUMENT",
                        scope.to_string().trim()
                    ),
                )
                .label("no scope")
                .help("write `token_format: id_token`, with the URL as `id_token_audience`");
            return;
        }
    }
}

/// A token is used that nobody asked for.
fn unmade(step: &Authentication, format: Option<&str>, report: &mut Report) {
    let is_unknown = step.token_format.as_ref().is_some_and(|format| !format.value.is_literal());
    let Some((name, place)) = step.used.iter().find(|(name, _)| format != Some(name.as_str())) else { return };
    if is_unknown {
        return;
    }
    let asked = match format {
        Some(format) if !format.is_empty() => format!("`token_format: {format}`"),
        _ => "no `token_format`".to_owned(),
    };
    report
        .error(
            &step.at,
            *place,
            format!(
                "the output `{name}` is empty: google-github-actions/auth gives it only with `token_format: {name}`, and \
                 here it has {asked}"
            ),
        )
        .label("nothing")
        .help(format!("add `token_format: {name}` to the step that authenticates"))
        .related(step.head, "authenticated here");
}
