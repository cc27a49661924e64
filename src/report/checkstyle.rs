//! Checkstyle's XML, which many tools of CI read. Paths are those of the other formats, columns count characters.

use std::io::{self, Write};

use super::place::{by_file, said};
use super::xml::escaped;
use super::{Options, Outcome};
use crate::finding::Level;

/// The version of Checkstyle whose shape this is.
const VERSION: &str = "4.3";

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"{VERSION}\">")?;
    for (path, findings) in by_file(outcome, options.shown(outcome)) {
        writeln!(out, "  <file name=\"{}\">", escaped(path))?;
        for (at, finding) in findings {
            let severity = match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Advice => "info",
            };
            let (line, column, rule, message) = (at.start.line, at.start.column, finding.rule, escaped(&said(finding)));
            writeln!(
                out,
                "    <error line=\"{line}\" column=\"{column}\" severity=\"{severity}\" message=\"{message}\" \
                 source=\"authlint.{rule}\"/>"
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn files_with_their_findings() {
        let options = Options { advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &options));
    }

    #[test]
    fn nothing_found_is_a_document_too() {
        let text = testing::render(write, &crate::outcome::Outcome::default(), &Options::default());
        assert!(text.ends_with("<checkstyle version=\"4.3\">\n</checkstyle>\n"));
    }

    #[test]
    fn hostile_text_is_harmless() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        testing::assert_harmless(&text);
        assert_eq!(text.matches("<error ").count(), testing::hostile().findings.len());
    }
}
