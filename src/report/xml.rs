//! Text as XML 1.0 takes it, in attributes and between tags. Knows nothing else.

use super::clean::{opens_mark, visible};

/// A text with its special characters escaped. Line ends and tabs stay what they are, in attributes too; what XML cannot
/// hold becomes U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut opens = opens_mark();
    for c in text.chars() {
        match c {
            // A log that this is written to may take `##vso[` for a command.
            c if opens(c) => out.push_str("&#91;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(visible(c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute() {
        assert_eq!(escaped("a<b>&\"'c\n\td"), "a&lt;b&gt;&amp;&quot;&apos;c&#10;&#9;d");
        assert_eq!(escaped("##vso[x] #[y] [z]"), "##vso&#91;x] #[y] [z]");
        assert_eq!(escaped("\u{1b}\0\u{ffff}é😀\r"), "\u{fffd}\u{fffd}\u{fffd}é😀\u{fffd}");
    }
}
