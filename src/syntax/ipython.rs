//! A cell of Jupyter → its commands of a shell, its magics, and the names that its Python sets; never fails.
//!
//! Python is cut into logical lines and no further: what a name is set to is told where that is one plain text.
//! <https://ipython.readthedocs.io/en/stable/interactive/magics.html>, checked 2026-11-21.

mod fields;
mod python;

use std::ops::Range;

use crate::source::Snippet;

pub use fields::{Field, Fields, fields};
pub use python::{Piece, Value};

/// A cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What it does, in order.
    pub items: Vec<Item>,
    /// Its Python alone: the lines that are no commands and no magics.
    pub python: Snippet,
}

/// Something that a cell does; ranges are those of the cell's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: Range<usize>,
}

/// What a cell does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `!command`, `lines = !command`: a line that a shell runs, once Jupyter has filled in its fields.
    Command {
        /// The command.
        command: Range<usize>,
        /// The name that its lines are given.
        into: Option<String>,
    },
    /// `%%bash`: the whole cell is a script.
    Script {
        /// What stands behind the magic in its line.
        arguments: Range<usize>,
        /// The script.
        body: Range<usize>,
    },
    /// `%env NAME=text`: a variable of the processes that are started, with fields as in a command.
    Variable {
        /// Its name.
        name: String,
        /// Its text.
        text: Range<usize>,
    },
    /// `os.environ["NAME"] = value`
    Environ {
        /// The variable's name.
        name: String,
        /// Its value.
        value: Value,
    },
    /// `NAME = value`
    Set {
        /// The name.
        name: String,
        /// What it is set to.
        value: Value,
        /// Whether a form (`#@param`) asks for another one.
        asked: bool,
    },
    /// Something that may set any name: `%run`, `from x import *`.
    Unknown,
}

/// Parses a cell; never fails.
pub fn parse(snippet: &Snippet) -> Cell {
    let mut reader = Reader { text: snippet.text(), at: 0, items: Vec::new(), python: Vec::new() };
    reader.run();
    let mut python = Snippet::builder();
    for range in reader.python {
        python.push_from(snippet, range);
    }
    Cell { items: reader.items, python: python.finish() }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    items: Vec<Item>,
    /// The lines that are Python.
    python: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut is_first = true;
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            let line = rest.split('\n').next().unwrap_or("");
            let code = line.trim_start();
            let start = self.at + line.len() - code.len();
            let is_magic = code.starts_with('%') && !code.starts_with("%=");
            if is_first && (code.starts_with("%%") || code.starts_with("%sh") || code.starts_with("%bash")) {
                // Those that only watch a cell leave it what it is.
                if !self.cell_magic(start, code) {
                    self.at = self.text.len();
                }
                is_first = code.is_empty();
                continue;
            }
            is_first = is_first && code.is_empty();
            if code.starts_with('!') || is_magic {
                let end = joined(self.text, start);
                self.line_magic(start..end);
                self.at = (end + 1).min(self.text.len());
            } else {
                let end = python::logical(self.text, self.at);
                self.python(self.at..end);
                self.at = (end + 1).min(self.text.len());
            }
        }
    }

    fn push(&mut self, kind: Kind, range: Range<usize>) {
        self.items.push(Item { kind, range });
    }

    /// Takes the magic of a cell; says whether the rest of it is as without.
    fn cell_magic(&mut self, start: usize, line: &str) -> bool {
        let name = line.trim_start_matches('%').split_whitespace().next().unwrap_or("");
        let percents = line.len() - line.trim_start_matches('%').len();
        let behind = start + percents + name.len();
        let end = start + line.len();
        let body = (end + 1).min(self.text.len())..self.text.len();
        let first = self.text.get(behind..end).unwrap_or("").split_whitespace().find(|word| !word.starts_with('-'));
        let is_shell = |name: &str| matches!(name, "bash" | "sh" | "zsh" | "dash" | "ksh" | "shell");
        let is_script = match name {
            "script" => first.is_some_and(|first| is_shell(first.rsplit('/').next().unwrap_or(first))),
            name => is_shell(name),
        };
        match name {
            // The line of a magic of Databricks may go on behind it.
            _ if is_script && percents == 1 && behind < end => {
                self.push(Kind::Script { arguments: end..end, body: behind..self.text.len() }, start..self.text.len());
                false
            }
            _ if is_script => {
                let range = start..self.text.len();
                self.push(Kind::Script { arguments: behind..end, body }, range);
                false
            }
            "system" | "sx" | "!" => {
                self.push(Kind::Command { command: body, into: None }, start..self.text.len());
                false
            }
            "time" | "timeit" | "capture" | "prun" => {
                self.at = body.start;
                true
            }
            _ => {
                percents == 1 && {
                    let end = joined(self.text, start);
                    self.line_magic(start..end);
                    self.at = (end + 1).min(self.text.len());
                    true
                }
            }
        }
    }

    /// `!command` or `%magic`, with the lines that it goes on in.
    fn line_magic(&mut self, range: Range<usize>) {
        let mut at = range.start;
        loop {
            let rest = self.text.get(at..range.end).unwrap_or("");
            if rest.starts_with('!') {
                let command = at + rest.len() - rest.trim_start_matches('!').len()..range.end;
                return self.push(Kind::Command { command, into: None }, range);
            }
            let Some(magic) = rest.strip_prefix('%') else { return };
            let name = magic.split_whitespace().next().unwrap_or("");
            let behind = at + 1 + name.len();
            let inner = self.text.get(behind..range.end).unwrap_or("");
            let text = range.end - inner.trim_start().len()..range.end;
            match name {
                "time" | "timeit" => at = text.start,
                "system" | "sx" => return self.push(Kind::Command { command: text, into: None }, range),
                "env" | "set_env" => return self.variable(text, range),
                "run" | "store" | "load_ext" | "load" => return self.push(Kind::Unknown, range),
                _ => return,
            }
        }
    }

    /// `%env NAME=text`, `%env NAME text`
    fn variable(&mut self, text: Range<usize>, range: Range<usize>) {
        let line = self.text.get(text.clone()).unwrap_or("");
        let Some(at) = line.find(|c: char| c == '=' || c.is_whitespace()) else { return };
        let name = line.get(..at).unwrap_or("");
        let behind = line.get(at + 1..).unwrap_or("");
        let start = text.end - behind.trim_start().len();
        if is_name(name) {
            let end = start + behind.trim().len();
            self.push(Kind::Variable { name: name.to_owned(), text: start..end }, range);
        }
    }

    /// A logical line of Python.
    fn python(&mut self, range: Range<usize>) {
        let line = self.text.get(range.clone()).unwrap_or("");
        // `x = !command`, `x = %magic`
        if let Some((name, at)) = assigned_command(line) {
            let end = joined(self.text, range.start + at);
            let is_command = line.get(at..).is_some_and(|rest| rest.starts_with('!'));
            let command = range.start + at + 1..end;
            let kind = if is_command {
                Kind::Command { command, into: Some(name) }
            } else {
                Kind::Set { name, value: Value::Unknown, asked: false }
            };
            return self.push(kind, range.start..end);
        }
        self.python.push(range.start..(range.end + 1).min(self.text.len()));
        for kind in python::line(line, range.start) {
            self.push(kind, range.clone());
        }
    }
}

/// The name that the lines of a command or the result of a magic are given, and where that begins.
fn assigned_command(line: &str) -> Option<(String, usize)> {
    let (name, rest) = line.split_once('=')?;
    let value = rest.trim_start();
    let is_magic = value.strip_prefix('%').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_command = value.starts_with('!') && !value.starts_with("!=");
    ((is_command || is_magic) && is_name(name.trim())).then(|| (name.trim().to_owned(), line.len() - value.len()))
}

/// The end of a line with those that it goes on in.
fn joined(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let Some(length) = rest.find('\n') else { return text.len() };
        if !rest.get(..length).is_some_and(|line| line.trim_end().ends_with('\\')) {
            return at + length;
        }
        at += length + 1;
    }
}

/// Whether a text is a name of Python.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each item in a line.
    fn items(text: &str) -> Vec<String> {
        let cell = parse(&Snippet::whole(text));
        let show = |range: &Range<usize>| text.get(range.clone()).unwrap().to_owned();
        let value = |value: &Value| match value {
            Value::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(range) => show(range),
                    Piece::Name(name, _) => format!("[{name}]"),
                    Piece::Unknown(_) => "[?]".to_owned(),
                })
                .collect(),
            Value::Name(name) => format!("name {name}"),
            Value::Unknown => "?".to_owned(),
        };
        let shown = |item: &Item| match &item.kind {
            Kind::Command { command, into: None } => format!("! {}", show(command)),
            Kind::Command { command, into: Some(name) } => format!("{name} = ! {}", show(command)),
            Kind::Script { arguments, body } => format!("script{}: {}", show(arguments), show(body)),
            Kind::Variable { name, text } => format!("env {name}: {}", show(text)),
            Kind::Environ { name, value: set } => format!("environ {name}: {}", value(set)),
            Kind::Set { name, value: set, asked } => {
                format!("{name} = {}{}", value(set), if *asked { " @" } else { "" })
            }
            Kind::Unknown => "unknown".to_owned(),
        };
        cell.items.iter().map(shown).collect()
    }

    #[test]
    fn commands_and_magics() {
        assert_eq!(
            items("!gcloud a \\\n  --b\n! c\nx = !d {e}\n  !f\n!!g"),
            ["! gcloud a \\\n  --b", "!  c", "x = ! d {e}", "! f", "! g"]
        );
        assert_eq!(
            items("%env A=b c\n%env A b\n%env\n%set_env X=$Y\n%time !z\n%sx y\n%pip x"),
            ["env A: b c", "env A: b", "env X: $Y", "! z", "! y"]
        );
        assert_eq!(items("%%bash -s $X\ngcloud a\n"), ["script -s $X: gcloud a\n"]);
        assert_eq!(items("\n%%script bash\na"), ["script bash: a"]);
        assert_eq!(items("%%script false --no-raise-error\n!a"), [""; 0]);
        assert_eq!(items("%%writefile a.sh\n!gcloud a"), [""; 0]);
        assert_eq!(items("%%capture out\n!a"), ["! a"]);
        assert_eq!(items("%sh gcloud a\nb"), ["script:  gcloud a\nb"]);
        assert_eq!(items("x = %env A\n%run a.ipynb"), ["x = ?", "unknown"]);
    }

    #[test]
    fn what_stands_in_a_text_is_no_command() {
        assert_eq!(items("x = \"\"\"\n!gcloud a\n\"\"\"\n!b"), ["x = ?", "! b"]);
        assert_eq!(items("f(a,\n!= b)\n# !c\n!d"), ["! d"]);
        assert_eq!(items("print(\"\nx:\")\n!a"), ["! a"]);
        assert_eq!(items("a = b != c"), ["a = ?"]);
    }

    #[test]
    fn names_are_set() {
        assert_eq!(
            items(
                "A = \"b\"\nC = f'{A}-x{{y}}-{z()}'  # d\nD = \"e\" #@param {type:\"string\"}\nE = A\nF = x[0]\nG = h() + \"i\"\nH: str = 'j'"
            ),
            ["A = b", "C = [A]-x{y}-[?]", "D = e @", "E = name A", "F = name x[0]", "G = ?", "H = j"]
        );
        assert_eq!(
            items("if x:\n    A = \"b\"\nelse: B = 1\nC, D = 1, 2\nE = F = 'g'\nH += 'i'"),
            ["A = ?", "B = ?", "C = ?", "D = ?", "E = ?", "F = ?", "H = ?"]
        );
        assert_eq!(
            items(
                "import a.b as c, d\nfrom e import f, g as h\nfrom i import *\nfor j, k in l:\n  pass\ndef m(n): pass\nwith o() as p: pass"
            ),
            ["c = ?", "d = ?", "f = ?", "h = ?", "unknown", "j = ?", "k = ?", "m = ?", "p = ?"]
        );
        assert_eq!(
            items(
                "os.environ[\"A\"] = \"b\"\nos.environ['C'] = d\nA = 'x'; B = 'y'\nf(k=1)\nx[1] = 2\nx.y = 3\na == b"
            ),
            ["environ A: b", "environ C: name d", "A = x", "B = y"]
        );
        assert_eq!(
            items("A = (\n  'b'\n)\nB = 'c' 'd'\nC = 'e\\n'\nD = b'f'\nE = '''g'''\nF = r'h'\nif a == '=': pass"),
            ["A = ?", "B = ?", "C = ?", "D = ?", "E = ?", "F = h"]
        );
    }

    #[test]
    fn python_alone_is_kept() {
        let cell = parse(&Snippet::whole("%%time\nimport a\n!b\nx = !c\nprint(x)"));
        assert_eq!(cell.python.text(), "import a\nprint(x)");
    }

    #[test]
    fn a_cell_ends_anywhere() {
        for text in [
            "", "\n", "!", "%", "%%", "%%bash", "x =", "x = !", "x = \\", "'", "\"\"\"", "f'{", "(", ")", "%env",
            "%env A", "%env A=",
        ] {
            assert!(items(text).len() <= 1, "{text}");
        }
    }
}
