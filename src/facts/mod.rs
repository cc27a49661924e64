//! What is said about authentication: who calls what with which credential, who is granted what, what is deployed.
//! Knows no language and no format; a fact is one outcome of one statement.

mod action;
mod app_engine;
mod build;
mod ci;
mod code;
mod custom;
mod declare;
mod delegation;
mod deploy;
mod deployment;
mod entry;
mod environment;
mod gateway;
mod gcloud;
mod given;
mod grant;
mod header;
mod image;
mod impersonation;
mod login;
mod machine;
mod mark;
mod metadata;
mod object;
mod policy;
mod provider;
mod pulumi;
mod registry;
mod request;
mod schedule;
mod terraform;
mod trigger;
mod uses;
mod workflow;

use crate::eval::{Asked, Declared, Run, Statement};
use crate::gcp::invocation::Invocation;
use crate::gcp::wording::Wording;
use crate::value::{Place, Truth, Value};

pub use crate::gcp::invocation::items;
pub use action::{Authentication, Verbatim, Written};
pub use build::{Build, BuildStart};
pub use ci::{CiJob, Federation};
pub use code::{Minted, SignedUrl, Verification};
pub use custom::CustomAudiences;
pub use delegation::FullName;
pub use deployment::{Deployment, Identity};
pub use entry::{Entry, EntryKind};
pub use environment::{EnvChange, Others, Removed, Room, Secret, Target, TargetKind, Variable};
pub use given::Given;
pub use grant::{Authority, CustomRole, Grant, ResourceKind, Verb};
pub use header::{Header, Removal};
pub use image::{Copy, Image};
pub use impersonation::Impersonation;
pub use login::{Login, Who};
pub use machine::{Machine, MachineKind};
pub use mark::{Mark, MarkKind};
pub use metadata::Metadata;
pub use provider::{FederationProvider, pool_of};
pub use registry::{DockerLogin, Push, registry_host};
pub use trigger::Trigger;
pub use uses::Uses;

/// All kinds of facts, once: whatever is done to each is derived from this list.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {
        /// Everything that is said, each kind in order.
        #[derive(Debug, Clone, Default)]
        pub struct Facts {
            $($(#[$doc])* pub $name: Vec<$kind>,)*
            /// Files of the running flow that say how to federate.
            federation_files: Vec<Value>,
            /// Jobs of the running flow that are not over, by their index, outermost first.
            open_jobs: Vec<usize>,
        }

        /// How many facts there are of each kind.
        #[derive(Debug, Clone, Copy)]
        pub struct Extent {
            $($name: usize,)*
        }

        impl Facts {
            /// Gives back the room that more of them would take: most files say one thing of a kind.
            pub fn shrink(&mut self) {
                $( self.$name.shrink_to_fit(); )*
            }

            /// Adds all facts of another flow.
            pub fn append(&mut self, mut other: Self) {
                $(self.$name.append(&mut other.$name);)*
            }

            /// How many there are.
            pub fn extent(&self) -> Extent {
                Extent { $($name: self.$name.len(),)* }
            }

            /// What was appended in parts of these extents, part by part. What came after them is left out.
            pub fn into_parts(self, extents: &[Extent]) -> Vec<Self> {
                let mut parts = vec![Self::default(); extents.len()];
                $(
                    let mut all = self.$name.into_iter();
                    for (part, extent) in parts.iter_mut().zip(extents) {
                        part.$name.extend(all.by_ref().take(extent.$name));
                    }
                )*
                parts
            }
        }
    };
}

kinds! {
    /// Requests that are made or set up.
    calls: Call,
    /// Changes of IAM policies.
    grants: Grant,
    /// Roles that are made here.
    custom_roles: CustomRole,
    /// Deployments of services and functions.
    services: Service,
    /// What is deployed, and what it runs as.
    deployments: Deployment,
    /// Triggers that deliver events.
    triggers: Trigger,
    /// Accounts that are impersonated.
    impersonations: Impersonation,
    /// What a flow is told to take for its project where nothing else is said; `None` where it is told several.
    default_projects: (Statement, Option<Value>),
    /// What Terraform declares once, with what it is named by elsewhere.
    named: Named,
    /// E-mails of accounts that are made here, each with the statement that makes it.
    made_accounts: (Value, Statement),
    /// What is handed to modules that are not here, and may be the names of services there.
    handed: Value,
    /// How services are entered.
    entries: Entry,
    /// Audiences of their own that services are given in a file.
    custom_audiences: CustomAudiences,
    /// Headers that a job or task sends.
    headers: Header,
    /// Values that are put where a running system reads them.
    stored: Stored,
    /// What is done to the variables of what is deployed.
    environment: EnvChange,
    /// Accounts that are named.
    accounts: Account,
    /// gcloud's command lines.
    commands: Gcloud,
    /// Jobs of CI.
    jobs: CiJob,
    /// Steps that authenticate to Google Cloud.
    authentications: Authentication,
    /// Texts that are taken as they stand.
    verbatim: Verbatim,
    /// Where gcloud becomes somebody.
    logins: Login,
    /// Where other machines begin.
    machines: Machine,
    /// Actions that steps use.
    uses: Uses,
    /// Where Docker is given credentials.
    docker_logins: DockerLogin,
    /// Images that are pushed.
    pushes: Push,
    /// What is said of stretches of programs.
    marks: Mark,
    /// Builds that are described.
    builds: Build,
    /// Builds that are started from a file.
    build_starts: BuildStart,
    /// Images that are built.
    images: Image,
    /// Providers of identity pools.
    providers: FederationProvider,
    /// Keys of accounts that are declared.
    keys: ServiceAccountKey,
    /// Requests to the metadata server.
    metadata: Metadata,
    /// Accounts that are named in full to the IAM Credentials API.
    full_names: FullName,
    /// ID tokens of whoever the program runs as.
    minted: Minted,
    /// URLs that are signed.
    signed_urls: SignedUrl,
    /// Tokens that are verified.
    verifications: Verification,
}

/// What makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A Cloud Scheduler job.
    SchedulerJob,
    /// A Cloud Tasks task.
    Task,
    /// A Pub/Sub push subscription.
    PushSubscription,
    /// A step of Google Workflows.
    Workflow,
    /// An API gateway, for those who call it.
    Gateway,
    /// A command such as `curl`, now.
    Request,
}

impl Caller {
    /// As a message names it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::SchedulerJob => "Cloud Scheduler job",
            Self::Task => "Cloud Tasks task",
            Self::PushSubscription => "push subscription",
            Self::Workflow => "Workflows step",
            Self::Gateway => "API gateway",
            Self::Request => "request",
        }
    }
}

/// A request that is made or set up.
#[derive(Debug, Clone)]
pub struct Call {
    /// What makes it.
    pub caller: Caller,
    /// In whose words it is set up.
    pub wording: Wording,
    /// The job's, task's or subscription's name.
    pub name: Option<Value>,
    /// Its project, where it is said.
    pub project: Option<Value>,
    /// Whether something that exists is changed: what is not said stays as it is.
    pub changes: bool,
    /// What is called.
    pub url: Option<Given>,
    /// The HTTP method; the caller's default when it is not given.
    pub method: Option<Given>,
    /// What it proves itself with.
    pub credential: Credential,
    /// Whether it sends a body.
    pub body: Truth,
    /// What it sends, as far as that stands in the words.
    pub content: Option<Value>,
    /// Where the command stands, without its flags, or the head of what declares it.
    pub command: Place,
    /// The statement.
    pub at: Statement,
}

/// What a call proves itself with.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Surely nothing.
    None,
    /// Something that is not known, or perhaps nothing.
    Unknown,
    /// A Google-signed ID token.
    IdToken(Token),
    /// An OAuth access token.
    AccessToken(Token),
    /// A user name and password, or what is given in their place.
    Basic(Given),
    /// A bearer that is no token: a key file, the e-mail of an account.
    NoToken(Given),
    /// A kind of token that the caller has none of, by the name that asks for it.
    Unsupported(Given),
}

/// A token, and what is said of it.
#[derive(Debug, Clone)]
pub struct Token {
    /// The flag, field or header that asks for it.
    pub at: Place,
    /// From there to the end of the value.
    pub whole: Place,
    /// Whose it is.
    pub account: Option<Given>,
    /// For whom an ID token is.
    pub audience: Option<Given>,
    /// What an access token is for.
    pub scope: Option<Given>,
    /// Where the command that prints it stands, when it is minted by one.
    pub minted: Option<Place>,
    /// Whether more may be said of it than is seen: what is missing need not be absent.
    pub open: bool,
}

/// Who may call a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// Everyone: a public grant, no invoker check, or IAP in front, which takes other credentials.
    Open,
    /// Those who are granted it.
    Private,
    /// Whoever is granted it elsewhere: what deploys it cannot say so, and makes it public to nobody.
    Granted,
    /// Nothing is said.
    Unknown,
}

/// A deployment of a service or function.
#[derive(Debug, Clone)]
pub struct Service {
    /// Whether it is a function.
    pub function: bool,
    /// Whether this is a deployment, or only a grant that says who may call it.
    pub deploys: bool,
    /// Whether it is a function of the second generation; the default since SDK 492.0.0.
    pub second_generation: Truth,
    /// Its name.
    pub name: Option<Value>,
    /// Its project, where that is said.
    pub project: Option<Value>,
    /// Who may call it.
    pub exposure: Exposure,
    /// Whether nobody who calls it is checked.
    pub unchecked: Truth,
    /// Where that is said.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// Where a value is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sink {
    /// A header of a Scheduler job or task.
    Header(String),
    /// An environment variable of a service, job or function.
    Variable(String),
    /// A secret.
    Secret,
}

/// A value that is put where a running system reads it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Where.
    pub sink: Sink,
    /// What.
    pub value: Value,
    /// The flag or argument.
    pub place: Place,
    /// In whose words it is put there.
    pub wording: Wording,
    /// The statement.
    pub at: Statement,
}

/// What an account is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A caller's token is made out for it.
    Caller,
    /// Something runs as it, or it is impersonated.
    Identity,
}

/// An account that a flag or a field names.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its e-mail.
    pub email: Given,
    /// What for.
    pub purpose: Purpose,
    /// What calls with it.
    pub caller: Option<Caller>,
    /// The statement.
    pub at: Statement,
}

/// What Terraform declares once.
#[derive(Debug, Clone)]
pub struct Named {
    /// Its address, as others of its module name it.
    pub address: String,
    /// What it is.
    pub kind: ResourceKind,
    /// Its name; of an account its e-mail.
    pub name: Value,
    /// The statement.
    pub at: Statement,
}

/// A key of a service account that is declared.
#[derive(Debug, Clone)]
pub struct ServiceAccountKey {
    /// The head of what declares it.
    pub said: Place,
    /// The statement.
    pub at: Statement,
}

/// A gcloud command line.
#[derive(Debug, Clone)]
pub struct Gcloud {
    /// The command line taken apart.
    pub invocation: Invocation,
    /// Whether it reads what something else gives it.
    pub is_fed: bool,
    /// The statement.
    pub at: Statement,
}

/// What facts ask of a run: these commands, and the words that gcloud reads from files.
pub const ASKED: Asked = Asked { concerns, word_files: &["--flags-file", "--env-vars-file"] };

/// Whether a command of this name (without its directory) can say anything.
fn concerns(name: &str) -> bool {
    matches!(name, "gcloud" | "gcloud.cmd" | "curl" | "wget" | "docker" | "docker-credential-gcr")
}

impl Facts {
    /// Adds what a command says.
    pub fn add(&mut self, run: &Run) {
        if let Some(invocation) = Invocation::parse(&run.words) {
            gcloud::add(self, invocation, run);
        } else {
            request::add(self, run);
            registry::add(self, run);
        }
    }

    /// Adds what something declared says.
    pub fn declare(&mut self, declared: &Declared) {
        declare::add(self, declared);
    }
}

/// The value of a flag, with its place.
fn given(invocation: &Invocation, name: &str) -> Option<Given> {
    Given::of(invocation.flag(name)?)
}
