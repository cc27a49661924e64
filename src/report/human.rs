//! Findings for people at a terminal: the lines at fault, drawn with their labels, and what to write instead.

use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use miette::{ThemeCharacters, ThemeStyles};
use textwrap::{WordSeparator, WordSplitter};

use super::clean::clean_prose;
use super::excerpt::Excerpt;
use super::{Options, Outcome};
use crate::finding::{Finding, Level};

pub(super) fn write(outcome: &Outcome, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let handler = handler(options);
    for finding in options.shown(outcome) {
        let mut text = String::new();
        handler.render_report(&mut text, &Drawn::new(finding, outcome, options)).map_err(io::Error::other)?;
        writeln!(out, "{}", text.trim_end())?;
        writeln!(out)?;
    }
    Ok(())
}

fn handler(options: &Options) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if options.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if options.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(options.width)
        // Broken words would let a name in a linted file choose what a line begins with.
        .with_break_words(false)
        // Names, flags and addresses stay whole, so that they can be read and copied.
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .without_syntax_highlighting()
}

/// A finding as the drawing library takes it: everything in it is safe to print.
#[derive(Debug)]
struct Drawn {
    code: String,
    severity: Severity,
    message: String,
    help: String,
    page: String,
    excerpt: Excerpt,
}

impl Drawn {
    fn new(finding: &Finding, outcome: &Outcome, options: &Options) -> Self {
        let code = format!("{}[{}]", finding.level.name(), finding.rule);
        let page = options.page(finding.rule);
        // An address that is broken over two lines cannot be opened.
        let fits = options.columns.is_none_or(|columns| code.len() + page.len() + " ()".len() <= columns);
        Self {
            code,
            severity: match finding.level {
                Level::Error => Severity::Error,
                Level::Warning => Severity::Warning,
                Level::Advice => Severity::Advice,
            },
            message: clean_prose(&finding.message),
            help: finding.help.lines().map(clean_prose).collect::<Vec<_>>().join("\n"),
            page: if fits { page } else { format!("authlint explain {}", finding.rule) },
            excerpt: Excerpt::new(finding, outcome, options.columns),
        }
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as _)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.page))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn places_in_two_files() {
        insta::assert_snapshot!(testing::render(write, &testing::outcome(), &Options::default()));
    }

    #[test]
    fn ascii_and_advice() {
        let options = Options { unicode: false, advice: true, ..Options::default() };
        let text = testing::render(write, &testing::outcome(), &options);
        assert!(
            text.contains("advice[") && text.lines().filter(|line| !line.contains('é')).all(str::is_ascii),
            "{text}"
        );
    }

    #[test]
    fn lines_are_cut_to_the_terminal_where_that_shows_the_labels() {
        let text = format!("gcloud {} --flag=value {}\n{}\n", "a ".repeat(90), "b ".repeat(90), "c".repeat(300));
        let at = text.find("--flag").unwrap() as u32;
        let drawn = |columns| {
            let outcome = testing::one(&text, (at, at + 12), "what this flag is");
            testing::render(write, &outcome, &Options { columns, width: 80, ..Options::default() })
        };
        let narrow = drawn(Some(80));
        assert!(narrow.contains("--flag=value") && narrow.contains("what this flag is"), "{narrow}");
        assert!(narrow.lines().skip(1).all(|line| line.chars().count() <= 80), "{narrow}");
        assert!(drawn(None).lines().any(|line| line.chars().count() > 200), "a file has room");
        // What is pointed at is wider than the terminal, or tabs are.
        for (text, span) in [(text.clone(), (at - 100, at + 12)), ("\t".repeat(40) + "gcloud", (40, 46))] {
            let options = Options { columns: Some(80), width: 80, ..Options::default() };
            let wide = testing::render(write, &testing::one(&text, span, "m"), &options);
            let is_narrow = |line: &str| line.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum::<usize>() <= 80;
            assert!(wide.lines().skip(1).all(is_narrow) && wide.contains("╰── m"), "{wide}");
        }
    }

    #[test]
    fn a_page_whose_address_does_not_fit_is_told_as_a_command() {
        let header = |columns| {
            let options = Options { columns, ..Options::default() };
            let text = testing::render(write, &testing::one("gcloud\n", (0, 6), "m"), &options);
            text.lines().next().unwrap_or_default().to_owned()
        };
        assert!(header(None).contains("(https://") && header(Some(200)).contains("(https://"));
        assert!(header(Some(60)).contains("(authlint explain "), "{}", header(Some(60)));
    }

    #[test]
    fn names_stay_whole() {
        let name = "`order-runner-of-the-shop@acme-production.iam.gserviceaccount.com`";
        for lead in 0..90 {
            let message = format!("{} {name} has no roles/run.invoker", "x".repeat(lead));
            let mut outcome = testing::one("gcloud\n", (0, 6), "m");
            outcome.findings[0].message = message;
            assert!(testing::render(write, &outcome, &Options::default()).contains(name), "{lead}");
        }
    }

    #[test]
    fn hostile_text_is_drawn_harmless() {
        for columns in [40, 80, 65_535] {
            let options = Options { columns: Some(columns), ..Options::default() };
            testing::assert_harmless(&testing::render(write, &testing::hostile(), &options));
        }
        let text = testing::render(write, &testing::hostile(), &Options::default());
        testing::assert_harmless(&text);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn colours_only_when_asked() {
        let colored = testing::render(write, &testing::outcome(), &Options { color: true, ..Options::default() });
        assert!(colored.contains('\x1b') && !colored.contains("\x1b]8"));
        assert!(!testing::render(write, &testing::outcome(), &Options::default()).contains('\x1b'));
    }

    /// Every pair of offsets in small texts, past the end and inside characters too.
    #[test]
    fn no_span_panics() {
        for text in ["", "\n", "a", "é\n\n😀b\r\n\tc", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n"] {
            let end = text.len() as u32 + 3;
            for (start, stop) in (0..end).flat_map(|start| (start..end).map(move |stop| (start, stop))) {
                let mut outcome = testing::one(text, (start, stop), "m");
                let related = outcome.findings[0].primary.clone();
                outcome.findings[0].related =
                    vec![related, testing::label(0, 0, 1, "r"), testing::label(0, end, end, "e")];
                for columns in [None, Some(40)] {
                    let options = Options { columns, ..Options::default() };
                    testing::assert_harmless(&testing::render(write, &outcome, &options));
                }
            }
        }
    }

    /// Labels that overlap, nest and cross lines as they like.
    #[test]
    fn no_set_of_labels_panics() {
        let long = format!("{}\nb é\n", "a 😀\t".repeat(200));
        let short = "one\n\ttwo 漢字 three\n\nfour\nfive six\n7\n8\n9\n10\n11 é\n";
        let mut state = 7_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below as u32
        };
        for turn in 0..3000 {
            let text = if turn % 3 == 0 { &long } else { short };
            let mut outcome = testing::one(text, (0, 0), "m");
            let mut labels = (0..4).map(|_| {
                let start = random(text.len() + 2);
                testing::label(0, start, start + random(60), "r")
            });
            outcome.findings[0].primary = labels.next().unwrap();
            outcome.findings[0].related = labels.collect();
            let columns = [None, Some(40), Some(80), Some(65_535)][turn % 4];
            let options = Options { color: turn % 2 == 0, columns, ..Options::default() };
            testing::assert_harmless(&testing::render(write, &outcome, &options).replace('\x1b', ""));
        }
    }
}
