//! A credential is given as a variable of a shell, or by an expression with a brace or dollar sign too few, where no
//! shell reads it.

use crate::facts::{Verbatim, Written};
use crate::finding::{Level, Safety};
use crate::rule::Ask::Alone;
use crate::rule::{Check, Group, Report, Rule};
use crate::value::{Piece, Place};

pub(super) static RULE: Rule = Rule {
    id: "unexpanded-variable",
    group: Group::Ci,
    level: Level::Error,
    fix: Some(Safety::Safe),
    page: page!("unexpanded-variable"),
    covers: &["malformed-federation-provider", "malformed-principal", "member-type"],
    checks: &[Check::Verbatim(Alone(check))],
    ..Rule::STABLE
};

/// How long such a part may be.
const LONGEST: usize = 200;
/// Contexts of expressions.
const CONTEXTS: &[&str] = &["secrets", "vars", "env", "inputs", "github", "steps", "needs", "matrix"];

/// A part of a text that somebody takes for a variable.
struct Found<'t> {
    /// As it stands.
    text: &'t str,
    /// What is between the braces.
    inner: &'t str,
    /// Whether it is an expression, but for a brace or a dollar sign.
    is_expression: bool,
}

fn check(verbatim: &Verbatim, report: &mut Report) {
    let given = &verbatim.given;
    let alone = given.value.pieces().len() == 1;
    for piece in given.value.pieces() {
        let Piece::Text(text, place) = piece else { continue };
        let Some((at, found)) = find(text) else { continue };
        let whole = alone && text.trim() == found.text;
        let is_secret = found.is_expression && found.inner.starts_with("secrets.");
        let sure = match verbatim.written {
            Written::Name => true,
            Written::Template => is_command(&found),
            Written::Key => whole,
            Written::Other => whole && is_secret,
        };
        if !sure {
            continue;
        }
        let place = place.part(at..at + found.text.len());
        say(verbatim, &found, place, report);
        return;
    }
}

fn say(verbatim: &Verbatim, found: &Found, place: Place, report: &mut Report) {
    let why = match verbatim.written {
        Written::Template => "and Terraform runs no shell",
        _ if found.is_expression => "which is no expression: one stands in `${{` and `}}`",
        _ => "and no shell expands what an action is given",
    };
    let message = format!("`{}` of `{}` is given `{}` as it stands, {why}", verbatim.name, verbatim.by, found.text);
    let draft = report.error(&verbatim.at, place, message);
    draft.label("taken as it stands");
    if verbatim.written == Written::Template {
        draft.help(
            "refer to what has the value, `${…}` of a resource, a data source or a variable; a token is best fetched for \
             each call, by `oidc_token` or `oauth_token`",
        );
    } else if found.is_expression {
        let right = format!("${{{{ {} }}}}", found.inner);
        draft.help(format!("write `{right}`")).fix(Safety::Safe, [(place, right)]);
    } else if found.text.starts_with("$(") {
        draft.help("run the command in a step before, and give its output: `${{ steps.ID.outputs.NAME }}`");
    } else {
        let name = found.inner;
        draft.help(format!("write `${{{{ env.{name} }}}}`, or `${{{{ secrets.{name} }}}}` for a secret"));
    }
}

/// Whether it is a command of a shell with arguments; `$(NAME)` is a variable of Kubernetes.
fn is_command(found: &Found) -> bool {
    let name = found.inner.split_whitespace().next().unwrap_or("");
    let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_./0123456789".contains(&byte));
    found.text.starts_with("$(") && found.inner.contains(' ') && is_name
}

/// The first part of a text that somebody takes for a variable, and its offset.
fn find(text: &str) -> Option<(usize, Found<'_>)> {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(|at| matches!(bytes.get(*at), Some(b'$' | b'{'))).find_map(|at| {
        let rest = text.get(at..)?;
        let found = match rest.as_bytes() {
            [b'$', b'{', b'{', ..] => None,
            [b'$', b'{', ..] => braced(rest, "${", "}"),
            [b'{', b'{', ..] if at.checked_sub(1).and_then(|before| bytes.get(before)) != Some(&b'$') => {
                braced(rest, "{{", "}}").filter(|found| found.is_expression)
            }
            [b'$', b'(', ..] => braced(rest, "$(", ")"),
            [b'$', first, ..] if first.is_ascii_alphabetic() || *first == b'_' => {
                let end = rest.bytes().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                Some(Found { text: rest.get(..=end)?, inner: rest.get(1..=end)?, is_expression: false })
            }
            _ => None,
        };
        Some((at, found?))
    })
}

fn braced<'t>(rest: &'t str, open: &str, close: &str) -> Option<Found<'t>> {
    let end = (0..rest.len().min(LONGEST)).find(|at| rest.get(*at..).is_some_and(|rest| rest.starts_with(close)))?;
    let inner = rest.get(open.len()..end)?.trim();
    let text = rest.get(..end + close.len())?;
    let (context, name) = inner.split_once('.').unwrap_or(("", inner));
    let plain = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let is_expression = CONTEXTS.contains(&context) && plain(name) && open != "$(";
    let is_variable = context.is_empty() && plain(inner) && !inner.contains(['.', '-']);
    (is_expression || is_variable && open == "${" || open == "$(").then_some(Found { text, inner, is_expression })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_takes_for_a_variable() {
        let found = |text| find(text).map(|(at, found)| (at, found.text.to_owned(), found.is_expression));
        assert_eq!(found("${ secrets.KEY }"), Some((0, "${ secrets.KEY }".into(), true)));
        assert_eq!(found("{{ secrets.KEY }}"), Some((0, "{{ secrets.KEY }}".into(), true)));
        assert_eq!(found("ci@$PROJECT.iam"), Some((3, "$PROJECT".into(), false)));
        assert_eq!(found("a ${KEY} b"), Some((2, "${KEY}".into(), false)));
        assert_eq!(found("$(cat key.json)"), Some((0, "$(cat key.json)".into(), false)));
        for text in ["{\"a\": 1}", "a$", "$1", "${{ secrets.X }}", "{{ cookiecutter.name }}", "${a-b}"] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
