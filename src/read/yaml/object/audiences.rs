//! The annotation that gives a Cloud Run service audiences of its own: where it stands, and what would mend it.
//!
//! It belongs to the metadata of the service, and its text is a list in JSON
//! (<https://cloud.google.com/run/docs/configuring/custom-audiences>, checked 2026-11-21).

use super::{Context, Reading, Type};
use crate::program::{self, Declaration, Entry, Expr, Schema, Step, StepKind};
use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Pair, Style};
use crate::value::Place;

const ANNOTATION: &str = "run.googleapis.com/custom-audiences";
/// Where a revision has annotations, of which this is none.
const REVISION: [&str; 3] = ["spec", "template", "metadata"];

pub(super) fn read(context: &Context, service: &Node, own: Type, reading: &mut Reading) {
    if !matches!((own.group, own.kind), ("serving.knative.dev" | "run.googleapis.com", "Service")) {
        return;
    }
    for (level, path) in [("service", &["metadata"][..]), ("revision", &REVISION)] {
        let annotations = service.path(path).and_then(|metadata| metadata.path(&["annotations"]));
        let Some(pair) = annotations.and_then(|annotations| annotations.get(ANNOTATION)) else { continue };
        let edits = if level == "revision" { moved(context, service, pair) } else { wrapped(context, pair) };
        reading.steps.push(declared(context, service, level, pair, edits.unwrap_or_default()));
    }
}

/// The annotation as something of its own: `service`, `level`, `audiences`, and the `edits` that would mend it.
fn declared(context: &Context, service: &Node, level: &str, pair: &Pair, edits: Vec<(Span, String)>) -> Step {
    let near = context.near(pair.span);
    let entry = |name: &str, value| Entry { name: name.to_owned(), at: near, whole: near, value };
    let edits =
        edits.into_iter().map(|(span, text)| program::Node::Text(Expr::text(text, Place::exact(context.file, span))));
    let mut parts = vec![
        entry("level", program::Node::Text(Expr::text(level, near))),
        Entry { name: "audiences".to_owned(), ..context.entry(pair) },
        entry("edits", program::Node::List(edits.collect(), false)),
    ];
    if let Some(name) = service.path(&["metadata", "name"]) {
        parts.push(entry("service", context.node(name)));
    }
    let declaration = Declaration {
        schema: Schema::Object,
        kind: ANNOTATION.to_owned(),
        name: String::new(),
        head: near,
        body: program::Node::Map(parts, false),
        each: None,
    };
    Step { kind: StepKind::Declare(declaration.into()), span: service.span }
}

/// One audience becomes a list of it; a list of YAML becomes a text. In quotes as YAML has them, which JSON has not.
fn wrapped(context: &Context, pair: &Pair) -> Option<Vec<(Span, String)>> {
    if crate::read::extension(context.path) == "json" || pair.value.anchored.is_some() {
        return None;
    }
    let whole = pair.value.span;
    let (open, close, inner) = match &pair.value.kind {
        Kind::Scalar(scalar) => {
            let text = scalar.text();
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/${}".contains(c);
            let range = 0..text.len();
            let exact = matches!(scalar.style, Style::Plain | Style::Single | Style::Double)
                && scalar.mapped
                && scalar.body.is_exact(range.clone());
            if text.is_empty() || !exact || !text.chars().all(plain) {
                return None;
            }
            ("'[\"", "\"]'", scalar.body.span(range))
        }
        Kind::Sequence(items) => {
            // Then what stands between the brackets is JSON.
            let quoted = |item: &Node| {
                let quoted = item.scalar().is_some_and(|scalar| scalar.style == Style::Double && scalar.mapped);
                quoted && item.text().is_some_and(|text| !text.contains(['\'', '\\', '"', '\n']))
            };
            let text = context.text?.get(whole.range())?;
            if items.is_empty() || !items.iter().all(quoted) || !text.starts_with('[') || text.contains(['\n', '\'']) {
                return None;
            }
            ("'", "'", whole)
        }
        _ => return None,
    };
    let before = Span::new(whole.start, inner.start);
    let after = Span::new(inner.end, whole.end);
    Some(vec![(before, open.to_owned()), (after, close.to_owned())])
}

/// The line goes up to the annotations of the service, with what would be left empty around it.
fn moved(context: &Context, service: &Node, pair: &Pair) -> Option<Vec<(Span, String)>> {
    let text = context.text?;
    let line = text.get(pair.span.range()).filter(|line| !line.contains('\n') && line.starts_with(ANNOTATION))?;
    let metadata = service.path(&["metadata"])?;
    let (before, written) = match metadata.get("annotations") {
        Some(own) if own.value.get(ANNOTATION).is_some() => return None,
        Some(own) => {
            let first = own.value.pairs().first().map(|pair| pair.span)?;
            (first, line.to_owned())
        }
        None => {
            let first = metadata.pairs().first().map(|pair| pair.span)?;
            (first, format!("annotations:\n{}  {line}", indent(text, first)?))
        }
    };
    let written = format!("{written}\n{}", indent(text, before)?);
    let gone = lines(text, emptied(service, pair)?)?;
    Some(vec![(Span::new(before.start, before.start), written), (gone, String::new())])
}

/// What goes with the annotation: maps that hold nothing else.
fn emptied(service: &Node, pair: &Pair) -> Option<Span> {
    let template = service.path(&["spec", "template"])?;
    let metadata = template.get("metadata")?;
    let annotations = metadata.value.get("annotations")?;
    Some(match (annotations.value.pairs().len(), metadata.value.pairs().len()) {
        (1, 1) => metadata.span,
        (1, _) => annotations.span,
        _ => pair.span,
    })
}

/// The blanks before the first thing of a line.
fn indent(text: &str, at: Span) -> Option<&str> {
    let before = text.get(..at.start as usize)?;
    let indent = before.rsplit('\n').next()?;
    indent.bytes().all(|byte| byte == b' ').then_some(indent)
}

/// Whole lines, with the line break before them; `None` when something else stands there.
fn lines(text: &str, span: Span) -> Option<Span> {
    let start = (span.start as usize).checked_sub(indent(text, span)?.len() + 1)?;
    let rest = text.get(span.end as usize..)?;
    let after = rest.split('\n').next()?;
    let plain = after.trim().is_empty() && !after.contains('\r');
    plain.then(|| Span::new(start as u32, span.end + after.len() as u32))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::read::yaml::refer;
    use crate::source::{FileId, Snippet};
    use crate::syntax::yaml;

    /// The text after the move; `None` where none is offered.
    fn after(text: &str) -> Option<String> {
        let snippet = Snippet::whole(text);
        let documents = yaml::parse(&snippet);
        let service = &documents.first().unwrap().root;
        let context = Context {
            file: FileId(0),
            path: "a.yaml",
            references: refer::none,
            text: Some(text),
            nesting: 0,
            budget: &Cell::new(1000),
        };
        let pair = service.path(&REVISION).unwrap().path(&["annotations"]).unwrap().get(ANNOTATION).unwrap();
        let mut edits = moved(&context, service, pair)?;
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut text = text.to_owned();
        for (span, new) in edits {
            text.replace_range(span.range(), &new);
        }
        Some(text)
    }

    const LINE: &str = "run.googleapis.com/custom-audiences: '[\"https://a.example.com\"]'";

    #[test]
    fn the_annotation_moves_with_what_would_be_left_empty() {
        let alone = format!(
            "metadata:\n  name: a\nspec:\n  template:\n    metadata:\n      annotations:\n        {LINE}\n    spec: {{}}\n"
        );
        let moved = format!("metadata:\n  annotations:\n    {LINE}\n  name: a\nspec:\n  template:\n    spec: {{}}\n");
        assert_eq!(after(&alone), Some(moved));
        let beside = format!(
            "metadata:\n  annotations:\n    x: y\nspec:\n  template:\n    metadata:\n      annotations:\n        {LINE}\n        z: z\n"
        );
        let moved = format!(
            "metadata:\n  annotations:\n    {LINE}\n    x: y\nspec:\n  template:\n    metadata:\n      annotations:\n        z: z\n"
        );
        assert_eq!(after(&beside), Some(moved));
    }

    #[test]
    fn what_stands_on_one_line_or_has_a_comment_stays() {
        let flow =
            format!("metadata: {{name: a}}\nspec:\n  template:\n    metadata:\n      annotations:\n        {LINE}\n");
        assert_eq!(after(&flow), None);
        let comment = format!(
            "metadata:\n  name: a\nspec:\n  template:\n    metadata:\n      annotations:\n        {LINE} # why\n"
        );
        assert_eq!(after(&comment), None);
        let both = format!(
            "metadata:\n  annotations:\n    {LINE}\nspec:\n  template:\n    metadata:\n      annotations:\n        {LINE}\n"
        );
        assert_eq!(after(&both), None);
    }
}
