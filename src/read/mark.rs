//! What readers say of stretches of a program, for those who ask what surely runs: see [`Schema::Mark`].

use crate::program::{Declaration, Node, Schema, Step, StepKind};
use crate::value::Place;

/// Says something of what stands at a place.
pub(super) fn mark(kind: &str, place: Place) -> Step {
    let declaration = Declaration {
        schema: Schema::Mark,
        kind: kind.to_owned(),
        name: String::new(),
        head: place,
        body: Node::Map(Vec::new(), false),
        each: None,
    };
    Step { kind: StepKind::Declare(declaration.into()), span: place.span }
}
