//! Bindings are added to one policy by commands that run at once.

use crate::facts::{Grant, Mark, MarkKind, Verb};
use crate::finding::Level;
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "parallel-policy-edits",
    group: Group::Ci,
    level: Level::Advice,
    fix: None,
    preview: true,
    page: page!("parallel-policy-edits"),
    covers: &[],
    checks: &[Check::Grant(Within(check))],
    ..Rule::STABLE
};

/// What is compared with each other; nobody writes so many by hand.
const MAX_MARKS: usize = 300;
const MAX_GRANTS: usize = 2000;

fn check(grant: &Grant, project: &Project, report: &mut Report) {
    let facts = &project.facts;
    if facts.marks.len() > MAX_MARKS || facts.grants.len() > MAX_GRANTS {
        return;
    }
    if grant.wording != Wording::Command || grant.verb != Verb::Add || grant.resource.is_none() {
        return;
    }
    let Some(own) = background(grant, project) else { return };
    let is_over = |from: u32, to: u32| {
        facts.marks.iter().any(|mark| {
            mark.kind == MarkKind::Waits && mark.at.flow == own.at.flow && (from..to).contains(&mark.at.order)
        })
    };
    let other = facts.grants.iter().find(|other| {
        other.at.flow == grant.at.flow
            && other.at.order < grant.at.order
            && other.is_on_policy_of(grant)
            && other.wording == Wording::Command
            && !other.at.excludes(&grant.at)
            && !is_over(other.at.order, grant.at.order)
            // Within one of them each waits for the one before.
            && background(other, project).is_some_and(|theirs| theirs.at.order != own.at.order)
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

/// What runs in the background that a grant is made in: it is told right behind it, each turn of a loop by itself.
fn background<'p>(grant: &Grant, project: &'p Project) -> Option<&'p Mark> {
    project.facts.marks.iter().find(|mark| {
        mark.kind == MarkKind::Background
            && mark.at.flow == grant.at.flow
            && mark.at.order > grant.at.order
            && mark.at.file == grant.at.file
            && mark.at.span.contains(grant.at.span)
    })
}
