//! Changes of IAM policies: `…_iam_member`, `…_iam_binding`, `…_iam_policy`.

use crate::eval::Declared;
use crate::facts::declare::{given, given_at};
use crate::facts::{Facts, Given, Grant, ResourceKind, Verb, grant};
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::value::{Field, Piece, Place, Tree, Value};

/// Types by what stands before `_iam_…`, the kind of resource that each is for, and the argument that names it.
const TARGETS: &[(&str, ResourceKind, &str)] = &[
    ("google_project", ResourceKind::Project, "project"),
    ("google_folder", ResourceKind::Ancestor, "folder"),
    ("google_organization", ResourceKind::Ancestor, "org_id"),
    ("google_cloud_run_v2_service", ResourceKind::RunService, "name"),
    ("google_cloud_run_service", ResourceKind::RunService, "service"),
    ("google_cloud_run_v2_job", ResourceKind::RunJob, "name"),
    ("google_cloudfunctions_function", ResourceKind::Function, "cloud_function"),
    ("google_cloudfunctions2_function", ResourceKind::Function, "cloud_function"),
    ("google_service_account", ResourceKind::ServiceAccount, "service_account_id"),
];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let Some((target, form)) = declared.kind.rsplit_once("_iam_") else { return };
    let known = TARGETS.iter().find(|(name, ..)| *name == target);
    let (kind, resource) = match known {
        Some((_, kind, argument)) => (*kind, declared.body.at(&[argument])),
        None => (ResourceKind::Other, None),
    };
    let (named, resource) = (resource.and_then(written), resource.and_then(given));
    let made = |role: Option<Given>, named_member: Option<Given>| Grant {
        verb: Verb::Add,
        kind,
        resource: resource.as_ref().map(|given| own_name(&given.value)),
        named: named.clone(),
        wording: Wording::Terraform,
        role,
        member: named_member.as_ref().map(|given| Given { value: settle(&given.value), ..given.clone() }),
        member_named: named_member,
        command: declared.head,
        at: declared.at.clone(),
    };
    let grants: Vec<Grant> = match form {
        "member" => vec![made(given_at(&declared.body, &["role"]), declared.body.at(&["member"]).and_then(written))],
        "binding" => binding(&declared.body).into_iter().map(|(role, member)| made(role, member)).collect(),
        "policy" => policy(&declared.body).into_iter().map(|(role, member)| made(role, member)).collect(),
        _ => return,
    };
    for grant in grants {
        facts.services.extend(grant::exposure(&grant));
        facts.grants.push(grant);
    }
}

/// An argument as it is written, references and all.
fn written(field: &Field) -> Option<Given> {
    Some(Given { value: field.tree.text()?.clone(), at: field.at, whole: field.whole })
}

/// The members of a role; one that is not known where the list may go on.
fn binding(body: &Tree) -> Vec<(Option<Given>, Option<Given>)> {
    let role = given_at(body, &["role"]);
    let Some(members) = body.at(&["members"]) else { return vec![(role, None)] };
    let texts = members.tree.items().iter().filter_map(|item| element(members, item));
    let mut out: Vec<_> = texts.map(|member| (role.clone(), Some(member))).collect();
    let known = matches!(&members.tree, Tree::List(list) if !list.open && list.items.len() == out.len());
    if !known {
        out.push((role, None));
    }
    out
}

/// An element of a list, which stands for itself.
fn element(list: &Field, item: &Tree) -> Option<Given> {
    let value = item.text()?;
    let at = value.place().map_or(list.at, |place| Place { exact: false, ..place });
    let whole = value.pieces().iter().map(Piece::place).filter(|place| place.file == at.file);
    let whole = whole.fold(at, |whole, place| Place { span: whole.span.to(place.span), ..whole });
    Some(Given { value: value.clone(), at: whole, whole })
}

/// The bindings of the policy that `data "google_iam_policy"` puts together.
fn policy(body: &Tree) -> Vec<(Option<Given>, Option<Given>)> {
    let data = body.text_at(&["policy_data"]);
    let Some([Piece::Attribute(attribute, _)]) = data.map(Value::pieces) else { return vec![(None, None)] };
    let Some(bindings) = attribute.body.field("binding").filter(|_| attribute.of.kind == "data.google_iam_policy")
    else {
        return vec![(None, None)];
    };
    if bindings.tree.is_unknown() {
        return vec![(None, None)];
    }
    let unseen = matches!(&bindings.tree, Tree::List(list) if list.open).then_some((None, None));
    bindings.tree.items().iter().flat_map(binding).chain(unseen).collect()
}

/// A resource's own name: the last part of a full one.
fn own_name(value: &Value) -> Value {
    value.split('/').pop().unwrap_or_default()
}
