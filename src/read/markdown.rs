//! The shell fences of a document → one program: a reader runs them from top to bottom.

use super::Reader;
use super::shell::block;
use crate::program::{Inherit, Program, Step, StepKind};
use crate::source::{FileId, Snippet, Source, Span};
use crate::syntax::markdown::{self, Fence};
use crate::syntax::shell::{Dialect, Placeholders};

/// Markdown by extension.
pub(super) const READER: Reader = Reader { name: "markdown", accepts, words: &[], alone: None, read };

fn accepts(path: &str, _start: &str) -> bool {
    matches!(super::extension(path).as_str(), "md" | "markdown" | "mdx")
}

fn read(source: &Source, file: FileId) -> Program {
    let (body, regions) = steps(&source.snippet(), file);
    Program { file, body: body.into(), document: true, regions, ..Program::default() }
}

/// The steps of a document that may stand in another one, and its fences.
pub(super) fn steps(snippet: &Snippet, file: FileId) -> (Vec<Step>, Vec<Span>) {
    let document = markdown::parse(snippet);
    let step = |fence: &Fence| {
        let body = block(&commands(fence)?, file, Dialect::Bash, Placeholders::Document);
        Some(Step { kind: StepKind::Group(body), span: fence.span })
    };
    let mut body: Vec<Step> = Vec::new();
    let regions = document.fences.iter().map(|fence| fence.span).collect();
    let fences: Vec<&Fence> = document.fences.iter().filter(|fence| !is_counter_example(fence)).collect();
    for section in fences.chunk_by(|a, b| a.heading == b.heading) {
        let steps: Vec<Step> = section.iter().filter_map(|fence| step(fence)).collect();
        match (section.first(), steps.first(), steps.last()) {
            // A reader follows one of several options: what is set in this one need not hold below.
            (Some(fence), Some(first), Some(last)) if is_option(&fence.heading) => {
                let span = first.span.to(last.span);
                body.push(Step { kind: StepKind::Scope(steps.into(), Inherit::All), span });
            }
            _ => body.extend(steps),
        }
    }
    (body, regions)
}

/// Whether a heading is that of one of several ways: `Option A: …`, `Method 2`, `Alternative`.
fn is_option(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let names = ["option", "alternative", "alternatively", "method", "approach", "variant", "way"];
    words.any(|word| names.contains(&word))
}

fn is_counter_example(fence: &Fence) -> bool {
    calls_wrong(&fence.heading) || calls_wrong(&fence.above)
}

/// What a reader would type: prompts taken away, output and lines called wrong left out.
fn commands(fence: &Fence) -> Option<Snippet> {
    let text = fence.body.text();
    let shell = match fence.language.as_str() {
        "sh" | "bash" | "shell" | "zsh" | "ksh" | "console" | "shell-session" | "shellsession" | "terminal" => true,
        "" => text
            .lines()
            .find(|line| !is_remark(line))
            .is_some_and(|first| starts_as_shell(first) || may_start_shell(first) && text.lines().any(starts_as_shell)),
        "diff" => text.lines().any(|line| line.starts_with("+gcloud ") || line.starts_with(" gcloud ")),
        _ => false,
    };
    if !shell {
        return None;
    }
    let diff = fence.language == "diff";
    let prompted = !diff && text.lines().any(|line| prompt(line).is_some());
    let mut lines = Lines { body: Snippet::builder(), fence, wrong: false, continued: false };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let cut = match () {
            () if diff => match line.as_bytes().first() {
                Some(b'+' | b' ') => Some(1),
                _ => None,
            },
            () if prompted => match prompt(line) {
                Some(cut) => Some(cut),
                // A continued command goes on, with or without the second prompt.
                None if lines.continued => Some(if line.starts_with("> ") { 2 } else { 0 }),
                None => None,
            },
            () => Some(0),
        };
        lines.push(at, line, cut);
        at += line.len();
    }
    Some(lines.body.finish())
}

struct Lines<'f> {
    body: crate::source::SnippetBuilder,
    fence: &'f Fence,
    wrong: bool,
    continued: bool,
}

impl Lines<'_> {
    fn push(&mut self, at: usize, line: &str, cut: Option<usize>) {
        let Some(cut) = cut else { return };
        let text = line.get(cut..).unwrap_or("").trim();
        if let Some(comment) = text.strip_prefix('#').filter(|_| !self.continued) {
            self.wrong = calls_wrong(comment.trim_start_matches('#'));
        }
        self.continued = text.ends_with('\\');
        if !self.wrong {
            self.body.push_from(&self.fence.body, at + cut..at + line.len());
        }
    }
}

/// An empty line or a comment: neither says what language follows.
fn is_remark(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn starts_as_shell(line: &str) -> bool {
    let line = line.trim_start();
    prompt(line).is_some() || line.starts_with("gcloud ")
}

/// Whether a line begins a script as well as it begins other things.
fn may_start_shell(line: &str) -> bool {
    let line = line.trim_start();
    let words = ["for ", "while ", "if [", "export ", "curl ", "sudo ", "echo ", "cd ", "set -", "cat <<"];
    let assigned = line.split_once('=').map(|(name, _)| name);
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    words.iter().any(|word| line.starts_with(word))
        || assigned.is_some_and(|name| name.len() > 1 && name.bytes().all(plain))
}

/// The length of a prompt: `$ `, `user@host:~$ `, `(venv) $ `, `% `.
fn prompt(line: &str) -> Option<usize> {
    let indent = line.len() - line.trim_start().len();
    let rest = line.get(indent..)?;
    let end = rest.find("$ ").or_else(|| rest.strip_prefix("% ").map(|_| 0))?;
    let before = rest.get(..end)?;
    let plain = before.is_empty()
        || (before.contains('@') && before.chars().all(|c| c.is_alphanumeric() || "@:~/-._() []".contains(c)));
    plain.then_some(indent + end + 2)
}

/// Whether a line calls what follows it wrong. Some words do so anywhere, some only as a label.
fn calls_wrong(line: &str) -> bool {
    let lower = line.to_lowercase().replace('’', "'");
    let plain: String = lower.chars().map(|c| if "*_`#>".contains(c) { ' ' } else { c }).collect();
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    if lower.contains('❌') || words.iter().any(|word| ["wrong", "incorrect", "bad", "broken"].contains(word)) {
        return true;
    }
    // What fails is shown as it is not done, unless something is to be done when it fails.
    let conditional = words.iter().any(|word| ["if", "when", "case", "until", "unless", "once"].contains(word));
    let joined = words.join(" ");
    let fails = [
        "does not work",
        "doesn't work",
        "will not work",
        "won't work",
        "fails with",
        "will fail",
        "this fails",
        "following fails",
        "expected error",
        "anti pattern",
        "antipattern",
    ];
    let forbids = ["never", "don't", "do not"].iter().any(|no| {
        let rest = joined.strip_prefix(no).unwrap_or("").trim_start();
        ["do this", "do that", "use", "run this", "run these"].iter().any(|what| rest.starts_with(what))
    });
    if forbids && lower.trim_end().ends_with([':', '*', '_']) {
        return true;
    }
    if !conditional && fails.iter().any(|text| joined.contains(text)) {
        return true;
    }
    ["before", "old", "don't", "do not", "never", "avoid"].iter().any(|label| is_label(&plain, label))
}

/// A label stands alone, in brackets, or before `:` or `(`.
fn is_label(line: &str, label: &str) -> bool {
    let line = line.trim_matches(|c: char| c.is_whitespace() || "-+.0123456789".contains(c));
    if line == label || line.contains(&format!("({label})")) || line.contains(&format!("[{label}]")) {
        return true;
    }
    line.strip_prefix(label).is_some_and(|rest| rest.trim_start().starts_with([':', '(']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_call_what_follows_wrong() {
        for line in [
            "## Wrong way",
            "❌ OIDC",
            "**Before (OIDC):**",
            "Before:",
            "### Old",
            "- [old] form",
            "Don't:",
            "This is incorrect:",
            "(before)",
            "This does not work:",
            "Never do this:",
            "**Anti-pattern**",
            "Expected error:",
            "The following fails with 401:",
        ] {
            assert!(calls_wrong(line), "{line}");
        }
        for line in [
            "Before you start:",
            "Don't forget to run:",
            "Badge",
            "Hold on",
            "Never mind the cost, run this:",
            "Old projects need this:",
            "If it fails with 403, grant the role:",
        ] {
            assert!(!calls_wrong(line), "{line}");
        }
    }

    fn typed(text: &str) -> Option<String> {
        let document = markdown::parse(&Snippet::whole(text));
        commands(document.fences.first().unwrap()).map(|body| body.text().to_owned())
    }

    #[test]
    fn transcripts_keep_what_is_typed() {
        assert_eq!(
            typed("```console\n$ gcloud a \\\n>   --b\nCreated.\nme@host:~$ gcloud c\n```").unwrap(),
            "gcloud a \\\n  --b\ngcloud c\n"
        );
        assert_eq!(typed("```\ngcloud a\n```").unwrap(), "gcloud a\n");
        assert_eq!(typed("```\n# Run\ngcloud a\n```").unwrap(), "# Run\ngcloud a\n");
        assert_eq!(typed("```\nError: gcloud failed\n```"), None);
        assert_eq!(typed("```yaml\ngcloud: a\n```"), None);
        assert_eq!(typed("```bash\n# ❌ no\ngcloud a\n# ✅ yes\ngcloud b\n```").unwrap(), "# ✅ yes\ngcloud b\n");
        assert_eq!(typed("```diff\n-gcloud a --x\n+gcloud a --y\n```").unwrap(), "gcloud a --y\n");
    }
}
