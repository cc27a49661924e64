//! The e-mails of service accounts and what may be wrong with them. Knows no prefix of members.
//!
//! Source: <https://cloud.google.com/iam/docs/service-account-types>, checked 2026-11-21. An account that a user made is
//! `NAME@PROJECT_ID.iam.gserviceaccount.com`; the id of a domain's project is `NAME.DOMAIN`. Google's own accounts have
//! other domains below `gserviceaccount.com`, of which there is no full list: none of them is judged.

use super::fault::{FaultKind, MemberFault};
use super::{is_placeholder, is_project_id};
use crate::gcp::agent;
use crate::gcp::flat::{Flat, HOLE};

const ROOT: &str = ".gserviceaccount.com";
const OWN: &str = ".iam.gserviceaccount.com";

/// Ends of domains that people write for [`OWN`] and that are further from it than two letters, or look like the end
/// of another name.
const WRONG_ENDS: [&str; 7] = [
    ".gserviceaccount.iam.com",
    ".iam.gserviceaccount",
    ".iam-gserviceaccount.com",
    ".iam_gserviceaccount.com",
    ".iam.gserviceaccount.google.com",
    ".iam.gserviceaccount.googleapis.com",
    ".iam.googleapis.com",
];

/// Mail providers of people: no service account is there.
const OF_PEOPLE: [&str; 6] = ["gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com"];

/// Words in domains that stand for some other domain.
const STAND_INS: [&str; 10] =
    ["example", "domain", "company", "your", "test", "email", "google", "account", "corp", "iam"];

/// Whether an e-mail surely is that of a service account.
pub(super) fn is_service_account(email: &str) -> bool {
    email.contains('@') && email.to_ascii_lowercase().ends_with(ROOT)
}

/// How much of a text precedes the e-mail where it is the full name of an account: `projects/P/serviceAccounts/EMAIL`.
pub(super) fn full_name(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("projects/")?;
    let (_, accounts) = rest.split_once('/')?;
    let email = accounts.strip_prefix("serviceAccounts/")?;
    (email.contains('@') && !email.contains('/')).then(|| text.len() - email.len())
}

/// What is surely wrong with the e-mail that starts at an offset.
pub(super) fn fault(flat: &Flat, from: usize) -> Option<MemberFault> {
    // Of equal length, so that offsets stay.
    let email = flat.after(from).to_ascii_lowercase();
    let end = from + email.len();
    let found = |kind, start: usize, replacement| Some(MemberFault::new(kind, flat, start..end, replacement));
    let unsure = is_placeholder(flat.after(from));
    let Some((local, domain)) = email.split_once('@') else {
        let missing = !unsure && email.ends_with(OWN);
        return if missing { found(FaultKind::MissingAt, from, None) } else { None };
    };
    if domain.contains('@') {
        return if unsure { None } else { found(FaultKind::SeveralAt, from, None) };
    }
    let start = end - domain.len();
    if let Some(project) = agent::before_number(domain).and_then(|before| local.strip_prefix(before)) {
        // Agents of folders and organizations, and words that stand for the number.
        let other = ["org-", "folder-"].iter().any(|of| project.starts_with(of));
        let stands_for_one = ["number", "your", "project", "xxx"].iter().any(|word| project.contains(word));
        let range = end - domain.len() - 1 - project.len()..end - domain.len() - 1;
        let wrong = is_project_id(project) && !other && !stands_for_one && !is_placeholder(flat.after(from));
        return wrong.then(|| MemberFault::new(FaultKind::AgentProjectId, flat, range, None));
    }
    if domain == OWN || domain == OWN.trim_start_matches('.') {
        return found(FaultKind::MissingProject, from, None);
    }
    if let Some(project) = domain.strip_suffix(OWN) {
        let is_number = project.len() >= 6 && project.bytes().all(|b| b.is_ascii_digit());
        let range = start..start + project.len();
        return is_number.then(|| MemberFault::new(FaultKind::ProjectNumber, flat, range, None));
    }
    if let Some(project) = domain.strip_suffix(ROOT) {
        let at = start + project.len();
        return is_project(project).then(|| MemberFault::new(FaultKind::MissingIam, flat, at..at, Some(".iam")));
    }
    if let Some(length) = wrong_end(domain) {
        return found(FaultKind::EmailDomain, end - length, Some(OWN));
    }
    let nobody = is_elsewhere(domain) && !is_placeholder(domain);
    if nobody { found(FaultKind::NoServiceAccount, from, None) } else { None }
}

/// Whether a label surely is a project's id and not one of Google's own domains, such as `developer` or `appspot`, of
/// which none has a dash.
fn is_project(label: &str) -> bool {
    let plain = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && label.contains('-') && label.len() >= 6
}

/// The length of the end of a domain that is written for [`OWN`], its first dot included.
fn wrong_end(domain: &str) -> Option<usize> {
    if let Some(end) = WRONG_ENDS.iter().find(|end| domain.ends_with(*end) && domain.len() > end.len()) {
        return Some(end.len());
    }
    let dot = domain.rmatch_indices('.').nth(2)?.0;
    let end = domain.get(dot..)?;
    let near =
        dot > 0 && !end.contains(HOLE) && end.len().abs_diff(OWN.len()) <= 2 && strsim::osa_distance(end, OWN) <= 2;
    near.then_some(end.len())
}

/// Whether a domain surely has no service accounts: a real one that is not Google's.
fn is_elsewhere(domain: &str) -> bool {
    let plain = domain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let top = domain.rsplit('.').next().unwrap_or("");
    OF_PEOPLE.contains(&domain)
        || plain
            && domain.contains('.')
            && matches!(top, "com" | "org" | "net" | "io" | "dev" | "de" | "uk" | "fr" | "ai" | "app" | "co")
            && !STAND_INS.iter().any(|word| domain.contains(word))
}
