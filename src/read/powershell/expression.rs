//! Expressions → texts and lists.

use super::names::{self, path, single};
use super::{Lowering, words};
use crate::program::{Block, Command, Expr, Name, Op, Part, Quote, Step, StepKind, Use};
use crate::source::Span;
use crate::syntax::powershell::{self as syntax, ExprKind, Stage, Stmt, StmtKind};
use crate::value::Place;

/// Variables of the language that say what the last command did, or another thing each time.
const CHANGING: &[&str] = &["?", "$", "^", "lastexitcode", "error", "matches", "input", "pid", "myinvocation"];

/// Nobody knows how many words.
pub(super) fn open(place: Place) -> Expr {
    // Nothing sets a variable of this name.
    let name = Name::All("…".to_owned());
    Expr { parts: vec![Part::Use(Box::new(Use { name, op: Op::Plain, quote: Quote::Whole, place }))] }
}

impl<'t> Lowering<'t> {
    /// An expression as one text.
    pub(super) fn expr(self, expr: &'t syntax::Expr) -> Expr {
        let mut parts = Vec::new();
        self.parts(expr, &mut parts);
        if parts.is_empty() {
            parts.push(Part::Text("".into(), self.place(expr.span)));
        }
        Expr { parts }
    }

    /// Something that is not followed.
    pub(super) fn hole(self, span: Span) -> Part {
        self.used(Name::Other("…".to_owned()), Op::Plain, span)
    }

    /// An expression that is not followed, though what it runs is run.
    fn unknown(self, expr: &'t syntax::Expr) -> Part {
        let mut steps = Vec::new();
        Self { silent: true, ..self }.runs_in(expr, &mut steps);
        if steps.is_empty() {
            return self.hole(expr.span);
        }
        let words = vec![Expr::text("echo", self.place(expr.span)), Expr { parts: vec![self.hole(expr.span)] }];
        let command = Command { words, env: Vec::new(), input: None, prints: true };
        steps.push(Step { kind: StepKind::Command(command), span: expr.span });
        Part::Output(steps.into(), Quote::Whole, self.place(expr.span))
    }

    /// What is run to find out what an expression is.
    fn runs_in(self, expr: &'t syntax::Expr, out: &mut Vec<Step>) {
        match &expr.kind {
            ExprKind::Output(body) | ExprKind::Listed(body) => match single(body) {
                Some(inner) => self.runs_in(inner, out),
                None => out.push(Step { kind: StepKind::Group(self.body(body)), span: expr.span }),
            },
            ExprKind::Text(parts) => {
                for part in parts {
                    if let syntax::Part::Expr(inner) = part {
                        self.runs_in(inner, out);
                    }
                }
            }
            ExprKind::Member(object, _) => self.runs_in(object, out),
            ExprKind::Index(left, right) | ExprKind::Binary(_, left, right) => {
                self.runs_in(left, out);
                self.runs_in(right, out);
            }
            ExprKind::Invoke(object, _, arguments) => {
                self.runs_in(object, out);
                for argument in arguments {
                    self.runs_in(argument, out);
                }
            }
            ExprKind::Array(items) => items.iter().for_each(|item| self.runs_in(item, out)),
            ExprKind::Map(entries) => {
                for (_, value) in entries {
                    out.push(Step { kind: StepKind::Group(self.one(value)), span: value.span });
                }
            }
            ExprKind::Not(inner) | ExprKind::Cast(_, Some(inner)) => self.runs_in(inner, out),
            ExprKind::Script(_) | ExprKind::Cast(_, None) | ExprKind::Variable(_) | ExprKind::Unknown => {}
        }
    }

    fn used(self, name: Name, op: Op, span: Span) -> Part {
        Part::Use(Box::new(Use { name, op, quote: Quote::Whole, place: self.place(span) }))
    }

    pub(super) fn text(self, text: &str, span: Span) -> Part {
        Part::Text(text.into(), self.place(span))
    }

    fn parts(self, expr: &'t syntax::Expr, out: &mut Vec<Part>) {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Text(parts) => {
                for part in parts {
                    match part {
                        syntax::Part::Text { text, span, exact } => {
                            out.push(Part::Text(
                                text.as_str().into(),
                                Place { file: self.file, span: *span, exact: *exact },
                            ));
                        }
                        syntax::Part::Expr(inner) => self.parts(inner, out),
                    }
                }
            }
            ExprKind::Variable(name) => out.push(self.variable(name, span)),
            ExprKind::Member(object, name) => out.push(self.member(expr, object, name)),
            ExprKind::Index(object, key) => out.push(self.element(expr, object, key)),
            ExprKind::Invoke(object, method, arguments) => self.invoked(expr, object, method, arguments, out),
            ExprKind::Array(items) => self.joined(items.iter(), " ", span, out),
            ExprKind::Listed(body) | ExprKind::Output(body) => match single(body) {
                Some(inner) => self.parts(inner, out),
                None => out.push(self.output(body, span)),
            },
            ExprKind::Binary(operator, left, right) => self.binary(expr, operator, left, right, out),
            ExprKind::Cast(name, Some(inner)) if !name.contains("scriptblock") => self.parts(inner, out),
            _ => out.push(self.unknown(expr)),
        }
    }

    fn variable(self, name: &str, span: Span) -> Part {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "true" => self.text("True", span),
            "false" => self.text("False", span),
            "null" => self.text("", span),
            "args" if !self.names.is_set(name) => self.used(Name::Parameters, Op::Plain, span),
            lower if CHANGING.contains(&lower) => self.hole(span),
            _ => self.used(Name::Variable(self.names.variable(name)), Op::Plain, span),
        }
    }

    fn member(self, expr: &'t syntax::Expr, object: &'t syntax::Expr, name: &str) -> Part {
        // `(Get-Command gcloud).Source`
        if let ExprKind::Output(body) = &object.kind {
            if let Some(found) = words::found_command(body) {
                return self.text(&found, expr.span);
            }
            let token = matches!(name.to_ascii_lowercase().as_str(), "access_token" | "id_token" | "token");
            if let (true, [only]) = (token, body.as_slice()) {
                return self.extracted(only, name, expr.span);
            }
        }
        match path(expr) {
            Some((base, rest)) => self.used(Name::Variable(self.names.member(&base, &rest)), Op::Plain, expr.span),
            None => self.unknown(expr),
        }
    }

    /// A field of an answer in JSON.
    fn extracted(self, stmt: &'t Stmt, name: &str, span: Span) -> Part {
        let place = self.place(span);
        let words = vec![Expr::text("jq", place), Expr::text(format!(".{name}"), place)];
        let command = Command { words, env: Vec::new(), input: None, prints: true };
        let lowering = Self { silent: false, ..self };
        let stages = vec![
            Step { kind: StepKind::Group(lowering.one(stmt)), span: stmt.span },
            Step { kind: StepKind::Command(command), span },
        ];
        let body: Block = [Step { kind: StepKind::Pipe(stages), span }].into();
        Part::Output(body, Quote::Whole, place)
    }

    fn element(self, expr: &'t syntax::Expr, object: &'t syntax::Expr, key: &'t syntax::Expr) -> Part {
        if let Some((base, rest)) = path(expr) {
            return self.used(Name::Variable(self.names.member(&base, &rest)), Op::Plain, expr.span);
        }
        let number = key.literal().and_then(|key| key.parse::<usize>().ok());
        match (&object.kind, number) {
            (ExprKind::Variable(name), Some(number))
                if name.eq_ignore_ascii_case("args") && !self.names.is_set(name) =>
            {
                self.used(Name::Parameter(number + 1), Op::Plain, expr.span)
            }
            (ExprKind::Variable(name), Some(number)) if self.names.is_list(name) => {
                self.used(Name::Element(self.names.variable(name), number), Op::Plain, expr.span)
            }
            _ => self.unknown(expr),
        }
    }

    fn invoked(
        self,
        expr: &'t syntax::Expr,
        object: &'t syntax::Expr,
        method: &str,
        arguments: &'t [syntax::Expr],
        out: &mut Vec<Part>,
    ) {
        let literals: Option<Vec<String>> = arguments.iter().map(syntax::Expr::literal).collect();
        let literals: Vec<&str> = literals.iter().flatten().map(String::as_str).collect();
        let static_call = matches!(object.kind, ExprKind::Cast(_, None));
        let op = match (method.to_ascii_lowercase().as_str(), literals.as_slice(), arguments.len()) {
            _ if static_call => {
                let is_join = matches!(&object.kind, ExprKind::Cast(name, _) if name.ends_with("string"));
                match (arguments, literals.first()) {
                    ([separator, list], _) if is_join && method.eq_ignore_ascii_case("join") => {
                        if let Some(separator) = separator.literal() {
                            return self.join(expr, list, &separator, out);
                        }
                    }
                    _ => {}
                }
                return out.push(self.unknown(expr));
            }
            ("trim" | "trimend" | "trimstart" | "tostring" | "clone", _, 0) => return self.parts(object, out),
            ("trimend", ["/"], 1) => Op::StripSuffix("/".to_owned()),
            ("tolower" | "tolowerinvariant", _, 0) => Op::Lower,
            ("toupper" | "toupperinvariant", _, 0) => Op::Upper,
            ("replace", [from, to], 2) => Op::Replace((*from).to_owned(), (*to).to_owned(), true),
            _ => return out.push(self.unknown(expr)),
        };
        self.edited(expr, object, op, out);
    }

    /// A variable with something done to it.
    fn edited(self, expr: &'t syntax::Expr, object: &'t syntax::Expr, op: Op, out: &mut Vec<Part>) {
        let mut parts = Vec::new();
        self.parts(object, &mut parts);
        match (parts.pop(), parts.is_empty()) {
            (Some(Part::Use(used)), true) if matches!(used.op, Op::Plain) => {
                out.push(Part::Use(Box::new(Use { op, ..*used })));
            }
            // A URL with or without its last slash is the same URL.
            (Some(part), true) if matches!(&op, Op::StripSuffix(suffix) if suffix == "/") => out.push(part),
            _ => out.push(self.unknown(expr)),
        }
    }

    fn binary(
        self,
        expr: &'t syntax::Expr,
        operator: &str,
        left: &'t syntax::Expr,
        right: &'t syntax::Expr,
        out: &mut Vec<Part>,
    ) {
        let is_number = |expr: &syntax::Expr| expr.literal().is_some_and(|text| text.parse::<f64>().is_ok());
        match operator {
            "+" if !is_number(left) && !is_number(right) => {
                self.parts(left, out);
                self.parts(right, out);
            }
            "-join" => match right.literal() {
                Some(separator) => self.join(expr, left, &separator, out),
                None => out.push(self.unknown(expr)),
            },
            "-f" => self.format(expr, left, right, out),
            "-replace" | "-creplace" | "-ireplace" => {
                let (from, to) = match &right.kind {
                    ExprKind::Array(items) => (items.first(), items.get(1)),
                    _ => (Some(right), None),
                };
                let plain = |text: &String| {
                    !text.is_empty() && !text.contains(['.', '*', '+', '?', '[', '(', '\\', '|', '^', '$', '{'])
                };
                let from = from.and_then(syntax::Expr::literal);
                let to = to.map_or(Some(String::new()), syntax::Expr::literal);
                match (from, to) {
                    (Some(from), Some(to)) if from == "/$" && to.is_empty() => {
                        self.edited(expr, left, Op::StripSuffix("/".to_owned()), out);
                    }
                    (Some(from), Some(to)) if plain(&from) && !to.contains('$') => {
                        self.edited(expr, left, Op::Replace(from, to, true), out);
                    }
                    _ => out.push(self.unknown(expr)),
                }
            }
            _ => out.push(self.unknown(expr)),
        }
    }

    /// `list -join ','`, where the list is written out.
    fn join(self, expr: &'t syntax::Expr, list: &'t syntax::Expr, separator: &str, out: &mut Vec<Part>) {
        match self.written(list) {
            Some(items) => self.joined(items.into_iter(), separator, expr.span, out),
            // The lines of an output, most often one.
            None if matches!(&list.kind, ExprKind::Output(body) if single(body).is_none()) => self.parts(list, out),
            None => out.push(self.unknown(expr)),
        }
    }

    /// The elements of a list that is written out, here or where its only name is set.
    fn written(self, list: &'t syntax::Expr) -> Option<Vec<&'t syntax::Expr>> {
        let items: Vec<&'t syntax::Expr> = match &list.kind {
            ExprKind::Array(items) => items.iter().collect(),
            ExprKind::Listed(body) => {
                let mut items = Vec::new();
                for stmt in body {
                    match super::names::value_of(stmt)? {
                        syntax::Expr { kind: ExprKind::Array(inner), .. } => items.extend(inner),
                        other => items.push(other),
                    }
                }
                items
            }
            ExprKind::Output(body) => return self.written(single(body)?),
            ExprKind::Variable(name) => {
                let value = self.names.only_value(name)?;
                return match value.kind {
                    ExprKind::Listed(_) | ExprKind::Array(_) if !self.names.sets_members(name) => self.written(value),
                    _ => None,
                };
            }
            _ => return None,
        };
        let is_text = |item: &&syntax::Expr| !self.names.lists_in(item) && !matches!(item.kind, ExprKind::Map(_));
        items.iter().all(is_text).then_some(items)
    }

    fn joined(self, items: impl Iterator<Item = &'t syntax::Expr>, separator: &str, span: Span, out: &mut Vec<Part>) {
        for (index, item) in items.enumerate() {
            if index > 0 {
                out.push(self.text(separator, span));
            }
            self.parts(item, out);
        }
    }

    /// `"…{0}…" -f a, b`
    fn format(
        self,
        expr: &'t syntax::Expr,
        format: &'t syntax::Expr,
        arguments: &'t syntax::Expr,
        out: &mut Vec<Part>,
    ) {
        let arguments: Vec<&'t syntax::Expr> = match &arguments.kind {
            ExprKind::Array(items) => items.iter().collect(),
            _ => vec![arguments],
        };
        let ExprKind::Text(parts) = &format.kind else { return out.push(self.unknown(expr)) };
        for part in parts {
            let syntax::Part::Text { text, span: at, exact } = part else {
                let syntax::Part::Expr(inner) = part else { continue };
                self.parts(inner, out);
                continue;
            };
            let place = Place { file: self.file, span: *at, exact: *exact };
            let mut from = 0;
            while let Some(open) = text.get(from..).and_then(|rest| rest.find('{')).map(|open| from + open) {
                let close = text.get(open..).and_then(|rest| rest.find('}')).map(|close| open + close);
                let number = close.and_then(|close| text.get(open + 1..close)?.parse::<usize>().ok());
                let (Some(close), Some(argument)) = (close, number.and_then(|number| arguments.get(number))) else {
                    break;
                };
                if open > from {
                    out.push(Part::Text(text.get(from..open).unwrap_or("").into(), place.part(from..open)));
                }
                self.parts(argument, out);
                from = close + 1;
            }
            if from < text.len() {
                out.push(Part::Text(text.get(from..).unwrap_or("").into(), place.part(from..text.len())));
            }
        }
    }

    /// What statements print.
    fn output(self, body: &'t [Stmt], span: Span) -> Part {
        Part::Output(Self { silent: false, ..self }.body(body), Quote::Whole, self.place(span))
    }

    /// An expression as the words of a list; `None` when it is no list.
    pub(super) fn list(self, expr: &'t syntax::Expr) -> Option<Vec<Expr>> {
        if !self.names.lists_in(expr) {
            return None;
        }
        let mut out = Vec::new();
        self.list_items(expr, &mut out);
        Some(out)
    }

    fn list_items(self, expr: &'t syntax::Expr, out: &mut Vec<Expr>) {
        let place = self.place(expr.span);
        match &expr.kind {
            ExprKind::Array(items) => items.iter().for_each(|item| self.list_items(item, out)),
            ExprKind::Listed(body) => {
                for stmt in body {
                    match &stmt.kind {
                        StmtKind::Pipeline(stages) => match stages.as_slice() {
                            [Stage::Expr(inner)] => self.list_items(inner, out),
                            _ => out.push(open(place)),
                        },
                        _ => out.push(open(place)),
                    }
                }
            }
            ExprKind::Binary(operator, left, right) if operator == "+" && self.names.lists_in(expr) => {
                self.list_items(left, out);
                self.list_items(right, out);
            }
            ExprKind::Variable(name) if name.eq_ignore_ascii_case("args") && !self.names.is_set(name) => {
                out.push(Expr { parts: vec![self.used(Name::Parameters, Op::Plain, expr.span)] });
            }
            ExprKind::Variable(name) if self.names.is_list(name) => {
                let name = Name::All(self.names.variable(name));
                out.push(Expr { parts: vec![self.used(name, Op::Plain, expr.span)] });
            }
            ExprKind::Variable(name) if name.eq_ignore_ascii_case("null") => {}
            ExprKind::Cast(name, None) if name.contains("list") => {}
            ExprKind::Cast(_, Some(inner)) => self.list_items(inner, out),
            ExprKind::Invoke(_, _, arguments) if self.names.lists_in(expr) => {
                for argument in arguments {
                    self.list_items(argument, out);
                }
            }
            ExprKind::Index(object, key) if self.names.lists_in(expr) => {
                let from = names::slice(key).and_then(|(from, _)| from).unwrap_or(0);
                let is_all = names::slice(key).is_some_and(|(from, open)| from.is_some() && open);
                match &object.kind {
                    ExprKind::Variable(name) if is_all => {
                        let name = Name::All(self.names.variable(name));
                        out.push(Expr { parts: vec![self.used(name, Op::From(from), expr.span)] });
                    }
                    _ => out.push(open(place)),
                }
            }
            ExprKind::Output(body) if self.names.lists_in(expr) => {
                if let Some(inner) = single(body) {
                    self.list_items(inner, out);
                }
            }
            _ => out.push(self.expr(expr)),
        }
    }

    /// The items of a loop; `None` when nobody knows how many there are.
    pub(super) fn items(self, over: &'t syntax::Expr) -> Option<Vec<Expr>> {
        match &over.kind {
            ExprKind::Variable(name) if !self.names.is_list(name) => {
                let name = Name::All(self.names.variable(name));
                Some(vec![Expr { parts: vec![self.used(name, Op::Plain, over.span)] }])
            }
            ExprKind::Text(_) => Some(vec![self.expr(over)]),
            ExprKind::Output(body) => self.items(single(body)?),
            _ => self.list(over),
        }
    }
}
