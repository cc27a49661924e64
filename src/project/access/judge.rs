//! Whether the grants of a project meet a need.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::account::{Key, key};
use super::grants::{Binding, Grants, Match, Miss};
use super::names::Names;
use super::resource::Resource;
use super::scope::Scopes;
use super::statements::Statements;
use super::{Actor, Doubt, Missing, Need, Principal, Purpose, Verdict, differ, is_same_account};
use crate::facts::{Authority, EntryKind, Exposure, Facts, ResourceKind, Service};
use crate::gcp::principal::{self, is_default_account};
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::project::shown::Spoken;
use crate::project::{Project, Shown, is_same_service};
use crate::source::{FileId, Span};
use crate::value::{Place, Value, may_equal};

/// Letters of an account's name that a text is searched for: shorter ones are words of other things.
const SHORTEST: usize = 4;

/// The needs of a project with their verdicts, and what they are judged by.
#[derive(Debug, Default)]
pub(in crate::project) struct Access {
    pub grants: Grants,
    pub scopes: Scopes,
    services: Names,
    deployments: Names,
    handed: HashSet<String>,
    /// The flows that grant anything.
    granting: BTreeSet<FileId>,
    /// What texts speak of beside grants that were read.
    spoken: HashMap<String, Vec<usize>>,
    /// What each statement grants on one policy, by the policy.
    pub statements: Statements,
    policies: BTreeMap<FileId, Vec<Resource>>,
}

impl Access {
    pub(in crate::project) fn new(
        facts: &Facts,
        policies: &BTreeMap<FileId, Vec<Resource>>,
        paths: &[String],
        shown: &Shown,
    ) -> Self {
        let scopes = Scopes::new(facts);
        let (policies, resolved) = policy_files(facts, policies, paths);
        let handed = facts.handed.iter().filter_map(Value::literal).filter(|text| !text.is_empty());
        Self {
            grants: Grants::new(facts, &scopes, &policies, &resolved, paths),
            services: Names::new(facts.services.iter().map(|service| service.name.as_ref())),
            deployments: Names::new(facts.deployments.iter().map(|deployment| deployment.target.name.as_ref())),
            handed: handed.map(|text| text.to_ascii_lowercase()).collect(),
            statements: Statements::new(facts),
            spoken: beside(facts, shown),
            granting: facts.grants.iter().map(|grant| grant.at.flow).collect(),
            scopes,
            policies,
        }
    }
}

/// What texts speak of beside grants that were read, by the words around it: numbers among [`Shown::spoken`].
fn beside(facts: &Facts, shown: &Shown) -> HashMap<String, Vec<usize>> {
    let mut read: BTreeMap<FileId, BTreeSet<Span>> = BTreeMap::new();
    for grant in &facts.grants {
        read.entry(grant.at.file).or_default().insert(grant.at.span);
    }
    let is_read = |spoken: &Spoken| {
        let within = |span: &Span| span.start <= spoken.at && spoken.at < span.end;
        read.get(&spoken.file).is_some_and(|spans| spans.iter().any(within))
    };
    let mut beside: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, spoken) in shown.spoken.iter().enumerate().filter(|(_, spoken)| !is_read(spoken)) {
        let words = spoken.around.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        for word in words.filter(|word| word.len() >= SHORTEST).collect::<BTreeSet<_>>() {
            beside.entry(word.to_owned()).or_default().push(number);
        }
    }
    beside
}

/// Which policies the files of a project hold, and the commands whose files are here.
fn policy_files(
    facts: &Facts,
    declared: &BTreeMap<FileId, Vec<Resource>>,
    paths: &[String],
) -> (BTreeMap<FileId, Vec<Resource>>, BTreeSet<usize>) {
    let mut policies = declared.clone();
    let mut resolved = BTreeSet::new();
    let held: BTreeSet<FileId> =
        facts.grants.iter().filter(|grant| grant.kind == ResourceKind::Unsaid).map(|grant| grant.at.file).collect();
    for (number, grant) in facts.grants.iter().enumerate() {
        let Some(file) = grant.file.as_ref().map(Value::known_suffix).filter(|file| !file.is_empty()) else { continue };
        let file = file.trim_start_matches("./").trim_start_matches('/');
        let is_it = |id: &&FileId| {
            let path = paths.get(id.0 as usize).map_or("", String::as_str);
            path.strip_suffix(file).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        let found: Vec<FileId> = held.iter().filter(is_it).copied().collect();
        if let ([only], Some(name)) = (found.as_slice(), &grant.resource) {
            let (kind, project) = (grant.kind, grant.project.clone());
            policies.entry(*only).or_default().push(Resource { kind, name: name.clone(), project, region: None });
            resolved.insert(number);
        }
    }
    (policies, resolved)
}

/// Whether Google may have granted a default account a permission of its own accord: the accounts of Compute Engine, App
/// Engine and its own APIs may hold Editor, the one of Cloud Build the role of builds
/// (<https://cloud.google.com/iam/docs/service-account-types#default>, checked 2026-11-21).
fn may_hold_of_itself(email: &Value, permissions: &[&str]) -> bool {
    let role = if email.contains("@cloudbuild.").is_yes() { "roles/cloudbuild.builds.builder" } else { "roles/editor" };
    Role::find(role).is_none_or(|role| permissions.iter().any(|permission| !role.grants(permission).is_no()))
}

impl Project {
    pub(in crate::project) fn access(&self) -> &Access {
        self.access.get_or_init(|| Access::new(&self.facts, &self.policies, &self.paths, &self.shown))
    }

    /// The needs of the project, each with whether it is met.
    pub fn needs(&self) -> &[(Need, Verdict)] {
        self.judged.get_or_init(|| {
            let judged = super::gather::needs(self).into_iter().map(|need| {
                let verdict = self.judge(&need);
                (need, verdict)
            });
            judged.collect()
        })
    }

    /// Whether a need is the first call of the project of which only an advice may be given: neither its account nor its
    /// target is granted anything here.
    pub fn is_first_unmanaged(&self, need: &Need) -> bool {
        let unmanaged = |(need, verdict): &&(Need, Verdict)| {
            need.purpose == Purpose::Invoke && matches!(verdict, Verdict::Missing(missing) if !missing.is_managed())
        };
        self.needs().iter().find(unmanaged).is_some_and(|(first, _)| std::ptr::eq(first, need))
    }

    /// The statements about services that may have a name.
    pub(in crate::project) fn services_named<'p>(&'p self, name: &Value) -> impl Iterator<Item = &'p Service> {
        let numbers = self.access().services.like(name);
        numbers.into_iter().filter_map(|number| self.facts.services.get(number))
    }

    /// The deployments that may have a name.
    pub(super) fn deployments_named<'p>(&'p self, name: &Value) -> impl Iterator<Item = &'p crate::facts::Deployment> {
        let numbers = self.access().deployments.like(name);
        numbers.into_iter().filter_map(|number| self.facts.deployments.get(number))
    }

    /// Whether a need is met.
    pub fn judge(&self, need: &Need) -> Verdict {
        let Some(on) = &need.on else { return Verdict::Unknown(Doubt::Target(need.target)) };
        let is_proxy = need.actor == Actor::Proxy;
        let exposed = matches!(need.purpose, Purpose::Invoke).then(|| {
            // That it stands in front does not open the service to it.
            if is_proxy && self.opened(on, |service| !self.is_iap(service)).is_none() {
                (Exposure::Private, None)
            } else {
                self.exposure_of(on)
            }
        });
        if let Some((Exposure::Open, place)) = exposed {
            return place.map_or(Verdict::Unknown(Doubt::Exposure), Verdict::Open);
        }
        let account = match &need.principal {
            Principal::Account(account) => account,
            Principal::Default => return Verdict::Unknown(Doubt::DefaultAccount),
            Principal::Unknown(given) => return Verdict::Unknown(Doubt::Account(given.as_ref().map(|given| given.at))),
        };
        let access = self.access();
        let Some(candidates) = access.grants.candidates(need.purpose, &account.value, on) else {
            return Verdict::Unknown(Doubt::Account(None));
        };
        let mut doubt = None;
        for number in candidates {
            let grant = access.grants.binding(number).map(|binding| binding.grant);
            let matched = access.grants.matches(number, &self.facts, &account.value, need.permissions, on, &need.at);
            match (matched, grant) {
                (Match::Yes, Some(grant)) => return Verdict::Granted(grant),
                (Match::May(why), Some(grant)) if doubt.is_none() => doubt = Some(Doubt::Grant(grant, why)),
                _ => {}
            }
        }
        if let Some(doubt) = doubt {
            return Verdict::Unknown(doubt);
        }
        if is_default_account(&account.value) && may_hold_of_itself(&account.value, need.permissions) {
            return Verdict::Unknown(Doubt::DefaultAccount);
        }
        if self.is_handed(&account.value) || self.is_handed(&on.name) {
            return Verdict::Unknown(Doubt::Handed);
        }
        if let Some((exposure, _)) = exposed
            && exposure != Exposure::Private
        {
            return Verdict::Unknown(Doubt::Exposure);
        }
        if let Some(doubt) = self.spoken_of(&account.value, need.permissions) {
            return Verdict::Unknown(doubt);
        }
        self.missing(need, &account.value, on)
    }

    /// Where a text that no grant was read from names an account beside a role that holds a permission.
    fn spoken_of(&self, account: &Value, permissions: &[&str]) -> Option<Doubt> {
        let Key::Named(name) = key(account) else { return None };
        let name = Some(name).filter(|name| name.len() >= SHORTEST && !name.contains('.'))?.to_ascii_lowercase();
        let holds = |role: Role| permissions.iter().any(|permission| !role.grants(permission).is_no());
        let beside = self.access().spoken.get(&name).into_iter().flatten();
        let mut beside = beside.filter_map(|number| self.shown.spoken.get(*number));
        let found = beside.find(|spoken| spoken.role.is_none_or(holds));
        found.map(|spoken| Doubt::Spoken(spoken.file, spoken.at))
    }

    fn missing(&self, need: &Need, account: &Value, on: &Resource) -> Verdict {
        let grants = &self.access().grants;
        let (of_account, on_resource) = (grants.of_account(account), grants.on_resource(on));
        let made = self.made(on);
        // What is deployed on must be known here; accounts, secrets and projects are known by their names.
        if matches!(on.kind, ResourceKind::RunService | ResourceKind::Function | ResourceKind::RunJob)
            && made.is_empty()
        {
            return Verdict::Unknown(Doubt::Target(need.target));
        }
        let near = |number: usize| -> Option<(Miss, usize, usize)> {
            let binding = grants.binding(number)?;
            let grant = self.facts.grants.get(binding.grant)?;
            if binding.removed.is_some() {
                let same = binding.is_for(account, false) != Match::No && binding.is_on(on, false) != Match::No;
                return same.then_some((Miss::Removed, 0, binding.grant));
            }
            let role = grants.permits(binding, grant, need.permissions, on) != Match::No;
            let member = binding.is_for(account, false) != Match::No;
            let resource = binding.is_on(on, false) != Match::No;
            match (role, member, resource) {
                (true, false, true) => Some((Miss::Member, 0, binding.grant)),
                (false, true, true) if binding.kind == on.kind => Some((Miss::Role, 0, binding.grant)),
                (true, true, false) => Some((Miss::Resource, 0, binding.grant)),
                // Of a project, any role is on the resource.
                (false, true, true) => Some((Miss::Role, 1, binding.grant)),
                _ => None,
            }
        };
        let rank = |miss: Miss| match miss {
            Miss::Removed => 0,
            Miss::Role => 1,
            Miss::Resource => 2,
            Miss::Member => 3,
        };
        let all: BTreeSet<usize> = of_account.iter().chain(&on_resource).copied().collect();
        let nearest = all.into_iter().filter_map(near).min_by_key(|(miss, less, grant)| (*less, rank(*miss), *grant));
        let on_resource =
            on_resource.iter().filter_map(|number| grants.binding(*number)).any(|binding| self.says_who(binding));
        Verdict::Missing(Missing {
            nearest: nearest.map(|(miss, _, grant)| (grant, miss)),
            knows_account: !of_account.is_empty() || self.makes_account(need, account),
            knows_resource: on_resource,
            one_flow: made.iter().any(|(flow, _)| *flow == need.at.flow) && self.grants_in(need, account),
            made: made.first().map(|(_, place)| *place),
        })
    }

    /// Whether the flow of a need makes the account, so that what it needs is due there as well.
    fn makes_account(&self, need: &Need, account: &Value) -> bool {
        let here =
            |(made, at): &(Value, crate::eval::Statement)| at.flow == need.at.flow && is_same_account(made, account);
        self.facts.made_accounts.iter().any(here)
    }

    /// Whether the account is made anywhere here, or the flow of a need grants anyone anything: then grants are made here.
    fn grants_in(&self, need: &Need, account: &Value) -> bool {
        self.facts.made_accounts.iter().any(|(made, _)| is_same_account(made, account))
            || self.access().granting.contains(&need.at.flow)
    }

    /// Whether a binding says for whom it is, or what they may do: access to its resource is managed here.
    fn says_who(&self, binding: &Binding) -> bool {
        self.facts.grants.get(binding.grant).is_some_and(|grant| grant.member.is_some() || grant.role.is_some())
    }

    /// Where a resource is surely made here: the flow, and the place.
    fn made(&self, on: &Resource) -> Vec<(FileId, Place)> {
        if !matches!(on.kind, ResourceKind::RunService | ResourceKind::Function | ResourceKind::RunJob) {
            return Vec::new();
        }
        let is_it = |deployment: &&crate::facts::Deployment| {
            let named = |name: &Value| {
                on.is_named(super::kind_of(deployment.target.kind).unwrap_or(ResourceKind::Other), Some(name))
            };
            deployment.target.name.as_ref().is_some_and(|name| named(name).is_yes())
                && !differ(self.project_of(deployment.target.project.as_ref(), &deployment.at), on.project.as_ref())
        };
        self.deployments_named(&on.name).filter(is_it).map(|deployment| (deployment.at.flow, deployment.said)).collect()
    }

    /// The project that a statement is about: the one that it names, else the one that its flow was told before.
    pub(super) fn project_of<'p>(&'p self, said: Option<&'p Value>, at: &crate::eval::Statement) -> Option<&'p Value> {
        said.or_else(|| self.access().scopes.at(at))
    }

    /// Whether a module that is not here is handed this name, and may grant something to it or on it.
    fn is_handed(&self, name: &Value) -> bool {
        let handed = &self.access().handed;
        // An account may be handed by its id.
        let id = name.split_once('@').and_then(|(id, _)| id.literal());
        if id.is_some_and(|id| handed.contains(&id.to_ascii_lowercase())) {
            return true;
        }
        let literal = name.literal().map(|name| name.to_ascii_lowercase());
        match literal {
            Some(name) => handed.contains(&name) || handed.contains(&format!("serviceaccount:{name}")),
            None => self.facts.handed.iter().any(|handed| {
                handed.same(name) || handed.strip_prefix("serviceAccount:").is_some_and(|handed| handed.same(name))
            }),
        }
    }

    /// The statements about services of a name, without those of projects that are others.
    fn services_at<'p>(&'p self, on: &'p Resource) -> impl Iterator<Item = &'p Service> {
        let here =
            |service: &&Service| !differ(self.project_of(service.project.as_ref(), &service.at), on.project.as_ref());
        self.services_named(&on.name).filter(here)
    }

    /// Whether a grant of another flow opens a service to everyone: one of the same flow is made by whoever deploys it.
    pub fn is_granted_to_everyone(&self, on: &Resource, flow: FileId) -> bool {
        self.opened(on, |service| !service.deploys && service.at.flow != flow).is_some()
    }

    /// Where something may open a service to everyone, or put IAP in front of it.
    fn opened(&self, on: &Resource, counts: impl Fn(&Service) -> bool) -> Option<Place> {
        let may = |service: &Service| match (&service.name, self.access().policies.get(&service.at.file)) {
            (Some(name), _) => is_same_service(name, &on.name) || may_equal(name, &on.name, &[]),
            (None, Some(of)) if !service.deploys => {
                of.iter().any(|resource| !on.is_named(resource.kind, Some(&resource.name)).is_no())
            }
            (None, _) => true,
        };
        self.services_at(on)
            .find(|service| service.exposure == Exposure::Open && may(service) && counts(service))
            .map(|service| service.said)
    }

    /// Whether it is IAP that makes a service open.
    fn is_iap(&self, service: &Service) -> bool {
        let is_it = |entry: &crate::facts::Entry| matches!(entry.kind, EntryKind::Iap(_)) && entry.said == service.said;
        self.facts.entries.iter().any(is_it)
    }

    /// Who may call a service or function, and where that is said.
    pub(in crate::project) fn exposure_of(&self, on: &Resource) -> (Exposure, Option<Place>) {
        if let Some(open) = self.opened(on, |_| true) {
            return (Exposure::Open, Some(open));
        }
        let on_resource = self.access().grants.on_resource(on);
        let bindings = on_resource.iter().filter_map(|number| self.access().grants.binding(*number));
        let grants: Vec<_> = bindings.filter_map(|binding| self.facts.grants.get(binding.grant)).collect();
        // What a file that is not here holds may be for everyone.
        if grants.iter().any(|grant| {
            grant.wording == Wording::Command && grant.authority == Authority::Policy && grant.member.is_none()
        }) {
            return (Exposure::Unknown, None);
        }
        let names_invoker = || {
            grants.iter().any(|grant| {
                grant.member.as_ref().is_some_and(|member| principal::parse(&member.value).kind.is_named())
            })
        };
        let surely = |service: &&Service| {
            service.deploys && service.name.as_ref().is_some_and(|name| is_same_service(name, &on.name))
        };
        let mut exposure = (Exposure::Unknown, None);
        for service in self.services_at(on).filter(surely) {
            match service.exposure {
                Exposure::Private => return (Exposure::Private, Some(service.said)),
                Exposure::Granted | Exposure::Unknown if names_invoker() => {
                    exposure = (Exposure::Private, Some(service.said));
                }
                _ => {}
            }
        }
        exposure
    }
}
