//! Principals: how a policy names who is meant. Knows text that is only partly known; knows no grant and no role.
//!
//! Source: <https://cloud.google.com/iam/docs/principal-identifiers>, checked 2026-11-21.

mod email;
mod fault;
mod pool;

pub use fault::{FaultKind, MemberFault, account_fault, fault};

use super::flat::{Flat, HOLE};
use crate::value::{Place, Value, identity};

/// What a member's prefix says that it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MemberKind {
    /// `user:`, a person's Google account.
    User,
    /// `serviceAccount:`, also that of a Kubernetes account (`P.svc.id.goog[ns/ksa]`).
    ServiceAccount,
    /// `group:`.
    Group,
    /// `domain:`, everyone of a Workspace domain.
    Domain,
    /// `allUsers`, signed in or not.
    AllUsers,
    /// `allAuthenticatedUsers`, anyone with any Google account or service account.
    AllAuthenticatedUsers,
    /// `projectOwner:`.
    ProjectOwner,
    /// `projectEditor:`.
    ProjectEditor,
    /// `projectViewer:`.
    ProjectViewer,
    /// `principal:`, one identity of a pool.
    Principal,
    /// `principalSet:`, several of them.
    PrincipalSet,
    /// `deleted:`, one that is gone.
    Deleted,
    /// This prefix or this whole text, which is none of the above.
    Unknown(String),
    /// An e-mail with no prefix.
    Missing,
    /// A hole decides.
    Open,
}

impl MemberKind {
    /// Whether it is one identity, or those of a group, a domain or a pool; not everyone, and not a role of a project.
    pub fn is_named(&self) -> bool {
        matches!(
            self,
            Self::User | Self::ServiceAccount | Self::Group | Self::Domain | Self::Principal | Self::PrincipalSet
        )
    }
}

/// All prefixes, without the colon.
const PREFIXES: [(&str, MemberKind); 10] = [
    ("user", MemberKind::User),
    ("serviceAccount", MemberKind::ServiceAccount),
    ("group", MemberKind::Group),
    ("domain", MemberKind::Domain),
    ("projectOwner", MemberKind::ProjectOwner),
    ("projectEditor", MemberKind::ProjectEditor),
    ("projectViewer", MemberKind::ProjectViewer),
    ("principal", MemberKind::Principal),
    ("principalSet", MemberKind::PrincipalSet),
    ("deleted", MemberKind::Deleted),
];

/// Members that are one word.
const WORDS: [(&str, MemberKind); 2] =
    [("allUsers", MemberKind::AllUsers), ("allAuthenticatedUsers", MemberKind::AllAuthenticatedUsers)];

/// A member taken apart.
#[derive(Debug, Clone)]
pub struct Member {
    /// What it says that it is.
    pub kind: MemberKind,
    /// What follows the prefix; the whole text where there is none.
    pub id: Value,
}

/// Takes a member apart at its prefix.
pub fn parse(member: &Value) -> Member {
    let flat = Flat::new(member);
    match flat.text().split_once(':') {
        Some((prefix, _)) if !prefix.contains(HOLE) => {
            let kind = find(&PREFIXES, prefix).unwrap_or_else(|| MemberKind::Unknown(prefix.to_owned()));
            let id = member.split_once(':').map_or_else(|| member.clone(), |(_, id)| id);
            Member { kind, id }
        }
        _ => Member { kind: without_prefix(flat.text()), id: member.clone() },
    }
}

fn find(table: &[(&str, MemberKind)], word: &str) -> Option<MemberKind> {
    table.iter().find(|(known, _)| *known == word).map(|(_, kind)| kind.clone())
}

/// The kind of a member in whose known part there is no colon.
fn without_prefix(text: &str) -> MemberKind {
    if let Some(kind) = find(&WORDS, text) {
        return kind;
    }
    let known = text.split(HOLE).next().unwrap_or("");
    if known.len() < text.len() && may_begin_a_member(known) {
        MemberKind::Open
    } else if known.contains('@') || text.contains('@') {
        MemberKind::Missing
    } else if known.len() == text.len() {
        MemberKind::Unknown(text.to_owned())
    } else {
        MemberKind::Open
    }
}

/// Whether a hole after this text can make it a member: the text is the start of a prefix or word, in any spelling.
fn may_begin_a_member(known: &str) -> bool {
    PREFIXES.iter().chain(&WORDS).any(|(word, _)| {
        let start = word.as_bytes().get(..known.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// Whether a text stands for another one, as documentation and templates write it: `PROJECT_ID`, `[SA]`, `{project}`,
/// `%s`, `$X`, `...`, `xxx`.
pub fn is_placeholder(text: &str) -> bool {
    // The last line: quotes and separators, for text that is more than one member.
    let marks = [
        HOLE, '<', '>', '{', '}', '[', ']', '$', '%', '*', '…', '`', //
        ' ', ',', ';', '|', '"', '\'', '\\',
    ];
    text.contains(marks)
        || text.contains("...")
        || text.to_ascii_lowercase().contains("xxx")
        || is_shouted(text)
        // `@PROJECT@`, which a build replaces.
        || text.rsplit_once('@').is_some_and(|(start, _)| start.split('@').skip(1).any(is_shouted))
}

/// Words of names that stand for others in documentation.
const STAND_INS: [&str; 7] = ["your", "my-project", "my-service", "project-id", "project_id", "example", "placeholder"];

/// Whether a name stands for another one, as documentation writes it: `PROJECT_ID`, `your-service`.
pub fn stands_in(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_placeholder(name) || STAND_INS.iter().any(|word| lower.contains(word))
}

/// A name or an e-mail in which what stands for something else is a hole.
pub fn with_stand_ins_open(value: &Value) -> Value {
    let Some(text) = value.literal() else { return value.clone() };
    let Some(place) = value.place().filter(|_| stands_in(&text)) else { return value.clone() };
    let place = Place { exact: false, ..place };
    let mut out = Value::default();
    for part in text.split_inclusive(['@', '.', '/', ':']) {
        let name = part.trim_end_matches(['@', '.', '/', ':']);
        if !name.is_empty() && stands_in(name) {
            out.append(&Value::hole(name, identity(name), place));
            out.append(&Value::text(part.get(name.len()..).unwrap_or(""), place));
        } else {
            out.append(&Value::text(part, place));
        }
    }
    (out.assumed, out.loose) = (value.assumed, value.loose);
    out
}

/// Capitals and no small letter.
fn is_shouted(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase()) && !text.bytes().any(|b| b.is_ascii_lowercase())
}

/// The project that a service account is of, when its e-mail says so: `NAME@PROJECT.iam.gserviceaccount.com`,
/// `PROJECT@appspot.gserviceaccount.com`, and for the default account of Compute Engine its number.
/// <https://cloud.google.com/iam/docs/service-account-types>, checked 2026-11-21.
pub fn project_of(email: &Value) -> Option<String> {
    let text = email.literal()?;
    let (name, domain) = text.split_once('@')?;
    let project = match domain {
        "appspot.gserviceaccount.com" => name,
        "developer.gserviceaccount.com" => name.strip_suffix("-compute")?,
        _ => domain.strip_suffix(".iam.gserviceaccount.com")?,
    };
    Some(project.to_owned())
}

/// The domains of accounts that Google makes for every project, and may grant roles of its own accord
/// (<https://cloud.google.com/iam/docs/service-account-types#default>, checked 2026-11-21).
const DEFAULTS: [&str; 4] = [
    "developer.gserviceaccount.com",
    "appspot.gserviceaccount.com",
    "cloudbuild.gserviceaccount.com",
    "cloudservices.gserviceaccount.com",
];

/// Whether an account is one of those that Google makes for every project.
pub fn is_default_account(email: &Value) -> bool {
    let domain = email.split('@').pop().and_then(|domain| domain.literal());
    domain.is_some_and(|domain| DEFAULTS.contains(&domain.as_str()))
}

/// Whether a text has the shape of a project's id: 6 to 30 lower-case letters, digits and dashes, a letter first, no
/// dash last (<https://cloud.google.com/resource-manager/docs/creating-managing-projects>, checked 2026-11-21).
pub fn is_project_id(text: &str) -> bool {
    (6..=30).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod fault_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    fn kind(member: &str) -> MemberKind {
        parse(&value(member)).kind
    }

    #[test]
    fn projects_of_accounts() {
        let of = |email: &str| project_of(&value(email));
        assert_eq!(of("bot@acme-prod.iam.gserviceaccount.com").as_deref(), Some("acme-prod"));
        assert_eq!(of("acme-prod@appspot.gserviceaccount.com").as_deref(), Some("acme-prod"));
        assert_eq!(of("123-compute@developer.gserviceaccount.com").as_deref(), Some("123"));
        assert_eq!(of("bot@{P}.iam.gserviceaccount.com"), None);
        assert_eq!(of("me@example.com"), None);
        assert!(is_project_id("acme-prod") && is_project_id("acme-prod-412345"));
        assert!(!is_project_id("PROJECT_ID") && !is_project_id("acme") && !is_project_id("123456789012"));
        assert!(!is_project_id("example.com:acme"));
    }

    #[test]
    fn stand_ins_are_holes() {
        let open = |text: &str| with_stand_ins_open(&value(text)).to_string();
        assert_eq!(open("cron@PROJECT_ID.iam.gserviceaccount.com"), "cron@PROJECT_ID.iam.gserviceaccount.com");
        let opened = with_stand_ins_open(&value("cron@PROJECT_ID.iam.gserviceaccount.com"));
        assert!(!opened.is_literal() && opened.starts_with("cron@").is_yes());
        assert!(!with_stand_ins_open(&value("YOUR_SERVICE_ACCOUNT")).is_literal());
        assert!(with_stand_ins_open(&value("cron@acme-prod.iam.gserviceaccount.com")).is_literal());
    }

    #[test]
    fn prefixes_say_the_kind() {
        let member = parse(&value("serviceAccount:{SA}@p.iam.gserviceaccount.com"));
        assert_eq!(member.kind, MemberKind::ServiceAccount);
        assert_eq!(member.id.to_string(), "${SA}@p.iam.gserviceaccount.com");
        assert_eq!(kind("user:{X}"), MemberKind::User);
        assert_eq!(kind("principalSet://iam.googleapis.com/{P}/*"), MemberKind::PrincipalSet);
        assert_eq!(kind("deleted:serviceAccount:a@b?uid=1"), MemberKind::Deleted);
        assert_eq!(kind("allUsers"), MemberKind::AllUsers);
        assert_eq!(kind("allAuthenticatedUsers"), MemberKind::AllAuthenticatedUsers);
        assert_eq!(kind("serviceaccount:x"), MemberKind::Unknown("serviceaccount".into()));
        assert_eq!(kind("everyone"), MemberKind::Unknown("everyone".into()));
    }

    #[test]
    fn a_hole_may_hold_the_prefix() {
        for open in ["{M}", "{KIND}:x@y.com", "user{X}", "{SA}@p.iam.gserviceaccount.com", "service{X}@p", "team-{X}"] {
            assert_eq!(kind(open), MemberKind::Open, "{open}");
        }
        for missing in ["bot@p.iam.gserviceaccount.com", "bot@{P}.iam.gserviceaccount.com", "ci-{E}@p.com"] {
            assert_eq!(kind(missing), MemberKind::Missing, "{missing}");
        }
        assert_eq!(parse(&value("bot@{P}.com")).id.to_string(), "bot@${P}.com");
    }
}
