//! The providers of each identity pool, and who of it is granted anything.

use std::collections::BTreeMap;

use super::Project;
use crate::facts::{Facts, FederationProvider, pool_of};
use crate::value::{Value, may_equal};

/// Things of pools that are not known, of which no more are looked at.
const MAX_OPEN: usize = 200;

/// Things by the id of their pool; under no id those whose pool is not known.
type ByPool<T> = BTreeMap<Option<String>, Vec<T>>;

/// What is said of pools.
#[derive(Debug, Default)]
pub(super) struct Pools {
    /// Providers, as numbers of facts.
    providers: ByPool<usize>,
    /// Members that are granted something: the pool's id, and what follows it.
    members: ByPool<(Value, Value)>,
}

impl Pools {
    pub fn new(facts: &Facts) -> Self {
        let mut pools = Self::default();
        for (number, provider) in facts.providers.iter().enumerate() {
            pools.providers.entry(provider.pool.as_ref().and_then(Value::literal)).or_default().push(number);
        }
        let members = facts.grants.iter().filter_map(|grant| pool_of(&grant.member.as_ref()?.value));
        members.for_each(|(pool, who)| pools.members.entry(pool.literal()).or_default().push((pool, who)));
        pools
    }
}

/// Those of a pool of this id, and those of which it is not known; all where the id is not known.
fn of<'p, T>(all: &'p ByPool<T>, pool: &Value) -> Vec<&'p T> {
    match pool.literal() {
        Some(id) => {
            [Some(id), None].iter().filter_map(|id| all.get(id)).flat_map(|own| own.iter().take(MAX_OPEN)).collect()
        }
        None => all.values().flatten().take(MAX_OPEN).collect(),
    }
}

impl Project {
    /// The providers that may be of a pool.
    pub fn providers_of(&self, pool: &Value) -> Vec<&FederationProvider> {
        let numbers = of(&self.pools().providers, pool).into_iter();
        let is_it = |provider: &&FederationProvider| provider.pool.as_ref().is_none_or(|own| may_equal(own, pool, &[]));
        numbers.filter_map(|number| self.facts.providers.get(*number)).filter(is_it).collect()
    }

    /// What follows the pool in members that are granted something, and may be of it.
    pub fn members_of(&self, pool: &Value) -> impl Iterator<Item = &Value> {
        let is_it = move |(own, _): &&(Value, Value)| may_equal(own, pool, &[]);
        of(&self.pools().members, pool).into_iter().filter(is_it).map(|(_, who)| who)
    }

    fn pools(&self) -> &Pools {
        self.pools.get_or_init(|| Pools::new(&self.facts))
    }
}
