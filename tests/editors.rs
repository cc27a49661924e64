//! The patterns in `editors/` take every line of the concise format apart as it was put together: what authlint says of each
//! example, with advice, is compared field by field with the JSON of the same run. Vim's and Emacs's patterns are translated
//! here; `.ci/ecosystem` asks the editors themselves.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// A finding as the concise format has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parsed {
    path: String,
    line: u64,
    column: u64,
    level: String,
    rule: String,
    message: String,
}

/// What is a warning in every build.
const WARNING: &str = "gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
    URL=$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
    gcloud scheduler jobs create http close-day --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=\"$URL\" --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n\
    gcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 --condition=None \\\n  \
    --member=serviceAccount:web@acme-prod.iam.gserviceaccount.com --role=roles/run.invoker\n";

/// What [`read_lines`] gives, for every test of this process: two that write its files at a time would read each other's.
fn lines() -> &'static [(String, Parsed)] {
    static LINES: LazyLock<Vec<(String, Parsed)>> = LazyLock::new(read_lines);
    &LINES
}

/// The lines of the concise format about the examples and some awkward names, with what JSON says of the same.
fn read_lines() -> Vec<(String, Parsed)> {
    let run = |directory: &Path, format: &str| {
        let args = ["--advice", "--preview", "--color", "never", "--quiet", "--format", format, "."];
        let output = Command::new(env!("CARGO_BIN_EXE_authlint")).args(args).current_dir(directory).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let parsed = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        let (line, column) = (&finding["start"]["line"], &finding["start"]["column"]);
        Parsed {
            path: text("path"),
            line: line.as_u64().unwrap(),
            column: column.as_u64().unwrap(),
            level: text("level"),
            rule: text("rule"),
            message: text("message"),
        }
    };
    let awkward = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("editors");
    std::fs::create_dir_all(awkward.join("a b[1]")).unwrap();
    std::fs::write(awkward.join("authlint.toml"), "").unwrap();
    std::fs::write(awkward.join("a b[1]/x 3:4: é.sh"), "gcloud run deploy x --image=i --allow-unauthenticated=false\n")
        .unwrap();
    std::fs::write(awkward.join("billing.sh"), WARNING).unwrap();
    let mut all = Vec::new();
    for directory in [root().join("examples"), awkward] {
        let json: Value = serde_json::from_str(&run(&directory, "json")).unwrap();
        let findings = json["findings"].as_array().unwrap();
        let concise = run(&directory, "concise");
        assert_eq!(concise.lines().count(), findings.len());
        all.extend(concise.lines().map(str::to_owned).zip(findings.iter().map(parsed)));
    }
    let levels: BTreeSet<&str> = all.iter().map(|(_, parsed)| parsed.level.as_str()).collect();
    assert_eq!(levels, BTreeSet::from(["advice", "error", "warning"]), "every level is met");
    all
}

/// What a matcher of GitHub or VS Code makes of a line; nothing where it does not match.
fn matched(matcher: &Value, advice: &str, line: &str) -> Option<Parsed> {
    let pattern = matcher["pattern"].get(0).unwrap_or(&matcher["pattern"]);
    let captures = Regex::new(pattern["regexp"].as_str().unwrap()).unwrap().captures(line)?;
    let group = |key: &str| Some(captures[pattern.get(key)?.as_u64().unwrap() as usize].to_owned());
    let level = group("severity").unwrap_or_else(|| {
        assert_eq!(matcher["severity"], advice);
        "advice".to_owned()
    });
    Some(Parsed {
        path: group("file")?,
        line: group("line")?.parse().unwrap(),
        column: group("column")?.parse().unwrap(),
        level,
        rule: group("code")?,
        message: group("message")?,
    })
}

fn check_matchers(matchers: &Value, advice: &str) {
    for (line, parsed) in lines() {
        let found: Vec<Parsed> =
            matchers.as_array().unwrap().iter().filter_map(|matcher| matched(matcher, advice, line)).collect();
        assert_eq!(found.as_slice(), std::slice::from_ref(parsed), "{line}");
    }
}

#[test]
fn the_matcher_of_github_takes_every_line() {
    let file: Value = serde_json::from_str(&text("editors/github/authlint.json")).unwrap();
    check_matchers(&file["problemMatcher"], "notice");
}

#[test]
fn the_task_of_vs_code_takes_every_line() {
    let file: Value = serde_json::from_str(&text("editors/vscode/tasks.json")).unwrap();
    let task = &file["tasks"][0];
    check_matchers(&task["problemMatcher"], "info");
    // Its command is one that runs.
    let args: Vec<&str> = task["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let run = Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(args)
        .current_dir(root().join("examples/scheduler-oidc-to-job/before"))
        .output()
        .unwrap();
    assert!(run.status.code() == Some(1) && run.stderr.is_empty(), "{run:?}");
}

/// That it starts the server, `.ci/ecosystem` shows with the client library itself.
#[test]
fn the_extension_of_vs_code_asks_for_what_it_declares() {
    let package: Value = serde_json::from_str(&text("editors/vscode/package.json")).unwrap();
    let program = text(Path::new("editors/vscode").join(package["main"].as_str().unwrap()).to_str().unwrap());
    assert!(program.contains("args: [\"lsp\"]"));
    // Each setting is asked for, with the default that it is said to have.
    let settings = package["contributes"]["configuration"]["properties"].as_object().unwrap();
    for (name, setting) in settings {
        let name = name.strip_prefix("authlint.").unwrap();
        assert!(program.contains(&format!("settings.get(\"{name}\", {})", setting["default"])), "{name}");
    }
    for command in package["contributes"]["commands"].as_array().unwrap() {
        assert!(program.contains(&format!("registerCommand({}", command["command"])), "{command}");
    }
}

fn place(captures: &Captures<'_>) -> (String, u64, u64) {
    (captures[1].to_owned(), captures[2].parse().unwrap(), captures[3].parse().unwrap())
}

#[test]
fn the_errorformat_of_vim_takes_every_line() {
    let file = text("editors/vim/compiler/authlint.vim");
    let said = file.lines().find_map(|line| line.strip_prefix("CompilerSet errorformat=")).unwrap();
    let formats: Vec<Regex> = said
        .split(',')
        .take_while(|format| !format.starts_with("%-G"))
        .map(|format| {
            let plain = format.trim_start_matches("%I").replace("\\ ", " ");
            let pattern = regex::escape(&plain).replace("%f", "(.+?)").replace("%l", "(\\d+)").replace("%c", "(\\d+)");
            Regex::new(&format!("^{}$", pattern.replace("%t", ".").replace("%m", "(.+)"))).unwrap()
        })
        .collect();
    assert_eq!(formats.len(), 3);
    for (line, parsed) in lines() {
        let captures = formats.iter().find_map(|format| format.captures(line)).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(place(&captures), (parsed.path.clone(), parsed.line, parsed.column));
        assert_eq!(&captures[4], format!("[{}] {}", parsed.rule, parsed.message));
    }
}

#[test]
fn the_pattern_of_emacs_takes_every_line() {
    let file = text("editors/emacs/authlint.el");
    let said = file.split("(defconst authlint-regexp\n  \"").nth(1).and_then(|rest| rest.split("\"\n").next()).unwrap();
    // In Emacs, what is special without a backslash here is so with one there.
    let pattern = said.replace("\\\\", "\\").replace("\\(", "(").replace("\\)", ")").replace("\\|", "|");
    let pattern = Regex::new(&pattern).unwrap();
    for (line, parsed) in lines() {
        let captures = pattern.captures(line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(place(&captures), (parsed.path.clone(), parsed.line, parsed.column));
        let level = match (captures.get(4), captures.get(5)) {
            (Some(_), _) => "warning",
            (_, Some(_)) => "advice",
            _ => "error",
        };
        assert_eq!(level, parsed.level);
    }
}
