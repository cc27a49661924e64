//! One line a finding: `path:line:col: level[rule] message`. Made for grep, editors and problem matchers.

use std::io::{self, Write};

use super::clean::{clean, clean_path};
use super::place::At;
use super::{Options, Outcome};
use crate::finding::{Finding, Level};

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in options.shown(outcome) {
        let Some(at) = At::of(outcome, finding) else { continue };
        line(finding, &at, options.color, out)?;
    }
    Ok(())
}

/// The line of one finding.
pub(super) fn line(finding: &Finding, at: &At<'_>, is_colored: bool, out: &mut dyn Write) -> io::Result<()> {
    let (path, level, message) = (clean_path(at.path), finding.level.name(), clean(&finding.message));
    let (bold, color, plain) = if is_colored { ("\x1b[1m", color(finding.level), "\x1b[0m") } else { ("", "", "") };
    writeln!(
        out,
        "{bold}{path}{plain}:{}:{}: {color}{level}{plain}[{}] {message}",
        at.start.line, at.start.column, finding.rule
    )
}

fn color(level: Level) -> &'static str {
    match level {
        Level::Error => "\x1b[31m",
        Level::Warning => "\x1b[33m",
        Level::Advice => "\x1b[36m",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn one_line_a_finding() {
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &Options::default()));
    }

    #[test]
    fn colours_when_asked_and_advice_when_asked() {
        let options = Options { color: true, advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &options).replace('\x1b', "ESC"));
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        testing::assert_harmless(&text);
        assert_eq!(text.lines().count(), testing::hostile().findings.len());
    }
}
