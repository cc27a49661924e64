//! What is deployed, and as whom it runs.

use super::environment::Secret;
use super::{Given, Target, TargetKind};
use crate::eval::{Run, Statement};
use crate::gcp::invocation::{Invocation, pairs};
use crate::gcp::wording::Wording;
use crate::value::{Place, Value};

/// As whom something deployed runs.
#[derive(Debug, Clone)]
pub enum Identity {
    /// This account.
    Account(Given),
    /// The default account, for nothing else is said.
    Default,
    /// Somebody: more may be said than is seen, or what was said before stays.
    Unknown,
}

/// A deployment of a service, job, function or workflow.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// What is deployed.
    pub target: Target,
    /// As whom it runs.
    pub identity: Identity,
    /// What asks that everyone may call it: a flag, for which the deployer needs to set its policy.
    pub publishes: Option<Place>,
    /// Secrets that it mounts as files, each with where that is said.
    pub mounts: Vec<(Secret, Place)>,
    /// The file that it is made of: of a workflow its source.
    pub source: Option<Value>,
    /// What that file is filled with before, where it is a template, each by its name.
    pub filled: Vec<(String, Value)>,
    /// In whose words it is made.
    pub wording: Wording,
    /// Where the command stands, without its flags, or the head of what declares it.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// Commands that deploy: what, and whether they make it where there is none.
const COMMANDS: &[(&str, TargetKind, bool)] = &[
    ("run deploy", TargetKind::Service, true),
    ("run services update", TargetKind::Service, false),
    ("run jobs create", TargetKind::Job, true),
    ("run jobs deploy", TargetKind::Job, true),
    ("run jobs update", TargetKind::Job, false),
    ("functions deploy", TargetKind::Function, true),
    ("workflows deploy", TargetKind::Workflow, true),
];

/// What opens a service to everyone. Each needs the permission to set its policy
/// (<https://cloud.google.com/run/docs/authenticating/public>, checked 2026-11-21).
const PUBLISHES: &[&str] = &["--allow-unauthenticated", "--no-invoker-iam-check"];

/// `--set-secrets=/etc/tls/key=SECRET:latest`
fn mounts(invocation: &Invocation) -> Vec<(Secret, Place)> {
    let flags = ["--set-secrets", "--update-secrets"];
    let flags = invocation.flags.iter().filter(|flag| flags.contains(&flag.name.as_str()));
    let mounted = flags.filter_map(|flag| Some((flag.at, flag.value.as_ref()?))).flat_map(|(at, value)| {
        let pairs = pairs(value).into_iter().filter(|(path, _)| path.starts_with("/").is_yes());
        pairs.filter_map(move |(_, secret)| Some((Secret::of(&secret?), at))).collect::<Vec<_>>()
    });
    mounted.collect()
}

pub(super) fn add(facts: &mut super::Facts, invocation: &Invocation, run: &Run) {
    let Some((_, kind, creates)) = COMMANDS.iter().find(|(path, ..)| *path == invocation.path) else { return };
    let identity = match invocation.flag("--service-account").map(Given::of) {
        Some(Some(account)) if !invocation.guessed => Identity::Account(account),
        None if *creates && !invocation.open && !invocation.guessed => Identity::Default,
        _ => Identity::Unknown,
    };
    let region = invocation.value("--region").or_else(|| invocation.value("--location"));
    facts.deployments.push(Deployment {
        target: Target {
            kind: *kind,
            name: invocation.positionals.first().cloned(),
            project: invocation.value("--project").cloned(),
            region: region.cloned(),
        },
        identity,
        publishes: PUBLISHES.iter().find_map(|flag| invocation.flag(flag)).map(|flag| flag.at),
        mounts: mounts(invocation),
        source: invocation.value("--source").filter(|_| *kind == TargetKind::Workflow).cloned(),
        filled: Vec::new(),
        wording: Wording::Command,
        said: invocation.at,
        at: run.at.clone(),
    });
}
