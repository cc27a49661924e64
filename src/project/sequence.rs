//! What happens on one machine, one thing after the other.

use std::collections::BTreeMap;

use super::Project;
use crate::eval::Statement;
use crate::facts::{Authentication, DockerLogin, EnvChange, Facts, Gcloud, Machine, Mark, MarkKind, Push, Uses};
use crate::source::{FileId, Span};
use crate::value::Value;

/// All that happens, by flow and order.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    all: Vec<(FileId, u32, Number)>,
    /// Where in it a flow or a machine begins.
    starts: Vec<usize>,
    /// Where another project, service or configuration may be meant from then on, by flow and order.
    switches: Vec<(FileId, u32)>,
    /// Stretches that are put into a file, and such as need not run, by their file.
    written: BTreeMap<FileId, Vec<Span>>,
    conditional: BTreeMap<FileId, Vec<Span>>,
}

/// How many stretches of one kind a file has that are looked at.
const MAX_STRETCHES: usize = 500;

/// Groups of commands after which something else than before may be meant: another project, or what was made anew.
const SWITCHES: &[&str] = &[
    "config ",
    "run services delete",
    "run services replace",
    "run jobs delete",
    "run jobs replace",
    "functions delete",
];

/// Whether a statement lies in one of these stretches.
fn lies_in(stretches: &BTreeMap<FileId, Vec<Span>>, at: &Statement) -> bool {
    stretches.get(&at.file).is_some_and(|spans| spans.iter().any(|span| span.contains(at.span)))
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
    Mark(usize),
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
    /// Something runs that may do anything.
    Opaque(&'p Mark),
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
            Self::Opaque(mark) => &mark.at,
        }
    }
}

impl Sequence {
    pub fn new(facts: &Facts) -> Self {
        let mut all: Vec<(FileId, u32, Number)> = Vec::new();
        let (written, conditional) = (stretches(facts, MarkKind::Written), stretches(facts, MarkKind::Conditional));
        // What is only written happens when and where somebody runs it.
        let mut add = |at: &Statement, number: Number| {
            if !lies_in(&written, at) {
                all.push((at.flow, at.order, number));
            }
        };
        facts.machines.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Machine(at)));
        facts.uses.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Uses(at)));
        facts.authentications.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Authentication(at)));
        facts.commands.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Command(at)));
        facts.docker_logins.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::DockerLogin(at)));
        facts.pushes.iter().enumerate().for_each(|(at, fact)| add(&fact.at, Number::Push(at)));
        let opaque = facts.marks.iter().enumerate().filter(|(_, mark)| mark.kind == MarkKind::Opaque);
        opaque.for_each(|(at, fact)| add(&fact.at, Number::Mark(at)));
        all.sort_unstable();
        let begins = |index: &usize| {
            let flow = |index: usize| all.get(index).map(|event| event.0);
            matches!(all.get(*index), Some((_, _, Number::Machine(_))))
                || index.checked_sub(1).is_none_or(|before| flow(before) != flow(*index))
        };
        let starts = (0..all.len()).filter(begins).collect();
        let switches = |command: &&Gcloud| SWITCHES.iter().any(|path| command.invocation.path.starts_with(path));
        let commands = facts.commands.iter().filter(switches).map(|command| &command.at);
        let logins = facts.authentications.iter().map(|step| &step.at).chain(facts.uses.iter().map(|uses| &uses.at));
        let mut switches: Vec<(FileId, u32)> = commands.chain(logins).map(|at| (at.flow, at.order)).collect();
        switches.sort_unstable();
        Self { all, starts, switches, written, conditional }
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

fn stretches(facts: &Facts, kind: MarkKind) -> BTreeMap<FileId, Vec<Span>> {
    let mut stretches: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for mark in facts.marks.iter().filter(|mark| mark.kind == kind) {
        let spans = stretches.entry(mark.at.file).or_default();
        if spans.len() < MAX_STRETCHES && !spans.contains(&mark.at.span) {
            spans.push(mark.at.span);
        }
    }
    stretches
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
            Number::Mark(at) => facts.marks.get(at).map(Event::Opaque),
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

    /// Whether a statement is put into a file, and does not run where it stands.
    pub fn is_written(&self, at: &Statement) -> bool {
        lies_in(&self.sequence().written, at)
    }

    /// Whether a statement surely runs, and its failure is one of the whole.
    pub fn is_sure(&self, at: &Statement) -> bool {
        at.under.is_always() && !at.loose && !lies_in(&self.sequence().conditional, at)
    }

    /// Whether a change of variables surely comes right behind another one of the same thing, in one script.
    pub fn follows(&self, earlier: &EnvChange, later: &EnvChange) -> bool {
        let (one, two) = (&earlier.at, &later.at);
        // Their targets are alternatives of each other, as are scripts of a package.
        let name = self.path(one.file).rsplit('/').next().unwrap_or("").to_ascii_lowercase();
        let is_script = name.rsplit_once('.').is_none_or(|(_, end)| matches!(end, "sh" | "bash" | "yml" | "yaml"));
        let is_script =
            is_script && !["makefile", "gnumakefile", "justfile", "taskfile"].iter().any(|kind| name.starts_with(kind));
        let is_named = |change: &EnvChange| change.target.name.as_ref().is_some_and(Value::is_literal);
        let surely =
            |change: &EnvChange| change.lasts && !change.at.loose && !lies_in(&self.sequence().conditional, &change.at);
        is_script
            && is_named(earlier)
            && one.file == two.file
            && one.sites == two.sites
            && one.order < two.order
            && !one.excludes(two)
            && surely(earlier)
            && surely(later)
            && earlier.target.lies_with(&later.target)
            && self.on_one_machine(one, two)
            && !self.may_switch(one, two)
            // By variables it may be told of other projects and regions as well.
            && !self.shown.told_by_variables.contains(&one.file)
    }

    /// Whether another project, service or configuration may be meant from one statement of a flow to another.
    pub fn may_switch(&self, one: &Statement, two: &Statement) -> bool {
        let switches = &self.sequence().switches;
        let after = switches.partition_point(|switch| *switch <= (one.flow, one.order));
        switches.get(after).is_some_and(|switch| *switch < (two.flow, two.order))
    }

    fn sequence(&self) -> &Sequence {
        self.sequence.get_or_init(|| Sequence::new(&self.facts))
    }
}
