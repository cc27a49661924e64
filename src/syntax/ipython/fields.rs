//! What Jupyter fills in before a shell sees a command: `{expression}` and `$name`.

use std::ops::Range;

use super::is_name;
use super::python::element;

/// Bytes in which the end of a field is looked for.
const NEAR: usize = 300;

/// The fields of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    /// In order and apart from each other; ranges are those of the text.
    pub list: Vec<(Field, Range<usize>)>,
    /// Whether one of them surely fails. The command runs as it is written then.
    pub fails: bool,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// `{x}`, `{x[0]}`
    Name(String),
    /// `$x`, which is the shell's where no such name is.
    Dollar(String),
    /// `{f(x)}`
    Other,
    /// `{{`, `}}`, `$$x`: what it comes to.
    Text(String),
}

/// Finds the fields of a command.
pub fn fields(text: &str) -> Fields {
    let mut out = Fields::default();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(['{', '}', '$'])).map(|offset| at + offset) {
        let rest = text.get(start..).unwrap_or("");
        let (field, length) = match rest.as_bytes() {
            [b'{', b'{', ..] => (Some(Field::Text("{".to_owned())), 2),
            [b'}', b'}', ..] => (Some(Field::Text("}".to_owned())), 2),
            [b'{', ..] => {
                let near = rest.get(..rest.floor_char_boundary(NEAR)).unwrap_or(rest);
                let inner = near.find('}').and_then(|end| near.get(1..end));
                let Some(inner) = inner.filter(|inner| is_expression(inner)) else {
                    return Fields { list: Vec::new(), fails: true };
                };
                let name = element(inner.trim());
                (Some(name.map_or(Field::Other, Field::Name)), inner.len() + 2)
            }
            // A single one is an error.
            [b'}', ..] => return Fields { list: Vec::new(), fails: true },
            _ => dollar(rest),
        };
        if let Some(field) = field {
            out.list.push((field, start..start + length));
        }
        at = start + length;
    }
    out
}

/// `$x` and `$$x`. What is neither is the shell's.
fn dollar(rest: &str) -> (Option<Field>, usize) {
    let behind = rest.get(1..).unwrap_or("");
    let (own, escaped) = behind.strip_prefix('$').map_or((behind, 0), |own| (own, 1));
    let length = own.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(own.len());
    let word = own.get(..length).unwrap_or("");
    if length == 0 {
        return (None, 1);
    }
    let field = match () {
        () if escaped == 1 => Field::Text(format!("${word}")),
        () if is_name(word) => Field::Dollar(word.to_owned()),
        // `$1`, and `$x.y`, which is taken for an attribute.
        () => Field::Other,
    };
    let taken = if field == Field::Other { word.find('.').unwrap_or(length) } else { length };
    (Some(field), 1 + escaped + taken)
}

/// Whether what stands in braces may be an expression of Python, and not the text of a document or a program.
fn is_expression(inner: &str) -> bool {
    let inner = inner.trim();
    inner.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && !inner.contains(['\n', '\\', '$', ';', '{'])
        && !inner.split_once(char::is_whitespace).is_some_and(|(first, rest)| {
            // Two words side by side are none.
            is_name(first)
                && rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || c == '$' || c == '"')
                && !matches!(rest.split_whitespace().next(), Some("if" | "or" | "and" | "in" | "is" | "for" | "not"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, Field)> {
        let fields = fields(text);
        assert!(!fields.fails, "{text}");
        fields.list.into_iter().map(|(field, range)| (text.get(range).unwrap().to_owned(), field)).collect()
    }

    fn pair(text: &str, field: Field) -> (String, Field) {
        (text.to_owned(), field)
    }

    #[test]
    fn fields_are_expressions_in_braces_and_names_behind_a_dollar() {
        let name = |name: &str| Field::Name(name.to_owned());
        let dollar = |name: &str| Field::Dollar(name.to_owned());
        assert_eq!(
            found("a {X} {x[0]} $Y/$Z"),
            [pair("{X}", name("X")), pair("{x[0]}", name("x[0]")), pair("$Y", dollar("Y")), pair("$Z", dollar("Z"))]
        );
        assert_eq!(
            found("{f(x)} {a.b} {x[1]}"),
            [pair("{f(x)}", Field::Other), pair("{a.b}", Field::Other), pair("{x[1]}", Field::Other)]
        );
        assert_eq!(
            found("$(date) $$HOME {{x}} $"),
            [
                pair("$$HOME", Field::Text("$HOME".into())),
                pair("{{", Field::Text("{".into())),
                pair("}}", Field::Text("}".into()))
            ]
        );
        assert_eq!(found("a@$P.iam"), [pair("$P", Field::Other)]);
    }

    #[test]
    fn what_is_no_expression_leaves_all_as_it_is() {
        for text in ["-d '{\"a\": 1}' {X}", "awk '{print $1}'", "{}", "a } b", "{ x", "json={'a': 1}"] {
            assert!(fields(text).fails, "{text}");
        }
    }
}
