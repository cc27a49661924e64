//! Expressions of Google Workflows, `${"https://" + host + "/x"}`, as texts with references. What is not a
//! concatenation of literals and variables is a hole.
//!
//! <https://cloud.google.com/workflows/docs/reference/syntax/expressions>, checked 2026-11-21.

use std::ops::Range;

use crate::read::yaml::refer::{self, Reference, StandsFor, name_length};

/// Characters of an expression that a message shows.
const MAX_SHOWN: usize = 60;

/// A file that is deployed as it is: `${…}` is an expression where it is the whole text.
pub(super) fn plain(text: &str) -> Vec<Reference> {
    read(text, "${", hole)
}

/// A template: `$${…}` is an expression, and `${…}` is filled in before.
pub(super) fn templated(text: &str) -> Vec<Reference> {
    read(text, "$${", hole)
}

/// A text in Terraform: `$${…}` is an expression, and `${…}` is Terraform's.
pub(super) fn terraform(text: &str) -> Vec<Reference> {
    read(text, "$${", refer::of_terraform)
}

/// Whether a text is a template's.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("$${")
}

/// The variable that a text is, and nothing else: `${settings}`.
pub(super) fn variable(references: &[Reference]) -> Option<&str> {
    let mut named = references.iter().filter(|reference| reference.stands_for != StandsFor::Text(String::new()));
    match (named.next().map(|reference| &reference.stands_for), named.next()) {
        (Some(StandsFor::Variable(name)), None) => Some(name),
        _ => None,
    }
}

/// What a text that is one expression has between its braces.
pub(super) fn inner(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.strip_prefix("$${").or_else(|| text.strip_prefix("${"))?;
    text.strip_suffix('}').map(str::trim)
}

/// The dotted name that a part of an expression is: `settings.url`, `settings["url"]`.
pub(super) fn path(text: &str) -> Option<String> {
    let length = name_length(text);
    let (name, mut rest) = text.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
    let mut path = name.to_owned();
    while !rest.is_empty() {
        let (segment, after) = if let Some(after) = rest.strip_prefix('.') {
            after.split_at_checked(name_length(after))?
        } else {
            let quoted = rest.strip_prefix('[')?;
            let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let (key, after) = quoted.get(1..)?.split_once(quote)?;
            (key, after.strip_prefix(']')?)
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if segment.is_empty() || !segment.chars().all(plain) {
            return None;
        }
        path.push('.');
        path.push_str(segment);
        rest = after;
    }
    let reserved = ["true", "false", "null", "and", "or", "not", "in"];
    (!reserved.contains(&path.as_str())).then_some(path)
}

fn hole(shown: &str) -> StandsFor {
    StandsFor::Hole(shown.to_owned())
}

fn read(text: &str, mark: &str, template: fn(&str) -> StandsFor) -> Vec<Reference> {
    let start = text.len() - text.trim_start().len();
    let within = text.trim().strip_prefix(mark).and_then(|text| text.strip_suffix('}'));
    if let Some(inner) = within {
        let start = start + mark.len();
        let mut chain = Chain { text, end: start + inner.len(), template, covered: 0, found: Vec::new() };
        match chain.read(start) {
            Read::Concatenation => {
                chain.cover(text.len());
                return chain.found;
            }
            Read::Other => {
                return vec![Reference { range: 0..text.len(), stands_for: StandsFor::Hole(shown(inner)) }];
            }
            Read::Nothing => {}
        }
    }
    templates(text, 0..text.len(), template)
}

/// An expression as a message shows it.
fn shown(inner: &str) -> String {
    match inner.char_indices().nth(MAX_SHOWN) {
        Some((cut, _)) => format!("${{{}…}}", inner.get(..cut).unwrap_or("")),
        None => format!("${{{inner}}}"),
    }
}

/// What a template fills in.
fn templates(text: &str, within: Range<usize>, template: fn(&str) -> StandsFor) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = within.start;
    while let Some(start) = text.get(at..within.end).and_then(|rest| rest.find("${")).map(|offset| at + offset) {
        let Some(end) = text.get(start..within.end).and_then(|rest| rest.find('}')) else { break };
        at = start + end + 1;
        let escaped = start > within.start && text.as_bytes().get(start - 1) == Some(&b'$');
        let range = start - usize::from(escaped)..at;
        let written = text.get(range.clone()).unwrap_or("");
        let stands_for = if escaped { hole(written) } else { template(written) };
        found.push(Reference { range, stands_for });
    }
    found
}

enum Read {
    /// Literals and variables one after the other.
    Concatenation,
    /// Something that is not followed.
    Other,
    /// No single expression.
    Nothing,
}

struct Chain<'t> {
    text: &'t str,
    /// Where the expression ends.
    end: usize,
    template: fn(&str) -> StandsFor,
    /// Up to where the text is accounted for.
    covered: usize,
    found: Vec<Reference>,
}

impl Chain<'_> {
    fn rest(&self, at: usize) -> &str {
        self.text.get(at..self.end).unwrap_or("")
    }

    fn skip(&self, at: usize) -> usize {
        let rest = self.rest(at);
        at + rest.len() - rest.trim_start().len()
    }

    /// What stands between operands is no text.
    fn cover(&mut self, until: usize) {
        if self.covered < until {
            self.found.push(Reference { range: self.covered..until, stands_for: StandsFor::Text(String::new()) });
        }
        self.covered = until;
    }

    fn read(&mut self, start: usize) -> Read {
        let mut at = self.skip(start);
        let mut read = Read::Concatenation;
        loop {
            let literal = matches!(self.rest(at).as_bytes().first(), Some(b'"' | b'\''));
            let end = if literal { self.literal(at) } else { self.operand(at, &mut read) };
            let Some(end) = end else { return Read::Nothing };
            at = self.skip(end);
            match self.rest(at).as_bytes().first() {
                None => return read,
                Some(b'+') => at = self.skip(at + 1),
                // `"a" in list`, `"a" == b`: on with the search for its end.
                Some(_) => {
                    read = Read::Other;
                    let Some(end) = self.operand_end(at) else { return Read::Nothing };
                    at = end;
                    if self.rest(at).is_empty() {
                        return read;
                    }
                    at = self.skip(at + 1);
                }
            }
        }
    }

    /// `"text"`: it stands for itself.
    fn literal(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let quote = *bytes.get(at)?;
        let start = at + 1;
        self.cover(start);
        let mut at = start;
        loop {
            let byte = *bytes.get(at).filter(|_| at < self.end)?;
            match byte {
                b'\\' => {
                    let c = self.rest(at + 1).chars().next()?;
                    let meant = match c {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    };
                    let end = at + 1 + c.len_utf8();
                    self.found.push(Reference { range: at..end, stands_for: StandsFor::Text(meant.to_string()) });
                    at = end;
                }
                b'$' if self.rest(at).starts_with("${") => {
                    let end = at + self.rest(at).find('}')? + 1;
                    let stands_for = (self.template)(self.text.get(at..end)?);
                    self.found.push(Reference { range: at..end, stands_for });
                    at = end;
                }
                byte if byte == quote => {
                    self.covered = at;
                    return Some(at + 1);
                }
                _ => at += 1,
            }
        }
    }

    /// A variable, or something that is not followed.
    fn operand(&mut self, at: usize, read: &mut Read) -> Option<usize> {
        let end = self.operand_end(at)?;
        let written = self.text.get(at..end)?.trim_end();
        let end = at + written.len();
        if written.is_empty() {
            *read = Read::Other;
            return Some(end);
        }
        let stands_for = path(written).map_or_else(|| StandsFor::Hole(shown(written)), StandsFor::Variable);
        if matches!(stands_for, StandsFor::Hole(_)) && has_operator(written) {
            *read = Read::Other;
        }
        self.cover(at);
        self.found.push(Reference { range: at..end, stands_for });
        self.covered = end;
        Some(end)
    }

    /// Where the operand that begins here ends: at a `+` outside of all brackets, or with the expression. `None` when the
    /// brackets do not match.
    fn operand_end(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut quote = None;
        let mut escaped = false;
        for (offset, byte) in self.rest(at).bytes().enumerate() {
            match (quote, byte) {
                _ if escaped => escaped = false,
                (Some(_), b'\\') => escaped = true,
                (Some(open), byte) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'(' | b'[' | b'{') => depth += 1,
                (None, b')' | b']' | b'}') => depth = depth.checked_sub(1)?,
                (None, b'+') if depth == 0 => return Some(at + offset),
                _ => {}
            }
        }
        (depth == 0 && quote.is_none()).then_some(self.end)
    }
}

/// Whether something stands outside of all brackets that makes more of a part than one operand.
fn has_operator(text: &str) -> bool {
    let mut depth = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'=' | b'<' | b'>' | b'!' | b'-' | b'*' | b'/' | b'%' if depth == 0 => return true,
            byte if byte.is_ascii_whitespace() && depth == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with what it refers to in brackets.
    fn show(text: &str, references: fn(&str) -> Vec<Reference>) -> String {
        let mut at = 0;
        let mut out: Vec<String> = Vec::new();
        for reference in references(text) {
            out.push(text.get(at..reference.range.start).unwrap().to_owned());
            at = reference.range.end;
            out.push(match reference.stands_for {
                StandsFor::Text(text) => text,
                StandsFor::Variable(name) => format!("<{name}>"),
                StandsFor::Path(path) => format!("<<{}>>", path.join("/")),
                StandsFor::Hole(shown) => format!("[{shown}]"),
                StandsFor::VariableOr(..) | StandsFor::Named(..) => "?".to_owned(),
            });
        }
        out.concat() + text.get(at..).unwrap()
    }

    #[test]
    fn concatenations_are_followed() {
        assert_eq!(show(r#"${"https://" + host + "/x"}"#, plain), "https://<host>/x");
        assert_eq!(show(r#" ${ settings.url+"/x\"" } "#, plain), "<settings.url>/x\"");
        assert_eq!(show(r#"${settings["url"]}"#, plain), "<settings.url>");
        assert_eq!(show(r#"${"a"}"#, plain), "a");
        assert_eq!(
            show(r#"${"p/" + sys.get_env("GOOGLE_CLOUD_PROJECT_ID") + "/x"}"#, plain),
            r#"p/[${sys.get_env("GOOGLE_CLOUD_PROJECT_ID")}]/x"#
        );
        assert_eq!(show(r#"${"p/" + string(a + 1) + items[0]}"#, plain), "p/[${string(a + 1)}][${items[0]}]");
    }

    #[test]
    fn what_is_no_concatenation_is_a_hole() {
        for text in [r#"${"a" == b}"#, "${a - 1}", "${not a}", r#"${"x" in list and "y" + z == "a"}"#, "${a + }"] {
            assert_eq!(show(text, plain), format!("[{text}]"));
        }
        assert_eq!(show("https://${HOST}/${PATH}", plain), "https://[${HOST}]/[${PATH}]");
        assert_eq!(show("${HOST}/${PATH}", plain), "[${HOST}]/[${PATH}]");
        assert_eq!(show(r#"${"a}"#, plain), r#"[${"a}]"#);
        assert_eq!(show("${", plain), "${");
        assert_eq!(show("${true}", plain), "[${true}]");
    }

    #[test]
    fn templates_are_filled_in_before() {
        assert_eq!(
            show(r#"$${"https://run.googleapis.com/${p}/" + id}"#, templated),
            "https://run.googleapis.com/[${p}]/<id>"
        );
        assert_eq!(show("${url}/x", templated), "[${url}]/x");
        assert_eq!(show("a $${b}", templated), "a [$${b}]");
        assert_eq!(show("${google_x.y[0].uri}/x", terraform), "<<google_x/y/0/uri>>/x");
        assert_eq!(show(r#"$${"${local.url}" + x}"#, terraform), "<<local/url>><x>");
        assert_eq!(show("${f(x)}", terraform), "[${f(x)}]");
    }

    #[test]
    fn names_of_parts() {
        assert_eq!(path("a.b").as_deref(), Some("a.b"));
        for text in ["", "a.", "a[0]", "a[b]", "a b", "1", "true", "f(x)"] {
            assert_eq!(path(text), None, "{text}");
        }
        assert_eq!(variable(&plain("${settings.auth}")), Some("settings.auth"));
        assert_eq!(variable(&plain("${a + b}")), None);
        assert_eq!(variable(&plain("${a}/")), None);
    }
}
