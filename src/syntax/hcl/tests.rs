use std::time::Instant;

use super::*;
use crate::source::{MAX_SIZE, Source, Span};

fn read(text: &str) -> File {
    let file = parse(&Snippet::whole(text));
    assert_places(text, &file.body);
    file
}

/// Every span lies in the text, and inner ones in outer ones.
fn assert_places(text: &str, body: &Body) {
    for attribute in &body.attributes {
        assert_eq!(text.get(attribute.at.range()), Some(attribute.name.as_str()));
        assert!(attribute.span.contains(attribute.at) && attribute.span.contains(attribute.value.span));
        assert!(text.get(attribute.value.span.range()).is_some());
    }
    for block in &body.blocks {
        assert!(text.get(block.head.range()).is_some_and(|head| head.starts_with(&block.kind)));
        assert!(block.span.contains(block.head) && block.span.contains(block.body.span), "{block:?}");
        assert_places(text, &block.body);
    }
}

/// The value of the one attribute `a = …`.
fn value(text: &str) -> Expr {
    let whole = format!("a = {text}\n");
    let file = read(&whole);
    assert!(!file.skipped && !file.body.broken, "{text}");
    assert_eq!(file.body.attributes.len(), 1, "{text}: {file:?}");
    let attribute = &file.body.attributes[0];
    assert_eq!(whole.get(attribute.value.span.range()), Some(text));
    attribute.value.clone()
}

/// An expression in few signs: templates in double angles, calls, references with their steps.
fn show(expr: &Expr) -> String {
    let all = |exprs: &[Expr]| exprs.iter().map(show).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Literal(Literal::Bool(value)) => value.to_string(),
        ExprKind::Literal(Literal::Number(text)) => text.clone(),
        ExprKind::Literal(Literal::Null) => "null".to_owned(),
        ExprKind::Template(parts) => {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Text(text) => text.text().to_owned(),
                TemplatePart::Interpolation(expr) => format!("‹{}›", show(expr)),
                TemplatePart::Directive(_) => "‹%›".to_owned(),
            };
            format!("«{}»", parts.iter().map(part).collect::<String>())
        }
        ExprKind::Reference(reference) => format!("{}{}", reference.root, steps(&reference.path)),
        ExprKind::Access { base, path } => format!("({}){}", show(base), steps(path)),
        ExprKind::Call { name, arguments, expands } => {
            format!("{name}({}{})", all(arguments), if *expands { "..." } else { "" })
        }
        ExprKind::Conditional { condition, then, otherwise } => {
            format!("({} ? {} : {})", show(condition), show(then), show(otherwise))
        }
        ExprKind::Binary { operator, left, right } => format!("({} {operator} {})", show(left), show(right)),
        ExprKind::Unary { operator, operand } => format!("{operator}{}", show(operand)),
        ExprKind::List(items) => format!("[{}]", all(items)),
        ExprKind::Object(items) => {
            let items: Vec<_> = items.iter().map(|i| format!("{}: {}", show(&i.key), show(&i.value))).collect();
            format!("{{{}}}", items.join(", "))
        }
        ExprKind::For(of) => {
            let key = of.key.as_ref().map(|key| format!("{key}, ")).unwrap_or_default();
            let result = of.key_result.as_ref().map(|key| format!("{} => ", show(key))).unwrap_or_default();
            let groups = if of.groups { "..." } else { "" };
            let condition = of.condition.as_ref().map(|c| format!(" if {}", show(c))).unwrap_or_default();
            format!(
                "for {key}{} in {}: {result}{}{groups}{condition}",
                of.value,
                show(&of.collection),
                show(&of.result)
            )
        }
        ExprKind::Unknown => "?".to_owned(),
    }
}

fn steps(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Name(name) => format!(".{name}"),
            Step::Index(index) => format!("[{index}]"),
            Step::Splat => "[*]".to_owned(),
            Step::Dynamic => "[?]".to_owned(),
        })
        .collect()
}

#[test]
fn every_kind_of_expression() {
    for (text, expected) in [
        ("true", "true"),
        ("1.5", "1.5"),
        ("null", "null"),
        ("\"\"", "«»"),
        ("\"  \"", "«  »"),
        ("\" a  b \"", "« a  b »"),
        ("\"${a}\"", "«‹a›»"),
        ("\" ${a} - ${b.c} \"", "« ‹a› - ‹b.c› »"),
        ("\"${a == \"x\" ? \"${b}\" : {}}\"", "«‹((a == «x») ? «‹b›» : {})›»"),
        ("\"x ${~ a ~} y\"", "«x‹a›y»"),
        ("\"a %{ if x }y%{ else }${z}%{ endif } b\"", "«a ‹%› b»"),
        ("\"${}\"", "«‹?›»"),
        ("google_x.a[0].uri", "google_x.a[0].uri"),
        ("local.y[\"k\"]", "local.y[k]"),
        ("local.y[\"k-${x}\"].z", "local.y[?].z"),
        ("local.y[var.x]", "local.y[?]"),
        ("a.0.b", "a[0].b"),
        ("a.*.b.c", "a[*].b.c"),
        ("a[*].b[0]", "a[*].b[0]"),
        ("data.t.n.attr", "data.t.n.attr"),
        ("f()", "f()"),
        ("f(1, [2], x...)", "f(1, [2], x...)"),
        ("provider::google::f(a)", "provider::google::f(a)"),
        ("split(\"/\", x)[0]", "(split(«/», x))[0]"),
        ("(a ? b : c).id", "((a ? b : c)).id"),
        ("(a.b).c", "a.b.c"),
        ("a ? b : c ? d : e.f", "(a ? b : (c ? d : e.f))"),
        ("a == b.c[0]", "(a == b.c[0])"),
        ("a.x + b * c.d", "(a.x + (b * c.d))"),
        ("a && (b == c).d", "(a && ((b == c)).d)"),
        ("-x.y", "-x.y"),
        ("!f(x)[0] || b", "(!(f(x))[0] || b)"),
        ("[1, a.b, \"c\",]", "[1, a.b, «c»]"),
        ("[]", "[]"),
        ("{ a = 1, \"b\" : 2, (c) = 3, \"${d}\" = e }", "{«a»: 1, «b»: 2, c: 3, «‹d›»: e}"),
        ("{\n  a = x\n  (b) = y # z\n  (c.d) = \"e\"\n  (f) = [\n 1 ]\n}", "{«a»: x, b: y, c.d: «e», f: [1]}"),
        ("[for x in y : x.z if x.ok]", "for x in y: x.z if x.ok"),
        ("{for k, v in y : k => v...}", "for k, v in y: k => v..."),
        ("{\n for k, v in y :\n (k) => v }", "for k, v in y: k => v"),
        ("a /* x */ . /* y */ b", "a.b"),
        ("[ # x\n 1, // y\n 2 /* z\n */ ]", "[1, 2]"),
        ("\"a # b // c /* d\"", "«a # b // c /* d»"),
    ] {
        assert_eq!(show(&value(text)), expected, "{text}");
    }
}

#[test]
fn escapes_are_decoded_and_map_back() {
    let text = r#""a\"b\\c\nd\t$${e}%%{f}\u00e9\U0001F600g $ $$ % h é\"""#;
    assert_eq!(show(&value(text)), "«a\"b\\c\nd\t${e}%{f}é😀g $ $$ % h é\"»");
    let whole = format!("a = {text}\n");
    let file = read(&whole);
    let ExprKind::Template(parts) = &file.body.attributes[0].value.kind else { panic!() };
    let [TemplatePart::Text(found)] = parts.as_slice() else { panic!("{parts:?}") };
    for word in ["a", "\"", "\\", "${e}", "%{f}", "g $ $$ % h é"] {
        let at = found.text().find(word).unwrap();
        assert_eq!(whole.get(found.span(at..at + word.len()).range()), Some(word));
    }
    for odd in ["\\", "b\\", "\nd", "é", "😀g", "${e}%"] {
        let at = found.text().find(odd).unwrap();
        assert!(whole.get(found.span(at..at + odd.len()).range()).is_some(), "{odd}");
    }
}

#[test]
fn escapes_that_are_none_stay_and_spoil_nothing() {
    let file = read("a = \"x\\d \\u12 \\é\"\nb = \"c\"\n");
    assert_eq!(show(&file.body.attributes[0].value), "«x\\d \\u12 \\é»");
    assert_eq!(show(&file.body.attributes[1].value), "«c»");
}

#[test]
fn heredocs_of_both_forms() {
    assert_eq!(show(&value("<<EOT\n  a ${b}\n\n    c\\n \"d\"\n  EOT")), "«  a ‹b›\n\n    c\\n \"d\"\n»");
    assert_eq!(show(&value("<<-EOT\n    a ${b}\n\n      c\n  \n    EOT")), "«a ‹b›\n\n  c\n\n»");
    assert_eq!(show(&value("<<-EOT\n    a\n  ${b}\n    EOT")), "«  a\n‹b›\n»");
    assert_eq!(show(&value("<<-E\n    ${f(\n  x)} y\n     z\n E")), "«‹f(x)› y\n z\n»");
    assert_eq!(show(&value("<<E\nE")), "«»");
    assert_eq!(show(&value("f(<<E\nEx\nE y\nEE ${z}\n$${a} %%{b}\nE\n, 1)")), "f(«Ex\nE y\nEE ‹z›\n${a} %{b}\n», 1)");
    assert_eq!(show(&value("<<E\n%{ for x in y ~}\n  - ${x}\n%{ endfor ~}\nz\nE")), "«‹%›z\n»");
    let file = read("a = <<E\nx\nE");
    assert_eq!(show(&file.body.attributes[0].value), "«x\n»");
}

#[test]
fn a_heredoc_maps_back_to_the_file() {
    let raw = "resource \"google_workflows_workflow\" \"a\" {\r\n  source_contents = <<-EOF\r\n  main:\r\n    call: http.post\r\n    url: $${base}/${google_x.a.name}:run\r\n  EOF\r\n}\r\n";
    let source = Source::new("a.tf", raw.as_bytes()).unwrap();
    let file = parse(&source.snippet());
    assert_places(source.text(), &file.body);
    let value = &file.body.blocks[0].body.attribute("source_contents").unwrap().value;
    assert_eq!(show(value), "«main:\n  call: http.post\n  url: ${base}/‹google_x.a.name›:run\n»");
    let ExprKind::Template(parts) = &value.kind else { panic!() };
    let [TemplatePart::Text(first), TemplatePart::Interpolation(expr), TemplatePart::Text(last)] = parts.as_slice()
    else {
        panic!("{parts:?}")
    };
    assert_eq!(source.slice(expr.span), "google_x.a.name");
    for (text, word) in [(first, "call: http.post"), (first, "url: "), (first, "${base}/"), (last, ":run")] {
        let at = text.text().find(word).unwrap();
        assert!(text.is_exact(at..at + word.len()));
        assert_eq!(source.slice(text.span(at..at + word.len())), word);
    }
}

#[test]
fn a_snippet_of_unknown_places_gives_texts_of_unknown_places() {
    let whole = Span::new(5, 9);
    let file = parse(&Snippet::unmapped("a = \"\\nx\"\n", whole));
    let value = &file.body.attributes[0].value;
    assert_eq!(value.span, whole);
    let ExprKind::Template(parts) = &value.kind else { panic!() };
    let [TemplatePart::Text(text)] = parts.as_slice() else { panic!() };
    assert_eq!((text.text(), text.span(0..1), text.is_exact(0..1)), ("\nx", whole, false));
}

#[test]
fn blocks_have_labels_and_bodies() {
    let text = "terraform {}\n\nresource \"t\" n { # c\n  a = 1\n  b {\n    c = 2\n  }\n  b { d = 3 }\n}\n";
    let file = read(text);
    let [first, second] = file.body.blocks.as_slice() else { panic!("{file:?}") };
    assert_eq!((first.kind.as_str(), first.labels.len()), ("terraform", 0));
    assert_eq!((second.kind.as_str(), second.labels.as_slice()), ("resource", &["t".to_owned(), "n".to_owned()][..]));
    assert_eq!(text.get(second.head.range()), Some("resource \"t\" n"));
    assert_eq!(second.body.blocks("b").count(), 2);
    assert_eq!(second.body.attribute("a").and_then(|a| a.value.literal()).as_deref(), Some("1"));
    assert!(second.body.attribute("c").is_none() && !second.body.broken);
    assert_eq!(file.body.span, Span::new(0, text.len() as u32));
}

#[test]
fn a_lone_interpolation_is_what_it_holds() {
    assert_eq!(show(value("\"${a.b}\"").unwrapped()), "a.b");
    assert_eq!(value("\"${a}\"").literal(), None);
    assert_eq!(value("\"a\\nb\"").literal().as_deref(), Some("a\nb"));
    assert_eq!(value("\"\"").literal().as_deref(), Some(""));
    assert_eq!(value("null").literal(), None);
}

/// Blocks as `kind label: names of attributes`.
fn outline(file: &File) -> Vec<String> {
    let block = |block: &Block| {
        let names: Vec<_> = block.body.attributes.iter().map(|a| format!("{}={}", a.name, show(&a.value))).collect();
        format!("{} {}: {}", block.kind, block.labels.join(" "), names.join(" "))
    };
    file.body.blocks.iter().map(block).collect()
}

#[test]
fn what_is_broken_leaves_the_rest_alone() {
    let (before, after) = ("resource \"a\" \"b\" {\n  x = 1\n}\n", "resource \"c\" \"d\" {\n  y = 2\n}\n");
    for (broken, expected) in [
        ("resource \"e\" \"f\" {\n  z = 3\n", "resource e f: z=3"),
        ("resource \"e\" \"f\" {\n  z = 3\n  n {\n    m = 1\n}\n", "resource e f: z=3"),
        ("resource \"e\" \"f\" {\n  z = [1, 2\n  w = 4\n}\n", "resource e f: z=?"),
        ("resource \"e\" \"f\" {\n  z = \"1\n  w = 4\n}\n", "resource e f: z=? w=4"),
        ("resource \"e\" \"f\" {\n  z =\n  w = 4\n}\n", "resource e f: z=? w=4"),
        (
            "resource \"e\" \"f\" {\n  v = 1e3\n  z = 1 2\n  @@\n  w = f(,)\n  u = 5\n}\n",
            "resource e f: v=? z=? w=? u=5",
        ),
        ("resource \"e\" \"f\" {\n  z = \"${x\"\n}\n", "resource e f: z=?"),
    ] {
        let file = read(&format!("{before}{broken}{after}"));
        let found = outline(&file);
        assert_eq!(found.first().map(String::as_str), Some("resource a b: x=1"), "{broken}");
        assert_eq!(found.last().map(String::as_str), Some("resource c d: y=2"), "{broken}");
        assert_eq!(found.get(1).map(String::as_str), Some(expected), "{broken}");
    }
    let file = read(&format!("{before}}}\n)) <<<\nfoo bar\n{after}"));
    assert_eq!(outline(&file), ["resource a b: x=1", "resource c d: y=2"]);
    assert!(file.body.broken);
}

#[test]
fn what_is_left_out_is_said() {
    assert!(!read("a {\n  x = 1\n}\n").body.blocks[0].body.broken);
    assert!(read("a {\n  x = 1\n  @\n}\n").body.blocks[0].body.broken);
    assert!(read("a {\n  x = 1, y = 2\n}\n").body.blocks[0].body.broken);
    assert!(read("a { x = 1; y = 2 }\n").body.blocks[0].body.broken);
    assert!(read("a {\n  x = 1\n").body.blocks[0].body.broken);
    assert!(read("a = 1\n/* b\n").body.broken);
}

#[test]
fn hostile_input_is_read_in_time() {
    const MANY: usize = 100_000;
    let (whole, long) = (MAX_SIZE as usize - 64, MAX_SIZE as usize / 4);
    let texts = [
        ("nothing", String::new()),
        ("spaces", " \n\t".repeat(whole / 3)),
        ("lists", format!("a = {}", "[".repeat(MANY))),
        ("closed lists", format!("a = {}{}", "[".repeat(MANY), "]".repeat(MANY))),
        ("objects", format!("a = {}", "{b=".repeat(MANY))),
        ("blocks", "a {\n".repeat(MANY)),
        ("closed blocks", format!("{}{}", "a {\n".repeat(MANY), "}\n".repeat(MANY))),
        ("parentheses", format!("a = {}1{}", "(".repeat(MANY), ")".repeat(MANY))),
        ("calls", format!("a = {}", "f(".repeat(MANY))),
        ("closings", "}])".repeat(MANY)),
        ("templates", format!("a = {}", "\"${".repeat(MANY))),
        ("heredocs", "a = <<E\n${<<E\n".repeat(MANY / 4)),
        ("other heredocs", (0..MANY / 2).fold(String::new(), |text, i| text + "a = <<E" + &i.to_string() + "\n")),
        ("directives", format!("a = \"{}\"", "%{if a}".repeat(MANY))),
        ("shallow blocks", format!("{}@{}", "a {\n".repeat(190), "}\n".repeat(190)).repeat(600)),
        ("names", format!("a = b{}", ".c".repeat(whole / 2))),
        ("sums", format!("a = 1{}", "+1".repeat(long / 2))),
        ("negations", format!("a = {}b", "!".repeat(long))),
        ("conditions", format!("a = {}b", "c?d:".repeat(long / 4))),
        ("string", format!("a = \"{}\"", "x".repeat(whole))),
        ("escapes", format!("a = \"{}\"", "\\n".repeat(long / 2))),
        ("unclosed string", format!("a = \"{}", "x".repeat(long))),
        ("word", "x".repeat(whole)),
        ("long space", format!("a = {}1", " ".repeat(whole))),
        ("long spaces", format!("a = {}1\n", " ".repeat(1000)).repeat(long / 1006)),
        ("lone names", "a\n".repeat(long / 2)),
        ("quotes", "\"".repeat(whole)),
        ("dollars", format!("a = \"{}\"", "$".repeat(long))),
        ("comments", "/*".repeat(long / 2)),
        ("faults", "a = 1 2\n".repeat(long / 8)),
        ("faults in a block", format!("a {{\n{}}}\n", "  a = 1 2\n".repeat(long / 10))),
        ("marks", "@= ".repeat(long / 3)),
        ("binary", (0..long / 2).map(|i| char::from_u32((i * 7919 % 255) as u32 + 1).unwrap()).collect()),
        ("attributes", "a = 1\n".repeat(whole / 6)),
    ];
    for (name, text) in texts {
        let start = Instant::now();
        let file = read(&text);
        let took = start.elapsed();
        if std::env::var_os("SHOW_TIMES").is_some() {
            println!("{name}: {took:?}, skipped {}, broken {}", file.skipped, file.body.broken);
        }
        assert!(took.as_secs() < 20, "{name}: {took:?}");
    }
}
