//! Objects of Config Connector: resources of Google Cloud that a cluster keeps.

use super::object::{self, Type};
use super::{Kind, Node};

pub(super) const KIND: Kind = Kind { name: "config-connector", accepts, read: object::read };

fn accepts(_: &str, root: &Node) -> bool {
    object::any(root, is_own)
}

fn is_own(own: Type) -> bool {
    own.group.ends_with(".cnrm.cloud.google.com")
}
