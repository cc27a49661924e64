//! Fixes in generated layouts: whatever the indentation, quotes, line ends and comments around it, exactly the words at fault
//! change.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;

use authlint::finding::Safety;
use common::mend_bytes;

/// Numbers that are the same in each run.
struct Random(u32);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % most
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// A command at fault: its words, the rule, and what of it must become what.
struct Fault {
    command: &'static str,
    flags: &'static [(&'static str, &'static str)],
    rule: &'static str,
    wrong: &'static str,
    right: &'static str,
}

const FAULTS: &[Fault] = &[
    Fault {
        command: "gcloud scheduler jobs create http nightly",
        flags: &[
            ("--location", "us-central1"),
            ("--schedule", "0 3 * * *"),
            ("--uri", "https://run.googleapis.com/v2/projects/acme/locations/us-central1/jobs/nightly:run"),
            ("--http-method", "POST"),
            ("--oidc-service-account-email", "cron@acme.iam.gserviceaccount.com"),
        ],
        rule: "id-token-for-google-api",
        wrong: "--oidc-service-account-email",
        right: "--oauth-service-account-email",
    },
    Fault {
        command: "gcloud run services add-iam-policy-binding billing",
        flags: &[
            ("--region", "us-central1"),
            ("--member", "user:kim@acme.example"),
            ("--role", "run.invoker"),
            ("--condition", "None"),
        ],
        rule: "unknown-role",
        wrong: "run.invoker",
        right: "roles/run.invoker",
    },
    Fault {
        command: "gcloud run deploy billing",
        flags: &[("--region", "us-central1"), ("--image", "x"), ("--no-allow-unauthenticated", "true")],
        rule: "flag-with-value",
        wrong: "--no-allow-unauthenticated=true",
        right: "--no-allow-unauthenticated",
    },
    Fault {
        command: "gcloud projects add-iam-policy-binding acme",
        flags: &[
            ("--member", "serviceaccount:web@acme.iam.gserviceaccount.com"),
            ("--role", "roles/run.invoker"),
            ("--condition", "None"),
        ],
        rule: "member-type",
        wrong: "serviceaccount:",
        right: "serviceAccount:",
    },
];

/// The lines of a command, laid out at random.
fn command(fault: &Fault, random: &mut Random) -> Vec<String> {
    let mut words = vec![fault.command.to_owned()];
    for (flag, value) in fault.flags {
        let needs = value.contains([' ', '*', '$']);
        let quote = random.one(if needs { &["'", "\""] } else { &["", "'", "\""] });
        // A flag with a value that it takes none of has it in one word.
        let sign =
            if fault.rule == "flag-with-value" && flag.starts_with("--no-") { "=" } else { random.one(&["=", " "]) };
        let quote = if fault.wrong.contains('=') && fault.wrong.starts_with(flag) { "" } else { quote };
        words.push(format!("{flag}{sign}{quote}{value}{quote}"));
    }
    let step = random.one(&["  ", "    ", "\t", "      "]);
    let gap = random.one(&[" ", "  "]);
    let mut lines: Vec<String> = vec![words.remove(0)];
    for word in words {
        if random.below(3) == 0 {
            let last = lines.last_mut().unwrap();
            *last = format!("{last}{gap}{word}");
        } else {
            let last = lines.last_mut().unwrap();
            last.push_str(random.one(&[" \\", "  \\", "\t\\"]));
            lines.push(format!("{step}{word}"));
        }
    }
    let end = random.one(&["", "  # who runs it", " || true", " > /dev/null 2>&1", " # é 😀"]);
    lines.last_mut().unwrap().push_str(end);
    lines
}

/// A file that holds these lines, of some kind.
fn file(lines: &[String], random: &mut Random) -> (&'static str, String) {
    let before = random.one(&["", "# Set up, é.\n", "echo 'done'  # \"quoted\"\n", "X=\"a b\"\n\n"]);
    let after = random.one(&["", "\n# The end.\n", "echo ok\n"]);
    let body = format!("{before}{}\n{after}", lines.join("\n"));
    let indented = |text: &str, by: &str| -> String {
        text.split_inclusive('\n')
            .map(|line| if line == "\n" { line.to_owned() } else { format!("{by}{line}") })
            .collect()
    };
    match random.below(7) {
        0 => (
            "Makefile",
            format!("deploy:  ## deploy\n{}", indented(&body.replace('#', "\\#").replace("\\#", "#"), "\t")),
        ),
        1 => {
            let step = random.one(&["  ", "    "]);
            let script = indented(&body, &format!("{step}{step}{step}  "));
            let style = random.one(&["|", "|-", "|+"]);
            let text = format!(
                "on: push\njobs:\n{step}deploy:  # the job\n{step}{step}runs-on: ubuntu-latest\n{step}{step}steps:\n{step}{step}- name: \"it\"\n{step}{step}  \
                 run: {style}  # a script\n{script}"
            );
            (".github/workflows/deploy.yml", text)
        }
        2 => (
            "docs/RUNBOOK.md",
            format!("# Deploy\n\n1. Then:\n\n   ```bash\n{}   ```\n\nThat is it — é.\n", indented(&body, "   ")),
        ),
        3 => {
            let text = format!(
                "steps:\n- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  entrypoint: bash\n  args:\n    - -c\n    - |\n{}images: [] # none\n",
                indented(&body, "      ")
            );
            ("cloudbuild.yaml", text)
        }
        4 => ("deploy", format!("#!/bin/sh\n{body}")),
        5 => ("setup.sh", format!("main() {{\n{}}}\nmain \"$@\"\n", indented(&body, "  "))),
        _ => ("deploy.sh", body),
    }
}

#[test]
fn exactly_the_words_at_fault_change() {
    let mut random = Random(29);
    let (mut fixed, mut failures) = (0, Vec::new());
    for turn in 0..600 {
        let fault = &FAULTS[turn % FAULTS.len()];
        let lines = command(fault, &mut random);
        let (path, text) = file(&lines, &mut random);
        let text = if random.below(4) == 0 { text.trim_end().to_owned() } else { text };
        let text = if random.below(3) == 0 { text.replace('\n', "\r\n") } else { text };
        let text = if random.below(5) == 0 && path != "deploy" { format!("\u{feff}{text}") } else { text };
        let at = text.find(fault.command).unwrap();
        let wrong = text[at..].find(fault.wrong).map(|found| at + found).unwrap();
        let expected = format!("{}{}{}", &text[..wrong], fault.right, &text[wrong + fault.wrong.len()..]);
        let (after, result) = mend_bytes(&BTreeMap::from([(path.to_owned(), text.clone().into_bytes())]), Safety::Safe);
        let after = String::from_utf8(after[path].clone()).unwrap();
        if after == expected {
            fixed += 1;
        } else {
            let why: Vec<String> =
                result.dropped.iter().map(|dropped| format!("{}: {}", dropped.rule, dropped.why)).collect();
            failures.push(format!("{} in {path}: {why:?}\n{text}\n---- became\n{after}", fault.rule));
        }
        let left = result.outcome.findings.iter().filter(|finding| finding.rule == fault.rule).count();
        assert!(after != expected || left == 0, "{} is left in\n{after}", fault.rule);
    }
    // Nothing else may ever change; of what could be fixed, nearly all is.
    let damaged: Vec<&String> = failures.iter().filter(|failure| !failure.ends_with(&failure_same(failure))).collect();
    assert!(damaged.is_empty(), "{} damaged, the first:\n{}", damaged.len(), damaged[0]);
    assert!(failures.is_empty(), "{fixed} fixed, {} not, the first:\n{}", failures.len(), failures.join("\n\n=====\n"));
}

/// The text before, for a failure that changed nothing.
fn failure_same(failure: &str) -> String {
    let (head, after) = failure.split_once("\n---- became\n").unwrap();
    if head.ends_with(after) { after.to_owned() } else { "\0".to_owned() }
}
