//! The id by which other services know a service is another one in each deployment.

use crate::facts::{Sink, Stored};
use crate::finding::Level;
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Piece;

pub(super) static RULE: Rule = Rule {
    id: "unstable-service-id",
    group: Group::Environment,
    level: Level::Warning,
    fix: None,
    page: page!("unstable-service-id"),
    covers: &[],
    checks: &[Check::Stored(Alone(check))],
    ..Rule::STABLE
};

const ID: &str = "SERVICE_ID";

/// Commands that print a random text.
const RANDOM: &[&str] = &["uuidgen", "uuid", "mktemp", "shuf"];
/// Variables that a shell, a build or a revision sets, and names of contexts.
const NAMES: &[(&str, &str)] = &[
    ("RANDOM", "a random number"),
    ("SRANDOM", "a random number"),
    ("EPOCHSECONDS", "the time"),
    ("BUILD_ID", "the id of a build"),
    ("SHORT_SHA", "a commit"),
    ("COMMIT_SHA", "a commit"),
    ("REVISION_ID", "a commit"),
    ("K_REVISION", "a revision"),
    ("GITHUB_SHA", "a commit"),
    ("GITHUB_RUN_ID", "the id of a run"),
    ("GITHUB_RUN_NUMBER", "the number of a run"),
    ("github.sha", "a commit"),
    ("github.run_id", "the id of a run"),
    ("github.run_number", "the number of a run"),
    ("github.run_attempt", "the number of an attempt"),
    ("CI_COMMIT_SHA", "a commit"),
    ("CI_COMMIT_SHORT_SHA", "a commit"),
    ("CI_PIPELINE_ID", "the id of a run"),
    ("CI_JOB_ID", "the id of a run"),
    ("CIRCLE_SHA1", "a commit"),
    ("CIRCLE_BUILD_NUM", "the number of a build"),
    ("BITBUCKET_COMMIT", "a commit"),
    ("BITBUCKET_BUILD_NUMBER", "the number of a build"),
    ("Build.BuildId", "the id of a build"),
    ("Build.SourceVersion", "a commit"),
];
/// Functions of Terraform that give something else in each run.
const FUNCTIONS: &[(&str, &str)] =
    &[("timestamp(", "the time"), ("plantimestamp(", "the time"), ("uuid(", "a random text")];

fn check(stored: &Stored, report: &mut Report) {
    if !matches!(&stored.sink, Sink::Variable(name) if name.trim() == ID) {
        return;
    }
    let Some(what) = stored.value.pieces().iter().find_map(changing) else { return };
    let message = format!(
        "`{ID}` is built from {what}, `{}`, and is another one in each deployment: whoever lists the ids that it trusts \
         does not know the next one",
        stored.value
    );
    report
        .warning(&stored.at, stored.place, message)
        .label("changes with each deployment")
        .help(format!("write a text that stays, such as the service's name: `{ID}=<service>`"));
}

/// What a piece is that is surely another one each time.
fn changing(piece: &Piece) -> Option<&'static str> {
    match piece {
        Piece::Text(..) | Piece::Attribute(..) => None,
        Piece::Hole(hole, _) => {
            let shown = hole.shown.trim_start_matches(['$', '{', '(', ' ', '%']).trim_end_matches(['}', ')', ' ', '%']);
            let shown = shown.strip_prefix("env.").unwrap_or(shown);
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            // `${GITHUB_SHA::7}`
            let first = shown.split(|c: char| !is_part(c) && c != '.').next().unwrap_or("");
            let name = NAMES.iter().find(|(name, _)| *name == first);
            let calls = |name: &str| {
                shown
                    .match_indices(name)
                    .any(|(at, _)| !shown.get(..at).is_some_and(|before| before.ends_with(is_part)))
            };
            let function = || FUNCTIONS.iter().find(|(name, _)| calls(name));
            name.or_else(function).map(|(_, what)| *what)
        }
        Piece::Output(output, _) => {
            let words: Vec<String> = output.words.items.iter().map(|word| word.literal().unwrap_or_default()).collect();
            printed(&words)
        }
    }
}

/// What a command prints that is surely another text each time.
fn printed(words: &[String]) -> Option<&'static str> {
    let (program, arguments) = words.split_first()?;
    let name = program.rsplit('/').next().unwrap_or("");
    let first = arguments.first().map_or("", String::as_str);
    let is_commit = matches!(first, "rev-parse" | "describe" | "log" | "rev-list")
        && !arguments.iter().any(|argument| ["--abbrev-ref", "--show-toplevel"].contains(&argument.as_str()));
    let is_random = RANDOM.contains(&name)
        || [("openssl", "rand"), ("cat", "/proc/sys/kernel/random/uuid")].contains(&(name, first));
    match name {
        "date" | "gdate" => Some("a date"),
        "git" => is_commit.then_some("a commit"),
        _ => is_random.then_some("a random text"),
    }
}
