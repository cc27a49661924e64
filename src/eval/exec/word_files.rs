//! Words that stand in files which a command names by a flag.

use super::Machine;
use crate::eval::{MAX_CALLS, MAX_ITEMS};
use crate::program::{Program, StepKind};
use crate::value::{List, Value};

impl Machine<'_> {
    /// A command's words, those of files that it names in their place.
    pub(super) fn with_word_files(&mut self, list: List) -> List {
        let flags = self.asked.word_files;
        let named = |word: &Value| flags.iter().any(|flag| word.known_prefix().starts_with(flag));
        if self.sites.len() >= MAX_CALLS || self.steps >= self.most || !list.items.iter().any(named) {
            return list;
        }
        let mut out = List { items: Vec::new(), open: list.open };
        let mut words = list.items.into_iter().peekable();
        while let Some(word) = words.next() {
            let given = flags.iter().find_map(|flag| word.strip_prefix(flag));
            // `--flag=PATH`, or `--flag PATH`
            let glued = given.as_ref().and_then(|given| given.strip_prefix("="));
            let apart = given.filter(|given| given.is_empty().is_yes()).and_then(|_| words.peek().cloned());
            let is_apart = glued.is_none() && apart.is_some();
            let program = glued.or(apart).and_then(|path| self.link.find(self.file, &path));
            // One that is being read already names itself.
            let program = program.filter(|program| !self.word_files.contains(&program.file));
            match program.and_then(|program| self.words_of(&program)) {
                Some(more) => {
                    if is_apart {
                        words.next();
                    }
                    let room = MAX_ITEMS.saturating_sub(out.items.len());
                    out.open |= more.open || more.items.len() > room;
                    out.items.extend(more.items.into_iter().take(room));
                }
                None => out.items.push(word),
            }
        }
        out
    }

    /// The words that a file holds: what it sets the positional parameters to.
    fn words_of(&mut self, program: &Program) -> Option<List> {
        let is_words = program.body.iter().any(|step| matches!(step.kind, StepKind::Parameters(_)));
        let mut words = None;
        if is_words {
            self.steps += 1;
            self.word_files.push(program.file);
            self.sited(|machine| {
                machine.scoped(|machine| {
                    let file = std::mem::replace(&mut machine.file, program.file);
                    machine.block(&program.body);
                    let list = machine.env.parameters.list.clone();
                    words = Some(machine.with_word_files(list));
                    machine.file = file;
                });
            });
            self.word_files.pop();
        }
        words
    }
}
