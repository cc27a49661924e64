//! A flag that is there or not is given a value.

use crate::facts::Gcloud;
use crate::finding::{Level, Safety};
use crate::gcp::command::{self, Arity, Command};
use crate::gcp::invocation::FlagUse;
use crate::rule::Ask::Alone;
use crate::rule::{Change, Check, Group, Report, Rule};

pub(super) static RULE: Rule = Rule {
    id: "flag-with-value",
    group: Group::Gcloud,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("flag-with-value"),
    covers: &[],
    checks: &[Check::Gcloud(Alone(check))],
    ..Rule::STABLE
};

fn check(gcloud: &Gcloud, report: &mut Report) {
    let invocation = &gcloud.invocation;
    if invocation.guessed || !invocation.is_command {
        return;
    }
    let command = invocation.command;
    for flag in &invocation.flags {
        if !flag.glued || flag.known.is_none_or(|known| known.arity != Arity::None) {
            continue;
        }
        let Some(value) = &flag.value else { continue };
        // A value from elsewhere (a loop, a table) is one of several: the flag is wrong with each of them.
        let shown = Some(value.to_string()).filter(|_| here(flag, 2)).filter(|text| text.bytes().all(is_plain));
        let refused = shown.map_or_else(|| "the value given here".to_owned(), |text| format!("`={text}`"));
        let message =
            format!("`{}` takes no value; gcloud will refuse {refused} (ignored explicit argument)", flag.name);
        let draft = report.error(&gcloud.at, flag.at, message);
        draft.label("is there or not");
        let right = right(command, flag);
        draft.help(match &right {
            Some(right) => format!("write `{right}`"),
            None => other_ways(command, flag),
        });
        // With the quotes that may stand around it.
        if let Some(right) = right.filter(|_| flag.at.exact && here(flag, 2)) {
            draft.fix(Safety::Safe, [(flag.whole(), Change::Word(right))]);
        }
    }
}

/// Whether the value is one piece and stands at most so many bytes after the flag's name: the `=`, and a quote.
fn here(flag: &FlagUse, most: u32) -> bool {
    let pieces = flag.value.as_ref().map_or(&[][..], |value| value.pieces());
    let [only] = pieces else { return false };
    let end = flag.at.span.end;
    only.place().file == flag.at.file && (end + 1..=end + most).contains(&only.place().span.start)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'{' | b'}')
}

/// Whether the command has a flag; of a command whose own flags are not known, only those of every command are.
fn has(command: Option<Command>, name: &str) -> bool {
    match command {
        Some(command) => command.flag(name).is_some(),
        None => command::global_flags().any(|flag| flag.is(name)),
    }
}

/// The flag that says what the value says.
fn right(command: Option<Command>, flag: &FlagUse) -> Option<String> {
    let yes = match flag.value.as_ref()?.literal()?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => true,
        "false" | "no" | "0" => false,
        _ => return None,
    };
    if yes && is_percentage(flag) {
        return None;
    }
    if yes { Some(flag.name.clone()) } else { negated(command, flag) }
}

/// What there is to write where the value tells neither yes nor no.
fn other_ways(command: Option<Command>, flag: &FlagUse) -> String {
    if is_percentage(flag) && has(command, "--to-revisions") {
        return "write `--to-latest` for all traffic, or `--to-revisions=LATEST=PERCENT` for a part".to_owned();
    }
    let removes = flag.name.strip_prefix("--clear-").map(|rest| format!("--remove-{rest}"));
    if let Some(removes) = removes.filter(|name| has(command, name)) {
        return format!("write `{}` to drop all, or `{removes}=…` to drop some", flag.name);
    }
    match negated(command, flag) {
        Some(no) => format!("write `{}` or `{no}`", flag.name),
        None => format!("write `{}`, or drop it", flag.name),
    }
}

/// `--to-latest=100`: a share of the traffic, where only all of it can be said.
fn is_percentage(flag: &FlagUse) -> bool {
    flag.name == "--to-latest"
}

/// The flag that says the contrary, where the command has one.
fn negated(command: Option<Command>, flag: &FlagUse) -> Option<String> {
    let no = match flag.name.strip_prefix("--no-") {
        Some(rest) => format!("--{rest}"),
        None => format!("--no-{}", flag.name.strip_prefix("--")?),
    };
    has(command, &no).then_some(no)
}
