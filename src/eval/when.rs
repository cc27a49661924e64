//! Under which circumstances an alternative holds.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

/// One circumstance: what a subject is, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Constraint {
    /// What is spoken of: a variable in one of its versions, a branch.
    pub subject: u64,
    /// What it is compared with: a text, an arm.
    pub value: u64,
    /// Whether it is that.
    pub holds: bool,
}

impl Constraint {
    fn contradicts(self, other: Self) -> bool {
        self.subject == other.subject
            && match (self.holds, other.holds) {
                (true, true) => self.value != other.value,
                (false, false) => false,
                _ => self.value == other.value,
            }
    }
}

/// A conjunction of constraints, sorted; empty means always.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct When(Rc<[Constraint]>);

/// Under which circumstances a statement is reached, for those who ask later: whether two of one flow can both be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circumstances(Option<Arc<[Constraint]>>);

impl Circumstances {
    /// Whether there are none: it is reached in every run.
    pub fn is_always(&self) -> bool {
        self.0.is_none()
    }

    /// Whether both at once cannot be.
    pub fn contradict(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (&self.0, &other.0) else { return false };
        a.iter().any(|one| b.iter().any(|two| one.contradicts(*two)))
    }
}

impl When {
    /// For those who ask later.
    pub fn kept(&self) -> Circumstances {
        Circumstances((!self.0.is_empty()).then(|| self.0.to_vec().into()))
    }

    /// Both at once; `None` when they contradict each other.
    pub fn and(&self, other: &Self) -> Option<Self> {
        if other.0.is_empty() || Rc::ptr_eq(&self.0, &other.0) {
            return Some(self.clone());
        }
        if self.0.is_empty() {
            return Some(other.clone());
        }
        if let [one] = &*other.0
            && self.0.contains(one)
        {
            return Some(self.clone());
        }
        // Most often one of the two demands all that the other does: paths grow by one constraint at a time.
        let (within, around) = compared(&self.0, &other.0)?;
        Some(match (within, around) {
            (_, true) => self.clone(),
            (true, false) => other.clone(),
            (false, false) => Self(merged(&self.0, &other.0).into()),
        })
    }

    /// This with one more constraint; `None` when it contradicts.
    pub fn with(&self, constraint: Constraint) -> Option<Self> {
        self.and(&Self(Rc::from([constraint])))
    }

    /// What both demand.
    pub fn common(&self, other: &Self) -> Self {
        if self.implies(other) {
            return other.clone();
        }
        if other.implies(self) {
            return self.clone();
        }
        let mut others = other.0.iter().peekable();
        let mut is_there = |one: &&Constraint| {
            while others.next_if(|other| other < one).is_some() {}
            others.peek() == Some(one)
        };
        Self(self.0.iter().filter(&mut is_there).copied().collect())
    }

    /// Whether one of the two demands all that the other does.
    pub fn implies_or_follows(&self, other: &Self) -> bool {
        self.implies(other) || other.implies(self)
    }

    /// Whether this demands all that another one does.
    fn implies(&self, other: &Self) -> bool {
        let mut own = self.0.iter();
        Rc::ptr_eq(&self.0, &other.0)
            || self.0.len() >= other.0.len()
                && other.0.iter().all(|one| own.find(|own| *own >= one).is_some_and(|found| found == one))
    }

    /// What all demand; always when there are none.
    pub fn common_of(all: &[Self]) -> Self {
        let mut all = all.iter();
        let first = all.next().cloned().unwrap_or_default();
        all.fold(first, |common, next| common.common(next))
    }
}

/// Whether the second of two sorted lists has all of the first, and the first all of the second; `None` when they contradict
/// each other.
fn compared(one: &[Constraint], two: &[Constraint]) -> Option<(bool, bool)> {
    let (mut ones, mut twos) = (one, two);
    let (mut within, mut around) = (true, true);
    while let (Some(first), Some(second)) = (ones.first(), twos.first()) {
        match first.subject.cmp(&second.subject) {
            Ordering::Less => (within, ones) = (false, ones.get(1..).unwrap_or_default()),
            Ordering::Greater => (around, twos) = (false, twos.get(1..).unwrap_or_default()),
            Ordering::Equal => {
                let about = |all: &[Constraint]| all.iter().take_while(|each| each.subject == first.subject).count();
                let ((a, rest), (b, others)) = (ones.split_at(about(ones)), twos.split_at(about(twos)));
                if a.iter().any(|one| b.iter().any(|two| one.contradicts(*two))) {
                    return None;
                }
                within &= a.iter().all(|one| b.contains(one));
                around &= b.iter().all(|two| a.contains(two));
                (ones, twos) = (rest, others);
            }
        }
    }
    Some((within && ones.is_empty(), around && twos.is_empty()))
}

/// Two sorted lists in one; what both have stands there once.
fn merged(one: &[Constraint], two: &[Constraint]) -> Vec<Constraint> {
    let mut all = Vec::with_capacity(one.len() + two.len());
    let (mut ones, mut twos) = (one.iter().copied().peekable(), two.iter().copied().peekable());
    while let (Some(first), Some(second)) = (ones.peek(), twos.peek()) {
        let order = first.cmp(second);
        all.push(if order.is_gt() { *second } else { *first });
        ones.next_if(|_| order.is_le());
        twos.next_if(|_| order.is_ge());
    }
    all.extend(ones);
    all.extend(twos);
    all
}

/// A 64-bit hash of something that identifies a subject or a value.
pub(super) fn identity(of: impl std::hash::Hash) -> u64 {
    use std::hash::Hasher;
    // `DefaultHasher::new` has fixed keys: the same input gives the same outcome in every run.
    let mut hasher = std::hash::DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(list: &[(u64, u64, bool)]) -> When {
        list.iter().fold(When::default(), |when, (subject, value, holds)| {
            when.with(Constraint { subject: *subject, value: *value, holds: *holds }).unwrap()
        })
    }

    #[test]
    fn one_subject_is_one_thing() {
        assert!(when(&[(1, 1, true)]).and(&when(&[(1, 2, true)])).is_none());
        assert!(when(&[(1, 1, true)]).and(&when(&[(1, 1, false)])).is_none());
        assert!(when(&[(1, 1, true)]).and(&when(&[(1, 2, false)])).is_some());
        assert!(when(&[(1, 1, false)]).and(&when(&[(1, 2, false)])).is_some());
        assert!(when(&[(1, 1, true)]).and(&when(&[(2, 1, false)])).is_some());
        assert!(when(&[(1, 1, false), (1, 2, false)]).and(&when(&[(0, 1, true), (1, 2, true)])).is_none());
    }

    #[test]
    fn both_at_once_is_the_one_that_demands_all() {
        let (less, more) = (when(&[(1, 1, true), (3, 1, false)]), when(&[(1, 1, true), (2, 1, true), (3, 1, false)]));
        assert_eq!(less.and(&more).as_ref(), Some(&more));
        assert_eq!(more.and(&less).as_ref(), Some(&more));
        let (one, other) = (when(&[(1, 1, true), (4, 1, true)]), when(&[(1, 2, false), (2, 1, true)]));
        assert_eq!(one.and(&other), Some(when(&[(1, 1, true), (1, 2, false), (2, 1, true), (4, 1, true)])));
    }

    #[test]
    fn common_keeps_what_all_demand() {
        let (a, b) = (when(&[(1, 1, true), (2, 1, true)]), when(&[(1, 1, true), (2, 2, true)]));
        assert_eq!(When::common_of(&[a, b]), when(&[(1, 1, true)]));
    }
}
