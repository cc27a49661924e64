//! The graph for programs, version 1 of the shape. One object, then a line end.

use std::io::{self, Write};

use serde::Serialize;

use super::Graph;

#[derive(Serialize)]
struct Shape<'g> {
    version: u32,
    callers: Vec<Node<'g>>,
    targets: Vec<Node<'g>>,
    edges: Vec<Edge<'g>>,
}

#[derive(Serialize)]
struct Node<'g> {
    kind: &'g str,
    name: &'g str,
}

#[derive(Serialize)]
struct Edge<'g> {
    /// Index of the caller.
    from: usize,
    /// Index of the target.
    to: usize,
    does: &'g str,
    account: &'g str,
    token: Option<&'g str>,
    permission: &'g str,
    verdict: &'g str,
    steps: Vec<Step<'g>>,
}

#[derive(Serialize)]
struct Step<'g> {
    text: &'g str,
    at: Option<&'g str>,
}

pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    let shape = Shape {
        version: 1,
        callers: graph.callers.iter().map(node).collect(),
        targets: graph.targets.iter().map(node).collect(),
        edges: graph.edges.iter().map(edge).collect(),
    };
    serde_json::to_writer(&mut *out, &shape)?;
    writeln!(out)
}

fn node(node: &super::Node) -> Node<'_> {
    Node { kind: &node.kind, name: &node.name }
}

fn edge(edge: &super::Edge) -> Edge<'_> {
    Edge {
        from: edge.from,
        to: edge.to,
        does: edge.does,
        account: &edge.account,
        token: edge.token,
        permission: edge.permission,
        verdict: edge.verdict.name(),
        steps: edge.steps.iter().map(|(text, at)| Step { text, at: at.as_deref() }).collect(),
    }
}
