//! The lines of a justfile, one after the other.

use super::value::Values;
use super::{Assign, Justfile, Parameter, Recipe, Value};
use crate::source::Snippet;

/// Parses a file. Never fails: what is not understood is not there.
pub fn parse(snippet: &Snippet) -> Justfile {
    let mut parser = Parser { snippet, at: 0, attributes: None, script: false, file: Justfile::default() };
    while parser.at < snippet.text().len() {
        parser.line();
    }
    parser.file
}

struct Parser<'s> {
    snippet: &'s Snippet,
    at: usize,
    /// Where the attributes of the next recipe begin.
    attributes: Option<usize>,
    /// Whether these make it one script.
    script: bool,
    file: Justfile,
}

impl Parser<'_> {
    fn rest(&self, from: usize) -> &str {
        self.snippet.text().get(from..).unwrap_or("")
    }

    /// The end of the line that an offset lies in, and the start of the next one.
    fn end(&self, from: usize) -> (usize, usize) {
        let rest = self.rest(from);
        let length = rest.find('\n').unwrap_or(rest.len());
        (from + length, (from + length + 1).min(self.snippet.text().len()))
    }

    fn values(&self, at: usize) -> Values<'_> {
        Values { snippet: self.snippet, at, end: self.snippet.text().len(), depth: 0, inside: 0 }
    }

    fn line(&mut self) {
        let start = self.at;
        let (end, next) = self.end(start);
        self.at = next;
        let line = self.snippet.slice(start..end);
        if line.trim().is_empty() || line.starts_with(['#', ' ', '\t']) {
            return;
        }
        if line.starts_with('[') {
            self.attributes.get_or_insert(start);
            self.script |= line.contains("script");
            return;
        }
        let first = line.split_whitespace().next().unwrap_or("");
        if first == "set" && self.setting(start + 3) {
            return;
        }
        if matches!(first, "import" | "import?") {
            let mut values = self.values(start + first.len());
            if let Value::Text(path) = values.term() {
                self.file.imports.push(path);
            }
            return;
        }
        if first == "export" && self.assignment(start, start + 6, true) || self.assignment(start, start, false) {
            return;
        }
        if matches!(first, "alias" | "mod" | "mod?" | "unexport") {
            return;
        }
        self.recipe(start);
    }

    fn setting(&mut self, from: usize) -> bool {
        let mut values = self.values(from);
        values.blank();
        let Some(name) = values.name() else { return false };
        values.blank();
        let value = if values.eat(":=") {
            values.blank();
            // Of a list the first one counts.
            values.eat("[");
            Some(values.value())
        } else {
            None
        };
        let at = values.at;
        self.at = self.end(at).1;
        self.file.settings.push((name, value));
        true
    }

    fn assignment(&mut self, start: usize, from: usize, export: bool) -> bool {
        let mut values = self.values(from);
        values.blank();
        let Some(name) = values.name() else { return false };
        values.blank();
        if !values.eat(":=") {
            return false;
        }
        let value = values.value();
        let at = values.at;
        let span = self.snippet.span(start..at);
        self.at = self.end(at).1;
        self.attributes = None;
        self.file.assigns.push(Assign { name, value, export, span });
        true
    }

    fn recipe(&mut self, start: usize) {
        let from = self.attributes.take().unwrap_or(start);
        let script = std::mem::take(&mut self.script);
        let mut values = self.values(start);
        values.eat("@");
        let Some(name) = values.name() else { return };
        let Some(parameters) = parameters(&mut values) else { return };
        let (mut head_end, mut next) = self.end(values.at);
        // Dependencies may go on.
        while self.snippet.slice(head_end.saturating_sub(1)..head_end) == "\\" && next > head_end {
            (head_end, next) = self.end(next);
        }
        let (body, at) = self.body(next);
        self.at = at;
        let script = script || body.text().starts_with("#!");
        let span = self.snippet.span(from..at.max(head_end)).to(self.snippet.span(start..head_end));
        self.file.recipes.push(Recipe { name, parameters, body, script, span });
    }

    /// The indented lines from an offset on, and where they end.
    fn body(&self, from: usize) -> (Snippet, usize) {
        let mut out = Snippet::builder();
        let (mut at, mut last) = (from, from);
        let mut indent: Option<&str> = None;
        let mut blank = Vec::new();
        while at < self.snippet.text().len() {
            let (end, next) = self.end(at);
            let line = self.snippet.slice(at..end);
            if line.trim().is_empty() {
                blank.push(end..next);
            } else if line.starts_with([' ', '\t']) {
                let own = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("");
                let indent = *indent.get_or_insert(own);
                let skipped = if line.starts_with(indent) { indent.len() } else { own.len() };
                blank.drain(..).for_each(|range| out.push_from(self.snippet, range));
                out.push_from(self.snippet, at + skipped..next);
                last = next;
            } else {
                break;
            }
            if next <= at {
                break;
            }
            at = next;
        }
        (out.finish(), last)
    }
}

/// Parameters up to the colon; `None` where this is no head of a recipe.
fn parameters(values: &mut Values) -> Option<Vec<Parameter>> {
    let mut out = Vec::new();
    loop {
        values.blank();
        if values.eat(":") {
            return Some(out);
        }
        let mut variadic = values.eat("*") || values.eat("+");
        let export = values.eat("$");
        variadic |= values.eat("*") || values.eat("+");
        let name = values.name()?;
        values.blank();
        let default = values.eat("=").then(|| values.term());
        out.push(Parameter { name, default, variadic, export });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Piece, pieces};
    use super::*;

    fn shown(value: &Value) -> String {
        match value {
            Value::Text(text) => format!("{:?}", text.text()),
            Value::Command(text) => format!("`{}`", text.text()),
            Value::Name(name, _) => name.clone(),
            Value::Join(parts) => parts.iter().map(shown).collect::<Vec<_>>().join("+"),
            Value::Path(left, right) => format!("{}/{}", shown(left), shown(right)),
            Value::Call(name, arguments, _) => {
                format!("{name}({})", arguments.iter().map(shown).collect::<Vec<_>>().join(","))
            }
            Value::If(choice) => format!(
                "if {} {:?} {} {} {}",
                shown(&choice.left),
                choice.relation,
                shown(&choice.right),
                shown(&choice.then),
                shown(&choice.otherwise)
            ),
            Value::Unknown(_) => "?".to_owned(),
        }
    }

    fn values(text: &str) -> Vec<String> {
        let file = parse(&Snippet::whole(text));
        let own = |assign: &Assign| {
            format!("{}{} {}", if assign.export { "export " } else { "" }, assign.name, shown(&assign.value))
        };
        file.assigns.iter().map(own).collect()
    }

    #[test]
    fn assignments() {
        assert_eq!(
            values(
                "a := \"b\\n\\\"\" # c\nexport D := 'e\\n' + a / \"f\"\ng:=`date {{a}}`\nh := env(\"X\", 'y' + a)\n\
                 i := if a == \"b\" { 'c' } else if a != 'd' { 'e' } else { f }\nj := (\n  a + \"k\"\n)\nl := x'$HOME'\nm := ''' '''\nn := '''\n    o\n      p\n  '''"
            ),
            [
                "a \"b\\n\\\"\"",
                "export D \"e\\\\n\"+a/\"f\"",
                "g `date {{a}}`",
                "h env(\"X\",\"y\"+a)",
                "i if a Equal \"b\" \"c\" if a Differ \"d\" \"e\" f",
                "j a+\"k\"",
                "l ?",
                "m \" \"",
                "n \"o\\n  p\\n\"",
            ]
        );
    }

    #[test]
    fn recipes() {
        let text = "set dotenv-load\nset shell := ['bash', '-c']\nimport 'a.just'\n[group: 'x']\n@deploy env='s' +targets: build (b \"c\")\n    gcloud a \\\n      --b\n\n    c {{env}}\n\nbuild $A *B='':\n\t#!/bin/sh\n\techo\nalias d := deploy\n";
        let file = parse(&Snippet::whole(text));
        let settings: Vec<_> =
            file.settings.iter().map(|(name, value)| (name.as_str(), value.as_ref().map(shown))).collect();
        assert_eq!(settings, [("dotenv-load", None), ("shell", Some("\"bash\"".to_owned()))]);
        assert_eq!(file.imports[0].text(), "a.just");
        let [deploy, build] = file.recipes.as_slice() else { panic!("{file:?}") };
        assert_eq!((deploy.name.as_str(), deploy.body.text()), ("deploy", "gcloud a \\\n  --b\n\nc {{env}}\n"));
        assert!(text.get(deploy.span.range()).unwrap().starts_with("[group") && !deploy.script && build.script);
        let parameters: Vec<_> = deploy
            .parameters
            .iter()
            .chain(&build.parameters)
            .map(|parameter| {
                (parameter.name.as_str(), parameter.default.as_ref().map(shown), parameter.variadic, parameter.export)
            })
            .collect();
        assert_eq!(
            parameters,
            [
                ("env", Some("\"s\"".to_owned()), false, false),
                ("targets", None, true, false),
                ("A", None, false, true),
                ("B", Some("\"\"".to_owned()), true, false),
            ]
        );
        let at = deploy.body.text().find("--b").unwrap();
        assert_eq!(text.get(deploy.body.span(at..at + 3).range()), Some("--b"));
    }

    #[test]
    fn interpolations() {
        let of = |text: &str| -> Vec<String> {
            pieces(&Snippet::whole(text))
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(range) => text.get(range).unwrap().to_owned(),
                    Piece::Braces(_) => "{{".to_owned(),
                    Piece::Value(_, value) => format!("<{}>", shown(&value)),
                })
                .collect()
        };
        assert_eq!(of("a{{b}}c{{ d + '}}' }}"), ["a", "<b>", "c", "<d+\"}}\">"]);
        assert_eq!(of("{{{{.X}} {{ ? }}{{"), ["{{", ".X}} ", "<?>", "{{"]);
    }

    #[test]
    fn hostile_shapes_end() {
        for text in [
            "a := (",
            "(",
            "{{",
            "{{ \"",
            "a := '''",
            "a := if ",
            "[x]\n",
            "a b=",
            "a:\n ",
            "a := 'b' + ",
            "a := b / ",
            "a := \"",
        ] {
            let text = text.repeat(20_000);
            let file = parse(&Snippet::whole(&text));
            file.recipes.iter().for_each(|recipe| drop(pieces(&recipe.body)));
            pieces(&Snippet::whole(&text));
        }
        parse(&Snippet::whole(&format!("a := {}", "(".repeat(100_000))));
        parse(&Snippet::whole(&format!("a := {}", "if a == b { c } else ".repeat(20_000))));
    }
}
