//! What rules say of many outcomes → one finding a fault, in order.

use std::collections::{BTreeMap, BTreeSet};

use super::edits::edits;
use crate::eval::Statement;
use crate::finding::{Edit, Finding, Fix, Label};
use crate::outcome::Outcome;
use crate::rule::{Change, Draft, Rule};
use crate::source::{FileId, Source, Span};
use crate::value::Place;

/// Call sites that a finding names.
const MAX_SITES: usize = 3;

/// A statement, whatever its outcome.
type Key = (FileId, Span);

/// What was said of one place in one way.
struct Merged {
    rule: &'static Rule,
    /// Where it was said of first, and all where it was.
    statement: Key,
    statements: BTreeSet<Key>,
    finding: Finding,
    /// Outcomes of which this was said.
    outcomes: BTreeSet<(FileId, u32)>,
}

/// What a fix writes where, for which fault.
type Mend = (&'static str, Vec<(FileId, Span, String)>);

impl Merged {
    fn mend(&self) -> Option<Mend> {
        let edits = &self.finding.fix.as_ref()?.edits;
        let edits = edits.iter().map(|edit| (edit.file, edit.span, edit.text.clone()));
        Some((self.rule.id, edits.collect()))
    }
}

/// Collects what rules say.
pub(super) struct Merger<'s> {
    sources: &'s [Source],
    merged: BTreeMap<(Label, &'static str, String), Merged>,
    /// All outcomes that a rule with fixes was asked about, each with its statement.
    asked: BTreeMap<&'static str, Vec<Asked>>,
}

/// An outcome of a statement: the statement, the flow and the place in its order.
type Asked = (Key, (FileId, u32));

/// What one rule says of facts.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Whether it offers fixes, so that it matters what it was asked about in vain.
    mends: bool,
    asked: Vec<Asked>,
    /// Each with the outcome that it was said of.
    drafts: Vec<(Asked, Draft)>,
}

impl Said {
    /// Of a rule that has said nothing yet.
    pub fn of(rule: &Rule) -> Self {
        Self { mends: rule.fix.is_some(), ..Self::default() }
    }

    /// Whether it is as if it had been asked nothing.
    pub fn is_empty(&self) -> bool {
        self.asked.is_empty() && self.drafts.is_empty()
    }

    /// Gives back the room that more would take.
    pub fn shrink(&mut self) {
        self.asked.shrink_to_fit();
        self.drafts.shrink_to_fit();
    }

    /// Takes what the rule says of one outcome, which may be nothing.
    pub fn add(&mut self, at: &Statement, drafts: Vec<Draft>) {
        let asked = ((at.file, at.span), (at.flow, at.order));
        if self.mends {
            self.asked.push(asked);
        }
        self.drafts.extend(drafts.into_iter().map(|draft| (asked, draft)));
    }
}

impl<'s> Merger<'s> {
    pub fn new(sources: &'s [Source]) -> Self {
        Self { sources, merged: BTreeMap::new(), asked: BTreeMap::new() }
    }

    /// Takes what a rule says.
    pub fn add(&mut self, rule: &'static Rule, said: &Said) {
        if !said.asked.is_empty() {
            self.asked.entry(rule.id).or_default().extend(&said.asked);
        }
        for ((statement, outcome), draft) in &said.drafts {
            let (statement, outcome) = (*statement, *outcome);
            let primary = self.label(draft.place, draft.label.clone());
            let place = Label { message: String::new(), ..primary.clone() };
            let key = (place, rule.id, draft.message.clone());
            // Of what was asked about, wherever it is said.
            if let Some(known) = self.merged.get_mut(&key) {
                known.outcomes.insert(outcome);
                known.statements.insert(statement);
                if known.finding.related.len() < MAX_SITES {
                    let more = sites(&draft.at);
                    known.finding.related.extend(
                        more.into_iter().filter(|site| !known.finding.related.contains(site)).collect::<Vec<_>>(),
                    );
                }
                continue;
            }
            let finding = self.finding(rule, draft, primary);
            let (statements, outcomes) = (BTreeSet::from([statement]), BTreeSet::from([outcome]));
            self.merged.insert(key, Merged { rule, statement, statements, finding, outcomes });
        }
    }

    fn label(&self, place: Place, message: String) -> Label {
        let length = self.sources.get(place.file.0 as usize).map_or(0, |source| source.text().len() as u32);
        let span = Span::new(place.span.start.min(length), place.span.end.min(length));
        Label { file: place.file, span, message }
    }

    fn finding(&self, rule: &'static Rule, draft: &Draft, primary: Label) -> Finding {
        let statement = self.sources.get(draft.at.file.0 as usize).map_or("", |source| source.slice(draft.at.span));
        let mut related: Vec<Label> = Vec::new();
        for (place, message) in &draft.related {
            let label = self.label(*place, message.clone());
            if (label.file, label.span) != (primary.file, primary.span) && !related.contains(&label) {
                related.push(label);
            }
        }
        related.extend(sites(&draft.at));
        let within = |place: &Place| {
            let own = place.file == draft.at.file && draft.at.span.contains(place.span);
            own || draft.moves
        };
        let edits = |(place, change): &(Place, Change)| edits(self.sources.get(place.file.0 as usize)?, *place, change);
        let fix = draft.fix.as_ref().filter(|(_, edits)| edits.iter().all(|(place, _)| within(place)));
        let fix = fix.and_then(|(safety, changes)| {
            let written: Option<Vec<Vec<Edit>>> = changes.iter().map(edits).collect();
            Some(Fix { safety: *safety, edits: written?.concat() })
        });
        // What is pointed at tells two findings of one statement apart.
        let pointed = self.sources.get(primary.file.0 as usize).map_or("", |source| source.slice(primary.span));
        let anchor = [pointed, statement].map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).join("\n");
        Finding {
            rule: rule.id,
            level: draft.level,
            message: draft.message.clone(),
            help: draft.help.clone(),
            primary,
            related,
            fix,
            anchor,
            statement: Some((draft.at.file, draft.at.span)),
        }
    }

    /// All findings: covered ones dropped, fixes kept only where every outcome of the statement has the fault.
    pub fn finish(self) -> Vec<Finding> {
        let covered: BTreeSet<(&str, Key)> = self
            .merged
            .values()
            .flat_map(|merged| merged.rule.covers.iter().map(|covered| (*covered, merged.statement)))
            .collect();
        // Of most statements nothing is said that might be mended.
        let of_fixes: BTreeSet<(&str, Key)> = self
            .merged
            .values()
            .filter(|merged| merged.finding.fix.is_some())
            .flat_map(|merged| merged.statements.iter().map(|statement| (merged.rule.id, *statement)))
            .collect();
        let rules: BTreeSet<&str> = of_fixes.iter().map(|(rule, _)| *rule).collect();
        let mut asked: BTreeMap<(&str, Key), BTreeSet<(FileId, u32)>> = BTreeMap::new();
        for (rule, all) in self.asked.iter().filter(|(rule, _)| rules.contains(*rule)) {
            for (statement, outcome) in all.iter().filter(|(statement, _)| of_fixes.contains(&(*rule, *statement))) {
                asked.entry((rule, *statement)).or_default().insert(*outcome);
            }
        }
        // What is said of each turn of a loop in words of its own may be mended at one place for all.
        let mut mended: BTreeMap<Mend, BTreeSet<(FileId, u32)>> = BTreeMap::new();
        for merged in self.merged.values() {
            if let Some(mend) = merged.mend() {
                mended.entry(mend).or_default().extend(&merged.outcomes);
            }
        }
        let mends_all = |merged: &Merged| {
            let outcomes = merged.mend().and_then(|mend| mended.get(&mend));
            let all = |statement: &Key| asked.get(&(merged.rule.id, *statement));
            outcomes.is_some_and(|outcomes| merged.statements.iter().filter_map(all).all(|all| all.is_subset(outcomes)))
        };
        let partial: BTreeSet<(Label, &'static str, String)> =
            self.merged.iter().filter(|(_, merged)| !mends_all(merged)).map(|(key, _)| key.clone()).collect();
        let keep = |merged: &Merged| !covered.contains(&(merged.rule.id, merged.statement));
        let finish = |(key, mut merged): ((Label, &'static str, String), Merged)| {
            if partial.contains(&key) {
                merged.finding.fix = None;
            }
            merged.finding
        };
        self.merged.into_iter().filter(|(_, merged)| keep(merged)).map(finish).collect()
    }
}

/// The calls that led to a statement.
fn sites(at: &Statement) -> Vec<Label> {
    let label = |site: &Place| Label { file: site.file, span: site.span, message: "reached from here".to_owned() };
    at.sites.last().map(label).into_iter().collect()
}

/// Sorts findings by path, place, rule, and drops what is wholly the same.
pub(super) fn sort(outcome: &mut Outcome) {
    let Outcome { findings, silenced, sources, .. } = outcome;
    let path = |file: FileId| sources.get(file.0 as usize).map_or("", Source::path);
    let order = |a: &Finding, b: &Finding| {
        let key = |finding: &Finding| (finding.primary.span.start, finding.primary.span.end, finding.rule);
        path(a.primary.file)
            .cmp(path(b.primary.file))
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.message.cmp(&b.message))
    };
    findings.sort_by(order);
    findings.dedup();
    silenced.sort_by(|(a, _), (b, _)| order(a, b));
    silenced.dedup_by(|(a, _), (b, _)| a == b);
}
