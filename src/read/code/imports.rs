//! Which files a program takes names from, by its text alone: no fewer than its tree says. For programs that are perhaps not
//! read at all.

use std::collections::HashSet;

use super::library::{item, paths};
use crate::syntax::code::Language;

/// Things of a file that are looked for, and bytes of the statement that names them.
const MAX_TAKEN: usize = 2000;
const MAX_STATEMENT: usize = 8 * 1024;
/// Names of things before the same ones are put together.
const MAX_NAMES: usize = 5 * MAX_TAKEN;
/// Bytes of a path.
const MAX_PATH: usize = 300;

/// The paths of the files of each thing that a text may take from others.
pub(super) fn taken(text: &str, language: Language) -> Vec<Vec<String>> {
    let modules = match language {
        Language::Python => of_python(text),
        Language::JavaScript | Language::TypeScript => near(text),
        Language::Go => Vec::new(),
    };
    let mut known = HashSet::new();
    let new = modules.iter().filter(|module| known.insert(module.as_str())).take(MAX_TAKEN);
    new.filter_map(|module| paths(module, language)).collect()
}

/// The modules that `import` and `from` name, and what is taken from them, which may be modules, too.
fn of_python(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let room = |modules: &Vec<String>| MAX_NAMES.saturating_sub(modules.len());
    for statement in statements(text, "import", &[' ', '\t', '\\']) {
        for name in statement.split(',').map(first).take(room(&modules)) {
            // `import a.b` is known as `a`.
            modules.extend([name.clone(), name.split('.').next().unwrap_or("").to_owned()]);
        }
    }
    for statement in statements(text, "from", &[' ', '\t', '\\', '.']) {
        let is_word = |(at, word): &(usize, &str)| {
            let (before, behind) = (statement.get(..*at), statement.get(at + word.len()..));
            before.is_some_and(|before| before.ends_with([' ', '\t', '.']))
                && behind.is_some_and(|behind| behind.starts_with([' ', '\t', '(', '*']))
        };
        let Some((at, word)) = statement.match_indices("import").find(is_word) else { continue };
        let (module, names) = (statement.get(..at).unwrap_or(""), statement.get(at + word.len()..).unwrap_or(""));
        let module: String = module.chars().filter(|c| !c.is_whitespace()).collect();
        let names = names.trim_matches([' ', '\t', '(', ')']).split(',').map(first);
        let names = names.filter(|name| !name.is_empty() && name != "*").map(|name| item(&module, &name));
        let most = room(&modules);
        modules.extend(names.take(most));
        modules.push(module);
    }
    modules.retain(|module| !module.is_empty());
    modules
}

/// What follows a word at the start of each statement, up to the statement's end.
fn statements<'t>(text: &'t str, word: &'t str, behind: &'t [char]) -> impl Iterator<Item = String> + 't {
    let begins = move |(at, _): &(usize, &str)| {
        let before = text.get(..*at).unwrap_or("").trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', ';', ':'])
    };
    let rest = move |(at, word): (usize, &str)| text.get(at + word.len()..).filter(|rest| rest.starts_with(behind));
    text.match_indices(word).filter(begins).filter_map(rest).take(MAX_TAKEN).map(statement)
}

/// A statement up to its end, brackets and continued lines being one, without comments.
fn statement(text: &str) -> String {
    let text = text.get(..text.floor_char_boundary(MAX_STATEMENT)).unwrap_or(text);
    let mut out = String::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("").trim_end();
        let (line, goes_on) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        // What follows a colon, too, is another statement.
        let (line, ends) = line.split_once([';', ':']).map_or((line, false), |(line, _)| (line, true));
        open = (open || line.contains('(')) && !line.contains(')');
        out.push_str(line);
        if ends || !open && !goes_on {
            break;
        }
        out.push(' ');
    }
    out
}

/// The name before `as`.
fn first(name: &str) -> String {
    name.split_whitespace().take_while(|word| *word != "as").collect()
}

/// All texts that name a file from the one that they stand in, those of imports first.
fn near(text: &str) -> Vec<String> {
    let (mut imports, mut others) = (Vec::new(), Vec::new());
    for (at, quote) in text.match_indices(['"', '\'', '`']) {
        let rest = text.get(at + quote.len()..).filter(|rest| rest.starts_with('.')).unwrap_or("");
        let rest = rest.get(..rest.floor_char_boundary(MAX_PATH)).unwrap_or(rest);
        let Some((module, _)) = rest.split_once([quote.chars().next().unwrap_or('"'), '\n']) else { continue };
        let before = text.get(..at).unwrap_or("").trim_end();
        let is_import = ["from", "import", "import(", "require("].iter().any(|word| before.ends_with(word));
        let list = if is_import { &mut imports } else { &mut others };
        if list.len() < MAX_NAMES {
            list.push(module.to_owned());
        }
    }
    imports.append(&mut others);
    imports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_python() {
        let modules = |text: &str| of_python(text).join(" ");
        assert_eq!(modules("import a.b as c, d\n"), "a.b a d d");
        assert_eq!(
            modules("x = 1\nif x:\n    from lib.grants import (\n  one, # two\n  three as t,\n)\n"),
            "lib.grants.one lib.grants.three lib.grants"
        );
        assert_eq!(modules("from . import settings\nfrom ..a import *\n"), ".settings . ..a");
        assert_eq!(modules("try: import a; import b\n"), "a a b b");
        assert_eq!(modules("from import_a.imports import import_b\n"), "import_a.imports.import_b import_a.imports");
        assert_eq!(modules("from a \\\n  import b\nprint('x') # from c import d\n"), "b b a.b a");
        assert_eq!(
            modules("from.tool import sdk\nimport\\\n tool\nfrom\\\n a import\\\n b\n"),
            "tool tool .tool.sdk .tool a.b a"
        );
        assert_eq!(
            modules("if x:import\ta,b\nfrom .c import(d)\nfrom a import b;from c import(d,\n e)\n"),
            "a a b b .c.d .c a.b a c.d c.e c"
        );
        assert_eq!(modules("important = 1\nimport_a\nfromage import b\n"), "");
    }

    #[test]
    fn what_is_taken_is_bounded() {
        for text in [
            "from a import (\n".repeat(20_000),
            "from a import (b,b,b,b,b,b\n".repeat(20_000),
            "import ".repeat(100_000),
            "import a.b\n".repeat(50_000),
            format!("if x:{}", "import a,b,c:".repeat(20_000)),
            "from a import b,c;".repeat(20_000),
            format!("import {}", "a,".repeat(200_000)),
        ] {
            assert!(of_python(&text).len() <= 3 * MAX_NAMES);
            assert!(taken(&text, Language::Python).len() <= MAX_TAKEN);
        }
        let names = (0..10_000).map(|number| format!("'./{number}'")).collect::<Vec<_>>().join(",");
        assert_eq!(taken(&names, Language::JavaScript).len(), MAX_TAKEN);
        let paths = taken(&format!("{names}\nrequire(\"./tool\")"), Language::JavaScript);
        assert_eq!(
            paths.first().and_then(|paths| paths.first()).map(String::as_str),
            Some("./tool.ts"),
            "imports first"
        );
    }

    #[test]
    fn texts_of_javascript() {
        let mut modules = near(
            "x = './d'; import a from './a';\nexport * from \"./e\"; import './f'; const b = require(\"../b.js\"), c = await import(`./c`);\nx = 'y'",
        );
        modules.pop_if(|module| module == "./d").expect("what is no import is last");
        modules.sort_unstable();
        assert_eq!(modules.join(" "), "../b.js ./a ./c ./e ./f");
    }
}
