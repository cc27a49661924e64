//! A flow chart in Mermaid's words, which forges draw in pull requests
//! (<https://mermaid.js.org/syntax/flowchart.html>, checked 2026-11-30).

use std::io::{self, Write};

use super::{Graph, Node};

pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (number, node) in graph.callers.iter().enumerate() {
        writeln!(out, "  c{number}[\"{}\"]", label(node))?;
    }
    for (number, node) in graph.targets.iter().enumerate() {
        writeln!(out, "  t{number}([\"{}\"])", label(node))?;
    }
    for edge in &graph.edges {
        let token = edge.token.map(|token| format!(", {token}")).unwrap_or_default();
        let text = format!("{}{token}: {}", edge.account, edge.verdict.says());
        writeln!(out, "  c{} -->|\"{}\"| t{}", edge.from, escaped(&text), edge.to)?;
    }
    for (number, edge) in graph.edges.iter().enumerate() {
        writeln!(out, "  linkStyle {number} stroke:{}", edge.verdict.color())?;
    }
    Ok(())
}

fn label(node: &Node) -> String {
    format!("{}<br/>{}", escaped(&node.kind), escaped(&node.name))
}

/// What Mermaid or HTML would read otherwise, as entities.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            ';' => out.push_str("#59;"),
            c => out.push(c),
        }
    }
    out
}
