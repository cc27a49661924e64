//! One page for a browser, which needs no network: callers left, targets right, a line for each call. A line can be pointed
//! at, chosen by mouse or keyboard, and says why; without scripts, pointing at it still does.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::{Edge, Graph, Judged, Node};

/// Sizes of the drawing, in pixels.
const BOX: f64 = 400.0;
const BETWEEN: f64 = 380.0;
const LEAST: f64 = 52.0;
const PORT: f64 = 24.0;
const GAP: f64 = 14.0;
/// Characters of a name that fit into a box.
const FITS: usize = 48;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A node's box.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    top: f64,
    height: f64,
    lines: usize,
}

/// What the script shows of a line.
#[derive(Serialize)]
struct Said<'g> {
    head: String,
    verdict: &'g str,
    facts: String,
    steps: Vec<(&'g str, Option<&'g str>)>,
}

pub(super) fn write(graph: &Graph, out: &mut dyn Write) -> io::Result<()> {
    let said: Vec<Said> = graph.edges.iter().map(|edge| said(graph, edge)).collect();
    let data = serde_json::to_string(&said)?.replace('<', "\\u003c");
    let svg = drawing(graph);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>Who calls what</title>\n<style>\n{STYLE}</style>\n</head>"
    )?;
    writeln!(out, "<body>\n<header>\n<h1>Who calls what</h1>\n<p>{}</p>\n{}</header>", summary(graph), legend(graph))?;
    if graph.edges.is_empty() {
        writeln!(out, "<main><p class=\"none\">These files set up no call.</p></main>")?;
    } else {
        writeln!(out, "<main>\n<div class=\"heads\"><h2>Callers</h2><h2>Targets</h2></div>\n{svg}</main>")?;
    }
    writeln!(
        out,
        "<section id=\"details\" aria-live=\"polite\"><p class=\"none\">Choose a line to see why.</p></section>\n<script \
         type=\"application/json\" id=\"said\">{data}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>"
    )
}

fn count(graph: &Graph, verdict: Judged) -> usize {
    graph.edges.iter().filter(|edge| edge.verdict == verdict).count()
}

fn summary(graph: &Graph) -> String {
    let number = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!(
        "{}, {}, {}; read from the files, nothing was run.",
        number(graph.callers.len(), "caller"),
        number(graph.targets.len(), "target"),
        number(graph.edges.len(), "call")
    )
}

fn legend(graph: &Graph) -> String {
    let mut out = String::from("<div class=\"legend\">\n");
    for verdict in Judged::ALL {
        let name = verdict.name();
        // Writing to a text cannot fail.
        let _ = writeln!(
            out,
            "<label class=\"{name}\"><input type=\"checkbox\" checked data-verdict=\"{name}\"><svg width=\"44\" \
             height=\"12\" aria-hidden=\"true\"><path class=\"line\" d=\"M2 6H42\"/></svg>{} ({})</label>",
            verdict.says(),
            count(graph, verdict)
        );
    }
    out.push_str("</div>\n");
    out
}

/// What stands in the details of a line, and in its title.
fn said<'g>(graph: &'g Graph, edge: &'g Edge) -> Said<'g> {
    let named = |node: Option<&Node>| node.map(|node| format!("{} {}", node.kind, node.name)).unwrap_or_default();
    let head = format!("{} {} {}", named(graph.callers.get(edge.from)), edge.does, named(graph.targets.get(edge.to)));
    let token = edge.token.map(|token| format!(", with an {token}")).unwrap_or_default();
    Said {
        head,
        verdict: edge.verdict.name(),
        facts: format!("{}: as {}{token}; needs {}", edge.verdict.says(), edge.account, edge.permission),
        steps: edge.steps.iter().map(|(text, at)| (text.as_str(), at.as_deref())).collect(),
    }
}

fn drawing(graph: &Graph) -> String {
    let lines = |is: &dyn Fn(&Edge) -> usize, nodes: usize| -> Vec<usize> {
        let mut out = vec![0; nodes];
        for edge in &graph.edges {
            if let Some(count) = out.get_mut(is(edge)) {
                *count += 1;
            }
        }
        out
    };
    let left = stacked(&lines(&|edge| edge.from, graph.callers.len()), &[]);
    let wanted = wanted(graph, &left);
    let right = stacked(&lines(&|edge| edge.to, graph.targets.len()), &wanted);
    let bottom = left.iter().chain(&right).map(|place| place.top + place.height).fold(LEAST, f64::max) + 2.0;
    let width = BOX * 2.0 + BETWEEN;
    let mut out = format!("<svg id=\"graph\" viewBox=\"0 0 {width} {bottom}\" role=\"group\" aria-label=\"calls\">\n");
    let (mut used_left, mut used_right) = (vec![0_usize; left.len()], vec![0_usize; right.len()]);
    for (number, edge) in graph.edges.iter().enumerate() {
        let from = port(&left, &mut used_left, edge.from);
        let to = port(&right, &mut used_right, edge.to);
        line(&mut out, graph, edge, number, (from, to));
    }
    for (nodes, places, x) in [(&graph.callers, &left, 0.0), (&graph.targets, &right, BOX + BETWEEN)] {
        for (node, place) in nodes.iter().zip(places) {
            boxed(&mut out, node, *place, x);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Where targets would best stand: in the middle of their callers.
fn wanted(graph: &Graph, left: &[Place]) -> Vec<f64> {
    let middle = |target: usize| {
        let tops: Vec<f64> = graph
            .edges
            .iter()
            .filter(|edge| edge.to == target)
            .filter_map(|edge| left.get(edge.from))
            .map(|place| place.top + place.height / 2.0)
            .collect();
        tops.iter().sum::<f64>() / f64::from(u32::try_from(tops.len().max(1)).unwrap_or(1))
    };
    (0..graph.targets.len()).map(middle).collect()
}

/// Boxes below each other, each as near as may be to where its middle is wanted.
fn stacked(lines: &[usize], wanted: &[f64]) -> Vec<Place> {
    let mut next = 1.0;
    let place = |(number, count): (usize, &usize)| {
        let height = (f64::from(u32::try_from(*count).unwrap_or(u32::MAX)) * PORT).max(LEAST);
        let top = wanted.get(number).map_or(next, |middle| (middle - height / 2.0).max(next));
        next = top + height + GAP;
        Place { top, height, lines: *count }
    };
    lines.iter().enumerate().map(place).collect()
}

/// Where the next line of a box begins or ends.
fn port(places: &[Place], used: &mut [usize], node: usize) -> f64 {
    let Some((place, used)) = places.get(node).zip(used.get_mut(node)) else { return 0.0 };
    *used += 1;
    let part = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    place.top + place.height * part(*used) / part(place.lines + 1)
}

fn line(out: &mut String, graph: &Graph, edge: &Edge, number: usize, (from, to): (f64, f64)) {
    let (start, end) = (BOX, BOX + BETWEEN);
    let (middle, half) = (BOX + BETWEEN / 2.0, BETWEEN / 2.0);
    let path = format!("M{start} {from:.1}C{} {from:.1} {} {to:.1} {end} {to:.1}", start + half, end - half);
    let said = said(graph, edge);
    let mut title = format!("{}\n{}", said.head, said.facts);
    for (text, at) in &said.steps {
        let _ = write!(title, "\n• {text}");
        if let Some(at) = at {
            let _ = write!(title, " ({at})");
        }
    }
    let account = edge.account.split('@').next().unwrap_or("");
    let _ = writeln!(
        out,
        "<g class=\"edge {}\" tabindex=\"0\" role=\"button\" data-number=\"{number}\" aria-label=\"{}\"><title>{}</title>\
         <path class=\"hit\" d=\"{path}\"/><path class=\"line\" d=\"{path}\"/><text x=\"{}\" y=\"{:.1}\">{}</text><circle \
         class=\"handle\" cx=\"{middle}\" cy=\"{:.1}\" r=\"6\"/></g>",
        edge.verdict.name(),
        escaped(&format!("{}: {}", said.head, edge.verdict.says())),
        escaped(&title),
        start + 10.0,
        from - 5.0,
        escaped(&cut(account, 26)),
        f64::midpoint(from, to),
    );
}

fn boxed(out: &mut String, node: &Node, place: Place, x: f64) {
    let (top, height, middle) = (place.top, place.height, place.top + place.height / 2.0);
    let _ = writeln!(
        out,
        "<g class=\"node\"><title>{} {}</title><rect x=\"{}\" y=\"{top:.1}\" width=\"{}\" height=\"{height:.1}\" \
         rx=\"6\"/><text class=\"kind\" x=\"{}\" y=\"{:.1}\">{}</text><text class=\"name\" x=\"{}\" \
         y=\"{:.1}\">{}</text></g>",
        escaped(&node.kind),
        escaped(&node.name),
        x + 1.0,
        BOX - 2.0,
        x + 14.0,
        middle - 6.0,
        escaped(&node.kind),
        x + 14.0,
        middle + 14.0,
        escaped(&cut(&node.name, FITS)),
    );
}

/// A text that fits: its end is what tells long names apart.
fn cut(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let end: String = text.chars().skip(count - most + 1).collect();
    format!("…{end}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
