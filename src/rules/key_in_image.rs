//! An image holds the key that its programs prove themselves with.

use crate::facts::Image;
use crate::finding::Level;
use crate::project::{Event, Project};
use crate::rule::Ask::Within;
use crate::rule::{Check, Group, Hole, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "key-in-image",
    group: Group::Ci,
    level: Level::Error,
    fix: None,
    hole: Some(Hole::High),
    page: page!("key-in-image"),
    covers: &[],
    checks: &[Check::Image(Within(check))],
    ..Rule::STABLE
};

fn check(image: &Image, project: &Project, report: &mut Report) {
    // By the variable, or by a login while it is built.
    let logins = project.before(&image.at).filter_map(|event| match event {
        Event::Command(gcloud) if gcloud.invocation.is(&["auth activate-service-account"]) => {
            let flag = gcloud.invocation.flag("--key-file")?;
            Some((flag.value.as_ref()?.literal()?, flag.at))
        }
        _ => None,
    });
    let named = image.credentials.as_ref().and_then(|given| Some((given.value.literal()?, given.value_place())));
    let found = named.into_iter().chain(logins).find_map(|(path, place)| {
        let is_it = |to: String| {
            is_same(&to, &path)
                || !path.starts_with('/') && to.ends_with(&format!("/{}", path.trim_start_matches("./")))
        };
        let copy = image.copies.iter().find(|copy| copy.to.value.literal().is_some_and(is_it))?;
        Some((copy, place))
    });
    let Some((copy, place)) = found else { return };
    let from = copy.from.value.to_string();
    // A configuration of federation holds no secret.
    let lower = from.to_ascii_lowercase();
    if std::path::Path::new(&lower).extension().is_none_or(|end| end != "json")
        || NO_KEYS.iter().any(|word| lower.contains(word))
    {
        return;
    }
    let message = format!(
        "`{from}` is copied into the image, whose programs take their credentials from there: whoever can pull the image has the \
         key"
    );
    report
        .error(&image.at, copy.from.value_place(), message)
        .label("a key in the image")
        .help(
            "leave out the file and `GOOGLE_APPLICATION_CREDENTIALS`: on Google Cloud programs are the account that is attached to \
             what they run in; elsewhere mount the file when the image runs",
        )
        .related(place, "named here");
}

/// Parts of names of files that hold no key: configurations of federation, and what tests take for a key.
const NO_KEYS: &[&str] = &[
    "wif",
    "federat",
    "external",
    "cred-config",
    "credential-config",
    "adc-config",
    "workload",
    "identity",
    "oidc",
    "clientlibraryconfig",
    "client-library-config",
    "fake",
    "dummy",
    "emulator",
    "test",
    "mock",
    "example",
    "sample",
];

/// Whether two paths of an image are the same.
fn is_same(a: &str, b: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    parts(a) == parts(b)
}
