//! Functions and types → routines.

use std::sync::Arc;

use super::Lowering;
use super::names::{Scope, is_maker};
use crate::program::{Block, Call, Callee, Entry, Given, Inherit, Node, Parameter, Pick, Routine, Step, StepKind};
use crate::source::Span;
use crate::syntax::code::{Class, Expr, ExprKind, Function, Language, Spread, TargetKind};

impl Lowering<'_> {
    /// A function by its name.
    pub(super) fn function(&mut self, function: &Function, span: Span, out: &mut Vec<Step>) {
        // A method of Go.
        if let Some((class, method)) = function.name.split_once('.') {
            let name = format!("{}.{method}", self.type_name(class));
            let outer = self.class.replace(class.to_owned());
            let routine = self.routine(function, name, function.receiver.as_deref(), 0);
            self.class = outer;
            out.push(Step { kind: StepKind::Routine(Arc::new(routine)), span });
            return;
        }
        let Some(mut name) = self.function_name(&function.name) else { return };
        // A function of the file that makes another one of it may call it with anything.
        let is_here = |decorator: &Expr| match &decorator.kind {
            ExprKind::Name(name) => self.function_name(name).is_some(),
            ExprKind::Call(call) => {
                matches!(&call.callee.kind, ExprKind::Name(name) if self.function_name(name).is_some())
            }
            _ => false,
        };
        if function.decorators.iter().any(is_here) {
            name.push('@');
        }
        let routine = self.routine(function, name, None, 0);
        out.push(Step { kind: StepKind::Routine(Arc::new(routine)), span });
    }

    /// `own`: the name of the object that a method is a method of, where that is its first parameter.
    fn routine(&mut self, function: &Function, name: String, own: Option<&str>, skipped: usize) -> Routine {
        let taken: Vec<&crate::syntax::code::Parameter> = function.parameters.iter().skip(skipped).collect();
        // Defaults are made where the function is.
        let defaults: Vec<Option<Node>> =
            taken.iter().map(|parameter| parameter.default.as_ref().map(|default| self.node(default))).collect();
        let mut scope = Scope::of(&function.body, self.language != Language::Python);
        scope.is_function = true;
        if let Some(name) = own {
            scope.add_name(name);
        }
        for (number, parameter) in taken.iter().enumerate() {
            scope.add(&parameter.target);
            scope.add_name(&format!("…{number}"));
        }
        let trying = std::mem::take(&mut self.trying);
        let (parameters, body) = self.within(scope, |lowering| {
            let mut parameters: Vec<Parameter> = Vec::new();
            parameters.extend(own.map(|name| Parameter {
                name: lowering.variable(name),
                given: String::new(),
                default: None,
                takes: Given::One,
            }));
            let mut steps: Vec<Step> = Vec::new();
            for (number, (parameter, default)) in taken.iter().zip(defaults).enumerate() {
                let given = match &parameter.target.kind {
                    TargetKind::Name(name) => name.clone(),
                    _ => format!("…{number}"),
                };
                let name = lowering.variable(&given);
                if !matches!(parameter.target.kind, TargetKind::Name(_)) {
                    let (span, place) = (parameter.target.span, lowering.near(parameter.target.span));
                    let pick = lowering.pick(&parameter.target);
                    steps.push(Step { kind: StepKind::Let(pick, Node::Variable(name.clone(), place), true), span });
                }
                parameters.push(Parameter { name, given, default, takes: takes(parameter.spread) });
            }
            let body = lowering.block(&function.body);
            let body = if steps.is_empty() { body } else { steps.into_iter().chain(body.iter().cloned()).collect() };
            (parameters, body)
        });
        self.trying = trying;
        Routine { name, parameters, body, after: None, makes: None, inner: false, file: self.file }
    }

    /// A type: what makes an object of it, and its methods.
    pub(super) fn type_of(&mut self, class: &Class, span: Span, out: &mut Vec<Step>) {
        let has_state = self.names.types.get(&class.name).is_some_and(|known| known.has_state);
        let outer = self.class.replace(class.name.clone());
        let own_first = usize::from(self.language == Language::Python);
        let kind = self.type_name(&class.name);
        let mut make: Option<Routine> = None;
        let mut methods: Vec<Step> = Vec::new();
        for method in &class.methods {
            let name = method.name.rsplit('.').next().unwrap_or(&method.name).to_owned();
            let is_static = method.decorators.iter().any(|decorator| {
                matches!(&decorator.kind, crate::syntax::code::ExprKind::Name(name) if name == "staticmethod")
            });
            let skipped = if is_static { 0 } else { own_first };
            if is_maker(&name) {
                self.makes = true;
                make = Some(self.routine(method, kind.clone(), None, skipped));
                self.makes = false;
                continue;
            }
            let own = match method.parameters.first().map(|first| &first.target.kind) {
                Some(TargetKind::Name(name)) if own_first == 1 => name.as_str(),
                _ => "this",
            };
            let own = (!has_state && !is_static).then_some(own);
            let mut routine = self.routine(method, format!("{kind}.{name}"), own, skipped);
            // By the time that somebody calls it, other methods may have changed what it finds.
            routine.after = has_state.then(|| format!("{kind}!"));
            methods.push(Step { kind: StepKind::Routine(Arc::new(routine)), span: method.head });
        }
        let make = match make {
            Some(make) => Routine { makes: Some(kind.clone()), ..make },
            None => self.made_of_fields(class, has_state),
        };
        if has_state {
            let start = format!(".{kind}.");
            let changed = self.changed.iter().filter(|name| name.starts_with(&start));
            let forget = changed.map(|name| Step { kind: StepKind::Forget(name.clone()), span: class.head });
            let body = make.body.iter().cloned().chain(forget).collect();
            let found = Routine { name: format!("{kind}!"), body, makes: None, inner: true, ..make.clone() };
            out.push(Step { kind: StepKind::Routine(Arc::new(found)), span });
        }
        out.append(&mut methods);
        out.push(Step { kind: StepKind::Routine(Arc::new(make)), span });
        self.class = outer;
    }

    /// What makes an object out of the fields of its type.
    fn made_of_fields(&mut self, class: &Class, has_state: bool) -> Routine {
        let (place, kind) = (self.near(class.head), self.type_name(&class.name));
        let defaults: Vec<Option<Node>> =
            class.fields.iter().map(|(_, default)| default.as_ref().map(|default| self.node(default))).collect();
        let mut scope = Scope { is_function: true, ..Scope::default() };
        class.fields.iter().for_each(|(field, _)| scope.add_name(field));
        // What is built on something of the file may have further fields.
        let open = class.bases.iter().any(|base| self.names.types.contains_key(base));
        let (parameters, body) = self.within(scope, |lowering| {
            let (mut parameters, mut entries, mut steps) = (Vec::new(), Vec::new(), Vec::new());
            for ((field, _), default) in class.fields.iter().zip(defaults) {
                let (name, given) = (lowering.variable(field), field.clone());
                let value = Node::Variable(name.clone(), place);
                parameters.push(Parameter { name, given, default, takes: Given::One });
                if has_state {
                    let kind = StepKind::Let(Pick::Name(format!(".{kind}.{field}")), value, false);
                    steps.push(Step { kind, span: class.head });
                } else {
                    entries.push(Entry { name: field.clone(), at: place, whole: place, value });
                }
            }
            if !has_state {
                steps.push(Step { kind: StepKind::Give(Node::Map(entries, open)), span: class.head });
            }
            (parameters, Block::from(steps))
        });
        let (after, makes) = (None, Some(kind.clone()));
        Routine { name: kind, parameters, body, after, makes, inner: true, file: self.file }
    }

    /// What a type itself has.
    pub(super) fn fields(&mut self, class: &Class, span: Span, out: &mut Vec<Step>) {
        let outer = self.class.replace(class.name.clone());
        for (field, value) in &class.fields {
            if let Some(value) = value {
                let node = self.node(value);
                let name = format!(".{}.{field}", self.type_name(&class.name));
                out.push(Step { kind: StepKind::Let(Pick::Name(name), node, false), span });
            }
        }
        self.class = outer;
    }

    /// A function without a name: it is run where it stands, with arguments that nobody knows.
    pub(super) fn anonymous(&mut self, function: &Function, span: Span) -> Node {
        if self.depth < super::MAX_DEPTH {
            self.depth += 1;
            let name = format!("…{}", span.start);
            let routine = Routine { inner: true, ..self.routine(function, name.clone(), None, 0) };
            self.depth -= 1;
            let place = self.near(span);
            let call = Call {
                callee: Callee::Named(name),
                arguments: Vec::new(),
                head: place,
                place,
                own: None,
                makes: false,
                keeps: true,
                may_run: false,
                may_run_line: false,
                open: true,
            };
            let steps = [StepKind::Routine(Arc::new(routine)), StepKind::Evaluate(call.into())];
            let body: Block = steps.into_iter().map(|kind| Step { kind, span }).collect();
            self.pending.push(Step { kind: StepKind::Scope(body, Inherit::All), span });
        }
        self.hole(span)
    }
}

fn takes(spread: Spread) -> Given {
    match spread {
        Spread::No => Given::One,
        Spread::Items => Given::Items,
        Spread::Fields => Given::Fields,
    }
}
