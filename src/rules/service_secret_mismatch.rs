//! Two services of one deployment prove themselves to each other with different secrets.

use crate::facts::{EnvChange, TargetKind, Variable};
use crate::finding::Level;
use crate::project::{Environment, Project};
use crate::rule::{Check, Group, Report, Rule};
use crate::value::Value;

pub(super) static RULE: Rule = Rule {
    id: "service-secret-mismatch",
    group: Group::Environment,
    level: Level::Warning,
    fix: None,
    page: page!("service-secret-mismatch"),
    covers: &[],
    checks: &[Check::Environment(check)],
    ..Rule::STABLE
};

const SECRET: &str = "SERVICE_SECRET";

/// Statements about one service.
const MAX_CHANGES: usize = 64;

/// Words by which environments are told apart.
const ENVIRONMENTS: &[&str] = &[
    "dev",
    "develop",
    "development",
    "test",
    "testing",
    "qa",
    "uat",
    "ci",
    "e2e",
    "sandbox",
    "demo",
    "preview",
    "pr",
    "canary",
    "stage",
    "staging",
    "stg",
    "preprod",
    "pre",
    "prod",
    "production",
    "prd",
    "live",
    "local",
    "beta",
    "alpha",
    "eu",
    "us",
    "asia",
];

fn check(environment: &Environment, project: &Project, report: &mut Report) {
    let Some(own) = mounted(environment, project) else { return };
    // The first one says what is right; each is compared with that one alone.
    let others = project.beside(environment).filter_map(|other| mounted(other, project));
    let first = others.filter(|other| is_beside(&own, other)).min_by_key(|other| other.change.at.order);
    let Some(other) = first.filter(|other| is_mismatch(&own, other)) else { return };
    let message = format!(
        "{} takes `{SECRET}` from the secret `{}`, and {} of the same deployment from `{}`: neither accepts what the \
         other one sends",
        super::target_shown(&own.change.target),
        own.secret,
        super::target_shown(&other.change.target),
        other.secret
    );
    report
        .warning(&own.change.at, own.variable.at, message)
        .label(format!("`{}` here", own.secret))
        .help(format!("mount the same secret as `{SECRET}` in both, or give other keys other names"))
        .related(other.variable.at, format!("`{}` here", other.secret));
}

/// What a service mounts.
struct Mounted<'p> {
    change: &'p EnvChange,
    variable: &'p Variable,
    secret: String,
    service: String,
}

/// The secret that a service of a literal name surely mounts in the end: all of its statements that name one name the
/// same.
fn mounted<'p>(environment: &'p Environment, project: &'p Project) -> Option<Mounted<'p>> {
    let mut found: Option<Mounted<'p>> = None;
    // More statements about one service than anybody writes are not looked through for each of the others.
    if project.changes(environment).nth(MAX_CHANGES).is_some() {
        return None;
    }
    for change in project.changes(environment) {
        let is_service = matches!(change.target.kind, TargetKind::Service | TargetKind::Function);
        if !is_service || change.at.loose {
            return None;
        }
        let Some(variable) = change.variable(SECRET) else { continue };
        let secret =
            variable.secret.as_ref().map(|secret| &secret.name).filter(|name| !name.is_empty().is_yes())?.literal()?;
        let service = change.target.name.as_ref()?.literal()?;
        if found.as_ref().is_some_and(|found| found.secret != secret) {
            return None;
        }
        found = Some(Mounted { change, variable, secret, service });
    }
    found
}

/// Whether the other one comes earlier, and both are of one environment.
fn is_beside(own: &Mounted<'_>, other: &Mounted<'_>) -> bool {
    let differ = |a: &Option<Value>, b: &Option<Value>| matches!((a, b), (Some(a), Some(b)) if !a.same(b));
    other.change.at.order < own.change.at.order
        && own.service != other.service
        && environment(&own.service) == environment(&other.service)
        && !differ(&own.change.target.project, &other.change.target.project)
        && !own.change.at.excludes(&other.change.at)
}

fn is_mismatch(a: &Mounted<'_>, b: &Mounted<'_>) -> bool {
    // A secret of its own for each service is meant: its name says whose it is.
    let names_service = |mounted: &Mounted<'_>| {
        let (secret, service) = (parts(&mounted.secret), parts(&mounted.service));
        service.iter().any(|part| part.len() > 2 && !is_generic(part) && secret.contains(part))
    };
    a.secret != b.secret && environment(&a.secret) == environment(&b.secret) && !(names_service(a) || names_service(b))
}

fn parts(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect()
}

/// The parts of a name that tell environments apart.
fn environment(name: &str) -> Vec<String> {
    let is_environment = |part: &String| ENVIRONMENTS.contains(&part.trim_end_matches(|c: char| c.is_ascii_digit()));
    parts(name).into_iter().filter(is_environment).collect()
}

/// Words that names of services and of such secrets share by chance.
fn is_generic(part: &str) -> bool {
    matches!(part, "service" | "secret" | "svc" | "key" | "app") || ENVIRONMENTS.contains(&part)
}
