//! What rules found → what is reported: levels, suppressions, and what is to be said of these themselves.

use std::collections::BTreeMap;
use std::path::Path;

use super::link::Linker;
use super::silence::Silence;
use super::{File, Settings, own};
use crate::finding::{Finding, Level};
use crate::outcome::{Outcome, Silencer};
use crate::program::Program;
use crate::rules;
use crate::rules::own::UNUSED_SUPPRESSION;
use crate::source::FileId;

/// Decides which of the findings are reported, and adds those about the configurations and the suppressions.
pub(super) fn conclude(
    read: &[File],
    linker: &Linker,
    settings: &Settings,
    files: &BTreeMap<u32, FileId>,
    mut found: Vec<Finding>,
    outcome: &mut Outcome,
) {
    let mut silence = Silence::default();
    let nothing = Program::default();
    for (index, source) in outcome.sources.iter().enumerate() {
        let file = FileId(index as u32);
        let program = read.get(index).map_or_else(|| linker.program(file), |file| Some(&*file.program));
        silence.add(file, source, program.unwrap_or(&nothing), settings.today);
    }
    // A configuration bears on every run that uses it, whatever paths are asked for.
    let mut configs: BTreeMap<FileId, (u32, &Path)> = BTreeMap::new();
    for (project, config) in &settings.configs {
        let Some(file) = files.get(project).copied() else { continue };
        found.extend(own::config(file, config));
        configs.insert(file, (*project, config.path()));
    }
    let place = |file: FileId| match configs.get(&file) {
        Some(place) => Some(*place),
        None => Some((read.get(file.0 as usize).filter(|file| file.reported)?.project, linker.path(file)?)),
    };
    let level = |rule: &str, own: Level, file: FileId| {
        let (project, path) = place(file)?;
        settings.level(rule, own, project, path)
    };

    // What the suppressions lack may be silenced by others, so that it comes after what they are there for.
    let ids = (0..outcome.sources.len() as u32).map(FileId);
    found.extend(ids.filter(|file| place(*file).is_some()).flat_map(|file| {
        let source = outcome.source(file);
        source.map_or_else(Vec::new, |source| own::suppressions(file, source, silence.of(file), settings.today))
    }));
    // A finding that only touches a file that was asked for is about that file, too.
    let project_of = |file: FileId| Some((read.get(file.0 as usize)?.project, linker.path(file)?));
    let ids = (0..outcome.sources.len() as u32).map(FileId);
    let projects = ids.filter_map(|file| Some((file, place(file).or_else(|| project_of(file))?.0)));
    outcome.projects = projects.collect();
    let touches = |finding: &Finding| {
        let is_asked = |file: FileId| read.get(file.0 as usize).is_some_and(|file| file.reported);
        finding.related.iter().any(|label| is_asked(label.file))
    };
    let keep = |mut finding: Finding, silence: &mut Silence, outcome: &mut Outcome| {
        let silenced = silence.silences(&finding, &outcome.sources);
        let at = finding.primary.file;
        let level = match place(at) {
            Some(_) => level(finding.rule, finding.level, at),
            None if touches(&finding) => {
                project_of(at).and_then(|(project, path)| settings.level(finding.rule, finding.level, project, path))
            }
            None => None,
        };
        let Some(level) = level else { return };
        finding.level = level;
        match silenced {
            Some(reason) => outcome.silence(finding, Silencer::Comment(reason)),
            None => outcome.findings.push(finding),
        }
    };
    for finding in found {
        keep(finding, &mut silence, outcome);
    }
    let whole = |file: FileId| read.get(file.0 as usize).is_none_or(|file| !file.partial);
    let counts = |file: FileId, id: &str| {
        // That one silences what is said of it here; whether it did cannot be asked before.
        let id = rules::id_of(id);
        id != UNUSED_SUPPRESSION.id && !own::is_unknown(id) && whole(file) && level(id, Level::Error, file).is_some()
    };
    let unused: Vec<Finding> = silence
        .unused(counts)
        .iter()
        .filter_map(|unused| Some(own::unused(outcome.source(unused.file)?, unused)))
        .collect();
    for finding in unused {
        keep(finding, &mut silence, outcome);
    }
}
