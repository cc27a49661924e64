//! `authlint graph` and `authlint explain-call` as they are run, policies given as evidence, and what cannot be decided.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]
#![cfg(feature = "hcl")]

mod common;

use std::path::Path;
use std::process::Command;

use common::tree::Tree;

/// The largest example, drawn.
fn drawn(format: &str) -> String {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop-across-files/before");
    let graph = Command::new(env!("CARGO_BIN_EXE_authlint"))
        .args(["graph", "--format", format, "."])
        .current_dir(example)
        .output()
        .unwrap();
    assert!(graph.status.success(), "{}", String::from_utf8_lossy(&graph.stderr));
    String::from_utf8(graph.stdout).unwrap()
}

#[cfg(all(feature = "python", feature = "hcl"))]
#[test]
fn formats_are_as_they_were() {
    insta::assert_snapshot!("mermaid", drawn("mermaid"));
    insta::assert_snapshot!("dot", drawn("dot"));
    let json: serde_json::Value = serde_json::from_str(&drawn("json")).unwrap();
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn the_page_needs_no_network() {
    let page = drawn("html");
    let svg = page.matches("http").count() - page.matches("http-equiv").count();
    assert_eq!(svg, 0, "an address");
    for word in ["default-src 'none'", "<title>Who calls what</title>", "aria-live", "close-day", "#details"] {
        assert!(page.contains(word), "{word}");
    }
    for word in ["src=", "href=", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

const DEPLOY: &str = "gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
    URL=$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
    gcloud scheduler jobs create http close --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=\"$URL/close\" --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n\
    gcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 --condition=None \\\n  \
    --member=serviceAccount:web@acme-prod.iam.gserviceaccount.com --role=roles/run.invoker\n";

#[test]
fn a_call_is_told_step_by_step() {
    let tree = Tree::project(&[("deploy.sh", DEPLOY)]);
    let told = tree.run(&["explain-call", "close", "billing"]);
    assert_eq!(told.status, 1, "{told:?}");
    for part in
        ["no grant here", "deploy.sh:4:22", "needs `run.routes.invoke`", "is for somebody else", "add `gcloud run"]
    {
        assert!(told.out.contains(part), "{part} is not in\n{}", told.out);
    }
    // By its account.
    assert_eq!(tree.run(&["explain-call", "cron", "billing"]).status, 1);
    let none = tree.run(&["explain-call", "close", "nothing"]);
    assert!(none.status == 2 && none.err.contains("close billing"), "{none:?}");
    let empty = Tree::project(&[("a.sh", "gcloud run services list\n")]).run(&["explain-call", "a", "b"]);
    assert!(empty.err.contains("there is no call of `b` by `a` in these files, nor any other"), "{}", empty.err);
}

#[test]
fn an_exported_policy_is_evidence() {
    let policy = |member: &str| {
        format!(
            "{{\"bindings\": [{{\"members\": [\"serviceAccount:{member}@acme-prod.iam.gserviceaccount.com\"], \"role\": \
             \"roles/run.invoker\"}}], \"etag\": \"BwXhqDVPJ2M=\", \"version\": 1}}"
        )
    };
    let (cron, other) = (policy("cron"), policy("other"));
    let tree = Tree::project(&[("deploy.sh", DEPLOY), ("out/cron.json", &cron), ("out/other.json", &other)]);
    tree.write(".gitignore", "out/\n");
    assert_eq!(tree.run(&["."]).status, 1);
    assert_eq!(tree.run(&["--iam-policy", "run-service:billing=out/cron.json", "."]).status, 0);
    assert_eq!(tree.run(&["--iam-policy", "run-service:billing=out/other.json", "."]).status, 1);
    assert_eq!(tree.run(&["--iam-policy", "run-service:web=out/cron.json", "."]).status, 1);
    assert_eq!(tree.run(&["--iam-policy", "run-service:billing=out/none.json", "."]).status, 2);
    assert_eq!(tree.run(&["--iam-policy", "billing=out/cron.json", "."]).status, 2);
    let told = tree.run(&["explain-call", "close", "billing", "--iam-policy", "run-service:billing=out/cron.json"]);
    assert!(told.status == 0 && told.out.contains("granted"), "{told:?}");

    let config = "[[policies]]\non = \"run-service:billing\"\nfile = \"out/cron.json\"\n";
    tree.write("authlint.toml", config);
    let run = tree.run(&["."]);
    assert_eq!(run.status, 0, "{run:?}");
}

#[test]
fn what_cannot_be_decided_is_told_on_request() {
    let script = DEPLOY.replace("serviceAccount:web@acme-prod.iam.gserviceaccount.com", "group:billing@acme.example");
    let tree = Tree::project(&[("deploy.sh", &script)]);
    assert_eq!(tree.run(&["--advice", "."]).out, "");
    let shown = tree.run(&["--show", "unknown", "--format", "concise", "."]);
    assert_eq!(shown.status, 0);
    assert!(shown.out.contains("advice[undecided-access]") && shown.out.contains("group"), "{shown:?}");
}

#[test]
fn nothing_of_a_file_steers_who_reads_the_graph() {
    let script = DEPLOY
        .replace("http close ", "'http' $'clo\\e]0;x\\a<script>\"]-->' ")
        .replace("cron@acme-prod", "AIzaSyA-1234567890abcdefghijklmnopqrstu");
    let tree = Tree::project(&[("deploy.sh", &script)]);
    for format in ["mermaid", "dot", "json", "html"] {
        let graph = tree.run(&["graph", "--format", format, "."]);
        assert_eq!(graph.status, 0);
        assert!(!graph.out.contains(['\u{1b}', '\u{7}']), "{format}: {}", graph.out);
        assert!(!graph.out.contains("AIzaSyA-1234567890"), "{format}: {}", graph.out);
        let breaks_out = graph.out.contains("<script>\"]");
        assert!(!breaks_out, "{format}: {}", graph.out);
    }
}
