use super::*;
use crate::source::Snippet;

fn file(text: &str) -> File {
    let file = parse(&Snippet::whole(text));
    assert!(!file.skipped, "{text}");
    file
}

fn words(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Text(parts) => {
            let part = |part: &Part| match part {
                Part::Text { text, .. } => text.clone(),
                Part::Expr(inner) => format!("‹{}›", words(inner)),
            };
            parts.iter().map(part).collect()
        }
        ExprKind::Variable(name) => format!("${name}"),
        ExprKind::Member(object, name) => format!("{}.{name}", words(object)),
        ExprKind::Index(object, key) => format!("{}[{}]", words(object), words(key)),
        ExprKind::Invoke(object, name, arguments) => format!("{}.{name}({})", words(object), all(arguments)),
        ExprKind::Array(items) => format!("[{}]", all(items)),
        ExprKind::Listed(body) => format!("@({})", stmts(body)),
        ExprKind::Output(body) => format!("({})", stmts(body)),
        ExprKind::Map(entries) => {
            let entry = |(key, value): &(Expr, Stmt)| format!("{}={}", words(key), stmt(value));
            format!("@{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join("; "))
        }
        ExprKind::Script(file) => format!("{{{}}}", stmts(&file.body)),
        ExprKind::Binary(operator, left, right) => format!("{} {operator} {}", words(left), words(right)),
        ExprKind::Not(inner) => format!("!{}", words(inner)),
        ExprKind::Cast(name, inner) => {
            format!("[{name}]{}", inner.as_ref().map(|inner| words(inner)).unwrap_or_default())
        }
        ExprKind::Unknown => "?".to_owned(),
    }
}

fn all(items: &[Expr]) -> String {
    items.iter().map(words).collect::<Vec<_>>().join(", ")
}

fn stmt(stmt: &Stmt) -> String {
    match &stmt.kind {
        StmtKind::Assign { target, operator, value } => format!("{} {operator} {}", words(target), self::stmt(value)),
        StmtKind::Pipeline(stages) => {
            let stage = |stage: &Stage| match stage {
                Stage::Expr(expr) => words(expr),
                Stage::Command(command) => {
                    let mut out = vec![words(&command.name)];
                    out.extend(command.arguments.iter().map(|argument| match argument {
                        Argument::Word(expr, _) => words(expr),
                        Argument::Splat(name, _) => format!("@{name}"),
                    }));
                    if command.redirected {
                        out.push(">".to_owned());
                    }
                    out.join("␣")
                }
            };
            stages.iter().map(stage).collect::<Vec<_>>().join(" | ")
        }
        StmtKind::If { arms, otherwise } => {
            let arm = |(test, body): &(Stmt, Vec<Stmt>)| format!("if {} {{{}}}", self::stmt(test), stmts(body));
            let arms: Vec<String> = arms.iter().map(arm).collect();
            format!("{} else {{{}}}", arms.join(" "), stmts(otherwise.as_deref().unwrap_or_default()))
        }
        StmtKind::Function(function) => {
            let parameters = function.parameters.iter().flatten().map(|parameter| {
                let default = parameter.default.as_ref().map(|default| format!("={}", words(default)));
                format!("{}:{:?}{}", parameter.name, parameter.kind, default.unwrap_or_default())
            });
            format!("{}({}) {{{}}}", function.name, parameters.collect::<Vec<_>>().join(","), stmts(&function.body))
        }
        StmtKind::ForEach { name, over, body } => format!("for {name} in {} {{{}}}", self::stmt(over), stmts(body)),
        StmtKind::Try { body, catches, finally } => {
            format!("try {{{}}} {} {{{}}}", stmts(body), catches.len(), stmts(finally))
        }
        StmtKind::Switch { subject, arms, .. } => {
            let arm = |arm: &SwitchArm| {
                format!("{} {{{}}}", arm.wanted.as_ref().map_or("default".to_owned(), words), stmts(&arm.body))
            };
            format!("switch {} {}", self::stmt(subject), arms.iter().map(arm).collect::<Vec<_>>().join(" "))
        }
        StmtKind::Chain(left, join, right) => format!("{} {join:?} {}", self::stmt(left), self::stmt(right)),
        StmtKind::Broken(body) => format!("broken {{{}}}", stmts(body)),
        StmtKind::Block(body) | StmtKind::Loop(body) => format!("{{{}}}", stmts(body)),
        StmtKind::Return(value) => {
            format!("return {}", value.as_ref().map(|value| self::stmt(value)).unwrap_or_default())
        }
        other => format!("{other:?}"),
    }
}

fn stmts(body: &[Stmt]) -> String {
    body.iter().map(stmt).collect::<Vec<_>>().join("; ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(stmts(&file(text).body), expected, "{text}");
}

#[test]
fn words_of_commands() {
    check("gcloud run deploy $svc --image=$img", "gcloud␣run␣deploy␣$svc␣--image=‹$img›");
    check("gcloud x --a=\"$b/c\" \"--d=$e\" --f \"A=$a,B=$b\"", "gcloud␣x␣--a=‹$b›/c␣--d=‹$e›␣--f␣A=‹$a›,B=‹$b›");
    check("gcloud x `\n  --a `\n  # why\n  --b", "gcloud␣x␣--a; Unknown");
    check("gcloud x `\n  --a=b`\n  --c", "gcloud␣x␣--a=b␣--c");
    check("gcloud a,b @args 2>&1 | Out-Null", "gcloud␣[a, b]␣@args | Out-Null");
    check("gcloud 'it''s' \"a`\"b\" \"c\"\"d\" > out.txt", "gcloud␣it's␣a\"b␣c\"d␣>");
    check("& $gcloud $a.b $(c d) ('e' + $f).Trim()", "$gcloud␣$a.b␣(c␣d)␣(e + $f).Trim()");
    check("& \"C:\\x y\\gcloud.cmd\" --a $env:B ${c d}", "C:\\x y\\gcloud.cmd␣--a␣$env:B␣$c d");
    check("gcloud x --% --a=%B% \"c d\"", "gcloud␣x␣--a=%B%␣c d");
    check("gcloud x --a=\"$(gcloud y --z \"$w\")\"", "gcloud␣x␣--a=‹(gcloud␣y␣--z␣‹$w›)›");
    check("irm -Uri \"u\" -Headers @{ A = \"b\"; \"C-D\" = $e }", "irm␣-Uri␣u␣-Headers␣@{A=b; C-D=$e}");
    check("gcloud x $a.json $b/c $d[0]", "gcloud␣x␣$a.json␣‹$b›/c␣$d[0]");
}

#[test]
fn texts() {
    check("$x = @\"\na $b\n\"@", "$x = a ‹$b›");
    check("$x = @'\na $b\n'@", "$x = a $b");
    check("$x = \"$($a.b) ${c} $d.e $f: `$g\"", "$x = ‹($a.b)› ‹$c› ‹$d›.e ‹$f›: $g");
    check("$script:x = \"{0}-{1}\" -f $a, 'b'", "$x = {0}-{1} -f [$a, b]");
}

#[test]
fn statements() {
    check("if ($a -eq 'b') { c }\nelseif (-not $d) { e }\nelse { f }", "if $a -eq b {c} if !$d {e} else {f}");
    check(
        "function Foo-Bar {\n  param([string]$A = \"x\", [string[]]$B, [switch]$C)\n  foo\n}",
        "Foo-Bar(A:Text=x,B:List,C:Switch) {foo}",
    );
    check("foreach ($i in 1..3) { a $i }", "for i in 1..3 {a␣$i}");
    check("try { a } catch { b } finally { c }", "try {a} 1 {c}");
    check("switch ($a) {\n  'b' { c }\n  default { d }\n}", "switch $a b {c} default {d}");
    check("a && b || c", "a And b Or c");
    check("$x = $y = (gcloud a).Trim()", "$x = $y = (gcloud␣a).Trim()");
    check("$x += @(\"a\", $b)", "$x += @([a, $b])");
    let file = file("<#\n.SYNOPSIS\n#>\n[CmdletBinding()]\nparam(\n  [string]$A = 'b'\n)\nfoo");
    assert_eq!((file.parameters.len(), stmts(&file.body)), (1, "foo".to_owned()));
}

#[test]
fn what_the_grammar_does_not_take() {
    // On one line it is no statement to the grammar; what stands in it is.
    check(
        "switch ($a) { b { gcloud x } default { gcloud y } }\ngcloud z",
        "broken {b␣{gcloud␣x}␣default␣{gcloud␣y}}; gcloud␣z",
    );
    check("if ($a -eq ) { gcloud x --y }\ngcloud z", "broken {gcloud␣x␣--y}; gcloud␣z");
    check("gcloud x )\ngcloud z", "Unknown; gcloud␣z");
}

#[test]
fn places_are_exact() {
    let text = "gcloud x `\n  \"--a=$b\"";
    let file = file(text);
    let StmtKind::Pipeline(stages) = &file.body[0].kind else { panic!() };
    let Stage::Command(command) = &stages[0] else { panic!() };
    let Argument::Word(Expr { kind: ExprKind::Text(parts), .. }, false) = &command.arguments[1] else { panic!() };
    let Part::Text { text: flag, span, exact } = &parts[0] else { panic!() };
    assert_eq!((flag.as_str(), *exact, text.get(span.range())), ("--a=", true, Some("--a=")));
}

#[test]
fn what_nests_too_deep_is_skipped() {
    for part in ["(", "{", "$(", "@(", "@{a=", "\"$(", "if (1) {", "gcloud (", "gcloud \"$("] {
        let file = parse(&Snippet::whole(&format!("gcloud x\n{}", part.repeat(2000))));
        assert!(file.skipped, "{part}");
    }
    assert!(!parse(&Snippet::whole(&format!("$x = {}1", "1 + ".repeat(5000)))).skipped);
}
