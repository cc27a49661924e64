//! A flag that is there or not is given a value.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::command::Arity;
use crate::gcp::invocation::FlagUse;
use crate::project::Project;
use crate::rule::{Check, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "flag-with-value",
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("flag-with-value"),
    covers: &[],
    checks: &[Check::Gcloud(check)],
};

fn check(gcloud: &Gcloud, _: &Project, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let Some(command) = invocation.command.filter(|_| !invocation.guessed) else { return };
    for flag in &invocation.flags {
        let own = command.own_flags().any(|own| own.is(&flag.name));
        if !own || !flag.glued || flag.known.is_none_or(|known| known.arity != Arity::None) {
            continue;
        }
        let Some(value) = &flag.value else { continue };
        let message = format!(
            "`{}` takes no value; gcloud will refuse `={value}` (ignored explicit argument)",
            flag.name
        );
        let draft = report.error(&gcloud.at, flag.at, message);
        draft.label("is there or not");
        match right(flag) {
            Some(right) => {
                draft.help(format!("write `{right}`"));
                if flag.whole().exact {
                    draft.fix(Safety::Safe, [(flag.whole(), right)]);
                }
            }
            None => {
                draft.help(format!("write `{}` or `{}`", flag.name, negated(&flag.name)));
            }
        }
    }
}

/// The flag that says what the value says.
fn right(flag: &FlagUse) -> Option<String> {
    match flag.value.as_ref()?.literal()?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(flag.name.clone()),
        "false" | "no" | "0" => Some(negated(&flag.name)),
        _ => None,
    }
}

fn negated(name: &str) -> String {
    match name.strip_prefix("--no-") {
        Some(rest) => format!("--{rest}"),
        None => format!("--no-{}", name.trim_start_matches("--")),
    }
}
