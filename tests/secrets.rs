//! Secrets of linted files reach no output: each is planted where a finding draws or names its line, and every format is
//! searched for it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;

use authlint::report::{FORMATS, Options};

#[test]
fn no_format_prints_a_secret() {
    let secrets = [
        "ya29.a0AfH6SMBxQ1w2e3r4t5y6u7i8o9p",
        "AIzaSyA-1234567890abcdefghijklmnopqrstu",
        "hunter2hunter2",
        "pa55word",
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
    ];
    let script = format!(
        "OLD='{}'\nKEY=\"{}\"\ncurl -u admin:{} https://run.googleapis.com/v2/x\n\
         curl -X POST -H 'Authorization: Basic {}' 'https://run.googleapis.com/v2/x?key={}'\n\
         gcloud run deploy x --allow-unauthenticated=false --set-env-vars=DB_PASSWORD={},T={}\n",
        secrets[0], secrets[5], secrets[3], "dXNlcjpwYTU1d29yZDEyMzQ=", secrets[1], secrets[2], secrets[4],
    );
    let outcome = common::lint(&BTreeMap::from([("deploy.sh".to_owned(), script)]));
    assert!(outcome.findings.len() >= 3, "{:?}", outcome.findings);
    for format in FORMATS {
        let mut out = Vec::new();
        (format.write)(&outcome, &Options { advice: true, ..Options::default() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("key-as-credential"), "{text}");
        for secret in secrets.iter().chain(&["dXNlcjpwYTU1d29yZDEyMzQ="]) {
            assert!(!text.contains(secret), "{} prints `{secret}`:\n{text}", format.name);
        }
    }
}

#[test]
fn what_a_finding_calls_a_secret_is_not_drawn() {
    // Neither by its name, where it is assigned, nor by its shape would these lines be known to hold one.
    let script = "PHRASE='kX9vQ2/mZ7pLw4TnB/8'\ngcloud run deploy api --image=i --set-env-vars=\"DB_PASSWORD=$PHRASE\"\n\
                  gcloud run deploy web --image=i --set-env-vars=DB_PASSWORD=Correct-Horse\n\
                  gcloud run deploy api --image=i --set-env-vars=\"DB_PASSWORD=kX9v,Lw4TnB8sR3dGh5Jq,B=1\"\n";
    let outcome = common::lint(&BTreeMap::from([("deploy.sh".to_owned(), script.to_owned())]));
    let found = |finding: &&authlint::finding::Finding| finding.rule == "plaintext-secret";
    assert_eq!(outcome.findings.iter().filter(found).count(), 3, "{:?}", outcome.findings);
    for format in FORMATS {
        let mut out = Vec::new();
        (format.write)(&outcome, &Options { advice: true, ..Options::default() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for secret in ["kX9vQ2/mZ7pLw4TnB/8", "Correct-Horse", "Lw4TnB8sR3dGh5Jq"] {
            assert!(!text.contains(secret), "{} prints `{secret}`:\n{text}", format.name);
        }
    }
}
