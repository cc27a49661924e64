//! Directories that hold files of values and nothing else: `env/prod.tfvars`. Which root they are chosen for is told by
//! where they lie: below it, or beside it where it is the only one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::memory::Made;
use crate::program::{Definition, Program, Step, StepKind, Strength};

/// Directories above files of values in which their root may lie.
const LEVELS: usize = 3;
/// Files of values of one root.
const MAX_FILES: usize = 32;

/// Files of values by the directories that they are for.
pub(super) struct Values<'d> {
    by_root: BTreeMap<&'d Path, Vec<Arc<Program>>>,
}

impl<'d> Values<'d> {
    /// Of all directories that are roots, or hold values.
    pub fn new(
        directories: impl Iterator<Item = (&'d Path, &'d [Arc<Program>])>,
        mut known: Option<&mut Made<Program>>,
    ) -> Self {
        let (only_values, roots): (Vec<_>, Vec<_>) =
            directories.partition(|(_, programs)| programs.iter().all(|program| gives_values(program)));
        // The root below a directory, when it is the only one.
        let mut below: BTreeMap<&Path, Option<&Path>> = BTreeMap::new();
        for (root, _) in &roots {
            if let Some(parent) = root.parent() {
                below.entry(parent).and_modify(|only| *only = None).or_insert(Some(root));
            }
        }
        let is_root = |directory: &Path| roots.binary_search_by(|(root, _)| (*root).cmp(directory)).is_ok();
        let mut by_root: BTreeMap<&Path, Vec<Arc<Program>>> = BTreeMap::new();
        for (directory, programs) in only_values {
            let root = directory
                .ancestors()
                .skip(1)
                .take(LEVELS)
                .find_map(|above| if is_root(above) { Some(above) } else { below.get(above).copied().flatten() });
            if let Some(root) = root {
                let files = by_root.entry(root).or_default();
                let free = MAX_FILES.saturating_sub(files.len());
                files.extend(programs.iter().take(free).map(|program| match &mut known {
                    Some(known) => known.of(program, || chosen(program)),
                    None => Arc::new(chosen(program)),
                }));
            }
        }
        Self { by_root }
    }

    /// Those that are for a root.
    pub fn of(&self, root: &Path) -> impl Iterator<Item = Arc<Program>> {
        self.by_root.get(root).into_iter().flatten().cloned()
    }
}

/// Whether a file says what variables are, and nothing else.
fn gives_values(program: &Program) -> bool {
    let gives = |step: &Step| matches!(&step.kind, StepKind::Define(definition) if definition.strength != Strength::Default && definition.name.starts_with("var."));
    !program.body.is_empty() && program.body.iter().all(gives)
}

/// A file as one that is chosen by hand: it is not read by itself from another directory, whatever it is called.
fn chosen(program: &Program) -> Program {
    let step = |step: &Step| match &step.kind {
        StepKind::Define(definition) => {
            let kind = StepKind::Define(Definition { strength: Strength::Chosen, ..definition.clone() });
            Step { kind, span: step.span }
        }
        _ => step.clone(),
    };
    Program { file: program.file, body: program.body.iter().map(step).collect(), directory: true, ..Program::default() }
}
