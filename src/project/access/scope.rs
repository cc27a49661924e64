//! Which project something is said in: what a flag says, else what gcloud was told before in the same flow.

use std::collections::BTreeMap;

use crate::eval::Statement;
use crate::facts::Facts;
use crate::gcp::principal::{is_project_id, stands_in};
use crate::source::FileId;
use crate::value::Value;

/// The projects that flows are told, in the order of their statements.
#[derive(Debug, Default)]
pub(in crate::project) struct Scopes {
    flows: BTreeMap<FileId, Vec<(u32, Option<Value>)>>,
    /// Those whose flow has no order.
    defaults: BTreeMap<FileId, Option<Value>>,
}

impl Scopes {
    pub fn new(facts: &Facts) -> Self {
        let mut flows: BTreeMap<FileId, Vec<(u32, Option<Value>)>> = BTreeMap::new();
        for command in &facts.commands {
            let invocation = &command.invocation;
            let is_project = |name: &Value| ["project", "core/project"].iter().any(|own| name.equals(own).is_yes());
            let project = match invocation.path {
                "config set" if invocation.positionals.first().is_some_and(is_project) => {
                    invocation.positionals.get(1).cloned()
                }
                // Another configuration has another project.
                "config configurations activate" | "config configurations create" | "init" => None,
                _ => continue,
            };
            // Where order says little, so does what was said before.
            let project = project.filter(|_| !command.at.loose);
            flows.entry(command.at.flow).or_default().push((command.at.order, project));
        }
        for said in flows.values_mut() {
            said.sort_by_key(|(order, _)| *order);
        }
        let mut defaults: BTreeMap<FileId, Option<Value>> = BTreeMap::new();
        for (at, project) in &facts.default_projects {
            // Modules have what their callers have.
            let known = defaults.entry(at.flow).or_insert_with(|| project.clone());
            let same = matches!((&known, project), (Some(a), Some(b)) if a.same(b));
            if !same {
                *known = None;
            }
        }
        Self { flows, defaults }
    }

    /// The project of a statement that names none.
    pub fn at(&self, at: &Statement) -> Option<&Value> {
        if let Some(default) = self.defaults.get(&at.flow) {
            return default.as_ref();
        }
        let said = self.flows.get(&at.flow)?;
        let before = said.partition_point(|(order, _)| *order < at.order);
        said.get(before.checked_sub(1)?)?.1.as_ref()
    }
}

/// Whether two projects are known by their ids and surely are not one. A default may be overridden, and a number may be
/// that of any id.
pub fn differ(a: Option<&Value>, b: Option<&Value>) -> bool {
    let id = |project: Option<&Value>| {
        let project = project.filter(|project| !project.assumed)?;
        project.literal().filter(|text| is_project_id(text) && !stands_in(text))
    };
    matches!((id(a), id(b)), (Some(a), Some(b)) if a != b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::value;

    #[test]
    fn only_known_ids_differ() {
        let differ = |a: &str, b: &str| differ(Some(&value(a)), Some(&value(b)));
        assert!(differ("acme-prod", "acme-staging"));
        assert!(!differ("acme-prod", "acme-prod"));
        assert!(!differ("acme-prod", "{P}"));
        assert!(!differ("acme-prod", "your-project-id"));
        assert!(!differ("acme-prod", "123456789012"));
        assert!(!super::differ(None, Some(&value("acme-prod"))));
    }
}
