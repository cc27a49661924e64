//! What a permission is needed on, and what a URL leads to.

use crate::facts::ResourceKind;
use crate::gcp::attribute::settle;
use crate::gcp::output;
use crate::gcp::url::{HostKind, Url};
use crate::project::{Project, is_same_service, service_name};
use crate::value::{Piece, Truth, Value, may_equal};

/// Something that has a policy.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its kind.
    pub kind: ResourceKind,
    /// Its name: of an account its e-mail.
    pub name: Value,
    /// Its project, where that is said.
    pub project: Option<Value>,
    /// Its region, where that is said.
    pub region: Option<Value>,
}

impl Resource {
    /// As a message names it.
    pub fn shown(&self) -> String {
        format!("the {} `{}`", self.kind_shown(), self.name)
    }

    /// Its kind, as a message names it.
    pub fn kind_shown(&self) -> &'static str {
        match self.kind {
            ResourceKind::Project => "project",
            ResourceKind::Ancestor => "folder or organization",
            ResourceKind::RunService => "Cloud Run service",
            ResourceKind::RunJob => "Cloud Run job",
            ResourceKind::Function => "function",
            ResourceKind::ServiceAccount => "account",
            ResourceKind::Secret => "secret",
            ResourceKind::Other | ResourceKind::Unsaid => "resource",
        }
    }

    /// Whether a policy of this kind and name is that of the resource.
    pub(super) fn is_named(&self, kind: ResourceKind, name: Option<&Value>) -> Truth {
        use ResourceKind::{Function, RunService};
        let services = [RunService, Function];
        // Below a function lies a service.
        let kinds = self.kind == kind || services.contains(&self.kind) && services.contains(&kind);
        if !kinds {
            return Truth::No;
        }
        let Some(name) = name else { return Truth::Unknown };
        match self.kind {
            RunService | Function if is_same_service(&self.name, name) => Truth::Yes,
            ResourceKind::ServiceAccount if super::is_same_account(&self.name, name) => Truth::Yes,
            ResourceKind::ServiceAccount => {
                if super::account::may_be(&self.name, name) {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
            _ if self.name.same(name) => Truth::Yes,
            _ if may_equal(&self.name, name, &[]) => Truth::Unknown,
            _ => Truth::No,
        }
    }

    /// By what it is found among others of its kind: its literal name as it is compared.
    pub(super) fn key(name: &Value) -> Option<String> {
        name.literal().map(|name| name.to_ascii_lowercase().replace('_', "-"))
    }
}

impl Project {
    /// The service or function that a URL surely leads to.
    pub(super) fn service_at(&self, url: &Url) -> Option<Resource> {
        let mapped = || {
            let mut mapped = self.mapped(&url.host);
            let name = mapped.next()?.0.clone();
            mapped.all(|(other, _)| other.same(&name)).then_some(name)
        };
        let name = match url.kind {
            HostKind::Run | HostKind::Functions => service_name(url)?,
            HostKind::Other => mapped()?,
            _ => return None,
        };
        let (project, region) = Self::around(url);
        let is_function = url.kind == HostKind::Functions || self.deploys_function(&name);
        let kind = if is_function { ResourceKind::Function } else { ResourceKind::RunService };
        Some(Resource { kind, name, project, region })
    }

    /// The job that a URL of the API of Cloud Run surely runs.
    pub(super) fn job_at(url: &Url) -> Option<Resource> {
        if !url.is_api("run") {
            return None;
        }
        let path: Vec<Value> = url.path.split('/');
        let after = |word: &str| {
            let at = path.iter().position(|part| part.equals(word).is_yes())?;
            path.get(at + 1).cloned()
        };
        let last = path.last()?;
        let name = last.strip_suffix(":run")?;
        let is_job = path.get(path.len().checked_sub(2)?)?.equals("jobs").is_yes();
        let project = after("projects").or_else(|| after("namespaces"));
        (is_job && !name.is_empty().is_yes()).then(|| Resource {
            kind: ResourceKind::RunJob,
            name,
            project,
            region: after("locations"),
        })
    }

    /// The project and region of the service that a URL is of, as far as the URL or what made it says.
    fn around(url: &Url) -> (Option<Value>, Option<Value>) {
        match url.host.pieces() {
            [Piece::Output(output, _)] => {
                let value = |flag: &str| output::invocation(output)?.value(flag).cloned();
                (value("--project"), value("--region"))
            }
            [Piece::Attribute(attribute, _)] => {
                let said = |name: &str| attribute.body.field(name).and_then(|field| field.tree.text()).map(settle);
                (said("project"), said("location").or_else(|| said("region")))
            }
            _ if url.kind == HostKind::Functions => {
                // `REGION-PROJECT.cloudfunctions.net`
                let label = url.first_label();
                let project = label.literal().and_then(|label| {
                    let (_, project) = split_region(&label)?;
                    Some(Value::text(project.to_owned(), url.host.place()?))
                });
                (project, None)
            }
            _ => (None, None),
        }
    }

    /// Whether what is deployed by this name is a function.
    fn deploys_function(&self, name: &Value) -> bool {
        self.services_named(name).any(|service| {
            service.function && service.deploys && service.name.as_ref().is_some_and(|own| is_same_service(own, name))
        })
    }
}

/// `us-central1-acme-prod` → `us-central1`, `acme-prod`
fn split_region(label: &str) -> Option<(&str, &str)> {
    let (_, rest) = label.split_once('-')?;
    let digits = rest.find(|c: char| c.is_ascii_digit())?;
    let end = label.len() - rest.len() + digits;
    let end = end + label.get(end..)?.bytes().take_while(u8::is_ascii_digit).count();
    let (region, rest) = label.split_at_checked(end)?;
    Some((region, rest.strip_prefix('-')?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::url::parse;
    use crate::value::tests::value;

    #[test]
    fn jobs_of_urls() {
        let job = |url: &str| {
            Project::job_at(&parse(&value(url))).map(|job| {
                format!("{} {}", job.name, job.project.map(|project| project.to_string()).unwrap_or_default())
            })
        };
        let v2 = "https://run.googleapis.com/v2/projects/acme-prod/locations/us-central1/jobs/close:run";
        assert_eq!(job(v2).as_deref(), Some("close acme-prod"));
        let v1 = "https://{R}-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/{P}/jobs/close:run";
        assert_eq!(job(v1).as_deref(), Some("close ${P}"));
        assert_eq!(job("https://run.googleapis.com/v2/projects/p/locations/r/services/close"), None);
        assert_eq!(job("https://example.com/v2/projects/p/locations/r/jobs/close:run"), None);
    }

    #[test]
    fn regions_end_in_a_number() {
        assert_eq!(split_region("us-central1-acme-prod"), Some(("us-central1", "acme-prod")));
        assert_eq!(split_region("northamerica-northeast2-p1"), Some(("northamerica-northeast2", "p1")));
        assert_eq!(split_region("acme"), None);
    }
}
