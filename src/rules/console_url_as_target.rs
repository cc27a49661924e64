//! A page of the console stands where the URL of what it shows is due.

use crate::facts::{Call, Caller, Credential};
use crate::finding::Level;
use crate::gcp::url::Url;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "console-url-as-target",
    group: Group::Audience,
    level: Level::Error,
    fix: None,
    page: page!("console-url-as-target"),
    covers: &["audience-without-scheme"],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

/// Where the console is. The last two are of workforce identities and of old.
const CONSOLES: [&str; 3] = ["console.cloud.google.com", "console.cloud.google", "console.developers.google.com"];

fn check(call: &Call, report: &mut Report) {
    let Some(given) = &call.url else { return };
    let url = given.url();
    if !CONSOLES.iter().any(|console| url.host.equals(console).is_yes()) {
        return;
    }
    // Without a token, a request may only look whether the page is there.
    let carries = matches!(call.credential, Credential::IdToken(_) | Credential::AccessToken(_));
    if call.caller == Caller::Request && !carries {
        return;
    }
    let message = format!(
        "{} calls `{}`, a page of the console for people who are signed in; it takes no token and starts nothing",
        super::subject(call),
        given.value
    );
    report.error(&call.at, given.at, message).label("a page of the console").built(given, "the URL").help(help(url));
}

/// What to call instead, as far as the page says what it shows.
fn help(url: &Url) -> String {
    let segments = url.path.split('/');
    let project = project(url).unwrap_or_else(|| "PROJECT".to_owned());
    let known: Vec<String> = segments.iter().skip(1).map(ToString::to_string).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match known.as_slice() {
        ["run", "detail", region, service, ..] => {
            format!(
                "write what `gcloud run services describe {service} --region={region} --format='value(status.url)'` prints"
            )
        }
        ["run", "jobs", "details", region, job, ..] => {
            format!("write `https://run.googleapis.com/v2/projects/{project}/locations/{region}/jobs/{job}:run`")
        }
        ["functions", "details", region, function, ..] => {
            format!("write what `gcloud functions describe {function} --region={region} --format='value(url)'` prints")
        }
        ["workflows", "workflow", region, workflow, ..] => format!(
            "write `https://workflowexecutions.googleapis.com/v1/projects/{project}/locations/{region}/workflows/{workflow}/executions`"
        ),
        _ => "write the URL of the service or API itself".to_owned(),
    }
}

fn project(url: &Url) -> Option<String> {
    let pairs = url.query.as_ref().map(|query| query.split('&')).unwrap_or_default();
    pairs.iter().find_map(|pair: &Value| pair.strip_prefix("project=")).map(|project| project.to_string())
}
