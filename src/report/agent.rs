//! One line a finding with all that is needed to mend it, for tools that read text: place, rule, message, help, other places,
//! and the fix as replacements. It begins as the concise format does.
//!
//! ```text
//! PATH:LINE:COLUMN: LEVEL[RULE] MESSAGE | help: HELP | see: PATH:LINE:COLUMN WORDS; … | SAFETY fix: PATH:LINE:COLUMN "OLD" -> "NEW"; …
//! ```
//!
//! Texts between quotes are JSON strings. An insertion replaces `""`.

use std::io::{self, Write};

use super::clean::{clean, clean_path};
use super::place::{At, Fix};
use super::secrets::hidden;
use super::{Options, Outcome, concise};

/// Other places that are told.
const MOST: usize = 8;

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in options.shown(outcome) {
        let Some(at) = At::of(outcome, finding) else { continue };
        let mut line = Vec::new();
        concise::line(finding, &at, false, &mut line)?;
        out.write_all(line.trim_ascii_end())?;
        if !finding.help.is_empty() {
            write!(out, " | help: {}", clean(&finding.help))?;
        }
        let related = finding.related.iter().take(MOST).filter_map(|label| {
            let at = At::new(outcome, label.file, label.span)?;
            Some(format!("{} {}", place(&at), clean(&label.message)))
        });
        list(" | see: ", related, out)?;
        if let Some(fix) = Fix::of(outcome, finding) {
            let edits = fix.edits.iter().map(|(at, new)| edit(at, new, outcome));
            list(&format!(" | {} fix: ", fix.safety.name()), edits, out)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn edit(at: &At<'_>, new: &str, outcome: &Outcome) -> String {
    let old = hidden(at.source.slice(at.span).into(), at.span, at.secrets(outcome));
    let quoted = |text: &str| {
        let lines: Vec<String> = text.split('\n').map(clean).collect();
        serde_json::to_string(&lines.join("\n")).unwrap_or_default()
    };
    format!("{} {} -> {}", place(at), quoted(&old), quoted(new))
}

fn place(at: &At<'_>) -> String {
    format!("{}:{}:{}", clean_path(at.path), at.start.line, at.start.column)
}

fn list(start: &str, items: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let items: Vec<String> = items.collect();
    if items.is_empty() { Ok(()) } else { write!(out, "{start}{}", items.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn one_line_a_finding_with_its_fix() {
        let options = Options { advice: true, ..Options::default() };
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &options));
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let text = testing::render(write, &testing::hostile(), &Options::default());
        testing::assert_harmless(&text);
        assert_eq!(text.lines().count(), testing::hostile().findings.len());
    }
}
