//! Deployments: who may call a service, and what is put where it reads it.

use super::{Exposure, Facts, Service, Sink, Stored};
use crate::eval::Run;
use crate::gcp::invocation::{Invocation, pairs};
use crate::gcp::wording::Wording;
use crate::value::{Truth, Value};

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    match invocation.path {
        "run deploy" | "run services update" => service(facts, invocation, run, false),
        "functions deploy" => service(facts, invocation, run, true),
        "secrets create" | "secrets versions add" => secret(facts, invocation, run),
        _ => {}
    }
    // What an execution is given is over with it.
    if ["run ", "functions "].iter().any(|group| invocation.path.starts_with(group))
        && !invocation.is(&["run jobs execute"])
    {
        variables(facts, invocation, run);
    }
}

fn service(facts: &mut Facts, invocation: &Invocation, run: &Run, function: bool) {
    let open = ["--allow-unauthenticated", "--no-invoker-iam-check", "--iap", "--public"];
    let open = open.iter().find_map(|name| invocation.flag(name));
    let private = invocation.flag("--no-allow-unauthenticated");
    let (exposure, said) = match (open, private) {
        (Some(flag), _) => (Exposure::Open, flag.at),
        (None, Some(flag)) => (Exposure::Private, flag.at),
        (None, None) => (Exposure::Unknown, invocation.at),
    };
    let second_generation = match () {
        () if !function => Truth::No,
        () if invocation.flag("--no-gen2").is_some() => Truth::No,
        () if invocation.flag("--gen2").is_some() => Truth::Yes,
        () => Truth::Unknown,
    };
    facts.services.push(Service {
        function,
        deploys: true,
        second_generation,
        name: invocation.positionals.first().cloned(),
        project: invocation.value("--project").cloned(),
        exposure,
        unchecked: invocation.has("--no-invoker-iam-check"),
        said,
        at: run.at.clone(),
    });
}

fn variables(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let flags = ["--set-env-vars", "--update-env-vars"];
    for flag in invocation.flags.iter().filter(|flag| flags.contains(&flag.name.as_str())) {
        for (name, value) in flag.value.as_ref().map(pairs).unwrap_or_default() {
            if let Some(value) = value {
                let sink = Sink::Variable(name.to_string());
                facts.stored.push(Stored {
                    sink,
                    value,
                    place: flag.at,
                    wording: Wording::Command,
                    at: run.at.clone(),
                });
            }
        }
    }
}

/// `echo -n "$TOKEN" | gcloud secrets versions add x --data-file=-`
fn secret(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let Some(flag) = invocation.flag("--data-file") else { return };
    let from_input =
        flag.value.as_ref().is_some_and(|value| value.equals("-").is_yes() || value.equals("/dev/stdin").is_yes());
    if let Some(value) = run.input.as_ref().filter(|_| from_input) {
        let value: Value = value.clone();
        facts.stored.push(Stored {
            sink: Sink::Secret,
            value,
            place: flag.at,
            wording: Wording::Command,
            at: run.at.clone(),
        });
    }
}
