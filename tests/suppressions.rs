//! Comments that silence findings, as they work in a run: which files are told of them, and what is counted.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use common::tree::Tree;

const BAD: &str = "gcloud run deploy a --allow-unauthenticated=false";

#[test]
fn what_is_silenced_is_counted() {
    let text = format!("{BAD} # authlint: ignore[flag-with-value] a fixture\n");
    let tree = Tree::new(&[("authlint.toml", ""), ("a.sh", &text), ("b.sh", &text)]);
    let run = tree.run(&[]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{run:?}");
    assert!(run.err.ends_with("2 speak of Google Cloud. 2 silenced.\n"), "{run:?}");
    let json = tree.run(&["--format=json", "a.sh"]);
    assert!(json.out.contains("\"suppressed\":1}"), "{json:?}");
    let json = tree.run(&["--format=json", "--ignore=flag-with-value"]);
    assert!(json.out.contains("\"suppressed\":0}") && json.status == 0, "what is off is not silenced: {json:?}");
}

#[test]
fn a_finding_over_two_files_is_silenced_at_either() {
    let env = "ROLE=roles/run.invokr\n";
    let deploy =
        "source ./env.sh\ngcloud projects add-iam-policy-binding p --member=user:a@example.com --role=\"$ROLE\"\n";
    let comment = "# authlint: ignore[unknown-role] a fixture\n";
    let tree = Tree::new(&[("authlint.toml", ""), ("env.sh", env), ("deploy.sh", deploy)]);
    assert_eq!(tree.run(&["--format=concise"]).paths(), ["deploy.sh"]);
    tree.write("env.sh", &format!("{comment}{env}"));
    // The comment is of use whatever is linted, also when the file that it stands in is not.
    for args in [&[][..], &["deploy.sh"], &["env.sh"]] {
        let run = tree.run(&[&["--format=concise"], args].concat());
        assert_eq!((run.status, run.out.as_str()), (0, ""), "{args:?} {run:?}");
    }
    tree.write("env.sh", env);
    tree.write("deploy.sh", &deploy.replace("gcloud", &format!("{comment}gcloud")));
    assert_eq!(tree.run(&["--format=concise"]).out, "");
}

#[test]
fn unused_ones_are_told_only_where_they_are_linted() {
    let unused = "# authlint: ignore[flag-with-value] gone\necho\n";
    let tree = Tree::new(&[("authlint.toml", ""), ("a.sh", unused), ("b.sh", BAD)]);
    assert_eq!(tree.run(&["--format=concise"]).paths(), ["a.sh", "b.sh"]);
    assert_eq!(tree.run(&["--format=concise", "b.sh"]).paths(), ["b.sh"]);
    let selected = tree.run(&["--format=concise", "--select=flag-with-value,unused-suppression"]);
    assert_eq!(selected.paths(), ["a.sh", "b.sh"]);
    let selected = tree.run(&["--format=concise", "--select=unused-suppression"]);
    assert_eq!(selected.out, "", "a rule that does not run silences nothing, and nothing is said of it");
}

#[test]
fn line_ends_and_encodings_do_not_matter() {
    let script = format!("# authlint: ignore[flag-with-value] a fixture\r\n{BAD}\r\n");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(script.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let tree = Tree::new(&[("authlint.toml", ""), ("a.sh", &script)]);
    std::fs::write(tree.path("b.sh"), utf16).unwrap();
    let run = tree.run(&["--format=concise"]);
    assert!(run.out.is_empty() && run.err.contains("2 silenced"), "{run:?}");
}

#[test]
fn many_comments_take_no_time() {
    let line = "# authlint: ignore[flag-with-value, zebra, unknown-rle] gone # authlint: ignore[x]\n";
    let marks = "# authlint: x ".repeat(60_000);
    let tree = Tree::new(&[
        ("authlint.toml", ""),
        ("a.sh", &format!("{}{BAD}\n", line.repeat(12_000))),
        ("b.sh", &format!("{BAD} {marks}\n")),
        ("c.md", &format!("{}```bash\n{BAD}\n```\n", "<!-- authlint: ignore[unknown-role] x -->\n".repeat(20_000))),
    ]);
    let start = std::time::Instant::now();
    let run = tree.run(&["--format=concise", "-q"]);
    assert_eq!(run.status, 1);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
