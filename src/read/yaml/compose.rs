//! Compose files: what their services run. They describe a machine of one's own: nothing of them is deployed.
//!
//! <https://docs.docker.com/reference/compose-file/>, checked 2026-11-21.

use super::refer::{Reference, StandsFor, shell};
use super::script::{Word, machine};
use super::{Context, Kind, Reading};
use crate::program::Step;
use crate::syntax::yaml::{Kind as Shape, Node};

pub(super) const KIND: Kind = Kind { name: "compose", accepts, read };

fn accepts(path: &str, root: &Node) -> bool {
    let foreign = ["apiVersion", "kind", "jobs", "runtime", "stages"].iter().any(|key| root.get(key).is_some());
    let is_service = |node: &Node| ["image", "build", "extends"].iter().any(|key| node.get(key).is_some());
    let services = root.get("services").map(|pair| pair.value.pairs()).unwrap_or_default();
    let named = path.rsplit('/').next().unwrap_or(path).contains("compose");
    let around =
        ["version", "volumes", "networks", "secrets", "configs", "name"].iter().any(|key| root.get(key).is_some());
    // What only services of Compose hold.
    let own =
        |node: &Node| ["ports", "depends_on", "restart", "container_name"].iter().any(|key| node.get(key).is_some());
    !foreign
        && services.iter().any(|pair| is_service(&pair.value))
        && (named || around || services.iter().any(|pair| own(&pair.value)))
}

fn read(context: &Context, root: &Node, reading: &mut Reading) {
    let context = Context { references, ..*context };
    for pair in root.get("services").map(|pair| pair.value.pairs()).unwrap_or_default() {
        reading.regions.push(pair.span);
        let mut steps: Vec<Step> = Vec::new();
        if let Some(environment) = pair.value.get("environment") {
            steps.extend(context.variables(&environment.value));
        }
        let of = |key: &str| pair.value.get(key).map(|pair| &pair.value);
        match (of("entrypoint"), of("command")) {
            // A text is cut into words as a shell does it.
            (Some(text), None) | (None, Some(text)) if matches!(text.kind, Shape::Scalar(_)) => {
                steps.extend(context.scripts(text));
            }
            (entrypoint, command) => {
                let words: Vec<Word> = entrypoint.into_iter().chain(command).flat_map(Word::all).collect();
                steps.extend(context.executed(&words, pair.span));
            }
        }
        reading.steps.push(machine(&context, "container", steps, pair.span));
    }
}

/// `$X`, `${X}`, `${X:-default}`: from the environment of whoever starts it. `$$` is a `$`.
fn references(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    for part in text.split_inclusive("$$") {
        let (own, escaped) = part.strip_suffix("$$").map_or((part, false), |own| (own, true));
        found.extend(shell(own).into_iter().map(|reference| Reference {
            range: reference.range.start + at..reference.range.end + at,
            stands_for: outside(reference.stands_for),
        }));
        at += part.len();
        if escaped {
            found.push(Reference { range: at - 2..at, stands_for: StandsFor::Text("$".to_owned()) });
        }
    }
    // A `$(…)` is the shell's own.
    found.retain(|reference| !matches!(&reference.stands_for, StandsFor::Hole(shown) if shown.starts_with("$(")));
    found
}

/// What the services are given is not what the file is filled in with.
fn outside(stands_for: StandsFor) -> StandsFor {
    match stands_for {
        StandsFor::Variable(name) => StandsFor::Hole(format!("${{{name}}}")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_filled_in_from_outside() {
        let found: Vec<_> =
            references("a $X $$Y ${Z:-d} $(date) $$$W").into_iter().map(|found| found.stands_for).collect();
        let (hole, dollar) = (|name: &str| StandsFor::Hole(format!("${{{name}}}")), StandsFor::Text("$".into()));
        let default = StandsFor::VariableOr("Z".into(), "d".into());
        assert_eq!(found, [hole("X"), dollar.clone(), default, dollar, hole("W")]);
    }
}
