//! Variables by gcloud's flags. Those of one command are put together; `--set-env-vars` and a file of variables replace the
//! plain ones alone, `--set-secrets` those from secrets alone, and an empty list replaces nothing (`_GetEnvChanges` and
//! `_GetSecretsChanges` in `command_lib/run/flags.py` of gcloud 528.0.0, checked 2026-11-21).

use super::{EnvChange, Others, Removed, Room, Secret, Target, TargetKind, Variable};
use crate::eval::Run;
use crate::facts::Facts;
use crate::gcp::invocation::{FlagUse, Invocation, delimiter, items, pairs};
use crate::gcp::wording::Wording;
use crate::value::{Piece, Place, Value};

/// Commands that give variables: what to, and whether they make it.
const COMMANDS: &[(&str, TargetKind, bool)] = &[
    ("run deploy", TargetKind::Service, true),
    ("run services update", TargetKind::Service, false),
    ("run multi-region-services update", TargetKind::Service, false),
    ("run jobs create", TargetKind::Job, true),
    ("run jobs deploy", TargetKind::Job, true),
    ("run jobs update", TargetKind::Job, false),
    ("run jobs execute", TargetKind::Job, false),
    ("run worker-pools deploy", TargetKind::WorkerPool, true),
    ("run worker-pools update", TargetKind::WorkerPool, false),
    ("functions deploy", TargetKind::Function, true),
];

/// Commands that take all of a target from a file.
const FROM_FILES: &[(&str, TargetKind)] = &[
    ("run services replace", TargetKind::Service),
    ("run multi-region-services replace", TargetKind::Service),
    ("run jobs replace", TargetKind::Job),
    ("run worker-pools replace", TargetKind::WorkerPool),
];

/// Names of variables that hold a whole list, or the rest of one.
const LISTS: &[&str] = &["VARS", "EXTRA", "ADDITIONAL", "OPTIONAL", "FLAGS", "ARGS"];

pub(in crate::facts) fn add(facts: &mut Facts, invocation: &Invocation, run: &Run) {
    let known = COMMANDS.iter().find(|(path, ..)| *path == invocation.path);
    let (kind, creates) = match known {
        Some((_, kind, creates)) => (*kind, *creates && !invocation.guessed),
        None => match FROM_FILES.iter().find(|(path, _)| *path == invocation.path) {
            Some((_, kind)) => (*kind, false),
            None => return,
        },
    };
    let value = |flag: &str| invocation.value(flag).cloned();
    let mut change = EnvChange {
        target: Target {
            kind,
            name: known.and_then(|_| invocation.positionals.first().cloned()),
            project: value("--project"),
            region: value("--region"),
        },
        creates,
        lasts: invocation.path != "run jobs execute",
        plain: Others::Kept,
        secrets: Others::Kept,
        given: Vec::new(),
        removed: Vec::new(),
        // Of several containers each has variables of its own; another configuration may be for another project.
        open: invocation.open
            || known.is_none()
            || ["--container", "--configuration"].iter().any(|flag| invocation.flag(flag).is_some()),
        room: None,
        wording: Wording::Command,
        said: invocation.at,
        at: run.at.clone(),
    };
    for flag in &invocation.flags {
        change.flag(flag);
    }
    facts.environment.push(change);
}

impl EnvChange {
    fn flag(&mut self, flag: &FlagUse) {
        let Some(value) = &flag.value else {
            match flag.name.as_str() {
                "--clear-env-vars" => self.plain = Others::Dropped(flag.at),
                "--clear-secrets" => self.secrets = Others::Dropped(flag.at),
                _ => {}
            }
            return;
        };
        let replaces = !value.is_empty().is_yes();
        match flag.name.as_str() {
            "--set-env-vars" | "--update-env-vars" => {
                if replaces && flag.name == "--set-env-vars" {
                    self.plain = Others::Dropped(flag.at);
                }
                self.plain_variables(flag.at, value);
                self.room = room(value);
            }
            // One that is found becomes `--set-env-vars`.
            "--env-vars-file" => {
                self.plain = Others::Dropped(flag.at);
                self.open = true;
            }
            "--set-secrets" | "--update-secrets" => {
                if replaces && flag.name == "--set-secrets" {
                    self.secrets = Others::Dropped(flag.at);
                }
                self.secret_variables(flag.at, value);
            }
            "--remove-env-vars" | "--remove-secrets" => {
                let secret = flag.name == "--remove-secrets";
                let names = items(value).into_iter().filter(|name| !name.is_empty().is_yes());
                self.removed.extend(names.map(|name| Removed { name, secret, at: flag.at }));
            }
            _ => {}
        }
    }

    fn plain_variables(&mut self, at: Place, value: &Value) {
        self.open |= goes_on(value);
        for (name, value) in pairs(value) {
            if !name.is_literal() {
                self.open = true;
            } else if value.is_some() {
                self.given.push(Variable { name, value, secret: None, at });
            }
        }
    }

    /// `NAME=SECRET:VERSION`. A name with a slash in front is a file.
    fn secret_variables(&mut self, at: Place, value: &Value) {
        self.open |= goes_on(value);
        for (name, value) in pairs(value) {
            if name.starts_with("/").is_yes() {
                continue;
            }
            if !name.is_literal() {
                self.open = true;
            } else if let Some(value) = value {
                let secret = Some(Secret::of(&value));
                self.given.push(Variable { name, value: None, secret, at });
            }
        }
    }
}

/// Whether a list may go on in what its last piece stands for: `A=1$MORE`, `A=$B$EXTRA_VARS`. A value that goes on there has
/// a sign in front of it: `A=/b/$C`, `A=b-$C`.
fn goes_on(value: &Value) -> bool {
    match value.pieces() {
        [.., before, Piece::Hole(hole, _)] => {
            let name = hole.shown.to_ascii_uppercase();
            before.text().is_some_and(|text| text.ends_with(char::is_alphanumeric))
                || LISTS.iter().any(|word| name.contains(word))
        }
        [.., Piece::Text(text, _), Piece::Output(..)] => text.ends_with(char::is_alphanumeric),
        _ => false,
    }
}

/// Behind a list that ends in a text which stands there as it is.
pub(in crate::facts) fn room(value: &Value) -> Option<Room> {
    let Some(Piece::Text(text, place)) = value.pieces().last() else { return None };
    let separator = delimiter(value).map_or_else(|| ",".to_owned(), |(delimiter, _)| delimiter);
    let fits = place.exact && !text.is_empty() && !text.contains(['\n', '\u{1f}']) && !text.ends_with(&separator);
    let length = text.len();
    fits.then(|| Room { after: place.part(length..length), separator })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    #[test]
    fn names_of_secrets() {
        let name = |text: &str| Secret::of(&value(text)).name.to_string();
        let project = Secret::of(&value("projects/acme-shared/secrets/s:latest")).project;
        assert_eq!(project.map(|project| project.to_string()).as_deref(), Some("acme-shared"));
        assert!(Secret::of(&value("s:latest")).project.is_none());
        assert_eq!(name("s:latest"), "s");
        assert_eq!(name("projects/1/secrets/s/versions/2"), "s");
        assert_eq!(name("projects/{P}/secrets/s:latest"), "s");
        assert_eq!(name("{S}:1"), "${S}");
    }

    #[test]
    fn lists_that_may_go_on() {
        assert!(goes_on(&value("A=1{MORE}")) && goes_on(&value("A={B}{EXTRA_ENV}")) && !goes_on(&value("A={B}")));
        assert!(!goes_on(&value("A={EXTRA}x")) && !goes_on(&value("A=b-{HOST}")));
    }

    #[test]
    fn room_for_one_more() {
        assert_eq!(room(&value("A=1")).unwrap().separator, ",");
        assert_eq!(room(&value("^##^A=1##B=2")).unwrap().separator, "##");
        assert!(room(&value("A={B}")).is_none() && room(&value("")).is_none());
    }
}
