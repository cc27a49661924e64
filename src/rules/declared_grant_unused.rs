//! A grant that the configuration declares is one that nothing here needs.

use crate::facts::Grant;
use crate::finding::{Level, Safety};
use crate::gcp::wording::Wording;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "declared-grant-unused",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("declared-grant-unused"),
    covers: &[],
    checks: &[Check::Grant(Within(check))],
    ..Rule::STABLE
};

fn check(grant: &Grant, project: &Project, report: &mut Report) {
    if grant.wording != Wording::Declared || project.is_needed(grant) {
        return;
    }
    let member = grant.member.as_ref().map(|member| member.value.to_string()).unwrap_or_default();
    let role = grant.role.as_ref().map(|role| role.value.to_string()).unwrap_or_default();
    let on = grant.resource.as_ref().map(|on| format!(" on `{on}`")).unwrap_or_default();
    let message = format!("nothing in this project needs `{role}`{on} for `{member}`: this declaration has no effect");
    let draft = report.warning(&grant.at, grant.command, message);
    draft
        .label("needed by nothing")
        .help("take it away; or mend the member, the role or `on`: `authlint graph` shows who calls what");
    // It may be misspelt; then the grant that was meant is missed as before.
    if grant.at.span != grant.command.span {
        draft.fix(Safety::Unsafe, [(Place::exact(grant.at.file, grant.at.span), String::new())]);
    }
}
