//! A directed graph in the words of Graphviz (<https://graphviz.org/doc/info/lang.html>, checked 2026-11-30).

use std::io::{self, Write};

use super::Graph;

pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph access {{")?;
    writeln!(out, "  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];")?;
    for (prefix, nodes) in [("c", &graph.callers), ("t", &graph.targets)] {
        for (number, node) in nodes.iter().enumerate() {
            writeln!(out, "  {prefix}{number} [label=\"{}\\n{}\"];", escaped(&node.kind), escaped(&node.name))?;
        }
    }
    for edge in &graph.edges {
        let color = edge.verdict.color();
        writeln!(
            out,
            "  c{} -> t{} [label=\"{}\\n{}\", color=\"{color}\", fontcolor=\"{color}\"];",
            edge.from,
            edge.to,
            escaped(&edge.account),
            edge.verdict.says()
        )?;
    }
    writeln!(out, "}}")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
