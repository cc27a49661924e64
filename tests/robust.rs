//! Nothing stops a run: mutated scripts, hostile shapes and files of other kinds give an answer, without a panic.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on panics"
)]

mod common;

use std::path::Path;
use std::sync::Arc;

use authlint::eval::{self, Link};
use authlint::facts::{ASKED, Facts};
use authlint::program::{Block, Program};
use authlint::read;
use authlint::source::{FileId, Source};
use authlint::value::Value;

/// Mutations in the tests; more are run by hand before a release.
const MUTATIONS: usize = 1500;
const STACK: usize = 16 * 1024 * 1024;

struct Alone;

impl Link for Alone {
    fn line(&self, line: &Value) -> Option<Block> {
        read::line(line, eval::filling)
    }

    fn find(&self, _: FileId, _: &Value) -> Option<Arc<Program>> {
        None
    }

    fn directory(&self, _: FileId, _: &str) -> Vec<Arc<Program>> {
        Vec::new()
    }
}

/// The whole way without the engine, which would catch a panic.
fn run(name: &str, bytes: &[u8]) {
    let Ok(source) = Source::new(name, bytes) else { return };
    let Some(reader) = read::reader(name, source.text().get(..80).unwrap_or("")) else { return };
    let program = (reader.read)(&source, FileId(0));
    let mut facts = Facts::default();
    let runs = eval::run(&[Arc::new(program)], &Alone, ASKED);
    runs.commands.iter().for_each(|run| facts.add(run));
    runs.declared.iter().for_each(|declared| facts.declare(declared));
}

fn on_a_large_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

/// The pages, the cases and the examples.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> =
        ["rules", "tests/cases", "tests/inputs", "examples", "docs"].iter().map(|folder| root.join(folder)).collect();
    let mut seeds = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                seeds.push((path.to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()));
            }
        }
    }
    seeds.sort();
    // The fences of a page, as a script of their own.
    let scripts: Vec<_> = seeds.iter().map(|(path, bytes)| (format!("{path}.sh"), bytes.clone())).collect();
    seeds.extend(scripts);
    // The files that documents show, by their own names.
    for path in common::files("tests/inputs") {
        let sections = common::sections(&path, &std::fs::read_to_string(root.join(&path)).unwrap());
        let files = sections.bad.into_iter().chain(sections.good).flat_map(|section| section.files);
        seeds.extend(files.map(|(name, text)| (name, text.into_bytes())));
    }
    seeds
}

#[test]
fn mutated_scripts_are_read() {
    on_a_large_stack(|| {
        let seeds = seeds();
        let tokens: &[&[u8]] = &[
            b"\"",
            b"'",
            b"`",
            b"$(",
            b"${",
            b")",
            b"}",
            b"<<EOF\n",
            b"\\\n",
            b"\\",
            b"if ",
            b"fi\n",
            b"do\n",
            b"done\n",
            b"case x in\n",
            b"esac\n",
            b"|",
            b"||",
            b"\r\n",
            b"\xff",
            b"\xf0\x9f\x98\x80",
            b"{{",
            b"}}",
            b"<X>",
            b"[A_B]",
            b"\"${A[@]}\"",
            b"${X:+",
            b"${X:-",
            b"f() {",
            b"```bash\n",
            b"<<<",
            b"$((",
            b"\0",
            b"\x01\x02",
            b"\x0e",
            b"=(",
            b"&a ",
            b"*a",
            b"\n- ",
            b": ",
            b"\n<<: *a\n",
            b"!reference [",
            b"$$",
            b"<< parameters.x >>",
            b"\nRUN <<A\n",
            b"\nFROM b AS c\n",
            b"\\n!gcloud {x} $y\\n",
            b"%%bash\\n",
            b"[\"",
            b"@\"\n",
            b"@(",
            b"@{",
            b"`\n",
            b"%X%",
            b"^\n",
        ];
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut next = |bound: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % bound.max(1) as u64) as usize
        };
        for _ in 0..MUTATIONS {
            let (path, bytes) = &seeds[next(seeds.len())];
            let mut bytes = bytes.clone();
            for _ in 0..=next(6) {
                let at = next(bytes.len() + 1);
                let end = (at + next(60)).min(bytes.len());
                match next(3) {
                    0 => drop(bytes.splice(at..at, tokens[next(tokens.len())].iter().copied())),
                    1 => drop(bytes.drain(at..end)),
                    _ => {
                        let copy = bytes[at..end].to_vec();
                        let to = next(bytes.len() + 1);
                        bytes.splice(to..to, copy);
                    }
                }
            }
            run(path, &bytes);
        }
    });
}

#[test]
fn hostile_shapes_end() {
    on_a_large_stack(|| {
        let many = 2_000;
        for (head, part, tail) in [
            ("", "(", ""),
            ("", "$(", ""),
            ("", "${X:-", ""),
            ("", "\"$(", ""),
            ("", "`", ""),
            ("", "{ ", ""),
            ("", "{a ", ""),
            ("echo \"", "{{ ", "\""),
            ("", "a | ", "b"),
            ("", "a && ", "b"),
            ("", "if true; then ", ""),
            ("", "f() { ", ""),
            ("", "cat <<A\n", ""),
            ("cat ", "<<A ", "\nA\n"),
            ("", "\\\"", ""),
            ("", "\"", "\""),
            ("gcloud ", "--a=b ", ""),
            ("gcloud \\\n", "# x\n", "--a"),
            ("", "<A ", ""),
            ("A=(x)\n", "A+=(y)\n", "gcloud \"${A[@]}\""),
            ("X=a\n", "X=\"$X$X\"\n", "gcloud $X"),
            ("", "if [ \"$A\" = x ]; then B=$B$C; fi\n", "gcloud $B"),
        ] {
            run("a.sh", format!("{head}{}{tail}", part.repeat(many)).as_bytes());
        }
        // Jobs that share what is large, and lists that refer to lists.
        let line = "  - gcloud run deploy $A\n";
        let each = |count: usize, job: &dyn Fn(usize) -> String| (0..count).map(job).collect::<Vec<String>>().concat();
        let jobs = each(many, &|job| format!("j{job}: {{stage: a, extends: .b, script: [*c, *c]}}\n"));
        let head = format!(".b:\n  before_script: &c\n{}", format!("  {line}").repeat(many));
        run(".gitlab-ci.yml", format!("{head}{jobs}").as_bytes());
        let list = |job: usize| {
            format!(".r{job}:\n  script:\n{}", format!("  - !reference [.r{}, script]\n", job + 1).repeat(20))
        };
        let lists = each(20, &list);
        run(".gitlab-ci.yml", format!("{lists}.r20: {{script: [gcloud]}}\n").as_bytes());
        let parents = each(many, &|job| format!("j{job}: {{extends: [j{}, j{job}], script: [gcloud]}}\n", job + 1));
        run(".gitlab-ci.yml", parents.as_bytes());
        let big = format!("x: &x |\n{line}\nsteps:\n", line = "  gcloud run deploy\n".repeat(many));
        let step = "- {name: a/b, entrypoint: bash, args: [-c, *x]}\n";
        run("cloudbuild.yaml", format!("{big}{}", step.repeat(many)).as_bytes());
        let auth = "{uses: google-github-actions/auth@v2, with: {workload_identity_provider: $X}}";
        let all = each(many, &|name| format!("  p{name}: read\n"));
        let jobs = each(many, &|job| format!("  j{job}: {{runs-on: x, steps: [{auth}, *s]}}\n"));
        let calls = each(many, &|job| format!("  c{job}: {{uses: ./.github/workflows/a.yml}}\n"));
        let shared = format!("x: &s\n  run: |\n{}", format!("  {line}").repeat(many));
        let workflow = format!("{shared}on: push\npermissions:\n{all}env:\n{all}jobs:\n{jobs}{calls}");
        run(".github/workflows/a.yml", workflow.as_bytes());
        let open = format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - run: |\n        {}\n",
            "${{ '{{ a ".repeat(many)
        );
        run(".github/workflows/a.yml", open.as_bytes());
        let matrix =
            "{runs-on: x, strategy: {matrix: {a: [1, 2, 3], b: [1, 2, 3, 4]}}, steps: [{run: gcloud run deploy}]}";
        let jobs = each(many, &|job| format!("  j{job}: {matrix}\n"));
        run(".github/workflows/a.yml", format!("on: push\njobs:\n{jobs}").as_bytes());
        // Objects that share a script, a command or variables.
        let shared = "apiVersion: v1\nkind: ConfigMap\ndata:\n";
        let scripts = each(many, &|name| format!("  s{name}.sh: *x\n"));
        let script = format!("  x.sh: &x |\n{}", "    gcloud run deploy\n".repeat(many));
        run("a.yaml", format!("{shared}{script}{scripts}").as_bytes());
        let containers = "  - {command: *c, args: *a, env: *e}\n".repeat(many);
        let variables = each(many, &|name| format!("    - {{name: X{name}, value: $X}}\n"));
        for words in [format!("[sh, -c, &x \"{}\"]", "gcloud x; ".repeat(many)), format!("[g{}]", ", $X".repeat(many))]
        {
            let first = format!("  - command: &c {words}\n    args: &a [x]\n    env: &e\n{variables}");
            let pod = format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{first}{containers}");
            run("a.yaml", pod.as_bytes());
        }
        // References that do not end.
        let open = |open: &str| open.repeat(20 * many);
        run("cloudbuild.yaml", format!("steps: [{{name: a/b, args: [\"{}\"]}}]", open("${")).as_bytes());
        for mark in ["${", "$("] {
            let pod = format!("apiVersion: v1\nkind: Pod\nspec: {{containers: [{{command: [\"{}\"]}}]}}", open(mark));
            run("a.yaml", pod.as_bytes());
        }
        for mark in ["${{", "$(", "$[ "] {
            let script = format!("pool: a\nsteps: [{{script: \"{}\"}}]", open(mark));
            run("azure-pipelines.yml", script.as_bytes());
        }
        for value in [open("$[["), open("$[[ $X "), open("$[[ inputs.$X ]]")] {
            let pipeline = format!("variables: {{A: \"{value}\"}}\nj: {{stage: a, script: [gcloud]}}\n");
            run(".gitlab-ci.yml", pipeline.as_bytes());
        }
        run("a.md", "> ".repeat(many).as_bytes());
        run("a.md", "```bash\n".repeat(many).as_bytes());
    });
}

#[test]
fn hostile_programs_in_python_end() {
    on_a_large_stack(|| {
        let many = 4_000;
        let each = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
        let gcloud = "    subprocess.run(['gcloud', 'run', 'deploy', x])\n";
        for body in [
            format!("def f(x):\n    f(x + x)\n    f([x])\n{gcloud}f('a')\n"),
            each(9, &|i| format!("def f{i}(x):\n    f{}(x)\n    f{}(x)\n{gcloud}", (i + 1) % 9, (i + 4) % 9))
                + "f0('a')\n",
            format!("def f0(x):\n{gcloud}")
                + &each(60, &|i| format!("def f{}(x):\n    f{i}(x)\n    f{i}(x)\n", i + 1))
                + "f60('a')\n",
            "x = ['a']\ns = 'a'\nd = {'a': 1}\n".to_owned()
                + &"x += x\ns = s + s\nx = x + x\nd = {'a': d, 'b': d}\n".repeat(60)
                + "e = d\ne['a']['b']['z'] = 1\nsubprocess.run(['gcloud', *x, s])\n",
            "d = {}\n".to_owned() + &"d = {'a': d}\n".repeat(10_000) + "subprocess.run(['gcloud', d['a']['a']])\n",
            "d = {}\n".to_owned() + &"d['a'] = d\nn = [d]\nd['b'] = n\n".repeat(many),
            "d = {}\n".to_owned()
                + &each(many, &|i| format!("v{i} = {{'d': d, 'x': [d, d]}}\n"))
                + &each(many, &|i| format!("d['k{}'] = v{i}\n", i % 5)),
            "def f(x):\n".to_owned()
                + &each(many / 10, &|i| format!("    if 'x{i}' in x:\n        b{i} = x + 'x'\n"))
                + &format!("{gcloud}f('x1')\n"),
            each(many, &|i| format!("def f{i}(x, y=None):\n{gcloud}")),
            each(many, &|i| {
                format!("class C{i}:\n  def __init__(self):\n    self.x = {{}}\n  def m(self):\n    self.x['y'] = 1\n")
            }),
        ] {
            run("x.py", format!("import subprocess\n{body}").as_bytes());
        }
    });
}

#[test]
fn hostile_recipes_end() {
    on_a_large_stack(|| {
        let many = 4_000;
        let call = "a:\n\tgcloud run deploy $(X) $X0\n";
        let each = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
        for (head, part, tail) in [
            ("a:\n\tgcloud ", "$(", "\n"),
            ("a:\n\tgcloud ", "$(X", ")\n"),
            ("X = ", "$(shell ", "\n"),
            ("X := ", "${call X,", "\n"),
            ("", "ifeq (a,$(", "\n"),
            ("", "ifdef X\n", ""),
            ("", "ifdef X\na:\n\tgcloud\nelse\n", ""),
            ("ifdef X\n", "else ifdef X\nX = 1\n", "endif\n"),
            ("", "define X\n", ""),
            ("define X\n", "\t$(call X,$(X))\n", "endef\na:\n\t$(call X,1)\n"),
            ("X = a\n", "X += $(X) 'b'\n", ""),
            ("X := a\n", "X := $(X)$(X)\n", ""),
            ("X ?= a\n", "X ?= $(X)$(X)\n", ""),
            ("", "export X\n", ""),
            ("", "include a.mk\n", ""),
            ("", "a: X = 1\n", "a: b\nb:\n\tgcloud $(X)\n"),
            ("", "a: a b c\n", "a: X = 1\n"),
            ("X = 1\n", "a:\n\tX=2; gcloud $(X) $$X\n", ""),
            ("a:\n", "\t$(eval X := $(X)a)\n", ""),
            ("a:\n\tgcloud ", "a\\\n", ""),
            ("a", " a", ":\n\tgcloud $@"),
            ("X = ", "a", "\n"),
            ("X = '", "a\" ", "\n"),
            ("", "$(X)", ": a\n\tgcloud\n"),
        ] {
            run("Makefile", format!("{head}{}{tail}{call}", part.repeat(many)).as_bytes());
        }
        for line in [
            (&|name: usize| format!("X{name} = $(X{0})$(X{0})\n", name + 1)) as &dyn Fn(usize) -> String,
            &|name| format!("X{name} = '$(X{0})' $(X{0})\n", name + 1),
            &|name| format!("X{} := \"$(X{name})$(X{name})\"\n", name + 1),
            &|name| format!("define X{name}\n\t$(call X{0},$(1)$(1))\n\t$(X{0})\nendef\n", name + 1),
            &|name| format!("t{name}: X = 1\nt{name}: t{}\n\tgcloud $(X) $(X{name})\n", name + 1),
            &|name| format!("X{} = $(shell $(X{name}) $(X{name}))\n", name + 1),
            &|name| format!("ifdef A{name}\nX = $(X){name}\nendif\n"),
        ] {
            run("Makefile", format!("{}a:\n\tgcloud $(X) $(X0) $(X499) $(call X0,a)\n", each(500, line)).as_bytes());
        }
        let call = "\na:\n  gcloud run deploy {{x}} {{x0}} {{x499}}\n";
        for (head, part, tail) in [
            ("x := ", "(", ""),
            ("x := ", "f(", ""),
            ("x := ", "if a == ", ""),
            ("x := ", "if x == 'a' { x } else ", "x"),
            ("x := ", "'a' + ", "x"),
            ("x := ", "'a' / ", "x"),
            ("x := ", "'", ""),
            ("x := ", "`", ""),
            ("a:\n  ", "{{", ""),
            ("a:\n  ", "{{ '", "}}"),
            ("a:\n  gcloud ", "{{x}} ", ""),
            ("a ", "x='a' ", ":\n  gcloud {{x}}"),
            ("", "[a]\n", ""),
            ("", "a:\n  gcloud {{x}} $x\n", ""),
        ] {
            run("justfile", format!("{head}{}{tail}{call}", part.repeat(many)).as_bytes());
        }
        for line in
            [(&|name: usize| format!("x{name} := x{0} + x{0}\n", name + 1)) as &dyn Fn(usize) -> String, &|name| {
                format!("x{name} := '\"' + x{0} + x{0}\n", name + 1)
            }]
        {
            run("justfile", format!("{}{call}", each(500, line)).as_bytes());
        }
        let choice =
            |name: usize| format!("x{} := if x{name} == 'a' {{ x{name} }} else {{ x{name} + 'b' }}\n", name + 1);
        run("justfile", format!("{}{call}", each(100, &choice)).as_bytes());
        let task = |name: usize| format!("  t{name}:\n    vars: *v\n    cmds: *c\n");
        let shared = "x: &v {A: '{{.A}}{{.A}}', B: {sh: 'gcloud {{.A}}'}}\n";
        let commands = format!("y: &c\n{}", "- gcloud run deploy {{.A}}\n".repeat(500));
        run("Taskfile.yml", format!("version: 3\n{shared}{commands}tasks:\n{}", each(500, &task)).as_bytes());
        let open = format!("version: 3\ntasks:\n  a: '{}'\n", "{{ .A ".repeat(many));
        run("Taskfile.yml", open.as_bytes());
    });
}

#[test]
fn documents_within_scripts_within_documents_end() {
    on_a_large_stack(|| {
        let mut text = "gcloud run deploy x".to_owned();
        for depth in 0..40 {
            let script = format!("cat > a.yaml <<'E{depth}'\n{text}\nE{depth}");
            let indented = script.lines().map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n");
            text = format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [sh, -c]\n    args:\n    - |\n{indented}\n"
            );
        }
        run("a.yaml", text.as_bytes());
        run("a.sh", format!("kubectl apply -f - <<'E'\n{text}\nE\n").as_bytes());
        let member = "  - serviceAccount:x@y.gserviceaccount.com\n";
        let policy = format!("bindings:\n- role: roles/run.invoker\n  members:\n{}", member.repeat(5_000));
        run("a.yaml", policy.as_bytes());
        run("a.yaml", policy.replace("  members", "  condition: {{ $x \n  members").as_bytes());
    });
}

/// Scripts of Windows: what nests, what is long, and what is set again and again.
#[test]
fn hostile_scripts_of_windows_end() {
    on_a_large_stack(|| {
        let many = 5_000;
        let parts = [
            "(",
            "{",
            "@(",
            "@{a=",
            "$(",
            "\"$(",
            "@\"\n$(",
            "[a]",
            "a(",
            "if(1){",
            "a | ",
            "a && ",
            "!",
            "-not ",
            "$a + ",
            "$a[",
            "$x.a(",
            "try{",
            "function f{",
            "`\n",
            "\"",
            "'",
            "@'\n",
            "<#",
            "gcloud (",
            "gcloud {",
            "gcloud \"$(",
            "$x = ",
            "$x=@{a=1}\n",
            "$x+=@('a')\n",
            "$x=$x+$x\n",
            "$x=\"$x$x\"\n",
            "f @x\n",
            "a,",
            "}",
        ];
        for part in parts {
            run("a.ps1", format!("gcloud x\n{}", part.repeat(many)).as_bytes());
            run("a.ps1", format!("gcloud x --y={}", part.repeat(many)).as_bytes());
        }
        let parts = [
            "(",
            "if a==b (",
            "if a==b ",
            "for %%i in (a) do (",
            "for /f %%i in ('",
            "^",
            "\"",
            "%",
            "%a:",
            "a & ",
            "a && ",
            "a || ",
            "a | ",
            "call ",
            "call :a\n:a\n",
            ":a\ngoto a\n",
            "set a=%a%%a%\n",
            "else ",
            "> ",
            "goto :x\n:x\n",
        ];
        for part in parts {
            run("a.bat", format!("gcloud x\n{}", part.repeat(many)).as_bytes());
        }
    });
}

#[test]
fn hostile_terraform_ends() {
    on_a_large_stack(|| {
        let member = "resource \"google_project_iam_member\" \"m\" {\n  role = local.l0\n  member = local.l1\n}\n";
        let locals = |line: fn(usize) -> String, count: usize| {
            let lines: String = (0..count).map(line).collect();
            format!("locals {{\n{lines}}}\n{member}")
        };
        for text in [
            locals(|i| format!("l{i} = local.l{}\n", i + 1), 3000),
            locals(|i| format!("l{i} = local.l{}\n", (i + 1) % 50), 50),
            locals(|i| format!("l{i} = [local.l{0}, local.l{0}]\n", i + 1), 200),
            locals(|i| format!("l{i} = merge(local.l{0}, local.l{0}, {{ k{i} = local.l{0} }})\n", i + 1), 200),
            locals(|i| format!("l{i} = \"${{local.l{0}}}${{local.l{0}}}\"\n", i + 1), 200),
            locals(|i| format!("l{i} = var.v{i} ? local.l{0} : \"x${{local.l{0}}}\"\n", i + 1), 200),
            format!("locals {{\n  l0 = {}{{}}{}\n}}\n{member}", "merge(".repeat(190), ")".repeat(190)),
            format!("locals {{\n  l0 = {}1{}\n}}\n{member}", "(var.a ? ".repeat(190), " : 2)".repeat(190)),
            format!("locals {{\n  l0 = a{}\n}}\n{member}", "[each.key]".repeat(3000)),
            format!("locals {{\n  l0 = a{}0{}\n}}\n{member}", "[b".repeat(190), "]".repeat(190)),
        ] {
            run("main.tf", text.as_bytes());
        }
        let deep = |head: &str, tail: &str, count: usize| {
            let inner = format!("{}1{}", head.repeat(count), tail.repeat(count));
            format!("{{\"resource\": {{\"google_x\": {{\"a\": {inner}}}}}}}")
        };
        run("main.tf.json", deep("{\"a\": ", "}", 2000).as_bytes());
        run("main.tf.json", deep("{\"dynamic\": {\"a\": {\"content\": ", "}}}", 80).as_bytes());
        run("main.tf.json", format!("{{\"locals\": [{}1]}}", "\"${a}\", ".repeat(5000)).as_bytes());
        run("a.tfvars.json", b"[[[{\"a\": \"${");
    });
}

#[test]
fn hostile_builds_and_notebooks_end() {
    on_a_large_stack(|| {
        let many = 2_000;
        let each =
            |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<Vec<String>>().concat();
        for (head, part, tail) in [
            ("FROM a\nRUN gcloud ", "--a=b ", ""),
            ("FROM a\nRUN gcloud \\\n", " --a \\\n# x\n\n", ""),
            ("FROM a\nRUN ", "<<A ", ""),
            ("FROM a\n", "RUN <<A\n", ""),
            ("FROM a\nCOPY ", "<<A <<B ", "/x\nA\nB\n"),
            ("FROM a\nRUN [\"", "x\",\"", "y\"]"),
            ("FROM a\nCMD ", "[", ""),
            ("FROM a\nCMD [\"a\"]\nENTRYPOINT ", "[\"", "\"]"),
            ("FROM a\nENV ", "A=$A$A ", ""),
            ("FROM a\n", "ENV A=$A$A\n", "RUN gcloud $A"),
            ("FROM a\nENV A=", "${", ""),
            ("FROM a\nENV A=", "${B:-", ""),
            ("FROM a\nENV A=", "{{ ", ""),
            ("FROM a\nENV A=", "<a ", ""),
            ("FROM a\nENV ", "'", ""),
            ("FROM a\nENV ", "\\", ""),
            ("ARG A=$A$A\n", "ARG A=$A$A\n", "FROM a\nARG A\nRUN gcloud $A"),
            ("FROM a AS b\n", "FROM b AS b\nENV X=1 Y=2\nARG Z=3\nCMD gcloud $X\n", ""),
            ("", "ONBUILD ", "RUN gcloud"),
            ("# escape=`\nFROM a\nRUN ", "`\n", "gcloud"),
        ] {
            run("Dockerfile", format!("{head}{}{tail}", part.repeat(many)).as_bytes());
        }
        let marks = each(many, &|number| format!("RUN <<A{number}\n"));
        run("Dockerfile", format!("FROM a\n{marks}").as_bytes());
        let arguments = each(many, &|number| format!("ARG A{}=$A{number}$A{number}\n", number + 1));
        run("Dockerfile", format!("ARG A0=x\n{arguments}FROM a\n").as_bytes());
        let stages = each(2_000, &|number| format!("FROM s{number} AS s{}\nENV A{number}=1\nCMD gcloud\n", number + 1));
        run("Dockerfile", format!("FROM a AS s0\n{stages}").as_bytes());
        let long = "x".repeat(1_000_000);
        for text in [format!("FROM a\nRUN gcloud {long}"), format!("FROM a\nENV A={long}\nRUN gcloud $A"), long.clone()]
        {
            run("Dockerfile", text.as_bytes());
        }

        let cell = |source: &str| format!("{{\"cells\": [{{\"cell_type\": \"code\", \"source\": {source}}}]}}");
        let texts = |text: &str| cell(&serde_json::to_string(text).unwrap());
        for (head, part, tail) in [
            ("!gcloud ", "{A} ", ""),
            ("!gcloud ", "$A ", ""),
            ("!gcloud ", "{", ""),
            ("!gcloud ", "\\\n", ""),
            ("", "!gcloud\n", ""),
            ("", "%%bash\n", ""),
            ("", "%time ", "!gcloud"),
            ("", "(", "\n!gcloud"),
            ("", "(\n", ")"),
            ("", "\"\"\"", ""),
            ("A = f'", "{", "'"),
            ("A = f'", "{A}", "'\n!gcloud {A}"),
            ("A = 'x'\n", "A = f'{A}{A}'\n", "!gcloud {A}"),
            ("", "A = !gcloud\nA = A[0]\n", "!gcloud {A}"),
            ("", "A = ", "1"),
            ("", "A, ", "B = 1"),
            ("from a import ", "b as c, ", "d"),
            ("", "a; ", ""),
            ("", "a:", ""),
            ("", "\\", ""),
            ("%env A=", "{A}$A", "\n!gcloud $A"),
        ] {
            run("a.ipynb", texts(&format!("{head}{}{tail}", part.repeat(many))).as_bytes());
        }
        for text in ["[".repeat(100_000), "{\"cells\": ".repeat(100_000), "{\"cells\": [".repeat(100_000)] {
            run("a.ipynb", text.as_bytes());
            run("package.json", text.as_bytes());
        }
        run("a.ipynb", cell(&format!("[{}\"\"]", "\"!gcloud \\n\", ".repeat(many))).as_bytes());
        run("a.ipynb", texts(&format!("!gcloud {long}")).as_bytes());
        let cells = "{\"cell_type\": \"markdown\", \"source\": \"```bash\\ngcloud\"}, ".repeat(many);
        run("a.ipynb", format!("{{\"cells\": [{cells}{{}}]}}").as_bytes());
        let scripts = each(many, &|number| format!("\"s{number}\": \"gcloud $npm_package_config_a\", "));
        run(
            "package.json",
            format!("{{\"config\": {{{scripts} \"a\": \"b\"}}, \"scripts\": {{{scripts} \"a\": \"b\"}}}}").as_bytes(),
        );

        for (head, part, tail) in [
            ("", "A=b c\n", ""),
            ("", "A=\"", ""),
            ("", "A=\"\n\"\n", ""),
            ("A='", "\\", ""),
            ("", "A=$A$A\n", ""),
            ("A=", "b ", ""),
        ] {
            run(".env", format!("{head}{}{tail}", part.repeat(many)).as_bytes());
        }
    });
}

#[test]
fn a_file_of_any_kind_is_read_as_a_script() {
    on_a_large_stack(|| {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    for name in ["a.sh", "a.md", "Dockerfile", ".env", "a.ipynb"] {
                        run(name, &bytes);
                    }
                }
            }
        }
        for bytes in [&b""[..], b"\xff\xfe", b"\xff\xfea", b"\xef\xbb\xbf", b"\r", b"#!", b"\x00"] {
            run("a.sh", bytes);
            run("script", bytes);
        }
    });
}

/// Small inputs that the fuzzer kept, by the kind of file that each was of.
#[test]
fn inputs_of_the_fuzzer_are_read() {
    on_a_large_stack(|| {
        let kinds = [
            ("shell", "a.sh"),
            ("yaml", ".github/workflows/a.yml"),
            ("terraform", "a.tf"),
            ("python", "a.py"),
            ("javascript", "a.ts"),
            ("go", "a.go"),
            ("powershell", "a.ps1"),
            ("batch", "a.bat"),
            ("make", "Makefile"),
            ("just", "justfile"),
            ("docker", "Dockerfile"),
            ("markdown", "a.md"),
            ("notebook", "a.ipynb"),
            ("variables", ".env"),
            ("fixes", "deploy.sh"),
            ("suppression", "a.sh"),
        ];
        for (kind, name) in kinds {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(kind);
            let mut count = 0;
            for entry in std::fs::read_dir(folder).unwrap() {
                run(name, &std::fs::read(entry.unwrap().path()).unwrap());
                count += 1;
            }
            assert!(count >= 20, "{kind}: {count}");
        }
    });
}
