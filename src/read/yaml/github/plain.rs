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
/// Words of what logs somebody in, or tells programs who they are.
const WORDS: &[&str] = &[
    "login",
    "auth",
    "cred",
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
    // gcloud's own lines are seen.
    let others =
        script.lines().filter(|line| !line.trim_start().starts_with("gcloud ") && !line.trim_start().starts_with('#'));
    let speaks = |line: &str| {
        let line = line.to_ascii_lowercase();
        WORDS.iter().any(|word| line.contains(word))
    };
    !others.into_iter().any(speaks) && is_known(block, 0)
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
