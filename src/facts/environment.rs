//! What the environment of something deployed is made of: which variables a statement gives it, and which it takes away.

mod command;
mod tree;

use crate::eval::Statement;
use crate::gcp::wording::Wording;
use crate::value::{Place, Value};

pub(super) use command::{add, room};
pub(super) use tree::{Builder, Spelling};

/// The kinds of things that have variables of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A Cloud Run service.
    Service,
    /// A Cloud Run job.
    Job,
    /// A pool of workers of Cloud Run.
    WorkerPool,
    /// A function, of either generation.
    Function,
    /// A workflow.
    Workflow,
    /// A service of App Engine.
    AppEngine,
    /// A workload of a cluster, which others may change on the way.
    Workload,
}

impl TargetKind {
    /// As a message names it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Service => "Cloud Run service",
            Self::Job => "Cloud Run job",
            Self::WorkerPool => "worker pool",
            Self::Function => "function",
            Self::Workflow => "workflow",
            Self::AppEngine => "App Engine service",
            Self::Workload => "workload",
        }
    }
}

/// What has variables of its own.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its name; `None` where it may be any.
    pub name: Option<Value>,
    /// Its project, where that is said.
    pub project: Option<Value>,
    /// Its region, where that is said.
    pub region: Option<Value>,
}

/// What becomes of the variables that a statement does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They stay.
    Kept,
    /// They are taken away, at this place.
    Dropped(Place),
}

/// A secret that something reads.
#[derive(Debug, Clone)]
pub struct Secret {
    /// Its name alone.
    pub name: Value,
    /// Its project, where a full name says it.
    pub project: Option<Value>,
}

/// A variable that is given.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Its name.
    pub name: Value,
    /// Its value, where it is a plain one and said.
    pub value: Option<Value>,
    /// The secret that it is filled from.
    pub secret: Option<Secret>,
    /// The flag, field or entry that gives it.
    pub at: Place,
}

/// A variable that is taken away.
#[derive(Debug, Clone)]
pub struct Removed {
    /// Its name.
    pub name: Value,
    /// Whether it is one that is filled from a secret.
    pub secret: bool,
    /// The flag that does it.
    pub at: Place,
}

/// Where one more plain variable may be written.
#[derive(Debug, Clone)]
pub struct Room {
    /// Behind this.
    pub after: Place,
    /// With this in front of it.
    pub separator: String,
}

/// What one statement does to the variables of one target.
#[derive(Debug, Clone)]
pub struct EnvChange {
    /// Whose.
    pub target: Target,
    /// Whether it makes the target where there is none.
    pub creates: bool,
    /// Whether its effect stays: what one execution of a job is given is over with it.
    pub lasts: bool,
    /// What becomes of other plain variables.
    pub plain: Others,
    /// What becomes of other variables that are filled from secrets.
    pub secrets: Others,
    /// Those that it gives.
    pub given: Vec<Variable>,
    /// Those that it takes away, before it gives any.
    pub removed: Vec<Removed>,
    /// Whether it may give or take away more than is seen.
    pub open: bool,
    /// Where one more may be written.
    pub room: Option<Room>,
    /// In whose words it is made.
    pub wording: Wording,
    /// Where the command stands, without its flags, or the head of what declares it.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

impl Target {
    /// Whether both say the same of where they lie: one project and one region, or nothing of either.
    pub fn lies_with(&self, other: &Self) -> bool {
        let alike = |a: Option<&Value>, b: Option<&Value>| match (a, b) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        };
        alike(self.project.as_ref(), other.project.as_ref()) && alike(self.region.as_ref(), other.region.as_ref())
    }
}

impl Secret {
    /// A secret by what names it: `NAME:latest`, `projects/P/secrets/NAME/versions/1`.
    pub(super) fn of(value: &Value) -> Self {
        let name = value.split_once(':').map_or_else(|| value.clone(), |(name, _)| name);
        let parts = name.split('/');
        let at = parts.iter().position(|part| part.equals("secrets").is_yes());
        let project = name.strip_prefix("projects/").and_then(|rest| rest.split_once('/')).map(|(project, _)| project);
        Self { name: at.and_then(|at| parts.get(at + 1)).cloned().unwrap_or(name), project }
    }

    /// One that goes by a name which is said elsewhere.
    pub(super) fn unknown(near: Place) -> Self {
        Self { name: Value::unknown(Place { exact: false, ..near }), project: None }
    }
}

impl Variable {
    /// Whether it surely has this name. gcloud takes blanks around it away.
    pub fn is_named(&self, name: &str) -> bool {
        self.name.literal().is_some_and(|own| own.trim() == name)
    }
}

impl EnvChange {
    /// The variable of this name, the last where it is given several times.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.given.iter().rev().find(|variable| variable.is_named(name))
    }
}
