//! The grant that is due, as it is written where the other grants of the project stand.

use super::grants::Miss;
use super::{Need, Purpose, Resource, Verdict};
use crate::facts::{Authority, Grant, Named, ResourceKind, Verb};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::value::{Place, Value};

/// A grant that is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// What to write.
    pub help: String,
    /// Behind which grant of the same kind, and the lines.
    pub edit: Option<(Place, String)>,
}

impl Need {
    /// The least role that gives what is needed.
    pub fn role(&self) -> &'static str {
        let gen1 = self.permissions == ["cloudfunctions.functions.invoke"];
        match self.purpose {
            Purpose::Invoke if gen1 => "roles/cloudfunctions.invoker",
            Purpose::Invoke | Purpose::RunJob => "roles/run.invoker",
            Purpose::OverrideJob => "roles/run.jobsExecutorWithOverrides",
            Purpose::Impersonate => "roles/iam.serviceAccountTokenCreator",
            Purpose::ReadSecret => "roles/secretmanager.secretAccessor",
            Purpose::ReceiveEvents => "roles/eventarc.eventReceiver",
            Purpose::ActAs => "roles/iam.serviceAccountUser",
            Purpose::Publish if self.permissions.iter().all(|permission| permission.starts_with("cloudfunctions.")) => {
                "roles/cloudfunctions.admin"
            }
            Purpose::Publish => "roles/run.admin",
        }
    }
}

impl Project {
    /// The grant that a need lacks, as it is to be written.
    pub fn due(&self, need: &Need, verdict: &Verdict) -> Option<Due> {
        let (Verdict::Missing(missing), Some(account), Some(on)) = (verdict, need.account(), &need.on) else {
            return None;
        };
        let role = self.role_for(need);
        let beside = self.beside_grant(need, missing.nearest.map(|(grant, _)| grant));
        let member = format!("serviceAccount:{}", account.value);
        let on = &self.granted_on(need, on);
        let names = [member.clone(), on.name.to_string()];
        let line = command(on, role, &member);
        // Behind a grant that is taken away again, another one would be as well.
        if matches!(missing.nearest, Some((_, Miss::Removed))) {
            return Some(Due {
                help: format!("do not take it away again, or grant it after that: `{line}`"),
                edit: None,
            });
        }
        // Beside one that says who all have the role, each takes away what the other one gives.
        if self.is_ruled(on, role) {
            let help = format!("add `{member}` to the members of the binding that says who has `{role}` there");
            return Some(Due { help, edit: None });
        }
        let Some(grant) = beside else {
            return Some(Due { help: format!("run `{line}`"), edit: None });
        };
        let stands = grant.at.sites.is_empty() && !grant.at.loose;
        if grant.wording == Wording::Terraform {
            let stands =
                stands && names.iter().all(|name| without_references(name).is_some_and(|name| is_plain(&name)));
            let block = self.terraform(on, role, &account.value, &label(need), grant);
            let edit = stands.then(|| (grant.at.place(), format!("\n{block}")));
            let shown = block.split_whitespace().collect::<Vec<_>>().join(" ");
            return Some(Due { help: format!("add `{shown}`"), edit });
        }
        // A project that is not known has no name to write.
        let has_name = on.project.is_some() || !matches!(on.kind, ResourceKind::Project | ResourceKind::Ancestor);
        let stands = stands && has_name && names.iter().all(|name| is_plain(name));
        let edit = (stands && grant.wording == Wording::Command).then(|| (grant.at.place(), line.clone()));
        Some(Due { help: format!("add `{line}`"), edit })
    }

    /// The least role that gives what is needed, and what the same statement needs beside it.
    fn role_for(&self, need: &Need) -> &'static str {
        let is_overriding = |(other, _): &(Need, Verdict)| {
            other.purpose == Purpose::OverrideJob && other.at.span == need.at.span && other.at.file == need.at.file
        };
        if need.purpose == Purpose::RunJob && self.needs().iter().any(is_overriding) {
            return "roles/run.jobsExecutorWithOverrides";
        }
        need.role()
    }

    /// Where the grant is made. What a deployment makes is not there before, so that who may publish it is said of the
    /// project.
    fn granted_on(&self, need: &Need, on: &Resource) -> Resource {
        match &on.project {
            Some(project) if need.purpose == Purpose::Publish => Resource {
                kind: ResourceKind::Project,
                name: project.clone(),
                project: Some(project.clone()),
                region: None,
            },
            _ => Resource { region: on.region.clone().or_else(|| self.region_of(on)), ..on.clone() },
        }
    }

    /// Whether a binding here says who all have a role on something, or a policy who may do anything there.
    pub fn is_ruled(&self, on: &Resource, role: &str) -> bool {
        let rules = |grant: &&Grant| {
            grant.authority == Authority::Policy
                || grant.authority == Authority::Role
                    && grant.role.as_ref().is_none_or(|known| !known.value.equals(role).is_no())
        };
        self.facts.grants.iter().filter(rules).any(|grant| !on.is_named(grant.kind, grant.resource.as_ref()).is_no())
    }

    /// Terraform's block. Below a function of the second generation lies a service of its name. What the same root declares
    /// is named by its address, so that it is made before.
    fn terraform(&self, on: &Resource, role: &str, account: &Value, label: &str, beside: &Grant) -> String {
        let (kind, argument) = match (on.kind, role) {
            (ResourceKind::Function, "roles/cloudfunctions.invoker" | "roles/cloudfunctions.admin") => {
                ("google_cloudfunctions_function_iam_member", "cloud_function")
            }
            (ResourceKind::RunService | ResourceKind::Function, _) => {
                ("google_cloud_run_v2_service_iam_member", "name")
            }
            (ResourceKind::RunJob, _) => ("google_cloud_run_v2_job_iam_member", "name"),
            (ResourceKind::ServiceAccount, _) => ("google_service_account_iam_member", "service_account_id"),
            (ResourceKind::Secret, _) => ("google_secret_manager_secret_iam_member", "secret_id"),
            _ => ("google_project_iam_member", "project"),
        };
        let address = |kind: ResourceKind, name: &Value| {
            let is_it = |named: &&Named| {
                let is_near = named.at.flow == beside.at.flow && named.at.sites == beside.at.sites;
                is_near && named.kind == kind && named.name.same(name)
            };
            self.facts.named.iter().find(is_it).map(|named| named.address.as_str())
        };
        let quoted = |text: String| match text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
            Some(reference) if !reference.contains(['$', '}']) => reference.to_owned(),
            _ => format!("\"{text}\""),
        };
        let said_of = |value: &Value| without_references(&value.to_string()).map(|_| quoted(value.to_string()));
        let literal = |value: Option<&Value>| value.and_then(said_of);
        // An account's full name says its project; a project is its own.
        let in_project = !matches!(argument, "project" | "service_account_id");
        let (project, location, name) = match address(on.kind, &on.name) {
            Some(it) if on.kind == ResourceKind::ServiceAccount => (None, None, format!("{it}.name")),
            Some(it) if argument == "name" => {
                (Some(format!("{it}.project")), Some(format!("{it}.location")), format!("{it}.name"))
            }
            _ => {
                let name = match on.kind {
                    ResourceKind::ServiceAccount => full_name(&on.name),
                    _ => on.name.to_string(),
                };
                let location = literal(on.region.as_ref().filter(|_| argument == "name"));
                (literal(on.project.as_ref().filter(|_| in_project)), location, quoted(name))
            }
        };
        let member = match address(ResourceKind::ServiceAccount, account) {
            Some(it) => format!("\"serviceAccount:${{{it}.email}}\""),
            None => format!("\"serviceAccount:{account}\""),
        };
        let said = [
            ("project", project),
            ("location", location),
            (argument, Some(name)),
            ("role", Some(quoted(role.to_owned()))),
            ("member", Some(member)),
        ];
        let said: Vec<(&str, String)> = said.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        // As `terraform fmt` has it.
        let width = said.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        let lines: Vec<String> = said.iter().map(|(key, value)| format!("  {key:width$} = {value}\n")).collect();
        format!("resource \"{kind}\" \"{label}\" {{\n{}}}", lines.concat())
    }

    /// The region where something is deployed here.
    fn region_of(&self, on: &Resource) -> Option<Value> {
        let deployed = self.deployments_named(&on.name).filter(|deployment| {
            let kind = super::kind_of(deployment.target.kind);
            kind.is_some_and(|kind| on.is_named(kind, deployment.target.name.as_ref()).is_yes())
        });
        deployed.filter_map(|deployment| deployment.target.region.clone()).find(Value::is_literal)
    }

    /// The grant beside which another one fits best: the nearest miss, one of the same account or resource, any.
    fn beside_grant(&self, need: &Need, nearest: Option<usize>) -> Option<&Grant> {
        let own = |grant: &&Grant| {
            grant.verb == Verb::Add
                && matches!(grant.wording, Wording::Command | Wording::Terraform)
                && grant.kind != ResourceKind::Unsaid
                && grant.file.is_none()
        };
        let grants = &self.facts.grants;
        let nearest = nearest.and_then(|number| grants.get(number)).filter(own);
        let account = need.account();
        let of_account = || {
            let numbers = self.access().grants.of_account(&account?.value);
            let bindings = numbers.into_iter().filter_map(|number| self.access().grants.binding(number));
            bindings.filter_map(|binding| grants.get(binding.grant)).filter(own).last()
        };
        let in_flow = || grants.iter().filter(own).rfind(|grant| grant.at.flow == need.at.flow);
        nearest.or_else(of_account).or_else(in_flow).or_else(|| grants.iter().rfind(own))
    }
}

/// gcloud's line.
fn command(on: &Resource, role: &str, member: &str) -> String {
    let flag = |flag: &str, value: Option<&Value>| {
        value.and_then(Value::literal).map(|value| format!(" {flag}={value}")).unwrap_or_default()
    };
    let project = flag("--project", on.project.as_ref());
    let place = format!("{project}{}", flag("--region", on.region.as_ref()));
    let name = &on.name;
    let whom = format!("--member=\"{member}\" --role={role}");
    // In a script gcloud asks for this one as soon as the policy has any condition.
    let sure = "--condition=None";
    match on.kind {
        ResourceKind::RunService => format!("gcloud run services add-iam-policy-binding {name}{place} {whom} {sure}"),
        ResourceKind::RunJob => format!("gcloud run jobs add-iam-policy-binding {name}{place} {whom}"),
        // Below a function of the second generation lies a service of its name.
        ResourceKind::Function if role == "roles/run.admin" => {
            format!("gcloud run services add-iam-policy-binding {name}{place} {whom} {sure}")
        }
        ResourceKind::Function if role == "roles/cloudfunctions.admin" => {
            format!("gcloud functions add-iam-policy-binding {name}{place} {whom}")
        }
        ResourceKind::Function => {
            format!("gcloud functions add-invoker-policy-binding {name}{place} --member=\"{member}\"")
        }
        ResourceKind::ServiceAccount => {
            format!("gcloud iam service-accounts add-iam-policy-binding {name}{project} {whom} {sure}")
        }
        ResourceKind::Secret => format!("gcloud secrets add-iam-policy-binding {name}{project} {whom} {sure}"),
        _ => {
            let project = on.project.as_ref().map_or_else(|| "PROJECT_ID".to_owned(), Value::to_string);
            format!("gcloud projects add-iam-policy-binding {project} {whom} {sure}")
        }
    }
}

/// Whether a text can stand in a command without quotes.
fn is_plain(text: &str) -> bool {
    !text.contains(['$', '<', '"', '\'', ' ', '`', '\\', '…'])
}

/// A text without what Terraform fills in from names that its root has.
fn without_references(text: &str) -> Option<String> {
    let mut parts = text.split("${");
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (reference, rest) = part.split_once('}')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_known = ["var.", "local.", "data."].iter().any(|root| reference.starts_with(root));
        if !is_known || !reference.chars().all(is_name) {
            return None;
        }
        plain.push_str(rest);
    }
    Some(plain)
}

/// The full name of an account, with the project that its e-mail says.
fn full_name(email: &Value) -> String {
    let email = email.to_string();
    let domain = email.split_once('@').and_then(|(_, domain)| domain.strip_suffix(".iam.gserviceaccount.com"));
    format!("projects/{}/serviceAccounts/{email}", domain.unwrap_or("-"))
}

/// A name for a block: who does what.
fn label(need: &Need) -> String {
    let plain = |text: String| -> String {
        let text = text.to_ascii_lowercase();
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
    };
    let who = need.account().map(|account| account.value.known_prefix()).unwrap_or_default();
    let who = plain(who.split('@').next().unwrap_or("").to_owned());
    let on = need
        .on
        .as_ref()
        .filter(|on| on.kind != ResourceKind::Project)
        .map(|on| plain(on.name.known_prefix().split('@').next().unwrap_or("").to_owned()));
    let on = on.unwrap_or_default();
    let verb = match need.purpose {
        Purpose::Invoke => "calls",
        Purpose::RunJob | Purpose::OverrideJob => "runs",
        Purpose::Impersonate => "impersonates",
        Purpose::ReadSecret => "reads",
        Purpose::ReceiveEvents => "receives_events",
        Purpose::ActAs => "acts_as",
        Purpose::Publish => "publishes",
    };
    let whole = format!("{who}_{verb}_{on}");
    whole.trim_matches('_').to_owned()
}
