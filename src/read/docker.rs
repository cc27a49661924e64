//! Dockerfiles: what they run while an image is built, and what the image runs.
//!
//! Variables (`ENV`) go from one instruction to the next and to the programs that they run; arguments (`ARG`) do so up
//! to the end of their stage, and their defaults are only what holds where nobody gives another value. When the image
//! runs, its variables are only defaults, too.

mod stage;

use std::collections::BTreeMap;

use super::{Reader, shell, yaml};
use crate::program::{Expr, Program, Step};
use crate::source::{FileId, Source};
use crate::syntax::docker::{self, Instruction};
use stage::Stage;

/// Dockerfiles by name.
pub(super) const READER: Reader =
    Reader { name: "dockerfile", accepts, words: &["GOOGLE_APPLICATION_CREDENTIALS"], alone: None, read };

/// Steps that stages take over from others, all together.
const MAX_INHERITED: usize = 20_000;
/// Arguments above the first stage.
const MAX_GLOBALS: usize = 1000;
/// Parts that an argument's default may have once those of others are put in their place.
const MAX_PARTS: usize = 50;

fn accepts(path: &str, _start: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["dockerfile", "containerfile"].iter().any(|kind| {
        let before = name.strip_suffix(kind).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        let after = name.strip_prefix(kind).is_some_and(|after| match after.chars().next() {
            Some('.') => !after.ends_with("ignore"),
            Some('-' | '_') => !after.contains('.'),
            _ => false,
        });
        before || after
    })
}

fn read(source: &Source, file: FileId) -> Program {
    let snippet = source.snippet();
    let parsed = docker::parse(&snippet);
    let mut reading = Reading {
        file,
        escape: parsed.escape,
        globals: BTreeMap::new(),
        stages: BTreeMap::new(),
        budget: MAX_INHERITED,
        open: None,
        program: Program { file, ..Program::default() },
        steps: Vec::new(),
    };
    for instruction in &parsed.instructions {
        reading.instruction(instruction);
    }
    reading.close(true);
    Program { body: reading.steps.into(), ..reading.program }
}

struct Reading {
    file: FileId,
    escape: char,
    /// Arguments before the first stage, which those stages may take over that name them.
    globals: BTreeMap<String, Expr>,
    /// The stages that are over and have names.
    stages: BTreeMap<String, Stage>,
    /// Steps that may still be taken over.
    budget: usize,
    open: Option<Stage>,
    program: Program,
    steps: Vec<Step>,
}

impl Reading {
    fn instruction(&mut self, instruction: &Instruction) {
        if instruction.name == "FROM" {
            self.close(false);
            self.open = Some(self.stage(instruction));
            return;
        }
        let Some(stage) = &mut self.open else {
            if instruction.name == "ARG" {
                self.global(instruction);
            }
            return;
        };
        stage.span = stage.span.to(instruction.span);
        if matches!(instruction.name.as_str(), "RUN" | "CMD" | "ENTRYPOINT" | "COPY" | "ENV" | "ARG") {
            self.program.regions.push(instruction.span);
        }
        stage.instruction(instruction, &self.globals);
    }

    /// Ends the stage that is read.
    fn close(&mut self, is_last: bool) {
        if let Some(mut stage) = self.open.take() {
            self.program.regions.push(stage.span);
            self.steps.extend(stage.finish(is_last));
            if !stage.name.is_empty() {
                self.stages.insert(stage.name.clone(), stage);
            }
        }
    }

    /// `FROM image AS name`
    fn stage(&mut self, instruction: &Instruction) -> Stage {
        let mut words = instruction.text.text().split_whitespace();
        let image = words.next().unwrap_or("");
        let is_named = words.next().is_some_and(|word| word.eq_ignore_ascii_case("as"));
        let name = words.next().filter(|_| is_named).unwrap_or("").to_ascii_lowercase();
        let base = self.stages.get(&image.to_ascii_lowercase());
        Stage::new(name, self.file, self.escape, instruction.span, base, &mut self.budget)
    }

    /// An argument before the first stage. Others that its default names are put in their place.
    fn global(&mut self, instruction: &Instruction) {
        for (name, value, _) in stage::assignments(instruction, self.file, self.escape) {
            if let Some(value) = value.filter(|_| self.globals.len() < MAX_GLOBALS) {
                let value = stage::inlined(&value, &self.globals, MAX_PARTS);
                self.globals.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        for path in [
            "Dockerfile",
            "a/dockerfile",
            "Dockerfile.dev",
            "api.Dockerfile",
            "b.dockerfile",
            "Containerfile",
            "Dockerfile-prod",
        ] {
            assert!(accepts(path, ""), "{path}");
        }
        for path in
            ["Dockerfile.dockerignore", "mydockerfile", "dockerfile_parser.go", "dockerfiles", "docker-compose.yml"]
        {
            assert!(!accepts(path, ""), "{path}");
        }
    }
}
