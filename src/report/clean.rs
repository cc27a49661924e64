//! Text of linted files made safe to print: nothing in it may steer a terminal or a CI log. Knows nothing else.

use std::fmt::Write as _;

use super::secrets::masked;

/// Longest prose, in characters, that a report line carries; names in it come from linted files.
const PROSE_MAX: usize = 2000;

/// A character as it may be printed: one that draws nothing or steers something becomes U+FFFD. Tabs stay.
pub(super) fn visible(c: char) -> char {
    if c != '\t' && is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c }
}

/// One line of prose, or a path, as it may be printed: no control, line end, bidi or invisible character.
pub fn clean(text: &str) -> String {
    let text = &*masked(text);
    let mut out: String = text.chars().take(PROSE_MAX).map(|c| if c == '\t' { ' ' } else { visible(c) }).collect();
    if text.chars().nth(PROSE_MAX).is_some() {
        out.push('…');
    }
    defuse_marks(out)
}

/// Prose as it may be wrapped: no line of it can begin with a workflow command of GitHub (`::name::`).
pub(super) fn clean_prose(text: &str) -> String {
    let mut out = String::new();
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        // A backtick before the colons keeps them readable and is what prose would put around them.
        let quote = if word.starts_with("::") { "`" } else { "" };
        let space = if out.is_empty() { "" } else { " " };
        let _ = write!(out, "{space}{quote}{word}");
    }
    out
}

/// A path as it may stand at the start of a line.
pub(super) fn clean_path(path: &str) -> String {
    let path = clean(path);
    if path.trim_start().starts_with("::") { format!("./{path}") } else { path }
}

/// Breaks what log readers take for a command anywhere in a line: `##[error]`, `##vso[…]`, `##teamcity[…]`.
/// The bracket becomes a parenthesis, so that widths and offsets stay.
pub(super) fn defuse_marks(text: String) -> String {
    if !text.contains("##") {
        return text;
    }
    let mut opens = opens_mark();
    text.chars().map(|c| if opens(c) { '(' } else { c }).collect()
}

/// Whether each of the characters that it is given, one after the other, is the bracket of such a mark.
pub(super) fn opens_mark() -> impl FnMut(char) -> bool {
    // How many hashes the mark has so far: letters may stand between them and the bracket.
    let mut hashes = 0;
    move |c: char| {
        let opens = c == '[' && hashes >= 2;
        hashes = match c {
            '#' => hashes + 1,
            _ if c.is_ascii_alphabetic() && hashes >= 2 => hashes,
            _ => 0,
        };
        opens
    }
}

/// Whether a character is a control, a format or another invisible character, or ends a line. (Unicode 17: general
/// categories Cc, Cf, Zl, Zp and the fillers that draw nothing.) Variation selectors stay: emoji need them.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
            | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_is_left() {
        assert_eq!(clean("a\u{1b}[31mb\r\n\u{202e}c\u{9b}d\te"), "a\u{fffd}[31mb\u{fffd}\u{fffd}\u{fffd}c\u{fffd}d e");
        assert_eq!(clean("é 漢 😀 ⚠\u{fe0f}"), "é 漢 😀 ⚠\u{fe0f}");
        assert_eq!(clean(&"x".repeat(70_000)).chars().count(), PROSE_MAX + 1);
    }

    #[test]
    fn no_command_of_a_log_is_left() {
        assert_eq!(
            clean("a ##[error]b ##vso[task.x]c #[d] ###[e] ## [f] ##x y[z]"),
            "a ##(error]b ##vso(task.x]c #[d] ###(e] ## [f] ##x y[z]"
        );
        assert_eq!(clean_prose("::error::a  ::stop-commands::b a::c"), "`::error::a `::stop-commands::b a::c");
        assert_eq!(clean_path("::error::a"), "./::error::a");
        assert_eq!(clean_path(" ::error::a"), "./ ::error::a");
    }
}
