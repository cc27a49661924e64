//! IAM policies as `get-iam-policy` writes them and `set-iam-policy` takes them.

use super::{Context, Kind, Node, Reading, refer};
use crate::program::{Declaration, Schema, Step, StepKind};

pub(super) const KIND: Kind = Kind { name: "iam-policy", accepts, read };

fn accepts(_: &str, root: &Node) -> bool {
    bindings(root).is_some()
}

/// The bindings of a policy, or of one in the body of a request. Other tools have bindings too, but none with a role and
/// members in each.
fn bindings(root: &Node) -> Option<&Node> {
    let policy = root.get("policy").map_or(root, |pair| &pair.value);
    let bindings = &policy.get("bindings")?.value;
    let is_binding = |node: &Node| {
        let role = node.get("role").and_then(|pair| pair.value.text());
        let members = node.get("members").is_some_and(|pair| !pair.value.items().is_empty() || pair.value.is_open());
        role.is_some_and(|role| !role.is_empty()) && members
    };
    let items = bindings.items();
    (!items.is_empty() && items.iter().all(is_binding) && root.get("apiVersion").is_none()).then_some(bindings)
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = &Context { references: refer::filled, ..*context };
    let Some(bindings) = bindings(root) else { return };
    reading.regions.extend(bindings.items().iter().map(|binding| binding.span));
    // What a rule says of one binding does not stand for another.
    for binding in bindings.items() {
        let declaration = Declaration {
            schema: Schema::Policy,
            kind: "binding".to_owned(),
            name: String::new(),
            head: context.near(binding.get("role").map_or(binding.span, |pair| pair.value.span)),
            body: context.node(binding),
            each: None,
        };
        reading.steps.push(Step { kind: StepKind::Declare(declaration.into()), span: binding.span });
    }
}
