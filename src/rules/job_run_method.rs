//! What only POST starts is called by another method.

use crate::facts::{Call, Caller};
use crate::finding::{Level, Safety};
use crate::gcp::url::Url;
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "job-run-method",
    group: Group::Audience,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("job-run-method"),
    covers: &[],
    checks: &[Check::Call(Alone(check))],
    ..Rule::STABLE
};

fn check(call: &Call, report: &mut Report) {
    let Some(given) = &call.url else { return };
    if call.caller == Caller::PushSubscription {
        return;
    }
    let url = given.url();
    let Some(method) = method(call) else { return };
    let what = if runs_a_job(url) {
        format!("only POST runs a Cloud Run job, so nothing will run at `{}`", given.value)
    } else if starts_a_workflow(url) && !matches!(call.caller, Caller::Request | Caller::Workflow) {
        // By hand and in a workflow, a GET of the executions is how one looks at them.
        let instead =
            if method == "GET" { "that lists the executions of a workflow" } else { "only POST starts a workflow" };
        format!("{instead}, so nothing will start at `{}`", given.value)
    } else {
        return;
    };
    let place = call.method.as_ref().map_or(call.command, |method| method.at);
    let message = format!("{} sends {method}; {what}", super::subject(call));
    let draft = report.error(&call.at, place, message);
    let Some(written) = &call.method else {
        draft
            .label("sends GET, since nothing says otherwise")
            .related(given.whole, "the target")
            .help("write `-X POST`")
            .fix(Safety::Safe, [(call.command, Change::After("-X POST".to_owned()))]);
        return;
    };
    let lower = written.value.literal().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_lowercase()));
    let right = if lower { "post" } else { "POST" };
    draft.label("POST is due").related(given.whole, "the target").help(format!("write `{right}`"));
    if let [only] = written.value.pieces() {
        draft.fix(Safety::Safe, [(only.place(), right.to_owned())]);
    }
}

/// The method in capitals, when it is surely another one than POST. A request without a method and a body is a GET; jobs
/// and tasks send a POST unless told otherwise.
fn method(call: &Call) -> Option<String> {
    let method = match &call.method {
        Some(given) => given.value.literal()?.to_ascii_uppercase(),
        None if call.caller == Caller::Request && call.body.is_no() => "GET".to_owned(),
        None => return None,
    };
    ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].contains(&method.as_str()).then_some(method)
}

/// `…/jobs/NAME:run` of the Cloud Run Admin API, in whichever version.
fn runs_a_job(url: &Url) -> bool {
    let segments = url.path.split('/');
    url.is_api("run") && url.path.ends_with(":run").is_yes() && from_end(&segments, 1).is_some_and(is("jobs"))
}

/// `…/workflows/NAME/executions`
fn starts_a_workflow(url: &Url) -> bool {
    let segments = url.path.split('/');
    url.is_api("workflowexecutions")
        && from_end(&segments, 0).is_some_and(is("executions"))
        && from_end(&segments, 2).is_some_and(is("workflows"))
}

fn from_end(segments: &[Value], back: usize) -> Option<&Value> {
    segments.iter().rev().nth(back)
}

fn is(text: &'static str) -> impl Fn(&Value) -> bool {
    move |segment| segment.equals(text).is_yes()
}
