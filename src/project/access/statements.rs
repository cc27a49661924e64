//! What statements grant on one and the same policy, so that those that undo each other are found.

use std::collections::{BTreeSet, HashMap};

use crate::facts::{Facts, Given, Grant, ResourceKind, Verb};
use crate::value::Value;

/// What one statement grants on one policy.
#[derive(Debug)]
pub struct Granting {
    /// Its first grant, by its number among the facts.
    pub first: usize,
    /// All of them, as they are shown: roles and members.
    pub all: BTreeSet<(String, String)>,
}

/// The statements on each policy, in the order of the facts.
#[derive(Debug, Default)]
pub(in crate::project) struct Statements {
    by_policy: HashMap<Policy, Vec<Granting>>,
    /// The grants that surely count under a condition.
    pub conditional: Vec<usize>,
}

/// By what a policy is known: its kind, and where it is as far as that is said, as it is shown.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Policy(ResourceKind, String, [Option<String>; 2]);

impl Policy {
    fn of(grant: &Grant) -> Option<Self> {
        let shown = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        Some(Self(grant.kind, grant.resource.as_ref()?.to_string(), [shown(&grant.project), shown(&grant.region)]))
    }
}

impl Statements {
    pub fn new(facts: &Facts) -> Self {
        let mut by_policy: HashMap<Policy, Vec<Granting>> = HashMap::new();
        for (number, grant) in facts.grants.iter().enumerate().filter(|(_, grant)| grant.verb == Verb::Add) {
            let Some(policy) = Policy::of(grant) else { continue };
            let shown =
                |given: &Option<Given>| given.as_ref().map_or_else(|| "?".to_owned(), |given| given.value.to_string());
            let granted = (shown(&grant.role), shown(&grant.member));
            let statements = by_policy.entry(policy).or_default();
            // What one statement says stands together.
            let is_own = |last: &Granting| facts.grants.get(last.first).is_some_and(|first| first.at == grant.at);
            match statements.last_mut().filter(|last| is_own(last)) {
                Some(own) => {
                    own.all.insert(granted);
                }
                None => statements.push(Granting { first: number, all: BTreeSet::from([granted]) }),
            }
        }
        let conditional = facts.grants.iter().enumerate().filter(|(_, grant)| grant.conditional.is_yes());
        Self { by_policy, conditional: conditional.map(|(number, _)| number).collect() }
    }

    /// The statements on the policy that a grant is on.
    pub fn on_policy_of(&self, grant: &Grant) -> &[Granting] {
        Policy::of(grant).and_then(|policy| self.by_policy.get(&policy)).map_or(&[], Vec::as_slice)
    }
}
