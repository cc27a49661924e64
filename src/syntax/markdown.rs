//! Markdown text → its fenced code blocks, each with its map to the file, its heading and the line above it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::source::{Snippet, Span};

/// A fenced code block.
#[derive(Debug, Clone)]
pub struct Fence {
    /// The first word after the fence, lower case; empty when there is none.
    pub language: String,
    /// Everything after the fence.
    pub info: String,
    /// What stands in it, quote marks and indentation taken away.
    pub body: Snippet,
    /// The whole block.
    pub span: Span,
    /// The text of the nearest heading above.
    pub heading: String,
    /// The nearest line above that is not empty, as it stands.
    pub above: String,
}

/// A document.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its fences in order.
    pub fences: Vec<Fence>,
}

/// Parses a document; never fails.
pub fn parse(snippet: &Snippet) -> Document {
    let text = snippet.text();
    let mut document = Document::default();
    let mut heading = String::new();
    let mut in_heading: Option<HeadingLevel> = None;
    let mut open: Option<(String, std::ops::Range<usize>, Vec<std::ops::Range<usize>>)> = None;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                in_heading = Some(level);
                heading.clear();
            }
            Event::End(TagEnd::Heading(_)) => in_heading = None,
            Event::Text(part) | Event::Code(part) if in_heading.is_some() => heading.push_str(&part),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                open = Some((info.to_string(), range, Vec::new()));
            }
            Event::Text(_) => {
                if let Some((_, _, lines)) = &mut open {
                    lines.push(range);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some((info, whole, lines)) = open.take() {
                    let mut body = Snippet::builder();
                    for line in lines {
                        body.push_from(snippet, line);
                    }
                    document.fences.push(Fence {
                        language: language(&info),
                        body: body.finish(),
                        above: line_above(text, whole.start).to_owned(),
                        span: snippet.span(whole),
                        heading: heading.clone(),
                        info,
                    });
                }
            }
            _ => {}
        }
    }
    document
}

/// The language of an info string: `bash`, `{.bash}`, `bash,ignore`, `bash title="x"`.
fn language(info: &str) -> String {
    let first = info.trim_start_matches(['{', '.', ' ']);
    first.split(|c: char| !(c.is_alphanumeric() || "-_+#".contains(c))).next().unwrap_or("").to_ascii_lowercase()
}

fn line_above(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or("");
    // The fence's own line may begin with quote marks or a list bullet.
    let before = before.get(..before.rfind('\n').unwrap_or(0)).unwrap_or("");
    before.lines().rev().find(|line| !line.trim_matches([' ', '\t', '>']).is_empty()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_know_their_heading_and_line_and_map_back() {
        let text = "# Deploy\n\nRun this:\n\n- item\n\n  ```bash title=\"x\"\n  gcloud a \\\n    --b\n  ```\n\n> ```\n> gcloud c\n> ```\n";
        let document = parse(&Snippet::whole(text));
        let [first, second] = document.fences.as_slice() else { panic!("{document:?}") };
        assert_eq!(
            (first.language.as_str(), first.heading.as_str(), first.above.as_str()),
            ("bash", "Deploy", "- item")
        );
        assert_eq!(first.body.text(), "gcloud a \\\n  --b\n");
        let at = first.body.text().find("--b").unwrap();
        assert_eq!(text.get(first.body.span(at..at + 3).range()), Some("--b"));
        assert_eq!(second.body.text(), "gcloud c\n");
        assert_eq!(text.get(second.body.span(7..8).range()), Some("c"));
    }

    #[test]
    fn an_unclosed_fence_runs_to_the_end() {
        let document = parse(&Snippet::whole("~~~sh\ngcloud a\n"));
        assert_eq!(document.fences.len(), 1);
        assert_eq!(document.fences[0].body.text(), "gcloud a\n");
    }
}
