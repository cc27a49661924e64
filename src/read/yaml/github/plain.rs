//! Whether a script does nothing but what is seen: it logs nobody in unseen, and changes what gcloud and Docker are told nowhere.

use crate::program::{Expr, Part, Step, StepKind};

/// Programs that log nobody in.
const PROGRAMS: &[&str] = &[
    "gcloud",
    "gsutil",
    "echo",
    "printf",
    "cd",
    "mkdir",
    "rm",
    "cp",
    "mv",
    "ls",
    "cat",
    "head",
    "tail",
    "grep",
    "sed",
    "awk",
    "cut",
    "tr",
    "sort",
    "uniq",
    "wc",
    "jq",
    "yq",
    "test",
    "[",
    "true",
    "false",
    ":",
    "sleep",
    "date",
    "git",
    "npm",
    "yarn",
    "pnpm",
    "pip",
    "pip3",
    "go",
    "cargo",
    "mvn",
    "gradle",
    "docker",
    "curl",
    "wget",
    "tar",
    "gzip",
    "unzip",
    "zip",
    "chmod",
    "kubectl",
    "helm",
    "envsubst",
    "base64",
    "find",
    "which",
    "command",
    "basename",
    "dirname",
    "pwd",
    "uname",
    "seq",
    "wait",
    "trap",
    "read",
    "touch",
    "diff",
    "set",
    "export",
    "exit",
    "ls",
    "env",
    "pytest",
    "npx",
    "terraform",
    "tee",
];
/// Words of what logs somebody in.
const LOGINS: &[&str] = &["login", "auth"];
/// What files and variables that hold them are named after.
const CREDENTIALS: &str = "cred";
/// Programs that run scripts by name, whose names tell what they do.
const RUNNERS: &[&str] = &["npm", "npx", "yarn", "pnpm", "go", "cargo", "gradle", "mvn"];
/// Words of what tells programs who they are, or runs something else.
const WORDS: &[&str] = &[
    "docker/config",
    "config/gcloud",
    ".config",
    "github_path",
    "docker_config",
    "cloudsdk_",
    "| sh",
    "|sh",
    "bash",
    "eval ",
];
/// Blocks within blocks that are looked through.
const MAX_DEPTH: usize = 40;

/// Whether nothing in a script may log somebody in unseen.
pub(super) fn is_plain(script: &str, block: &[Step]) -> bool {
    let (mut is_gcloud, mut goes_on) = (false, false);
    for line in script.lines().map(str::trim) {
        // gcloud's own lines are seen, with those that they go on in.
        is_gcloud = if goes_on { is_gcloud } else { line.starts_with("gcloud ") };
        goes_on = line.ends_with('\\');
        if !is_said(line) && speaks(line, is_gcloud) {
            return false;
        }
    }
    is_known(block, 0)
}

/// Whether a line is a comment, or only says something.
fn is_said(line: &str) -> bool {
    let says = ["echo ", "printf "].iter().any(|name| line.starts_with(name));
    line.starts_with('#') || says && !line.contains(['>', '|', '$', '`'])
}

/// Whether a line may log somebody in.
fn speaks(line: &str, is_gcloud: bool) -> bool {
    let line = line.to_ascii_lowercase();
    WORDS.iter().any(|word| line.contains(word)) || !is_gcloud && logs_in(&line)
}

fn logs_in(line: &str) -> bool {
    let has = |known: &[&str]| {
        line.split(|c: char| c.is_whitespace() || "\"'`()".contains(c)).any(|word| known.contains(&word))
    };
    let names = || LOGINS.iter().any(|login| line.contains(login));
    line.contains(CREDENTIALS) || has(LOGINS) || has(RUNNERS) && names()
}

fn is_known(block: &[Step], depth: usize) -> bool {
    depth < MAX_DEPTH
        && block.iter().all(|step| match &step.kind {
            StepKind::Command(command) => {
                let name = command.words.first().and_then(Expr::literal);
                // In the words of a command another one may run.
                let within = command.words.iter().flat_map(|word| &word.parts).all(|part| match part {
                    Part::Output(block, ..) => is_known(block, depth + 1),
                    _ => true,
                });
                within && name.is_some_and(|name| PROGRAMS.contains(&name.as_str()))
            }
            StepKind::Pipe(steps) => is_known(steps, depth + 1),
            StepKind::Group(block) | StepKind::Function(_, block) | StepKind::Scope(block, _) => {
                is_known(block, depth + 1)
            }
            StepKind::Branch(arms) => {
                arms.iter().all(|arm| is_known(&arm.test, depth + 1) && is_known(&arm.body, depth + 1))
            }
            StepKind::Fallback(one, other) => is_known(one, depth + 1) && is_known(other, depth + 1),
            StepKind::Loop(each) => is_known(&each.body, depth + 1),
            StepKind::Include(_) | StepKind::Unknown | StepKind::Evaluate(_) => false,
            _ => true,
        })
}
