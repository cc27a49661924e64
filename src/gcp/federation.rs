//! The full name of a provider of a workload identity pool, as those who authenticate by federation are given it:
//! `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
//!
//! `google-github-actions/auth` of every version and `gcloud iam workload-identity-pools create-cred-config` put
//! `//iam.googleapis.com/` before what they are given and check nothing. Sources: `src/main.ts` and
//! `src/client/workload_identity_federation.ts` of the action at v0, v1, v2 and v3, its `docs/TROUBLESHOOTING.md`, and
//! `command_lib/iam/byoid_utilities/cred_config.py` of gcloud, checked 2026-11-21.

use std::ops::Range;

use super::flat::{Flat, HOLE};
use super::principal::is_placeholder;
use crate::value::{Place, Value};

/// What is wrong with the name of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Something stands before it.
    Prefix,
    /// The project's id stands in the place of its number.
    ProjectId,
    /// It is the name of a pool.
    Pool,
    /// This part of it is another one than is due.
    Part,
}

/// A fault, and the part of the name that has it.
#[derive(Debug, Clone)]
pub struct ProviderFault {
    /// What is wrong.
    pub fault: Fault,
    /// The part, as a message shows it.
    pub wrong: String,
    /// What is due there.
    pub due: &'static str,
    /// Where it stands, as far as that is known.
    pub place: Option<Place>,
}

/// The parts of a name; those that somebody chooses are in capitals.
const PARTS: [&str; 8] =
    ["projects", "NUMBER", "locations", "global", "workloadIdentityPools", "POOL", "providers", "PROVIDER"];
/// What others write before such a name.
const PREFIXES: &[&str] = &[
    "https://iam.googleapis.com/",
    "http://iam.googleapis.com/",
    "principalSet://iam.googleapis.com/",
    "principal://iam.googleapis.com/",
    "//iam.googleapis.com/",
    "iam.googleapis.com/",
    "/",
];

/// What is surely wrong with the name of a provider.
pub fn provider_fault(value: &Value) -> Option<ProviderFault> {
    let flat = Flat::new(value);
    let text = flat.text();
    // The action takes white space away.
    let start = text.len() - text.trim_start().len();
    let name = text.trim();
    if name.is_empty() || name.starts_with(HOLE) || stands_for_one(name) {
        return None;
    }
    let found = |fault, range: Range<usize>, due| {
        let range = start + range.start..start + range.end;
        Some(ProviderFault { fault, wrong: flat.shown(range.clone()), due, place: flat.place(range) })
    };
    if let Some(prefix) = PREFIXES.iter().find(|prefix| name.starts_with(**prefix)) {
        let rest = name.get(prefix.len()..).unwrap_or("");
        let is_name = rest.starts_with("projects/");
        return if is_name { found(Fault::Prefix, 0..prefix.len(), "") } else { found(Fault::Part, 0..name.len(), "") };
    }
    let parts: Vec<&str> = name.split('/').collect();
    let mut at = 0;
    for (index, part) in parts.iter().enumerate() {
        let range = at..at + part.len();
        at = range.end + 1;
        let Some(due) = PARTS.get(index) else {
            return found(Fault::Part, range.start.saturating_sub(1)..name.len(), "");
        };
        let chosen = due.bytes().all(|byte| byte.is_ascii_uppercase());
        if part.contains(HOLE) {
            // It may hold several parts, unless the next one is where it is due.
            let aligned = parts.get(index + 1).is_some_and(|next| PARTS.get(index + 1) == Some(next));
            if chosen && aligned {
                continue;
            }
            return None;
        }
        if !chosen && part != due {
            let whole = if index == 0 { 0..name.len() } else { range };
            return found(Fault::Part, whole, due);
        }
        let is_number = part.bytes().all(|byte| byte.is_ascii_digit());
        if *due == "NUMBER" && !is_number && !part.is_empty() && !stands_for_one(part) {
            return found(Fault::ProjectId, range, due);
        }
    }
    (parts.len() < PARTS.len()).then(|| found(Fault::Pool, 0..name.len(), ""))?
}

/// Whether a text is there to be replaced by the reader.
fn stands_for_one(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let filled_in = text.contains(['<', '>', '{', '}', '[', ']', '$', '%', '*', '…', ' ', '"', '\'']);
    filled_in
        || !text.contains('/') && !text.contains(HOLE) && is_placeholder(text)
        || ["your", "xxx", "example", "placeholder", "changeme", "...", "number"]
            .iter()
            .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    fn fault(text: &str) -> Option<(Fault, String)> {
        provider_fault(&value(text)).map(|found| (found.fault, found.wrong))
    }

    const REST: &str = "locations/global/workloadIdentityPools/github/providers/repo";

    #[test]
    fn names_of_providers() {
        assert_eq!(fault(&format!("projects/123456789/{REST}")), None);
        assert_eq!(fault(&format!(" projects/123456789/{REST}\n")), None);
        assert_eq!(fault(&format!("projects/acme-prod/{REST}")), Some((Fault::ProjectId, "acme-prod".into())));
        assert_eq!(
            fault(&format!("//iam.googleapis.com/projects/1/{REST}")),
            Some((Fault::Prefix, "//iam.googleapis.com/".into()))
        );
        let pool = "projects/1/locations/global/workloadIdentityPools/github";
        assert_eq!(fault(pool), Some((Fault::Pool, pool.into())));
        assert_eq!(fault(&format!("{pool}/providers")), Some((Fault::Pool, format!("{pool}/providers"))));
        assert_eq!(fault(&format!("{pool}/provider/x")), Some((Fault::Part, "provider".into())));
        assert_eq!(fault(&format!("{pool}/providers/x/y")), Some((Fault::Part, "/y".into())));
        assert_eq!(fault("deployer"), Some((Fault::Part, "deployer".into())));
    }

    #[test]
    fn what_is_not_known_and_what_is_to_be_filled_in() {
        for text in [
            "{PROVIDER}",
            "projects/{NUMBER}/{REST}",
            "projects/1/locations/global/workloadIdentityPools/{POOL}",
            "projects/{NUMBER}/locations/global/workloadIdentityPools/{POOL}/providers/{ID}",
            "projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/p/providers/q",
            "projects/<id>/locations/global/workloadIdentityPools/p/providers/q",
            "projects/your-project/locations/global/workloadIdentityPools/p/providers/q",
            "PROVIDER_NAME",
            "$WIF_PROVIDER",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        assert_eq!(
            fault("projects/{N}/locations/global/workloadIdentityPool/{POOL}/providers/{ID}"),
            Some((Fault::Part, "workloadIdentityPool".into()))
        );
    }
}
