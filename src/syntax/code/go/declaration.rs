//! Functions, types and imports.

use tree_sitter::Node;

use super::super::nodes::{child, fields, inner, name_target, named, unknown};
use super::super::{Class, Function, Import, Parameter, Spread, Stmt, StmtKind, Target, TargetKind};
use super::Reader;

impl Reader<'_> {
    /// A function of any form.
    pub(super) fn function(&self, node: Node, name: String, depth: usize) -> Function {
        let (mut parameters, mut body) = (Vec::new(), Vec::new());
        for parameter in node.child_by_field_name("parameters").map(named).unwrap_or_default() {
            let is_rest = parameter.kind() == "variadic_parameter_declaration";
            let spread = if is_rest { Spread::Items } else { Spread::No };
            let names = self.names(parameter);
            if names.is_empty() {
                let target = Target { kind: TargetKind::Nothing, span: self.span(parameter) };
                parameters.push(Parameter { target, default: None, spread });
            }
            parameters.extend(names.into_iter().map(|target| Parameter { target, default: None, spread }));
        }
        // The names of results are the function's own.
        let results = node.child_by_field_name("result").filter(|result| result.kind() == "parameter_list");
        let mut names_results = false;
        for target in results.map(named).unwrap_or_default().into_iter().flat_map(|result| self.names(result)) {
            names_results = true;
            let span = target.span;
            let value = unknown(span, Vec::new());
            body.push(Stmt { kind: StmtKind::Assign { targets: vec![target], value, declares: true }, span });
        }
        let before = self.names_results.replace(names_results);
        let inner = node.child_by_field_name("body");
        if let Some(inner) = inner {
            self.statements(inner, depth + 1, &mut body);
        }
        self.names_results.set(before);
        let head = self.head(node, inner);
        Function { name, parameters, receiver: None, body, decorators: Vec::new(), head }
    }

    /// The names of a parameter, of which one type is said.
    fn names(&self, node: Node) -> Vec<Target> {
        let names = fields(node, "name").into_iter().filter(|name| name.kind() == "identifier");
        names.map(|name| name_target(self.text(name), self.span(name))).collect()
    }

    pub(super) fn declared_function(&self, node: Node, depth: usize) -> StmtKind {
        let name = node.child_by_field_name("name").map(|name| self.text(name).to_owned()).unwrap_or_default();
        StmtKind::Function(Box::new(self.function(node, name, depth)))
    }

    pub(super) fn method(&self, node: Node, depth: usize) -> StmtKind {
        let name = node.child_by_field_name("name").map(|name| self.text(name)).unwrap_or_default();
        let receiver = node.child_by_field_name("receiver").and_then(inner);
        let of = receiver.and_then(|receiver| receiver.child_by_field_name("type"));
        let of = of.and_then(|of| self.type_name(of)).unwrap_or_default();
        let mut function = self.function(node, format!("{of}.{name}"), depth);
        function.receiver =
            receiver.and_then(|receiver| receiver.child_by_field_name("name")).map(|name| self.text(name).to_owned());
        StmtKind::Function(Box::new(function))
    }

    /// `type A struct { … }`, or several.
    pub(super) fn types(&self, node: Node, out: &mut Vec<Stmt>) {
        for part in named(node) {
            let of = part.child_by_field_name("type").filter(|of| of.kind() == "struct_type");
            let name = part.child_by_field_name("name").map(|name| self.text(name).to_owned());
            let kind = match of.zip(name) {
                Some((of, name)) => StmtKind::Class(Box::new(self.structure(part, of, name))),
                None => StmtKind::Other,
            };
            out.push(Stmt { kind, span: self.span(part) });
        }
    }

    fn structure(&self, node: Node, of: Node, name: String) -> Class {
        let body = child(of, "field_declaration_list");
        let mut class = Class {
            name,
            bases: Vec::new(),
            fields: Vec::new(),
            methods: Vec::new(),
            decorators: Vec::new(),
            head: self.head(node, body),
        };
        for part in body.map(named).unwrap_or_default() {
            let names = fields(part, "name").into_iter().filter(|name| name.kind() == "field_identifier");
            let before = class.fields.len();
            class.fields.extend(names.map(|name| (self.text(name).to_owned(), None)));
            if class.fields.len() == before {
                class.bases.extend(part.child_by_field_name("type").and_then(|of| self.type_name(of)));
            }
        }
        class
    }

    pub(super) fn imports(&self, node: Node) -> StmtKind {
        let specs = match child(node, "import_spec_list") {
            Some(list) => named(list),
            None => named(node),
        };
        let imports: Vec<Import> = specs.into_iter().filter_map(|spec| self.import(spec)).collect();
        if imports.is_empty() { StmtKind::Other } else { StmtKind::Import(imports) }
    }

    fn import(&self, node: Node) -> Option<Import> {
        let path = node.child_by_field_name("path")?;
        let module = self.string(path).text().to_owned();
        let alias = node.child_by_field_name("name");
        let name = match alias {
            Some(alias) if alias.kind() == "dot" => String::new(),
            Some(alias) => self.text(alias).to_owned(),
            None => package(&module).to_owned(),
        };
        let item = alias.filter(|alias| alias.kind() == "dot").map(|_| "*".to_owned());
        Some(Import { module, item, name, span: self.span(alias.unwrap_or(path)) })
    }
}

/// The name that a package has by its path: the last part of it that is no version.
fn package(path: &str) -> &str {
    let is_version = |part: &str, prefix: &str| {
        part.strip_prefix(prefix).is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    let mut parts = path.rsplit('/').filter(|part| {
        // The packages of Google's clients are named after the service, those of Kubernetes after the version.
        !(is_version(part, "v") && !path.starts_with("k8s.io/") || is_version(part, "apiv"))
    });
    let last = parts.next().unwrap_or(path);
    match last.rsplit_once('.') {
        Some((name, version)) if is_version(version, "v") => name,
        _ => last,
    }
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn names_of_packages() {
        for (path, name) in [
            ("fmt", "fmt"),
            ("cloud.google.com/go/scheduler/apiv1", "scheduler"),
            ("cloud.google.com/go/run/apiv2/runpb", "runpb"),
            ("google.golang.org/api/run/v2", "run"),
            ("google.golang.org/api/idtoken", "idtoken"),
            ("github.com/a/b/v3", "b"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("k8s.io/api/core/v1", "v1"),
            ("google.golang.org/api/compute/v0.beta", "v0.beta"),
            ("", ""),
        ] {
            assert_eq!(package(path), name, "{path}");
        }
    }
}
