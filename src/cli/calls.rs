//! `authlint graph` and `authlint explain-call`: the calls of a project, drawn or told.

use std::io::{self, Write};

use super::args::Evidence;
use super::progress::Progress;
use super::{Status, fault, gather, print, terminal};
use crate::engine::{self, Settings};
use crate::graph::{Edge, Format, Graph, Judged};
use crate::report::clean;

/// Calls that are listed where none was found.
const LISTED: usize = 20;

/// Draws the graph of the projects of some paths.
pub(super) fn graph(evidence: &Evidence, format: &Format) -> Status {
    let (graph, worst) = read(evidence);
    worst.max(print(Status::Clean, |out| (format.write)(&graph, out)))
}

/// Tells why one call is thought to work or to fail.
pub(super) fn explain(caller: &str, target: &str, evidence: &Evidence) -> Status {
    let (graph, worst) = read(evidence);
    let found: Vec<&Edge> = graph.between(caller, target).collect();
    if found.is_empty() {
        let others = match known(&graph) {
            none if none.is_empty() => ", nor any other".to_owned(),
            others => format!("; there are{others}"),
        };
        let (target, caller) = (clean(target), clean(caller));
        return fault(format_args!("there is no call of `{target}` by `{caller}` in these files{others}"));
    }
    let missing = found.iter().any(|edge| edge.verdict == Judged::Missing);
    let status = if missing { Status::Found } else { Status::Clean };
    worst.max(print(status, |out| {
        terminal::fitting(out, terminal::folded, |out| found.iter().try_for_each(|edge| tell(&graph, edge, out)))
    }))
}

fn read(evidence: &Evidence) -> (Graph, Status) {
    let mut gathered = gather::gather(&evidence.paths, None, false, Progress::begin(false));
    let policies = gathered.policies(&evidence.iam_policy);
    let worst = gathered.faults.iter().map(fault).max().unwrap_or(Status::Clean);
    gathered.print_notes();
    let settings = Settings { configs: gathered.configs, policies, ..Settings::default() };
    let joined = engine::join(gathered.inputs, &gathered.disk, &settings);
    gathered.disk.progress.clear();
    (Graph::new(joined.projects.values(), &joined.sources), worst)
}

/// The calls that there are, for whoever asks for another one.
fn known(graph: &Graph) -> String {
    let calls = graph.edges.iter().take(LISTED).filter_map(|edge| {
        Some(format!("\n  {} {}", graph.callers.get(edge.from)?.name, graph.targets.get(edge.to)?.name))
    });
    calls.collect()
}

fn tell(graph: &Graph, edge: &Edge, out: &mut dyn Write) -> io::Result<()> {
    let named = |node: Option<&crate::graph::Node>| {
        node.map(|node| format!("{} `{}`", node.kind, node.name)).unwrap_or_default()
    };
    let (from, to) = (named(graph.callers.get(edge.from)), named(graph.targets.get(edge.to)));
    writeln!(out, "{from} {} {to}: {}\n", edge.does, edge.verdict.says())?;
    for (number, (text, at)) in edge.steps.iter().enumerate() {
        writeln!(out, "{:>3}. {text}", number + 1)?;
        if let Some(at) = at {
            writeln!(out, "     {at}")?;
        }
    }
    writeln!(out)
}
