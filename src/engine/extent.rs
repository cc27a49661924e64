//! How far a word of a command line reaches in the text that it stands in: with its quotes, and with what a shell, a make or a
//! workflow fills in. What is not clear has no end.

/// Where the last of the words ends that begin at `start` and reach to `end` at least.
pub(super) fn word_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let mut at = start;
    while let Some(c) = text.get(at..)?.chars().next() {
        let rest = text.get(at..)?;
        let next = at + c.len_utf8();
        let is_over = at >= end;
        at = match c {
            '$' if rest.starts_with("$(") => next + closed(text.get(next..)?, '(', ')')?,
            '$' if rest.starts_with("${") => next + closed(text.get(next..)?, '{', '}')?,
            // The text that the words stand in ends here, unless the word goes on in quotes.
            '"' | '\'' | '`' if is_over && !goes_on(text, next) => return Some(at),
            '"' | '\'' => at + quoted(rest)?,
            '`' if is_over => return None,
            '`' => next + text.get(next..)?.find('`')? + 1,
            // A quote of a text that the words stand in.
            '\\' if text.get(next..)?.starts_with(['"', '\'']) => return None,
            // A continued line, or a blank as a text of another language has it.
            '\\' if is_over && text.get(next..)?.starts_with(['\r', '\n', 'r', 'n', 't', 'u']) => return Some(at),
            '\\' => next + text.get(next..)?.chars().next().map_or(0, char::len_utf8),
            ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | ')' if is_over => return Some(at),
            '\n' if !text.get(..at)?.trim_end_matches('\r').ends_with('\\') => return None,
            ';' | '&' | '|' | '<' | '>' | '(' | ')' => return None,
            _ => next,
        };
    }
    Some(text.len())
}

/// A place in the value of the flag whose name stands there.
pub(super) fn in_value(text: &str, start: usize, end: usize) -> Option<usize> {
    // Where a quote opens or ends within the name (`--fl"ag=va"lue`) the text does not say where its value begins.
    if text.get(start..end)?.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')) {
        return None;
    }
    let rest = text.get(end..)?;
    if let Some(value) = rest.strip_prefix('=') {
        if value.starts_with(['"', '\'']) {
            return Some(end + 2);
        }
        let quote = start.checked_sub(1).and_then(|at| text.get(at..start)).filter(|quote| ["\"", "'"].contains(quote));
        // `"--flag=value"`
        return Some(quote.and_then(|quote| rest.find(quote)).map_or(end + 1, |length| end + length));
    }
    let mut value = rest.trim_start_matches([' ', '\t']);
    // The line may be continued.
    while let Some(next) = value.strip_prefix(['\\', '`', '^']).map(|next| next.trim_start_matches('\r'))
        && let Some(next) = next.strip_prefix('\n')
    {
        value = next.trim_start_matches([' ', '\t']);
    }
    let begins = value.len() < rest.len()
        && value.starts_with(|c: char| !matches!(c, '-' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | ')' | '#'));
    begins.then(|| end + rest.len() - value.len() + 1)
}

/// The length of a text between quotes, with these, on one line.
pub(super) fn quoted(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    let mut at = quote.len_utf8();
    while let Some(c) = text.get(at..)?.chars().next() {
        let next = at + c.len_utf8();
        at = match c {
            '\n' => return None,
            _ if c == quote => return Some(next),
            _ if quote == '\'' => next,
            '\\' => next + text.get(next..)?.chars().next().map_or(0, char::len_utf8),
            '$' if text.get(next..)?.starts_with('(') => next + closed(text.get(next..)?, '(', ')')?,
            '$' if text.get(next..)?.starts_with('{') => next + closed(text.get(next..)?, '{', '}')?,
            _ => next,
        };
    }
    None
}

/// The length of what stands in brackets, with these, on one line.
fn closed(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(c) = text.get(at..)?.chars().next() {
        let next = at + c.len_utf8();
        at = match c {
            '\n' => return None,
            '"' | '\'' => at + quoted(text.get(at..)?)?,
            '\\' => next + text.get(next..)?.chars().next().map_or(0, char::len_utf8),
            _ => next,
        };
        match c {
            _ if c == open => depth += 1,
            _ if c == close && depth == 1 => return Some(next),
            _ if c == close => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// Whether a word goes on behind a quote.
fn goes_on(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    next.is_some_and(|c| c.is_alphanumeric() || "$/_-.@{%:\"'=+~".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word that begins where `[` stands and reaches to `]` at least.
    fn word(marked: &str) -> Option<String> {
        let start = marked.find('[').unwrap();
        let end = marked.find(']').unwrap() - 1;
        let text = marked.replacen('[', "", 1).replacen(']', "", 1);
        word_end(&text, start, end).map(|last| text.get(start..last).unwrap().to_owned())
    }

    #[test]
    fn words_end_where_a_shell_parts_them() {
        for (marked, expected) in [
            ("g [--a=]$(cat \"a b)\" c) --b", Some("--a=$(cat \"a b)\" c)")),
            ("g [--a=]\"$(jq -r \".a\" x)\" --b", Some("--a=\"$(jq -r \".a\" x)\"")),
            ("g [--a=]${A%/}/$((1+2)) --b", Some("--a=${A%/}/$((1+2))")),
            ("g [--a=]\"a\"'b'$C --b", Some("--a=\"a\"'b'$C")),
            ("g [--a `]cat x` --b", Some("--a `cat x`")),
            ("g [--a=x],$Y --b", Some("--a=x,$Y")),
            ("g [--a=x]>log", Some("--a=x")),
            ("g [--a=x]\\\n  --b", Some("--a=x")),
            ("\"g [--a=x]\\necho b\"", Some("--a=x")),
            ("\tg [--a=]$(AUD)", Some("--a=$(AUD)")),
            ("g [--a=]${{ inputs.aud || 'x y' }}", Some("--a=${{ inputs.aud || 'x y' }}")),
            ("sh -c \"g [--a=x]\"", Some("--a=x")),
            ("X=`g [--a=x]`", Some("--a=x")),
            ("X=$(g [--a=x])", Some("--a=x")),
            ("sh -c \"g [--a=]\\\"x y\\\" --b\"", None),
            ("g [--a=]$(cat \\\n x) --b", Some("--a=$(cat \\\n x)")),
            ("g [--a=]$(cat\n x)", None),
            ("g [--a=]\"x", None),
        ] {
            assert_eq!(word(marked).as_deref(), expected, "{marked}");
        }
    }

    #[test]
    fn a_value_stands_behind_a_plain_name() {
        let value = |text: &str, name: &str| {
            let start = text.find(name).unwrap();
            in_value(text, start, start + name.len())
        };
        assert_eq!(value("g --a=x", "--a"), Some(6));
        assert_eq!(value("g --a x", "--a"), Some(7));
        assert_eq!(value("g --a --b", "--a"), None);
        assert_eq!(value("g --a\" --b=x\ng c --d=\"$E\"", "--a\" --b"), None);
    }
}
