//! The grammar's nodes → our expressions. The text is that of the file, not the masked one.

use std::ops::Range;

use tree_sitter::Node;

use super::template::{self, Piece};
use super::{Expr, ExprKind, ForExpr, Item, Literal, MAX_DEPTH, Reference, Step, TemplatePart};
use crate::source::{Snippet, Span};

/// Reads the expressions of one tree.
pub(super) struct Expressions<'t> {
    snippet: &'t Snippet,
    /// Where the text of the tree begins in the snippet.
    base: usize,
}

impl<'t> Expressions<'t> {
    pub(super) fn new(snippet: &'t Snippet, base: usize) -> Self {
        Self { snippet, base }
    }

    /// The range in the snippet of a range of the tree.
    fn range(&self, range: Range<usize>) -> Range<usize> {
        let end = self.snippet.text().len();
        (range.start + self.base).min(end)..(range.end + self.base).min(end)
    }

    pub(super) fn span_of(&self, range: Range<usize>) -> Span {
        self.snippet.span(self.range(range))
    }

    pub(super) fn span(&self, node: Node) -> Span {
        self.span_of(node.byte_range())
    }

    pub(super) fn text(&self, node: Node) -> &'t str {
        self.snippet.slice(self.range(node.byte_range()))
    }

    /// A quoted label without its quotes.
    pub(super) fn label(&self, node: Node) -> String {
        Expr { kind: ExprKind::Template(self.quoted(node, 0)), span: Span::default() }.literal().unwrap_or_default()
    }

    pub(super) fn expression(&self, node: Node) -> Expr {
        self.nested(node, 0)
    }

    /// An `expression` node.
    fn nested(&self, node: Node, depth: usize) -> Expr {
        self.term(&children(node), depth)
    }

    /// What stands side by side: a primary in front, steps behind it.
    fn term(&self, nodes: &[Node], depth: usize) -> Expr {
        self.way(nodes, (Vec::new(), 0), depth)
    }

    /// A term from which `further`, steps and their end, leads on.
    ///
    /// The grammar gives the steps behind an operation to all of it: they belong to its last operand.
    fn way(&self, nodes: &[Node], further: (Vec<Step>, usize), depth: usize) -> Expr {
        let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return Expr::unknown(Span::default()) };
        let end = last.end_byte().max(further.1);
        let span = self.span_of(first.start_byte()..end);
        if depth > MAX_DEPTH {
            return Expr::unknown(span);
        }
        let (inner, steps) = match nodes {
            [open, inner, _, rest @ ..] if open.kind() == "(" => (*inner, rest),
            [only, rest @ ..] => (*only, rest),
            [] => return Expr::unknown(span),
        };
        let mut path = Vec::new();
        for step in steps {
            self.step(*step, &mut path);
        }
        path.extend(further.0);
        let mut expr = match inner.kind() {
            "operation" => Expr { kind: self.operation(inner, (path, end), depth + 1), span },
            _ => lead(self.primary(inner, depth + 1), path),
        };
        expr.span = span;
        expr
    }

    fn primary(&self, node: Node, depth: usize) -> Expr {
        let span = self.span(node);
        let kind = match node.kind() {
            "expression" => return self.nested(node, depth),
            "literal_value" | "template_expr" | "collection_value" | "for_expr" => match node.named_child(0) {
                Some(inner) => return self.primary(inner, depth),
                None => ExprKind::Unknown,
            },
            "numeric_lit" => ExprKind::Literal(Literal::Number(self.text(node).to_owned())),
            "bool_lit" => ExprKind::Literal(Literal::Bool(self.text(node) == "true")),
            "null_lit" => ExprKind::Literal(Literal::Null),
            "string_lit" | "quoted_template" => ExprKind::Template(self.quoted(node, depth)),
            "heredoc_template" => ExprKind::Template(self.heredoc(node, depth)),
            "variable_expr" => ExprKind::Reference(Reference { root: self.text(node).to_owned(), path: Vec::new() }),
            "function_call" => self.call(node, depth),
            "conditional" => self.conditional(node, depth),
            "tuple" => ExprKind::List(self.all(node, depth)),
            "object" => {
                let elements = children(node).into_iter().filter(|child| child.kind() == "object_elem");
                ExprKind::Object(elements.filter_map(|element| self.item(element, depth)).collect())
            }
            "for_tuple_expr" | "for_object_expr" => self.for_expr(node, depth).unwrap_or(ExprKind::Unknown),
            _ => ExprKind::Unknown,
        };
        Expr { kind, span }
    }

    /// The expressions directly under a node.
    fn all(&self, node: Node, depth: usize) -> Vec<Expr> {
        let found = children(node).into_iter().filter(|child| child.kind() == "expression");
        found.map(|child| self.nested(child, depth)).collect()
    }

    fn step(&self, node: Node, path: &mut Vec<Step>) {
        match node.kind() {
            "index" | "splat" => {
                if let Some(inner) = node.named_child(0) {
                    self.step(inner, path);
                }
            }
            "get_attr" => path.extend(
                children(node).iter().find(|c| c.kind() == "identifier").map(|c| Step::Name(self.text(*c).to_owned())),
            ),
            "legacy_index" => path.push(Step::Index(self.text(node).trim_start_matches(['.', ' ']).to_owned())),
            "new_index" => {
                let inner = children(node).into_iter().find(|child| child.kind() == "expression");
                // Only what is literal matters, and that does not nest.
                let literal =
                    inner.filter(|inner| is_literal(*inner)).and_then(|inner| self.nested(inner, 0).literal());
                path.push(literal.map_or(Step::Dynamic, Step::Index));
            }
            "attr_splat" | "full_splat" => {
                path.push(Step::Splat);
                for child in children(node).into_iter().filter(Node::is_named) {
                    self.step(child, path);
                }
            }
            _ => path.push(Step::Dynamic),
        }
    }

    fn call(&self, node: Node, depth: usize) -> ExprKind {
        let mut name = String::new();
        let (mut arguments, mut expands) = (Vec::new(), false);
        for child in children(node) {
            match child.kind() {
                "identifier" => self.text(child).clone_into(&mut name),
                "function_arguments" => {
                    arguments = self.all(child, depth);
                    expands = children(child).iter().any(|child| child.kind() == "ellipsis");
                }
                _ => {}
            }
        }
        ExprKind::Call { name, arguments, expands }
    }

    /// The grammar takes `a ? b : c ? d : e` for `(a ? b : c) ? d : e`: what it nests in conditions belongs in the
    /// other branches.
    fn conditional(&self, node: Node, depth: usize) -> ExprKind {
        // From the last `? then : otherwise` to the first, each but the last a condition for the one after it.
        let mut arms = Vec::new();
        let mut next = Some(node);
        let mut first = None;
        while let Some(node) = next.take() {
            let parts: Vec<Node> = children(node).into_iter().filter(|child| child.kind() == "expression").collect();
            let &[condition, then, otherwise] = parts.as_slice() else { return ExprKind::Unknown };
            arms.push((then, otherwise));
            match children(condition).as_slice() {
                [only] if only.kind() == "conditional" => next = Some(*only),
                _ => first = Some(condition),
            }
        }
        let Some(first) = first.filter(|_| arms.len() + depth <= MAX_DEPTH) else { return ExprKind::Unknown };
        let end = node.end_byte();
        let mut arms = arms.into_iter().peekable();
        let mut rest: Option<Expr> = None;
        while let Some((then, otherwise)) = arms.next() {
            let rest_or = rest.take().unwrap_or_else(|| self.nested(otherwise, depth));
            // The condition is what the arm before has for its other branch.
            let condition = arms.peek().map_or(first, |(_, otherwise)| *otherwise);
            let kind = ExprKind::Conditional {
                condition: Box::new(self.nested(condition, depth)),
                then: Box::new(self.nested(then, depth)),
                otherwise: Box::new(rest_or),
            };
            rest = Some(Expr { kind, span: self.span_of(condition.start_byte()..end) });
        }
        rest.map_or(ExprKind::Unknown, |expr| expr.kind)
    }

    /// An `operation`, from whose last operand `further` leads on.
    fn operation(&self, node: Node, further: (Vec<Step>, usize), depth: usize) -> ExprKind {
        let nodes = node.named_child(0).map(children).unwrap_or_default();
        let is_operator = |node: &Node| !node.is_named() && !matches!(node.kind(), "(" | ")");
        let mut sides = nodes.splitn(2, is_operator);
        match (sides.next(), nodes.iter().find(|node| is_operator(node)), sides.next()) {
            (Some([]), Some(operator), Some(operand)) => ExprKind::Unary {
                operator: self.text(*operator).to_owned(),
                operand: Box::new(self.way(operand, further, depth)),
            },
            (Some(left), Some(operator), Some(right)) => ExprKind::Binary {
                operator: self.text(*operator).to_owned(),
                left: Box::new(self.term(left, depth)),
                right: Box::new(self.way(right, further, depth)),
            },
            _ => ExprKind::Unknown,
        }
    }

    fn item(&self, node: Node, depth: usize) -> Option<Item> {
        let (key, value) = (node.child_by_field_name("key")?, node.child_by_field_name("val")?);
        let bare = children(key);
        let key = match bare.as_slice() {
            [name] if name.kind() == "variable_expr" => {
                let mut text = Snippet::builder();
                text.push_from(self.snippet, self.range(name.byte_range()));
                Expr { kind: ExprKind::Template(vec![TemplatePart::Text(text.finish())]), span: self.span(*name) }
            }
            _ => self.nested(key, depth),
        };
        Some(Item { key, value: self.nested(value, depth), span: self.span(node) })
    }

    fn for_expr(&self, node: Node, depth: usize) -> Option<ExprKind> {
        let parts = children(node);
        let intro = parts.iter().find(|part| part.kind() == "for_intro")?;
        let mut names: Vec<String> = children(*intro)
            .iter()
            .filter(|part| part.kind() == "identifier")
            .map(|p| self.text(*p).to_owned())
            .collect();
        let value = names.pop()?;
        let mut results = self.all(node, depth);
        let result = results.pop()?;
        let condition = parts.iter().find(|part| part.kind() == "for_cond");
        Some(ExprKind::For(Box::new(ForExpr {
            key: names.pop(),
            value,
            collection: self.all(*intro, depth).pop()?,
            key_result: results.pop(),
            result,
            groups: parts.iter().any(|part| part.kind() == "ellipsis"),
            condition: condition.and_then(|condition| self.all(*condition, depth).pop()),
        })))
    }

    /// A quoted string, with or without interpolations.
    fn quoted(&self, node: Node, depth: usize) -> Vec<TemplatePart> {
        let parts = children(node);
        let at = |kind: &str| parts.iter().find(|part| part.kind() == kind);
        let start = at("quoted_template_start").map_or(node.start_byte(), Node::end_byte);
        let end = at("quoted_template_end").map_or(node.end_byte(), Node::start_byte);
        template::quoted(self.snippet, self.range(start..end), self.pieces(&parts, depth))
    }

    fn heredoc(&self, node: Node, depth: usize) -> Vec<TemplatePart> {
        let parts = children(node);
        let mut words = parts.iter().filter(|part| part.kind() == "heredoc_identifier");
        let (Some(opening), Some(closing)) = (words.next(), words.next()) else { return Vec::new() };
        let flush = parts.first().is_some_and(|start| self.text(*start) == "<<-");
        let range = self.range(opening.end_byte()..closing.start_byte());
        template::heredoc(self.snippet, range, flush, self.pieces(&parts, depth))
    }

    /// The parts of a template that are no text.
    fn pieces(&self, parts: &[Node], depth: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for node in parts {
            let range = self.range(node.byte_range());
            let inner = children(*node);
            let part = match node.kind() {
                "template_interpolation" => {
                    let expr = inner.iter().find(|child| child.kind() == "expression");
                    let expr = expr.map_or_else(|| Expr::unknown(self.span(*node)), |e| self.nested(*e, depth + 1));
                    TemplatePart::Interpolation(Box::new(expr))
                }
                "template_directive" => TemplatePart::Directive(self.span(*node)),
                _ => continue,
            };
            // `~` stands next to the braces.
            let text = self.snippet.slice(range.clone());
            let trims_before = text.get(2..).is_some_and(|text| text.starts_with('~'));
            pieces.push(Piece { trims_before, trims_after: text.ends_with("~}"), range, part });
        }
        pieces
    }
}

/// The nodes directly under a node, comments left out.
fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// Whether an `expression` is a number or a string without interpolation.
fn is_literal(node: Node) -> bool {
    matches!(children(node).as_slice(), [only] if only.kind() == "literal_value")
}

/// Goes on from an expression.
fn lead(expr: Expr, path: Vec<Step>) -> Expr {
    if path.is_empty() {
        return expr;
    }
    let span = expr.span;
    let kind = match expr.kind {
        ExprKind::Reference(mut reference) => {
            reference.path.extend(path);
            ExprKind::Reference(reference)
        }
        _ => ExprKind::Access { base: Box::new(expr), path },
    };
    Expr { kind, span }
}
