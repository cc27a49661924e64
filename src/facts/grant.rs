//! Changes of IAM policies, and the roles that are made for them.

use super::{Exposure, Facts, Given, Service, given};
use crate::eval::{Circumstances, Run, Statement};
use crate::gcp::invocation::{Invocation, items};
use crate::gcp::principal::{self, MemberKind};
use crate::gcp::role::Role;
use crate::gcp::wording::Wording;
use crate::value::{Place, Truth, Value};

/// Whether a binding comes or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It is added.
    Add,
    /// It is taken away.
    Remove,
}

/// The kinds of resources whose policies are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceKind {
    /// A project.
    Project,
    /// A folder or an organization.
    Ancestor,
    /// A Cloud Run service.
    RunService,
    /// A Cloud Run job.
    RunJob,
    /// A function, of either generation.
    Function,
    /// A service account, as the thing that others use.
    ServiceAccount,
    /// A secret.
    Secret,
    /// Something else, which is known to be none of these.
    Other,
    /// The file does not say what the policy is of.
    Unsaid,
}

/// What a change does to the grants of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// Nothing.
    Adds,
    /// It is all that the role has: other members lose it.
    Role,
    /// It is the whole policy: what it does not hold is gone.
    Policy,
}

/// A change of an IAM policy.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whether it comes or goes.
    pub verb: Verb,
    /// What the policy is of.
    pub kind: ResourceKind,
    /// Its name.
    pub resource: Option<Value>,
    /// What names it in a declaration, as it is written there.
    pub named: Option<Given>,
    /// The project that it lies in, where that is said.
    pub project: Option<Value>,
    /// Its region, where that is said.
    pub region: Option<Value>,
    /// In whose words it is made.
    pub wording: Wording,
    /// The role; the invoker's where a command grants that and takes none.
    pub role: Option<Given>,
    /// Who is meant; nobody knows where there is none.
    pub member: Option<Given>,
    /// The same in a declaration, as it is written there.
    pub member_named: Option<Given>,
    /// Whether it counts under a condition alone.
    pub conditional: Truth,
    /// What it does to the grants of others.
    pub authority: Authority,
    /// The file that holds the whole policy, for a command that takes it from there.
    pub file: Option<Value>,
    /// Where the command stands, without its flags, or the head of what declares it.
    pub command: Place,
    /// The statement.
    pub at: Statement,
}

impl Grant {
    /// Whether another grant surely is on the same policy: both say the same of where it is, or neither says anything.
    pub fn is_on_policy_of(&self, other: &Self) -> bool {
        let alike = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        };
        self.kind == other.kind
            && self.resource.is_some()
            && alike(&self.resource, &other.resource)
            && alike(&self.project, &other.project)
            && alike(&self.region, &other.region)
    }

    /// A grant that is made elsewhere and declared in a configuration, which is no flow; with its lines.
    pub fn declared(
        on: Option<(ResourceKind, Value)>,
        role: Given,
        member: Given,
        (said, lines): (Place, Place),
        number: u32,
    ) -> Self {
        let (kind, resource) = on.map_or((ResourceKind::Project, None), |(kind, name)| (kind, Some(name)));
        Self {
            verb: Verb::Add,
            kind,
            project: resource.clone().filter(|_| kind == ResourceKind::Project),
            resource,
            named: None,
            region: None,
            wording: Wording::Declared,
            role: Some(role),
            member: Some(member),
            member_named: None,
            conditional: Truth::No,
            authority: Authority::Adds,
            file: None,
            command: said,
            at: Statement {
                file: said.file,
                span: lines.span,
                sites: Vec::new(),
                flow: said.file,
                order: number,
                loose: true,
                under: Circumstances::default(),
            },
        }
    }
}

/// A role that is made here.
#[derive(Debug, Clone)]
pub struct CustomRole {
    /// The last part of its name.
    pub id: Value,
    /// The permissions that it is given.
    pub permissions: Vec<Value>,
    /// Whether it may be given more than are seen.
    pub open: bool,
}

/// Commands that change a binding, and the kind of resource that each is for.
const GROUPS: &[(&str, ResourceKind)] = &[
    ("projects", ResourceKind::Project),
    ("organizations", ResourceKind::Ancestor),
    ("resource-manager folders", ResourceKind::Ancestor),
    ("run services", ResourceKind::RunService),
    ("run jobs", ResourceKind::RunJob),
    ("functions", ResourceKind::Function),
    ("iam service-accounts", ResourceKind::ServiceAccount),
    ("secrets", ResourceKind::Secret),
];

pub(super) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let Some((group, command)) = invocation.path.rsplit_once(' ') else { return };
    if invocation.guessed {
        return;
    }
    match (group, command) {
        ("iam roles", "create" | "update") => return role(facts, invocation),
        ("iam service-accounts", "create") => {
            facts.made_accounts.extend(made_account(invocation).map(|email| (email, run.at.clone())));
            return;
        }
        _ => {}
    }
    let (verb, authority) = match command {
        "add-iam-policy-binding" | "add-invoker-policy-binding" => (Verb::Add, Authority::Adds),
        "remove-iam-policy-binding" | "remove-invoker-policy-binding" => (Verb::Remove, Authority::Adds),
        "set-iam-policy" => (Verb::Add, Authority::Policy),
        _ => return,
    };
    let kind = GROUPS.iter().find(|(known, _)| *known == group).map_or(ResourceKind::Other, |(_, kind)| *kind);
    let whole = invocation.positionals.first();
    // `projects/P/secrets/NAME`
    let (named_project, resource) = match whole {
        Some(whole) => (project_in(whole), Some(last(whole))),
        None => (None, None),
    };
    let project = match kind {
        ResourceKind::Project => resource.clone(),
        _ => named_project.or_else(|| invocation.value("--project").cloned()),
    };
    let file = invocation.positionals.get(1).filter(|_| authority == Authority::Policy).cloned();
    let grant = Grant {
        verb,
        kind,
        resource,
        named: None,
        project,
        region: invocation.value("--region").cloned(),
        wording: Wording::Command,
        // `add-invoker-policy-binding` refuses the flag.
        role: invocation.flag("--role").filter(|flag| flag.known.is_some()).and_then(Given::of),
        member: given(invocation, "--member"),
        member_named: None,
        conditional: conditional(invocation),
        authority,
        file,
        command: invocation.at,
        at: run.at.clone(),
    };
    facts.services.extend(exposure(&grant));
    facts.grants.push(grant);
}

fn conditional(invocation: &Invocation) -> Truth {
    match invocation.value("--condition") {
        Some(condition) => condition.equals("None").negate(),
        None if invocation.flag("--condition-from-file").is_some() => Truth::Yes,
        None => invocation.has("--condition"),
    }
}

/// A name without what is around it.
pub(super) fn last(value: &Value) -> Value {
    value.split('/').pop().unwrap_or_default()
}

/// The project of a full name.
pub(super) fn project_in(value: &Value) -> Option<Value> {
    value.strip_prefix("projects/")?.split_once('/').map(|(project, _)| project)
}

/// `gcloud iam roles create runner --project=P --permissions=run.jobs.run`
fn role(facts: &mut Facts, invocation: &Invocation) {
    let Some(id) = invocation.positionals.first() else { return };
    let lists: Vec<&Value> =
        ["--permissions", "--add-permissions"].iter().filter_map(|flag| invocation.value(flag)).collect();
    let permissions: Vec<Value> = lists.iter().flat_map(|list| items(list)).collect();
    let open = invocation.open
        || lists.is_empty()
        || lists.iter().any(|list| !list.is_literal())
        || invocation.path.ends_with("update");
    facts.custom_roles.push(CustomRole { id: last(id), permissions, open });
}

fn made_account(invocation: &Invocation) -> Option<Value> {
    let id = invocation.positionals.first()?;
    let near = |text: &str| Some(Value::text(text, Place { exact: false, ..id.place()? }));
    let mut email = id.clone();
    email.append(&near("@")?);
    match invocation.value("--project") {
        Some(project) => email.append(project),
        None => email.append(&Value::unknown(Place { exact: false, ..id.place()? })),
    }
    email.append(&near(".iam.gserviceaccount.com")?);
    Some(email)
}

/// A public grant says as much of a service as its deployment does. Members of a
/// declaration that are not known may be everyone.
pub(super) fn exposure(grant: &Grant) -> Option<Service> {
    let function = match grant.kind {
        ResourceKind::RunService | ResourceKind::Unsaid => false,
        ResourceKind::Function => true,
        _ => return None,
    };
    let (public, said) = match &grant.member {
        Some(member) => {
            let kind = principal::parse(&member.value).kind;
            let public = matches!(kind, MemberKind::AllUsers | MemberKind::AllAuthenticatedUsers | MemberKind::Open);
            (public, member.at)
        }
        None => (grant.wording != Wording::Command, grant.command),
    };
    let invokes = match grant.role.as_ref().and_then(|role| role.value.literal()) {
        // `add-invoker-policy-binding` names no role; a hole may be the invoker's.
        None => true,
        Some(name) => Role::find(&name).is_none_or(|role| {
            !role.grants("run.routes.invoke").is_no() || !role.grants("cloudfunctions.functions.invoke").is_no()
        }),
    };
    (grant.verb == Verb::Add && public && invokes).then(|| Service {
        function,
        deploys: false,
        second_generation: Truth::Unknown,
        name: grant.resource.clone(),
        project: grant.project.clone(),
        exposure: Exposure::Open,
        unchecked: Truth::Unknown,
        said,
        at: grant.at.clone(),
    })
}
