//! The tree in few signs, for the tests of its readers. Looks at every span on the way.

#![allow(clippy::panic, clippy::format_collect, reason = "only tests use it")]

use super::*;
use crate::source::Span;

/// A file, a statement a line; those in others on one line.
pub(super) fn print(text: &str, file: &File) -> String {
    let print = Print(text);
    file.body.iter().map(|statement| print.statement(statement)).collect::<Vec<_>>().join("\n")
}

struct Print<'t>(&'t str);

impl Print<'_> {
    fn at(&self, span: Span) -> &str {
        self.0.get(span.range()).unwrap_or_else(|| panic!("{span:?} is no part of the text"))
    }

    fn all(&self, body: &[Stmt]) -> String {
        let body: Vec<String> = body.iter().map(|statement| self.statement(statement)).collect();
        format!("{{ {} }}", body.join("; ")).replace("{  }", "{}")
    }

    fn statement(&self, statement: &Stmt) -> String {
        self.at(statement.span);
        match &statement.kind {
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Assign { targets, value, declares } => {
                let targets: Vec<String> = targets.iter().map(|target| self.target(target)).collect();
                let sign = if *declares { ":=" } else { "=" };
                format!("{} {sign} {}", targets.join(&format!(" {sign} ")), self.expr(value))
            }
            StmtKind::Append { target, value, adds } => {
                format!("{} {}= {}", self.target(target), if *adds { "+" } else { "?" }, self.expr(value))
            }
            StmtKind::Delete(expr) => format!("delete {}", self.expr(expr)),
            StmtKind::If { arms, otherwise } => {
                let arms: Vec<String> =
                    arms.iter().map(|(c, body)| format!("if {} {}", self.expr(c), self.all(body))).collect();
                let otherwise = otherwise.as_ref().map(|body| format!(" else {}", self.all(body)));
                format!("{}{}", arms.join(" else "), otherwise.unwrap_or_default())
            }
            StmtKind::For { target, items, body } => {
                format!("for {} of {} {}", self.target(target), self.expr(items), self.all(body))
            }
            StmtKind::While(condition, body) => format!("while {} {}", self.expr(condition), self.all(body)),
            StmtKind::Try { body, handlers, last } => {
                let handlers: String = handlers.iter().map(|handler| format!(" catch {}", self.all(handler))).collect();
                format!("try {}{handlers} finally {}", self.all(body), self.all(last))
            }
            StmtKind::Block { enters, body } => {
                let enters: Vec<String> = enters.iter().map(|(expr, _)| self.expr(expr)).collect();
                format!("with({}) {}", enters.join(", "), self.all(body))
            }
            StmtKind::Return(value) => {
                format!("return {}", value.as_ref().map(|value| self.expr(value)).unwrap_or_default())
            }
            StmtKind::Raise => "raise".to_owned(),
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Function(function) => self.function(function),
            StmtKind::Class(class) => self.class(class),
            StmtKind::Import(imports) => {
                imports.iter().map(|import| self.import(import)).collect::<Vec<_>>().join(", ")
            }
            StmtKind::Outer(names) => format!("outer {}", names.join(", ")),
            StmtKind::Other => "other".to_owned(),
        }
    }

    fn import(&self, import: &Import) -> String {
        self.at(import.span);
        let item = import.item.as_ref().map(|item| format!(".{item}")).unwrap_or_default();
        format!("import {}{item} as {}", import.module, import.name)
    }

    fn decorators(&self, decorators: &[Expr]) -> String {
        decorators.iter().map(|expr| format!("@{} ", self.expr(expr))).collect()
    }

    fn class(&self, class: &Class) -> String {
        assert!(!self.at(class.head).contains('\n'));
        let fields: String = class
            .fields
            .iter()
            .map(|(name, value)| {
                format!("{name}{}; ", value.as_ref().map(|v| format!("={}", self.expr(v))).unwrap_or_default())
            })
            .collect();
        let methods: Vec<String> = class.methods.iter().map(|method| self.function(method)).collect();
        let decorators = self.decorators(&class.decorators);
        format!("{decorators}class {}({}) {{ {fields}{} }}", class.name, class.bases.join(", "), methods.join("; "))
    }

    fn function(&self, function: &Function) -> String {
        assert!(!self.at(function.head).contains('\n'));
        let parameter = |parameter: &Parameter| {
            let spread = if parameter.spread == Spread::No { "" } else { "..." };
            let default = parameter.default.as_ref().map(|default| format!("={}", self.expr(default)));
            format!("{spread}{}{}", self.target(&parameter.target), default.unwrap_or_default())
        };
        let parameters: Vec<String> = function.parameters.iter().map(parameter).collect();
        let receiver = function.receiver.as_ref().map(|name| format!("[{name}]")).unwrap_or_default();
        let decorators = self.decorators(&function.decorators);
        format!("{decorators}fn{receiver} {}({}) {}", function.name, parameters.join(", "), self.all(&function.body))
    }

    fn target(&self, target: &Target) -> String {
        self.at(target.span);
        match &target.kind {
            TargetKind::Name(name) => name.clone(),
            TargetKind::Part(expr) => self.expr(expr),
            TargetKind::Items(items, rest) => {
                let item =
                    |(index, item)| format!("{}{}", if Some(index) == *rest { "..." } else { "" }, self.target(item));
                format!("[{}]", items.iter().enumerate().map(item).collect::<Vec<_>>().join(", "))
            }
            TargetKind::Fields(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, t)| format!("{name}: {}", self.target(t))).collect();
                format!("{{{}}}", fields.join(", "))
            }
            TargetKind::Nothing => "_".to_owned(),
        }
    }

    fn exprs(&self, exprs: &[Expr]) -> String {
        exprs.iter().map(|expr| self.expr(expr)).collect::<Vec<_>>().join(", ")
    }

    fn entries(&self, entries: &[Entry]) -> String {
        let entry = |entry: &Entry| {
            self.at(entry.span);
            assert!(entry.span.contains(entry.value.span));
            match &entry.key {
                Some(key) => format!("{}: {}", self.expr(key), self.expr(&entry.value)),
                None => format!("...{}", self.expr(&entry.value)),
            }
        };
        entries.iter().map(entry).collect::<Vec<_>>().join(", ")
    }

    fn expr(&self, expr: &Expr) -> String {
        let here = self.at(expr.span);
        match &expr.kind {
            ExprKind::Text(text) => {
                assert!(expr.span.contains(text.span(0..text.text().len())) || text.text().is_empty());
                format!("'{}'", text.text())
            }
            ExprKind::Template(parts) => {
                let part = |part: &TemplatePart| match part {
                    TemplatePart::Text(text) => text.text().to_owned(),
                    TemplatePart::Value { value, span, .. } => {
                        assert!(self.at(*span).starts_with("${") && self.at(*span).ends_with('}'));
                        format!("‹{}›", self.expr(value))
                    }
                };
                format!("`{}`", parts.iter().map(part).collect::<String>())
            }
            ExprKind::Number(number) => {
                assert!(matches!(here.chars().next(), Some('0'..='9' | '-' | '.')) || number.len() < 3);
                number.clone()
            }
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Member(base, member) => {
                assert_eq!(self.at(member.at), member.name);
                format!("{}.{}", self.expr(base), member.name)
            }
            ExprKind::Index(base, key) => format!("{}[{}]", self.expr(base), self.expr(key)),
            ExprKind::Call(call) => {
                let argument = |argument: &Argument| {
                    format!("{}{}", if argument.spread == Spread::No { "" } else { "..." }, self.expr(&argument.value))
                };
                let arguments: Vec<String> = call.arguments.iter().map(argument).collect();
                format!("{}({})", self.expr(&call.callee), arguments.join(", "))
            }
            ExprKind::List(elements) => {
                let element = |e: &Element| format!("{}{}", if e.spread { "..." } else { "" }, self.expr(&e.value));
                format!("[{}]", elements.iter().map(element).collect::<Vec<_>>().join(", "))
            }
            ExprKind::Map(entries) => format!("{{{}}}", self.entries(entries)),
            ExprKind::Struct(name, entries) => format!("{name}{{{}}}", self.entries(entries)),
            ExprKind::Binary(operator, left, right) => {
                format!("({} {operator:?} {})", self.expr(left), self.expr(right))
            }
            ExprKind::Not(inner) => format!("!{}", self.expr(inner)),
            ExprKind::Choice(test, then, otherwise) => {
                format!("({} ? {} : {})", self.expr(test), self.expr(then), self.expr(otherwise))
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::Comprehension(_) => "comprehension".to_owned(),
            ExprKind::Unknown(kept) => format!("?({})", self.exprs(kept)).replace("?()", "?"),
        }
    }
}
