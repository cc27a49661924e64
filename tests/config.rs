//! `authlint.toml` as it works on a tree: levels, excludes, sizes, nested projects, and what is wrong with it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use common::tree::{Run, Tree};

const BAD: &str = "gcloud run deploy a --allow-unauthenticated=false\n";

fn concise(tree: &Tree, args: &[&str]) -> Run {
    tree.run(&[&["--format=concise"], args].concat())
}

#[test]
fn levels_are_set_and_the_command_line_wins() {
    let tree = Tree::new(&[
        (
            "authlint.toml",
            "[rules]\nflag-with-value = \"advice\"\n[[overrides]]\npaths = [\"b.sh\"]\nrules = { flag-with-value = \"off\" }\n",
        ),
        ("a.sh", BAD),
        ("b.sh", BAD),
    ]);
    let run = concise(&tree, &[]);
    assert!(run.status == 0 && run.out.is_empty() && run.err.contains("1 more with --advice"), "{run:?}");
    let run = concise(&tree, &["--advice"]);
    assert!(run.status == 0 && run.out.starts_with("a.sh:1:21: advice[flag-with-value]"), "{run:?}");
    assert_eq!(concise(&tree, &["--fail-on=advice"]).status, 1);
    let run = concise(&tree, &["--select=flag-with-value", "--advice"]);
    assert_eq!(run.paths(), ["a.sh", "b.sh"], "what is asked for by name is not off: {run:?}");
    assert!(run.out.contains("b.sh:1:21: error["), "{run:?}");
    assert_eq!(concise(&tree, &["--ignore=flag-with-value", "--advice"]).out, "");
}

#[test]
fn what_is_excluded_is_not_read() {
    let tree = Tree::new(&[
        ("authlint.toml", "[files]\nexclude = [\"vendor/\", \"*.gen.sh\"]\n"),
        ("a.sh", BAD),
        ("b.gen.sh", BAD),
        ("sub/vendor/c.sh", BAD),
        ("sub/vendor/in/authlint.toml", ""),
        ("sub/vendor/in/d.sh", BAD),
        // What is excluded is no evidence, either, not even when it is named by what is read.
        (
            "e.sh",
            "source ./env.gen.sh\ngcloud projects add-iam-policy-binding p --member=user:a@example.com --role=\"$ROLE\"\n",
        ),
        ("env.gen.sh", "ROLE=roles/run.invokr\n"),
    ]);
    assert_eq!(concise(&tree, &[]).paths(), ["a.sh"]);
    // A file that is named is meant, unless a hook names it.
    assert_eq!(concise(&tree, &["b.gen.sh", "a.sh"]).paths(), ["a.sh", "b.gen.sh"]);
    let run = concise(&tree, &["--force-exclude", "b.gen.sh", "sub/vendor", "a.sh"]);
    assert_eq!(run.paths(), ["a.sh"]);
    assert!(run.err.contains("authlint: skipped b.gen.sh: excluded by authlint.toml\n"), "{run:?}");
    assert!(run.err.contains("authlint: skipped sub/vendor: excluded by authlint.toml\n"), "{run:?}");
    tree.write("authlint.toml", "");
    assert_eq!(concise(&tree, &[]).paths(), ["a.sh", "b.gen.sh", "e.sh", "sub/vendor/c.sh", "sub/vendor/in/d.sh"]);
}

#[test]
fn the_size_of_what_is_read_goes_up_and_down() {
    let large = format!("{BAD}{}", "# x\n".repeat(300 * 1024));
    let tree = Tree::new(&[("authlint.toml", ""), ("large.sh", &large), ("small.sh", BAD)]);
    let run = concise(&tree, &["--advice"]);
    assert_eq!(run.paths(), ["large.sh", "small.sh"]);
    assert!(
        run.out.starts_with("large.sh:1:1: advice[skipped-file] `large.sh` is not read: it is larger than 1 MiB;"),
        "{run:?}"
    );
    assert!(run.err.starts_with("authlint: skipped large.sh: larger than 1 MiB\n"), "{run:?}");
    tree.write("authlint.toml", "[files]\nmax-size = \"2MiB\"\n");
    let run = concise(&tree, &[]);
    assert!(run.paths() == ["large.sh", "small.sh"] && run.out.starts_with("large.sh:1:21: error"), "{run:?}");
    tree.write("authlint.toml", "[files]\nmax-size = 40\n");
    let run = concise(&tree, &["--advice", "small.sh"]);
    assert!(run.status == 0 && run.out.contains("small.sh:1:1: advice[skipped-file]"), "{run:?}");
}

#[test]
fn each_project_has_its_own() {
    let off = "[rules]\nflag-with-value = \"off\"\n";
    let tree = Tree::new(&[("authlint.toml", off), ("a.sh", BAD), ("in/authlint.toml", ""), ("in/b.sh", BAD)]);
    assert_eq!(concise(&tree, &[]).paths(), ["in/b.sh"]);
    assert_eq!(concise(&tree, &["a.sh", "in/b.sh"]).paths(), ["in/b.sh"]);
    tree.write("authlint.toml", "");
    tree.write("in/authlint.toml", off);
    assert_eq!(concise(&tree, &[]).paths(), ["a.sh"]);
    assert_eq!(tree.run_in("in", &["--format=concise"]).out, "");
}

#[test]
fn standard_input_is_linted_as_its_project_says() {
    let tree = Tree::new(&[
        ("authlint.toml", "[files]\nexclude = [\"gen\"]\n[rules]\nflag-with-value = \"warning\"\n"),
        ("sub/x", ""),
    ]);
    let stdin = |name: &str, text: &str| {
        tree.run_with_input(&["--format=concise", "--stdin-filename", name, "-"], text.as_bytes())
    };
    let run = stdin("sub/a.sh", BAD);
    assert!(run.status == 1 && run.out.starts_with("sub/a.sh:1:21: warning["), "{run:?}");
    let run = stdin("gen/a.sh", BAD);
    assert!(run.status == 0 && run.out.is_empty() && run.err.contains("skipped gen/a.sh: excluded"), "{run:?}");
    let run = stdin("a.sh", "gcloud run deploy # authlint: ignore[flag-with-value] there is none\n");
    assert!(run.status == 1 && run.out.contains("unused-suppression"), "its project is here: {run:?}");
}

#[test]
fn standard_input_stands_in_its_project() {
    let call = "gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
        URL=$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\n\
        gcloud scheduler jobs create http close-day --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
        --uri=\"$URL\" --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n";
    let grant = |role: &str| {
        format!(
            "gcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 --condition=None \\\n  \
             --member=serviceAccount:cron@acme-prod.iam.gserviceaccount.com --role=roles/{role}\n"
        )
    };
    let tree = Tree::project(&[("grant.sh", &grant("run.invoker")), ("sub/deploy.sh", "echo\n")]);
    let stdin = |name: &str, text: &str| {
        tree.run_with_input(&["--format=concise", "--stdin-filename", name, "-"], text.as_bytes()).out
    };
    assert_eq!(stdin("sub/deploy.sh", call), "", "what grants it is in another file");
    tree.write("grant.sh", &grant("run.viewer"));
    assert!(stdin("sub/deploy.sh", call).contains("warning[missing-run-invoker]"));
    tree.write("sub/deploy.sh", call);
    // What is on standard input counts in the place of what is on disk; a finding that touches it is reported.
    assert_eq!(stdin("grant.sh", &grant("run.invoker")), "");
    let said = stdin("grant.sh", &grant("run.viewer"));
    assert!(said.starts_with("sub/deploy.sh:"), "{said}");
}

#[test]
fn faults_have_places_and_are_said_whatever_is_linted() {
    let tree =
        Tree::new(&[("authlint.toml", "\u{feff}[rules]\r\nunknown-rol = \"off\"\r\n[file]\r\n"), ("a.sh", "echo\n")]);
    for args in [&[][..], &["a.sh"]] {
        let run = concise(&tree, args);
        assert_eq!(
            run.out,
            "authlint.toml:2:1: warning[unknown-rule] there is no rule `unknown-rol`\n\
             authlint.toml:3:2: warning[invalid-config] there is no key `file`; it does nothing\n"
        );
        assert_eq!(run.status, 1);
    }
    let human = tree.run(&[]);
    assert!(human.out.contains("write `unknown-role`") && human.out.contains("write `files`"), "{human:?}");
    let json = tree.run(&["--format=json"]);
    assert!(json.out.contains("\"fix\":{\"safety\":\"unsafe\""), "{json:?}");
}

#[test]
fn what_is_no_toml_ends_with_2_and_the_other_projects_are_read() {
    let tree = Tree::new(&[("authlint.toml", "[rules\n"), ("a.sh", BAD), ("in/authlint.toml", ""), ("in/b.sh", BAD)]);
    let run = concise(&tree, &["a.sh", "in"]);
    assert_eq!((run.status, run.paths()), (2, vec!["in/b.sh"]), "{run:?}");
    assert!(
        run.err.starts_with("authlint: authlint.toml:1:7: ") && run.err.contains("nothing of its project is read"),
        "{run:?}"
    );
    let run = tree.run_with_input(&["--stdin-filename", "a.sh", "-"], BAD.as_bytes());
    assert!(run.status == 2 && run.out.is_empty(), "{run:?}");
    std::fs::write(tree.path("authlint.toml"), b"a = 1\0").unwrap();
    assert_eq!(concise(&tree, &["a.sh"]).status, 2);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_advice_and_a_fault_when_named() {
    use std::os::unix::fs::PermissionsExt;

    let tree = Tree::new(&[("authlint.toml", ""), ("a.sh", BAD), ("b.sh", BAD)]);
    std::fs::set_permissions(tree.path("b.sh"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(tree.path("b.sh")).is_ok() {
        return; // Root reads everything.
    }
    let run = concise(&tree, &["--advice"]);
    assert_eq!((run.status, run.paths()), (1, vec!["a.sh", "b.sh"]), "{run:?}");
    assert!(run.out.contains("b.sh:1:1: advice[unreadable-file] `b.sh` cannot be read: permission denied;"), "{run:?}");
    assert!(run.err.contains("not read: b.sh: permission denied"), "{run:?}");
    assert_eq!(concise(&tree, &["b.sh"]).status, 2);
}

#[test]
fn what_touches_a_named_file_is_told_of_it() {
    let service = "gcloud run deploy billing --project=acme-prod --region=us-central1 --image=x --no-allow-unauthenticated\n\
        gcloud run services add-iam-policy-binding billing --project=acme-prod --region=us-central1 --condition=None \\\n  \
        --member=serviceAccount:web@acme-prod.iam.gserviceaccount.com --role=roles/run.invoker\n";
    let caller = "gcloud scheduler jobs create http close-day --project=acme-prod --location=us-central1 --schedule='0 3 * * *' \\\n  \
        --uri=\"$(gcloud run services describe billing --project=acme-prod --region=us-central1 --format='value(status.url)')\" \\\n  \
        --oidc-service-account-email=cron@acme-prod.iam.gserviceaccount.com\n";
    let tree = Tree::project(&[("service.sh", service), ("caller.sh", caller), ("other.sh", "gcloud config list\n")]);
    for named in ["caller.sh", "service.sh"] {
        let run = concise(&tree, &[named]);
        assert_eq!((run.status, run.paths()), (1, vec!["caller.sh"]), "{named}: {run:?}");
    }
    assert_eq!(concise(&tree, &["other.sh"]).status, 0);
    // A level is that of the place, whoever asks.
    tree.write("authlint.toml", "[[overrides]]\npaths = [\"caller.sh\"]\nrules = { missing-run-invoker = \"off\" }\n");
    assert_eq!(concise(&tree, &["service.sh"]).status, 0);
}

#[test]
fn what_a_run_fails_on_and_shows_may_stand_in_the_file() {
    let off = "[rules]\nflag-with-value = \"advice\"\n";
    let tree = Tree::new(&[("authlint.toml", off), ("a.sh", BAD)]);
    let run = concise(&tree, &[]);
    assert!(run.status == 0 && run.out.is_empty() && run.err.contains("1 more with --advice"), "{run:?}");
    tree.write("authlint.toml", &format!("advice = true\n{off}"));
    let run = concise(&tree, &[]);
    assert!(run.status == 0 && run.out.contains("advice[flag-with-value]"), "{run:?}");
    assert!(run.err.starts_with("Found 1 advice in 1 file (2 looked at, 1 relevant). 1 can"), "{run:?}");
    tree.write("authlint.toml", &format!("fail-on = \"advice\"\n{off}"));
    let run = concise(&tree, &[]);
    assert!(run.status == 1 && run.out.contains("advice[flag-with-value]"), "what it fails on is shown: {run:?}");
    let run = concise(&tree, &["--fail-on=warning"]);
    assert!(run.status == 0 && run.out.is_empty(), "the command line wins, be it the default: {run:?}");
    tree.write("authlint.toml", "fail-on = \"error\"\n[rules]\nflag-with-value = \"warning\"\n");
    assert_eq!((concise(&tree, &[]).status, concise(&tree, &["--fail-on=warning"]).status), (0, 1));
    assert_eq!(concise(&tree, &[]).paths(), ["a.sh"]);
}

#[test]
fn rules_on_trial_run_where_the_file_says_so() {
    let rule = authlint::rules::RULES.iter().find(|rule| rule.preview).unwrap();
    let script = rule.page.split("```bash\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let tree = Tree::project(&[("a.sh", script)]);
    let says = |tree: &Tree| concise(tree, &["--advice"]).out.contains(&format!("[{}]", rule.id));
    assert!(!says(&tree));
    tree.write("authlint.toml", "preview = true\n");
    assert!(says(&tree));
    tree.write("authlint.toml", &format!("preview = true\n[rules]\n{} = \"off\"\n", rule.id));
    assert!(!says(&tree));
    tree.write("authlint.toml", "preview = false\n");
    assert!(!says(&tree) && concise(&tree, &["--preview", "--advice"]).out.contains(rule.id));
}

#[test]
fn each_project_shows_and_fails_for_its_own_findings() {
    let advice = "[rules]\nflag-with-value = \"advice\"\n";
    let tree = Tree::new(&[
        ("authlint.toml", advice),
        ("a.sh", BAD),
        ("in/authlint.toml", &format!("advice = true\n{advice}")),
        ("in/b.sh", BAD),
    ]);
    let run = concise(&tree, &[]);
    assert_eq!((run.status, run.paths()), (0, vec!["in/b.sh"]), "{run:?}");
    assert!(run.err.starts_with("Found 1 advice in 1 file") && run.err.contains("1 more with --advice."), "{run:?}");
    let json: serde_json::Value = serde_json::from_str(&tree.run(&["--format=json"]).out).unwrap();
    assert_eq!((json["findings"].as_array().unwrap().len(), &json["summary"]["advice"]), (1, &2.into()));
    assert_eq!(concise(&tree, &["--advice"]).paths(), ["a.sh", "in/b.sh"]);
    // A warning of a project that fails on errors alone leaves the run clean; one of another project does not.
    let warning = "[rules]\nflag-with-value = \"warning\"\n";
    let lenient = format!("fail-on = \"error\"\n{warning}");
    tree.write("authlint.toml", &lenient);
    tree.write("in/authlint.toml", warning);
    assert_eq!((concise(&tree, &[]).status, concise(&tree, &["a.sh"]).status), (1, 0));
    assert_eq!(concise(&tree, &["--fail-on=error"]).status, 0);
    tree.write("in/authlint.toml", &lenient);
    assert_eq!((concise(&tree, &[]).status, concise(&tree, &["--fail-on=warning"]).status), (0, 1));
    // What is wrong with a configuration is its project's.
    tree.write("authlint.toml", "fail-on = \"error\"\nzebra = 1\n");
    tree.write("in/authlint.toml", "[rules]\nflag-with-value = \"off\"\n");
    let run = concise(&tree, &[]);
    assert_eq!((run.status, run.paths()), (1, vec!["a.sh", "authlint.toml"]), "{run:?}");
    assert_eq!(concise(&tree, &["--ignore=flag-with-value"]).status, 0);
    let run = tree.run_with_input(&["--format=concise", "--stdin-filename", "a.sh", "-"], BAD.as_bytes());
    assert_eq!((run.status, run.paths()), (1, vec!["a.sh", "authlint.toml"]), "{run:?}");
}

#[test]
fn only_what_is_included_is_read() {
    let tree = Tree::new(&[
        ("authlint.toml", "[files]\ninclude = [\"/deploy/\", \"*.bash\"]\nexclude = [\"deploy/old\"]\n"),
        ("a.sh", BAD),
        ("deploy/b.sh", BAD),
        ("deploy/old/c.sh", BAD),
        ("deploy.sh", BAD),
        ("sub/deploy/d.sh", BAD),
        ("sub/e.bash", BAD),
        ("sub/in/authlint.toml", ""),
        ("sub/in/f.sh", BAD),
        // What is not included is no evidence, either, not even when it is named by what is read.
        (
            "deploy/g.sh",
            "source ../env.sh\nsource ./env.sh\ngcloud projects add-iam-policy-binding p --member=user:a@example.com --role=\"$ROLE\"\n",
        ),
        ("env.sh", "ROLE=roles/run.invokr\n"),
    ]);
    assert_eq!(concise(&tree, &[]).paths(), ["deploy/b.sh", "sub/e.bash", "sub/in/f.sh"]);
    let run = concise(&tree, &["--force-exclude", "a.sh", "deploy", "sub/deploy", "deploy/old/c.sh"]);
    assert_eq!(run.paths(), ["deploy/b.sh"], "{run:?}");
    assert!(run.err.contains("authlint: skipped a.sh: not included by authlint.toml\n"), "{run:?}");
    assert!(run.err.contains("authlint: skipped deploy/old/c.sh: excluded by authlint.toml\n"), "{run:?}");
    let run = tree.run_with_input(&["--format=concise", "--stdin-filename", "x.sh", "-"], BAD.as_bytes());
    assert!(run.status == 0 && run.out.is_empty() && run.err.contains("skipped x.sh: not included"), "{run:?}");
    let run = tree.run_with_input(&["--format=concise", "--stdin-filename", "deploy/x.sh", "-"], BAD.as_bytes());
    assert_eq!(run.paths(), ["deploy/x.sh"], "{run:?}");
    tree.write("authlint.toml", "[files]\ninclude = [\"/deploy/\", \"/env.sh\"]\n");
    assert_eq!(concise(&tree, &[]).paths(), ["deploy/b.sh", "deploy/g.sh", "deploy/old/c.sh", "sub/in/f.sh"]);
    tree.write("authlint.toml", "[files]\ninclude = []\n[rules]\ninvalid-config = \"off\"\n");
    assert_eq!(concise(&tree, &["a.sh"]).paths(), ["a.sh"], "what names nothing leaves nothing out");
}

#[test]
fn misspelt_names_have_fixes() {
    let text = "fail_on = \"error\"\nadvise = true\n[rules]\nflag_with_value = \"off\"\nUnknown-Role = \"off\"\nunknown-role = \"off\"\nmember-typ = \"off\"\n";
    let tree = Tree::new(&[("authlint.toml", text)]);
    let json: serde_json::Value = serde_json::from_str(&tree.run(&["--format=json"]).out).unwrap();
    let told: Vec<(u64, &str, &str)> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let fix = &finding["fix"];
            let edit = fix["edits"][0]["text"].as_str().unwrap_or("");
            (finding["start"]["line"].as_u64().unwrap(), fix["safety"].as_str().unwrap_or("none"), edit)
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "safe", "fail-on"),
            (2, "unsafe", "advice"),
            (4, "safe", "flag-with-value"),
            (5, "none", ""), // It is there already: two keys of one name are no TOML.
            (7, "unsafe", "member-type"),
        ]
    );
}
