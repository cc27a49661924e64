//! What commands print, and the words before a command that do not change it.

use std::sync::Arc;

use super::env::{Alternative, Content, Flow};
use super::exec::Machine;
use super::when::When;
use crate::program::Block;
use crate::value::{List, Memo, Output, Piece, Place, Value};

/// Commands that print nothing of their own.
const SILENT: &[&str] = &[
    "true", "false", ":", "[", "test", "cd", "mkdir", "rm", "cp", "mv", "touch", "chmod", "sleep", "set", "trap",
    "wait", "kill", "shopt", "ulimit", "umask", "export", "unset",
];

/// Commands that run the command that they are given.
const RUNNERS: &[&str] = &[
    "sudo",
    "doas",
    "time",
    "nohup",
    "exec",
    "builtin",
    "nice",
    "ionice",
    "stdbuf",
    "chronic",
    "unbuffer",
    "caffeinate",
    "timeout",
    "gtimeout",
    "env",
    "command",
    "xargs",
    "eatmydata",
];

/// Something printed, and when.
#[derive(Debug, Clone)]
pub(super) struct Printed {
    pub when: When,
    pub value: Value,
}

impl Machine<'_> {
    /// The standard output of steps that run in a scope of their own.
    pub(super) fn output(&mut self, body: &Block, place: Place) -> Vec<Alternative> {
        self.captured(place, |machine| {
            machine.scoped(|machine| {
                machine.block(body);
                if machine.env.flow == Flow::Exited {
                    machine.env.flow = Flow::On;
                }
            });
        })
    }

    /// What is printed while something runs.
    pub(super) fn captured(&mut self, place: Place, run: impl FnOnce(&mut Self)) -> Vec<Alternative> {
        self.captures.push(Vec::new());
        run(self);
        let captured = self.captures.pop().unwrap_or_default();
        let exclusive = captured
            .iter()
            .enumerate()
            .all(|(index, one)| captured.iter().skip(index + 1).all(|two| one.when.and(&two.when).is_none()));
        if captured.is_empty() || !exclusive {
            let hole = Value::hole("$(…)", self.fresh(), place);
            return vec![Alternative { when: When::default(), content: Content::Text(hole) }];
        }
        // Places inside the substitution are kept: that is where the text is written.
        captured
            .into_iter()
            .map(|printed| Alternative { when: printed.when, content: Content::Text(printed.value) })
            .collect()
    }

    /// Notes what a command prints, when someone reads it.
    pub(super) fn print(&mut self, when: &When, words: &List, input: Option<&Value>) {
        let silent = words.items.first().and_then(Value::literal).is_some_and(|name| SILENT.contains(&name.as_str()));
        if self.captures.is_empty() || silent {
            return;
        }
        let place = self.here();
        let value = printed(words, input, place).unwrap_or_else(|| Value::hole("$(…)", self.fresh(), place));
        let printed = Printed { when: when.clone(), value };
        if let Some(capture) = self.captures.last_mut() {
            capture.push(printed);
        }
    }
}

/// The text that a command prints. `None`: not known.
fn printed(words: &List, input: Option<&Value>, place: Place) -> Option<Value> {
    let name = words.items.first()?.literal();
    let arguments = words.items.get(1..)?;
    match (name.as_deref().unwrap_or(""), input) {
        ("echo", _) => {
            let flags = arguments.iter().take_while(|word| word.literal().is_some_and(|text| is_echo_flag(&text)));
            Some(sentence(arguments.get(flags.count()..)?))
        }
        ("printf", _) => printf(arguments),
        ("cat", Some(input)) if arguments.is_empty() => Some(input.clone()),
        // Only white space goes.
        ("tr" | "xargs" | "tee" | "head" | "tail", Some(input))
            if input.is_literal() || passes(name.as_deref()?, arguments) =>
        {
            Some(input.clone())
        }
        (_, Some(input)) => {
            let [Piece::Output(output, place)] = input.pieces() else {
                return None;
            };
            let mut filters = output.filters.clone();
            filters.push(words.clone());
            let output = Output { words: output.words.clone(), filters, memo: Memo::default() };
            Some(Value::from(Piece::Output(Arc::new(output), *place)))
        }
        (_, None) => {
            let output = Output { words: words.clone(), filters: Vec::new(), memo: Memo::default() };
            Some(Value::from(Piece::Output(Arc::new(output), place)))
        }
    }
}

fn is_echo_flag(text: &str) -> bool {
    matches!(text, "-n" | "-e" | "-E" | "-ne" | "-en")
}

fn passes(name: &str, arguments: &[Value]) -> bool {
    let literals: Vec<String> = arguments.iter().filter_map(Value::literal).collect();
    match name {
        "tr" => literals.first().is_some_and(|first| first == "-d"),
        "xargs" => arguments.is_empty(),
        "tee" => true,
        _ => literals.iter().all(|word| matches!(word.as_str(), "-1" | "-n" | "1" | "-n1")),
    }
}

fn sentence(words: &[Value]) -> Value {
    let mut out = Value::default();
    for (index, word) in words.iter().enumerate() {
        if index > 0
            && let Some(place) = word.place()
        {
            out.push(Piece::Text(" ".into(), Place { exact: false, ..place }));
        }
        out.append(word);
    }
    out
}

/// `printf '%s' "$X"`, `printf 'text\n'`: formats with nothing but `%s`.
fn printf(arguments: &[Value]) -> Option<Value> {
    let format = arguments.first()?.literal()?;
    let place = arguments.first()?.place()?;
    let near = Place { exact: false, ..place };
    let format = format.trim_end_matches("\\n").trim_end_matches('\n');
    let mut values = arguments.iter().skip(1);
    let mut out = Value::default();
    for (index, text) in format.split("%s").enumerate() {
        if text.contains(['%', '\\']) {
            return None;
        }
        if index > 0 {
            out.append(values.next()?);
        }
        if !text.is_empty() {
            out.push(Piece::Text(text.into(), near));
        }
    }
    values.next().is_none().then_some(out)
}

/// The command itself: `sudo`, `timeout 60`, `retry 5`, `env X=Y` and the like taken away.
pub(super) fn unwrapped(list: List) -> List {
    let (mut items, mut open) = (list.items.as_slice(), list.open);
    // Each turn drops at least one word.
    while let Some((first, rest)) = items.split_first() {
        let Some(name) = first.literal() else { break };
        let name = name.rsplit('/').next().unwrap_or("");
        // It adds what it reads.
        open |= name == "xargs";
        let inner = match name {
            _ if RUNNERS.contains(&name) => options_skipped(rest),
            _ if is_helper(name) => match position_of_gcloud(rest) {
                Some(at) => rest.get(at..),
                None => None,
            },
            _ => None,
        };
        match inner {
            Some(inner) if !inner.is_empty() => items = inner,
            _ => break,
        }
    }
    if items.len() == list.items.len() { list } else { List { items: items.to_vec(), open } }
}

/// Whether a command may run another one that it is given, or is a script.
pub(super) fn runs_others(name: &str) -> bool {
    name.contains('/') || RUNNERS.contains(&name) || is_helper(name) || matches!(name, "bash" | "sh" | "zsh")
}

/// Words after options, numbers and assignments; `None` for `command -v`, which runs nothing.
fn options_skipped(words: &[Value]) -> Option<&[Value]> {
    let mut at = 0;
    while let Some(text) = words.get(at).and_then(Value::literal) {
        match text.as_str() {
            "-v" | "-V" => return None,
            // Options with a value of their own.
            "-u" | "-g" | "-s" | "-k" | "-I" | "-P" | "--signal" | "--kill-after" | "-c" => at += 2,
            "--" => {
                at += 1;
                break;
            }
            option if option.starts_with('-') => at += 1,
            assignment if assignment.split_once('=').is_some_and(|(name, _)| is_name(name)) => at += 1,
            number if number.starts_with(|c: char| c.is_ascii_digit()) => at += 1,
            _ => break,
        }
    }
    words.get(at..)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Helpers that are defined elsewhere and run what they are given.
fn is_helper(name: &str) -> bool {
    ["retry", "run", "try", "exec", "with", "safe", "must"]
        .iter()
        .any(|start| name.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-'])))
}

fn position_of_gcloud(words: &[Value]) -> Option<usize> {
    words.iter().take(6).position(|word| word.literal().as_deref() == Some("gcloud"))
}

/// `bash deploy.sh …`, `./deploy.sh …`: the script and its arguments.
pub(super) fn script(name: &str, list: &List) -> Option<(Value, List)> {
    let arguments =
        |skipped: usize| List { items: list.items.iter().skip(skipped).cloned().collect(), open: list.open };
    if matches!(name, "bash" | "sh" | "zsh") {
        let options =
            list.items.iter().skip(1).take_while(|word| word.literal().is_some_and(|text| text.starts_with('-')));
        let at = 1 + options.count();
        let path = list.items.get(at)?;
        return Some((path.clone(), arguments(at + 1)));
    }
    let path = list.items.first()?;
    is_script_path(path).then(|| (path.clone(), arguments(1)))
}

/// Whether a command's name is a path of the repository.
pub(super) fn is_script_path(name: &Value) -> bool {
    let end = name.known_suffix();
    end.contains('/') && !name.known_prefix().starts_with("/usr/") && !name.known_prefix().starts_with("/bin/")
}
