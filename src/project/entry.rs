//! Which service of this project a URL leads to, and for whom its callers' tokens may be made out.

use super::Project;
use crate::facts::{Call, Caller, Credential, Entry, EntryKind, Exposure, Given};
use crate::gcp::invocation::items;
use crate::gcp::output::{Meaning, meaning_of_piece};
use crate::gcp::url::{self, HostKind, Url};
use crate::value::{Piece, Place, Value, may_equal};

/// For whom a call's ID token is made out.
#[derive(Debug, Clone)]
pub struct Audience {
    /// What is said, or the target that it is by default.
    pub given: Given,
    /// Whether it is said.
    pub stated: bool,
}

impl Project {
    /// Whether a service or function of this name is deployed here.
    pub fn deploys(&self, name: &Value) -> bool {
        let named = |own: &Value| is_same_service(own, name);
        self.facts.services.iter().any(|service| service.deploys && service.name.as_ref().is_some_and(named))
    }

    /// Whether something here may open the service of this name to everyone, or put IAP in front of it.
    pub fn may_be_open(&self, name: &Value) -> bool {
        self.facts.services.iter().any(|service| {
            service.exposure == Exposure::Open && service.name.as_ref().is_none_or(|own| may_equal(own, name, &[]))
        })
    }

    /// Whether the service of this name may be given this text, or another audience with its host, as one of its own.
    pub fn may_accept(&self, service: &Value, audience: &Value) -> bool {
        let host = url::parse(audience).host;
        let alike = |item: &Value| may_equal(&url::parse(item).host, &host, &[]);
        self.facts.entries.iter().any(|entry| {
            let EntryKind::Audiences(given) = &entry.kind else { return false };
            entry.service.as_ref().is_none_or(|own| may_equal(own, service, &[]))
                && given.as_ref().is_none_or(|given| {
                    may_name(given, audience) || may_name(given, &host) || items(given).iter().any(alike)
                })
        })
    }

    /// Where IAP is turned on in front of the service of this name, and nothing here may turn it off.
    pub fn behind_iap(&self, service: &Value) -> Option<Place> {
        let about = |on: bool| {
            self.facts.entries.iter().filter(move |entry| matches!(entry.kind, EntryKind::Iap(is_on) if is_on == on))
        };
        let off = |name: &Option<Value>| name.as_ref().is_none_or(|own| may_equal(own, service, &[]));
        let on = |name: &Option<Value>| name.as_ref().is_some_and(|own| is_same_service(own, service));
        if about(false).any(|entry| off(&entry.service)) {
            return None;
        }
        about(true).find(|entry| on(&entry.service)).map(|entry| entry.said)
    }

    /// The services that a host is mapped to here, each with the place that says so.
    pub fn mapped<'a>(&'a self, host: &'a Value) -> impl Iterator<Item = (&'a Value, &'a Entry)> {
        let leads = |entry: &&'a Entry| matches!(&entry.kind, EntryKind::Domain(domain) if is_host(domain, host));
        self.facts.entries.iter().filter(leads).filter_map(|entry| Some((entry.service.as_ref()?, entry)))
    }

    /// For whom the ID token of a call is made out: what is said, or the target, which Scheduler, Tasks and Pub/Sub take
    /// when nothing is said (`OidcToken` of their APIs in googleapis/googleapis at f8291d2b89, 2026-08-22). What is changed
    /// keeps the audience that it has.
    pub fn audience(&self, call: &Call) -> Option<Audience> {
        let Credential::IdToken(token) = &call.credential else { return None };
        if let Some(given) = &token.audience {
            return Some(Audience { given: given.clone(), stated: true });
        }
        // What is not seen may name one.
        if call.caller == Caller::Request || call.changes || token.open {
            return None;
        }
        Some(Audience { given: call.url.clone()?, stated: false })
    }
}

/// The name of the service or function that a URL is surely of: from the command that describes it, or the host's label,
/// `NAME-HASH-RR` or `NAME-NUMBER` behind a tag (<https://cloud.google.com/run/docs/triggering/https-request>, checked
/// 2026-11-21).
pub fn service_name(url: &Url) -> Option<Value> {
    if let [piece @ (Piece::Output(..) | Piece::Attribute(..))] = url.host.pieces() {
        return match meaning_of_piece(piece) {
            Meaning::ServiceUrl { name, .. } => name.clone(),
            _ => None,
        };
    }
    match url.kind {
        HostKind::Run => name_in_label(&url.first_label()),
        // The path of a function's URL begins with its name.
        HostKind::Functions => {
            let path = url.path.strip_prefix("/")?;
            let first = path.split_once('/').map_or(path, |(first, _)| first);
            (!first.is_empty().is_yes() && first.is_literal()).then_some(first)
        }
        _ => None,
    }
}

/// Whether two names are surely of one service. The service below a function has the function's name in lower case, with
/// dashes.
pub fn is_same_service(a: &Value, b: &Value) -> bool {
    let plain = |name: &Value| name.literal().map(|name| name.to_ascii_lowercase().replace('_', "-"));
    a.same(b) && !a.is_empty().is_yes() || plain(a).is_some_and(|name| !name.is_empty() && plain(b) == Some(name))
}

/// Whether two hosts are surely one.
pub fn is_host(a: &Value, b: &Value) -> bool {
    let plain = |host: &Value| host.literal().map(|host| host.trim_end_matches('.').to_ascii_lowercase());
    a.same(b) && !a.is_empty().is_yes() || plain(a).is_some_and(|host| !host.is_empty() && plain(b) == Some(host))
}

/// Whether audiences as they are given may be, or contain, this one.
pub(super) fn may_name(given: &Value, audience: &Value) -> bool {
    // Some write a JSON list.
    let within = |text: String| given.contains(text.trim_end_matches('/')).is_yes();
    audience.literal().is_some_and(within) || items(given).iter().any(|item| may_equal(item, audience, &[]))
}

/// The service's name in the first label of its host on `run.app`.
fn name_in_label(label: &Value) -> Option<Value> {
    let (place, known) = (label.place()?, label.known_prefix());
    let text = known.rsplit_once("---").map_or(known.as_str(), |(_, rest)| rest);
    let name = if label.is_literal() {
        let (head, last) = text.rsplit_once('-')?;
        let is_number = last.len() >= 6 && last.bytes().all(|byte| byte.is_ascii_digit());
        let hashed = || {
            let (name, hash) = head.rsplit_once('-')?;
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let is_hash = hash.len() == 10 && hash.bytes().all(plain);
            let is_region = last.len() == 2 && last.bytes().all(|byte| byte.is_ascii_lowercase());
            (is_hash && is_region).then_some(name)
        };
        if is_number { head } else { hashed()? }
    } else {
        // `billing-${PROJECT_NUMBER}`
        let (last, before) = label.pieces().split_last()?;
        let only = before.iter().all(|piece| piece.text().is_some());
        text.strip_suffix('-').filter(|_| only && is_project_number(last))?
    };
    (!name.is_empty()).then(|| Value::text(name, place))
}

/// Whether a piece is the number of a project, by its name or by the command that prints it.
fn is_project_number(piece: &Piece) -> bool {
    match piece {
        Piece::Hole(hole, _) => hole.shown.to_ascii_uppercase().contains("NUMBER"),
        Piece::Output(output, _) => {
            output.words.items.iter().any(|word| word.contains("projectNumber").is_yes()) && output.filters.is_empty()
        }
        Piece::Attribute(attribute, _) => attribute.of.kind.ends_with("google_project") && attribute.path == "number",
        Piece::Text(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::url::parse;
    use crate::value::tests::value;

    fn name(url: &str) -> Option<String> {
        service_name(&parse(&value(url))).map(|name| name.to_string())
    }

    #[test]
    fn urls_name_their_service() {
        assert_eq!(name("https://api-k3j2h4k5jq-uc.a.run.app/x").as_deref(), Some("api"));
        assert_eq!(name("https://v2---api-admin-123456789012.us-east1.run.app").as_deref(), Some("api-admin"));
        assert_eq!(name("https://api-{PROJECT_NUMBER}.us-east1.run.app").as_deref(), Some("api"));
        assert_eq!(name("https://us-east1-p.cloudfunctions.net/hook/x").as_deref(), Some("hook"));
    }

    #[test]
    fn others_do_not() {
        for url in [
            "https://api-{X}.us-east1.run.app",
            "https://api-{HASH}-uc.a.run.app",
            "https://{NAME}-123456789012.us-east1.run.app",
            "https://api.run.app",
            "https://api-acme-prod.a.run.app",
            "https://us-east1-p.cloudfunctions.net",
            "https://us-east1-p.cloudfunctions.net/{F}",
            "https://api-k3j2h4k5jq-uc.example.org",
            "https://-k3j2h4k5jq-uc.a.run.app",
        ] {
            assert_eq!(name(url), None, "{url}");
        }
    }

    #[test]
    fn functions_and_the_services_below_them_are_one() {
        assert!(is_same_service(&value("Export_It"), &value("export-it")));
        assert!(is_same_service(&value("{A}"), &value("{A}")));
        assert!(!is_same_service(&value("{A}"), &value("{B}")));
        assert!(!is_same_service(&value(""), &value("")));
    }

    #[test]
    fn audiences_of_a_flag() {
        let may = |given: &str, audience: &str| may_name(&value(given), &value(audience));
        assert!(may("https://a.example.com,https://b.example.com", "https://b.example.com"));
        assert!(may("[\"https://b.example.com\"]", "https://b.example.com/"));
        assert!(may("https://{DOMAIN}", "https://b.example.com"));
        assert!(!may("https://a.example.com", "https://b.example.com"));
    }
}
