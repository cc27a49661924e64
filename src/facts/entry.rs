//! How a service is entered beyond its own URL: domains that lead to it, audiences that it takes, IAP in front of it.

use super::Facts;
use crate::eval::{Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::value::{Place, Value};

/// Something said about how a service is entered.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The service's name; any service of the project, where none is given.
    pub service: Option<Value>,
    /// What is said.
    pub kind: EntryKind,
    /// By what the service goes where it is declared by itself: `google_cloud_run_v2_service.billing`.
    pub address: Option<String>,
    /// Where that is said.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// What is said about how a service is entered.
#[derive(Debug, Clone)]
pub enum EntryKind {
    /// A domain leads to it: a host, without a scheme.
    Domain(Value),
    /// It takes tokens for these audiences: one, several with commas, or a JSON list. `None`: perhaps some that are not
    /// seen here.
    Audiences(Option<Value>),
    /// IAP is turned on in front of it, or off.
    Iap(bool),
}

/// Flags that give a service audiences of its own.
const AUDIENCES: [&str; 2] = ["--set-custom-audiences", "--add-custom-audiences"];

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let mut say = |service: Option<&Value>, kind, said| {
        facts.entries.push(Entry { service: service.cloned(), kind, address: None, said, at: run.at.clone() });
    };
    match invocation.path {
        "run deploy" | "run services update" => {
            let name = invocation.positionals.first();
            for flag in invocation.flags.iter().filter(|flag| AUDIENCES.contains(&flag.name.as_str())) {
                say(name, EntryKind::Audiences(flag.value.clone()), flag.at);
            }
            if invocation.open {
                say(name, EntryKind::Audiences(None), invocation.at);
            }
            for (flag, on) in [("--iap", true), ("--no-iap", false)] {
                if let Some(flag) = invocation.flag(flag) {
                    say(name, EntryKind::Iap(on), flag.at);
                }
            }
        }
        // The file may say anything.
        "run services replace" => say(None, EntryKind::Audiences(None), invocation.at),
        "run domain-mappings create" if is_managed(invocation) => {
            if let Some((flag, domain)) = invocation.flag("--domain").and_then(|flag| Some((flag, flag.value.clone()?)))
            {
                say(invocation.value("--service"), EntryKind::Domain(domain), flag.at);
            }
        }
        _ => {}
    }
}

/// Whether a mapping is of Cloud Run itself, and not of Knative on a cluster, which checks no token.
fn is_managed(invocation: &Invocation) -> bool {
    let cluster = ["--cluster", "--kubeconfig", "--context", "--namespace"];
    let elsewhere = invocation.value("--platform").is_some_and(|platform| !platform.equals("managed").is_yes());
    !elsewhere && !invocation.open && cluster.iter().all(|flag| invocation.flag(flag).is_none())
}
