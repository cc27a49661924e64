//! Changes of IAM policies: `…_iam_member`, `…_iam_binding`, `…_iam_policy`.

use crate::eval::Declared;
use crate::facts::declare::{given, given_at, text_at};
use crate::facts::{Authority, CustomRole, Facts, Given, Grant, ResourceKind, Verb, grant};
use crate::gcp::attribute::settle;
use crate::gcp::wording::Wording;
use crate::value::{Field, Piece, Place, Tree, Truth, Value};

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
    ("google_secret_manager_secret", ResourceKind::Secret, "secret_id"),
];

pub(super) fn add(facts: &mut Facts, declared: &Declared) {
    let Some((target, form)) = declared.kind.rsplit_once("_iam_") else { return };
    let known = TARGETS.iter().find(|(name, ..)| *name == target);
    let (kind, resource) = match known {
        Some((_, kind, argument)) => (*kind, declared.body.at(&[argument])),
        None => (ResourceKind::Other, None),
    };
    let (named, resource) = (resource.and_then(written), resource.and_then(given));
    let own_project = text_at(&declared.body, &["project"]);
    let project = match kind {
        ResourceKind::Project => own_project,
        _ => resource.as_ref().and_then(|given| grant::project_in(&given.value)).or(own_project),
    };
    let region = text_at(&declared.body, &["location"]).or_else(|| text_at(&declared.body, &["region"]));
    let authority = match form {
        "binding" => Authority::Role,
        "policy" => Authority::Policy,
        _ => Authority::Adds,
    };
    let made = |role: Option<Given>, named_member: Option<Given>, conditional: Truth| Grant {
        verb: Verb::Add,
        kind,
        resource: resource.as_ref().map(|given| grant::last(&given.value)),
        named: named.clone(),
        project: project.clone(),
        region: region.clone(),
        wording: Wording::Terraform,
        role,
        member: named_member.as_ref().map(|given| given.with(settle(&given.value))),
        member_named: named_member,
        conditional,
        authority,
        file: None,
        command: declared.head,
        at: declared.at.clone(),
    };
    let grants: Vec<Grant> = match form {
        "member" => {
            let member = declared.body.at(&["member"]).and_then(written);
            vec![made(given_at(&declared.body, &["role"]), member, declared.body.has(&["condition"]))]
        }
        "binding" => {
            let conditional = declared.body.has(&["condition"]);
            binding(&declared.body).into_iter().map(|(role, member)| made(role, member, conditional)).collect()
        }
        "policy" => {
            // A condition of one of them is not looked at: what may count counts.
            policy(&declared.body).into_iter().map(|(role, member)| made(role, member, Truth::Unknown)).collect()
        }
        _ => return,
    };
    for grant in grants {
        facts.services.extend(grant::exposure(&grant));
        facts.grants.push(grant);
    }
}

/// An argument as it is written, references and all.
fn written(field: &Field) -> Option<Given> {
    Some(Given::new(field.tree.text()?.clone(), field.at, field.whole))
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
    Some(Given::new(value.clone(), whole, whole))
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

/// A role that is made here.
pub(super) fn role(facts: &mut Facts, declared: &Declared) {
    let Some(id) = text_at(&declared.body, &["role_id"]) else { return };
    let Some(list) = declared.body.at(&["permissions"]) else { return };
    let permissions: Vec<Value> = list.tree.items().iter().filter_map(Tree::text).cloned().collect();
    let whole = matches!(&list.tree, Tree::List(items) if !items.open && items.items.len() == permissions.len());
    facts.custom_roles.push(CustomRole { id, permissions, open: !whole });
}
