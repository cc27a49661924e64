//! What may be said on the command line. Knows the formats' names.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use super::output::Output;
use super::{holding, pages};
use crate::config::schema::LEVELS;
use crate::config::{KINDS, On};
use crate::finding::Level;
use crate::graph;
use crate::nearest::nearest;
use crate::report::{FORMATS, Format};

/// Finds Google Cloud authentication faults in deploy scripts and runbooks before they are deployed.
///
/// Reads scripts, Terraform, YAML, code, CI, images and runbooks; runs nothing, needs no credentials and no network.
#[derive(Debug, Parser)]
#[command(version, long_version = LONG_VERSION, args_conflicts_with_subcommands = true, max_term_width = 100, after_help = AFTER)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub check: Check,
}

/// With the days on which the tables in `data/` were true; a test holds them against the files.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ngcloud: Cloud SDK 578.0.0, 2026-08-04",
    "\nroles and permissions: 2026-08-22",
    "\nservice agents: 2026-07-21"
);

const AFTER: &str = "Exit status: 0 nothing at or above --fail-on, 1 something, 2 wrong usage or a named path that \
    could not be read.\nA path named like a command is written ./rules.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the rules: id, level, what they find
    Rules {
        /// How the list is written
        #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = rules_parser())]
        format: &'static pages::Format,
    },
    /// Print the page of a rule, or find the rules behind an error text
    ///
    /// With --error, and with a log on standard input: the rules whose pages list such an error, best first, with cause
    /// and fix, and where they fire in this repository. Exit status: 0 a rule or a cause is known, 1 none is.
    Explain {
        /// The rule's id
        #[arg(required_unless_present = "error", conflicts_with = "error")]
        id: Option<String>,

        /// What Google, gcloud or GitHub answered; `-` or nothing reads it from standard input
        #[arg(long, value_name = "TEXT", num_args = 0..=1, default_missing_value = "-")]
        error: Option<String>,

        /// Files and directories in which the rules are looked for
        #[arg(long, value_name = "PATH", default_value = ".", requires = "error")]
        within: Vec<PathBuf>,
    },
    /// Write an authlint.toml that names every key, all commented out
    Init {
        /// The directory that it is written to, in which there is none
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Show what holds for a path, and which line or flag says so
    Config {
        /// A file or a directory
        #[arg(default_value = ".")]
        path: PathBuf,

        #[command(flatten)]
        chosen: Chosen,

        /// How it is shown
        #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = config_parser())]
        format: &'static holding::Format,
    },
    /// Print a JSON schema of authlint.toml, for editors
    Schema,
    /// Print a script that completes the command line in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in the format of man
    Man,
    /// Serve an editor on the standard streams, by the Language Server Protocol
    Lsp,
    /// Draw who calls what, as whom, with which token, by which grant
    Graph {
        #[command(flatten)]
        evidence: Evidence,

        /// How the graph is written
        #[arg(long, value_name = "FORMAT", default_value = "mermaid", value_parser = graph_parser())]
        format: &'static graph::Format,
    },
    /// Say step by step why a call is thought to work or to fail
    ///
    /// Exit status: 0 it works or cannot be told, 1 a grant is missing, 2 there is no such call.
    ExplainCall {
        /// The caller: the name of a job, trigger, subscription, step or service, or its account
        caller: String,
        /// The target: the name of a service, function, job or account
        target: String,
        #[command(flatten)]
        evidence: Evidence,
    },
}

/// What the projects are read from.
#[derive(Debug, clap::Args)]
pub(super) struct Evidence {
    /// Files and directories whose projects are read
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// A policy that `gcloud … get-iam-policy --format=json` wrote, as evidence: `run-service:billing=FILE`
    #[arg(long, value_name = "KIND:NAME=FILE", value_parser = policy_parser)]
    pub iam_policy: Vec<(On, PathBuf)>,
}

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Check {
    /// Files and directories to report on; `-` reads standard input
    ///
    /// What is known of them is read from the whole project: the nearest directory above with an authlint.toml, else
    /// the nearest with a .git.
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// How findings are written; human if nothing is said
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    pub format: Option<&'static Format>,

    /// Write the findings in a format, to a file or to standard output; may be given several times
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = output_parser, conflicts_with_all = ["diff", "write_baseline"])]
    pub output: Vec<Output>,

    /// Run these rules alone
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub select: Vec<String>,

    /// Run all rules but these
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub ignore: Vec<String>,

    /// Apply the fixes that are certain and change no meaning
    ///
    /// Each one is tried first: a fix that makes anything worse is not applied. With `-` the fixed text goes to standard
    /// output, and the findings that are left to standard error.
    #[arg(long)]
    pub fix: bool,

    /// With --fix or --diff: also fixes that change who may do what, or rest on a guess
    #[arg(long)]
    pub unsafe_fixes: bool,

    /// Show what --fix would change, and change nothing; the exit status is 1 if there is anything
    #[arg(long)]
    pub diff: bool,

    /// With --fix: the exit status is 1 if anything was fixed
    #[arg(long, requires = "fix")]
    pub exit_non_zero_on_fix: bool,

    /// Silence all findings by comments, or by authlint.toml where a file has none; --diff shows them
    #[arg(long, requires = "reason", conflicts_with_all = ["fix", "write_baseline"])]
    pub add_ignores: bool,

    /// Why the findings of --add-ignores may stay; it may begin with `until=2027-01-31`
    #[arg(long, value_name = "TEXT", requires = "add_ignores")]
    pub reason: Option<String>,

    /// Leave out the findings that this file has, and tell which of its entries are gone
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write what is found to the file of --baseline, so that from now on only new findings are reported
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "diff", "prune"])]
    pub write_baseline: bool,

    /// Take entries out of the file of --baseline that no finding answers to
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "diff", "add_ignores"])]
    pub prune: bool,

    /// Write how many findings there are of each rule, and not the findings
    #[arg(long, conflicts_with_all = ["format", "output", "diff", "write_baseline"])]
    pub statistics: bool,

    /// Leave out files that authlint.toml excludes even where they are named
    #[arg(long)]
    pub force_exclude: bool,

    #[command(flatten)]
    pub chosen: Chosen,

    /// Show what is not shown otherwise
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub show: Vec<Show>,

    /// A policy that `gcloud … get-iam-policy --format=json` wrote, as evidence: `run-service:billing=FILE`
    #[arg(long, value_name = "KIND:NAME=FILE", value_parser = policy_parser)]
    pub iam_policy: Vec<(On, PathBuf)>,

    /// Whether to colour the findings
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Do not write the summary
    #[arg(long, short)]
    pub quiet: bool,

    /// The name of the file that `-` reads
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
}

/// What a configuration may say, too; what is said here wins.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Chosen {
    /// Show advice too: what works and could be better
    #[arg(long)]
    pub advice: bool,

    /// Run rules on trial as well
    #[arg(long)]
    pub preview: bool,

    /// The lowest level that makes the exit status 1; warning when authlint.toml says nothing, either
    #[arg(long, value_name = "LEVEL", value_parser = level_parser())]
    pub fail_on: Option<Level>,
}

/// What is shown beside findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Show {
    /// Permissions of which it cannot be told whether they are granted, and what would decide it
    Unknown,
    /// Findings that a comment or the baseline silences, in SARIF, with who silences them
    Suppressed,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

fn format_parser() -> impl TypedValueParser<Value = &'static Format> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about)))
        .try_map(|name| FORMATS.iter().find(|format| format.name == name).ok_or("unknown format"))
}

/// `sarif=out.sarif`, `github`
fn output_parser(text: &str) -> Result<Output, String> {
    let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(PathBuf::from(file))));
    let Some(format) = FORMATS.iter().find(|format| format.name == name) else {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        return Err(format!("there is no format `{name}`; there are {}", names.join(", ")));
    };
    if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
        return Err("write FORMAT=FILE, or FORMAT alone for standard output".to_owned());
    }
    Ok(Output { format, file })
}

/// Writes a script that completes the command line.
pub(super) fn completions(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<()> {
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "authlint", &mut script);
    out.write_all(&script)
}

/// Writes the manual page.
pub(super) fn manual(out: &mut dyn Write) -> io::Result<()> {
    clap_mangen::Man::new(Args::command()).render(&mut &mut *out)
}

/// The command that a word may be meant for, which names no file.
pub(super) fn command_like(path: &Path) -> Option<String> {
    let word = path.to_str().filter(|word| !path.exists() && word.bytes().all(|byte| byte.is_ascii_lowercase()))?;
    let command = Args::command();
    nearest(word, command.get_subcommands().map(clap::Command::get_name)).map(str::to_owned)
}

fn rules_parser() -> impl TypedValueParser<Value = &'static pages::Format> {
    PossibleValuesParser::new(pages::FORMATS.iter().map(|format| format.name))
        .try_map(|name| pages::FORMATS.iter().find(|format| format.name == name).ok_or("unknown format"))
}

fn config_parser() -> impl TypedValueParser<Value = &'static holding::Format> {
    PossibleValuesParser::new(holding::FORMATS.iter().map(|format| format.name))
        .try_map(|name| holding::FORMATS.iter().find(|format| format.name == name).ok_or("unknown format"))
}

fn graph_parser() -> impl TypedValueParser<Value = &'static graph::Format> {
    PossibleValuesParser::new(graph::FORMATS.iter().map(|format| format.name))
        .try_map(|name| graph::FORMATS.iter().find(|format| format.name == name).ok_or("unknown format"))
}

/// `run-service:billing=policy.json`
fn policy_parser(text: &str) -> Result<(On, PathBuf), String> {
    let (on, file) = text.split_once('=').ok_or("write KIND:NAME=FILE, as in run-service:billing=policy.json")?;
    let on = On::parse(on)?;
    if on.kind.is_none() {
        let kinds: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
        return Err(format!("a policy is of one kind of resource: {}", kinds.join(", ")));
    }
    Ok((on, PathBuf::from(file)))
}

fn level_parser() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(LEVELS).try_map(|name| Level::named(&name).ok_or("unknown level"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_holds_together() {
        <Args as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_path_may_be_named_like_a_command() {
        let paths =
            |line: &[&str]| Args::try_parse_from(line).map(|args| (args.command.is_some(), args.check.paths.len()));
        assert_eq!(paths(&["authlint", "rules"]).unwrap(), (true, 1));
        assert_eq!(paths(&["authlint", "./rules"]).unwrap(), (false, 1));
        assert_eq!(paths(&["authlint", "a", "rules"]).unwrap(), (false, 2));
        assert_eq!(paths(&["authlint", "rulez"]).unwrap(), (false, 1));
    }
}
