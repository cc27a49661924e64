//! Issues of Azure Pipelines, which shows errors and warnings beside the log. Advice is a plain line. Paths begin at the
//! root of the repository.

use std::io::{self, Write};

use super::clean::clean;
use super::place::{At, said};
use super::{Options, Outcome, concise};
use crate::finding::Level;

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in options.shown(outcome) {
        let Some(at) = At::of(outcome, finding) else { continue };
        let kind = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Advice => {
                concise::line(finding, &at, false, out)?;
                continue;
            }
        };
        let path = property(&clean(&options.path(at.path)));
        let (line, column) = (at.start.line, at.start.column);
        writeln!(
            out,
            "##vso[task.logissue type={kind};sourcepath={path};linenumber={line};columnnumber={column};code={}]{}",
            finding.rule,
            data(&said(finding))
        )?;
    }
    Ok(())
}

/// A message as the agent unescapes it.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same for a property, which ends at `;` or `]`.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn an_issue_a_finding() {
        let options = Options { advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &options));
    }

    #[test]
    fn nothing_but_the_mark_steers() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        for line in text.lines() {
            let rest = line.strip_prefix("##vso[task.logissue type=").unwrap();
            testing::assert_harmless(rest);
            assert_eq!(rest.split_once(']').unwrap().0.matches(';').count(), 4, "{rest}");
        }
        assert_eq!(property("a;b]c%\n"), "a%3Bb%5Dc%AZP25%0A");
    }
}
