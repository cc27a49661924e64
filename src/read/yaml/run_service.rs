//! Services and jobs of Cloud Run as `gcloud run services replace` takes them.

use super::object::{self, Type};
use super::{Kind, Node};

pub(super) const KIND: Kind = Kind { name: "run-service", accepts, read: object::read };

fn accepts(_: &str, root: &Node) -> bool {
    object::any(root, is_own)
}

fn is_own(own: Type) -> bool {
    matches!(
        (own.group, own.kind),
        ("serving.knative.dev", "Service")
            | ("run.googleapis.com", "Service" | "Job" | "WorkerPool")
            | ("domains.cloudrun.com", "DomainMapping")
    )
}
