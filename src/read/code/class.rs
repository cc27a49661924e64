//! Functions and types → routines.

use std::sync::Arc;

use super::names::is_maker;
use super::{Lowering, names};
use crate::program::{Block, Call, Callee, Entry, Given, Inherit, Node, Parameter, Pick, Routine, Step, StepKind};
use crate::source::Span;
use crate::syntax::code::{Class, Function, Language, Spread, TargetKind};

impl Lowering<'_> {
    /// A function by its name.
    pub(super) fn function(&mut self, function: &Function, span: Span, out: &mut Vec<Step>) {
        // A method of Go.
        if let Some((class, _)) = function.name.split_once('.') {
            let outer = self.class.replace(class.to_owned());
            let own = function.receiver.as_ref().map(|name| own(name));
            let routine = self.routine(function, function.name.clone(), own, 0);
            self.class = outer;
            out.push(Step { kind: StepKind::Routine(Arc::new(routine)), span });
            return;
        }
        let routine = self.routine(function, function.name.clone(), None, 0);
        out.push(Step { kind: StepKind::Routine(Arc::new(routine)), span });
    }

    fn routine(&mut self, function: &Function, name: String, own: Option<Parameter>, skipped: usize) -> Routine {
        let mut parameters: Vec<Parameter> = own.into_iter().collect();
        let mut picks: Vec<Step> = Vec::new();
        for (number, parameter) in function.parameters.iter().enumerate().skip(skipped) {
            let given = match &parameter.target.kind {
                TargetKind::Name(name) => name.clone(),
                _ => format!("…{number}"),
            };
            let name = names::variable(&given);
            if !matches!(parameter.target.kind, TargetKind::Name(_)) {
                let place = self.near(parameter.target.span);
                let kind = StepKind::Let(Self::pick(&parameter.target), Node::Variable(name.clone(), place), true);
                picks.push(Step { kind, span: parameter.target.span });
            }
            parameters.push(Parameter {
                name,
                given,
                default: parameter.default.as_ref().map(|default| self.node(default)),
                takes: takes(parameter.spread),
            });
        }
        let (function_before, trying) =
            (std::mem::replace(&mut self.in_function, true), std::mem::take(&mut self.trying));
        let outer = std::mem::take(&mut self.outer);
        let body = self.block(&function.body);
        self.outer = outer;
        (self.in_function, self.trying) = (function_before, trying);
        let body = if picks.is_empty() { body } else { picks.into_iter().chain(body.iter().cloned()).collect() };
        Routine { name, parameters, body, after: None, makes: None, inner: false, file: self.file }
    }

    /// A type: what makes an object of it, and its methods.
    pub(super) fn type_of(&mut self, class: &Class, span: Span, out: &mut Vec<Step>) {
        let has_state = self.names.types.get(&class.name).is_some_and(|known| known.has_state);
        let outer = self.class.replace(class.name.clone());
        let own_first = usize::from(self.language == Language::Python);
        let mut make: Option<Routine> = None;
        for method in &class.methods {
            let name = method.name.rsplit('.').next().unwrap_or(&method.name).to_owned();
            let is_static = method.decorators.iter().any(|decorator| {
                matches!(&decorator.kind, crate::syntax::code::ExprKind::Name(name) if name == "staticmethod")
            });
            let skipped = if is_static { 0 } else { own_first };
            if is_maker(&name) {
                make = Some(self.routine(method, class.name.clone(), None, skipped));
                continue;
            }
            let own = (!has_state && !is_static).then(|| {
                let name = match method.parameters.first().map(|first| &first.target.kind) {
                    Some(TargetKind::Name(name)) if own_first == 1 => name.clone(),
                    _ => "this".to_owned(),
                };
                own(&name)
            });
            let mut routine = self.routine(method, format!("{}.{name}", class.name), own, skipped);
            routine.after = has_state.then(|| class.name.clone());
            out.push(Step { kind: StepKind::Routine(Arc::new(routine)), span: method.head });
        }
        let make = match make {
            Some(make) => Routine { makes: Some(class.name.clone()), ..make },
            None => self.made_of_fields(class, has_state),
        };
        out.push(Step { kind: StepKind::Routine(Arc::new(make)), span });
        self.class = outer;
    }

    /// What makes an object out of the fields of its type.
    fn made_of_fields(&mut self, class: &Class, has_state: bool) -> Routine {
        let place = self.near(class.head);
        let own = |name: &str| {
            if has_state { format!(".{}.{name}", class.name) } else { names::variable(name) }
        };
        let mut parameters = Vec::new();
        let mut entries = Vec::new();
        for (field, default) in &class.fields {
            let name = own(field);
            parameters.push(Parameter {
                name: names::variable(field),
                given: field.clone(),
                default: default.as_ref().map(|default| self.node(default)),
                takes: Given::One,
            });
            entries.push((field, name));
        }
        // What is built on something that is not here may have further fields.
        let open = class.bases.iter().any(|base| self.names.types.contains_key(base));
        let body: Arc<[Step]> = if has_state {
            let step = |(field, name): (&String, String)| Step {
                kind: StepKind::Let(Pick::Name(name), Node::Variable(names::variable(field), place), false),
                span: class.head,
            };
            entries.into_iter().map(step).collect()
        } else {
            let entry = |(field, name): (&String, String)| Entry {
                name: field.clone(),
                at: place,
                whole: place,
                value: Node::Variable(name, place),
            };
            let map = Node::Map(entries.into_iter().map(entry).collect(), open);
            Arc::from([Step { kind: StepKind::Give(map), span: class.head }])
        };
        Routine {
            name: class.name.clone(),
            parameters,
            body,
            after: None,
            makes: Some(class.name.clone()),
            inner: true,
            file: self.file,
        }
    }

    /// What a type itself has.
    pub(super) fn fields(&mut self, class: &Class, span: Span, out: &mut Vec<Step>) {
        let outer = self.class.replace(class.name.clone());
        for (field, value) in &class.fields {
            if let Some(value) = value {
                let node = self.node(value);
                let name = format!(".{}.{field}", class.name);
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
                open: true,
            };
            let steps = [StepKind::Routine(Arc::new(routine)), StepKind::Evaluate(call.into())];
            let body: Block = steps.into_iter().map(|kind| Step { kind, span }).collect();
            self.pending.push(Step { kind: StepKind::Scope(body, Inherit::All), span });
        }
        self.hole(span)
    }
}

/// The object that a method is a method of, as its first parameter.
fn own(name: &str) -> Parameter {
    Parameter { name: names::variable(name), given: String::new(), default: None, takes: Given::One }
}

fn takes(spread: Spread) -> Given {
    match spread {
        Spread::No => Given::One,
        Spread::Items => Given::Items,
        Spread::Fields => Given::Fields,
    }
}
