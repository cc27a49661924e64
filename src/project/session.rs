//! Who gcloud is logged in as at a statement: what was said of it before, in the same flow and on the same machine.

use crate::eval::Statement;
use crate::facts::{Facts, Given, Login, Who};

/// What is known of a login that holds.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who; [`Who::Nobody`] where nothing says so.
    pub who: Who,
    /// Where it was said last.
    pub login: Login,
}

impl Session {
    /// Who, where the flow surely comes by the login first: order says little in a document and among functions that
    /// nothing calls.
    pub fn surely(&self) -> Who {
        if self.login.at.loose { Who::Unknown } else { self.who }
    }
}

impl Session {
    /// The account that gcloud surely acts as.
    pub fn account(&self) -> Option<&Given> {
        let known = self.login.impersonated || matches!(self.who, Who::Key | Who::Other | Who::Federated);
        self.login.account.as_ref().filter(|_| known && !self.login.at.loose)
    }

    /// The account whose ID tokens gcloud surely prints.
    pub fn own_account(&self) -> Option<&Given> {
        self.account().filter(|_| !self.login.impersonated)
    }
}

/// The logins of a project, each with who gcloud is after it, in the order of their flows.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    after: Vec<Session>,
}

impl Sessions {
    pub fn new(facts: &Facts) -> Self {
        let mut after: Vec<Session> =
            facts.logins.iter().map(|login| Session { who: login.who, login: login.clone() }).collect();
        after.sort_by_key(|session| key(&session.login.at));
        let mut before = (None, Who::Nobody);
        for session in &mut after {
            let flow = Some(session.login.at.flow);
            let was = if before.0 == flow { before.1 } else { Who::Nobody };
            session.who = both(was, session.login.who);
            before = (flow, session.who);
        }
        Self { after }
    }

    /// What holds before a statement.
    pub fn before(&self, at: &Statement) -> Option<&Session> {
        let index = self.after.partition_point(|session| key(&session.login.at) < key(at));
        let session = self.after.get(index.checked_sub(1)?).filter(|session| session.login.at.flow == at.flow)?;
        // In another arm of a branch it was not made.
        (!session.login.at.excludes(at)).then_some(session)
    }

    /// Whether a statement is a login itself.
    pub fn is_login(&self, at: &Statement) -> bool {
        let index = self.after.partition_point(|session| key(&session.login.at) < key(at));
        self.after.get(index).is_some_and(|session| session.login.at == *at)
    }
}

fn key(at: &Statement) -> (impl Ord + use<>, u32) {
    (at.flow, at.order)
}

/// Who gcloud is after two logins: the first one need not be undone by the second, which may stand in a branch.
fn both(was: Who, now: Who) -> Who {
    match (was, now) {
        (_, Who::Nobody) => Who::Nobody,
        (Who::Unknown, _) | (_, Who::Unknown) => Who::Unknown,
        (Who::Nobody, Who::Environment) => Who::Other,
        (was, Who::Environment) => was,
        (Who::Nobody, now) => now,
        (was, now) if was == now => now,
        _ => Who::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_add_up() {
        let all = |whos: &[Who]| whos.iter().fold(Who::Nobody, |was, now| both(was, *now));
        assert_eq!(all(&[Who::User, Who::User]), Who::User);
        assert_eq!(all(&[Who::User, Who::Key]), Who::Other);
        assert_eq!(all(&[Who::Federated, Who::Environment]), Who::Federated);
        assert_eq!(all(&[Who::Environment]), Who::Other);
        assert_eq!(all(&[Who::Unknown, Who::User]), Who::Unknown);
        assert_eq!(all(&[Who::Unknown, Who::Nobody, Who::User]), Who::User);
    }
}
