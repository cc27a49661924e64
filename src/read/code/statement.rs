//! Statements → steps.

use std::sync::Arc;

use super::Lowering;
use super::library::{item, paths};
use super::names::Scope;
use super::text::literal;
use crate::program::{
    Arm, Assign, Assigned, Block, Change, Each, Guard, Loop, Node, Pick, Put, Step, StepKind, Visibility,
};
use crate::source::Span;
use crate::syntax::code::{self, Expr, ExprKind, Function, Stmt, StmtKind, Target, TargetKind};

impl Lowering<'_> {
    /// The steps of statements; what is defined among them is known from the start.
    pub(super) fn block(&mut self, body: &[Stmt]) -> Block {
        // A block of these languages has names of its own.
        let is_inner = self.depth > 0 && self.language != code::Language::Python;
        if is_inner {
            let scope = Scope::of(body, true);
            return self.within(scope, |lowering| lowering.block_within(body));
        }
        self.block_within(body)
    }

    pub(super) fn block_within(&mut self, body: &[Stmt]) -> Block {
        let mut steps = Vec::new();
        if self.depth >= super::MAX_DEPTH {
            return steps.into();
        }
        self.depth += 1;
        for stmt in body {
            self.definition(stmt, &mut steps);
        }
        for stmt in body {
            let outer = std::mem::take(&mut self.pending);
            self.stmt(stmt, &mut steps);
            let pending = std::mem::replace(&mut self.pending, outer);
            // What follows a statement that leaves is never reached.
            let at = match steps.last().map(|step| &step.kind) {
                Some(StepKind::Give(_) | StepKind::Return | StepKind::Exit) => steps.len() - 1,
                _ => steps.len(),
            };
            steps.splice(at..at, pending);
        }
        self.depth -= 1;
        steps.into()
    }

    fn definition(&mut self, stmt: &Stmt, out: &mut Vec<Step>) {
        match &stmt.kind {
            StmtKind::Function(function) => self.function(function, stmt.span, out),
            StmtKind::Assign { targets, value: Expr { kind: ExprKind::Function(function), .. }, .. } => {
                for target in targets {
                    if let TargetKind::Name(name) = &target.kind {
                        let function = Function { name: name.clone(), ..(**function).clone() };
                        self.function(&function, stmt.span, out);
                    }
                }
            }
            StmtKind::Class(class) => self.type_of(class, stmt.span, out),
            StmtKind::Import(imports) => {
                let steps = imports.iter().filter_map(|import| self.borrow(import));
                out.extend(steps.map(|kind| Step { kind, span: stmt.span }));
            }
            _ => {}
        }
    }

    /// Names that another file of the repository may give a meaning to.
    fn borrow(&self, import: &code::Import) -> Option<StepKind> {
        let there = import.item.clone().filter(|item| item != "*" && item != "default");
        let own = paths(&import.module, self.language)?;
        // `from package import module`
        let within = there.as_ref().filter(|_| self.language == code::Language::Python);
        let within = within.and_then(|name| paths(&item(&import.module, name), self.language));
        let place = self.near(import.span);
        let exprs =
            |paths: Vec<String>| paths.into_iter().map(|path| crate::program::Expr::text(path, place)).collect();
        let called = self.names.imports.get(&import.name).cloned().unwrap_or_else(|| import.name.clone());
        let within = within.map(exprs).unwrap_or_default();
        let borrow =
            crate::program::Borrow { paths: exprs(own), within, there, here: self.variable(&import.name), called };
        Some(StepKind::Borrow(Arc::new(borrow)))
    }

    fn stmt(&mut self, stmt: &Stmt, out: &mut Vec<Step>) {
        let span = stmt.span;
        let mut push = |kind| out.push(Step { kind, span });
        match &stmt.kind {
            StmtKind::Expr(expr) => self.expression(expr, span, out),
            StmtKind::Assign { value: Expr { kind: ExprKind::Function(_), .. }, targets, .. }
                if targets.iter().all(|target| matches!(target.kind, TargetKind::Name(_))) => {}
            StmtKind::Assign { targets, value, .. } => self.assign(targets, value, span, out),
            StmtKind::Append { target, value, adds } => {
                let node = self.node(value);
                let change = if *adds { Change::Add(node) } else { Change::Forget };
                if let Some(step) = self.change(target, change, span) {
                    push(step);
                }
            }
            StmtKind::Delete(expr) => {
                if let Some((name, path)) = self.way(expr) {
                    push(self.put(name, path, Change::Remove, span));
                }
            }
            StmtKind::If { arms, otherwise } => {
                let mut branch: Vec<Arm> = Vec::new();
                for (test, body) in arms {
                    let guard = self.guard(test);
                    branch.push(Arm { test: Arc::from([]), guard, body: self.block(body) });
                }
                if let Some(body) = otherwise {
                    branch.push(Arm { test: Arc::from([]), guard: Guard::Always, body: self.block(body) });
                }
                push(StepKind::Branch(branch));
            }
            StmtKind::For { target, items, body } => {
                let over = self.items(items);
                let mut scope = Scope::default();
                if self.language != code::Language::Python {
                    scope.add(target);
                }
                let (item, body) = self.within(scope, |lowering| (lowering.pick(target), lowering.block(body)));
                push(StepKind::Each(Arc::new(Each { item, over, guard: None, body, key: None, value: None })));
            }
            StmtKind::While(test, body) => {
                let mut steps = Vec::new();
                self.expression(test, test.span, &mut steps);
                steps.extend(self.block(body).iter().cloned());
                // What is true from the start has a first turn.
                let items = matches!(test.kind, ExprKind::Bool(true))
                    .then(|| vec![crate::program::Expr::text("true", self.near(test.span))]);
                push(StepKind::Loop(Loop { name: None, items, body: steps.into() }));
            }
            StmtKind::Try { body, handlers, last } => self.attempt(body, handlers, last, span, out),
            StmtKind::Block { enters, body } => {
                for (value, target) in enters {
                    let node = self.node(value);
                    out.push(match target {
                        Some(target) => {
                            Step { kind: StepKind::Let(self.pick(target), node, self.is_own_target(target)), span }
                        }
                        None => Step { kind: StepKind::Evaluate(node), span: value.span },
                    });
                }
                let body = self.block(body);
                out.extend(body.iter().cloned());
            }
            StmtKind::Return(Some(value)) => {
                let node = self.node(value);
                push(StepKind::Give(node));
            }
            StmtKind::Return(None) => push(StepKind::Return),
            // What is tried may fail and go on.
            StmtKind::Raise if self.trying == 0 => push(StepKind::Exit),
            StmtKind::Break => push(StepKind::Break),
            StmtKind::Continue => push(StepKind::Continue),
            StmtKind::Function(_) | StmtKind::Import(_) | StmtKind::Outer(_) | StmtKind::Raise | StmtKind::Other => {}
            StmtKind::Class(class) => self.fields(class, span, out),
        }
    }

    /// Something that is tried, and what is done when it fails.
    fn attempt(&mut self, body: &[Stmt], handlers: &[Vec<Stmt>], last: &[Stmt], span: Span, out: &mut Vec<Step>) {
        let mut push = |kind| out.push(Step { kind, span });
        let leaves = body.last().is_some_and(|last| matches!(last.kind, StmtKind::Return(_)));
        self.trying += 1;
        let body = self.block(body);
        self.trying -= 1;
        let handlers: Vec<Block> = handlers.iter().map(|handler| self.block(handler)).collect();
        let handler: Block = match handlers.as_slice() {
            [only] => only.clone(),
            several => {
                let arm = |body: &Block| Arm {
                    test: Arc::from([]),
                    guard: Guard::Opaque(None, Vec::new()),
                    body: body.clone(),
                };
                Arc::from([Step { kind: StepKind::Branch(several.iter().map(arm).collect()), span }])
            }
        };
        push(match handlers.is_empty() {
            true => StepKind::Group(body),
            // What leaves where it succeeds is followed by nothing: the handler is the other way.
            false if leaves => {
                let arm = |guard, body| Arm { test: Arc::from([]), guard, body };
                let unknown = Guard::Opaque(None, Vec::new());
                StepKind::Branch(vec![arm(unknown, body), arm(Guard::Always, handler)])
            }
            false => StepKind::Fallback(body, handler),
        });
        if !last.is_empty() {
            push(StepKind::Group(self.block(last)));
        }
    }

    /// An expression for what it does.
    fn expression(&mut self, expr: &Expr, span: Span, out: &mut Vec<Step>) {
        if let ExprKind::Call(call) = &expr.kind {
            if self.leaves(call) {
                out.push(Step { kind: StepKind::Exit, span });
                return;
            }
            if let Some(kind) = self.mutation(call, span) {
                out.push(Step { kind, span });
                return;
            }
            if let Some(kind) = self.for_each(call) {
                out.push(Step { kind, span });
                return;
            }
        }
        if matches!(expr.kind, ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Null) {
            return;
        }
        let node = self.node(expr);
        out.push(Step { kind: StepKind::Evaluate(node), span });
    }

    fn assign(&mut self, targets: &[Target], value: &Expr, span: Span, out: &mut Vec<Step>) {
        let mut node = self.node(value);
        // Several parts of things are given the items of one value.
        if let [Target { kind: TargetKind::Items(items, None), .. }] = targets
            && items.iter().any(|item| matches!(item.kind, TargetKind::Part(_)))
        {
            let name = format!("…{}", span.start);
            let place = self.near(value.span);
            out.push(Step { kind: StepKind::Let(Pick::Name(name.clone()), node, false), span });
            for (number, item) in items.iter().enumerate() {
                let number = self.name_node(&number.to_string(), value.span);
                let part = Node::Part(Box::new(Node::Variable(name.clone(), place)), Box::new(number), place);
                out.extend(self.given(item, part, value.span).map(|kind| Step { kind, span }));
            }
            return;
        }
        // Evaluated once, for all.
        if targets.len() > 1 && !matches!(node, Node::Text(_) | Node::Variable(..)) {
            let name = format!("…{}", span.start);
            out.push(Step { kind: StepKind::Let(Pick::Name(name.clone()), node, false), span });
            node = Node::Variable(name, self.near(value.span));
        }
        for target in targets {
            let kind = self.given(target, node.clone(), value.span);
            out.extend(kind.map(|kind| Step { kind, span }));
        }
    }

    /// A step that gives a target a value.
    fn given(&mut self, target: &Target, node: Node, at: Span) -> Option<StepKind> {
        if let TargetKind::Part(expr) = &target.kind {
            return match self.environment(expr) {
                Some(name) => Some(exported(name, &node, self.near(at))),
                None => self.change(target, Change::Set(node), target.span.to(at)),
            };
        }
        let own = self.is_own_target(target);
        if let (false, TargetKind::Name(name)) = (own, &target.kind) {
            self.note_changed(&self.variable(name));
        }
        Some(StepKind::Let(self.pick(target), node, own))
    }

    /// Notes a name of the file, or a part of a type's state, that a function changes which does not make it.
    fn note_changed(&mut self, variable: &str) {
        let is_file_own = self.scopes.first().is_some_and(|scope| variable.ends_with(&scope.id));
        let is_state = !self.makes
            && self.class.as_ref().is_some_and(|class| {
                variable.strip_prefix('.').and_then(|rest| rest.strip_prefix(&self.type_name(class))).is_some()
            });
        if (is_file_own || is_state) && self.scopes.iter().any(|scope| scope.is_function) {
            self.changed.insert(variable.to_owned());
        }
    }

    /// Whether the names of a target are the innermost function's.
    fn is_own_target(&self, target: &Target) -> bool {
        match &target.kind {
            TargetKind::Name(name) => self.is_function_own(name),
            TargetKind::Items(targets, _) => targets.first().is_some_and(|target| self.is_first_own(target)),
            TargetKind::Fields(targets) => targets.first().is_some_and(|(_, target)| self.is_first_own(target)),
            _ => false,
        }
    }

    fn is_first_own(&self, target: &Target) -> bool {
        matches!(&target.kind, TargetKind::Name(name) if self.is_function_own(name))
    }

    /// A step that changes what a target is.
    fn change(&mut self, target: &Target, change: Change, span: Span) -> Option<StepKind> {
        match &target.kind {
            TargetKind::Name(name) => Some(self.put(self.variable(name), Vec::new(), change, span)),
            TargetKind::Part(expr) => {
                let (name, path) = self.way(expr)?;
                match change {
                    Change::Set(node) if path.is_empty() => {
                        self.note_changed(&name);
                        Some(StepKind::Let(Pick::Name(name), node, false))
                    }
                    change => Some(self.put(name, path, change, span)),
                }
            }
            _ => None,
        }
    }

    pub(super) fn put(&mut self, name: String, path: Vec<Node>, change: Change, span: Span) -> StepKind {
        self.note_changed(&name);
        StepKind::Put(Box::new(Put { name, path, change, place: self.near(span) }))
    }

    /// The variable at the start of an expression, and the way from there.
    pub(super) fn way(&mut self, expr: &Expr) -> Option<(String, Vec<Node>)> {
        match &expr.kind {
            ExprKind::Name(name) => Some((self.variable(name), Vec::new())),
            ExprKind::Member(base, member) => {
                if let Some(name) = self.own_part(base, &member.name) {
                    return Some((name, Vec::new()));
                }
                let (name, mut path) = self.way_within(base)?;
                path.push(self.name_node(&member.name, member.at));
                Some((name, path))
            }
            ExprKind::Index(base, key) => {
                let (name, mut path) = self.way_within(base)?;
                path.push(self.node(key));
                Some((name, path))
            }
            _ => None,
        }
    }

    fn way_within(&mut self, expr: &Expr) -> Option<(String, Vec<Node>)> {
        if self.depth >= super::MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let way = self.way(expr);
        self.depth -= 1;
        way
    }

    pub(super) fn pick(&self, target: &Target) -> Pick {
        self.pick_within(target, 0)
    }

    fn pick_within(&self, target: &Target, depth: usize) -> Pick {
        match &target.kind {
            TargetKind::Name(name) => Pick::Name(self.variable(name)),
            TargetKind::Items(targets, rest) if depth < 20 => {
                Pick::Items(targets.iter().map(|target| self.pick_within(target, depth + 1)).collect(), *rest)
            }
            TargetKind::Fields(targets) if depth < 20 => {
                let field = |(name, target): &(String, Target)| (name.clone(), self.pick_within(target, depth + 1));
                Pick::Fields(targets.iter().map(field).collect())
            }
            _ => Pick::Nothing,
        }
    }

    /// The variable of the environment that an expression is.
    pub(super) fn environment(&self, expr: &Expr) -> Option<String> {
        let (base, name) = match &expr.kind {
            ExprKind::Member(base, member) => (base, member.name.clone()),
            ExprKind::Index(base, key) => (base, literal(key)?.text().to_owned()),
            _ => return None,
        };
        let base = self.qualified(base)?;
        super::library::ENVIRONMENTS.contains(&base.as_str()).then_some(name)
    }
}

/// A step that gives a variable to child processes.
fn exported(name: String, node: &Node, place: crate::value::Place) -> StepKind {
    let value = match node {
        Node::Text(text) => text.clone(),
        Node::Variable(name, place) => super::condition::variable(name.clone(), *place),
        node => crate::program::Expr { parts: vec![crate::program::Part::Nested(Box::new(node.clone()), place)] },
    };
    StepKind::Assign(Assign { name, value: Assigned::Text(value), append: false, visibility: Visibility::Exported })
}
