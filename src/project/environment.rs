//! What the variables of one target come to when the statements of one flow have run, and which of them it then lacks.
//!
//! What accuses stands in one flow and surely is about one target. A variable may be given by any statement of the project
//! that may be about the same.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::{Project, is_same_service};
use crate::facts::{EnvChange, Others, Target, TargetKind, Variable};
use crate::source::FileId;
use crate::value::{Place, Value, may_equal};

/// Statements about one target in one flow; of more nothing is said.
const MAX_CHANGES: usize = 64;
/// Targets of one name in one flow that are told apart.
const MAX_ALIKE: usize = 32;
/// Statements that give one variable, and that are looked through; where there are more, nothing is said.
const MAX_GIVERS: usize = 1000;

/// The statements of one flow about one target, in their order.
#[derive(Debug)]
pub struct Environment {
    changes: Vec<usize>,
}

/// Where statements that give variables are found.
#[derive(Debug, Default)]
pub(super) struct Index {
    environments: Vec<Environment>,
    /// The statements that give a variable of this name.
    givers: BTreeMap<String, Vec<usize>>,
    /// Those that may give any, and say to what.
    open: Vec<usize>,
    /// Those that may give any, to whatever, by flow.
    vague: BTreeMap<FileId, Vec<usize>>,
    /// The environments of each flow.
    flows: BTreeMap<FileId, Vec<usize>>,
}

/// A variable that is given where another one, which it needs, is not.
#[derive(Debug)]
pub struct Lack<'p> {
    /// The variable that is given.
    pub given: &'p Variable,
    /// By what.
    pub by: &'p EnvChange,
    /// What takes the other one away: the statement, where it says so, and what gave it before.
    pub dropped: Option<(&'p EnvChange, Place, &'p Variable)>,
    /// Whether all plain variables of the target are seen, and not only those that these files give it.
    pub sure: bool,
}

impl Index {
    pub(super) fn new(changes: &[EnvChange]) -> Self {
        let mut index = Self::default();
        let mut alike: BTreeMap<(FileId, TargetKind, String), Vec<usize>> = BTreeMap::new();
        for (number, change) in changes.iter().enumerate() {
            for name in change.given.iter().filter_map(|variable| variable.name.literal()) {
                let givers = index.givers.entry(name.trim().to_owned()).or_default();
                if givers.last() != Some(&number) {
                    givers.push(number);
                }
            }
            let name = change.target.name.as_ref().filter(|name| !name.is_empty().is_yes());
            if change.open {
                match name {
                    Some(name) if !name.literal_runs().is_empty() => index.open.push(number),
                    _ => index.vague.entry(change.at.flow).or_default().push(number),
                }
            }
            let Some(name) = name else { continue };
            let known = alike.entry((change.at.flow, change.target.kind, name.to_string())).or_default();
            let same = |environment: &&usize| {
                let first = index.environments.get(**environment).and_then(|environment| environment.changes.first());
                first.and_then(|first| changes.get(*first)).is_some_and(|first| first.target.is(&change.target))
            };
            match known.iter().find(same).copied() {
                Some(environment) => {
                    if let Some(environment) = index.environments.get_mut(environment) {
                        environment.changes.push(number);
                    }
                }
                None if known.len() < MAX_ALIKE => {
                    known.push(index.environments.len());
                    index.flows.entry(change.at.flow).or_default().push(index.environments.len());
                    index.environments.push(Environment { changes: vec![number] });
                }
                None => {}
            }
        }
        index
    }
}

impl Target {
    /// Whether both, which are named in one flow, surely are one.
    fn is(&self, other: &Self) -> bool {
        let same = |a: &Option<Value>, b: &Option<Value>| match (a, b) {
            (Some(a), Some(b)) => a.same(b),
            _ => true,
        };
        let named = matches!((&self.name, &other.name), (Some(a), Some(b)) if a.same(b));
        named && self.kind == other.kind && same(&self.project, &other.project) && same(&self.region, &other.region)
    }

    /// Whether both may be one.
    fn may_be(&self, other: &Self) -> bool {
        let kinds = [self.kind, other.kind];
        let kind = self.kind == other.kind
            // Below a function lies a service.
            || kinds.iter().all(|kind| matches!(kind, TargetKind::Service | TargetKind::Function));
        let name = match (&self.name, &other.name) {
            (Some(a), Some(b)) => is_same_service(a, b) || may_equal(a, b, &[]),
            _ => true,
        };
        let region = match (&self.region, &other.region) {
            // `--region=a,b`
            (Some(a), Some(b)) => a.split(',').iter().any(|a| b.split(',').iter().any(|b| may_equal(a, b, &[]))),
            _ => true,
        };
        let project = match (&self.project, &other.project) {
            (Some(a), Some(b)) => may_equal(a, b, &[]) || is_number(a) != is_number(b),
            _ => true,
        };
        kind && name && region && project
    }
}

/// Whether a project is named by its number.
fn is_number(project: &Value) -> bool {
    project.literal().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Project {
    fn index(&self) -> &Index {
        self.environments.get_or_init(|| Index::new(&self.facts.environment))
    }

    /// What statements of one flow come to, for each of its targets.
    pub fn environments(&self) -> &[Environment] {
        &self.index().environments
    }

    /// The statements about one target, in their order.
    pub fn changes<'p>(&'p self, environment: &'p Environment) -> impl Iterator<Item = &'p EnvChange> {
        environment.changes.iter().filter_map(|number| self.facts.environment.get(*number))
    }

    /// The statements of the project that give a variable of this name.
    pub fn givers(&self, name: &str) -> impl Iterator<Item = &EnvChange> {
        let numbers = self.index().givers.get(name).into_iter().flatten();
        numbers.filter_map(|number| self.facts.environment.get(*number))
    }

    /// Whether some statement of the project gives a variable whose name begins so.
    pub fn gives_any(&self, prefix: &str) -> bool {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        self.index().givers.range::<str, _>(from).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }

    /// The other targets of the same flow, up to some number.
    pub fn beside<'p>(&'p self, environment: &'p Environment) -> impl Iterator<Item = &'p Environment> {
        let flow = self.changes(environment).next().map(|change| change.at.flow);
        let numbers = flow.and_then(|flow| self.index().flows.get(&flow)).into_iter().flatten().take(MAX_CHANGES);
        let all = numbers.filter_map(|number| self.index().environments.get(*number));
        all.filter(move |other| other.changes != environment.changes)
    }

    /// The statements after which a target has the variable `when` and lacks `needs`, which nothing here gives it.
    pub fn lacks<'p>(&'p self, environment: &'p Environment, when: &str, needs: &str) -> Vec<Lack<'p>> {
        let about: Vec<&EnvChange> = self.changes(environment).take(MAX_CHANGES + 1).collect();
        let kind = about.first().map(|change| change.target.kind);
        if about.len() > MAX_CHANGES
            || kind == Some(TargetKind::Workload)
            || !about.iter().any(|change| change.variable(when).is_some())
            || self.shown.given_by_image(needs)
        {
            return Vec::new();
        }
        let mut found: Vec<Lack<'p>> = Vec::new();
        for change in &about {
            // What no run reaches together with this one says nothing of it.
            let world = about.iter().copied().filter(|other| !other.at.excludes(&change.at));
            let lack = outcome(world, when, needs)
                .filter(|lack| std::ptr::eq(lack.dropped.map_or(lack.by, |(by, ..)| by), *change))
                .filter(|lack| !self.may_be_given(lack, &about, needs));
            found.extend(lack);
        }
        found
    }

    /// Whether another statement may give the variable to the same target.
    fn may_be_given(&self, lack: &Lack<'_>, about: &[&EnvChange], needs: &str) -> bool {
        let change = lack.by;
        let index = self.index();
        let givers = index.givers.get(needs).map_or(&[][..], Vec::as_slice);
        let vague = index.vague.get(&change.at.flow).map_or(&[][..], Vec::as_slice);
        if [givers, &index.open, vague].iter().any(|numbers| numbers.len() > MAX_GIVERS) {
            return true;
        }
        let others = givers.iter().chain(&index.open).chain(vague);
        others.filter_map(|number| self.facts.environment.get(*number)).any(|other| {
            !about.iter().any(|own| std::ptr::eq(*own, other))
                && other.target.may_be(&change.target)
                && !change.is_another_deployment(other)
        })
    }
}

impl EnvChange {
    /// Whether both say all plain variables of a target of one name, in two flows: what one of them gives is gone when
    /// the other has run.
    fn is_another_deployment(&self, other: &Self) -> bool {
        let whole = |change: &Self| {
            change.creates && !change.open && matches!(change.plain, Others::Dropped(_)) && !change.at.loose
        };
        let literal = |target: &Target| target.name.as_ref().is_some_and(Value::is_literal);
        self.at.flow != other.at.flow
            && [self, other].iter().all(|change| whole(change) && literal(&change.target))
            && self.wording == other.wording
    }
}

/// What statements come to, one after the other.
fn outcome<'p>(world: impl Iterator<Item = &'p EnvChange>, when: &str, needs: &str) -> Option<Lack<'p>> {
    let mut given: Option<(&Variable, &EnvChange)> = None;
    let mut needed: Option<&Variable> = None;
    let mut dropped = None;
    let (mut open, mut made, mut sure, mut loose) = (false, false, false, false);
    for change in world {
        loose |= change.at.loose;
        if !change.lasts {
            open |= change.open || change.variable(needs).is_some();
            continue;
        }
        let drops = |variable: &Variable| -> Option<Place> {
            let secret = variable.secret.is_some();
            let name = variable.name.literal()?;
            let removed = change.removed.iter().find(|removed| {
                removed.secret == secret && removed.name.literal().is_some_and(|removed| removed.trim() == name.trim())
            });
            match (removed, if secret { change.secrets } else { change.plain }) {
                (Some(removed), _) => Some(removed.at),
                (None, Others::Dropped(at)) => Some(at),
                (None, Others::Kept) => None,
            }
        };
        given = given.filter(|(variable, _)| drops(variable).is_none());
        if let Some((variable, at)) = needed.and_then(|variable| Some((variable, drops(variable)?))).filter(|_| !loose)
        {
            (needed, dropped) = (None, Some((change, at, variable)));
        }
        let dropping = |others: Others| matches!(others, Others::Dropped(_));
        if dropping(change.plain) && dropping(change.secrets) {
            open = false;
        }
        sure |= dropping(change.plain);
        open |= change.open || change.removed.iter().any(|removed| !removed.name.is_literal());
        made |= change.creates;
        let is_empty = |variable: &Variable| variable.value.as_ref().is_some_and(|value| value.is_empty().is_yes());
        if let Some(variable) = change.variable(when).filter(|variable| !is_empty(variable)) {
            given = Some((variable, change));
        }
        if let Some(variable) = change.variable(needs) {
            (needed, dropped) = (Some(variable), None);
        }
    }
    let (variable, by) = given?;
    // In one declaration both are there or not; what is dropped by what gives it first is only absent.
    (made && !open && needed.is_none()).then_some(Lack { given: variable, by, dropped, sure })
}
