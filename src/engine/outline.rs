//! What a file is made of, by itself: how much of it is understood, and which parts are one thing to their reader.

use crate::program::{Block, Program, Step, StepKind};
use crate::read;
use crate::source::{FileId, Source, Span};

use super::parse;

/// Blocks within blocks that are looked through.
const MAX_DEPTH: usize = 60;

/// How many steps are read from a file of this name with these bytes; nothing where it is not read at all.
pub fn understood(path: &str, bytes: &[u8]) -> usize {
    parse(path, bytes, FileId(0)).map_or(0, |(_, program)| steps(&program.body, 0))
}

/// What a file does, as far as it is read, without the places where that stands: a comment changes nothing of it.
pub fn doings(path: &str, bytes: &[u8]) -> Option<String> {
    let (_, program) = parse(path, bytes, FileId(0)).ok()?;
    let shown = format!("{:?}", program.body);
    let mut parts = shown.split("Span { start: ");
    let mut out = parts.next()?.to_owned();
    for part in parts {
        out.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    // What has no name of its own is named after its place.
    let is_place = |c: char| c.is_ascii_digit() || c == ':';
    Some(out.split('…').map(|part| part.trim_start_matches(is_place)).collect::<Vec<_>>().join("…"))
}

/// Whether its parser takes all of a file of this name with these bytes; nothing where none would say so.
pub fn is_sound(path: &str, bytes: &[u8]) -> Option<bool> {
    read::is_sound(&Source::new(path, bytes).ok()?)
}

/// The regions and the statements of a file: what suppressions are about.
pub fn regions(source: &Source) -> (Vec<Span>, Vec<Span>) {
    let program = parse(source.path(), source.text().as_bytes(), FileId(0)).map(|(_, program)| program).ok();
    let steps = |program: &Program| program.body.iter().map(|step| step.span).collect();
    program.map(|program| (program.regions.clone(), steps(&program))).unwrap_or_default()
}

fn steps(block: &Block, depth: usize) -> usize {
    block.iter().map(|step| one(step, depth)).sum()
}

fn one(step: &Step, depth: usize) -> usize {
    let of = |block: &Block| if depth < MAX_DEPTH { steps(block, depth + 1) } else { 0 };
    match &step.kind {
        StepKind::Unknown => 0,
        StepKind::Pipe(parts) if depth < MAX_DEPTH => parts.iter().map(|part| one(part, depth + 1)).sum(),
        StepKind::Group(block) | StepKind::Function(_, block) | StepKind::Scope(block, _) => 1 + of(block),
        StepKind::Branch(arms) => 1 + arms.iter().map(|arm| of(&arm.test) + of(&arm.body)).sum::<usize>(),
        StepKind::Fallback(first, other) => 1 + of(first) + of(other),
        StepKind::Loop(each) => 1 + of(&each.body),
        StepKind::Routine(routine) => 1 + of(&routine.body),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_changes_nothing_of_what_a_file_does() {
        for (path, text, comment) in [
            ("a.sh", "if x; then\n  gcloud a --b=$(c)\nfi\n", "# why\n"),
            (
                "a.py",
                "import os\n\ndef f(x):\n    if g(x) == h(x):\n        return [1]\n    return k(os.environ['A'])\n",
                "# why\n",
            ),
            (
                "a.ts",
                "import {x} from 'y';\nif (g(x) === h(x)) { k([1], {a: 2}); }\nclass C { m() { return 1; } }\n",
                "// why\n",
            ),
            ("a.yaml", "on: push\njobs:\n  a:\n    steps:\n      - run: |\n          gcloud a\n", "# why\n"),
        ] {
            // A build without the grammar reads none of it.
            let Some(own) = doings(path, text.as_bytes()) else { continue };
            let above = doings(path, [comment, text].concat().as_bytes()).unwrap();
            assert_eq!(above, own, "{path}");
            let other = doings(path, text.replace("a --b", "z --b").replace("[1]", "[3]").as_bytes()).unwrap();
            assert!(own != other || path == "a.yaml", "{path}");
        }
        assert_ne!(doings("a.sh", b"echo 'x\ny'\n"), doings("a.sh", b"echo 'x\n# why\ny'\n"));
    }
}
