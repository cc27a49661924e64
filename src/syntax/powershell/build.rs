//! The statements of a text → its tree: runs of statements by the grammar, what it does not take piece by piece.

use std::ops::Range;

use tree_sitter::Node;

use super::grammar::{Grammar, Parsed};
use super::split::{self, Chunk};
use super::{
    Expr, File, Function, Join, MAX_DEPTH, MAX_STAGES, MAX_STATEMENTS, Parameter, ParameterKind, Stage, Stmt, StmtKind,
    SwitchArm, word,
};
use crate::source::{Snippet, Span};

/// Statements are handed to the grammar together up to this many bytes.
const RUN: usize = 8 * 1024;

/// A statement of more bytes is not given to the grammar as a whole.
const MAX_WEIGHT: usize = 64 * 1024;

pub(super) fn file(snippet: &Snippet) -> File {
    let text = snippet.text();
    let Some(grammar) = Grammar::new(text) else { return File { skipped: true, ..File::default() } };
    let mut build = Build { snippet, grammar, skipped: false, depth: 0, statements: 0 };
    let mut file = build.script(0..text.len());
    file.skipped = build.skipped;
    file
}

pub(super) struct Build<'t> {
    pub snippet: &'t Snippet,
    grammar: Grammar<'t>,
    pub skipped: bool,
    /// How deep what is being read nests.
    depth: usize,
    /// How many statements were read.
    statements: usize,
}

/// A part of the text as the grammar sees it.
#[derive(Clone, Copy)]
pub(super) struct At {
    /// Where the part begins in the text.
    pub base: usize,
}

impl At {
    pub fn range(self, node: Node) -> Range<usize> {
        self.base + node.start_byte()..self.base + node.end_byte()
    }
}

/// The named children of a node but comments.
pub(super) fn children(node: Node) -> Vec<Node> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// The first child of a kind.
pub(super) fn child<'n>(node: Node<'n>, kind: &str) -> Option<Node<'n>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == kind)
}

impl<'t> Build<'t> {
    pub fn text(&self, range: Range<usize>) -> &'t str {
        self.snippet.slice(range)
    }

    pub fn span(&self, range: Range<usize>) -> Span {
        self.snippet.span(range)
    }

    /// Goes one level deeper, if that is not too deep.
    pub fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        Some(out)
    }

    /// A file, or what stands between the braces of a block.
    pub fn script(&mut self, range: Range<usize>) -> File {
        let mut file = File::default();
        let done = self.deeper(|build| {
            let chunks = split::chunks(build.snippet.text(), range);
            let mut rest = chunks.as_slice();
            while let Some(first) = rest.first() {
                let limit = first.range.start + RUN;
                let sound =
                    |chunk: &Chunk| !chunk.faulty && chunk.depth <= MAX_DEPTH && chunk.range.len() <= MAX_WEIGHT;
                let count = rest.iter().take_while(|chunk| sound(chunk) && chunk.range.end <= limit).count().max(1);
                let (run, after) = rest.split_at(count);
                rest = after;
                if !sound(first) {
                    build.faulty(first, &mut file.body);
                } else if !build.whole(run, &mut file) {
                    for chunk in run {
                        if run.len() == 1 || !build.whole(std::slice::from_ref(chunk), &mut file) {
                            build.faulty(chunk, &mut file.body);
                        }
                    }
                }
            }
        });
        if done.is_none() {
            self.skipped = true;
            file.body.push(Stmt { kind: StmtKind::Unknown, span: Span::default() });
        }
        file
    }

    /// The statements between brackets.
    pub fn statements(&mut self, range: Range<usize>) -> Vec<Stmt> {
        self.script(range).body
    }

    /// An expression by itself.
    pub fn expression_at(&mut self, range: Range<usize>) -> Expr {
        let span = self.span(range.clone());
        let mut body = self.statements(range);
        match (body.pop(), body.is_empty()) {
            (Some(Stmt { kind: StmtKind::Pipeline(mut stages), .. }), true) if stages.len() == 1 => {
                match stages.pop() {
                    Some(Stage::Expr(expr)) => expr,
                    _ => Expr::unknown(span),
                }
            }
            _ => Expr::unknown(span),
        }
    }

    /// Reads statements that have no fault; says whether they have none.
    fn whole(&mut self, run: &[Chunk], file: &mut File) -> bool {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
        match self.grammar.parse(first.range.start..last.range.end) {
            Parsed::Tree(tree) => {
                let at = At { base: first.range.start };
                for node in children(tree.root_node()) {
                    match node.kind() {
                        "param_block" => file.parameters.extend(self.parameters(at, node)),
                        "statement_list" => self.list(at, node, &mut file.body),
                        _ => {}
                    }
                }
                true
            }
            Parsed::Faulty => false,
            Parsed::Spent => {
                self.skipped = true;
                false
            }
        }
    }

    /// Reads what can be read of a statement with a fault: a command, or the blocks within it.
    fn faulty(&mut self, chunk: &Chunk, out: &mut Vec<Stmt>) {
        let span = self.span(chunk.range.clone());
        let mut push = |kind| out.push(Stmt { kind, span });
        if chunk.depth > MAX_DEPTH {
            self.skipped = true;
            return push(StmtKind::Unknown);
        }
        let text = self.text(chunk.range.clone());
        let head: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        let head = head.to_ascii_lowercase();
        if !chunk.blocks.is_empty() {
            let mut body = Vec::new();
            for block in chunk.blocks.iter().filter(|block| block.end >= block.start) {
                let mut inner = self.script(block.clone());
                body.append(&mut inner.body);
            }
            let name = text.get(head.len()..).and_then(|rest| rest.split_whitespace().next()).unwrap_or("");
            let name = name.split(['(', '{']).next().unwrap_or("").to_owned();
            return push(match head.as_str() {
                "function" | "filter" => StmtKind::Function(Function { name, parameters: Some(Vec::new()), body }),
                _ => StmtKind::Broken(body),
            });
        }
        let is_keyword = ["if", "else", "elseif", "foreach", "for", "while", "param", "return", "throw", "exit"];
        if chunk.faulty || chunk.range.len() > MAX_WEIGHT || is_keyword.contains(&head.as_str()) {
            return push(StmtKind::Unknown);
        }
        let starts = |c: char| c.is_ascii_alphabetic() || c == '&';
        match text.starts_with(starts).then(|| word::pipeline(self, chunk.range.clone())) {
            Some(stages) if !stages.is_empty() => push(StmtKind::Pipeline(stages)),
            _ => push(StmtKind::Unknown),
        }
    }

    fn list(&mut self, at: At, node: Node, out: &mut Vec<Stmt>) {
        for node in children(node) {
            out.extend(self.statement(at, node));
        }
    }

    /// The statements that a node holds.
    pub fn listed(&mut self, at: At, node: Node) -> Vec<Stmt> {
        let mut out = Vec::new();
        self.list(at, node, &mut out);
        out
    }

    pub fn statement(&mut self, at: At, node: Node) -> Option<Stmt> {
        let span = self.span(at.range(node));
        let unknown = Stmt { kind: StmtKind::Unknown, span };
        if matches!(node.kind(), "empty_statement" | "background_operator") {
            return None;
        }
        self.statements += 1;
        if self.statements > MAX_STATEMENTS {
            self.skipped = true;
            return None;
        }
        let kind = self.deeper(|build| build.kind(at, node));
        self.skipped |= kind.is_none();
        Some(kind.map_or(unknown, |kind| Stmt { kind, span }))
    }

    fn kind(&mut self, at: At, node: Node) -> StmtKind {
        match node.kind() {
            "pipeline" => self.pipeline(at, node),
            "if_statement" => self.choice(at, node),
            "switch_statement" => self.switch(at, node),
            "foreach_statement" => self.for_each(at, node),
            "for_statement" | "while_statement" | "do_statement" => {
                let before = child(node, "for_initializer").and_then(|start| children(start).into_iter().next());
                let before = before.and_then(|start| self.statement(at, start));
                let body = self.block(at, node);
                match before {
                    Some(before) => {
                        let span = self.span(at.range(node));
                        StmtKind::Block(vec![before, Stmt { kind: StmtKind::Loop(body), span }])
                    }
                    None => StmtKind::Loop(body),
                }
            }
            "try_statement" => {
                let clauses = child(node, "catch_clauses").map(children).unwrap_or_default();
                StmtKind::Try {
                    body: self.block(at, node),
                    catches: clauses.into_iter().map(|clause| self.block(at, clause)).collect(),
                    finally: child(node, "finally_clause").map(|clause| self.block(at, clause)).unwrap_or_default(),
                }
            }
            "function_statement" => self.function(at, node),
            "flow_control_statement" => self.flow(at, node),
            "data_statement" | "inlinescript_statement" | "parallel_statement" | "sequence_statement" => {
                StmtKind::Block(self.block(at, node))
            }
            // Their methods are called by nobody that is followed.
            "class_statement" | "enum_statement" => StmtKind::Block(Vec::new()),
            "trap_statement" => StmtKind::Broken(self.block(at, node)),
            _ => StmtKind::Unknown,
        }
    }

    /// The statements of the block that belongs to a node.
    fn block(&mut self, at: At, node: Node) -> Vec<Stmt> {
        let mut out = Vec::new();
        let list = child(node, "statement_block").and_then(|block| child(block, "statement_list"));
        if let Some(list) = list {
            self.list(at, list, &mut out);
        }
        out
    }

    fn pipeline(&mut self, at: At, node: Node) -> StmtKind {
        let parts = children(node);
        if let Some(assignment) = parts.first().filter(|part| part.kind() == "assignment_expression") {
            return self.assignment(at, *assignment);
        }
        let mut chain: Option<Stmt> = None;
        let mut join = Join::And;
        for part in parts {
            let range = at.range(part);
            if part.kind() == "pipeline_chain_tail" {
                join = if self.text(range) == "||" { Join::Or } else { Join::And };
                continue;
            }
            let span = self.span(range);
            let stmt = Stmt { kind: StmtKind::Pipeline(self.stages(at, part)), span };
            chain = Some(match chain {
                Some(before) => {
                    let span = before.span.to(span);
                    Stmt { kind: StmtKind::Chain(Box::new(before), join, Box::new(stmt)), span }
                }
                None => stmt,
            });
        }
        chain.map_or(StmtKind::Unknown, |stmt| stmt.kind)
    }

    fn stages(&mut self, at: At, node: Node) -> Vec<Stage> {
        let parts = children(node);
        // What stands behind a command's last word may be a part of it that the grammar sees apart.
        let ends: Vec<usize> = parts.iter().skip(1).map(|part| at.range(*part).start).collect();
        let mut out = Vec::new();
        for (number, part) in parts.into_iter().enumerate().take(MAX_STAGES) {
            let range = at.range(part);
            match part.kind() {
                "command" => {
                    let verbatim = ends.get(number).is_some_and(|start| self.text(*start..start + 3) == "--%");
                    let end = if verbatim { at.range(node).end } else { range.end };
                    out.extend(word::command(self, range.start..end).0.map(Stage::Command));
                }
                "redirections" | "verbatim_command_argument" => {}
                _ => out.push(Stage::Expr(self.expression(at, part))),
            }
        }
        out
    }

    fn assignment(&mut self, at: At, node: Node) -> StmtKind {
        let target = child(node, "left_assignment_expression").and_then(|left| children(left).into_iter().next());
        let operator = child(node, "assignement_operator").map(|operator| self.text(at.range(operator)).to_owned());
        let value = node.child_by_field_name("value").and_then(|value| self.statement(at, value));
        match (target, operator, value) {
            (Some(target), Some(operator), Some(value)) => {
                StmtKind::Assign { target: self.expression(at, target), operator, value: Box::new(value) }
            }
            _ => StmtKind::Unknown,
        }
    }

    fn choice(&mut self, at: At, node: Node) -> StmtKind {
        let mut arms = Vec::new();
        let clauses = child(node, "elseif_clauses").map(children).unwrap_or_default();
        for arm in std::iter::once(node).chain(clauses) {
            let test = arm.child_by_field_name("condition").and_then(|test| self.statement(at, test));
            let Some(test) = test else { return StmtKind::Unknown };
            arms.push((test, self.block(at, arm)));
        }
        let otherwise = child(node, "else_clause").map(|clause| self.block(at, clause));
        StmtKind::If { arms, otherwise }
    }

    fn switch(&mut self, at: At, node: Node) -> StmtKind {
        let subject = child(node, "switch_condition").and_then(|condition| child(condition, "pipeline"));
        let subject = subject.and_then(|subject| self.statement(at, subject));
        let Some(subject) = subject else { return StmtKind::Unknown };
        let options = child(node, "switch_parameters").map(|options| self.text(at.range(options)));
        let clauses = child(node, "switch_body").and_then(|body| child(body, "switch_clauses"));
        let mut arms = Vec::new();
        for clause in clauses.map(children).unwrap_or_default() {
            let Some(condition) = child(clause, "switch_clause_condition") else { continue };
            let text = self.text(at.range(condition));
            let wanted = match children(condition).first() {
                Some(expr) => Some(self.expression(at, *expr)),
                None if text.eq_ignore_ascii_case("default") => None,
                None => Some(word::bare(self, at.range(condition))),
            };
            arms.push(SwitchArm { wanted, body: self.block(at, clause) });
        }
        StmtKind::Switch { subject: Box::new(subject), options: options.unwrap_or("").to_ascii_lowercase(), arms }
    }

    fn for_each(&mut self, at: At, node: Node) -> StmtKind {
        let name = child(node, "variable").map(|name| self.text(at.range(name)));
        let over = child(node, "pipeline").and_then(|over| self.statement(at, over));
        match (name, over) {
            (Some(name), Some(over)) => {
                StmtKind::ForEach { name: plain(name), over: Box::new(over), body: self.block(at, node) }
            }
            _ => StmtKind::Unknown,
        }
    }

    fn function(&mut self, at: At, node: Node) -> StmtKind {
        let Some(name) = child(node, "function_name") else { return StmtKind::Unknown };
        let name = self.text(at.range(name)).to_owned();
        let mut parameters = child(node, "function_parameter_declaration").map(|list| self.parameters(at, list));
        let mut file = File::default();
        if let Some(script) = child(node, "script_block") {
            self.script_block(at, script, &mut file);
            if let Some(block) = child(script, "param_block").or_else(|| child(node, "param_block")) {
                parameters = Some(self.parameters(at, block));
            }
        }
        StmtKind::Function(Function { name, parameters, body: file.body })
    }

    /// The body of a function, or of a block of script.
    pub fn script_block(&mut self, at: At, node: Node, file: &mut File) {
        let Some(body) = child(node, "script_block_body") else { return };
        for part in children(body) {
            match part.kind() {
                "statement_list" => self.list(at, part, &mut file.body),
                _ => {
                    for named in children(part) {
                        let mut body = self.block(at, named);
                        file.body.append(&mut body);
                    }
                }
            }
        }
    }

    fn flow(&mut self, at: At, node: Node) -> StmtKind {
        let text = self.text(at.range(node)).to_ascii_lowercase();
        let given = child(node, "pipeline");
        if text.starts_with("return") {
            let given = given.and_then(|given| self.statement(at, given));
            return StmtKind::Return(given.map(Box::new));
        }
        if text.starts_with("break") {
            StmtKind::Break
        } else if text.starts_with("continue") {
            StmtKind::Continue
        } else {
            StmtKind::Exit
        }
    }

    /// The parameters of a `param` block or a list in a function's head.
    pub fn parameters(&mut self, at: At, node: Node) -> Vec<Parameter> {
        let list = child(node, "parameter_list").map(children).unwrap_or_default();
        let list = list.into_iter().filter(|parameter| parameter.kind() == "script_parameter");
        let mut out = Vec::new();
        for parameter in list {
            let Some(name) = child(parameter, "variable") else { continue };
            let attributes = child(parameter, "attribute_list").map(|list| self.text(at.range(list)));
            let attributes = attributes.unwrap_or("").to_ascii_lowercase();
            let default = child(parameter, "script_parameter_default");
            let default = default.and_then(|default| children(default).into_iter().next());
            let kind = if attributes.contains("valuefromremainingarguments") {
                ParameterKind::Rest
            } else if attributes.contains("[]]") || attributes.contains("array]") {
                ParameterKind::List
            } else if attributes.contains("[switch]") {
                ParameterKind::Switch
            } else if attributes.contains("[string]") || attributes.contains("[int]") {
                ParameterKind::Text
            } else {
                ParameterKind::Any
            };
            out.push(Parameter {
                name: plain(self.text(at.range(name))),
                kind,
                default: default.map(|default| self.expression(at, default)),
                span: self.span(at.range(name)),
            });
        }
        out
    }
}

/// The name of a variable: `$x`, `${x}`, `$script:x`.
pub(super) fn plain(text: &str) -> String {
    let name = text.strip_prefix(['$', '@']).unwrap_or(text);
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    match name.split_once(':') {
        Some((scope, rest)) if is_scope(scope) => rest.to_owned(),
        _ => name.to_owned(),
    }
}

fn is_scope(text: &str) -> bool {
    ["global", "local", "private", "script", "using", "variable"].iter().any(|scope| text.eq_ignore_ascii_case(scope))
}
