//! Nothing stops the reading: mutated programs and hostile shapes.

#![allow(clippy::string_slice, reason = "a test that cannot go on panics")]

use std::time::Instant;

use super::tests::{read, show};

/// Something of everything.
const PROGRAM: &str = r#"#!/usr/bin/env python3
"""Doc."""
from __future__ import annotations
import os, google.auth as ga
from google.cloud import tasks_v2 as t, \
    run_v2
@app.route(f"/{x!r:>{w}}", methods=["POST"])
async def handler(request, *args, key: str = "ü\n\x41", **kwargs) -> dict[str, int]:
    """Does."""
    global STATE
    url = f"https://{region}-run.googleapis.com/v2/{name['a']}:run" 'x' rb'\d'
    headers = {"Authorization": "Bearer %s" % token, **extra}  # comment
    try:
        async with session.post(url, json={"a": [1, -2.5, None]}, headers=headers) as (r, _):
            data = await r.json()
    except (ValueError, KeyError) as error:
        raise RuntimeError("x") from error
    else:
        pass
    finally:
        del headers["a"], b.c
    for i, (a, *b) in enumerate(items[1:-1]):
        if a is not None and b not in c or not d:
            continue
        elif (n := len(a)) > 10: break
        else: yield {k: v for k, v in b.items() if v}
    while True: total += 1; total |= {}
    match data:
        case {"kind": "a" | "b", **rest} if rest: return lambda q, *w: q if w else [*q]
        case "x" | None: return
        case _: assert a, b
class Settings(Base, pydantic.BaseSettings, metaclass=M):
    name: str = field(default="a")
    other: Optional[int]
    @property
    def p(self): return self.a.b[0]("c", *d, e=f)(g)
if __name__ == "__main__":
    print("a", file=sys.stderr)
"#;

#[test]
fn mutated_programs_are_read() {
    let tokens = [
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "f'{",
        "}",
        "{",
        "(",
        ")",
        "[",
        "]",
        "\n",
        "\n    ",
        "\t",
        "\\\n",
        "\\",
        "#",
        ":",
        ",",
        "=",
        "def ",
        "class ",
        "if ",
        "else:",
        "@",
        "lambda ",
        "\r\n",
        "\u{0}",
        "é",
        "\u{1F600}",
        "*",
        "**",
        "print ",
        "!",
        "`",
        "\nimport a\n",
        "case ",
        "match x:\n",
        "{{",
        "!r:",
        "\n<<<<<<< a\n",
        "await ",
        "\u{c}",
        "not ",
        "0",
        "-",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound.max(1) as u64) as usize
    };
    let boundary = |text: &str, at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
    for _ in 0..1500 {
        let mut text = PROGRAM.to_owned();
        for _ in 0..=next(6) {
            let at = boundary(&text, next(text.len() + 1));
            let end = boundary(&text, (at + next(60)).min(text.len())).max(at);
            match next(3) {
                0 => text.insert_str(at, tokens[next(tokens.len())]),
                1 => drop(text.drain(at..end)),
                _ => {
                    let copy = text[at..end].to_owned();
                    let to = boundary(&text, next(text.len() + 1));
                    text.insert_str(to, &copy);
                }
            }
        }
        show(&text);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list")]
fn hostile_shapes_end() {
    let many = 100_000;
    // All of it in one line, or in many.
    let (whole, lines) = (1024 * 1024, 64 * 1024);
    let each =
        |levels: std::ops::Range<usize>, line: fn(usize) -> String| levels.map(line).collect::<Vec<_>>().concat();
    let deep = |open: &str, close: &str| format!("x = {}1{}\ny = 2\n", open.repeat(many), close.repeat(many));
    let indents = |step: usize, count: usize| {
        let lines: String = (0..count).map(|level| " ".repeat(level * step) + "if a:\n").collect();
        format!("{lines}{}b\ny = 2\n", " ".repeat(count * step))
    };
    let texts = [
        ("brackets", deep("(", ")")),
        ("lists", deep("[", "]")),
        ("dicts", deep("{1:", "}")),
        ("open brackets", format!("x = {}\ny = 2\n", "(".repeat(many))),
        ("open brackets to the end", "(".repeat(whole)),
        ("open brackets on lines", "(\n".repeat(lines / 2)),
        ("f((", "f((\n".repeat(lines / 4)),
        ("mixed brackets", "([{".repeat(whole / 3)),
        ("closing", ")\n".repeat(lines / 2)),
        ("mismatched", format!("{}{}", "(".repeat(whole / 2), "]".repeat(whole / 2))),
        ("indentation", indents(1, 1400)),
        ("indentation of 290", indents(1, 290)),
        ("indentations of 290", indents(1, 290).repeat(12)),
        ("indentation with space", format!("{}{}y = 1\n", indents(1, 250), "\n".repeat(lines))),
        ("stairs", each(0..1400, |level| format!("{}a\n", " ".repeat(level)))),
        ("stairs of faults", each(0..700, |level| format!("{}a b ' c\n", " ".repeat(level)))),
        ("stairs in brackets", format!("({})\n", each(0..1400, |level| format!("{}a b\n", " ".repeat(level))))),
        ("tabs", format!("if a:\n{}b\n", "\t".repeat(10_000))),
        ("f-strings", format!("x = {}1{}\ny = 2\n", "f'{".repeat(many), "}'".repeat(many))),
        ("open f-strings", "f'{".repeat(whole / 3)),
        ("open f-strings on lines", "f'{\n".repeat(lines / 4)),
        ("open f-strings and quotes", "f'''{\n'\n".repeat(lines / 9)),
        ("format", format!("x = f'{{a{}{}'\n", ":{a".repeat(many), "}".repeat(many))),
        ("values", format!("x = f'{}'\n", "{a}".repeat(whole / 30))),
        ("calls", format!("x = f{}\ny = 2\n", "()".repeat(many))),
        ("methods", format!("x = f{}\ny = 2\n", ".a(b)".repeat(many))),
        ("members", format!("x = f{}\n", ".a".repeat(many))),
        ("indexes", format!("x = f{}\n", "[1]".repeat(many))),
        ("not", format!("x = {}a\n", "not ".repeat(many))),
        ("minus", format!("x = {}a\n", "-".repeat(many))),
        ("lambda", format!("x = {}a\n", "lambda:".repeat(many / 4))),
        ("await", format!("x = {}a\n", "await ".repeat(many))),
        ("sums", format!("x = a{}\n", " + a".repeat(many))),
        ("powers", format!("x = a{}\n", " ** a".repeat(many))),
        ("ors", format!("x = a{}\n", " or a".repeat(many))),
        ("comparisons", format!("x = a{}\n", " < a".repeat(many))),
        ("choices", format!("x = a{}\n", " if a else a".repeat(many / 10))),
        ("chain", format!("{}1\n", "x = ".repeat(many))),
        ("chain in a class", format!("class A:\n  {}{}1\n", "x = ".repeat(many / 2), "[a,".repeat(100))),
        ("types", format!("x: {}1\n", "a[".repeat(many))),
        ("unions", format!("x: a{}\n", " | a".repeat(many))),
        ("elif", format!("if a: b\n{}", "elif a: b\n".repeat(many / 4))),
        ("else if", each(0..280, |level| format!("{0}if a: b\n{0}else:\n", " ".repeat(level)))),
        ("literals", format!("x = {}\n", "'a' ".repeat(whole / 16))),
        ("items", format!("x = [{}]\n", "1,".repeat(whole / 8))),
        ("texts", format!("x = [{}]\n", "'a',".repeat(whole / 16))),
        ("entries", format!("x = {{{}}}\n", "'a': 'b',".repeat(whole / 32))),
        ("string", format!("x = '{}'\ny = 2\n", "x".repeat(whole))),
        ("escapes", format!("x = '{}'\n", "\\n".repeat(lines / 2))),
        ("names of characters", format!("x = '{}'\n", "\\N{".repeat(whole / 3))),
        ("unclosed string", format!("x = '{}\ny = 2\n", "x".repeat(whole))),
        ("unclosed text", format!("x = '''{}\ny = 2\n", "x\n".repeat(lines / 2))),
        ("quotes", "'".repeat(whole)),
        ("quotes on lines", "'\n".repeat(lines / 2)),
        ("backquotes", "`".repeat(whole)),
        ("prefixes", "rb".repeat(whole / 2)),
        ("prefixed", "rb'' ".repeat(whole / 20)),
        ("word", "x".repeat(whole)),
        ("space", format!("x = {}1", " ".repeat(whole))),
        ("spaces", format!("x = {}1\n", " ".repeat(1000)).repeat(whole / 1006)),
        ("blank lines", format!("def f():\n  a\n{}  b\n", "\n".repeat(lines))),
        ("comments", "#\n".repeat(lines / 2)),
        ("comments in a function", format!("def f():\n  a\n{}  b\n", "  # x\n".repeat(lines / 6))),
        ("comments in brackets", format!("x = [{}]\n", "1, # x\n".repeat(lines / 16))),
        ("continued", format!("x = 1 {}+ 2\n", "\\\n".repeat(lines / 2))),
        ("continued indentation", "\\\n ".repeat(lines / 3)),
        ("backslashes", "\\".repeat(whole)),
        ("form feeds", "\x0c".repeat(whole)),
        ("returns", "\r".repeat(whole)),
        ("semicolons", "a;".repeat(whole / 2)),
        ("lines", "a = 1\n".repeat(lines / 6)),
        ("faults", "a = 1 2\n".repeat(lines / 8)),
        ("faults in a function", format!("def f():\n{}", "  a = 1 2\n".repeat(lines / 10))),
        ("heads", "def f(\n".repeat(lines / 7)),
        ("heads of classes", "class A:\n".repeat(lines / 9)),
        ("decorators", "@a\n".repeat(lines / 3)),
        ("else", "else:\n".repeat(lines / 6)),
        ("marks", "@= $ ? ! ".repeat(whole / 9)),
        ("colons", ":".repeat(whole)),
        ("stars", format!("f({})", "*".repeat(whole / 4))),
        ("print", "print ".repeat(whole / 6)),
        ("soft keywords", "match type case _ ".repeat(whole / 18)),
        ("cases", format!("match {}:\n{}", "a.b".to_owned() + &".c".repeat(30), "  case 1: a\n".repeat(many / 4))),
        ("patterns", format!("match a.b.c:\n  case {}2: a\n", "1 | ".repeat(many))),
        ("nested patterns", format!("match a:\n  case {}b{}: a\n", "[".repeat(199), "]".repeat(199))),
        ("captures", format!("match a:\n  case [{}]: a\n", "a, ".repeat(many))),
        ("parameters", format!("def f({}): pass\n", "a, ".repeat(many))),
        ("arguments", format!("f({})\n", "a=1, ".repeat(many / 2))),
        ("comprehensions", format!("x = [a {}]\n", "for a in b ".repeat(many / 10))),
        ("imports", format!("from a import {}b\n", "b as c, ".repeat(many / 4))),
        ("dots", format!("from {} import a\nimport a{}\n", ".".repeat(many), ".b".repeat(many / 2))),
        ("binary", (0..whole / 2).map(|i| char::from_u32((i * 7919 % 255) as u32 + 1).unwrap()).collect()),
        ("classes", "class A:\n  x: int = 1\n  def f(self): return self.x\n".repeat(lines / 56)),
        ("functions in a class", format!("class A:\n{}", "  def f(self):\n    return self.x\n".repeat(lines / 33))),
    ];
    for (name, text) in texts {
        let start = Instant::now();
        let file = read(&text);
        let took = start.elapsed();
        let copy = file.clone();
        drop(file);
        if std::env::var_os("SHOW_TIMES").is_some() {
            let memory = std::fs::read_to_string("/proc/self/status").unwrap();
            let memory = memory.lines().find(|line| line.starts_with("VmHWM")).unwrap().to_owned();
            std::fs::write("/proc/self/clear_refs", "5").unwrap();
            println!(
                "{name}: {} KiB {took:?}, {memory}, skipped {} {}",
                text.len() / 1024,
                copy.skipped,
                copy.body.len()
            );
        }
        assert!(took.as_secs() < 20, "{name}: {took:?}");
    }
}
