//! Expressions → nodes.

use std::sync::Arc;

use super::Lowering;
use super::names::Scope;
use super::text::literal;
use crate::program::{Arm, Block, Change, Each, Entry, Guard, Listed, Node, Step, StepKind, Style};
use crate::source::Span;
use crate::syntax::code::{self, Argument, Expr, ExprKind, Language, Operator, Spread, StmtKind};
use crate::value::Place;

impl Lowering<'_> {
    /// What an expression gives.
    pub(super) fn node(&mut self, expr: &Expr) -> Node {
        if self.depth >= super::MAX_DEPTH {
            return self.hole(expr.span);
        }
        self.depth += 1;
        let node = self.node_within(expr);
        self.depth -= 1;
        node
    }

    fn node_within(&mut self, expr: &Expr) -> Node {
        let place = self.near(expr.span);
        match &expr.kind {
            ExprKind::Text(text) => Node::Text(crate::program::Expr { parts: self.text(text) }),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Number(number) => said(number, place),
            ExprKind::Bool(true) => said("true", place),
            // What is false is nothing, wherever it is asked for.
            ExprKind::Bool(false) | ExprKind::Null => Node::Null(place),
            // Of something imported, what another file of the repository says it is.
            ExprKind::Name(name) => match self.qualified(expr) {
                Some(_) if !self.names.imports.contains_key(name) => self.hole(expr.span),
                _ => Node::Variable(self.variable(name), place),
            },
            ExprKind::Member(base, member) => {
                if let Some(name) = self.environment(expr) {
                    return environment(name, place);
                }
                if let Some(name) = self.own_part(base, &member.name) {
                    return match self.property(&name) {
                        Some(call) => call.place(place),
                        None => Node::Variable(name, place),
                    };
                }
                if self.qualified(expr).is_some() && !self.is_local_module(base) {
                    return self.hole(expr.span);
                }
                let (base, key) = (self.node(base), self.name_node(&member.name, member.at));
                Node::Part(Box::new(base), Box::new(key), place)
            }
            ExprKind::Index(base, key) => {
                if let Some(name) = self.environment(expr) {
                    return environment(name, place);
                }
                let (base, key) = (self.node(base), self.node(key));
                Node::Part(Box::new(base), Box::new(key), place)
            }
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::List(items) => {
                if items.iter().any(|item| item.spread) {
                    return self.spread_list(items);
                }
                Node::List(items.iter().map(|item| self.node(&item.value)).collect(), false)
            }
            ExprKind::Map(entries) => self.map(entries, place),
            ExprKind::Struct(name, entries) => self.structure(name, entries, expr.span),
            ExprKind::Binary(operator, a, b) => self.binary(*operator, a, b, expr.span),
            ExprKind::Not(inner) => {
                let guard = self.guard(inner);
                let (yes, no) = (Node::Null(place), said("true", place));
                Node::Choice(Box::new(guard), Box::new(yes), Box::new(no))
            }
            ExprKind::Choice(test, a, b) => {
                let guard = self.guard(test);
                let (a, b) = (self.node(a), self.node(b));
                Node::Choice(Box::new(guard), Box::new(a), Box::new(b))
            }
            ExprKind::Function(function) => self.anonymous(function, expr.span),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension),
            ExprKind::Unknown(inner) => self.unknown_of(inner, expr.span),
        }
    }

    /// Something that is not known, and what is done on the way to it.
    fn unknown_of(&mut self, inner: &[Expr], span: Span) -> Node {
        let calls = inner.iter().filter(|expr| matches!(expr.kind, ExprKind::Call(_) | ExprKind::Unknown(_)));
        let nodes: Vec<Node> = calls.map(|expr| self.node(expr)).collect();
        if nodes.is_empty() {
            return self.hole(span);
        }
        let (list, nothing) = (Node::List(nodes, true), said("…", self.near(span)));
        Node::Part(Box::new(list), Box::new(nothing), self.near(span))
    }

    /// A condition as a value.
    fn truth(&mut self, test: &Expr) -> Node {
        let place = self.near(test.span);
        let guard = self.guard(test);
        Node::Choice(Box::new(guard), Box::new(said("true", place)), Box::new(Node::Null(place)))
    }

    /// A name as a text.
    pub(super) fn name_node(&self, name: &str, at: Span) -> Node {
        Node::Text(crate::program::Expr::text(name, Place::exact(self.file, at)))
    }

    fn spread_list(&mut self, items: &[code::Element]) -> Node {
        let mut lists = Vec::new();
        let mut run = Vec::new();
        for item in items {
            let node = self.node(&item.value);
            if item.spread {
                lists.push(Node::List(std::mem::take(&mut run), false));
                lists.push(node);
            } else {
                run.push(node);
            }
        }
        lists.push(Node::List(run, false));
        Node::Merged(lists)
    }

    pub(super) fn map(&mut self, entries: &[code::Entry], place: Place) -> Node {
        let mut maps = Vec::new();
        let mut run: Vec<Entry> = Vec::new();
        let mut open = false;
        for entry in entries {
            let value = self.node(&entry.value);
            match &entry.key {
                None => {
                    maps.push(Node::Map(std::mem::take(&mut run), std::mem::take(&mut open)));
                    maps.push(value);
                }
                Some(key) => match literal(key) {
                    Some(text) => {
                        let length = text.text().len();
                        // `{ name }` is the name of a variable, too.
                        let is_both = entry.value.span == text.span(0..length);
                        let at = Place {
                            file: self.file,
                            span: text.span(0..length),
                            exact: length > 0 && !is_both && text.is_exact(0..length),
                        };
                        let whole = self.near(entry.span);
                        run.push(Entry { name: text.text().to_owned(), at, whole, value });
                    }
                    None => open = true,
                },
            }
        }
        if maps.is_empty() {
            return Node::Map(run, open);
        }
        let _ = place;
        maps.push(Node::Map(run, open));
        Node::Merged(maps)
    }

    fn structure(&mut self, name: &str, entries: &[code::Entry], span: Span) -> Node {
        let arguments: Option<Vec<Argument>> = entries
            .iter()
            .map(|entry| {
                let key = entry.key.as_ref().map(|key| match &key.kind {
                    ExprKind::Text(text) => Some((text.text().to_owned(), key.span)),
                    ExprKind::Name(name) => Some((name.clone(), key.span)),
                    _ => None,
                });
                let name = match key {
                    Some(name) => Some(name?),
                    None => None,
                };
                Some(Argument { name, spread: Spread::No, value: entry.value.clone() })
            })
            .collect();
        let Some(arguments) = arguments else { return self.hole(span) };
        let (module, rest) = name.split_once('.').map_or((name, None), |(module, rest)| (module, Some(rest)));
        let callee = match (self.names.imports.get(module), rest) {
            (Some(module), Some(rest)) => format!("{module}.{rest}"),
            _ if self.names.types.contains_key(name) => self.type_name(name),
            _ => name.to_owned(),
        };
        let mut arguments = arguments;
        // What is not given is nothing.
        if let Some(known) = self.names.types.get(name).filter(|_| self.language == Language::Go)
            && arguments.iter().all(|argument| argument.name.is_some())
        {
            let is_given = |field: &String| {
                arguments.iter().any(|argument| argument.name.as_ref().is_some_and(|(name, _)| name == field))
            };
            let missing: Vec<Argument> = known
                .fields
                .iter()
                .filter(|field| !is_given(field))
                .map(|field| Argument {
                    name: Some((field.clone(), span)),
                    spread: Spread::No,
                    value: Expr { kind: ExprKind::Null, span },
                })
                .collect();
            arguments.extend(missing);
        }
        self.make(callee, &arguments, span)
    }

    fn binary(&mut self, operator: Operator, a: &Expr, b: &Expr, span: Span) -> Node {
        match operator {
            Operator::Add => {
                let (left, right) = (self.node(a), self.node(b));
                self.sum(left, right)
            }
            Operator::Percent => {
                let arguments: Vec<Argument> = match &b.kind {
                    ExprKind::List(items) => items.iter().map(|item| positional(&item.value)).collect(),
                    ExprKind::Map(entries) => entries
                        .iter()
                        .filter_map(|entry| {
                            let name = (literal(entry.key.as_ref()?)?.text().to_owned(), entry.span);
                            Some(Argument { name: Some(name), spread: Spread::No, value: entry.value.clone() })
                        })
                        .collect(),
                    _ => vec![positional(b)],
                };
                let text = self.node(a);
                self.format(text, Style::Percent, &arguments, self.near(span))
            }
            Operator::Or | Operator::OrNull => {
                let (a, b) = (self.node(a), self.node(b));
                Node::Either(Box::new(a), Box::new(b))
            }
            Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn => {
                let whole = Expr { kind: ExprKind::Binary(operator, Box::new(a.clone()), Box::new(b.clone())), span };
                self.truth(&whole)
            }
            Operator::And => {
                let guard = self.guard(a);
                let (b, no) = (self.node(b), Node::Null(self.near(span)));
                Node::Choice(Box::new(guard), Box::new(b), Box::new(no))
            }
            Operator::Other => self.unknown_of(&[a.clone(), b.clone()], span),
        }
    }

    /// Two texts run together, or two lists.
    fn sum(&self, left: Node, right: Node) -> Node {
        let is_list = |node: &Node| {
            matches!(node, Node::List(..) | Node::Merged(_) | Node::Split(..))
                || matches!(node, Node::Each(each) if each.key.is_none())
        };
        if is_list(&left) || is_list(&right) {
            return Node::Merged(vec![left, right]);
        }
        let is_text = |node: &Node| matches!(node, Node::Text(_));
        if is_text(&left) || is_text(&right) {
            let mut parts = self.parts(left);
            parts.extend(self.parts(right));
            return Node::Text(crate::program::Expr { parts });
        }
        // Two variables: what they hold says which.
        Node::Added(Box::new(left), Box::new(right))
    }

    fn parts(&self, node: Node) -> Vec<crate::program::Part> {
        match node {
            Node::Text(text) => text.parts,
            node => {
                let place = place_of(&node).unwrap_or(self.near(Span::default()));
                vec![crate::program::Part::Nested(Box::new(node), place)]
            }
        }
    }

    fn comprehension(&mut self, comprehension: &code::Comprehension) -> Node {
        let over = self.items(&comprehension.items);
        let mut scope = Scope::default();
        scope.add(&comprehension.target);
        self.within(scope, |lowering| {
            let item = lowering.pick(&comprehension.target);
            let key = comprehension.key.as_ref().map(|key| lowering.node(key));
            let value = lowering.node(&comprehension.value);
            let guard = lowering.conditions(comprehension);
            Node::Each(Arc::new(Each { item, over, guard, body: Arc::from([]), key, value: Some(value) }))
        })
    }

    fn conditions(&mut self, comprehension: &code::Comprehension) -> Option<Guard> {
        let further = comprehension.more.then_some(Guard::Opaque(None, Vec::new()));
        let guards: Vec<Guard> =
            comprehension.conditions.iter().map(|condition| self.guard(condition)).chain(further).collect();
        (!guards.is_empty()).then_some(Guard::All(guards))
    }

    /// What a loop goes through.
    pub(super) fn items(&mut self, expr: &Expr) -> Node {
        let node = self.node(expr);
        // Of a map Go gives the values here.
        if self.language == Language::Go { Node::Listed(Listed::Parts, Box::new(node)) } else { node }
    }

    /// `list.map(x => value)`, `list.filter(…)`.
    pub(super) fn mapped(&mut self, base: Node, function: &code::Function) -> Option<Node> {
        let (parameter, rest) = function.parameters.split_first()?;
        let [before @ .., last] = function.body.as_slice() else { return None };
        let StmtKind::Return(Some(value)) = &last.kind else { return None };
        let mut scope = Scope::of(before, true);
        scope.add(&parameter.target);
        for number in rest {
            scope.add(&number.target);
        }
        self.within(scope, |lowering| {
            let item = lowering.pick(&parameter.target);
            // With a number too.
            let (item, over) = match rest.first() {
                Some(number) => {
                    let number = lowering.pick(&number.target);
                    let over = Node::Listed(Listed::Numbered, Box::new(base));
                    (crate::program::Pick::Items(vec![number, item], None), over)
                }
                None => (item, base),
            };
            let body = lowering.block_within(before);
            let value = lowering.node(value);
            Some(Node::Each(Arc::new(Each { item, over, guard: None, body, key: None, value: Some(value) })))
        })
    }

    /// Steps that change a list or a map.
    pub(super) fn mutation(&mut self, call: &code::Call, span: Span) -> Option<crate::program::StepKind> {
        let ExprKind::Member(base, method) = &call.callee.kind else { return None };
        if self.qualified(&call.callee).as_deref() == Some("Object.assign") {
            let (first, rest) = call.arguments.split_first()?;
            let (name, path) = self.way(&first.value)?;
            let more = rest.iter().map(|argument| self.node(&argument.value)).collect();
            return Some(self.put(name, path, Change::Add(Node::Merged(more)), span));
        }
        if self.qualified(base).is_some() {
            return None;
        }
        let first = call.arguments.first();
        let several = call.arguments.len() > 1 || call.arguments.iter().any(|argument| argument.spread != Spread::No);
        let method = method.name.as_str();
        let is_change = super::library::CHANGES.contains(&method);
        if !is_change {
            return None;
        }
        let (name, mut path) = self.way(base)?;
        let change = match (method, first) {
            ("append" | "add", Some(first)) if !several => Change::Push(self.node(&first.value)),
            ("push", Some(_)) => {
                let items: Vec<code::Element> = call
                    .arguments
                    .iter()
                    .map(|argument| code::Element {
                        spread: argument.spread != Spread::No,
                        value: argument.value.clone(),
                    })
                    .collect();
                let list = Expr { kind: ExprKind::List(items), span };
                Change::Add(self.node(&list))
            }
            ("extend" | "update", Some(first)) if !several && first.name.is_none() => {
                Change::Add(self.node(&first.value))
            }
            ("update", Some(_)) if call.arguments.iter().all(|argument| argument.name.is_some()) => {
                let entries = call.arguments.iter().filter_map(|argument| {
                    let (name, at) = argument.name.clone()?;
                    let at = Place::exact(self.file, at);
                    let whole = self.near(argument.value.span);
                    Some(Entry { name, at, whole, value: self.node(&argument.value) })
                });
                Change::Add(Node::Map(entries.collect(), false))
            }
            ("setdefault", Some(key)) => {
                path.push(self.node(&key.value));
                let value = call.arguments.get(1).map(|argument| self.node(&argument.value));
                Change::SetDefault(value.unwrap_or(Node::Null(self.near(span))))
            }
            ("pop", Some(key)) if literal(&key.value).is_some() => {
                path.push(self.node(&key.value));
                Change::Remove
            }
            _ => Change::Forget,
        };
        Some(self.put(name, path, change, span))
    }

    /// `list.forEach(x => { … })`
    pub(super) fn for_each(&mut self, call: &code::Call) -> Option<crate::program::StepKind> {
        let ExprKind::Member(base, method) = &call.callee.kind else { return None };
        let [Argument { value: Expr { kind: ExprKind::Function(function), .. }, .. }] = call.arguments.as_slice()
        else {
            return None;
        };
        if method.name != "forEach" {
            return None;
        }
        let over = self.node(base);
        let mut scope = Scope::default();
        function.parameters.iter().for_each(|parameter| scope.add(&parameter.target));
        let (item, body) = self.within(scope, |lowering| {
            let first = function.parameters.first();
            let item = first.map_or(crate::program::Pick::Nothing, |first| lowering.pick(&first.target));
            (item, without_returns(&lowering.block(&function.body)))
        });
        let each = Each { item, over, guard: None, body, key: None, value: None };
        Some(crate::program::StepKind::Each(Arc::new(each)))
    }

    /// Whether a language's number and truth are written so.
    pub(super) fn is_python(&self) -> bool {
        self.language == Language::Python
    }
}

pub(super) fn positional(value: &Expr) -> Argument {
    Argument { name: None, spread: Spread::No, value: value.clone() }
}

/// A block whose returns end a turn of what calls it.
fn without_returns(body: &Block) -> Block {
    let mut out = Vec::with_capacity(body.len());
    for step in body.iter() {
        let span = step.span;
        let mut push = |kind| out.push(Step { kind, span });
        match &step.kind {
            StepKind::Return => push(StepKind::Continue),
            StepKind::Give(node) => {
                push(StepKind::Evaluate(node.clone()));
                push(StepKind::Continue);
            }
            StepKind::Group(inner) => push(StepKind::Group(without_returns(inner))),
            StepKind::Branch(arms) => push(StepKind::Branch(
                arms.iter().map(|arm| Arm { body: without_returns(&arm.body), ..arm.clone() }).collect(),
            )),
            other => push(other.clone()),
        }
    }
    // Where a turn ends anyway nothing is left to be said.
    if matches!(out.last().map(|step| &step.kind), Some(StepKind::Continue)) {
        out.pop();
    }
    out.into()
}

/// A variable of the environment.
pub(super) fn environment(name: String, place: Place) -> Node {
    Node::Text(super::condition::variable(name, place))
}

/// A text that stands for something else there.
pub(super) fn said(text: &str, place: Place) -> Node {
    Node::Text(crate::program::Expr::text(text, place))
}

fn place_of(node: &Node) -> Option<Place> {
    match node {
        Node::Null(place) | Node::Variable(_, place) | Node::Part(_, _, place) | Node::Edited(_, _, place) => {
            Some(*place)
        }
        Node::Call(call) => Some(call.place),
        Node::Run(execution) => Some(execution.place),
        _ => None,
    }
}
