//! The rules as a list, rules on trial, and the rules behind an error text, as the binary tells them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use authlint::rules::RULES;

fn authlint(directory: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who does not read it may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A directory with a file, that is a project or lies in none.
fn directory(name: &str, is_project: bool, file: &str, content: &str) -> PathBuf {
    // What lies below the repository of this package is in a project whatever it holds.
    let base = if is_project { PathBuf::from(env!("CARGO_TARGET_TMPDIR")) } else { std::env::temp_dir() };
    let directory = base.join(format!("authlint-catalogue-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    if is_project {
        std::fs::create_dir_all(directory.join(".git")).unwrap();
    }
    std::fs::write(directory.join(file), content).unwrap();
    directory
}

/// Compares what the program prints with the file that keeps it.
fn kept(file: &str, arguments: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = text(&authlint(root, arguments, ""));
    let path = root.join(file);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &output).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == output, "{file} is old: UPDATE_DOCS=1 cargo test --test catalogue");
}

#[test]
fn the_table_of_rules_is_that_of_the_program() {
    kept("docs/rules.md", &["rules", "--format", "markdown"]);
}

#[test]
fn the_schema_of_the_configuration_is_that_of_the_program() {
    kept("docs/authlint.schema.json", &["schema"]);
}

#[test]
fn programs_read_the_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = authlint(root, &["rules", "--format", "json"], "");
    let rules: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = rules.as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    for (told, rule) in rules.iter().zip(RULES) {
        assert_eq!(told["id"], rule.id);
        assert_eq!(told["level"], rule.level.name());
        assert!(told["summary"].as_str().unwrap().len() > 20 && told["group"].is_string());
        let since = told["since"].as_str().unwrap();
        assert!(since.split('.').count() == 3 && since.split('.').all(|part| part.parse::<u32>().is_ok()), "{since}");
    }
    let lines = text(&authlint(root, &["rules"], ""));
    assert_eq!(lines.lines().count(), RULES.len());
}

#[test]
fn what_is_on_trial_is_asked_for() {
    let rule = RULES.iter().find(|rule| rule.preview).unwrap();
    let page = rule.page.split("## Bad\n").nth(1).unwrap();
    let script = page.split("```bash\n").nth(1).unwrap().split("```").next().unwrap();
    let directory = directory("trial", true, "grants.sh", script);
    let says = |arguments: &[&str]| {
        let all = [&["--format", "concise", "--advice"], arguments].concat();
        text(&authlint(&directory, &all, "")).contains(&format!("[{}]", rule.id))
    };
    assert!(!says(&[]) && says(&["--preview"]) && says(&["--select", rule.id]));
    assert!(!says(&["--preview", "--ignore", rule.id]));
    std::fs::write(directory.join("authlint.toml"), format!("[rules]\n{} = \"warning\"\n", rule.id)).unwrap();
    assert!(says(&[]), "a configuration that gives it a level asks for it");
}

#[test]
fn an_error_text_leads_to_its_rule_and_to_the_places_here() {
    let script = "gcloud run deploy api --image=i --region=r --set-env-vars=\"A=x,y\"\n";
    let directory = directory("error", true, "deploy.sh", script);
    let error = "ERROR: (gcloud.run.deploy) argument --set-env-vars: Bad syntax for dict arg: [y]. Please see `gcloud topic \
                 flags-file` or `gcloud topic escaping`";
    let output = authlint(&directory, &["explain", "--error", error], "");
    let said = text(&output);
    assert_eq!(output.status.code(), Some(0));
    assert!(said.starts_with("unescaped-comma: "), "{said}");
    for part in
        ["\n  cause: ", "\n  fix:   ", "\n  here:  deploy.sh:1:", "\n  more:  authlint explain unescaped-comma\n"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    // The same in a log, piped.
    let log = format!("{}{error}\n{}", "Step ok\n".repeat(400), "Cleaning up\n".repeat(3));
    for arguments in [&["explain", "--error"][..], &["explain", "--error", "-"]] {
        assert!(text(&authlint(&directory, arguments, &log)).starts_with("unescaped-comma: "));
    }
}

#[test]
fn outside_of_a_project_no_places_are_looked_for() {
    let script = "gcloud run deploy api --image=i --region=r --set-env-vars=\"A=x,y\"\n";
    let directory = directory("nowhere", false, "deploy.sh", script);
    let said = text(&authlint(&directory, &["explain", "--error", "Bad syntax for dict arg: [y]"], ""));
    assert!(said.starts_with("unescaped-comma: ") && !said.contains("here:"), "{said}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn an_unknown_error_says_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let unknown = ["explain", "--within", "docs", "--error", "the frobnicator's audience is upside down today"];
    let output = authlint(root, &unknown, "");
    let said = text(&output);
    assert!(
        output.status.code() == Some(1) && said.starts_with("No rule lists this error. The nearest are:\n"),
        "{said}"
    );
    let output = authlint(root, &["explain", "--error", "zzz"], "");
    assert_eq!(text(&output), "No rule lists this error, and none lists one that is like it.\n");
    // What no rule can find is told with its cause all the same.
    let disabled = "Cloud Run Admin API has not been used in project 123456789012 before or it is disabled.";
    let said = text(&authlint(root, &["explain", "--within", "docs", "--error", disabled], ""));
    assert!(said.contains("No rule finds this before it is deployed.\n  cause: the API is off"), "{said}");
    // Neither an id nor an error is a wrong use.
    assert_eq!(authlint(root, &["explain"], "").status.code(), Some(2));
}
