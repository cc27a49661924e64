//! Which findings the suppressions of a run silence, and which suppressions silence none. Knows no rule but by its id.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::program::Program;
use crate::rules;
use crate::source::{FileId, Source, Span};
use crate::suppression::{self, Date, Suppression};

/// Suppressions between one and what it speaks of.
const MOST_BETWEEN: usize = 8;

/// All suppressions of a run.
#[derive(Debug, Default)]
pub(super) struct Silence {
    files: BTreeMap<FileId, Quiet>,
}

/// Those of one file.
#[derive(Debug)]
struct Quiet {
    suppressions: Vec<Suppression>,
    /// Of each, which of its ids silenced something.
    used: Vec<Vec<bool>>,
    /// By rule and line: what speaks of it. Line 0 is the whole file.
    by_line: BTreeMap<(String, u32), Vec<(usize, usize)>>,
    /// Regions whose first line a suppression speaks of, with that line.
    regions: Vec<(Span, u32)>,
}

/// A suppression of which some ids silenced nothing.
#[derive(Debug)]
pub(super) struct Unused<'a> {
    /// Its file.
    pub file: FileId,
    /// The suppression.
    pub suppression: &'a Suppression,
    /// Indices of these ids.
    pub idle: Vec<usize>,
}

impl Silence {
    /// Takes the suppressions of a file and of what is read of it.
    pub fn add(&mut self, file: FileId, source: &Source, program: &Program, today: Option<Date>) {
        let steps: Vec<Span> = program.body.iter().map(|step| step.span).collect();
        let regions = &program.regions;
        let suppressions = suppression::parse(source, regions, &steps);
        if suppressions.is_empty() {
            return;
        }
        let mut by_line: BTreeMap<(String, u32), Vec<(usize, usize)>> = BTreeMap::new();
        let mut lines = BTreeSet::new();
        for (index, one) in suppressions.iter().enumerate().filter(|(_, one)| one.holds(today)) {
            // Other suppressions may stand between; what is said of these is silenced, too.
            let between = suppressions.iter().skip(index + 1).map(|next| next.line).take(MOST_BETWEEN);
            let between = between.take_while(|line| one.below.is_some_and(|below| *line < below));
            let covered: Vec<u32> =
                if one.file { vec![0] } else { std::iter::once(one.line).chain(one.below).chain(between).collect() };
            for (id, line) in one.ids.iter().enumerate().flat_map(|id| covered.iter().map(move |line| (id, *line))) {
                by_line.entry((rules::id_of(&id.1.value).to_owned(), line)).or_default().push((index, id.0));
            }
            lines.extend(covered);
        }
        let first_line = |region: &Span| (*region, source.line(region.start));
        let regions = regions.iter().map(first_line).filter(|(_, line)| lines.contains(line)).collect();
        // Of one that does not hold it is said elsewhere that it silences nothing.
        let used = suppressions.iter().map(|one| vec![!one.holds(today); one.ids.len()]).collect();
        self.files.insert(file, Quiet { suppressions, used, by_line, regions });
    }

    /// What a file's suppressions say.
    pub fn of(&self, file: FileId) -> &[Suppression] {
        self.files.get(&file).map_or(&[], |quiet| &quiet.suppressions)
    }

    /// Why a finding may stay, if it is silenced: by what speaks of any of its places, or of its statement, or of a region
    /// that the first of its places lies in.
    pub fn silences(&mut self, finding: &Finding, sources: &[Source]) -> Option<String> {
        if self.files.is_empty() {
            return None;
        }
        let line = |file: FileId, offset: u32| sources.get(file.0 as usize).map_or(0, |source| source.line(offset));
        let mut silenced: Option<String> = None;
        let mut add = |reason: Option<String>| silenced = silenced.take().or(reason);
        let primary = &finding.primary;
        for place in std::iter::once(primary).chain(&finding.related) {
            let Some(quiet) = self.files.get_mut(&place.file) else { continue };
            add(quiet.silences(finding.rule, 0, false));
            add(quiet.silences(finding.rule, line(place.file, place.span.start), false));
        }
        if let Some((file, span)) = finding.statement
            && let Some(quiet) = self.files.get_mut(&file)
        {
            add(quiet.silences(finding.rule, line(file, span.start), false));
            // Behind the last line of a command that goes over several is the only room for a comment within it.
            add(quiet.silences(finding.rule, line(file, span.end.max(1) - 1), true));
        }
        if let Some(quiet) = self.files.get_mut(&primary.file) {
            let around = |(region, _): &&(Span, u32)| region.contains(primary.span);
            let lines: Vec<u32> = quiet.regions.iter().filter(around).map(|(_, line)| *line).collect();
            for line in lines {
                add(quiet.silences(finding.rule, line, false));
            }
        }
        silenced
    }

    /// The suppressions that silenced nothing, with what of them did not. `counts` says of which files and rules this is
    /// to be told.
    pub fn unused(&self, counts: impl Fn(FileId, &str) -> bool) -> Vec<Unused<'_>> {
        let mut out = Vec::new();
        for (file, quiet) in &self.files {
            for (suppression, used) in quiet.suppressions.iter().zip(&quiet.used) {
                let is_idle = |(index, used): (usize, &bool)| {
                    let id = suppression.ids.get(index)?;
                    (!used && counts(*file, &id.value)).then_some(index)
                };
                let idle: Vec<usize> = used.iter().enumerate().filter_map(is_idle).collect();
                if !idle.is_empty() {
                    out.push(Unused { file: *file, suppression, idle });
                }
            }
        }
        out
    }
}

impl Quiet {
    /// What speaks of a rule in a line says why; with `same`, standing in that very line.
    fn silences(&mut self, rule: &str, line: u32, same: bool) -> Option<String> {
        let speakers = self.by_line.get(&(rule.to_owned(), line))?;
        let mut reason = None;
        for (index, id) in speakers {
            let Some(one) = self.suppressions.get(*index).filter(|one| !same || one.line == line) else { continue };
            reason = reason.or_else(|| Some(one.reason.clone()));
            if let Some(used) = self.used.get_mut(*index).and_then(|ids| ids.get_mut(*id)) {
                *used = true;
            }
        }
        reason
    }
}
