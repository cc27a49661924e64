//! A binding is changed without a word about its condition, which fails where the policy has conditions.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::command::Arity;
use crate::project::Project;
use crate::rule::Ask::Within;
use crate::rule::{Change, Check, Group, Report, Rule};
use crate::value::Place;

pub(super) static RULE: Rule = Rule {
    id: "unstated-condition",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Safe),
    page: page!("unstated-condition"),
    covers: &[],
    checks: &[Check::Gcloud(Within(check))],
    ..Rule::STABLE
};

/// Commands whose bindings may have conditions are those that know the flag (the argument parsers of gcloud 578).
fn check(gcloud: &Gcloud, project: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let changes =
        invocation.path.ends_with("add-iam-policy-binding") || invocation.path.ends_with("remove-iam-policy-binding");
    let knows = || invocation.command.is_some_and(|command| command.flag("--condition").is_some());
    let says = || ["--condition", "--condition-from-file", "--all"].iter().any(|flag| !invocation.has(flag).is_no());
    if !changes || invocation.guessed || !knows() || says() || project.is_document(&gcloud.at) {
        return;
    }
    let conditional = project.conditional_beside(&gcloud.at);
    let answer = if invocation.path.ends_with("remove-iam-policy-binding") {
        "gcloud answers \"Removing a binding without specifying a condition from a policy containing conditions is \
         prohibited in non-interactive mode\""
    } else {
        "gcloud answers \"Adding a binding without specifying a condition to a policy containing conditions is prohibited \
         in non-interactive mode\""
    };
    let says_nothing = format!("`{}` says nothing of a condition", invocation.shown());
    let draft = if let Some(other) = conditional {
        let message =
            format!("{says_nothing}, and this project gives the same policy a binding with one: in a script, {answer}");
        report.warning(&gcloud.at, invocation.at, message).related(other, "a binding with a condition")
    } else {
        let message = format!("{says_nothing}: as soon as the policy has a binding with one, in a script, {answer}");
        report.advice(&gcloud.at, invocation.at, message)
    };
    draft.label("without `--condition`").help("add `--condition=None`");
    // Behind the last flag, where one would write it; else behind the command.
    let own = |place: &Place| place.file == gcloud.at.file && gcloud.at.span.contains(place.span);
    let last = invocation.flags.iter().filter(|flag| own(&flag.at)).max_by_key(|flag| flag.at.span.start);
    let none = "--condition=None".to_owned();
    let edit = match last {
        // It would become the value of the one before.
        Some(flag) if flag.value.is_none() && flag.known.is_some_and(|known| known.arity == Arity::One) => return,
        Some(flag) if flag.value.is_some() => (flag.at, Change::AfterFlag(none)),
        Some(flag) => (flag.at, Change::After(none)),
        None => (invocation.verb, Change::After(none)),
    };
    draft.fix(Safety::Safe, [edit]);
}
