//! Asks the rules, each of every fact that it is about.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::merge::Said;
use crate::eval;
use crate::facts::Facts;
use crate::project::{Need, Project, Verdict};
use crate::rule::{Ask, Check, Report, Rule};
use crate::rules::RULES;

/// What the rules say of facts, rule by rule.
#[derive(Debug, Default)]
pub(super) struct Answers(Vec<(&'static Rule, Said)>);

impl Answers {
    /// Asks all that looks at each fact alone.
    pub fn alone(facts: &Facts) -> Self {
        // A rule that fails is silent, and nobody else's facts go with it.
        let caught =
            |rule: &'static Rule| catch_unwind(AssertUnwindSafe(|| ask(rule, facts, None))).unwrap_or_default();
        let said = RULES.iter().map(|rule| (*rule, caught(rule)));
        let mut all: Vec<(&Rule, Said)> = said.filter(|(_, said)| !said.is_empty()).collect();
        // They are kept for each root until all are joined.
        for (_, said) in &mut all {
            said.shrink();
        }
        all.shrink_to_fit();
        Self(all)
    }

    /// What each rule said.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Rule, &Said)> {
        self.0.iter().map(|(rule, said)| (*rule, said))
    }
}

/// Asks one rule all that it asks of the facts of a project, beside what looks at each of them alone.
pub(super) fn within(rule: &'static Rule, project: &Project) -> Said {
    catch_unwind(AssertUnwindSafe(|| ask(rule, &project.facts, Some(project)))).unwrap_or_default()
}

/// Asks one rule what looks at facts alone, or what looks at them in their project.
fn ask(rule: &'static Rule, facts: &Facts, project: Option<&Project>) -> Said {
    let mut said = Said::of(rule);
    // Every fact says where its statement is.
    macro_rules! each {
        ($ask:ident, $kind:ident) => {
            match ($ask, project) {
                (Ask::Alone(ask), None) => ask_all(&facts.$kind, |fact| &fact.at, ask, &mut said),
                (Ask::Within(ask), Some(project)) => {
                    ask_all(&facts.$kind, |fact| &fact.at, |fact, report| ask(fact, project, report), &mut said)
                }
                _ => {}
            }
        };
    }
    for check in rule.checks {
        match check {
            Check::Call(ask) => each!(ask, calls),
            Check::Grant(ask) => each!(ask, grants),
            Check::Audiences(ask) => each!(ask, custom_audiences),
            Check::Service(ask) => each!(ask, services),
            Check::Header(ask) => each!(ask, headers),
            Check::Stored(ask) => each!(ask, stored),
            Check::Account(ask) => each!(ask, accounts),
            Check::Job(ask) => each!(ask, jobs),
            Check::Authentication(ask) => each!(ask, authentications),
            Check::Verbatim(ask) => each!(ask, verbatim),
            Check::Machine(ask) => each!(ask, machines),
            Check::Uses(ask) => each!(ask, uses),
            Check::Build(ask) => each!(ask, builds),
            Check::BuildStart(ask) => each!(ask, build_starts),
            Check::Image(ask) => each!(ask, images),
            Check::Push(ask) => each!(ask, pushes),
            Check::Provider(ask) => each!(ask, providers),
            Check::Key(ask) => each!(ask, keys),
            Check::Gcloud(ask) => each!(ask, commands),
            Check::Metadata(ask) => each!(ask, metadata),
            Check::FullName(ask) => each!(ask, full_names),
            Check::Minted(ask) => each!(ask, minted),
            Check::SignedUrl(ask) => each!(ask, signed_urls),
            Check::Verification(ask) => each!(ask, verifications),
            Check::Environment(ask) => {
                let Some(project) = project else { continue };
                for environment in project.environments() {
                    let mut report = Report::default();
                    ask(environment, project, &mut report);
                    // Each statement is asked about, whichever is to blame.
                    for change in project.changes(environment) {
                        said.add(&change.at, Vec::new());
                    }
                    for draft in report.into_drafts() {
                        let at = draft.at.clone();
                        said.add(&at, vec![draft]);
                    }
                }
            }
            Check::Need(ask) => {
                let Some(project) = project else { continue };
                let ask = |(need, verdict): &(Need, Verdict), report: &mut Report| ask(need, verdict, project, report);
                ask_all(project.needs(), |(need, _)| &need.at, ask, &mut said);
            }
        }
    }
    said
}

fn ask_all<F>(facts: &[F], at: impl Fn(&F) -> &eval::Statement, ask: impl Fn(&F, &mut Report), said: &mut Said) {
    for fact in facts {
        let mut report = Report::default();
        ask(fact, &mut report);
        said.add(at(fact), report.into_drafts());
    }
}
