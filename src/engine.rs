//! Run, merge, sort: the whole way from bytes to findings. Knows no disk beyond [`Files`], no terminal, no format.

mod link;
mod merge;
mod parallel;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::eval;
use crate::facts::{self, Facts};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::program::Program;
use crate::project::Project;
use crate::read;
use crate::rule::{Check, Report, Rule};
use crate::rules::RULES;
use crate::source::{FileId, Source};

use link::Linker;
use merge::Merger;
pub use words::relevant;

/// One file for a run.
#[derive(Debug)]
pub struct Input {
    /// The name it is reported by.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether its faults are reported; otherwise it is only evidence.
    pub reported: bool,
    /// Index of its project.
    pub project: u32,
    /// Where it lies; opaque, for [`Files::read`].
    pub disk: PathBuf,
}

/// Which rules run.
#[derive(Debug, Default)]
pub struct Settings {
    /// If not empty, only these.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// The process ends after this run: what the run built is left to the system. Freeing its many small pieces one by
    /// one is a twentieth of a run.
    pub last: bool,
}

impl Settings {
    fn wants(&self, rule: &str) -> bool {
        let listed = |list: &[String]| list.iter().any(|id| id == rule);
        (self.select.is_empty() || listed(&self.select)) && !listed(&self.ignore)
    }
}

/// Reads files on demand: sourced files, child scripts.
pub trait Files: Sync {
    /// The bytes, if there is such a file and it may be read.
    fn read(&self, path: &Path) -> Option<Vec<u8>>;

    /// The files of a directory.
    fn list(&self, directory: &Path) -> Vec<PathBuf>;
}

/// Whether a file of this name may be of a kind that is read.
pub fn readable(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or(&path);
    // Without an extension a shebang decides.
    !name.contains('.') || read::reader(&path, "").is_some()
}

/// A file that takes part in a run.
struct File {
    program: Arc<Program>,
    reported: bool,
    project: u32,
}

/// Finds the faults.
pub fn check(inputs: Vec<Input>, files: &dyn Files, settings: &Settings) -> Outcome {
    let mut outcome = Outcome { files: inputs.len(), ..Outcome::default() };
    let mut read: Vec<File> = Vec::new();
    let mut linker = Linker::default();
    let parsed = parallel::map(&inputs, |index, input| parse(&input.path, &input.bytes, FileId(index as u32)));
    for (input, parsed) in inputs.into_iter().zip(parsed) {
        let (source, program) = parsed.unwrap_or_else(|| nothing(&input.path, FileId(read.len() as u32)));
        outcome.relevant += usize::from(input.reported);
        linker.add(input.disk, &program);
        read.push(File { program, reported: input.reported, project: input.project });
        outcome.sources.push(source);
    }
    linker.follow(files, &mut outcome.sources);

    let programs: Vec<Arc<Program>> = read.iter().map(|file| file.program.clone()).collect();
    let roots = linker.roots(&programs);
    let facts = parallel::map(&roots, |_, root| {
        let mut facts = Facts::default();
        let runs = eval::run(root, &linker, facts::concerns);
        runs.commands.iter().for_each(|run| facts.add(run));
        runs.declared.iter().for_each(|declared| facts.declare(declared));
        facts
    });
    let mut projects: std::collections::BTreeMap<u32, Project> = std::collections::BTreeMap::new();
    for (root, facts) in roots.iter().zip(facts) {
        // A file that was read because another one names it belongs to that one's project.
        let project = root.iter().find_map(|program| read.get(program.file.0 as usize)).map_or(0, |file| file.project);
        projects.entry(project).or_default().facts.append(facts);
    }
    let reported = |file: FileId| read.get(file.0 as usize).is_some_and(|file| file.reported);
    for project in projects.values() {
        let mut merger = Merger::new(&outcome.sources);
        for rule in RULES {
            judge(rule, project, &mut merger);
        }
        let wanted = |finding: &Finding| settings.wants(finding.rule) && reported(finding.primary.file);
        outcome.findings.extend(merger.finish().into_iter().filter(wanted));
    }
    merge::sort(&mut outcome);
    if settings.last {
        std::mem::forget((read, linker, projects));
    }
    outcome
}

/// Text → program; `None` when the bytes are no text or no reader wants them.
fn parse(path: &str, bytes: &[u8], id: FileId) -> Option<(Source, Arc<Program>)> {
    let source = Source::new(path, bytes).ok()?;
    let start: String = source.text().chars().take(200).collect();
    let program = (read::reader(path, &start)?.read)(&source, id);
    Some((source, Arc::new(program)))
}

fn nothing(path: &str, file: FileId) -> (Source, Arc<Program>) {
    let program = Program { file, ..Program::default() };
    (Source::empty(path), Arc::new(program))
}

/// Asks one rule all that it asks.
fn judge(rule: &'static Rule, project: &Project, merger: &mut Merger) {
    let facts = &project.facts;
    for check in rule.checks {
        match check {
            Check::Call(ask) => {
                ask_all(rule, &facts.calls, |fact| &fact.at, |fact, report| ask(fact, project, report), merger);
            }
            Check::Grant(ask) => {
                ask_all(rule, &facts.grants, |fact| &fact.at, |fact, report| ask(fact, project, report), merger);
            }
            Check::Header(ask) => {
                ask_all(rule, &facts.headers, |fact| &fact.at, |fact, report| ask(fact, project, report), merger);
            }
            Check::Stored(ask) => {
                ask_all(rule, &facts.stored, |fact| &fact.at, |fact, report| ask(fact, project, report), merger);
            }
            Check::Account(ask) => {
                ask_all(rule, &facts.accounts, |fact| &fact.at, |fact, report| ask(fact, project, report), merger);
            }
            Check::Gcloud(ask) => {
                ask_all(rule, &facts.commands, |fact| &fact.at, |fact, report| ask(fact, project, report), merger);
            }
        }
    }
}

fn ask_all<F>(
    rule: &'static Rule,
    facts: &[F],
    at: impl Fn(&F) -> &eval::Statement,
    ask: impl Fn(&F, &mut Report),
    merger: &mut Merger,
) {
    for fact in facts {
        let mut report = Report::default();
        ask(fact, &mut report);
        merger.add(rule, at(fact), report.into_drafts());
    }
}
