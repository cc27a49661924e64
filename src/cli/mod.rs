//! The command line: arguments in, findings to standard output, notes and the summary to standard error, an exit
//! status. Knows files, the engine and the formats; no language and no single rule.

mod args;
mod calls;
mod choice;
mod errors;
mod gather;
mod holding;
mod init;
mod known;
mod mending;
mod output;
mod pages;
mod panics;
mod progress;
mod schema;
mod statistics;
mod summary;
mod terminal;

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;

use crate::engine::{self, Date, Settings};
use crate::finding::{Finding, Safety};
use crate::outcome::Outcome;
use crate::report;
use crate::rules::{self, own::UNDECIDED_ACCESS};
use crate::source::Source;
use args::{Args, Check, Color, Command, Show};
use gather::Gathered;
use known::Known;
use mending::{Mode, Wanted, Work};
use progress::Progress;

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Something.
    Found = 1,
    /// The run could not do what it was asked.
    Fault = 2,
}

/// Runs the program. `serve` is another front, which this one knows nothing of but its name.
pub fn main(serve: fn() -> ExitCode) -> ExitCode {
    panics::tell();
    let args = Args::parse();
    let status = match args.command {
        Some(Command::Lsp) => return serve(),
        Some(Command::Completions { shell }) => print(Status::Clean, |out| args::completions(shell, out)),
        Some(Command::Man) => print(Status::Clean, args::manual),
        Some(Command::Rules { format }) => print(Status::Clean, format.write),
        Some(Command::Explain { id: Some(id), .. }) => match pages::find(&id) {
            Ok(rule) => print(Status::Clean, |out| pages::explain(rule, out)),
            Err(unknown) => fault(unknown),
        },
        Some(Command::Explain { id: None, error, within }) => errors::explain(error.as_deref().unwrap_or("-"), &within),
        Some(Command::Init { path }) => init::init(&path),
        Some(Command::Config { path, chosen, format }) => holding::show(&path, &chosen, format),
        Some(Command::Schema) => print(Status::Clean, schema::write),
        Some(Command::Graph { evidence, format }) => calls::graph(&evidence, format),
        Some(Command::ExplainCall { caller, target, evidence }) => calls::explain(&caller, &target, &evidence),
        None => check(&args.check),
    };
    ExitCode::from(status as u8)
}

/// Leaves out what is too much of one file, and says so.
fn tell_bounded(outcome: &mut Outcome) {
    for (file, left) in engine::bound(outcome) {
        let path = outcome.source(file).map_or("", Source::path);
        note(format_args!("authlint: {left} more findings of {} are not told", report::clean(path)));
    }
}

fn check(args: &Check) -> Status {
    if let Some(wrong) = wrong_usage(args) {
        return fault(wrong);
    }
    let mut known = match args.baseline.as_ref().map(|file| Known::open(file, &args.paths, args.write_baseline)) {
        Some(Err(status)) => return status,
        Some(Ok(known)) => Some(known),
        None => None,
    };
    let mut gathered = gather_for(args);
    let policies = gathered.policies(&args.iam_policy);
    let mut worst = tell_faults(&gathered, &args.paths);
    gathered.print_notes();
    let outputs = output::outputs(args);
    if let Some(over) = output::claim(&outputs, &mut gathered, args) {
        return fault(over);
    }
    let unread: Vec<String> = gathered.faults.iter().map(ToString::to_string).collect();
    if let Some(known) = &mut known {
        if (args.write_baseline || args.prune) && worst == Status::Fault {
            return fault("the baseline stays as it is, for not everything could be read");
        }
        known.leave(gathered.unread());
    }

    let show_unknown = args.show.contains(&Show::Unknown);
    // What is not to be shown is taken out before.
    let options = report::Options { silenced: args.show.contains(&Show::Suppressed), ..options(args.color, true) };
    let mode = Mode::of(args);
    let settings = Settings {
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        configs: std::mem::take(&mut gathered.configs),
        policies,
        preview: args.chosen.preview,
        today: Some(today()),
        show_unknown,
        last: mode.is_none(),
    };
    // What was asked for is shown without all other advice.
    let is_shown = |outcome: &Outcome, finding: &Finding| {
        args.chosen.shows(outcome, &settings.configs, finding) || (show_unknown && finding.rule == UNDECIDED_ACCESS.id)
    };
    let (looked_at, stdin) = (gathered.looked_at, gathered.stdin.take());
    let absorb = |outcome: &mut Outcome| match &known {
        Some(known) if !args.write_baseline => known.absorb(outcome, &settings),
        _ => Vec::new(),
    };
    let mut gone = Vec::new();
    let mended = mode.map(|mode| {
        let work = match (&args.reason, args.unsafe_fixes) {
            (Some(reason), _) => Work::Silence(reason.clone()),
            (None, true) => Work::Fix(Safety::Unsafe),
            (None, false) => Work::Fix(Safety::Safe),
        };
        let (absorb, is_filter) = (&|outcome: &mut Outcome| drop(absorb(outcome)), stdin.is_some());
        let wanted = Wanted { work, is_shown: &is_shown, absorb, is_filter };
        let mended = mending::mended(&mut gathered, settings.clone(), &wanted);
        let done = mending::conclude(&mended, &wanted, mode, &options, args.quiet, stdin.as_ref());
        worst = worst.max(done);
        if !mended.changes.is_empty() && (mode == Mode::Show || args.exit_non_zero_on_fix) {
            worst = worst.max(Status::Found);
        }
        // Of what was not written the faults are still there.
        (done != Status::Fault || mode == Mode::Show || is_filter).then_some(mended.outcome)
    });
    let mut outcome = if let Some(Some(mended)) = mended {
        mended
    } else {
        if mended.is_some() {
            gathered = gather_for(args);
            gathered.policies(&args.iam_policy);
        }
        let mut outcome = gathered.check(&settings);
        gone = absorb(&mut outcome);
        outcome
    };
    outcome.files = looked_at;
    outcome.faults = unread;
    if let Some(known) = &known {
        if args.write_baseline {
            return worst.max(known.write_all(&outcome, &settings, &is_shown, args.quiet));
        }
        worst = worst.max(known.tell_gone(&gone, args.prune, args.quiet));
    }
    outcome.hide(is_shown);
    if mode == Some(Mode::Show) {
        return worst;
    }
    // Fixed text has standard output for itself.
    let is_counted = args.statistics;
    let status = if args.chosen.fails(&outcome, &settings.configs) { Status::Found } else { Status::Clean };
    tell_bounded(&mut outcome);
    let write = |out: &mut dyn Write| output::write_stdout(&outputs, is_counted, &outcome, &options, out);
    worst = worst.max(match stdin.filter(|_| mode.is_some()) {
        Some(_) => written(status, write(&mut io::stderr().lock())),
        None => print(status, write),
    });
    worst = worst.max(output::write_files(&outputs, &outcome, &options));
    tell_lacking(&outcome);
    if !args.quiet {
        note_prose(summary::line(&outcome, &options));
    }
    worst
}

fn gather_for(args: &Check) -> Gathered {
    let progress = Progress::begin(args.quiet);
    gather::gather(&args.paths, args.stdin_filename.as_deref(), args.force_exclude, progress)
}

/// Says which files this build does not read.
fn tell_lacking(outcome: &Outcome) {
    for (feature, count) in &outcome.lacking {
        let files = if *count == 1 { "file" } else { "files" };
        note(format_args!("authlint: skipped {count} {files}: this build is without the feature `{feature}`"));
    }
}

/// Says what was named and cannot be read.
fn tell_faults(gathered: &Gathered, paths: &[PathBuf]) -> Status {
    let worst = gathered.faults.iter().map(fault).max().unwrap_or(Status::Clean);
    if let Some(command) = paths.iter().find_map(|path| args::command_like(path)) {
        note(format_args!("authlint: did you mean the command `{command}`?"));
    }
    worst
}

/// What of the arguments does not go together.
fn wrong_usage(args: &Check) -> Option<String> {
    if let Err(unknown) = args.select.iter().chain(&args.ignore).try_for_each(|id| pages::find(id).map(drop)) {
        return Some(unknown.to_string());
    }
    let outputs = output::outputs(args);
    if let Some(wrong) = output::wrong(&outputs) {
        return Some(wrong);
    }
    if args.show.contains(&Show::Suppressed) && !outputs.iter().any(|output| output.format.name == "sarif") {
        return Some("`--show suppressed` goes with the format sarif: the others cannot say that they are".to_owned());
    }
    let names_stdin = args.paths.iter().any(|path| path.as_os_str() == "-");
    if names_stdin != args.stdin_filename.is_some() {
        return Some("`-` and `--stdin-filename NAME` go together: the name says what kind of file it is".to_owned());
    }
    if names_stdin && (args.fix || args.add_ignores || args.diff) && args.paths.len() > 1 {
        return Some(
            "with `--fix`, `--diff` and `--add-ignores`, `-` stands alone: its text is what is changed".to_owned(),
        );
    }
    let is_left = |id: &String| !args.ignore.iter().any(|other| rules::id_of(other) == rules::id_of(id));
    if !args.select.is_empty() && !args.select.iter().any(is_left) {
        return Some("`--ignore` leaves nothing of what `--select` names".to_owned());
    }
    if args.reason.as_ref().is_some_and(|reason| !reason.chars().any(char::is_alphanumeric)) {
        return Some("`--reason` says why, so that the next one can decide whether it still holds".to_owned());
    }
    (args.unsafe_fixes && !args.fix && !args.diff).then(|| "`--unsafe-fixes` goes with `--fix` or `--diff`".to_owned())
}

/// The day of the run; another one where somebody wants to have a run again.
fn today() -> Date {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // Nothing written today knows of later times than the year 9999.
    Date::of_seconds(set.unwrap_or_else(now).min(253_402_300_799))
}

/// Writes to standard output; `status` unless that fails. A reader that goes away early is no fault.
fn print(status: Status, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Status {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let done = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer must not be written again when it is dropped.
    let _ = out.into_parts();
    written(status, done)
}

/// `status` unless writing failed.
fn written(status: Status, done: io::Result<()>) -> Status {
    match done {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fault(format_args!("cannot write: {error}")),
        _ => status,
    }
}

/// One line on standard error.
fn note(line: impl Display) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// The same, on several lines where the terminal is narrower.
fn note_prose(line: String) {
    note(match terminal::columns_of_stderr() {
        Some(columns) => terminal::folded(&line, columns),
        None => line,
    });
}

fn fault(what: impl Display) -> Status {
    note(format_args!("authlint: {what}"));
    Status::Fault
}

fn options(color: Color, advice: bool) -> report::Options {
    let env = |name: &str| std::env::var(name).ok();
    let default = report::Options::default();
    let (terminal, width) = (terminal::columns(), prose_width());
    report::Options {
        color: is_colored(color, io::stdout().is_terminal(), env),
        unicode: env("TERM").as_deref() != Some("dumb"),
        advice,
        width: terminal.map_or(width, |columns| columns.min(width)),
        columns: terminal,
        root: output::root(&gather::current_dir()),
        rules: pages::about,
        ..default
    }
}

/// Columns that prose is wrapped at where nothing is narrower.
fn prose_width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.map_or(report::Options::default().width, |columns: usize| columns.clamp(40, 200))
}

/// See <https://no-color.org> and <https://bixense.com/clicolors/>.
fn is_colored(color: Color, is_terminal: bool, env: impl Fn(&str) -> Option<String>) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if env("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if env("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        Color::Auto => is_terminal && env("TERM").as_deref() != Some("dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_the_terminal_and_the_environment() {
        let colored = |color, is_terminal, set: &[(&str, &str)]| {
            is_colored(color, is_terminal, |name| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(colored(Color::Auto, true, &[]) && !colored(Color::Auto, false, &[]));
        assert!(!colored(Color::Auto, true, &[("NO_COLOR", "1")]) && colored(Color::Auto, true, &[("NO_COLOR", "")]));
        assert!(colored(Color::Auto, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!colored(Color::Auto, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!colored(Color::Auto, true, &[("TERM", "dumb")]));
        assert!(colored(Color::Always, false, &[("NO_COLOR", "1")]));
        assert!(!colored(Color::Never, true, &[("CLICOLOR_FORCE", "1")]));
    }
}
