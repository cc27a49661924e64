//! What must be known of a workflow before its steps are read in order: which variables are set where, and whether steps
//! jump.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::expression;
use crate::syntax::yaml::{Kind, Node};

/// Names of variables and their parts that are followed in one document.
const MAX_NAMES: usize = 500;
/// How deep the parts of a variable are followed.
pub(super) const MAX_PARTS: usize = 3;

/// One workflow of a document, the main one or one that it calls.
#[derive(Default)]
pub(super) struct Survey<'n> {
    /// How often each variable, parts and all, is set.
    set: HashMap<String, usize>,
    /// Variables that are set to a map.
    maps: HashMap<String, &'n Node>,
    /// Whether a step goes on elsewhere than with the next one.
    jumps: bool,
    /// Variables and parts of them, dotted.
    pub names: BTreeSet<String>,
    /// What is called.
    pub called: HashSet<String>,
}

impl<'n> Survey<'n> {
    pub fn new(steps: &'n Node) -> Self {
        let mut survey = Self::default();
        survey.steps(steps);
        survey
    }

    /// Whether the value that a variable has cannot be told from the order of steps.
    pub fn is_uncertain(&self, name: &str) -> bool {
        self.jumps && self.times(name) > 1
    }

    /// The map that a variable surely is.
    pub fn map(&self, name: &str) -> Option<&'n Node> {
        self.maps.get(name).copied().filter(|_| self.times(name) == 1)
    }

    /// Whether a variable is set more than once.
    pub fn changes(&self, name: &str) -> bool {
        self.times(name) > 1
    }

    fn times(&self, name: &str) -> usize {
        self.set.get(root(name)).copied().unwrap_or(0)
    }

    fn steps(&mut self, steps: &'n Node) {
        let items = steps.items();
        for (index, item) in items.iter().enumerate() {
            let following = items.get(index + 1).and_then(step_name);
            for pair in item.pairs() {
                self.step(&pair.value, following);
            }
        }
    }

    fn step(&mut self, body: &'n Node, following: Option<&str>) {
        self.jumps |= jumps(body, following);
        for pair in body.get("assign").iter().flat_map(|pair| pair.value.items()).flat_map(Node::pairs) {
            let name = pair.key.text();
            *self.set.entry(root(name).to_owned()).or_default() += 1;
            if let Some(path) = expression::path(name) {
                if matches!(pair.value.kind, Kind::Mapping(_)) && path == name {
                    self.maps.insert(path.clone(), &pair.value);
                }
                self.name(path, &pair.value, 0);
            }
        }
        for name in body.get("result").iter().filter_map(|pair| pair.value.text()) {
            *self.set.entry(root(name).to_owned()).or_default() += 1;
        }
        if let Some(called) = body.get("call").and_then(|pair| pair.value.text()) {
            self.called.insert(called.to_owned());
        }
        for item in body.get("switch").iter().flat_map(|pair| pair.value.items()) {
            self.step(item, following);
        }
        if let Some(pair) = body.get("for") {
            self.within(&pair.value);
        }
        if let Some(pair) = body.get("parallel") {
            for branch in pair.value.get("branches").iter().flat_map(|pair| pair.value.items()).flat_map(Node::pairs) {
                self.within(&branch.value);
            }
            if let Some(pair) = pair.value.get("for") {
                self.within(&pair.value);
            }
        }
        if let Some(pair) = body.get("try") {
            self.step(&pair.value, following);
        }
        if let Some(pair) = body.get("except") {
            self.within(&pair.value);
        }
        self.within(body);
    }

    fn within(&mut self, body: &'n Node) {
        if let Some(pair) = body.get("steps") {
            self.steps(&pair.value);
        }
    }

    fn name(&mut self, path: String, value: &Node, depth: usize) {
        if self.names.len() >= MAX_NAMES {
            return;
        }
        if depth < MAX_PARTS && matches!(value.kind, Kind::Mapping(_)) {
            for pair in value.pairs() {
                self.name(format!("{path}.{}", pair.key.text()), &pair.value, depth + 1);
            }
        }
        self.names.insert(path);
    }
}

/// The variable of a dotted name.
pub(super) fn root(name: &str) -> &str {
    name.split(['.', '[']).next().unwrap_or(name)
}

/// The name of a step.
pub(super) fn step_name(item: &Node) -> Option<&str> {
    item.pairs().first().map(|pair| pair.key.text())
}

/// Whether a step itself goes on elsewhere than with the next one.
fn jumps(body: &Node, following: Option<&str>) -> bool {
    let next = body.get("next").and_then(|pair| pair.value.text());
    next.is_some_and(|next| !matches!(next, "end" | "break" | "continue") && Some(next) != following)
}

/// Whether what a step or one of those within it does may not go on with the next one.
pub(super) fn leaves(body: &Node, following: Option<&str>) -> bool {
    let ends = body.get("return").is_some() || body.get("raise").is_some();
    let elsewhere = body.get("next").is_some_and(|pair| pair.value.text() != following);
    let within = |key: &str| {
        body.get(key).iter().flat_map(|pair| pair.value.items()).any(|item| match key {
            "switch" => leaves(item, following),
            _ => item.pairs().iter().any(|pair| leaves(&pair.value, None)),
        })
    };
    ends || elsewhere || within("steps") || within("switch")
}
