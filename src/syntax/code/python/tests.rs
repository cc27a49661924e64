//! What is read of Python, and where it stands.

#![allow(clippy::string_slice, clippy::too_many_lines, reason = "a test that cannot go on panics, and lists are long")]

use std::fmt::Write;

use super::super::*;
use crate::source::{Snippet, Source, Span};

/// Reads a text, and asserts that every span lies in it, inner ones in outer ones.
pub(super) fn read(text: &str) -> File {
    let file = super::file(&Snippet::whole(text));
    file.body.iter().for_each(|stmt| assert!(stmt.span.end as usize <= text.len()));
    file
}

/// A tree in one line, in a notation of its own.
pub(super) fn show(text: &str) -> String {
    Printer(text).block(&read(text).body)
}

struct Printer<'t>(&'t str);

impl Printer<'_> {
    fn block(&self, body: &[Stmt]) -> String {
        body.iter().map(|stmt| self.stmt(stmt)).collect::<Vec<_>>().join("; ")
    }

    fn stmt(&self, stmt: &Stmt) -> String {
        match &stmt.kind {
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::Assign { targets, value, declares } => {
                assert!(!declares);
                let targets: String = targets.iter().map(|target| self.target(target) + " = ").collect();
                targets + &self.expr(value)
            }
            StmtKind::Append { target, value, adds } => {
                let sign = if *adds { "+=" } else { "?=" };
                format!("{} {sign} {}", self.target(target), self.expr(value))
            }
            StmtKind::Delete(value) => format!("del {}", self.expr(value)),
            StmtKind::If { arms, otherwise } => {
                let mut text = String::new();
                for (test, body) in arms {
                    let _ = write!(text, "if {} {{{}}} ", self.expr(test), self.block(body));
                }
                match otherwise {
                    Some(body) => text + &format!("else {{{}}}", self.block(body)),
                    None => text.trim_end().to_owned(),
                }
            }
            StmtKind::For { target, items, body } => {
                format!("for {} in {} {{{}}}", self.target(target), self.expr(items), self.block(body))
            }
            StmtKind::While(test, body) => format!("while {} {{{}}}", self.expr(test), self.block(body)),
            StmtKind::Try { body, handlers, last } => {
                let mut text = format!("try {{{}}}", self.block(body));
                for handler in handlers {
                    let _ = write!(text, " except {{{}}}", self.block(handler));
                }
                if last.is_empty() { text } else { text + &format!(" finally {{{}}}", self.block(last)) }
            }
            StmtKind::Block { enters, body } => {
                let enter = |(value, target): &(Expr, Option<Target>)| match target {
                    Some(target) => format!("{} as {}", self.expr(value), self.target(target)),
                    None => self.expr(value),
                };
                format!("with {} {{{}}}", list(enters, enter), self.block(body))
            }
            StmtKind::Return(None) => "return".to_owned(),
            StmtKind::Return(Some(value)) => format!("return {}", self.expr(value)),
            StmtKind::Raise => "raise".to_owned(),
            StmtKind::Break => "break".to_owned(),
            StmtKind::Continue => "continue".to_owned(),
            StmtKind::Function(function) => self.function(function),
            StmtKind::Class(class) => {
                let fields = list(&class.fields, |(name, value)| match value {
                    Some(value) => format!("{name}={}", self.expr(value)),
                    None => name.clone(),
                });
                let methods: Vec<_> = class.methods.iter().map(|function| self.function(function)).collect();
                let decorators = self.decorators(&class.decorators);
                format!(
                    "{decorators}class {}({}) [{fields}] {{{}}}",
                    class.name,
                    class.bases.join(", "),
                    methods.join("; ")
                )
            }
            StmtKind::Import(imports) => {
                let names = list(imports, |import| {
                    assert!(import.name == "__future__" || !self.at(import.span).is_empty());
                    format!("{}:{}:{}", import.module, import.item.as_deref().unwrap_or(""), import.name)
                });
                format!("import {names}")
            }
            StmtKind::Outer(names) => format!("outer {}", names.join(", ")),
            StmtKind::Other => "other".to_owned(),
        }
    }

    fn function(&self, function: &Function) -> String {
        let parameters = list(&function.parameters, |parameter| {
            let default = parameter.default.as_ref().map_or(String::new(), |value| format!("={}", self.expr(value)));
            format!("{}{}{default}", stars(parameter.spread), self.target(&parameter.target))
        });
        let decorators = self.decorators(&function.decorators);
        format!("{decorators}def {}({parameters}) {{{}}}", function.name, self.block(&function.body))
    }

    fn decorators(&self, decorators: &[Expr]) -> String {
        decorators.iter().map(|decorator| format!("@{} ", self.expr(decorator))).collect::<Vec<_>>().concat()
    }

    fn target(&self, target: &Target) -> String {
        match &target.kind {
            TargetKind::Name(name) => {
                assert_eq!(self.at(target.span), *name);
                name.clone()
            }
            TargetKind::Part(expr) => self.expr(expr),
            TargetKind::Items(items, rest) => {
                let mut items: Vec<_> = items.iter().map(|item| self.target(item)).collect();
                if let Some(rest) = rest {
                    items[*rest].insert(0, '*');
                }
                format!("({})", items.join(", "))
            }
            TargetKind::Fields(_) => panic!("Python has none"),
            TargetKind::Nothing => "_".to_owned(),
        }
    }

    fn at(&self, span: Span) -> &str {
        &self.0[span.range()]
    }

    fn text(&self, text: &Snippet) -> String {
        // Every character has its place, in order.
        let mut last = 0;
        for (at, c) in text.text().char_indices() {
            let span = text.span(at..at + c.len_utf8());
            assert!(span.start >= last && !span.is_empty(), "{text:?}");
            last = span.start;
            if text.is_exact(at..at + c.len_utf8()) {
                assert_eq!(self.at(span), c.to_string());
            }
        }
        text.text().to_owned()
    }

    fn expr(&self, expr: &Expr) -> String {
        let at = self.at(expr.span);
        match &expr.kind {
            ExprKind::Text(text) => format!("{:?}", self.text(text)),
            ExprKind::Template(parts) => {
                let parts: String = parts
                    .iter()
                    .map(|part| match part {
                        TemplatePart::Text(text) => self.text(text),
                        TemplatePart::Value { value, changed, span } => {
                            assert!(self.at(*span).starts_with('{') && self.at(*span).ends_with('}'));
                            format!("${}{{{}}}", if *changed { "!" } else { "" }, self.expr(value))
                        }
                    })
                    .collect();
                format!("`{parts}`")
            }
            ExprKind::Number(number) => number.clone(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Name(name) => {
                assert_eq!(at, *name);
                name.clone()
            }
            ExprKind::Member(base, member) => {
                assert_eq!(self.at(member.at), member.name);
                format!("{}.{}", self.expr(base), member.name)
            }
            ExprKind::Index(base, key) => format!("{}[{}]", self.expr(base), self.expr(key)),
            ExprKind::Call(call) => {
                let arguments = list(&call.arguments, |argument| {
                    let name = argument.name.as_ref().map_or(String::new(), |(name, span)| {
                        assert_eq!(self.at(*span), *name);
                        format!("{name}=")
                    });
                    format!("{}{name}{}", stars(argument.spread), self.expr(&argument.value))
                });
                format!("{}({arguments})", self.expr(&call.callee))
            }
            ExprKind::List(elements) => {
                let elements = list(elements, |element| {
                    format!("{}{}", if element.spread { "*" } else { "" }, self.expr(&element.value))
                });
                format!("[{elements}]")
            }
            ExprKind::Map(entries) => {
                let entries = list(entries, |entry| match &entry.key {
                    Some(key) => format!("{}: {}", self.expr(key), self.expr(&entry.value)),
                    None => format!("**{}", self.expr(&entry.value)),
                });
                format!("{{{entries}}}")
            }
            ExprKind::Struct(..) => panic!("Python has none"),
            ExprKind::Binary(operator, left, right) => {
                format!("({} {operator:?} {})", self.expr(left), self.expr(right))
            }
            ExprKind::Not(value) => format!("!{}", self.expr(value)),
            ExprKind::Choice(test, left, right) => {
                format!("({} ? {} : {})", self.expr(test), self.expr(left), self.expr(right))
            }
            ExprKind::Function(function) => self.function(function),
            ExprKind::Comprehension(turn) => {
                let key = turn.key.as_ref().map_or(String::new(), |key| format!("{}: ", self.expr(key)));
                let mut more = String::new();
                for condition in &turn.conditions {
                    more.push_str(" if ");
                    more.push_str(&self.expr(condition));
                }
                if turn.more {
                    more.push_str(" …");
                }
                let (value, target) = (self.expr(&turn.value), self.target(&turn.target));
                format!("[{key}{value} for {target} in {}{more}]", self.expr(&turn.items))
            }
            ExprKind::Unknown(parts) => format!("?({})", list(parts, |part| self.expr(part))),
        }
    }
}

fn stars(spread: Spread) -> &'static str {
    match spread {
        Spread::No => "",
        Spread::Items => "*",
        Spread::Fields => "**",
    }
}

fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    items.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn assert_shows(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(show(text), *expected, "{text}");
    }
}

#[test]
fn assignments() {
    assert_shows(&[
        (
            r#"x = 1
a = b = "c""#,
            r#"x = 1; a = b = "c""#,
        ),
        (
            "a, *b = c
[a, (b, _)] = c
(a) = 1
for i, in x: pass",
            "(a, *b) = c; (a, (b, _)) = c; a = 1; for (i) in x {}",
        ),
        (
            "x: int = 3
y: int
x = y = yield
a = b += 1",
            "x = 3; other; x = y = ?(); a = ?(b, 1)",
        ),
        (
            r#"a.b["c"] = d; e = f
a += 1; b -= 2; c |= {"a": 1}
del a, (b).c"#,
            r#"a.b["c"] = d; e = f; a += 1; b ?= 2; c += {"a": 1}; del a; del b.c"#,
        ),
    ]);
}

#[test]
fn blocks() {
    assert_shows(&[
        (
            "if a: b
elif c:
    d
else:
    pass",
            "if a {b} if c {d} else {}",
        ),
        (
            "for a, b in c: d
else: e
for x in 1, 2, *a: break
while (x := f()): continue",
            "for (a, b) in c {d}; if ?() {e}; for x in [1, 2, *a] {break}; while ?(f()) {continue}",
        ),
        (
            "async def f():
    async for x in y:
        await z(1)
    async with a as b, c: pass
    return await g(x)",
            "def f() {for x in y {z(1)}; with a as b, c {}; return g(x)}",
        ),
        (
            "try:
    import a
except (A, B) as e:
    b
except:
    c
else:
    d
finally:
    e",
            "try {import a::a; d} except {e = ?(); b} except {c} finally {e}",
        ),
        (
            r#"with (open(a) as f, b()): c
with (open(a) as f): c
with (a, b): c
with a as (b, c), d as e.f: g
with open("x") as f, open("y") as g: pass"#,
            r#"with open(a) as f, b() {c}; with open(a) as f {c}; with a, b {c}; with a as (b, c), d as e.f {g}; with open("x") as f, open("y") as g {}"#,
        ),
        (
            r#"if __name__ == "__main__":
    main()
    def inner(): global G; nonlocal n"#,
            r#"if (__name__ Equal "__main__") {main(); def inner() {outer G; outer n}}"#,
        ),
        (
            r#"assert x, "y"
raise A(b) from c
type X = int
pass
return
def g(): x = yield from y; return 1, 2"#,
            "other; raise; other; return; def g() {x = ?(y); return [1, 2]}",
        ),
    ]);
}

#[test]
fn functions_and_classes() {
    assert_shows(&[
        (
            "class A:\n  class B: x = 1\n  if c:\n    y = 1\n    def f(self): pass\n  else:\n    z: int = 2\n  w = 3",
            "class A() [B=?(), y=?(), f=?(), z=?(), w=3] {}",
        ),
        ("type(a).b = c(d)\ntype A[T] = B", "?(c(d)); other"),
        (
            r#"def f(a, b: int, c=1, d: str = "x", *args, e, f=2, **kw) -> T:
    "doc"
    return"#,
            r#"def f(a, b, c=1, d="x", *args, e, f=2, **kw) {"doc"; return}"#,
        ),
        ("def f(a, /, b, *, c: x): pass", "def f(a, b, *_, c) {}"),
        (
            r#"@app.route("/x", methods=["POST"])
# comment
@b

def f(): yield 1"#,
            r#"@app.route("/x", methods=["POST"]) @b def f() {?(1)}"#,
        ),
        (
            r#"@dataclass
class A(B, c.D, Generic[T], metaclass=M):
    """doc"""
    x: str
    y: int = 1
    z = q = "q"
    @property
    def p(self): return self.x
    @staticmethod
    def s(): pass
    async def m(self):
        pass
    w: list[str] = field(default_factory=list)
    a, b = 1, 2"#,
            r#"@dataclass class A(B, c.D) [x, y=1, z="q", q="q", w=field(default_factory=list), a=?(), b=?()] {@property def p(self) {return self.x}; @staticmethod def s() {}; def m(self) {}}"#,
        ),
    ]);
}

#[test]
fn imports() {
    assert_shows(&[
        (
            r"import a.b, c as d, a.b as e
from . import x
from .. a import (b as c, d,)
from x import *
from __future__ import annotations
from a.b.c import \
    d",
            "import a::a, c::d, a.b::e; import .:x:x; import ..a:b:c, ..a:d:d; import x:*:*; import __future__:annotations:annotations; import a.b.c:d:d",
        ),
        (
            "try: from a import b
except ImportError: b = None",
            "try {import a:b:b} except {b = null}",
        ),
    ]);
}

#[test]
fn expressions() {
    assert_shows(&[
        (
            "a or b and not c
a + b % c - d
a < b < c
a is None; a is not None; a is b; a not in b; a in b; a != b; a is True
-1; -x; +1; ~x
a if t else b
lambda x, *y, z=1: x",
            "(a Or (b And !c)); ((a Add (b Percent c)) Other d); (a Other ?(b, c)); (a Equal null); (a NotEqual null); (a Other b); (a NotIn b); (a In b); (a NotEqual b); (a Equal true); -1; ?(x); ?(1); ?(x); (t ? a : b); def (x, *y, z=1) {return x}",
        ),
        (
            "[a for a in b if c]; {a for a in b}; (a for a, b in c for d in e); {k: v for k, v in d.items()}
f(a for a in b)",
            "[a for a in b if c]; [a for a in b]; [a for (a, b) in c …]; [k: v for (k, v) in d.items()]; f([a for a in b])",
        ),
        (
            r#"f(a, *b, c=d, **e)(g).h[0]
x[1:]; x[1, 2]; x[a:b, c]
{"a": 1, **b}; {1, 2}; (); (a,); a, b; x,"#,
            r#"f(a, *b, c=d, **e)(g).h[0]; ?(x, 1); ?(x, 1, 2); ?(x, a, b, c); {"a": 1, **b}; [1, 2]; []; [a]; [a, b]; [x]"#,
        ),
        (
            r#"(a).b; ((a + b)); await x
[*a, b]; print(*a, sep="")
...; 1_000; 0xFF; 1e3j; True; False; None"#,
            r#"a.b; (a Add b); x; [*a, b]; print(*a, sep=""); ?(); 1_000; 0xFF; 1e3j; true; false; null"#,
        ),
    ]);
}

#[test]
fn matches_are_branches() {
    assert_shows(&[
        (
            r#"match x.y:
    case "a" | "b": c
    case 1 if z: d
    case A.B: e
    case {"url": url, **rest}: f
    case [a, *b]: g
    case Point(x=0, y=q) as p: h
    case None: i
    case other: j"#,
            r#"if ((x.y Equal "a") Or (x.y Equal "b")) {c} if ((x.y Equal 1) And z) {d} if ?(x.y) {e} if ?(x.y) {url = ?(); rest = ?(); f} if ?(x.y) {a = ?(); b = ?(); g} if ?(x.y) {q = ?(); p = ?(); h} if (x.y Equal null) {i} else {other = x.y; j}"#,
        ),
        (
            "match x, y:
    case _: z",
            "with  {z}",
        ),
        (
            r#"match (x):
    case -1: a
    case y if y: b
    case _ if z: b
    case "x" "y": c
match = 1; match.x(); type = 2; print("a"); exec("b")"#,
            r#"if ?(x) {a} if ?(y) {y = x; b} if z {b} if (x Equal "xy") {c}; match = 1; match.x(); type = 2; print("a"); exec("b")"#,
        ),
    ]);
}

#[test]
fn the_old_language_is_read_where_that_is_possible() {
    assert_shows(&[(
        r#"print "a", b
print >>sys.stderr, "x"
exec "x" in y
raise A, "b"
try: a
except A, e: b
print "a" % b
print foo bar
`a`
x = 2"#,
        r#"?("a", b); ?(sys.stderr, "x"); ?("x", y); raise; try {a} except {b}; ?(("a" Percent b)); other; other; x = 2"#,
    )]);
}

#[test]
fn texts_are_decoded() {
    assert_shows(&[
        (r#"x = "a\n\t\\\'\"\x41\u00e9\U0001F600\101\0é\q\a""#, r#"x = "a\n\t\\'\"Aé😀A\0é\\q\u{7}""#),
        (
            r#"x = r"a\n\"" + R'b\\' + b"\x41\u0041\xff" + rb"\n" + Rb'x' + u"é" + U'\x41'"#,
            r#"x = (((((("a\\n\\\"" Add "b\\\\") Add "A\\u0041�") Add "\\n") Add "x") Add "é") Add "A")"#,
        ),
        (
            r#"x = """a
"b" \
c""" '''d''' "\
e""#,
            r#"x = "a\n\"b\" cde""#,
        ),
        (
            r#"x = ("a" 'b'
     f"c{d}e" "f{g}" rf"\d{h}")"#,
            r"x = `abc${d}ef{g}\d${h}`",
        ),
        (
            r#"f"{a}"; f"{a!s}"; f"{a!r}"; f"{a:>10}"; f"{a=}"; f"{a!a:{w}}"; f"{a:}""#,
            "`${a}`; `${a}`; `$!{a}`; `$!{a}`; `$!{a}`; `$!{a}`; `${a}`",
        ),
        (r#"f"{{{a}}} }} {{"; f""; f"abc"; F"x{{y"; """#, r#"`{${a}} } {`; ""; "abc"; "x{y"; """#),
        (
            r#"f"{x["a"]}"; f'{x['a']['b']}'; f"{f'{f"{1}"}'}"; f"{ {'a': 1}['a'] }"; f"{(lambda x: x)(1)}""#,
            r#"`${x["a"]}`; `${x["a"]["b"]}`; `${`${`${1}`}`}`; `${{"a": 1}["a"]}`; `${def (x) {return x}(1)}`"#,
        ),
        (
            r#"f"\{a}"; f"\N{DASH}{a}"; rf"\N{a}"; f"{a}\n{b}\\{c}"; "\N{EM DASH}b\Nc""#,
            r#"`\${a}`; `�${a}`; `\N${a}`; `${a}
${b}\${c}`; "�b\\Nc""#,
        ),
        (
            r#"f"""{
  a  # c
}
{b:%Y-%m-%d}
""""#,
            "`${a}
$!{b}
`",
        ),
        (
            r#"f"{a:'^10}{b:{c}.{d}}{e!r:^{f}}"; f"{a if b else 'c'}{x[1:2]}{a, b}{*c,}{yield}""#,
            r#"`$!{a}$!{b}$!{e}`; `${(b ? a : "c")}${?(x, 1, 2)}${[a, b]}${[*c]}${?()}`"#,
        ),
        (
            r#"t"a{b}"; fr"a{b}\n"; "\ud83d\ude00"; "\x4"; "\400"; ''''a'b''c'''"#,
            r#"`a${b}`; `a${b}\n`; "��"; "\\x4"; "Ā"; "'a'b''c""#,
        ),
        (
            r#"x = "日本" "é\n日"
f"é{日}ü""#,
            r#"x = "日本é\n日"; `é${日}ü`"#,
        ),
        (
            r#""a" "b".join(c); "a" % b; "{}".format(x); "a" f"{b}".c"#,
            r#""ab".join(c); ("a" Percent b); "{}".format(x); `a${b}`.c"#,
        ),
        (
            r#"x = "a" \
    "b""#,
            r#"x = "ab""#,
        ),
        (r#"`a`; x = 0777L; y = ur"a""#, "other"),
        (r#"x = '''a'b'c''' "it's" 'say "x"'"#, r#"x = "a'b'cit'ssay \"x\"""#),
    ]);
}

#[test]
fn a_fault_costs_the_statement_that_it_is_in() {
    assert_shows(&[
        (
            "def a():
    x = foo(1, [2
    y = 3

def b():
    return 1",
            "def a() {other; y = 3}; def b() {return 1}",
        ),
        (
            r#"class A:
    def a(self):
        x = {"a": 1,
        return x

    def b(self):
        return 2
z = 1"#,
            "class A() [] {def a(self) {other; return x}; def b(self) {return 2}}; z = 1",
        ),
        (
            r#"print "a" % b
x = 1
print foo bar
y = 2"#,
            r#"?(("a" Percent b)); x = 1; other; y = 2"#,
        ),
        (
            r#"def f():
    x = 'abc
    y = f"{a"
    z = 1
    w = f"{a b}"
    v = f"{}"
def g(): pass"#,
            "def f() {other; other; z = 1; other; other}; def g() {}",
        ),
        (
            "def broken(a, b:
    x = 1
    return x
def g(): pass",
            "other; def g() {}",
        ),
        (
            "class A:
    def broken(self, a b):
        x = 1
    def ok(self): return 1
    y = = 2
    z: int = 3",
            "class A() [z=3] {def broken(self, a) {x = 1}; def ok(self) {return 1}}",
        ),
        (
            "if a = b:
    c
else:
    d
e = 1",
            "if ?() {c} else {d}; e = 1",
        ),
        (
            "<<<<<<< HEAD
x = 1
=======
x = 2
>>>>>>> main
def f():
<<<<<<< HEAD
    return 1
=======
    return 2
>>>>>>> main",
            "x = 1; x = 2; def f() {return 1; return 2}",
        ),
        (
            "!pip install x
%matplotlib inline
x = !ls
y = 1",
            "other; other; other; y = 1",
        ),
        (
            r#"x = """abc
y = 1"#,
            "other",
        ),
        (
            "  x = 1
  y = 2",
            "x = 1; y = 2",
        ),
        (
            "def f():
    if x:
        foo(]
        bar()
    else
        c()
    d()
def g(): pass",
            "def f() {if x {other; bar()}; other; other; d()}; def g() {}",
        ),
        (
            "try:
    x
y = 1",
            "try {x}; y = 1",
        ),
        (
            "x = 1 +
y = 2
for in x: z
w = 3
lambda
v = 4",
            "other; y = 2; for  in ?() {z}; w = 3; other; v = 4",
        ),
        (
            "async def f(): pass
await x
class : pass
def (): pass
k = 1",
            "def f() {}; x; other; other; k = 1",
        ),
        (
            "x = (a for
def g(): pass
y = [
  1, 2
import a
z = 1",
            "other; def g() {}; other; import a::a; z = 1",
        ),
        (
            "{% if x %}
a = {{ b }}
{% endif %}
c = 1",
            "a = [[b]]; c = 1",
        ),
        (
            "return 1
def f(x, x=, y): pass
@
def g(): pass",
            "return 1; def f(x, x, y) {}; other; def g() {}",
        ),
        (
            "x = 1)
) + 2
(",
            "other; other; other",
        ),
        (
            r#"foo(a, b c)
foo(a b="x", url="y")
x = {"a": 1 "b": 2}
y = 3"#,
            "other; other; other; y = 3",
        ),
    ]);
}

#[test]
fn other_line_ends_and_tabs() {
    let text = "\u{feff}def f():\r\n\tx = '''a\r\nb''' \\\r\n\t  'c'\r\n\treturn x\r\n";
    let source = Source::new("a.py", text.as_bytes()).unwrap();
    assert_eq!(show(source.text()), "def f() {x = \"a\\nbc\"; return x}");
    assert_eq!(show("if a:\n\tb\n\tc\nelse:\n  d"), "if a {b; c} else {d}");
    assert_eq!(show("\n\n  # x\n"), "");
    assert_eq!(show(""), "");
}

#[test]
fn spans_are_of_the_file() {
    let text = "x = 1\nclass A:\n  @a\n  def f(self,\n        y): return (y)\nz = (\n  'é' f'{a!r}' )\n";
    let file = read(text);
    let at = |span: Span| &text[span.range()];
    let StmtKind::Class(class) = &file.body[1].kind else { panic!() };
    let method = &class.methods[0];
    assert_eq!((at(class.head), at(method.head)), ("class A:", "def f(self,"));
    let StmtKind::Return(Some(value)) = &method.body[0].kind else { panic!() };
    assert_eq!((at(method.body[0].span), at(value.span)), ("return (y)", "y"));
    let StmtKind::Assign { targets, value, .. } = &file.body[2].kind else { panic!() };
    assert_eq!((at(targets[0].span), at(value.span)), ("z", "'é' f'{a!r}'"));
    let ExprKind::Template(parts) = &value.kind else { panic!() };
    let TemplatePart::Value { span, .. } = &parts[1] else { panic!() };
    assert_eq!(at(*span), "{a!r}");
}

#[test]
fn a_fault_in_one_of_many_costs_only_that_one() {
    let sound = "def f(a):\n    return a\n\n";
    let text = format!("{}def g(:\n    x = (1\n    y y\n{}", sound.repeat(300), sound.repeat(300));
    let file = read(&text);
    let functions = file.body.iter().filter(|stmt| matches!(stmt.kind, StmtKind::Function(_))).count();
    assert_eq!((functions, file.skipped), (600, false));
}

#[test]
fn what_nests_too_deep_keeps_its_names_and_its_neighbours() {
    let file = read(&format!("x = {}b\ny = 2\n", "not ".repeat(300)));
    assert!(file.skipped);
    assert!(format!("{:?}", file.body[0]).contains("Name(\"b\")"));
    assert!(matches!(&file.body[1].kind, StmtKind::Assign { .. }));
    let file = read(&format!("def f():\n  a\n  x = {}\n  b\n", "(".repeat(300) + &")".repeat(300)));
    assert!(file.skipped);
    let StmtKind::Function(function) = &file.body[0].kind else { panic!() };
    assert_eq!(function.body.len(), 3);
}
