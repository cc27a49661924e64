//! By what an account is found: its e-mail's first part, or the domain of a service agent.

use crate::gcp::agent::service_agent;
use crate::gcp::principal::{is_default_account, is_placeholder};
use crate::value::{Piece, Value, may_equal};

/// The end of the e-mails of accounts that users make.
const OWN: &str = ".iam.gserviceaccount.com";
/// Where a text of an e-mail falls apart: a hole never spans one of these.
pub(super) const SEPARATORS: [char; 2] = ['@', '.'];

/// What is known of an e-mail by which it may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// An account of a known name: no other name is it.
    Named(String),
    /// A name that is put together of holes.
    Open,
}

/// The key of an account's e-mail, without `serviceAccount:`.
pub(super) fn key(email: &Value) -> Key {
    if service_agent(email).is_some() {
        return email.split('@').pop().and_then(|domain| domain.literal()).map_or(Key::Open, Key::Named);
    }
    if let Some(name) = object(email) {
        return Key::Named(name.to_owned());
    }
    let Some((name, domain)) = email.split_once('@') else { return Key::Open };
    if domain.literal().is_some_and(|domain| !domain.ends_with(OWN)) {
        return match domain.literal().as_deref() {
            // One for each project, by the project's number or id.
            Some(domain) if is_default_account(email) => Key::Named(domain.to_owned()),
            _ => name.literal().filter(|name| !name.is_empty()).map_or(Key::Open, Key::Named),
        };
    }
    if !domain.ends_with(OWN).is_yes() {
        return Key::Open;
    }
    name.literal().filter(|name| !name.is_empty()).map_or(Key::Open, Key::Named)
}

/// Whether two e-mails surely are of one account. The project of one that is named alike in both is the same where
/// neither says another.
pub fn is_same_account(a: &Value, b: &Value) -> bool {
    if a.same(b) {
        return !a.is_empty().is_yes();
    }
    let named = matches!((key(a), key(b)), (Key::Named(a), Key::Named(b)) if a == b);
    named && may_be(a, b)
}

/// Whether two e-mails may be of one account.
pub(super) fn may_be(a: &Value, b: &Value) -> bool {
    // An object has the name of its account, unless it says another.
    if object(a).is_some() || object(b).is_some() {
        return match (key(a), key(b)) {
            (Key::Named(a), Key::Named(b)) => a == b,
            _ => true,
        };
    }
    let alone = |value: &Value| matches!(value.pieces(), [piece] if piece.text().is_none());
    // A hole may be a whole e-mail.
    alone(a)
        || alone(b)
        || may_equal(a, b, &SEPARATORS)
        // A domain, or the end of one, may be a hole.
        || may_equal_parts(a, b)
}

/// The name of an object of a cluster that stands for an account.
fn object(value: &Value) -> Option<&str> {
    match value.pieces() {
        [Piece::Hole(hole, _)] => hole.shown.strip_prefix("<IAMServiceAccount ")?.strip_suffix('>'),
        _ => None,
    }
}

/// Whether the names may be one, and so may the domains, of which a hole may be all.
fn may_equal_parts(a: &Value, b: &Value) -> bool {
    match (a.split_once('@'), b.split_once('@')) {
        (Some((name, domain)), Some((other, other_domain))) => {
            let some_project = is_some_project(&domain) || is_some_project(&other_domain);
            may_equal(&name, &other, &[]) && (some_project || may_equal(&domain, &other_domain, &[]))
        }
        // What holds no `@` holds it in a hole, or is no e-mail.
        (None, Some((name, _))) => !a.is_literal() && agrees(a, &name),
        (Some((name, _)), None) => !b.is_literal() && agrees(b, &name),
        (None, None) => may_equal(a, b, &[]),
    }
}

/// Whether a word stands in a domain where somebody is to write the project's id: `PROJECT.iam.gserviceaccount.com`.
fn is_some_project(domain: &Value) -> bool {
    domain.literal().and_then(|domain| Some(is_placeholder(domain.strip_suffix(OWN)?))).unwrap_or(false)
}

/// Whether a text that goes on in a hole may begin with this name.
fn agrees(open: &Value, name: &Value) -> bool {
    let (known, name) = (open.known_prefix(), name.known_prefix());
    known.starts_with(&name) || name.starts_with(&known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    #[test]
    fn accounts_have_names() {
        let key = |email: &str| key(&value(email));
        assert_eq!(key("cron@acme-prod.iam.gserviceaccount.com"), Key::Named("cron".into()));
        assert_eq!(key("cron@{P}.iam.gserviceaccount.com"), Key::Named("cron".into()));
        assert_eq!(key("{SA}@acme.iam.gserviceaccount.com"), Key::Open);
        assert_eq!(key("{SA}"), Key::Open);
        assert_eq!(
            key("{N}-compute@developer.gserviceaccount.com"),
            Key::Named("developer.gserviceaccount.com".into())
        );
        assert_eq!(
            key("service-{N}@gcp-sa-iap.iam.gserviceaccount.com"),
            Key::Named("gcp-sa-iap.iam.gserviceaccount.com".into())
        );
    }

    #[test]
    fn holes_may_be_filled() {
        let may = |a: &str, b: &str| may_be(&value(a), &value(b));
        assert!(may("cron@{P}.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(may("{SA}", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(may("{SA}@{P}.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(may("cron@PROJECT.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(!may("web@PROJECT.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(may("cron{REST}", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(!may("web@{P}.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(!may("cron@acme-dev.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(!may("web{REST}", "cron@acme-prod.iam.gserviceaccount.com"));
    }

    #[test]
    fn one_name_is_one_account() {
        let same = |a: &str, b: &str| is_same_account(&value(a), &value(b));
        assert!(same("cron@{P}.iam.gserviceaccount.com", "cron@{Q}.iam.gserviceaccount.com"));
        assert!(!same("cron@acme-dev.iam.gserviceaccount.com", "cron@acme-prod.iam.gserviceaccount.com"));
        assert!(!same("{A}", "{B}") && same("{A}", "{A}") && !same("", ""));
    }
}
