//! What a configuration and the command line say of grants: those that are made elsewhere, and files that hold a policy.

use std::collections::BTreeMap;
use std::path::Path;

use super::Settings;
use super::link::Linker;
use crate::config::{Config, On, OnKind};
use crate::facts::{Given, Grant, ResourceKind};
use crate::project::Resource;
use crate::source::{FileId, Span, Spanned};
use crate::value::{Place, Value};

/// The grants that a configuration declares; `file` is its own.
pub(super) fn grants(config: &Config, file: FileId) -> Vec<Grant> {
    let place = |span: Span| Place::near(file, span);
    let given = |text: &Spanned<String>| {
        Given::new(Value::text(text.value.clone(), place(text.span)), place(text.span), place(text.span))
    };
    let grant = |(number, granted): (usize, &crate::config::Granted)| {
        let on = granted.on.as_ref();
        let on = on.map(|on| (kind(on.value.kind), Value::text(on.value.name.clone(), place(on.span))));
        let lines = granted.lines.map_or_else(|| place(granted.span), |lines| Place::exact(file, lines));
        let (role, member) = (given(&granted.role), given(&granted.member));
        Grant::declared(on, role, member, (place(granted.span), lines), number as u32)
    };
    config.grants().iter().enumerate().map(grant).collect()
}

fn kind(kind: Option<OnKind>) -> ResourceKind {
    match kind {
        None => ResourceKind::Unsaid,
        Some(OnKind::RunService) => ResourceKind::RunService,
        Some(OnKind::RunJob) => ResourceKind::RunJob,
        Some(OnKind::Function) => ResourceKind::Function,
        Some(OnKind::ServiceAccount) => ResourceKind::ServiceAccount,
        Some(OnKind::Secret) => ResourceKind::Secret,
        Some(OnKind::Project) => ResourceKind::Project,
    }
}

/// What the files of a project that hold policies are the policies of.
pub(super) fn policies(
    settings: &Settings,
    config: Option<&Config>,
    linker: &Linker,
    files: usize,
) -> BTreeMap<FileId, Vec<Resource>> {
    let mut found: BTreeMap<FileId, Vec<Resource>> = BTreeMap::new();
    let mut add = |on: &On, path: &Path| {
        let is_it = |id: &FileId| linker.path(*id).is_some_and(|own| own == path);
        let Some(id) = (0..files as u32).map(FileId).find(is_it) else { return };
        let near = Place::near(id, Span::new(0, 0));
        let name = Value::text(on.name.clone(), near);
        let kind = kind(on.kind);
        let project = (kind == ResourceKind::Project).then(|| name.clone());
        found.entry(id).or_default().push(Resource { kind, name, project, region: None });
    };
    for (on, path) in config.into_iter().flat_map(Config::policies) {
        add(on, &path);
    }
    for (on, path) in &settings.policies {
        add(on, path);
    }
    found
}
