//! Who calls what, as whom, with which token, by which grant: a picture of a project's needs. Knows no rule and no disk.

mod dot;
mod html;
mod json;
mod mermaid;

use std::collections::BTreeMap;
use std::io;

use crate::project::{Need, Project, Purpose, Verdict};
use crate::report::shown;
use crate::source::Source;
use crate::value::Place;

/// What is drawn.
#[derive(Debug, Default)]
pub struct Graph {
    /// What acts, in order.
    pub callers: Vec<Node>,
    /// What is acted on, in order.
    pub targets: Vec<Node>,
    /// What acts on what.
    pub edges: Vec<Edge>,
}

/// Something that acts, or is acted on.
#[derive(Debug, Clone)]
pub struct Node {
    /// What kind of thing it is: `Cloud Scheduler job`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// One thing acting on another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The caller, by its number.
    pub from: usize,
    /// The target, by its number.
    pub to: usize,
    /// What it does: `calls`.
    pub does: &'static str,
    /// As whom.
    pub account: String,
    /// With which token, where one is sent.
    pub token: Option<&'static str>,
    /// The permission that is needed.
    pub permission: &'static str,
    /// Whether it may.
    pub verdict: Judged,
    /// Why, step by step, each with where that is said.
    pub steps: Vec<(String, Option<String>)>,
}

/// Whether something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judged {
    /// No grant in the files gives it.
    Missing,
    /// It cannot be told.
    Unknown,
    /// A grant gives it.
    Granted,
    /// Everyone may.
    Open,
}

/// A way to write a graph down.
#[derive(Debug)]
pub struct Format {
    /// The name to ask for it by.
    pub name: &'static str,
    /// Writes a graph.
    pub write: fn(&Graph, &mut dyn io::Write) -> io::Result<()>,
}

/// All formats; the first is what is used unasked.
pub static FORMATS: &[Format] = &[
    Format { name: "mermaid", write: mermaid::write },
    Format { name: "dot", write: dot::write },
    Format { name: "json", write: json::write },
    Format { name: "html", write: html::write },
];

impl Judged {
    /// All of them, worst first.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Unknown, Self::Granted, Self::Open];

    /// The word for it in every format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Granted => "granted",
            Self::Open => "open",
        }
    }

    /// In plain words.
    pub fn says(self) -> &'static str {
        match self {
            Self::Missing => "no grant here",
            Self::Unknown => "cannot be told",
            Self::Granted => "granted",
            Self::Open => "open to everyone",
        }
    }

    /// Its colour, which is told apart on white and on black.
    fn color(self) -> &'static str {
        match self {
            Self::Missing => "#d1242f",
            Self::Unknown => "#9a6700",
            Self::Granted => "#1a7f37",
            Self::Open => "#0969da",
        }
    }

    fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Open(_) => Self::Open,
            Verdict::Granted(_) => Self::Granted,
            Verdict::Unknown(_) => Self::Unknown,
            Verdict::Missing(_) => Self::Missing,
        }
    }
}

/// What tells edges apart, in the order in which they are drawn: target, caller, account, permission.
type Key = (String, String, String, &'static str);

/// Whether a need is one of the calls that are drawn: what is read or deployed is not.
fn is_call(need: &Need) -> bool {
    matches!(need.purpose, Purpose::Invoke | Purpose::RunJob | Purpose::OverrideJob | Purpose::Impersonate)
}

impl Graph {
    /// The graph of the needs of some projects.
    pub fn new<'p>(projects: impl Iterator<Item = &'p Project>, sources: &[Source]) -> Self {
        let mut edges: BTreeMap<Key, (Node, Node, Edge)> = BTreeMap::new();
        for project in projects {
            for (need, verdict) in project.needs().iter().filter(|(need, _)| is_call(need)) {
                let (caller, target) = (caller(need, sources), target(need));
                let edge = edge(need, verdict, project, sources);
                let key = (key(&target), key(&caller), edge.account.clone(), edge.permission);
                // Of several ways to one call the worst counts.
                let known = edges.entry(key).or_insert_with(|| (caller, target, edge.clone()));
                if edge.verdict < known.2.verdict {
                    known.2 = edge;
                }
            }
        }
        let mut graph = Self::default();
        let (mut callers, mut targets) = (BTreeMap::new(), BTreeMap::new());
        // In the order of targets, so that lines seldom cross.
        for (caller, target, mut edge) in edges.into_values() {
            edge.from = number(&mut graph.callers, &mut callers, caller);
            edge.to = number(&mut graph.targets, &mut targets, target);
            graph.edges.push(edge);
        }
        graph
    }

    /// The edges whose caller and target have these names, or of which a part is these.
    pub fn between<'g>(&'g self, caller: &'g str, target: &'g str) -> impl Iterator<Item = &'g Edge> {
        let is = |node: Option<&Node>, name: &str| node.is_some_and(|node| node.name == name);
        self.edges.iter().filter(move |edge| {
            let account = edge.account.split('@').next().unwrap_or("");
            let from = is(self.callers.get(edge.from), caller) || edge.account == caller || account == caller;
            let to = is(self.targets.get(edge.to), target)
                || self.targets.get(edge.to).is_some_and(|node| node.name.split('@').next() == Some(target));
            from && to
        })
    }
}

fn number(nodes: &mut Vec<Node>, known: &mut BTreeMap<String, usize>, node: Node) -> usize {
    *known.entry(key(&node)).or_insert_with(|| {
        nodes.push(node);
        nodes.len() - 1
    })
}

fn key(node: &Node) -> String {
    format!("{} {}", node.kind, node.name)
}

fn caller(need: &Need, sources: &[Source]) -> Node {
    let name = match &need.name {
        Some(name) => shown(&name.to_string()),
        // What has no name is known by where it stands.
        None => at(need.place, sources).unwrap_or_default(),
    };
    Node { kind: need.actor.shown().to_owned(), name }
}

fn target(need: &Need) -> Node {
    match &need.on {
        Some(on) => Node { kind: on.kind_shown().to_owned(), name: shown(&on.name.to_string()) },
        None => Node { kind: "not known".to_owned(), name: "?".to_owned() },
    }
}

fn edge(need: &Need, verdict: &Verdict, project: &Project, sources: &[Source]) -> Edge {
    let account = match (need.account(), &need.principal) {
        (Some(account), _) => shown(&account.value.to_string()),
        (None, crate::project::Principal::Default) => "the default account".to_owned(),
        (None, _) => "not known".to_owned(),
    };
    let step = |told: &crate::project::Told| (shown(&told.text), told.place.and_then(|place| at(place, sources)));
    Edge {
        from: 0,
        to: 0,
        does: need.purpose.does(need.actor),
        account,
        token: need.purpose.token(),
        permission: need.permissions.first().copied().unwrap_or_default(),
        verdict: Judged::of(verdict),
        steps: project.told(need, verdict).iter().map(step).collect(),
    }
}

/// `deploy.sh:12:3`
fn at(place: Place, sources: &[Source]) -> Option<String> {
    let source = sources.get(place.file.0 as usize)?;
    let position = source.position(place.span.start);
    Some(format!("{}:{}:{}", shown(source.path()), position.line, position.column))
}
