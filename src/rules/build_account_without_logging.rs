//! A build names the account that it runs as, and not where its logs go.

use crate::facts::{Build, BuildStart};
use crate::finding::{Level, Safety};
use crate::project::Project;
use crate::rule::Ask::{Alone, Within};
use crate::rule::{Check, Draft, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "build-account-without-logging",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("build-account-without-logging"),
    covers: &[],
    checks: &[Check::Build(Alone(build)), Check::BuildStart(Within(start))],
    ..Rule::STABLE
};

const ANSWER: &str = "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket', (b) use \
                      the REGIONAL_USER_OWNED_BUCKET build.options.default_logs_bucket_behavior option, or (c) use either \
                      CLOUD_LOGGING_ONLY / NONE logging options";

fn build(build: &Build, report: &mut Report) {
    let Some(account) = build.account.as_ref().filter(|account| !account.value.is_empty().is_yes()) else { return };
    if !build.logs.is_no() {
        return;
    }
    let draft = report.error(
        &build.at,
        account.at,
        format!("this build names the account that it runs as, and not where its logs go; Cloud Build will answer `{ANSWER}`"),
    );
    say(draft, build);
}

fn start(start: &BuildStart, project: &Project, report: &mut Report) {
    let Some(config) = start.config.value.literal() else { return };
    let Some(build) = project.build_in(&config, &start.at).filter(|build| build.account.is_none()) else { return };
    if !build.logs.is_no() || start.account.value.is_empty().is_yes() {
        return;
    }
    let draft = report.error(
        &start.at,
        start.account.at,
        format!(
            "the build of `{config}` is to run as an account that is named here, and does not say where its logs go; Cloud Build \
             will answer `{ANSWER}`"
        ),
    );
    draft.related(build.said, "the build");
    say(draft, build);
}

fn say(draft: &mut Draft, build: &Build) {
    draft.label("an account of its own").help("add `options` with `logging: CLOUD_LOGGING_ONLY` to the build");
    if let Some((place, text)) = &build.room {
        draft.fix_in(Safety::Safe, [(*place, text.clone())]);
    }
}
