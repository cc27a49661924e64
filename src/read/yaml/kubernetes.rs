//! Objects of Kubernetes that name an account of Google or run something.

use super::object::{self, Type};
use super::{Kind, Node};

pub(super) const KIND: Kind = Kind { name: "kubernetes", accepts, read: object::read };

fn accepts(_: &str, root: &Node) -> bool {
    object::any(root, is_own)
}

fn is_own(own: Type) -> bool {
    match own.group {
        "" => matches!(own.kind, "ServiceAccount" | "Pod" | "ConfigMap" | "ReplicationController"),
        "apps" | "extensions" => matches!(own.kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"),
        "batch" => matches!(own.kind, "Job" | "CronJob"),
        _ => false,
    }
}
