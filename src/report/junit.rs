//! The XML of `JUnit` as Jenkins, GitLab and others read it: a suite for each file, a failed test case for each error and warning.
//! Advice is a case that passes and says so. Where nothing is found there is one case, so that the run is seen.

use std::io::{self, Write};

use super::place::{At, said};
use super::xml::escaped;
use super::{Options, Outcome};
use crate::finding::{Finding, Level};

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: Vec<(&str, Vec<(At<'_>, &Finding)>)> = Vec::new();
    for finding in options.shown(outcome) {
        let Some(at) = At::of(outcome, finding) else { continue };
        match suites.last_mut().filter(|(path, _)| *path == at.path) {
            Some((_, cases)) => cases.push((at, finding)),
            None => suites.push((at.path, vec![(at, finding)])),
        }
    }
    let cases = || suites.iter().flat_map(|(_, cases)| cases);
    let (tests, failures) = (cases().count().max(1), cases().filter(|(_, finding)| fails(finding)).count());
    writeln!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"authlint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    )?;
    if suites.is_empty() {
        writeln!(out, "  <testsuite name=\"authlint\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">")?;
        writeln!(out, "    <testcase name=\"{} files looked at\" classname=\"authlint\"/>", outcome.files)?;
        writeln!(out, "  </testsuite>")?;
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
        assert!(text.contains("tests=\"1\" failures=\"0\"") && text.contains("\"7 files looked at\""), "{text}");
    }

    #[test]
    fn hostile_text_is_harmless() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        assert_eq!(text.matches("</failure>").count(), testing::hostile().findings.len());
        assert!(!text.contains('\u{1b}') && !text.contains("##["));
    }
}
