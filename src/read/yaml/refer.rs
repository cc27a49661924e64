//! How texts of a document refer to what is defined elsewhere: `$X`, `${{ env.X }}`, `$_SUBSTITUTION`.

use std::ops::Range;

/// How many bytes of a text are searched for the end of one reference: a text may hold many that do not end.
const MAX_REFERENCE: usize = 500;

/// Finds the references in a text. Those that begin inside of others are left out later.
pub(in crate::read) type References = fn(&str) -> Vec<Reference>;

/// A reference in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) struct Reference {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What it stands for.
    pub stands_for: StandsFor,
}

/// What a reference stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) enum StandsFor {
    /// A variable.
    Variable(String),
    /// A variable, and what counts where it is not set.
    VariableOr(String, String),
    /// Something defined, and a part of it.
    Path(Vec<String>),
    /// A variable, and how what is not known is shown where it is not set.
    Named(String, String),
    /// Literal text, as an escape does.
    Text(String),
    /// Something that is not known, as it is shown.
    Hole(String),
}

/// A language without references.
pub(in crate::read) fn none(_: &str) -> Vec<Reference> {
    Vec::new()
}

/// Terraform's `${local.url}`, in a text that stands in Terraform.
pub(in crate::read) fn terraform(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${")).map(|offset| at + offset) {
        let Some(length) = text.get(start..).and_then(|rest| rest.find('}')) else { break };
        at = start + length + 1;
        // `$${` is no interpolation.
        if !text.get(..start).is_some_and(|before| before.ends_with('$')) {
            found.push(Reference { range: start..at, stands_for: of_terraform(text.get(start..at).unwrap_or("")) });
        }
    }
    found
}

/// What one interpolation of Terraform stands for: a name and parts of it, or something that is not followed.
pub(in crate::read) fn of_terraform(written: &str) -> StandsFor {
    let inner = written.strip_prefix("${").and_then(|text| text.strip_suffix('}')).unwrap_or("");
    let inner = inner.strip_prefix('~').unwrap_or(inner);
    let inner = inner.strip_suffix('~').unwrap_or(inner).trim();
    let segments: Vec<String> = inner
        .split(['.', '['])
        .map(|segment| segment.strip_suffix(']').unwrap_or(segment).trim_matches('"').to_owned())
        .collect();
    let plain = |segment: &String| {
        !segment.is_empty() && segment.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    let is_path = segments.len() > 1 && segments.iter().all(plain);
    if is_path { StandsFor::Path(segments) } else { StandsFor::Hole(written.to_owned()) }
}

/// `$X`, `${X}` and `${X:-default}`, as shells and Compose write them.
pub(in crate::read) fn shell(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(dollar) = text.get(at..).and_then(|rest| rest.find('$')).map(|offset| at + offset) {
        at = dollar + 1;
        let rest = text.get(at..).unwrap_or("");
        let opened =
            [("{", "}"), ("(", ")")].into_iter().find_map(|(open, close)| Some((rest.strip_prefix(open)?, close)));
        let (length, stands_for) = if let Some((inner, close)) = opened {
            let Some(end) = closing(inner, close) else {
                // What is too long to be looked through may end far away: nothing behind it is surely text.
                if inner.len() > MAX_REFERENCE {
                    found.push(Reference { range: dollar..text.len(), stands_for: StandsFor::Hole("…".to_owned()) });
                    break;
                }
                continue;
            };
            let within = inner.get(..end).unwrap_or("");
            let command = || StandsFor::Hole(format!("$({within})"));
            (end + 2, if close == "}" { braced(within) } else { command() })
        } else {
            let length = name_length(rest);
            (length, StandsFor::Variable(rest.get(..length).unwrap_or("").to_owned()))
        };
        if length > 0 {
            found.push(Reference { range: dollar..at + length, stands_for });
            at += length;
        }
    }
    found
}

/// The same as objects of Kubernetes write them: `$$(X)` is the text `$(X)`, and templates such as Helm's have variables of
/// their own.
pub(in crate::read) fn filled(text: &str) -> Vec<Reference> {
    let templates = templates(text);
    let mut found = shell(text);
    // Both are in order.
    let mut left = templates.into_iter().peekable();
    found.retain(|reference| {
        while left.next_if(|template| template.end <= reference.range.start).is_some() {}
        left.peek().is_none_or(|template| reference.range.end <= template.start)
    });
    for reference in &mut found {
        let before = reference
            .range
            .start
            .checked_sub(1)
            .filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with("$$(")));
        if let (Some(before), Some(written)) = (before, text.get(reference.range.clone())) {
            reference.stands_for = StandsFor::Text(written.to_owned());
            reference.range.start = before;
        }
    }
    found
}

/// `{{ … }}`, with a `$` before it.
fn templates(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|offset| at + offset) {
        let Some(end) = text.get(start..).and_then(|rest| rest.find("}}")).map(|offset| start + offset + 2) else {
            break;
        };
        let dollar = text.get(..start).is_some_and(|before| before.ends_with('$'));
        out.push(start - usize::from(dollar)..end);
        at = end;
    }
    out
}

/// What stands between two marks on one line and is wanted, as something that is not known.
pub(in crate::read) fn between(text: &str, open: &str, close: &str, wanted: fn(&str) -> bool) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(open)).map(|offset| at + offset) {
        at = start + open.len();
        let rest = text.get(at..).unwrap_or("");
        let inner = closing(rest, close).and_then(|end| rest.get(..end)).filter(|inner| !inner.contains('\n'));
        if let Some(inner) = inner.filter(|inner| wanted(inner.trim())) {
            let end = at + inner.len() + close.len();
            let shown = text.get(start..end).unwrap_or("").to_owned();
            found.push(Reference { range: start..end, stands_for: StandsFor::Hole(shown) });
            at = end;
        }
    }
    found
}

/// Where what ends a reference begins, in the text behind its start; `None` when that is not near.
pub(in crate::read) fn closing(text: &str, mark: &str) -> Option<usize> {
    text.get(..text.floor_char_boundary(MAX_REFERENCE))?.find(mark)
}

/// What stands between braces.
fn braced(inner: &str) -> StandsFor {
    let length = name_length(inner);
    let (name, rest) = inner.split_at_checked(length).unwrap_or((inner, ""));
    let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
    match default {
        _ if name.is_empty() => StandsFor::Hole(format!("${{{inner}}}")),
        _ if rest.is_empty() => StandsFor::Variable(name.to_owned()),
        Some(default) if !default.contains('$') => StandsFor::VariableOr(name.to_owned(), default.to_owned()),
        _ => StandsFor::Hole(format!("${{{inner}}}")),
    }
}

/// The length of the variable name that a text begins with.
pub(in crate::read) fn name_length(text: &str) -> usize {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts { text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_a_shell() {
        let found = |text: &str| -> Vec<StandsFor> { shell(text).into_iter().map(|found| found.stands_for).collect() };
        let variable = |name: &str| StandsFor::Variable(name.to_owned());
        assert_eq!(found("a-$X/${Y}.$"), [variable("X"), variable("Y")]);
        assert_eq!(found("${X:-a b}"), [StandsFor::VariableOr("X".into(), "a b".into())]);
        assert_eq!(found("$(date) ${X%.*} $1"), [StandsFor::Hole("$(date)".into()), StandsFor::Hole("${X%.*}".into())]);
        assert_eq!(shell("é$X")[0].range, 2..4);
        assert_eq!(found("a ${X b"), []);
        let long = format!("a ${{X{}}} b", " ".repeat(MAX_REFERENCE));
        assert_eq!(shell(&long), [Reference { range: 2..long.len(), stands_for: StandsFor::Hole("…".into()) }]);
    }

    #[test]
    fn the_end_of_a_reference_is_near() {
        assert_eq!(closing("é}", "}"), Some(2));
        assert_eq!(closing(&format!("{}}}", "é".repeat(MAX_REFERENCE / 2 - 1)), "}"), Some(MAX_REFERENCE - 2));
        assert_eq!(closing(&format!("a{}}}", "é".repeat(MAX_REFERENCE / 2)), "}"), None);
        assert_eq!(between("<< a\n>> << b >>", "<<", ">>", |_| true).len(), 1);
    }

    #[test]
    fn templates_have_variables_of_their_own() {
        let found = |text: &str| -> Vec<(usize, usize)> {
            filled(text).into_iter().map(|found| (found.range.start, found.range.end)).collect()
        };
        assert_eq!(found("a-{{ $x }}-$Y"), [(11, 13)]);
        assert_eq!(found("${{ env.X }}/${Y}"), [(13, 17)]);
        assert_eq!(found("$X{{ $y }}"), [(0, 2)]);
        assert_eq!(found("{{ $x"), [(3, 5)]);
        let escaped = Reference { range: 1..6, stands_for: StandsFor::Text("$(X)".into()) };
        assert_eq!(filled("a$$(X)"), [escaped]);
    }

    #[test]
    fn references_of_terraform() {
        let path = |path: &str| StandsFor::Path(path.split('/').map(str::to_owned).collect());
        let found: Vec<StandsFor> = terraform("${google_x.y[\"a\"].uri}/$${b}/${~ var.c ~}/${f(var.c)}")
            .into_iter()
            .map(|found| found.stands_for)
            .collect();
        assert_eq!(found, [path("google_x/y/a/uri"), path("var/c"), StandsFor::Hole("${f(var.c)}".into())]);
    }
}
