//! Imports.

use tree_sitter::Node;

use super::super::Import;
use super::statement::Reader;

impl Reader<'_> {
    pub(super) fn imports(&self, node: Node) -> Vec<Import> {
        let from = node.kind() != "import_statement";
        let module = match node.child_by_field_name("module_name") {
            Some(module) => self.path(module),
            None => "__future__".to_owned(),
        };
        let mut imports = Vec::new();
        let mut cursor = node.walk();
        for child in node.children_by_field_name("name", &mut cursor) {
            let (path, alias) = match child.kind() {
                "aliased_import" => (child.child_by_field_name("name"), child.child_by_field_name("alias")),
                _ => (Some(child), None),
            };
            let Some(path) = path else { continue };
            let (Some(first), whole) = (path.named_child(0), self.path(path)) else { continue };
            let (at, name) = match alias {
                Some(alias) => (alias, self.places.text(alias).to_owned()),
                None => (first, self.places.text(first).to_owned()),
            };
            let span = self.places.span_of(at);
            imports.push(if from {
                Import { module: module.clone(), item: Some(whole), name, span }
            } else {
                let module = if alias.is_some() { whole } else { name.clone() };
                Import { module, item: None, name, span }
            });
        }
        let mut cursor = node.walk();
        if let Some(all) = node.named_children(&mut cursor).find(|child| child.kind() == "wildcard_import") {
            let span = self.places.span_of(all);
            imports.push(Import { module, item: Some("*".to_owned()), name: "*".to_owned(), span });
        }
        imports
    }

    /// A module's name without the white space that may stand in it.
    fn path(&self, node: Node) -> String {
        self.places.text(node).chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
    }
}
