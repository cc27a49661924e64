use std::time::Instant;

use super::super::print_tests::print;
use super::super::{File, Language, StmtKind, parse};
use crate::source::{Snippet, Source};

fn read_as(text: &str, language: Language) -> String {
    let file = parse(&Snippet::whole(text), language);
    assert!(!file.skipped, "{text}");
    print(text, &file)
}

/// The same in both dialects.
fn read(text: &str) -> String {
    let shown = read_as(text, Language::TypeScript);
    assert_eq!(read_as(text, Language::JavaScript), shown, "{text}");
    shown
}

#[track_caller]
fn same(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let shown = read(text);
        if shown != *expected {
            wrong.push(format!("  {text}\nis\n  {shown}\nand not\n  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn assignments() {
    same(&[
        ("const a = 1, b = 'x';", "a := 1\nb := 'x'"),
        ("let a;", "a := ?"),
        ("var a = b = c.d = 2", "a := b := c.d := 2"),
        ("if (x) { var a = 1 }", "if x { a = 1 }"),
        ("function f() { var a = 1; if (a) { var b = 2 } }", "fn f() { a := 1; if a { b = 2 } }"),
        ("const { a, b: c, 'd-e': f, g: { h } } = x", "{a: a, b: c, d-e: f, g: {h: h}} := x"),
        (
            "const { a = 1, b: c = 'y', ...rest } = x",
            "{a: a, b: c} := x\na = (a OrNull 1)\nc = (c OrNull 'y')\nrest = ?",
        ),
        ("const { [k]: a, b } = x", "{b: b} := x\na = ?"),
        ("const [a, , b = 1, ...c] = x", "[a, _, b, ...c] := x\nb = (b OrNull 1)"),
        ("[a, b] = [b, a]", "[a, b] = [b, a]"),
        ("({ a, b: c.d } = x)", "{a: a, b: c.d} = x"),
        ("a.b['c'] = d = 1", "a.b['c'] = d = 1"),
        ("module.exports = { a, b }", "module.exports = {'a': a, 'b': b}"),
        ("exports.f = async () => {}", "exports.f = fn () {}"),
        ("a += 'x'; a -= 1; i++; --i", "a += 'x'\na ?= 1\ni += 1\ni ?= 1"),
        ("a ||= b; a.c ??= d; a &&= e", "a = (a Or b)\na.c = (a.c OrNull d)\na = (a And e)"),
        ("a && (b = 1); a && b()", "if a { b = 1 }\n(a And b())"),
        ("a = 1, b = 2, c()", "a = 1\nb = 2\nc()"),
        ("delete a.b; void main(); await f()", "delete a.b\nmain()\nf()"),
        ("const A = class B extends C { x = 1 }", "class A(C) { x=1;  }"),
        ("module.exports = class A {}", "class A() {  }\nmodule.exports = A"),
        ("with (x) f()", "with(x) { f() }"),
    ]);
}

#[test]
fn expressions() {
    same(&[
        ("a.b?.c.#d", "a.b.c.#d"),
        ("a?.[b]?.(c)", "a[b](c)"),
        ("new A.B(c, ...d)", "A.B(c, ...d)"),
        ("new A", "A()"),
        ("(0, a.b)(c)", "a.b(c)"),
        ("a + b + 'c'", "((a Add b) Add 'c')"),
        (
            "a === b && c !== d || e == f && g != h",
            "(((a Equal b) And (c NotEqual d)) Or ((e Equal f) And (g NotEqual h)))",
        ),
        ("a ?? b", "(a OrNull b)"),
        ("x = a in b; y = a instanceof b; z = a % b", "x = (a In b)\ny = (a Other b)\nz = (a Other b)"),
        ("x = !a ? -1 : +b", "x = (!a ? -1 : ?(b))"),
        ("x = a ? b : c ? d : e", "x = (a ? b : (c ? d : e))"),
        ("x = [undefined, null, true, false, 1_000, 0x1f, 10n]", "x = [null, null, true, false, 1_000, 0x1f, 10n]"),
        ("x = [a, , ...b]", "x = [a, ?, ...b]"),
        ("x = /a[/]'b/g.test(c)", "x = ?.test(c)"),
        ("x = (await a.b()).c", "x = a.b().c"),
        ("x = import.meta.env.X", "x = import.meta.env.X"),
        ("function* f() { const x = yield g(); yield* h }", "fn f() { x := ?(g()); ?(h) }"),
        ("f(x = 1)", "f(?(x, 1))"),
        ("x = (a, b)", "x = ?(a, b)"),
        ("x = typeof a === 'string'", "x = (?(a) Equal 'string')"),
        ("x = new.target", "x = ?"),
        ("x = class { m() { f() } }", "x = ?(fn m() { f() })"),
        ("super(a); this.x = 1", "super(a)\nthis.x = 1"),
    ]);
}

#[test]
fn objects() {
    same(&[
        (
            "x = { a, b: 1, 'c-d': 2, 3: 4, [e]: 5, ...f, g() { return 1 }, async *h() {}, get i() { return 2 } }",
            "x = {'a': a, 'b': 1, 'c-d': 2, '3': 4, e: 5, ...f, 'g': fn g() { return 1 }, 'h': fn h() {}, \
             'i': ?(fn i() { return 2 })}",
        ),
        ("x = { async: 1, get: 2, set, static: 3 }", "x = {'async': 1, 'get': 2, 'set': set, 'static': 3}"),
        ("x = { a: { b: [{ c: 1 }] } }", "x = {'a': {'b': [{'c': 1}]}}"),
    ]);
}

#[test]
fn texts() {
    same(&[
        (
            r#"x = "a\n\t\"\x41\u0042\u{43}\uD83D\uDE00\101\
b""#,
            "x = 'a\n\t\"ABC😀Ab'",
        ),
        (r"x = 'é\q\0'", "x = 'éq\0'"),
        ("x = ``", "x = ''"),
        ("x = `a\nb\\`c`", "x = 'a\nb`c'"),
        ("x = `a ${b} c${d.e}` + ``", "x = (`a ‹b› c‹d.e›` Add '')"),
        ("x = `${`${a}`}`", "x = `‹`‹a›`›`"),
        ("await $`gcloud run ${x}`", "$(`gcloud run ‹x›`)"),
        ("await $({ quiet: true })`ls`", "$({'quiet': true})(`ls`)"),
        ("x = String.raw`a\\n`", "x = String.raw(`a\\n`)"),
        ("x = $`a\\n`", "x = $(`a\n`)"),
    ]);
    let text = r"x = 'a\n--sa'";
    let file = parse(&Snippet::whole(text), Language::JavaScript);
    let StmtKind::Assign { value, .. } = &file.body[0].kind else { panic!() };
    let super::super::ExprKind::Text(inner) = &value.kind else { panic!() };
    assert_eq!(inner.text(), "a\n--sa");
    assert_eq!(text.get(inner.span(2..6).range()), Some("--sa"));
    assert_eq!(text.get(inner.span(1..2).range()), Some("\\n"));
}

#[test]
fn functions() {
    same(&[
        (
            "async function f(a, b = 1, { c, d: e = 2 }, [g], ...h) { return a }",
            "fn f(a, b=1, {c: c, d: e}, [g], ...h) { e = (e OrNull 2); return a }",
        ),
        ("const f = x => x.y", "f := fn (x) { return x.y }"),
        ("const f = async ({ a } = {}) => ({ b: a })", "f := fn ({a: a}={}) { return {'b': a} }"),
        ("const f = function g() { return }", "f := fn g() { return  }"),
        ("a.then(x => { f(x) }).catch(console.error)", "a.then(fn (x) { f(x) }).catch(console.error)"),
        ("(async () => { await f() })()", "fn () { f() }()"),
    ]);
}

#[test]
fn statements() {
    same(&[
        ("if (a) f(); else if (b) { g() } else h()", "if a { f() } else if b { g() } else { h() }"),
        ("for (const x of xs) { f(x); continue }", "for x of xs { f(x); continue }"),
        ("for await (const { a = 1 } of xs) f(a)", "for {a: a} of xs { a = (a OrNull 1); f(a) }"),
        ("for (const k in o) f(k)", "for k of ?(o) { f(k) }"),
        (
            "for (let i = 0, n = 2; i < n; i++) { f(i) }",
            "with() { i := 0; n := 2; while (i Other n) { f(i); i += 1 } }",
        ),
        ("for (i = 0;;) break", "i = 0\nwhile true { break }"),
        ("for (;;) { }", "while true {}"),
        ("while (a) { b() }  do { c() } while (d)", "while a { b() }\nwhile d { c() }"),
        ("try { a() } catch (e) { b(e) } finally { c() }", "try { a() } catch { e := ?; b(e) } finally { c() }"),
        ("try { a() } catch { throw new Error('x') }", "try { a() } catch { raise } finally {}"),
        ("a: b: for (;;) { break a }", "while true { other }"),
        ("{ const a = 1 }", "with() { a := 1 }"),
        ("#!/usr/bin/env node\n'use strict';\n;;debugger", "'use strict'"),
    ]);
}

#[test]
fn switches() {
    same(&[
        (
            "switch (a.b) { case 'x': case 'y': f(); break; case 'z': { g(); return } default: h() }",
            "if ((a.b Equal 'x') Or (a.b Equal 'y')) { f() } else if (a.b Equal 'z') { with() { g(); return  } } \
             else { h() }",
        ),
        ("switch (a) { case 1: case 2: default: f() }", "with(a) { f() }"),
        (
            "switch (a) { case 1: f(); case 2: g(); break; case 3: h() }",
            "if ?((a Equal 1)) { f() } else if ?((a Equal 2)) { g() } else if (a Equal 3) { h() }",
        ),
        ("switch (a) { default: f(); break; case 1: g() }", "if (a Equal 1) { g() } else { f() }"),
        ("switch (f()) { case 1: a(); break; case 2: b() }", "if (f() Equal 1) { a() } else if ?(2) { b() }"),
        ("switch (true) { case a > b: f() }", "if (a Other b) { f() }"),
        ("switch (a) { case 1: if (b) { break } f(); break }", "if (a Equal 1) { if b {}; f() }"),
        ("switch (f()) {} switch (a) { default: g() }", "with(f()) {}\nwith(a) { g() }"),
        (
            "for (;;) { switch (a) { case 1: continue; case 2: for (;;) { break } } break }",
            "while true { if (a Equal 1) { continue } else if (a Equal 2) { while true { break } }; break }",
        ),
    ]);
}

#[test]
fn imports_and_exports() {
    same(&[
        (
            "import a, { b as c, default as d, e } from 'x'",
            "import x.default as a, import x.b as c, import x.default as d, import x.e as e",
        ),
        ("import * as x from \"@google-cloud/tasks\"", "import @google-cloud/tasks as x"),
        ("import 'dotenv/config'", "import dotenv/config as "),
        ("import type { A } from 'x'; import { type B, C } from 'y'", "other\nimport y.C as C"),
        ("import x = require('y')", "import y as x"),
        ("const x = require('y'), { a, b: c } = require('z')", "import y as x\nimport z.a as a, import z.b as c"),
        ("const { a } = await import(`x`)", "import x.a as a"),
        ("const A = require('x').B", "import x.B as A"),
        ("const { a: { b } } = require('x')", "{a: {b: b}} := require('x')"),
        ("const x = require(y)", "x := require(y)"),
        ("export const a = 1", "a := 1"),
        ("export default async function f() {}", "fn f() {}"),
        ("export default class { m() {} }", "class default() { fn m() {} }"),
        ("export default () => a", "default := fn () { return a }"),
        ("export default { a: 1 }", "default := {'a': 1}"),
        ("export = x", "x"),
        ("export { a, b as c }; export * from 'x'; export { d } from 'y'", "other\nother\nother"),
        ("import { 'a-b' as c } from 'x' with { type: 'json' }", "import x.a-b as c"),
    ]);
}

#[test]
fn classes() {
    same(&[
        (
            "@Injectable()\nexport class A extends b.C implements D {\n  static x = 1;\n  #y = 'z';\n  readonly t: string;\n  \
             constructor(private readonly n: string, p = 2) { super() }\n  @Get('/') async m() {}\n  get g() { return 1 }\n  \
             handler = async () => { f() };\n  static { h() }\n  [k]() {}\n}",
            "@Injectable() class A(b.C) { x=1; #y='z'; t; handler=fn () { f() }; fn constructor(n, p=2) { this.n = n; \
             super() }; @Get('/') fn m() {}; fn g() { return 1 }; fn static() { h() }; fn () {} }",
        ),
        ("abstract class A { abstract m(): void; n(): void { f() } }", "class A() { fn n() { f() } }"),
        ("class A<T> extends B<T> { }", "class A(B) {  }"),
        ("class A extends mixin(B) { }", "class A() {  }"),
    ]);
}

#[test]
fn types() {
    same(&[
        ("const x = a as unknown as B", "x := a"),
        ("const x = a! satisfies C", "x := a"),
        ("f<string>(a as T)", "f(a)"),
        ("const x: Record<string, A<B>> = { a: 1 }", "x := {'a': 1}"),
        ("enum A { X = 'x', Y, 'Z' = 1 }", "class A() { X='x'; Y=1; Z=1;  }"),
        ("const enum A { X }", "class A() { X=0;  }"),
        ("interface A { b: string }\ntype C = { d: 1 }\ndeclare const e: string", "other\nother\nother"),
        ("namespace A.B { export const c = 1 }", "with() { c := 1 }"),
        ("function f(this: X, a?: string): asserts a is string {}", "fn f(a) {}"),
        ("function f(a: string): void\nfunction f(a: any) { g() }", "other\nfn f(a) { g() }"),
        ("let x = y as const", "x := y"),
        ("let x = f<typeof import('../a.js')>('b&c', d & e)", "x := f('b&c', (d Other e))"),
    ]);
    assert_eq!(read_as("const x = <Foo<Bar>>a.b", Language::TypeScript), "x := a.b");
    assert_eq!(read_as("const x = <T,>(a: T) => a", Language::JavaScript), "x := fn (a) { return a }");
}

#[test]
fn jsx() {
    let text = "const x = <A b={c} d='e' {...f}>Don't {g(h)} <B/>{i && <C j={k}/>}</A>;\nconst y = <></>";
    assert_eq!(read_as("x = <a href='b?c=1&d=2'>Q & A &amp; {e}</a>", Language::JavaScript), "x = ?(e)");
    assert_eq!(read_as(text, Language::JavaScript), "x := ?(c, f, g(h), (i And ?(k)))\ny := ?");
}

#[test]
fn faults_cost_their_statement() {
    let text = "const a = 1\nconst b = f((;\nconst c = 3\nfunction g() { x( }\nexport const d = 4\n";
    let shown = read_as(text, Language::TypeScript);
    assert!(shown.starts_with("a := 1\n") && shown.contains("\nc := 3\n") && shown.ends_with("d := 4"), "{shown}");
    let shown = read_as("const a = { b: 1, c: @@, d: 2 };\nf(a)\n", Language::TypeScript);
    assert!(!shown.contains("a := {") && shown.ends_with("f(a)"), "{shown}");
    // A string and a template that do not end.
    let shown = read_as("const a = 'x\nconst b = 2\nconst c = `y\nconst d = 4\n", Language::TypeScript);
    assert!(shown.contains("b := 2") && shown.contains("d := 4"), "{shown}");
    let shown = read_as("const a = 1\n/* never\nconst b = 2", Language::TypeScript);
    assert_eq!(shown, "a := 1");
}

#[test]
fn line_ends() {
    let text = "const a = 1\r\nconst b = `x\r\ny`\r\nif (a) {\r\n  f()\r\n}\r\n";
    let source = Source::new("a.ts", text.as_bytes()).unwrap();
    assert_eq!(read(source.text()), "a := 1\nb := 'x\ny'\nif a { f() }");
    assert_eq!(read("a = 'x\\\r\ny'\r\nb = 2\r\n"), "a = 'xy'\nb = 2");
}

#[test]
fn bundles_are_left_alone() {
    let line = "function a(b){return c(b,{d:e[f]});}".repeat(200);
    let file = parse(&Snippet::whole(&line), Language::JavaScript);
    assert!(file.body.is_empty() && !file.skipped);
    let file = parse(&Snippet::whole(&format!("const a = '{}';\n", "QUJD".repeat(4000))), Language::JavaScript);
    assert_eq!(file.body.len(), 1);
}

/// Reads, clones and drops it, in a thread with as little stack as tests have.
fn survives(what: &str, text: &str) -> File {
    let mut last = File::default();
    for language in [Language::TypeScript, Language::JavaScript] {
        eprintln!("{what} …");
        let start = Instant::now();
        let file = parse(&Snippet::whole(text), language);
        drop(file.clone());
        print(text, &file);
        let taken = start.elapsed();
        eprintln!("{what} {language:?}: {} bytes, {taken:?}, skipped {}", text.len(), file.skipped);
        assert!(taken.as_secs() < 20, "{what}: {taken:?}");
        last = file;
    }
    last
}

#[test]
fn deep_texts() {
    const N: usize = 100_000;
    for (what, open, middle, close) in [
        ("parentheses", "( ", "a", ") "),
        ("brackets", "[ ", "a", "] "),
        ("objects", "{a: ", "1", "} "),
        ("calls", "f( ", "a", ") "),
        ("blocks", "{ ", "a", "} "),
        ("ifs", "if (a) ", "b", ""),
        ("else ifs", "if (a) b; else ", "c", ""),
        ("templates", "`${ ", "a", " }`"),
        ("jsx", "<a> ", "b", " </a>"),
        ("jsx braces", "<a>{ ", "b", " }</a>"),
        ("ternaries", "a ? b : ", "c", ""),
        ("ternaries inside", "a ? ", "c", " : b"),
        ("arrows", "a => ", "c", ""),
        ("functions", "function f() { ", "c", " }"),
        ("classes", "class A { m() { ", "c", " } }"),
        ("not", "! ", "c", ""),
        ("typeof", "typeof ", "c", ""),
        ("await", "await ", "c", ""),
        ("new", "new ", "c", ""),
        ("assignments", "a = ", "c", ""),
        ("casts", "<A> ", "c", ""),
        ("as", "a ", "", " as b"),
        ("bang", "a ", "", "! "),
        ("sums", "a + ", "c", ""),
        ("powers", "a ** ", "c", ""),
        ("ands", "a && ", "c", ""),
        ("members", "a", "", " .b"),
        ("indices", "a", "", " [b]"),
        ("called", "f", "", " ()"),
        ("tagged", "f", "", "``"),
        ("types", "let x: A<", "B", ">"),
        ("patterns", "let {a: ", "b", "} "),
        ("labels", "a: ", "b", ""),
        ("generics", "a<", "b", ">"),
        ("commas", "a, ", "b", ""),
        ("switches", "switch (a) { case 1: ", "b", "}"),
        ("decorators", "@a ", "class B {}", ""),
        ("lines", "a + \n", "b", ""),
        ("statements", "a = b\n", "c", ""),
        ("comments", "// a\n", "c", ""),
        ("regexes", "/a/ ", "c", ""),
        ("slashes", "a /", "c", ""),
        ("opened comments", "a\n/*", "c", ""),
        ("quotes", "a '", "c", ""),
        ("escaped quotes", "a\\'", "c", ""),
        ("ticks", "a\n`", "c", ""),
        ("angles", "a <", "c", ""),
    ] {
        let once = matches!(what, "members" | "indices" | "called" | "tagged" | "as" | "bang");
        let text = if once {
            format!("x = {open}{}\n", close.repeat(N))
        } else {
            format!("{}{middle}{}\n", open.repeat(N), close.repeat(N))
        };
        survives(what, &text);
        // Not so deep that it is not tried.
        let n = 199;
        let text = if once {
            format!("x = {open}{}\n", close.repeat(n))
        } else {
            format!("{}{middle}{}\n", open.repeat(n), close.repeat(n))
        };
        survives(what, &text);
    }
}

#[test]
fn long_texts() {
    let survive = |what: &str, text: String| _ = survives(what, &text);
    survive("a long string", format!("const a = '{}'\nconst b = 1\n", "x y".repeat(350_000)));
    survive("a long template", format!("const a = `{}`\nconst b = 1\n", "x\ny".repeat(350_000)));
    survive("a long list", format!("const a = [{}]\nconst b = 1\n", "1, ".repeat(350_000)));
    survive("a long line", "a = 1; ".repeat(150_000));
    survive("many statements", "const a = { b: 'c' }\n".repeat(50_000));
    survive("white space", format!("a\n{}.b()\n", " \n".repeat(500_000)));
    survive("comments", format!("a\n{}.b()\n", "/**/ ".repeat(200_000)));
    // What the scan takes for a template, and the grammar does not.
    for inside in [
        "a\n/*",
        "a\n/**/",
        "a\n//\n",
        "a '",
        "a\n/* ` */",
        "/**/",
        "`${a",
        "a\n\n\n\n",
        "a ? /",
        "x=/[",
        "x=/a[",
        "<a",
        "a\n<!--",
    ] {
        survive(inside, format!("if (a) /`/\n{}", inside.repeat(250_000 / inside.len())));
    }
    survive("cases", format!("switch (a.b) {{ {} f() }}", "case 1: ".repeat(30_000)));
    survive(
        "cases of a long subject",
        format!("switch (a{}) {{ {} }}", ".b".repeat(5000), "case 1: f(); ".repeat(10_000)),
    );
}

#[test]
fn mutations() {
    let text = "import { a } from 'x'\nconst { b = 1, ...c } = await d.e`f ${g} \\n`\nswitch (h) { case 'i': j(); break; \
                default: }\nexport class K extends L { static m = [1, ...n]; async o(p?: q<r>) { for (const s of t) \
                { u ||= (v as w)!.x } } }\nconst y = (z) => <A b={c}>Don't {d}</A>, e = f ? /g'/ : -1\nif (h) i() \
                else try { throw j } catch (k) { /* l */ }\n";
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let signs = [
        "(", ")", "{", "}", "[", "]", "`", "'", "\"", "${", "/", "*", "<", ">", "=>", "\n", ";", ":", "?", "\\", "é",
        "\0",
    ];
    for _ in 0..1500 {
        let mut text: Vec<char> = text.chars().collect();
        for _ in 0..=random(3) {
            let at = random(text.len());
            match random(3) {
                0 => drop(text.drain(at..(at + random(12)).min(text.len()))),
                1 => drop(text.splice(at..at, signs[random(signs.len())].chars())),
                _ => text.truncate(at.max(20)),
            }
        }
        let text: String = text.into_iter().collect();
        for language in [Language::JavaScript, Language::TypeScript] {
            print(&text, &parse(&Snippet::whole(&text), language));
        }
    }
}
