//! Terraform's expressions → nodes. A function that is not followed is a hole.

use super::Reading;
use crate::program::{Entry, Expr, Guard, Listed, Name, Node, Op, Part, Quote, Use};
use crate::source::Span;
use crate::syntax::hcl::{self, ExprKind, Item, Literal, Reference, Step, TemplatePart};
use crate::value::Place;

/// Characters of an expression that a message shows.
const MAX_SHOWN: usize = 60;

/// Functions that give their first argument back as far as we are concerned.
const TRANSPARENT: &[&str] =
    &["toset", "tolist", "tostring", "tomap", "sensitive", "nonsensitive", "trimspace", "try", "distinct"];

impl Reading<'_> {
    /// Something that is not followed, shown as it is written.
    pub fn hole(self, span: Span) -> Node {
        Node::Text(Expr { parts: vec![self.hole_part(span)] })
    }

    fn hole_part(self, span: Span) -> Part {
        let text = self.source.slice(span);
        let shown = match text.char_indices().nth(MAX_SHOWN) {
            Some((cut, _)) => format!("${{{}…}}", text.get(..cut).unwrap_or("")),
            None => format!("${{{text}}}"),
        };
        self.used(Name::Other(shown), Op::Plain, span)
    }

    pub fn used(self, name: Name, op: Op, span: Span) -> Part {
        Part::Use(Box::new(Use { name, op, quote: Quote::Whole, place: self.near(span) }))
    }

    pub fn node(self, expr: &hcl::Expr) -> Node {
        match &expr.kind {
            ExprKind::Literal(Literal::Null) => Node::Null(self.near(expr.span)),
            ExprKind::List(items) => Node::List(items.iter().map(|item| self.node(item)).collect(), false),
            ExprKind::Object(items) => self.object(items),
            ExprKind::Conditional { condition, then, otherwise } => {
                Node::Choice(Box::new(self.guard(condition)), Box::new(self.node(then)), Box::new(self.node(otherwise)))
            }
            ExprKind::Call { name, arguments, expands: false } => self.call(name, arguments, expr.span),
            ExprKind::Template(parts) => match parts.as_slice() {
                // `"${x}"` is whatever x is.
                [TemplatePart::Interpolation(only)] => self.node(only),
                parts => Node::Text(self.template(parts, expr.span)),
            },
            _ => Node::Text(Expr { parts: vec![self.part(expr)] }),
        }
    }

    /// The names and keys of a reference, a key that is asked for by another name in brackets; `None` where it is of
    /// several things.
    fn path(self, reference: &Reference, span: Span) -> Option<Vec<String>> {
        // `resource.google_x.y` is `google_x.y`.
        let root = (reference.root != "resource").then(|| reference.root.clone());
        let mut path: Vec<String> = root.into_iter().collect();
        let mut keys = None;
        for step in &reference.path {
            match step {
                Step::Name(name) | Step::Index(name) => path.push(name.clone()),
                Step::Dynamic => {
                    let keys = keys.get_or_insert_with(|| dynamic_keys(self.source.slice(span)).into_iter());
                    path.push(keys.next()?);
                }
                Step::Splat => return None,
            }
        }
        Some(path)
    }

    /// An expression as a text.
    pub fn text(self, expr: &hcl::Expr) -> Expr {
        match self.node(expr) {
            Node::Text(text) => text,
            node => Expr { parts: vec![Part::Nested(Box::new(node), self.near(expr.span))] },
        }
    }

    fn part(self, expr: &hcl::Expr) -> Part {
        match &expr.kind {
            ExprKind::Literal(Literal::Bool(known)) => Part::Text(known.to_string().into(), self.place(expr.span)),
            ExprKind::Literal(Literal::Number(text)) => Part::Text(text.as_str().into(), self.place(expr.span)),
            ExprKind::Reference(reference) => match self.path(reference, expr.span) {
                Some(path) => self.used(Name::Path(path), Op::Plain, expr.span),
                None => self.hole_part(expr.span),
            },
            ExprKind::Conditional { .. } | ExprKind::Call { expands: false, .. } | ExprKind::Template(_) => {
                Part::Nested(Box::new(self.node(expr)), self.near(expr.span))
            }
            _ => self.hole_part(expr.span),
        }
    }

    fn template(self, parts: &[TemplatePart], span: Span) -> Expr {
        let mut out = Expr::default();
        for part in parts {
            match part {
                TemplatePart::Text(text) => {
                    let range = 0..text.text().len();
                    let exact = text.is_exact(range.clone());
                    let place = Place { file: self.file, span: text.span(range), exact };
                    out.parts.push(Part::Text(text.text().into(), place));
                }
                TemplatePart::Interpolation(inner) => out.parts.push(self.part(inner)),
                TemplatePart::Directive(span) => out.parts.push(self.hole_part(*span)),
            }
        }
        if out.parts.is_empty() {
            out.parts.push(Part::Text("".into(), self.near(span)));
        }
        out
    }

    fn object(self, items: &[Item]) -> Node {
        let mut open = false;
        let mut entries = Vec::new();
        for item in items {
            match item.key.literal() {
                Some(name) => entries.push(Entry {
                    name,
                    at: self.near(item.key.span),
                    whole: self.near(item.span),
                    value: self.node(&item.value),
                }),
                None => open = true,
            }
        }
        Node::Map(entries, open)
    }

    fn call(self, name: &str, arguments: &[hcl::Expr], span: Span) -> Node {
        match (name, arguments) {
            // Which of the items there are is not known.
            ("try", [first @ hcl::Expr { kind: ExprKind::List(_), .. }, _, ..]) | ("compact", [first]) => {
                Node::Merged(vec![self.node(first), self.hole(span)])
            }
            (name, [first, ..]) if TRANSPARENT.contains(&name) => self.node(first),
            ("merge" | "concat" | "setunion", all) => {
                Node::Merged(all.iter().map(|argument| self.node(argument)).collect())
            }
            ("values", [map]) => Node::Listed(Listed::Values, Box::new(self.node(map))),
            ("flatten", [list]) => Node::Listed(Listed::Flat, Box::new(self.node(list))),
            ("format", [format, rest @ ..]) => self.format(format, rest).unwrap_or_else(|| self.hole(span)),
            ("join", [separator, list]) => self.join(separator, list).unwrap_or_else(|| self.hole(span)),
            ("coalesce", [first, rest @ ..]) => match (&first.kind, rest) {
                (ExprKind::Reference(reference), [otherwise]) => match self.path(reference, first.span) {
                    Some(path) => {
                        let op = Op::Default(self.text(otherwise));
                        Node::Text(Expr { parts: vec![self.used(Name::Path(path), op, span)] })
                    }
                    None => self.hole(span),
                },
                _ => self.hole(span),
            },
            ("lower", [text]) => self.edited(text, Op::Lower, span),
            ("upper", [text]) => self.edited(text, Op::Upper, span),
            ("trimprefix", [text, prefix]) => match prefix.literal() {
                Some(prefix) => self.edited(text, Op::StripPrefix(prefix), span),
                None => self.hole(span),
            },
            ("trimsuffix", [text, suffix]) => match suffix.literal() {
                Some(suffix) => self.edited(text, Op::StripSuffix(suffix), span),
                None => self.hole(span),
            },
            ("replace", [text, from, to]) => match (from.literal(), to.literal()) {
                // Between slashes stands a regular expression.
                (Some(from), Some(to)) if !from.starts_with('/') || from.len() == 1 => {
                    self.edited(text, Op::Replace(from, to, true), span)
                }
                _ => self.hole(span),
            },
            _ => self.hole(span),
        }
    }

    /// A text that is edited: of a name alone, which is all that is followed.
    fn edited(self, text: &hcl::Expr, op: Op, span: Span) -> Node {
        match &text.kind {
            ExprKind::Reference(reference) => match self.path(reference, text.span) {
                Some(path) => Node::Text(Expr { parts: vec![self.used(Name::Path(path), op, span)] }),
                None => self.hole(span),
            },
            ExprKind::Template(parts) => match parts.as_slice() {
                [TemplatePart::Interpolation(only)] => self.edited(only, op, span),
                _ => self.hole(span),
            },
            _ => self.hole(span),
        }
    }

    /// `format("https://%s/x", host)`, with the verbs that give a text back as it is.
    fn format(self, format: &hcl::Expr, arguments: &[hcl::Expr]) -> Option<Node> {
        let text = format.literal()?;
        let place = self.near(format.span);
        let mut out = Expr::default();
        let mut arguments = arguments.iter();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            out.parts.push(Part::Text(before.into(), place));
            let verb = after.chars().next()?;
            match verb {
                '%' => out.parts.push(Part::Text("%".into(), place)),
                's' | 'd' | 'v' => out.parts.push(self.part(arguments.next()?)),
                _ => return None,
            }
            rest = after.get(verb.len_utf8()..)?;
        }
        out.parts.push(Part::Text(rest.into(), place));
        Some(Node::Text(out))
    }

    fn join(self, separator: &hcl::Expr, list: &hcl::Expr) -> Option<Node> {
        let (separator, ExprKind::List(items)) = (separator.literal()?, &list.kind) else { return None };
        let mut out = Expr::default();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.parts.push(Part::Text(separator.as_str().into(), self.near(list.span)));
            }
            out.parts.extend(self.text(item).parts);
        }
        Some(Node::Text(out))
    }

    /// A condition.
    pub fn guard(self, condition: &hcl::Expr) -> Guard {
        let text = || self.source.slice(condition.span).to_owned();
        let opaque = || Guard::Opaque(Some(text()), Vec::new());
        let hidden = || Guard::Hidden(text(), self.asked(condition).unwrap_or_default());
        match &condition.kind {
            ExprKind::Literal(Literal::Bool(true)) => Guard::Always,
            ExprKind::Literal(Literal::Bool(false)) => Guard::Not(Box::new(Guard::Always)),
            ExprKind::Reference(_) => Guard::Equal(self.text(condition), Expr::text("true", self.near(condition.span))),
            ExprKind::Unary { operator, operand } if operator == "!" => Guard::Not(Box::new(self.guard(operand))),
            ExprKind::Binary { operator, left, right } => match operator.as_str() {
                "&&" => Guard::All(vec![self.guard(left), self.guard(right)]),
                "||" => Guard::Any(vec![self.guard(left), self.guard(right)]),
                "==" | "!=" if !is_null(left) && !is_null(right) => {
                    let (one, other) = (self.text(left), self.text(right));
                    if is_hole(&one) || is_hole(&other) {
                        return hidden();
                    }
                    let equal = Guard::Equal(one, other);
                    if operator == "==" { equal } else { Guard::Not(Box::new(equal)) }
                }
                "==" | "!=" => opaque(),
                _ => hidden(),
            },
            _ => hidden(),
        }
    }

    /// The names that an expression asks; `None` where one of them is of several things, or its own.
    fn asked(self, expr: &hcl::Expr) -> Option<Vec<Expr>> {
        let mut out = Vec::new();
        self.ask(expr, &mut out).then_some(out)
    }

    fn ask(self, expr: &hcl::Expr, out: &mut Vec<Expr>) -> bool {
        let mut all = |exprs: &[hcl::Expr]| exprs.iter().all(|expr| self.ask(expr, out));
        match &expr.kind {
            ExprKind::Literal(_) => true,
            ExprKind::Reference(reference) => self.path(reference, expr.span).is_some_and(|path| {
                out.push(Expr { parts: vec![self.used(Name::Path(path), Op::Plain, expr.span)] });
                true
            }),
            ExprKind::Call { arguments, .. } => all(arguments),
            ExprKind::List(items) => all(items),
            ExprKind::Binary { left, right, .. } => self.ask(left, out) && self.ask(right, out),
            ExprKind::Access { base: inner, .. } | ExprKind::Unary { operand: inner, .. } => self.ask(inner, out),
            ExprKind::Template(parts) => parts.iter().all(|part| match part {
                TemplatePart::Text(_) => true,
                TemplatePart::Interpolation(inner) => self.ask(inner, out),
                TemplatePart::Directive(_) => false,
            }),
            ExprKind::Conditional { .. } | ExprKind::Object(_) | ExprKind::For(_) | ExprKind::Unknown => false,
        }
    }
}

/// Whether it is something that is not followed.
fn is_hole(expr: &Expr) -> bool {
    matches!(expr.parts.as_slice(), [Part::Use(used)] if matches!(used.name, Name::Other(_)))
}

fn is_null(expr: &hcl::Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Null))
}

/// What stands in the brackets of a reference that are neither a number nor a text, in order and in brackets.
fn dynamic_keys(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut quoted) = (0_usize, 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'[' if !quoted => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            b']' if !quoted => {
                depth = depth.saturating_sub(1);
                let inner = text.get(start + 1..at).unwrap_or("").trim();
                let plain = inner.trim_start_matches('\\').starts_with('"')
                    || inner == "*"
                    || inner.bytes().all(|byte| byte.is_ascii_digit());
                if depth == 0 && !plain {
                    found.push(format!("[{inner}]"));
                }
            }
            _ => {}
        }
    }
    found
}
