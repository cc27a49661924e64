//! A job of CI authenticates by federation, and may not ask for the ID token that this takes.

use crate::facts::CiJob;
use crate::finding::{Level, Safety};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Truth;

pub(super) static RULE: Rule = Rule {
    id: "missing-id-token-permission",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("missing-id-token-permission"),
    covers: &[],
    checks: &[Check::Job(Alone(check))],
    ..Rule::STABLE
};

fn check(job: &CiJob, report: &mut Report) {
    let Some(federation) = job.federates.first() else { return };
    let why = match job.id_tokens {
        Some(Truth::No) => "its permissions are without `id-token: write`",
        // Then it has those of the job that calls it.
        None if job.is_called || job.only_called => return,
        None => "nothing gives it `id-token: write`, which no token has by itself",
        Some(Truth::Yes | Truth::Unknown) => return,
    };
    // Some repositories are said to let their own workflows have what their callers were not refused.
    let (level, answer) = match (job.id_tokens, federation.asked) {
        (None, true) => (Level::Warning, "GitHub refuses a called workflow that asks for more than its caller has"),
        (_, true) => (Level::Error, "GitHub will refuse the called workflow, which asks for more than its caller has"),
        (_, false) => (Level::Error, "GitHub will give it no ID token to exchange"),
    };
    let does = if federation.within.is_some() { "uses what authenticates" } else { "authenticates" };
    let message = format!("the job `{}` {does} by workload identity federation, but {why}; {answer}", job.name);
    let draft = report.add(level, &job.at, federation.at, message);
    draft.label("takes an ID token").help("write `id-token: write` into the `permissions` of the job");
    if let Some(within) = federation.within {
        draft.related(within, "the provider is given here");
    }
    if let Some(said) = job.said {
        draft.related(said, "its permissions are set here");
    }
    if let Some((place, text)) = &job.grants {
        // Where nothing was said, the token could do more than what is written now.
        let safety = if job.id_tokens.is_some() { Safety::Safe } else { Safety::Unsafe };
        draft.fix(safety, [(*place, text.clone())]);
    }
}
