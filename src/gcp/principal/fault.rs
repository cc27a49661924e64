//! What is wrong with a member: its prefix, or what follows it. Knows the forms of members, not who exists.
//!
//! It speaks only where the known text decides; a placeholder is taken for a hole. Letter case of e-mails is not
//! judged: IAM ignores it after the prefix, as the Terraform provider's `iam` package says (checked 2026-11-21).

use std::ops::Range;

use super::{MemberKind, PREFIXES, WORDS, email, find, is_placeholder, may_begin_a_member, pool};
use crate::gcp::flat::{Flat, HOLE};
use crate::value::{Place, Value};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// No prefix before an e-mail.
    MissingPrefix,
    /// A prefix in another spelling: `serviceaccount:`, `User:`.
    PrefixSpelling,
    /// `allusers` and the like.
    WordSpelling,
    /// `user:allUsers`.
    WordWithPrefix,
    /// `serviceAccount:serviceAccount:…`, as of an attribute that has the prefix itself.
    PrefixTwice,
    /// `user:` or `group:` before a service account's e-mail.
    ServiceAccountAsOther,
    /// A variable that no shell replaces: `'serviceAccount:$SA'`.
    Unexpanded,
    /// `serviceAccount:` before an e-mail that is no service account's.
    NoServiceAccount,
    /// The domain of a service account misspelt: `gserviceaccount.iam.com`.
    EmailDomain,
    /// `name@project.gserviceaccount.com`, without `.iam`.
    MissingIam,
    /// `name@iam.gserviceaccount.com`, without the project.
    MissingProject,
    /// The project's number where its id is due.
    ProjectNumber,
    /// No `@` before the domain.
    MissingAt,
    /// More than one `@`.
    SeveralAt,
    /// `projects/P/serviceAccounts/EMAIL` where the e-mail alone is due.
    FullName,
    /// The project's id where a service agent's e-mail has the number.
    AgentProjectId,
    /// The Kubernetes form without brackets, or without namespace and account.
    KubernetesForm,
    /// A pool's principal with a project id where the number is due.
    PoolProjectId,
    /// `principal:` with a selector of many.
    PoolNeedsSet,
    /// `principalSet:` with one subject.
    PoolNeedsOne,
    /// A provider's name in a member.
    PoolProvider,
    /// A pool, and nothing that says who of it.
    PoolAlone,
    /// Not `iam.googleapis.com` before the pool.
    PoolHost,
    /// Not two slashes after the colon.
    PoolSlashes,
}

impl FaultKind {
    /// Whether the text is wrong wherever it stands, so that nothing that uses it can want it as it is.
    pub fn is_wrong_anywhere(self) -> bool {
        matches!(
            self,
            Self::PrefixSpelling | Self::WordSpelling | Self::EmailDomain | Self::MissingIam | Self::PoolHost
        )
    }

    /// Whether the member's type is at fault; else it is the form of what follows.
    pub fn is_type(self) -> bool {
        matches!(
            self,
            Self::MissingPrefix
                | Self::PrefixSpelling
                | Self::WordSpelling
                | Self::WordWithPrefix
                | Self::PrefixTwice
                | Self::ServiceAccountAsOther
                | Self::NoServiceAccount
        )
    }

    /// A few words that follow "the member" or the text of the wrong part.
    pub fn says(self) -> &'static str {
        match self {
            Self::MissingPrefix => "has no type in front (`user:`, `serviceAccount:`, `group:`)",
            Self::PrefixSpelling => "is no member type; types are spelt exactly, case included",
            Self::WordSpelling => "is no member; the word is spelt exactly, case included",
            Self::WordWithPrefix => "is a whole member by itself and takes no type",
            Self::PrefixTwice => "stands before a member that has its type already",
            Self::ServiceAccountAsOther => "is not the type of a service account's e-mail",
            Self::NoServiceAccount => "is not the e-mail of a service account",
            Self::Unexpanded => "is in single quotes or escaped, so that the shell does not replace it",
            Self::EmailDomain => "is not the domain of service accounts",
            Self::MissingIam => "lacks `.iam` between project and domain",
            Self::MissingProject => "lacks the project before `iam.gserviceaccount.com`",
            Self::ProjectNumber => "is a project number; the e-mail of an account has the project id",
            Self::MissingAt => "lacks `@` between account and project",
            Self::SeveralAt => "has more than one `@`",
            Self::FullName => "stands before the e-mail of the account, which is named by its e-mail alone",
            Self::AgentProjectId => "is a project id; the e-mail of a service agent has the project number",
            Self::KubernetesForm => "is not of the form `PROJECT.svc.id.goog[NAMESPACE/ACCOUNT]`",
            Self::PoolProjectId => "is a project id; a pool's members are named by the project number",
            Self::PoolNeedsSet => "is for one identity; what follows names several, and needs `principalSet:`",
            Self::PoolNeedsOne => "is for several identities; what follows names one, and needs `principal:`",
            Self::PoolProvider => "names a provider; members are named by their pool alone",
            Self::PoolAlone => "names a pool and does not say who of it",
            Self::PoolHost => "is not preceded by `iam.googleapis.com/`",
            Self::PoolSlashes => "is not preceded by `//`",
        }
    }

    /// What to write, where no one text is certain.
    pub fn wants(self) -> &'static str {
        match self {
            Self::MissingPrefix => "put `user:`, `group:` or `serviceAccount:` in front, whichever it is",
            Self::PrefixSpelling => {
                "write `user:`, `group:`, `serviceAccount:`, `domain:`, `principal:` or `principalSet:`"
            }
            Self::WordSpelling | Self::WordWithPrefix => "write `allUsers` or `allAuthenticatedUsers` alone",
            Self::PrefixTwice => "write the type once",
            Self::ServiceAccountAsOther => "write `serviceAccount:`",
            Self::Unexpanded => "write double quotes around it",
            Self::NoServiceAccount => {
                "write the e-mail of a service account; a person is a member as `user:`, a group as `group:`"
            }
            Self::EmailDomain
            | Self::MissingIam
            | Self::MissingProject
            | Self::MissingAt
            | Self::SeveralAt
            | Self::FullName => "the e-mail of an account is `NAME@PROJECT_ID.iam.gserviceaccount.com`",
            Self::ProjectNumber => "write the project id: `NAME@PROJECT_ID.iam.gserviceaccount.com`",
            Self::KubernetesForm => "write `serviceAccount:PROJECT_ID.svc.id.goog[NAMESPACE/ACCOUNT]`",
            Self::PoolAlone => {
                "go on with `/attribute.NAME/VALUE`, `/group/GROUP`, or `/*` for everyone of the pool, behind `principalSet:`, \
                 or with `/subject/SUBJECT` behind `principal:`"
            }
            Self::PoolProjectId | Self::AgentProjectId => {
                "write the number: `gcloud projects describe PROJECT_ID --format='value(projectNumber)'` prints it"
            }
            Self::PoolNeedsSet | Self::PoolNeedsOne | Self::PoolProvider | Self::PoolHost | Self::PoolSlashes => {
                "write `principal://iam.googleapis.com/POOL/subject/SUBJECT` or \
                 `principalSet://iam.googleapis.com/POOL/attribute.NAME/VALUE`, with POOL being \
                 `projects/NUMBER/locations/global/workloadIdentityPools/NAME`"
            }
        }
    }
}

/// What is wrong with a member, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The wrong part as a message shows it; the whole text where something is missing.
    pub wrong: String,
    /// Where to write [`Self::replacement`]: the wrong part, or the empty place where something is missing.
    /// Editable only when it is exact.
    pub place: Option<Place>,
    /// What to write there, when that is certain. It changes nothing else.
    pub replacement: Option<String>,
    /// The whole text as it should be, as a message shows it, when that is certain.
    pub corrected: Option<String>,
    /// The wrong part, in the flattened text.
    range: Range<usize>,
}

impl MemberFault {
    /// A fault of a range of the text.
    pub(super) fn new(kind: FaultKind, flat: &Flat, range: Range<usize>, replacement: Option<&str>) -> Self {
        let end = flat.text().len();
        let wrong = if range.is_empty() { 0..end } else { range.clone() };
        let corrected =
            replacement.map(|text| format!("{}{text}{}", flat.shown(0..range.start), flat.shown(range.end..end)));
        Self {
            kind,
            wrong: flat.shown(wrong),
            place: flat.place(range.clone()),
            replacement: replacement.map(str::to_owned),
            corrected,
            range,
        }
    }

    /// Keeps the correction only where it leaves nothing else that is wrong: what is half right is no text to write.
    fn if_right(mut self, flat: &Flat, judge: impl Fn(&Flat) -> Option<Self>) -> Self {
        let other = self.replacement.as_deref().and_then(|right| judge(&flat.with(self.range.clone(), right)));
        if other.is_some() {
            (self.replacement, self.corrected) = (None, None);
        }
        self
    }
}

/// What is surely wrong with a member of a policy.
pub fn fault(member: &Value) -> Option<MemberFault> {
    let flat = Flat::new(member);
    of_member(&flat).map(|fault| fault.if_right(&flat, of_member))
}

/// What is surely wrong with the e-mail of a service account, where nothing but the e-mail is due
/// (`--service-account=…`).
pub fn account_fault(account: &Value) -> Option<MemberFault> {
    let flat = Flat::new(account);
    of_account(&flat).map(|fault| fault.if_right(&flat, of_account))
}

fn of_account(flat: &Flat) -> Option<MemberFault> {
    if flat.text().contains([':', '/']) { None } else { unexpanded(flat, 0).or_else(|| email::fault(flat, 0)) }
}

fn of_member(flat: &Flat) -> Option<MemberFault> {
    let Some(colon) = flat.text().find(':') else {
        return bare(flat);
    };
    let prefix = flat.text().get(..colon)?;
    if prefix.contains(HOLE) {
        return None;
    }
    let Some(kind) = find(&PREFIXES, prefix) else {
        let right = right_prefix(prefix, flat.after(colon + 1))?;
        return Some(MemberFault::new(FaultKind::PrefixSpelling, flat, 0..colon, Some(right)));
    };
    let id = flat.after(colon + 1);
    if matches!(kind, MemberKind::User | MemberKind::Group | MemberKind::ServiceAccount | MemberKind::Domain)
        && let Some(fault) = unexpanded(flat, colon + 1)
    {
        return Some(fault);
    }
    match kind {
        MemberKind::User | MemberKind::Group | MemberKind::ServiceAccount if has_type(id) => {
            Some(MemberFault::new(FaultKind::PrefixTwice, flat, 0..colon + 1, Some("")))
        }
        MemberKind::User | MemberKind::Group | MemberKind::ServiceAccount | MemberKind::Domain
            if right_word(id).is_some() =>
        {
            let whole = 0..flat.text().len();
            Some(MemberFault::new(FaultKind::WordWithPrefix, flat, whole, right_word(id)))
        }
        MemberKind::User | MemberKind::Group | MemberKind::ServiceAccount if email::full_name(id).is_some() => {
            full_name(flat, 0..colon + 1)
        }
        MemberKind::User | MemberKind::Group if email::is_service_account(id) => {
            Some(MemberFault::new(FaultKind::ServiceAccountAsOther, flat, 0..colon, Some("serviceAccount")))
        }
        MemberKind::ServiceAccount if pool::is_kubernetes(id) => pool::kubernetes_fault(flat, colon + 1),
        MemberKind::ServiceAccount => email::fault(flat, colon + 1),
        MemberKind::Principal => pool::fault(flat, colon, false),
        MemberKind::PrincipalSet => pool::fault(flat, colon, true),
        _ => None,
    }
}

/// The full name of an account, after this much of a member.
fn full_name(flat: &Flat, before: Range<usize>) -> Option<MemberFault> {
    let length = email::full_name(flat.after(before.end))?;
    let email = flat.after(before.end + length);
    let sure = email.matches('@').count() == 1;
    Some(if before.is_empty() {
        MemberFault::new(FaultKind::FullName, flat, 0..length, sure.then_some("serviceAccount:"))
    } else {
        MemberFault::new(FaultKind::FullName, flat, before.end..before.end + length, sure.then_some(""))
    })
}

/// A variable whose `$` is text: `$NAME`, `${NAME}`. Not `$$`, by which templates mean one `$`.
fn unexpanded(flat: &Flat, from: usize) -> Option<MemberFault> {
    let (before, after) = flat.after(from).split_once('$')?;
    let start = from + before.len();
    let (braces, name) = after.strip_prefix('{').map_or((0, after), |name| (1, name));
    let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let is_name = length > 1 && !name.starts_with(|c: char| c.is_ascii_digit());
    let closed = braces == 0 || name.get(length..).is_some_and(|rest| rest.starts_with('}'));
    let end = start + 1 + length + 2 * braces;
    (is_name && closed).then(|| MemberFault::new(FaultKind::Unexpanded, flat, start..end, None))
}

/// Whether what follows a type is a member with a type of its own.
fn has_type(id: &str) -> bool {
    ["user:", "group:", "serviceAccount:"].iter().any(|prefix| id.starts_with(prefix))
}

/// A member without a colon.
fn bare(flat: &Flat) -> Option<MemberFault> {
    let text = flat.text();
    if let Some(right) = right_word(text) {
        let whole = 0..text.len();
        return (right != text).then(|| MemberFault::new(FaultKind::WordSpelling, flat, whole, Some(right)));
    }
    if email::full_name(text).is_some() {
        return full_name(flat, 0..0);
    }
    let (start, _) = text.split_once('@').or_else(|| text.split_once(".svc.id.goog["))?;
    let known = start.split(HOLE).next()?;
    // With a hole before the `@`, the hole may hold the prefix unless what precedes it already excludes that.
    if known.len() < start.len() && may_begin_a_member(known) || known.is_empty() || is_placeholder(known) {
        return None;
    }
    let is_account = email::is_service_account(text) || pool::is_kubernetes(text);
    let replacement = is_account.then_some("serviceAccount:");
    Some(MemberFault::new(FaultKind::MissingPrefix, flat, 0..0, replacement))
}

/// The prefix that this one means in another spelling.
fn right_prefix(prefix: &str, id: &str) -> Option<&'static str> {
    let plain = plain(prefix)?;
    PREFIXES.iter().map(|(right, _)| *right).find(|right| {
        let letters = right.to_ascii_lowercase();
        // `users:read` is somebody else's; `users:` before an e-mail is not.
        let plural = plain.strip_suffix('s') == Some(&letters) && id.contains('@');
        plain == letters || plural || *right == "serviceAccount" && is_near(&plain, &letters)
    })
}

/// Whether two letters at most differ. Only for words so long that this does not make another one.
fn is_near(word: &str, right: &str) -> bool {
    word.len().abs_diff(right.len()) <= 2 && strsim::osa_distance(word, right) <= 2
}

/// The word for everyone that this text is, in any spelling.
fn right_word(text: &str) -> Option<&'static str> {
    let plain = plain(text)?;
    WORDS.iter().map(|(right, _)| *right).find(|right| {
        let letters = right.to_ascii_lowercase();
        plain == letters || letters.strip_suffix('s') == Some(&plain)
    })
}

/// The letters of a word; nothing for a placeholder and for what is no word.
fn plain(word: &str) -> Option<String> {
    let is_word = word.len() <= 32 && word.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'));
    (is_word && !is_placeholder(word)).then(|| word.replace(['-', '_'], "").to_ascii_lowercase())
}
