//! Commands that programs of other languages than a shell run: lists of words, and lines for a shell.

use super::declare::Trees;
use super::exec::Machine;
use super::expand::Words;
use super::when::When;
use crate::program::{Command, Execution, Node};
use crate::value::{List, Piece, Place, Tree, Value};

impl Machine<'_> {
    /// What a command prints that a program runs.
    pub(super) fn execute(&mut self, execution: &Execution) -> Trees {
        // A line that is cut into words is the same as one for a shell.
        let command = match &execution.command {
            Node::Split(line, None) => self.tree(line),
            command => self.tree(command),
        };
        let outer = self.input.take();
        self.input = execution.input.as_ref().and_then(|node| {
            let trees = self.tree(node);
            trees.into_iter().next().and_then(|(_, tree)| tree.text().cloned())
        });
        let out = self.execute_all(command, execution.place);
        self.input = outer;
        out
    }

    /// Runs each alternative of a command, one of which it is.
    pub(super) fn execute_all(&mut self, alternatives: Trees, place: Place) -> Trees {
        let alternatives = alternatives.into_iter().filter_map(|(when, tree)| Some((when.and(&self.env.path)?, tree)));
        let alternatives: Trees = alternatives.collect();
        let printed = self.captured(place, |machine| {
            machine.one_of(alternatives, |machine, when, tree| machine.execute_one(&when, tree));
        });
        self.contents_of(printed)
    }

    fn execute_one(&mut self, when: &When, tree: Tree) {
        match tree {
            Tree::List(list) => {
                let word = |item: &Tree| match item {
                    Tree::Text(value) => value.clone(),
                    other => other.place().map_or_else(Value::default, Value::unknown),
                };
                let items = list.items.iter().map(word).collect();
                let words = Words { when: when.clone(), list: List { items, open: list.open } };
                let command = Command { prints: true, ..Command::default() };
                self.invoke(&command, words, self.input.clone());
            }
            Tree::Text(value) => self.line(&value),
            Tree::Null(_) | Tree::Map(_) => {}
        }
    }

    /// Runs a line of a shell. What is not literal in it is a variable of that shell.
    fn line(&mut self, line: &Value) {
        let Some(script) = self.link.line(line) else { return };
        self.scoped(|machine| {
            for (number, piece) in line.pieces().iter().filter(|piece| !matches!(piece, Piece::Text(..))).enumerate() {
                let tree = Tree::Text(piece.clone().into());
                machine.hold(&filling(number), vec![(When::default(), tree)]);
            }
            machine.block(&script);
        });
    }

    /// Whether a tree is a command that is asked for: a list that begins with its name, or a line that does.
    pub(super) fn is_command(&self, tree: &Tree) -> bool {
        let named = |word: &str| (self.asked.concerns)(word.rsplit(['/', '\\']).next().unwrap_or(word));
        match tree {
            Tree::List(list) => {
                list.items.first().and_then(Tree::text).and_then(Value::literal).is_some_and(|word| named(&word))
            }
            Tree::Text(value) => {
                let start = value.known_prefix();
                start.trim_start().split_once(char::is_whitespace).is_some_and(|(word, _)| named(word))
            }
            Tree::Null(_) | Tree::Map(_) => false,
        }
    }
}

/// The variable that stands in a line for what is not literal in it, by its number.
pub fn filling(number: usize) -> String {
    format!(".filling{number}")
}
