//! Where another machine begins, for readers of what runs somewhere else than where it is written.

use crate::program::{Declaration, Entry, Expr, Node, Schema, Step, StepKind};
use crate::value::Place;

/// Another machine begins: `hosted` for one that nobody has set up before, `runner` for any other one of a CI, `build` for
/// what the steps of a build share, `image` for an image that is built, `container` for what somebody starts.
pub(super) fn begins(on: &str, place: Place) -> Step {
    let declaration = Declaration {
        schema: Schema::Job,
        kind: String::new(),
        name: String::new(),
        head: place,
        body: Node::Map(vec![kind(on, place)], false),
        each: None,
    };
    Step { kind: StepKind::Declare(declaration.into()), span: place.span }
}

/// On which kind of machine a job runs.
pub(super) fn kind(on: &str, place: Place) -> Entry {
    Entry { name: "on".to_owned(), at: place, whole: place, value: Node::Text(Expr::text(on, place)) }
}
