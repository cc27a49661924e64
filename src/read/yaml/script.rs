//! Commands in a document: scripts, argument lists and the variables that they are given.

use std::ops::Range;
use std::sync::Arc;

use super::Context;
use super::node::part;
use crate::program::{
    Assign, Assigned, Block, Command, Expr, Inherit, Name, Op, Part, Quote, Step, StepKind, Use, Visibility,
};
use crate::read::filled::Script;
use crate::read::machine;
use crate::read::shell;
use crate::source::{Snippet, Span};
use crate::syntax::yaml::{Kind, Node, Scalar};

impl Context<'_> {
    /// The steps of a script of a shell. What the document's own language fills in is filled in first, whatever the
    /// quotes around it.
    pub fn script(&self, scalar: &Scalar) -> Block {
        if !shell::is_shell_script(scalar.text()) || !self.spend(scalar.text().len()) {
            return Arc::from([]);
        }
        let (mut script, mut at) = (Script::new(), 0);
        for reference in self.references(scalar) {
            script.written(&scalar.body, at..reference.range.start);
            at = reference.range.end;
            let span = scalar.body.span(reference.range.clone());
            match part(reference.stands_for, self.place(&scalar.body, reference.range)) {
                Part::Text(text, _) => script.text(&text, span),
                part => script.part(part, span),
            }
        }
        script.written(&scalar.body, at..scalar.text().len());
        script.block(self.file, self.nesting)
    }

    /// The steps of a script that is written as one text, or as a list of lines, lists in lists taken as one.
    pub fn scripts(&self, node: &Node) -> Vec<Step> {
        let mut steps = Vec::new();
        self.add_scripts(node, &mut steps);
        steps
    }

    fn add_scripts(&self, node: &Node, steps: &mut Vec<Step>) {
        match &node.kind {
            _ if self.budget.get() == 0 => {}
            Kind::Scalar(scalar) if !scalar.is_null() => steps.extend(self.script(scalar).iter().cloned()),
            Kind::Sequence(items) => items.iter().for_each(|item| self.add_scripts(item, steps)),
            _ => {}
        }
    }

    /// A program that is run with arguments. `bash -c '…'` is the script that it is given.
    pub fn executed(&self, words: &[Word], span: Span) -> Option<Step> {
        self.executed_with(self, words, span)
    }

    /// The same, where other things are filled in in scripts than in words.
    pub fn executed_with(&self, scripts: &Self, words: &[Word], span: Span) -> Option<Step> {
        let name = words.first()?.text().filter(|_| self.spend(0))?;
        let kind = if shell::is_shell(name.rsplit('/').next().unwrap_or(name))
            && let Some((script, arguments)) = command_string(words.get(1..)?)
        {
            // The first one after the script is its name.
            let arguments = arguments.get(1..).unwrap_or(&[]).iter().map(|word| self.word(word)).collect();
            let mut body = vec![Step { kind: StepKind::Parameters(arguments), span }];
            body.extend(scripts.script(script).iter().cloned());
            StepKind::Scope(body.into(), Inherit::Exported)
        } else {
            let words = words.iter().map(|word| self.word(word)).collect();
            StepKind::Command(Command { words, env: Vec::new(), input: None, prints: true })
        };
        Some(Step { kind, span })
    }

    fn word(&self, word: &Word) -> Expr {
        match word {
            Word::Given(scalar) => self.expr(scalar),
            Word::Implied(name, span) => Expr::text(*name, self.near(*span)),
            Word::More(span) => {
                let all = Use {
                    name: Name::All("…".to_owned()),
                    op: Op::Plain,
                    quote: Quote::Whole,
                    place: self.near(*span),
                };
                Expr { parts: vec![Part::Use(Box::new(all))] }
            }
        }
    }

    /// Variables of the processes that are started: a map, or a list of `NAME=value`.
    pub fn variables(&self, node: &Node) -> Vec<Step> {
        if self.budget.get() == 0 {
            return Vec::new();
        }
        let listed = node.items().iter().filter_map(|item| {
            let scalar = item.scalar()?;
            let (name, _) = scalar.text().split_once('=')?;
            let value = part_of(scalar, name.len() + 1..scalar.text().len());
            Some(exported(name, self.expr(&value), item.span))
        });
        let named = node.pairs().into_iter().map(|pair| {
            // Some say what a variable is for beside its value.
            let value = pair.value.get("value").map_or(&pair.value, |pair| &pair.value);
            let value = value.scalar().map_or_else(|| self.unknown(value.span), |scalar| self.expr(scalar));
            exported(pair.key.text(), value, pair.span)
        });
        listed.chain(named).collect()
    }

    /// The same, where the values are only what holds when nobody sets them otherwise. Those that are made of others
    /// come last.
    pub fn defaults(&self, node: &Node) -> Vec<Step> {
        let mut steps = self.variables(node);
        steps.sort_by_key(|step| match &step.kind {
            StepKind::Assign(Assign { value: Assigned::Text(value), .. }) => value.literal().is_none(),
            _ => true,
        });
        for step in &mut steps {
            if let StepKind::Assign(assign) = &mut step.kind
                && let Assigned::Text(value) = &mut assign.value
            {
                let place = self.near(step.span);
                // What is left empty is there for others to set.
                let is_empty = value.literal().is_some_and(|text| text.is_empty());
                let op = if is_empty { Op::Plain } else { Op::Default(std::mem::take(value)) };
                let name = Name::Variable(assign.name.clone());
                value.parts = vec![Part::Use(Box::new(Use { name, op, quote: Quote::Whole, place }))];
            }
        }
        steps
    }
}

/// Steps of a process of its own.
pub(super) fn process(steps: Vec<Step>, span: Span) -> Step {
    Step { kind: StepKind::Scope(steps.into(), Inherit::Exported), span }
}

/// Steps of a machine of its own, of some kind: who is logged in on another one is nobody here.
pub(super) fn machine(context: &Context, on: &str, mut steps: Vec<Step>, span: Span) -> Step {
    steps.insert(0, machine::begins(on, context.near(span)));
    process(steps, span)
}

/// A word of an argument list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Word<'n> {
    /// As it is written.
    Given(&'n Scalar),
    /// One that goes without saying.
    Implied(&'static str, Span),
    /// One or several that are not known.
    More(Span),
}

impl<'n> Word<'n> {
    /// The words of an argument list, or the single one.
    pub fn all(node: &'n Node) -> Vec<Self> {
        let of = |node: &'n Node| node.scalar().map_or(Self::More(node.span), Word::Given);
        match &node.kind {
            Kind::Sequence(items) => {
                items.iter().map(of).chain(node.is_open().then_some(Self::More(node.span))).collect()
            }
            Kind::Scalar(scalar) if scalar.is_null() => Vec::new(),
            _ => vec![of(node)],
        }
    }

    /// Its text as it is written.
    pub fn text(&self) -> Option<&'n str> {
        match self {
            Self::Given(scalar) => Some(scalar.text()),
            Self::Implied(name, _) => Some(name),
            Self::More(_) => None,
        }
    }
}

/// The script among the arguments of a shell, and what follows it.
fn command_string<'w, 'n>(arguments: &'w [Word<'n>]) -> Option<(&'n Scalar, &'w [Word<'n>])> {
    let (mut at, mut is_string) = (0, false);
    while let Some(option) = arguments.get(at)?.text().filter(|text| text.starts_with(['-', '+'])) {
        at += 1;
        if option == "--" {
            break;
        }
        if !option.starts_with("--") {
            is_string |= option.starts_with('-') && option.contains('c');
            // `-o pipefail`: the option's name is a word of its own.
            at += usize::from(option.contains('o'));
        }
    }
    match (is_string, arguments.get(at)?) {
        (true, Word::Given(script)) => Some((script, arguments.get(at + 1..).unwrap_or(&[]))),
        _ => None,
    }
}

/// A step that gives a variable to child processes.
pub(super) fn exported(name: &str, value: Expr, span: Span) -> Step {
    let assign = Assign {
        name: name.trim().to_owned(),
        value: Assigned::Text(value),
        append: false,
        visibility: Visibility::Exported,
    };
    Step { kind: StepKind::Assign(assign), span }
}

/// A part of a text as a text of its own.
fn part_of(scalar: &Scalar, range: Range<usize>) -> Scalar {
    let mut body = Snippet::builder();
    body.push_from(&scalar.body, range.clone());
    let within = scalar.holes.iter().filter(|hole| hole.start >= range.start);
    let holes = within.map(|hole| hole.start - range.start..hole.end - range.start).collect();
    Scalar { body: body.finish(), holes, tag: None, ..scalar.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::yaml;

    #[test]
    fn the_script_of_a_shell_is_found_behind_its_options() {
        let script = |text: &str| {
            let documents = yaml::parse(&Snippet::whole(text));
            let words = Word::all(&documents.first().unwrap().root);
            command_string(&words).map(|(script, rest)| (script.text().to_owned(), rest.len()))
        };
        assert_eq!(script("[-c, a]"), Some(("a".into(), 0)));
        assert_eq!(script("[-eEuo, pipefail, -c, a, b]"), Some(("a".into(), 1)));
        assert_eq!(script("[-ceu, a, --, b]"), Some(("a".into(), 2)));
        assert_eq!(script("[-c, --, a]"), Some(("a".into(), 0)));
        assert_eq!(script("[./a.sh, -c, b]"), None);
        assert_eq!(script("[-c]"), None);
    }
}
