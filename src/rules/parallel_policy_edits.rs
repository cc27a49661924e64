//! Bindings are added to one policy by commands that run at once.

use crate::facts::{Grant, Verb};
use crate::finding::Level;
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "parallel-policy-edits",
    group: Group::Ci,
    level: Level::Advice,
    fix: None,
    preview: true,
    page: page!("parallel-policy-edits"),
    covers: &[],
    checks: &[Check::Grant(check)],
    ..Rule::STABLE
};

/// What is compared with each other; nobody writes so many by hand.
const MAX_PARALLEL: usize = 200;
const MAX_GRANTS: usize = 2000;

fn check(grant: &Grant, project: &Project, report: &mut Report) {
    let facts = &project.facts;
    if facts.parallel.len() > MAX_PARALLEL || facts.grants.len() > MAX_GRANTS {
        return;
    }
    if grant.wording != Wording::Command || grant.verb != Verb::Add || grant.resource.is_none() {
        return;
    }
    // It is told right behind the statement, or behind all turns of the loop that holds it.
    let contains = |at: &crate::eval::Statement| at.file == grant.at.file && at.span.contains(grant.at.span);
    let Some(own) = facts
        .parallel
        .iter()
        .find(|one| !one.waits && one.at.flow == grant.at.flow && one.at.order > grant.at.order && contains(&one.at))
    else {
        return;
    };
    let is_over = |from: u32, to: u32| {
        facts.parallel.iter().any(|one| one.waits && one.at.flow == own.at.flow && (from..to).contains(&one.at.order))
    };
    let other = facts.grants.iter().find(|other| {
        other.at.flow == grant.at.flow
            && other.at.order < grant.at.order
            && other.is_on_policy_of(grant)
            && other.wording == Wording::Command
            && !other.at.excludes(&grant.at)
            && !is_over(other.at.order, grant.at.order)
            && facts.parallel.iter().any(|one| {
                !one.waits
                    && one.at.flow == other.at.flow
                    && one.at.file == other.at.file
                    && one.at.span.contains(other.at.span)
            })
    });
    let Some(other) = other else { return };
    let draft = report.advice(
        &grant.at,
        grant.command,
        "this changes a policy while another command does: each reads it, changes it and writes all of it back; one of them will \
         be told that `There were concurrent policy changes`",
    );
    draft.label("at once").help("run them one after the other");
    if other.command != grant.command {
        draft.related(other.command, "with this");
    }
}
