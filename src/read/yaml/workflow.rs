//! Google Workflows: `main` and what it calls, or a list of steps. Variables are followed in order; each `http.*` call is
//! something declared, of the type of its call.
//!
//! <https://cloud.google.com/workflows/docs/reference/syntax>, checked 2026-11-21.

mod expression;
mod survey;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Context, Reading};
use crate::program::{
    self, Arm, Assign, Assigned, Block, Command, Declaration, Expr, Guard, Inherit, Loop, Name, Op, Part, Quote,
    Schema, Step, StepKind, Use, Visibility,
};
use crate::source::Span;
use crate::syntax::yaml::{Kind, Node, Pair, Scalar};
use survey::{MAX_PARTS, Survey, leaves, root, step_name};

pub(super) const KIND: super::Kind = super::Kind { name: "workflow", accepts, read };

/// Steps that are made of one document; more than that are not run anyway.
const MAX_MADE: usize = 20_000;
/// What one workflow is given.
const MAX_PARAMETERS: usize = 64;

/// What a step may be.
const STEPS: &[&str] = &["call", "assign", "switch", "for", "parallel", "try", "steps", "return", "raise", "next"];

fn accepts(_: &str, root: &Node) -> bool {
    match root.get("main") {
        Some(main) => main.value.get("steps").is_some_and(|steps| are_steps(&steps.value)),
        None => are_steps(root) && acts(root),
    }
}

/// A list of maps, each of one step.
fn are_steps(node: &Node) -> bool {
    let is_step = |item: &Node| match item.pairs().as_slice() {
        [only] => STEPS.iter().any(|key| only.value.get(key).is_some()),
        _ => false,
    };
    !node.items().is_empty() && node.items().iter().all(is_step)
}

/// Whether steps call or set anything, those within them too. Other lists look like steps that do not.
fn acts(steps: &Node) -> bool {
    let survey = Survey::new(steps);
    !survey.called.is_empty() || !survey.names.is_empty()
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    // In another language's text, what stands between `${` and `}` may be that language's.
    let embedded = !(context.references)("${a.b}").is_empty();
    let references = match () {
        () if embedded && (context.references)("$${a.b}").is_empty() => expression::terraform,
        () if embedded => context.references,
        () if is_template(root) => expression::templated,
        () => expression::plain,
    };
    let context = Context { references, ..*context };
    let bodies: Vec<(Option<&Pair>, &Node)> = if root.items().is_empty() {
        let body = |pair: &'_ Pair| pair.value.get("steps").is_some();
        root.pairs().into_iter().filter(|pair| body(pair)).map(|pair| (Some(pair), &pair.value)).collect()
    } else {
        vec![(None, root)]
    };
    let steps = |body: &Node| -> Node { body.get("steps").map_or_else(|| body.clone(), |pair| pair.value.clone()) };
    let called: BTreeSet<String> = bodies.iter().flat_map(|(_, body)| Survey::new(&steps(body)).called).collect();
    let parameters: HashMap<String, Vec<Parameter>> = bodies
        .iter()
        .filter_map(|(pair, body)| Some(((*pair)?.key.text().to_owned(), parameters(body))))
        .filter(|(name, _)| name != "main")
        .collect();
    let mut left = MAX_MADE;
    let mut run = Vec::new();
    for (pair, body) in &bodies {
        let steps = steps(body);
        let survey = Survey::new(&steps);
        let mut reader = Reader {
            context,
            survey: &survey,
            workflows: &parameters,
            regions: &mut reading.regions,
            set: Vec::new(),
            left,
        };
        let mut made = Vec::new();
        reader.steps(&steps, &mut made);
        left = reader.left;
        let name = pair.map(|pair| pair.key.text()).filter(|name| *name != "main");
        match (name, name.and_then(|name| parameters.get(name))) {
            (Some(name), Some(known)) => {
                let function = function(known, made, body.span, &context);
                reading.steps.push(Step { kind: StepKind::Function(function_name(name), function), span: body.span });
                if !called.contains(name) {
                    // Nothing here calls it: whatever it is given is not known.
                    let words = known.iter().map(|_| context.unknown(body.span));
                    run.push(call_of(name, words.collect(), body.span, &context));
                }
            }
            _ => run.push(Step { kind: StepKind::Scope(made.into(), Inherit::All), span: body.span }),
        }
    }
    reading.steps.append(&mut run);
}

/// Whether a file is filled in before it is deployed.
fn is_template(root: &Node) -> bool {
    match &root.kind {
        Kind::Scalar(scalar) => expression::is_template(scalar.text()),
        Kind::Sequence(items) => items.iter().any(is_template),
        Kind::Mapping(pairs) => pairs.iter().any(|pair| is_template(&pair.value)),
        Kind::Unknown => false,
    }
}

/// What a workflow is given, and what counts where it is not.
struct Parameter {
    name: String,
    default: Option<Node>,
}

fn parameters(body: &Node) -> Vec<Parameter> {
    let parameter = |item: &Node| match item.text() {
        Some(name) => Some(Parameter { name: name.to_owned(), default: None }),
        None => item
            .pairs()
            .first()
            .map(|pair| Parameter { name: pair.key.text().to_owned(), default: Some(pair.value.clone()) }),
    };
    let items = body.get("params").map(|pair| pair.value.items()).unwrap_or_default();
    items.iter().take(MAX_PARAMETERS).filter_map(parameter).collect()
}

/// The body of a workflow that others call. What it sets is its own.
fn function(parameters: &[Parameter], body: Vec<Step>, span: Span, context: &Context) -> Block {
    let set = |(index, parameter): (usize, &Parameter)| {
        let given =
            Use { name: Name::Parameter(index + 1), op: Op::Plain, quote: Quote::Whole, place: context.near(span) };
        assign(&parameter.name, Assigned::Text(Expr { parts: vec![Part::Use(Box::new(given))] }), span)
    };
    let mut steps: Vec<Step> = parameters.iter().enumerate().map(set).collect();
    steps.extend(body);
    [Step { kind: StepKind::Scope(steps.into(), Inherit::All), span }].into()
}

/// No command has a space in its name.
fn function_name(workflow: &str) -> String {
    format!("workflow {workflow}")
}

fn call_of(workflow: &str, arguments: Vec<Expr>, span: Span, context: &Context) -> Step {
    let mut words = vec![Expr::text(function_name(workflow), context.near(span))];
    words.extend(arguments);
    let command = Command { words, env: Vec::new(), input: None, prints: false };
    Step { kind: StepKind::Command(command), span }
}

fn assign(name: &str, value: Assigned, span: Span) -> Step {
    let assign = Assign { name: name.to_owned(), value, append: false, visibility: Visibility::Program };
    Step { kind: StepKind::Assign(assign), span }
}

/// Reads the steps of one workflow.
struct Reader<'r> {
    context: Context<'r>,
    survey: &'r Survey<'r>,
    workflows: &'r HashMap<String, Vec<Parameter>>,
    regions: &'r mut Vec<Span>,
    /// Variables that were set, in order.
    set: Vec<String>,
    /// How many steps may still be made.
    left: usize,
}

impl Reader<'_> {
    fn push(&mut self, kind: StepKind, span: Span, out: &mut Vec<Step>) {
        if self.left > 0 {
            self.left -= 1;
            out.push(Step { kind, span });
        }
    }

    fn steps(&mut self, steps: &Node, out: &mut Vec<Step>) {
        let items = steps.items();
        for (index, item) in items.iter().enumerate() {
            let following = items.get(index + 1).and_then(step_name);
            for pair in item.pairs() {
                self.regions.push(pair.span);
                self.step(pair.key.text(), &pair.value, pair.span, following, out);
            }
        }
    }

    fn within(&mut self, body: &Node, out: &mut Vec<Step>) {
        if let Some(pair) = body.get("steps") {
            self.steps(&pair.value, out);
        }
    }

    fn step(&mut self, name: &str, body: &Node, span: Span, following: Option<&str>, out: &mut Vec<Step>) {
        for pair in body.get("assign").iter().flat_map(|pair| pair.value.items()).flat_map(Node::pairs) {
            self.assign(pair.key.text(), &pair.value, pair.span, out);
        }
        if let Some(call) = body.get("call") {
            self.call(name, &call.value, body, span, out);
        }
        if let Some(result) = body.get("result").and_then(|pair| pair.value.text()) {
            self.note(result);
            self.forget(result, span, out);
        }
        if let Some(switch) = body.get("switch") {
            let arms = switch.value.items().iter().map(|item| self.arm(name, item, following)).collect();
            self.push(StepKind::Branch(arms), switch.span, out);
        }
        if let Some(pair) = body.get("for") {
            self.each(&pair.value, pair.span, out);
        }
        if let Some(pair) = body.get("parallel") {
            self.parallel(&pair.value, pair.span, out);
        }
        self.attempt(name, body, following, out);
        self.within(body, out);
    }

    /// `switch`: one arm.
    fn arm(&mut self, name: &str, item: &Node, following: Option<&str>) -> Arm {
        let mut body = Vec::new();
        self.step(name, item, item.span, following, &mut body);
        if leaves(item, following) {
            // What is set here is not seen by the step that follows.
            body = vec![Step { kind: StepKind::Scope(body.into(), Inherit::All), span: item.span }];
        }
        let guard = match item.get("condition") {
            Some(pair) => self.guard(&pair.value),
            None => Guard::Opaque(None, Vec::new()),
        };
        Arm { test: Block::default(), guard, body: body.into() }
    }

    /// `${kind == "job"}`; of others nothing is known.
    fn guard(&self, condition: &Node) -> Guard {
        let opaque = Guard::Opaque(None, Vec::new());
        let Some(text) = condition.text() else { return opaque };
        let inner = expression::inner(text).unwrap_or_else(|| text.trim());
        if inner == "true" {
            return Guard::Always;
        }
        let (operator, negated) = if inner.contains("!=") { ("!=", true) } else { ("==", false) };
        let Some((left, right)) = inner.split_once(operator) else { return opaque };
        let (Some(path), Some(literal)) = (expression::path(left.trim()), plain_literal(right.trim())) else {
            return opaque;
        };
        let place = self.context.near(condition.span);
        let used = Use { name: Name::Variable(path), op: Op::Plain, quote: Quote::Whole, place };
        let equal =
            Guard::Equal(Expr { parts: vec![Part::Use(Box::new(used))] }, Expr::text(literal.to_owned(), place));
        if negated { Guard::Not(Box::new(equal)) } else { equal }
    }

    /// `for`, alone or in `parallel`.
    fn each(&mut self, each: &Node, span: Span, out: &mut Vec<Step>) {
        let mut body = Vec::new();
        if let Some(index) = each.get("index").and_then(|pair| pair.value.text()) {
            self.forget(index, span, &mut body);
        }
        self.within(each, &mut body);
        let name = each.get("value").and_then(|pair| pair.value.text()).map(str::to_owned);
        let items = each.get("in").and_then(|pair| self.items(&pair.value));
        self.push(StepKind::Loop(Loop { name, items, body: body.into() }), span, out);
    }

    /// What a loop runs over, when that is known.
    fn items(&self, list: &Node) -> Option<Vec<Expr>> {
        if let Kind::Sequence(items) = &list.kind {
            return (!list.is_open()).then(|| items.iter().map(|item| self.text(item)).collect()).flatten();
        }
        let references = (self.context.references)(list.text()?);
        let name = Name::All(expression::variable(&references)?.to_owned());
        let used = Use { name, op: Op::Plain, quote: Quote::Whole, place: self.context.near(list.span) };
        Some(vec![Expr { parts: vec![Part::Use(Box::new(used))] }])
    }

    fn parallel(&mut self, parallel: &Node, span: Span, out: &mut Vec<Step>) {
        // Which branch sets a shared variable last is not known; others are a branch's own.
        let mut shared = Vec::new();
        for list in parallel.get("shared").iter().map(|pair| &pair.value) {
            shared.extend(list.items().iter().filter_map(Node::text).map(str::to_owned));
        }
        let mark = self.set.len();
        let mut branches = Vec::new();
        for branch in parallel.get("branches").iter().flat_map(|pair| pair.value.items()).flat_map(Node::pairs) {
            let mut body = Vec::new();
            self.within(&branch.value, &mut body);
            branches.push((body, branch.span));
        }
        if let Some(pair) = parallel.get("for") {
            let mut body = Vec::new();
            self.each(&pair.value, pair.span, &mut body);
            branches.push((body, pair.span));
        }
        let set = self.set_since(mark);
        shared.retain(|name| set.contains(name));
        for name in &shared {
            self.forget(name, span, out);
        }
        for (body, span) in branches {
            self.push(StepKind::Scope(body.into(), Inherit::All), span, out);
        }
        for name in &shared {
            self.forget(name, span, out);
        }
    }

    /// Variables that were set since a mark.
    fn set_since(&self, mark: usize) -> BTreeSet<String> {
        self.set.get(mark..).unwrap_or_default().iter().cloned().collect()
    }

    /// `try` and `except`.
    fn attempt(&mut self, name: &str, body: &Node, following: Option<&str>, out: &mut Vec<Step>) {
        let Some(attempt) = body.get("try") else { return };
        let mark = self.set.len();
        self.step(name, &attempt.value, attempt.span, following, out);
        let Some(except) = body.get("except") else { return };
        // How far it came is not known.
        for name in self.set_since(mark) {
            if self.survey.changes(&name) {
                self.forget(&name, attempt.span, out);
            }
        }
        let mut otherwise = Vec::new();
        if let Some(error) = except.value.get("as").and_then(|pair| pair.value.text()) {
            self.forget(error, except.span, &mut otherwise);
        }
        self.within(&except.value, &mut otherwise);
        if leaves(&except.value, None) {
            otherwise = vec![Step { kind: StepKind::Scope(otherwise.into(), Inherit::All), span: except.span }];
        }
        let arm = Arm { test: Block::default(), guard: Guard::Opaque(None, Vec::new()), body: otherwise.into() };
        self.push(StepKind::Branch(vec![arm]), except.span, out);
    }

    // ---- variables

    /// `- url: ${host + "/x"}`, `- settings.url: …`, `- list[0]: …`
    fn assign(&mut self, name: &str, value: &Node, span: Span, out: &mut Vec<Step>) {
        self.note(name);
        match expression::path(name) {
            Some(path) if !self.survey.is_uncertain(name) => self.set(&path, value, span, MAX_PARTS, out),
            Some(path) => self.forget(&path, span, out),
            None => self.forget(name.split('[').next().unwrap_or(name), span, out),
        }
    }

    fn set(&mut self, name: &str, value: &Node, span: Span, depth: usize, out: &mut Vec<Step>) {
        self.forget_parts(name, span, out);
        match &value.kind {
            Kind::Scalar(scalar) => {
                let value = Assigned::Text(self.context.expr(scalar));
                self.push(assign(name, value, span).kind, span, out);
            }
            Kind::Sequence(items) if !value.is_open() => match items.iter().map(|item| self.text(item)).collect() {
                Some(items) => self.push(assign(name, Assigned::List(items), span).kind, span, out),
                None => self.push(StepKind::Forget(name.to_owned()), span, out),
            },
            Kind::Mapping(_) if depth > 0 => {
                self.push(StepKind::Forget(name.to_owned()), span, out);
                for pair in value.pairs() {
                    let part = format!("{name}.{}", pair.key.text());
                    if self.survey.names.contains(&part) {
                        self.set(&part, &pair.value, pair.span, depth - 1, out);
                    }
                }
            }
            _ => self.push(StepKind::Forget(name.to_owned()), span, out),
        }
    }

    /// Remembers that a variable is set.
    fn note(&mut self, name: &str) {
        if self.left > 0 {
            self.set.push(root(name).to_owned());
        }
    }

    /// Nothing is known of a variable any more, nor of its parts.
    fn forget(&mut self, name: &str, span: Span, out: &mut Vec<Step>) {
        self.forget_parts(name, span, out);
        self.push(StepKind::Forget(name.to_owned()), span, out);
    }

    fn forget_parts(&mut self, name: &str, span: Span, out: &mut Vec<Step>) {
        if self.left == 0 {
            return;
        }
        let start = format!("{name}.");
        let parts = self.survey.names.range(start.clone()..).take_while(|part| part.starts_with(&start));
        for part in parts.cloned().collect::<Vec<_>>() {
            self.push(StepKind::Forget(part), span, out);
        }
    }

    // ---- calls

    fn call(&mut self, name: &str, call: &Node, body: &Node, span: Span, out: &mut Vec<Step>) {
        let Some(scalar) = call.scalar() else { return };
        let arguments = body.get("args");
        if let Some(parameters) = self.workflows.get(scalar.text()) {
            let given = |parameter: &Parameter| {
                let given = arguments.and_then(|pair| pair.value.get(&parameter.name)).map(|pair| &pair.value);
                given.or(parameter.default.as_ref()).and_then(|node| self.text(node))
            };
            let words = parameters.iter().map(|each| given(each).unwrap_or_else(|| self.context.unknown(span)));
            let kind = call_of(scalar.text(), words.collect(), span, &self.context).kind;
            self.push(kind, span, out);
        } else if scalar.text().starts_with("http.") || is_connector(scalar.text()) {
            let kind = self.declare(name, scalar, arguments);
            self.push(kind, span, out);
        }
    }

    fn declare(&self, name: &str, call: &Scalar, arguments: Option<&Pair>) -> StepKind {
        let body = match arguments.map(|pair| &pair.value) {
            None => program::Node::Map(Vec::new(), false),
            Some(arguments) => match &arguments.kind {
                Kind::Mapping(_) => {
                    let entries = arguments.pairs().into_iter().map(|pair| self.argument(pair)).collect();
                    program::Node::Map(entries, arguments.is_open())
                }
                _ => program::Node::Text(self.context.unknown(arguments.span)),
            },
        };
        StepKind::Declare(Arc::new(Declaration {
            schema: Schema::Workflow,
            kind: call.text().to_owned(),
            name: name.to_owned(),
            head: self.context.place(&call.body, 0..call.text().len()),
            body,
            each: None,
        }))
    }

    /// An argument; a variable that is a map stands for that map.
    fn argument(&self, pair: &Pair) -> program::Entry {
        let mut entry = self.context.entry(pair);
        let references = pair.value.text().map(self.context.references).unwrap_or_default();
        if let Some(map) = expression::variable(&references).and_then(|name| self.survey.map(name)) {
            entry.value = self.context.node(map);
        }
        entry
    }

    fn text(&self, node: &Node) -> Option<Expr> {
        node.scalar().filter(|scalar| !scalar.is_null()).map(|scalar| self.context.expr(scalar))
    }
}

/// `"job"`
fn plain_literal(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains(['"', '\\'])).then_some(inner)
}

/// Whether a call is one of an API of Google's of which anything is known here: that runs a job of Cloud Run.
fn is_connector(call: &str) -> bool {
    call.starts_with("googleapis.run.") && call.ends_with(".jobs.run")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::read::yaml::no_references;
    use crate::source::{FileId, Snippet};
    use crate::syntax::yaml;

    #[test]
    fn a_list_of_steps_calls_or_sets_something() {
        let accepts = |text: &str| accepts("", &yaml::parse(&Snippet::whole(text)).first().unwrap().root);
        for text in [
            "[{a: {call: http.get}}]",
            "[{a: {assign: [{x: 1}]}}, {b: {return: x}}]",
            "[{a: {switch: [{condition: x, steps: [{b: {call: f}}]}]}}]",
            "[{a: {parallel: {branches: [{b: {steps: [{c: {call: f}}]}}]}}}]",
            "{main: {steps: [{a: {return: x}}]}}",
        ] {
            assert!(accepts(text), "{text}");
        }
        for text in
            ["[{a: {return: x}}]", "[{a: {call: {b: c}}}]", "[{a: {assign: b}}]", "[{a: {for: 1, next: 2}}]", "[]"]
        {
            assert!(!accepts(text), "{text}");
        }
    }

    #[test]
    fn what_a_workflow_is_given_is_of_its_file() {
        let documents = yaml::parse(&Snippet::whole("x"));
        let budget = Cell::new(1000);
        let (file, references) = (FileId(7), no_references);
        let context = Context { file, path: "", references, text: None, nesting: 0, budget: &budget };
        let parameters = [Parameter { name: "x".to_owned(), default: None }];
        let body = function(&parameters, Vec::new(), documents.first().unwrap().root.span, &context);
        let StepKind::Scope(steps, _) = &body.first().unwrap().kind else { panic!() };
        let StepKind::Assign(Assign { value: Assigned::Text(value), .. }) = &steps.first().unwrap().kind else {
            panic!()
        };
        assert!(matches!(value.parts.as_slice(), [Part::Use(used)] if used.place.file == file));
    }
}
