//! Recipes: the scripts of targets.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::{Arguments, Context};
use super::{END, Making, Renamed, taken, with};
use crate::program::{
    Arm, Assign, Assigned, Block, Command, Expr, Guard, Inherit, Loop, Op, Quote, Step, StepKind, Visibility,
};
use crate::read::filled::{Bit, shell_names, used, whole};
use crate::source::{Snippet, Span};
use crate::syntax::make::{
    self, Conditional, Item, ItemKind, Op as Sign, Piece, arguments, evaluated, pieces, recipe_lines,
};

/// Targets of one rule that are told apart.
const MAX_TARGETS: usize = 64;
/// Prerequisites that are run with the variables of their target.
const MAX_NEEDS: usize = 16;

/// What one rule runs.
struct Built {
    targets: Vec<String>,
    needs: Vec<String>,
    body: Block,
    span: Span,
}

/// Assignments of targets, by their names.
type Specific<'m> = BTreeMap<&'m str, Vec<(usize, &'m make::Assign, Span)>>;

impl Making<'_> {
    /// The recipes of all rules.
    pub(super) fn recipes(&self, out: &mut Vec<Step>, regions: &mut Vec<Span>) {
        let mut specific = Specific::new();
        let mut number = 0;
        of_targets(&self.makefile.items, &mut number, &mut specific);
        let mut built = Vec::new();
        let mut number = 0;
        self.rules(&self.makefile.items, &mut number, &specific, &mut built, out, regions);
        self.needed(&built, &specific, out);
    }

    /// Targets with variables of their own run what they need with these.
    fn needed(&self, built: &[Built], specific: &Specific, out: &mut Vec<Step>) {
        let mut by_target: BTreeMap<&str, Vec<&Built>> = BTreeMap::new();
        for rule in built {
            rule.targets.iter().for_each(|target| by_target.entry(target).or_default().push(rule));
        }
        let rules = |target: &str| by_target.get(target).into_iter().flatten().take(MAX_NEEDS);
        for target in specific.keys() {
            let (mut seen, mut next) = (BTreeSet::from([*target]), vec![*target]);
            while let Some(name) = next.pop().filter(|_| seen.len() <= MAX_NEEDS) {
                for need in rules(name).flat_map(|rule| &rule.needs).take(MAX_NEEDS) {
                    if !seen.insert(need) {
                        continue;
                    }
                    next.push(need);
                    for rule in rules(need).filter(|rule| !rule.body.is_empty()) {
                        let mut steps = self.specific(target, specific);
                        steps.extend(self.specific(need, specific));
                        steps.extend(rule.body.iter().cloned());
                        out.push(Step { kind: StepKind::Scope(steps.into(), Inherit::All), span: rule.span });
                    }
                }
            }
        }
    }

    fn rules(
        &self,
        items: &[Item],
        number: &mut usize,
        specific: &Specific,
        built: &mut Vec<Built>,
        out: &mut Vec<Step>,
        regions: &mut Vec<Span>,
    ) {
        let mut index = 0;
        while let Some(item) = items.get(index) {
            index += 1;
            let own = *number;
            *number += 1;
            let (targets, needs) = match &item.kind {
                ItemKind::Rule { targets, needs } => (self.names(targets), self.names(needs)),
                ItemKind::Recipe(_) => {
                    // One whose rule is elsewhere.
                    index -= 1;
                    *number -= 1;
                    (Vec::new(), Vec::new())
                }
                ItemKind::Conditional(conditional) => {
                    self.alternatives(conditional, item.span, own, number, specific, out, regions);
                    continue;
                }
                ItemKind::Assign(assign) if assign.define => {
                    regions.push(item.span);
                    continue;
                }
                _ => continue,
            };
            let (start, first) = (index, *number);
            let mut span = item.span;
            while let Some(line) = items.get(index).filter(|line| is_of_recipe(line)) {
                span = span.to(line.span);
                *number += size(line);
                index += 1;
            }
            let lines = items.get(start..index).unwrap_or(&[]);
            let body = self.recipe(lines, first, &targets, span);
            if !body.is_empty() {
                regions.push(span);
                let own = targets.iter().take(MAX_TARGETS).flat_map(|target| self.specific(target, specific));
                let mut steps: Vec<Step> = own.collect();
                if targets.len() > 1 {
                    // Each target has its own.
                    steps.iter_mut().for_each(forget);
                }
                steps.extend(body.iter().cloned());
                out.push(Step { kind: StepKind::Scope(steps.into(), Inherit::All), span });
            }
            built.push(Built { targets, needs, body, span });
        }
    }

    /// Rules that are there under a condition.
    #[expect(clippy::too_many_arguments, reason = "they are those of `rules`, and where the conditional stands")]
    fn alternatives(
        &self,
        conditional: &Conditional,
        span: Span,
        own: usize,
        number: &mut usize,
        specific: &Specific,
        out: &mut Vec<Step>,
        regions: &mut Vec<Span>,
    ) {
        let mut arms = Vec::new();
        for (arm, (_, items)) in conditional.arms.iter().enumerate() {
            let mut body = Vec::new();
            self.rules(items, number, specific, &mut Vec::new(), &mut body, regions);
            arms.push(self.arm(own, arm, body, span));
        }
        if arms.iter().any(|arm| !arm.body.is_empty()) {
            out.push(Step { kind: StepKind::Branch(arms), span });
        }
    }

    /// What is run where a conditional took an arm.
    fn arm(&self, conditional: usize, arm: usize, body: Vec<Step>, span: Span) -> Arm {
        let place = self.near(span);
        let took = Expr { parts: vec![used(taken(conditional), Op::Plain, Quote::Whole, place)] };
        let guard = Guard::Equal(took, Expr::text(arm.to_string(), place));
        Arm { test: Block::from([]), guard, body: body.into() }
    }

    /// The names in a list of targets; those that are not known are left out.
    fn names(&self, text: &Snippet) -> Vec<String> {
        let words = super::words(self.expand(text, 0..text.text().len(), Context::at(END)));
        words.iter().filter_map(Expr::literal).collect()
    }

    /// The variables that the recipe of a target sees otherwise.
    fn specific(&self, target: &str, specific: &Specific) -> Vec<Step> {
        let own = specific.get(target).map_or([].as_slice(), Vec::as_slice);
        let step = |(at, assign, span): &(usize, &make::Assign, Span)| {
            let at = if matches!(assign.op, Sign::Immediate | Sign::Shell) { *at } else { END };
            let kind = self.set(assign, Context { at, now: END, ..Context::at(END) }, *span);
            Step { kind, span: *span }
        };
        own.iter().map(step).collect()
    }

    /// Sets a variable for a recipe alone.
    fn set(&self, assign: &make::Assign, context: Context, span: Span) -> StepKind {
        let bits = self.own_value(assign, context);
        let plain = bits.iter().all(Bit::is_plain);
        if !plain || bits.is_empty() {
            return StepKind::Forget(assign.name.clone());
        }
        let visibility = if assign.export { Visibility::Exported } else { Visibility::Program };
        let value = Assigned::Text(with(assign, whole(bits), self.near(span)));
        StepKind::Assign(Assign { name: assign.name.clone(), value, append: false, visibility })
    }

    /// The steps of a recipe, once for each of its targets.
    fn recipe(&self, lines: &[Item], number: usize, targets: &[String], span: Span) -> Block {
        let mut texts = Vec::new();
        written(lines, &mut texts);
        let renamed = self.renamed(&texts);
        let context = Context::of_recipe(Arguments::None, &renamed);
        let mut steps = self.prelude(&renamed, span);
        let own = steps.len();
        self.lines(lines, number, context, &mut steps);
        if steps.len() == own {
            return Block::from([]);
        }
        let place = self.near(span);
        let is_plain = !targets.is_empty() && targets.iter().all(|target| !target.contains('%'));
        if let ([_, _, ..], true) = (targets, is_plain) {
            let items = targets.iter().take(MAX_TARGETS).map(|target| Expr::text(target.as_str(), place)).collect();
            let each = Loop { name: Some("@".to_owned()), items: Some(items), body: steps.into() };
            return Block::from([Step { kind: StepKind::Loop(each), span }]);
        }
        let target = match targets {
            [target] if is_plain => StepKind::Assign(Assign {
                name: "@".to_owned(),
                value: Assigned::Text(Expr::text(target.as_str(), place)),
                append: false,
                visibility: Visibility::Program,
            }),
            _ => StepKind::Forget("@".to_owned()),
        };
        steps.insert(0, Step { kind: target, span });
        steps.into()
    }

    /// Names that the shell of a recipe has for itself, and the file too.
    fn renamed<'t>(&self, texts: &[&'t str]) -> Renamed<'t> {
        let mut names = Renamed::new();
        for text in texts {
            shell_names(text, "$$", &mut names);
        }
        let referred: Renamed = texts.iter().flat_map(|text| referred(text)).collect();
        names.retain(|name| self.variables.is_set(name) || referred.contains(name));
        names
    }

    /// Variables of the file keep what they hold under another name; the shell sees those that are exported.
    fn prelude(&self, renamed: &Renamed, span: Span) -> Vec<Step> {
        let place = self.near(span);
        let mut steps = Vec::new();
        for name in renamed {
            let value = Expr { parts: vec![used(*name, Op::Plain, Quote::Whole, place)] };
            let kind = StepKind::Assign(Assign {
                name: format!("$({name})"),
                value: Assigned::Text(value),
                append: false,
                visibility: Visibility::Program,
            });
            steps.push(Step { kind, span });
            // What the file does not set comes from the environment.
            if self.variables.is_set(name) && !self.variables.is_exported(name) {
                steps.push(Step { kind: StepKind::Unset((*name).to_owned()), span });
            }
        }
        steps
    }

    fn lines(&self, lines: &[Item], mut number: usize, context: Context, out: &mut Vec<Step>) {
        if self.makefile.one_shell && lines.iter().all(|line| matches!(line.kind, ItemKind::Recipe(_))) {
            let mut whole = Snippet::builder();
            for line in lines {
                if let ItemKind::Recipe(line) = &line.kind {
                    let from = prefixes(line.text());
                    whole.push_from(line, from..line.text().len());
                    let end = line.span(line.text().len()..line.text().len());
                    whole.push_decoded("\n", end);
                }
            }
            let whole = whole.finish();
            if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
                out.extend(self.line(&whole, first.span.to(last.span), context));
            }
            return;
        }
        for line in lines {
            let own = number;
            number += size(line);
            match &line.kind {
                ItemKind::Recipe(text) => out.extend(self.line(text, line.span, context)),
                ItemKind::Conditional(conditional) => {
                    let mut inner = own + 1;
                    let mut arms = Vec::new();
                    for (arm, (_, items)) in conditional.arms.iter().enumerate() {
                        let mut body = Vec::new();
                        self.lines(items, inner, context, &mut body);
                        inner += items.iter().map(size).sum::<usize>();
                        arms.push(self.arm(own, arm, body, line.span));
                    }
                    out.push(Step { kind: StepKind::Branch(arms), span: line.span });
                }
                _ => {}
            }
        }
    }

    /// One line: a shell of its own.
    fn line(&self, line: &Snippet, span: Span, context: Context) -> Option<Step> {
        let text = line.text();
        if let Some(assign) = evaluated(line) {
            let kind = self.set(&assign, context, span);
            return Some(Step { kind, span });
        }
        let from = prefixes(text);
        if let Some(call) = self.canned(line, from..text.trim_end().len().max(from), context) {
            return Some(Step { kind: call, span });
        }
        let body = self.script(line, from..text.len(), context).block(self.file, 0);
        (!body.is_empty()).then_some(Step { kind: StepKind::Scope(body, Inherit::All), span })
    }

    /// `$(call NAME,x)` or `$(NAME)` of a `define`d recipe, as the call of a function.
    fn canned(&self, line: &Snippet, range: std::ops::Range<usize>, context: Context) -> Option<StepKind> {
        let pieces = pieces(line.slice(range.clone()));
        let [Piece::Reference(reference)] = pieces.as_slice() else { return None };
        let inner = range.start + reference.inner.start..range.start + reference.inner.end;
        let text = line.slice(inner.clone());
        let (name, given) = match text.strip_prefix("call ") {
            Some(called) => {
                let from = inner.end - called.len();
                let given = arguments(line.text(), from..inner.end, usize::MAX);
                let (name, given) = given.split_first()?;
                (line.slice(name.clone()).trim(), given.to_vec())
            }
            None => (text.trim(), Vec::new()),
        };
        let chain = self.variables.chain(name, END)?;
        let [(_, only)] = chain.as_slice() else { return None };
        if !only.define {
            return None;
        }
        let place = self.near(line.span(range));
        let argument = |range: std::ops::Range<usize>| {
            let own = line.slice(range.clone());
            let start = range.start + (own.len() - own.trim_start().len());
            let bits = self.expand(line, start..start + own.trim().len(), context);
            let plain = bits.iter().all(Bit::is_plain);
            if plain { whole(bits) } else { whole(vec![Bit::Part(crate::read::filled::unknown(own.trim(), place))]) }
        };
        let words = std::iter::once(Expr::text(function(name), place)).chain(given.into_iter().map(argument)).collect();
        self.canned.borrow_mut().entry(name.to_owned()).or_insert(None);
        Some(StepKind::Command(Command { words, env: Vec::new(), input: None, prints: true }))
    }

    /// The `define`d recipes that others run, as functions.
    pub(super) fn canned_recipes(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        loop {
            // Those that are found on the way are read, too.
            let next = self.canned.borrow().iter().find(|(_, body)| body.is_none()).map(|(name, _)| name.clone());
            let Some(name) = next else { return steps };
            let chain = self.variables.chain(&name, END).unwrap_or_default();
            let mut body = Vec::new();
            let mut span = Span::default();
            if let [(_, assign)] = chain.as_slice() {
                let text = &assign.value;
                span = text.span(0..text.text().len());
                let renamed = self.renamed(&[text.text()]);
                let context = Context::of_recipe(Arguments::Parameters, &renamed);
                body.extend(self.prelude(&renamed, span));
                for line in recipe_lines(text) {
                    let span = line.span(0..line.text().len());
                    body.extend(self.line(&line, span, context));
                }
            }
            let body: Block = Block::from([Step { kind: StepKind::Scope(body.into(), Inherit::All), span }]);
            self.canned.borrow_mut().insert(name.clone(), Some(body.clone()));
            steps.push(Step { kind: StepKind::Function(function(&name), body), span });
        }
    }
}

fn function(name: &str) -> String {
    format!("$(call {name})")
}

/// The variables that a line refers to by their names.
fn referred(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Reference(reference) => text.get(reference.inner),
        Piece::Text(_) | Piece::Dollar(_) => None,
    })
}

/// Where a line begins behind what make itself reads of it.
fn prefixes(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '@', '-', '+']).len()
}

/// Leaves what is set unknown.
fn forget(step: &mut Step) {
    if let StepKind::Assign(assign) = &step.kind {
        step.kind = StepKind::Forget(assign.name.clone());
    }
}

/// Whether something belongs to the recipe above it.
fn is_of_recipe(item: &Item) -> bool {
    match &item.kind {
        ItemKind::Recipe(_) => true,
        ItemKind::Conditional(conditional) => {
            let mut items = conditional.arms.iter().flat_map(|(_, items)| items).peekable();
            items.peek().is_some() && items.all(is_of_recipe)
        }
        _ => false,
    }
}

/// How many numbers something takes up.
fn size(item: &Item) -> usize {
    match &item.kind {
        ItemKind::Conditional(conditional) => {
            1 + conditional.arms.iter().flat_map(|(_, items)| items).map(size).sum::<usize>()
        }
        _ => 1,
    }
}

/// The texts of the lines of a recipe.
fn written<'i>(lines: &'i [Item], out: &mut Vec<&'i str>) {
    for line in lines {
        match &line.kind {
            ItemKind::Recipe(text) => out.push(text.text()),
            ItemKind::Conditional(conditional) => {
                conditional.arms.iter().for_each(|(_, items)| written(items, out));
            }
            _ => {}
        }
    }
}

/// The variables of targets, wherever they are set.
fn of_targets<'i>(items: &'i [Item], number: &mut usize, specific: &mut Specific<'i>) {
    for item in items {
        let at = *number;
        *number += 1;
        match &item.kind {
            ItemKind::TargetAssign(targets, assign) => {
                for target in targets.text().split_whitespace() {
                    specific.entry(target).or_default().push((at, assign, item.span));
                }
            }
            ItemKind::Conditional(conditional) => {
                conditional.arms.iter().for_each(|(_, items)| of_targets(items, number, specific));
            }
            _ => {}
        }
    }
}
