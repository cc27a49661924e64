//! The command line: arguments in, findings to standard output, notes and the summary to standard error, an exit
//! status. Knows files, the engine and the formats; no language and no single rule.

mod args;
mod calls;
mod choice;
mod errors;
mod gather;
mod holding;
mod init;
mod pages;
mod schema;
mod summary;

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::engine::{self, Settings};
use crate::report;
use crate::rules::own::UNDECIDED_ACCESS;
use args::{Args, Check, Color, Command, Show};

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

/// Runs the program.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let status = match args.command {
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
        None => check(args.check),
    };
    ExitCode::from(status as u8)
}

fn check(args: Check) -> Status {
    if let Err(unknown) = args.select.iter().chain(&args.ignore).try_for_each(|id| pages::find(id).map(drop)) {
        return fault(unknown);
    }
    if args.paths.iter().any(|path| path.as_os_str() == "-") != args.stdin_filename.is_some() {
        return fault("`-` and `--stdin-filename NAME` go together: the name says what kind of file it is");
    }
    let mut gathered = gather::gather(&args.paths, args.stdin_filename.as_deref());
    let policies = gathered.policies(&args.iam_policy);
    let mut worst = gathered.faults.iter().map(fault).max().unwrap_or(Status::Clean);
    gathered.print_notes();

    let show_unknown = args.show == Some(Show::Unknown);
    let settings = Settings {
        select: args.select,
        ignore: args.ignore,
        configs: gathered.configs,
        policies,
        preview: args.chosen.preview,
        show_unknown,
        last: true,
    };
    let mut outcome = engine::check(gathered.inputs, &gathered.disk, &settings);
    outcome.files = gathered.looked_at;

    // What was asked for is shown without all other advice.
    args.chosen.hide(&mut outcome, &settings.configs, |finding| show_unknown && finding.rule == UNDECIDED_ACCESS.id);
    // What is left is all shown.
    let options = options(args.color, true);
    let status = if args.chosen.fails(&outcome, &settings.configs) { Status::Found } else { Status::Clean };
    worst = worst.max(print(status, |out| (args.format.write)(&outcome, &options, out)));
    for (feature, count) in &outcome.lacking {
        let files = if *count == 1 { "file" } else { "files" };
        note(format_args!("authlint: skipped {count} {files}: this build is without the feature `{feature}`"));
    }
    if !args.quiet {
        note(summary::line(&outcome, &options));
    }
    worst
}

/// Writes to standard output; `status` unless that fails. A reader that goes away early is no fault.
fn print(status: Status, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Status {
    let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer must not be written again when it is dropped.
    let _ = out.into_parts();
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fault(format_args!("cannot write: {error}")),
        _ => status,
    }
}

/// One line on standard error.
fn note(line: impl Display) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn fault(what: impl Display) -> Status {
    note(format_args!("authlint: {what}"));
    Status::Fault
}

fn options(color: Color, advice: bool) -> report::Options {
    let env = |name: &str| std::env::var(name).ok();
    let width = env("COLUMNS").and_then(|columns| columns.parse().ok()).map(|columns: usize| columns.clamp(40, 200));
    let default = report::Options::default();
    report::Options {
        color: is_colored(color, io::stdout().is_terminal(), env),
        unicode: env("TERM").as_deref() != Some("dumb"),
        advice,
        width: width.unwrap_or(default.width),
        ..default
    }
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
