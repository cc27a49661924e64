//! What libraries of the languages do with values, commands and the environment, by their names. Nothing of Google.

use crate::program::Side;
use crate::syntax::code::Language;

/// What holds the variables of the environment by their names.
pub(super) const ENVIRONMENTS: &[&str] = &["os.environ", "process.env", "Bun.env", "Deno.env"];

/// Functions that give a variable of the environment, or their second argument where there is none.
pub(super) const VARIABLES: &[&str] = &["os.environ.get", "os.getenv", "os.Getenv", "Deno.env.get"];

/// Functions that run a line of a shell, or a list of words.
pub(super) const RUN: &[&str] = &[
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.Popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "os.system",
    "os.popen",
    "asyncio.create_subprocess_shell",
    "child_process.exec",
    "child_process.execSync",
    "shelljs.exec",
    "execa.execaCommand",
    "execa.execaCommandSync",
    "execa.command",
    "execa.commandSync",
    "cross-spawn.sync",
];

/// Functions that run a command whose words are their arguments.
pub(super) const RUN_WORDS: &[&str] =
    &["asyncio.create_subprocess_exec", "os.execvp", "os.execlp", "os/exec.Command", "os/exec.CommandContext"];

/// Functions that run a command, a list of its arguments being their second one.
pub(super) const RUN_FILE: &[&str] = &[
    "child_process.spawn",
    "child_process.spawnSync",
    "child_process.execFile",
    "child_process.execFileSync",
    "cross-spawn",
    "cross-spawn.spawn",
    "execa",
    "execa.execa",
    "execa.execaSync",
    "execa.sync",
];

/// Tags of templates that are lines of a shell.
pub(super) const SHELL_TAGS: &[&str] = &["zx.$", "$", "execa.$", "bun.$", "Bun.$"];

/// Functions that leave the program.
pub(super) const LEAVE: &[&str] =
    &["sys.exit", "exit", "quit", "os._exit", "process.exit", "os.Exit", "log.Fatal", "log.Fatalf"];

/// Functions that give a copy of what they are given.
pub(super) const COPY: &[&str] =
    &["list", "tuple", "set", "sorted", "dict", "Array.from", "structuredClone", "copy.deepcopy", "copy.copy"];

/// Functions that give what they are given.
pub(super) const SAME: &[&str] = &[
    "str",
    "String",
    "shlex.quote",
    "Promise.resolve",
    "Promise.all",
    "asyncio.run",
    "string",
    "util.promisify",
    "typing.cast",
];

/// Functions and methods that change nothing of what they are given.
pub(super) const KEEP: &[&str] = &[
    "print",
    "len",
    "isinstance",
    "type",
    "repr",
    "log",
    "info",
    "debug",
    "warning",
    "warn",
    "error",
    "exception",
    "echo",
    "secho",
    "write",
    "dumps",
    "stringify",
    "format",
    "join",
    "quote",
    "any",
    "all",
    "sum",
    "max",
    "min",
    "enumerate",
    "zip",
    "keys",
    "values",
    "items",
    "entries",
    "get",
    "has",
    "includes",
    "startswith",
    "startsWith",
    "endswith",
    "endsWith",
    "Println",
    "Printf",
    "Sprintf",
    "Errorf",
    "post",
    "put",
    "patch",
    "request",
    "fetch",
    "create_job",
    "create_task",
    "createJob",
    "createTask",
    "index",
    "count",
    "copy",
    "map",
    "filter",
    "slice",
    "concat",
    "success",
    "rule",
    "panel",
];

/// Methods that change the list or the map whose methods they are.
pub(super) const CHANGES: &[&str] = &[
    "append",
    "extend",
    "insert",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "remove",
    "clear",
    "push",
    "unshift",
    "shift",
    "splice",
    "add",
    "discard",
    "sort",
    "reverse",
];

/// Whether a function of this name may well run a command that it is given.
pub(super) fn may_run(name: &str) -> bool {
    let last = name.rsplit(['.', '/', ')']).next().unwrap_or(name).to_ascii_lowercase();
    let says = ["run", "exec", "shell", "cmd", "command", "call", "spawn", "system", "gcloud", "popen"];
    let other =
        ["assert", "print", "log", "echo", "check_command", "has_command", "find", "expect", "format", "show", "test_"];
    let tells = ["hint", "message", "error", "exception", "help", "usage", "describe"];
    (says.iter().any(|word| last.contains(word)) || last == "sh" || last == "$")
        && !tells.iter().any(|word| last.contains(word))
        && !other.iter().any(|word| last.starts_with(word))
        && !last.contains("called")
}

/// Whether a function of this name is given what a test expects, or expects to fail.
pub(super) fn expects(name: &str) -> bool {
    let ends = ["expect", "assert.throws", "assert.rejects"];
    ends.iter().any(|end| name.strip_suffix(end).is_some_and(|start| start.is_empty() || start.ends_with(['.', '/'])))
}

/// Where a method looks for its argument.
pub(super) fn side(method: &str) -> Option<Side> {
    match method {
        "includes" | "Contains" => Some(Side::Within),
        "startsWith" | "startswith" | "HasPrefix" => Some(Side::Start),
        "endsWith" | "endswith" | "HasSuffix" => Some(Side::End),
        _ => None,
    }
}

/// Names that a language has without an import, and whose parts are functions.
pub(super) const GLOBALS: &[&str] = &[
    "process",
    "Bun",
    "Deno",
    "Object",
    "Array",
    "Promise",
    "JSON",
    "Buffer",
    "Math",
    "String",
    "console",
    "require",
    "globalThis",
];

/// Modules of Python that no repository has files of its own for; what is imported from them is looked for nowhere.
const ELSEWHERE: &[&str] = &[
    "abc",
    "aiohttp",
    "argparse",
    "asyncio",
    "base64",
    "click",
    "collections",
    "concurrent",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "django",
    "dotenv",
    "enum",
    "fastapi",
    "flask",
    "functools",
    "glob",
    "google",
    "googleapiclient",
    "hashlib",
    "http",
    "httpx",
    "importlib",
    "io",
    "itertools",
    "json",
    "logging",
    "math",
    "numpy",
    "openai",
    "os",
    "pandas",
    "pathlib",
    "platform",
    "pydantic",
    "pytest",
    "random",
    "re",
    "requests",
    "rich",
    "secrets",
    "shlex",
    "shutil",
    "signal",
    "socket",
    "sqlalchemy",
    "starlette",
    "string",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "traceback",
    "typer",
    "typing",
    "typing_extensions",
    "unittest",
    "urllib",
    "uuid",
    "uvicorn",
    "warnings",
    "yaml",
    "__future__",
];

/// Where the file of a module may lie, seen from the one that imports it. `None`: it is no file of the repository.
pub(super) fn paths(module: &str, language: Language) -> Option<Vec<String>> {
    match language {
        Language::Python => {
            let name = module.trim_start_matches('.');
            let dots = module.len() - name.len();
            if dots == 0 && ELSEWHERE.contains(&name.split('.').next().unwrap_or(name)) {
                return None;
            }
            let up = match dots {
                0 => String::new(),
                1 => "./".to_owned(),
                more => "../".repeat(more.min(10) - 1),
            };
            if name.is_empty() {
                return (dots > 0).then(|| vec![format!("{up}__init__.py")]);
            }
            let path = format!("{up}{}", name.replace('.', "/"));
            Some(vec![format!("{path}.py"), format!("{path}/__init__.py")])
        }
        Language::JavaScript | Language::TypeScript if module.starts_with('.') => {
            let stem = [".js", ".mjs", ".ts"].iter().find_map(|end| module.strip_suffix(end)).unwrap_or(module);
            let ends = [".ts", ".js", ".mjs", ".tsx", "/index.ts", "/index.js"];
            Some(ends.iter().map(|end| format!("{stem}{end}")).collect())
        }
        // A package of Go is a directory.
        _ => None,
    }
}

/// The module that a name may be which is taken from another module.
pub(super) fn item(module: &str, name: &str) -> String {
    let part = if module.is_empty() || module.ends_with('.') { "" } else { "." };
    format!("{module}{part}{name}")
}

/// Whether a function of this name surely runs a line that it is given.
pub(super) fn may_run_line(name: &str) -> bool {
    let last = name.rsplit(['.', '/', ')']).next().unwrap_or(name).to_ascii_lowercase().replace('_', "");
    let known = [
        "$",
        "bash",
        "callcommand",
        "cmd",
        "exec",
        "execasync",
        "execcommand",
        "execpromise",
        "execsync",
        "execute",
        "executecommand",
        "gcloud",
        "local",
        "run",
        "runbash",
        "runcmd",
        "runcommand",
        "rungcloud",
        "runshell",
        "runsh",
        "sh",
        "shell",
        "shellcommand",
        "shellexec",
        "system",
    ];
    known.contains(&last.as_str())
}
