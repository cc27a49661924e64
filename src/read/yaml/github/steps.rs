//! The steps of a job or an action: scripts, actions with their inputs, and what they leave for the steps after them.

use std::collections::BTreeSet;

use super::{Context, expression, given, is_never, plain};
use crate::program::{self, Command, Declaration, Entry, Expr, Inherit, Part, Quote, Schema, Step, StepKind};
use crate::read::mark;
use crate::read::yaml::refer::name_length;
use crate::read::yaml::script::exported;
use crate::source::Span;
use crate::syntax::yaml::{Node, Pair, Scalar};
use crate::value::Place;

/// The action whose outputs are tokens, and the outputs that are.
const AUTH: &str = "google-github-actions/auth@";
/// What fills the directory that the credentials of the former lie in.
const CHECKOUT: &str = "actions/checkout@";
/// The outputs of the former that are there only when they are asked for.
const TOKENS: [&str; 2] = ["access_token", "id_token"];
/// Uses of such outputs that are looked at.
const MAX_USED: usize = 20;
/// Contexts that say how a repository or a caller is set up.
const SETTINGS: &[&str] = &["inputs.", "vars.", "env.", "secrets.", "matrix."];

/// Reads steps.
pub(super) struct Steps<'c> {
    pub context: &'c Context<'c>,
    /// The shell of scripts that name none.
    pub shell: Option<&'c str>,
}

impl Steps<'_> {
    /// All steps of a list.
    pub fn all(&self, steps: &Node, regions: &mut Vec<Span>) -> Vec<Step> {
        let mut out = Vec::new();
        for (index, step) in steps.items().iter().enumerate() {
            regions.push(step.span);
            if !is_never(step) {
                self.one(step, steps.items().get(index + 1..).unwrap_or(&[]), &mut out);
            }
        }
        out
    }

    fn one(&self, step: &Node, after: &[Node], out: &mut Vec<Step>) {
        let mut inner = step.get("env").map(|env| self.context.environment(&env.value)).unwrap_or_default();
        let scope = |steps: Vec<Step>| Step { kind: StepKind::Scope(steps.into(), Inherit::Exported), span: step.span };
        if let Some(run) = step.get("run").and_then(|pair| pair.value.scalar()) {
            let shell = step.get("shell").and_then(|pair| pair.value.text()).or(self.shell);
            let place = self.context.near(step.span);
            let script = shell.is_none_or(is_shell).then(|| self.context.script(run));
            if !script.as_ref().is_some_and(|script| plain::is_plain(run.text(), script)) {
                out.push(mark::mark("opaque", place));
            }
            if let Some(script) = script {
                inner.extend(script.iter().cloned());
                out.push(scope(inner));
            }
            if ["if", "continue-on-error"].iter().any(|key| step.get(key).is_some()) {
                out.push(mark::mark("conditional", place));
            }
            // Several steps may share one large text.
            let names = if self.context.spend(run.text().len()) { handed_on(run.text()) } else { BTreeSet::new() };
            for name in names {
                out.push(Step { kind: StepKind::Forget(name.clone()), span: step.span });
                out.push(Step { kind: StepKind::Export(name), span: step.span });
            }
            return;
        }
        let Some(uses) = step.get("uses").and_then(|pair| pair.value.scalar()) else { return };
        let with = step.get("with").map(|pair| &pair.value);
        if let Some(path) = local(uses.text()) {
            // It may do more than is read of it, or not be here.
            inner.push(Step { kind: self.declared(uses, Vec::new()), span: step.span });
            inner.extend(with.map(|with| given(self.context, with)).unwrap_or_default());
            inner.extend(["action.yml", "action.yaml"].map(|name| self.include(&format!("{path}{name}"), uses)));
            out.push(scope(inner));
            return;
        }
        inner.push(Step { kind: self.action(uses, step, after), span: step.span });
        out.push(scope(inner));
        if let (Some(id), true) = (step.get("id").and_then(|pair| pair.value.text()), uses.text().starts_with(AUTH)) {
            out.extend(self.tokens(id, uses, with));
        }
    }

    /// Another file of the repository, which is run here.
    pub fn include(&self, path: &str, uses: &Scalar) -> Step {
        Step { kind: StepKind::Include(Expr::text(path, self.context.near(uses.span))), span: uses.span }
    }

    fn action(&self, uses: &Scalar, step: &Node, after: &[Node]) -> StepKind {
        let context = Context { references: expression::inputs, ..*self.context };
        let mut entries: Vec<Entry> = step.get("with").map(|pair| context.entry(pair)).into_iter().collect();
        let settings = |condition: &&Pair| {
            condition.value.text().is_none_or(|text| SETTINGS.iter().any(|setting| text.contains(setting)))
        };
        entries.extend(step.get("if").filter(settings).map(|pair| context.entry(pair)));
        entries.extend(step.get("if").map(|pair| self.flag("when", pair.span)));
        if [AUTH, CHECKOUT].iter().any(|name| uses.text().starts_with(name)) {
            entries.extend(self.lines(step));
        }
        if let (Some(id), true) = (step.get("id").and_then(|pair| pair.value.text()), uses.text().starts_with(AUTH)) {
            entries.extend(self.used(id, after));
        }
        self.declared(uses, entries)
    }

    fn declared(&self, uses: &Scalar, entries: Vec<Entry>) -> StepKind {
        let head = self.context.place(&uses.body, 0..uses.text().len());
        StepKind::Declare(
            Declaration {
                schema: Schema::Action,
                kind: uses.text().to_owned(),
                name: String::new(),
                head,
                body: program::Node::Map(entries, false),
                each: None,
            }
            .into(),
        )
    }

    /// Something that is so.
    fn flag(&self, name: &str, span: Span) -> Entry {
        let place = self.context.near(span);
        let value = program::Node::Text(Expr::text("true", place));
        Entry { name: name.to_owned(), at: place, whole: place, value }
    }

    /// Where later steps use tokens of the step of this id, by the tokens' names.
    fn used(&self, id: &str, after: &[Node]) -> Option<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let outputs = TOKENS.map(|name| (name, format!("steps.{id}.outputs.{name}")));
        let used =
            after.iter().filter(|step| !is_never(step)).flat_map(Node::pairs).filter(|pair| pair.key.text() != "if");
        for scalar in used.flat_map(|pair| pair.value.scalars()) {
            if !self.context.spend(scalar.text().len()) {
                break;
            }
            for (name, output) in &outputs {
                let text = scalar.text();
                let ends = |at: usize| !text.get(at + output.len()..).unwrap_or("").starts_with(is_name);
                let found = text
                    .match_indices(output.as_str())
                    .map(|(at, _)| at)
                    .find(|at| ends(*at) && is_all(text, *at, output.len()));
                if let Some(at) = found.filter(|_| entries.len() < MAX_USED) {
                    let place = self.context.place(&scalar.body, at..at + output.len());
                    let value = program::Node::Text(Expr::text("", place));
                    entries.push(Entry { name: (*name).to_owned(), at: place, whole: place, value });
                }
            }
        }
        let first = entries.first()?.at;
        Some(Entry { name: "used".to_owned(), at: first, whole: first, value: program::Node::Map(entries, false) })
    }

    /// The lines of a step, to be moved elsewhere as they are.
    fn lines(&self, step: &Node) -> Option<Entry> {
        let span = lines(self.context.text?, step.span)?;
        let text = self.context.text?.get(span.range())?;
        let place = Place::exact(self.context.file, span);
        let value = program::Node::Text(Expr::text(text, place));
        Some(Entry { name: "lines".to_owned(), at: place, whole: place, value })
    }

    /// The tokens that a step gives to the steps after it, as the output of the action.
    fn tokens(&self, id: &str, uses: &Scalar, with: Option<&Node>) -> Vec<Step> {
        let input = |name: &str| with.and_then(|with| with.get(name)).and_then(|pair| pair.value.scalar());
        let format = input("token_format").map_or("", Scalar::text);
        let place = self.context.near(uses.span);
        let token = |name: &str| {
            let mut words = vec![Expr::text(AUTH.trim_end_matches('@'), place), Expr::text(name, place)];
            words.extend(input("id_token_audience").filter(|_| name == "id_token").map(|text| self.context.expr(text)));
            let command = Command { words, env: Vec::new(), input: None, prints: true };
            let printing = Step { kind: StepKind::Command(command), span: uses.span };
            let output = Part::Output([printing].into(), Quote::Whole, place);
            exported(&format!("steps.{id}.outputs.{name}"), Expr { parts: vec![output] }, uses.span)
        };
        let given = TOKENS.into_iter().filter(|name| *name == format);
        given.chain(["auth_token"]).map(token).collect()
    }
}

impl Context<'_> {
    /// `env:`, of which anything may be in what is not known.
    pub(super) fn environment(&self, env: &Node) -> Vec<Step> {
        let mut steps = self.variables(env);
        if env.is_open() || env.scalar().is_some_and(|scalar| !scalar.is_null()) {
            steps.push(Step { kind: StepKind::Unknown, span: env.span });
        }
        steps
    }
}

/// The lines of an item of a list that begins in a line of its own, from the blanks before its dash to the end of its last
/// line.
pub(super) fn lines(text: &str, item: Span) -> Option<Span> {
    let before = text.get(..item.start as usize)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let is_item =
        before.get(start..)?.trim_start_matches(' ').strip_prefix('-').is_some_and(|rest| rest.trim().is_empty());
    let own = text.get(item.range())?;
    let end = item.start as usize + own.trim_end().len();
    let end = text.get(end..)?.find('\n').map(|at| end + at + 1)?;
    is_item.then_some(Span::new(start as u32, end as u32))
}

/// Whether an expression is nothing but what stands at these bytes, and no comment of a script holds it.
fn is_all(text: &str, at: usize, length: usize) -> bool {
    let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + length..).unwrap_or(""));
    let line = before.rsplit('\n').next().unwrap_or("");
    before.trim_end().ends_with("${{") && after.trim_start().starts_with("}}") && !line.trim_start().starts_with('#')
}

/// Whether a letter may go on the name of an output.
fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

/// The directory of an action of the same repository, with a slash at its end.
fn local(uses: &str) -> Option<String> {
    let path = uses.strip_prefix("./")?.trim_end_matches('/');
    Some(if path.is_empty() { "./".to_owned() } else { format!("./{path}/") })
}

/// Whether a script is one of a POSIX shell: `bash`, `bash -el {0}`, `/bin/sh -e {0}`.
fn is_shell(shell: &str) -> bool {
    let program = shell.split_whitespace().next().unwrap_or("");
    crate::read::shell::is_shell(program.rsplit('/').next().unwrap_or(""))
}

/// The variables that a script may give to the steps after it: any name that it assigns something to in any way.
fn handed_on(script: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if !script.contains("GITHUB_ENV") {
        return names;
    }
    let mut at = 0;
    while let Some(rest) = script.get(at..).filter(|rest| !rest.is_empty()) {
        let length = name_length(rest);
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        at += length;
        let (name, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if after.starts_with('=') || after.starts_with("<<") {
            names.insert(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_for_later_steps() {
        let names = |script| handed_on(script).into_iter().collect::<Vec<_>>();
        assert_eq!(
            names("echo \"URL=$(x)\" >> \"$GITHUB_ENV\"\n{\n echo 'KEY<<EOF'\n} >> $GITHUB_ENV"),
            ["KEY", "URL"]
        );
        assert!(names("URL=1").is_empty());
    }

    #[test]
    fn actions_of_the_same_repository() {
        assert_eq!(local("./.github/actions/auth/").as_deref(), Some("./.github/actions/auth/"));
        assert_eq!(local("./").as_deref(), Some("./"));
        assert_eq!(local("actions/checkout@v4"), None);
    }
}
