//! Every `authlint` command that the README shows is run, the finding that it shows is a real one, and the editor's
//! pattern takes every line of the concise format.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

const README: &str = include_str!("../README.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project to run the README's commands in, with the paths that they name; made once for all tests.
fn project() -> &'static Path {
    static PROJECT: OnceLock<PathBuf> = OnceLock::new();
    PROJECT.get_or_init(|| copy("readme"))
}

/// A copy of the project.
fn copy(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&directory);
    for folder in ["scripts", "docs", ".git"] {
        std::fs::create_dir_all(directory.join(folder)).unwrap();
    }
    let script = root().join("examples/scheduler-oidc-to-job/before/deploy.sh");
    std::fs::copy(script, directory.join("scripts/deploy.sh")).unwrap();
    std::fs::write(directory.join("docs/README.md"), "# Notes\n").unwrap();
    std::fs::write(directory.join("scripts/billing.sh"), BILLING).unwrap();
    std::fs::write(directory.join("policy.json"), POLICY).unwrap();
    std::fs::write(directory.join("deploy.log"), "ERROR: Permission denied on secret: x for Revision service account")
        .unwrap();
    directory
}

/// A call that lacks its grant.
const BILLING: &str = "gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
    URL=$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
    gcloud scheduler jobs create http close-day --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=\"$URL\" --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n\
    gcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 --condition=None \\\n  \
    --member=serviceAccount:web@acme-prod.iam.gserviceaccount.com --role=roles/run.invoker\n";
const POLICY: &str = "{\"bindings\": [{\"members\": [\"user:kim@acme.example\"], \"role\": \"roles/run.invoker\"}]}\n";

fn run(command: &str) -> Output {
    run_in(project(), command)
}

fn run_in(directory: &Path, command: &str) -> Output {
    // What a shell does with the output is not asked.
    let command = command.split(" > ").next().unwrap_or(command);
    let (command, input) = match command.split_once(" < ") {
        Some((command, input)) => (command, Some(input)),
        None => (command, None),
    };
    let stdin = input.map_or_else(Stdio::null, |path| std::fs::File::open(directory.join(path.trim())).unwrap().into());
    Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(words(command).skip(1))
        .current_dir(directory)
        .stdin(stdin)
        .output()
        .unwrap()
}

/// The words of a command, of which some are between single quotes.
fn words(command: &str) -> impl Iterator<Item = String> {
    let parts = command.split('\'').enumerate();
    let words = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect::<Vec<_>>().into_iter()
}

/// Commands that write, and how they end in a project of their own; those of one word are run in the same one.
const WRITE: &[(&str, &str, i32)] = &[
    ("authlint init", "init", 0),
    ("authlint --fix .", "fix", 1),
    ("authlint --fix --unsafe-fixes .", "unsafe", 0),
    ("authlint --fix - --stdin-filename deploy.sh < scripts/deploy.sh > mended.sh", "stdin", 0),
    ("authlint --add-ignores --reason 'until=2027-01-31 with the move to the new cluster' .", "ignores", 0),
    ("authlint --baseline authlint-baseline.json --write-baseline .", "baseline", 0),
    ("authlint --baseline authlint-baseline.json .", "baseline", 0),
    ("authlint --baseline authlint-baseline.json --prune .", "baseline", 0),
];

/// The commands: lines of shell fences, the CI's `run:` lines, the editor's `"command"`.
fn commands() -> Vec<String> {
    let lines = README.lines().map(|line| line.split(" # ").next().unwrap_or("").trim());
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        let line = line.trim_start_matches("- run: ").trim_start_matches("\"command\": \"").trim_end_matches("\",");
        for part in line.split("&&").map(str::trim) {
            if part.starts_with("authlint ") && !part.contains("finds") {
                found.push(part.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_command_of_the_readme_runs() {
    let commands = commands();
    assert!(commands.len() >= 10, "{commands:?}");
    let is_shown = |known: &str| commands.iter().any(|command| command == known);
    assert!(WRITE.iter().all(|(known, ..)| is_shown(known)), "{commands:?}");
    for word in WRITE.iter().map(|(_, word, _)| word) {
        copy(&format!("readme-{word}"));
    }
    for command in commands {
        let written = WRITE.iter().find(|(known, ..)| *known == command);
        let output = match written {
            Some((_, word, _)) => run_in(&project().with_file_name(format!("readme-{word}")), &command),
            None => run(&command),
        };
        let said = String::from_utf8_lossy(&output.stderr);
        let shows = ["authlint rules", "authlint explain ", "authlint graph", "authlint config", "authlint schema"];
        let plain = i32::from(!shows.iter().any(|start| command.starts_with(start)));
        let expected = written.map_or(plain, |(.., status)| *status);
        assert_eq!(output.status.code(), Some(expected), "`{command}`: {said}");
    }
}

#[test]
fn the_hooks_command_takes_paths() {
    assert!(README.contains("xargs -0 -r authlint"));
    assert_eq!(run("authlint scripts/deploy.sh docs/README.md").status.code(), Some(1));
}

#[test]
fn the_configuration_and_the_comment_shown_are_right() {
    let fence = |language: &str, start: &str| -> String {
        let open = format!("```{language}\n");
        let mut fences = README.split(&open).skip(1).filter_map(|rest| rest.split("```").next());
        fences.find(|body| body.starts_with(start)).unwrap().to_owned()
    };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-configured");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("authlint.toml"), fence("toml", "fail-on")).unwrap();
    std::fs::write(directory.join("billing.sh"), BILLING).unwrap();
    std::fs::write(directory.join("a.sh"), fence("sh", "# authlint: ignore[")).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_authlint")).current_dir(directory).output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success() && run.stdout.is_empty() && said.contains("1 silenced"), "{said}");
}

#[test]
fn the_finding_shown_is_a_real_one() {
    let shown = README.split("```text\n").nth(1).and_then(|rest| rest.split("```").next());
    // The fence holds a fence of its own, drawn as line 13 of the runbook.
    let shown = shown.map(str::trim_end).unwrap().trim_end_matches("13 │").trim_end();
    let real = std::fs::read_to_string(root().join("examples/update-swaps-token/output.txt")).unwrap();
    assert!(real.starts_with(shown), "{shown}\n--- is not the beginning of ---\n{real}");
}

#[test]
fn the_editors_pattern_takes_every_line() {
    let pattern =
        README.lines().find_map(|line| line.trim().strip_prefix("\"regexp\": \"")).unwrap().trim_end_matches("\",");
    assert_eq!(pattern.replace("\\\\", "\\"), r"^(.+?):(\d+):(\d+): (error|warning|advice)\[([a-z-]+)\] (.*)$");
    let output = run("authlint --format concise --color never .");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.is_empty());
    for line in text.lines() {
        // The pattern, by hand: path:line:column: level[rule] message.
        let (place, rest) = line.split_once(": ").unwrap();
        let mut numbers = place.rsplit(':');
        assert!(
            numbers.next().unwrap().parse::<u32>().is_ok() && numbers.next().unwrap().parse::<u32>().is_ok(),
            "{line}"
        );
        let (level, rest) = rest.split_once('[').unwrap();
        assert!(["error", "warning", "advice"].contains(&level), "{line}");
        let (rule, _) = rest.split_once("] ").unwrap();
        assert!(rule.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{line}");
    }
}
