//! The XML of `JUnit` as Jenkins, GitLab and others read it: a suite for each file, a failed test case for each error and warning.
//! Advice is a case that passes and says so. Where nothing is found there is one case, so that the run is seen.

use std::io::{self, Write};

use super::clean::clean;
use super::place::{At, by_file, said};
use super::xml::escaped;
use super::{Options, Outcome};
use crate::finding::{Finding, Level};

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let suites = by_file(outcome, options.shown(outcome));
    let cases = || suites.iter().flat_map(|(_, cases)| cases);
    let own = usize::from(suites.is_empty() || !outcome.faults.is_empty());
    let (tests, failures) = (cases().count() + own, cases().filter(|(_, finding)| fails(finding)).count());
    let errors = usize::from(!outcome.faults.is_empty());
    writeln!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"authlint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
    )?;
    if own > 0 {
        run(outcome, errors, out)?;
    }
    for (path, cases) in &suites {
        let (path, tests) = (escaped(path), cases.len());
        let failures = cases.iter().filter(|(_, finding)| fails(finding)).count();
        writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        )?;
        for (at, finding) in cases {
            case(&path, at, finding, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// The run itself: that there was one, and what it could not read.
fn run(outcome: &Outcome, errors: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  <testsuite name=\"authlint\" tests=\"1\" failures=\"0\" errors=\"{errors}\" skipped=\"0\">")?;
    writeln!(out, "    <testcase name=\"run\" classname=\"authlint\">")?;
    if outcome.faults.is_empty() {
        writeln!(out, "      <system-out>files looked at: {}</system-out>", outcome.files)?;
    } else {
        let faults: Vec<String> = outcome.faults.iter().map(|fault| escaped(&clean(fault))).collect();
        writeln!(out, "      <error type=\"not-read\">{}</error>", faults.join("&#10;"))?;
    }
    writeln!(out, "    </testcase>\n  </testsuite>")
}

fn case(path: &str, at: &At<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (line, column, rule, level) = (at.start.line, at.start.column, finding.rule, finding.level.name());
    let text = said(finding);
    let first = escaped(text.lines().next().unwrap_or(""));
    let whole = escaped(&text);
    writeln!(out, "    <testcase name=\"{rule} at {line}:{column}\" classname=\"{path}\">")?;
    if fails(finding) {
        writeln!(
            out,
            "      <failure type=\"{level}\" message=\"{first}\">{path}:{line}:{column}: {level}[{rule}] \
             {whole}</failure>"
        )?;
    } else {
        writeln!(out, "      <system-out>{path}:{line}:{column}: {level}[{rule}] {whole}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

fn fails(finding: &Finding) -> bool {
    finding.level > Level::Advice
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn suites_of_files() {
        let options = Options { advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &options));
    }

    #[test]
    fn a_clean_run_is_seen() {
        let outcome = crate::outcome::Outcome { files: 7, ..Default::default() };
        let text = testing::render(write, &outcome, &Options::default());
        assert!(text.contains("tests=\"1\" failures=\"0\" errors=\"0\"") && text.contains("looked at: 7<"), "{text}");
        let outcome = crate::outcome::Outcome { faults: vec!["not read: <a>".to_owned()], ..Default::default() };
        let text = testing::render(write, &outcome, &Options::default());
        assert!(
            text.contains("errors=\"1\"") && text.contains("<error type=\"not-read\">not read: &lt;a&gt;<"),
            "{text}"
        );
    }

    #[test]
    fn hostile_text_is_harmless() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        assert_eq!(text.matches("</failure>").count(), testing::hostile().findings.len());
        testing::assert_nothing_steers(&text);
    }
}
