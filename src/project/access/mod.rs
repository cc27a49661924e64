//! Who needs which permission on what, and whether a grant of the project gives it.
//!
//! Three answers: a grant gives it; it cannot be told, and this decides; no grant in these files may give it. Absence is
//! claimed only where account and resource are known and no grant *may* match.

mod account;
mod advice;
mod asked;
mod gather;
mod grants;
mod judge;
mod names;
mod resource;
mod scope;
mod statements;
mod told;

use crate::eval::Statement;
use crate::facts::{Given, ResourceKind, Target, TargetKind};
use crate::gcp::wording::Wording;
use crate::source::FileId;
use crate::value::{Place, Value};

pub use account::is_same_account;
pub use advice::Due;
pub use grants::Miss;
pub(super) use judge::Access;
pub use resource::Resource;
pub use scope::differ;
pub use statements::Granting;
pub use told::Told;

/// What a permission is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    /// To call a service or function.
    Invoke,
    /// To run a job.
    RunJob,
    /// To run a job with other arguments or variables than it was deployed with.
    OverrideJob,
    /// To have a token of an account.
    Impersonate,
    /// To read a secret.
    ReadSecret,
    /// To have events delivered.
    ReceiveEvents,
    /// To deploy what runs as an account.
    ActAs,
    /// To open a service to everyone.
    Publish,
}

/// What acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// A Cloud Scheduler job.
    SchedulerJob,
    /// A Cloud Tasks task.
    Task,
    /// A Pub/Sub push subscription.
    PushSubscription,
    /// An Eventarc trigger.
    Trigger,
    /// A step of a workflow.
    WorkflowStep,
    /// A command of a script or of CI.
    Command,
    /// A service, job or function.
    Deployed(TargetKind),
    /// Identity-Aware Proxy.
    Proxy,
}

/// Who an actor is.
#[derive(Debug, Clone)]
pub enum Principal {
    /// This account, which is known by its name.
    Account(Given),
    /// An account that a hole decides.
    Unknown(Option<Given>),
    /// The default account of the project, which may hold Editor.
    Default,
}

/// A permission that somebody needs on something.
#[derive(Debug, Clone)]
pub struct Need {
    /// What for.
    pub purpose: Purpose,
    /// What acts.
    pub actor: Actor,
    /// The name of what acts, where it has one.
    pub name: Option<Value>,
    /// Who it is.
    pub principal: Principal,
    /// On what; `None` where it is not known.
    pub on: Option<Resource>,
    /// Permissions of which one is enough.
    pub permissions: &'static [&'static str],
    /// Where the account is named, or what needs it.
    pub place: Place,
    /// Where the target is named.
    pub target: Option<Place>,
    /// Where code makes the call, for what is deployed.
    pub code: Option<Place>,
    /// In whose words it is set up.
    pub wording: Wording,
    /// The statement.
    pub at: Statement,
}

/// Whether a need is met.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Anyone may, or something else is asked of callers: said here.
    Open(Place),
    /// A grant gives it, by its number among the facts.
    Granted(usize),
    /// It cannot be told.
    Unknown(Doubt),
    /// No grant here may give it.
    Missing(Missing),
}

/// What decides whether a need is met.
#[derive(Debug, Clone)]
pub enum Doubt {
    /// Who acts is not known.
    Account(Option<Place>),
    /// What it acts on is not known.
    Target(Option<Place>),
    /// Whether the target is open to everyone is not said here.
    Exposure,
    /// This grant may give it; why it is not sure.
    Grant(usize, &'static str),
    /// The default account may hold Editor.
    DefaultAccount,
    /// A module that is not here is handed the account or the target.
    Handed,
    /// A text that is not understood names the account beside a role that holds the permission, or what sets a policy.
    Spoken(FileId, u32),
}

/// A grant that is not there.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The grant that comes nearest, by its number among the facts, and what it lacks.
    pub nearest: Option<(usize, Miss)>,
    /// Whether the project grants this account anything, or the flow makes it.
    pub knows_account: bool,
    /// Whether the project grants anyone anything on this resource.
    pub knows_resource: bool,
    /// Whether what acts and what it acts on are set up in one flow.
    pub one_flow: bool,
    /// Where the resource is made here.
    pub made: Option<Place>,
}

impl Missing {
    /// Whether the project manages access for the account or the resource, so that it may be missed here.
    pub fn is_managed(&self) -> bool {
        self.knows_account || self.knows_resource || self.one_flow
    }
}

impl Actor {
    /// As a message names it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::SchedulerJob => "Cloud Scheduler job",
            Self::Task => "Cloud Tasks task",
            Self::PushSubscription => "push subscription",
            Self::Trigger => "Eventarc trigger",
            Self::WorkflowStep => "Workflows step",
            Self::Command => "command",
            Self::Deployed(kind) => kind.shown(),
            Self::Proxy => "Identity-Aware Proxy",
        }
    }
}

impl Need {
    /// What acts, as a message begins with it.
    pub fn subject(&self) -> String {
        match (&self.name, self.actor) {
            (_, Actor::Proxy) => "Identity-Aware Proxy".to_owned(),
            (_, Actor::Command) | (None, _) => format!("this {}", self.actor.shown()),
            (Some(name), _) => format!("the {} `{name}`", self.actor.shown()),
        }
    }

    /// The account, where it is known.
    pub fn account(&self) -> Option<&Given> {
        match &self.principal {
            Principal::Account(account) => Some(account),
            Principal::Unknown(_) | Principal::Default => None,
        }
    }
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Invoke,
        Self::RunJob,
        Self::OverrideJob,
        Self::Impersonate,
        Self::ReadSecret,
        Self::ReceiveEvents,
        Self::ActAs,
        Self::Publish,
    ];
}

/// The kind of resource that a kind of target is, where it has a policy of its own that is read here.
pub(super) fn kind_of(kind: TargetKind) -> Option<ResourceKind> {
    match kind {
        TargetKind::Service => Some(ResourceKind::RunService),
        TargetKind::Function => Some(ResourceKind::Function),
        TargetKind::Job => Some(ResourceKind::RunJob),
        _ => None,
    }
}

impl Resource {
    /// What is deployed, as a resource.
    pub(super) fn of(target: &Target) -> Option<Self> {
        let name = target.name.clone().filter(|name| !name.is_empty().is_yes())?;
        Some(Self { kind: kind_of(target.kind)?, name, project: target.project.clone(), region: target.region.clone() })
    }
}
