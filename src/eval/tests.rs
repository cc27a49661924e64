//! The interpreter on programs built by hand, with no language at all, and on the shapes that shell scripts have.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::program::{
    Arm, Assign, Assigned, Command, Declaration, Definition, Entry, Expr, Guard, Loop, Name, Node, Op, Part, Quote,
    Step, StepKind, Strength, Use, Visibility,
};
use crate::read;
use crate::source::Source;

const ALL: Asked = Asked { concerns: |_| true, word_files: &["--words"] };

#[derive(Default)]
struct Disk(HashMap<String, Arc<Program>>);

impl Link for Disk {
    fn line(&self, _: &Value) -> Option<Block> {
        None
    }

    fn find(&self, _: FileId, path: &Value) -> Option<Arc<Program>> {
        let end = path.known_suffix();
        let name = end.rsplit('/').next().unwrap_or("");
        self.0.get(name).cloned()
    }

    fn directory(&self, _: FileId, _: &str) -> Vec<Arc<Program>> {
        Vec::new()
    }
}

// ---- programs built by hand

fn place() -> Place {
    Place::near(FileId(0), Span::default())
}

fn text(text: &str) -> Expr {
    Expr::text(text, place())
}

fn var(name: &str) -> Expr {
    used(name, Op::Plain, Quote::Whole)
}

fn used(name: &str, op: Op, quote: Quote) -> Expr {
    Expr { parts: vec![Part::Use(Box::new(Use { name: Name::Variable(name.into()), op, quote, place: place() }))] }
}

fn step(kind: StepKind) -> Step {
    Step { kind, span: Span::default() }
}

fn set(name: &str, value: Expr) -> Step {
    let value = Assigned::Text(value);
    step(StepKind::Assign(Assign { name: name.into(), value, append: false, visibility: Visibility::Program }))
}

fn command(words: Vec<Expr>) -> Step {
    step(StepKind::Command(Command { words, env: Vec::new(), input: None, prints: true }))
}

fn program(body: Vec<Step>) -> Vec<String> {
    let program = Program { body: body.into(), ..Program::default() };
    shown(&run(&[Arc::new(program)], &Disk::default(), ALL).commands)
}

fn shown(runs: &[Run]) -> Vec<String> {
    runs.iter().map(|run| run.words.to_string()).collect()
}

fn arm(guard: Guard, body: Vec<Step>) -> Arm {
    Arm { test: Arc::from([]), guard, body: body.into() }
}

#[test]
fn assignments_hold_in_order() {
    let found = program(vec![
        command(vec![text("a"), var("X")]),
        set("X", text("1")),
        command(vec![text("b"), var("X")]),
        set("X", text("2")),
        command(vec![text("c"), var("X")]),
    ]);
    assert_eq!(found, ["a ${X}", "b 1", "c 2"]);
}

#[test]
fn alternatives_of_one_branch_stay_together() {
    let found = program(vec![
        step(StepKind::Branch(vec![
            arm(Guard::Opaque(Some("job".into()), Vec::new()), vec![set("U", text("api")), set("T", text("oauth"))]),
            arm(Guard::Always, vec![set("U", text("run")), set("T", text("oidc"))]),
        ])),
        command(vec![text("call"), var("U"), var("T")]),
    ]);
    assert_eq!(found, ["call api oauth", "call run oidc"]);
}

#[test]
fn the_same_guard_twice_is_one_circumstance() {
    let test = |body| step(StepKind::Branch(vec![arm(Guard::Equal(var("KIND"), text("job")), body)]));
    let found = program(vec![
        set("U", text("run")),
        test(vec![set("U", text("api"))]),
        set("T", text("oidc")),
        test(vec![set("T", text("oauth"))]),
        command(vec![text("call"), var("U"), var("T")]),
    ]);
    assert_eq!(found, ["call api oauth", "call run oidc"]);
}

#[test]
fn a_known_text_decides_its_branch_and_a_default_does_not() {
    let guard = || Guard::Equal(var("T"), text("oidc"));
    let body = |value| {
        vec![
            set("T", value),
            step(StepKind::Branch(vec![
                arm(guard(), vec![command(vec![text("oidc")])]),
                arm(Guard::Always, vec![command(vec![text("other"), var("T")])]),
            ])),
        ]
    };
    assert_eq!(program(body(text("oidc"))), ["oidc"]);
    assert_eq!(program(body(text("oauth"))), ["other oauth"]);
    assert_eq!(program(body(used("T", Op::Default(text("oidc")), Quote::Whole))), ["oidc", "other ${T}"]);
}

#[test]
fn more_alternatives_than_the_bound_become_a_hole() {
    let arms = (0..20).map(|number| {
        arm(Guard::Equal(var("K"), text(&number.to_string())), vec![set("X", text(&format!("v{number}")))])
    });
    let found = program(vec![step(StepKind::Branch(arms.collect())), command(vec![text("a"), var("X")])]);
    assert_eq!(found, ["a …"]);
}

#[test]
fn a_loop_takes_its_turns() {
    let body: crate::program::Block = Arc::from([command(vec![text("grant"), var("R")])]);
    let items = Some(vec![text("a"), text("b")]);
    let found = program(vec![step(StepKind::Loop(Loop { name: Some("R".into()), items, body }))]);
    assert_eq!(found, ["grant a", "grant b"]);
}

#[test]
fn endless_programs_end() {
    let call: crate::program::Block = Arc::from([command(vec![text("f")]), command(vec![text("f")])]);
    assert!(program(vec![step(StepKind::Function("f".into(), call)), command(vec![text("f")])]).is_empty());
    let mut body: crate::program::Block = Arc::from([command(vec![text("x")])]);
    for _ in 0..6 {
        let items = Some((0..64).map(|n| text(&n.to_string())).collect());
        body = Arc::from([step(StepKind::Loop(Loop { name: Some("I".into()), items, body }))]);
    }
    assert!(program(body.to_vec()).len() <= MAX_STEPS);
}

// ---- shapes of scripts

fn files(sources: &[(&str, &str)]) -> Vec<Run> {
    let mut disk = Disk::default();
    for (index, (name, text)) in sources.iter().enumerate() {
        let source = Source::new(*name, text.as_bytes()).unwrap();
        let reader = read::reader(name, text).unwrap();
        disk.0.insert((*name).to_owned(), Arc::new((reader.read)(&source, FileId(index as u32))));
    }
    let root = disk.0.get(sources[0].0).cloned().unwrap();
    run(&[root], &disk, ALL).commands
}

fn shell(text: &str) -> Vec<String> {
    shown(&files(&[("a.sh", text)]))
}

fn gcloud(text: &str) -> Vec<String> {
    shell(text).into_iter().filter(|command| command.starts_with("gcloud")).collect()
}

#[test]
fn a_uri_from_chains_of_defaults_far_above() {
    let text = format!(
        "REGION=\"${{REGION:-us-east1}}\"\nHOST=\"${{HOST:-$REGION-run.googleapis.com}}\"\n{}gcloud x --uri=\"https://$HOST/v1/$JOB:run\"\n",
        "echo step\n".repeat(100)
    );
    assert_eq!(gcloud(&text), ["gcloud x --uri=https://us-east1-run.googleapis.com/v1/${JOB}:run"]);
}

#[test]
fn argv_in_arrays() {
    assert_eq!(
        gcloud(
            "args=(a --b=1)\nargs+=(--c \"x y\")\nif [[ -n \"$SA\" ]]; then args+=(--sa=\"$SA\"); fi\ngcloud run \"${args[@]}\" --end\n"
        ),
        ["gcloud run a --b=1 --c x y --sa=${SA} --end", "gcloud run a --b=1 --c x y --end"]
    );
    assert_eq!(gcloud("gcloud run \"${UNSET[@]}\" --end"), ["gcloud run --end …"]);
}

#[test]
fn functions_get_their_arguments() {
    let text = "create() {\n  local name=\"$1\"; shift\n  gcloud jobs create http \"$name\" --uri=\"$1\" \"${@:2}\"\n  gcloud more \"$@\"\n}\ncreate tick https://x --oidc\n";
    assert_eq!(gcloud(text), ["gcloud jobs create http tick --uri=https://x --oidc", "gcloud more https://x --oidc"]);
    assert_eq!(gcloud("f() { gcloud a \"$1\" \"$@\"; }\n"), ["gcloud a $1 …"], "a function for others");
    assert_eq!(gcloud("X=1\nf() { local X=2; gcloud a $X; }\nf\ngcloud b $X\n"), ["gcloud a 2", "gcloud b 1"]);
}

#[test]
fn a_call_names_its_site() {
    let runs = files(&[("a.sh", "f() {\n  gcloud a \"$1\"\n}\nf x\nf y\n")]);
    assert_eq!(shown(&runs), ["gcloud a x", "gcloud a y"]);
    assert_eq!(runs[1].at.sites.len(), 1);
    assert_eq!(runs[1].at.sites[0].span.start, 28);
}

#[test]
fn a_flag_that_is_there_when_a_variable_is() {
    assert_eq!(
        gcloud("gcloud a ${SA:+--sa=\"$SA\"} ${SA:+--aud=\"x y\"} --z"),
        ["gcloud a --z …", "gcloud a --sa=${SA} --aud=x y --z"]
    );
    assert_eq!(gcloud("SA=bot\ngcloud a ${SA:+--sa=\"$SA\"}"), ["gcloud a --sa=bot"]);
    assert_eq!(gcloud("SA=\ngcloud a ${SA:+--sa=\"$SA\"} $SA"), ["gcloud a"]);
}

#[test]
fn the_verb_may_be_a_variable() {
    assert_eq!(
        gcloud("if gcloud jobs describe x; then action=update; else action=create; fi\ngcloud jobs \"$action\" http x"),
        ["gcloud jobs describe x", "gcloud jobs update http x", "gcloud jobs create http x"]
    );
}

#[test]
fn words_before_gcloud() {
    for text in [
        "timeout 60 gcloud a b",
        "sudo -u me gcloud a b",
        "retry 5 gcloud a b",
        "env X=1 gcloud a b",
        "GCLOUD=${GCLOUD:-gcloud}\n\"$GCLOUD\" a b",
        "run_cmd gcloud a b",
        "run() { echo \"+ $*\"; \"$@\"; }\nrun gcloud a b",
        "if ! gcloud a b; then exit 1; fi",
        "OUT=$(gcloud a b 2>&1)",
        "X=\"$(gcloud a b)\" || true",
        "bash -c 'gcloud a b'",
        "bash -c \"gcloud a b\"",
        "time gcloud a b | tee log",
        "(cd x && gcloud a b)",
        "! gcloud a b",
        "while ! gcloud a b; do sleep 1; done",
    ] {
        assert_eq!(gcloud(text), ["gcloud a b"], "{text}");
    }
}

#[test]
fn what_is_not_run_here() {
    for text in [
        "echo gcloud a b",
        "echo \"gcloud a b\"",
        "ssh host 'gcloud a b'",
        "ssh host <<EOF\ngcloud a b\nEOF",
        "cat <<EOF\ngcloud a b\nEOF",
        "cat > notes.txt <<EOF\ngcloud a b\nEOF",
        "# gcloud a b",
        "command -v gcloud a b",
        ": <<'X'\ngcloud a b\nX",
    ] {
        assert!(gcloud(text).is_empty(), "{text}");
    }
}

#[test]
fn here_documents_that_are_scripts() {
    for text in [
        "cat > x.sh <<'EOF'\ngcloud a b\nEOF",
        "sudo tee /opt/run.sh <<EOF\ngcloud a b\nEOF",
        "bash <<EOF\ngcloud a b\nEOF",
        "cat <<EOF | sudo bash\ngcloud a b\nEOF",
        "cat > /usr/local/bin/x <<'EOF'\n#!/bin/sh\ngcloud a b\nEOF",
    ] {
        assert_eq!(gcloud(text), ["gcloud a b"], "{text}");
    }
    assert_eq!(gcloud("P=p\ncat > x.sh <<EOF\ngcloud a $P \\$Q\nEOF"), ["gcloud a p ${Q}"]);
    assert_eq!(gcloud("P=p\ncat > x.sh <<'EOF'\ngcloud a $P\nEOF"), ["gcloud a ${P}"]);
}

#[test]
fn create_or_update() {
    assert_eq!(
        gcloud("gcloud jobs create http x --a 2>/dev/null || \\\n  gcloud jobs update http x --b >/dev/null"),
        ["gcloud jobs create http x --a", "gcloud jobs update http x --b"]
    );
}

#[test]
fn sourced_files_and_child_scripts() {
    let found = |main: &str, other: &str| {
        let name = if main.contains("env.sh") { "env.sh" } else { "child.sh" };
        shown(&files(&[("a.sh", main), (name, other)]))
    };
    assert_eq!(found("source ./env.sh\ngcloud a $X", "X=1"), ["gcloud a 1"]);
    assert_eq!(found(". \"$(dirname \"$0\")/env.sh\"\ngcloud a $X", "X=1"), ["dirname $0", "gcloud a 1"]);
    assert_eq!(found("X=1\nexport Y=2\nbash child.sh z", "gcloud a $X $Y $1"), ["gcloud a ${X} 2 z"]);
    assert_eq!(found("X=1 ./child.sh z", "gcloud a $X $1"), ["gcloud a 1 z"]);
}

#[test]
fn options_read_in_a_loop_keep_their_defaults() {
    let text = "T=oidc\nU=run\nwhile [[ $# -gt 0 ]]; do\n  case $1 in\n    --t) T=\"$2\"; shift 2 ;;\n    --u) U=\"$2\"; shift 2 ;;\n    *) exit 1 ;;\n  esac\ndone\ngcloud a $T $U\n";
    assert_eq!(gcloud(text), ["gcloud a oidc run"]);
}

#[test]
fn options_that_different_arms_set_have_nothing_in_common() {
    let script = |first: &str, second: &str| {
        format!(
            "U=run\nT=oidc\nwhile [[ $# -gt 0 ]]; do\n  case $1 in\n    --a) {first} ;;\n    --b) {second} ;;\n  esac\n  shift\ndone\ngcloud a $U $T\n"
        )
    };
    assert_eq!(gcloud(&script("U=api", "T=oauth")), ["gcloud a run oidc"]);
    let mut together = gcloud(&script("U=api; T=oauth", "V=1"));
    together.sort();
    assert_eq!(together, ["gcloud a api oauth", "gcloud a run oidc"]);
}

#[test]
fn lists_that_grow_in_a_loop_are_open() {
    assert_eq!(
        gcloud("A=(x)\nwhile read -r l; do A+=(\"$l\"); done < f\ngcloud a \"${A[@]}\""),
        ["gcloud a x ${l} …", "gcloud a x …"]
    );
}

#[test]
fn leaving_early_says_what_holds_after() {
    assert_eq!(gcloud("if [ -z \"$SA\" ]; then exit 1; fi\ngcloud a ${SA:+--sa=$SA}"), ["gcloud a --sa=${SA}"]);
    assert_eq!(gcloud("exit 0\ngcloud a"), Vec::<String>::new());
}

#[test]
fn what_is_required_ends_a_script_that_sets_it_to_nothing() {
    assert_eq!(gcloud("X=\n: \"${X:?is required}\"\ngcloud a $X"), Vec::<String>::new());
    assert_eq!(gcloud(": \"${X:?}\"\ngcloud a \"$X\""), ["gcloud a ${X}"]);
    assert_eq!(gcloud("X=b\ngcloud a \"${X:?}\""), ["gcloud a b"]);
    assert_eq!(gcloud("X=\nif test -f x; then X=b; fi\ngcloud a \"${X:?}\""), ["gcloud a b"]);
    assert_eq!(gcloud("X=\nY=$(: ${X:?}; gcloud c)\ngcloud a"), ["gcloud a"]);
}

#[test]
fn what_a_document_sets_to_nothing_is_to_be_filled_in() {
    let runs = files(&[("a.md", "```bash\nX=\nexport Y=''\n```\n```sh\ngcloud a \"$X\" \"$Y\" \"$X\"\n```\n")]);
    assert_eq!(shown(&runs), ["gcloud a ${X} ${Y} ${X}"]);
    assert_eq!(gcloud("X=\ngcloud a \"$X\""), ["gcloud a "]);
}

#[test]
fn outputs_are_followed() {
    let runs = files(&[(
        "a.sh",
        "T=$(gcloud auth print-access-token | tr -d '\\n')\nH=\"Authorization: Bearer $T\"\ncurl -H \"$H\" x",
    )]);
    assert_eq!(
        runs.last().unwrap().words.to_string(),
        "curl -H Authorization: Bearer $(gcloud auth print-access-token) x"
    );
    assert_eq!(shell("f() { echo \"https://$1\"; }\ncurl \"$(f x)\"").last().unwrap(), "curl https://x");
    assert_eq!(
        shell("P=$(gcloud config get project)\necho -n \"$P\" | gcloud secrets create --data-file=-").last().unwrap(),
        "gcloud secrets create --data-file=-"
    );
}

#[test]
fn a_fallback_prints_in_place_of_what_failed() {
    let calls = |text: &str| shell(text).into_iter().filter(|line| line.starts_with("curl")).collect::<Vec<_>>();
    assert_eq!(calls("U=$(gcloud x 2>/dev/null || true)\ncurl \"$U/y\""), ["curl $(gcloud x)/y"]);
    assert_eq!(calls("U=$(gcloud x || echo https://z)\ncurl \"$U/y\""), ["curl $(gcloud x)/y", "curl https://z/y"]);
}

#[test]
fn markdown_fences_are_one_flow() {
    let runs = files(&[("a.md", "```bash\nX=1\nexit\n```\ntext\n```sh\ngcloud a $X <Y>\n```\n")]);
    assert_eq!(shown(&runs), ["gcloud a 1 <Y>"]);
}

#[test]
fn loops_and_functions_are_left_early() {
    assert_eq!(
        gcloud("for x in a b c; do\n[ $x = a ] && continue\n[ $x = c ] && break\ngcloud $x\ndone\ngcloud end $x"),
        ["gcloud b", "gcloud end c"]
    );
    assert_eq!(
        gcloud("f() { if [ \"$K\" = j ]; then A=1; return; fi; A=2; }\nf\ngcloud $A"),
        ["gcloud 1", "gcloud 2"],
        "both ways out of a function"
    );
    assert_eq!(
        gcloud("while true; do X=1; break; done\ngcloud a $X\nf() { gcloud b; }"),
        ["gcloud a 1", "gcloud a ${X}", "gcloud b"]
    );
}

#[test]
fn the_same_test_is_the_same_circumstance() {
    for test in ["[[ $K == j-* ]]", "[[ $K =~ ^j ]]", "[ -f \"$K\" ]", "(( K > 1 ))", "echo \"$K\" | grep -q j", "$K"] {
        let text = format!("if {test}; then A=1; else A=2; fi\n{test} && B=1 || B=2\ngcloud $A $B");
        assert_eq!(gcloud(&text), ["gcloud 1 1", "gcloud 2 2"], "{test}");
    }
    assert_eq!(
        gcloud("U=a.b/c\ncase $U in *.b/*) A=1;; *) A=2;; esac\ngcloud $A ${U%%/*} ${U##*.}"),
        ["gcloud 1 a.b b/c"]
    );
    assert_eq!(gcloud("p() { [[ $1 == a* ]]; }\nif p abc; then gcloud yes; else gcloud no; fi"), ["gcloud yes"]);
}

#[test]
fn arms_that_fall_through() {
    assert_eq!(gcloud("case a in a) gcloud 1;& b) gcloud 2;; *) gcloud 3;; esac"), ["gcloud 1", "gcloud 2"]);
    assert_eq!(gcloud("case ab in a*) gcloud 1;;& b) gcloud 2;; *b) gcloud 3;; esac"), ["gcloud 1", "gcloud 3"]);
}

#[test]
fn what_is_not_known_is_not_what_it_was() {
    assert_eq!(gcloud("A=\nB=b\n. ./gone.sh\ngcloud \"$A\" $B"), ["gcloud ${A} b"]);
    assert_eq!(gcloud("A=()\neval \"$X\"\ngcloud x \"${A[@]}\""), ["gcloud x …"]);
    assert_eq!(gcloud("f() { local -n o=$1; o=(y); }\nA=()\nf A\ngcloud x \"${A[@]}\""), ["gcloud x …"]);
    assert_eq!(gcloud("f_a() { A=1; }\nA=\n\"f_$K\"\ngcloud \"$A\""), ["gcloud ${A}"]);
    assert_eq!(gcloud("set -- a\nif [ \"$K\" ]; then set -- \"$@\" b; fi\ngcloud x \"$@\""), ["gcloud x a …"]);
    assert_eq!(gcloud("A=1\necho | A=2\ngcloud $A\nbash -c 'gcloud $1 $2' _ p"), ["gcloud 1", "gcloud p"]);
}

#[test]
fn a_command_in_a_variable_is_run_where_it_is_a_test_too() {
    assert_eq!(gcloud("f() { \"$@\" || exit 1; }\nf gcloud a"), ["gcloud a"]);
    assert_eq!(gcloud("CMD=(gcloud a)\nif \"${CMD[@]}\"; then gcloud b; fi"), ["gcloud a", "gcloud b"]);
    assert_eq!(gcloud("DRY_RUN=false\nif $DRY_RUN; then gcloud a; else gcloud b; fi"), ["gcloud b"]);
}

// ---- what is declared

fn path(name: &str) -> Expr {
    let segments = name.split('.').map(str::to_owned).collect();
    let used = Use { name: Name::Path(segments), op: Op::Plain, quote: Quote::Whole, place: place() };
    Expr { parts: vec![Part::Use(Box::new(used))] }
}

fn joined(parts: Vec<Expr>) -> Node {
    Node::Text(Expr { parts: parts.into_iter().flat_map(|expr| expr.parts).collect() })
}

fn map(entries: Vec<(&str, Node)>) -> Node {
    let entry = |(name, value): (&str, Node)| Entry { name: name.into(), at: place(), whole: place(), value };
    Node::Map(entries.into_iter().map(entry).collect(), false)
}

fn define(name: &str, strength: Strength, value: Node) -> Step {
    step(StepKind::Define(Definition { name: name.into(), value, strength }))
}

fn declare(name: &str, body: Node, each: Option<Node>) -> Step {
    step(StepKind::Declare(Arc::new(Declaration {
        schema: Schema::Terraform,
        kind: name.split('.').next().unwrap().to_owned(),
        name: name.into(),
        head: place(),
        body,
        each,
    })))
}

/// What `seen` is in every declaration that has it.
fn seen(files: Vec<Vec<Step>>) -> Vec<String> {
    let program = |(number, body): (usize, Vec<Step>)| {
        Arc::new(Program { file: FileId(number as u32), body: body.into(), directory: true, ..Program::default() })
    };
    let programs: Vec<Arc<Program>> = files.into_iter().enumerate().map(program).collect();
    let runs = run(&programs, &Disk::default(), ALL);
    runs.declared.iter().filter_map(|declared| Some(declared.body.text_at(&["seen"])?.to_string())).collect()
}

#[test]
fn names_are_asked_for_in_any_order_and_across_files() {
    let shows =
        declare("thing.a", map(vec![("seen", joined(vec![path("local.url"), text("/x"), path("local.gone")]))]), None);
    let url = define("local.url", Strength::Given, joined(vec![text("https://"), path("var.host")]));
    let host = define("var.host", Strength::Default, Node::Text(text("h")));
    assert_eq!(seen(vec![vec![shows], vec![url, host]]), ["https://h/x${local.gone}"]);
}

#[test]
fn what_is_made_has_attributes() {
    let made = declare("service.api", map(vec![("name", Node::Text(text("api")))]), None);
    let shows = |part: &str| declare("thing.b", map(vec![("seen", Node::Text(path(part)))]), None);
    assert_eq!(seen(vec![vec![made.clone(), shows("service.api.name")]]), ["api"]);
    assert_eq!(seen(vec![vec![made.clone(), shows("service.api.0.uri")]]), ["${service.api.uri}"]);
    assert_eq!(seen(vec![vec![made, shows("service.other.uri")]]), ["${service.other.uri}"]);
}

#[test]
fn names_that_ask_for_themselves_are_not_known() {
    let a = define("local.a", Strength::Given, Node::Text(path("local.b")));
    let b = define("local.b", Strength::Given, Node::Text(path("local.a")));
    let shows = declare("thing.c", map(vec![("seen", Node::Text(path("local.a")))]), None);
    assert_eq!(seen(vec![vec![a, b, shows]]), ["${local.a}"]);
}

#[test]
fn repetitions_over_what_is_known() {
    let each =
        map(vec![("one", map(vec![("n", Node::Text(text("1")))])), ("two", map(vec![("n", Node::Text(text("2")))]))]);
    let body = || map(vec![("seen", joined(vec![path("each.key"), text("="), path("each.value.n")]))]);
    assert_eq!(seen(vec![vec![declare("thing.d", body(), Some(each.clone()))]]), ["one=1", "two=2"]);
    let ask = declare("thing.e", map(vec![("seen", Node::Text(path("other.d.two.n")))]), None);
    let each_n = map(vec![("n", Node::Text(path("each.value.n")))]);
    assert_eq!(seen(vec![vec![declare("other.d", each_n, Some(each)), ask]]), ["2"]);
    let unknown = declare("thing.f", body(), Some(Node::Text(path("var.things"))));
    assert_eq!(seen(vec![vec![unknown]]), ["${each.key}=${each.value.n}"]);
}

#[test]
fn sets_of_values_belong_together() {
    let chosen = |host: &str, port: &str| {
        vec![
            define("var.host", Strength::Chosen, Node::Text(text(host))),
            define("var.port", Strength::Chosen, Node::Text(text(port))),
        ]
    };
    let shows =
        declare("thing.g", map(vec![("seen", joined(vec![path("var.host"), text(":"), path("var.port")]))]), None);
    assert_eq!(seen(vec![vec![shows], chosen("a", "1"), chosen("b", "2")]), ["a:1", "b:2"]);
}

#[test]
fn a_condition_holds_everywhere_or_nowhere() {
    let on = || Guard::Equal(path("var.on"), text("true"));
    let choice = |yes: &str, no: &str| {
        Node::Choice(Box::new(on()), Box::new(Node::Text(text(yes))), Box::new(Node::Text(text(no))))
    };
    let both = Expr {
        parts: vec![
            Part::Nested(Box::new(choice("a", "b")), place()),
            Part::Nested(Box::new(choice("1", "2")), place()),
        ],
    };
    let shows = declare("thing.h", map(vec![("seen", Node::Text(both))]), None);
    assert_eq!(seen(vec![vec![shows.clone()]]), ["a1", "b2"]);
    let known = define("var.on", Strength::Given, Node::Text(text("true")));
    assert_eq!(seen(vec![vec![shows, known]]), ["a1"]);
}

#[test]
fn words_that_stand_in_a_file() {
    let file = |name: &str, body: Vec<Step>| {
        let program = Program { body: body.into(), ..Program::default() };
        Disk(HashMap::from([(name.to_owned(), Arc::new(program))]))
    };
    let words = step(StepKind::Parameters(vec![text("-a"), text("-b")]));
    let run_with = |disk: &Disk, words: Vec<Expr>| {
        let program = Program { body: vec![command(words)].into(), ..Program::default() };
        shown(&run(&[Arc::new(program)], disk, ALL).commands)
    };
    let disk = file("w.yaml", vec![words.clone()]);
    assert_eq!(run_with(&disk, vec![text("c"), text("--words=w.yaml"), text("x")]), ["c -a -b x"]);
    assert_eq!(run_with(&disk, vec![text("c"), text("--words"), text("w.yaml"), text("x")]), ["c -a -b x"]);
    assert_eq!(run_with(&disk, vec![text("c"), text("--words=gone.yaml")]), ["c --words=gone.yaml"]);
    let own = step(StepKind::Parameters(vec![text("--words=w.yaml")]));
    assert_eq!(run_with(&file("w.yaml", vec![own]), vec![text("c"), text("--words=w.yaml")]), ["c --words=w.yaml"]);
}

#[test]
fn keys_that_are_asked_for_by_another_name() {
    let each = || map(vec![("one", Node::Text(text("1"))), ("two", Node::Text(text("2")))]);
    let many = || declare("other.d", map(vec![("n", Node::Text(path("each.value")))]), Some(each()));
    let ask = |key: &str| {
        let used = Use {
            name: Name::Path(["other", "d", key, "n"].map(str::to_owned).to_vec()),
            op: Op::Plain,
            quote: Quote::Whole,
            place: place(),
        };
        Node::Text(Expr { parts: vec![Part::Use(Box::new(used))] })
    };
    let known = declare("thing.e", map(vec![("seen", ask("[each.key]"))]), Some(each()));
    assert_eq!(seen(vec![vec![many(), known]]), ["1", "2"]);
    let local = declare("thing.e", map(vec![("seen", ask("[local.key]"))]), None);
    let key = define("local.key", Strength::Given, Node::Text(text("two")));
    assert_eq!(seen(vec![vec![many(), local, key]]), ["2"]);
    let unknown = declare("thing.e", map(vec![("seen", ask("[var.key]"))]), None);
    assert_eq!(seen(vec![vec![many(), unknown]]), ["${each.value}"]);
}

#[test]
fn what_one_is_repeated_for_is_not_what_another_is() {
    let thing = |name: &str| {
        declare(name, map(vec![("seen", Node::Text(path("each.key")))]), Some(Node::Text(path("var.things"))))
    };
    let programs = vec![Arc::new(Program {
        body: vec![thing("thing.a"), thing("thing.b"), thing("thing.a")].into(),
        directory: true,
        ..Program::default()
    })];
    let runs = run(&programs, &Disk::default(), ALL);
    let seen: Vec<&Value> = runs.declared.iter().filter_map(|declared| declared.body.text_at(&["seen"])).collect();
    assert!(seen[0].same(seen[2]) && !seen[0].same(seen[1]));
}

#[test]
fn a_default_counts_where_a_set_of_values_says_nothing() {
    let shows = || declare("thing.g", map(vec![("seen", Node::Text(path("var.host")))]), None);
    let default = || define("var.host", Strength::Default, Node::Text(text("d")));
    let chosen = |name: &str, value: &str| vec![define(name, Strength::Chosen, Node::Text(text(value)))];
    let all = vec![vec![shows(), default()], chosen("var.host", "a"), chosen("var.host", "b")];
    assert_eq!(seen(all), ["a", "b"]);
    let some = vec![vec![shows(), default()], chosen("var.host", "a"), chosen("var.port", "1")];
    assert_eq!(seen(some), ["a", "d"]);
}

#[test]
fn what_grows_is_bounded() {
    let mut steps = vec![define("local.m0", Strength::Given, map(vec![("a", Node::Text(text("x")))]))];
    for index in 1..25 {
        let before = || Node::Text(path(&format!("local.m{}", index - 1)));
        steps.push(define(&format!("local.m{index}"), Strength::Given, Node::Merged(vec![before(), before()])));
    }
    steps.push(declare("thing.h", map(vec![("seen", Node::Text(path("local.m24.a")))]), None));
    assert_eq!(seen(vec![steps]), ["x"]);
}

#[test]
fn a_file_of_words_that_names_itself_ends() {
    let own: Vec<Expr> = (0..30).map(|_| text("--words=w.yaml")).collect();
    let body = vec![step(StepKind::Parameters(own.clone()))];
    let program = Program { file: FileId(1), body: body.into(), ..Program::default() };
    let disk = Disk(HashMap::from([("w.yaml".to_owned(), Arc::new(program))]));
    let root = Program { body: vec![command([vec![text("c")], own].concat())].into(), ..Program::default() };
    let runs = run(&[Arc::new(root)], &disk, ALL);
    assert_eq!(runs.commands[0].words.items.len(), 1 + 30 * 30);
}

#[test]
fn what_is_put_over_a_map_may_hold_anything() {
    let under = map(vec![("seen", Node::Text(text("known")))]);
    let merged = |over: Node| declare("thing.i", Node::Merged(vec![under.clone(), over]), None);
    assert!(seen(vec![vec![merged(Node::Text(path("var.more")))]]).is_empty());
    assert_eq!(seen(vec![vec![merged(map(vec![("other", Node::Text(text("x")))]))]]), ["known"]);
}
