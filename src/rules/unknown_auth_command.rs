//! A command about authentication that gcloud does not have.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::command::{self, Track};
use crate::gcp::invocation::Invocation;
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Names, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "unknown-auth-command",
    group: Group::Gcloud,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unknown-auth-command"),
    covers: &[],
    checks: &[Check::Gcloud(Alone(check))],
    ..Rule::STABLE
};

/// Groups in which a misspelt command is about authentication.
const GROUPS: &[&str] = &[
    "auth",
    "auth application-default",
    "iam",
    "iam service-accounts",
    "iam service-accounts keys",
    "iam roles",
    "iam workload-identity-pools",
    "iam workload-identity-pools providers",
    "projects",
    "run services",
    "run jobs",
    "functions",
    "scheduler jobs create",
    "scheduler jobs update",
    "secrets",
    "secrets versions",
    "services identity",
    "scheduler",
];

/// Words that people write for commands that have another name, and that name.
const RENAMED: &[(&str, &str)] = &[
    ("add-iam-binding", "add-iam-policy-binding"),
    ("add-iam-member", "add-iam-policy-binding"),
    ("add-iam-policy", "add-iam-policy-binding"),
    ("add-policy-binding", "add-iam-policy-binding"),
    ("print-id-token", "print-identity-token"),
    ("remove-iam-binding", "remove-iam-policy-binding"),
    ("remove-iam-policy", "remove-iam-policy-binding"),
    ("remove-policy-binding", "remove-iam-policy-binding"),
];

fn check(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    if invocation.guessed {
        return;
    }
    if invocation.is(&["services identity create"]) {
        if invocation.track == Some(Track::Ga) && !command::tracks(invocation.path).contains(&Track::Ga) {
            needs_beta(gcloud, report);
        }
        return;
    }
    let Some(stray) = &invocation.stray else { return };
    let (Some(word), Some(place)) = (stray.literal(), stray.place()) else { return };
    let mut change = None;
    let help = match (invocation.path, word.as_str()) {
        ("auth application-default", "print-identity-token") => {
            change = Some((Safety::Unsafe, (invocation.verb, Change::Cut)));
            "write `gcloud auth print-identity-token`, which prints a token of gcloud's own account".to_owned()
        }
        ("sql instances", "add-iam-policy-binding" | "remove-iam-policy-binding") => {
            format!("use `gcloud projects {word}`: gcloud has no policies of single instances")
        }
        (group, word) => {
            let sure = renamed(group, word).map(|right| (Safety::Safe, right));
            let guess = || Some((Safety::Unsafe, near(group, word)?));
            let several = || Some((Safety::Safe, plural(invocation, word)?));
            let Some((safety, right)) = sure.or_else(several).or_else(guess) else { return };
            change = Some((safety, (place, Change::To(right.to_owned()))));
            format!("write `{} {right}`", group_of(invocation))
        }
    };
    let message = format!("`{}` has no command `{word}` and will refuse it (Invalid choice)", group_of(invocation));
    let draft = report.error(&gcloud.at, place, message);
    draft.label("no such command").help(help);
    if let Some((safety, edit)) = change {
        draft.fix(safety, [edit]);
    }
}

/// Where that stands as one text; elsewhere a flag or a quote may stand between.
const BETA: Names = &[("gcloud services identity", "gcloud beta services identity")];

fn needs_beta(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    let message = format!(
        "`{}` exists only as `gcloud beta {}` (Invalid choice: 'identity')",
        invocation.shown(),
        invocation.path
    );
    let draft = report.error(&gcloud.at, invocation.at, message);
    draft.label("not generally available").help(format!("write `gcloud beta {}`", invocation.path));
    draft.fix(Safety::Safe, [(invocation.at, Change::Rename(vec![BETA]))]);
}

/// The command of a group that a word is written for.
fn renamed(group: &str, word: &str) -> Option<&'static str> {
    let right = RENAMED.iter().find(|(wrong, _)| *wrong == word)?.1;
    command::children(group).contains(&right).then_some(right)
}

/// The group of which a singular is written, when the next word is a command of that group.
fn plural(invocation: &Invocation, word: &str) -> Option<&'static str> {
    let (group, next) = (invocation.path, invocation.positionals.get(1)?.literal()?);
    let right = command::children(group).into_iter().find(|child| child.strip_suffix('s') == Some(word))?;
    let path = if group.is_empty() { right.to_owned() } else { format!("{group} {right}") };
    let ours = GROUPS.iter().any(|known| *known == path || known.starts_with(&format!("{path} ")));
    (ours && command::children(&path).contains(&next.as_str())).then_some(right)
}

/// As a message names the group; without one it is gcloud itself.
fn group_of(invocation: &Invocation) -> String {
    invocation.shown().trim_end().to_owned()
}

fn near(group: &str, word: &str) -> Option<&'static str> {
    if !GROUPS.contains(&group) {
        return None;
    }
    let plain = word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let nearest = command::children(group).into_iter().map(|child| (strsim::osa_distance(child, word), child)).min()?;
    (plain && nearest.0 <= 2).then_some(nearest.1)
}
