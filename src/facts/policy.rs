//! Bindings of a policy as a file holds it: who has which role.

use super::declare::{given, given_at};
use super::{Authority, Facts, Given, Grant, ResourceKind, Verb, grant};
use crate::eval::Declared;
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::value::{Field, Place, Tree, Truth, Value};

/// A binding of a policy by itself: what it is the policy of, the file does not say.
pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    add_binding(facts, declared, &declared.body, ResourceKind::Unsaid, None);
}

/// A role with its members, each of which is a text or has a field `member`.
pub(super) fn add_binding(
    facts: &mut Facts,
    declared: &Declared,
    binding: &Tree,
    kind: ResourceKind,
    resource: Option<&Value>,
) {
    let role = given_at(binding, &["role"]);
    let conditional = binding.has(&["condition"]);
    let members = binding.at(&["members"]).map_or_else(|| vec![None], members);
    for member in members {
        add_grant(facts, declared, role.clone(), member, (kind, resource), conditional);
    }
}

/// A role for one member; `None` is a member that is not known.
pub(super) fn add_grant(
    facts: &mut Facts,
    declared: &Declared,
    role: Option<Given>,
    member: Option<Given>,
    (kind, resource): (ResourceKind, Option<&Value>),
    conditional: Truth,
) {
    let grant = Grant {
        verb: Verb::Add,
        kind,
        resource: resource.cloned(),
        named: None,
        project: resource.filter(|_| kind == ResourceKind::Project).cloned(),
        region: None,
        wording: Wording::Object,
        role,
        member,
        member_named: None,
        conditional,
        authority: if kind == ResourceKind::Unsaid { Authority::Policy } else { Authority::Adds },
        file: None,
        command: declared.head,
        at: declared.at.clone(),
    };
    facts.services.extend(grant::exposure(&grant));
    facts.grants.push(grant);
}

fn members(list: &Field) -> Vec<Option<Given>> {
    let mut out: Vec<Option<Given>> = list.tree.items().iter().map(member).collect();
    let is_whole = matches!(&list.tree, Tree::List(items) if !items.open);
    if !is_whole {
        out.push(None);
    }
    out
}

fn member(item: &Tree) -> Option<Given> {
    if let Some(field) = item.field("member") {
        return given(field);
    }
    let value = settle(item.text()?);
    let places = value.pieces().iter().map(crate::value::Piece::place);
    let first = value.place()?;
    let span = places.filter(|place| place.file == first.file).fold(first.span, |span, place| span.to(place.span));
    let whole = Place { span, exact: false, ..first };
    Some(Given::new(value, whole, whole))
}
