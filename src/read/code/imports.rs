//! Which files a program takes names from, by its text alone: no fewer than its tree says. For programs that are perhaps not
//! read at all.

use super::library::{item, paths};
use crate::syntax::code::Language;

/// Things of a file that are looked for, and bytes of the statement that names them.
const MAX_TAKEN: usize = 2000;
const MAX_STATEMENT: usize = 8 * 1024;

/// The paths of the files of each thing that a text may take from others.
pub(super) fn taken(text: &str, language: Language) -> Vec<Vec<String>> {
    let mut modules: Vec<String> = match language {
        Language::Python => of_python(text),
        Language::JavaScript | Language::TypeScript => near(text),
        Language::Go => Vec::new(),
    };
    modules.sort_unstable();
    modules.dedup();
    modules.truncate(MAX_TAKEN);
    modules.iter().filter_map(|module| paths(module, language)).collect()
}

/// The modules that `import` and `from` name, and what is taken from them, which may be modules, too.
fn of_python(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let begins = |(at, _): &(usize, &str)| {
        let before = text.get(..*at).unwrap_or("").trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with(['\n', ';', ':'])
    };
    for (at, word) in text.match_indices("import ").chain(text.match_indices("import\t")).filter(begins).take(MAX_TAKEN)
    {
        let names = statement(text.get(at + word.len()..).unwrap_or(""));
        for name in names.split(',').map(first) {
            // `import a.b` is known as `a`.
            modules.extend([name.clone(), name.split('.').next().unwrap_or("").to_owned()]);
        }
    }
    for (at, word) in text.match_indices("from ").chain(text.match_indices("from\t")).filter(begins).take(MAX_TAKEN) {
        let rest = text.get(at + word.len()..).unwrap_or("");
        let statement = statement(rest);
        let is_word = |(at, _): &(usize, &str)| {
            let (before, behind) = statement.split_at(*at);
            before.ends_with([' ', '\t', '.'])
                && behind.strip_prefix("import").is_some_and(|rest| rest.starts_with([' ', '\t', '(', '*']))
        };
        let Some((at, word)) = statement.match_indices("import").find(is_word) else { continue };
        let (module, names) = (statement.get(..at).unwrap_or(""), statement.get(at + word.len()..).unwrap_or(""));
        let module: String = module.chars().filter(|c| !c.is_whitespace()).collect();
        let names = names.trim_matches([' ', '\t', '(', ')']).split(',').map(first);
        modules.extend(names.filter(|name| !name.is_empty() && name != "*").map(|name| item(&module, &name)));
        modules.push(module);
    }
    modules.retain(|module| !module.is_empty());
    modules
}

/// A statement up to its end, brackets and continued lines being one, without comments.
fn statement(text: &str) -> String {
    let mut out = String::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("").trim_end();
        let (line, goes_on) = line.strip_suffix('\\').map_or((line, false), |line| (line, true));
        open = (open || line.contains('(')) && !line.contains(')');
        out.push_str(line);
        if !open && !goes_on || out.len() > MAX_STATEMENT {
            break;
        }
        out.push(' ');
    }
    out.split(';').next().unwrap_or("").to_owned()
}

/// The name before `as`.
fn first(name: &str) -> String {
    name.split_whitespace().take_while(|word| *word != "as").collect()
}

/// All texts that name a file from the one that they stand in.
fn near(text: &str) -> Vec<String> {
    let quoted = |quote: char| {
        text.match_indices(quote).filter_map(move |(at, _)| {
            let rest = text.get(at + 1..).filter(|rest| rest.starts_with('.'))?;
            let module = rest.split([quote, '\n']).next()?;
            (module.len() < 300).then(|| module.to_owned())
        })
    };
    ['"', '\'', '`'].into_iter().flat_map(quoted).take(MAX_TAKEN).collect()
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
    }

    #[test]
    fn what_is_taken_is_bounded() {
        for text in ["from a import (\n".repeat(20_000), "import ".repeat(100_000), "import a.b\n".repeat(50_000)] {
            assert!(of_python(&text).len() <= MAX_TAKEN * MAX_STATEMENT);
            assert!(taken(&text, Language::Python).len() <= MAX_TAKEN);
        }
        let names = (0..10_000).map(|number| format!("'./{number}'")).collect::<Vec<_>>().join(",");
        assert_eq!(taken(&names, Language::JavaScript).len(), MAX_TAKEN);
    }

    #[test]
    fn texts_of_javascript() {
        let mut modules =
            near("import a from './a';\nconst b = require(\"../b.js\"), c = await import(`./c`);\nx = 'y'");
        modules.sort_unstable();
        assert_eq!(modules.join(" "), "../b.js ./a ./c");
    }
}
