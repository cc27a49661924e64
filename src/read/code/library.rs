//! What libraries of the languages do with values, commands and the environment, by their names. Nothing of Google.

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
pub(super) const LEAVE: &[&str] = &["sys.exit", "exit", "quit", "os._exit", "process.exit", "os.Exit", "log.Fatal", "log.Fatalf"];

/// Functions that give what they are given.
pub(super) const SAME: &[&str] = &[
    "str", "String", "list", "tuple", "set", "sorted", "dict", "shlex.quote", "Promise.resolve", "Promise.all", "asyncio.run",
    "string", "Array.from", "copy.deepcopy", "copy.copy", "util.promisify", "typing.cast",
];

/// Functions and methods that change nothing of what they are given.
pub(super) const KEEP: &[&str] = &[
    "print", "len", "isinstance", "type", "repr", "log", "info", "debug", "warning", "warn", "error", "exception", "echo", "secho", "write",
    "dumps", "stringify", "format", "join", "quote", "any", "all", "sum", "max", "min", "enumerate", "zip", "keys", "values",
    "items", "entries", "get", "has", "includes", "startswith", "startsWith", "endswith", "endsWith", "Println", "Printf",
    "Sprintf", "Errorf", "post", "put", "patch", "request", "fetch", "create_job", "create_task", "createJob", "createTask", "index",
    "count", "copy", "map", "filter", "slice", "concat", "success", "rule", "panel",
];

/// Methods that change the list or the map whose methods they are.
pub(super) const CHANGES: &[&str] = &[
    "append", "extend", "insert", "update", "setdefault", "pop", "popitem", "remove", "clear", "push", "unshift", "shift", "splice",
    "add", "discard", "sort", "reverse",
];

/// Whether a function of this name may well run a command that it is given.
pub(super) fn may_run(name: &str) -> bool {
    let last = name.rsplit(['.', '/', ')']).next().unwrap_or(name).to_ascii_lowercase();
    let says = ["run", "exec", "shell", "cmd", "command", "call", "spawn", "system", "gcloud", "popen"];
    let other = ["assert", "print", "log", "echo", "check_command", "has_command", "find", "expect", "format", "show", "test_"];
    (says.iter().any(|word| last.contains(word)) || last == "sh" || last == "$")
        && !other.iter().any(|word| last.starts_with(word))
}
