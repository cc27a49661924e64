//! Where a comment of a file may begin. Knows the kinds of files by their names alone.

/// The comment syntax of a kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    /// What a comment begins with, outside documents' fences.
    leaders: &'static [Leader],
    /// Whether `'` quotes text, too.
    single_quotes: bool,
    /// Whether it is a document: prose with code of other languages in its fences.
    pub document: bool,
    /// Marks of quotes and lists, which may stand before everything else in a line.
    marks: &'static str,
    /// Whether each line is a text in JSON, as in notebooks.
    texts: bool,
}

/// What a comment begins with, and what ends it before the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leader {
    begin: &'static str,
    end: Option<&'static str>,
}

const HASH: Leader = Leader { begin: "#", end: None };
const SLASHES: Leader = Leader { begin: "//", end: None };
const BLOCK: Leader = Leader { begin: "/*", end: Some("*/") };
const COLONS: Leader = Leader { begin: "::", end: None };
const REMARK: Leader = Leader { begin: "rem", end: None };
const REMARK_UPPER: Leader = Leader { begin: "REM", end: None };
const HTML: Leader = Leader { begin: "<!--", end: Some("-->") };

/// What stands in the fences of documents: shell, YAML, Terraform.
pub(super) const FENCE: Syntax = Syntax { marks: ">", ..code(&[HASH, SLASHES, BLOCK]) };

const fn code(leaders: &'static [Leader]) -> Syntax {
    Syntax { leaders, single_quotes: false, document: false, marks: "", texts: false }
}

/// A comment in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment {
    /// Where it begins in the line.
    pub start: usize,
    /// Where the text in it begins.
    pub text: usize,
    /// Where that text ends.
    pub text_end: usize,
    /// Where it ends.
    pub end: usize,
}

impl Syntax {
    /// The syntax of a file of this name; `None` where the format has no comments.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        Some(match extension.as_str() {
            "json" => return None,
            "md" | "markdown" | "mdx" => Self { document: true, marks: ">-*+", ..code(&[HTML]) },
            "ipynb" => Self { texts: true, single_quotes: true, marks: "\"", ..code(&[HASH]) },
            "tf" | "tofu" | "tfvars" | "hcl" => code(&[HASH, SLASHES, BLOCK]),
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "go" => code(&[SLASHES, BLOCK]),
            "yaml" | "yml" | "toml" | "py" => code(&[HASH]),
            "bat" | "cmd" => code(&[COLONS, REMARK, REMARK_UPPER]),
            _ => Self { single_quotes: true, ..code(&[HASH]) },
        })
    }

    /// A comment that says this. `None` where the text would end it.
    pub fn written(self, text: &str) -> Option<String> {
        // A word is safe where two colons are not, within blocks.
        let leader = self.leaders.iter().find(|leader| **leader == REMARK).or_else(|| self.leaders.first())?;
        match leader.end {
            Some(end) if text.contains(end) => None,
            Some(end) => Some(format!("{} {text} {end}", leader.begin)),
            None => Some(format!("{} {text}", leader.begin)),
        }
    }

    /// A line as the file has it that holds this and nothing else.
    pub fn element(self, comment: &str) -> String {
        if !self.texts {
            return comment.to_owned();
        }
        let quoted = comment.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{quoted}\\n\",")
    }

    /// Whether a comment may stand behind code in its line.
    pub fn may_stand_behind(self) -> bool {
        !self.texts && !self.leaders.contains(&REMARK)
    }

    /// Whether its lines are elements of a list.
    pub fn is_list(self) -> bool {
        self.texts
    }

    /// What a line begins with that one above it begins with, too.
    pub fn indent(self, line: &str) -> &str {
        let marks = if self.texts || self.document { "" } else { self.marks };
        let code = line.trim_start_matches(|c: char| c.is_whitespace() || marks.contains(c));
        line.strip_suffix(code).unwrap_or("")
    }

    /// The comment that the text at `at` opens, if nothing but white space stands between.
    pub fn comment(self, line: &str, at: usize) -> Option<Comment> {
        let before = line.get(..at)?.trim_end();
        let leader = self.leaders.iter().find(|leader| before.ends_with(leader.begin))?;
        // Several `#` are one leader.
        let start = before.trim_end_matches(leader.begin).len();
        let code = line.get(..start)?;
        let code = if self.texts { code.trim_start().strip_prefix('"')? } else { code };
        if !code.is_empty() && !code.ends_with(char::is_whitespace) || self.is_open(code) {
            return None;
        }
        let rest = line.get(at..)?;
        let (text_end, end) = match leader.end.and_then(|end| Some((rest.find(end)?, end.len()))) {
            Some((length, closing)) => (at + length, at + length + closing),
            None if self.texts => Self::end_of_text(line, code.trim().is_empty()),
            None => (line.len(), line.len()),
        };
        Some(Comment { start, text: at, text_end, end })
    }

    /// Where a comment in a text of JSON ends, and what may be deleted with it: an element of a list, with its comma.
    fn end_of_text(line: &str, is_alone: bool) -> (usize, usize) {
        let element = line.trim_end();
        let text = element.strip_suffix(',').unwrap_or(element);
        let text = text.strip_suffix('"').unwrap_or(text);
        let end = text.strip_suffix("\\n").unwrap_or(text).len();
        (end, if is_alone && element.ends_with(',') { line.len() } else { end })
    }

    /// Whether a line is a comment and nothing else.
    pub fn is_comment(self, line: &str) -> bool {
        let code = self.code(line);
        // A leader that is a word ends where words end.
        let begins = |leader: &Leader| {
            let is_word = leader.begin.ends_with(|c: char| c.is_ascii_alphabetic());
            code.strip_prefix(leader.begin).is_some_and(|rest| !is_word || !rest.starts_with(char::is_alphanumeric))
        };
        self.leaders.iter().any(begins)
    }

    /// A line without its indentation and marks.
    pub fn code(self, line: &str) -> &str {
        line.trim_end().trim_start_matches(|c: char| c.is_whitespace() || self.marks.contains(c))
    }

    /// Whether text ends within quotes. Quotes over several lines are not followed.
    fn is_open(self, text: &str) -> bool {
        let mut open = None;
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match open {
                _ if c == '\\' && open != Some('\'') => {
                    chars.next();
                }
                None if c == '"' || c == '\'' && self.single_quotes => open = Some(c),
                Some(quote) if quote == c => open = None,
                _ => {}
            }
        }
        open.is_some() && !self.document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, line: &str) -> Option<String> {
        let comment = Syntax::of(path)?.comment(line, line.find("authlint").unwrap())?;
        Some(format!("{}|{}", line.get(comment.start..comment.text)?, line.get(comment.text_end..comment.end)?))
    }

    #[test]
    fn each_kind_has_its_leaders() {
        for (path, line, expected) in [
            ("a.sh", "# authlint", Some("# |")),
            ("a.sh", "x  ##authlint", Some("##|")),
            ("script", "x # authlint", Some("# |")),
            (".env.prod", "# authlint", Some("# |")),
            ("Dockerfile", "RUN a # authlint", Some("# |")),
            ("a.ipynb", "  \"# authlint\\n\",", Some("# |\\n\",")),
            ("a.ipynb", "  \"!a \\\"b\\\" # authlint\\n\",", Some("# |")),
            ("a.ipynb", "  \"# authlint\"", Some("# |")),
            ("a.ipynb", "  \"print('# authlint')\"", None),
            ("a.ipynb", "# authlint", None),
            ("a.yml", "name: don't  # authlint", Some("# |")),
            ("a.tf", "x = 1 // authlint", Some("// |")),
            ("a.tf", "x = 1 /* authlint */ y", Some("/* |*/")),
            ("a.js", "x() // authlint", Some("// |")),
            ("a.ps1", "gcloud x # authlint", Some("# |")),
            ("a.bat", ":: authlint", Some(":: |")),
            ("a.cmd", "  rem authlint", Some("rem |")),
            ("a.bat", "REM authlint", Some("REM |")),
            ("a.md", "> <!-- authlint -->", Some("<!-- |-->")),
            ("a.sh", "// authlint", None),
            ("a.yaml", "// authlint", None),
            ("a.md", "# authlint", None),
            ("a.json", "# authlint", None),
            ("a.js", "# authlint", None),
            ("a.bat", "# authlint", None),
        ] {
            assert_eq!(text(path, line).as_deref(), expected, "{path}: {line}");
        }
    }

    #[test]
    fn a_leader_that_is_a_word_is_a_whole_word() {
        let batch = Syntax::of("a.bat").unwrap();
        assert!(batch.is_comment("  rem x") && batch.is_comment("REM") && batch.is_comment(":: x"));
        assert!(!batch.is_comment("remove x") && !batch.is_comment(":label"));
    }

    #[test]
    fn what_stands_in_a_text_is_no_comment() {
        for line in
            ["authlint", "x authlint", "a#authlint", "${X#authlint}", "echo \"see # authlint", "echo 'a # authlint"]
        {
            assert_eq!(text("a.sh", line), None, "{line}");
        }
        for line in ["echo \"a\" # authlint", "echo 'a\" b' # authlint", "echo \\\" # authlint"] {
            assert!(text("a.sh", line).is_some(), "{line}");
        }
    }
}
