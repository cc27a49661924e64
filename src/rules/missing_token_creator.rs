//! An account is impersonated by one that has no grant to have its tokens.

use crate::finding::{Level, Safety};
use crate::project::{Need, Project, Purpose, Verdict};
use crate::rule::{Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "missing-token-creator",
    group: Group::Grants,
    level: Level::Warning,
    fix: Some(Safety::Unsafe),
    page: page!("missing-token-creator"),
    covers: &[],
    checks: &[Check::Need(check)],
    ..Rule::STABLE
};

fn check(need: &Need, verdict: &Verdict, project: &Project, report: &mut Report) {
    let (Purpose::Impersonate, Verdict::Missing(missing)) = (need.purpose, verdict) else { return };
    let (Some(account), Some(on), Some(permission)) = (need.account(), &need.on, need.permissions.first()) else {
        return;
    };
    if !missing.knows_account && !missing.knows_resource {
        return;
    }
    let message = format!(
        "this command impersonates `{}` as `{}`, and no grant in these files gives that account `{permission}` on it; \
         gcloud will answer \"failed to impersonate\"",
        on.name, account.value
    );
    let draft = report.warning(&need.at, need.place, message);
    draft.label("who runs this may not have its tokens").related(account.at, "who runs this");
    super::say_missing(need, verdict, missing, project, draft);
}
