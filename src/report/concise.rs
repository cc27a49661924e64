//! One line a finding: `path:line:col: level[rule] message`. Made for grep, editors and problem matchers.

use std::io::{self, Write};

use super::clean::{clean, clean_path};
use super::{Options, Outcome};
use crate::finding::Level;

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in options.shown(outcome) {
        let Some(source) = outcome.source(finding.primary.file) else { continue };
        let (path, at) = (clean_path(source.path()), source.position(finding.primary.span.start));
        let (level, message) = (finding.level.name(), clean(&finding.message));
        let (bold, color, plain) =
            if options.color { ("\x1b[1m", color(finding.level), "\x1b[0m") } else { ("", "", "") };
        writeln!(
            out,
            "{bold}{path}{plain}:{}:{}: {color}{level}{plain}[{}] {message}",
            at.line, at.column, finding.rule
        )?;
    }
    Ok(())
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
