//! What a rule is, and what it reports. Knows no single rule.

use crate::eval::Statement;
use crate::facts::{
    Account, Authentication, Call, CiJob, CustomAudiences, FullName, Gcloud, Given, Grant, Header, Metadata, Minted,
    Service, SignedUrl, Stored, Verbatim, Verification,
};
use crate::finding::{Level, Safety};
use crate::project::{Environment, Need, Project, Verdict};
use crate::value::Place;

/// A rule: a name for a fault, its page, and the questions that find it. Total and stateless.
#[derive(Debug)]
pub struct Rule {
    /// The fault, in kebab case; reads well after "allow".
    pub id: &'static str,
    /// The worst level it reports.
    pub level: Level,
    /// The safety of the fix that it offers, if it offers one.
    pub fix: Option<Safety>,
    /// Its page in Markdown: `rules/<id>.md`.
    pub page: &'static str,
    /// Rules that say the same of the same statement less well; they are silent where this one speaks.
    pub covers: &'static [&'static str],
    /// What it asks; nothing when it is about authlint itself, and the engine reports by it.
    pub checks: &'static [Check],
}

/// A question, asked of each fact of one kind.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Of each call.
    Call(fn(&Call, &Project, &mut Report)),
    /// Of each change of a policy.
    Grant(fn(&Grant, &Project, &mut Report)),
    /// Of each statement about who may call a service.
    Service(fn(&Service, &Project, &mut Report)),
    /// Of the audiences of its own that each service is given in a file.
    Audiences(fn(&CustomAudiences, &Project, &mut Report)),
    /// Of each header of a job or task.
    Header(fn(&Header, &Project, &mut Report)),
    /// Of the variables that each target is given by the statements of one flow.
    Environment(fn(&Environment, &Project, &mut Report)),
    /// Of each permission that somebody needs, and whether it is granted.
    Need(fn(&Need, &Verdict, &Project, &mut Report)),
    /// Of each stored value.
    Stored(fn(&Stored, &Project, &mut Report)),
    /// Of each account that is named.
    Account(fn(&Account, &Project, &mut Report)),
    /// Of each job of CI.
    Job(fn(&CiJob, &Project, &mut Report)),
    /// Of each step that authenticates to Google Cloud.
    Authentication(fn(&Authentication, &Project, &mut Report)),
    /// Of each text that is taken as it stands.
    Verbatim(fn(&Verbatim, &Project, &mut Report)),
    /// Of each gcloud command line.
    Gcloud(fn(&Gcloud, &Project, &mut Report)),
    /// Of each request to the metadata server.
    Metadata(fn(&Metadata, &Project, &mut Report)),
    /// Of each account that is named in full to the IAM Credentials API.
    FullName(fn(&FullName, &Project, &mut Report)),
    /// Of each ID token of whoever a program runs as.
    Minted(fn(&Minted, &Project, &mut Report)),
    /// Of each URL that is signed.
    SignedUrl(fn(&SignedUrl, &Project, &mut Report)),
    /// Of each token that is verified.
    Verification(fn(&Verification, &Project, &mut Report)),
}

/// What a rule has to say of one outcome of one statement.
#[derive(Debug)]
pub struct Draft {
    /// How bad.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// What is wrong here, and what Google will answer.
    pub message: String,
    /// A few words for the place; may be empty.
    pub label: String,
    /// What to write instead.
    pub help: String,
    /// Other places that bear on it.
    pub related: Vec<(Place, String)>,
    /// How to mend it; edits at places that are not exact are no fix.
    pub fix: Option<(Safety, Vec<(Place, String)>)>,
    /// Whether the fix is made behind another statement, where a line ends.
    pub elsewhere: bool,
    /// The statement.
    pub at: Statement,
}

/// Collects what a rule says.
#[derive(Debug, Default)]
pub struct Report {
    drafts: Vec<Draft>,
}

impl Report {
    /// Says that this will fail, or is a hole in security, for sure.
    pub fn error(&mut self, at: &Statement, place: Place, message: impl Into<String>) -> &mut Draft {
        self.add(Level::Error, at, place, message)
    }

    /// Says that this very probably fails.
    pub fn warning(&mut self, at: &Statement, place: Place, message: impl Into<String>) -> &mut Draft {
        self.add(Level::Warning, at, place, message)
    }

    /// Says that there is a better way.
    pub fn advice(&mut self, at: &Statement, place: Place, message: impl Into<String>) -> &mut Draft {
        self.add(Level::Advice, at, place, message)
    }

    /// Says something at a level.
    #[expect(clippy::indexing_slicing, reason = "the draft was just pushed")]
    pub fn add(&mut self, level: Level, at: &Statement, place: Place, message: impl Into<String>) -> &mut Draft {
        self.drafts.push(Draft {
            level,
            place,
            message: message.into(),
            label: String::new(),
            help: String::new(),
            related: Vec::new(),
            fix: None,
            elsewhere: false,
            at: at.clone(),
        });
        let last = self.drafts.len() - 1;
        &mut self.drafts[last]
    }

    /// All that was said.
    pub fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

impl Draft {
    /// A few words for the primary place.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// What to write instead.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = help.into();
        self
    }

    /// Another place that bears on it.
    pub fn related(&mut self, place: Place, message: impl Into<String>) -> &mut Self {
        self.related.push((place, message.into()));
        self
    }

    /// Where a value was built, when that is not where it is used.
    pub fn built(&mut self, given: &Given, what: &str) -> &mut Self {
        let elsewhere = given
            .value
            .pieces()
            .iter()
            .map(crate::value::Piece::place)
            .find(|place| place.file != given.at.file || !self.at.span.contains(place.span));
        match elsewhere {
            Some(place) => self.related(place, format!("{what} is built here")),
            None => self,
        }
    }

    /// How to mend it behind another statement, where a line ends there.
    pub fn fix_behind(&mut self, place: Place, text: String) -> &mut Self {
        self.elsewhere = true;
        self.fix(Safety::Unsafe, [(place, text)])
    }

    /// How to mend it, at places whose bytes are known.
    pub fn fix(&mut self, safety: Safety, edits: impl IntoIterator<Item = (Place, String)>) -> &mut Self {
        let edits: Vec<(Place, String)> = edits.into_iter().collect();
        if !edits.is_empty() && edits.iter().all(|(place, _)| place.exact) {
            self.fix = Some((safety, edits));
        }
        self
    }
}
