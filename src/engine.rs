//! Run, merge, sort: the whole way from bytes to findings. Knows no disk beyond [`Files`], no terminal, no format.

mod answers;
mod bounds;
mod conclude;
mod declared;
mod edits;
mod extent;
mod follow;
mod later;
mod levels;
mod link;
mod memory;
mod merge;
mod outline;
mod own;
mod parallel;
mod secrets;
mod shown;
mod silence;
mod values;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Config, On, Require};
use crate::eval::{self, Link};
use crate::facts::{self, Facts};
use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::program::Program;
use crate::project::Project;
use crate::read::{self, Reader};
use crate::rule::{Check, Rule};
use crate::rules::RULES;
use crate::source::{FileId, Source, Unreadable};
pub use crate::suppression::Date;
use crate::value::Place;

use answers::{Answers, within};
pub use bounds::bound;
use link::Linker;
pub use memory::{Memory, Work};
use memory::{Part, key};
use merge::{Merger, Said};
pub use outline::{doings, is_sound, regions, understood};
pub use words::relevant;

/// One file for a run.
#[derive(Debug, Clone)]
pub struct Input {
    /// The name it is reported by.
    pub path: String,
    /// What is there to read.
    pub content: Content,
    /// Whether its faults are reported; otherwise it is only evidence.
    pub reported: bool,
    /// Index of its project.
    pub project: u32,
    /// Where it lies; opaque, for [`Files::read`] and the paths of the project's configuration.
    pub disk: PathBuf,
    /// Whether the rest of its project is not here, so that a suppression that silences nothing now may do so in a
    /// whole run.
    pub partial: bool,
}

/// What there is of a file.
#[derive(Debug, Clone)]
pub enum Content {
    /// Its bytes, which runs that follow each other share.
    Bytes(Arc<Vec<u8>>),
    /// Nothing, for this reason: a finding says so.
    Skipped(String),
    /// Nothing, for the system refuses it, with these words: a finding says so.
    Unreadable(String),
}

/// Which rules run, and how.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// If not empty, only these.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// The configuration of each project that has one, by the project's index.
    pub configs: BTreeMap<u32, Arc<Config>>,
    /// Files that hold the policy of something, as evidence.
    pub policies: Vec<(On, PathBuf)>,
    /// Whether rules on trial report.
    pub preview: bool,
    /// The day of the run, for suppressions that hold for a time; without one, they all hold.
    pub today: Option<Date>,
    /// Whether what cannot be decided is told, as advice.
    pub show_unknown: bool,
    /// The process ends after this run: what the run built is left to the system. Freeing its many small pieces one by
    /// one is a twentieth of a run.
    pub last: bool,
}

/// What a run goes through, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Files are read into programs.
    Reading,
    /// Programs are run.
    Running,
    /// Rules are asked.
    Judging,
}

/// The world outside: reads files on demand, such as sourced files and child scripts, and is told how far a run is.
pub trait Files: Sync {
    /// The bytes, if there is such a file and it may be read.
    fn read(&self, path: &Path) -> Option<Vec<u8>>;

    /// What lies in a directory, files and directories; nothing where it may not be read.
    fn list(&self, directory: &Path) -> Vec<PathBuf>;

    /// One more of this stage is done, of so many. Called by several threads at once.
    fn passed(&self, _stage: Stage, _all: usize) {}
}

/// Whether a file of this name may be of a kind that is read.
pub fn readable(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let name = path.rsplit('/').next().unwrap_or(&path);
    // Without an extension a shebang decides.
    !name.contains('.') || read::reader(&path, "").is_some() || read::lacks(&path).is_some()
}

/// A file that takes part in a run.
struct File {
    program: Arc<Program>,
    reported: bool,
    partial: bool,
    project: u32,
}

/// Why a file has no program.
enum NotRead {
    /// It is of a kind that nobody reads.
    OtherKind,
    /// It would be read but for this.
    Skipped(String),
    /// This build is without the feature that reads it.
    Lacks(&'static str),
    /// The system refuses it.
    Refused(String),
    /// Reading it ended in a panic.
    Failed,
}

/// Files of a run from which on rules are asked on all processors.
const MANY: usize = 64;

/// What the files of a run say, joined by project, before any rule has spoken.
#[derive(Debug)]
pub struct Joined {
    /// The projects, by their index.
    pub projects: BTreeMap<u32, Project>,
    /// All files that were read, and the configurations, by their number.
    pub sources: Vec<Source>,
}

/// A run up to the rules.
struct Run {
    read: Vec<File>,
    linker: Linker,
    found: Vec<Finding>,
    projects: BTreeMap<u32, Project>,
    /// How much each root said, in the order in which its project holds it.
    parts: Vec<Part>,
    /// What is known of the facts of each project, root by root.
    answers: BTreeMap<u32, Vec<Arc<Alone>>>,
    configs: BTreeMap<u32, FileId>,
    outcome: Outcome,
}

/// What the programs of a root say.
struct Heard {
    facts: Facts,
    /// What is known once they are, whatever else the project holds.
    alone: Arc<Alone>,
}

/// What is known of facts alone.
#[derive(Debug)]
struct Alone {
    /// Where secrets stand that are to be shown to nobody.
    secrets: Vec<Place>,
    /// What rules say that look at each fact alone.
    answers: Answers,
}

impl Alone {
    fn of(facts: &Facts) -> Arc<Self> {
        Arc::new(Self { secrets: secrets::secrets(facts), answers: Answers::alone(facts) })
    }
}

/// Joins what the files say, and asks no rule.
pub fn join(inputs: Vec<Input>, files: &dyn Files, settings: &Settings) -> Joined {
    let run = run(inputs, files, settings, None);
    Joined { projects: run.projects, sources: run.outcome.sources }
}

/// Finds the faults.
pub fn check(inputs: Vec<Input>, files: &dyn Files, settings: &Settings) -> Outcome {
    let (outcome, rest) = conclude(run(inputs, files, settings, None), files, settings);
    if settings.last {
        std::mem::forget(rest);
    }
    outcome
}

/// Finds the faults of files that were looked at before, as [`check`] does; the memory holds what the files say, joined. What
/// comes first among the inputs should come first again, for a file is known by its place among them.
pub fn check_again(inputs: Vec<Input>, files: &dyn Files, settings: &Settings, memory: &mut Memory) -> Outcome {
    let mut run = run(inputs, files, settings, Some(memory));
    let parts = std::mem::take(&mut run.parts);
    let (outcome, (.., projects)) = conclude(run, files, settings);
    memory.keep_projects(projects, parts);
    outcome
}

/// What an outcome was made of.
type Rest = (Vec<File>, Linker, BTreeMap<u32, Project>);

/// Asks the rules, and decides what is reported of what they say; the rest is what it was made of.
fn conclude(run: Run, files: &dyn Files, settings: &Settings) -> (Outcome, Rest) {
    let Run { read, linker, mut found, projects, answers, configs, mut outcome, .. } = run;
    for (index, project) in &projects {
        let mut merger = Merger::new(&outcome.sources);
        for alone in answers.get(index).into_iter().flatten() {
            alone.answers.iter().for_each(|(rule, said)| merger.add(rule, said));
        }
        // Rules know nothing of each other.
        let ask = |rule: &'static Rule| {
            let said = within(rule, project);
            files.passed(Stage::Judging, RULES.len() * projects.len());
            said
        };
        if outcome.sources.len() < MANY {
            for rule in RULES {
                merger.add(rule, &ask(rule));
            }
        } else {
            // What permissions are needed takes longest to find out: nobody shall wait for it.
            let mut order: Vec<Option<&'static Rule>> = RULES.iter().copied().map(Some).collect();
            order.sort_by_key(|rule| {
                rule.is_some_and(|rule| rule.checks.iter().any(|ask| matches!(ask, Check::Need(_))))
            });
            order.insert(0, None);
            let said = parallel::map(&order, |_, rule| {
                let Some(rule) = rule else {
                    project.needs();
                    return None;
                };
                Some((rule.id, ask(rule)))
            });
            let mut said: BTreeMap<&str, Said> = said.into_iter().flatten().collect();
            for rule in RULES {
                merger.add(rule, &said.remove(rule.id).unwrap_or_default());
            }
        }
        found.append(&mut merger.finish());
    }
    conclude::conclude(&read, &linker, settings, &configs, found, &mut outcome);
    outcome.configs = configs.into_iter().map(|(project, file)| (file, project)).collect();
    merge::sort(&mut outcome);
    (outcome, (read, linker, projects))
}

fn run(inputs: Vec<Input>, files: &dyn Files, settings: &Settings, mut memory: Option<&mut Memory>) -> Run {
    let mut outcome = Outcome { files: inputs.len(), ..Outcome::default() };
    let mut read: Vec<File> = Vec::new();
    let mut linker = Linker::default();
    let mut found: Vec<Finding> = Vec::new();
    let parsed = match &mut memory {
        Some(memory) => memory.open(&inputs),
        None => parallel::map(&inputs, |index, input| {
            let opened = open(input, FileId(index as u32));
            files.passed(Stage::Reading, inputs.len());
            Some(opened)
        }),
    };
    for (input, parsed) in inputs.into_iter().zip(parsed) {
        let file = FileId(read.len() as u32);
        outcome.relevant += usize::from(input.reported && matches!(input.content, Content::Bytes(_)));
        let (source, program) = match parsed.unwrap_or(Err(NotRead::Failed)) {
            Ok(read) => read,
            Err(why) => {
                let (source, program) = nothing(&input.path, file);
                if let NotRead::Lacks(feature) = why {
                    *outcome.lacking.entry(feature).or_default() += 1;
                }
                if !matches!(why, NotRead::OtherKind) {
                    found.push(own::unread(file, &source, why));
                }
                (source, program)
            }
        };
        linker.add(input.disk, &program);
        read.push(File { program, reported: input.reported, partial: input.partial, project: input.project });
        outcome.sources.push(source);
    }
    let unread = follow::follow(&mut linker, files, &mut outcome.sources, memory.as_deref_mut());
    // Of what was left for later, the files that others name are read by now.
    for (file, program) in read.iter_mut().zip(linker.programs()) {
        file.program = program.clone();
    }
    for (id, why) in unread {
        if let (Some(file), Some(source)) = (read.get_mut(id.0 as usize), outcome.sources.get(id.0 as usize)) {
            file.partial = true;
            found.push(own::unread(id, source, why));
        }
    }

    let programs: Vec<Arc<Program>> = read.iter().map(|file| file.program.clone()).collect();
    let roots = linker.roots(&programs, memory.as_deref_mut());
    let heard = match &mut memory {
        Some(memory) => memory.run(&roots, &linker, hear),
        None => parallel::map(&roots, |_, root| {
            let heard = hear(root, &linker);
            files.passed(Stage::Running, roots.len());
            Some(heard)
        }),
    };
    let (mut projects, mut parts) = (BTreeMap::<u32, Project>::new(), Vec::new());
    let mut answers: BTreeMap<u32, Vec<Arc<Alone>>> = BTreeMap::new();
    for (root, heard) in roots.iter().zip(heard) {
        let Some(Heard { facts, alone }) = heard else {
            found.extend(failed(root, &mut read, &outcome.sources));
            continue;
        };
        for place in &alone.secrets {
            outcome.secrets.entry(place.file).or_default().push(place.span);
        }
        // A file that was read because another one names it belongs to that one's project.
        let project = root.iter().find_map(|program| read.get(program.file.0 as usize)).map_or(0, |file| file.project);
        answers.entry(project).or_default().push(alone);
        parts.push(Part { project, root: key(root), extent: facts.extent() });
        projects.entry(project).or_default().facts.append(facts);
    }
    // A configuration is a file, too: what it declares has its places there.
    let files = outcome.sources.len();
    let mut configs: BTreeMap<u32, FileId> = BTreeMap::new();
    for (index, config) in &settings.configs {
        let file = FileId(outcome.sources.len() as u32);
        outcome.sources.push(config.source.clone());
        configs.insert(*index, file);
        let mut declared = Facts::default();
        declared.grants = declared::grants(config, file);
        if !declared.grants.is_empty() {
            answers.entry(*index).or_default().push(Alone::of(&declared));
            projects.entry(*index).or_default().facts.append(declared);
        }
    }
    let paths: Arc<[String]> = outcome.sources.iter().map(|source| source.path().to_owned()).collect();
    for (index, project) in &mut projects {
        project.paths = paths.clone();
        project.policies =
            declared::policies(settings, settings.configs.get(index).map(|config| &**config), &linker, files);
        let requires = settings.configs.get(index).map_or(&[][..], |config| config.requires());
        let own: Vec<(&File, &Source)> =
            read.iter().zip(&outcome.sources).filter(|(file, _)| file.project == *index).collect();
        show(project, &own, requires, memory.as_deref_mut());
    }
    Run { read, linker, found, projects, parts, answers, configs, outcome }
}

/// What the texts of a project's files show beside what their programs say.
fn show(project: &mut Project, own: &[(&File, &Source)], requires: &[Require], mut memory: Option<&mut Memory>) {
    for (file, source) in own {
        let speak = || shown::spoken(source, file.program.file);
        match &mut memory {
            Some(memory) => project.shown.join(&memory.shown.of(&file.program, speak)),
            None => project.shown.join(&speak()),
        }
    }
    if !project.facts.environment.is_empty() {
        project.required = shown::required(requires);
        for (file, source) in own {
            shown::add(&mut project.shown, source, &file.program, &project.required);
        }
    }
}

/// What the programs of a root say.
fn hear(root: &[Arc<Program>], link: &dyn Link) -> Heard {
    let mut facts = Facts::default();
    let runs = eval::run(root, link, facts::ASKED);
    runs.commands.iter().for_each(|run| facts.add(run));
    runs.declared.iter().for_each(|declared| facts.declare(declared));
    facts.shrink();
    Heard { alone: Alone::of(&facts), facts }
}

/// What is said of the files of a root whose running ended in a panic.
fn failed(root: &[Arc<Program>], read: &mut [File], sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for program in root {
        let index = program.file.0 as usize;
        if let (Some(file), Some(source)) = (read.get_mut(index), sources.get(index)) {
            file.partial = true;
            found.push(own::failed(program.file, source));
        }
    }
    found
}

/// Reads what there is of a file; one that says nothing by itself is read later.
fn open(input: &Input, id: FileId) -> Result<(Source, Arc<Program>), NotRead> {
    match &input.content {
        Content::Bytes(bytes) => {
            let (source, reader) = text(&input.path, bytes)?;
            if !words::speaks(reader, source.text().as_bytes()) {
                return Ok((source, Arc::new(Program { file: id, later: true, ..Program::default() })));
            }
            let program = program(&source, reader, id)?;
            Ok((source, program))
        }
        Content::Skipped(why) => Err(NotRead::Skipped(why.clone())),
        Content::Unreadable(why) => Err(NotRead::Refused(why.clone())),
    }
}

/// Text → program.
fn parse(path: &str, bytes: &[u8], id: FileId) -> Result<(Source, Arc<Program>), NotRead> {
    let (source, reader) = text(path, bytes)?;
    let program = program(&source, reader, id)?;
    Ok((source, program))
}

/// The text of a file, and who reads it.
fn text(path: &str, bytes: &[u8]) -> Result<(Source, &'static Reader), NotRead> {
    if let Some(feature) = read::lacks(path) {
        return Err(NotRead::Lacks(feature));
    }
    let source = match Source::new(path, bytes) {
        Ok(source) => source,
        Err(_) if read::reader(path, "").is_none() => return Err(NotRead::OtherKind),
        Err(Unreadable::Binary) => return Err(NotRead::Skipped("it holds NUL bytes, and is no text".to_owned())),
        Err(Unreadable::TooLarge) => return Err(NotRead::Skipped("it is too large".to_owned())),
    };
    let reader = read::reader_of(&source).ok_or(NotRead::OtherKind)?;
    Ok((source, reader))
}

fn program(source: &Source, reader: &Reader, id: FileId) -> Result<Arc<Program>, NotRead> {
    let program = (reader.read)(source, id);
    match program.unread {
        Some(why) => Err(NotRead::Skipped(why.to_owned())),
        None => Ok(Arc::new(program)),
    }
}

fn nothing(path: &str, file: FileId) -> (Source, Arc<Program>) {
    let program = Program { file, ..Program::default() };
    (Source::empty(path), Arc::new(program))
}
