//! What each format writes of real findings: SARIF is valid by its schema, whatever is found, and says what the finding says;
//! several formats go to several places in one run.
//!
//! `schemas/sarif-2.1.0.json` is the schema of OASIS, errata 01 (oasis-tcs/sarif-spec, e058381, 2026-03-01). What other tools
//! say of the other formats is asked by `.ci/ecosystem`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeSet;

use authlint::report::{FORMATS, Options};
use common::tree::Tree;
use serde_json::Value;

const BAD: &str = "# é\ngcloud scheduler jobs create http nightly --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=https://run.googleapis.com/apis/run.googleapis.com/v1/namespaces/acme/jobs/nightly:run --http-method=POST \\\n  \
    --oidc-service-account-email=cron@acme.iam.gserviceaccount.com\n";

/// A repository, which its `.git` tells.
fn repository(files: &[(&str, &str)]) -> Tree {
    Tree::new(&[files, &[(".git/HEAD", "ref: refs/heads/main\n")]].concat())
}

fn sarif_schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap();
    jsonschema::draft4::new(&schema).unwrap()
}

#[test]
fn sarif_of_every_page_is_valid() {
    let schema = sarif_schema();
    assert!(!schema.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{"tool": {}}]})));
    let format = FORMATS.iter().find(|format| format.name == "sarif").unwrap();
    let options = Options { advice: true, silenced: true, ..Options::default() };
    let mut rules = BTreeSet::new();
    for page in common::files("rules") {
        let text = std::fs::read_to_string(&page).unwrap();
        for section in common::sections(&page, &text).bad {
            let outcome = common::lint(&section.files);
            let mut out = Vec::new();
            (format.write)(&outcome, &options, &mut out).unwrap();
            let document: Value = serde_json::from_slice(&out).unwrap();
            let errors: Vec<String> =
                schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{page}, {}: {errors:?}", section.heading);
            let results = document["runs"][0]["results"].as_array().unwrap();
            assert_eq!(results.len(), outcome.findings.len() + outcome.silenced.len());
            rules.extend(results.iter().map(|result| result["ruleId"].as_str().unwrap().to_owned()));
        }
    }
    assert!(rules.len() > 60, "{rules:?}");
}

#[test]
fn sarif_has_all_rules_and_points_at_them() {
    let tree = repository(&[("infra/deploy.sh", BAD)]);
    // From within the repository the paths are those of its root.
    let run = tree.run_in("infra", &["--format", "sarif", "."]);
    assert_eq!(run.status, 1, "{run:?}");
    let document: Value = serde_json::from_str(&run.out).unwrap();
    assert!(sarif_schema().is_valid(&document));
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), authlint::rules::RULES.len());
    for rule in rules {
        let page = rule["help"]["markdown"].as_str().unwrap();
        assert!(page.starts_with(&format!("# {}\n", rule["id"].as_str().unwrap())), "{rule}");
        let tags = rule["properties"]["tags"].as_array().unwrap();
        let severity = rule["properties"].get("security-severity");
        assert_eq!(tags.contains(&"security".into()), severity.is_some(), "{rule}");
        assert!(severity.is_none_or(|text| (0.1..=10.0).contains(&text.as_str().unwrap().parse::<f64>().unwrap())));
    }
    let result = &document["runs"][0]["results"][0];
    assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "infra/deploy.sh");
    assert_eq!(place["region"]["startLine"], 4);
}

#[test]
fn the_fingerprint_is_that_of_the_baseline() {
    let tree = repository(&[("deploy.sh", BAD)]);
    let sarif: Value = serde_json::from_str(&tree.run(&["--format", "sarif", "."]).out).unwrap();
    tree.run(&["--baseline", "known.json", "--write-baseline", "."]);
    let baseline: Value = serde_json::from_str(&std::fs::read_to_string(tree.path("known.json")).unwrap()).unwrap();
    assert_eq!(
        sarif["runs"][0]["results"][0]["partialFingerprints"]["authlint/v1"],
        baseline["findings"][0]["statement"]
    );
}

#[test]
fn what_is_silenced_is_in_sarif_on_request() {
    let text = format!("# authlint: ignore-file[id-token-for-google-api] the job is being moved\n{BAD}");
    let tree = repository(&[("deploy.sh", &text)]);
    let results = |args: &[&str]| {
        let run = tree.run(&[&["--format", "sarif", "."], args].concat());
        assert_eq!(run.status, 0, "{run:?}");
        serde_json::from_str::<Value>(&run.out).unwrap()["runs"][0]["results"].clone()
    };
    assert_eq!(results(&[]), serde_json::json!([]), "GitHub would open an alert for it");
    let silenced = results(&["--show", "suppressed"]);
    assert_eq!(
        silenced[0]["suppressions"],
        serde_json::json!([{"kind": "inSource", "justification": "the job is being moved"}])
    );
    let refused = tree.run(&["--show", "suppressed", "."]);
    assert!(refused.status == 2 && refused.err.contains("sarif"), "{refused:?}");
}

#[test]
fn one_run_writes_several_formats() {
    let tree = repository(&[("deploy.sh", BAD)]);
    let run = tree.run(&["--output", "sarif=out.sarif", "--output", "github", "--output", "junit=out.xml", "."]);
    assert!(run.status == 1 && run.out.starts_with("::error file=deploy.sh,line=4,col=3,"), "{run:?}");
    let read = |path: &str| std::fs::read_to_string(tree.path(path)).unwrap();
    assert!(sarif_schema().is_valid(&serde_json::from_str(&read("out.sarif")).unwrap()));
    assert!(read("out.xml").contains("failures=\"1\""));
    // Nothing goes to standard output that was not asked for, and reports are no input of the next run.
    let again = tree.run(&["--output", "json=out.json", "."]);
    assert!(again.status == 1 && again.out.is_empty(), "{again:?}");
    let third = tree.run(&["--output", "json=again.json", "."]);
    assert!(third.err.contains("Found 1 error in 1 file "), "{third:?}");
    assert_eq!(
        serde_json::from_str::<Value>(&read("out.json")).unwrap()["findings"],
        serde_json::from_str::<Value>(&read("again.json")).unwrap()["findings"]
    );
}

#[test]
fn what_cannot_be_written_is_a_fault() {
    let tree = repository(&[("deploy.sh", BAD)]);
    let nowhere = tree.run(&["--output", "sarif=deploy.sh/out.sarif", "."]);
    assert!(nowhere.status == 2 && nowhere.err.contains("cannot write deploy.sh/out.sarif"), "{nowhere:?}");
    assert_eq!(tree.run(&["--output", "sarif=made/for/it.sarif", "."]).status, 1);
    assert!(tree.path("made/for/it.sarif").is_file());
    // What is read is not written over.
    for wrong in ["sarif=deploy.sh", "json=./deploy.sh", "sarif=authlint.toml"] {
        tree.write("authlint.toml", "");
        let run = tree.run(&["--output", wrong, "."]);
        assert!(run.status == 2 && run.err.contains("is read by this run"), "{wrong}: {run:?}");
        assert_eq!(std::fs::read_to_string(tree.path("deploy.sh")).unwrap(), BAD);
    }
    for wrong in [
        &["--output", "xml=a"][..],
        &["--output", "json="],
        &["--output", "json", "--output", "human"],
        &["--format", "json", "--output", "sarif"],
        &["--output", "json=a", "--output", "sarif=a"],
        &["--output", "json=a", "--diff"],
    ] {
        let run = tree.run(&[wrong, &["."]].concat());
        assert!(run.status == 2 && run.out.is_empty() && !tree.path("a").exists(), "{run:?}");
    }
}

#[test]
fn the_summary_of_the_job_is_added_to() {
    let tree = repository(&[("deploy.sh", BAD)]);
    tree.write("summary.md", "# before\n");
    let run = |format: &str| {
        let mut command = tree.command(&["--format", format, "."]);
        command.env("GITHUB_STEP_SUMMARY", tree.path("summary.md")).output().unwrap();
        std::fs::read_to_string(tree.path("summary.md")).unwrap()
    };
    assert_eq!(run("human"), "# before\n");
    let added = run("github");
    assert!(added.starts_with("# before\n<!-- authlint -->\n### authlint: 1 error\n"), "{added}");
}
