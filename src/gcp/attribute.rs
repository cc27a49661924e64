//! What attributes of declared resources are, as far as it follows from what is declared: e-mails and names of accounts,
//! full names of jobs. Attribute names are those of Terraform's Google provider
//! (<https://registry.terraform.io/providers/hashicorp/google/latest/docs>, checked 2026-11-21).

use crate::value::{Attribute, Hole, Piece, Place, Value, identity};

/// Attributes that one value is written out of: each may be put together of others.
const MAX_WRITTEN: usize = 200;

/// The value with every attribute that follows from its declaration written out.
pub fn settle(value: &Value) -> Value {
    let mut left = MAX_WRITTEN;
    settle_within(value, &mut left)
}

fn settle_within(value: &Value, left: &mut usize) -> Value {
    if !value.pieces().iter().any(|piece| matches!(piece, Piece::Attribute(..))) {
        return value.clone();
    }
    let mut out = Value::default();
    (out.assumed, out.loose) = (value.assumed, value.loose);
    for piece in value.pieces() {
        match piece {
            Piece::Attribute(attribute, place) if *left > 0 => {
                *left -= 1;
                match text(attribute, *place, left) {
                    Some(known) => out.append(&known),
                    None => out.push(piece.clone()),
                }
            }
            _ => out.push(piece.clone()),
        }
    }
    out
}

fn text(attribute: &Attribute, place: Place, left: &mut usize) -> Option<Value> {
    let near = Place { exact: false, ..place };
    let mut made = Made { attribute, near, left };
    match (attribute.of.kind.as_str(), attribute.path.as_str()) {
        ("google_service_account" | "data.google_service_account", path) => made.account(path),
        // The service below a function of the second generation has its name.
        ("google_cloudfunctions2_function", "service_config.0.service") => made.said("name"),
        ("google_cloud_run_v2_job", "id") => made.named("jobs"),
        ("google_cloud_run_v2_service", "id") => made.named("services"),
        ("google_workflows_workflow", "id") => made.named("workflows"),
        ("google_cloudfunctions2_function" | "google_cloudfunctions_function", "id") => made.named("functions"),
        ("google_project_iam_custom_role", "id" | "name") => {
            let (project, id) = (made.project(), made.said("role_id")?);
            Some(joined(&[&made.literal("projects/"), &project, &made.literal("/roles/"), &id]))
        }
        ("google_organization_iam_custom_role", "id" | "name") => {
            let (organization, id) = (made.said("org_id")?, made.said("role_id")?);
            Some(joined(&[&made.literal("organizations/"), &organization, &made.literal("/roles/"), &id]))
        }
        ("google_secret_manager_secret", "id" | "name") => {
            let (project, id) = (made.project(), made.said("secret_id")?);
            Some(joined(&[&made.literal("projects/"), &project, &made.literal("/secrets/"), &id]))
        }
        // Its `.name` has the number of the project.
        ("google_iam_workload_identity_pool", "id") => made.pool(),
        // What is said of it, it has.
        (kind, path) if kind.starts_with("google_") && !path.contains('.') => made.said(path),
        _ => None,
    }
}

struct Made<'a> {
    attribute: &'a Attribute,
    near: Place,
    left: &'a mut usize,
}

impl Made<'_> {
    /// An e-mail, a member, a full name of a service account.
    fn account(&mut self, path: &str) -> Option<Value> {
        let id = self.said("account_id")?;
        // A data source may be asked by the whole e-mail, or by the full name that ends with it.
        let email = if id.contains("@").is_yes() {
            id.split('/').pop()?
        } else if id.contains("/").is_yes() {
            return None;
        } else {
            let project = self.project();
            joined(&[&id, &self.literal("@"), &project, &self.literal(".iam.gserviceaccount.com")])
        };
        match path {
            "email" => Some(email),
            "member" => Some(joined(&[&self.literal("serviceAccount:"), &email])),
            "name" | "id" => {
                let project = self.project();
                Some(joined(&[&self.literal("projects/"), &project, &self.literal("/serviceAccounts/"), &email]))
            }
            _ => None,
        }
    }

    /// `projects/P/locations/L/COLLECTION/NAME`
    fn named(&mut self, collection: &str) -> Option<Value> {
        let (name, project) = (self.said("name")?, self.project());
        let place = self.said("location").or_else(|| self.said("region")).unwrap_or_else(|| self.hole("region"));
        let text = |text: &str| self.literal(text);
        let (projects, locations) = (text("projects/"), text("/locations/"));
        Some(joined(&[&projects, &project, &locations, &place, &text(&format!("/{collection}/")), &name]))
    }

    /// `projects/P/locations/global/workloadIdentityPools/NAME`, with the project as the declaration has it.
    fn pool(&mut self) -> Option<Value> {
        let (project, name) = (self.said("project")?, self.said("workload_identity_pool_id")?);
        let pools = self.literal("/locations/global/workloadIdentityPools/");
        Some(joined(&[&self.literal("projects/"), &project, &pools, &name]))
    }

    /// What the declaration says, pointing to where it is asked for.
    fn said(&mut self, name: &str) -> Option<Value> {
        let value = settle_within(self.attribute.body.field(name)?.tree.text()?, self.left);
        let mut here: Value = value.pieces().iter().map(|piece| self.here(piece)).collect();
        (here.assumed, here.loose) = (value.assumed, value.loose);
        Some(here)
    }

    fn here(&self, piece: &Piece) -> Piece {
        match piece {
            Piece::Text(text, _) => Piece::Text(text.clone(), self.near),
            Piece::Hole(hole, _) => Piece::Hole(hole.clone(), self.near),
            other => other.clone(),
        }
    }

    fn project(&mut self) -> Value {
        self.said("project").unwrap_or_else(|| self.hole("project"))
    }

    /// Something that the provider's configuration says for all resources.
    fn hole(&self, name: &str) -> Value {
        let number = identity(&format!("{}:{name}", self.attribute.of.scope));
        Piece::Hole(Hole { shown: format!("${{{name}}}").into(), id: number }, self.near).into()
    }

    fn literal(&self, text: &str) -> Value {
        Value::text(text, self.near)
    }
}

fn joined(parts: &[&Value]) -> Value {
    let mut out = Value::default();
    for part in parts {
        out.append(part);
    }
    out
}
