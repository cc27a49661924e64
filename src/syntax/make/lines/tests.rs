use super::*;

fn shown(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .map(|item| match &item.kind {
            ItemKind::Assign(assign) => named(assign),
            ItemKind::TargetAssign(targets, assign) => format!("{}: {}", targets.text(), named(assign)),
            ItemKind::Export(names) => format!("export {}", names.text()),
            ItemKind::Undefine(names) => format!("undefine {}", names.text()),
            ItemKind::Include(paths) => format!("include {}", paths.text()),
            ItemKind::Rule { targets, needs } => format!("rule {}: {}", targets.text(), needs.text()),
            ItemKind::Recipe(line) => format!("> {}", line.text()),
            ItemKind::Conditional(conditional) => {
                let arm = |(condition, items): &(Option<Condition>, Vec<Item>)| {
                    let asked = match condition {
                        None => "else".to_owned(),
                        Some(Condition { test: Test::Equal(a, b), negated, .. }) => {
                            format!("{}{}={}", if *negated { "!" } else { "" }, a.text(), b.text())
                        }
                        Some(Condition { test: Test::Defined(a), negated, .. }) => {
                            format!("{}{}", if *negated { "!" } else { "" }, a.text())
                        }
                        Some(Condition { test: Test::Other, .. }) => "?".to_owned(),
                    };
                    format!("{asked} {}", shown(items).join(" | "))
                };
                format!("({})", conditional.arms.iter().map(arm).collect::<Vec<_>>().join("; "))
            }
        })
        .collect()
}

fn named(assign: &Assign) -> String {
    let export = if assign.export { "export " } else { "" };
    format!("{export}{} {:?} {:?}", assign.name, assign.op, assign.value.text())
}

fn read(text: &str) -> Vec<String> {
    shown(&parse(&Snippet::whole(text)).items)
}

#[test]
fn assignments() {
    assert_eq!(
        read(
            "A = b # c\nB:=c#d\nC ?= e\nexport D ::= f\nE += \\\n  g \\\n\th\noverride F != date\nexport G=1\nH = a\\#b\n$(X)_Y = 1"
        ),
        [
            "A Deferred \"b\"",
            "B Immediate \"c\"",
            "C Default \"e\"",
            "export D Immediate \"f\"",
            "E Append \"g h\"",
            "F Shell \"date\"",
            "export G Deferred \"1\"",
            "H Deferred \"a\\\\#b\"",
            "$(X)_Y Deferred \"1\"",
        ]
    );
    assert_eq!(read("X = $(shell grep '#' a | cut -d: -f1)"), ["X Deferred \"$(shell grep '#' a | cut -d: -f1)\""]);
    assert_eq!(
        read("export\nexport A B\n-include .env\ninclude a.mk $(B).mk\nundefine X"),
        ["export ", "export A B", "include .env", "include a.mk $(B).mk", "undefine X"]
    );
}

#[test]
fn rules_and_their_recipes() {
    assert_eq!(
        read(
            "\tX = 1\n.PHONY: a\na: b $(C) ## help\n\t@x \\\n\t  'y \\\n\tz'\n\n# note\n\t-w # kept\nd:; e\nX := 1\n\tY = 2\nf:: g | h ; i ; j"
        ),
        [
            "X Deferred \"1\"",
            "rule .PHONY: a",
            "rule a: b $(C)",
            "> @x \\\n  'y \\\nz'",
            "> -w # kept",
            "rule d: ",
            "> e",
            "X Immediate \"1\"",
            "Y Deferred \"2\"",
            "rule f: g | h",
            "> i ; j",
        ]
    );
    assert_eq!(
        read("a b: X := 1\na: export Y = 2\na: private Z ?= 3\n"),
        ["a b: X Immediate \"1\"", "a: export Y Deferred \"2\"", "a: Z Default \"3\"",]
    );
    assert_eq!(read(".RECIPEPREFIX = >\na:\n> b\n"), [".RECIPEPREFIX Deferred \">\"", "rule a: ", ">  b"]);
    assert!(parse(&Snippet::whole(".ONESHELL:\na:\n\tb")).one_shell);
}

#[test]
fn conditionals_and_definitions() {
    assert_eq!(
        read(
            "ifeq ($(A),b)\nX = 1\nelse ifneq \"$(A)\" 'c'\n  X = 2\nelse\nX = 3\nendif\nifdef A\nifndef B\nY=1\nendif\nendif"
        ),
        ["($(A)=b X Deferred \"1\"; !$(A)=c X Deferred \"2\"; else X Deferred \"3\")", "(A (!B Y Deferred \"1\"))",]
    );
    assert_eq!(
        read("a:\n\tb\nifeq ($(A), $(call f,b,c))\n\td\nelse\n\te\nendif\n\tf"),
        ["rule a: ", "> b", "($(A)=$(call f,b,c) > d; else > e)", "> f",]
    );
    assert_eq!(
        read("define A\n\tb # c\n\td\nendef\nexport define B =\n define C\n endef\nendef\nX=1"),
        ["A Deferred \"\\tb # c\\n\\td\"", "export B Deferred \" define C\\n endef\"", "X Deferred \"1\"",]
    );
}

#[test]
fn every_line_knows_its_place() {
    let text = "A = b \\\n    c # d\na:\n\tx \\\n\ty\n";
    let file = parse(&Snippet::whole(text));
    let ItemKind::Assign(assign) = &file.items[0].kind else { panic!() };
    assert_eq!((assign.value.text(), assign.value.span(2..3)), ("b c", Span::new(12, 13)));
    let ItemKind::Recipe(line) = &file.items[2].kind else { panic!() };
    let at = line.text().find('y').unwrap();
    assert_eq!(text.get(line.span(at..at + 1).range()), Some("y"));
}

#[test]
fn hostile_shapes_end() {
    for text in
        ["ifeq (a,b)\n", "define X\n", "a: b\n\t$(", "X := $(", "else\n", "endif\n", "\\\n", "x: y=", "${a,", "#\\\n"]
    {
        parse(&Snippet::whole(&text.repeat(50_000)));
        parse(&Snippet::whole(&text.repeat(3_000).replace('\n', " ")));
    }
    assert_eq!(read("define X\na"), ["X Deferred \"a\""]);
    assert_eq!(read("ifdef X\na = 1"), ["(X a Deferred \"1\")"]);
}

#[test]
fn recipes_may_set_variables() {
    let of = |text: &str| evaluated(&Snippet::whole(text)).map(|assign| named(&assign));
    assert_eq!(of("@$(eval X := $(shell a = b))"), Some("X Immediate \"$(shell a = b)\"".to_owned()));
    assert_eq!(of("${eval X=1} "), Some("X Deferred \"1\"".to_owned()));
    for text in ["$(eval X=1) y", "$(evaluate X=1)", "$(eval $(call f,x))", "echo", "$(eval X=1", ""] {
        assert!(of(text).is_none_or(|_| text.ends_with('1')), "{text}");
    }
}
