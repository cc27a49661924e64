#![allow(clippy::string_slice, clippy::format_push_string, reason = "a test that cannot go on panics")]

use super::*;

fn read(text: &str) -> Vec<Document> {
    let snippet = Snippet::whole(text);
    let documents = parse(&snippet);
    for document in &documents {
        check(text, &document.root);
    }
    documents
}

fn root(text: &str) -> Node {
    let mut documents = read(text);
    assert_eq!(documents.len(), 1, "{documents:#?}");
    let document = documents.remove(0);
    assert!(!document.broken, "{document:#?}");
    document.root
}

/// Every mapped scalar says of itself what the file says there.
fn check(text: &str, node: &Node) {
    assert!(text.get(node.span.range()).is_some(), "{node:?}");
    match &node.kind {
        Kind::Scalar(scalar) => check_scalar(text, scalar),
        Kind::Sequence(items) => items.iter().for_each(|item| check(text, item)),
        Kind::Mapping(pairs) => {
            for pair in pairs.iter() {
                assert!(pair.span.contains(pair.value.span), "{pair:?}");
                check_scalar(text, &pair.key);
                check(text, &pair.value);
            }
        }
        Kind::Unknown => {}
    }
}

fn check_scalar(text: &str, scalar: &Scalar) {
    assert!(scalar.mapped, "not mapped: {scalar:?}");
    let body = scalar.body.text();
    for (at, c) in body.char_indices() {
        let range = at..at + c.len_utf8();
        let span = scalar.body.span(range.clone());
        if scalar.body.is_exact(range.clone()) {
            assert_eq!(text.get(span.range()), body.get(range), "{scalar:?}");
        } else {
            assert!(!span.is_empty() || c == '\n', "{c:?} in {scalar:?}");
        }
        assert!(text.get(span.range()).is_some(), "{c:?} in {scalar:?}");
    }
    for hole in &scalar.holes {
        assert!(body.get(hole.clone()).is_some(), "{scalar:?}");
    }
}

fn text<'a>(node: &'a Node, keys: &[&str]) -> &'a str {
    node.path(keys).and_then(Node::text).unwrap_or_else(|| panic!("{keys:?} in {node:#?}"))
}

/// What the file has at a part of a scalar's text.
fn place<'a>(file: &'a str, node: &Node, part: &str) -> &'a str {
    let scalar = node.scalar().unwrap();
    let at = scalar.text().find(part).unwrap();
    &file[scalar.body.span(at..at + part.len()).range()]
}

fn holes(node: &Node) -> Vec<&str> {
    let scalar = node.scalar().unwrap();
    scalar.holes.iter().map(|hole| scalar.body.slice(hole.clone())).collect()
}

#[test]
fn every_style_is_decoded_and_mapped() {
    let cases = [
        ("a: x y  # c\n", "x y"),
        ("a: x\n  y\n\n  z\n", "x y\nz"),
        ("a: 'it''s'\n", "it's"),
        ("a: 'x  \n   y\n\n  z '\n", "x y\nz "),
        (r#"a: "\t\"\\\/\x41\u00e9\U0001F600\ud83d\ude00\n\_ \e\0""#, "\t\"\\/Aé😀😀\n\u{a0} \u{1b}\0"),
        ("a: \"x \\\n   y\\\n\n  z\\ \n w\"\n", "x y\nz  w"),
        ("a: |\n  x\n   y\n\n  z\n", "x\n y\n\nz\n"),
        ("a: |-\n  x\n", "x"),
        ("a: |+\n\n\n  x\n\n\nb: c\n", "\n\nx\n\n\n"),
        ("a: |+ # c\n  x\n\n", "x\n\n"),
        ("a: |2\n   x\n  y\n", " x\ny\n"),
        ("a: |-2\n   x\n", " x"),
        ("a: |\n  x", "x\n"),
        ("a: |\n  x\n    \n  y\n ", "x\n  \ny\n"),
        ("a: >\n  x\n  y\n\n  z\n\n    w\n  v\n", "x y\nz\n\n  w\nv\n"),
        ("a: >-\n\n  x\n  \n\n  y\n\n", "\nx\n\ny"),
        ("a: >+\n  é\n  ü\n\n", "é ü\n\n"),
        ("a: |\n\nb: c", ""),
        ("a:", ""),
        ("a: |+\n\n\n", "\n\n"),
        ("- k\n- a\n", ""),
    ];
    for (file, expected) in cases {
        let root = root(file);
        if file.starts_with("a:") {
            assert_eq!(text(&root, &["a"]), expected, "{file:?}");
        }
    }
}

#[test]
fn a_snippet_in_a_snippet_is_mapped_to_the_file() {
    let file = "cat <<EOF\n\tname: \"a\\tb\"\n\trun: |\n\t  gcloud x\n\t  é\nEOF\n";
    let mut builder = Snippet::builder();
    let mut at = 10;
    for line in file[10..file.len() - 4].split_inclusive('\n') {
        builder.push(&line[1..], at + 1);
        at += line.len() as u32;
    }
    let documents = parse(&builder.finish());
    let root = &documents[0].root;
    check(file, root);
    assert_eq!(text(root, &["run"]), "gcloud x\né\n");
    assert_eq!(place(file, root.path(&["run"]).unwrap(), "x\né"), "x\n\t  é");
    assert_eq!(place(file, root.path(&["name"]).unwrap(), "\t"), "\\t");
    // And once more: a script's map composes.
    let scalar = root.path(&["name"]).unwrap().scalar().unwrap();
    let inner = parse(&scalar.body);
    assert_eq!(file.get(inner[0].root.span.range()), Some("a\\tb"));
    let unmapped = parse(&Snippet::unmapped("a: b\n", Span::new(3, 9)));
    assert_eq!(unmapped[0].root.path(&["a"]).unwrap().span, Span::new(3, 9));
}

#[test]
fn spans_go_from_the_first_entry_to_the_last() {
    let file = "top:\n  - a: 1\n    b: |\n      x\n\n  - [c, d]\nnext: {e: f}\n";
    let root = root(file);
    let at = |node: &Node| &file[node.span.range()];
    let top = root.get("top").unwrap();
    assert_eq!(at(&top.value), "a: 1\n    b: |\n      x\n\n  - [c, d]");
    assert_eq!(at(&top.value.items()[0]), "a: 1\n    b: |\n      x");
    assert_eq!(at(&top.value.items()[1]), "[c, d]");
    assert_eq!(&file[root.get("next").unwrap().span.range()], "next: {e: f}");
}

#[test]
fn the_last_of_equal_keys_wins_and_merge_keys_are_followed() {
    let file =
        "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\na:\n  <<: [*b, *m]\n  x: 0\n  x: 9\nq: *b\ns: &s t\n*s : u\n";
    let root = root(file);
    assert_eq!((text(&root, &["a", "x"]), text(&root, &["a", "y"]), text(&root, &["a", "z"])), ("9", "2", "4"));
    let a = root.path(&["a"]).unwrap();
    let keys: Vec<_> = a.pairs().iter().map(|pair| (pair.key.text(), pair.value.text().unwrap())).collect();
    assert_eq!(keys, [("x", "9"), ("y", "2"), ("z", "4")]);
    assert!(!a.is_open());
    let q = root.path(&["q"]).unwrap();
    assert_eq!((&file[q.span.range()], &file[q.anchored.unwrap().range()]), ("*b", "{x: 1, y: 2}"));
    assert_eq!(text(&root, &["t"]), "u");
    let open = parse(&Snippet::whole("a:\n  <<: *none\n  b: c\n")).remove(0).root;
    assert!(open.path(&["a"]).unwrap().is_open() && !open.is_open());
}

#[test]
fn tags_are_kept_as_they_are_written() {
    let root = root("a: !Ref b\nc: !reference [d]\ne: !!str 1\n");
    assert_eq!(root.path(&["a"]).unwrap().scalar().unwrap().tag.as_deref(), Some("!Ref"));
    assert_eq!(root.path(&["c"]).unwrap().tag.as_deref(), Some("!reference"));
    assert_eq!(root.path(&["e"]).unwrap().scalar().unwrap().tag.as_deref(), Some("!!str"));
}

#[test]
fn json_and_its_comments() {
    let file = "// top\n{\"a\": \"x\\/y\", // c \"\n\t\"b\": [1, null,], /* {{ */ \"c\":{\"d\":{\"e\":{}}},\n\"u\": \"https://x/*y*/{{z}}\", \"v\": \"{{\"}\n";
    let root = root(file);
    assert_eq!((text(&root, &["a"]), text(&root, &["u"])), ("x/y", "https://x/*y*/{{z}}"));
    assert!(root.path(&["b"]).unwrap().items()[1].is_null());
    assert!(matches!(&root.path(&["c", "d", "e"]).unwrap().kind, Kind::Mapping(pairs) if pairs.is_empty()));
    assert_eq!(holes(root.path(&["u"]).unwrap()), ["{{z}}"]);
    assert_eq!(text(&root, &["v"]), "{{");
    assert!(!root.is_open());
}

#[test]
fn templates_in_scalars_are_holes() {
    let file = "a: ${{ format('{0}: }}', x) }}-b\nc: \"{{ d \\\"e\\\" }} # {{{f}}}\"\ng: {{ .h | quote }}\ni: [{{ j }}, {k: {l: m}}]\nrun: |\n  x ${{ y }}\n  {{ z }}\n  ${{\n    q\n  }}\n{{ key }}: v\nw: ${{ a\n  }} ${shell}\n";
    let root = root(file);
    assert_eq!(holes(root.path(&["a"]).unwrap()), ["${{ format('{0}: }}', x) }}"]);
    assert_eq!(text(&root, &["a"]), "${{ format('{0}: }}', x) }}-b");
    assert_eq!(holes(root.path(&["c"]).unwrap()), ["{{ d \\\"e\\\" }}", "{{{f}}}"]);
    assert_eq!(text(&root, &["g"]), "{{ .h | quote }}");
    assert_eq!(holes(&root.path(&["i"]).unwrap().items()[0]), ["{{ j }}"]);
    assert_eq!(text(&root.path(&["i"]).unwrap().items()[1], &["k", "l"]), "m");
    assert_eq!(holes(root.path(&["run"]).unwrap()), ["${{ y }}", "{{ z }}", "${{\n  q\n}}"]);
    assert_eq!(holes(root.path(&["w"]).unwrap()), ["${{ a }}"]);
    assert!(root.is_open(), "a key is a template");
}

#[test]
fn lines_of_templates_open_what_is_around_them() {
    let file = "{{- /* c */}}\nmeta:\n  labels:\n    {{- include \"x\" . | nindent 4 }}\n  name: n\nspec:\n  {{- if .a }}\n  role: a\n  {{- else }}\n  role: b\n  {{- end }}\n  env:\n    - x\n    {% for y in z %}\n    - y\n  args:\n    - z\nlast:\n  deep:\n    k: v\n{{ include \"long\"\n  (dict) }}\n";
    let root = root(file);
    let open = |keys: &[&str]| root.path(keys).unwrap().is_open();
    assert!(matches!(root.path(&["meta", "labels"]).unwrap().kind, Kind::Unknown));
    assert_eq!(text(&root, &["meta", "name"]), "n");
    assert!(open(&["spec"]) && open(&["spec", "env"]) && !open(&["spec", "args"]));
    assert!(matches!(root.path(&["spec", "role"]).unwrap().kind, Kind::Unknown), "one of two arms");
    assert!(open(&["last"]) && open(&["last", "deep"]) && open(&[]));
    let closed = self::root("{{/* {{ a }} \n*/}}\n{{- $x := 1 }}\na: b\n{{- end }}\n");
    assert!(!closed.is_open());
    assert!(self::root("{{ if a }}\na: b\n").is_open());
    assert!(matches!(self::root("---\na:\n{{ b }}\n").path(&["a"]).unwrap().kind, Kind::Unknown));
}

#[test]
fn directives_within_block_scalars_do_not_end_them() {
    let file =
        "run: |\n    a\n{{- if x }}\n    b\n    {{- else }}\n    %{ if c }\n  %{ endif }\n    d\n{{- end }}\nnext: e\n";
    let root = root(file);
    assert_eq!(text(&root, &["next"]), "e");
    let run = text(&root, &["run"]);
    assert!(run.starts_with("a\n") && run.contains("\nb\n{{- else }}\n%{ if c }\n") && run.ends_with("d\n"), "{run:?}");
    assert!(holes(root.path(&["run"]).unwrap()).contains(&"{{- else }}"));
    let root = self::root("steps:\n  - run: >-\n      a\n  {{ x }}\n  - b\n");
    assert!(root.path(&["steps"]).unwrap().is_open());
    assert_eq!(root.path(&["steps"]).unwrap().items().len(), 2);
}

#[test]
fn one_bad_line_costs_one_line() {
    let documents = read("a: b\n---\nc: d\nx: \"y\" z\ne:\n  f: g\n  foo: bar: baz\n  h: i\n---\nj: k\n");
    assert_eq!(documents.iter().map(|document| document.broken).collect::<Vec<_>>(), [false, true, false]);
    let root = &documents[1].root;
    assert_eq!((text(root, &["c"]), text(root, &["e", "f"]), text(root, &["e", "h"])), ("d", "g", "i"));
    assert!(root.is_open() && root.path(&["e"]).unwrap().is_open());
    // What Terraform's templates have is read when it must be.
    let documents = read("a: ${x ? \"b: c\" : \"d\"}\nf: [${g}, h]\n");
    assert!(!documents[0].broken, "{documents:#?}");
    assert_eq!(text(&documents[0].root, &["a"]), "${x ? \"b: c\" : \"d\"}");
    assert_eq!(documents[0].root.path(&["f"]).unwrap().items()[0].text(), Some("${g}"));
}

#[test]
fn a_bad_value_costs_the_value_and_leaves_items_apart() {
    let documents = read("steps:\n- name: a\n  run: b\n- name: Stop: or go?\n  run: c\n- \"d\" e\n- f\n");
    let root = &documents[0].root;
    let steps = root.path(&["steps"]).unwrap().items();
    assert_eq!((steps.len(), documents[0].broken), (4, true), "{root:#?}");
    assert_eq!((text(&steps[0], &["run"]), text(&steps[1], &["run"])), ("b", "c"));
    assert!(matches!(steps[1].path(&["name"]).unwrap().kind, Kind::Unknown) && !steps[0].is_open());
    assert!(matches!(steps[2].kind, Kind::Unknown));
}

#[test]
fn marks_of_other_templates_are_holes_when_they_must_be() {
    let file = "a: @NAME@-x\nb: x@NAME@\nc: %s\nd: @other\n";
    let root = root(file);
    assert_eq!(holes(root.path(&["a"]).unwrap()), ["@NAME@"]);
    assert_eq!(holes(root.path(&["b"]).unwrap()), ["@NAME@"]);
    assert_eq!((text(&root, &["c"]), text(&root, &["d"])), ("%s", "@other"));
}

#[test]
fn quoted_scalars_may_go_on_too_far_left() {
    let file = "args:\n  - 'A=it''s,\n  B=c,  \n\n D=e'\n  - \"f \\\"\n  g\"\n";
    let root = root(file);
    let items = root.path(&["args"]).unwrap().items();
    assert_eq!((items[0].text(), items[1].text()), (Some("A=it's, B=c,\nD=e"), Some("f \" g")));
    assert_eq!(place(file, &items[0], "B=c"), "B=c");
}

#[test]
fn templates_of_several_lines_and_with_headers() {
    let file = "# ${{ a\n# b }}\nc: {{- d |\n    e }}\nf: | {{ g | nindent 4 }}\nh: i\nj:\n  - |\n{{- if .long.enough.to.be.wider }}\n      k\n{{- include \"m\"\n  (dict) }}\n      l\n";
    let root = root(file);
    assert_eq!(holes(root.path(&["c"]).unwrap()), ["{{- d | e }}"]);
    assert_eq!(holes(root.path(&["f"]).unwrap()), ["| {{ g | nindent 4 }}"]);
    let item = &root.path(&["j"]).unwrap().items()[0];
    assert_eq!(holes(item), ["{{- if .long.enough.to.be.wider }}", "{{- include \"m\"\n  (dict) }}"]);
    assert!(item.text().unwrap().contains("}}\nk\n{{") && item.text().unwrap().ends_with("\nl\n"), "{item:?}");
}

#[test]
fn what_cannot_be_mended_is_read_up_to_there() {
    let documents = read("a: b\nc:\n  d: e\n  f: [g, h\ni: j\n");
    assert!(documents[0].broken);
    assert_eq!(text(&documents[0].root, &["c", "d"]), "e");
    for text in
        ["[[[", "{\"a\": ", "\"", "a: 'b", "- - -", "}", "\t- x", "? ", "%", "%YAML 9.9\n---\n", "a: *", "|", "&a *a"]
    {
        read(text);
    }
    assert!(read("").is_empty() && read("# c\n").is_empty());
}

#[test]
fn odd_characters_do_not_stop_it() {
    let root = root("a: x\u{1b}[0m\u{7}y\rz\nb: \u{feff}c\n");
    assert_eq!(text(&root, &["a"]), "x\u{1b}[0m\u{7}y\rz");
    assert_eq!(text(&root, &["b"]), "\u{feff}c");
}

#[test]
fn aliases_cannot_explode() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..20 {
        let of = format!("*a{},", n - 1).repeat(9);
        bomb += &format!("a{n}: &a{n} [{of}]\n");
    }
    assert!(count(&root(&bomb)) < 200_000);
    let mut chain = "- &b0 {k: v}\n".to_owned();
    for n in 1..5000 {
        chain += &format!("- &b{n} {{<<: *b{}}}\n", n - 1);
    }
    let chain = root(&chain);
    assert!(count(&chain) < 200_000);
    assert_eq!(text(&chain.items()[100], &["k"]), "v");
    assert!(chain.items()[4999].get("k").is_none() && chain.items()[4999].is_open());
    let own = parse(&Snippet::whole("a: &a [*a, b]\n")).remove(0).root;
    assert!(matches!(own.path(&["a"]).unwrap().items()[0].kind, Kind::Unknown));
}

fn count(node: &Node) -> usize {
    match &node.kind {
        Kind::Sequence(items) => 1 + items.iter().map(count).sum::<usize>(),
        Kind::Mapping(pairs) => 1 + pairs.iter().map(|pair| 1 + count(&pair.value)).sum::<usize>(),
        _ => 1,
    }
}

#[test]
fn deep_and_long_texts_end_soon() {
    let mut indented = String::new();
    for depth in 0..1400 {
        indented += &" ".repeat(depth);
        indented += "a:\n";
    }
    let mib = 256 * 1024;
    let cases = [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "!a &b ".repeat(100_000),
        indented,
        format!("a: {}", "x".repeat(mib)),
        format!("a: {}", "x ".repeat(mib / 2)),
        "{{ '".repeat(mib / 4),
        "{{\n".repeat(mib / 3),
        "{{/*\n".repeat(mib / 5),
        "${{ '".repeat(mib / 5),
        format!("a: |\n  b\n{}", "{{x}}\n".repeat(mib / 6)),
        "a: ${x} }: {\n".repeat(mib / 13),
        format!("a: [{}", "${x} ".repeat(mib / 5)),
        "\u{1}".repeat(mib),
        "---\n".repeat(mib / 4),
        "[1,".repeat(mib / 3),
        format!("[{}]", "1,".repeat(mib / 2)),
        "a: \"b\" c\n".repeat(mib / 9),
        format!("a: \"{}\"", "\\n".repeat(mib / 2)),
        "#\n".repeat(mib / 2),
        "\n".repeat(mib),
        "- \n".repeat(mib / 3),
        "<<: *a\n".repeat(mib / 7),
        "a: &a b\n*a : *a\n".repeat(mib / 16),
    ];
    for case in cases {
        let start = std::time::Instant::now();
        let documents = parse(&Snippet::whole(&case));
        let (nodes, time) = (documents.iter().map(|document| count(&document.root)).sum::<usize>(), start.elapsed());
        let head: String = case.chars().take(12).collect();
        println!("{time:?} {nodes} {head:?}");
        assert!(time.as_secs() < 20, "{time:?} {head:?}");
        let nested = ["[[", "{\"a", "- - ", "[1,["].iter().any(|start| case.starts_with(start));
        assert!(!nested || nodes >= 1, "nothing of {head:?}");
    }
}
