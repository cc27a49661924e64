//! `import` and `require`.

use tree_sitter::Node;

use super::super::nodes::{child, inner, named};
use super::super::{Import, Stmt, StmtKind};
use super::Reader;

impl Reader<'_> {
    /// `import …`. What is imported as a type only is not there when the program runs.
    pub(super) fn import(&self, node: Node, out: &mut Vec<Stmt>) {
        let mut imports = Vec::new();
        let is_type = child(node, "type").is_some() || child(node, "typeof").is_some();
        let required = child(node, "import_require_clause");
        let source = required.unwrap_or(node).child_by_field_name("source");
        if let Some((module, at)) = source.filter(|_| !is_type).and_then(|source| self.plain_text(source)) {
            let import = |item: Option<&str>, name: Node| Import {
                module: module.clone(),
                item: item.map(str::to_owned),
                name: self.text(name).to_owned(),
                span: self.span(name),
            };
            if let Some(clause) = child(node, "import_clause") {
                for part in named(clause) {
                    match part.kind() {
                        "identifier" => imports.push(import(Some("default"), part)),
                        "namespace_import" => imports.extend(inner(part).map(|name| import(None, name))),
                        "named_imports" => {
                            let specifiers = named(part).into_iter().filter(|part| part.kind() == "import_specifier");
                            for specifier in specifiers {
                                imports.extend(self.specifier(specifier).map(|(item, name)| import(Some(&item), name)));
                            }
                        }
                        _ => {}
                    }
                }
            } else if let Some(required) = required {
                imports.extend(inner(required).map(|name| import(None, name)));
            } else {
                imports.push(Import { module: module.clone(), item: None, name: String::new(), span: at });
            }
        }
        let kind = if imports.is_empty() { StmtKind::Other } else { StmtKind::Import(imports) };
        out.push(Stmt { kind, span: self.span(node) });
    }

    /// `a`, `a as b`.
    fn specifier<'n>(&self, node: Node<'n>) -> Option<(String, Node<'n>)> {
        let name = node.child_by_field_name("name")?;
        let is_type =
            node.child(0).is_some_and(|first| matches!(first.kind(), "type" | "typeof") && first.id() != name.id());
        let item = self.key_name(name)?;
        (!is_type).then(|| (item, node.child_by_field_name("alias").unwrap_or(name)))
    }

    /// `const x = require('m')`, `const { a, b: c } = await import('m')`, `const x = require('m').a`.
    pub(super) fn required(&self, pattern: Node, value: Node) -> Option<Vec<Import>> {
        let mut value = Self::peel(value);
        let mut item = None;
        if value.kind() == "member_expression" {
            item = value.child_by_field_name("property").map(|property| self.text(property).to_owned());
            value = Self::peel(value.child_by_field_name("object")?);
        }
        let callee = value.child_by_field_name("function").filter(|_| value.kind() == "call_expression")?;
        if !matches!(self.text(callee), "require" | "import") {
            return None;
        }
        let arguments = value.child_by_field_name("arguments")?;
        let (module, _) = self.plain_text(named(arguments).first().copied()?)?;
        let import = |item: Option<String>, name: Node| Import {
            module: module.clone(),
            item,
            name: self.text(name).to_owned(),
            span: self.span(name),
        };
        match (pattern.kind(), item) {
            ("identifier", item) => Some(vec![import(item, pattern)]),
            ("object_pattern", None) => {
                let part = |part: Node| match part.kind() {
                    "shorthand_property_identifier_pattern" => Some((self.text(part).to_owned(), self.span(part))),
                    _ => None,
                };
                let mut imports = Vec::new();
                for field in named(pattern) {
                    if part(field).is_some() {
                        imports.push(import(Some(self.text(field).to_owned()), field));
                        continue;
                    }
                    let key = field.child_by_field_name("key").and_then(|key| self.key_name(key))?;
                    let name = field.child_by_field_name("value").filter(|value| value.kind() == "identifier")?;
                    imports.push(import(Some(key), name));
                }
                Some(imports)
            }
            _ => None,
        }
    }
}
