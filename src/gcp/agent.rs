//! Service agents: accounts that Google makes and uses itself, one for each API and project. Knows no member syntax
//! beyond the e-mail.
//!
//! Source: <https://cloud.google.com/iam/docs/service-agents> by way of Cloud Foundation Fabric, true on 2026-07-21
//! (`data/README.md`).

use super::flat::Flat;
use super::lookup::Table;
use crate::value::Value;

const AGENTS: Table = Table::new(include_str!("../../data/agents.txt"));

/// Stands in the table, but builds run as it and users attach it to triggers: the legacy account of Cloud Build.
const USED_BY_PEOPLE: &str = "cloudbuild.gserviceaccount.com";

const DOMAIN_START: &str = "gcp-sa-";
const DOMAIN_END: &str = ".iam.gserviceaccount.com";

/// A service agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Agent {
    /// The API that it works for, `pubsub.googleapis.com`, where it is known.
    pub api: Option<&'static str>,
    /// The role that Google grants it, where it has one and it is known.
    pub role: Option<&'static str>,
}

/// The service agent that an e-mail (with or without `serviceAccount:`) surely belongs to. Its domain must be known;
/// the project number may be a hole.
///
/// The default accounts of Compute Engine (`N-compute@developer…`) and App Engine (`P@appspot…`) and the legacy one of
/// Cloud Build are none: people may attach and grant to them.
pub fn service_agent(email: &Value) -> Option<Agent> {
    let flat = Flat::new(email);
    let (local, domain) = flat.text().split_once('@')?;
    if domain == USED_BY_PEOPLE {
        return None;
    }
    if let Some(line) = AGENTS.find(domain) {
        let [_, api, role] = line.columns();
        let known = |column: &'static str| (!column.is_empty()).then_some(column);
        return Some(Agent { api: known(api), role: known(role) });
    }
    // The table ages, and one API may have several agents. No user's project has such an id.
    let named = domain.strip_suffix(DOMAIN_END)?.strip_prefix(DOMAIN_START)?;
    let local = local.strip_prefix("serviceAccount:").unwrap_or(local);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (local.starts_with("service-") && !named.is_empty() && named.chars().all(plain))
        .then_some(Agent { api: None, role: None })
}

/// What stands before the project number in the e-mail of an agent of this domain.
pub(super) fn before_number(domain: &str) -> Option<&'static str> {
    let [before, ..] = AGENTS.find(domain)?.columns::<3>();
    (!before.is_empty()).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::lookup::{assert_all_found, assert_sane};
    use crate::gcp::role::Role;
    use crate::value::tests::value;

    #[allow(clippy::option_option)] // whether it is an agent, and whether its API is known
    fn api(email: &str) -> Option<Option<&'static str>> {
        service_agent(&value(email)).map(|agent| agent.api)
    }

    #[test]
    fn the_table_is_sane() {
        assert_sane(include_str!("../../data/agents.txt"), 4);
        assert_all_found(AGENTS);
        for line in AGENTS.lines() {
            let [_, _, role] = line.columns();
            assert!(role.is_empty() || Role::find(role).is_some(), "{role}");
            assert!(line.key.ends_with(".gserviceaccount.com"));
        }
    }

    #[test]
    fn agents_are_known_by_their_domain() {
        let pubsub = Some(Some("pubsub.googleapis.com"));
        assert_eq!(api("service-123@gcp-sa-pubsub.iam.gserviceaccount.com"), pubsub);
        assert_eq!(api("service-{N}@gcp-sa-pubsub.iam.gserviceaccount.com"), pubsub);
        assert_eq!(api("serviceAccount:service-{N}@gcp-sa-pubsub.iam.gserviceaccount.com"), pubsub);
        assert_eq!(api("service-{N}@serverless-robot-prod.iam.gserviceaccount.com"), Some(Some("run.googleapis.com")));
        assert_eq!(api("{N}@cloudservices.gserviceaccount.com"), Some(None));
        assert_eq!(api("service-{N}@gcp-sa-newapi.iam.gserviceaccount.com"), Some(None));
        let scheduler = service_agent(&value("service-1@gcp-sa-cloudscheduler.iam.gserviceaccount.com"));
        assert_eq!(scheduler.and_then(|agent| agent.role), Some("roles/cloudscheduler.serviceAgent"));
    }

    #[test]
    fn others_are_not() {
        for email in [
            "bot@acme.iam.gserviceaccount.com",
            "{N}-compute@developer.gserviceaccount.com",
            "{P}@appspot.gserviceaccount.com",
            "{N}@cloudbuild.gserviceaccount.com",
            "service-{N}@{DOMAIN}",
            "service-{N}@gcp-sa-{API}.iam.gserviceaccount.com",
            "bot@gcp-sa-tools.iam.gserviceaccount.com",
            "{AGENT}",
            "",
        ] {
            assert_eq!(api(email), None, "{email}");
        }
    }
}
