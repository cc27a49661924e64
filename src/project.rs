//! Joins the facts of all files of one project: what a name elsewhere stands for, who may call a service. Knows no
//! language and no rule.
//!
//! What silences may come from anywhere in the project and matches generously; what accuses must be the same for sure.

mod access;
mod entry;
mod environment;
mod pools;
mod sequence;
mod session;
mod shown;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::eval::Statement;
use crate::facts::{Build, Call, Caller, Credential, EntryKind, Exposure, Facts, Gcloud, ResourceKind, Service, Verb};
use crate::gcp::output::{Meaning, meaning_of_piece};
use crate::gcp::principal::{self, is_project_id, project_of};
use crate::gcp::role::Role;
use crate::gcp::url::{HostKind, Url};
use crate::source::FileId;
use crate::value::{Piece, Place, Truth, Value, may_equal};

pub use access::{
    Actor, Doubt, Due, Granting, Miss, Missing, Need, Principal, Purpose, Resource, Told, Verdict, differ,
    is_same_account,
};
pub use entry::{Audience, is_host, is_same_service, service_name};
pub use environment::{Environment, Lack};
pub use sequence::Event;
pub use session::Session;
pub use shown::{Requirement, Shown};

/// The facts of one project.
#[derive(Debug, Default)]
pub struct Project {
    /// All of them.
    pub facts: Facts,
    /// The paths of all files of the run, by the number of the file.
    pub paths: Arc<[String]>,
    /// Where users log in, gathered when it is first asked for.
    user_logins: OnceLock<BTreeMap<String, Place>>,
    /// What its texts show beside facts.
    pub shown: Shown,
    /// The variables that it says need others.
    pub required: Vec<Requirement>,
    /// What becomes of the variables of what is deployed, put together when it is first asked for.
    environments: OnceLock<environment::Index>,
    /// What is named as a project, gathered when it is first asked for.
    projects: OnceLock<BTreeSet<String>>,
    /// Where the commands of each flow stand among all, gathered likewise.
    flows: OnceLock<HashMap<FileId, Range<usize>>>,
    /// Who gcloud is logged in as, gathered likewise.
    sessions: OnceLock<session::Sessions>,
    /// The providers of pools, gathered likewise.
    pools: OnceLock<pools::Pools>,
    /// What happens one after the other, gathered likewise.
    sequence: OnceLock<sequence::Sequence>,
    /// What files that hold a policy are the policies of, where that is said elsewhere.
    pub policies: BTreeMap<FileId, Vec<Resource>>,
    /// What grants are found by, gathered likewise.
    access: OnceLock<access::Access>,
    /// What permissions are needed for, and whether they are granted, judged likewise.
    judged: OnceLock<Vec<(Need, Verdict)>>,
}

impl Project {
    /// The commands of a flow, in their order. Those of a flow stand together: each root is one, and its facts are appended.
    pub fn commands_of(&self, flow: FileId) -> &[Gcloud] {
        let commands = &self.facts.commands;
        let flows = self.flows.get_or_init(|| {
            let mut end = 0;
            let flow = |own: &[Gcloud]| {
                let start = end;
                end += own.len();
                own.first().map(|command| (command.at.flow, start..end))
            };
            commands.chunk_by(|one, next| one.at.flow == next.at.flow).filter_map(flow).collect()
        });
        flows.get(&flow).and_then(|own| commands.get(own.clone())).unwrap_or_default()
    }

    /// Who may call the service that a URL is of. [`Exposure::Open`] where the project shows any service open that
    /// could be this one.
    pub fn exposure(&self, url: &Url) -> Exposure {
        let is_of = is_of(url);
        let about: Vec<(&Service, Truth)> =
            self.facts.services.iter().map(|service| (service, is_of(service))).filter(|(_, is)| !is.is_no()).collect();
        if about.iter().any(|(service, _)| service.exposure == Exposure::Open) {
            return Exposure::Open;
        }
        let private = about.iter().any(|(service, is)| is.is_yes() && self.is_private(service));
        if private { Exposure::Private } else { Exposure::Unknown }
    }

    /// Where the service that a URL is of is deployed private.
    pub fn shown_private(&self, url: &Url) -> Option<Place> {
        let is_of = is_of(url);
        let private = |service: &&Service| is_of(service).is_yes() && self.is_private(service);
        self.facts.services.iter().find(private).map(|service| service.said)
    }

    /// Whether a service is deployed private, or so that grants decide, and one of them names who may call it.
    fn is_private(&self, service: &Service) -> bool {
        let is_it = |handed: &Value| service.name.as_ref().is_some_and(|name| handed.same(name));
        match service.exposure {
            // What is not here may open it.
            _ if self.facts.handed.iter().any(is_it) => false,
            Exposure::Private => true,
            Exposure::Granted => service.name.as_ref().is_some_and(|name| self.names_invoker(name)),
            Exposure::Open | Exposure::Unknown => false,
        }
    }

    /// Whether somebody is granted by name to call the service of this name.
    fn names_invoker(&self, service: &Value) -> bool {
        self.facts.grants.iter().any(|grant| {
            let invokes = || match &grant.role {
                Some(role) => role
                    .value
                    .literal()
                    .and_then(|name| Role::find(&name))
                    .is_some_and(|role| role.grants("run.routes.invoke").is_yes()),
                // `add-invoker-policy-binding` names none.
                None => true,
            };
            (grant.verb, grant.kind) == (Verb::Add, ResourceKind::RunService)
                && grant.resource.as_ref().is_some_and(|own| is_same_service(own, service))
                && grant.member.as_ref().is_some_and(|member| principal::parse(&member.value).kind.is_named())
                && invokes()
        })
    }

    /// Whether another command here may give a job or subscription a token later, or gave it one before.
    pub fn has_token_elsewhere(&self, call: &Call) -> bool {
        self.facts.calls.iter().any(|other| {
            other.caller == call.caller
                && other.at != call.at
                && matches!(other.credential, Credential::IdToken(_) | Credential::AccessToken(_))
                && other.changes
                && match (&call.name, &other.name) {
                    (Some(a), Some(b)) => may_equal(a, b, &[]),
                    _ => true,
                }
        })
    }

    /// Whether this text is surely the id of a project: some command is for it, or some account is of it.
    pub fn names_project(&self, id: &str) -> bool {
        self.projects.get_or_init(|| projects(&self.facts)).contains(id)
    }

    /// Who gcloud is logged in as before a statement, as far as its own flow says so.
    pub fn session(&self, at: &Statement) -> Option<&Session> {
        self.sessions().before(at)
    }

    /// Whether a statement is what makes gcloud somebody.
    pub fn is_login(&self, at: &Statement) -> bool {
        self.sessions().is_login(at)
    }

    /// Where the directory of a statement, or the one above a directory of sources, says that a user's credentials are
    /// made the default ones.
    pub fn user_login_beside(&self, at: &Statement) -> Option<Place> {
        let logins = self.user_logins.get_or_init(|| {
            let commands = self.facts.commands.iter().filter(|command| {
                command.invocation.is(&["auth application-default login"])
                    && command.invocation.has("--impersonate-service-account").is_no()
            });
            commands.map(|command| (self.directory(&command.at).to_owned(), command.invocation.at)).collect()
        });
        let own = self.directory(at);
        let (above, last) = own.rsplit_once('/').unwrap_or(("", own));
        let above = ["src", "app", "lib", "scripts"].contains(&last).then_some(above);
        logins.get(own).or_else(|| logins.get(above?)).copied()
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &str {
        self.paths.get(file.0 as usize).map_or("", String::as_str)
    }

    /// The build that a file describes which a statement names, seen from the directory of the statement's file or from the
    /// root of the project; nothing where both may be meant.
    pub fn build_in(&self, config: &str, at: &Statement) -> Option<&Build> {
        // From which directory it is seen is not known where several are called so.
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let mut called = self.facts.builds.iter().filter(|build| name(self.path(build.at.file)) == name(config));
        let first = called.next().filter(|_| called.next().is_none())?;
        let config = config.trim_start_matches("./");
        let directory = self.directory(at);
        let beside = if directory.is_empty() { config.to_owned() } else { format!("{directory}/{config}") };
        let path = self.path(first.at.file).trim_start_matches("./");
        (path == config || path == beside.trim_start_matches("./")).then_some(first)
    }

    /// The directory of a statement's file.
    fn directory(&self, at: &Statement) -> &str {
        let path = self.path(at.file);
        path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    fn sessions(&self) -> &session::Sessions {
        self.sessions.get_or_init(|| session::Sessions::new(&self.facts))
    }

    /// Whether some service here may be given this text as an audience of its own.
    pub fn may_be_custom_audience(&self, audience: &Value) -> bool {
        self.facts.entries.iter().any(|entry| match &entry.kind {
            EntryKind::Audiences(Some(given)) => entry::may_name(given, audience),
            _ => false,
        })
    }

    /// The Scheduler jobs of this name that have a target, when a call changes one without naming it.
    pub fn jobs_like<'a>(&'a self, call: &'a Call) -> impl Iterator<Item = &'a Call> {
        self.facts.calls.iter().filter(move |other| {
            let same = |a: &Value, b: &Value| a.same(b) && !a.pieces().is_empty();
            call.caller == Caller::SchedulerJob
                && other.caller == Caller::SchedulerJob
                && other.url.is_some()
                && matches!((&call.name, &other.name), (Some(a), Some(b)) if same(a, b))
                // Two projects may have jobs of one name.
                && match (&call.project, &other.project) {
                    (Some(a), Some(b)) => may_equal(a, b, &[]),
                    _ => true,
                }
        })
    }
}

/// The ids that flags and e-mails of accounts name.
fn projects(facts: &Facts) -> BTreeSet<String> {
    let commands = facts.commands.iter().map(|command| &command.invocation);
    let set = commands.clone().filter(|invocation| invocation.is(&["config set"])).filter_map(|invocation| {
        let property = invocation.positionals.first()?;
        property.equals("project").is_yes().then(|| invocation.positionals.get(1))?
    });
    let flags = commands.filter_map(|invocation| invocation.value("--project"));
    let calls = facts.calls.iter().filter_map(|call| call.project.as_ref());
    let ids = set.chain(flags).chain(calls).filter_map(Value::literal);
    let accounts = facts.accounts.iter().filter_map(|account| project_of(&account.email.value));
    ids.chain(accounts).filter(|id| is_project_id(id)).collect()
}

/// Whether a URL is of a service: the URL is looked at once, for all services.
fn is_of(url: &Url) -> impl Fn(&Service) -> Truth {
    let label = (url.kind == HostKind::Run).then(|| url.first_label().literal()).flatten();
    let described = match url.host.pieces() {
        [piece @ (Piece::Output(..) | Piece::Attribute(..))] => Some(meaning_of_piece(piece)),
        _ => None,
    };
    move |service| {
        let Some(name) = &service.name else { return Truth::Unknown };
        match (&described, url.kind) {
            (Some(Meaning::ServiceUrl { name: Some(described), .. }), _) if described.same(name) => Truth::Yes,
            (Some(Meaning::ServiceUrl { name: Some(described), .. }), _) if !may_equal(described, name, &[]) => {
                Truth::No
            }
            (None, HostKind::Run) => match (&label, name.literal()) {
                (Some(label), Some(name)) => label_is_of(label, &name),
                _ => Truth::Unknown,
            },
            // The path of a function's URL begins with its name.
            (None, HostKind::Functions) => {
                let path = url.path.strip_prefix("/").unwrap_or_default();
                let first = path.split_once('/').map_or(path, |(first, _)| first);
                match () {
                    () if first.same(name) => Truth::Yes,
                    () if may_equal(&first, name, &[]) => Truth::Unknown,
                    () => Truth::No,
                }
            }
            _ => Truth::Unknown,
        }
    }
}

/// Whether a label of `run.app` is that of a service: `NAME-HASH-RR`, `NAME-NUMBER` or `TAG---NAME-…`.
fn label_is_of(label: &str, name: &str) -> Truth {
    let label = label.rsplit_once("---").map_or(label, |(_, rest)| rest);
    let Some(rest) = label.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')) else {
        return Truth::No;
    };
    let is_number = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = rest.split_once('-').is_some_and(|(hash, region)| {
        region.len() == 2 && (4..=10).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if is_number || is_hash { Truth::Yes } else { Truth::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::url;
    use crate::source::Span;
    use crate::value::tests::{place, value};

    fn statement() -> Statement {
        let (file, span, under) = (FileId(0), Span::new(0, 0), crate::eval::Circumstances::default());
        Statement { file, span, sites: Vec::new(), flow: file, order: 0, loose: false, under }
    }

    #[test]
    fn urls_of_services() {
        let is = |url: &str, name: &str| {
            let service = Service {
                function: false,
                deploys: true,
                second_generation: Truth::Unknown,
                name: Some(value(name)),
                project: None,
                exposure: Exposure::Unknown,
                unchecked: Truth::No,
                said: place(0, 0),
                at: statement(),
            };
            is_of(&url::parse(&value(url)))(&service)
        };
        assert_eq!(is("https://api-k3j2h4k5jq-uc.a.run.app/x", "api"), Truth::Yes);
        assert_eq!(is("https://web-k3j2h4k5jq-uc.a.run.app/x", "api"), Truth::No);
        assert_eq!(is("https://{X}-uc.a.run.app", "api"), Truth::Unknown);
        assert_eq!(is("https://api-k3j2h4k5jq-uc.a.run.app", "{NAME}"), Truth::Unknown);
        assert_eq!(is("https://us-central1-p.cloudfunctions.net/api", "api"), Truth::Yes);
        assert_eq!(is("https://us-central1-p.cloudfunctions.net/api", "web"), Truth::No);
        assert_eq!(is("https://api.example.com", "api"), Truth::Unknown);
    }

    #[test]
    fn labels_of_services() {
        let is = label_is_of;
        assert_eq!(is("api-k3j2h4k5jq-uc", "api"), Truth::Yes);
        assert_eq!(is("api-123456789012", "api"), Truth::Yes);
        assert_eq!(is("v2---api-123456789012", "api"), Truth::Yes);
        assert_eq!(is("api-admin-k3j2h4k5jq-uc", "api"), Truth::Unknown);
        assert_eq!(is("web-k3j2h4k5jq-uc", "api"), Truth::No);
        assert_eq!(is("apix-1", "api"), Truth::No);
    }
}
