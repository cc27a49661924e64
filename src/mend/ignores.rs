//! Comments that silence findings, where they fit: the first place that works is taken, as linting again shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Kind, Proposal, Tried};
use crate::engine;
use crate::finding::{Edit, Finding};
use crate::outcome::Outcome;
use crate::rule::Group;
use crate::rules;
use crate::source::{FileId, Source, Span};
use crate::suppression::{self, Outline, Where};

/// A comment that is to be written: the rules that it names, for which findings.
#[derive(Default)]
struct Comment<'o> {
    ids: BTreeSet<&'o str>,
    findings: Vec<usize>,
}

/// Comments for findings, all with this reason. `is_wanted` says for which, `disk` where a file lies that is reported by a
/// name.
pub fn ignores(
    outcome: &Outcome,
    tried: &Tried,
    reason: &str,
    is_wanted: &dyn Fn(&Finding) -> bool,
    disk: &dyn Fn(&str) -> Option<PathBuf>,
) -> Vec<Proposal> {
    let mut outlines: BTreeMap<FileId, Outline> = BTreeMap::new();
    // What is to be said in one place is said in one comment.
    let mut places: BTreeMap<(FileId, Where), Comment<'_>> = BTreeMap::new();
    let mut in_config: Vec<usize> = Vec::new();
    for (index, finding) in outcome.findings.iter().enumerate().filter(|(_, finding)| is_wanted(finding)) {
        let file = finding.primary.file;
        let Some(source) = outcome.source(file) else { continue };
        let is_own = rules::find(finding.rule).is_some_and(|rule| rule.group == Group::Own);
        if is_own {
            continue;
        }
        let outline = outlines.entry(file).or_insert_with(|| {
            let (regions, code) = engine::regions(source);
            Outline { regions, code }
        });
        match candidates(finding, source, outline).get(tried.count(finding, outcome)) {
            Some(at) => {
                let comment = places.entry((file, *at)).or_default();
                comment.ids.insert(finding.rule);
                comment.findings.push(index);
            }
            None => in_config.push(index),
        }
    }
    let mut out: Vec<Proposal> = Vec::new();
    for ((file, at), comment) in places {
        let ids: Vec<&str> = comment.ids.into_iter().collect();
        let (Some(source), Some(outline)) = (outcome.source(file), outlines.get(&file)) else { continue };
        // Where there is no room nothing is tried, which counts.
        let edits = match suppression::write(source, outline, at, &ids, reason) {
            Some((span, text)) => vec![Edit { file, span, text }],
            None => Vec::new(),
        };
        out.extend(comment.findings.into_iter().map(|finding| Proposal {
            finding,
            edits: edits.clone(),
            kind: Kind::Silence,
        }));
    }
    out.extend(overrides(outcome, &in_config, tried, reason, disk));
    out.sort_by_key(|proposal| proposal.finding);
    out
}

/// The places where a comment about a finding may stand, the best first.
fn candidates(finding: &Finding, source: &Source, outline: &Outline) -> Vec<Where> {
    let primary = source.line(finding.primary.span.start);
    let statement = finding.statement.filter(|(file, _)| *file == finding.primary.file);
    let first = statement.map_or(primary, |(_, span)| source.line(span.start));
    let around = outline.regions.iter().filter(|region| region.contains(finding.primary.span));
    let regions: BTreeSet<u32> = around.map(|region| source.line(region.start)).collect();
    let mut out = vec![Where::Above(first), Where::Above(primary), Where::Behind(primary)];
    out.extend(statement.map(|(_, span)| Where::Behind(source.line(span.end.max(1) - 1))));
    // The innermost one that is not the whole file.
    out.extend(regions.into_iter().rev().map(Where::Above));
    out.push(Where::File);
    let mut seen = BTreeSet::new();
    out.retain(|at| seen.insert(*at));
    out
}

/// What the configurations say of files that have no comments, in one text a project. They know no last day.
fn overrides(
    outcome: &Outcome,
    findings: &[usize],
    tried: &Tried,
    reason: &str,
    disk: &dyn Fn(&str) -> Option<PathBuf>,
) -> Vec<Proposal> {
    if suppression::says_until(reason) {
        return Vec::new();
    }
    let mut by_config: BTreeMap<FileId, BTreeMap<String, BTreeSet<&str>>> = BTreeMap::new();
    let mut of: Vec<(usize, FileId)> = Vec::new();
    for index in findings {
        let Some(finding) = outcome.findings.get(*index) else { continue };
        let Some(path) = outcome.source(finding.primary.file).map(Source::path) else { continue };
        // Beside the configuration or below it; of several, the nearest.
        let below = |config: &FileId| {
            let config_disk = disk(outcome.source(*config)?.path())?;
            Some((*config, inner(&config_disk, &disk(path)?)?))
        };
        let nearest = outcome.configs.keys().filter_map(below).min_by_key(|(_, inner)| inner.len());
        let is_tried = tried.count(finding, outcome) > MOST_PLACES;
        if let Some((config, inner)) = nearest.filter(|_| !is_tried) {
            by_config.entry(config).or_default().entry(inner).or_default().insert(finding.rule);
            of.push((*index, config));
        }
    }
    let edit = |(config, paths): (FileId, BTreeMap<String, BTreeSet<&str>>)| {
        let text = outcome.source(config).map_or("", Source::text);
        let end = text.len() as u32;
        let mut new = if text.is_empty() || text.ends_with('\n') { String::new() } else { "\n".to_owned() };
        for (path, rules) in paths {
            let rules: Vec<String> = rules.iter().map(|rule| format!("{rule} = \"off\"")).collect();
            let path: String = path.chars().flat_map(escaped).collect();
            let gap = if end == 0 && new.is_empty() { "" } else { "\n" };
            let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
            let rules = rules.join(", ");
            let table = format!("{gap}# {reason}\n[[overrides]]\npaths = [\"/{path}\"]\nrules = {{ {rules} }}\n");
            new.push_str(&table);
        }
        (config, Edit { file: config, span: Span::new(end, end), text: new })
    };
    let edits: BTreeMap<FileId, Edit> = by_config.into_iter().map(edit).collect();
    let proposal = |(finding, config): (usize, FileId)| {
        Some(Proposal { finding, edits: vec![edits.get(&config)?.clone()], kind: Kind::TurnOff })
    };
    of.into_iter().filter_map(proposal).collect()
}

/// More places than a finding has candidates for a comment, with one for the configuration.
const MOST_PLACES: usize = 12;

/// A path below the directory of another one, with `/`.
fn inner(config: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(config.parent()?).ok()?;
    let names: Option<Vec<&str>> = below.components().map(|part| part.as_os_str().to_str()).collect();
    Some(names?.join("/"))
}

/// A character as patterns in a text of TOML have it.
fn escaped(c: char) -> Vec<char> {
    match c {
        '*' | '?' | '[' | ']' | '{' | '}' | '!' | '#' => vec!['\\', '\\', c],
        '\\' => vec!['\\'; 4],
        '"' => vec!['\\', '"'],
        _ => vec![c],
    }
}
