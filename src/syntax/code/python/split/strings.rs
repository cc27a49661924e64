//! Strings as the cut passes them: where they end, what in them is code, the rest masked.

use super::{Inside, Quote, Scan};

impl Scan<'_> {
    /// A string begins.
    pub(super) fn open(&mut self, mark: u8) {
        let (format, raw) = self.prefix();
        let triple = self.byte(1) == mark && self.byte(2) == mark;
        let here = self.stack.len() as u32;
        let root = self.innermost().filter(|outer| !outer.triple).map_or(here, |outer| outer.root);
        self.push(Inside::Quote(Quote { mark, triple, format, raw, outer: self.quote, root }));
        self.quote = Some(here);
        self.pass(if triple { 3 } else { 1 });
    }

    /// What the letters before a string say: whether it has values in it, and whether its escapes are none.
    fn prefix(&self) -> (bool, bool) {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
        let before = self.bytes.get(self.at.saturating_sub(4)..self.at).unwrap_or_default();
        let length = before.iter().rev().take_while(|byte| is_word(byte)).count();
        let word = before.get(before.len() - length..).unwrap_or_default();
        if length > 3 || !word.iter().all(|byte| b"rbuft".contains(&byte.to_ascii_lowercase())) {
            return (false, false);
        }
        let has = |letter: u8| word.iter().any(|byte| byte.to_ascii_lowercase() == letter);
        (has(b'f') || has(b't'), has(b'r'))
    }

    pub(super) fn text(&mut self, quote: Quote) {
        let byte = self.byte(0);
        match byte {
            b'\\' => {
                let next = self.byte(1);
                let length = match next {
                    b'{' | b'}' if quote.format => 1,
                    b'N' if quote.format && !quote.raw && self.byte(2) == b'{' => {
                        let name = self.rest().get(3..).unwrap_or_default();
                        let length =
                            name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b" -".contains(byte));
                        3 + length.count() + 1
                    }
                    _ if next.is_ascii() => 2,
                    _ => 1,
                };
                self.blank(length);
            }
            b'\n' if !quote.triple => self.break_string(quote),
            b'{' | b'}' if quote.format => {
                if self.byte(1) == byte {
                    self.blank(2);
                } else if byte == b'{' {
                    self.push(Inside::Value);
                    self.pass(1);
                } else {
                    self.blank(1);
                }
            }
            _ if byte == quote.mark => self.quote_mark(quote),
            _ => {
                let stops = |byte: &u8| {
                    *byte == quote.mark || matches!(byte, b'\\' | b'\n') || quote.format && b"{}".contains(byte)
                };
                let length = self.rest().iter().position(stops).unwrap_or(self.rest().len());
                self.blank(length.max(1));
            }
        }
    }

    /// The mark of a string, in the string.
    fn quote_mark(&mut self, quote: Quote) {
        if !quote.triple {
            self.pop();
            self.pass(1);
        } else if self.byte(1) == quote.mark && self.byte(2) == quote.mark {
            self.pop();
            self.pass(3);
        } else {
            self.blank(1);
        }
    }

    /// A string of one line ends with it, and with it those that it stands in.
    pub(super) fn break_string(&mut self, quote: Quote) {
        self.fault();
        if let Some(Inside::Quote(root)) = self.stack.get(quote.root as usize) {
            self.quote = root.outer;
        }
        self.stack.truncate(quote.root as usize);
    }

    /// How a value is written: what stands in it are values and marks.
    pub(super) fn format(&mut self) {
        let Some(quote) = self.innermost() else { return self.pop() };
        match self.byte(0) {
            b'{' => {
                self.push(Inside::Value);
                self.pass(1);
            }
            b'}' => {
                self.pop();
                self.pass(1);
            }
            b'\n' if !quote.triple => self.break_string(quote),
            byte if byte == quote.mark && (!quote.triple || self.byte(1) == byte && self.byte(2) == byte) => {
                self.fault();
                self.pop();
            }
            _ => self.blank(1),
        }
    }
}
