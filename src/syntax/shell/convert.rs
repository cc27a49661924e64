//! The parser's tree → ours. The only file beside [`super::expansion`] and [`super::recover`] that knows the parser.

use shuck_ast as ast;

use super::prepare::{self, Prepared};
use super::{
    Assign, Assigned, CaseArm, CaseEnd, Command, Declared, HereDoc, Index, Param, ParamOp, Part, Redirect, Stmt, Test,
    Word, expansion,
};
use crate::source::{Snippet, Span};

/// Statements nested deeper than this are dropped; the parser stops far earlier.
const MAX_DEPTH: usize = 200;

/// Converts one parse of `prepared.text[base..]`.
pub(super) struct Converter<'p> {
    pub prepared: &'p Prepared<'p>,
    pub base: usize,
    depth: std::cell::Cell<usize>,
}

impl<'p> Converter<'p> {
    pub(super) fn new(prepared: &'p Prepared<'p>, base: usize) -> Self {
        Self { prepared, base, depth: std::cell::Cell::new(0) }
    }

    fn range(&self, span: ast::Span) -> std::ops::Range<usize> {
        let start = self.base + span.start.offset();
        start..(self.base + span.end.offset()).max(start)
    }

    /// The file's span of a parser's span.
    pub(super) fn span(&self, span: ast::Span) -> Span {
        self.prepared.original.span(self.range(span))
    }

    /// The masked text of a parser's span.
    pub(super) fn masked(&self, span: ast::Span) -> &str {
        self.prepared.text.get(self.range(span)).unwrap_or("")
    }

    pub(super) fn body(&self, body: &ast::StmtSeq) -> Vec<Stmt> {
        if self.depth.get() >= MAX_DEPTH {
            return Vec::new();
        }
        self.depth.set(self.depth.get() + 1);
        let stmts = body.stmts.iter().map(|stmt| self.stmt(stmt)).collect();
        self.depth.set(self.depth.get() - 1);
        stmts
    }

    fn boxed(&self, stmt: &ast::Stmt) -> Box<Stmt> {
        Box::new(self.stmt(stmt))
    }

    pub(super) fn stmt(&self, stmt: &ast::Stmt) -> Stmt {
        if self.depth.get() >= MAX_DEPTH {
            return Stmt {
                command: Command::Nothing,
                redirects: Vec::new(),
                background: false,
                span: self.span(stmt.span),
            };
        }
        self.depth.set(self.depth.get() + 1);
        let command = self.command(&stmt.command);
        let redirects = stmt.redirects.iter().map(|redirect| self.redirect(redirect)).collect();
        self.depth.set(self.depth.get() - 1);
        let span = self.trimmed(stmt.span);
        let background = matches!(stmt.terminator, Some(ast::StmtTerminator::Background(_)));
        let inner = Stmt { command, redirects, background, span };
        if !stmt.negated {
            return inner;
        }
        Stmt { command: Command::Not(Box::new(inner)), redirects: Vec::new(), background, span }
    }

    /// A statement's span without the line end that the parser counts in, and without here-document bodies.
    fn trimmed(&self, span: ast::Span) -> Span {
        let range = self.range(span);
        let text = self.prepared.text.get(range.clone()).unwrap_or("");
        let kept = text.trim_end_matches(['\n', ' ', '\t', ';', '&']).len();
        self.prepared.original.span(range.start..range.start + kept)
    }

    fn command(&self, command: &ast::Command) -> Command {
        match command {
            ast::Command::Simple(simple) => self.simple(simple),
            ast::Command::Decl(decl) => self.declare(decl),
            ast::Command::Builtin(ast::BuiltinCommand::Return(_)) => Command::Return,
            ast::Command::Builtin(ast::BuiltinCommand::Exit(_)) => Command::Exit,
            ast::Command::Builtin(ast::BuiltinCommand::Break(_)) => Command::Break,
            ast::Command::Builtin(ast::BuiltinCommand::Continue(_)) => Command::Continue,
            ast::Command::Binary(binary) => self.binary(binary),
            ast::Command::Compound(compound) => self.compound(compound),
            ast::Command::Function(function) => Command::Function {
                name: function.static_names().next().map(|name| name.as_str().to_owned()).unwrap_or_default(),
                body: vec![self.stmt(&function.body)],
            },
            ast::Command::AnonymousFunction(function) => Command::Group(vec![self.stmt(&function.body)]),
        }
    }

    fn simple(&self, simple: &ast::SimpleCommand) -> Command {
        let words = std::iter::once(&simple.name).chain(&simple.args);
        Command::Simple {
            assigns: simple.assignments.iter().map(|assign| self.assign(assign)).collect(),
            words: words.filter(|word| word.span.start != word.span.end).map(|word| self.word(word)).collect(),
        }
    }

    fn declare(&self, decl: &ast::DeclClause) -> Command {
        let (mut assigns, mut names, mut declared) = (Vec::new(), Vec::new(), Declared::Plain);
        for operand in &decl.operands {
            match operand {
                ast::DeclOperand::Flag(word) => match self.masked(word.span) {
                    flag if flag.contains('A') => declared = Declared::Map,
                    flag if flag.contains('n') => declared = Declared::Reference,
                    _ => {}
                },
                ast::DeclOperand::Name(name) => names.push(name.name.as_str().to_owned()),
                ast::DeclOperand::Assignment(assign) => assigns.push(self.assign(assign)),
                ast::DeclOperand::Dynamic(_) => declared = Declared::Dynamic,
            }
        }
        Command::Declare { keyword: decl.variant.as_str().to_owned(), declared, assigns, names }
    }

    fn binary(&self, binary: &ast::BinaryCommand) -> Command {
        let pair = || (self.boxed(&binary.left), self.boxed(&binary.right));
        match binary.op {
            ast::BinaryOp::And => {
                let (left, right) = pair();
                Command::And(left, right)
            }
            ast::BinaryOp::Or => {
                let (left, right) = pair();
                Command::Or(left, right)
            }
            ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll => {
                let mut stages = match self.stmt(&binary.left) {
                    Stmt { command: Command::Pipe(stages), redirects, .. } if redirects.is_empty() => stages,
                    other => vec![other],
                };
                stages.push(self.stmt(&binary.right));
                Command::Pipe(stages)
            }
        }
    }

    fn compound(&self, compound: &ast::CompoundCommand) -> Command {
        use ast::CompoundCommand as Compound;
        match compound {
            Compound::If(command) => {
                let first = (self.body(&command.condition), self.body(&command.then_branch));
                let rest = command.elif_branches.iter().map(|(test, body)| (self.body(test), self.body(body)));
                Command::If {
                    arms: std::iter::once(first).chain(rest).collect(),
                    otherwise: command.else_branch.as_ref().map(|body| self.body(body)),
                }
            }
            Compound::For(command) => Command::For {
                name: command
                    .targets
                    .first()
                    .and_then(|target| target.name.as_ref())
                    .map(|name| name.as_str().to_owned()),
                words: command.words.as_ref().map(|words| words.iter().map(|word| self.word(word)).collect()),
                body: self.body(&command.body),
            },
            Compound::Foreach(command) => Command::For {
                name: Some(command.variable.as_str().to_owned()),
                words: Some(command.words.iter().map(|word| self.word(word)).collect()),
                body: self.body(&command.body),
            },
            Compound::Select(command) => Command::While { condition: Vec::new(), body: self.body(&command.body) },
            Compound::Repeat(command) => Command::While { condition: Vec::new(), body: self.body(&command.body) },
            Compound::ArithmeticFor(command) => {
                Command::While { condition: Vec::new(), body: self.body(&command.body) }
            }
            Compound::While(command) => {
                Command::While { condition: self.body(&command.condition), body: self.body(&command.body) }
            }
            Compound::Until(command) => {
                Command::While { condition: self.body(&command.condition), body: self.body(&command.body) }
            }
            Compound::Case(command) => Command::Case {
                word: self.word(&command.word),
                arms: command.cases.iter().map(|item| self.case_arm(item)).collect(),
            },
            Compound::Subshell(body) => Command::Subshell(self.body(body)),
            Compound::BraceGroup(body) => Command::Group(self.body(body)),
            Compound::Arithmetic(command) => {
                Command::Test(Test::Other(self.masked(command.span).to_owned(), Vec::new()))
            }
            Compound::Time(command) => match &command.command {
                Some(stmt) => Command::Group(vec![self.stmt(stmt)]),
                None => Command::Nothing,
            },
            Compound::Conditional(command) => Command::Test(self.test(&command.expression, 0)),
            Compound::Coproc(command) => Command::Subshell(vec![self.stmt(&command.body)]),
            Compound::Always(command) => {
                let mut body = self.body(&command.body);
                body.extend(self.body(&command.always_body));
                Command::Group(body)
            }
        }
    }

    fn case_arm(&self, item: &ast::CaseItem) -> CaseArm {
        CaseArm {
            patterns: item.patterns.iter().map(|pattern| expansion::glob(pattern, self)).collect(),
            body: self.body(&item.body),
            then: match item.terminator {
                ast::CaseTerminator::Break => CaseEnd::Leave,
                ast::CaseTerminator::FallThrough => CaseEnd::Next,
                ast::CaseTerminator::Continue | ast::CaseTerminator::ContinueMatching => CaseEnd::Match,
            },
        }
    }

    fn test(&self, expression: &ast::ConditionalExpr, depth: usize) -> Test {
        use ast::{ConditionalBinaryOp as Binary, ConditionalExpr as Expr, ConditionalUnaryOp as Unary};
        if depth > MAX_DEPTH {
            return Test::Other("…".to_owned(), Vec::new());
        }
        let other = || {
            let mut words = Vec::new();
            self.words_of(expression, &mut words);
            Test::Other(self.masked(expression.span()).to_owned(), words)
        };
        let next = |expression: &Expr| self.test(expression, depth + 1);
        match expression {
            Expr::Parenthesized(inner) => next(&inner.expr),
            Expr::Unary(unary) => match unary.op {
                Unary::Not => Test::Not(Box::new(next(&unary.expr))),
                Unary::EmptyString => self.operand(&unary.expr).map_or_else(other, Test::Empty),
                Unary::NonEmptyString => {
                    self.operand(&unary.expr).map_or_else(other, |word| Test::Not(Box::new(Test::Empty(word))))
                }
                _ => other(),
            },
            Expr::Binary(binary) => {
                let words = || Some((self.operand(&binary.left)?, self.operand(&binary.right)?));
                let equal = || match (words(), &*binary.right) {
                    (Some((left, right)), _) => Some(Test::Equal(left, right)),
                    (None, Expr::Pattern(pattern)) => {
                        Some(Test::Glob(self.operand(&binary.left)?, expansion::glob(pattern, self)))
                    }
                    _ => None,
                };
                match binary.op {
                    Binary::And => Test::All(vec![next(&binary.left), next(&binary.right)]),
                    Binary::Or => Test::Any(vec![next(&binary.left), next(&binary.right)]),
                    Binary::PatternEq | Binary::PatternEqShort => equal().unwrap_or_else(other),
                    Binary::PatternNe => equal().map_or_else(other, |equal| Test::Not(Box::new(equal))),
                    Binary::RegexMatch => match (self.operand(&binary.left), &*binary.right) {
                        (Some(left), Expr::Regex(right)) => Test::Regex(left, self.word(right)),
                        _ => other(),
                    },
                    Binary::ArithmeticEq => words().map_or_else(other, |(left, right)| Test::Equal(left, right)),
                    Binary::ArithmeticNe => {
                        words().map_or_else(other, |(left, right)| Test::Not(Box::new(Test::Equal(left, right))))
                    }
                    _ => other(),
                }
            }
            Expr::Word(word) => Test::Not(Box::new(Test::Empty(self.word(word)))),
            Expr::Pattern(_) | Expr::Regex(_) | Expr::VarRef(_) => other(),
        }
    }

    /// The words in a condition, in order.
    fn words_of(&self, expression: &ast::ConditionalExpr, out: &mut Vec<Word>) {
        use ast::ConditionalExpr as Expr;
        match expression {
            Expr::Parenthesized(inner) => self.words_of(&inner.expr, out),
            Expr::Unary(unary) => self.words_of(&unary.expr, out),
            Expr::Binary(binary) => {
                self.words_of(&binary.left, out);
                self.words_of(&binary.right, out);
            }
            Expr::Word(word) | Expr::Regex(word) => out.push(self.word(word)),
            Expr::Pattern(_) | Expr::VarRef(_) => {}
        }
    }

    /// The word of a comparison; a pattern only when it has no wildcard.
    fn operand(&self, expression: &ast::ConditionalExpr) -> Option<Word> {
        match expression {
            ast::ConditionalExpr::Word(word) => Some(self.word(word)),
            ast::ConditionalExpr::Pattern(pattern) => {
                if let [part] = pattern.parts.as_slice()
                    && let ast::PatternPart::Word(word) = &part.kind
                {
                    return Some(self.word(word));
                }
                let span = self.span(pattern.span);
                let text = expansion::literal(pattern, self)?;
                Some(Word { parts: vec![Part::Text { text, span, exact: false }], span })
            }
            _ => None,
        }
    }

    fn assign(&self, assign: &ast::Assignment) -> Assign {
        let value = match &assign.value {
            ast::AssignmentValue::Scalar(word) => Assigned::Word(self.word(word)),
            ast::AssignmentValue::Compound(list) => {
                let keyed = list.elements.iter().any(|element| !matches!(element, ast::ArrayElem::Sequential(_)));
                if keyed {
                    Assigned::Map
                } else {
                    Assigned::List(list.elements.iter().map(|element| self.word(&element.value().word)).collect())
                }
            }
        };
        Assign {
            name: assign.target.name.as_str().to_owned(),
            element: assign.target.subscript.is_some(),
            value,
            append: assign.append,
            span: self.span(assign.span),
        }
    }

    pub(super) fn param_of(&self, reference: &ast::VarRef, op: ParamOp) -> Param {
        let index = match reference.subscript.as_deref() {
            None => Index::None,
            Some(subscript) => match self.masked(subscript.span()).trim() {
                "@" | "*" => Index::All,
                text => text.parse().map_or(Index::Other, Index::At),
            },
        };
        Param { name: reference.name.as_str().to_owned(), index, op }
    }

    pub(super) fn word(&self, word: &ast::Word) -> Word {
        let mut parts = Vec::new();
        if self.depth.get() < MAX_DEPTH {
            self.depth.set(self.depth.get() + 1);
            self.parts(&word.parts, false, &mut parts);
            self.depth.set(self.depth.get() - 1);
        }
        let braces = word.has_active_brace_expansion();
        let span = self.span(word.span);
        if braces {
            parts = vec![Part::Opaque { quoted: false, span }];
        }
        Word { parts, span }
    }

    fn parts(&self, nodes: &[ast::WordPartNode], quoted: bool, out: &mut Vec<Part>) {
        for node in nodes {
            let span = || self.span(node.span);
            match &node.kind {
                ast::WordPart::Literal(ast::LiteralText::Owned(text))
                    // What is to be filled in is found in the script itself.
                    if !(text.contains(char::from(prepare::PLACEHOLDER))
                        && self.prepared.text.get(self.range(node.span)) == Some(&**text)) =>
                {
                    out.push(Part::Text { text: unmask(text), span: span(), exact: false });
                }
                ast::WordPart::Literal(_) => self.literal(self.range(node.span), quoted, out),
                ast::WordPart::SingleQuoted { value, dollar } => {
                    let before = out.len();
                    self.literal(self.range(value.span()), true, out);
                    if *dollar {
                        ansi_escapes(out.get_mut(before..).unwrap_or_default());
                    }
                    if out.len() == before {
                        out.push(Part::Text { text: String::new(), span: span(), exact: false });
                    }
                }
                ast::WordPart::DoubleQuoted { parts, .. } => {
                    let before = out.len();
                    self.parts(parts, true, out);
                    if out.len() == before {
                        out.push(Part::Text { text: String::new(), span: span(), exact: false });
                    }
                }
                ast::WordPart::CommandSubstitution { body, .. } => {
                    out.push(Part::Output { body: self.body(body), quoted, span: span() });
                }
                ast::WordPart::ProcessSubstitution { body, .. } => {
                    // Its text is a path; its commands run all the same.
                    out.push(Part::Output { body: self.body(body), quoted, span: span() });
                }
                other => out.push(match expansion::param(other, self) {
                    Some(param) => Part::Param { param: Box::new(param), quoted, span: span() },
                    None => Part::Opaque { quoted, span: span() },
                }),
            }
        }
    }

    /// Literal text: escapes are taken away, placeholders become parts of their own.
    fn literal(&self, range: std::ops::Range<usize>, quoted: bool, out: &mut Vec<Part>) {
        let masked = self.prepared.text.get(range.clone()).unwrap_or("");
        let mut at = 0;
        for (index, piece) in masked.split(char::from(prepare::PLACEHOLDER)).enumerate() {
            let start = range.start + at;
            let piece_range = start..start + piece.len();
            at += piece.len() + 1;
            if index % 2 == 1 {
                let whole = piece_range.start - 1..piece_range.end + 1;
                let shown = self.prepared.original.slice(whole.clone()).to_owned();
                out.push(Part::Placeholder { shown, quoted, span: self.prepared.original.span(whole) });
            } else if !piece.is_empty() {
                let mut text = unmask(piece);
                if !quoted && text.contains('\\') {
                    text = text.replace("\\\n", "").replace('\\', "");
                }
                let exact = text == piece && self.prepared.original.is_exact(piece_range.clone());
                out.push(Part::Text { text, span: self.prepared.original.span(piece_range), exact });
            }
        }
    }

    fn redirect(&self, redirect: &ast::Redirect) -> Redirect {
        use ast::RedirectKind as Kind;
        if let Some(heredoc) = redirect.heredoc() {
            return Redirect::HereDoc(self.heredoc(heredoc));
        }
        let Some(word) = redirect.word_target() else {
            return Redirect::Other;
        };
        let standard = |own: i32| redirect.fd.is_none_or(|fd| fd == own);
        match redirect.kind {
            Kind::Output | Kind::Clobber | Kind::Append | Kind::DupOutput if standard(1) => {
                Redirect::Out(self.word(word))
            }
            Kind::OutputBoth => Redirect::Out(self.word(word)),
            Kind::Input if standard(0) => Redirect::In(self.word(word)),
            Kind::HereString => Redirect::HereString(self.word(word)),
            _ => Redirect::Other,
        }
    }

    fn heredoc(&self, heredoc: &ast::Heredoc) -> HereDoc {
        let range = self.range(heredoc.body.span);
        let expands = heredoc.delimiter.expands_body;
        let mut parts = Vec::new();
        if expands {
            for node in &heredoc.body.parts {
                let span = self.span(node.span);
                parts.push(match &node.kind {
                    ast::HeredocBodyPart::Literal(_) => {
                        self.literal(self.range(node.span), true, &mut parts);
                        continue;
                    }
                    ast::HeredocBodyPart::Variable(name) => {
                        let name = name.as_str().to_owned();
                        let param = Box::new(Param { name, index: Index::None, op: ParamOp::Plain });
                        Part::Param { param, quoted: true, span }
                    }
                    ast::HeredocBodyPart::CommandSubstitution { body, .. } => {
                        Part::Output { body: self.body(body), quoted: true, span }
                    }
                    ast::HeredocBodyPart::Parameter(expansion) => {
                        match expansion::param(&ast::WordPart::Parameter(expansion.clone()), self) {
                            Some(param) => Part::Param { param: Box::new(param), quoted: true, span },
                            None => Part::Opaque { quoted: true, span },
                        }
                    }
                    ast::HeredocBodyPart::ArithmeticExpansion { .. } => Part::Opaque { quoted: true, span },
                });
            }
        } else {
            self.literal(range.clone(), true, &mut parts);
        }
        let body = self.heredoc_body(range, heredoc.delimiter.strip_tabs, expands);
        HereDoc { word: Word { parts, span: self.span(heredoc.body.span) }, body, expands }
    }

    /// The body as its reader gets it: tabs of `<<-` and, where parameters are expanded, escapes taken away.
    fn heredoc_body(&self, range: std::ops::Range<usize>, tabs: bool, expands: bool) -> Snippet {
        let original = self.prepared.original;
        let mut builder = Snippet::builder();
        let mut at = range.start;
        for line in original.slice(range).split_inclusive('\n') {
            let end = at + line.len();
            if tabs {
                at += line.len() - line.trim_start_matches('\t').len();
            }
            let escape = |at: usize| {
                let masked = self.prepared.text.get(at..end).filter(|_| expands)?;
                memchr::memchr(prepare::ESCAPE, masked.as_bytes())
            };
            while let Some(found) = escape(at) {
                builder.push_from(original, at..at + found);
                builder.push_from(original, at + found + 1..at + found + 2);
                at += found + 2;
            }
            builder.push_from(original, at..end);
            at = end;
        }
        builder.finish()
    }
}

/// Text without marks, placeholders as they stand.
pub(super) fn unmask(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        match c {
            '\u{1}' => out.extend(chars.next().map(prepare::escaped).filter(|c| *c != '\n')),
            '\u{e}' => {}
            '\u{16}' => out.push('{'),
            '\u{17}' => out.push('}'),
            '\u{f}' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

/// Takes the escapes of `$'…'` away.
fn ansi_escapes(parts: &mut [Part]) {
    for part in parts {
        if let Part::Text { text, exact, .. } = part
            && text.contains('\\')
        {
            *text = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'").replace("\\\\", "\\");
            *exact = false;
        }
    }
}
