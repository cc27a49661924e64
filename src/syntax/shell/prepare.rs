//! What is done to a script before the parser sees it, every byte keeping its offset:
//!
//! - escapes (`\"`, `\$`, a continued line inside quotes) become two marker bytes, since the parser loses count of
//!   bytes after an escape in double quotes;
//! - placeholders (`<PROJECT>`, `{{ x }}`, `${{ x }}`, in documents `[PROJECT]`) become one marked word;
//! - a `}` within a word that closes nothing (`--set={b}}`) becomes a marker, since the parser ends the command there;
//! - comment and blank lines between continued lines are blanked, as their author meant them to be.

use crate::source::Snippet;

/// Marks an escaped character: the next byte is its code.
pub(super) const ESCAPE: u8 = 0x01;
/// Stands at both ends of a placeholder.
pub(super) const PLACEHOLDER: u8 = 0x0e;
/// Stands for a character within a placeholder that would end a word.
const FILLER: u8 = 0x0f;
/// Escaped characters that would mean something to the parser, and the codes that stand for them.
const SPECIAL: &[u8; 25] = b"\"$`\\ ();&|<>*?#{}[]!~=\t'\n";
const CODES: [u8; 25] = [
    0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0b, 0x0c, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
    0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
];
/// Stands for a brace in a line of many: the code of an escaped one, without the mark.
const BRACE: u8 = 0x16;
/// Stands for a brace within a word that closes none: as far as the parser sees, it would end the word and the command.
const LONE_BRACE: u8 = 0x17;
/// The parser's time grows with the square of the braces that it sees in a line; those beyond are masked.
const MAX_BRACES: usize = 300;
/// Nested substitutions deeper than this are not looked into.
const MAX_NESTING: usize = 64;
/// Here-documents that one line begins; the parser's time grows with the square of them, and those beyond are masked.
const MAX_HEREDOCS: usize = 64;
/// Bytes of a placeholder with its brackets; some hold a sentence.
const MAX_PLACEHOLDER: usize = 200;

/// Which placeholders a text may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholders {
    /// A script: `<X>` and templates.
    Script,
    /// A document: also `[X]`.
    Document,
}

/// The character that follows [`ESCAPE`] as `code`.
pub(super) fn escaped(code: char) -> char {
    match CODES.iter().position(|known| char::from(*known) == code).and_then(|index| SPECIAL.get(index)) {
        Some(special) => char::from(*special),
        None => code,
    }
}

/// A snippet ready for the parser, and the one it was made of.
#[derive(Debug)]
pub(super) struct Prepared<'s> {
    /// As it stands in the file.
    pub original: &'s Snippet,
    /// Masked, of equal length.
    pub text: String,
}

/// Masks a snippet. See the module's comment.
pub(super) fn prepare(original: &Snippet, placeholders: Placeholders) -> Prepared<'_> {
    let bytes = original.text().as_bytes();
    let mut out: Vec<u8> = bytes.iter().map(|byte| if is_marker(*byte) { 0x7f } else { *byte }).collect();
    mask_placeholders(&mut out, placeholders);
    mask_braces(&mut out);
    Scan { out, at: 0, contexts: vec![Context::Code], braces: vec![0], heredocs: Vec::new(), word_start: true }
        .run(original)
}

fn is_marker(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn mask_braces(out: &mut [u8]) {
    for line in out.split_mut(|byte| *byte == b'\n').filter(|line| line.len() > MAX_BRACES) {
        let (mut braces, mut before) = (0, b' ');
        for byte in line {
            if *byte == b'{' && before != b'$' {
                braces += 1;
                if braces > MAX_BRACES {
                    *byte = BRACE;
                }
            }
            before = *byte;
        }
    }
}

fn mask_placeholders(out: &mut [u8], placeholders: Placeholders) {
    let mut at = 0;
    // Up to here no template ends, so that none is looked for again and again.
    let mut no_template = 0;
    while let Some(found) = out.get(at..).and_then(|rest| memchr::memchr3(b'<', b'{', b'[', rest)) {
        let start = at + found;
        at = start + 1;
        let opening = out.get(start..).unwrap_or(&[]);
        let before = start.checked_sub(1).and_then(|index| out.get(index)).copied();
        let length = match opening.first() {
            Some(b'<') if before != Some(b'<') => angle(opening),
            Some(b'{') if opening.starts_with(b"{{") && start >= no_template => {
                let found = template(opening);
                if found.is_none() {
                    no_template = start + memchr::memchr(b'\n', opening).unwrap_or(opening.len());
                }
                found
            }
            Some(b'[') if placeholders == Placeholders::Document => bracket(opening, before),
            _ => None,
        };
        if let Some(length) = length {
            // `${{ x }}` starts one byte earlier.
            let start = if opening_dollar(out, start) { start - 1 } else { start };
            let end = at - 1 + length;
            for (index, byte) in out.iter_mut().enumerate().take(end).skip(start) {
                if index == start || index + 1 == end {
                    *byte = PLACEHOLDER;
                } else if !byte.is_ascii_alphanumeric() && *byte != b'_' && byte.is_ascii() {
                    *byte = FILLER;
                }
            }
            at = end;
        }
    }
}

fn opening_dollar(out: &[u8], start: usize) -> bool {
    out.get(start) == Some(&b'{') && start > 0 && out.get(start - 1) == Some(&b'$')
}

/// The length of `<name>` or `<a few words>`, which no redirection looks like.
fn angle(text: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b'>', text.get(..MAX_PLACEHOLDER.min(text.len()))?)?;
    let inner = text.get(1..end)?;
    let (first, last) = (inner.first()?, inner.last()?);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.: /|'".contains(byte);
    // `<in.txt 2>err` and `<a >b` are redirections.
    let redirection = inner.windows(2).any(|pair| matches!(pair, [b' ', digit] if digit.is_ascii_digit()));
    (first.is_ascii_alphabetic() && *last != b' ' && inner.iter().all(plain) && !redirection).then_some(end + 1)
}

/// The length of `{{ … }}` on one line.
fn template(text: &[u8]) -> Option<usize> {
    // Most end soon, whatever the length of the line.
    for at in memchr::memchr2_iter(b'\n', b'}', text) {
        match text.get(at..at + 2)? {
            b"}}" => return Some(at + 2),
            [b'\n', _] => return None,
            _ => {}
        }
    }
    None
}

/// The length of `[UPPER_CASE]` or `[your-name]` that is no subscript.
fn bracket(text: &[u8], before: Option<u8>) -> Option<usize> {
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_[$".contains(&byte)) {
        return None;
    }
    let end = memchr::memchr(b']', text.get(..60.min(text.len()))?)?;
    let inner = text.get(1..end)?;
    let is_own = inner.starts_with(b"your-") || inner.starts_with(b"your_");
    let is_letter = |byte: &u8| if is_own { byte.is_ascii_lowercase() } else { byte.is_ascii_uppercase() };
    let named =
        inner.len() > 2 && inner.iter().all(|byte| is_letter(byte) || b"_-".contains(byte) || byte.is_ascii_digit());
    named.then_some(end + 1)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Commands.
    Code,
    /// `$( … )`
    Paren,
    /// `${ … }`; the flag tells whether double quotes enclose it.
    Brace(bool),
    /// `" … "`
    Double,
}

/// A here-document that starts at the next line.
struct Pending {
    delimiter: Vec<u8>,
    quoted: bool,
    tabs: bool,
}

struct Scan {
    out: Vec<u8>,
    at: usize,
    contexts: Vec<Context>,
    /// Of each context, the braces that are open in its present word, those of `${ … }` aside.
    braces: Vec<u32>,
    heredocs: Vec<Pending>,
    word_start: bool,
}

impl Scan {
    fn run(mut self, original: &Snippet) -> Prepared<'_> {
        while let Some(byte) = self.peek(0) {
            self.step(byte);
        }
        // Markers are ASCII and never split a character, so this never replaces anything.
        let text =
            String::from_utf8(self.out).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned());
        Prepared { original, text }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.out.get(self.at + ahead).copied()
    }

    fn context(&self) -> Context {
        self.contexts.last().copied().unwrap_or(Context::Code)
    }

    fn step(&mut self, byte: u8) {
        let context = self.context();
        let double = matches!(context, Context::Double | Context::Brace(true));
        let starts_word =
            std::mem::replace(&mut self.word_start, byte.is_ascii_whitespace() || b";|&(".contains(&byte));
        if matches!(context, Context::Code | Context::Paren) {
            self.brace(byte, starts_word);
        }
        match (byte, context) {
            (b'\\', _) => return self.escape(double),
            (b'\'', Context::Double | Context::Brace(true)) => {}
            (b'\'', _) => return self.single_quoted(),
            (b'"', Context::Double) | (b')', Context::Paren) | (b'}', Context::Brace(_)) => self.pop(),
            (b'"', _) => drop(self.push(Context::Double)),
            (b'$', _) if matches!(self.peek(1), Some(b'(' | b'{')) => {
                let inner = if self.peek(1) == Some(b'(') { Context::Paren } else { Context::Brace(double) };
                self.word_start = inner == Context::Paren;
                if !self.push(inner) {
                    // Nested deeper than anything real: the parser, whose time grows with the square, never sees it.
                    self.blank(2);
                }
                self.at += 1;
            }
            (b'(', Context::Paren) => drop(self.push(Context::Paren)),
            (b'#', Context::Code | Context::Paren) if starts_word => {
                self.at += memchr::memchr(b'\n', self.out.get(self.at..).unwrap_or(&[])).unwrap_or(self.out.len());
                return;
            }
            (b'<', Context::Code | Context::Paren) if self.peek(1) == Some(b'<') && self.peek(2) != Some(b'<') => {
                return self.heredoc_operator();
            }
            (b'<', _) if self.peek(1) == Some(b'<') => self.at += 2,
            (b'\n', _) => {
                self.at += 1;
                return self.heredoc_bodies();
            }
            _ => {}
        }
        self.at += 1;
    }

    /// Counts the braces of a word, and masks the one that closes none. Behind a `)` a new word may begin, and a `}` that is
    /// all of a word closes a group.
    fn brace(&mut self, byte: u8, starts_word: bool) {
        let before = self.at.checked_sub(1).and_then(|at| self.out.get(at)).copied();
        let is_all = || self.peek(1).is_none_or(|next| next.is_ascii_whitespace() || b";|&()<>\\`".contains(&next));
        let is_part = byte == b'}' && if starts_word { !is_all() } else { before != Some(b')') };
        let Some(open) = self.braces.last_mut() else { return };
        if starts_word {
            *open = 0;
        }
        match byte {
            b'{' if before != Some(b'$') => *open += 1,
            b'}' if *open > 0 => *open -= 1,
            b'}' if is_part => {
                if let Some(slot) = self.out.get_mut(self.at) {
                    *slot = LONE_BRACE;
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, context: Context) -> bool {
        let fits = self.contexts.len() < MAX_NESTING;
        if fits {
            self.contexts.push(context);
            self.braces.push(0);
        }
        fits
    }

    fn blank(&mut self, bytes: usize) {
        for slot in self.out.iter_mut().skip(self.at).take(bytes) {
            *slot = 0x7f;
        }
    }

    fn pop(&mut self) {
        if self.contexts.len() > 1 {
            self.contexts.pop();
            self.braces.pop();
        }
    }

    fn single_quoted(&mut self) {
        let rest = self.out.get(self.at + 1..).unwrap_or(&[]);
        let ansi = self.at > 0 && self.out.get(self.at - 1) == Some(&b'$');
        let mut end = memchr::memchr(b'\'', rest).unwrap_or(rest.len());
        if ansi {
            // `\'` does not end `$'…'`.
            while end > 0 && rest.get(end - 1) == Some(&b'\\') && end < rest.len() {
                end += 1 + memchr::memchr(b'\'', rest.get(end + 1..).unwrap_or(&[])).unwrap_or(rest.len() - end - 1);
            }
        }
        self.at += end + 2;
    }

    fn escape(&mut self, double: bool) {
        match self.peek(1) {
            Some(b'\n') if !double => {
                self.continued_line();
                return;
            }
            // Inside double quotes a backslash keeps its meaning before these only.
            Some(next) if double && !b"\"$`\\\n".contains(&next) => {}
            Some(next) if next.is_ascii() => self.mark(next),
            _ => {}
        }
        self.at += 2;
    }

    fn mark(&mut self, next: u8) {
        let code = SPECIAL.iter().position(|special| *special == next).and_then(|index| CODES.get(index));
        if let Some(slot) = self.out.get_mut(self.at) {
            *slot = ESCAPE;
        }
        if let (Some(slot), Some(code)) = (self.out.get_mut(self.at + 1), code) {
            *slot = *code;
        }
    }

    /// After `\` at a line's end: blanks comment and blank lines, when a flag follows them. A shell would end the
    /// command there; that is never what was meant.
    fn continued_line(&mut self) {
        let from = self.at + 2;
        self.at = from;
        let mut line = from;
        let mut skipped = false;
        while let Some(rest) = self.out.get(line..).filter(|rest| !rest.is_empty()) {
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let text = rest.get(..length).unwrap_or(&[]).trim_ascii_start();
            if !text.is_empty() && text.first() != Some(&b'#') {
                let flag = matches!(text, [b'-', second, ..] if *second == b'-' || second.is_ascii_alphabetic());
                if skipped
                    && flag
                    && let Some(blank) = self.out.get_mut(from..line)
                {
                    blank.fill(b' ');
                }
                return;
            }
            skipped = true;
            line += length + 1;
        }
    }

    fn heredoc_operator(&mut self) {
        if self.heredocs.len() >= MAX_HEREDOCS {
            self.blank(2);
            self.at += 2;
            return;
        }
        let mut at = self.at + 2;
        let tabs = self.out.get(at) == Some(&b'-');
        at += usize::from(tabs);
        while matches!(self.out.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let mut delimiter = Vec::new();
        let mut quoted = false;
        let mut quote = None;
        while let Some(byte) = self.out.get(at).copied() {
            match byte {
                b'\'' | b'"' if quote.is_none() => (quote, quoted) = (Some(byte), true),
                _ if quote == Some(byte) => quote = None,
                b'\\' if quote.is_none() => quoted = true,
                _ if quote.is_none() && (byte.is_ascii_whitespace() || b";&|<>()".contains(&byte)) => {
                    break;
                }
                b'\n' => break,
                _ => delimiter.push(byte),
            }
            at += 1;
        }
        self.at = at;
        if !delimiter.is_empty() {
            self.heredocs.push(Pending { delimiter, quoted, tabs });
        }
    }

    fn heredoc_bodies(&mut self) {
        for pending in std::mem::take(&mut self.heredocs) {
            loop {
                let Some(rest) = self.out.get(self.at..).filter(|rest| !rest.is_empty()) else {
                    return;
                };
                let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let line = rest.get(..length).unwrap_or(&[]);
                let start = if pending.tabs { line.iter().take_while(|byte| **byte == b'\t').count() } else { 0 };
                let ends = line.get(start..) == Some(pending.delimiter.as_slice());
                let end = self.at + length + 1;
                if !ends && !pending.quoted {
                    while let Some(found) =
                        self.out.get(self.at..end.min(self.out.len())).and_then(|line| memchr::memchr(b'\\', line))
                    {
                        self.at += found;
                        match self.peek(1) {
                            Some(next) if b"$`\\".contains(&next) => self.mark(next),
                            _ => {}
                        }
                        self.at += 2;
                    }
                }
                self.at = end;
                if ends {
                    break;
                }
            }
        }
        self.word_start = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let snippet = Snippet::whole(text);
        let prepared = prepare(&snippet, Placeholders::Document);
        assert_eq!(prepared.text.len(), text.len());
        prepared.text.replace('\u{1}', "^").replace(['\u{e}', '\u{f}'], "%")
    }

    #[test]
    fn escapes_are_marked_where_they_are_escapes() {
        assert_eq!(masked(r#"a "b\"c" 'd\"e' f\ g"#), "a \"b^\u{2}c\" 'd\\\"e' f^\u{6}g");
        assert_eq!(masked("\"a\\\nb\""), "\"a^\u{1f}b\"");
        assert_eq!(masked("a \\\n b"), "a \\\n b");
        assert_eq!(
            masked(
                r#"# it's "
x"y\"z""#
            ),
            "# it's \"\nx\"y^\u{2}z\""
        );
    }

    #[test]
    fn braces_beyond_many_are_masked_and_come_back() {
        let code = |c: u8| CODES.get(SPECIAL.iter().position(|special| *special == c).unwrap());
        assert_eq!((code(b'{'), code(b'}')), (Some(&BRACE), Some(&LONE_BRACE)));
        let text = masked(&"{a ".repeat(MAX_BRACES + 1));
        assert_eq!((text.matches('{').count(), text.matches('\u{16}').count()), (MAX_BRACES, 1));
    }

    #[test]
    fn here_documents_have_their_own_escapes() {
        assert_eq!(masked("cat <<E\nit's \\$A \\\"\nE\n\"\\\"\""), "cat <<E\nit's ^\u{3}A \\\"\nE\n\"^\u{2}\"");
        assert_eq!(masked("cat <<'E'\n\\$A\nE\n"), "cat <<'E'\n\\$A\nE\n");
    }

    #[test]
    fn placeholders_are_one_word() {
        assert_eq!(masked("a <MY_ID> <your project> b"), "a %MY_ID% %your%project% b");
        assert_eq!(masked("a ${{ vars.X }}/{{x}}"), "a %%%%vars%X%%%/%%x%%");
        assert_eq!(masked("a [PROJECT_ID] ${A[KEY]} [ -n x ]"), "a %PROJECT_ID% ${A[KEY]} [ -n x ]");
        assert_eq!(masked("a=[your-project-id] [your] ls [a-z]"), "a=%your%project%id% [your] ls [a-z]");
        assert_eq!(masked("sort <in.txt 2>err; cat <a >b"), "sort <in.txt 2>err; cat <a >b");
    }

    #[test]
    fn comments_between_continued_lines_are_blanked() {
        assert_eq!(masked("g \\\n # x \\\n\n --b\n"), "g \\\n         --b\n");
        assert_eq!(masked("g \\\n # x\n next\n"), "g \\\n # x\n next\n");
    }
}
