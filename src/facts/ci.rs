//! Jobs of CI: what their tokens may do, and who authenticates in them by federation.

use super::action::Authentication;
use super::{Facts, login, machine};
use crate::eval::{Declared, Statement};
use crate::value::{Place, Tree, Truth};

/// A job of CI.
#[derive(Debug, Clone)]
pub struct CiJob {
    /// Its name.
    pub name: String,
    /// Whether it may ask its CI for ID tokens; `None` where nothing says what it may do.
    pub id_tokens: Option<Truth>,
    /// Where it is said what it may do.
    pub said: Option<Place>,
    /// Whether another job stands around it, whose permissions it has where nothing is said, and never more than those.
    pub is_called: bool,
    /// Whether it only runs when another one calls it.
    pub only_called: bool,
    /// What to write, and where, so that it may ask for ID tokens.
    pub grants: Option<(Place, String)>,
    /// Where the lines of its steps begin.
    pub starts: Vec<Place>,
    /// Where it surely authenticates by federation.
    pub federates: Vec<Federation>,
    /// The statement.
    pub at: Statement,
}

/// Where a job authenticates by federation.
#[derive(Debug, Clone, Copy)]
pub struct Federation {
    /// In the job itself.
    pub at: Place,
    /// Where the provider is given, if that is elsewhere: in an action or a workflow that the job uses.
    pub within: Option<Place>,
    /// Whether a job that it calls asks for ID tokens in so many words.
    pub asked: bool,
}

/// Adds a job. Without a name it is only a machine of its own.
pub(super) fn job(facts: &mut Facts, declared: &Declared) {
    login::machine(facts, declared);
    machine::add(facts, declared);
    if declared.kind.is_empty() {
        return;
    }
    close(facts, &declared.at);
    // Jobs beside each other are over when the next one begins.
    if facts
        .open_jobs
        .last()
        .and_then(|last| facts.jobs.get(*last))
        .is_some_and(|last| last.at.sites == declared.at.sites)
    {
        facts.open_jobs.pop();
    }
    let body = &declared.body;
    let said = body.at(&["permissions"]);
    let grants = body.at(&["grants"]).and_then(|field| Some((field.at, field.tree.text()?.literal()?)));
    let starts = body.at(&["starts"]).map_or(&[][..], |field| field.tree.items());
    facts.open_jobs.push(facts.jobs.len());
    facts.jobs.push(CiJob {
        name: declared.kind.clone(),
        id_tokens: said.map(|field| id_tokens(&field.tree)),
        said: said.map(|field| field.at),
        is_called: facts.open_jobs.len() > 1,
        only_called: body.at(&["called"]).is_some(),
        grants,
        starts: starts.iter().filter_map(|start| start.text()?.place()).collect(),
        federates: Vec::new(),
        at: declared.at.clone(),
    });
}

/// Notes in the jobs around it that someone authenticates by federation.
pub(super) fn federates(facts: &mut Facts, authentication: &Authentication) {
    let at = &authentication.at;
    close(facts, at);
    let Some(provider) = authentication.provider.as_ref().filter(|_| authentication.is_federated().is_yes()) else {
        return;
    };
    let mut asked = false;
    for index in facts.open_jobs.iter().rev() {
        let Some(job) = facts.jobs.get_mut(*index) else { continue };
        let federation = match at.sites.get(job.at.sites.len()) {
            Some(site) => Federation { at: *site, within: Some(provider.at), asked },
            None => Federation { at: provider.at, within: None, asked },
        };
        asked |= job.id_tokens == Some(Truth::Yes);
        // One is enough to say so.
        if job.federates.is_empty() {
            job.federates.push(federation);
        }
    }
}

/// Forgets the jobs that a statement does not stand in.
fn close(facts: &mut Facts, at: &Statement) {
    while let Some(last) = facts.open_jobs.last().and_then(|last| facts.jobs.get(*last)) {
        if last.at.flow == at.flow && at.sites.starts_with(&last.at.sites) {
            break;
        }
        facts.open_jobs.pop();
    }
}

/// Whether permissions are those to ask for ID tokens. None that is not named is given.
fn id_tokens(permissions: &Tree) -> Truth {
    if let Some(all) = permissions.text() {
        return match all.literal().as_deref() {
            Some("write-all") => Truth::Yes,
            Some("read-all") => Truth::No,
            _ => Truth::Unknown,
        };
    }
    let Some(map) = permissions.map() else { return Truth::Unknown };
    match map.fields.iter().rfind(|field| field.name == "id-token").map(|field| field.tree.text()) {
        Some(Some(value)) => value.equals("write"),
        Some(None) => Truth::Unknown,
        None if map.open => Truth::Unknown,
        None => Truth::No,
    }
}
