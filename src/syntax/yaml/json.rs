//! What tells JSON from YAML, and the comments that configuration files in JSON have.

use std::ops::Range;

/// Whether a text looks like JSON: it begins with a bracket and what follows one there.
pub(super) fn is_json(text: &str) -> bool {
    let mut rest = text.trim_start();
    while rest.starts_with("//") || rest.starts_with("/*") {
        let end = if rest.starts_with("//") { rest.find('\n') } else { rest.find("*/").map(|at| at + 2) };
        rest = end.and_then(|end| rest.get(end..)).unwrap_or("").trim_start();
    }
    let Some(after) = rest.strip_prefix(['{', '[']) else { return false };
    let next = after.trim_start().chars().next();
    next.is_none_or(|c| "\"{}[]/-0123456789".contains(c)) && !rest.starts_with("{{")
}

/// The comments of a JSON text.
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(n) = memchr::memchr2(b'"', b'/', bytes.get(at..).unwrap_or_default()) {
        let start = at + n;
        let rest = text.get(start..).unwrap_or("");
        let len = if rest.starts_with('"') {
            string(rest.as_bytes())
        } else if rest.starts_with("//") {
            let len = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            found.push(start..start + len);
            len
        } else if rest.starts_with("/*") {
            let len = memchr::memmem::find(rest.as_bytes(), b"*/").map_or(rest.len(), |at| at + 2);
            found.push(start..start + len);
            len
        } else {
            1
        };
        at = start + len;
    }
    found
}

/// The length of the string at the start of a text, quotes included.
fn string(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(n) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += n;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}
