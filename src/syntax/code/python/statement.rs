//! The grammar's statements → ours.

use tree_sitter::Node;

use super::super::grammar::Places;
use super::super::{Expr, ExprKind, Stmt, StmtKind, Target, TargetKind};
use super::MAX_DEPTH;
use crate::source::Span;

/// Reads one tree.
pub(super) struct Reader<'t> {
    pub places: Places<'t>,
    /// Whether something nests too deep.
    pub skipped: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(places: Places<'t>) -> Self {
        Self { places, skipped: false }
    }

    pub(super) fn module(&mut self, root: Node) -> Vec<Stmt> {
        let mut body = Vec::new();
        self.children(root, 0, &mut body);
        body
    }

    pub(super) fn block(&mut self, node: Option<Node>, depth: usize) -> Vec<Stmt> {
        let mut body = Vec::new();
        if let Some(node) = node {
            if depth > MAX_DEPTH {
                self.skipped = true;
                body.push(self.other(node));
            } else {
                self.children(node, depth, &mut body);
            }
        }
        body
    }

    fn children(&mut self, node: Node, depth: usize, body: &mut Vec<Stmt>) {
        // What is left of something whose head was not understood stands further in. The grammar minds only what stands
        // further out.
        let mut cursor = node.walk();
        let own = node.named_children(&mut cursor).map(|child| child.start_position().column).min();
        let mut row = usize::MAX;
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            let start = child.start_position();
            let follows = std::mem::replace(&mut row, child.end_position().row) == start.row;
            if own.is_none_or(|own| start.column == own || follows) {
                self.statement(child, depth + 1, body);
            } else {
                body.push(self.other(child));
            }
        }
    }

    fn other(&self, node: Node) -> Stmt {
        Stmt { kind: StmtKind::Other, span: self.places.span_of(node) }
    }

    fn statement(&mut self, node: Node, depth: usize, body: &mut Vec<Stmt>) {
        let span = self.places.span_of(node);
        let kind = match node.kind() {
            "if_statement" => self.branches(node, depth),
            "match_statement" => self.cases(node, depth),
            "for_statement" | "while_statement" => {
                let kind = self.repeated(node, depth);
                body.push(Stmt { kind, span });
                // What follows a loop that was not left may or may not be done.
                if let Some(after) = node.child_by_field_name("alternative") {
                    let otherwise = self.block(after.child_by_field_name("body"), depth);
                    let arms = vec![(Expr::unknown(span), otherwise)];
                    body.push(Stmt { kind: StmtKind::If { arms, otherwise: None }, span: self.places.span_of(after) });
                }
                return;
            }
            "try_statement" => self.tried(node, depth),
            "with_statement" => self.entered(node, depth),
            "function_definition" | "class_definition" | "decorated_definition" => self.definition(node, depth),
            _ if node.has_error() => StmtKind::Other,
            "delete_statement" => {
                for value in self.values(node, depth) {
                    body.push(Stmt { kind: StmtKind::Delete(value), span });
                }
                return;
            }
            // What was masked is not `pass` in the file.
            "pass_statement" if self.places.text(node) == "pass" => return,
            kind => self.simple(node, kind, depth),
        };
        body.push(Stmt { kind, span });
    }

    fn simple(&mut self, node: Node, kind: &str, depth: usize) -> StmtKind {
        match kind {
            "expression_statement" => self.expression_statement(node, depth),
            "return_statement" => StmtKind::Return(node.named_child(0).map(|value| self.expression(value, depth))),
            "raise_statement" => StmtKind::Raise,
            "break_statement" => StmtKind::Break,
            "continue_statement" => StmtKind::Continue,
            "global_statement" | "nonlocal_statement" => {
                let mut cursor = node.walk();
                StmtKind::Outer(
                    node.named_children(&mut cursor).map(|name| self.places.text(name).to_owned()).collect(),
                )
            }
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                StmtKind::Import(self.imports(node))
            }
            "print_statement" | "exec_statement" => {
                let kind = ExprKind::Unknown(self.values(node, depth));
                StmtKind::Expr(Expr { kind, span: self.places.span_of(node) })
            }
            // `type(x).y = z` is taken for the naming of a type.
            "type_alias_statement" if self.places.text(node).starts_with("type(") => {
                let value = node.child_by_field_name("right").and_then(|value| value.named_child(0));
                let value = self.optional(value, node, depth);
                StmtKind::Expr(Expr { kind: ExprKind::Unknown(vec![value]), span: self.places.span_of(node) })
            }
            _ => StmtKind::Other,
        }
    }

    /// What stands in a statement, lists of the language's own opened.
    fn values(&mut self, node: Node, depth: usize) -> Vec<Expr> {
        let mut cursor = node.walk();
        let mut nodes = Vec::new();
        for child in node.named_children(&mut cursor) {
            if matches!(child.kind(), "expression_list" | "chevron") {
                let mut inner = child.walk();
                nodes.extend(child.named_children(&mut inner));
            } else {
                nodes.push(child);
            }
        }
        nodes.into_iter().map(|node| self.expression(node, depth)).collect()
    }

    fn expression_statement(&mut self, node: Node, depth: usize) -> StmtKind {
        let (Some(first), count) = (node.named_child(0), node.named_child_count()) else { return StmtKind::Other };
        match first.kind() {
            "assignment" => self.assignment(first, depth),
            "augmented_assignment" => {
                let operator = first.child_by_field_name("operator").map_or("", |node| node.kind());
                StmtKind::Append {
                    target: self.target(first.child_by_field_name("left"), depth),
                    value: self.optional(first.child_by_field_name("right"), first, depth),
                    adds: matches!(operator, "+=" | "|="),
                }
            }
            // The masked statement of less than four characters.
            "integer" if !self.places.text(first).starts_with(|c: char| c.is_ascii_digit()) => StmtKind::Other,
            _ if count > 1 || node.child_count() > 1 => StmtKind::Expr(self.list(node, depth)),
            _ => StmtKind::Expr(self.expression(first, depth)),
        }
    }

    fn assignment(&mut self, node: Node, depth: usize) -> StmtKind {
        let mut targets = Vec::new();
        let mut at = node;
        loop {
            targets.push(self.target(at.child_by_field_name("left"), depth));
            match at.child_by_field_name("right") {
                Some(next) if next.kind() == "assignment" => at = next,
                Some(value) => {
                    return StmtKind::Assign { targets, value: self.expression(value, depth), declares: false };
                }
                None => return StmtKind::Other,
            }
        }
    }

    /// The expression of a node that may be missing from another.
    pub(super) fn optional(&mut self, node: Option<Node>, of: Node, depth: usize) -> Expr {
        match node {
            Some(node) => self.expression(node, depth),
            None => Expr::unknown(self.places.span_of(of)),
        }
    }

    pub(super) fn target(&mut self, node: Option<Node>, depth: usize) -> Target {
        let Some(mut node) = node else { return Target { kind: TargetKind::Nothing, span: Span::default() } };
        // `(a)`, `*a` and `as a` are what they hold.
        while matches!(
            node.kind(),
            "parenthesized_expression"
                | "as_pattern_target"
                | "list_splat_pattern"
                | "list_splat"
                | "dictionary_splat_pattern"
        ) || node.kind() == "tuple_pattern" && node.named_child_count() == 1 && node.child_count() == 3
        {
            let Some(inner) = node.named_child(0) else { break };
            node = inner;
        }
        let span = self.places.span_of(node);
        let kind = match node.kind() {
            _ if depth > MAX_DEPTH => {
                self.skipped = true;
                TargetKind::Nothing
            }
            "identifier" => match self.places.text(node) {
                "_" => TargetKind::Nothing,
                name => TargetKind::Name(name.to_owned()),
            },
            "attribute" | "subscript" => TargetKind::Part(self.expression(node, depth)),
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" | "list" | "expression_list" => {
                let mut cursor = node.walk();
                let mut rest = None;
                let mut items = Vec::new();
                for child in node.named_children(&mut cursor) {
                    if matches!(child.kind(), "list_splat_pattern" | "list_splat") {
                        rest = rest.or(Some(items.len()));
                    }
                    items.push(self.target(Some(child), depth + 1));
                }
                TargetKind::Items(items, rest)
            }
            _ => TargetKind::Nothing,
        };
        Target { kind, span }
    }

    fn branches(&mut self, node: Node, depth: usize) -> StmtKind {
        let mut arms = vec![self.arm(node, depth)];
        let mut otherwise = None;
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "elif_clause" => arms.push(self.arm(child, depth)),
                "else_clause" => otherwise = Some(self.block(child.child_by_field_name("body"), depth)),
                _ => {}
            }
        }
        StmtKind::If { arms, otherwise }
    }

    fn arm(&mut self, node: Node, depth: usize) -> (Expr, Vec<Stmt>) {
        let condition = self.condition(node.child_by_field_name("condition"), node, depth);
        (condition, self.block(node.child_by_field_name("consequence"), depth))
    }

    /// A condition with a fault in it is not known.
    pub(super) fn condition(&mut self, node: Option<Node>, of: Node, depth: usize) -> Expr {
        let mut cursor = of.walk();
        let sound = |node: &Node| {
            !node.has_error() && !of.children(&mut cursor).any(|part| part.is_error() || part.is_missing())
        };
        self.optional(node.filter(sound), of, depth)
    }

    fn repeated(&mut self, node: Node, depth: usize) -> StmtKind {
        let body = self.block(node.child_by_field_name("body"), depth);
        if node.kind() == "while_statement" {
            return StmtKind::While(self.condition(node.child_by_field_name("condition"), node, depth), body);
        }
        let target = self.target(node.child_by_field_name("left"), depth);
        StmtKind::For { target, items: self.condition(node.child_by_field_name("right"), node, depth), body }
    }

    fn tried(&mut self, node: Node, depth: usize) -> StmtKind {
        let mut body = self.block(node.child_by_field_name("body"), depth);
        let (mut handlers, mut last) = (Vec::new(), Vec::new());
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "except_clause" => handlers.push(self.handler(child, depth)),
                "else_clause" => body.extend(self.block(child.child_by_field_name("body"), depth)),
                "finally_clause" => last = self.block(last_block(child), depth),
                _ => {}
            }
        }
        StmtKind::Try { body, handlers, last }
    }

    /// What is done when something fails, the failure's name first.
    fn handler(&mut self, node: Node, depth: usize) -> Vec<Stmt> {
        let value = node.child_by_field_name("value");
        let alias = node
            .child_by_field_name("alias")
            .or_else(|| value.filter(|value| value.kind() == "as_pattern")?.child_by_field_name("alias"));
        let mut body = Vec::new();
        if let Some(alias) = alias {
            let targets = vec![self.target(Some(alias), depth)];
            let span = self.places.span_of(alias);
            let assign = StmtKind::Assign { targets, value: Expr::unknown(span), declares: false };
            body.push(Stmt { kind: assign, span });
        }
        body.extend(self.block(last_block(node), depth));
        body
    }

    fn entered(&mut self, node: Node, depth: usize) -> StmtKind {
        let mut enters = Vec::new();
        let mut cursor = node.walk();
        let clause = node.named_children(&mut cursor).find(|child| child.kind() == "with_clause");
        if let Some(clause) = clause {
            let mut cursor = clause.walk();
            for item in clause.named_children(&mut cursor).filter(|item| item.kind() == "with_item") {
                let Some(value) = item.child_by_field_name("value").filter(|value| !value.has_error()) else {
                    continue;
                };
                if has_names(value) {
                    let mut inner = value.walk();
                    for value in value.named_children(&mut inner) {
                        enters.push(self.enter(value, depth));
                    }
                } else {
                    enters.push(self.enter(value, depth));
                }
            }
        }
        StmtKind::Block { enters, body: self.block(node.child_by_field_name("body"), depth) }
    }

    fn enter(&mut self, node: Node, depth: usize) -> (Expr, Option<Target>) {
        match node.named_child(0).filter(|_| node.kind() == "as_pattern") {
            Some(value) => {
                let alias = node.child_by_field_name("alias");
                (self.expression(value, depth), alias.map(|alias| self.target(Some(alias), depth)))
            }
            None => (self.expression(node, depth), None),
        }
    }
}

/// Whether a tuple in parentheses is a list of things with names: `with (a as b, c):`.
fn has_names(node: Node) -> bool {
    let mut cursor = node.walk();
    matches!(node.kind(), "tuple" | "parenthesized_expression")
        && node.named_children(&mut cursor).any(|child| child.kind() == "as_pattern")
}

fn last_block(node: Node) -> Option<Node> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() == "block").last()
}
