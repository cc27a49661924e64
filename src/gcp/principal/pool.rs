//! Members of identity pools and of Kubernetes: what follows `principal:` and `principalSet:`, and the bracketed form of
//! `serviceAccount:`. Knows no e-mail.
//!
//! Sources, checked 2026-11-21: <https://cloud.google.com/iam/docs/principal-identifiers>,
//! <https://docs.cloud.google.com/kubernetes-engine/docs/concepts/workload-identity>.

use super::fault::{FaultKind, MemberFault};
use super::is_placeholder;
use crate::gcp::flat::{Flat, HOLE};

const HOST: &str = "iam.googleapis.com/";
const KUBERNETES: &str = ".svc.id.goog";

/// Hosts that are written for [`HOST`].
const WRONG_HOSTS: [&str; 5] = [
    "iam.googleapi.com/",
    "iam.gooleapis.com/",
    "iamcredentials.googleapis.com/",
    "sts.googleapis.com/",
    "www.googleapis.com/",
];

/// What is surely wrong with a pool's member, whose colon is at this offset.
pub(super) fn fault(flat: &Flat, colon: usize, is_set: bool) -> Option<MemberFault> {
    let from = colon + 1;
    let id = flat.after(from);
    let Some(rest) = id.strip_prefix("//") else {
        return slashes(flat, from);
    };
    let start = from + 2;
    if rest.starts_with("projects/") || rest.starts_with("locations/global/") {
        return Some(MemberFault::new(FaultKind::PoolHost, flat, start..start, Some(HOST)));
    }
    if let Some(wrong) = WRONG_HOSTS.iter().find(|wrong| rest.starts_with(*wrong)) {
        return Some(MemberFault::new(FaultKind::PoolHost, flat, start..start + wrong.len(), Some(HOST)));
    }
    let path = rest.strip_prefix(HOST)?;
    let start = start + HOST.len();
    project_id(flat, path, start).or_else(|| alone(flat, path, start)).or_else(|| {
        let at = selector(path)?;
        selected(flat, path.get(at..)?, start + at, colon, is_set)
    })
}

/// A pool that nothing follows: neither some of its members nor all.
fn alone(flat: &Flat, path: &str, start: usize) -> Option<MemberFault> {
    let pools = ["/workloadIdentityPools/", "/workforcePools/"];
    let pool = pools.iter().find_map(|pools| path.split_once(pools))?.1;
    let name = pool.strip_suffix('/').unwrap_or(pool);
    let known = !name.is_empty() && !name.contains('/') && !is_placeholder(name);
    known.then(|| MemberFault::new(FaultKind::PoolAlone, flat, start..start + path.len(), None))
}

/// A member that does not have `//` after its colon.
fn slashes(flat: &Flat, from: usize) -> Option<MemberFault> {
    let id = flat.after(from);
    let (range, rest) = match id.strip_prefix('/') {
        Some(rest) => (from..from + 1, rest),
        None => (from..from, id),
    };
    (rest.starts_with(HOST) || rest.starts_with("cloudresourcemanager.googleapis.com/"))
        .then(|| MemberFault::new(FaultKind::PoolSlashes, flat, range, Some("//")))
}

/// A project id where the number is due. Only workload pools stand in a project.
fn project_id(flat: &Flat, path: &str, start: usize) -> Option<MemberFault> {
    let (project, rest) = path.strip_prefix("projects/")?.split_once('/')?;
    let in_a_pool = rest.contains("locations/global/workloadIdentityPools/");
    let lower = project.to_ascii_lowercase();
    let is_number = project.bytes().all(|b| b.is_ascii_digit());
    let stands_for_one = is_placeholder(project) || lower.contains("number") || lower.contains("your");
    let start = start + "projects/".len();
    let is_id = project.chars().eq([HOLE]) && flat.is_project_id(start);
    if !in_a_pool || is_number || stands_for_one && !is_id {
        return None;
    }
    Some(MemberFault::new(FaultKind::PoolProjectId, flat, start..start + project.len(), None))
}

/// Where what follows the pool's name starts.
fn selector(path: &str) -> Option<usize> {
    let pool = ["/workloadIdentityPools/", "/workforcePools/"]
        .iter()
        .find_map(|pools| path.find(pools).map(|at| at + pools.len()))
        // The whole name of the pool is a hole: `//iam.googleapis.com/${POOL_NAME}/attribute.…`.
        .or_else(|| path.starts_with(HOLE).then_some(0))?;
    Some(pool + path.get(pool..)?.find('/')? + 1)
}

/// What is wrong with a selector that starts at this offset.
fn selected(flat: &Flat, selector: &str, start: usize, colon: usize, is_set: bool) -> Option<MemberFault> {
    let prefix = 0..colon;
    if let Some(rest) = selector.strip_prefix("providers/") {
        let provider = rest.find('/').map(|slash| slash + 1);
        let end = provider.unwrap_or(rest.len()) + "providers/".len();
        let after = selector.get(end..).unwrap_or("");
        // Without it, what is left is a member.
        let sure = after.starts_with("attribute.") && is_set || after.starts_with("subject/") && !is_set;
        return Some(MemberFault::new(FaultKind::PoolProvider, flat, start..start + end, sure.then_some("")));
    }
    let many = selector.starts_with("attribute.") || selector.starts_with("group/") || selector == "*";
    if many && !is_set {
        return Some(MemberFault::new(FaultKind::PoolNeedsSet, flat, prefix, Some("principalSet")));
    }
    let one = selector.starts_with("subject/");
    if one && is_set {
        let replacement = (!selector.contains('*')).then_some("principal");
        return Some(MemberFault::new(FaultKind::PoolNeedsOne, flat, prefix, replacement));
    }
    None
}

/// Whether what follows `serviceAccount:` names a Kubernetes account.
pub(super) fn is_kubernetes(id: &str) -> bool {
    id.contains(KUBERNETES) && !id.contains('@')
}

/// What is surely wrong with a Kubernetes account that starts at this offset.
pub(super) fn kubernetes_fault(flat: &Flat, from: usize) -> Option<MemberFault> {
    let id = flat.after(from);
    let at = from + id.find(KUBERNETES)? + KUBERNETES.len();
    let tail = flat.after(at);
    let end = at + tail.len();
    let found =
        |replacement: Option<&str>| Some(MemberFault::new(FaultKind::KubernetesForm, flat, at..end, replacement));
    if tail.is_empty() {
        return Some(MemberFault::new(FaultKind::KubernetesForm, flat, from..end, None));
    }
    if let Some(open) = tail.strip_prefix('[') {
        let account = open.split(']').next().unwrap_or("");
        if account.contains(HOLE) {
            return None;
        }
        let parts = account.split('/').filter(|part| !part.is_empty()).count();
        return match (parts, open.contains(']')) {
            (2, true) => None,
            (2, false) => found(Some(&format!("{tail}]"))),
            _ if is_placeholder(account) => None,
            _ => found(None),
        };
    }
    let account = tail.strip_prefix(['/', '('])?;
    let account = account.strip_suffix(')').unwrap_or(account);
    let parts: Vec<&str> = account.split('/').collect();
    match parts.as_slice() {
        [namespace, name] if !is_placeholder(namespace) && !is_placeholder(name) => {
            found(Some(&format!("[{account}]")))
        }
        _ if account.contains(HOLE) => None,
        _ => found(None),
    }
}
