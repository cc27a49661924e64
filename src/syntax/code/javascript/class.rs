//! Classes, and enumerations as classes with fields.

use tree_sitter::Node;

use super::super::nodes::{child, children, fields, inner, named};
use super::super::{Class, Expr, ExprKind, Function};
use super::Reader;

impl Reader<'_> {
    /// A class with a body. `decorators` are those before an `export`.
    pub(super) fn class(&self, node: Node, mut decorators: Vec<Expr>, depth: usize) -> Class {
        decorators.extend(self.decorators(node, depth));
        let body = node.child_by_field_name("body");
        let start = child(node, "class").map_or(node.start_byte(), |word| word.start_byte());
        let mut class = Class {
            name: node.child_by_field_name("name").map(|name| self.text(name).to_owned()).unwrap_or_default(),
            bases: self.bases(node),
            fields: Vec::new(),
            methods: Vec::new(),
            decorators,
            head: self.head(start, body, node.end_byte()),
        };
        if self.is_deep(depth) {
            return class;
        }
        // A method's decorators stand before it.
        let mut before = Vec::new();
        for part in body.map(children).unwrap_or_default() {
            match part.kind() {
                "decorator" => before.extend(self.decorator(part, depth + 1)),
                "method_definition" => {
                    class.methods.push(self.function(part, std::mem::take(&mut before), depth + 1));
                }
                "class_static_block" => class.methods.push(self.static_block(part, depth + 1)),
                "public_field_definition" => {
                    let name = part.child_by_field_name("name").and_then(|name| self.key_name(name));
                    let value = part.child_by_field_name("value").map(|value| self.expression(value, depth + 1));
                    class.fields.extend(name.map(|name| (name, value)));
                    before.clear();
                }
                _ => {}
            }
        }
        class
    }

    /// `static { … }` is a method of that name.
    fn static_block(&self, node: Node, depth: usize) -> Function {
        let inner = node.child_by_field_name("body");
        let mut body = Vec::new();
        if let Some(inner) = inner {
            self.statements(inner, depth, &mut body);
        }
        Function {
            name: "static".to_owned(),
            parameters: Vec::new(),
            receiver: None,
            body,
            decorators: Vec::new(),
            head: self.head(node.start_byte(), inner, node.end_byte()),
        }
    }

    /// A class that is no statement: what is done in it.
    pub(super) fn class_parts(&self, node: Node, depth: usize) -> Vec<Expr> {
        let class = self.class(node, Vec::new(), depth);
        let method = |method: Function| {
            let span = method.head;
            Expr { kind: ExprKind::Function(Box::new(method)), span }
        };
        let fields = class.fields.into_iter().filter_map(|(_, value)| value);
        class.decorators.into_iter().chain(fields).chain(class.methods.into_iter().map(method)).collect()
    }

    fn bases(&self, node: Node) -> Vec<String> {
        let heritage = child(node, "class_heritage");
        let extends = heritage.and_then(|heritage| child(heritage, "extends_clause"));
        let bases = extends.map(|extends| fields(extends, "value")).unwrap_or_default();
        bases.into_iter().filter_map(|base| self.dotted(base)).collect()
    }

    /// `enum A { X = 'x' }`.
    pub(super) fn enumeration(&self, node: Node, depth: usize) -> Class {
        let body = node.child_by_field_name("body");
        let mut class = Class {
            name: node.child_by_field_name("name").map(|name| self.text(name).to_owned()).unwrap_or_default(),
            bases: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            decorators: Vec::new(),
            head: self.head(node.start_byte(), body, node.end_byte()),
        };
        for (number, part) in body.map(named).unwrap_or_default().into_iter().enumerate() {
            let name = if part.kind() == "enum_assignment" { inner(part) } else { Some(part) };
            let value = part.child_by_field_name("value").map(|value| self.expression(value, depth + 1));
            // Without a value it is a number of its own.
            let number = || Expr { kind: ExprKind::Number(number.to_string()), span: self.span(part) };
            let value = value.unwrap_or_else(number);
            class.fields.extend(name.and_then(|name| self.key_name(name)).map(|name| (name, Some(value))));
        }
        class
    }
}
