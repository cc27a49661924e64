//! `--fix` and `--diff` as they are run: what is written, what is shown, what is left alone, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::fs;

use common::tree::Tree;

const BAD: &str = "#!/bin/bash\n# Nightly.\ngcloud scheduler jobs create http nightly --location=us-central1 --schedule='0 3 * * *' \\\n  \
    --uri=https://run.googleapis.com/apis/run.googleapis.com/v1/namespaces/acme/jobs/nightly:run --http-method=POST \\\n  \
    --oidc-service-account-email=cron@acme.iam.gserviceaccount.com   # who\n";

fn good() -> String {
    BAD.replace("--oidc-", "--oauth-")
}

fn text(tree: &Tree, path: &str) -> String {
    fs::read_to_string(tree.path(path)).unwrap()
}

#[test]
fn a_fix_is_written_and_said() {
    let tree = Tree::project(&[("ci/a.sh", BAD), ("b.sh", "gcloud config list\n")]);
    let run = tree.run(&["--fix"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{run:?}");
    assert_eq!(
        run.err,
        "fixed ci/a.sh: 1 id-token-for-google-api\nFixed 1 finding in 1 file.\n\
         No faults found: 3 files looked at, 2 speak of Google Cloud.\n"
    );
    assert_eq!(text(&tree, "ci/a.sh"), good());
    let again = tree.run(&["--fix", "--exit-non-zero-on-fix", "--quiet"]);
    assert_eq!((again.status, again.err.as_str()), (0, ""), "{again:?}");
    tree.write("ci/a.sh", BAD);
    assert_eq!(tree.run(&["--fix", "--exit-non-zero-on-fix"]).status, 1);
}

#[test]
fn a_diff_is_shown_and_nothing_written() {
    let tree = Tree::project(&[("ci/a.sh", BAD)]);
    let run = tree.run(&["--diff"]);
    assert_eq!(run.status, 1);
    assert!(run.out.starts_with("--- a/ci/a.sh\n+++ b/ci/a.sh\n@@ -2,4 +2,4 @@\n # Nightly.\n"), "{run:?}");
    assert!(
        run.out.contains("\n-  --oidc-service-account-email=cron@") && run.out.contains("\n+  --oauth-service-"),
        "{run:?}"
    );
    assert_eq!(run.err, "would fix ci/a.sh: 1 id-token-for-google-api\nWould fix 1 finding in 1 file.\n");
    assert_eq!(text(&tree, "ci/a.sh"), BAD);
    assert!(tree.run(&["--diff", "--color", "always"]).out.contains("\x1b[32m+"));
    tree.write("ci/a.sh", &good());
    let none = tree.run(&["--diff"]);
    assert_eq!((none.status, none.out.as_str(), none.err.as_str()), (0, "", "Nothing to fix.\n"));
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let deploy = "gcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 \\\n  \
        --member=serviceAccount:web@acme-prod.iam.gserviceaccount.com --role=roles/run.invoker --condition=None\n\
        gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
        URL=$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
        gcloud scheduler jobs create http close-day --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
        --uri=\"$URL\" --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n";
    let tree = Tree::project(&[("deploy.sh", deploy)]);
    let safe = tree.run(&["--fix", "--format", "concise"]);
    assert!(safe.status == 1 && safe.out.contains("missing-run-invoker"), "{safe:?}");
    assert_eq!(text(&tree, "deploy.sh"), deploy);
    let all = tree.run(&["--fix", "--unsafe-fixes"]);
    assert_eq!(all.status, 0, "{all:?}");
    let after = text(&tree, "deploy.sh");
    assert!(
        after.contains(
            "\ngcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 \
             --member=\"serviceAccount:cron@acme-prod.iam.gserviceaccount.com\" --role=roles/run.invoker --condition=None\n"
        ),
        "{after}"
    );
    assert_eq!(tree.run(&["--unsafe-fixes"]).status, 2);
}

#[test]
fn bytes_beside_the_edits_stay() {
    let utf16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let no_end = |text: &str| text.trim_end().to_owned();
    let bom = |text: &str| format!("\u{feff}{text}");
    let forms: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("CRLF", crlf(BAD).into(), crlf(&good()).into()),
        ("BOM", bom(BAD).into(), bom(&good()).into()),
        ("no line end", no_end(BAD).into(), no_end(&good()).into()),
        ("UTF-16", utf16(BAD), utf16(&good())),
        ("Latin-1", [BAD.as_bytes(), b"# caf\xe9\n"].concat(), [good().as_bytes(), b"# caf\xe9\n"].concat()),
    ];
    for (name, before, after) in forms {
        let tree = Tree::project(&[]);
        fs::write(tree.path("a.sh"), before).unwrap();
        let run = tree.run(&["--fix"]);
        assert_eq!(fs::read(tree.path("a.sh")).unwrap(), after, "{name}: {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn mode_and_links_are_respected() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let tree = Tree::project(&[("a.sh", BAD), ("read-only.sh", BAD), ("inner/real.sh", BAD)]);
    let outside = Tree::project(&[("target.sh", BAD)]);
    let mode = |path: &str, mode: u32| fs::set_permissions(tree.path(path), fs::Permissions::from_mode(mode)).unwrap();
    mode("a.sh", 0o750);
    mode("read-only.sh", 0o444);
    symlink(outside.path("target.sh"), tree.path("out.sh")).unwrap();
    symlink("inner/real.sh", tree.path("in.sh")).unwrap();

    let walked = tree.run(&["--fix"]);
    assert_eq!(walked.status, 2, "{walked:?}");
    assert!(walked.err.contains("not written: read-only.sh: it is read-only"), "{walked:?}");
    assert_eq!((text(&tree, "a.sh"), text(&tree, "read-only.sh")), (good(), BAD.to_owned()));
    assert_eq!(fs::metadata(tree.path("a.sh")).unwrap().mode() & 0o7777, 0o750);
    assert_eq!(text(&outside, "target.sh"), BAD);

    tree.write("inner/real.sh", BAD);
    let named = tree.run(&["--fix", "out.sh", "in.sh"]);
    assert_eq!(text(&outside, "target.sh"), BAD, "{named:?}");
    assert_eq!(text(&tree, "inner/real.sh"), good(), "{named:?}");
    assert!(fs::symlink_metadata(tree.path("in.sh")).unwrap().is_symlink());
    let left: Vec<_> = fs::read_dir(tree.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".authlint-")), "{left:?}");
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let tree = Tree::project(&[("a.sh", BAD)]);
    let run = tree.run_with_input(&["--fix", "--stdin-filename", "a.sh", "-"], BAD.as_bytes());
    assert_eq!((run.status, run.out), (0, good()), "{}", run.err);
    assert_eq!(text(&tree, "a.sh"), BAD);
    // What there is nothing to fix in comes out as it went in.
    for input in ["echo hello\n", "gcloud config list\n", ""] {
        let run = tree.run_with_input(&["--fix", "--stdin-filename", "b.sh", "-"], input.as_bytes());
        assert_eq!((run.status, run.out.as_str()), (0, input));
    }
    let left = "gcloud run deploy x --service-account=a@b --allow-unauthenticated\ngcloud auth application-default print-identity-token\n";
    let run = tree.run_with_input(&["--fix", "--format", "concise", "--stdin-filename", "b.sh", "-"], left.as_bytes());
    assert!(run.status == 1 && run.err.contains("error[") && !run.out.contains("error["), "{run:?}");
    let both = tree.run_with_input(&["--fix", "--stdin-filename", "b.sh", "-", "a.sh"], left.as_bytes());
    assert_eq!(both.status, 2);
}

#[test]
fn a_configuration_is_fixed_too() {
    let tree =
        Tree::new(&[("authlint.toml", "[rules]\npublic-servic = \"off\" # typo\n"), ("a.sh", "gcloud config list\n")]);
    let run = tree.run(&["--fix", "--unsafe-fixes"]);
    assert_eq!(run.status, 0, "{run:?}");
    assert_eq!(text(&tree, "authlint.toml"), "[rules]\npublic-service = \"off\" # typo\n");
}

#[test]
fn secrets_are_masked_in_a_diff() {
    let deploy =
        "gcloud run deploy api --image=x --set-env-vars=DB_PASSWORD=hunter2hunter2x9 --allow-unauthenticated=true\n";
    let tree = Tree::project(&[("a.sh", deploy)]);
    let run = tree.run(&["--diff", "--unsafe-fixes"]);
    assert!(run.out.contains("-gcloud run deploy api") && !run.out.contains("hunter2"), "{run:?}");
}

#[test]
fn what_is_found_may_be_silenced_for_a_reason() {
    let manifest = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      \
        serviceAccountName: api@acme.iam.gserviceaccount.com\n      containers:\n        - image: x\n          env:\n            \
        - name: SERVICE_SECRET\n              value: s3cr3t-as-it-is-0815\n";
    let workflow = "on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          set -e\n          \
        gcloud run deploy api --allow-unauthenticated=true \\\n            --region=x\n";
    let policy = "{\"bindings\": [{\"role\": \"roles/run.invokr\", \"members\": [\"user:kim@acme.example\"]}]}\n";
    let terraform = "resource \"google_project_iam_member\" \"x\" {\n  project = \"acme\"\n  role    = \"roles/run.invokr\"\n  \
        member  = \"user:kim@acme.example\"\n}\n";
    let python = "import subprocess\n\n\ndef deploy():\n    subprocess.run([\"gcloud\", \"run\", \"deploy\", \"api\", \"--allow-unauthenticated=true\"])\n";
    let make = "deploy:\n\tgcloud run deploy api \\\n\t\t--allow-unauthenticated=true\n";
    let runbook = "# Run\n\n1. Deploy:\n\n   ```sh\n   gcloud run deploy api --allow-unauthenticated=true\n   ```\n";
    let both = "gcloud run deploy api --allow-unauthenticated=true --member=user:x --role=run.invoker\ngcloud projects \
        add-iam-policy-binding acme --member=kim@acme.example --role=run.invoker --condition=None\n";
    let batch = "@echo off\r\ngcloud run deploy api --allow-unauthenticated=true\r\n";
    let image = "FROM x\nRUN gcloud run deploy api --allow-unauthenticated=true && \\\n    echo done\n";
    let files = [
        ("service.yaml", manifest),
        (".github/workflows/deploy.yml", workflow),
        ("policy.json", policy),
        ("main.tf", terraform),
        ("deploy.py", python),
        ("Makefile", make),
        ("README.md", runbook),
        ("both.sh", both),
        ("deploy.bat", batch),
        ("Dockerfile", image),
        ("deep/scheduler.sh", BAD),
    ];
    let tree = Tree::project(&files);
    let before = tree.run(&["--format", "concise"]);
    assert!(before.out.lines().count() >= 11, "{before:?}");
    assert_eq!(tree.run(&["--add-ignores"]).status, 2);
    assert_eq!(tree.run(&["--add-ignores", "--reason", " - "]).status, 2);
    let shown = tree.run(&["--add-ignores", "--reason", "as it was", "--diff"]);
    assert!(shown.status == 1 && shown.out.contains("+# authlint: ignore["), "{shown:?}");
    assert_eq!(text(&tree, "both.sh"), both);
    let run = tree.run(&["--add-ignores", "--reason", "as it was"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{run:?}");
    let again = tree.run(&["--format", "concise"]);
    assert_eq!((again.status, again.out.as_str()), (0, ""), "{again:?}");
    for (path, old) in files.into_iter().filter(|(path, _)| authlint::read::lacks(path).is_none()) {
        let now = text(&tree, path);
        let kept: String = now.split_inclusive('\n').filter(|line| !line.contains("authlint: ")).collect();
        assert_eq!(kept, old, "{path}");
        let comments = match path {
            "policy.json" => 0,
            "both.sh" => 2,
            _ => 1,
        };
        assert_eq!(now.matches("authlint: ignore[").count(), comments, "{path}: {now}");
    }
    assert_eq!(
        text(&tree, "authlint.toml"),
        "# as it was\n[[overrides]]\npaths = [\"/policy.json\"]\nrules = { unknown-role = \"off\" }\n"
    );
    // Without a configuration there is no room for what JSON says.
    let bare = Tree::new(&[(".git/x", ""), ("policy.json", policy)]);
    let run = bare.run(&["--add-ignores", "--reason", "as it was"]);
    assert!(run.status == 1 && run.out.contains("unknown-role"), "{run:?}");
}

const FLAG: &str = "gcloud run deploy b --image=x --region=us-central1 --allow-unauthenticated=false\n";

#[test]
#[cfg(unix)]
fn files_that_are_shown_alike_keep_their_texts() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let tree = Tree::project(&[]);
    let names = [&b"a\xff.sh"[..], b"a\xfe.sh"].map(|name| tree.path("").join(OsStr::from_bytes(name)));
    for (number, name) in names.iter().enumerate() {
        fs::write(name, format!("{FLAG}echo {number}\n")).unwrap();
    }
    let run = tree.run(&["--fix", "."]);
    assert_eq!(run.status, 0, "{run:?}");
    for (number, name) in names.iter().enumerate() {
        let text = fs::read_to_string(name).unwrap();
        assert!(text.contains("--no-allow-unauthenticated\n") && text.ends_with(&format!("echo {number}\n")), "{text}");
    }
}

#[test]
#[cfg(unix)]
fn what_is_not_written_is_still_found() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::project(&[("a.sh", FLAG)]);
    fs::set_permissions(tree.path("a.sh"), fs::Permissions::from_mode(0o444)).unwrap();
    let run = tree.run(&["--fix", "--format", "concise", "."]);
    assert_eq!((run.status, run.paths()), (2, vec!["a.sh"]), "{run:?}");
    assert!(run.err.contains("not written: a.sh: it is read-only\n"), "{run:?}");
}

#[test]
#[cfg(unix)]
fn nothing_is_written_behind_a_link_that_leads_out() {
    use std::os::unix::fs::symlink;
    let tree = Tree::new(&[("in/authlint.toml", ""), ("out/a.sh", FLAG)]);
    symlink(tree.path("out"), tree.path("in/linked")).unwrap();
    let run = tree.run_in("in", &["--fix", "linked/a.sh"]);
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.err.contains("flag-with-value: it would change a file that was not asked for"), "{run:?}");
    assert_eq!(text(&tree, "out/a.sh"), FLAG);
}

#[test]
fn a_filter_changes_nothing_on_disk() {
    let config = "fail_on = \"error\"\n";
    let tree = Tree::new(&[("authlint.toml", config)]);
    let run = tree.run_with_input(&["--fix", "--stdin-filename", "a.sh", "-"], FLAG.as_bytes());
    assert!(run.out.contains("--no-allow-unauthenticated"), "{run:?}");
    assert_eq!(text(&tree, "authlint.toml"), config);
    tree.write("a.sh", FLAG);
    assert_eq!(tree.run_with_input(&["--diff", "--stdin-filename", "a.sh", "-", "a.sh"], b"").status, 2);
}

#[test]
fn a_comment_that_silences_changes_nothing_else() {
    let folded =
        "a:\n  script:\n    - >-\n      gcloud run deploy b\n      --allow-unauthenticated=false\n      --image=x\n";
    let recipe = "deploy:\n\tcd svc; \\\n\tgcloud run deploy b --source=. --allow-unauthenticated=false\n";
    let python = "import subprocess\nresult = \\\n    subprocess.run(\"gcloud run deploy b --allow-unauthenticated=false\", shell=True)\n";
    let template = "const { execSync } = require('child_process');\nexecSync(`set -e\n\
        gcloud run deploy b --allow-unauthenticated=false\n`);\n";
    let quoted = "echo \"\nx\"; gcloud run deploy b --allow-unauthenticated=false\n";
    let known = "# authlint: ignore[unknown-role] the platform team\n\
        gcloud projects add-iam-policy-binding p --member=a@example.com --role=roles/run.invokr --condition=None\n";
    let mut files = vec![(".gitlab-ci.yml", folded), ("Makefile", recipe), ("quoted.sh", quoted), ("known.sh", known)];
    if authlint::read::lacks("a.py").is_none() && authlint::read::lacks("a.js").is_none() {
        files.extend([("a.py", python), ("a.js", template)]);
    }
    let tree = Tree::project(&files);
    let run = tree.run(&["--add-ignores", "--reason", "until=2999-01-31 as it was"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{run:?}");
    assert!(text(&tree, ".gitlab-ci.yml").contains("=false\n      --image=x  # authlint: ignore["));
    assert!(text(&tree, "Makefile").contains("cd svc; \\\n\tgcloud"));
    assert!(text(&tree, "quoted.sh").contains("echo \"\nx\"; gcloud"));
    // Another reason has a comment of its own.
    assert!(
        text(&tree, "known.sh").starts_with("# authlint: ignore[unknown-role] the platform team\n# authlint: ignore[")
    );
    if files.len() == 6 {
        assert!(text(&tree, "a.py").contains("result = \\\n    subprocess.run("));
        assert!(text(&tree, "a.js").contains("`set -e\ngcloud run"));
    }
}

#[test]
fn what_has_no_room_for_a_comment_is_told() {
    let policy = "{\"bindings\": [{\"role\": \"roles/run.invokr\", \"members\": [\"user:a@example.com\"]}]}\n";
    let tree = Tree::project(&[("sub/policy.json", policy)]);
    let timed = tree.run(&["--add-ignores", "--reason", "until=2999-01-31 as it was"]);
    assert!(timed.status == 1 && timed.err.contains("not silenced sub/policy.json:1: unknown-role: "), "{timed:?}");
    let inside = tree.run_in("sub", &["--add-ignores", "--reason", "as it was", "."]);
    assert_eq!(inside.status, 0, "{inside:?}");
    assert!(text(&tree, "authlint.toml").contains("paths = [\"/sub/policy.json\"]"));
}
