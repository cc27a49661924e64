//! Predefined IAM roles: which there are, and which permissions about authentication they hold. Knows no grant and no
//! member.
//!
//! Source: <https://cloud.google.com/iam/docs/roles-permissions> by way of iann0036/iam-dataset, true on 2026-08-22
//! (`data/README.md`). The table ages: a name that it lacks may be that of a new role, so that [`nearest`] answers only
//! where a slip is convincing.

use super::lookup::{Line, Table};
use super::slips;
use crate::value::Truth;

const ROLES: Table = Table::new(include_str!("../../data/roles.txt"));
const PERMISSIONS: Table = Table::new(include_str!("../../data/permissions.txt"));
const OF_ACCOUNTS: Table = Table::new(include_str!("../../data/account_roles.txt"));

/// What stands before the name of every predefined role.
const PREFIX: &str = "roles/";

/// In the table: nobody can say what the role holds.
const UNKNOWN: &str = "?";

/// How far Google stands behind a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Generally available.
    Ga,
    /// In preview.
    Beta,
    /// In early preview.
    Alpha,
    /// Not to be granted any more.
    Deprecated,
}

/// A predefined role. A handle: copy it freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Role {
    name: &'static str,
    stage: Stage,
    permissions: &'static str,
}

impl Role {
    /// The predefined role of this name, `roles/run.invoker`; case counts.
    pub fn find(name: &str) -> Option<Self> {
        ROLES.find(name).map(Self::of_line)
    }

    fn of_line(line: Line) -> Self {
        let [stage, permissions] = line.columns();
        let stage = match stage {
            "A" => Stage::Alpha,
            "B" => Stage::Beta,
            "D" => Stage::Deprecated,
            _ => Stage::Ga,
        };
        Self { name: line.key, stage, permissions }
    }

    /// `roles/run.invoker`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How far Google stands behind it.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether it holds any permission that is tracked here, or its list is not public.
    pub fn holds_tracked(&self) -> bool {
        !self.permissions.is_empty()
    }

    /// Whether it holds a permission. `Unknown` when its list is not public, or the permission is not tracked.
    pub fn grants(&self, permission: &str) -> Truth {
        if self.permissions == UNKNOWN || !is_tracked(permission) {
            return Truth::Unknown;
        }
        self.permissions.split(',').any(|held| held == permission).into()
    }

    /// The tracked permissions that it holds; nothing when its list is not public.
    pub fn permissions(&self) -> Option<impl Iterator<Item = &'static str> + use<>> {
        (self.permissions != UNKNOWN).then(|| self.permissions.split(',').filter(|held| !held.is_empty()))
    }

    /// Whether it holds any permission on service accounts or their keys, so that it may be bound to the policy of one.
    /// `Unknown` when its list is not public, and for what IAM itself, or nobody any more, stands behind.
    pub fn is_about_accounts(&self) -> Truth {
        if OF_ACCOUNTS.find(self.name).is_some() {
            Truth::Yes
        } else if self.permissions == UNKNOWN
            || matches!(self.stage, Stage::Alpha | Stage::Deprecated)
            || self.name.starts_with("roles/iam.")
        {
            Truth::Unknown
        } else {
            Truth::No
        }
    }

    /// Whether it is made for a service agent, so that Google advises against granting it to anyone else
    /// (<https://cloud.google.com/iam/docs/service-agents>, checked 2026-11-21).
    pub fn is_for_service_agents(&self) -> bool {
        let bytes = self.name.as_bytes();
        bytes
            .len()
            .checked_sub("serviceAgent".len())
            .and_then(|from| bytes.get(from..))
            .is_some_and(|end| end.eq_ignore_ascii_case(b"serviceAgent"))
    }
}

/// Whether the table tells for this permission which roles hold it.
pub fn is_tracked(permission: &str) -> bool {
    PERMISSIONS.find(permission).is_some()
}

/// The predefined roles that surely hold a permission.
pub fn holders(permission: &str) -> impl Iterator<Item = Role> {
    ROLES.lines().map(Role::of_line).filter(move |role| role.grants(permission).is_yes())
}

/// Whether a predefined role that the table lacks may hold a permission: a newer role of a service holds what another role of
/// that service does; of a service that is not known nobody can say.
pub fn may_hold(name: &str, permission: &str) -> bool {
    let service = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.'));
    let Some((service, _)) = service else { return true };
    let prefix = format!("{PREFIX}{service}.");
    let mut known = ROLES.with_prefix(&prefix).map(Role::of_line).peekable();
    known.peek().is_none() || known.any(|role| !role.grants(permission).is_no())
}

/// Whether a name is that of a custom role, `projects/P/roles/X` or `organizations/N/roles/X`, of which nothing is
/// known here.
pub fn is_custom(name: &str) -> bool {
    let mut parts = name.split('/');
    matches!(parts.next(), Some("projects" | "organizations"))
        && parts.next().is_some_and(|owner| !owner.is_empty())
        && parts.next() == Some("roles")
        && parts.next().is_some_and(|id| !id.is_empty())
        && parts.next().is_none()
}

/// What makes a name near to a role's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nearness {
    /// Only letter case differs. Certain.
    Case,
    /// A slip that people are known to make. Certain.
    Slip,
    /// A few letters differ. Worth saying, not worth an unasked fix: a new role may have this name.
    Near,
}

/// A role whose name is near to one that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nearest {
    /// `roles/run.invoker`.
    pub role: &'static str,
    /// Why it is near.
    pub nearness: Nearness,
}

/// The existing role that a name must mean, where that is convincing. Nothing for a role that exists, a custom role, and
/// a name that does not start with `roles/` (see [`missing_prefix`]).
pub fn nearest(name: &str) -> Option<Nearest> {
    if Role::find(name).is_some() || !name.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX) {
        return None;
    }
    let found = |nearness: Nearness| move |role: &'static str| Nearest { role, nearness };
    by_case(name)
        .map(found(Nearness::Case))
        .or_else(|| by_slip(name).map(found(Nearness::Slip)))
        .or_else(|| by_letters(name).map(found(Nearness::Near)))
}

/// The role that a name without `roles/` is, when it is exactly one: `run.invoker` → `roles/run.invoker`.
pub fn missing_prefix(name: &str) -> Option<&'static str> {
    Role::find(&format!("{PREFIX}{name}")).map(|role| role.name)
}

fn by_case(name: &str) -> Option<&'static str> {
    ROLES.lines().map(|line| line.key).find(|role| role.eq_ignore_ascii_case(name))
}

fn by_slip(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix(PREFIX)?;
    if let Some(meant) = meant(slips::ROLES, name) {
        return missing_prefix(meant);
    }
    let (service, rest) = name.split_once('.')?;
    let service = meant(slips::SERVICES, service)?;
    let name = format!("{service}.{rest}");
    missing_prefix(meant(slips::ROLES, &name).unwrap_or(&name))
}

fn meant(slips: &'static [(&str, &str)], slip: &str) -> Option<&'static str> {
    let at = slips.binary_search_by_key(&slip, |pair| pair.0).ok()?;
    slips.get(at).map(|pair| pair.1)
}

/// The one role of the same service at the least distance: at most two letters, and one letter in four.
fn by_letters(name: &str) -> Option<&'static str> {
    let (service, own) = name.split_once('.')?;
    if name.len() > MAX_NAME || name.len() - PREFIX.len() <= 8 {
        return None;
    }
    let most = (own.len() / 4).min(2);
    let mut best: Option<(usize, &'static str)> = None;
    let mut tied = false;
    for role in ROLES.with_prefix(&format!("{service}.")).map(|line| line.key) {
        let own_of_role = role.get(service.len() + 1..).unwrap_or("");
        if own_of_role.len().abs_diff(own.len()) > most {
            continue;
        }
        let distance = strsim::osa_distance(own, own_of_role);
        if distance > most || best.is_some_and(|(least, _)| distance > least) {
            continue;
        }
        tied = best.is_some_and(|(least, _)| distance == least);
        best = Some((distance, role));
    }
    best.filter(|_| !tied).map(|(_, role)| role)
}

/// No role's name is longer; the distance of longer texts is not worth computing.
const MAX_NAME: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::lookup::{assert_all_found, assert_sane};

    fn near(name: &str) -> Option<(&'static str, Nearness)> {
        nearest(name).map(|found| (found.role, found.nearness))
    }

    #[test]
    fn tables_are_sane() {
        assert_sane(include_str!("../../data/roles.txt"), 3);
        assert_sane(include_str!("../../data/permissions.txt"), 1);
        assert_all_found(ROLES);
        assert_all_found(PERMISSIONS);
        assert_sane(include_str!("../../data/account_roles.txt"), 1);
        assert_all_found(OF_ACCOUNTS);
        assert!(OF_ACCOUNTS.lines().all(|line| Role::find(line.key).is_some()));
        assert_eq!(ROLES.lines().count(), 2464);
        for role in ROLES.lines().map(Role::of_line) {
            assert!(role.name.len() <= MAX_NAME);
            for permission in role.permissions().into_iter().flatten() {
                assert!(is_tracked(permission), "{permission}");
            }
        }
    }

    #[test]
    fn every_slip_is_none_and_means_one() {
        for table in [slips::ROLES, slips::SERVICES] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
        }
        for (slip, meant) in slips::ROLES {
            assert_eq!(missing_prefix(slip), None, "{slip}");
            assert_eq!(near(&format!("roles/{slip}")), Some((missing_prefix(meant).unwrap(), Nearness::Slip)));
        }
        for (slip, meant) in slips::SERVICES {
            assert_eq!(ROLES.with_prefix(&format!("roles/{slip}.")).next(), None, "{slip}");
            assert!(ROLES.with_prefix(&format!("roles/{meant}.")).next().is_some(), "{meant}");
        }
    }

    #[test]
    fn permissions_are_held_or_not_or_unknown() {
        let grants = |role: &str, permission: &str| Role::find(role).unwrap().grants(permission);
        assert_eq!(grants("roles/run.invoker", "run.routes.invoke"), Truth::Yes);
        assert_eq!(grants("roles/run.invoker", "run.jobs.runWithOverrides"), Truth::No);
        assert_eq!(grants("roles/run.servicesInvoker", "run.jobs.run"), Truth::No);
        assert_eq!(grants("roles/editor", "secretmanager.versions.access"), Truth::No);
        assert_eq!(grants("roles/owner", "iam.serviceAccounts.getOpenIdToken"), Truth::No);
        assert_eq!(grants("roles/run.viewer", "compute.instances.start"), Truth::Unknown, "not tracked");
        assert_eq!(grants("roles/admin", "run.routes.invoke"), Truth::Unknown, "list not public");
        assert_eq!(grants("roles/spanner.databaseRoleUser", "run.routes.invoke"), Truth::Unknown);
        assert_eq!(grants("roles/accessapproval.viewer", "run.routes.invoke"), Truth::No);
        assert_eq!(grants("roles/run.invoker", ""), Truth::Unknown);
    }

    #[test]
    fn newer_roles_hold_what_their_service_has() {
        assert!(may_hold("roles/run.somethingNew", "run.routes.invoke"));
        assert!(may_hold("roles/newservice.admin", "run.routes.invoke"));
        assert!(!may_hold("roles/logging.somethingNew", "run.routes.invoke"));
        assert!(may_hold("projects/p/roles/x", "run.routes.invoke"));
    }

    #[test]
    fn those_whose_list_is_not_public() {
        let unknown = ROLES.lines().map(Role::of_line).filter(|role| role.permissions().is_none());
        assert_eq!(unknown.count(), 30);
        assert_eq!(Role::find("roles/admin").map(|role| role.stage()), Some(Stage::Alpha));
        assert_eq!(Role::find("roles/run.invoker").map(|role| role.stage()), Some(Stage::Ga));
    }

    #[test]
    fn holders_of_a_permission() {
        let names: Vec<_> = holders("secretmanager.versions.access").map(|role| role.name()).collect();
        assert_eq!(names, ["roles/owner", "roles/secretmanager.admin", "roles/secretmanager.secretAccessor"]);
    }

    #[test]
    fn roles_on_accounts() {
        let about = |name: &str| Role::find(name).unwrap().is_about_accounts();
        for name in ["iam.serviceAccountUser", "iam.workloadIdentityUser", "owner", "viewer", "resourcemanager.tagUser"]
        {
            assert_eq!(about(&format!("roles/{name}")), Truth::Yes, "{name}");
        }
        for name in ["admin", "reader", "iam.roleViewer", "spanner.databaseRoleUser"] {
            assert_eq!(about(&format!("roles/{name}")), Truth::Unknown, "{name}");
        }
        for name in ["run.invoker", "storage.admin", "cloudsql.client", "appengine.deployer"] {
            assert_eq!(about(&format!("roles/{name}")), Truth::No, "{name}");
        }
        // What tracks some of these permissions and what tracks all of them agree.
        for role in ROLES.lines().map(Role::of_line) {
            let mut held = role.permissions().into_iter().flatten();
            assert!(!held.any(|held| held.starts_with("iam.serviceAccount")) || role.is_about_accounts().is_yes());
        }
    }

    #[test]
    fn agents_have_roles_of_their_own() {
        let is = |name: &str| Role::find(name).unwrap().is_for_service_agents();
        assert!(is("roles/run.serviceAgent") && is("roles/containerregistry.ServiceAgent"));
        assert!(!is("roles/run.admin") && !is("roles/owner"));
    }

    #[test]
    fn case_slip_and_letters() {
        assert_eq!(near("roles/Run.Invoker"), Some(("roles/run.invoker", Nearness::Case)));
        assert_eq!(near("Roles/run.invoker"), Some(("roles/run.invoker", Nearness::Case)));
        assert_eq!(near("roles/cloudrun.invoker"), Some(("roles/run.invoker", Nearness::Slip)));
        assert_eq!(near("roles/cloudrun.jobs.invoker"), Some(("roles/run.invoker", Nearness::Slip)));
        assert_eq!(near("roles/secretmanger.secretAccessor"), {
            Some(("roles/secretmanager.secretAccessor", Nearness::Slip))
        });
        assert_eq!(near("roles/run.invokr"), Some(("roles/run.invoker", Nearness::Near)));
        assert_eq!(near("roles/secretmanager.secretAccesor"), {
            Some(("roles/secretmanager.secretAccessor", Nearness::Near))
        });
    }

    #[test]
    fn silent_where_it_is_not_convincing() {
        for name in [
            "roles/run.invoker",
            "roles/newservice.admin",
            "roles/run.somethingNew",
            "roles/run.usr",
            "roles/cloudrun.somethingNew",
            "projects/p/roles/run.invokr",
            "run.invoker",
            "roles/",
            "rôles/run.invoker",
            "",
        ] {
            assert_eq!(nearest(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_without_its_prefix() {
        assert_eq!(missing_prefix("run.invoker"), Some("roles/run.invoker"));
        assert_eq!(missing_prefix("run.nothing"), None);
        assert_eq!(missing_prefix("roles/run.invoker"), None);
        assert_eq!(missing_prefix(""), None);
    }

    #[test]
    fn custom_roles_are_not_judged() {
        assert!(is_custom("projects/p/roles/X") && is_custom("organizations/1/roles/X"));
        for name in ["roles/x", "projects/p/roles/", "projects//roles/X", "projects/p", "projects/p/roles/X/y"] {
            assert!(!is_custom(name), "{name}");
        }
    }
}
