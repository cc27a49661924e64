//! An ID token is made out for a custom domain that the service behind it does not take as an audience.

use crate::eval::Statement;
use crate::facts::{Call, Caller, Entry, Gcloud, Given};
use crate::finding::{Level, Safety};
use crate::gcp::url::HostKind;
use crate::gcp::wording::Wording;
use crate::project::{Audience, Project, is_host, is_same_service, service_name};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "custom-domain-without-custom-audience",
    group: Group::Audience,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("custom-domain-without-custom-audience"),
    covers: &[],
    checks: &[Check::Call(Within(call)), Check::Gcloud(Within(print))],
    ..Rule::STABLE
};

fn call(call: &Call, project: &Project, report: &mut Report) {
    let named = super::audience(call).or_else(|| call.url.clone());
    if named.is_none_or(|given| project.mapped(&given.url().host).next().is_none()) {
        return;
    }
    // The audience of a request's own token is judged where that token is printed.
    let audience = if call.caller == Caller::Request {
        super::audience(call).map(|given| Audience { given, stated: true })
    } else {
        project.audience(call)
    };
    let Some(audience) = audience else { return };
    let target = call.url.as_ref().filter(|_| call.caller != Caller::Request);
    judge(&audience, target, (&super::subject(call), call.wording), &call.at, project, report);
}

fn print(command: &Gcloud, project: &Project, report: &mut Report) {
    if let Some(given) = super::printed_audience(command) {
        judge(&Audience { given, stated: true }, None, ("", Wording::Command), &command.at, project, report);
    }
}

fn judge(
    audience: &Audience,
    target: Option<&Given>,
    (subject, wording): (&str, Wording),
    at: &Statement,
    project: &Project,
    report: &mut Report,
) {
    let given = &audience.given;
    let host = &given.url().host;
    let mut mapped = project.mapped(host).peekable();
    let Some((service, mapping)) = mapped.peek().copied() else { return };
    let takes = |service: &Value| {
        project.may_be_open(service)
            || project.may_accept(service, &given.value)
            || !target.is_none_or(|target| leads_to(target, service, host))
    };
    if mapped.any(|(service, _)| takes(service)) {
        return;
    }
    let why =
        format!("the Cloud Run service `{service}` takes its `run.app` URL and no custom audience in these files");
    let message = if audience.stated {
        format!("the audience `{}` is a custom domain; {why}, and will answer 401", given.value)
    } else {
        format!(
            "{subject} calls `{}`, a custom domain, and its ID token is made out for that URL; {why}, and will answer \
             401",
            given.value
        )
    };
    let draft = report.warning(at, given.at, message);
    draft
        .label("a custom domain as the audience")
        .related(mapping.said, "mapped to the service here")
        .built(given, "the audience")
        .help(format!(
            "let the service take it: {}, or name the service's `run.app` URL as the audience",
            match wording {
                Wording::Terraform =>
                    format!("`custom_audiences = [\"https://{host}\"]` in `google_cloud_run_v2_service`"),
                _ => format!("`gcloud run services update {service} --add-custom-audiences=https://{host}`"),
            }
        ));
    // A path is no part of what the service is told to take.
    let is_plain = audience.stated || given.url().path.is_empty().is_yes();
    if let Some(line) = is_plain.then(|| update(mapping, service, host, project)).flatten() {
        draft.fix_behind(mapping.at.place(), line);
    }
}

/// The command that lets the service take the domain, where the one that maps it says which service that is.
fn update(mapping: &Entry, service: &Value, host: &Value, project: &Project) -> Option<String> {
    let stands = mapping.at.sites.is_empty() && !mapping.at.loose;
    let command = project.command_at(&mapping.at).filter(|_| stands)?;
    let is_plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let plain = |value: &Value| value.literal().filter(is_plain);
    let flag = |flag: &str| match command.invocation.value(flag) {
        None => Some(String::new()),
        Some(value) => plain(value).map(|value| format!(" {flag}={value}")),
    };
    let place = format!("{}{}", flag("--project")?, flag("--region")?);
    Some(format!(
        "gcloud run services update {}{place} --add-custom-audiences=https://{}",
        plain(service)?,
        plain(host)?
    ))
}

/// Whether a target may be the service itself: another host in front, such as an API gateway, has audiences of its own.
fn leads_to(target: &Given, service: &Value, host: &Value) -> bool {
    let url = target.url();
    is_host(&url.host, host)
        || url.kind == HostKind::Unknown
        || service_name(url).is_some_and(|name| is_same_service(&name, service))
}
