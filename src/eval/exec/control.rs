//! Branches and loops, and the ways out of them.

use super::Machine;
use crate::eval::env::{Alternative, Content, Env, Flow};
use crate::eval::when::{Constraint, When, identity};
use crate::eval::{MAX_ALTERNATIVES, MAX_LEFT, MAX_TURNS, MAX_WAYS};
use crate::program::{Arm, Block, Each, Guard, Loop, StepKind};
use crate::value::{Place, Tree, Value};

impl Machine<'_> {
    pub(super) fn branch(&mut self, arms: &[Arm]) {
        let before = self.env.path.clone();
        let (place, occurrence) = (self.here(), self.fresh());
        let taken = |number: usize, path: &When| {
            path.with(Constraint { subject: occurrence, value: number as u64, holds: true })
        };
        let mut remaining = vec![before.clone()];
        let mut ends: Vec<Env> = Vec::new();
        let mut refusals: Vec<&Guard> = Vec::new();
        for (number, arm) in arms.iter().enumerate() {
            self.block(&arm.test);
            let decision = self.decide(&arm.guard);
            let join = |ways: &[When]| -> Vec<When> {
                remaining.iter().flat_map(|one| ways.iter().filter_map(|two| one.and(two))).collect()
            };
            let (yes, no) = (join(&decision.yes), join(&decision.no));
            // Several ways into an arm have little in common; where it only sets variables, each is followed.
            let sets = (2..=MAX_WAYS).contains(&yes.len())
                && arm.body.iter().all(|step| matches!(step.kind, StepKind::Assign(_)));
            let ways = if sets { yes } else { Vec::from_iter((!yes.is_empty()).then(|| When::common_of(&yes))) };
            for path in ways.iter().filter_map(|way| taken(number, way)) {
                let saved = self.env.clone();
                self.env.path = path;
                for guard in &refusals {
                    self.refine(guard, false);
                }
                self.refine(&arm.guard, true);
                self.block(&arm.body);
                ends.push(std::mem::replace(&mut self.env, saved));
            }
            refusals.push(&arm.guard);
            remaining = if no.len() > MAX_ALTERNATIVES { vec![When::common_of(&no)] } else { no };
            if remaining.is_empty() {
                break;
            }
        }
        if remaining.len() > MAX_WAYS {
            remaining = vec![When::common_of(&remaining)];
        }
        for path in remaining.iter().filter_map(|way| taken(arms.len(), way)) {
            let saved = self.env.clone();
            self.env.path = path;
            for guard in &refusals {
                self.refine(guard, false);
            }
            ends.push(std::mem::replace(&mut self.env, saved));
        }
        self.join(ends, &before, place);
    }

    pub(super) fn fallback(&mut self, first: &Block, other: &Block) {
        let (before, place, occurrence) = (self.env.path.clone(), self.here(), self.fresh());
        let arm = |value| Constraint { subject: occurrence, value, holds: true };
        let printed_before = self.captures.last().map_or(0, Vec::len);
        self.block(first);
        for printed in self.captures.last_mut().into_iter().flatten().skip(printed_before) {
            // What the first one printed counts where it succeeded.
            if let Some(when) = printed.when.with(arm(0)) {
                printed.when = when;
            }
        }
        let mut succeeded = self.env.clone();
        for (env, value) in [(&mut succeeded, 0), (&mut self.env, 1)] {
            if let Some(path) = env.path.with(arm(value)) {
                env.path = path;
            }
        }
        // A first one that leaves the program leaves nothing to fall back from.
        if succeeded.flow == Flow::On {
            self.block(other);
        }
        let failed = self.env.clone();
        self.join(vec![succeeded, failed], &before, place);
    }

    /// Goes on with the arms that go on; when none does, as the last one ended.
    pub(super) fn join(&mut self, ends: Vec<Env>, before: &When, place: Place) {
        let (on, mut off): (Vec<Env>, Vec<Env>) = ends.into_iter().partition(|env| env.flow == Flow::On);
        let mut counter = self.counter;
        let flow = self.flow;
        let joined = Env::merge(on, before, place, || {
            counter += 1;
            identity((flow, "fresh", counter))
        });
        self.counter = counter;
        if let Some(env) = joined.or_else(|| off.pop()) {
            self.env = env;
        }
        let leaves = |env: &Env| matches!(env.flow, Flow::Returned | Flow::Broken | Flow::Continued);
        let room = MAX_LEFT.saturating_sub(self.left.len());
        self.left.extend(off.into_iter().filter(leaves).take(room));
    }

    /// Goes on here with all that left what ends here, since a mark.
    pub(in crate::eval) fn rejoin(&mut self, mark: usize, ends: &[Flow], before: &When, place: Place) {
        let (mut here, on): (Vec<Env>, Vec<Env>) = self.left.drain(mark..).partition(|env| ends.contains(&env.flow));
        self.left.extend(on);
        if self.env.flow == Flow::On && here.is_empty() {
            return;
        }
        if ends.contains(&self.env.flow) || self.env.flow == Flow::On {
            here.push(self.env.clone());
        } else if here.is_empty() {
            return;
        } else if self.env.flow != Flow::Exited {
            self.left.push(self.env.clone());
        }
        for env in &mut here {
            env.flow = Flow::On;
        }
        self.join(here, before, place);
    }

    /// Ends a function, whichever way it is left: its own variables are what they were, and need not be joined.
    pub(in crate::eval) fn leave(&mut self, mark: usize, before: &When, place: Place) {
        let returned = self.left.iter_mut().skip(mark).filter(|env| env.flow == Flow::Returned);
        returned.chain([&mut self.env]).for_each(Env::restore);
        self.rejoin(mark, &[Flow::Returned], before, place);
    }

    pub(super) fn turn(&mut self, each: &Loop) {
        let place = self.here();
        let Some(items) = &each.items else {
            return self.unknown_turns(each, place);
        };
        let before = self.env.path.clone();
        let outcomes = self.words(items);
        let occurrence = self.fresh();
        let mut ends = Vec::new();
        let (start, mark) = (self.env.clone(), self.left.len());
        for (number, outcome) in outcomes.iter().enumerate() {
            self.env = start.clone();
            let arm = Constraint { subject: occurrence, value: number as u64, holds: true };
            let Some(path) = outcome.when.with(arm) else {
                continue;
            };
            self.env.path = if outcomes.len() > 1 { path } else { before.clone() };
            for item in outcome.list.items.iter().take(MAX_TURNS) {
                self.bind(each.name.as_deref(), item.clone(), place);
                self.turn_once(&each.body, place);
                if self.env.flow != Flow::On {
                    break;
                }
            }
            if outcome.list.open && self.env.flow == Flow::On {
                let name = each.name.as_deref().unwrap_or("…");
                let item = Value::hole(format!("${{{name}}}"), self.fresh(), place);
                self.bind(each.name.as_deref(), item, place);
                self.turn_once(&each.body, place);
                self.env.open_lists_since(&start);
            }
            ends.push(self.env.clone());
        }
        // What ended by `break` is joined with the rest.
        for env in ends.iter_mut().filter(|env| env.flow == Flow::Broken) {
            env.flow = Flow::On;
        }
        self.join(ends, &before, place);
        self.rejoin(mark, &[Flow::Broken], &before, place);
    }

    /// Turns over the items of a node.
    pub(in crate::eval) fn turn_each(&mut self, each: &Each) {
        let place = self.here();
        let alternatives = self.items_of(&each.over);
        let (before, occurrence) = (self.env.path.clone(), self.fresh());
        let mut ends = Vec::new();
        let (start, mark) = (self.env.clone(), self.left.len());
        let several = alternatives.len() > 1;
        for (number, (when, items, open)) in alternatives.into_iter().enumerate() {
            self.env = start.clone();
            let arm = Constraint { subject: occurrence, value: number as u64, holds: true };
            let Some(path) = when.with(arm) else {
                continue;
            };
            self.env.path = if several { path } else { before.clone() };
            let open = open || items.len() > MAX_TURNS;
            for item in items.into_iter().take(MAX_TURNS) {
                self.pick(&each.item, &vec![(When::default(), item)], false);
                self.turn_once(&each.body, place);
                if self.env.flow != Flow::On {
                    break;
                }
            }
            if open && self.env.flow == Flow::On {
                self.unseen_turns(each, place);
            }
            ends.push(self.env.clone());
        }
        for env in ends.iter_mut().filter(|env| env.flow == Flow::Broken) {
            env.flow = Flow::On;
        }
        self.join(ends, &before, place);
        self.rejoin(mark, &[Flow::Broken], &before, place);
    }

    /// Turns of which nobody knows how many there are.
    fn unseen_turns(&mut self, each: &Each, place: Place) {
        let hole = Tree::Text(Value::hole("…", self.fresh(), place));
        let names = vec![(When::default(), hole)];
        self.pick(&each.item, &names, false);
        let turns = Loop { name: None, items: None, body: each.body.clone() };
        self.unknown_turns(&turns, place);
    }

    /// One turn of a loop, which `continue` ends.
    fn turn_once(&mut self, body: &Block, place: Place) {
        let (mark, before) = (self.left.len(), self.env.path.clone());
        self.block(body);
        self.rejoin(mark, &[Flow::Continued], &before, place);
    }

    fn bind(&mut self, name: Option<&str>, mut item: Value, place: Place) {
        if let Some(name) = name {
            item.loose = false;
            let version = self.fresh();
            let alternative = Alternative { when: When::default(), content: Content::Text(item) };
            self.env.set(name, vec![alternative], version, place);
        }
    }

    /// A loop whose turns are not known: its body once, or not at all.
    fn unknown_turns(&mut self, each: &Loop, place: Place) {
        let before = self.env.clone();
        let occurrence = self.fresh();
        if let Some(name) = &each.name {
            self.forget(name);
        }
        let arm = |env: &Env, value| env.path.with(Constraint { subject: occurrence, value, holds: true });
        if let Some(path) = arm(&before, 1) {
            self.env.path = path;
        }
        let mark = self.left.len();
        self.block(&each.body);
        let path = self.env.path.clone();
        self.rejoin(mark, &[Flow::Continued, Flow::Broken], &path, place);
        self.env.open_lists_since(&before);
        let (mut counter, flow) = (self.counter, self.flow);
        self.env.forget_unchanged_since(&before, place, || {
            counter += 1;
            identity((flow, "fresh", counter))
        });
        self.counter = counter;
        let mut skipped = before.clone();
        if let Some(path) = arm(&before, 0) {
            skipped.path = path;
        }
        // A loop is left by its condition, or by an `exit` in one of its arms, which need not be taken.
        self.env.flow = Flow::On;
        let ended = self.env.clone();
        self.join(vec![ended, skipped], &before.path, place);
        self.env.open_lists_since(&before);
        self.env.prefer_known_since(&before);
    }
}
