//! What happens on one machine, one thing after the other.

use super::Project;
use crate::eval::Statement;
use crate::facts::{Authentication, DockerLogin, Facts, Gcloud, Machine, Push, Uses};
use crate::source::FileId;

/// All that happens, by flow and order.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    all: Vec<(FileId, u32, Number)>,
    /// Where in it a flow or a machine begins.
    starts: Vec<usize>,
    /// Where gcloud is told of another project or configuration, by flow and order.
    switches: Vec<(FileId, u32)>,
}

/// A fact by its number among those of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Number {
    Machine(usize),
    Uses(usize),
    Authentication(usize),
    Command(usize),
    DockerLogin(usize),
    Push(usize),
}

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub enum Event<'p> {
    /// A step uses an action.
    Uses(&'p Uses),
    /// A step authenticates; it is told as the use of an action, too, before.
    Authentication(&'p Authentication),
    /// gcloud runs.
    Command(&'p Gcloud),
    /// Docker is given credentials.
    DockerLogin(&'p DockerLogin),
    /// An image is pushed.
    Push(&'p Push),
}

impl Event<'_> {
    /// The statement.
    pub fn at(&self) -> &Statement {
        match self {
            Self::Uses(uses) => &uses.at,
            Self::Authentication(authentication) => &authentication.at,
            Self::Command(command) => &command.at,
            Self::DockerLogin(login) => &login.at,
            Self::Push(push) => &push.at,
        }
    }
}

impl Sequence {
    pub fn new(facts: &Facts) -> Self {
        let mut all: Vec<(FileId, u32, Number)> = Vec::new();
        let mut add = |at: &Statement, number: Number| all.push((at.flow, at.order, number));
        facts.machines.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Machine(at)));
        facts.uses.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Uses(at)));
        facts.authentications.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Authentication(at)));
        facts.commands.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Command(at)));
        facts.docker_logins.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::DockerLogin(at)));
        facts.pushes.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Push(at)));
        all.sort_unstable();
        let begins = |index: &usize| {
            let flow = |index: usize| all.get(index).map(|event| event.0);
            matches!(all.get(*index), Some((_, _, Number::Machine(_))))
                || index.checked_sub(1).is_none_or(|before| flow(before) != flow(*index))
        };
        let starts = (0..all.len()).filter(begins).collect();
        let switches = facts.commands.iter().filter(|command| command.invocation.path.starts_with("config "));
        let mut switches: Vec<(FileId, u32)> = switches.map(|command| (command.at.flow, command.at.order)).collect();
        switches.sort_unstable();
        Self { all, starts, switches }
    }

    /// The events around a place in the sequence, from the machine that they happen on, if the flow names one, to the next.
    fn around(&self, at: &Statement) -> &[(FileId, u32, Number)] {
        let place = self.all.partition_point(|(flow, order, _)| (*flow, *order) <= (at.flow, at.order));
        let next = self.starts.partition_point(|start| *start < place);
        let start = next.checked_sub(1).and_then(|before| self.starts.get(before)).copied().unwrap_or(0);
        let end = self.starts.get(next).copied().unwrap_or(self.all.len());
        let events = self.all.get(start..end).unwrap_or_default();
        if events.first().is_some_and(|event| event.0 == at.flow) { events } else { &[] }
    }
}

impl Project {
    /// The machine that a statement runs on, where its flow says so.
    pub fn machine(&self, at: &Statement) -> Option<&Machine> {
        match self.sequence().around(at).first()? {
            (_, _, Number::Machine(number)) => self.facts.machines.get(*number),
            _ => None,
        }
    }

    /// All that happens on the machine of a statement, in order.
    pub fn on_machine_of(&self, at: &Statement) -> impl DoubleEndedIterator<Item = Event<'_>> {
        let facts = &self.facts;
        let event = move |(_, _, number): &(FileId, u32, Number)| match *number {
            Number::Machine(_) => None,
            Number::Uses(at) => facts.uses.get(at).map(Event::Uses),
            Number::Authentication(at) => facts.authentications.get(at).map(Event::Authentication),
            Number::Command(at) => facts.commands.get(at).map(Event::Command),
            Number::DockerLogin(at) => facts.docker_logins.get(at).map(Event::DockerLogin),
            Number::Push(at) => facts.pushes.get(at).map(Event::Push),
        };
        self.sequence().around(at).iter().filter_map(event)
    }

    /// What happens on the machine of a statement before it, the last first.
    pub fn before(&self, at: &Statement) -> impl Iterator<Item = Event<'_>> {
        let order = at.order;
        self.on_machine_of(at).rev().skip_while(move |event| event.at().order >= order)
    }

    /// What happens on the machine of a statement after it.
    pub fn after(&self, at: &Statement) -> impl Iterator<Item = Event<'_>> {
        let order = at.order;
        self.on_machine_of(at).skip_while(move |event| event.at().order <= order)
    }

    /// Whether both run on one machine, or in one flow that names none before either of them.
    pub fn on_one_machine(&self, one: &Statement, two: &Statement) -> bool {
        let begin = |at: &Statement| self.sequence().around(at).first().map(|event| event.1);
        one.flow == two.flow && begin(one) == begin(two)
    }

    /// Whether gcloud may be told of another project between two statements of a flow.
    pub fn may_switch(&self, one: &Statement, two: &Statement) -> bool {
        let switches = &self.sequence().switches;
        let after = switches.partition_point(|switch| *switch <= (one.flow, one.order));
        switches.get(after).is_some_and(|switch| *switch < (two.flow, two.order))
    }

    fn sequence(&self) -> &Sequence {
        self.sequence.get_or_init(|| Sequence::new(&self.facts))
    }
}
