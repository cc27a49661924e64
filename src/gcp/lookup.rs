//! Binary search in a compiled-in table. Knows lines and columns, not what they mean.
//!
//! The format is that of `data/README.md`: comments (`#`) first, then lines sorted by byte, columns separated by tabs,
//! the first column being the key. Several lines may have one key.

/// A table as it was compiled in.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    text: &'static str,
}

/// A line of a table, taken apart at its first tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The first column.
    pub key: &'static str,
    /// The other columns, with the tabs between them.
    pub rest: &'static str,
}

impl Line {
    fn new(line: &'static str) -> Self {
        let (key, rest) = line.split_once('\t').unwrap_or((line, ""));
        Self { key, rest }
    }

    /// The columns after the key; missing ones are empty.
    pub fn columns<const N: usize>(self) -> [&'static str; N] {
        let mut columns = self.rest.split('\t');
        std::array::from_fn(|_| columns.next().unwrap_or(""))
    }
}

impl Table {
    /// A table of this text.
    pub const fn new(text: &'static str) -> Self {
        Self { text }
    }

    /// The first line with this key.
    pub fn find(self, key: &str) -> Option<Line> {
        self.from(key).next().filter(|line| line.key == key)
    }

    /// All lines with this key, in order.
    pub fn find_all(self, key: &str) -> impl Iterator<Item = Line> {
        self.from(key).take_while(move |line| line.key == key)
    }

    /// All lines whose key starts with this prefix, in order.
    pub fn with_prefix(self, prefix: &str) -> impl Iterator<Item = Line> {
        self.from(prefix).take_while(move |line| line.key.starts_with(prefix))
    }

    /// All lines, in order.
    pub fn lines(self) -> impl Iterator<Item = Line> {
        self.from("")
    }

    /// The lines from the first on whose key is not less than this one.
    fn from(self, key: &str) -> impl Iterator<Item = Line> + use<> {
        let start = self.lower_bound(key.as_bytes());
        let text = self.text.get(start..).unwrap_or("");
        text.lines().filter(|line| !line.starts_with('#')).map(Line::new)
    }

    /// Where the first line starts whose key is not less than this one. Comments are less than any key of a table.
    fn lower_bound(self, key: &[u8]) -> usize {
        let bytes = self.text.as_bytes();
        // Both are starts of lines, or the end.
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let start = before(bytes, middle).unwrap_or(low);
            let line = bytes.get(start..).unwrap_or(&[]);
            let length = memchr::memchr(b'\n', line).unwrap_or(line.len());
            let line = line.get(..length).unwrap_or(&[]);
            let line_key = memchr::memchr(b'\t', line).and_then(|tab| line.get(..tab)).unwrap_or(line);
            if line_key < key {
                low = (start + length + 1).min(bytes.len());
            } else {
                high = start;
            }
        }
        low
    }
}

/// Where the line starts that holds this offset; nothing for the first line.
fn before(bytes: &[u8], offset: usize) -> Option<usize> {
    memchr::memrchr(b'\n', bytes.get(..offset)?).map(|end| end + 1)
}

/// Asserts what the search rests on: comments first, keys sorted, ASCII, as many columns as said, a last line end.
#[cfg(test)]
pub(super) fn assert_sane(text: &'static str, columns: usize) {
    assert!(text.is_ascii() && text.ends_with('\n') && !text.contains('\r'));
    let mut body = text.lines().skip_while(|line| line.starts_with('#')).peekable();
    assert!(body.peek().is_some());
    let mut previous = "";
    for line in body {
        assert!(!line.starts_with('#'), "a comment after the head: {line}");
        assert!(previous.as_bytes() < line.as_bytes(), "not sorted: {previous:?}, {line:?}");
        assert_eq!(line.split('\t').count(), columns, "columns of {line:?}");
        previous = line;
    }
}

/// Asserts that every line is found by its key.
#[cfg(test)]
pub(super) fn assert_all_found(table: Table) {
    for line in table.lines() {
        assert!(table.find_all(line.key).any(|found| found == line), "not found: {}", line.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table::new("# about\n# more\na\t1\na b\t2\nb\t3\nb\t4\nba\t5\t6\nc\n");

    #[test]
    fn finds_first_last_and_between() {
        let found = |key: &str| TABLE.find(key).map(|line| line.rest);
        assert_eq!(found("a"), Some("1"));
        assert_eq!(found("a b"), Some("2"));
        assert_eq!(found("b"), Some("3"));
        assert_eq!(found("c"), Some(""));
    }

    #[test]
    fn misses_what_is_not_there() {
        for key in ["", "A", "a ", "aa", "bb", "d", "zzz", "# about", "#", "a\t1", "\n", "é"] {
            assert_eq!(TABLE.find(key), None, "{key:?}");
        }
    }

    #[test]
    fn ranges_are_whole_and_without_comments() {
        let keys = |prefix: &str| TABLE.with_prefix(prefix).map(|line| line.key).collect::<Vec<_>>();
        assert_eq!(keys("b"), ["b", "b", "ba"]);
        assert_eq!(keys(""), ["a", "a b", "b", "b", "ba", "c"]);
        assert!(keys("#").is_empty());
        assert_eq!(TABLE.find_all("b").map(|line| line.rest).collect::<Vec<_>>(), ["3", "4"]);
    }

    #[test]
    fn columns_are_filled_up() {
        assert_eq!(TABLE.find("ba").map(Line::columns::<3>), Some(["5", "6", ""]));
    }

    #[test]
    fn an_empty_table_has_nothing() {
        assert_eq!(Table::new("").find("a"), None);
        assert_eq!(Table::new("# only a comment\n").find("a"), None);
        assert_eq!(Table::new("a").find("a").map(|line| line.rest), Some(""));
    }
}
