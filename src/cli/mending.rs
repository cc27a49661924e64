//! `--fix`, `--add-ignores` and `--diff`: what the engine of changes makes of the files, written to the disk or shown.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Check;
use super::gather::Gathered;
use super::{Status, fault, note};
use crate::engine::{self, Input, Settings};
use crate::files;
use crate::finding::{Finding, Safety};
use crate::mend::{self, Bench, Change, Mended};
use crate::outcome::Outcome;
use crate::report::diff::{self, State};
use crate::report::{Options, clean};
use crate::rule::Group;
use crate::rules;
use crate::source::{LARGEST, Source};
use crate::suppression;

/// Dropped fixes that are told one by one.
const MOST_DROPPED: usize = 10;

/// What is done with the changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// They are written.
    Write,
    /// They are shown.
    Show,
}

impl Mode {
    /// What the arguments ask for, if they ask for changes at all.
    pub(super) fn of(args: &Check) -> Option<Self> {
        match (args.diff, args.fix || args.add_ignores) {
            (true, _) => Some(Self::Show),
            (false, true) => Some(Self::Write),
            (false, false) => None,
        }
    }
}

/// What is to be done about findings.
pub(super) enum Work {
    /// They are fixed, as far as this goes.
    Fix(Safety),
    /// They are silenced, for this reason.
    Silence(String),
}

/// What is to be done, and about which findings.
pub(super) struct Wanted<'w> {
    pub work: Work,
    pub is_shown: &'w dyn Fn(&Outcome, &Finding) -> bool,
    /// Takes out those that a baseline has.
    pub absorb: &'w dyn Fn(&mut Outcome),
    /// Whether it is standard input that is changed, and nothing on disk.
    pub is_filter: bool,
}

/// Makes the changes in memory.
pub(super) fn mended(gathered: &mut Gathered, settings: Settings, wanted: &Wanted<'_>) -> Mended {
    let disk = std::mem::take(&mut gathered.disk);
    let check = |inputs: Vec<Input>, settings: &Settings| {
        let mut outcome = engine::check(inputs, &disk, settings);
        disk.progress.clear();
        (wanted.absorb)(&mut outcome);
        outcome
    };
    let foreign = std::mem::take(&mut gathered.foreign);
    let may_change = |path: &Path| !foreign.iter().any(|foreign| path.starts_with(foreign));
    let configs = settings.configs.iter().filter_map(|(project, config)| {
        let bytes = files::read(config.path(), LARGEST).ok()?;
        // Its places are those of the text that was read before.
        let is_same = Source::new("", &bytes).is_ok_and(|source| source.text() == config.source.text());
        (is_same && !wanted.is_filter).then_some((*project, bytes))
    });
    let mut places: BTreeMap<String, PathBuf> =
        gathered.inputs.iter().map(|input| (input.path.clone(), input.disk.clone())).collect();
    let configured =
        settings.configs.values().map(|config| (config.source.path().to_owned(), config.path().to_owned()));
    places.extend(configured);
    let bench = Bench {
        inputs: std::mem::take(&mut gathered.inputs),
        configs: configs.collect(),
        settings,
        check: &check,
        may_change: &may_change,
    };
    let first = check(bench.inputs.clone(), &bench.settings);
    bench.mend(first, &|outcome, tried| match &wanted.work {
        Work::Fix(safety) => mend::fixes(outcome, *safety, |finding| {
            (wanted.is_shown)(outcome, finding) && tried.count(finding, outcome) == 0
        }),
        Work::Silence(reason) => {
            let is_wanted = |finding: &Finding| (wanted.is_shown)(outcome, finding);
            mend::ignores(outcome, tried, reason, &is_wanted, &|path| places.get(path).cloned())
        }
    })
}

/// Writes the changes, or shows them; says what was changed and what was not.
pub(super) fn conclude(
    mended: &Mended,
    wanted: &Wanted<'_>,
    mode: Mode,
    options: &Options,
    is_quiet: bool,
    stdin: Option<&Stdin>,
) -> Status {
    let mut worst = Status::Clean;
    let mut done: Vec<&Change> = Vec::new();
    for change in &mended.changes {
        let is_stdin = stdin.is_some_and(|stdin| stdin.path == change.path);
        let written = match mode {
            Mode::Show => super::print(Status::Clean, |out| show(change, &mended.outcome, options, out)),
            Mode::Write if is_stdin => Status::Clean,
            Mode::Write => match files::replace(&change.disk, &change.before, &change.after) {
                Ok(()) => Status::Clean,
                Err(why) => fault(format_args!("not written: {}: {why}", clean(&change.path))),
            },
        };
        worst = worst.max(written);
        if written == Status::Clean {
            done.push(change);
        }
    }
    if let (Some(stdin), Mode::Write) = (stdin, mode) {
        let after = mended.changes.iter().find(|change| change.path == stdin.path).map(|change| &change.after);
        worst = worst.max(super::print(Status::Clean, |out| out.write_all(after.unwrap_or(&stdin.bytes))));
    }
    if !is_quiet {
        say(&done, mended, &wanted.work, mode);
        if let Work::Silence(reason) = &wanted.work {
            say_left(mended, wanted.is_shown, reason);
        }
    }
    worst
}

/// Says of findings for which there is no room anywhere that they are not silenced.
fn say_left(mended: &Mended, is_shown: &dyn Fn(&Outcome, &Finding) -> bool, reason: &str) {
    let outcome = &mended.outcome;
    let told: BTreeSet<(&str, &str, u32)> =
        mended.dropped.iter().map(|dropped| (dropped.rule, dropped.at.0.as_str(), dropped.at.1)).collect();
    let is_own = |finding: &Finding| rules::find(finding.rule).is_some_and(|rule| rule.group == Group::Own);
    let wanted = outcome.findings.iter().filter(|finding| is_shown(outcome, finding) && !is_own(finding));
    let places = wanted.filter_map(|finding| {
        let source = outcome.source(finding.primary.file)?;
        Some((finding.rule, source.path(), source.line(finding.primary.span.start)))
    });
    let left: Vec<_> = places.filter(|place| !told.contains(place)).collect();
    let why = if suppression::says_until(reason) {
        "this file takes no comment, and `until=` is for comments alone: silence it in authlint.toml, without a day"
    } else {
        "this file takes no comment, and there is no authlint.toml to turn the rule off in: make one with `authlint init`"
    };
    for (rule, path, line) in left.iter().take(MOST_DROPPED) {
        note(format_args!("not silenced {}:{line}: {rule}: {why}", clean(path)));
    }
    let untold = left.len().saturating_sub(MOST_DROPPED);
    if untold > 0 {
        note(format_args!("not silenced: {untold} more, for such reasons"));
    }
}

/// Standard input as it came.
#[derive(Debug)]
pub(super) struct Stdin {
    /// The name that it is reported by.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

fn show(change: &Change, outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (Ok(before), Ok(after)) =
        (Source::new(change.path.as_str(), &change.before), Source::new(change.path.as_str(), &change.after))
    else {
        return Ok(());
    };
    // Where secrets stand is known of the text as it would be; a line that stays is the same in both.
    let file = outcome.sources.iter().position(|source| source.path() == change.path);
    let secrets = file.and_then(|file| outcome.secrets.iter().find(|(id, _)| id.0 as usize == file));
    let secrets: Vec<_> = secrets.map(|(_, spans)| spans.clone()).unwrap_or_default();
    let texts: Vec<&str> =
        secrets.iter().map(|span| after.slice(*span)).filter(|text| !text.trim().is_empty()).collect();
    let old = places(&before, &texts);
    diff::write(
        State { source: &before, secrets: &old },
        State { source: &after, secrets: &secrets },
        options.color,
        out,
    )
}

/// Where texts stand in a source.
fn places(source: &Source, texts: &[&str]) -> Vec<crate::source::Span> {
    let of = |text: &&str| {
        let length = text.len() as u32;
        let found = source.text().match_indices(*text).map(move |(at, _)| at as u32);
        found.map(move |at| crate::source::Span::new(at, at + length)).collect::<Vec<_>>()
    };
    texts.iter().flat_map(of).collect()
}

fn say(done: &[&Change], mended: &Mended, work: &Work, mode: Mode) {
    let (verb, would, infinitive) = match (work, mode) {
        (Work::Fix(_), Mode::Write) => ("fixed", "Fixed", "fix"),
        (Work::Fix(_), Mode::Show) => ("would fix", "Would fix", "fix"),
        (Work::Silence(_), Mode::Write) => ("silenced", "Silenced", "silence"),
        (Work::Silence(_), Mode::Show) => ("would silence", "Would silence", "silence"),
    };
    let not = if matches!(work, Work::Fix(_)) { "not fixed" } else { "not silenced" };
    let mut total: BTreeMap<&str, usize> = BTreeMap::new();
    for change in done {
        let counts: Vec<String> = change.gone.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
        change.gone.iter().for_each(|(rule, count)| *total.entry(rule).or_default() += count);
        let counts = if counts.is_empty() { "for another file".to_owned() } else { counts.join(", ") };
        note(format_args!("{verb} {}: {counts}", clean(&change.path)));
    }
    for dropped in mended.dropped.iter().take(MOST_DROPPED) {
        let (path, line) = &dropped.at;
        note(format_args!("{not} {}:{line}: {}: {}", clean(path), dropped.rule, dropped.why));
    }
    let untold = mended.dropped.len().saturating_sub(MOST_DROPPED);
    if untold > 0 {
        note(format_args!("{not}: {untold} more, for such reasons"));
    }
    let count: usize = total.values().sum();
    let (faults, files) =
        (if count == 1 { "finding" } else { "findings" }, if done.len() == 1 { "file" } else { "files" });
    match (count, mode) {
        (0, Mode::Show) => note(format_args!("Nothing to {infinitive}.")),
        (0, Mode::Write) => {}
        _ => note(format_args!("{would} {count} {faults} in {} {files}.", done.len())),
    }
}
