//! Why a call is thought to work or to fail: each step with its place.

use super::{Actor, Doubt, Miss, Need, Principal, Purpose, Verdict};
use crate::facts::Grant;
use crate::project::Project;
use crate::source::Span;
use crate::value::Place;

/// A step of a reason.
#[derive(Debug, Clone)]
pub struct Told {
    /// What is so.
    pub text: String,
    /// Where that is said.
    pub place: Option<Place>,
}

impl Purpose {
    /// What somebody does who needs it, as a message says it.
    pub fn does(self, actor: Actor) -> &'static str {
        match self {
            Self::Invoke if actor == Actor::Trigger => "delivers to",
            Self::Invoke => "calls",
            Self::RunJob => "runs",
            Self::OverrideJob => "runs with overrides",
            Self::Impersonate => "impersonates",
            Self::ReadSecret => "reads",
            Self::ReceiveEvents => "receives events in",
            Self::ActAs => "acts as",
            Self::Publish => "opens to everyone",
        }
    }

    /// The kind of token that is sent, where one is.
    pub fn token(self) -> Option<&'static str> {
        match self {
            Self::Invoke => Some("ID token"),
            Self::RunJob | Self::OverrideJob => Some("access token"),
            _ => None,
        }
    }
}

impl Doubt {
    /// What decides, as a message says it.
    pub fn shown(&self) -> String {
        match self {
            Self::Account(_) => "who it is, these files do not say".to_owned(),
            Self::Target(_) => "what it leads to, these files do not say".to_owned(),
            Self::Exposure => "whether the target is public, these files do not say".to_owned(),
            Self::DefaultAccount => {
                "what the default account is granted, of Google's own accord too, these files do not say".to_owned()
            }
            Self::Handed => "a module that is not here is handed it, and may grant it".to_owned(),
            Self::Spoken(..) => "something that is not understood here names the account beside such a role".to_owned(),
            Self::Grant(_, why) => format!("a grant may give it; {why}"),
        }
    }
}

impl Project {
    /// Where what decides stands.
    pub fn place_of(&self, doubt: &Doubt) -> Option<Place> {
        match doubt {
            Doubt::Account(place) | Doubt::Target(place) => *place,
            Doubt::Grant(number, _) => self.facts.grants.get(*number).map(|grant| grant.command),
            Doubt::Spoken(file, at) => Some(Place::near(*file, Span::new(*at, *at))),
            Doubt::Exposure | Doubt::DefaultAccount | Doubt::Handed => None,
        }
    }

    /// Why a need is thought to be met or not, step by step.
    pub fn told(&self, need: &Need, verdict: &Verdict) -> Vec<Told> {
        let mut steps = Vec::new();
        let mut tell = |text: String, place: Option<Place>| steps.push(Told { text, place });
        let who = match &need.principal {
            Principal::Account(account) => format!("as `{}`", account.value),
            Principal::Unknown(Some(account)) => format!("as `{}`, which nobody here fills in", account.value),
            Principal::Unknown(None) => "as an account that these files do not name".to_owned(),
            Principal::Default => "as the default account of its project".to_owned(),
        };
        let subject = need.subject();
        tell(format!("{subject} acts {who}"), Some(need.place));
        let token = need.purpose.token().map(|token| format!(" with an {token}")).unwrap_or_default();
        match &need.on {
            Some(on) => tell(format!("it {} {}{token}", need.purpose.does(need.actor), on.shown()), need.target),
            None => tell(format!("what it {} these files do not say", need.purpose.does(need.actor)), need.target),
        }
        if let Some(code) = need.code {
            tell("its code makes the call".to_owned(), Some(code));
        }
        tell(format!("that needs `{}`", need.permissions.join("` or `")), None);
        match verdict {
            Verdict::Open(place) => {
                tell("the target is open: everyone may, or IAP asks for something else".to_owned(), Some(*place));
            }
            Verdict::Granted(number) => {
                let grant = self.facts.grants.get(*number);
                tell(format!("granted: {}", grant.map(granted).unwrap_or_default()), grant.map(|grant| grant.command));
            }
            Verdict::Unknown(doubt) => tell(format!("it cannot be told: {}", doubt.shown()), self.place_of(doubt)),
            Verdict::Missing(missing) => {
                if let Some(made) = missing.made {
                    tell("the target is deployed here, and not public".to_owned(), Some(made));
                }
                if let Some((number, miss)) = missing.nearest
                    && let Some(grant) = self.facts.grants.get(number)
                {
                    tell(format!("the nearest grant {}: {}", miss.shown(), granted(grant)), Some(grant.command));
                }
                tell("no grant in these files gives it".to_owned(), None);
                if let Some(due) = self.due(need, verdict) {
                    tell(due.help, None);
                }
            }
        }
        steps
    }
}

impl Miss {
    /// What is wrong with the nearest grant, as a message says it.
    fn shown(self) -> &'static str {
        match self {
            Self::Removed => "is taken away again",
            Self::Role => "has a role that does not hold it",
            Self::Member => "is for somebody else",
            Self::Resource => "is on something else",
        }
    }
}

/// A grant in a few words.
fn granted(grant: &Grant) -> String {
    let role = grant.role.as_ref().map_or_else(|| "the invoker's role".to_owned(), |role| format!("`{}`", role.value));
    let member = grant.member.as_ref().map(|member| format!(" to `{}`", member.value)).unwrap_or_default();
    let on = grant.resource.as_ref().map(|on| format!(" on `{on}`")).unwrap_or_default();
    format!("{role}{member}{on}")
}
