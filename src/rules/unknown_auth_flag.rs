//! A flag about authentication is given to a command that does not have it.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::command::{self, Command};
use crate::gcp::invocation::{self, FlagUse, Invocation};
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "unknown-auth-flag",
    group: Group::Gcloud,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unknown-auth-flag"),
    // The role that a command does not take is no role of that command.
    covers: &["wrong-invoker-role"],
    checks: &[Check::Gcloud(Alone(check))],
    ..Rule::STABLE
};

/// What flags about authentication have in their names.
const WORDS: &[&str] = &[
    "account",
    "audience",
    "oauth",
    "oidc",
    "member",
    "role",
    "condition",
    "authenticated",
    "invoker",
    "impersonate",
    "token",
    "scope",
    "key-file",
    "secret",
    "iap",
    "auth",
    "ingress",
];

/// Names that are often taken for others, and mean the same.
const RENAMED: &[(&str, &str)] = &[
    ("--push-auth-audience", "--push-auth-token-audience"),
    ("--push-auth-service-account-email", "--push-auth-service-account"),
    ("--oidc-audience", "--oidc-token-audience"),
    ("--oidc-service-account", "--oidc-service-account-email"),
    ("--oauth-service-account", "--oauth-service-account-email"),
    ("--oauth-scope", "--oauth-token-scope"),
    ("--audience", "--audiences"),
    ("--members", "--member"),
    ("--roles", "--role"),
    ("--service-account-email", "--service-account"),
    ("--allow-unauthenticated-access", "--allow-unauthenticated"),
];

/// Flags that some commands have and others surely do not, with what to do there instead. Seen in gcloud's
/// own parsers (SDK 578.0.0; refused by that of 528.0.0 too).
const MISPLACED: &[(&str, &[&str], &str)] = &[
    ("functions add-invoker-policy-binding", &["--role"], "drop it: the command grants the right role by itself"),
    (
        "run services update",
        &["--allow-unauthenticated", "--no-allow-unauthenticated"],
        "use `gcloud run deploy`, or `gcloud run services add-iam-policy-binding` with `--member=allUsers \
         --role=roles/run.invoker`",
    ),
    (
        "run jobs ",
        &["--allow-unauthenticated", "--no-allow-unauthenticated"],
        "drop it: a job has no URL that anyone could call",
    ),
    (
        "run jobs execute",
        &["--service-account"],
        "set it with `gcloud run jobs update`: an execution runs as its job's account",
    ),
    (
        "run services replace",
        &["--allow-unauthenticated", "--no-allow-unauthenticated"],
        "use `gcloud run services add-iam-policy-binding` with `--member=allUsers --role=roles/run.invoker` afterwards",
    ),
    ("scheduler jobs create app-engine", TOKENS, "create an `http` job: App Engine targets carry no token"),
    ("scheduler jobs update app-engine", TOKENS, "use an `http` job: App Engine targets carry no token"),
    ("scheduler jobs create pubsub", TOKENS, "drop it: a Pub/Sub target carries no such token"),
    ("scheduler jobs update pubsub", TOKENS, "drop it: a Pub/Sub target carries no such token"),
    (
        "auth print-access-token",
        &["--audiences", "--audience"],
        "use `gcloud auth print-identity-token`: only ID tokens are made out for an audience",
    ),
    ("container clusters ", &["--enable-workload-identity"], "write `--workload-pool=PROJECT_ID.svc.id.goog`"),
];

/// Flags that take no value where they are known.
const SWITCHES: &[&str] = &["--allow-unauthenticated", "--no-allow-unauthenticated"];

/// Flags of the tokens that an HTTP target may carry.
const TOKENS: &[&str] =
    &["--oidc-service-account-email", "--oidc-token-audience", "--oauth-service-account-email", "--oauth-token-scope"];

/// What names of headers have that carry a credential.
const CREDENTIAL_HEADERS: &[&str] = &["auth", "token", "key", "secret"];

fn check(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    if invocation.command.is_none() || !invocation.is_command || invocation.guessed {
        return;
    }
    let mut unknown = invocation.flags.iter().filter(|flag| flag.known.is_none()).peekable();
    if unknown.peek().is_none() {
        return;
    }
    let commands = command::in_all_tracks(invocation.path);
    for flag in unknown {
        // The table is of one day: a flag of another track may have become this one's.
        if commands.iter().any(|command| command.flag(&flag.name).is_some()) {
            continue;
        }
        let Some((help, mend)) = advice(invocation, flag, &commands) else { continue };
        let message =
            format!("`{}` has no flag `{}` and will refuse it (unrecognized arguments)", invocation.shown(), flag.name);
        let draft = report.error(&gcloud.at, flag.at, message);
        draft.label("no such flag").help(help);
        let change = match mend {
            Mend::Name(right, safety) => {
                let plural = flag.name.strip_suffix('s') == Some(right);
                let several =
                    flag.value.as_ref().is_none_or(|value| value.literal().is_none_or(|text| text.contains(',')));
                if plural && several || !invocation.has(right).is_no() {
                    continue;
                }
                (safety, Change::To(right.to_owned()))
            }
            // The next word is none of its values.
            Mend::Drop if SWITCHES.contains(&flag.name.as_str()) && !flag.glued => (Safety::Safe, Change::Cut),
            Mend::Drop if flag.value.is_some() => (Safety::Safe, Change::CutFlag),
            Mend::Drop | Mend::None => continue,
        };
        draft.fix(change.0, [(flag.at, change.1)]);
    }
}

/// How a flag that is unknown is mended.
enum Mend {
    /// It is not said how.
    None,
    /// This one is meant.
    Name(&'static str, Safety),
    /// It says nothing that the command does not do, or cannot do.
    Drop,
}

/// What to do instead, and the flag that is surely meant.
fn advice(invocation: &Invocation, flag: &FlagUse, commands: &[Command]) -> Option<(String, Mend)> {
    let has = |name: &str| commands.iter().all(|command| command.flag(name).is_some());
    if let Some((_, _, help)) = MISPLACED.iter().find(|(path, flags, _)| {
        (invocation.path == *path || path.ends_with(' ') && invocation.path.starts_with(path))
            && flags.contains(&flag.name.as_str())
    }) {
        let is_lost = help.starts_with("drop it") && !says_more(flag);
        return Some(((*help).to_owned(), if is_lost { Mend::Drop } else { Mend::None }));
    }
    if invocation.path == "scheduler jobs update http" && flag.name == "--headers" && carries_a_credential(flag) {
        // It keeps the other headers of the job, which is all that an update can do short of clearing them.
        return Some(("write `--update-headers`".to_owned(), Mend::Name("--update-headers", Safety::Safe)));
    }
    if flag.name == "--condition" && invocation.path.ends_with("-iam-policy-binding") {
        let is_none = flag.value.as_ref().and_then(Value::literal).is_some_and(|text| text == "None");
        let mend = if is_none { Mend::Drop } else { Mend::None };
        return Some(("drop it: policies of this kind of resource take no conditions here".to_owned(), mend));
    }
    if let Some((_, right)) = RENAMED.iter().find(|(wrong, right)| *wrong == flag.name && has(right)) {
        return Some((format!("write `{right}`"), Mend::Name(right, Safety::Safe)));
    }
    let mut near: Vec<(usize, &str)> = commands
        .first()?
        .flags()
        .filter(|known| !known.hidden && WORDS.iter().any(|word| known.name.contains(word)))
        .map(|known| (strsim::osa_distance(&flag.name, known.name), known.name))
        .collect();
    near.sort_unstable();
    near.dedup();
    let (distance, nearest) = *near.first()?;
    let alone = near.get(1).is_none_or(|(other, _)| *other > distance + 1);
    let mend = if alone { Mend::Name(nearest, Safety::Unsafe) } else { Mend::None };
    (distance <= 2 && flag.name.len() > 8).then(|| (format!("write `{nearest}`"), mend))
}

/// Whether a role is named that the command does not grant by itself.
fn says_more(flag: &FlagUse) -> bool {
    let invokes = |role: &str| ["roles/run.invoker", "roles/cloudfunctions.invoker"].contains(&role);
    flag.name == "--role" && !flag.value.as_ref().and_then(Value::literal).is_some_and(|role| invokes(&role))
}

/// Whether headers are given of which one is named after a credential.
fn carries_a_credential(flag: &FlagUse) -> bool {
    let Some(value) = &flag.value else { return false };
    invocation::pairs(value).iter().any(|(name, _)| {
        let name = name.known_prefix().to_ascii_lowercase();
        CREDENTIAL_HEADERS.iter().any(|word| name.contains(word))
    })
}
