//! The grants of a project, found by who they are for, what they are on and what they permit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::account::{Key, key, may_be};
use super::names::{Ends, Starts};
use super::resource::Resource;
use super::scope::Scopes;
use super::{Purpose, differ, is_same_account};
use crate::eval::Statement;
use crate::facts::{Authority, CustomRole, Facts, Given, Grant, ResourceKind, Verb};
use crate::gcp::principal::{self, MemberKind, with_stand_ins_open};
use crate::gcp::role::{Role, is_tracked, may_hold};
use crate::source::FileId;
use crate::value::{Truth, Value};

/// What a grant lacks that is near to the one that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Miss {
    /// It was taken away again.
    Removed,
    /// Its role does not hold the permission.
    Role,
    /// It is for somebody else.
    Member,
    /// It is on something else.
    Resource,
}

/// Whether a grant gives somebody a permission on something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It does.
    Yes,
    /// It may; and why it is not sure.
    May(&'static str),
    /// It does not.
    No,
}

/// One policy's binding.
#[derive(Debug)]
pub(super) struct Binding {
    /// The grant, by its number among the facts.
    pub grant: usize,
    /// What the policy is of.
    pub kind: ResourceKind,
    pub resource: Option<Value>,
    pub project: Option<Value>,
    member: Member,
    /// Where in the order of the same flow it is taken away again.
    pub removed: Option<u32>,
    /// What is known of the ends of its member's e-mail, and of the name of the resource.
    ends: (Option<Ends>, Option<Ends>),
}

/// Who a binding is for.
#[derive(Debug)]
enum Member {
    /// A service account, or what may be one.
    Account(Value),
    /// Everyone.
    Everyone,
    /// Several, of whom the account may be one.
    Several(&'static str),
    /// Somebody who is no service account.
    Other,
}

/// The bindings of a project, and where they are found.
#[derive(Debug, Default)]
pub(in crate::project) struct Grants {
    bindings: Vec<Binding>,
    purposes: BTreeMap<Purpose, Found>,
    /// By the key of the member.
    by_member: HashMap<String, Vec<usize>>,
    /// By the key of the resource.
    by_resource: HashMap<(ResourceKind, String), Vec<usize>>,
    /// Whether a role that is made here holds a permission, by the last part of its name.
    roles: BTreeMap<String, Vec<CustomRole>>,
}

/// The bindings that may give what a purpose needs.
#[derive(Debug, Default)]
struct Found {
    /// All of them, by the member's e-mail and by the resource's name.
    starts: (Starts, Starts),
    by_member: HashMap<String, Vec<usize>>,
    /// For members that are not one known account, on a resource of a known name.
    by_resource: HashMap<(ResourceKind, String), Vec<usize>>,
    /// The others.
    rest: Vec<usize>,
}

/// Bindings that are looked at where an index does not help; of more it cannot be told.
const MAX_LOOKED_AT: usize = 5000;

impl Purpose {
    /// The permissions of which one is needed, whatever the kind of target is.
    pub(super) fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Invoke => &["run.routes.invoke", "cloudfunctions.functions.invoke"],
            Self::RunJob => &["run.jobs.run"],
            Self::OverrideJob => &["run.jobs.runWithOverrides"],
            Self::Impersonate => &["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"],
            Self::ReadSecret => &["secretmanager.versions.access"],
            Self::ReceiveEvents => &["eventarc.events.receiveEvent"],
            Self::ActAs => &["iam.serviceAccounts.actAs"],
            Self::Publish => &["run.services.setIamPolicy", "cloudfunctions.functions.setIamPolicy"],
        }
    }
}

impl Grants {
    pub(in crate::project) fn new(
        facts: &Facts,
        scopes: &Scopes,
        policies: &BTreeMap<FileId, Vec<Resource>>,
        resolved: &BTreeSet<usize>,
        paths: &[String],
    ) -> Self {
        let mut grants = Self::default();
        for role in &facts.custom_roles {
            // One without a known name may be any.
            let id = role.id.literal().unwrap_or_default();
            grants.roles.entry(id).or_default().push(role.clone());
        }
        let in_order = |removal: &&Grant| {
            removal.verb == Verb::Remove && paths.get(removal.at.flow.0 as usize).is_some_and(|path| is_script(path))
        };
        let mut removed_in: HashMap<FileId, Vec<&Grant>> = HashMap::new();
        for removal in facts.grants.iter().filter(in_order) {
            removed_in.entry(removal.at.flow).or_default().push(removal);
        }
        let mut holds: HashMap<(Option<String>, bool), [Truth; Purpose::ALL.len()]> = HashMap::new();
        for (number, grant) in facts.grants.iter().enumerate() {
            if grant.verb != Verb::Add || resolved.contains(&number) {
                continue;
            }
            let removals = removed_in.get(&grant.at.flow).into_iter().flatten();
            let removed = removals.filter(|one| takes_away(one, grant)).map(|one| one.at.order).min();
            let own = Resource {
                kind: grant.kind,
                name: grant.resource.clone().unwrap_or_default(),
                project: grant.project.clone(),
                region: None,
            };
            let of_file = policies.get(&grant.at.file).filter(|_| grant.kind == ResourceKind::Unsaid);
            let named = grant.resource.is_some();
            for (resource, named) in match of_file {
                Some(resources) => resources.iter().map(|resource| (resource, true)).collect(),
                None => vec![(&own, named)],
            } {
                let project = resource.project.clone().or_else(|| scopes.at(&grant.at).cloned());
                let member = member(grant);
                let name = named.then(|| open_name(resource.kind, &resource.name));
                // A default may be something else elsewhere, and a wider policy is of other names.
                let account = match &member {
                    Member::Account(account) if !account.assumed => Some(Ends::of(account)),
                    _ => None,
                };
                let on = name.as_ref().filter(|name| !name.assumed && !is_wide(resource.kind)).map(Ends::of);
                let ends = (account, on);
                let binding =
                    Binding { grant: number, kind: resource.kind, resource: name, project, member, removed, ends };
                let held = || {
                    Purpose::ALL.map(|purpose| {
                        let any = purpose.permissions().iter().map(|permission| grants.holds(grant, permission));
                        any.fold(Truth::No, Truth::or)
                    })
                };
                // What is not known is shown alike and need not be the same.
                let held = match grant.role.as_ref().map(|role| (role.value.literal(), role.value.assumed)) {
                    Some((None, _)) => held(),
                    Some((role, assumed)) => *holds.entry((role, assumed)).or_insert_with(held),
                    None => *holds.entry((None, names_none(grant))).or_insert_with(held),
                };
                grants.push(binding, held);
            }
        }
        grants
    }

    fn push(&mut self, binding: Binding, holds: [Truth; Purpose::ALL.len()]) {
        let number = self.bindings.len();
        let member = binding.key();
        let name = binding.resource.as_ref().filter(|name| !name.assumed);
        let resource = name.and_then(Resource::key).map(|name| (group(binding.kind), name));
        // A default may be something else where another script runs.
        let assumed = matches!(&binding.member, Member::Account(account) if account.assumed);
        if let Some(member) = &member {
            self.by_member.entry(member.clone()).or_default().push(number);
        }
        if let Some(name) = &binding.resource {
            self.by_resource.entry((group(binding.kind), shown(name))).or_default().push(number);
        }
        for (purpose, holds) in Purpose::ALL.into_iter().zip(holds) {
            if holds.is_no() {
                continue;
            }
            let found = self.purposes.entry(purpose).or_default();
            let (account, name) = &binding.ends;
            found.starts.0.add(account.as_ref(), number);
            found.starts.1.add(name.as_ref(), number);
            match (&member, &resource) {
                (Some(member), _) if !assumed => found.by_member.entry(member.clone()).or_default().push(number),
                (_, Some(resource)) if !is_wide(binding.kind) && !assumed => {
                    found.by_resource.entry(resource.clone()).or_default().push(number);
                }
                _ => found.rest.push(number),
            }
        }
        self.bindings.push(binding);
    }

    /// Whether the role of a grant holds a permission.
    fn holds(&self, grant: &Grant, permission: &str) -> Truth {
        let Some(role) = &grant.role else {
            // `add-invoker-policy-binding` names none; what else names none may be any.
            let invokes = ["run.routes.invoke", "cloudfunctions.functions.invoke"].contains(&permission);
            return match (names_none(grant), invokes) {
                (true, true) => Truth::Yes,
                (true, false) => Truth::No,
                (false, _) => Truth::Unknown,
            };
        };
        if role.value.assumed {
            // A default that gives it does so as it is written; one that does not may be another role.
            let known = role.value.literal().and_then(|name| Role::find(&name));
            return known.map(|role| role.grants(permission)).filter(|held| held.is_yes()).unwrap_or(Truth::Unknown);
        }
        let Some(name) = role.value.literal() else { return self.custom(&role.value, permission) };
        match Role::find(&name) {
            Some(role) => role.grants(permission),
            None if name.starts_with("roles/") && !may_hold(&name, permission) => Truth::No,
            None => self.custom(&role.value, permission),
        }
    }

    /// The same of a role that may be made here; one that is not known may hold anything.
    fn custom(&self, name: &Value, permission: &str) -> Truth {
        if self.roles.contains_key("") || !is_tracked(permission) {
            return Truth::Unknown;
        }
        let Some(id) = name.split('/').pop().and_then(|id| id.literal()) else { return Truth::Unknown };
        let Some(made) = self.roles.get(&id) else { return Truth::Unknown };
        let gives = |role: &CustomRole| role.permissions.iter().map(|held| held.equals(permission)).collect::<Vec<_>>();
        let all: Vec<Truth> = made.iter().flat_map(gives).collect();
        match () {
            () if all.iter().any(|one| one.is_yes()) => Truth::Yes,
            () if all.iter().any(|one| !one.is_no()) || made.iter().any(|role| role.open) => Truth::Unknown,
            () => Truth::No,
        }
    }

    /// The bindings on policies of resources of a name and kind: a superset of the same.
    pub(super) fn alike(&self, kind: ResourceKind, name: &Value) -> Vec<usize> {
        let all = self.by_resource.get(&(group(kind), shown(name))).into_iter().flatten().copied();
        all.take(MAX_LOOKED_AT).collect()
    }

    /// The binding of a grant.
    pub(super) fn number_of(&self, facts: &Facts, grant: &Grant) -> Option<usize> {
        let is_it = |binding: &Binding| facts.grants.get(binding.grant).is_some_and(|own| std::ptr::eq(own, grant));
        self.bindings.iter().position(is_it)
    }

    pub(super) fn binding(&self, number: usize) -> Option<&Binding> {
        self.bindings.get(number)
    }

    /// The bindings that may give an account what a purpose needs on a resource: a superset. `None` where they are too
    /// many to look at.
    pub(super) fn candidates(&self, purpose: Purpose, account: &Value, on: &Resource) -> Option<Vec<usize>> {
        let Some(found) = self.purposes.get(&purpose) else { return Some(Vec::new()) };
        let named = |value: &Value| !value.assumed;
        let (Key::Named(member), Some(name), true) =
            (key(account), Resource::key(&on.name), named(account) && named(&on.name))
        else {
            let ends = |value: &Value| if value.assumed { Ends::default() } else { Ends::of(value) };
            let (account, name) = (ends(account), ends(&on.name));
            let fits =
                |number: &&usize| self.bindings.get(**number).is_some_and(|binding| binding.fits(&account, &name));
            // Of two indices the one that leaves less to look at; of what may begin with anything, all is left.
            let by_account = (!account.is_open()).then(|| found.starts.0.like(&account));
            let by_name = (!name.is_open()).then(|| found.starts.1.like(&name));
            let count = |lists: &Vec<&[usize]>| lists.iter().map(|list| list.len()).sum::<usize>();
            let lists = [by_account, by_name].into_iter().flatten().min_by_key(count);
            let lists = lists.unwrap_or_else(|| found.starts.1.like(&name));
            let mut all: Vec<usize> = lists.into_iter().flatten().filter(fits).copied().collect();
            all.sort_unstable();
            return (all.len() <= MAX_LOOKED_AT).then_some(all);
        };
        let mut out: Vec<usize> = Vec::new();
        out.extend(found.by_member.get(&member).into_iter().flatten());
        out.extend(found.by_resource.get(&(group(on.kind), name)).into_iter().flatten());
        out.extend(&found.rest);
        (out.len() <= MAX_LOOKED_AT).then_some(out)
    }

    /// Bindings, for whatever, whose member is of this account by name.
    pub(super) fn of_account(&self, account: &Value) -> Vec<usize> {
        let own = |number: &usize| {
            let binding = self.bindings.get(*number);
            binding
                .is_some_and(|binding| matches!(&binding.member, Member::Account(own) if is_same_account(own, account)))
        };
        match key(account) {
            Key::Named(member) => {
                let all = self.by_member.get(&member).into_iter().flatten().copied();
                all.take(MAX_LOOKED_AT).filter(own).collect()
            }
            Key::Open => {
                let ends = Ends::of(account);
                let all = self.bindings.iter().take(MAX_LOOKED_AT).enumerate();
                let fitting = all.filter(|(_, binding)| binding.ends.0.as_ref().is_none_or(|own| own.fit(&ends)));
                fitting.map(|(number, _)| number).filter(own).collect()
            }
        }
    }

    /// Bindings, for whomever, on the policy of this very resource.
    pub(super) fn on_resource(&self, on: &Resource) -> Vec<usize> {
        let own = |number: &usize| {
            let binding = self.bindings.get(*number);
            binding.is_some_and(|binding| on.is_named(binding.kind, binding.resource.as_ref()).is_yes())
        };
        let all = self.by_resource.get(&(group(on.kind), shown(&on.name))).into_iter().flatten().copied();
        all.take(MAX_LOOKED_AT).filter(own).collect()
    }

    /// Whether a binding gives an account one of these permissions on a resource.
    pub(super) fn matches(
        &self,
        number: usize,
        facts: &Facts,
        account: &Value,
        permissions: &[&str],
        on: &Resource,
        at: &Statement,
    ) -> Match {
        let Some(binding) = self.bindings.get(number) else { return Match::No };
        let Some(grant) = facts.grants.get(binding.grant) else { return Match::No };
        let elsewhere = grant.at.flow != at.flow;
        // What is set up before may be taken down as well.
        if binding.removed.is_some_and(|order| elsewhere || order < at.order) {
            return Match::No;
        }
        let all = [
            binding.is_for(account, elsewhere),
            self.permits(binding, grant, permissions, on),
            binding.is_on(on, elsewhere),
            if grant.conditional.is_no() { Match::Yes } else { Match::May("it counts under a condition") },
        ];
        if all.contains(&Match::No) {
            return Match::No;
        }
        all.into_iter().find(|one| *one != Match::Yes).unwrap_or(Match::Yes)
    }

    /// Whether the role of a binding holds one of these permissions.
    pub(super) fn permits(&self, binding: &Binding, grant: &Grant, permissions: &[&str], on: &Resource) -> Match {
        let held = permissions.iter().map(|permission| self.holds(grant, permission));
        let held = held.fold(Truth::No, Truth::or);
        // What a function's own policy gives is another rule's matter.
        let of_function = (on.kind, binding.kind) == (ResourceKind::Function, ResourceKind::Function);
        if of_function && held.is_no() {
            let invokes = ["run.routes.invoke", "cloudfunctions.functions.invoke"];
            let other = invokes.iter().any(|permission| !self.holds(grant, permission).is_no());
            if other && permissions.iter().any(|permission| invokes.contains(permission)) {
                return Match::May("the role is for functions of the other generation");
            }
        }
        match held {
            Truth::Yes => Match::Yes,
            Truth::Unknown => Match::May("what its role holds is not known here"),
            Truth::No => Match::No,
        }
    }
}

impl Binding {
    /// Whether it may be for an account, and on a resource, with these ends: most are not.
    fn fits(&self, account: &Ends, name: &Ends) -> bool {
        let own = |known: &Option<Ends>, ends: &Ends| known.as_ref().is_none_or(|known| known.fit(ends));
        own(&self.ends.0, account) && own(&self.ends.1, name)
    }

    fn key(&self) -> Option<String> {
        match &self.member {
            Member::Account(account) => match key(account) {
                Key::Named(name) => Some(name),
                Key::Open => None,
            },
            _ => None,
        }
    }

    /// Whether it is for an account. What is a default here may be something else where another script runs.
    pub(super) fn is_for(&self, account: &Value, elsewhere: bool) -> Match {
        match &self.member {
            Member::Everyone => Match::Yes,
            Member::Several(why) => Match::May(why),
            Member::Account(own) if is_same_account(own, account) => Match::Yes,
            Member::Account(own) if may_be(own, account) || elsewhere && (own.assumed || account.assumed) => {
                Match::May("who its member is, a variable decides")
            }
            Member::Account(_) | Member::Other => Match::No,
        }
    }

    /// Whether it is on a resource, or on what that lies in.
    pub(super) fn is_on(&self, on: &Resource, elsewhere: bool) -> Match {
        if differ(self.project.as_ref(), on.project.as_ref()) {
            return Match::No;
        }
        match self.kind {
            ResourceKind::Project => {
                let same = match (&self.project, &on.project) {
                    (Some(own), Some(other)) => own.same(other),
                    _ => true,
                };
                if same { Match::Yes } else { Match::May("whether it is this project, a variable decides") }
            }
            ResourceKind::Ancestor => Match::May("whether the project lies in it is not said here"),
            ResourceKind::Unsaid => match &self.resource {
                None => Match::May("what the policy is of is not said here"),
                // What is declared names a thing of whatever kind.
                Some(name) => {
                    let is_it = on.is_named(on.kind, Some(name)).is_yes()
                        || on.name.split_once('@').is_some_and(|(own, _)| own.same(name));
                    if is_it { Match::Yes } else { Match::No }
                }
            },
            _ => match on.is_named(self.kind, self.resource.as_ref()) {
                Truth::Yes => Match::Yes,
                Truth::Unknown => Match::May("what it is on, a variable decides"),
                Truth::No => {
                    let assumed = self.resource.as_ref().is_some_and(|own| own.assumed) || on.name.assumed;
                    let kinds = !on.is_named(self.kind, None).is_no();
                    if elsewhere && assumed && kinds {
                        Match::May("what it is on, a variable decides")
                    } else {
                        Match::No
                    }
                }
            },
        }
    }
}

/// A name in which what stands for something else is a hole. Secrets may have names in capitals.
fn open_name(kind: ResourceKind, name: &Value) -> Value {
    if kind == ResourceKind::Secret { name.clone() } else { with_stand_ins_open(name) }
}

/// By what a name is found among those that are surely the same.
fn shown(name: &Value) -> String {
    name.to_string().to_ascii_lowercase().replace('_', "-")
}

/// Services and functions share their names.
fn group(kind: ResourceKind) -> ResourceKind {
    if kind == ResourceKind::Function { ResourceKind::RunService } else { kind }
}

/// Whether a grant names no role since it is that of callers: `add-invoker-policy-binding`.
fn names_none(grant: &Grant) -> bool {
    grant.member.is_some() && grant.authority == Authority::Adds
}

fn member(grant: &Grant) -> Member {
    let Some(given) = &grant.member else { return Member::Several("who its member is, is not seen here") };
    let member = principal::parse(&given.value);
    match member.kind {
        MemberKind::AllUsers | MemberKind::AllAuthenticatedUsers => Member::Everyone,
        MemberKind::ServiceAccount | MemberKind::Missing => Member::Account(with_stand_ins_open(&member.id)),
        MemberKind::Group => Member::Several("who is in the group is not said here"),
        MemberKind::ProjectOwner | MemberKind::ProjectEditor | MemberKind::ProjectViewer => {
            Member::Several("who has that role in the project is not all said here")
        }
        MemberKind::PrincipalSet if may_hold_accounts(&given.value) => Member::Several("the set may hold the account"),
        MemberKind::Open => Member::Several("who its member is, a variable decides"),
        MemberKind::Unknown(_) => Member::Several("what its member is, is not known"),
        MemberKind::User
        | MemberKind::Domain
        | MemberKind::Principal
        | MemberKind::PrincipalSet
        | MemberKind::Deleted => Member::Other,
    }
}

/// Sets of service accounts are those of a project, folder or organization; the others are of identities from elsewhere.
fn may_hold_accounts(member: &Value) -> bool {
    !member.starts_with("principalSet://iam.googleapis.com/").is_yes()
}

/// Whether policies of a kind are of more than one thing.
fn is_wide(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Project | ResourceKind::Ancestor | ResourceKind::Unsaid)
}

/// Whether a file is run from its first line to its last: targets of a Makefile and jobs of CI are started one by one.
fn is_script(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    match name.rsplit_once('.') {
        Some((_, end)) => ["sh", "bash", "zsh", "ksh", "ps1", "bat", "cmd", "py", "js", "ts", "md"].contains(&end),
        None => !name.ends_with("file"),
    }
}

/// Whether a removal surely undoes a grant that stands before it in the same flow.
fn takes_away(removal: &Grant, grant: &Grant) -> bool {
    let same = |a: Option<&Given>, b: Option<&Given>| match (a, b) {
        (Some(a), Some(b)) => a.value.same(&b.value),
        (None, None) => true,
        _ => false,
    };
    removal.at.order > grant.at.order
        && !removal.at.loose
        && (removal.at.under.is_always() || removal.at.under == grant.at.under)
        && removal.conditional == grant.conditional
        && removal.is_on_policy_of(grant)
        && same(removal.member.as_ref(), grant.member.as_ref())
        && same(removal.role.as_ref(), grant.role.as_ref())
}
