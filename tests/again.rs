//! A run that knows the one before gives what a run from the beginning gives, and does no more than what changed asks for.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use authlint::engine::{self, Files, Input, Memory, Settings, Work};
use authlint::outcome::Outcome;

struct Memoryless;

impl Files for Memoryless {
    fn read(&self, _: &Path) -> Option<Vec<u8>> {
        None
    }

    fn list(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

fn inputs(files: &BTreeMap<String, String>) -> Vec<Input> {
    files.iter().map(common::input).collect()
}

fn shown(outcome: &Outcome) -> String {
    common::shown_with(outcome, true)
}

/// All files of the projects under test as one.
fn files() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for document in common::files("tests/projects") {
        let text = std::fs::read_to_string(&document).unwrap();
        let sections = common::sections(&document, &text);
        for (number, section) in sections.bad.into_iter().chain(sections.good).enumerate() {
            let stem = Path::new(&document).file_stem().unwrap().to_str().unwrap().to_owned();
            let within = section.files.into_iter().filter(|(path, _)| !path.ends_with("authlint.toml"));
            all.extend(within.map(|(path, text)| (format!("{stem}/{number}/{path}"), text)));
        }
    }
    all
}

#[test]
fn it_finds_what_a_run_from_the_beginning_finds() {
    let mut files = files();
    let names: Vec<String> = files.keys().cloned().collect();
    assert!(names.len() > 50, "{}", names.len());
    let settings = Settings { preview: true, ..Settings::default() };
    let mut memory = Memory::default();
    let mut state = 11_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for turn in 0..25 {
        // A line goes, comes again or stands somewhere else; a file comes and goes.
        let name = &names[random(names.len())];
        let text = files.get(name).cloned().unwrap_or_default();
        let mut lines: Vec<&str> = text.lines().collect();
        match random(4) {
            0 if !lines.is_empty() => drop(lines.remove(random(lines.len()))),
            1 if !lines.is_empty() => lines.insert(0, lines[random(lines.len())]),
            2 => lines.push("# more"),
            _ => lines.clear(),
        }
        let text = lines.join("\n");
        if text.is_empty() && turn % 3 == 0 {
            files.remove(name)
        } else {
            files.insert(name.clone(), text)
        };
        let again = engine::check_again(inputs(&files), &Memoryless, &settings, &mut memory);
        let fresh = engine::check(inputs(&files), &Memoryless, &settings);
        assert_eq!(shown(&again), shown(&fresh), "turn {turn}, {name}");
        assert_eq!(again.suppressed, fresh.suppressed);
    }
}

#[test]
fn only_what_changed_is_read_and_run_again() {
    let text =
        |name: &str| format!(". ./lib.sh\ngcloud run deploy {name} --image=\"$IMAGE\" --no-allow-unauthenticated\n");
    let mut files: BTreeMap<String, String> =
        (0..50).map(|number| (format!("{number}.sh"), format!("gcloud run deploy s{number} --image=i\n"))).collect();
    files.insert("a.sh".to_owned(), text("a"));
    files.insert("b.sh".to_owned(), text("b"));
    files.insert("lib.sh".to_owned(), "IMAGE=gcr.io/acme/x\n".to_owned());
    let mut memory = Memory::default();
    let mut work = |files: &BTreeMap<String, String>| {
        engine::check_again(inputs(files), &Memoryless, &Settings::default(), &mut memory);
        memory.work
    };
    assert_eq!(work(&files), Work { parsed: 53, ran: 53 });
    assert_eq!(work(&files), Work::default(), "nothing changed");
    files.insert("7.sh".to_owned(), "gcloud run deploy other --image=i\n".to_owned());
    assert_eq!(work(&files), Work { parsed: 1, ran: 1 });
    // Those that read it run again with it.
    files.insert("lib.sh".to_owned(), "IMAGE=gcr.io/acme/y\n".to_owned());
    assert_eq!(work(&files), Work { parsed: 1, ran: 3 });
    files.insert("a.sh".to_owned(), text("c"));
    assert_eq!(work(&files), Work { parsed: 1, ran: 1 });
}

/// A caller has none of the words by which the function makes its request, and is read for what it takes from there.
#[test]
#[cfg(feature = "python")]
fn what_is_read_for_others_is_read_again_as_they_change() {
    const CLIENT: &str = "import google.auth\nimport google.auth.transport.requests\nimport requests\n\n\ndef call(url):\n    \
        credentials, _ = google.auth.default()\n    credentials.refresh(google.auth.transport.requests.Request())\n    \
        return requests.get(url, headers={\"Authorization\": f\"Bearer {credentials.token}\"})\n";
    let caller = |host: &str| format!("from client import call\n\ncall(\"https://{host}/health\")\n");
    let service = "api-x7k2lq5xqa-uc.a.run.app";
    let mut files = BTreeMap::from([
        ("call.py".to_owned(), caller(service)),
        ("client.py".to_owned(), CLIENT.to_owned()),
        ("idle.py".to_owned(), format!("URL = \"https://{service}\"\n")),
    ]);
    let mut memory = Memory::default();
    let mut again = |files: &BTreeMap<String, String>| {
        let found = engine::check_again(inputs(files), &Memoryless, &Settings::default(), &mut memory);
        assert_eq!(shown(&found), shown(&engine::check(inputs(files), &Memoryless, &Settings::default())));
        (found.findings.len(), memory.work)
    };
    // The caller is looked at, and then read.
    assert_eq!(again(&files), (1, Work { parsed: 4, ran: 3 }));
    assert_eq!(again(&files), (1, Work::default()));
    files.insert("call.py".to_owned(), caller("www.googleapis.com"));
    assert_eq!(again(&files).0, 0);
    files.insert("call.py".to_owned(), caller(service));
    assert_eq!(again(&files).0, 1);
    files.insert("client.py".to_owned(), "def call(url):\n    return url\n".to_owned());
    assert_eq!(again(&files).0, 0);
    files.insert("client.py".to_owned(), CLIENT.to_owned());
    assert_eq!(again(&files).0, 1);
}

/// A root of Terraform, its module, and the values that are chosen for it.
#[test]
#[cfg(feature = "hcl")]
fn directories_are_run_again_as_their_files_change() {
    let call = "resource \"google_cloud_scheduler_job\" \"nightly\" {\n  name = \"nightly\"\n  http_target {\n    \
        uri = \"https://run.googleapis.com/v2/projects/p/locations/l/jobs/nightly:run\"\n    oidc_token {\n      \
        service_account_email = var.runner\n    }\n  }\n}\nvariable \"runner\" {}\n";
    let mut files = BTreeMap::from([
        ("a/main.tf".to_owned(), "module \"m\" {\n  source = \"./m\"\n}\nvariable \"zone\" {}\n".to_owned()),
        ("a/env/prod.tfvars".to_owned(), "zone = \"a\"\n".to_owned()),
        ("a/m/variables.tf".to_owned(), "variable \"other\" {}\n".to_owned()),
        // It nests too deep, and is read by nobody.
        ("a/m/b.tf".to_owned(), format!("x = {}\n", "[".repeat(2000))),
        ("b/deploy.sh".to_owned(), "gcloud run deploy b --image=i\n".to_owned()),
    ]);
    let mut memory = Memory::default();
    let mut again = |files: &BTreeMap<String, String>| {
        let found = engine::check_again(inputs(files), &Memoryless, &Settings::default(), &mut memory);
        let fresh = engine::check(inputs(files), &Memoryless, &Settings::default());
        assert_eq!(shown(&found), shown(&fresh));
        assert_eq!(found.secrets, fresh.secrets);
        (found.findings.iter().any(|finding| finding.rule == "id-token-for-google-api"), memory.work)
    };
    assert!(!again(&files).0);
    files.insert("b/deploy.sh".to_owned(), "gcloud run deploy c --image=i\n".to_owned());
    assert_eq!(again(&files).1, Work { parsed: 1, ran: 2 }, "with what nobody can read");
    files.insert("a/m/b.tf".to_owned(), call.to_owned());
    assert!(again(&files).0, "what can be read now is a part of its module");
    files.insert("a/m/b.tf".to_owned(), String::new());
    assert!(!again(&files).0);
}
