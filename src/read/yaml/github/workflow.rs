//! Workflows: jobs on machines of their own, with what their tokens may do.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>, checked 2026-11-21.

use super::steps::{self, Steps};
use super::{Context, expression, given, inputs, is_never, matrix, permissions};
use crate::program::{self, Declaration, Entry, Expr, Inherit, Schema, Step, StepKind};
use crate::read::machine;
use crate::read::yaml::{Kind, Reading};
use crate::source::Span;
use crate::syntax::yaml::{Node, Pair};
use crate::value::Place;

/// Systems of the machines that GitHub gives each job anew
/// (<https://docs.github.com/en/actions/reference/runners/github-hosted-runners>, checked 2026-11-30).
const HOSTED: &[&str] = &["ubuntu-", "macos-", "windows-"];
/// Steps of a job between which something may be written.
const MAX_STEPS: usize = 200;

pub(in crate::read::yaml) const KIND: Kind = Kind { name: "github-workflow", accepts, read };

fn accepts(_: &str, root: &Node) -> bool {
    let is_job = |pair: &&Pair| ["runs-on", "uses"].iter().any(|key| pair.value.get(key).is_some());
    root.get("on").is_some() && root.get("jobs").is_some_and(|jobs| jobs.value.pairs().iter().any(is_job))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = &Context { references: expression::expressions, ..*context };
    // What jobs do not see of their caller's is taken away before it is called.
    let unset = |pair: &Pair| Step { kind: StepKind::Unset(pair.key.text().to_owned()), span: pair.span };
    let env = root.get("env").map(|env| &env.value);
    let own = env.map(|env| env.pairs().into_iter().map(unset).collect()).unwrap_or_default();
    let workflow = Workflow {
        context,
        permissions: root.get("permissions"),
        shell: shell(root),
        only_called: is_only_called(root),
        own: Step { kind: StepKind::Group(own), span: root.span },
    };
    for trigger in ["workflow_dispatch", "workflow_call"] {
        if let Some(declared) = root.path(&["on", trigger, "inputs"]) {
            reading.steps.extend(inputs(context, declared));
        }
    }
    reading.steps.extend(env.map(|env| context.environment(env)).unwrap_or_default());
    let jobs = root.get("jobs").map(|jobs| jobs.value.pairs()).unwrap_or_default();
    for job in jobs.into_iter().filter(|job| !is_never(&job.value)) {
        reading.regions.push(job.span);
        reading.steps.push(workflow.said_of(job));
        let body = match job.value.get("uses") {
            Some(uses) => workflow.call(&job.value, uses),
            None => workflow.steps(&job.value, reading),
        };
        reading.steps.push(Step { kind: StepKind::Scope(body.into(), Inherit::Exported), span: job.span });
    }
}

struct Workflow<'c> {
    context: &'c Context<'c>,
    /// What counts for jobs that say nothing of it themselves.
    permissions: Option<&'c Pair>,
    /// The shell of jobs that name none.
    shell: Option<&'c str>,
    only_called: bool,
    /// Forgets the workflow's variables.
    own: Step,
}

/// Whether nothing but another workflow starts this one.
fn is_only_called(root: &Node) -> bool {
    let Some(on) = root.get("on").map(|pair| &pair.value) else { return false };
    let mut triggers: Vec<&str> = on.text().into_iter().collect();
    triggers.extend(on.items().iter().filter_map(Node::text));
    triggers.extend(on.pairs().iter().map(|pair| pair.key.text()));
    on.is_open() || triggers == ["workflow_call"]
}

/// What a job runs on: a machine of GitHub's, which is new each time, or one that somebody may have set up, as a container's
/// image is.
fn kind_of_machine(job: &Node) -> &'static str {
    let runs_on = job.get("runs-on").map(|pair| &pair.value);
    let label = runs_on
        .and_then(|node| node.text().or_else(|| node.items().first().filter(|_| node.items().len() == 1)?.text()));
    let is_hosted = label.is_some_and(is_label);
    if is_hosted && job.get("container").is_none() { "hosted" } else { "runner" }
}

/// Whether a label is one of GitHub's own: `ubuntu-latest`, `macos-14-large`; larger machines have names that somebody chose.
fn is_label(label: &str) -> bool {
    let Some(rest) = HOSTED.iter().find_map(|system| label.strip_prefix(system)) else { return false };
    let version = ["-arm", "-large", "-xlarge", "-intel", "-vs2026"]
        .iter()
        .find_map(|end| rest.strip_suffix(end))
        .unwrap_or(rest);
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number || matches!(version, "latest" | "slim")
}

/// The shell of scripts that name none.
fn shell(node: &Node) -> Option<&str> {
    node.path(&["defaults", "run", "shell"]).and_then(Node::text)
}

impl Workflow<'_> {
    /// The job, and what it is allowed to do.
    fn said_of(&self, job: &Pair) -> Step {
        let mut entries = permissions::entries(self.context, self.permissions, &job.value);
        let place = self.context.near(job.key.span);
        entries.push(machine::kind(kind_of_machine(&job.value), place));
        entries.extend(self.starts(&job.value));
        if self.only_called {
            let value = program::Node::Text(Expr::text("true", place));
            entries.push(Entry { name: "called".to_owned(), at: place, whole: place, value });
        }
        let declaration = Declaration {
            schema: Schema::Job,
            kind: job.key.text().to_owned(),
            name: String::new(),
            head: place,
            body: program::Node::Map(entries, false),
            each: None,
        };
        Step { kind: StepKind::Declare(declaration.into()), span: job.span }
    }

    /// Where the lines of its steps begin.
    fn starts(&self, job: &Node) -> Option<Entry> {
        let text = self.context.text?;
        let steps = &job.get("steps")?.value;
        let starts = steps.items().iter().take(MAX_STEPS).filter_map(|step| steps::lines(text, step.span));
        let place = |lines: Span| Place::exact(self.context.file, Span::new(lines.start, lines.start));
        let items = starts.map(|lines| program::Node::Text(Expr::text("", place(lines)))).collect();
        let at = self.context.near(steps.span);
        Some(Entry { name: "starts".to_owned(), at, whole: at, value: program::Node::List(items, false) })
    }

    /// Another workflow in the place of a job's steps.
    fn call(&self, job: &Node, uses: &Pair) -> Vec<Step> {
        let Some(uses) = uses.value.scalar().filter(|uses| uses.text().starts_with("./")) else { return Vec::new() };
        let mut body = vec![self.own.clone()];
        body.extend(job.get("with").map(|with| given(self.context, &with.value)).unwrap_or_default());
        body.push(self.reader(job).include(uses.text(), uses));
        self.each(job, body)
    }

    fn steps(&self, job: &Node, reading: &mut Reading) -> Vec<Step> {
        let mut body = job.get("env").map(|env| self.context.environment(&env.value)).unwrap_or_default();
        if let Some(steps) = job.get("steps") {
            body.extend(self.reader(job).all(&steps.value, &mut reading.regions));
        }
        self.each(job, body)
    }

    fn reader<'s>(&'s self, job: &'s Node) -> Steps<'s> {
        let windows = job.get("runs-on").and_then(|pair| pair.value.text()).is_some_and(|os| os.contains("windows"));
        let shell = shell(job).or(self.shell).or(windows.then_some("pwsh"));
        Steps { context: self.context, shell }
    }

    /// The body once for each combination of the matrix.
    fn each(&self, job: &Node, body: Vec<Step>) -> Vec<Step> {
        let combinations = matrix::combinations(self.context, job);
        if combinations.is_empty() {
            return body;
        }
        let shared = Step { kind: StepKind::Group(body.into()), span: job.span };
        // Each is on a machine of its own.
        let one = |mut steps: Vec<Step>| {
            steps.insert(0, machine::begins(kind_of_machine(job), self.context.near(job.span)));
            steps.push(shared.clone());
            Step { kind: StepKind::Scope(steps.into(), Inherit::All), span: job.span }
        };
        combinations.into_iter().map(one).collect()
    }
}
