//! Functions and classes, with their decorators and parameters.

use tree_sitter::Node;

use super::super::{Class, Expr, Function, Parameter, Spread, StmtKind, Target, TargetKind};
use super::statement::Reader;
use crate::source::Span;

/// More targets of one assignment than these share no value in a class.
const MAX_COPIES: usize = 8;

impl Reader<'_> {
    pub(super) fn definition(&mut self, node: Node, depth: usize) -> StmtKind {
        let (mut inner, mut decorators) = (Some(node), Vec::new());
        if node.kind() == "decorated_definition" {
            inner = node.child_by_field_name("definition");
            let mut cursor = node.walk();
            for child in node.named_children(&mut cursor).filter(|child| child.kind() == "decorator") {
                decorators.push(self.condition(child.named_child(0), child, depth));
            }
        }
        match inner {
            Some(inner) if inner.kind() == "function_definition" => {
                StmtKind::Function(Box::new(self.function(inner, decorators, depth)))
            }
            Some(inner) if inner.kind() == "class_definition" => {
                StmtKind::Class(Box::new(self.class(inner, decorators, depth)))
            }
            _ => StmtKind::Other,
        }
    }

    fn function(&mut self, node: Node, decorators: Vec<Expr>, depth: usize) -> Function {
        Function {
            name: self.name(node),
            parameters: self.parameters(node.child_by_field_name("parameters"), depth),
            receiver: None,
            body: self.block(node.child_by_field_name("body"), depth),
            decorators,
            head: self.head(node),
        }
    }

    fn name(&self, node: Node) -> String {
        node.child_by_field_name("name").map_or("", |name| self.places.text(name)).to_owned()
    }

    /// The first line of a node.
    pub(super) fn head(&self, node: Node) -> Span {
        let text = self.places.text(node);
        let line = text.split('\n').next().unwrap_or_default().trim_end();
        self.places.span(node.start_byte()..node.start_byte() + line.len())
    }

    pub(super) fn parameters(&mut self, node: Option<Node>, depth: usize) -> Vec<Parameter> {
        let Some(node) = node else { return Vec::new() };
        let mut cursor = node.walk();
        let mut parameters = Vec::new();
        for child in node.named_children(&mut cursor) {
            let inner = match child.kind() {
                "default_parameter" | "typed_default_parameter" => child.child_by_field_name("name"),
                "typed_parameter" => child.named_child(0),
                "ERROR" | "positional_separator" => continue,
                _ => Some(child),
            };
            let spread = match inner.map(|inner| inner.kind()) {
                Some("list_splat_pattern" | "keyword_separator") => Spread::Items,
                Some("dictionary_splat_pattern") => Spread::Fields,
                _ => Spread::No,
            };
            let default = child.child_by_field_name("value").map(|value| self.expression(value, depth));
            parameters.push(Parameter { target: self.target(inner, depth), default, spread });
        }
        parameters
    }

    fn class(&mut self, node: Node, decorators: Vec<Expr>, depth: usize) -> Class {
        let mut class = Class {
            name: self.name(node),
            bases: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            decorators,
            head: self.head(node),
        };
        if let Some(bases) = node.child_by_field_name("superclasses") {
            let mut cursor = bases.walk();
            let names = bases.named_children(&mut cursor).filter_map(|base| self.dotted(base));
            class.bases = names.collect();
        }
        for stmt in self.class_body(node.child_by_field_name("body"), depth) {
            match stmt {
                Part::Field(name, value) => class.fields.push((name, value)),
                Part::Method(function) => class.methods.push(*function),
            }
        }
        class
    }

    fn class_body(&mut self, node: Option<Node>, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        let Some(node) = node else { return parts };
        // A field that has no value is no statement of ours, so those are found first.
        let mut cursor = node.walk();
        let mut bare = Vec::new();
        for child in node.named_children(&mut cursor).filter(|child| child.kind() == "expression_statement") {
            let inner = child.named_child(0).filter(|inner| inner.kind() == "assignment" && !child.has_error());
            if let Some(inner) = inner.filter(|inner| inner.child_by_field_name("right").is_none())
                && let Some(name) = inner.child_by_field_name("left").filter(|left| left.kind() == "identifier")
            {
                bare.push((self.places.span_of(child).start, self.places.text(name).to_owned()));
            }
        }
        let mut bare = bare.into_iter().peekable();
        for stmt in self.block(Some(node), depth) {
            match stmt.kind {
                StmtKind::Function(function) => parts.push(Part::Method(function)),
                StmtKind::Assign { targets, value, .. } => fields(&targets, &value, &mut parts),
                StmtKind::Other => {
                    while let Some((_, name)) = bare.next_if(|(at, _)| *at <= stmt.span.start) {
                        parts.push(Part::Field(name, None));
                    }
                }
                kind => elsewhere(&kind, stmt.span, &mut parts),
            }
        }
        parts
    }

    /// `a.b.c` of names.
    fn dotted(&self, node: Node) -> Option<String> {
        let mut names = Vec::new();
        let mut at = node;
        while at.kind() == "attribute" {
            names.push(self.places.text(at.child_by_field_name("attribute")?));
            at = at.child_by_field_name("object")?;
        }
        names.push(Some(at).filter(|at| at.kind() == "identifier").map(|at| self.places.text(at))?);
        names.reverse();
        Some(names.join("."))
    }
}

/// What a class has.
enum Part {
    Field(String, Option<Expr>),
    Method(Box<Function>),
}

fn fields(targets: &[Target], value: &Expr, parts: &mut Vec<Part>) {
    for (index, target) in targets.iter().enumerate() {
        match &target.kind {
            TargetKind::Name(name) => {
                let value = if index < MAX_COPIES { value.clone() } else { Expr::unknown(value.span) };
                parts.push(Part::Field(name.clone(), Some(value)));
            }
            TargetKind::Items(items, _) => {
                for item in items {
                    if let TargetKind::Name(name) = &item.kind {
                        parts.push(Part::Field(name.clone(), Some(Expr::unknown(value.span))));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The names that something else than a plain field or method gives a class: nothing is known but that they are there.
fn elsewhere(kind: &StmtKind, span: Span, parts: &mut Vec<Part>) {
    let mut add = |name: &str| parts.push(Part::Field(name.to_owned(), Some(Expr::unknown(span))));
    match kind {
        StmtKind::Class(class) => add(&class.name),
        StmtKind::Function(function) => add(&function.name),
        StmtKind::Assign { targets, .. } => {
            for target in targets {
                if let TargetKind::Name(name) = &target.kind {
                    add(name);
                }
            }
        }
        StmtKind::If { arms, otherwise } => {
            let bodies = arms.iter().map(|(_, body)| body).chain(otherwise);
            bodies.flatten().for_each(|stmt| elsewhere(&stmt.kind, stmt.span, parts));
        }
        StmtKind::Try { body, handlers, last } => {
            let stmts = body.iter().chain(handlers.iter().flatten()).chain(last);
            stmts.for_each(|stmt| elsewhere(&stmt.kind, stmt.span, parts));
        }
        StmtKind::For { body, .. } | StmtKind::While(_, body) | StmtKind::Block { body, .. } => {
            for stmt in body {
                elsewhere(&stmt.kind, stmt.span, parts);
            }
        }
        _ => {}
    }
}
