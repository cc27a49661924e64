//! Terraform written in JSON → the tree that its own language has. A text is a template; what may be a block or an
//! argument is an argument, which is read alike.
//!
//! The form: <https://developer.hashicorp.com/terraform/language/syntax/json>, checked 2026-11-21.

use crate::source::{Snippet, Span};
use crate::syntax::hcl::{self, Attribute, Block, Body, Expr, ExprKind, Item, Literal, TemplatePart};
use crate::syntax::yaml::{self, Kind, Node, Pair, Scalar, Style};

/// The word that ends a template while it is read. No line of a file is likely to be it.
const END: &str = "AUTHLINT_END_OF_TEXT";

/// A file of blocks.
pub(super) fn blocks(snippet: &Snippet) -> Body {
    let mut body = Body { span: snippet.span(0..snippet.text().len()), ..Body::default() };
    for document in yaml::parse(snippet) {
        body.broken |= document.root.is_open();
        for pair in objects(&document.root).into_iter().flat_map(Node::pairs) {
            let labels = match pair.key.text() {
                "resource" | "data" => 2,
                "variable" | "output" | "module" => 1,
                "locals" => 0,
                _ => continue,
            };
            block(pair, pair.key.text(), &mut Vec::new(), labels, &mut body.blocks);
        }
    }
    body
}

/// A file of variables: texts in it are no templates.
pub(super) fn variables(snippet: &Snippet) -> Body {
    let mut body = Body::default();
    for document in yaml::parse(snippet) {
        body.attributes.extend(document.root.pairs().into_iter().map(|pair| attribute(pair, false)));
    }
    body
}

/// A mapping, or those in a list.
fn objects(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::Mapping(_) => vec![node],
        Kind::Sequence(items) => items.iter().filter(|item| matches!(item.kind, Kind::Mapping(_))).collect(),
        _ => Vec::new(),
    }
}

/// Blocks of a kind, with as many labels to come as are said, each of which is a key.
fn block(pair: &Pair, kind: &str, labels: &mut Vec<String>, more: usize, out: &mut Vec<Block>) {
    for object in objects(&pair.value) {
        if more > 0 {
            for inner in object.pairs().into_iter().filter(|inner| !is_comment(inner)) {
                labels.push(inner.key.text().to_owned());
                block(inner, kind, labels, more - 1, out);
                labels.pop();
            }
            continue;
        }
        out.push(Block {
            kind: kind.to_owned(),
            labels: labels.clone(),
            body: body(object),
            head: key_span(&pair.key),
            span: pair.span,
        });
    }
}

fn body(object: &Node) -> Body {
    let mut body = Body { broken: object.is_open(), span: object.span, ..Body::default() };
    for pair in object.pairs().into_iter().filter(|pair| !is_comment(pair)) {
        match pair.key.text() {
            name @ ("dynamic" | "provisioner") => block(pair, name, &mut Vec::new(), 1, &mut body.blocks),
            name if name == "content" || holds_blocks(&pair.value) => {
                block(pair, name, &mut Vec::new(), 0, &mut body.blocks);
            }
            _ => body.attributes.push(attribute(pair, true)),
        }
    }
    body
}

/// Whether it is surely the body of a block: only there may others be repeated.
fn holds_blocks(node: &Node) -> bool {
    let within = |pair: &Pair| pair.key.text() == "dynamic" || holds_blocks(&pair.value);
    objects(node).into_iter().any(|object| object.pairs().into_iter().any(within))
}

fn is_comment(pair: &Pair) -> bool {
    pair.key.text() == "//"
}

fn key_span(key: &Scalar) -> Span {
    key.body.span(0..key.body.text().len())
}

fn attribute(pair: &Pair, templates: bool) -> Attribute {
    Attribute {
        name: pair.key.text().to_owned(),
        at: key_span(&pair.key),
        value: expr(&pair.value, templates),
        span: pair.span,
    }
}

fn expr(node: &Node, templates: bool) -> Expr {
    let kind = match &node.kind {
        Kind::Scalar(scalar) => text(scalar, templates),
        Kind::Sequence(items) if !node.is_open() => {
            ExprKind::List(items.iter().map(|item| expr(item, templates)).collect())
        }
        Kind::Mapping(_) if !node.is_open() => {
            let item = |pair: &Pair| Item {
                key: Expr { kind: literal(&pair.key.body), span: pair.key.span },
                value: expr(&pair.value, templates),
                span: pair.span,
            };
            ExprKind::Object(node.pairs().into_iter().filter(|pair| !is_comment(pair)).map(item).collect())
        }
        Kind::Sequence(_) | Kind::Mapping(_) | Kind::Unknown => ExprKind::Unknown,
    };
    Expr { kind, span: node.span }
}

fn text(scalar: &Scalar, templates: bool) -> ExprKind {
    let written = scalar.text();
    if scalar.style == Style::Plain {
        return match written {
            _ if scalar.is_null() => ExprKind::Literal(Literal::Null),
            "true" | "false" => ExprKind::Literal(Literal::Bool(written == "true")),
            _ => ExprKind::Literal(Literal::Number(written.to_owned())),
        };
    }
    if templates && (written.contains("${") || written.contains("%{")) {
        template(scalar).unwrap_or(ExprKind::Unknown)
    } else {
        literal(&scalar.body)
    }
}

fn literal(text: &Snippet) -> ExprKind {
    let part = (!text.text().is_empty()).then(|| TemplatePart::Text(text.clone()));
    ExprKind::Template(part.into_iter().collect())
}

/// A text with what is to be filled in: a here-document knows no escapes either.
fn template(scalar: &Scalar) -> Option<ExprKind> {
    let mut document = Snippet::builder();
    document.push_decoded(&format!("text = <<{END}\n"), Span::new(scalar.span.start, scalar.span.start));
    document.push_from(&scalar.body, 0..scalar.body.text().len());
    document.push_decoded(&format!("\n{END}\n"), Span::new(scalar.span.end, scalar.span.end));
    let mut attributes = hcl::parse(&document.finish()).body.attributes;
    let ExprKind::Template(mut parts) = attributes.pop().filter(|_| attributes.is_empty())?.value.kind else {
        return None;
    };
    // The last line end is ours.
    if let Some(TemplatePart::Text(last)) = parts.pop() {
        let kept = last.text().strip_suffix('\n')?.len();
        if kept > 0 {
            let mut text = Snippet::builder();
            text.push_from(&last, 0..kept);
            parts.push(TemplatePart::Text(text.finish()));
        }
        return Some(ExprKind::Template(parts));
    }
    None
}
