//! Batch files of `cmd.exe`: text → a small tree with spans; never fails. Knows no command but the language's own.
//!
//! A line goes on behind `^`. What stands in double quotes is one word, and signs in it mean nothing; `\"` is a quote to
//! the program that is run, and still opens and closes for the shell. `%X%` is filled in before a line, or a whole block
//! in brackets, is looked at.

use std::ops::Range;

use crate::source::{Snippet, Span};

/// Blocks and statements within statements may nest this deep; what nests deeper is skipped.
const MAX_DEPTH: usize = 100;

/// Commands of one pipe; what comes behind them is not read.
const MAX_STAGES: usize = 50;

/// What a loop runs over may be this many characters long.
const MAX_ITEMS: usize = 4096;

/// A file: what stands before the first label, and what stands behind each.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// In order.
    pub sections: Vec<Section>,
    /// Whether parts of it nest too deep.
    pub skipped: bool,
}

/// The statements behind a label.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The label, in lower case; empty for what stands before the first.
    pub label: String,
    /// The statements.
    pub body: Vec<Stmt>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// A command: its words, and whether its output goes into a file.
    Command(Vec<Word>, bool),
    /// `set X=value`; without a value it is not known.
    Set(String, Option<Word>),
    /// `a && b`
    And(Box<Stmt>, Box<Stmt>),
    /// `a || b`
    Or(Box<Stmt>, Box<Stmt>),
    /// `a | b`
    Pipe(Vec<Stmt>),
    /// `(a)`, `a & b`
    Block(Vec<Stmt>),
    /// `if test (then) else (otherwise)`
    If(Test, Vec<Stmt>, Vec<Stmt>),
    /// `for %%i in (items) do body`
    For(String, Items, Vec<Stmt>),
    /// `goto label`
    Goto(String),
    /// `call :label words`
    Call(String, Vec<Word>),
    /// `exit`, and whether it leaves no more than this file or function.
    Exit(bool),
}

/// What a loop runs over.
#[derive(Debug, Clone)]
pub enum Items {
    /// These words.
    Words(Vec<Word>),
    /// The lines that a statement prints.
    Output(Vec<Stmt>, Span),
    /// Something else.
    Unknown,
}

/// What an `if` asks.
#[derive(Debug, Clone)]
pub enum Test {
    /// It does not hold.
    Not(Box<Test>),
    /// Both are the same text.
    Equal(Word, Word),
    /// A variable is set.
    Defined(String, Span),
    /// A file is there.
    Exist(Word),
    /// Something that is not followed.
    Other,
}

/// A word.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// Its parts.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub span: Span,
}

/// A part of a word.
#[derive(Debug, Clone)]
pub enum Part {
    /// Literal text.
    Text {
        /// The text.
        text: String,
        /// Where it stands.
        span: Span,
        /// Whether it stands there byte for byte.
        exact: bool,
    },
    /// Something filled in.
    Fill {
        /// What.
        fill: Fill,
        /// Whether it stands in quotes.
        quoted: bool,
        /// Where it stands.
        span: Span,
    },
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fill {
    /// `%X%`, or `!X!`, which is filled in when the command runs.
    Variable {
        /// The name.
        name: String,
        /// Whether it is filled in when the command runs.
        late: bool,
    },
    /// `%X:a=b%`
    Replaced(String, String, String),
    /// `%1`
    Parameter(usize),
    /// `%*`
    Parameters,
    /// `%%i`
    Loop(String),
    /// `%~dp0`: the directory of the script, with a last slash.
    Directory,
    /// Anything else, as it stands.
    Other(String),
}

impl Word {
    /// Its text, when it is nothing else.
    pub fn literal(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text { text, .. } => out.push_str(text),
                Part::Fill { .. } => return None,
            }
        }
        Some(out)
    }
}

/// Parses a file. Never fails.
pub fn parse(snippet: &Snippet) -> Script {
    let text = snippet.text();
    let late = text.to_ascii_lowercase().contains("enabledelayedexpansion");
    let mut parser =
        Parser { snippet, text, at: 0, end: text.len(), open: 0, depth: 0, late, inner: false, skipped: false };
    let mut script = Script { sections: vec![Section::default()], skipped: false };
    while parser.at < parser.end {
        parser.white_space();
        if parser.rest().starts_with(':') {
            let line = parser.line();
            let label = line.trim_start_matches(':').split([' ', '\t', ':', '&']).next().unwrap_or("");
            if !line.starts_with("::") && !label.is_empty() {
                script.sections.push(Section { label: label.to_ascii_lowercase(), body: Vec::new() });
            }
            continue;
        }
        let before = parser.at;
        let stmt = parser.statement();
        if let Some(section) = script.sections.last_mut() {
            section.body.extend(stmt);
        }
        if parser.at == before {
            parser.at += parser.rest().chars().next().map_or(1, char::len_utf8);
        }
    }
    script.skipped = parser.skipped;
    script
}

struct Parser<'t> {
    snippet: &'t Snippet,
    text: &'t str,
    at: usize,
    end: usize,
    /// Brackets that are open.
    open: usize,
    depth: usize,
    /// Whether `!X!` is filled in.
    late: bool,
    /// Whether signs behind `^` are signs again: the text is read a second time.
    inner: bool,
    skipped: bool,
}

/// The signs that end a command.
fn is_sign(c: char) -> bool {
    matches!(c, '&' | '|' | '<' | '>' | '\n')
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.snippet.span(range)
    }

    fn white_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Passes blanks, and the end of a line behind `^`.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', ';', ',', '=']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("^\n") {
                self.at += 2;
            } else if self.is_inner_sign() {
                self.at += 1;
                return;
            } else {
                return;
            }
        }
    }

    /// Whether a sign stands here that is read a second time.
    fn is_inner_sign(&self) -> bool {
        self.inner && self.rest().strip_prefix('^').is_some_and(|rest| rest.starts_with(is_sign))
    }

    fn line(&mut self) -> &'t str {
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or("");
        self.at += (line.len() + 1).min(rest.len());
        line
    }

    /// The word that stands here, in lower case, when it is one of the language.
    fn keyword(&self) -> String {
        let rest = self.rest();
        let length = rest.bytes().take(16).take_while(u8::is_ascii_alphabetic).count();
        let next = rest.get(length..).and_then(|rest| rest.chars().next());
        let is_end = next.is_none_or(|c| {
            c.is_whitespace() || is_sign(c) || matches!(c, '(' | ')' | '/' | ':' | '"' | '.' | ';' | ',')
        });
        if is_end { rest.get(..length).unwrap_or("").to_ascii_lowercase() } else { String::new() }
    }

    /// Statements to the end of the line: `a & b`, `a && b`, `a || b`.
    fn statement(&mut self) -> Option<Stmt> {
        let start = self.at;
        let mut list: Vec<Stmt> = Vec::new();
        let mut chain = self.piped();
        loop {
            self.blank();
            let rest = self.rest();
            if rest.starts_with("&&") || rest.starts_with("||") {
                self.at += 2;
                let (left, right) = (chain.take(), self.piped());
                let join = if rest.starts_with("&&") { StmtKind::And } else { StmtKind::Or };
                chain = match (left, right) {
                    (Some(left), Some(right)) => {
                        let span = left.span.to(right.span);
                        Some(Stmt { kind: join(Box::new(left), Box::new(right)), span })
                    }
                    (left, right) => left.or(right),
                };
                // Many in a row would nest.
                if chain.as_ref().is_some_and(|stmt| nesting(stmt) > MAX_DEPTH / 4) {
                    list.extend(chain.take());
                }
            } else if rest.starts_with('&') {
                self.at += 1;
                list.extend(chain.take());
                chain = self.piped();
            } else {
                break;
            }
        }
        list.extend(chain);
        if list.len() <= 1 {
            return list.pop();
        }
        let span = self.span(start..self.at);
        Some(Stmt { kind: StmtKind::Block(list), span })
    }

    /// `a | b`
    fn piped(&mut self) -> Option<Stmt> {
        let mut stages: Vec<Stmt> = self.command().into_iter().collect();
        loop {
            self.blank();
            let rest = self.rest();
            if !rest.starts_with('|') || rest.starts_with("||") {
                break;
            }
            self.at += 1;
            let stage = self.command();
            if stages.len() < MAX_STAGES {
                stages.extend(stage);
            }
        }
        match (stages.first().map(|first| first.span), stages.last().map(|last| last.span)) {
            (Some(first), Some(last)) if stages.len() > 1 => {
                Some(Stmt { kind: StmtKind::Pipe(stages), span: first.to(last) })
            }
            _ => stages.pop(),
        }
    }

    fn command(&mut self) -> Option<Stmt> {
        if self.depth >= MAX_DEPTH {
            self.skipped = true;
            self.line();
            return None;
        }
        self.depth += 1;
        let stmt = self.command_within();
        self.depth -= 1;
        stmt
    }

    fn command_within(&mut self) -> Option<Stmt> {
        self.blank();
        while self.rest().starts_with('@') {
            self.at += 1;
            self.blank();
        }
        let start = self.at;
        if self.rest().starts_with('(') {
            self.at += 1;
            let body = self.block();
            let mut redirected = false;
            self.redirections(&mut redirected);
            return Some(Stmt { kind: StmtKind::Block(body), span: self.span(start..self.at) });
        }
        let word = self.keyword();
        let kind = match word.as_str() {
            "rem" => {
                let line = self.rest().find('\n').unwrap_or(self.rest().len());
                self.at += line;
                return None;
            }
            "if" => self.test_and_body()?,
            "for" => self.repeat()?,
            "set" => {
                self.at += 3;
                self.set()?
            }
            "goto" => {
                let words = self.words(&mut false);
                let label = words.get(1).and_then(Word::literal)?;
                match label.trim_start_matches(':').to_ascii_lowercase().as_str() {
                    "eof" => StmtKind::Exit(true),
                    label => StmtKind::Goto(label.to_owned()),
                }
            }
            "exit" => {
                let words = self.words(&mut false);
                let within = words.iter().filter_map(Word::literal).any(|word| word.eq_ignore_ascii_case("/b"));
                StmtKind::Exit(within)
            }
            "call" => {
                self.at += 4;
                self.blank();
                if self.rest().starts_with(':') {
                    let mut words = self.words(&mut false).into_iter();
                    let label = words.next().and_then(|word| word.literal())?;
                    let label = label.trim_start_matches(':').to_ascii_lowercase();
                    StmtKind::Call(label, words.collect())
                } else {
                    // A command that is called is one.
                    return self.command();
                }
            }
            _ => {
                let mut redirected = false;
                let words = self.words(&mut redirected);
                if words.is_empty() {
                    return None;
                }
                StmtKind::Command(words, redirected)
            }
        };
        let written = self.text.get(start..self.at).unwrap_or("").trim_end().len();
        Some(Stmt { kind, span: self.span(start..start + written) })
    }

    /// Statements to the closing bracket, which is passed.
    fn block(&mut self) -> Vec<Stmt> {
        self.open += 1;
        let mut out = Vec::new();
        loop {
            self.white_space();
            let rest = self.rest();
            if rest.is_empty() {
                break;
            }
            if rest.starts_with(')') {
                self.at += 1;
                break;
            }
            if rest.starts_with(':') {
                self.line();
                continue;
            }
            let before = self.at;
            out.extend(self.statement());
            if self.at == before {
                self.at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        self.open -= 1;
        out
    }

    /// A block, or the rest of the line.
    fn body(&mut self) -> Vec<Stmt> {
        self.blank();
        if self.rest().starts_with('(') {
            return match self.command().map(|stmt| stmt.kind) {
                Some(StmtKind::Block(body)) => body,
                _ => Vec::new(),
            };
        }
        self.statement().into_iter().collect()
    }

    fn test_and_body(&mut self) -> Option<StmtKind> {
        self.at += 2;
        let mut negated = false;
        loop {
            self.blank();
            let rest = self.rest();
            if rest.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("/i")) {
                self.at += 2;
            } else if self.keyword() == "not" {
                negated = !negated;
                self.at += 3;
            } else {
                break;
            }
        }
        let mut test = match self.keyword().as_str() {
            "errorlevel" => {
                self.at += 10;
                self.blank();
                self.word(true)?;
                Test::Other
            }
            "cmdextversion" => {
                self.at += 13;
                self.blank();
                self.word(true)?;
                Test::Other
            }
            "exist" => {
                self.at += 5;
                self.blank();
                Test::Exist(self.word(true)?)
            }
            "defined" => {
                self.at += 7;
                self.blank();
                let word = self.word(true)?;
                match word.literal() {
                    Some(name) => Test::Defined(name, word.span),
                    None => Test::Other,
                }
            }
            _ => {
                let left = self.word(true).unwrap_or_default();
                let rest = self.rest();
                self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
                if self.rest().starts_with("==") {
                    self.at += 2;
                    self.blank();
                    Test::Equal(left, self.word(true).unwrap_or_default())
                } else {
                    let operator = self.keyword();
                    self.at += operator.len();
                    if operator.is_empty() {
                        return None;
                    }
                    self.blank();
                    let right = self.word(true).unwrap_or_default();
                    match operator.as_str() {
                        "equ" => Test::Equal(left, right),
                        "neq" => Test::Not(Box::new(Test::Equal(left, right))),
                        _ => Test::Other,
                    }
                }
            }
        };
        if negated {
            test = Test::Not(Box::new(test));
        }
        let body = self.body();
        self.blank();
        let mut otherwise = Vec::new();
        if self.keyword() == "else" {
            self.at += 4;
            otherwise = self.body();
        }
        Some(StmtKind::If(test, body, otherwise))
    }

    fn repeat(&mut self) -> Option<StmtKind> {
        self.at += 3;
        let (mut lines, mut plain, mut options) = (false, true, String::new());
        loop {
            self.blank();
            let rest = self.rest();
            if let Some(flag) = rest.strip_prefix('/') {
                lines |= flag.starts_with(['f', 'F']);
                plain = false;
                self.at += 2.min(rest.len());
                rest.get(..2)?;
            } else if rest.starts_with('"') {
                options = self.word(false)?.literal().unwrap_or_else(|| "delims=?".to_owned()).to_ascii_lowercase();
            } else {
                break;
            }
        }
        let name = self.rest().strip_prefix("%%")?.chars().next()?;
        self.at += 2 + name.len_utf8();
        self.blank();
        if self.keyword() != "in" {
            return None;
        }
        self.at += 2;
        self.blank();
        if !self.rest().starts_with('(') {
            return None;
        }
        let open = self.at + 1;
        let close = closing(self.rest())? + self.at;
        let items = self.items(open..close, lines, plain, &options);
        self.at = close + 1;
        self.blank();
        if self.keyword() != "do" {
            return None;
        }
        self.at += 2;
        let body = self.body();
        Some(StmtKind::For(name.to_string(), items, body))
    }

    fn items(&mut self, range: Range<usize>, lines: bool, plain: bool, options: &str) -> Items {
        let text = self.text.get(range.clone()).unwrap_or("");
        let trimmed = text.trim();
        let start = range.start + (text.len() - text.trim_start().len());
        let within = start..start + trimmed.len();
        if lines {
            let quote = if options.contains("usebackq") { '`' } else { '\'' };
            let is_quoted = trimmed.len() > 1 && trimmed.starts_with(quote) && trimmed.ends_with(quote);
            let whole = !options.contains("delims=") || options.trim_end_matches('"').ends_with("delims=");
            let tokens = options.split("tokens=").nth(1).and_then(|rest| rest.split([' ', '"']).next());
            if is_quoted && whole && matches!(tokens, None | Some("*" | "1" | "1*")) {
                let inner = within.start + 1..within.end - 1;
                let span = self.span(inner.clone());
                return Items::Output(self.sub(inner), span);
            }
            return Items::Unknown;
        }
        if !plain || text.contains(['*', '?']) {
            return Items::Unknown;
        }
        let saved = (self.at, self.end);
        (self.at, self.end) = (within.start, within.end);
        let mut words = Vec::new();
        while self.at < self.end {
            self.white_space();
            self.blank();
            let before = self.at;
            words.extend(self.word(false));
            if self.at == before {
                self.at += self.rest().chars().next().map_or(1, char::len_utf8);
            }
        }
        (self.at, self.end) = saved;
        Items::Words(words)
    }

    /// Statements of a part of the text that is read a second time.
    fn sub(&mut self, range: Range<usize>) -> Vec<Stmt> {
        let saved = (self.at, self.end, self.open, self.inner);
        (self.at, self.end, self.open, self.inner) = (range.start, range.end, 0, true);
        let stmt = if self.depth < MAX_DEPTH {
            self.depth += 1;
            let stmt = self.statement();
            self.depth -= 1;
            stmt
        } else {
            None
        };
        (self.at, self.end, self.open, self.inner) = saved;
        stmt.into_iter().collect()
    }

    fn set(&mut self) -> Option<StmtKind> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let start = self.at;
        self.skip_command();
        let mut range = start..self.at;
        let text = self.text.get(range.clone()).unwrap_or("");
        range.end = start + text.trim_end().len();
        let text = text.trim_end();
        let option = text.get(..2).unwrap_or("").to_ascii_lowercase();
        if option == "/a" || option == "/p" {
            let name = text.get(2..)?.trim_start().trim_start_matches('"').split('=').next()?.trim();
            let name = name.trim_end_matches(['+', '-', '*']).to_owned();
            return (!name.is_empty()).then_some(StmtKind::Set(name, None));
        }
        let mut quoted = false;
        if let Some(inner) = text.strip_prefix('"') {
            quoted = true;
            range.start += 1;
            range.end = range.start + inner.rfind('"').unwrap_or(inner.len());
        }
        let text = self.text.get(range.clone()).unwrap_or("");
        let (name, _) = text.split_once('=')?;
        let value = range.start + name.len() + 1..range.end;
        let name = name.trim().to_owned();
        if name.is_empty() || name.contains(['%', '!']) {
            return Some(StmtKind::Set(String::new(), None));
        }
        let word = self.expanded(value, quoted);
        Some(StmtKind::Set(name, Some(word)))
    }

    /// Passes the rest of a command.
    fn skip_command(&mut self) {
        let mut quoted = false;
        while let Some(c) = self.rest().chars().next() {
            if c == '\n' {
                return;
            }
            if !quoted && (is_sign(c) || c == ')' && self.open > 0) {
                return;
            }
            if c == '^' && !quoted {
                let next = self.rest().chars().nth(1).map_or(0, char::len_utf8);
                self.at += 1 + next;
                continue;
            }
            quoted ^= c == '"';
            self.at += c.len_utf8();
        }
    }

    /// Text in which variables are filled in, blanks and quotes being a part of it.
    fn expanded(&mut self, range: Range<usize>, quoted: bool) -> Word {
        let saved = (self.at, self.end);
        (self.at, self.end) = (range.start, range.end);
        let mut word = Making { parts: Vec::new(), from: self.at };
        let mut open = quoted;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '%' | '!' => self.fill(true, &mut word),
                '^' if !open => self.escape(&mut word),
                _ => {
                    open ^= c == '"';
                    self.at += c.len_utf8();
                }
            }
        }
        word.flush(self, self.at);
        (self.at, self.end) = saved;
        Word { parts: word.parts, span: self.span(range) }
    }

    /// `^` and what stands behind it.
    fn escape(&mut self, word: &mut Making) {
        word.flush(self, self.at);
        self.at += 1;
        match self.rest().chars().next() {
            Some('\n') => self.at += 1,
            Some(c) if self.inner && is_sign(c) => {}
            Some(c) => {
                let mut buffer = [0; 4];
                let text = (*c.encode_utf8(&mut buffer)).to_owned();
                let span = self.span(self.at - 1..self.at + c.len_utf8());
                word.parts.push(Part::Text { text, span, exact: false });
                self.at += c.len_utf8();
            }
            None => {}
        }
        word.from = self.at;
    }

    fn redirections(&mut self, redirected: &mut bool) {
        loop {
            self.blank();
            let rest = self.rest();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let escaped = usize::from(self.inner && rest.get(digits..).is_some_and(|rest| rest.starts_with('^')));
            let digits = digits + escaped;
            let operator = rest.get(digits..).filter(|rest| rest.starts_with(['<', '>']) && digits <= 1 + escaped);
            let Some(operator) = operator else { return };
            let length = operator.bytes().take(2).take_while(|byte| matches!(byte, b'<' | b'>')).count();
            let is_output = operator.starts_with('>') && (digits == escaped || rest.starts_with('1'));
            self.at += digits + length;
            if self.rest().starts_with('&') {
                self.at += 2.min(self.rest().len());
                continue;
            }
            self.blank();
            let before = self.at;
            self.word(false);
            *redirected |= is_output && self.at > before;
        }
    }

    /// The words of a command.
    fn words(&mut self, redirected: &mut bool) -> Vec<Word> {
        let mut out = Vec::new();
        loop {
            self.redirections(redirected);
            let before = self.at;
            out.extend(self.word(false));
            if self.at == before {
                return out;
            }
        }
    }

    /// A word; `None` at the end of the command. Before `==`: it ends there.
    fn word(&mut self, operand: bool) -> Option<Word> {
        let start = self.at;
        let mut word = Making { parts: Vec::new(), from: start };
        // What the shell takes for quoted, and what the program does.
        let (mut shell, mut program) = (false, false);
        while let Some(c) = self.rest().chars().next() {
            if !shell && (is_sign(c) || c == ')' && self.open > 0) || c == '\n' || self.is_inner_sign() {
                break;
            }
            if !program && matches!(c, ' ' | '\t' | '\r') || operand && !program && self.rest().starts_with("==") {
                break;
            }
            match c {
                '%' => self.fill(program, &mut word),
                '!' if self.late => self.fill(program, &mut word),
                '^' if !shell => self.escape(&mut word),
                '\\' if self.rest().starts_with("\\\"") => {
                    word.flush(self, self.at);
                    let span = self.span(self.at..self.at + 2);
                    word.parts.push(Part::Text { text: "\"".to_owned(), span, exact: false });
                    self.at += 2;
                    word.from = self.at;
                    shell = !shell;
                }
                '"' => {
                    word.flush(self, self.at);
                    self.at += 1;
                    word.from = self.at;
                    shell = !shell;
                    program = !program;
                    if word.parts.is_empty() {
                        // A word of nothing but quotes is one.
                        let span = self.span(self.at..self.at);
                        word.parts.push(Part::Text { text: String::new(), span, exact: false });
                    }
                }
                _ => self.at += c.len_utf8(),
            }
        }
        word.flush(self, self.at);
        let span = self.span(start..self.at);
        (self.at > start).then_some(Word { parts: word.parts, span })
    }

    /// What stands at `%` or `!`.
    fn fill(&mut self, quoted: bool, word: &mut Making) {
        word.flush(self, self.at);
        let rest = self.rest();
        let Some((length, fill)) = filled(rest, self.late) else {
            // A sign that opens nothing; of two, one is left.
            let double = rest.starts_with("%%");
            let span = self.span(self.at..self.at + 1);
            if double || rest.starts_with('!') {
                let text = rest.get(..1).unwrap_or("").to_owned();
                word.parts.push(Part::Text { text, span, exact: !double });
            }
            self.at += if double { 2 } else { 1 };
            word.from = self.at;
            return;
        };
        let span = self.span(self.at..self.at + length);
        word.parts.push(Part::Fill { fill, quoted, span });
        self.at += length;
        word.from = self.at;
    }
}

/// How many `&&` and `||` a statement is made of, along its left side.
fn nesting(stmt: &Stmt) -> usize {
    let mut depth = 0;
    let mut at = stmt;
    while let StmtKind::And(left, _) | StmtKind::Or(left, _) = &at.kind {
        depth += 1;
        at = left;
    }
    depth
}

/// What is filled in at the start of a text, and how long it is there.
fn filled(text: &str, late: bool) -> Option<(usize, Fill)> {
    if let Some(rest) = text.strip_prefix("%%") {
        let modified = rest.strip_prefix('~').unwrap_or(rest);
        let name = modified.chars().next().filter(char::is_ascii_alphabetic)?;
        let length = text.len() - modified.len() + 1;
        let other = rest.len() != modified.len() && modified.chars().nth(1).is_some_and(|c| c.is_ascii_alphabetic());
        return Some((length, if other { Fill::Other("%%~".to_owned()) } else { Fill::Loop(name.to_string()) }));
    }
    let sign = text.chars().next()?;
    if sign == '!' && !late {
        return None;
    }
    let rest = text.get(1..)?;
    if sign == '%' {
        if rest.starts_with('*') {
            return Some((2, Fill::Parameters));
        }
        if let Some(digit) = rest.chars().next().and_then(|c| c.to_digit(10)) {
            return Some((2, if digit == 0 { Fill::Other("%0".to_owned()) } else { Fill::Parameter(digit as usize) }));
        }
        if let Some(modified) = rest.strip_prefix('~') {
            let letters = modified.bytes().take(12).take_while(u8::is_ascii_alphabetic).count();
            let digit = modified.get(letters..).and_then(|rest| rest.chars().next()).and_then(|c| c.to_digit(10));
            if let Some(digit) = digit {
                let letters_text = modified.get(..letters).unwrap_or("");
                let fill = match (letters_text, digit) {
                    ("", digit) if digit > 0 => Fill::Parameter(digit as usize),
                    ("dp", 0) => Fill::Directory,
                    _ => Fill::Other(format!("%~{letters_text}{digit}")),
                };
                return Some((3 + letters, fill));
            }
        }
    }
    let close = rest.find([sign, '\n']).filter(|end| rest.as_bytes().get(*end) != Some(&b'\n'))?;
    let inside = rest.get(..close)?;
    let length = close + 2;
    let (name, edit) = inside.split_once(':').map_or((inside, None), |(name, edit)| (name, Some(edit)));
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '#' | '(' | ')');
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let other = || Fill::Other(text.get(..length).unwrap_or("").to_owned());
    Some((
        length,
        match edit {
            None => Fill::Variable { name: name.to_owned(), late: sign == '!' },
            Some(edit) if edit.starts_with(['~', '*']) => other(),
            Some(edit) => match edit.split_once('=') {
                Some((from, to)) if !from.is_empty() && !to.contains('%') => {
                    Fill::Replaced(name.to_owned(), from.to_owned(), to.to_owned())
                }
                _ => other(),
            },
        },
    ))
}

/// Where the bracket closes that a text begins with.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, c) in text.char_indices().take(MAX_ITEMS) {
        match c {
            '"' => quoted = !quoted,
            // A quote ends with its line.
            '\n' => quoted = false,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A word in the making.
struct Making {
    parts: Vec<Part>,
    /// Where the text begins that is not yet a part.
    from: usize,
}

impl Making {
    fn flush(&mut self, parser: &Parser, at: usize) {
        if let Some(text) = parser.text.get(self.from..at).filter(|text| !text.is_empty()) {
            let range = self.from..at;
            let exact = parser.snippet.is_exact(range.clone());
            self.parts.push(Part::Text { text: text.to_owned(), span: parser.span(range), exact });
        }
        self.from = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &Word) -> String {
        let part = |part: &Part| match part {
            Part::Text { text, .. } => text.clone(),
            Part::Fill { fill, quoted, .. } => format!("‹{fill:?}{}›", if *quoted { "" } else { " split" }),
        };
        let text: String = word.parts.iter().map(part).collect();
        text.replace("Variable { name: ", "").replace(", late: false }", "").replace(", late: true }", " late")
    }

    fn words(words: &[Word]) -> String {
        words.iter().map(word).collect::<Vec<_>>().join("␣")
    }

    fn test(test: &Test) -> String {
        match test {
            Test::Not(inner) => format!("not {}", self::test(inner)),
            Test::Equal(left, right) => format!("{} == {}", word(left), word(right)),
            Test::Defined(name, _) => format!("defined {name}"),
            Test::Exist(file) => format!("exist {}", word(file)),
            Test::Other => "?".to_owned(),
        }
    }

    fn stmt(stmt: &Stmt) -> String {
        match &stmt.kind {
            StmtKind::Command(all, redirected) => format!("{}{}", words(all), if *redirected { " >" } else { "" }),
            StmtKind::Set(name, value) => format!("{name}={}", value.as_ref().map_or("?".to_owned(), word)),
            StmtKind::And(left, right) => format!("{} && {}", self::stmt(left), self::stmt(right)),
            StmtKind::Or(left, right) => format!("{} || {}", self::stmt(left), self::stmt(right)),
            StmtKind::Pipe(stages) => stages.iter().map(self::stmt).collect::<Vec<_>>().join(" | "),
            StmtKind::Block(body) => format!("({})", stmts(body)),
            StmtKind::If(asked, body, otherwise) => {
                format!("if {} ({}) else ({})", test(asked), stmts(body), stmts(otherwise))
            }
            StmtKind::For(name, items, body) => {
                let items = match items {
                    Items::Words(all) => words(all),
                    Items::Output(body, _) => format!("'{}'", stmts(body)),
                    Items::Unknown => "?".to_owned(),
                };
                format!("for {name} in {items} ({})", stmts(body))
            }
            StmtKind::Goto(label) => format!("goto {label}"),
            StmtKind::Call(label, all) => format!("call {label} {}", words(all)),
            StmtKind::Exit(within) => format!("exit {within}"),
        }
    }

    fn stmts(body: &[Stmt]) -> String {
        body.iter().map(stmt).collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let script = parse(&Snippet::whole(text));
        let section = |section: &Section| match section.label.as_str() {
            "" => stmts(&section.body),
            label => format!(":{label} {}", stmts(&section.body)),
        };
        let all: Vec<String> = script.sections.iter().map(section).collect();
        assert_eq!(all.join(" / "), expected, "{text}");
        assert!(!script.skipped);
    }

    #[test]
    fn words_and_lines() {
        check("@echo off\ncall gcloud a ^\n  --b=c ^\n  \"--d=e f\"", "echo␣off; gcloud␣a␣--b=c␣--d=e f");
        check("gcloud a --b=\"{\\\"c\\\": 1}\" > x.txt 2>&1", "gcloud␣a␣--b={\"c\": 1} >");
        check("gcloud a 2>nul >nul", "gcloud␣a >");
        check("a & b && c || d | e", "(a; b && c || d | e)");
        check("rem gcloud\n:: gcloud\nREM gcloud & x\ngcloud 50%% a^&b", "gcloud␣50%␣a&b");
        check(
            "gcloud %A% \"%B%\" %~1 %* %C:~0,3%",
            "gcloud␣‹\"A\" split›␣‹\"B\"›␣‹Parameter(1) split›␣‹Parameters split›␣‹Other(\"%C:~0,3%\") split›",
        );
        check("gcloud !A!", "gcloud␣!A!");
        check(
            "setlocal EnableDelayedExpansion\ngcloud !A!",
            "setlocal␣EnableDelayedExpansion; gcloud␣‹\"A\" late split›",
        );
    }

    #[test]
    fn the_language() {
        check("set A=b c\nset \"D=e\"\nset /p F=what? \nset /a G=1+2\nset H=", "A=b c; D=e; F=?; G=?; H=");
        check("set A=%B%;x & gcloud", "(A=‹\"B\"›;x; gcloud)");
        check(
            "if \"%A%\"==\"b\" (\n  c\n) else if not defined D (\n  e\n) else f",
            "if ‹\"A\"› == b (c) else (if not defined D (e) else (f))",
        );
        check(
            "if errorlevel 1 exit /b 1\nif not exist x y\nif /i %A% neq b c",
            "if ? (exit true) else (); if not exist x (y) else (); if not ‹\"A\" split› == b (c) else ()",
        );
        check("for %%i in (a b) do gcloud %%i", "for i in a␣b (gcloud␣‹Loop(\"i\") split›)");
        check(
            "for /f \"tokens=*\" %%i in ('gcloud a --b^=\"c(d)\" 2^>nul') do set X=%%i",
            "for i in 'gcloud␣a␣--b=c(d)' (X=‹Loop(\"i\")›)",
        );
        check("for /f \"tokens=2 delims=:\" %%i in ('a') do b", "for i in ? (b)");
        check(
            "call :x a \"b c\"\ngoto :eof\n:X\nb\ngoto y\n:y\nexit",
            "call x a␣b c; exit true / :x b; goto y / :y exit false",
        );
    }

    #[test]
    fn places_are_exact() {
        let text = "gcloud x ^\n  --a=%B%";
        let script = parse(&Snippet::whole(text));
        let StmtKind::Command(all, _) = &script.sections[0].body[0].kind else { panic!() };
        let Part::Text { text: flag, span, exact } = &all[2].parts[0] else { panic!() };
        assert_eq!((flag.as_str(), *exact, text.get(span.range())), ("--a=", true, Some("--a=")));
    }

    #[test]
    fn what_nests_too_deep_is_skipped() {
        for part in ["(", "if a==b ", "for %%i in (a) do ", "call "] {
            assert!(parse(&Snippet::whole(&part.repeat(2000))).skipped, "{part}");
        }
        assert!(!parse(&Snippet::whole(&"a & b && c || d\n".repeat(2000))).skipped);
    }
}
