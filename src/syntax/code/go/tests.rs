use std::time::Instant;

use super::super::print_tests::print;
use super::super::{Language, parse};
use crate::source::{Snippet, Source};

fn read(text: &str) -> String {
    let file = parse(&Snippet::whole(text), Language::Go);
    assert!(!file.skipped, "{text}");
    print(text, &file)
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

/// Statements of a function.
#[track_caller]
fn inside(cases: &[(&str, &str)]) {
    let cases: Vec<(String, String)> = cases
        .iter()
        .map(|(text, shown)| (format!("func f() {{\n{text}\n}}\n"), format!("fn f() {{ {shown} }}")))
        .collect();
    same(&cases.iter().map(|(text, shown)| (text.as_str(), shown.as_str())).collect::<Vec<_>>());
}

#[test]
fn declarations() {
    same(&[
        ("package main\n\nconst a = \"x\"\n", "a := 'x'"),
        ("const (\n\ta = 1\n\tb, c = 2, \"d\"\n)", "a := 1\n[b, c] := [2, 'd']"),
        ("const (\n\ta = iota\n\tb\n)", "a := 0\nb := 1"),
        (
            "var a string\nvar (\n\tb = f()\n\tc, d = g()\n\te, h int\n)",
            "a := ?\nb := f()\n[c, d] := g()\ne := ?\nh := ?",
        ),
        ("var client *run.Client = nil", "client := null"),
        ("func f(a, b string, c ...int) (string, error) { return a, nil }", "fn f(a, b, ...c) { return [a, null] }"),
        ("func f(context.Context, int) {}", "fn f(_, _) {}"),
        (
            "func f() (out string, err error) { out = \"x\"; return }",
            "fn f() { out := ?; err := ?; out = 'x'; return ? }",
        ),
        (
            "func (s *Server[T]) Run(ctx context.Context) error { return s.run(ctx) }",
            "fn[s] Server.Run(ctx) { return s.run(ctx) }",
        ),
        ("func f[T any](x T) T { return x }", "fn f(x) { return x }"),
        ("type A struct {\n\tB, C string `json:\"b\"`\n\t*d.E\n\tF\n}", "class A(d.E, F) { B; C;  }"),
        ("type (\n\tA = string\n\tB struct{}\n\tC interface{ D() }\n)", "other\nclass B() {  }\nother"),
        ("import \"fmt\"", "import fmt as fmt"),
        (
            "import (\n\t\"fmt\"\n\trun \"cloud.google.com/go/run/apiv2\"\n\t_ \"a/b\"\n\t. \"c\"\n)",
            "import fmt as fmt, import cloud.google.com/go/run/apiv2 as run, import a/b as _, import c.* as ",
        ),
    ]);
}

#[test]
fn statements() {
    inside(&[
        ("a := 1\na, b := 2, 3\nx, err := g()\n_ = x", "a := 1; [a, b] := [2, 3]; [x, err] := g(); _ = x"),
        ("v, ok := m[k]\nw, ok := x.(T)\nu, ok := <-ch", "v := m[k]; ok := ?; w := x; ok := ?; u := ?(ch); ok := ?"),
        ("a.b, *c, d[0] = 1, 2, 3", "[a.b, c, d[0]] = [1, 2, 3]"),
        ("a += \"x\"\na -= 1\ni++\ni--", "a += 'x'; a ?= 1; i += 1; i ?= 1"),
        ("if a { b() } else if c { d() } else { e() }", "if a { b() } else if c { d() } else { e() }"),
        ("if err := g(); err != nil { return err }", "with() { err := g(); if (err NotEqual null) { return err } }"),
        ("if a {} else if b := c(); b {}", "with() { b := c(); if a {} else if b {} }"),
        ("for i := 0; i < 2; i++ { g(i) }", "with() { i := 0; while (i Other 2) { g(i); i += 1 } }"),
        ("for { break }\nfor a { continue }", "while true { break }; while a { continue }"),
        ("for i, x := range xs { g(i, x) }", "for x of xs { i := ?; g(i, x) }"),
        (
            "for _, x := range xs {}\nfor i := range xs {}\nfor range xs {}",
            "for x of xs {}; for i of ?(xs) {}; for _ of ?(xs) {}",
        ),
        ("defer c.Close()\ngo func() { g() }()", "c.Close(); fn () { g() }()"),
        ("panic(err)", "raise"),
        ("ch <- g()", "?(ch, g())"),
        ("L:\nfor { break L }", "while true { other }"),
        ("{ a := 1 }\nvar b = 2\nconst c = 3", "with() { a := 1 }; b := 2; c := 3"),
        (
            "switch a { case \"x\", \"y\": g()\ncase \"z\":\ndefault: h() }",
            "if ((a Equal 'x') Or (a Equal 'y')) { g() } else if (a Equal 'z') {} else { h() }",
        ),
        ("switch { case a > 1: g(); break\ncase b: h() }", "if (a Other 1) { g() } else if b { h() }"),
        (
            "switch a := g(); a { case 1: fallthrough\ncase 2: h() }",
            "with() { a := g(); if ((a Equal 1) Or (a Equal 2)) { h() } }",
        ),
        ("switch x := v.(type) { case string: g(x)\ndefault: h() }", "with() { x := v; if ? { g(x) } else { h() } }"),
        (
            "select { case x := <-ch: g(x)\ncase <-done: return\ndefault: }",
            "if ? { x := ?; ?(ch); g(x) } else if ? { ?(done); return  } else {}",
        ),
    ]);
}

#[test]
fn expressions() {
    inside(&[
        ("a = b.c.D(x, ys...)", "a = b.c.D(x, ...ys)"),
        ("a = fmt.Sprintf(\"%s\", b) + \"c\" + `d\\n`", "a = ((fmt.Sprintf('%s', b) Add 'c') Add 'd\\n')"),
        ("a = \"x\\n\\\"\\x41\\u00e9\\U0001F600\\101\"", "a = 'x\n\"Aé😀A'"),
        ("a = !b && c == d || e != nil", "a = ((!b And (c Equal d)) Or (e NotEqual null))"),
        ("a = []byte(x)\nb = string(y)\nc = (*T)(z)", "a = []byte(x); b = string(y); c = T(z)"),
        ("a = x.(*T).B", "a = x.B"),
        ("a = x[1:2]\nb = x[\"k\"]", "a = ?(x, 1, 2); b = x['k']"),
        (
            "a = &pb.HttpTarget_OidcToken{OidcToken: &pb.OidcToken{ServiceAccountEmail: sa}}",
            "a = pb.HttpTarget_OidcToken{'OidcToken': pb.OidcToken{'ServiceAccountEmail': sa}}",
        ),
        ("a = T{x, \"y\"}", "a = T{0: x, 1: 'y'}"),
        ("a = []string{\"x\", b}", "a = ['x', b]"),
        ("a = map[string]string{\"x\": b, k: \"y\"}", "a = {'x': b, k: 'y'}"),
        ("a = []*pb.X{{Name: \"n\"}, {Name: m}}", "a = [pb.X{'Name': 'n'}, pb.X{'Name': m}]"),
        ("a = map[string][]T{\"k\": {{B: 1}}}", "a = {'k': [T{'B': 1}]}"),
        ("a = [...]string{0: \"x\"}", "a = ?('x')"),
        ("a = struct{ B int }{B: 1}", "a = {'B': 1}"),
        ("a = G[int]{B: 1}", "a = G{'B': 1}"),
        ("a = func(x int) string { return \"y\" }", "a = fn (x) { return 'y' }"),
        ("a = -1\nb = 1.5\nc = 'x'\nd = 0x1F", "a = -1; b = 1.5; c = ?; d = 0x1F"),
        ("a = make([]string, 0)\nb = new(T)", "a = make(?, 0); b = new(?)"),
        ("a = \"\" + ``", "a = ('' Add '')"),
        ("cmd := exec.Command(\"gcloud\", \"run\").Run()", "cmd := exec.Command('gcloud', 'run').Run()"),
    ]);
}

#[test]
fn faults_cost_their_declaration() {
    let text = "package a\n\nfunc f() {\n\tx(\n}\n\nfunc g() {\n\ty()\n}\n\nvar z = 1\n";
    let shown = read(text);
    assert!(shown.ends_with("fn g() { y() }\nz := 1"), "{shown}");
    let shown = read("func f() {\n\ta := \"x\n\tb()\n}\n\nfunc g() {\n\ty()\n}\n\nconst c = `z\n\nfunc h() {}\n");
    assert!(shown.contains("fn g() { y() }") && shown.ends_with("fn h() {}"), "{shown}");
    assert_eq!(read("var a = 1\n/* never\nvar b = 2"), "a := 1");
}

#[test]
fn line_ends() {
    let source = Source::new("a.go", b"package a\r\n\r\nvar b = `x\r\ny`\r\nfunc f() {\r\n\tg()\r\n}\r\n").unwrap();
    assert_eq!(read(source.text()), "b := 'x\ny'\nfn f() { g() }");
}

fn survives(what: &str, text: &str) {
    let start = Instant::now();
    let file = parse(&Snippet::whole(text), Language::Go);
    drop(file.clone());
    print(text, &file);
    let taken = start.elapsed();
    eprintln!("{what}: {} bytes, {taken:?}, skipped {}", text.len(), file.skipped);
    assert!(taken.as_secs() < 20, "{what}: {taken:?}");
}

#[test]
fn deep_texts() {
    for n in [100_000, 198] {
        for (what, open, middle, close) in [
            ("parentheses", "(", "a", ")"),
            ("blocks", "{", "a", "}"),
            ("calls", "f(", "a", ")"),
            ("ifs", "if a {", "b", "}"),
            ("else ifs", "if a {} else ", "if b {}", ""),
            ("literals", "[]T{", "a", "}"),
            ("elided", "{", "a", "}"),
            ("functions", "func() {", "a", "}()"),
            ("not", "!", "a", ""),
            ("pointers", "*", "a", ""),
            ("pointers with space", "& ", "a", ""),
            ("sums", "a + ", "b", ""),
            ("ands", "a && ", "b", ""),
            ("members", "a", "", ".b"),
            ("indices", "a", "", "[b]"),
            ("called", "a", "", "()"),
            ("asserted", "a", "", ".(b)"),
            ("types", "[]", "a{}", ""),
            ("maps", "map[a]", "b{}", ""),
            ("channels", "chan ", "b", ""),
            ("receives", "<-", "b", ""),
            ("labels", "a:\n", "b()", ""),
            ("switches", "switch a { case 1: ", "b", "}"),
            ("statements", "a = b\n", "c()", ""),
            ("opened comments", "a\n/*", "c", ""),
            ("quotes", "a \"", "c", ""),
            ("ticks", "a\n`", "c", ""),
            ("generics", "a[", "b", "]"),
        ] {
            let once = matches!(what, "members" | "indices" | "called" | "asserted");
            let (head, tail) = match what {
                "elided" => ("x = []T{", "}"),
                "parentheses" | "literals" | "sums" | "not" | "types" | "maps" | "receives" => ("x = ", ""),
                _ => ("", ""),
            };
            let opened = if once { open.to_owned() } else { open.repeat(n) };
            survives(what, &format!("func f() {{\n{head}{opened}{middle}{}{tail}\n}}\n", close.repeat(n)));
        }
    }
}

#[test]
fn long_texts() {
    survives("a long string", &format!("var a = \"{}\"\nvar b = 1\n", "x y".repeat(350_000)));
    survives("a long raw string", &format!("var a = `{}`\nvar b = 1\n", "x\ny".repeat(350_000)));
    survives("a long list", &format!("var a = []int{{{}}}\nvar b = 1\n", "1, ".repeat(350_000)));
    survives("a long line", &"a = 1; ".repeat(150_000));
    survives("many", &"var a = T{b: \"c\"}\n".repeat(50_000));
    for inside in ["'/*\n", "'`", "'\"", "a /*", "`", "'"] {
        survives(inside, &format!("var a = 1\n{}", inside.repeat(250_000 / inside.len())));
    }
    survives("white space", &format!("var a = b.{}c()\n", "\n ".repeat(500_000)));
    survives("comments", &format!("var a = b.{}c()\n", "/**/ ".repeat(200_000)));
}

#[test]
fn mutations() {
    let text = "package a\n\nimport (\n\tb \"c/v2\"\n)\n\nfunc (d *E) F(g, h string, i ...int) (j error) {\n\tk, err := \
                l.M(&n.O{P: \"q\\n\", R: []s.T{{U: 1}}})\n\tif err != nil { return fmt.Errorf(`v %w`, err) }\n\tfor w, x \
                := range y { switch z := x.(type) { case string: go func() { ch <- z }() } }\n\tselect { case a := <-b: \
                default: }\n\tdefer c[1:2].d()\n}\n\ntype E struct { f, g map[string]int `h` }\nconst ( i = iota; j )\n";
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let signs =
        ["(", ")", "{", "}", "[", "]", "`", "'", "\"", "/*", "*", "<-", ":=", "\n", ";", ":", ",", "\\", "é", "\0"];
    for _ in 0..2000 {
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
        print(&text, &parse(&Snippet::whole(&text), Language::Go));
    }
}
