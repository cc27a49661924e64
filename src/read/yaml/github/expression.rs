//! Expressions in texts of workflows: `${{ env.X }}`, `${{ inputs.x || 'y' }}`. What is not understood is a hole, the
//! same one for equal texts.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>, checked 2026-11-21.

use crate::read::yaml::refer::{Reference, StandsFor};

/// How long an expression may be.
const LONGEST: usize = 500;
/// Contexts that somebody means who forgets the dollar sign.
const CONTEXTS: &[&str] = &["secrets", "vars", "env", "inputs", "github", "steps", "needs", "matrix"];

/// The expressions in a text.
pub(super) fn expressions(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${{")).map(|offset| at + offset) {
        at = start + 3;
        let Some(length) = text.get(at..).and_then(inner_length) else { continue };
        let inner = text.get(at..at + length).unwrap_or("").trim();
        at += length + 2;
        found.push(Reference { range: start..at, stands_for: stands_for(inner) });
    }
    found
}

/// The expressions in an input of an action, which is no template of another language: `{{ secrets.X }}` is a text.
pub(super) fn inputs(text: &str) -> Vec<Reference> {
    let mut found = expressions(text);
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|offset| at + offset) {
        at = start + 2;
        let rest = text.get(at..).unwrap_or("");
        let named = |context: &str| rest.trim_start().strip_prefix(context).is_some_and(|rest| rest.starts_with('.'));
        if text.get(..start).is_some_and(|before| before.ends_with('$')) || !CONTEXTS.iter().any(|name| named(name)) {
            continue;
        }
        if let Some(length) = inner_length(rest) {
            let range = start..at + length + 2;
            at = range.end;
            let stands_for = StandsFor::Text(text.get(range.clone()).unwrap_or("").to_owned());
            found.push(Reference { range, stands_for });
        }
    }
    found.sort_by_key(|reference| reference.range.start);
    found
}

/// The length up to the braces that end an expression. Its strings are in single quotes.
fn inner_length(text: &str) -> Option<usize> {
    let mut quoted = false;
    let bytes = text.as_bytes();
    for (index, pair) in bytes.windows(2).take(LONGEST).enumerate() {
        match pair {
            [b'\'', _] => quoted = !quoted,
            b"}}" if !quoted => return Some(index),
            // Another one begins: this one was not closed.
            b"${" if !quoted => return None,
            _ => {}
        }
    }
    None
}

fn stands_for(inner: &str) -> StandsFor {
    let shown = || format!("${{{{ {} }}}}", inner.split_whitespace().collect::<Vec<_>>().join(" "));
    if let Some(text) = literal(inner) {
        return StandsFor::Text(text);
    }
    if let Some((first, default)) = inner.split_once("||")
        && let (Some(name), Some(default)) = (variable(first.trim()), literal(default.trim()))
    {
        return StandsFor::VariableOr(name, default);
    }
    match variable(inner) {
        // What runs sees these as variables of its own.
        Some(name) if inner.starts_with("env.") => StandsFor::Variable(name),
        Some(name) => StandsFor::Named(name, shown()),
        None => StandsFor::Hole(shown()),
    }
}

/// The variable that a path of names stands for.
fn variable(path: &str) -> Option<String> {
    let plain =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !path.split('.').all(plain) {
        return None;
    }
    if let Some(name) = path.strip_prefix("env.") {
        return (!name.contains('.')).then(|| name.to_owned());
    }
    let path = path.strip_prefix("github.event.").filter(|rest| rest.starts_with("inputs.")).unwrap_or(path);
    let known = ["inputs.", "matrix.", "steps.", "vars.", "secrets."];
    known.iter().any(|start| path.starts_with(start)).then(|| path.to_owned())
}

/// `'text'`
fn literal(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let unquoted = inner.replace("''", "");
    (!unquoted.contains('\'')).then(|| inner.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<StandsFor> {
        expressions(text).into_iter().map(|reference| reference.stands_for).collect()
    }

    #[test]
    fn what_expressions_stand_for() {
        let named = |name: &str, shown: &str| StandsFor::Named(name.to_owned(), shown.to_owned());
        assert_eq!(
            found("a ${{ env.X }}-${{env.Y}}"),
            [StandsFor::Variable("X".into()), StandsFor::Variable("Y".into())]
        );
        assert_eq!(found("${{ github.event.inputs.env }}"), [named("inputs.env", "${{ github.event.inputs.env }}")]);
        assert_eq!(found("${{ secrets.A  }}"), [named("secrets.A", "${{ secrets.A }}")]);
        assert_eq!(found("${{ inputs.x || 'it''s' }}"), [StandsFor::VariableOr("inputs.x".into(), "it's".into())]);
        assert_eq!(found("${{ 'a}}b' }}"), [StandsFor::Text("a}}b".into())]);
        assert_eq!(found("${{ a && 'b' || 'c' }}"), [StandsFor::Hole("${{ a && 'b' || 'c' }}".into())]);
        assert_eq!(found("${{ github.sha }}"), [StandsFor::Hole("${{ github.sha }}".into())]);
        assert_eq!(found("${{ env.X"), []);
    }

    #[test]
    fn a_forgotten_dollar_is_text() {
        let found = inputs("{{ secrets.X }} ${{ secrets.Y }} {{ other }}");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].stands_for, StandsFor::Text("{{ secrets.X }}".into()));
        assert_eq!(found[0].range, 0..15);
    }
}
