//! Every `authlint` command that the README and the pages that it leads to show is run, and what they show to be copied is
//! right. The picture is drawn by `picture.rs`.

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
/// Pages whose commands are run.
const PAGES: [&str; 3] = [README, include_str!("../docs/ci.md"), include_str!("../editors/README.md")];

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
    for folder in ["scripts", "docs", "examples", ".git"] {
        std::fs::create_dir_all(directory.join(folder)).unwrap();
    }
    let script = root().join("examples/scheduler-oidc-to-job/before/deploy.sh");
    for place in ["scripts", "examples"] {
        std::fs::copy(&script, directory.join(place).join("deploy.sh")).unwrap();
    }
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
    let command = [" > ", " | ", " || "].iter().fold(command, |command, end| command.split(end).next().unwrap_or(""));
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
    ("authlint --output human --output sarif=out.sarif .", "outputs", 1),
    ("authlint --output human --output gitlab=gl-code-quality-report.json .", "outputs", 1),
    ("authlint --output human --output junit=test-results/authlint.xml .", "outputs", 1),
    ("authlint --baseline authlint-baseline.json --write-baseline .", "baseline", 0),
    ("authlint --baseline authlint-baseline.json .", "baseline", 0),
    ("authlint --baseline authlint-baseline.json --prune .", "baseline", 0),
];

/// The commands of a page: lines of shell fences, of `run:` and `script:` of CI, and a hook's `entry:`.
fn commands(page: &str) -> Vec<String> {
    let fences = page.split("```").skip(1).step_by(2);
    let lines = fences.flat_map(str::lines).map(|line| line.split(" # ").next().unwrap_or("").trim());
    let mut found: Vec<String> = Vec::new();
    for line in lines {
        let line =
            ["- ", "run: ", "script: ", "entry: "].iter().fold(line, |line, start| line.trim_start_matches(start));
        for part in line.split("&&").map(str::trim) {
            if part.starts_with("authlint ") {
                found.push(part.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_command_that_is_shown_runs() {
    let commands: Vec<String> = PAGES.iter().flat_map(|page| commands(page)).collect();
    assert!(commands.len() >= 40, "{commands:?}");
    assert!(PAGES.iter().all(|page| page.contains("\nauthlint ")));
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
fn the_workflow_shown_is_the_one_of_the_page() {
    let yaml = |page: &str, start: &str| -> Vec<String> {
        let body = page.split("```").find(|body| body.contains(start)).unwrap();
        body.lines().skip_while(|line| !line.contains(start)).map(|line| line.trim().to_owned()).collect()
    };
    for start in ["authlint/authlint@v", "image: python"] {
        assert_eq!(yaml(README, start), yaml(PAGES[1], start));
    }
    assert!(README.contains("](docs/finding.svg)"));
}
