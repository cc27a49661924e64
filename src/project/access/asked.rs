//! What rules ask of the grants of a project beside needs.

use super::resource::Resource;
use super::{Granting, Need, Verdict, differ};
use crate::eval::Statement;
use crate::facts::{Deployment, Gcloud, Given, Grant, ResourceKind, Service};
use crate::gcp::principal::is_project_id;
use crate::project::Project;
use crate::value::{Place, Value, may_equal};

/// Kinds of files whose text people run by hand, command by command.
const DOCUMENTS: &[&str] = &[".md", ".markdown", ".mdx", ".ipynb"];

/// Whether two regions are known and differ.
fn are_two(a: Option<&Value>, b: Option<&Value>) -> bool {
    matches!((a.and_then(Value::literal), b.and_then(Value::literal)), (Some(a), Some(b)) if a != b)
}

impl Project {
    /// What an account is granted here and not denied again, in the project of something.
    pub fn granted_to(&self, account: &Given, on: &Resource) -> impl Iterator<Item = &Grant> {
        let numbers = self.access().grants.of_account(&account.value).into_iter().filter(|number| {
            let binding = self.access().grants.binding(*number);
            binding.is_some_and(|binding| {
                binding.removed.is_none() && !differ(binding.project.as_ref(), on.project.as_ref())
            })
        });
        self.numbered(numbers.collect()).map(|(_, grant)| grant)
    }

    /// The grants on the policy of a service that are not taken away again, each with its number among the facts.
    pub fn grants_on(&self, service: &Service) -> impl Iterator<Item = (usize, &Grant)> {
        let on = service.name.as_ref().map(|name| Resource {
            kind: if service.function { ResourceKind::Function } else { ResourceKind::RunService },
            name: name.clone(),
            project: self.project_of(service.project.as_ref(), &service.at).cloned(),
            region: None,
        });
        let region = self.deployment_at(&service.at).and_then(|deployment| deployment.target.region.as_ref());
        let numbers = on.map(|on| self.access().grants.on_resource(&on)).unwrap_or_default();
        let stays =
            |number: &usize| self.access().grants.binding(*number).is_some_and(|binding| binding.removed.is_none());
        let numbers = numbers.into_iter().filter(stays).collect();
        self.numbered(numbers).filter(move |(_, grant)| !are_two(region, grant.region.as_ref()))
    }

    /// Whether the same flow surely takes a grant away again.
    pub fn is_taken_away(&self, grant: &Grant) -> bool {
        let alike = grant.resource.as_ref().map(|name| self.access().grants.alike(grant.kind, name));
        let bindings = alike.unwrap_or_default().into_iter().filter_map(|number| self.access().grants.binding(number));
        let own = |number: usize| self.facts.grants.get(number).is_some_and(|own| std::ptr::eq(own, grant));
        bindings.filter(|binding| own(binding.grant)).any(|binding| binding.removed.is_some())
    }

    fn deployment_at(&self, at: &Statement) -> Option<&Deployment> {
        self.facts.deployments.iter().find(|deployment| deployment.at.order == at.order && deployment.at == *at)
    }

    /// Whether the check of who calls a service is turned on somewhere.
    pub fn is_checked_again(&self, name: &Value) -> bool {
        self.facts.commands.iter().any(|command| {
            command.invocation.flags.iter().any(|flag| flag.name == "--invoker-iam-check")
                && command.invocation.positionals.first().is_none_or(|own| may_equal(own, name, &[]))
        })
    }

    /// The statements on the policy that a grant is on, as it is shown.
    pub fn on_policy_of(&self, grant: &Grant) -> &[Granting] {
        self.access().statements.on_policy_of(grant)
    }

    /// What the statement of a grant grants, for the first of its grants.
    pub fn granting(&self, grant: &Grant) -> Option<&Granting> {
        let is_it = |first: usize| self.facts.grants.get(first).is_some_and(|own| std::ptr::eq(own, grant));
        self.on_policy_of(grant).iter().find(|own| is_it(own.first))
    }

    fn numbered(&self, numbers: Vec<usize>) -> impl Iterator<Item = (usize, &Grant)> {
        let bindings = numbers.into_iter().filter_map(|number| self.access().grants.binding(number));
        bindings.filter_map(|binding| Some((binding.grant, self.facts.grants.get(binding.grant)?)))
    }

    /// Whether a grant and a service are known to be of one project, by its id.
    pub fn is_one_project(&self, grant: &Grant, service: &Service) -> bool {
        let id = |said: Option<&Value>, at: &Statement| {
            self.project_of(said, at)
                .filter(|project| !project.assumed)
                .and_then(Value::literal)
                .filter(|id| is_project_id(id))
        };
        let own = id(grant.project.as_ref(), &grant.at);
        own.is_some() && own == id(service.project.as_ref(), &service.at)
    }

    /// Whether it is this flag of a command that says who may call a service.
    pub fn is_flag(&self, service: &Service, flag: &str) -> bool {
        self.command_at(&service.at).is_some_and(|command| {
            command.invocation.flag(flag).is_some_and(|used| used.at == service.said && used.value.is_none())
        })
    }

    /// Whether it is by its policy that a deployment opens a service.
    pub fn opens_by_policy(&self, at: &Statement) -> bool {
        self.command_at(at).is_some_and(|command| command.invocation.flag("--allow-unauthenticated").is_some())
    }

    /// The command that a statement is.
    pub fn command_at(&self, at: &Statement) -> Option<&Gcloud> {
        self.commands_of(at.flow).iter().find(|command| command.at.order == at.order && command.at == *at)
    }

    /// Whether something before a grant in its flow gets the policy that it replaces.
    pub fn reads_policy_before(&self, grant: &Grant) -> bool {
        self.commands_of(grant.at.flow)
            .iter()
            .any(|command| command.at.order < grant.at.order && command.invocation.path.ends_with("get-iam-policy"))
    }

    /// Where the same policy that a command changes is given a binding with a condition.
    pub fn conditional_beside(&self, at: &Statement) -> Option<Place> {
        let grant = self.facts.grants.iter().find(|grant| grant.at.order == at.order && grant.at == *at)?;
        let conditional = self.access().statements.conditional.iter();
        let mut others = conditional.filter_map(|number| self.facts.grants.get(*number));
        others.find(|other| other.is_on_policy_of(grant)).map(|other| other.command)
    }

    /// Whether a statement stands in a document that people work through by hand.
    pub fn is_document(&self, at: &Statement) -> bool {
        let path = self.paths.get(at.file.0 as usize).map_or("", String::as_str);
        DOCUMENTS.iter().any(|end| path.ends_with(end))
    }

    /// Whether something here may need a grant.
    pub fn is_needed(&self, grant: &Grant) -> bool {
        let grants = &self.access().grants;
        let Some(number) = grants.number_of(&self.facts, grant) else { return true };
        self.needs().iter().any(|(need, verdict): &(Need, Verdict)| {
            let (Some(account), Some(on)) = (need.account(), &need.on) else {
                // What is not known may be what the grant is for.
                return matches!(verdict, Verdict::Unknown(_))
                    && need.on.as_ref().is_none_or(|on| {
                        grants
                            .binding(number)
                            .is_some_and(|binding| binding.is_on(on, true) != super::grants::Match::No)
                    });
            };
            let matched = grants.matches(number, &self.facts, &account.value, need.permissions, on, &need.at);
            matched != super::grants::Match::No
        })
    }
}
