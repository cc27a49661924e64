//! What a rule is, and what it reports. Knows no single rule.

use crate::eval::Statement;
use crate::facts::{
    Account, Authentication, Build, BuildStart, Call, CiJob, CustomAudiences, FederationProvider, FullName, Gcloud,
    Given, Grant, Header, Image, Machine, Metadata, Minted, Push, Service, ServiceAccountKey, SignedUrl, Stored, Uses,
    Verbatim, Verification,
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
    /// What it is about.
    pub group: Group,
    /// Whether it is on trial: silent unless it is asked for by `--preview` or by name.
    pub preview: bool,
    /// Names that it had before, which still stand for it everywhere.
    pub aliases: &'static [&'static str],
    /// How bad a hole in security it is, if it is one and not only a call that fails.
    pub hole: Option<Hole>,
    /// Its page in Markdown: `rules/<id>.md`.
    pub page: &'static str,
    /// Rules that say the same of the same statement less well; they are silent where this one speaks.
    pub covers: &'static [&'static str],
    /// What it asks; nothing when it is about authlint itself, and the engine reports by it.
    pub checks: &'static [Check],
}

impl Rule {
    /// What most rules have in common: never renamed, not on trial.
    pub(crate) const STABLE: Self = Self {
        id: "",
        level: Level::Advice,
        fix: None,
        group: Group::Own,
        preview: false,
        aliases: &[],
        hole: None,
        page: "",
        covers: &[],
        checks: &[],
    };

    /// The version of authlint that had it first, as its page says.
    pub fn since(&self) -> &'static str {
        let said = self.page.lines().find_map(|line| line.strip_prefix("Since: "));
        said.map_or("", |since| since.trim_end_matches('.'))
    }

    /// The fault in one sentence: the first of its page.
    pub fn summary(&self) -> String {
        let lines = self.page.lines().skip_while(|line| line.trim().is_empty() || line.starts_with('#'));
        let paragraph = lines.take_while(|line| !line.trim().is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
        match paragraph.split_once(". ") {
            Some((sentence, _)) => format!("{sentence}."),
            None => paragraph,
        }
    }

    /// Whether this is its id, or was once.
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.contains(&name)
    }
}

/// How bad a hole is for who runs the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hole {
    /// Somebody who should not gets in, or gets hold of a credential that lasts.
    High,
    /// It takes one more mistake.
    Medium,
}

impl Hole {
    /// As a number of the Common Vulnerability Scoring System, in the middle of its band.
    pub fn score(self) -> &'static str {
        match self {
            Self::High => "8.0",
            Self::Medium => "5.5",
        }
    }
}

/// What rules are about, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The wrong kind of credential for the host.
    Credential,
    /// Whom a token is for, and which URL is called.
    Audience,
    /// Who may do what.
    Grants,
    /// Variables and secrets of what is deployed.
    Environment,
    /// gcloud's commands and flags.
    Gcloud,
    /// How tokens are made and checked.
    Minting,
    /// CI, federation, keys and builds.
    Ci,
    /// authlint itself.
    Own,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Credential,
        Self::Audience,
        Self::Grants,
        Self::Environment,
        Self::Gcloud,
        Self::Minting,
        Self::Ci,
        Self::Own,
    ];

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Credential => "Wrong credential for the host",
            Self::Audience => "Audience and URL",
            Self::Grants => "Grants",
            Self::Environment => "Environment and secrets",
            Self::Gcloud => "gcloud's own shape",
            Self::Minting => "Minting tokens",
            Self::Ci => "CI and federation",
            Self::Own => "About authlint itself",
        }
    }

    /// As a word for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Audience => "audience",
            Self::Grants => "grants",
            Self::Environment => "environment",
            Self::Gcloud => "gcloud",
            Self::Minting => "minting",
            Self::Ci => "ci",
            Self::Own => "authlint",
        }
    }
}

/// What a question looks at.
#[derive(Debug)]
pub enum Ask<F: 'static> {
    /// A fact alone: the answer is the same whatever else the project holds, so that it can be kept.
    Alone(fn(&F, &mut Report)),
    /// A fact in its project.
    Within(fn(&F, &Project, &mut Report)),
}

/// A question, asked of each fact of one kind.
#[derive(Debug)]
pub enum Check {
    /// Of each call.
    Call(Ask<Call>),
    /// Of each change of a policy.
    Grant(Ask<Grant>),
    /// Of each statement about who may call a service.
    Service(Ask<Service>),
    /// Of the audiences of its own that each service is given in a file.
    Audiences(Ask<CustomAudiences>),
    /// Of each header of a job or task.
    Header(Ask<Header>),
    /// Of the variables that each target is given by the statements of one flow.
    Environment(fn(&Environment, &Project, &mut Report)),
    /// Of each permission that somebody needs, and whether it is granted.
    Need(fn(&Need, &Verdict, &Project, &mut Report)),
    /// Of each stored value.
    Stored(Ask<Stored>),
    /// Of each account that is named.
    Account(Ask<Account>),
    /// Of each job of CI.
    Job(Ask<CiJob>),
    /// Of each step that authenticates to Google Cloud.
    Authentication(Ask<Authentication>),
    /// Of each machine that begins.
    Machine(Ask<Machine>),
    /// Of each action that a step uses.
    Uses(Ask<Uses>),
    /// Of each build that is described.
    Build(Ask<Build>),
    /// Of each build that is started from a file.
    BuildStart(Ask<BuildStart>),
    /// Of each image.
    Image(Ask<Image>),
    /// Of each image that is pushed.
    Push(Ask<Push>),
    /// Of each provider of an identity pool.
    Provider(Ask<FederationProvider>),
    /// Of each key of a service account that is declared.
    Key(Ask<ServiceAccountKey>),
    /// Of each text that is taken as it stands.
    Verbatim(Ask<Verbatim>),
    /// Of each gcloud command line.
    Gcloud(Ask<Gcloud>),
    /// Of each request to the metadata server.
    Metadata(Ask<Metadata>),
    /// Of each account that is named in full to the IAM Credentials API.
    FullName(Ask<FullName>),
    /// Of each ID token of whoever a program runs as.
    Minted(Ask<Minted>),
    /// Of each URL that is signed.
    SignedUrl(Ask<SignedUrl>),
    /// Of each token that is verified.
    Verification(Ask<Verification>),
}

/// What a rule has to say of one outcome of one statement.
#[derive(Debug, Clone)]
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
    pub fix: Option<(Safety, Vec<(Place, Change)>)>,
    /// Whether the fix is made in other statements, whose text it changes.
    pub moves: bool,
    /// The statement.
    pub at: Statement,
}

/// What a fix does where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// What stands there becomes this text; of places whose bytes are known alone.
    To(String),
    /// The word or the item of a list becomes this one, without quotes.
    Word(String),
    /// The word or the item of a list goes, with what parts it from the one before.
    Cut,
    /// The flag of this name goes, with its value, whether that stands in the same word or in the next.
    CutFlag,
    /// Its lines go, if nothing else stands on them.
    CutLines,
    /// A text in front of the value of the flag of this name.
    BeforeValue(String),
    /// More words or items of a list behind it, with a blank between them.
    After(String),
    /// The same behind the flag of this name and its value.
    AfterFlag(String),
    /// Names that stand there once each become others, by the first list whose names are all there.
    Rename(Vec<Names>),
    /// More lines below its own, set in as that is.
    Below(String),
    /// The same behind a statement that has its lines to itself, where another one may stand.
    Behind(String),
}

/// Names, and what becomes of them.
pub type Names = &'static [(&'static str, &'static str)];

impl From<String> for Change {
    fn from(text: String) -> Self {
        Self::To(text)
    }
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
            moves: false,
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

    /// How to mend it by lines behind another statement.
    pub fn fix_behind(&mut self, statement: Place, lines: String) -> &mut Self {
        self.fix_in(Safety::Unsafe, [(statement, Change::Behind(lines))])
    }

    /// How to mend it in other statements than its own, at places whose bytes are known.
    pub fn fix_in<C: Into<Change>>(
        &mut self,
        safety: Safety,
        edits: impl IntoIterator<Item = (Place, C)>,
    ) -> &mut Self {
        self.moves = true;
        self.fix(safety, edits)
    }

    /// How to mend it: texts at places whose bytes are known, words and lines where others stand.
    pub fn fix<C: Into<Change>>(&mut self, safety: Safety, edits: impl IntoIterator<Item = (Place, C)>) -> &mut Self {
        let edits: Vec<(Place, Change)> = edits.into_iter().map(|(place, change)| (place, change.into())).collect();
        let is_known = |(place, change): &(Place, Change)| place.exact || !matches!(change, Change::To(_));
        if !edits.is_empty() && edits.iter().all(is_known) {
            self.fix = Some((safety, edits));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_of_a_page_may_span_lines() {
        let summary = |page: &'static str| Rule { page, ..Rule::STABLE }.summary();
        assert_eq!(
            summary("# some-rule\n\nA token of run.app\nis wrong. It is so.\n\nMore."),
            "A token of run.app is wrong."
        );
        assert_eq!(summary("# x\n\nOne only.\n"), "One only.");
        assert_eq!(summary(""), "");
    }

    #[test]
    fn a_rule_keeps_the_names_that_it_had() {
        let rule = Rule { id: "new-name", aliases: &["old-name"], page: "# x\n\nSince: 0.2.0.\n", ..Rule::STABLE };
        assert!(rule.is_called("new-name") && rule.is_called("old-name") && !rule.is_called("name"));
        assert_eq!(rule.since(), "0.2.0");
    }
}
