//! Annotations of GitHub Actions. GitHub shows so many of a level and step and drops the others: the worst come first, what
//! is left over is plain lines in the log, and a last notice says so. Paths begin at the root of the repository.

use std::io::{self, Write};

use super::clean::clean;
use super::place::{At, said};
use super::{Options, Outcome, concise};
use crate::finding::{Finding, Level};

/// Annotations of one level that GitHub shows of a step (docs.github.com, "Limits for annotations").
const MOST: usize = 10;

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut left: Vec<(&Finding, At<'_>)> = Vec::new();
    for level in Level::ALL {
        let of_level = options.shown(outcome).filter(|finding| finding.level == level);
        let places = of_level.filter_map(|finding| Some((finding, At::of(outcome, finding)?)));
        // The notice about what is left over is one of the notices.
        let most = if level == Level::Advice { MOST - 1 } else { MOST };
        for (index, (finding, at)) in places.enumerate() {
            if index < most {
                annotate(finding, &at, options, out)?;
            } else {
                left.push((finding, at));
            }
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    for (finding, at) in &left {
        concise::line(finding, at, false, out)?;
    }
    let (count, findings) = (left.len(), if left.len() == 1 { "finding" } else { "findings" });
    writeln!(out, "::notice title=authlint::{count} more {findings}: the log of this step has them all")
}

fn annotate(finding: &Finding, at: &At<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Advice => "notice",
    };
    write!(out, "::{command} file={},line={}", property(&clean(&options.path(at.path))), at.start.line)?;
    if at.end.line == at.start.line {
        // Columns are taken of one line alone.
        write!(out, ",col={},endColumn={}", at.start.column, at.end.column)?;
    } else {
        write!(out, ",endLine={}", at.end.line)?;
    }
    writeln!(out, ",title={}::{}", property(&format!("authlint[{}]", finding.rule)), data(&said(finding)))
}

/// A message as the runner unescapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same for a property, which ends at `,` or `:`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::finding::Label;

    #[test]
    fn the_worst_comes_first() {
        let mut outcome = testing::outcome();
        outcome.findings.reverse();
        let options = Options { advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &outcome, &options));
    }

    #[test]
    fn what_github_drops_is_told() {
        let mut outcome = testing::outcome();
        let warning = outcome.findings[1].clone();
        outcome.findings.splice(1..1, std::iter::repeat_n(warning, 12));
        let text = testing::render(write, &outcome, &Options::default());
        assert_eq!(text.lines().filter(|line| line.starts_with("::warning ")).count(), MOST);
        assert!(text.lines().nth(12).unwrap().starts_with("ci/serve.sh:2:"), "{text}");
        assert!(text.ends_with("::notice title=authlint::3 more findings: the log of this step has them all\n"));
    }

    #[test]
    fn several_lines_have_no_columns() {
        let outcome = testing::one("gcloud\nx\n", (2, 8), "50%: a,\nb");
        let text = testing::render(write, &outcome, &Options::default());
        assert!(text.starts_with("::error file=a.sh,line=1,endLine=2,title=authlint[some-rule]::"), "{text}");
        assert_eq!((data("50%\r\n"), property("a:b,c%")), ("50%25%0D%0A".to_owned(), "a%3Ab%2Cc%25".to_owned()));
    }

    #[test]
    fn nothing_but_the_command_steers() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        assert_eq!(text.lines().count(), testing::hostile().findings.len());
        for line in text.lines() {
            let (properties, message) = line.strip_prefix("::warning ").unwrap().split_once("::").unwrap();
            testing::assert_harmless(properties);
            testing::assert_harmless(&message.replace("::", ""));
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            let names = properties.split(',').map(|property| property.split_once('=').unwrap().0);
            assert!(names.clone().all(|name| known.contains(&name)), "{properties}");
            assert!(names.count() >= 4, "{properties}");
        }
        let nowhere = Label { file: crate::source::FileId(99), ..testing::label(0, 0, 0, "") };
        let mut outcome = testing::outcome();
        outcome.findings[0].primary = nowhere;
        let text = testing::render(write, &outcome, &Options::default());
        assert!(text.starts_with("::warning ") && text.lines().count() == 1, "what has no file is left out: {text}");
    }
}
